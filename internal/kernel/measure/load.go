package measure

import (
	"strings"

	"ohp/internal/kernel/date"
)

// Unit is an organisation that figures are about, or a group of such: a
// practice, a PCN, a sub-ICB location, an ICB, a region, a partnership.
type Unit struct {
	Code string
	Kind string // "practice", "pcn", "sub-icb", "icb", "region", "partnership"
	Name string
	// Status is "active", "closed", "dormant", "proposed" or "" where the source does not say.
	Status         string
	Opened, Closed date.Date // zero when unknown or open
	Postcode       string
	Row            int
}

// Membership says that a unit belongs to a group between two dates (To zero: still).
// From zero: since before the source began; the source's as-at date is then its earliest proof.
type Membership struct {
	Unit, Group string // codes
	GroupKind   string // kind of the group
	From, To    date.Date
	Row         int
}

// Attribute is a dated word about a unit that is no number: its system
// supplier, its CQC rating, the CQC location that registers it.
type Attribute struct {
	Unit  string
	Name  string // "system-supplier", "cqc-overall-rating", "cqc-location"
	Value string
	From  date.Date // as stated, or the source's as-at date
	Note  string    // what qualifies it: "inherited", "under new registration"
	Row   int
}

// Rejection is one row, or cell, of a file that could not be used.
type Rejection struct {
	Place  string // sheet or archive member, "" for a plain file
	Line   int    // from 1, as a spreadsheet or editor counts
	Column string // the header, or the letter
	Text   string // what stood there (cut to 80 characters)
	Reason string // a sentence that says what is wrong, and what to do where that helps
}

// SourceFile is a file that was read.
type SourceFile struct {
	Name   string // base name as given
	SHA256 string // lower-case hexadecimal
	Bytes  int64
	Format string // name of the format that recognised it
	// Publication is the publisher's title with its period, for people.
	Publication, Publisher, Licence string
	// PeriodFrom and PeriodTo are the publisher's period; equal for a single period; zero when it has none.
	PeriodFrom, PeriodTo date.Period
	// AsAt is the date as at which the publisher states the content; zero when the file does not say.
	AsAt date.Date
	// Note says what a reader must know of how it was read ("the period is taken from the file's name").
	Note string
	Rows int // rows read, rejected ones included
}

// Load is what one file said, ready to be stored in one transaction.
// The zero value with File filled is ready to use.
type Load struct {
	File       SourceFile
	Rejections []Rejection
	places     []placeLoad
	placeNo    map[string]int
	units      []Unit
	members    []Membership
	attributes []Attribute
}

type placeLoad struct {
	name    string
	figures []Figure
}

// Figure adds a figure that stands in place (sheet or archive member; "" for a plain file).
func (l *Load) Figure(place string, f Figure) {
	n, ok := l.placeNo[place]
	if !ok {
		if l.placeNo == nil {
			l.placeNo = map[string]int{}
		}
		n = len(l.places)
		l.placeNo[place] = n
		l.places = append(l.places, placeLoad{name: place})
	}
	l.places[n].figures = append(l.places[n].figures, f)
}

// Unit adds what the file says of a unit.
func (l *Load) Unit(u Unit) { l.units = append(l.units, u) }

// Membership adds a membership of a group.
func (l *Load) Membership(m Membership) { l.members = append(l.members, m) }

// Attribute adds a dated word about a unit.
func (l *Load) Attribute(a Attribute) { l.attributes = append(l.attributes, a) }

// Reject reports a row that cannot be used.
func (l *Load) Reject(r Rejection) {
	if len(r.Text) > 80 {
		r.Text = strings.ToValidUTF8(r.Text[:80], "")
	}
	l.Rejections = append(l.Rejections, r)
}

// Figures counts the figures added so far.
func (l *Load) Figures() int {
	n := 0
	for _, p := range l.places {
		n += len(p.figures)
	}
	return n
}

// EachFigure visits every figure added, with its place, in the order added.
func (l *Load) EachFigure(f func(place string, fig Figure)) {
	for _, p := range l.places {
		for _, fig := range p.figures {
			f(p.name, fig)
		}
	}
}

// Units, Memberships and Attributes return what was added, for checks and tests.
func (l *Load) Units() []Unit { return l.units }

// Memberships returns the memberships added.
func (l *Load) Memberships() []Membership { return l.members }

// Attributes returns the attributes added.
func (l *Load) Attributes() []Attribute { return l.attributes }
