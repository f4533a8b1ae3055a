package exact

import (
	"math"
	"math/big"
	"testing"

	"pgregory.net/rapid"
)

// numbers draws slices of the kinds that are hard to add: same size, wildly different
// size, cancelling pairs, near ties, integers, subnormal and huge.
func numbers(least int) *rapid.Generator[[]float64] {
	decimal := rapid.Custom(func(t *rapid.T) float64 { return float64(rapid.IntRange(-99999, 99999).Draw(t, "n")) / 10 })
	huge := rapid.Custom(func(t *rapid.T) float64 {
		return math.Ldexp(rapid.Float64Range(-2, 2).Draw(t, "m"), rapid.IntRange(-1074, 1022).Draw(t, "e"))
	})
	tie := rapid.Custom(func(t *rapid.T) float64 {
		return math.Ldexp(float64(rapid.IntRange(-3, 3).Draw(t, "m")), rapid.SampledFrom([]int{0, -52, -53, -54, -106, 53, -1074}).Draw(t, "e"))
	})
	integer := rapid.Custom(func(t *rapid.T) float64 { return float64(rapid.IntRange(-1<<30, 1<<30).Draw(t, "i")) })
	return rapid.Custom(func(t *rapid.T) []float64 {
		kind := rapid.SampledFrom([]*rapid.Generator[float64]{decimal, huge, tie, integer, rapid.Float64Range(-1e3, 1e3)}).Draw(t, "kind")
		x := rapid.SliceOfN(kind, least, 60).Draw(t, "x")
		if rapid.Bool().Draw(t, "cancel") {
			for _, v := range x[:len(x)/2] {
				x = append(x, -v)
			}
		}
		return x
	})
}

func rational(x []float64) *big.Rat {
	sum := new(big.Rat)
	for _, v := range x {
		sum.Add(sum, new(big.Rat).SetFloat64(v))
	}
	return sum
}

func nearestTo(r *big.Rat) float64 {
	f, _ := r.Float64()
	return f
}

func TestSumAndMeanAreTheNearest(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x := numbers(1).Draw(t, "x")
		sum := rational(x)
		if got, want := Sum(x), nearestTo(sum); got != want {
			t.Fatalf("Sum(%v) = %b, exact %b", x, got, want)
		}
		mean := new(big.Rat).Quo(sum, new(big.Rat).SetInt64(int64(len(x))))
		if got, want := Mean(x), nearestTo(mean); got != want {
			t.Fatalf("Mean(%v) = %b, exact %b", x, got, want)
		}
		if got, want := slow(x, uint64(len(x))), nearestTo(mean); got != want {
			t.Fatalf("slow mean of %v = %b, exact %b", x, got, want)
		}
	})
}

func TestMeanRoundsATieToEven(t *testing.T) {
	one, next := 1.0, math.Nextafter(1, 2)
	after := math.Nextafter(next, 2)
	if got := Mean([]float64{one, next}); got != one {
		t.Errorf("half way above 1: %b", got)
	}
	if got := Mean([]float64{next, after}); got != after {
		t.Errorf("half way above the odd neighbour of 1: %b", got)
	}
	if got := Mean([]float64{5e-324, 0}); got != 0 {
		t.Errorf("half the smallest number: %b", got)
	}
	if got := Mean([]float64{5e-324, 1e-323}); got != 1e-323 {
		t.Errorf("one and a half times the smallest number: %b", got)
	}
}

func TestMeanOfNumbersWhoseSumOverflows(t *testing.T) {
	if got := Mean([]float64{math.MaxFloat64, math.MaxFloat64}); got != math.MaxFloat64 {
		t.Errorf("got %g", got)
	}
	if got := Sum([]float64{math.MaxFloat64, math.MaxFloat64, -math.MaxFloat64}); got != math.MaxFloat64 {
		t.Errorf("got %g", got)
	}
	if got := Sum([]float64{math.MaxFloat64, math.MaxFloat64}); !math.IsInf(got, 1) {
		t.Errorf("got %g", got)
	}
}

func TestNotFinite(t *testing.T) {
	inf, nan := math.Inf(1), math.NaN()
	for _, c := range []struct {
		x    []float64
		sum  float64
		mean float64
	}{
		{nil, 0, nan}, {[]float64{1, nan}, nan, nan}, {[]float64{inf, 1}, inf, inf},
		{[]float64{-inf, 1}, -inf, -inf}, {[]float64{inf, -inf}, nan, nan}, {[]float64{inf, nan}, nan, nan},
	} {
		if got := Sum(c.x); !same(got, c.sum) {
			t.Errorf("Sum(%v) = %v", c.x, got)
		}
		if got := Mean(c.x); !same(got, c.mean) {
			t.Errorf("Mean(%v) = %v", c.x, got)
		}
	}
}

func same(a, b float64) bool { return a == b || math.IsNaN(a) && math.IsNaN(b) }

func TestNothingIsAllocated(t *testing.T) {
	tie := []float64{1, math.Nextafter(1, 2)}
	x := decimals()
	if n := testing.AllocsPerRun(100, func() { Mean(x); Mean(tie); Sum(x) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func decimals() []float64 {
	x := make([]float64, 36)
	for i := range x {
		x[i] = float64(400+(i*7919)%211) / 10
	}
	return x
}

func BenchmarkMean36(b *testing.B) {
	x := decimals()
	for b.Loop() {
		Mean(x)
	}
}

func BenchmarkMeanSlowPath36(b *testing.B) {
	x := decimals()
	for b.Loop() {
		slow(x, 36)
	}
}
