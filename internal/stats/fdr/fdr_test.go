package fdr

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func pValues(t *rapid.T) []float64 {
	return rapid.SliceOfN(rapid.OneOf(rapid.Float64Range(0, 1), rapid.Just(math.NaN()), rapid.SampledFrom([]float64{0, 1, 0.05})), 0, 60).Draw(t, "p")
}

func TestPublishedExampleOfBenjaminiAndHochberg(t *testing.T) {
	// The fifteen p-values of the thrombolysis trial in section 3.2 of the 1995 paper:
	// at 5% Bonferroni and Holm reject three hypotheses, the false discovery rate four.
	p := []float64{0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0000}
	for method, want := range map[Method]int{BenjaminiHochberg: 4, Bonferroni: 3, Holm: 3} {
		got := 0
		for _, q := range Adjust(nil, p, method) {
			if q <= 0.05 {
				got++
			}
		}
		if got != want {
			t.Errorf("method %d rejects %d hypotheses, the paper %d", method, got, want)
		}
	}
}

func TestAdjustedValuesAreOrderedLikeTheOriginals(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := pValues(t)
		for _, method := range []Method{BenjaminiHochberg, BenjaminiYekutieli, Bonferroni, Holm} {
			q := Adjust(nil, p, method)
			for i := range p {
				if math.IsNaN(p[i]) != math.IsNaN(q[i]) {
					t.Fatalf("missing p %v gave %v", p[i], q[i])
				}
				if q[i] < p[i]*(1-1e-15) || q[i] > 1 {
					t.Fatalf("method %d adjusts %v to %v", method, p[i], q[i])
				}
				for j := range p {
					if p[i] <= p[j] && q[i] > q[j] {
						t.Fatalf("method %d: p %v <= %v but q %v > %v", method, p[i], p[j], q[i], q[j])
					}
				}
			}
		}
	})
}

func TestStrictnessOfTheMethods(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := pValues(t)
		hochberg, holm := Adjust(nil, p, BenjaminiHochberg), Adjust(nil, p, Holm)
		yekutieli, bonferroni := Adjust(nil, p, BenjaminiYekutieli), Adjust(nil, p, Bonferroni)
		for i := range p {
			if hochberg[i] > holm[i]*(1+1e-14) || holm[i] > bonferroni[i]*(1+1e-14) || hochberg[i] > yekutieli[i]*(1+1e-14) {
				t.Fatalf("p %v: Hochberg %v, Holm %v, Bonferroni %v, Yekutieli %v", p[i], hochberg[i], holm[i], bonferroni[i], yekutieli[i])
			}
		}
	})
}

func TestOrderOfTheTestsDoesNotMatter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := pValues(t)
		q := Adjust(nil, p, BenjaminiHochberg)
		reversed := slices.Clone(p)
		slices.Reverse(reversed)
		back := Adjust(nil, reversed, BenjaminiHochberg)
		slices.Reverse(back)
		for i := range q {
			if q[i] != back[i] && !(math.IsNaN(q[i]) && math.IsNaN(back[i])) {
				t.Fatalf("%v and, reversed, %v", q, back)
			}
		}
	})
}

func TestInPlaceAndOutOfRange(t *testing.T) {
	p := []float64{0.01, -1, 2, math.Inf(1), 0.04}
	Adjust(p, p, BenjaminiHochberg)
	if p[0] != 0.02 || p[4] != 0.04 || !math.IsNaN(p[1]) || !math.IsNaN(p[2]) || !math.IsNaN(p[3]) {
		t.Errorf("adjusted in place: %v", p)
	}
	if got := Adjust(nil, nil, Holm); len(got) != 0 {
		t.Errorf("no p-values gave %v", got)
	}
}

func TestTailsKeepTheirDigits(t *testing.T) {
	// Mills' ratio by its continued fraction gives the tail independently of erfc.
	for _, z := range []float64{8, 12.5, 20, 30, 37} {
		fraction := z
		for k := 400; k >= 1; k-- {
			fraction = z + float64(k)/fraction
		}
		want := math.Exp(-z*z/2) / math.Sqrt(2*math.Pi) / fraction
		if got := Upper(z); math.Abs(got/want-1) > 1e-12 {
			t.Errorf("Upper(%v) = %v, want %v", z, got, want)
		}
		if got := TwoSided(-z); math.Abs(got/(2*want)-1) > 1e-12 {
			t.Errorf("TwoSided(%v) = %v, want %v", -z, got, 2*want)
		}
	}
	if !math.IsNaN(TwoSided(math.NaN())) || TwoSided(math.Inf(-1)) != 0 || Upper(math.Inf(-1)) != 1 {
		t.Error("NaN and infinities: wrong tails")
	}
}

func BenchmarkAdjust6200(b *testing.B) {
	p := make([]float64, 6200)
	for i := range p {
		p[i] = math.Mod(float64(i)*0.6180339887, 1)
	}
	var w Workspace
	dst := make([]float64, len(p))
	b.ReportAllocs()
	for b.Loop() {
		w.Adjust(dst, p, BenjaminiHochberg)
	}
}
