package funnel

import (
	"math"

	"ohp/internal/stats/dist"
)

// InterpolatedBinomial is the limit below which a proportion of n falls with
// probability p when the true proportion is target: the binomial quantile, moved back
// by the part of its last step that p does not need. It may be below zero for small n.
// Source: Spiegelhalter (2005), appendix A.1.1.
func InterpolatedBinomial(p, n, target float64) float64 {
	r := dist.BinomialQuantile(p, n, target)
	alpha := (dist.BinomialCDF(r, n, target) - p) / dist.BinomialPMF(r, n, target)
	return (r - alpha) / n
}

// InterpolatedPoisson is the same limit for the ratio of observed to expected events.
// Source: Spiegelhalter (2005), appendix A.1.2.
func InterpolatedPoisson(p, expected float64) float64 {
	r := dist.PoissonQuantile(p, expected)
	alpha := (dist.PoissonCDF(r, expected) - p) / dist.PoissonPMF(r, expected)
	return (r - alpha) / expected
}

// NormalProportion is the normal approximation to InterpolatedBinomial.
func NormalProportion(p, n, target float64) float64 {
	return target + dist.NormalQuantile(p)*math.Sqrt(target*(1-target)/n)
}

// ArcsineProportion is the limit through the arcsine transformation, not held to the
// range 0 to 1: for small n the sine turns round (see Fit.Adjusted for the held one).
func ArcsineProportion(p, n, target float64) float64 {
	sin := math.Sin(math.Asin(math.Sqrt(target)) + dist.NormalQuantile(p)/(2*math.Sqrt(n)))
	return sin * sin
}

// WilsonProportion is the pair of proportions of n whose Wilson interval at
// probability p on each side (0.975, 0.999) ends exactly on target: outside the pair
// a unit's interval does not hold the target. NaN where there is none.
// Source: Fingertips technical guidance; PHEindicatormethods.
func WilsonProportion(p, n, target float64) Limits {
	z := dist.NormalQuantile(p)
	z2 := z * z
	a := 1/z2 + 1/n
	b := target * (n/z2 + 1)
	c := target * (n*(target*(n/z2+2)-1) + z2*(target-1))
	root := math.Sqrt(64*b*b-64*a*c) / 8
	return Limits{(b - root) / a / n, (b + root) / a / n}
}
