package spc

import (
	"fmt"
	"math"
	"slices"

	"ohp/internal/stats/exact"
)

// Engine computes XmR charts of one profile, one series after another, in memory that
// it keeps: after the first series of a length nothing is allocated. An Engine must
// not be used by two goroutines at once; give each its own.
type Engine struct {
	profile Profile
	series  []float64
	values  []float64
	ranges  []float64
	zones   []int8
	signals []Signals
	causes  []Cause
	types   []PointType
	groups  []Group
}

// NewEngine returns an engine for the profile, or what is wrong with the profile.
func NewEngine(p Profile) (*Engine, error) {
	if err := p.Check(); err != nil {
		return nil, err
	}
	return &Engine{profile: p}, nil
}

// Profile is the profile that the engine was made for.
func (e *Engine) Profile() Profile { return e.profile }

// Settings are what one series adds to the profile.
type Settings struct {
	Improvement Direction
	Target      Target
	// FixAfter fixes the limits of each group on its first points; 0 for all points.
	FixAfter int
	// Breaks are the places (from 0, ascending) at which a new group with limits of
	// its own begins. No rule looks across a break.
	Breaks []int
}

// Group is a stretch of points with common limits.
type Group struct {
	First, Points int // place of the first point, from 0, and how many points (missing ones too)
	Limits        Limits
	Special       int // points with a special cause
	Improvement   int // of these, improvement
	Concern       int // of these, concern
	Last          PointType
}

// Reading is what an Engine found in one series: for each point its marks, cause and
// type, the groups, and the icons of the latest point. The slices belong to the engine
// and hold until its next reading.
type Reading struct {
	Signals   []Signals
	Causes    []Cause
	Types     []PointType
	Groups    []Group
	Variation Variation
	Assurance Assurance
}

// XmR reads one series of values in order of time. NaN and infinities are missing
// values: they take no part in the limits and break trends and shifts. An empty series
// gives an empty reading. Breaks out of order or range are passed over.
func (e *Engine) XmR(values []float64, s Settings) Reading {
	r, limits := e.read(values, s, nil), noLimits
	if last := len(r.Groups) - 1; last >= 0 {
		limits = r.Groups[last].Limits
	}
	if r.Variation != TooFewPoints {
		r.Assurance = s.Improvement.Assurance(s.Target, limits)
	}
	return r
}

var (
	noLimits           = Limits{nan, nan, nan, nan, nan, nan}
	standardisedLimits = Limits{Centre: 0, Lower: -3, Upper: 3, NearLower: -2, NearUpper: 2, Range: 1}
)

var (
	nan = math.NaN()
	inf = math.Inf(1)
)

// Standardised reads points of differing size, given as their distances from the centre
// line in standard deviations of each point (P, U and G charts and their kin), by the
// profile's rules with limits at 3 and near limits at 2. Target and FixAfter are not
// used. Otherwise as XmR.
func (e *Engine) Standardised(distances []float64, s Settings) Reading {
	return e.read(distances, s, &standardisedLimits)
}

// read reads a series group by group, against given limits or, without, those of each
// group. It leaves the assurance open.
func (e *Engine) read(values []float64, s Settings, given *Limits) Reading {
	values = e.cleaned(values)
	n := len(values)
	e.signals, e.causes, e.types = resized(e.signals, n), resized(e.causes, n), resized(e.types, n)
	e.groups = e.groups[:0]
	if n == 0 {
		return Reading{}
	}
	first := 0
	for _, end := range s.Breaks {
		if end > first && end < n {
			e.group(values, first, end, s, given)
			first = end
		}
	}
	e.group(values, first, n, s, given)
	last := &e.groups[len(e.groups)-1]
	r := Reading{Signals: e.signals, Causes: e.causes, Types: e.types, Groups: e.groups, Variation: s.Improvement.Variation(last.Last)}
	if last.Points < e.profile.MinPoints {
		r.Variation = TooFewPoints
	}
	return r
}

// cleaned returns the values with infinities made missing; the slice itself if none.
func (e *Engine) cleaned(values []float64) []float64 {
	infinite := func(v float64) bool { return v-v != 0 && v == v }
	if !slices.ContainsFunc(values, infinite) {
		return values
	}
	e.series = append(e.series[:0], values...)
	for i, v := range e.series {
		if infinite(v) {
			e.series[i] = nan
		}
	}
	return e.series
}

func resized[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n)
	}
	return s[:n]
}

// group marks and names the points from first up to end, against given limits or,
// without, their own.
func (e *Engine) group(values []float64, first, end int, s Settings, given *Limits) {
	p := &e.profile
	y, signals := values[first:end], e.signals[first:end]
	var limits Limits
	if given != nil {
		limits = *given
	} else {
		limits = e.limits(y, s.FixAfter)
	}
	clear(signals)
	p.markOutside(signals, y, limits)
	p.markTrends(signals, y)
	e.markTwoOfThree(signals, y, limits)
	p.markShifts(signals, y, limits.Centre)
	g := Group{First: first, Points: len(y), Limits: limits}
	better := s.Improvement.better()
	up, down := s.Improvement.TypeOf(true), s.Improvement.TypeOf(false)
	causes, types := e.causes[first:end], e.types[first:end]
	for i, marks := range signals {
		if marks == 0 {
			causes[i], types[i] = CommonCause, Common
			continue
		}
		c, t := p.cause(marks, better), down
		if c.Up() {
			t = up
		}
		causes[i], types[i] = c, t
		g.Special++
		switch t {
		case Improvement:
			g.Improvement++
		case Concern:
			g.Concern++
		}
	}
	g.Last = types[len(types)-1]
	e.groups = append(e.groups, g)
}

// limits are those of a group: from all its points, or from the first fixAfter of them.
func (e *Engine) limits(y []float64, fixAfter int) Limits {
	p := &e.profile
	base := y
	if fixAfter > 0 && fixAfter < len(y) {
		base = y[:fixAfter]
	}
	centre, spread := e.centreAndRange(base)
	if len(y) < p.MinPoints {
		return Limits{centre, nan, nan, nan, nan, nan}
	}
	sigma := spread / p.Divisor
	// The conversions keep compilers from fusing product and sum, which rounds differently.
	outer, near := float64(p.Outer*sigma), float64(p.Near*sigma)
	return Limits{Centre: centre, Lower: centre - outer, Upper: centre + outer, NearLower: centre - near, NearUpper: centre + near, Range: spread}
}

// centreAndRange are the mean of the points and of their moving ranges, screened if
// the profile says so. A missing point drops both its moving ranges.
func (e *Engine) centreAndRange(y []float64) (centre, spread float64) {
	p := &e.profile
	values, ranges := e.values[:0], e.ranges[:0]
	before := nan
	for _, v := range y {
		if v != v {
			before = v
			continue
		}
		values = append(values, v)
		if step := math.Abs(v - before); step == step {
			ranges = append(ranges, step)
		}
		before = v
	}
	e.values, e.ranges = values, ranges
	return p.mean(values), p.meanRange(ranges)
}

// meanRange is the mean of the moving ranges; it overwrites them.
func (p *Profile) meanRange(ranges []float64) float64 {
	mean := p.mean(ranges)
	if !p.Screen {
		return mean
	}
	kept := below(ranges, rangeLimit*mean)
	if len(kept) == len(ranges) {
		return mean
	}
	return p.mean(kept)
}

// below moves the numbers that are less than the limit to the front and returns them.
func below(x []float64, limit float64) []float64 {
	kept := x[:0]
	for _, v := range x {
		if v < limit {
			kept = append(kept, v)
		}
	}
	return kept
}

func (p *Profile) mean(x []float64) float64 {
	if p.Arithmetic == Nearest {
		return exact.Mean(x)
	}
	sum := 0.0
	for _, v := range x {
		sum += v
	}
	return sum / float64(len(x))
}

// missingInTrend returns the place of the first point at which NHSRplotthedots stops:
// the end of a stretch as long as a trend in which values are missing and all other
// steps go one way; -1 if there is none.
func (p *Profile) missingInTrend(y []float64) int {
	steps := p.TrendPoints - 1
	for end := steps; end < len(y); end++ {
		var up, down, level, unknown int
		for i := end - steps + 1; i <= end; i++ {
			switch d := y[i] - y[i-1]; {
			case d > 0:
				up++
			case d < 0:
				down++
			case d == 0:
				level++
			default:
				unknown++
			}
		}
		if unknown > 0 && level == 0 && (up == 0 || down == 0) {
			return end
		}
	}
	return -1
}

func (d Direction) check() error {
	if d < Increase || d > Neutral {
		return fmt.Errorf("the direction of improvement must be increase, decrease or neutral")
	}
	return nil
}
