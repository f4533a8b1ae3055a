package funnel

import (
	"errors"
	"math"
	"slices"
)

// Drawing says which limits FunnelPlotR is asked to draw, and how.
type Drawing struct {
	Adjusted, Unadjusted bool
	// Judge is the level that a unit must pass to be an outlier.
	Judge Level
	// Multiplier scales figures and limits (100 for percentages).
	Multiplier float64
}

// Comparison is what FunnelPlotR answers: the fit before its gate, the limits at each
// unit's denominator and along its plotting grid, times the multiplier, and outliers.
type Comparison struct {
	Fit Fit
	// Adjusted and Unadjusted say what is drawn after the gate. Phi and Tau2 are as
	// reported: zero if adjusted limits were not asked for.
	Adjusted, Unadjusted bool
	Phi, Tau2            float64
	// Units holds the limits at each unit's denominator, Grid those of the whole
	// plotting table, in order of denominator.
	Units, Grid []Line
	// Outlier is 1 beyond the limits of the level that judges, 0 within, -1 unknown.
	Outlier []int
}

// Compare does what FunnelPlotR::funnel_plot 0.6.0 does with one numerator and one
// denominator per unit. It is an error, as there, if a denominator is missing or infinite,
// or if over-dispersion is to decide what is drawn and cannot be measured. That package
// also refuses rows whose numerators are their denominators, before it adds them up to
// units: whoever adds them up looks for that.
func Compare(numerator, denominator []float64, settings Settings, drawing Drawing) (Comparison, error) {
	for _, d := range denominator {
		if math.IsNaN(d) || math.IsInf(d, 0) {
			return Comparison{}, errors.New("a denominator is missing or infinite; every unit needs one")
		}
	}
	settings.Profile = FunnelPlotR
	var workspace Workspace
	fit, err := workspace.Fit(numerator, denominator, settings)
	if err != nil {
		return Comparison{}, err
	}
	c := Comparison{Fit: fit, Adjusted: drawing.Adjusted, Unadjusted: drawing.Unadjusted, Phi: fit.Phi, Tau2: fit.Tau2}
	if err := c.gate(); err != nil {
		return Comparison{}, err
	}
	c.lines(drawing.Multiplier)
	c.judge(numerator, denominator, drawing)
	return c, nil
}

// gate falls back to unadjusted limits where adjusted ones alone were asked for and
// phi does not exceed 1, whatever tau² is.
func (c *Comparison) gate() error {
	switch {
	case !c.Adjusted:
		c.Phi, c.Tau2 = 0, 0
	case c.Unadjusted:
	case math.IsNaN(c.Phi):
		return errors.New("over-dispersion cannot be measured: a figure is missing or no unit is left after trimming")
	case c.Phi <= 1:
		c.Adjusted, c.Unadjusted = false, true
	}
	return nil
}

// lines computes the limits over the sorted union of the units' denominators and an
// even grid of a thousand.
func (c *Comparison) lines(multiplier float64) {
	xs := grid(c.Fit.Settings.Kind, c.Fit.Denominator)
	reported := c.Fit
	reported.Tau2 = c.Tau2
	c.Grid = make([]Line, len(xs))
	for i, x := range xs {
		c.Grid[i] = reported.line(x).times(multiplier)
	}
	if c.Fit.Settings.Kind == Proportion {
		unbounce(c.Grid, multiplier)
	}
	c.Units = make([]Line, len(c.Fit.Denominator))
	for i, d := range c.Fit.Denominator {
		at, _ := slices.BinarySearch(xs, d)
		c.Units[i] = c.Grid[at]
	}
}

func grid(kind Kind, denominators []float64) []float64 {
	from := 3.0
	if kind == StandardisedRatio {
		from = 1.1
	}
	to := math.Ceil(slices.Max(denominators))
	const points = 1000
	xs := make([]float64, 0, points+len(denominators))
	for i := range points {
		xs = append(xs, from+float64(i)*((to-from)/(points-1)))
	}
	xs[points-1] = to
	xs = append(xs, denominators...)
	slices.Sort(xs)
	return slices.Compact(xs)
}

func (l Line) times(multiplier float64) Line {
	for _, pair := range l.pairs() {
		pair.Low, pair.High = multiplier*pair.Low, multiplier*pair.High
	}
	return l
}

func (l *Line) pairs() [4]*Limits {
	return [4]*Limits{&l.Adjusted95, &l.Adjusted998, &l.Unadjusted95, &l.Unadjusted998}
}

// unbounce removes what the sine does beyond 0 and a right angle: a lower limit above
// the next larger unit's becomes 0, an upper limit below the next one's becomes the
// multiplier. Unknown next to a limit makes it unknown.
func unbounce(lines []Line, multiplier float64) {
	for i := range lines {
		for _, pair := range lines[i].pairs() {
			if pair.High > multiplier {
				pair.High = multiplier
			}
		}
	}
	for i := range len(lines) - 1 {
		next := lines[i+1].pairs()
		for j, pair := range lines[i].pairs() {
			pair.Low = settle(pair.Low, next[j].Low, pair.Low > next[j].Low, 0)
			pair.High = settle(pair.High, next[j].High, pair.High < next[j].High, multiplier)
		}
	}
}

func settle(limit, next float64, bounces bool, end float64) float64 {
	switch {
	case math.IsNaN(next):
		return math.NaN()
	case bounces:
		return end
	}
	return limit
}

// judge holds each unit's own ratio, whose denominator is not rounded, against the
// limits at its rounded one.
func (c *Comparison) judge(numerator, denominator []float64, drawing Drawing) {
	c.Outlier = make([]int, len(numerator))
	if !c.Adjusted && !c.Unadjusted {
		return
	}
	for i, o := range numerator {
		pairs := c.Units[i].pairs()
		at := int(drawing.Judge)
		if !c.Adjusted {
			at += 2
		}
		figure := o / denominator[i] * drawing.Multiplier
		switch {
		case figure > pairs[at].High || figure < pairs[at].Low:
			c.Outlier[i] = 1
		case !pairs[at].Contains(figure):
			c.Outlier[i] = -1
		}
	}
}
