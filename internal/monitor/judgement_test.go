package monitor

import (
	"net/http/httptest"
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

// Given a practice that a file names without a judgement, and one that no file names, When their pages are read, Then both say so.
func TestPagesOfAPracticeWithoutAJudgement(t *testing.T) {
	onBoth(t, 4, func(t *testing.T, w *watched) {
		w.measures[2].Name, w.measures[2].Cadence = "cqc-overall-rating", date.Day
		w.declare()
		l := &measure.Load{}
		for unit, f := range map[string]measure.Figure{"P00": amountOf(3), "P01": unsaid(measure.NotReported)} {
			f.Measure, f.Unit, f.Period = "cqc-overall-rating", unit, date.Day.Of(date.New(2024, 1, 15))
			l.Figure("", f)
		}
		w.store(l)
		p := Pages{DB: w.db, Measures: w.measures}
		for unit, want := range map[string]struct {
			figures int
			tile    string
			words   string
		}{
			"P00": {1, "Good", ""},
			"P01": {0, "no figure", "name the code P01 without a figure"},
			"P02": {0, "", "No file that is loaded of “Wait”"},
		} {
			r := httptest.NewRequest("GET", "/", nil)
			r.SetPathValue("code", unit)
			v, err := p.readChart(r, "cqc-overall-rating")
			if err != nil || len(v.traced) != want.figures || want.figures == 0 && !strings.Contains(v.nothing().Words[0], want.words) {
				t.Errorf("%s: %d figures, %q, %v", unit, len(v.traced), v.nothing().Words, err)
			}
			practice, err := p.readPractice(r)
			if err != nil {
				t.Fatal(err)
			}
			value, note := "", ""
			for _, q := range practice.questions {
				value, note = q.Tiles[0].Value, q.Tiles[0].Note
			}
			if value != want.tile || note != "" {
				t.Errorf("%s: the small chart says %q, %q", unit, value, note)
			}
		}
	})
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
