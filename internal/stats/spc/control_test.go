package spc

import (
	"math"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestLeastCrossingsIsTheExactFivePercentPoint(t *testing.T) {
	for n := range 400 {
		// P(X <= k) >= 1/20 in whole numbers: 20 sum of C(n, i) >= 2^n.
		sum, all := new(big.Int), new(big.Int).Lsh(big.NewInt(1), uint(n))
		want := 0
		for ; ; want++ {
			sum.Add(sum, new(big.Int).Mul(big.NewInt(20), new(big.Int).Binomial(int64(n), int64(want))))
			if sum.Cmp(all) >= 0 {
				break
			}
		}
		if got := leastCrossings(n); got != want {
			t.Errorf("n %d: %d, exact %d", n, got, want)
		}
	}
}

func TestBoxes(t *testing.T) {
	for _, n := range []int{firstBox, 24, 57, lastBox} {
		b := boxFor(n)
		random := crossingsAndRuns(n, 0.5)
		if p := random.held(b.crossings, b.longest); p < boxHolds {
			t.Errorf("%d points: the best box holds a random series with probability %v", n, p)
		}
		if b.borderCrossings == 0 {
			continue
		}
		p := random.held(b.crossings+1, b.longest-1)
		for c := b.borderCrossings; c < lastBox; c++ {
			p += random[b.longest][c]
		}
		for l := 1; l <= b.borderLongest; l++ {
			p += random[l][b.crossings]
		}
		if p < boxHolds {
			t.Errorf("%d points: the cut box holds a random series with probability %v", n, p)
		}
	}
}

func TestCrossingsAndRunsCountTheSequences(t *testing.T) {
	// All 2^10 sequences of 10 throws, one by one.
	const n = 10
	var counted joint
	for bits := range 1 << n {
		distances := make([]float64, n)
		for i := range distances {
			distances[i] = float64(bits>>i&1) - 0.5
		}
		r := Anhoej.Analyse(distances)
		counted[r.Longest][r.Crossings] += 1.0 / (1 << n)
	}
	if got := crossingsAndRuns(n, 0.5); *got != counted {
		t.Errorf("got %v, counted %v", got[:n+1], counted[:n+1])
	}
}

func TestRunsPassOverTheLine(t *testing.T) {
	r := Anhoej.Analyse([]float64{1, 0, 2, nan, 3, -1, 0, -1, 1})
	if r.Useful != 6 || r.Longest != 3 || r.Crossings != 2 {
		t.Errorf("%+v", r)
	}
	if r := Anhoej.Analyse([]float64{0, nan}); r != (Runs{}) {
		t.Errorf("nothing useful: %+v", r)
	}
}

func numbered(y, n []float64) Observations {
	obs := Observations{Axis: Numbers, Y: y, N: n}
	for i := range y {
		obs.X = append(obs.X, strconv.Itoa(i+1))
	}
	return obs
}

func TestRowsOfOneLabelFormOnePoint(t *testing.T) {
	obs := Observations{X: []string{"2024-02-01", "2024-01-01", "2024-02-01", "2024-02-01"}, Y: []float64{3, 5, 1, nan}, N: []float64{10, 20, 30, 7}}
	c, err := Control(obs, ControlOptions{Kind: P})
	if err != nil {
		t.Fatal(err)
	}
	second := c.Points[1]
	if len(c.Points) != 2 || c.Points[0].X != "2024-01-01" || second.Sum != 4 || second.N != 40 || second.Count != 2 || second.Y != 0.1 || second.Centre != 9.0/60 {
		t.Errorf("%+v", c.Points)
	}
	for by, want := range map[Aggregate]float64{"": 3, MeanOf: 3, MedianOf: 2, SumOf: 9, SDOf: math.Sqrt(7)} {
		c, err := Control(Observations{X: []string{"a", "a", "a"}, Axis: Categories, Y: []float64{1, 2, 6}}, ControlOptions{Kind: Run, Aggregate: by})
		if err != nil || c.Points[0].Y != want {
			t.Errorf("%q: %v %v", by, c.Points, err)
		}
	}
}

func TestNumbersAreOrderedBySizeAndNamesByAlphabet(t *testing.T) {
	obs := Observations{X: []string{"10", "9", "1e1"}, Y: []float64{1, 2, 3}, Axis: Numbers}
	c, err := Control(obs, ControlOptions{Kind: Run})
	if err != nil || len(c.Points) != 2 || c.Points[0].X != "9" || c.Points[1].Y != 2 {
		t.Errorf("%v %v", c.Points, err)
	}
	obs.Axis = Categories
	if c, err = Control(obs, ControlOptions{Kind: Run}); err != nil || len(c.Points) != 3 || c.Points[2].X != "9" {
		t.Errorf("%v %v", c.Points, err)
	}
}

func TestCategoriesHaveNoRuns(t *testing.T) {
	y := []float64{1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9}
	obs := numbered(y, nil)
	if c, _ := Control(obs, ControlOptions{Kind: Run}); !c.Parts[0].Runs.Signal {
		t.Errorf("in order: %+v", c.Parts)
	}
	obs.Axis = Categories
	if c, _ := Control(obs, ControlOptions{Kind: Run}); c.Parts[0].Runs.Signal {
		t.Errorf("names: %+v", c.Parts)
	}
}

func TestGivenCentreIsKept(t *testing.T) {
	centre := 0.3
	c, err := Control(numbered([]float64{1, 2, 3}, []float64{9, 9, 9}), ControlOptions{Kind: U, Centre: &centre, Multiply: 100})
	if err != nil || c.Points[0].Centre != 30 {
		t.Errorf("%v %v", c.Points, err)
	}
}

func TestWhatControlRefuses(t *testing.T) {
	one := numbered([]float64{1}, nil)
	for _, c := range []struct {
		obs   Observations
		o     ControlOptions
		words string
	}{
		{one, ControlOptions{Kind: "xbar"}, `kind "xbar"`},
		{one, ControlOptions{Kind: P}, "needs a denominator"},
		{one, ControlOptions{Kind: Run, Aggregate: "mode"}, `by "mode"`},
		{one, ControlOptions{Kind: Run, Method: "guess"}, `by "guess"`},
		{Observations{}, ControlOptions{Kind: Run}, "no points"},
		{Observations{X: []string{"1", "2"}, Y: []float64{1}}, ControlOptions{Kind: Run}, "2 labels, 1 values"},
		{Observations{X: []string{"x"}, Y: []float64{1}}, ControlOptions{Kind: Run}, `row 1: "x" is not a date`},
		{Observations{X: []string{"x"}, Y: []float64{1}, Axis: Numbers}, ControlOptions{Kind: Run}, `"x" is not a number`},
		{numbered([]float64{inf}, nil), ControlOptions{Kind: C}, "infinite"},
		{numbered([]float64{3, 0}, nil), ControlOptions{Kind: T}, "times above zero"},
	} {
		if _, err := Control(c.obs, c.o); err == nil || !strings.Contains(err.Error(), c.words) {
			t.Errorf("%v %v: want %q, got %v", c.obs, c.o, c.words, err)
		}
	}
}

// Scaling numerators and denominators of rates alike, or measurements, leaves signals.
func TestControlSignalsDoNotDependOnTheUnit(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		kind := rapid.SampledFrom([]Kind{Run, Individual, Moving, IPrime}).Draw(t, "kind")
		y := rapid.SliceOfN(rapid.Map(rapid.IntRange(1, 40), func(i int) float64 { return float64(i) }), 1, 40).Draw(t, "y")
		scaled := make([]float64, len(y))
		for i := range y {
			scaled[i] = y[i] * 1024
		}
		a, err := Control(numbered(y, nil), ControlOptions{Kind: kind})
		b, errScaled := Control(numbered(scaled, nil), ControlOptions{Kind: kind})
		if err != nil || errScaled != nil {
			t.Fatal(err, errScaled)
		}
		for i := range a.Points {
			p, q := a.Points[i], b.Points[i]
			if p.Sigma != q.Sigma || p.Runs != q.Runs || !alike(p.Upper*1024, q.Upper) || !alike(p.Centre*1024, q.Centre) {
				t.Fatalf("point %d: %+v, scaled %+v", i, p, q)
			}
		}
	})
}

func TestPartsAreChartsOfTheirOwn(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		kind := rapid.SampledFrom([]Kind{Run, Individual, Moving, P, PPrime, U, UPrime, IPrime, C}).Draw(t, "kind")
		y := rapid.SliceOfN(rapid.Map(rapid.IntRange(0, 30), func(i int) float64 { return float64(i) }), 2, 40).Draw(t, "y")
		n := make([]float64, len(y))
		for i := range n {
			n[i] = float64(rapid.IntRange(30, 90).Draw(t, "n"))
		}
		cut := rapid.IntRange(1, len(y)-1).Draw(t, "cut")
		whole, err := Control(numbered(y, n), ControlOptions{Kind: kind, Parts: []int{cut, 0, 900}})
		first, errFirst := Control(numbered(y[:cut], n[:cut]), ControlOptions{Kind: kind})
		second, errSecond := Control(numbered(y[cut:], n[cut:]), ControlOptions{Kind: kind})
		if err != nil || errFirst != nil || errSecond != nil {
			t.Fatal(err, errFirst, errSecond)
		}
		if len(whole.Parts) != 2 || whole.Parts[0].Runs != first.Parts[0].Runs || whole.Parts[1].Runs != second.Parts[0].Runs {
			t.Fatalf("parts %+v, alone %+v %+v", whole.Parts, first.Parts, second.Parts)
		}
		for i, p := range slices.Concat(first.Points, second.Points) {
			if q := whole.Points[i]; !alike(p.Upper, q.Upper) || !alike(p.Lower95, q.Lower95) || p.Sigma != q.Sigma {
				t.Fatalf("point %d: alone %+v, as part %+v", i, p, q)
			}
		}
	})
}

func FuzzControl(f *testing.F) {
	f.Add([]byte{1, 2, 3}, []byte{4, 5, 6}, uint8(3), 0, 0, 0.0)
	f.Add([]byte{}, []byte{}, uint8(0), -1, 99, math.NaN())
	f.Fuzz(func(t *testing.T, y, n []byte, kind uint8, freeze, place int, centre float64) {
		obs := numbered(wild(y), nil)
		if n := wild(n); len(n) >= len(y) {
			obs.N = n[:len(y)]
		}
		o := ControlOptions{Kind: Kinds()[int(kind)%len(Kinds())], Freeze: freeze, Exclude: []int{place}, Method: CutBox, NoNegative: kind%2 == 0}
		if kind%3 == 0 {
			o.Centre, o.Parts = &centre, []int{place, freeze}
		}
		c, err := Control(obs, o)
		if err != nil {
			return
		}
		for _, p := range c.Points {
			if math.IsInf(p.Upper, 0) || math.IsInf(p.Lower, 0) || p.Sigma && math.IsNaN(p.Y) {
				t.Fatalf("%+v", p)
			}
		}
	})
}
