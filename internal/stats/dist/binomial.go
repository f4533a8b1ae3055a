package dist

import (
	"math"

	"gonum.org/v1/gonum/mathext"
)

// BinomialPMF is P(X = x) for n trials at probability p; zero where x is not a
// whole number from 0 to n.
func BinomialPMF(x, n, p float64) float64 {
	if math.IsNaN(x) || !trials(n, p) {
		return math.NaN()
	}
	if x < 0 || x > n || x != math.Floor(x) {
		return 0
	}
	return binomialDensity(x, n, p)
}

// BinomialCDF is P(X <= x) for n trials at probability p.
func BinomialCDF(x, n, p float64) float64 {
	lower, upper := binomialTails(x, n, p)
	if lower <= upper {
		return lower
	}
	return 1 - upper
}

func trials(n, p float64) bool {
	return n >= 0 && n == math.Floor(n) && !math.IsInf(n, 1) && p >= 0 && p <= 1
}

// binomialTails gives P(X <= x) and P(X > x), the tail on the far side of the mean
// summed term by term from its largest term outwards.
func binomialTails(x, n, p float64) (lower, upper float64) {
	switch {
	case math.IsNaN(x) || !trials(n, p):
		return math.NaN(), math.NaN()
	case x < 0:
		return 0, 1
	case x >= n || p == 0:
		return 1, 0
	case p == 1:
		return 0, 1
	}
	x = math.Floor(x)
	if n*p*(1-p) > longSum {
		return mathext.RegIncBeta(n-x, x+1, 1-p), mathext.RegIncBeta(x+1, n-x, p)
	}
	odds := p / (1 - p)
	if x < n*p {
		sum, term := 1.0, 1.0
		for k := x; k > 0 && term > 1e-18*sum; k-- {
			term *= k / ((n - k + 1) * odds)
			sum += term
		}
		lower = math.Min(1, sum*binomialDensity(x, n, p))
		return lower, 1 - lower
	}
	sum, term := 1.0, 1.0
	for k := x + 1; k < n && term > 1e-18*sum; k++ {
		term *= (n - k) * odds / (k + 1)
		sum += term
	}
	upper = math.Min(1, sum*binomialDensity(x+1, n, p))
	return 1 - upper, upper
}

// BinomialQuantile is the smallest x with P(X <= x) >= prob, as R's qbinom.
func BinomialQuantile(prob, n, p float64) float64 {
	switch {
	case !(prob >= 0 && prob <= 1) || !trials(n, p):
		return math.NaN()
	case prob == 0 || n == 0 || p == 0:
		return 0
	case prob == 1 || p == 1:
		return n
	}
	sd := math.Sqrt(n * p * (1 - p))
	return discreteQuantile(prob, startingPoint(prob, n*p, sd, (1-2*p)/sd), n,
		func(x float64) (float64, float64) { return binomialTails(x, n, p) })
}
