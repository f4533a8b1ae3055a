package monitor

import (
	"slices"
	"strings"
	"testing"

	"ohp/internal/kernel/date"
	"ohp/internal/kernel/measure"
)

func TestLevelsOf(t *testing.T) {
	for scale, want := range map[string][]string{
		"rating: 1 Inadequate, 2 Requires improvement, 3 Good, 4 Outstanding": {"Inadequate", "Requires improvement", "Good", "Outstanding"},
		"score: higher is more deprived":                                      nil,
		"minutes, half of callers waiting longer":                             nil,
		"% of calls":             nil,
		"":                       nil,
		"rating: 1 Poor, 3 Good": nil,
	} {
		if got := levelsOf(scale); !slices.Equal(got, want) {
			t.Errorf("%q has the levels %q, want %q", scale, got, want)
		}
	}
}

// A judgement stands until the next: days on which somebody else was judged are no gaps, and chance has no say.
func TestJudgementsHaveNoGapsAndNoLimits(t *testing.T) {
	in, err := IndicatorNamed("cqc-overall-rating")
	if err != nil {
		t.Fatal(err)
	}
	s := measure.Series{Measure: in.Measure, Unit: "P1"}
	for i, value := range []float64{measure.None, 3, measure.None, 2, measure.None} {
		status := measure.Reported
		if measure.IsNone(value) {
			status = measure.Missing
		}
		s.Periods, s.Status = append(s.Periods, date.Day.Of(date.New(2024, 3, 1+i))), append(s.Status, status)
		s.Num, s.Den, s.Val = append(s.Num, measure.None), append(s.Den, measure.None), append(s.Val, value)
	}
	d, err := plotOf(in, measure.Measure{Name: in.Measure, Kind: measure.Measurement, Per: 1, Cadence: date.Day}, s).Draw()
	if err != nil {
		t.Fatal(err)
	}
	if len(d.Points) != 2 || d.describe() != "Latest: Requires improvement on 4 March 2024." {
		t.Errorf("%d points, %q", len(d.Points), d.describe())
	}
	if words := strings.Join(d.Settings, " "); strings.Contains(words, "no usable figure") || strings.Contains(words, "imits from") {
		t.Errorf("the settings are %q", words)
	}
}

func TestTitleCaseOfMixedNames(t *testing.T) {
	for name, want := range map[string]string{
		"MOSELEY, BILLESLEY and YARDLEY WOOD PCN": "Moseley, Billesley and Yardley Wood PCN",
		"Alliance of Sutton Practices PCN":        "Alliance of Sutton Practices PCN",
		"COLLEGE GREEN MEDICAL PRACTICE":          "College Green Medical Practice",
		"i3 Health":                               "i3 Health",
	} {
		if got := titleCase(name); got != want {
			t.Errorf("%q is written %q, want %q", name, got, want)
		}
	}
}
