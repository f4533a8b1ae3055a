package published

import (
	"context"
	"regexp"
	"strings"

	"ohp/internal/kernel/date"
	"ohp/internal/kernel/measure"
	"ohp/internal/kernel/tabular"
)

// practices is epraccur, the Organisation Data Service's list of general
// practices and other prescribing cost centres: 27 columns and no header. Only
// practices (prescribing setting 4, since 2026 the role RO76) are taken.
//
// Statuses were A, C, D and P; since 2026 they are ACTIVE, INACTIVE and
// DORMANT (and PROPOSED). A practice that closed long ago vanishes from the
// file: that a practice is absent says nothing, and nothing is concluded.
//
// The file does not say its own date; the latest date in it, of an opening, a
// closure or a change of commissioner, is the earliest day on which it can have
// been written, and stands for it.
var practices = Format{
	Name:      "epraccur",
	Title:     "GP practices (epraccur)",
	Publisher: "NHS England, Organisation Data Service",
	Recognise: func(f *tabular.File) bool { return len(f.Sheets) == 1 && isEpraccur(f.Sheets[0]) },
	Read:      readEpraccur,
}

// The columns of epraccur, counted from 0 (Organisation Data Service, "Epraccur file specification").
const (
	epCode, epName, epRegion, epBoard      = 0, 1, 2, 3
	epPostcode, epOpened, epClosed         = 9, 10, 11
	epStatus, epCommissioner, epFrom, epTo = 12, 14, 15, 16
	epSetting, epColumns                   = 25, 27
)

var orgCode = regexp.MustCompile(`^[A-Z0-9]{3,8}$`)

func isEpraccur(s *tabular.Sheet) bool {
	rows := s.Head(40)
	fits := 0
	for _, r := range rows {
		if len(r) == epColumns && orgCode.MatchString(r[epCode]) && statusWord(r[epStatus]) != "" && isDay(r[epOpened]) {
			fits++
		}
	}
	return fits > 0 && fits*10 >= len(rows)*8
}

func isDay(text string) bool {
	d, err := odsDate(text)
	return err == nil && !d.IsZero()
}

// statusWord gives the status of a unit; "" for what is no status.
func statusWord(text string) string {
	switch strings.ToUpper(strings.TrimSpace(text)) {
	case "A", "ACTIVE":
		return "active"
	case "C", "INACTIVE", "CLOSED":
		return "closed"
	case "D", "DORMANT":
		return "dormant"
	case "P", "PROPOSED":
		return "proposed"
	}
	return ""
}

// isPracticeSetting says whether a prescribing setting, or a role, is that of a GP practice.
func isPracticeSetting(text string) bool {
	text = strings.ToUpper(strings.TrimSpace(text))
	return text == "4" || text == "RO76"
}

// odsDate reads a date of the register; an empty cell is no date.
func odsDate(text string) (date.Date, error) {
	if text = strings.TrimSpace(text); text == "" {
		return date.Date{}, nil
	}
	return date.ParseAny(text)
}

func readEpraccur(ctx context.Context, f *tabular.File, o Options, l *measure.Load) error {
	s := f.Sheets[0]
	latest := date.Date{}
	groups := newPlaces(l)
	err := eachRow(ctx, s, nil, o, l, func(r tabular.Row) error {
		if strings.EqualFold(strings.TrimSpace(r.Cell(epCode)), "organisation code") {
			return nil
		}
		if len(r.Cells) != epColumns {
			l.Reject(measure.Rejection{Place: s.Place, Line: r.Line, Text: strings.Join(r.Cells, ","), Reason: "the row has not the 27 columns of the file"})
			return nil
		}
		if last, ok := epraccurRow(s, r, l, groups); ok && last.After(latest) {
			latest = last
		}
		return nil
	})
	settleRegisterDate(l, o, latest)
	return err
}

// epraccurRow adds the practice of a row and gives the latest date in it; a
// proposed practice's dates are plans and date nothing.
func epraccurRow(s *tabular.Sheet, r tabular.Row, l *measure.Load, groups *places) (date.Date, bool) {
	status := statusWord(r.Cells[epStatus])
	days, fault := epraccurDays(r)
	if fault >= 0 {
		l.Reject(measure.Rejection{Place: s.Place, Line: r.Line, Column: columnLetter(fault), Text: r.Cell(fault), Reason: "this is no date such as 20130401"})
		return date.Date{}, false
	}
	last := days.last()
	if status == "proposed" {
		last = date.Date{}
	}
	if !isPracticeSetting(r.Cells[epSetting]) {
		return last, true
	}
	code, reason := practiceIn(r.Cells[epCode])
	if reason == "" && status == "" {
		reason = "the status is none of A, C, D, P, ACTIVE, INACTIVE, DORMANT and PROPOSED"
	}
	if reason != "" {
		l.Reject(measure.Rejection{Place: s.Place, Line: r.Line, Column: columnLetter(epCode), Text: r.Cells[epCode] + " " + r.Cells[epStatus], Reason: reason})
		return date.Date{}, false
	}
	l.Unit(measure.Unit{Code: code, Kind: "practice", Name: strings.TrimSpace(r.Cells[epName]), Status: status,
		Opened: days.opened, Closed: days.closed, Postcode: strings.TrimSpace(r.Cells[epPostcode]), Row: r.Line})
	if sub := groupCode(r.Cells[epCommissioner]); sub != "" {
		l.Membership(measure.Membership{Unit: code, Group: sub, GroupKind: "sub-icb", From: days.from, To: days.to, Row: r.Line})
		groups.unit(sub, "sub-icb", "", r.Line)
	}
	if board := groupCode(r.Cells[epBoard]); board != "" && status == "active" {
		groups.unit(board, "icb", "", r.Line)
		groups.member(code, board, "icb", r.Line)
		if region := groupCode(r.Cells[epRegion]); region != "" {
			groups.unit(region, "region", "", r.Line)
			groups.member(board, region, "region", r.Line)
		}
	}
	return last, true
}

// epraccurDates are the dates of a row: of the practice, and of its place with its commissioner.
type epraccurDates struct{ opened, closed, from, to date.Date }

func (d epraccurDates) last() date.Date {
	last := d.opened
	for _, x := range []date.Date{d.closed, d.from, d.to} {
		if x.After(last) {
			last = x
		}
	}
	return last
}

// epraccurDays reads the dates; fault is the column of one that is no date, or -1.
func epraccurDays(r tabular.Row) (days epraccurDates, fault int) {
	for column, day := range map[int]*date.Date{epOpened: &days.opened, epClosed: &days.closed, epFrom: &days.from, epTo: &days.to} {
		d, err := odsDate(r.Cells[column])
		if err != nil {
			return days, column
		}
		*day = d
	}
	return days, -1
}

// settleRegisterDate dates a register that does not say its own date.
func settleRegisterDate(l *measure.Load, o Options, latest date.Date) {
	switch {
	case !o.Period.IsZero():
		asAt(l, o.Period.Start())
		note(l, "The file does not state its date; "+o.Period.Start().Label()+" was given when it was imported.")
	case !latest.IsZero():
		asAt(l, latest)
		note(l, "The file does not state its date; "+latest.Label()+", the latest date in it, is taken as the day of its content.")
	}
}

// columnLetter names a column as a spreadsheet does: 0 is A, 26 is AA.
func columnLetter(i int) string {
	name := string(rune('A' + i%26))
	if i >= 26 {
		return columnLetter(i/26-1) + name
	}
	return name
}

// practices2018 is an extract of the register with a header and twelve columns,
// as data portals have published it; it holds no dates but the statuses.
var practices2018 = Format{
	Name:      "epraccur-headed",
	Title:     "GP practices (epraccur, with a header)",
	Publisher: "NHS England, Organisation Data Service",
	Recognise: func(f *tabular.File) bool {
		s, _ := sheetWith(f, headedColumns...)
		return s != nil && !isEpraccur(s)
	},
	Read: readHeadedPractices,
}

var headedColumns = []tabular.Column{
	tabular.Col("practice", "OrganisationCode", "Organisation Code", "Org Code", "Code"),
	tabular.Col("name", "Name", "Organisation Name"),
	tabular.Col("status", "StatusCode", "Status", "Organisation Status"),
	tabular.Col("setting", "PrescribingSetting", "Prescribing Setting", "Role", "Role Id"),
	tabular.OptCol("postcode", "Postcode", "Post Code"),
	tabular.OptCol("opened", "OpenDate", "Open Date", "Opened"),
	tabular.OptCol("closed", "CloseDate", "Close Date", "Closed"),
	tabular.OptCol("sub-icb", "Provider", "Commissioner", "Provider Purchaser"),
	tabular.OptCol("from", "JoinProviderPurchaserDate", "Join Provider/Purchaser Date"),
	tabular.OptCol("to", "LeftProviderPurchaserDate", "Left Provider/Purchaser Date"),
}

func readHeadedPractices(ctx context.Context, f *tabular.File, o Options, l *measure.Load) error {
	s, h := sheetWith(f, headedColumns...)
	latest := date.Date{}
	groups := newPlaces(l)
	err := eachRow(ctx, s, h, o, l, func(r tabular.Row) error {
		if !isPracticeSetting(h.Cell(r, "setting")) {
			return nil
		}
		code, reason := practiceIn(h.Cell(r, "practice"))
		status := statusWord(h.Cell(r, "status"))
		if reason == "" && status == "" {
			reason = "the status is none of A, C, D, P, ACTIVE, INACTIVE, DORMANT and PROPOSED"
		}
		if reason != "" {
			l.Reject(rejection(s, h, r, "practice", reason))
			return nil
		}
		days, ok := headedDays(s, h, r, l)
		if !ok {
			return nil
		}
		if last := days.last(); status != "proposed" && last.After(latest) {
			latest = last
		}
		l.Unit(measure.Unit{Code: code, Kind: "practice", Name: h.Cell(r, "name"), Status: status, Opened: days.opened, Closed: days.closed,
			Postcode: h.Cell(r, "postcode"), Row: r.Line})
		if sub := groupCode(h.Cell(r, "sub-icb")); sub != "" && (status == "active" || !days.from.IsZero()) {
			groups.unit(sub, "sub-icb", "", r.Line)
			l.Membership(measure.Membership{Unit: code, Group: sub, GroupKind: "sub-icb", From: days.from, To: days.to, Row: r.Line})
		}
		return nil
	})
	settleRegisterDate(l, o, latest)
	if l.File.AsAt.IsZero() {
		settleDateByName(f, l)
	}
	return err
}

func headedDays(s *tabular.Sheet, h *tabular.Header, r tabular.Row, l *measure.Load) (days epraccurDates, ok bool) {
	for column, day := range map[string]*date.Date{"opened": &days.opened, "closed": &days.closed, "from": &days.from, "to": &days.to} {
		d, err := odsDate(h.Cell(r, column))
		if err != nil {
			l.Reject(rejection(s, h, r, column, err.Error()))
			return days, false
		}
		*day = d
	}
	return days, true
}

var fullYear = regexp.MustCompile(`(?:^|[^0-9])(20[0-4]\d)(?:-(0[1-9]|1[0-2]))?(?:[^0-9]|$)`)

// settleDateByName dates a register without any dates by its file's or folder's
// name, as a last resort: the beginning of the month or year that stands there.
// Without one the register has no date, and gives way to every dated one.
func settleDateByName(f *tabular.File, l *measure.Load) {
	found := fullYear.FindStringSubmatch(fileYearText(f))
	if found == nil {
		note(l, "The file does not state its date and holds none; what dated files say goes before it.")
		return
	}
	month := found[2]
	if month == "" {
		month = "01"
	}
	if d, err := date.Parse(found[1] + "-" + month + "-01"); err == nil {
		asAt(l, d)
		note(l, "The file does not state its date and holds none; "+d.Label()+" is taken from the name of the file or its folder.")
	}
}
