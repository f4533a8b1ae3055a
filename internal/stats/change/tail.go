package change

import "math"

// upper is the normal tail P(Z > z), accurate far out.
func upper(z float64) float64 { return 0.5 * math.Erfc(z/math.Sqrt2) }

// normalOfLogTail is the z >= 0 whose upper tail is exp(logP), for logP <= ln ½; 0 otherwise.
func normalOfLogTail(logP float64) float64 {
	if !(logP < -math.Ln2) {
		return 0
	}
	if logP > -12 {
		return math.Sqrt2 * math.Erfcinv(2*math.Exp(logP))
	}
	// Erfcinv loses its digits out here: Newton's method on ln Q, whose slope is minus the hazard.
	z := math.Sqrt(-2 * logP)
	for range 6 {
		lnQ, hazard := logUpper(z)
		z += (lnQ - logP) / hazard
	}
	return z
}

// logUpper is ln Q(z) for z > 3, with the hazard φ(z)/Q(z). Erfc is exact to z = 37; the series of Mills' ratio beyond.
func logUpper(z float64) (lnQ, hazard float64) {
	lnDensity := -z*z/2 - math.Log(2*math.Pi)/2
	if z < 37 {
		lnQ = math.Log(upper(z))
	} else {
		i := 1 / (z * z)
		lnQ = lnDensity - math.Log(z) + math.Log1p(-i*(1-i*(3-15*i)))
	}
	return lnQ, math.Exp(lnDensity - lnQ)
}

// normalOfStudent turns a Student t with df degrees of freedom into the normal deviate with the same tail
// (Wallace 1959; within 0.6% of the deviate for df >= 8, within 1.5% for df = 4).
func normalOfStudent(t, df float64) float64 {
	if !(df < 1e5) {
		return t
	}
	z := math.Sqrt(df*math.Log1p(t*t/df)) * (8*df + 1) / (8*df + 3)
	return math.Copysign(z, t)
}

// studentQuantile is the 97.5% point of Student's t, by its Cornish-Fisher series.
func studentQuantile(df float64) float64 {
	const z = 1.959963984540054
	if !(df < 1e5) {
		return z
	}
	z3, z5 := z*z*z, z*z*z*z*z
	z7 := z5 * z * z
	return z + (z3+z)/(4*df) + (5*z5+16*z3+3*z)/(96*df*df) + (3*z7+19*z5+17*z3-15*z)/(384*df*df*df)
}

// scanTail is the chance that the largest of the |Z| of the windows reaches m in a steady series: the two sides added,
// each over the windows in which it can reach m at all.
func scanTail(m float64, low, high []float64) float64 {
	if !(m > 0) || len(low)+len(high) == 0 {
		return 1
	}
	q := upper(m)
	if q <= 0 {
		return 0
	}
	looks := (looks(m, q, low) + looks(m, q, high)) / 2
	return unionTail(q, looks)
}

// unionTail is the two-sided chance over so many independent looks with normal tail q each.
func unionTail(q, looks float64) float64 {
	p := 2 * q * looks
	if p > 0.1 {
		// Where the bound is no longer sharp the windows behave like so many independent looks.
		return -math.Expm1(looks * math.Log1p(-min(2*q, 1)))
	}
	return p
}

// unremarkableTail is scanTail for m < 2.3, where only its rough size matters (P is above 0.06): the number of looks is
// fitted to looks as a function of m and of the logarithm of the ratio of the largest to the smallest odds.
func unremarkableTail(m, smallest, largest float64) float64 {
	if !(m > 0) {
		return 1
	}
	return unionTail(upper(m), 1+(0.4+0.49*m)*math.Log(largest/smallest))
}

// looks is how many independent windows the windows with the given odds (exposure in the window over exposure before
// it, ascending) are worth when the largest Z is compared with m; q is the normal tail of m.
//
// The Z of windows with odds o_j < o_k have correlation √(o_j/o_k) and, in order of length, form a Markov chain. So the
// union of the events A_k = {Z_k >= m} is bounded by P(A_1) + Σ P(A_k and not A_{k-1}) (Worsley 1982), each term in
// closed form because the overshoot of a normal variable over m is nearly exponential.
func looks(m, q float64, odds []float64) float64 {
	if len(odds) == 0 {
		return 0
	}
	hazard := math.Exp(-m*m/2) / (math.Sqrt(2*math.Pi) * q)
	sum := 1.0
	for i := 1; i < len(odds); i++ {
		rho := math.Sqrt(odds[i-1] / odds[i])
		spread := math.Sqrt(1 - rho*rho)
		if !(spread > 0) {
			continue
		}
		a, c := m*(1-rho)/spread, rho/(hazard*spread)
		fresh := 1 - upper(a) - overshootTerm(a, 1/c-a)
		sum += min(max(fresh, 0), 1)
	}
	return sum
}

// overshootTerm is exp((u²-a²)/2) Q(u), by the series of Mills' ratio where the two factors would over- and underflow.
func overshootTerm(a, u float64) float64 {
	if u < 6 {
		return math.Exp((u*u-a*a)/2) * upper(u)
	}
	i := 1 / (u * u)
	return math.Exp(-a*a/2) / (math.Sqrt(2*math.Pi) * u) * (1 - i*(1-i*(3-15*i)))
}
