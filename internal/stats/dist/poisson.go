package dist

import (
	"math"

	"gonum.org/v1/gonum/mathext"
)

// longSum is the variance above which the continuous relatives are used in place of
// summing terms, whose number grows with the standard deviation.
const longSum = 1e9

// fuzz is R's allowance when it looks for a discrete quantile.
const fuzz = 64 * 0x1p-52

// PoissonPMF is P(X = x) for mean m >= 0; zero where x is not a whole number >= 0.
func PoissonPMF(x, m float64) float64 {
	if math.IsNaN(x) || !(m >= 0) {
		return math.NaN()
	}
	if x < 0 || x != math.Floor(x) {
		return 0
	}
	return poissonDensity(x, m)
}

// PoissonCDF is P(X <= x) for mean m >= 0.
func PoissonCDF(x, m float64) float64 {
	lower, upper := poissonTails(x, m)
	if lower <= upper {
		return lower
	}
	return 1 - upper
}

// PoissonUpper is P(X > x) for mean m >= 0, accurate in the tail.
func PoissonUpper(x, m float64) float64 {
	lower, upper := poissonTails(x, m)
	if upper <= lower {
		return upper
	}
	return 1 - lower
}

// poissonTails gives P(X <= x) and P(X > x); the smaller of the two is summed term
// by term from its largest term outwards, the other is its complement.
func poissonTails(x, m float64) (lower, upper float64) {
	switch {
	case math.IsNaN(x) || !(m >= 0) || math.IsInf(m, 1):
		return math.NaN(), math.NaN()
	case x < 0:
		return 0, 1
	case math.IsInf(x, 1) || m == 0:
		return 1, 0
	}
	x = math.Floor(x)
	if m > longSum {
		return mathext.GammaIncRegComp(x+1, m), mathext.GammaIncReg(x+1, m)
	}
	if x < m {
		sum, term := 1.0, 1.0
		for k := x; k > 0 && term > 1e-18*sum; k-- {
			term *= k / m
			sum += term
		}
		lower = math.Min(1, sum*poissonDensity(x, m))
		return lower, 1 - lower
	}
	sum, term := 1.0, 1.0
	for k := x + 2; term > 1e-18*sum; k++ {
		term *= m / k
		sum += term
	}
	upper = math.Min(1, sum*poissonDensity(x+1, m))
	return 1 - upper, upper
}

// PoissonQuantile is the smallest x with P(X <= x) >= p, as R's qpois.
func PoissonQuantile(p, m float64) float64 {
	switch {
	case !(p >= 0 && p <= 1) || !(m >= 0) || math.IsInf(m, 1):
		return math.NaN()
	case p == 0 || m == 0:
		return 0
	case p == 1:
		return math.Inf(1)
	}
	sd := math.Sqrt(m)
	return discreteQuantile(p, startingPoint(p, m, sd, 1/sd), math.Inf(1),
		func(x float64) (float64, float64) { return poissonTails(x, m) })
}

// startingPoint is the Cornish-Fisher approximation of a quantile.
func startingPoint(p, mean, sd, skewness float64) float64 {
	z := NormalQuantile(p)
	return math.Floor(mean + sd*(z+skewness*(z*z-1)/6) + 0.5)
}

// discreteQuantile looks around start for the smallest whole x in [0, end] at which
// the lower tail reaches p. It compares upper tails where p is above one half.
func discreteQuantile(p, start, end float64, tails func(x float64) (lower, upper float64)) float64 {
	reaches := func(x float64) bool {
		lower, upper := tails(x)
		if p < 0.5 {
			return lower >= p*(1-fuzz)
		}
		return upper <= (1-p)+p*fuzz
	}
	x := math.Max(0, math.Min(start, end))
	// fails does not reach p, holds does.
	fails, holds := -1.0, x
	if reaches(x) {
		for step := 1.0; holds > 0; step *= 2 {
			if at := math.Max(0, x-step); reaches(at) {
				holds = at
			} else {
				fails = at
				break
			}
		}
	} else {
		fails = x
		for step := 1.0; ; step *= 2 {
			holds = math.Min(end, x+step)
			if holds == end || reaches(holds) {
				break
			}
			fails = holds
		}
	}
	for {
		middle := math.Floor(fails + (holds-fails)/2)
		if middle <= fails || middle >= holds {
			return holds
		}
		if reaches(middle) {
			holds = middle
		} else {
			fails = middle
		}
	}
}
