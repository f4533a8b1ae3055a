package change

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/mathext"
	"gonum.org/v1/gonum/stat/distuv"
)

// chainTail is P(max |Z_k| >= m) for the Gaussian Markov chain of the windows, by integration on a grid: the reference
// for scanTail. It carries the density of Z_k on paths that have stayed inside (-m, m).
func chainTail(m float64, odds []float64) float64 {
	const n = 401
	h := 2 * m / (n - 1)
	z := make([]float64, n)
	inside := make([]float64, n)
	for i := range z {
		z[i] = -m + float64(i)*h
		inside[i] = math.Exp(-z[i]*z[i]/2) / math.Sqrt(2*math.Pi)
	}
	weight := func(i int) float64 { // Simpson
		switch {
		case i == 0 || i == n-1:
			return h / 3
		case i%2 == 1:
			return 4 * h / 3
		}
		return 2 * h / 3
	}
	escaped := 2 * upper(m)
	for k := 1; k < len(odds); k++ {
		rho := math.Sqrt(odds[k-1] / odds[k])
		sd := math.Sqrt(1 - rho*rho)
		next := make([]float64, n)
		for i := range z {
			out := upper((m-rho*z[i])/sd) + upper((m+rho*z[i])/sd)
			escaped += inside[i] * weight(i) * out
			for j := max(0, int((rho*z[i]-8*sd+m)/h)); j < n && z[j] < rho*z[i]+8*sd; j++ {
				d := (z[j] - rho*z[i]) / sd
				next[j] += inside[i] * weight(i) * math.Exp(-d*d/2) / (sd * math.Sqrt(2*math.Pi))
			}
		}
		inside = next
	}
	return escaped
}

// The chance of the scan's maximum agrees with integration from P = 0.05 down to 1e-6 for histories of 12 to 140 points:
// never more than 2% too small, and at most half too large.
func TestScanTailAgreesWithIntegration(t *testing.T) {
	for _, n := range []int{12, 24, 37, 60, 140} {
		for _, longest := range []int{1, 6, 12, 24} {
			var odds []float64
			for _, k := range windows {
				if k <= longest && n-k >= max(defaultBaseline, k) {
					odds = append(odds, float64(k)/float64(n-k))
				}
			}
			for _, m := range []float64{2.6, 3.2, 3.9, 4.6, 5.5} {
				want, got := chainTail(m, odds), scanTail(m, odds, odds)
				if ratio := got / want; ratio < 0.98 || ratio > 1.5 {
					t.Errorf("n %d, longest %d, m %.1f: formula %.3g, integration %.3g, ratio %.3f", n, longest, m, got, want, ratio)
				}
			}
		}
	}
}

func TestUnremarkableTailJoinsScanTail(t *testing.T) {
	for _, n := range []int{12, 24, 37, 60, 140} {
		var odds []float64
		for _, k := range windows {
			if k <= defaultLongest && n-k >= max(defaultBaseline, k) {
				odds = append(odds, float64(k)/float64(n-k))
			}
		}
		rough, sharp := unremarkableTail(interesting, odds[0], odds[len(odds)-1]), scanTail(interesting, odds, odds)
		if math.Abs(math.Log(rough/sharp)) > 0.25 {
			t.Errorf("n %d: %.4f and %.4f do not join", n, rough, sharp)
		}
		if sharp < CloseAbove {
			t.Errorf("n %d: the rough part reaches down to P = %.3f, where it decides whether a concern closes", n, sharp)
		}
	}
}

// binomialMidP is P(X > x) + P(X = x)/2 or its lower counterpart, the smaller, with sign.
func binomialMidP(x, n, p float64) (midP float64, higher bool) {
	b := distuv.Binomial{N: n, P: p}
	up := 0.5 * b.Prob(x)
	for i := x + 1; i <= n; i++ {
		up += b.Prob(i)
	}
	low := 0.5 * b.Prob(x)
	for i := x - 1; i >= 0; i-- {
		low += b.Prob(i)
	}
	if up < low {
		return up, true
	}
	return low, false
}

// The corrected root has the tail of the exact conditional test, down to 1e-9, to the stated tenth of a deviate.
func TestRateRootIsExactTest(t *testing.T) {
	for _, c := range [][4]float64{{54, 36, 6, 1}, {54, 36, 9, 1}, {54, 36, 9, 2}, {54, 36, 0, 3}, {20, 36, 14, 6}, {0, 24, 5, 12},
		{200, 36, 20, 12}, {720, 36, 45, 1}, {720, 36, 3, 1}, {18, 36, 3, 1}, {54, 36, 40, 10}, {100, 24, 22, 12}} {
		x1, e1, x2, e2 := c[0], c[1], c[2], c[3]
		midP, higher := binomialMidP(x2, x1+x2, e2/(e1+e2))
		z := rateRoot(x1, e1, x2, e2)
		if (z > 0) != higher {
			t.Errorf("%v: z %.3f, exact test says higher: %v", c, z, higher)
		}
		want := normalOfLogTail(math.Log(midP))
		if tolerance := map[bool]float64{true: 0.105, false: 0.05}[x2 < 10]; math.Abs(math.Abs(z)-want) > tolerance {
			t.Errorf("%v: |z| %.4f, exact %.4f", c, math.Abs(z), want)
		}
		if (x1 == 0 || x2 == 0) && math.Abs(math.Abs(z)-want) > 1e-6 {
			t.Errorf("%v: an empty cell must be exact: |z| %.8f, exact %.8f", c, math.Abs(z), want)
		}
	}
}

// fisherMidP is the mid-P tail of the hypergeometric law of x2.
func fisherMidP(x1, n1, x2, n2 float64) (midP float64, higher bool) {
	ln := func(n, k float64) float64 {
		a, _ := math.Lgamma(n + 1)
		b, _ := math.Lgamma(k + 1)
		c, _ := math.Lgamma(n - k + 1)
		return a - b - c
	}
	x := x1 + x2
	prob := func(k float64) float64 {
		if k < 0 || k > n2 || x-k < 0 || x-k > n1 {
			return 0
		}
		return math.Exp(ln(n2, k) + ln(n1, x-k) - ln(n1+n2, x))
	}
	up, low := prob(x2)/2, prob(x2)/2
	for k := x2 + 1; k <= min(x, n2); k++ {
		up += prob(k)
	}
	for k := x2 - 1; k >= max(0, x-n1); k-- {
		low += prob(k)
	}
	if up < low {
		return up, true
	}
	return low, false
}

func TestProportionRootIsFishersTest(t *testing.T) {
	for _, c := range [][4]float64{{30, 40, 2, 10}, {300, 400, 20, 40}, {5, 400, 6, 60}, {0, 100, 4, 30}, {10, 100, 0, 60},
		{95, 100, 30, 30}, {100, 100, 50, 60}, {900, 1000, 70, 100}, {36, 720, 9, 60}, {612, 720, 40, 60}} {
		midP, higher := fisherMidP(c[0], c[1], c[2], c[3])
		z := proportionRoot(c[0], c[1], c[2], c[3])
		if z != 0 && (z > 0) != higher {
			t.Errorf("%v: z %.3f, exact test says higher: %v", c, z, higher)
		}
		want := normalOfLogTail(math.Log(midP))
		if math.Abs(math.Abs(z)-want) > 0.12 {
			t.Errorf("%v: |z| %.4f, exact %.4f", c, math.Abs(z), want)
		}
	}
}

func TestNormalOfStudent(t *testing.T) {
	for _, df := range []float64{4, 8, 20, 60, 400} {
		for _, x := range []float64{0.5, 2, 4, 8} {
			want := normalOfLogTail(math.Log(distuv.StudentsT{Mu: 0, Sigma: 1, Nu: df}.Survival(x)))
			if got := normalOfStudent(x, df); math.Abs(got-want) > map[bool]float64{true: 0.015, false: 0.006}[df < 8]*want+0.001 {
				t.Errorf("t %.1f with %.0f degrees of freedom: %.4f, exact %.4f", x, df, got, want)
			}
			if normalOfStudent(-x, df) != -normalOfStudent(x, df) {
				t.Error("not symmetric")
			}
		}
		want := distuv.StudentsT{Mu: 0, Sigma: 1, Nu: df}.Quantile(0.975)
		if got := studentQuantile(df); math.Abs(got-want) > 0.01 {
			t.Errorf("97.5%% point with %.0f degrees of freedom: %.4f, exact %.4f", df, got, want)
		}
	}
	if normalOfStudent(3, math.Inf(1)) != 3 {
		t.Error("infinite degrees of freedom must change nothing")
	}
}

func TestNormalOfLogTail(t *testing.T) {
	for _, z := range []float64{0.1, 1, 3, 6, 10, 30, 33} {
		if got := normalOfLogTail(math.Log(upper(z))); math.Abs(got-z) > 1e-6*z+1e-9 {
			t.Errorf("tail of %g gives %g", z, got)
		}
	}
	// ln Q(50) = -1254.8314 (asymptotic series of Mills' ratio, five terms)
	if got := normalOfLogTail(-1254.8314); math.Abs(got-50) > 0.001 {
		t.Errorf("far tail: %g, want 50", got)
	}
}

func TestGammaDerivatives(t *testing.T) {
	for _, x := range []float64{0.5, 1, 2.5, 17, 400} {
		if got, want := digamma(x), mathext.Digamma(x); math.Abs(got-want) > 1e-9 {
			t.Errorf("digamma(%g) = %g, want %g", x, got, want)
		}
		if got := inverseTrigamma(trigamma(x)); math.Abs(got/x-1) > 1e-6 {
			t.Errorf("inverse trigamma of trigamma(%g) = %g", x, got)
		}
	}
	if got := trigamma(1); math.Abs(got-math.Pi*math.Pi/6) > 1e-9 {
		t.Errorf("trigamma(1) = %g, want pi squared over 6", got)
	}
}

func TestWilson(t *testing.T) {
	// Newcombe 1998: 15 of 148 gives 0.0624 to 0.1605, 0 of 20 gives 0 to 0.1611.
	for _, c := range []struct{ x, n, low, high float64 }{{15, 148, 0.0624, 0.1605}, {0, 20, 0, 0.1611}} {
		low, high := wilson(c.x, c.n)
		if math.Abs(low-c.low) > 5e-5 || math.Abs(high-c.high) > 5e-5 {
			t.Errorf("%g of %g: %.4f to %.4f", c.x, c.n, low, high)
		}
	}
}
