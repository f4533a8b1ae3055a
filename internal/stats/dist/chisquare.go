package dist

import (
	"math"

	"gonum.org/v1/gonum/mathext"
)

// ChiSquareQuantile is the x with P(X <= x) = p on df >= 0 degrees of freedom: zero
// at p = 0 and at df = 0, +Inf at p = 1.
func ChiSquareQuantile(p, df float64) float64 { return chiSquareQuantile(p, df, false) }

// ChiSquareUpperQuantile is the x with P(X > x) = p on df >= 0 degrees of freedom.
func ChiSquareUpperQuantile(p, df float64) float64 { return chiSquareQuantile(p, df, true) }

// chiSquareQuantile starts from Wilson and Hilferty's cube, or from the leading
// term of the lower tail's series where that is nearer, and takes Halley steps on
// the gamma variable g = x/2, kept inside a shrinking bracket.
func chiSquareQuantile(p, df float64, upper bool) float64 {
	switch {
	case !(p >= 0 && p <= 1) || !(df >= 0) || math.IsInf(df, 1):
		return math.NaN()
	case df == 0 || (p == 0 && !upper) || (p == 1 && upper):
		return 0
	case (p == 1 && !upper) || (p == 0 && upper):
		return math.Inf(1)
	}
	a := df / 2
	g := gammaStart(p, a, upper)
	low, high := 0.0, math.Inf(1)
	for range 100 {
		// above is by how much the tail that is asked for lies beyond g.
		var above float64
		if upper {
			above = p - mathext.GammaIncRegComp(a, g)
		} else {
			above = mathext.GammaIncReg(a, g) - p
		}
		if above > 0 {
			high = g
		} else {
			low = g
		}
		next := halley(g, above, a)
		if math.Abs(next-g) <= 1e-14*g || above == 0 {
			return 2 * next
		}
		if !(next > low && next < high) {
			next = middle(low, high)
		}
		g = next
	}
	return 2 * g
}

// halley is the next guess for g where the gamma distribution function with shape a
// exceeds its goal by above.
func halley(g, above, a float64) float64 {
	density := poissonDensity(a, g) * a / g
	step := above / density
	curve := (a-1)/g - 1
	if correction := 1 - 0.5*step*curve; correction > 0.5 && correction < 2 {
		step /= correction
	}
	return g - step
}

func middle(low, high float64) float64 {
	if math.IsInf(high, 1) {
		return 2*low + 1
	}
	return low + (high-low)/2
}

func gammaStart(p, a float64, upper bool) float64 {
	lower := p
	z := NormalQuantile(p)
	if upper {
		lower, z = 1-p, -z
	}
	cube := 1 - 1/(9*a) + z/(3*math.Sqrt(a))
	if start := a * cube * cube * cube; cube > 0.2 && start > 0 {
		return start
	}
	logGamma, _ := math.Lgamma(a + 1)
	if start := math.Exp((math.Log(lower) + logGamma) / a); start > 0 {
		return start
	}
	return math.SmallestNonzeroFloat64
}
