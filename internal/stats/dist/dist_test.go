package dist

import (
	"math"
	"math/big"
	"testing"

	"gonum.org/v1/gonum/mathext"
	"pgregory.net/rapid"
)

// reporter is a test of either kind.
type reporter interface {
	Helper()
	Errorf(string, ...any)
}

// near fails unless got and want agree within a relative tolerance.
func near(t reporter, what string, got, want, tolerance float64) {
	t.Helper()
	if got != want && !(math.Abs(got-want) <= tolerance*math.Abs(want)) {
		t.Errorf("%s = %.17g, want %.17g (off by %.2g)", what, got, want, got/want-1)
	}
}

func TestNormalAgainstPublishedValues(t *testing.T) {
	// R 4.5 pnorm and qnorm.
	near(t, "upper tail at 8.29", NormalUpper(8.29), 5.662423419408359e-17, 3e-14)
	near(t, "lower tail at -9.01", NormalCDF(-9.01), 2.0605649203911978e-19/2, 1e-13)
	near(t, "a subnormal tail", NormalUpper(37.99), 4.2202155e-316, 0)
	near(t, "quantile of 0.975", NormalQuantile(0.975), 1.9599639845400536, 1e-15)
	near(t, "quantile of 0.001", NormalQuantile(0.001), -3.090232306167813, 1e-15)
	near(t, "quantile of 1e-300", NormalQuantile(1e-300), -37.0471, 1e-6)
}

func TestNormalTailsMeetWhereTheMethodChanges(t *testing.T) {
	below, above := NormalCDF(-36), NormalCDF(math.Nextafter(-36, -37))
	near(t, "the tail beyond 36", above, below, 1e-12)
}

func TestNormalQuantileInvertsTheDistribution(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := math.Exp(-rapid.Float64Range(0.7, 690).Draw(t, "minus log p"))
		near(t, "P(Z <= quantile)", NormalCDF(NormalQuantile(p)), p, 1e-12)
	})
}

// binomialSum is P(X <= x) in 300-bit arithmetic.
func binomialSum(x, n int, p float64) float64 {
	const bits = 300
	number := func(v float64) *big.Float { return new(big.Float).SetPrec(bits).SetFloat64(v) }
	q := new(big.Float).SetPrec(bits).Sub(number(1), number(p))
	odds := new(big.Float).SetPrec(bits).Quo(number(p), q)
	term := number(1)
	for range n {
		term.Mul(term, q)
	}
	sum := number(0)
	for k := 0; k <= x; k++ {
		sum.Add(sum, term)
		term.Mul(term, odds)
		term.Mul(term, number(float64(n-k)))
		term.Quo(term, number(float64(k+1)))
	}
	out, _ := sum.Float64()
	return out
}

func TestBinomialAgainstExactArithmetic(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 400).Draw(t, "n")
		p := rapid.Float64Range(0.001, 0.999).Draw(t, "p")
		x := rapid.IntRange(0, n-1).Draw(t, "x")
		want := binomialSum(x, n, p)
		if want < 1e-290 {
			return
		}
		near(t, "BinomialCDF", BinomialCDF(float64(x), float64(n), p), want, 1e-12)
		if before := binomialSum(x-1, n, p); want-before > 1e-6*want {
			near(t, "BinomialPMF", BinomialPMF(float64(x), float64(n), p), want-before, 1e-9)
		}
	})
}

// poissonSum is P(X <= x) in 300-bit arithmetic: the series of exp(m) up to x over all
// of it.
func poissonSum(x int, m float64) float64 {
	const bits = 300
	number := func(v float64) *big.Float { return new(big.Float).SetPrec(bits).SetFloat64(v) }
	whole, term := number(0), number(1)
	sum := number(0)
	for k := 0; k < 2000; k++ {
		whole.Add(whole, term)
		if k <= x {
			sum.Add(sum, term)
		}
		term.Mul(term, number(m))
		term.Quo(term, number(float64(k+1)))
	}
	sum.Quo(sum, whole)
	out, _ := sum.Float64()
	return out
}

func TestPoissonAgainstExactArithmetic(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := rapid.Float64Range(0.01, 400).Draw(t, "mean")
		x := rapid.IntRange(0, 800).Draw(t, "x")
		want := poissonSum(x, m)
		if want < 1e-290 {
			return
		}
		near(t, "PoissonCDF", PoissonCDF(float64(x), m), want, 1e-12)
	})
}

func TestUpperTailsAreNotDifferences(t *testing.T) {
	// P(X > 60) for mean 10 and P(X > 95) for 100 at a half: far below the rounding of 1.
	if got := PoissonUpper(60, 10); !(got > 1e-28 && got < 1e-25) {
		t.Errorf("PoissonUpper(60, 10) = %v", got)
	}
	_, upper := binomialTails(95, 100, 0.5)
	near(t, "P(X > 95) of 100 at a half", upper, BinomialCDF(4, 100, 0.5), 1e-13)
}

func TestDiscreteQuantilesAreTheSmallestThatReach(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		prob := rapid.OneOf(rapid.Float64Range(0, 1), rapid.SampledFrom([]float64{0.001, 0.025, 0.5, 0.975, 0.999})).Draw(t, "prob")
		n := float64(rapid.IntRange(0, 3000).Draw(t, "n"))
		p := rapid.Float64Range(0, 1).Draw(t, "p")
		x := BinomialQuantile(prob, n, p)
		if x < n && BinomialCDF(x, n, p) < prob*(1-1e-12) || x > 0 && BinomialCDF(x-1, n, p) >= prob*(1+1e-12) {
			t.Fatalf("BinomialQuantile(%v, %v, %v) = %v", prob, n, p, x)
		}
		m := rapid.Float64Range(0, 5000).Draw(t, "mean")
		if prob == 1 {
			return
		}
		x = PoissonQuantile(prob, m)
		if PoissonCDF(x, m) < prob*(1-1e-12) || x > 0 && PoissonCDF(x-1, m) >= prob*(1+1e-12) {
			t.Fatalf("PoissonQuantile(%v, %v) = %v", prob, m, x)
		}
	})
}

func TestQuantileOfAnEqualProbability(t *testing.T) {
	// P(X <= 1) for 2 at a half is exactly 3/4; a rounding error above it still gives 1.
	for _, prob := range []float64{0.75, math.Nextafter(0.75, 1)} {
		if got := BinomialQuantile(prob, 2, 0.5); got != 1 {
			t.Errorf("BinomialQuantile(%v, 2, 0.5) = %v", prob, got)
		}
	}
}

func TestChiSquareIsThePoissonSeenFromTheOtherSide(t *testing.T) {
	// P(chi² on 2k > 2m) = P(Poisson(m) < k), the latter summed term by term.
	rapid.Check(t, func(t *rapid.T) {
		k := float64(rapid.IntRange(1, 20000).Draw(t, "k"))
		m := k * rapid.Float64Range(0.5, 1.5).Draw(t, "m/k")
		want := PoissonCDF(k-1, m)
		if want > 1e-200 && want < 0.999 {
			near(t, "P(chi² > 2m)", mathext.GammaIncRegComp(k, m), want, 2e-11)
		}
	})
}

func TestChiSquareQuantileInvertsTheDistribution(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		df := math.Exp(rapid.Float64Range(math.Log(0.02), math.Log(2e6)).Draw(t, "log df"))
		p := rapid.SampledFrom([]float64{1e-9, 0.001, 0.025, 0.3, 0.5}).Draw(t, "p")
		if x := ChiSquareQuantile(p, df); x > 1e-250 {
			near(t, "P(X <= quantile)", mathext.GammaIncReg(df/2, x/2), p, 1e-10)
		}
		near(t, "P(X > upper quantile)", mathext.GammaIncRegComp(df/2, ChiSquareUpperQuantile(p, df)/2), p, 1e-10)
	})
}

func TestChiSquareQuantileAgainstR(t *testing.T) {
	near(t, "qchisq(0.975, 10)/2", ChiSquareQuantile(0.975, 10)/2, 10.241588675403698, 1e-14)
	near(t, "qchisq(0.001, 10)/2", ChiSquareQuantile(0.001, 10)/2, 0.7393717319178325, 1e-14)
}

func TestIntervals(t *testing.T) {
	// Garwood for 10 events at 95% (Ulm 1990): 4.7954 to 18.3904.
	g := GarwoodCI(10, 0.95)
	near(t, "Garwood low", g.Low, 4.7953886961324335, 1e-13)
	near(t, "Garwood high", g.High, 18.390356042017761, 1e-13)
	if zero := GarwoodCI(0, 0.95); zero.Low != 0 || math.Abs(zero.High-3.688879454113936) > 1e-12 {
		t.Errorf("Garwood of no event: %v", zero)
	}
	// Newcombe (1998), table 1: 81 of 263 and 15 of 148, 1 of 29 and 0 of 20.
	for _, c := range []struct{ count, n, low, high float64 }{{81, 263, 0.2553, 0.3662}, {15, 148, 0.0624, 0.1605}, {0, 20, 0, 0.1611}, {1, 29, 0.0061, 0.1718}} {
		w := WilsonCI(c.count, c.n, 0.95)
		if math.Abs(w.Low-c.low) > 6e-5 || math.Abs(w.High-c.high) > 6e-5 {
			t.Errorf("Wilson of %v of %v: %v", c.count, c.n, w)
		}
	}
}

func TestByarIsCloseToGarwood(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		count := float64(rapid.IntRange(10, 100000).Draw(t, "count"))
		b, g := ByarCI(count, 0.95), GarwoodCI(count, 0.95)
		near(t, "Byar low", b.Low, g.Low, 0.002)
		near(t, "Byar high", b.High, g.High, 0.002)
	})
}

func FuzzNothingPanicsOrHangs(f *testing.F) {
	f.Add(0.5, 10.0, 0.1)
	f.Add(math.NaN(), math.Inf(1), -1.0)
	f.Add(1e-300, 1e300, 1e300)
	f.Add(0.999, 1e15, 0.3)
	f.Fuzz(func(t *testing.T, a, b, c float64) {
		NormalCDF(a)
		NormalQuantile(a)
		PoissonCDF(b, c)
		PoissonUpper(b, c)
		PoissonQuantile(a, b)
		BinomialCDF(a, math.Floor(b), c)
		BinomialQuantile(a, math.Floor(b), c)
		ChiSquareQuantile(a, b)
		ChiSquareUpperQuantile(a, b)
		GarwoodCI(b, a)
		ByarCI(b, a)
		WilsonCI(a, b, c)
	})
}

func BenchmarkChiSquareQuantile(b *testing.B) {
	for b.Loop() {
		ChiSquareQuantile(0.001, 487)
	}
}
