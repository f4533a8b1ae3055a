package monitor

import (
	"math"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"ohp/internal/kernel/date"
	"ohp/internal/kernel/measure"
	"ohp/internal/stats/spc"
)

// monthly is a plot of counts over a denominator from January 2023.
func monthly(law measure.Kind, den float64, counts ...float64) Plot {
	p := Plot{ID: "x", Title: "x", Law: law, Per: 100, Direction: spc.Increase}
	at := date.Month.Of(date.New(2023, 1, 1))
	for _, n := range counts {
		p.Periods, p.Status = append(p.Periods, at), append(p.Status, measure.Reported)
		p.Num, p.Den = append(p.Num, n), append(p.Den, den)
		at = at.Next()
	}
	return p
}

func draw(t testing.TB, p Plot) Plotted {
	t.Helper()
	d, err := p.Draw()
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func marked(d Plotted) int {
	n := 0
	for _, pt := range d.Points {
		if pt.Cause != "" {
			n++
		}
	}
	return n
}

// What was never counted must not look calm: a chart of nothing but noughts has no icon that speaks of its variation.
func TestNoughtsHaveNoIcon(t *testing.T) {
	noughts := make([]float64, 14)
	if draw(t, monthly(measure.Rate, 19000, noughts...)).icons() != nil {
		t.Error("nothing but noughts has an icon")
	}
	noughts[3] = 1
	if draw(t, monthly(measure.Rate, 19000, noughts...)).icons() == nil {
		t.Error("a rate with one event has no icon")
	}
}

// Given a change that is known to have begun, When the chart is drawn, Then centre and limits come from before it.
func TestPlotFixesLimitsBeforeTheChange(t *testing.T) {
	p := monthly(measure.Proportion, 1000, 640, 655, 630, 648, 661, 637, 650, 629, 644, 658, 641, 635, 652, 500, 510, 495)
	p.Began = p.Periods[13]
	d := draw(t, p)
	if d.Fixed != 13 || math.Abs(d.Points[0].Centre-64.462) > .001 || marked(d) != 3 {
		t.Errorf("fixed on %d points, centre %v, %d marked", d.Fixed, d.Points[0].Centre, marked(d))
	}
	if !strings.Contains(strings.Join(d.Settings, " "), "before February 2024, when the change began") {
		t.Errorf("the settings are %q", d.Settings)
	}
	p.Began = p.Periods[5] // too few points before it
	if d := draw(t, p); d.Fixed != 0 {
		t.Errorf("limits rest on %d points", d.Fixed)
	}
}

// Given hardly a case a month, When noughts follow each other, Then nothing is marked: that is what chance gives.
func TestPlotOfRareCasesMarksNoRuns(t *testing.T) {
	counts := slices.Repeat([]float64{0}, 30)
	counts[9], counts[20] = 1, 1
	for _, law := range []measure.Kind{measure.Rate, measure.Proportion} {
		d := draw(t, monthly(law, 9000, counts...))
		if n := marked(d); n != 0 || d.Variation != spc.VariationCommon {
			t.Errorf("%s: %d points of a %s chart are marked, variation %s", law, n, d.Chart, d.Variation)
		}
	}
	whole := slices.Repeat([]float64{40}, 30) // everybody, but for one patient now and then
	whole[9], whole[20] = 39, 39
	if d := draw(t, monthly(measure.Proportion, 40, whole...)); marked(d) != 0 {
		t.Errorf("%d points of a %s chart are marked", marked(d), d.Chart)
	}
}

// Given a register that hardly moves, When its chart is drawn, Then the limits are narrowed only as long as they are some cases wide.
func TestPlotNarrowsLimitsWithSense(t *testing.T) {
	large := monthly(measure.Proportion, 40000, 8000, 8020, 7990, 8010, 8035, 8005, 7985, 8000, 8030, 8010, 7980, 8015, 8000, 8025)
	if d := draw(t, large); d.Chart != "pp" || marked(d) != 0 {
		t.Errorf("a large register has a %s chart with %d points marked", d.Chart, marked(d))
	}
	small := monthly(measure.Proportion, 41, 38, 38, 38, 38, 38, 38, 37, 38, 38, 38, 38, 38, 38, 37)
	if d := draw(t, small); d.Chart != "p" || marked(d) != 0 {
		t.Errorf("a small register has a %s chart with %d points marked", d.Chart, marked(d))
	}
}

// Any series is drawn: nothing panics, every period has its point, and what was not reported has no value.
func TestPlotOfAnything(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		law := rapid.SampledFrom([]measure.Kind{measure.Count, measure.Proportion, measure.Rate}).Draw(t, "law")
		n := rapid.IntRange(0, 40).Draw(t, "n")
		p := monthly(law, 1, make([]float64, n)...)
		for i := range n {
			p.Den[i] = float64(rapid.IntRange(0, 30).Draw(t, "den"))
			p.Num[i] = float64(rapid.IntRange(0, int(p.Den[i])).Draw(t, "num"))
			p.Status[i] = measure.Status(rapid.SampledFrom([]int{0, 0, 0, 0, 1, 2, 3}).Draw(t, "status"))
		}
		if n > 0 && rapid.Bool().Draw(t, "changed") {
			p.Began = p.Periods[rapid.IntRange(0, n-1).Draw(t, "began")]
		}
		d, err := p.Draw()
		if err != nil {
			return
		}
		if len(d.Points) != n {
			t.Fatalf("%d points of %d", len(d.Points), n)
		}
		for i, pt := range d.Points {
			if p.Status[i] != measure.Reported && (!measure.IsNone(pt.Value) || pt.Cause != "") {
				t.Fatalf("what was not reported is %+v", pt)
			}
		}
		if len(d.Drawing().File()) == 0 {
			t.Fatal("nothing was drawn")
		}
	})
}
