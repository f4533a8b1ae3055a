package dist

import "math"

// Interval is a confidence interval, both ends included.
type Interval struct{ Low, High float64 }

// GarwoodCI is the exact interval for the mean of a Poisson count at a two-sided
// confidence level (0.95, 0.998); the lower end of a count of zero is zero.
// Source: Garwood (1936), Fiducial limits for the Poisson distribution.
func GarwoodCI(count, confidence float64) Interval {
	if !(count >= 0) || math.IsInf(count, 1) || !level(confidence) {
		return Interval{math.NaN(), math.NaN()}
	}
	tail := (1 - confidence) / 2
	return Interval{ChiSquareQuantile(tail, 2*count) / 2, ChiSquareUpperQuantile(tail, 2*count+2) / 2}
}

// ByarCI is Byar's approximation to GarwoodCI, which the Office for Health
// Improvement and Disparities uses from ten events on; its lower end at zero is zero.
// Source: Breslow and Day (1987), Statistical methods in cancer research, volume II.
func ByarCI(count, confidence float64) Interval {
	if !(count >= 0) || math.IsInf(count, 1) || !level(confidence) {
		return Interval{math.NaN(), math.NaN()}
	}
	z := NormalQuantile(confidence + (1-confidence)/2)
	low := 0.0
	if count > 0 {
		low = count * cube(1-1/(9*count)-z/(3*math.Sqrt(count)))
	}
	above := count + 1
	return Interval{low, above * cube(1-1/(9*above)+z/(3*math.Sqrt(above)))}
}

func cube(x float64) float64 { return x * x * x }

// WilsonCI is Wilson's score interval for the proportion count/n.
// Source: Wilson (1927), Probable inference, the law of succession, and statistical inference.
func WilsonCI(count, n, confidence float64) Interval {
	if !(count >= 0 && count <= n && n > 0) || math.IsInf(n, 1) || !level(confidence) {
		return Interval{math.NaN(), math.NaN()}
	}
	z := NormalQuantile(confidence + (1-confidence)/2)
	centre := 2*count + z*z
	width := z * math.Sqrt(z*z+4*count*(1-count/n))
	interval := Interval{(centre - width) / (2 * (n + z*z)), (centre + width) / (2 * (n + z*z))}
	if count == 0 {
		interval.Low = 0
	}
	if count == n {
		interval.High = 1
	}
	return interval
}

func level(confidence float64) bool { return confidence > 0 && confidence < 1 }
