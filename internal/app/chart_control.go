package app

import (
	"math"
	"strconv"

	"ohp/internal/kernel/errs"
	"ohp/internal/stats/spc"
)

// control draws a run chart or a Shewhart chart. Points are marked by the profile's rules on their distance from the centre in
// their own standard deviations, as the monitor's pages do; run charts and charts of moving ranges by the rules of Anhøj.
func (c Chart) control(d *Charted, t chartTable, profile spc.Profile, direction spc.Direction) error {
	if c.FixAfter > 0 && len(d.breaks) > 0 {
		return errs.New(errs.Invalid, "--fix-after and --rebase can be used together on an XmR chart only.")
	}
	x, err := spc.Control(c.observations(d, t), c.options(d))
	if err != nil {
		return err
	}
	for i, p := range x.Points {
		d.line(i, p.Part, p.Lower, p.Centre, p.Upper)
		if x.Kind != spc.T { // there p.Y has been to Nelson's scale and back, which leaves 2.9999999999999996 of 3
			d.Points[i].Value = given(p.Y)
		}
	}
	for _, part := range x.Parts {
		d.Parts = append(d.Parts, partOf(part))
	}
	d.icons(spc.TooFewPoints, spc.NoAssurance)
	switch d.Kind {
	case string(spc.Run):
	case string(spc.Moving):
		d.markSigma(x)
	default:
		err = d.standardised(x, profile, direction)
	}
	d.count()
	return err
}

// observations are what the kind is drawn from: counts over denominators, counts alone, or values.
func (c Chart) observations(d *Charted, t chartTable) spc.Observations {
	kind := spc.Kind(d.Kind)
	obs := spc.Observations{Axis: spc.Dates}
	if t.events { // several of one day are points of their own
		obs.Axis = spc.Numbers
	}
	for i, r := range t.rows {
		y, n := t.amount(r, d.Per), math.NaN()
		if t.counted() && (kind.NeedsDenominators() || kind == spc.IPrime || kind == spc.C) {
			y, n = r.num, r.den
		}
		if math.IsNaN(t.amount(r, 1)) {
			y, n = math.NaN(), math.NaN()
		}
		label := r.date.String()
		if t.events {
			label = strconv.Itoa(i)
		}
		obs.X, obs.Y, obs.N = append(obs.X, label), append(obs.Y, y), append(obs.N, n)
	}
	if !t.counted() || !kind.NeedsDenominators() && kind != spc.IPrime {
		obs.N = nil
	}
	return obs
}

func (c Chart) options(d *Charted) spc.ControlOptions {
	o := spc.ControlOptions{Kind: spc.Kind(d.Kind), Freeze: c.FixAfter, Multiply: 1}
	if o.Kind.NeedsDenominators() || o.Kind == spc.IPrime {
		o.Multiply = d.Per
	}
	// A place from 0 at which a part begins is, from 1, the number of the point after which it does.
	o.Parts = d.breaks
	return o
}

// distance is how far a point lies from the centre, in standard deviations of its own; NaN without limits. The limits of a
// T chart are not symmetrical, so each side has a width of its own; elsewhere a limit may be cut off, and the wider side counts.
func distance(kind spc.Kind, p spc.Subgroup) float64 {
	above, below := p.Upper-p.Centre, p.Centre-p.Lower
	width := math.Max(above, below)
	switch {
	case kind == spc.T && p.Y < p.Centre && p.Lower > 0:
		width = below
	case kind == spc.T || math.IsNaN(below):
		width = above
	case math.IsNaN(above):
		width = below
	}
	if !(width > 0) {
		return math.NaN()
	}
	return 3 * (p.Y - p.Centre) / width
}

// standardised marks the points and sets the icons, the target held against the latest limits; without limits there are none.
func (d *Charted) standardised(x spc.ControlChart, profile spc.Profile, direction spc.Direction) error {
	engine, err := spc.NewEngine(profile)
	if err != nil {
		return err
	}
	distances, latest := make([]float64, len(x.Points)), -1
	for i, p := range x.Points {
		if distances[i] = distance(x.Kind, p); !math.IsNaN(distances[i]) {
			latest = i
		}
	}
	if latest < 0 {
		return nil
	}
	r := engine.Standardised(distances, spc.Settings{Improvement: direction, Breaks: d.breaks})
	for i := range x.Points {
		d.tell(i, r.Causes[i], r.Types[i])
	}
	limits := spc.Limits{Lower: x.Points[latest].Lower, Upper: x.Points[latest].Upper}
	d.icons(r.Variation, direction.Assurance(d.target(), limits))
	return nil
}

// markSigma marks points beyond the limits only: neighbouring moving ranges share a value, so rules of runs mean nothing.
func (d *Charted) markSigma(x spc.ControlChart) {
	for i, p := range x.Points {
		if p.Sigma {
			d.tell(i, spc.CauseAboveUpper, spc.Neutral.TypeOf(true))
		}
	}
}

func partOf(p spc.Part) ChartedPart {
	c := ChartedPart{Points: p.Observations, RunsSignal: p.Runs.Signal}
	if p.Runs.Useful > 0 {
		r := p.Runs
		c.LongestRun, c.LongestRunMax, c.Crossings, c.CrossingsMin = &r.Longest, &r.LongestMax, &r.Crossings, &r.CrossingsMin
	}
	return c
}
