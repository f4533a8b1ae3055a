package monitor

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"ohp/internal/kernel/date"
	"ohp/internal/kernel/measure"
	"ohp/internal/kernel/page/chart"
)

// comparedOf compares practices of one period without a database.
func comparedOf(in Indicator, kind measure.Kind, per float64, figures []measure.Figure) (*comparison, *chart.Funnel) {
	p, _ := date.ParsePeriod("2026-05")
	in.ScaleWords = "calls per patient"
	c := &comparison{subject: subject{Indicator: in, measure: measure.Measure{Name: in.Measure, Kind: kind, Per: per, Counts: "calls", Of: "patients"}}, group: group{Kind: "england"}, period: p, centre: measure.None}
	c.take(figures)
	return c, c.place(nil)
}

func figuresOf(n int, f func(i int) (num, den float64)) []measure.Figure {
	var list []measure.Figure
	for i := range n {
		num, den := f(i)
		list = append(list, measure.Figure{Unit: fmt.Sprintf("A%05d", i), Numerator: num, Denominator: den, Value: measure.None})
	}
	return list
}

// Given thirty practices alike and one at five times their rate, When they are compared, Then that one alone is marked,
// on the side that the indicator's direction gives.
func TestCompareMarksTheOneThatLiesOut(t *testing.T) {
	for direction, want := range map[string]chart.Mark{LowerIsBetter: chart.ConcernHigh, HigherIsBetter: chart.ImprovementHigh, Neither: chart.NeitherHigh} {
		c, f := comparedOf(Indicator{Name: "x", Direction: direction, Funnel: true}, measure.Rate, 1000, figuresOf(31, func(i int) (float64, float64) {
			if i == 30 {
				return 500, 10000
			}
			return 95 + float64(i%11), 10000
		}))
		if f == nil {
			t.Fatal(c.noFunnel)
		}
		for _, x := range c.list {
			if (x.Unit == "A00030") != (x.Mark == want) || x.Unit != "A00030" && x.Mark != chart.Common {
				t.Errorf("%s: %s at %v is marked %v", direction, x.Unit, x.Value, x.Mark)
			}
		}
	}
}

// What is not a figure is counted by its reason, and none of it counts as nought.
func TestCompareLeavesOutWhatIsNoFigure(t *testing.T) {
	figures := figuresOf(15, func(i int) (float64, float64) { return 10 + float64(i), 1000 })
	figures[0].Status, figures[1].Status, figures[2].Denominator = measure.Suppressed, measure.NotReported, 5
	figures = append(figures, measure.Figure{Unit: "B", Numerator: 5000, Denominator: 3000, Value: measure.None}) // more than all
	c, f := comparedOf(Indicator{Name: "x", Direction: Neither, Funnel: true, MinimumDenominator: 50}, measure.Proportion, 100, figures)
	if len(c.list) != 12 || c.suppressed != 1 || c.silent != 1 || c.small != 1 || c.impossible != 1 || f == nil {
		t.Errorf("%d compared, %d suppressed, %d silent, %d small, %d impossible", len(c.list), c.suppressed, c.silent, c.small, c.impossible)
	}
	c.choose(nil)
	if c.shown[11].Value != 1.3 || c.shown[0].Value != 2.4 || math.Abs(c.centre-1.85) > 1e-12 {
		t.Errorf("the practices are %v, the average %v", c.shown, c.centre)
	}
}

// Where no funnel can be, the page says why.
func TestCompareSaysWhyThereIsNoFunnel(t *testing.T) {
	ten := figuresOf(12, func(i int) (float64, float64) { return 3, 100 })
	for _, c := range []struct {
		kind    measure.Kind
		funnel  bool
		figures []measure.Figure
		words   string
	}{
		{measure.Measurement, true, ten, "without the counts behind them"},
		{measure.Rate, false, ten, "asks for no funnel"},
		{measure.Rate, true, ten[:9], "at least 10 practices"},
		{measure.Rate, true, figuresOf(12, func(int) (float64, float64) { return 0, 100 }), "some events"},
		{measure.Rate, true, nil, "here are 0"},
	} {
		got, f := comparedOf(Indicator{Name: "x", Direction: Neither, Funnel: c.funnel}, c.kind, 1, c.figures)
		if f != nil || !strings.Contains(got.noFunnel, c.words) {
			t.Errorf("%s: it says %q, want %q", c.kind, got.noFunnel, c.words)
		}
	}
}

// The funnel says how many of those named lie out, and one is one.
func TestFunnelWords(t *testing.T) {
	of := func(marks ...chart.Mark) *chart.Funnel {
		f := &chart.Funnel{}
		for _, m := range marks {
			f.Units = append(f.Units, chart.Unit{Mark: m})
		}
		return f
	}
	c := &comparison{list: make([]compared, 12), centre: 3}
	for want, f := range map[string]*chart.Funnel{
		"12 practices, together at 3.": of(),
		"The one practice named here lies within what chance and the usual differences between practices explain.":         of(chart.Common),
		"The one practice named here lies outside of what chance and the usual differences between practices explain.":     of(chart.ConcernHigh),
		"All of the 2 practices named here lie within what chance and the usual differences between practices explain.":    of(chart.Common, chart.Common),
		"1 of the 2 practices named here lies outside of what chance and the usual differences between practices explain.": of(chart.Common, chart.NeitherLow),
		"2 of the 2 practices named here lie outside of what chance and the usual differences between practices explain.":  of(chart.NeitherHigh, chart.NeitherLow),
	} {
		if got := c.funnelWords(f); got != want {
			t.Errorf("it says %q, want %q", got, want)
		}
	}
}

// Every interval holds its value, and a page of any list is a piece of it.
func TestIntervalsHoldTheirValues(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		kind := rapid.SampledFrom([]measure.Kind{measure.Proportion, measure.Rate}).Draw(t, "kind")
		den := rapid.Float64Range(1, 1e5).Draw(t, "den")
		num := math.Floor(rapid.Float64Range(0, 1).Draw(t, "share") * den)
		c, _ := comparedOf(Indicator{Name: "x", Direction: Neither}, kind, 100, []measure.Figure{{Unit: "A", Numerator: num, Denominator: den, Value: measure.None}})
		low, high := c.interval(c.list[0])
		if !(low <= c.list[0].Value+1e-9 && c.list[0].Value <= high+1e-9 && low >= 0) {
			t.Fatalf("%v of %v: %v lies outside of %v to %v", num, den, c.list[0].Value, low, high)
		}
	})
}

func TestPageOf(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		list := make([]int, rapid.IntRange(0, 200).Draw(t, "n"))
		for i := range list {
			list[i] = i
		}
		per := rapid.IntRange(1, 60).Draw(t, "per")
		var all []int
		for n := 1; n <= pagesOf(len(list), per); n++ {
			all = append(all, pageOf(list, n, per)...)
		}
		if len(all) != len(list) || len(pageOf(list, pagesOf(len(list), per)+1, per)) != 0 {
			t.Fatalf("%d rows on %d pages of %d", len(all), pagesOf(len(list), per), per)
		}
	})
}
