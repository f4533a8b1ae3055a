package spc

import (
	"fmt"
	"math"

	"ohp/internal/stats/exact"
)

// Constants of the moving range of two normal values.
var (
	rangeToSigma    = 1.128  // d2: mean moving range over sigma
	rangeLimit      = 3.267  // D4: upper limit of a moving range over its mean (Nelson 1982)
	iPrimeScreen    = 3.2665 // the same, as qicharts2 rounds it for I′
	timePower       = 3.6    // Nelson's transformation of times between events
	medianGeometric = 0.693  // ln 2, as qicharts2 rounds it: median over mean of a G chart
)

// lines sets the centre (unless it is given) and the limits of one part.
func (o ControlOptions) lines(points []Subgroup, axis Axis) error {
	switch o.Kind {
	case Run:
		setCentre(points, func() float64 { return median(base(points, plotted)) })
	case Individual:
		o.individual(points)
	case Moving:
		moving(points)
	case IPrime:
		o.iPrime(points)
	case P:
		sigma := proportion(points)
		setLimits(points, sigma)
		clip(points, 0, 1)
	case PPrime:
		setLimits(points, o.laney(points, proportion(points), axis))
		clip(points, 0, 1)
	case U:
		setLimits(points, rate(points))
		clip(points, 0, inf)
	case UPrime:
		setLimits(points, o.laney(points, rate(points), axis))
		clip(points, 0, inf)
	case C:
		count(points)
	case G:
		o.geometric(points)
	case T:
		return o.times(points)
	}
	return nil
}

func plotted(p Subgroup) float64 { return p.Y }

// base collects what the lines are computed from: baseline, included, not missing.
func base(points []Subgroup, of func(Subgroup) float64) []float64 {
	var x []float64
	for _, p := range points {
		if v := of(p); p.Baseline && p.Included && !math.IsNaN(v) {
			x = append(x, v)
		}
	}
	return x
}

// setCentre sets the centre line unless one was given.
func setCentre(points []Subgroup, centre func() float64) {
	if !math.IsNaN(points[0].Centre) {
		return
	}
	c := centre()
	for i := range points {
		points[i].Centre = c
	}
}

// setLimits sets limits at three and at two sigma. The conversions keep compilers from
// fusing product and sum, which rounds differently.
func setLimits(points []Subgroup, sigma []float64) {
	for i := range points {
		p := &points[i]
		three, two := float64(3*sigma[i]), float64(2*sigma[i])
		p.Lower, p.Lower95 = p.Centre-three, p.Centre-two
		p.Upper95, p.Upper = p.Centre+two, p.Centre+three
	}
}

// clip brings limits that are finite into the range of possible values.
func clip(points []Subgroup, least, most float64) {
	for i := range points {
		p := &points[i]
		for _, line := range []*float64{&p.Lower, &p.Lower95} {
			if *line < least && !math.IsInf(*line, 0) {
				*line = least
			}
		}
		for _, line := range []*float64{&p.Upper, &p.Upper95} {
			if *line > most && !math.IsInf(*line, 0) {
				*line = most
			}
		}
	}
}

// each is the same sigma for every point.
func each(points []Subgroup, sigma float64) []float64 {
	all := make([]float64, len(points))
	for i := range all {
		all[i] = sigma
	}
	return all
}

// screened is the mean of the numbers, after one pass that keeps those below factor ×
// their mean, unless the options say not to.
func (o ControlOptions) screened(x []float64, factor float64) float64 {
	mean := exact.Mean(x)
	if o.Unscreened {
		return mean
	}
	return exact.Mean(below(x, factor*mean))
}

// steps are the absolute differences of neighbours, missing ones left out.
func steps(x []float64) []float64 {
	var d []float64
	for i := 1; i < len(x); i++ {
		if step := math.Abs(x[i] - x[i-1]); !math.IsNaN(step) {
			d = append(d, step)
		}
	}
	return d
}

// baseline collects a number per point of the baseline, missing ones too.
func baseline(points []Subgroup, of func(i int) float64) []float64 {
	var x []float64
	for i, p := range points {
		if p.Baseline && p.Included {
			x = append(x, of(i))
		}
	}
	return x
}

func (o ControlOptions) individual(points []Subgroup) {
	setCentre(points, func() float64 { return exact.Mean(base(points, plotted)) })
	ranges := steps(baseline(points, func(i int) float64 { return points[i].Y - points[i].Centre }))
	setLimits(points, each(points, o.screened(ranges, rangeLimit)/rangeToSigma))
}

func moving(points []Subgroup) {
	before := nan
	for i := range points {
		before, points[i].Y = points[i].Y, math.Abs(points[i].Y-before)
	}
	setCentre(points, func() float64 { return exact.Mean(base(points, plotted)) })
	for i := range points {
		p := &points[i]
		p.Lower, p.Lower95 = 0, 0
		p.Upper, p.Upper95 = rangeLimit*p.Centre, rangeLimit/3*2*p.Centre
	}
}

func (o ControlOptions) iPrime(points []Subgroup) {
	if len(present(sizes(points))) == 0 {
		for i := range points {
			points[i].N = float64(points[i].Count)
		}
	}
	setCentre(points, func() float64 {
		weighted := base(points, func(p Subgroup) float64 { return p.Y * p.N })
		return exact.Sum(weighted) / exact.Sum(base(points, func(p Subgroup) float64 { return p.N }))
	})
	var spreads []float64
	for i := 1; i < len(points); i++ {
		a, b := points[i-1], points[i]
		s := float64(math.Sqrt(math.Pi/2)*math.Abs(b.Y-a.Y)) / math.Sqrt(1/a.N+1/b.N)
		if !math.IsNaN(s) {
			spreads = append(spreads, s)
		}
	}
	spread := o.screened(spreads, iPrimeScreen)
	sigma := make([]float64, len(points))
	for i, p := range points {
		sigma[i] = spread * math.Sqrt(1/p.N)
	}
	setLimits(points, sigma)
}

func sizes(points []Subgroup) []float64 {
	n := make([]float64, len(points))
	for i, p := range points {
		n[i] = p.N
	}
	return n
}

// pooled is the sum of numerators over the sum of denominators of the baseline.
func pooled(points []Subgroup) float64 {
	return exact.Sum(base(points, func(p Subgroup) float64 { return p.Sum })) /
		exact.Sum(base(points, func(p Subgroup) float64 { return p.N }))
}

// proportion sets the centre and returns the binomial sigma of each point.
func proportion(points []Subgroup) []float64 {
	setCentre(points, func() float64 { return pooled(points) })
	sigma := make([]float64, len(points))
	for i, p := range points {
		sigma[i] = math.Sqrt(float64(p.Centre*(1-p.Centre)) / p.N)
	}
	return sigma
}

// rate sets the centre and returns the Poisson sigma of each point.
func rate(points []Subgroup) []float64 {
	setCentre(points, func() float64 { return pooled(points) })
	sigma := make([]float64, len(points))
	for i, p := range points {
		sigma[i] = math.Sqrt(p.Centre / p.N)
	}
	return sigma
}

// laney widens each sigma by the variation between points: the mean moving range of
// their z scores, or its standard deviation where the points have no order.
func (o ControlOptions) laney(points []Subgroup, sigma []float64, axis Axis) []float64 {
	z := baseline(points, func(i int) float64 { return (points[i].Y - points[i].Centre) / sigma[i] })
	between := sd(z)
	if axis != Categories {
		between = o.screened(steps(z), rangeLimit) / rangeToSigma
	}
	for i := range sigma {
		sigma[i] *= between
	}
	return sigma
}

func count(points []Subgroup) {
	for i := range points {
		points[i].Y = points[i].Sum
	}
	setCentre(points, func() float64 { return exact.Mean(base(points, plotted)) })
	setLimits(points, each(points, math.Sqrt(points[0].Centre)))
	clip(points, 0, inf)
}

// geometric computes limits about the mean, and then draws the median as the centre.
func (o ControlOptions) geometric(points []Subgroup) {
	values := base(points, plotted)
	setCentre(points, func() float64 { return exact.Mean(values) })
	mean := points[0].Centre
	setLimits(points, each(points, math.Sqrt(mean*(mean+1))))
	clip(points, 0, inf)
	drawn := medianGeometric * mean
	if o.Centre == nil {
		drawn = median(values)
	}
	for i := range points {
		points[i].Centre = drawn
	}
}

// times is an I chart of the times on a scale on which exponential times are nearly
// normal, drawn on their own scale.
func (o ControlOptions) times(points []Subgroup) error {
	for i := range points {
		p := &points[i]
		if p.Y <= 0 {
			return fmt.Errorf("the time between events at %s is %g; a T chart needs times above zero: give the time in a finer unit, or use a G chart", p.X, p.Y)
		}
		p.Y = math.Pow(p.Y, 1/timePower)
	}
	o.individual(points)
	for i := range points {
		p := &points[i]
		for _, v := range []*float64{&p.Y, &p.Centre, &p.Lower, &p.Lower95, &p.Upper95, &p.Upper} {
			*v = math.Pow(*v, timePower)
		}
		if math.IsNaN(p.Lower) {
			p.Lower = 0
		}
	}
	return nil
}
