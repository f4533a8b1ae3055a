package cusum

import (
	"math"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"
)

func within(t *testing.T, what string, got, want, tolerance float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tolerance) {
		t.Errorf("%s = %v, want %v", what, got, want)
	}
}

func drawOutcomes(t *rapid.T) (outcome, risk []float64) {
	n := rapid.IntRange(1, 300).Draw(t, "cases")
	for range n {
		outcome = append(outcome, float64(rapid.IntRange(0, 1).Draw(t, "outcome")))
		risk = append(risk, rapid.Float64Range(0, 1).Draw(t, "risk"))
	}
	return outcome, risk
}

func TestRiskAdjustedStaysOnItsSide(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		outcome, risk := drawOutcomes(t)
		up, err := RiskAdjusted(outcome, risk, Sequential{OddsRatio: 2, Limit: 3, Reset: true})
		if err != nil {
			t.Fatal(err)
		}
		down, err := RiskAdjusted(outcome, risk, Sequential{OddsRatio: 0.5, Limit: -3, Reset: true})
		if err != nil {
			t.Fatal(err)
		}
		for i := range outcome {
			if up.Sum[i] < 0 || up.Sum[i] >= 3 || down.Sum[i] > 0 || down.Sum[i] <= -3 {
				t.Fatalf("sums %v and %v at %d, with reset at 3", up.Sum[i], down.Sum[i], i)
			}
			if up.Signal[i] && up.Sum[i] != 0 {
				t.Fatalf("a signal at %d left %v", i, up.Sum[i])
			}
			if sign := 2*outcome[i] - 1; up.Weight[i]*sign < 0 || down.Weight[i]*sign > 0 {
				t.Fatalf("weights %v and %v of outcome %v", up.Weight[i], down.Weight[i], outcome[i])
			}
		}
	})
}

func TestEqualRisksAreTheBernoulliSum(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		outcome, _ := drawOutcomes(t)
		p := rapid.Float64Range(0.01, 0.5).Draw(t, "p")
		risk := make([]float64, len(outcome))
		for i := range risk {
			risk[i] = p
		}
		s := Sequential{OddsRatio: rapid.SampledFrom([]float64{0.5, 2, 3}).Draw(t, "ratio"), Limit: math.Inf(1)}
		if s.OddsRatio < 1 {
			s.Limit = math.Inf(-1)
		}
		each, err := RiskAdjusted(outcome, risk, s)
		if err != nil {
			t.Fatal(err)
		}
		all, err := Bernoulli(outcome, p, s)
		if err != nil {
			t.Fatal(err)
		}
		for i := range outcome {
			if math.Abs(each.Sum[i]-all.Sum[i]) > 1e-9 {
				t.Fatalf("sums %v and %v at %d", each.Sum[i], all.Sum[i], i)
			}
		}
	})
}

func TestARiskAboveOneHalfIsTurnedRound(t *testing.T) {
	s := Sequential{OddsRatio: 2, Limit: 3, Reset: true}
	got, err := Bernoulli([]float64{0, 1, 0, 0, 1}, 0.75, s)
	if err != nil {
		t.Fatal(err)
	}
	want, err := Bernoulli([]float64{1, 0, 1, 1, 0}, 0.25, s)
	if err != nil {
		t.Fatal(err)
	}
	for i := range want.Sum {
		if got.Sum[i] != want.Sum[i] {
			t.Errorf("sum %v, turned round by hand %v", got.Sum[i], want.Sum[i])
		}
	}
}

func TestTabularSumsMirrorThemselves(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		y := rapid.SliceOfN(rapid.Float64Range(-5, 5), 2, 60).Draw(t, "y")
		mirrored := make([]float64, len(y))
		for i, v := range y {
			mirrored[i] = -v
		}
		process := Process{Centre: 0, Sigma: 1}
		a, err := TabularSums(y, process, StandardTabular())
		if err != nil {
			t.Fatal(err)
		}
		b, err := TabularSums(mirrored, process, StandardTabular())
		if err != nil {
			t.Fatal(err)
		}
		for i := range y {
			if a.High[i] != -b.Low[i] || a.SignalHigh[i] != b.SignalLow[i] {
				t.Fatalf("at %d: high %v, mirrored low %v", i, a.High[i], b.Low[i])
			}
		}
	})
}

func TestShiftAndScaleDoNotMatter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		y := rapid.SliceOfN(rapid.Float64Range(-5, 5), 5, 60).Draw(t, "y")
		// Powers of two scale without rounding; a shift of them rounds only a little.
		scale := math.Exp2(float64(rapid.IntRange(-8, 8).Draw(t, "scale")))
		moved := make([]float64, len(y))
		for i, v := range y {
			moved[i] = v * scale
		}
		a, errA := EWMA(y, Estimated(), 0.2, 3)
		b, errB := EWMA(moved, Estimated(), 0.2, 3)
		if (errA == nil) != (errB == nil) {
			t.Fatalf("%v and %v", errA, errB)
		}
		if errA != nil {
			return
		}
		for i := range y {
			if a.Signal[i] != b.Signal[i] || a.Mean[i]*scale != b.Mean[i] {
				t.Fatalf("at %d: %v times %v, and %v", i, a.Mean[i], scale, b.Mean[i])
			}
		}
	})
}

func TestAverageOfWeightOneIsTheSeries(t *testing.T) {
	y := []float64{3, 9, 2, 14, 5}
	a, err := EWMA(y, Process{Centre: 5, Sigma: 2}, 1, 3)
	if err != nil {
		t.Fatal(err)
	}
	for i := range y {
		if a.Mean[i] != y[i] || a.Low[i] != -1 || a.High[i] != 11 {
			t.Errorf("at %d: mean %v, limits %v to %v", i, a.Mean[i], a.Low[i], a.High[i])
		}
	}
	if !a.Signal[3] || a.Signal[1] {
		t.Errorf("signals %v", a.Signal)
	}
}

func TestDesignAgainstPublishedTables(t *testing.T) {
	// Montgomery, Introduction to statistical quality control, table 9.4 (two sides,
	// run length 370) and table 9.11 (run length 500).
	for k, h := range map[float64]float64{0.25: 8.01, 0.5: 4.77, 0.75: 3.34, 1: 2.52, 1.25: 1.99, 1.5: 1.61} {
		got, err := TabularInterval(k, 2*370)
		if err != nil {
			t.Fatal(err)
		}
		within(t, "decision interval", got, h, 0.011)
	}
	for lambda, width := range map[float64]float64{0.05: 2.615, 0.1: 2.814, 0.2: 2.962, 0.25: 2.998, 0.4: 3.054} {
		got, err := EWMAWidth(lambda, 500)
		if err != nil {
			t.Fatal(err)
		}
		within(t, "width", got, width, 0.002)
	}
	// Weight one is a Shewhart chart: width 3 has run length 370.4.
	within(t, "run length of a Shewhart chart", EWMAARL(1, 3, 0), 370.398, 0.01)
	within(t, "two-sided run length, k 0.5, h 5", TwoSidedTabularARL(0.5, 5, 0), 465, 1)
	within(t, "the same at a shift of one", TwoSidedTabularARL(0.5, 5, 1), 10.4, 0.05)
}

// With reference value 0 the run length is close to (h + 1.166)² (Siegmund 1985). Where the
// sum spans more moves than the integral has points for, none is given.
func TestRunLengthsAreRightOrNotGiven(t *testing.T) {
	for _, h := range []float64{20, 60, 150, 240} {
		within(t, "run length over its approximation", TabularARL(0, h, 0)/((h+1.16635)*(h+1.16635)), 1, 2e-4)
	}
	for what, length := range map[string]func() float64{
		"interval 500": func() float64 { return TabularARL(0, 500, 0) }, "interval 1e300": func() float64 { return TabularARL(0, 1e300, 0) },
		"lambda 1e-5": func() float64 { return EWMAARL(1e-5, 3, 0) }, "lambda 1e-320": func() float64 { return EWMAARL(1e-320, 3, 0) },
	} {
		if arl := length(); !math.IsNaN(arl) {
			t.Errorf("%s: run length %v, which cannot be right", what, arl)
		}
	}
}

func TestRunLengthsAgainstSimulation(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 8))
	mix := RiskMix{{0.5, 0.05}, {0.3, 0.1}, {0.2, 0.2}}
	for _, c := range []struct{ ratio, actual, limit float64 }{{2, 1, 2}, {2, 2, 2}, {0.5, 1, 1.5}, {0.5, 0.5, 1.5}} {
		want, err := RiskAdjustedARL(mix, c.ratio, c.actual, c.limit, 600)
		if err != nil {
			t.Fatal(err)
		}
		const runs = 1500
		total := 0
		for range runs {
			total += simulated(random, mix, c.ratio, c.actual, c.limit)
		}
		got := float64(total) / runs
		if math.Abs(got/want-1) > 0.1 {
			t.Errorf("%+v: simulated run length %v, computed %v", c, got, want)
		}
	}
}

// simulated is one run length, by the chart itself.
func simulated(random *rand.Rand, mix RiskMix, ratio, actual, limit float64) int {
	s := Sequential{OddsRatio: ratio, Limit: limit}
	if ratio < 1 {
		s.Limit = -limit
	}
	const most = 2000
	outcome, risk := make([]float64, 0, most), make([]float64, 0, most)
	for {
		for range 500 {
			at, class := random.Float64(), 0
			for at >= mix[class].Share && class < len(mix)-1 {
				at -= mix[class].Share
				class++
			}
			p := mix[class].Risk
			risk = append(risk, p)
			outcome = append(outcome, 0)
			if random.Float64() < actual*p/(1-p+actual*p) {
				outcome[len(outcome)-1] = 1
			}
		}
		e, err := RiskAdjusted(outcome, risk, s)
		if err != nil {
			panic(err)
		}
		if count, first := e.Signals(); count > 0 {
			return first
		}
	}
}

func TestToeplitzSolutionsSolve(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 25).Draw(t, "n")
		diagonal := rapid.SliceOfN(rapid.Float64Range(-0.5, 0.5), 2*n-1, 2*n-1).Draw(t, "diagonal")
		diagonal[n-1] = float64(n) + 1
		y := rapid.SliceOfN(rapid.Float64Range(-5, 5), n, n).Draw(t, "y")
		x := solveToeplitz(diagonal, y)[0]
		for i := range n {
			sum := 0.0
			for j := range n {
				sum += diagonal[n-1+i-j] * x[j]
			}
			if math.Abs(sum-y[i]) > 1e-9 {
				t.Fatalf("row %d gives %v, want %v", i, sum, y[i])
			}
		}
	})
}

func TestRefusalsSayWhatToDo(t *testing.T) {
	nan := math.NaN()
	s := Sequential{OddsRatio: 2, Limit: 3}
	known := Process{Centre: 0, Sigma: 1}
	for name, err := range map[string]error{
		"no outcome":         second(RiskAdjusted(nil, nil, s)),
		"missing outcome":    second(RiskAdjusted([]float64{nan}, []float64{0.1}, s)),
		"outcome of two":     second(RiskAdjusted([]float64{2}, []float64{0.1}, s)),
		"lengths":            second(RiskAdjusted([]float64{1}, []float64{0.1, 0.2}, s)),
		"risk above one":     second(RiskAdjusted([]float64{1}, []float64{1.1}, s)),
		"missing risk":       second(RiskAdjusted([]float64{1}, []float64{nan}, s)),
		"odds ratio of one":  second(RiskAdjusted([]float64{1}, []float64{0.1}, Sequential{OddsRatio: 1, Limit: 3})),
		"missing limit":      second(RiskAdjusted([]float64{1}, []float64{0.1}, Sequential{OddsRatio: 2, Limit: nan})),
		"risk of zero":       second(Bernoulli([]float64{1}, 0, s)),
		"two-sided risk":     second(BernoulliTwoSided([]float64{1}, 1, 2, 3)),
		"no value":           second(TabularSums(nil, Estimated(), StandardTabular())),
		"missing value":      second(TabularSums([]float64{1, nan}, Estimated(), StandardTabular())),
		"one value":          second(TabularSums([]float64{1}, Estimated(), StandardTabular())),
		"no variation":       second(EWMA([]float64{1, 1, 1}, Estimated(), 0.2, 3)),
		"head start too far": second(TabularSums([]float64{1}, known, Tabular{Shift: 1, Interval: 5, HeadStart: 5})),
		"no interval":        second(TabularSums([]float64{1}, known, Tabular{Shift: 1})),
		"slack":              second(CharterSums([]float64{1}, known, Charter{Slack: -1, Limit: 4, Shift: 1})),
		"lambda":             second(EWMA([]float64{1}, known, 0, 3)),
		"width":              second(EWMA([]float64{1}, known, 0.2, nan)),
		"design run length":  second(TabularInterval(0.5, 1)),
		"design lambda":      second(EWMAWidth(nan, 370)),
		"shares":             second(RiskAdjustedARL(RiskMix{{0.5, 0.1}}, 2, 1, 3, 600)),
		"limit of no state":  second(RiskAdjustedARL(RiskMix{{1, 0.1}}, 2, 1, 0, 600)),
		"limit below zero":   second(RiskAdjustedARL(RiskMix{{1, 0.1}}, 2, 1, -2, -600)),
		"limit too fine":     second(RiskAdjustedARL(RiskMix{{1, 0.1}}, 2, 1, 1e9, 600)),
	} {
		if err == nil || len(err.Error()) < 20 {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func second[T any](_ T, err error) error { return err }

func FuzzNothingPanics(f *testing.F) {
	f.Add(1.0, 0.0, 0.5, 2.0, 3.0)
	f.Add(math.NaN(), math.Inf(1), -1.0, 0.0, 1e300)
	f.Fuzz(func(t *testing.T, a, b, c, d, e float64) {
		s := Sequential{OddsRatio: d, Limit: e, Reset: true}
		_, _ = RiskAdjusted([]float64{a, b, 1}, []float64{c, d, 0.5}, s)
		_, _ = Bernoulli([]float64{a, b, 0}, c, s)
		_, _ = BernoulliTwoSided([]float64{a, b, 0}, c, d, e)
		for _, p := range []Process{Estimated(), {c, d}} {
			_, _ = TabularSums([]float64{a, b, c}, p, Tabular{Shift: d, Interval: e, HeadStart: c})
			_, _ = CharterSums([]float64{a, b, c}, p, Charter{Slack: d, Limit: e, Shift: c})
			_, _ = EWMA([]float64{a, b, c}, p, d, e)
		}
		TabularARL(c, d, e)
		EWMAARL(c, d, e)
		Baseline([]float64{a, b}, 5)
		_, _ = RiskAdjustedARL(RiskMix{{a, b}, {1 - a, c}}, d, e, c, 20)
	})
}
