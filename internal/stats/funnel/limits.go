package funnel

import (
	"math"

	"ohp/internal/stats/dist"
)

// Level is how much of the in-control distribution a pair of limits holds.
type Level int

// The two levels a funnel shows.
const (
	Level95  Level = iota // 95%: about two standard errors
	Level998              // 99.8%: about three standard errors
)

// tail is the share beyond each limit, z its normal quantile.
func (l Level) tail() float64 {
	if l == Level95 {
		return 0.025
	}
	return 0.001
}

// normal975 and normal999 are the normal quantiles of the two levels; the rounded
// ones are those written in FunnelPlotR's source.
const (
	normal975        = 1.9599639845400542
	normal999        = 3.0902323061678136
	normal975Rounded = 1.959964
	normal999Rounded = 3.090232
)

func (p Profile) z(level Level) float64 {
	switch {
	case p == FunnelPlotR && level == Level95:
		return normal975Rounded
	case p == FunnelPlotR:
		return normal999Rounded
	case level == Level95:
		return normal975
	}
	return normal999
}

// Limits is a pair of control limits on the figure's scale. NaN where undefined.
type Limits struct{ Low, High float64 }

// Contains says whether a figure lies within the limits; on a limit is within.
func (l Limits) Contains(figure float64) bool { return figure >= l.Low && figure <= l.High }

// Adjusted is the pair of limits at a denominator with the variance between units
// allowed for. With Tau2 = 0 it is the plain approximation of Unadjusted.
func (f *Fit) Adjusted(denominator float64, level Level) Limits {
	return f.approximate(denominator, level, f.Tau2)
}

// Unadjusted is the pair of limits at a denominator when chance alone is at work:
// exact Poisson for a standardised ratio, through the transformation otherwise.
func (f *Fit) Unadjusted(denominator float64, level Level) Limits {
	if f.Settings.Kind == StandardisedRatio {
		return exactRatio(denominator, f.Target, level)
	}
	return f.approximate(denominator, level, 0)
}

// exactRatio is the exact Poisson pair for observed over expected events.
func exactRatio(expected, target float64, level Level) Limits {
	p := level.tail()
	return Limits{
		Low:  target * (dist.ChiSquareQuantile(p, 2*expected) / 2) / expected,
		High: target * (dist.ChiSquareUpperQuantile(p, 2*(expected+1)) / 2) / expected,
	}
}

// approximate is the pair on the transformed scale, taken back to the figure's.
func (f *Fit) approximate(denominator float64, level Level, tau2 float64) Limits {
	z := f.Settings.Profile.z(level)
	if f.Settings.truncates() {
		width := z * math.Sqrt(1/denominator+tau2)
		return Limits{math.Exp(-width), math.Exp(width)}
	}
	s := 1 / (2 * math.Sqrt(denominator))
	width := z * math.Sqrt(s*s+tau2)
	switch f.Settings.Kind {
	case Proportion:
		return f.arcsine(width)
	case CountRatio:
		centre := math.Log(f.Target)
		return Limits{math.Exp(centre - width), math.Exp(centre + width)}
	}
	if f.Settings.Profile == FunnelPlotR {
		return Limits{1 - width, 1 + width}
	}
	low := math.Max(0, 1-width)
	return Limits{low * low, (1 + width) * (1 + width)}
}

// arcsine takes a width around the target's arcsine back to a proportion. Where the
// width passes 0 or a right angle the sine turns round; House holds the limit at 0 or
// 1 there, FunnelPlotR does it later, over its grid.
func (f *Fit) arcsine(width float64) Limits {
	low, high := f.TransformedTarget-width, f.TransformedTarget+width
	if f.Settings.Profile == House {
		low, high = math.Max(0, low), math.Min(math.Pi/2, high)
	}
	sinLow, sinHigh := math.Sin(low), math.Sin(high)
	return Limits{sinLow * sinLow, sinHigh * sinHigh}
}

// Line is one point of a funnel's drawn limits.
type Line struct {
	Denominator                 float64
	Adjusted95, Adjusted998     Limits
	Unadjusted95, Unadjusted998 Limits
}

// Lines are n points of the four pairs of limits from one denominator to another,
// spaced evenly in square root so that the narrow end has as many as the wide one.
// Nil if n < 2 or the range is empty.
func (f *Fit) Lines(from, to float64, n int) []Line {
	if n < 2 || !(from > 0 && to > from) || math.IsInf(to, 1) {
		return nil
	}
	lines := make([]Line, n)
	low, high := math.Sqrt(from), math.Sqrt(to)
	for i := range lines {
		root := low + (high-low)*float64(i)/float64(n-1)
		lines[i] = f.line(root * root)
	}
	return lines
}

func (f *Fit) line(denominator float64) Line {
	return Line{
		Denominator: denominator,
		Adjusted95:  f.Adjusted(denominator, Level95), Adjusted998: f.Adjusted(denominator, Level998),
		Unadjusted95: f.Unadjusted(denominator, Level95), Unadjusted998: f.Unadjusted(denominator, Level998),
	}
}
