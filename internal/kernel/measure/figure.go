package measure

import (
	"fmt"
	"math"

	"ohp/internal/kernel/date"
)

// Status says whether a figure was reported.
type Status uint8

// The statuses of a figure. Only Reported carries numbers that may be used.
const (
	// Reported: the publisher gives a number, nought included.
	Reported Status = iota
	// Suppressed: the publisher holds a number and withholds it, usually because it is small.
	Suppressed
	// NotReported: the publisher says that the unit gave nothing ("No Data", supplier "None/Unknown").
	NotReported
	// Missing: nobody says anything: no row in the file, or no file for the period.
	Missing
)

var statusWords = [...]string{"reported", "suppressed", "not reported", "missing"}

// String gives the status in the words that exports use.
func (s Status) String() string {
	if int(s) < len(statusWords) {
		return statusWords[s]
	}
	return fmt.Sprintf("status %d", s)
}

// None is the absence of a number in a Figure (a NaN); test with IsNone.
var None = math.NaN()

// IsNone says whether x is the absence of a number.
func IsNone(x float64) bool { return x != x }

// Figure is one measure for one unit over one period.
type Figure struct {
	Measure string // name of the declared Measure
	Unit    string // code of the unit: ODS code of a practice, code of a PCN
	Period  date.Period
	Status  Status
	// Numerator and Denominator are counts or amounts as published; None when not given.
	Numerator, Denominator float64
	// Value is the publisher's own value where no numerator and denominator are
	// published (a score, a published percentage), in the measure's scale (Per);
	// None when it follows from numerator and denominator.
	Value float64
	// Row is the line (CSV) or row (workbook) in the place that the figure came from, counted from 1.
	Row int
}

// Amount is the figure's value in the measure's scale: the published value, or
// numerator over denominator times per, or the numerator alone. None when there is none.
func (f Figure) Amount(per float64) float64 {
	switch {
	case f.Status != Reported:
		return None
	case !IsNone(f.Value):
		return f.Value
	case IsNone(f.Denominator):
		return f.Numerator
	case f.Denominator <= 0:
		return None
	}
	return f.Numerator * per / f.Denominator
}

// Kind is the sort of quantity that a measure is; it decides which charts fit.
type Kind uint8

// The kinds of measure.
const (
	// Count: events with no denominator, or where the exposure is the period itself.
	Count Kind = iota
	// Proportion: a numerator that is part of its denominator (patients of patients).
	Proportion
	// Rate: events over an exposure that they are not part of (complaints per 1,000 patients).
	Rate
	// Measurement: a published value or amount (a score, pounds per patient, minutes).
	Measurement
)

var kindWords = [...]string{"count", "proportion", "rate", "measurement"}

// String names the kind in lower-case words.
func (k Kind) String() string { return kindWords[k] }

// Measure declares a series of figures that a module offers.
type Measure struct {
	Name  string // stable, lower case, hyphens: "online-consultations"
	Title string // for people: "Online consultation submissions"
	Kind  Kind
	// Per scales numerator over denominator for people: 100 for per cent, 1000 for a rate per 1,000; 1 otherwise.
	Per float64
	// Unit is the kind of unit that is measured: "practice" or "pcn".
	Unit string
	// Cadence is how often the publisher states it.
	Cadence date.Kind
	// Counts says what the numerator counts, Of what the denominator counts, as plural nouns.
	Counts, Of string
	// Source names the publication, for people.
	Source string
}
