package demo

import (
	"slices"
	"time"

	"ohp/internal/kernel/date"
)

// Shape is how a change unfolds.
type Shape string

// The shapes of change in the demonstration.
const (
	Step    Shape = "step"    // the level moves once, and stays
	Slope   Shape = "slope"   // the level moves by as much again every month
	Silence Shape = "silence" // figures stop coming
)

// Change is something that truly happens to a practice in the demonstration.
type Change struct {
	Practice string // "" when it happens to all
	Measure  string
	Shape    Shape
	From     date.Period // and until the end
	// Factor multiplies the level of a rate; 1 or 0 for none.
	Factor float64
	// Points moves a proportion by percentage points, once (Step) or every month (Slope).
	Points float64
	// Worse says whether it is bad for patients or staff.
	Worse bool
	Words string
}

func month(year int, m time.Month) date.Period { return date.Month.Of(date.New(year, m, 1)) }

// Changes are the true changes in single practices. All else is chance,
// season, lasting difference between practices, or one of Shared and Gaps.
var Changes = []Change{
	{Practice: "DM014", Measure: "complaints", Shape: Step, From: month(2026, 3), Factor: 2.2, Worse: true,
		Words: "Complaints more than double after two receptionists leave and are not replaced."},
	{Practice: "DM014", Measure: "fft-positive", Shape: Step, From: month(2026, 3), Points: -7, Worse: true,
		Words: "Fewer patients of the same practice call their experience good, from the same month."},
	{Practice: "DM012", Measure: "telephony-answered", Shape: Step, From: month(2026, 5), Points: -14, Worse: true,
		Words: "Fewer calls are answered after a change of telephone system."},
	{Practice: "DM019", Measure: "learning-events", Shape: Silence, From: month(2026, 2), Worse: true,
		Words: "The practice stops sending its learning events. That is no proof of safety."},
	{Practice: "DM024", Measure: "results-filed-on-time", Shape: Step, From: month(2025, 11), Points: 8, Worse: false,
		Words: "A duty doctor for results: more of them are filed within two working days."},
	{Practice: "DM030", Measure: "cervical-screening", Shape: Slope, From: month(2025, 4), Points: -0.4, Worse: true,
		Words: "Cervical screening slips a little every month after the practice nurse retires."},
	{Practice: "DM004", Measure: "drug-monitoring", Shape: Step, From: month(2026, 6), Points: -12, Worse: true,
		Words: "A recall list is lost in a change of clinical system: fewer blood tests for high-risk medicines are up to date."},
	{Practice: "DM029", Measure: "staff-sickness", Shape: Step, From: month(2026, 4), Factor: 1.9, Worse: true,
		Words: "Sickness absence nearly doubles."},
}

// Shared are steps that all practices take together: one note, not thirty concerns.
var Shared = []Change{
	{Measure: "online-consultations", Shape: Step, From: month(2025, 10), Factor: 1.55,
		Words: "Online consultation must be open throughout core hours from October 2025: submissions jump everywhere."},
}

// Gap is figures that are not there, and why.
type Gap struct {
	Practice string   // "" for all
	Measures []string // the measures concerned
	From, To date.Period
	// Missing: there is no row at all; otherwise the row says that nothing was reported.
	Missing bool
	Words   string
}

// Gaps lists what is missing or was not reported. Small counts of answers are suppressed besides.
var Gaps = []Gap{
	{Measures: telephonyMeasures, From: month(2024, 8), To: month(2024, 8), Missing: true,
		Words: "No telephone figures were published for August 2024."},
	{Practice: "DM027", Measures: onlineMeasures, From: month(2024, 11), To: month(2025, 2),
		Words: "The supplier of the online consultation system sent no data."},
	{Practice: "DM022", Measures: []string{"complaints", "complaints-acknowledged"}, From: month(2024, 12), To: month(2025, 1),
		Words: "The practice sent no complaint figures over a change of manager."},
	{Practice: "DM011", Measures: []string{"staff-sickness"}, From: month(2025, 7), To: month(2025, 8), Missing: true,
		Words: "The payroll extract was not taken."},
}

// stillSilent says whether a measure of a practice has stopped by period p.
func stillSilent(practice, name string, p date.Period) bool {
	for _, c := range Changes {
		if c.Shape == Silence && c.Practice == practice && c.Measure == name && p.Compare(c.From) >= 0 {
			return true
		}
	}
	return false
}

func gapAt(practice, name string, p date.Period) (Gap, bool) {
	for _, g := range Gaps {
		if (g.Practice == "" || g.Practice == practice) && slices.Contains(g.Measures, name) && p.Compare(g.From) >= 0 && p.Compare(g.To) <= 0 {
			return g, true
		}
	}
	return Gap{}, false
}

// effect returns what the story does to a measure of a practice in a period: a factor and points.
func effect(practice, name string, p date.Period) (factor, points float64) {
	factor = 1
	for _, list := range [][]Change{Changes, Shared} {
		for _, c := range list {
			if c.Measure != name || c.Practice != "" && c.Practice != practice || p.Compare(c.From) < 0 {
				continue
			}
			if c.Factor > 0 {
				factor *= c.Factor
			}
			switch c.Shape {
			case Step:
				points += c.Points
			case Slope:
				points += c.Points * float64(p.Index()-c.From.Index()+1)
			}
		}
	}
	return factor, points
}
