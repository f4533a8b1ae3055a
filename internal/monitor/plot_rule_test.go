package monitor

import (
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"ohp/internal/kernel/date"
	"ohp/internal/kernel/measure"
	"ohp/internal/kernel/page/chart"
	"ohp/internal/stats/spc"
)

// plotFrom is a plot of n months; f gives each figure.
func plotFrom(law measure.Kind, n int, f func(month int) measure.Figure) Plot {
	p := Plot{ID: "x", Title: "Things", Law: law, Per: 100, Direction: spc.Decrease, Format: chart.Format{Decimals: 1}}
	if law == measure.Measurement {
		p.Per = 1
	}
	for m := range n {
		fig := f(m)
		p.Periods, p.Status = append(p.Periods, at(m)), append(p.Status, fig.Status)
		p.Num, p.Den, p.Value = append(p.Num, fig.Numerator), append(p.Den, fig.Denominator), append(p.Value, fig.Value)
	}
	return p
}

func alone(num float64) measure.Figure {
	return measure.Figure{Numerator: num, Denominator: measure.None, Value: measure.None}
}

// The chart follows from the kind of quantity and from how the points vary.
func TestPlotChoosesTheChartByRule(t *testing.T) {
	rare := func(m int) measure.Figure { return said(events(3, byChance("rare", 0, m)), 9000) }
	for name, c := range map[string]struct {
		plot  Plot
		chart string
		why   string
	}{
		"a measurement":              {plotFrom(measure.Measurement, 24, func(m int) measure.Figure { return steadyWait(0, m) }), "xmr", "each point is a measurement"},
		"counts":                     {plotFrom(measure.Count, 24, func(m int) measure.Figure { return alone(events(9, byChance("c", 0, m))) }), "c", "counts over equal periods"},
		"a share":                    {plotFrom(measure.Proportion, 24, func(m int) measure.Figure { return steadyCalls(0, m) }), "p", "a share of cases"},
		"a rate":                     {plotFrom(measure.Rate, 24, func(m int) measure.Figure { return complaintsOf(30)(0, m) }), "u", "events over an exposure"},
		"a rate of few events":       {plotFrom(measure.Rate, 24, rare), "u", "events a period the limits are wide"},
		"a rate of nearly no events": {plotFrom(measure.Rate, 60, func(m int) measure.Figure { return said(float64(m/59), 9000) }), "u", "with fewer than 0.1 events a period the limits are wide"},
		"a rate of noughts":          {plotFrom(measure.Rate, 24, func(int) measure.Figure { return said(0, 9000) }), "u", "without a single event the limits have no width"},
		"a share that varies more":   {plotFrom(measure.Proportion, 24, func(m int) measure.Figure { return said(cases(20000, .5+.05*normalOf(m), byChance("w", 0, m)), 20000) }), "pp", "the limits are widened (Laney)"},
		"a rate that varies more":    {plotFrom(measure.Rate, 24, func(m int) measure.Figure { return said(math.Round(9000*math.Exp(.1*normalOf(m))), 10000) }), "up", "the limits are widened (Laney)"},
		"a share of the same people": {plotFrom(measure.Proportion, 24, func(m int) measure.Figure { return said(math.Round(8000+12*normalOf(m)), 10000) }), "pp", "the limits are narrowed (Laney)"},
		"too few points":             {plotFrom(measure.Proportion, 11, func(m int) measure.Figure { return steadyCalls(0, m) }), "run", "there are 11 reported points, and limits from fewer than 12 would mislead"},
		"enough periods, too few points": {plotFrom(measure.Proportion, 30, func(m int) measure.Figure {
			return []measure.Figure{steadyCalls(0, m), unsaid(measure.Suppressed), unsaid(measure.NotReported)}[m%3]
		}), "run", "there are 10 reported points"},
		"one point":        {plotFrom(measure.Rate, 1, rare), "run", "there is 1 reported point,"},
		"nothing but gaps": {plotFrom(measure.Rate, 20, func(int) measure.Figure { return unsaid(measure.Missing) }), "run", "there are 0 reported points"},
	} {
		d := draw(t, c.plot)
		if d.Chart != c.chart || !strings.Contains(d.Why, c.why) {
			t.Errorf("%s: a %s chart, because %s", name, d.Chart, d.Why)
		}
		if d.Chart == "run" && (d.Variation != spc.TooFewPoints || marked(d) != 0) {
			t.Errorf("%s: variation %s, %d marked", name, d.Variation, marked(d))
		}
		if !strings.HasPrefix(d.Settings[0], capital(chartNames[d.Chart])+", because ") || noNumber(strings.Join(d.Settings, " ")) {
			t.Errorf("%s: the settings say %q", name, d.Settings)
		}
	}
}

// A document may ask for a chart, and gets it where there are points enough.
func TestPlotDrawsWhatIsAskedFor(t *testing.T) {
	p := plotFrom(measure.Proportion, 24, func(m int) measure.Figure { return steadyCalls(0, m) })
	for _, kind := range []string{"xmr", "p", "pp", "u", "up", "run"} {
		p.Chart = kind
		if d := draw(t, p); d.Chart != kind || !strings.Contains(d.Why, "the indicator’s document asks") {
			t.Errorf("asked for %s: a %s chart because %s", kind, d.Chart, d.Why)
		}
	}
	p.Chart, p.MinimumPoints = "p", 30
	if d := draw(t, p); d.Chart != "run" {
		t.Errorf("of 24 points where 30 are needed: a %s chart", d.Chart)
	}
	p.Chart, p.MinimumPoints = "pie", 12
	if _, err := p.Draw(); err == nil || !strings.Contains(err.Error(), "pie") {
		t.Errorf("a pie: %v", err)
	}
	if _, err := plotFrom(measure.Rate, 0, nil).Draw(); err == nil || !strings.Contains(err.Error(), "no points") {
		t.Errorf("no period at all: %v", err)
	}
	p.Chart, p.Profile = "", "nobody's"
	if _, err := p.Draw(); err == nil {
		t.Error("an unknown profile is accepted")
	}
}

// Given limits without width, When one point then differs, Then nothing is called special, and no icon claims more.
func TestPlotOfEqualPointsMarksNothing(t *testing.T) {
	for name, p := range map[string]Plot{
		"equal measurements": plotFrom(measure.Measurement, 20, func(int) measure.Figure { return amountOf(5) }),
		"nobody":             plotFrom(measure.Proportion, 20, func(int) measure.Figure { return said(0, 500) }),
		"everybody":          plotFrom(measure.Proportion, 20, func(int) measure.Figure { return said(500, 500) }),
		"no events":          plotFrom(measure.Rate, 20, func(int) measure.Figure { return said(0, 500) }),
		"no counts":          plotFrom(measure.Count, 20, func(int) measure.Figure { return alone(0) }),
	} {
		p.Target = spc.TargetOf(7)
		d := draw(t, p)
		if n := marked(d); n != 0 || d.Variation != spc.VariationCommon && d.Variation != spc.TooFewPoints {
			t.Errorf("%s: %d marked on a %s chart, variation %s", name, n, d.Chart, d.Variation)
		}
	}
}

// Given a steady series with one point far out, When it is drawn, Then that point is marked, on its side and as what it means.
func TestPlotMarksWhatIsSpecial(t *testing.T) {
	for _, c := range []struct {
		law       measure.Kind
		direction spc.Direction
		up        bool
		want      chart.Mark
	}{
		{measure.Proportion, spc.Increase, true, chart.ImprovementHigh}, {measure.Proportion, spc.Increase, false, chart.ConcernLow},
		{measure.Rate, spc.Decrease, true, chart.ConcernHigh}, {measure.Rate, spc.Decrease, false, chart.ImprovementLow},
		{measure.Measurement, spc.Neutral, true, chart.NeitherHigh}, {measure.Measurement, spc.Neutral, false, chart.NeitherLow},
		{measure.Count, spc.Decrease, true, chart.ConcernHigh},
	} {
		p := plotFrom(c.law, 20, func(m int) measure.Figure {
			x := float64(200 + 7*(m%4))
			if m == 12 && c.up {
				x = 330
			} else if m == 12 {
				x = 90
			}
			switch c.law {
			case measure.Measurement:
				return amountOf(x)
			case measure.Count:
				return alone(x)
			}
			return said(x, 500)
		})
		p.Direction = c.direction
		d := draw(t, p)
		drawn := d.Drawing().Points
		for i, pt := range drawn {
			want := chart.Common
			if i == 12 {
				want = c.want
			}
			if pt.Mark != want {
				t.Errorf("%s, %v: point %d of a %s chart is marked %v (%s)", c.law, c.direction, i, d.Chart, pt.Mark, d.Points[i].Cause)
			}
		}
		if words := d.Drawing().Desc; !strings.Contains(words, "1 point shows a special cause") {
			t.Errorf("it is described as %q", words)
		}
	}
}

func TestPlotTellsItsGaps(t *testing.T) {
	d := draw(t, plotFrom(measure.Proportion, 20, func(m int) measure.Figure {
		switch m {
		case 3:
			return unsaid(measure.Suppressed)
		case 5:
			return said(3, 0)
		case 19:
			return unsaid(measure.NotReported)
		}
		return steadyCalls(0, m)
	}))
	settings := strings.Join(d.Settings, " ")
	if !strings.Contains(settings, "3 of 20 periods have no usable figure") || !strings.Contains(settings, "nhsr-0.2.2") || !strings.Contains(settings, "all 17 reported points") {
		t.Errorf("the settings say %q", settings)
	}
	if d.LastPeriod != at(18) || measure.IsNone(d.LastValue) {
		t.Errorf("the last value is %v of %s", d.LastValue, d.LastPeriod)
	}
	for _, i := range []int{3, 5, 19} {
		if !measure.IsNone(d.Points[i].Value) || d.Points[i].Cause != "" {
			t.Errorf("point %d is %+v", i, d.Points[i])
		}
	}
	one := draw(t, plotFrom(measure.Proportion, 20, func(m int) measure.Figure {
		if m == 5 {
			return unsaid(measure.NotReported)
		}
		return steadyCalls(0, m)
	}))
	if settings := strings.Join(one.Settings, " "); !strings.Contains(settings, "1 of 20 periods has no usable figure; it is left out and is not counted as nought.") {
		t.Errorf("of one gap the settings say %q", settings)
	}
	if words := draw(t, plotFrom(measure.Rate, 3, func(int) measure.Figure { return unsaid(measure.Missing) })).Drawing().Desc; words != "No figure has been reported." {
		t.Errorf("nothing is described as %q", words)
	}
}

// Slices of different lengths are refused with words.
func TestPlotRefusesUnequalSlices(t *testing.T) {
	whole := func() Plot {
		return plotFrom(measure.Rate, 15, func(m int) measure.Figure { return steadyComplaints(0, m) })
	}
	for name, cut := range map[string]func(*Plot){
		"statuses":     func(p *Plot) { p.Status = p.Status[:4] },
		"numerators":   func(p *Plot) { p.Num = nil },
		"denominators": func(p *Plot) { p.Den = p.Den[:14] },
		"values":       func(p *Plot) { p.Value = append(p.Value, 1) },
	} {
		p := whole()
		cut(&p)
		if _, err := p.Draw(); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
	p := whole()
	p.Value, p.Den = nil, nil
	if _, err := p.Draw(); err != nil {
		t.Errorf("without values and denominators: %v", err)
	}
}

// Any figures at all, of any kind and in any chart, are drawn or refused with words; limits hold their centre, and no words hold what is no number.
func TestPlotOfAnyFigures(t *testing.T) {
	number := rapid.OneOf(rapid.Float64Range(0, 100), rapid.Float64Range(-1e12, 1e12), rapid.SampledFrom([]float64{0, 1, -1, math.NaN(), math.Inf(1), math.Inf(-1), 1e308, 5e-324}))
	rapid.Check(t, func(t *rapid.T) {
		law := rapid.SampledFrom([]measure.Kind{measure.Count, measure.Proportion, measure.Rate, measure.Measurement}).Draw(t, "law")
		p := plotFrom(law, rapid.IntRange(0, 40).Draw(t, "n"), func(int) measure.Figure {
			return measure.Figure{Status: measure.Status(rapid.SampledFrom([]int{0, 0, 0, 1, 2, 3}).Draw(t, "status")),
				Numerator: number.Draw(t, "num"), Denominator: number.Draw(t, "den"), Value: rapid.OneOf(rapid.Just(math.NaN()), number).Draw(t, "value")}
		})
		fitting := map[measure.Kind][]string{measure.Proportion: {"p", "pp"}, measure.Rate: {"u", "up"}}[law] // see Indicator.Check
		p.Chart = rapid.SampledFrom(append(fitting, "", "by-rule", "none", "xmr", "run")).Draw(t, "chart")
		p.Per = rapid.SampledFrom([]float64{0, 1, 100, 1000}).Draw(t, "per")
		p.MinimumPoints = rapid.IntRange(0, 15).Draw(t, "minimum")
		p.Direction = rapid.SampledFrom([]spc.Direction{spc.Increase, spc.Decrease, spc.Neutral}).Draw(t, "direction")
		p.Profile = rapid.SampledFrom(append([]string{""}, profiles...)).Draw(t, "profile")
		if rapid.Bool().Draw(t, "target") {
			p.Target = spc.TargetOf(50)
		}
		d, err := p.Draw()
		if err != nil {
			if strings.TrimSpace(err.Error()) == "" {
				t.Fatal("refused without words")
			}
			return
		}
		for i, pt := range d.Points {
			if pt.Period != p.Periods[i] || p.Status[i] != measure.Reported && (!measure.IsNone(pt.Value) || pt.Cause != "") {
				t.Fatalf("point %d is %+v", i, pt)
			}
			if pt.Lower > pt.Centre || pt.Centre > pt.Upper {
				t.Fatalf("limits of point %d of a %s chart: %v to %v about %v", i, d.Chart, pt.Lower, pt.Upper, pt.Centre)
			}
		}
		if words := strings.Join(d.Settings, " ") + d.Why; noNumber(words) {
			t.Fatalf("it says %q", words)
		}
		if len(d.Drawing().File()) == 0 {
			t.Fatal("nothing was drawn")
		}
		if spark := d.Spark(); len(spark.Points) != len(p.Periods) {
			t.Fatal("the small chart has other points")
		}
	})
}

// The properties of a chart follow from the indicator's document.
func TestPlotOfAnIndicator(t *testing.T) {
	in := watchedIndicator("calls", "access", HigherIsBetter, "% of calls")
	in.Target = 90
	s := measure.Series{Periods: []date.Period{at(0)}, Status: []measure.Status{measure.Reported}, Num: []float64{80}, Den: []float64{100}, Val: []float64{measure.None}}
	p := plotOf(in, watchedMeasures()[1], s)
	if p.Direction != spc.Increase || !p.Target.Set || p.Target.Value != 90 || p.Format.Suffix != "%" || p.Per != 100 || p.MinimumPoints != 12 {
		t.Errorf("the plot is %+v", p)
	}
	if d := draw(t, p); d.LastValue != 80 || !strings.Contains(d.Drawing().Desc, "80.0% in January 2023") {
		t.Errorf("drawn as %v, %q", d.LastValue, d.Drawing().Desc)
	}
	in.ScaleWords, in.Direction, in.Target = "£ per patient", Neither, measure.None
	if p := plotOf(in, watchedMeasures()[2], s); p.Format.Prefix != "£" || p.Axis != "£ per patient" || p.Direction != spc.Neutral || p.Target.Set {
		t.Errorf("the plot is %+v", p)
	}
}

func TestNamesInCapitals(t *testing.T) {
	for name, want := range map[string]string{
		"ELM TREE SURGERY": "Elm Tree Surgery", "THE SURGERY AT O'BRIEN-SMITH": "The Surgery at O'Brien-Smith", "OHP NORTH PCN": "OHP North PCN",
		"Elm Tree": "Elm Tree", "": "", "ST. ANNE'S (BRANCH)": "St. Anne's (Branch)",
	} {
		if got := titleCase(name); got != want {
			t.Errorf("%q becomes %q, want %q", name, got, want)
		}
	}
}
