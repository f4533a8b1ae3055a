package dist

import "math"

// stirlingError is log(n!) minus Stirling's approximation of it, for n >= 0.
// Source: Loader (2000), Fast and accurate computation of binomial probabilities.
func stirlingError(n float64) float64 {
	if n == 0 {
		return math.NaN()
	}
	if n < 16 {
		logFactorial, _ := math.Lgamma(n + 1)
		return logFactorial - (n+0.5)*math.Log(n) + n - 0.5*math.Log(2*math.Pi)
	}
	m := n * n
	return (1.0/12 - (1.0/360-(1.0/1260-(1.0/1680-(1.0/1188-691.0/360360/m)/m)/m)/m)/m) / n
}

// deviance is x log(x/m) + m - x, without cancellation where x is near m.
// Source: Loader (2000).
func deviance(x, m float64) float64 {
	if math.Abs(x-m) >= 0.1*(x+m) {
		return x*math.Log(x/m) + m - x
	}
	v := (x - m) / (x + m)
	sum := (x - m) * v
	term := 2 * x * v
	for j := 3.0; j < 2000; j += 2 {
		term *= v * v
		next := sum + term/j
		if next == sum {
			break
		}
		sum = next
	}
	return sum
}

// poissonDensity is exp(-m) m^x / Γ(x+1) for any real x >= 0.
func poissonDensity(x, m float64) float64 {
	switch {
	case m == 0:
		if x == 0 {
			return 1
		}
		return 0
	case x == 0:
		return math.Exp(-m)
	case math.IsInf(m, 1) || math.IsInf(x, 1):
		return 0
	}
	return math.Exp(-stirlingError(x)-deviance(x, m)) / math.Sqrt(2*math.Pi*x)
}

// binomialDensity is the probability of x of n at p, for whole 0 <= x <= n.
func binomialDensity(x, n, p float64) float64 {
	q := 1 - p
	switch {
	case p == 0:
		return indicator(x == 0)
	case q == 0:
		return indicator(x == n)
	case x == 0:
		return math.Exp(n * math.Log1p(-p))
	case x == n:
		return math.Exp(n * math.Log(p))
	}
	log := stirlingError(n) - stirlingError(x) - stirlingError(n-x) - deviance(x, n*p) - deviance(n-x, n*q)
	return math.Exp(log) * math.Sqrt(n/(2*math.Pi*x*(n-x)))
}

func indicator(yes bool) float64 {
	if yes {
		return 1
	}
	return 0
}
