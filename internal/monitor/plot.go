package monitor

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"ohp/internal/kernel/date"
	"ohp/internal/kernel/measure"
	"ohp/internal/kernel/page/chart"
	"ohp/internal/stats/dist"
	"ohp/internal/stats/spc"
)

// Plot is one series to be drawn over time.
type Plot struct {
	ID, Title string
	// Law is the kind of quantity; it decides, with the figures, which chart fits.
	Law measure.Kind
	// Per scales numerator over denominator; 0 is 1.
	Per       float64
	Direction spc.Direction
	Target    spc.Target
	// Chart is one of Charts, or "by-rule" or "" to choose.
	Chart string
	// Profile names the rules; "" is nhsr-0.2.2.
	Profile string
	// MinimumPoints is how many reported points limits need; with fewer a run chart is drawn. 0 is 12.
	MinimumPoints int
	Axis          string
	Format        chart.Format
	// The points, in order of time. Denominators may be nil for measurements and counts. Value is the amount of a Measurement.
	Periods  []date.Period
	Status   []measure.Status
	Num, Den []float64
	Value    []float64
	Began    date.Period // where a change began, to be marked; zero for none
}

// Plotted is a drawn series.
type Plotted struct {
	Chart string // the kind that was drawn: "xmr", "p", "pp", "u", "up", "c" or "run"
	// Why says in words why this kind was chosen.
	Why string
	// Points are in order of Periods; NaN where there is none.
	Points    []PlottedPoint
	Variation spc.Variation
	Assurance spc.Assurance
	Settings  []string // printed under the chart
	// Fixed is how many first points centre and limits are calculated from; 0 for all.
	Fixed      int
	LastValue  float64 // of the last reported period, NaN for none
	LastPeriod date.Period
	plot       Plot
	fitted     *spc.ControlChart // of the kind that fit compared and chose, so that it is not calculated twice
}

// PlottedPoint is one period of a plotted series, in the indicator's scale.
type PlottedPoint struct {
	Period                      date.Period
	Status                      measure.Status
	Num, Den                    float64
	Value, Lower, Centre, Upper float64
	Cause                       string // "" for common cause
	Type                        spc.PointType
	Up                          bool
	Ghost                       bool
}

// least points for limits, when a plot does not say.
const defaultMinimumPoints = 12

// Draw chooses the chart, calculates it and marks special causes.
func (p Plot) Draw() (Plotted, error) {
	if p.Per == 0 {
		p.Per = 1
	}
	if p.MinimumPoints == 0 {
		p.MinimumPoints = defaultMinimumPoints
	}
	profile, err := p.profile()
	if err == nil {
		err = p.check()
	}
	if err != nil {
		return Plotted{}, err
	}
	d := Plotted{plot: p, LastValue: measure.None}
	d.lay()
	d.fix()
	d.choose()
	if d.Chart == "xmr" {
		err = d.individual(profile)
	} else {
		err = d.control(profile)
	}
	d.tellSettings(profile)
	return d, err
}

// check refuses figures that do not belong to the periods one by one, and a chart that nobody knows.
func (p Plot) check() error {
	n := len(p.Periods)
	for _, part := range []struct {
		name  string
		has   int
		spare bool
	}{{"statuses", len(p.Status), false}, {"numerators", len(p.Num), false}, {"denominators", len(p.Den), p.Den == nil}, {"values", len(p.Value), p.Value == nil}} {
		if part.has != n && !part.spare {
			return fmt.Errorf("%s: there are %d periods and %d %s; give one for each period", p.Title, n, part.has, part.name)
		}
	}
	if p.Chart != "" && chartNames[p.Chart] == "" && !slices.Contains(Charts, p.Chart) {
		return fmt.Errorf("%s: %q is no kind of chart; choose one of %s", p.Title, p.Chart, strings.Join(Charts, ", "))
	}
	return nil
}

func (p Plot) profile() (spc.Profile, error) {
	if p.Profile == "" {
		return spc.NHSR022, nil
	}
	return spc.ProfileNamed(p.Profile)
}

// lay puts the figures on the points.
func (d *Plotted) lay() {
	p := d.plot
	d.Points = make([]PlottedPoint, 0, len(p.Periods))
	for i, period := range p.Periods {
		pt := PlottedPoint{Period: period, Status: p.Status[i], Num: p.Num[i], Den: measure.None, Value: measure.None, Lower: measure.None, Centre: measure.None, Upper: measure.None}
		f := measure.Figure{Status: p.Status[i], Numerator: p.Num[i], Denominator: measure.None, Value: measure.None}
		if p.Den != nil {
			pt.Den, f.Denominator = p.Den[i], p.Den[i]
		}
		if p.Value != nil {
			f.Value = p.Value[i]
		}
		if pt.Value = f.Amount(p.Per); p.impossible(pt) {
			pt.Value = measure.None
		}
		if !measure.IsNone(pt.Value) {
			d.LastValue, d.LastPeriod = pt.Value, period
		}
		d.Points = append(d.Points, pt)
	}
}

// impossible says that a figure cannot be true: it is left out, as the monitor leaves it out.
func (p Plot) impossible(pt PlottedPoint) bool {
	switch {
	case math.IsInf(pt.Value, 0) || math.IsInf(pt.Num, 0) || math.IsInf(pt.Den, 0):
		return true
	case p.Law == measure.Measurement:
		return false
	}
	return pt.Num < 0 || pt.Den <= 0 || p.Law == measure.Proportion && pt.Num > pt.Den
}

// reported counts the points with a value, and the mean count of events.
func (d *Plotted) reported() (points int, events float64) {
	for _, pt := range d.Points {
		if !measure.IsNone(pt.Value) {
			points++
			events += pt.Num
		}
	}
	return points, events / float64(max(points, 1))
}

// fix takes centre and limits from what was before a change that is known to have begun, where that is enough: mixed with
// what came after, they would call the practice's usual past a special cause.
func (d *Plotted) fix() {
	reported := 0
	for i, pt := range d.Points {
		if !d.plot.Began.IsZero() && pt.Period == d.plot.Began && reported >= d.plot.MinimumPoints {
			d.Fixed = i
		}
		if !measure.IsNone(pt.Value) {
			reported++
		}
	}
}

// counted says whether every value has its numerator and denominator.
func (d *Plotted) counted() bool {
	return !slices.ContainsFunc(d.Points, func(pt PlottedPoint) bool {
		return !measure.IsNone(pt.Value) && (measure.IsNone(pt.Num) || measure.IsNone(pt.Den))
	})
}

// choose picks the kind of chart by rule.
func (d *Plotted) choose() {
	p := d.plot
	points, events := d.reported()
	switch {
	case p.Chart != "" && p.Chart != "by-rule" && p.Chart != "none" && (points >= p.MinimumPoints || p.Chart == "run"):
		d.Chart, d.Why = p.Chart, "the indicator’s document asks for it"
	case points < p.MinimumPoints:
		d.Chart, d.Why = "run", fmt.Sprintf("there %s, and limits from fewer than %d would mislead", plural(points, "is 1 reported point", fmt.Sprintf("are %d reported points", points)), p.MinimumPoints)
	case p.Law == measure.Measurement:
		d.Chart, d.Why = "xmr", "each point is a measurement"
	case p.Law != measure.Count && !d.counted():
		d.Chart, d.Why = "xmr", "the points are published without the counts behind them"
	case p.Law == measure.Count:
		d.Chart, d.Why = "c", "the points are counts over equal periods"
	case p.Law == measure.Proportion:
		d.Chart, d.Why = "p", "each point is a share of cases"
	default:
		d.Chart, d.Why = "u", "the points are events over an exposure"
		d.Why += fewEvents(events)
	}
	if p.Chart == "" || p.Chart == "by-rule" || p.Chart == "none" {
		d.fit()
	}
}

// fewEvents says what few events a period do to the limits; "" when they are not few.
func fewEvents(events float64) string {
	switch {
	case events >= 5:
		return ""
	case events == 0:
		return "; without a single event the limits have no width"
	case events < .1:
		return "; with fewer than 0.1 events a period the limits are wide, as they must be"
	}
	return fmt.Sprintf("; with %.1f events a period the limits are wide, as they must be", events)
}

// leastToNarrow is how many cases limits must allow on either side of the centre to be narrowed: of few cases, points that
// happen to be equal would make limits of hardly any width, and one patient more would be a special cause.
const leastToNarrow = 3

// fit turns a P or U chart into Laney's P′ or U′ where the points vary more or less than binomial or
// Poisson chance explains: activity of large practices varies more, the state of a register less.
func (d *Plotted) fit() {
	if d.Chart != "p" && d.Chart != "u" {
		return
	}
	laneys := map[string]spc.Kind{"p": spc.PPrime, "u": spc.UPrime}[d.Chart]
	plain, err := d.compute(spc.Kind(d.Chart))
	laney, err2 := d.compute(laneys)
	if err != nil || err2 != nil {
		return
	}
	d.fitted = &plain
	switch r := limitRatio(plain, laney); {
	case r > 1.25:
		d.Chart, d.fitted = string(laneys), &laney
		d.Why += fmt.Sprintf(", and they vary %.1f times as widely as pure chance would, so the limits are widened (Laney)", r)
	case r < 0.75 && casesWithin(laney, d.plot.Per) >= leastToNarrow:
		d.Chart, d.fitted = string(laneys), &laney
		d.Why += fmt.Sprintf(", and they vary only %.2f times as widely as pure chance would, as where the same people are counted period after period, so the limits are narrowed (Laney)", r)
	}
}

// casesWithin is how many cases lie between the centre and a limit, at the point where they are fewest.
func casesWithin(c spc.ControlChart, per float64) float64 {
	fewest := math.Inf(1)
	for _, s := range c.Points {
		if w := half(s); w >= 0 { // not where there is no limit
			fewest = math.Min(fewest, w/per*s.N)
		}
	}
	return fewest
}

func limitRatio(plain, laney spc.ControlChart) float64 {
	for i := range plain.Points {
		a, b := plain.Points[i], laney.Points[i]
		if w := half(a); w > 0 && half(b) > 0 {
			return half(b) / w
		}
	}
	return 1
}

// half is the width of the limits on the side that is not cut off.
func half(s spc.Subgroup) float64 { return math.Max(s.Upper-s.Centre, s.Centre-s.Lower) }

// computed is the chart of the kind that was chosen.
func (d *Plotted) computed() (spc.ControlChart, error) {
	if c := d.fitted; c != nil {
		d.fitted = nil
		return *c, nil
	}
	return d.compute(spc.Kind(d.Chart))
}

func (d *Plotted) compute(kind spc.Kind) (spc.ControlChart, error) {
	n := len(d.Points)
	obs := spc.Observations{Axis: spc.Dates, X: make([]string, 0, n), Y: make([]float64, 0, n), N: make([]float64, 0, n)}
	for _, pt := range d.Points {
		y, n := pt.Num, pt.Den
		if measure.IsNone(pt.Value) {
			y, n = measure.None, measure.None
		}
		if kind == spc.Run || !kind.NeedsDenominators() && measure.IsNone(pt.Den) {
			y = pt.Value
		}
		obs.X, obs.Y, obs.N = append(obs.X, pt.Period.Start().String()), append(obs.Y, y), append(obs.N, n)
	}
	options := spc.ControlOptions{Kind: kind, Multiply: d.plot.Per, Freeze: d.Fixed}
	if !kind.NeedsDenominators() {
		obs.N = nil
		options.Multiply = 1
	}
	return spc.Control(obs, options)
}

// individual draws the XmR chart of the profile.
func (d *Plotted) individual(profile spc.Profile) error {
	engine, err := spc.NewEngine(profile)
	if err != nil {
		return err
	}
	values := make([]float64, len(d.Points))
	for i, pt := range d.Points {
		values[i] = pt.Value
	}
	r := engine.XmR(values, spc.Settings{Improvement: d.plot.Direction, Target: d.plot.Target, FixAfter: d.Fixed})
	for _, g := range r.Groups {
		for i := g.First; i < g.First+g.Points; i++ {
			d.Points[i].Centre, d.Points[i].Lower, d.Points[i].Upper = g.Limits.Centre, g.Limits.Lower, g.Limits.Upper
		}
	}
	flat := len(r.Groups) > 0 && r.Groups[0].Limits.Flat()
	d.mark(r, flat)
	d.Variation, d.Assurance = r.Variation, r.Assurance
	if flat {
		d.Variation, d.Assurance = spc.VariationCommon, spc.NoAssurance
	}
	return nil
}

// mark names special causes; limits of no width mark nothing.
func (d *Plotted) mark(r spc.Reading, flat bool) {
	for i := range d.Points {
		if measure.IsNone(d.Points[i].Value) || flat || !r.Causes[i].Special() {
			continue
		}
		d.Points[i].Cause, d.Points[i].Type, d.Points[i].Up = r.Causes[i].String(), r.Types[i], r.Causes[i].Up()
	}
}

// control draws a run chart or an attribute chart, marked by the profile's rules on
// each point's distance from the centre in its own standard deviations.
func (d *Plotted) control(profile spc.Profile) error {
	c, err := d.computed()
	if err != nil {
		return err
	}
	distances := make([]float64, len(d.Points))
	last := spc.Limits{Lower: math.Inf(-1), Upper: math.Inf(1)}
	for i, s := range c.Points {
		pt := &d.Points[i]
		pt.Centre, pt.Lower, pt.Upper = s.Centre, s.Lower, s.Upper
		distances[i] = measure.None
		if w := half(s); w > 0 && !measure.IsNone(pt.Value) {
			distances[i] = 3 * (pt.Value - s.Centre) / w
			last = spc.Limits{Centre: s.Centre, Lower: s.Lower, Upper: s.Upper}
		}
	}
	if d.Chart == "run" {
		d.Variation = spc.TooFewPoints
		return nil
	}
	engine, err := spc.NewEngine(profile)
	if err != nil {
		return err
	}
	r := engine.Standardised(distances, spc.Settings{Improvement: d.plot.Direction})
	if rare, rest := d.rare(); rare {
		d.passOverChance(&r, rest)
	}
	d.mark(r, false)
	d.Variation, d.Assurance = r.Variation, d.plot.Direction.Assurance(d.plot.Target, last)
	return nil
}

// rareUnder is the mean number of cases a period under which runs mean nothing: seven noughts in a row are then what chance gives.
const rareUnder = 2

// rare says whether cases, or (rest) those left of the whole, are so few that most periods have hardly any.
func (d *Plotted) rare() (rare, rest bool) {
	if d.plot.Law == measure.Measurement {
		return false, false
	}
	points, events := d.reported()
	if events < rareUnder {
		return true, false
	}
	left := math.Inf(1)
	if d.plot.Law == measure.Proportion {
		left = 0
		for _, pt := range d.Points {
			if !measure.IsNone(pt.Value) {
				left += pt.Den - pt.Num
			}
		}
		left /= float64(max(points, 1))
	}
	return left < rareUnder, true
}

// beyondChance is the chance of a point above a limit of three standard deviations.
const beyondChance = 0.00135

// passOverChance leaves only those points marked that lie outside of the limits and hold more cases than chance explains, by
// Poisson's law: limits of standard deviations call a single case special where there is usually none.
func (d *Plotted) passOverChance(r *spc.Reading, rest bool) {
	last := spc.CommonCause
	for i, cause := range r.Causes {
		if cause.Rule() != spc.Outside || d.chanceOf(i, rest) > beyondChance {
			r.Causes[i], r.Types[i] = spc.CommonCause, spc.Common
		}
		last = r.Causes[i]
	}
	if !last.Special() && r.Variation != spc.TooFewPoints {
		r.Variation = spc.VariationCommon
	}
}

// chanceOf is the chance of so many cases (or of so many left) as point i has, or more.
func (d *Plotted) chanceOf(i int, rest bool) float64 {
	pt := d.Points[i]
	exposure := pt.Den / d.plot.Per
	if measure.IsNone(pt.Den) {
		exposure = 1
	}
	cases, expected := pt.Num, pt.Centre*exposure
	if rest {
		cases, expected = pt.Den-pt.Num, pt.Den-expected
	}
	return dist.PoissonUpper(cases-1, expected)
}

var chartNames = map[string]string{
	"xmr": "XmR chart (individual values and moving range)", "p": "P chart (shares)", "pp": "P′ chart (shares, Laney)",
	"u": "U chart (rates)", "up": "U′ chart (rates, Laney)", "c": "C chart (counts)", "run": "run chart (median, no limits)", "i": "I chart", "g": "G chart", "t": "T chart",
}

// tellSettings writes what stands under the chart.
func (d *Plotted) tellSettings(profile spc.Profile) {
	points, _ := d.reported()
	d.Settings = []string{fmt.Sprintf("%s, because %s.", capital(chartNames[d.Chart]), d.Why)}
	if d.Chart != "run" {
		from := fmt.Sprintf("all %d reported points", points)
		if d.Fixed > 0 {
			from = fmt.Sprintf("the points before %s, when the change began", d.Points[d.Fixed].Period.Label())
		}
		d.Settings = append(d.Settings, fmt.Sprintf("Rules: %s – a point outside the limits, %d points on one side of the mean, %d points rising or falling, two of three near a limit. Limits and mean from %s.",
			profile.Name, profile.ShiftPoints, profile.TrendPoints, from))
		if rare, _ := d.rare(); rare {
			d.Settings = append(d.Settings, "There are so few cases that runs, trends and single cases arise by chance alone: only points with more cases than chance explains are marked.")
		}
	}
	switch gaps := len(d.Points) - points; gaps {
	case 0:
	case 1:
		d.Settings = append(d.Settings, fmt.Sprintf("1 of %s has no usable figure; it is left out and is not counted as nought.", several(len(d.Points), "period", "periods")))
	default:
		d.Settings = append(d.Settings, fmt.Sprintf("%d of %d periods have no usable figure; they are left out and are not counted as nought.", gaps, len(d.Points)))
	}
}
