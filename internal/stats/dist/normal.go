package dist

import "math"

// NormalCDF is P(Z <= z) for a standard normal Z. Its relative accuracy holds in
// the lower tail too, because it is computed from erfc and never as 1 - upper tail.
func NormalCDF(z float64) float64 {
	if z < -36 {
		return lastTail(-z)
	}
	return 0.5 * math.Erfc(-z/math.Sqrt2)
}

// lastTail is P(Z > z) for z > 36, down to the smallest subnormal float64. It keeps
// the product in the normal range to the end, so that there is a single rounding.
// Source: Laplace's continued fraction of Mills' ratio.
func lastTail(z float64) float64 {
	if z > 40 {
		return 0
	}
	fraction := z
	for k := 20.0; k >= 1; k-- {
		fraction = z + k/fraction
	}
	const shift = 500
	return math.Exp(shift-z*z/2) / (math.Sqrt(2*math.Pi) * fraction) * math.Exp(-shift)
}

// NormalUpper is P(Z > z), accurate far into the tail (z > 8, where 1 - NormalCDF
// has no digits left).
func NormalUpper(z float64) float64 { return NormalCDF(-z) }

// NormalDensity is the standard normal density at z.
func NormalDensity(z float64) float64 {
	return math.Exp(-0.5*z*z) / math.Sqrt(2*math.Pi)
}

// NormalQuantile is the z with P(Z <= z) = p; -Inf at 0, +Inf at 1, NaN outside.
// Source of the start: Abramowitz and Stegun 26.2.23; refined by Halley's method.
func NormalQuantile(p float64) float64 {
	switch {
	case math.IsNaN(p) || p < 0 || p > 1:
		return math.NaN()
	case p == 0.5:
		return 0
	case p > 0.5:
		return -lowerNormalQuantile(1 - p)
	}
	return lowerNormalQuantile(p)
}

// lowerNormalQuantile solves for 0 <= p <= 0.5.
func lowerNormalQuantile(p float64) float64 {
	if p == 0 {
		return math.Inf(-1)
	}
	t := math.Sqrt(-2 * math.Log(p))
	z := (2.515517+t*(0.802853+t*0.010328))/(1+t*(1.432788+t*(0.189269+t*0.001308))) - t
	for range 8 {
		density := NormalDensity(z)
		cdf := 0.5 * math.Erfc(-z/math.Sqrt2)
		if density == 0 || cdf == 0 {
			break
		}
		step := (cdf - p) / density
		step /= 1 + 0.5*z*step
		z -= step
		if math.Abs(step) <= 1e-16*math.Abs(z) {
			break
		}
	}
	return z
}
