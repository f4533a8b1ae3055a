package funnel

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// units are practices of plausible size with counts that may be over-dispersed.
func units(t *rapid.T, kind Kind) (numerator, denominator []float64) {
	n := rapid.IntRange(1, 80).Draw(t, "units")
	for range n {
		size := float64(rapid.IntRange(1, 20000).Draw(t, "size"))
		most := int(size)
		if kind != Proportion {
			most *= 2
		}
		denominator = append(denominator, size)
		numerator = append(numerator, float64(rapid.IntRange(0, most).Draw(t, "events")))
	}
	return numerator, denominator
}

var everySettings = []Settings{
	Standard(StandardisedRatio, SHMI), Standard(StandardisedRatio, CQC), Standard(Proportion, SHMI), Standard(CountRatio, SHMI),
}

func drawSettings(t *rapid.T) Settings {
	s := rapid.SampledFrom(everySettings).Draw(t, "settings")
	s.Profile = rapid.SampledFrom([]Profile{House, FunnelPlotR}).Draw(t, "profile")
	s.Trim = rapid.SampledFrom([]float64{0, 0.05, 0.1, 0.15, 0.49}).Draw(t, "trim")
	return s
}

func same(a, b float64) bool { return a == b || math.IsNaN(a) && math.IsNaN(b) }

func TestOrderOfUnitsDoesNotMatter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawSettings(t)
		o, e := units(t, s.Kind)
		order := rapid.Permutation(indices(len(o))).Draw(t, "order")
		po, pe := make([]float64, len(o)), make([]float64, len(o))
		for i, at := range order {
			po[i], pe[i] = o[at], e[at]
		}
		var w, pw Workspace
		fit, err := w.Fit(o, e, s)
		permuted, perr := pw.Fit(po, pe, s)
		if (err == nil) != (perr == nil) {
			t.Fatalf("%v but permuted %v", err, perr)
		}
		if err != nil {
			return
		}
		if fit.Target != permuted.Target || fit.Kept != permuted.Kept || !alike(fit.Phi, permuted.Phi) || !alike(fit.Tau2, permuted.Tau2) {
			t.Fatalf("target %v phi %v tau2 %v, permuted %v %v %v", fit.Target, fit.Phi, fit.Tau2, permuted.Target, permuted.Phi, permuted.Tau2)
		}
		for i, at := range order {
			if !same(permuted.Z[i], fit.Z[at]) || permuted.Trimmed[i] != fit.Trimmed[at] {
				t.Fatalf("unit %d: z %v trimmed %v, permuted %v %v", at, fit.Z[at], fit.Trimmed[at], permuted.Z[i], permuted.Trimmed[i])
			}
		}
	})
}

func alike(a, b float64) bool {
	return same(a, b) || math.Abs(a-b) <= 1e-12*math.Max(math.Abs(a), math.Abs(b)) || math.Abs(a-b) < 1e-15
}

func indices(n int) []int {
	is := make([]int, n)
	for i := range is {
		is[i] = i
	}
	return is
}

func TestLimitsNarrowAsUnitsGrow(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawSettings(t)
		s.Profile = House
		o, e := units(t, s.Kind)
		var w Workspace
		fit, err := w.Fit(o, e, s)
		if err != nil || math.IsInf(fit.TransformedTarget, 0) {
			return
		}
		lines := fit.Lines(1, 40000, 60)
		for i := 1; i < len(lines); i++ {
			before, after := lines[i-1].pairs(), lines[i].pairs()
			for j := range before {
				if after[j].Low < before[j].Low-1e-12 || after[j].High > before[j].High*(1+1e-12) {
					t.Fatalf("limits %v at %v, %v at %v", *before[j], lines[i-1].Denominator, *after[j], lines[i].Denominator)
				}
				if before[j].Low > fit.Target*(1+1e-12) || before[j].High < fit.Target*(1-1e-12) {
					t.Fatalf("limits %v do not hold the target %v", *before[j], fit.Target)
				}
			}
			if before[0].Low < before[1].Low || before[0].High > before[1].High {
				t.Fatalf("95%% limits %v are outside the 99.8%% limits %v", *before[0], *before[1])
			}
		}
	})
}

func TestAllowingForVariationNeverNarrowsLimitsOrRaisesScores(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawSettings(t)
		o, e := units(t, s.Kind)
		var w Workspace
		fit, err := w.Fit(o, e, s)
		if err != nil || math.IsNaN(fit.Tau2) {
			return
		}
		adjusted := fit.AdjustedZ(nil)
		for i, z := range fit.Z {
			if math.Abs(adjusted[i]) > math.Abs(z)*(1+1e-12) {
				t.Fatalf("z %v became %v", z, adjusted[i])
			}
		}
	})
}

func TestOverDispersionIsFoundWhereItIs(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	const n, sd = 2000, 0.1
	o, e := make([]float64, n), make([]float64, n)
	for i := range o {
		e[i] = 200 + 2000*random.Float64()
		rate := math.Exp(sd * random.NormFloat64())
		o[i] = math.Round(e[i]*rate + math.Sqrt(e[i]*rate)*random.NormFloat64())
	}
	// Nothing trimmed, the moment estimate recovers the variance between units.
	var w Workspace
	fit, err := w.Fit(o, e, Settings{Kind: StandardisedRatio, Method: SHMI})
	if err != nil {
		t.Fatal(err)
	}
	if got := math.Sqrt(fit.Tau2); math.Abs(got-sd) > 0.005 {
		t.Errorf("standard deviation between units %v, made with %v", got, sd)
	}
	beyond := 0
	for _, z := range fit.AdjustedZ(nil) {
		if math.Abs(z) > normal975 {
			beyond++
		}
	}
	if share := float64(beyond) / n; share < 0.035 || share > 0.065 {
		t.Errorf("%v of the units lie beyond the adjusted 95%% limits", share)
	}
}

func TestHouseSquaresTheLimitsOfTheCQCMethodBack(t *testing.T) {
	o, e := []float64{8, 12, 9, 14, 30, 2}, []float64{10, 10, 10, 10, 10, 10}
	s := Standard(StandardisedRatio, CQC)
	var w Workspace
	house, err := w.Fit(o, e, s)
	if err != nil {
		t.Fatal(err)
	}
	limits := house.Adjusted(10, Level998)
	// The figure that lies on the limit has an adjusted score of exactly the quantile.
	z := (math.Sqrt(limits.High) - 1) / math.Sqrt(1.0/40+house.Tau2)
	if math.Abs(z-normal999) > 1e-12 {
		t.Errorf("a unit on the upper limit has z %v", z)
	}
	s.Profile = FunnelPlotR
	var other Workspace
	theirs, err := other.Fit(o, e, s)
	if err != nil {
		t.Fatal(err)
	}
	if got := theirs.Adjusted(10, Level998); math.Abs(got.High-math.Sqrt(limits.High)) > 1e-6 {
		t.Errorf("FunnelPlotR's upper limit %v should be the root of ours, %v", got.High, limits.High)
	}
}

func TestHouseLeavesOutWhatCannotBeCompared(t *testing.T) {
	o := []float64{5, math.NaN(), 3, -1, 12, 4, math.Inf(1), 6}
	e := []float64{10, 10, 0, 10, 10, math.NaN(), 10, 10}
	var w Workspace
	fit, err := w.Fit(o, e, Settings{Kind: Proportion})
	if err != nil {
		t.Fatal(err)
	}
	if fit.LeftOut != 6 || fit.Kept != 2 || fit.Target != 0.55 {
		t.Errorf("left out %d, kept %d, target %v", fit.LeftOut, fit.Kept, fit.Target)
	}
	for i, z := range fit.Z {
		if usable := i == 0 || i == 7; usable == math.IsNaN(z) {
			t.Errorf("unit %d has z %v", i+1, z)
		}
	}
}

func TestNoEventDoesNotSpoilTheLogarithm(t *testing.T) {
	var w Workspace
	fit, err := w.Fit([]float64{0, 0, 0, 9, 12}, []float64{5, 6, 4, 10, 11}, Settings{Kind: StandardisedRatio, Method: SHMI})
	if err != nil {
		t.Fatal(err)
	}
	if fit.Kept != 2 || math.IsInf(fit.Phi, 0) || math.IsInf(fit.Tau2, 0) {
		t.Errorf("kept %d phi %v tau2 %v", fit.Kept, fit.Phi, fit.Tau2)
	}
	if fit.Unadjusted(5, Level998).Contains(-0.1) || !fit.Unadjusted(5, Level998).Contains(1) {
		t.Errorf("limits at 5 expected: %v", fit.Unadjusted(5, Level998))
	}
}

func TestRefusalsSayWhatToDo(t *testing.T) {
	var w Workspace
	for name, fit := range map[string]func() (Fit, error){
		"no unit":        func() (Fit, error) { return w.Fit(nil, nil, Settings{}) },
		"lengths":        func() (Fit, error) { return w.Fit([]float64{1}, []float64{1, 2}, Settings{}) },
		"nothing usable": func() (Fit, error) { return w.Fit([]float64{1}, []float64{0}, Settings{}) },
		"trim":           func() (Fit, error) { return w.Fit([]float64{1}, []float64{2}, Settings{Trim: 0.5}) },
		"trim NaN":       func() (Fit, error) { return w.Fit([]float64{1}, []float64{2}, Settings{Trim: math.NaN()}) },
		"kind":           func() (Fit, error) { return w.Fit([]float64{1}, []float64{2}, Settings{Kind: 7}) },
		"method":         func() (Fit, error) { return w.Fit([]float64{1}, []float64{2}, Settings{Method: 7}) },
	} {
		if _, err := fit(); err == nil || len(err.Error()) < 30 {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// slowTruncate is the rule of the SHMI written out with mean ranks.
func slowTruncate(zs []float64, trim float64) []bool {
	out := make([]bool, len(zs))
	missing := 0
	for i, z := range zs {
		less, equal, numbers := 0, 0, 0
		for _, other := range zs {
			if math.IsNaN(other) {
				continue
			}
			numbers++
			if other < z {
				less++
			} else if other == z {
				equal++
			}
		}
		rank := float64(less) + float64(equal+1)/2
		if math.IsNaN(z) {
			missing++
			rank = float64(numbers + missing)
		}
		k := 1 / trim
		group := math.Floor(rank * k / float64(len(zs)+1))
		out[i] = !(group > 0 && group < k-1)
	}
	return out
}

func TestTruncationKeepsTheRanksItShould(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		zs := rapid.SliceOfN(rapid.OneOf(rapid.SampledFrom([]float64{-2, -1, 0, 0, 1, 2, math.NaN(), math.Inf(-1), math.Inf(1)}), rapid.Float64Range(-3, 3)), 1, 40).Draw(t, "z")
		trim := rapid.SampledFrom([]float64{0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.49}).Draw(t, "trim")
		var w Workspace
		w.size(len(zs))
		copy(w.z, zs)
		w.truncate(trim)
		if want := slowTruncate(zs, trim); !slices.Equal(w.trimmed, want) {
			t.Fatalf("truncated %v, want %v", w.trimmed, want)
		}
	})
}

func TestQuantileIsThatOfTheSortedScores(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		zs := rapid.SliceOfN(rapid.Float64Range(-5, 5), 1, 60).Draw(t, "z")
		p := rapid.Float64Range(0, 1).Draw(t, "p")
		sorted := slices.Sorted(slices.Values(zs))
		at := float64(len(zs)-1) * p
		low, high := int(math.Floor(at)), int(math.Ceil(at))
		want := sorted[low] + (at-math.Floor(at))*(sorted[high]-sorted[low])
		if got := quantile(slices.Clone(zs), p); math.Abs(got-want) > 1e-12 {
			t.Fatalf("quantile %v, want %v", got, want)
		}
	})
}

func TestRoundingOfExpectedEvents(t *testing.T) {
	for x, want := range map[float64]float64{0.15: 0.15, 2.675: 2.67, 0.285: 0.28, 1.005: 1, 1234.565: 1234.57, 0.125: 0.12, 0.375: 0.38, 1e15 + 0.3: 1e15 + 0.3} {
		if got := roundPlaces(x, 2); got != want {
			t.Errorf("round(%v, 2) = %v, want %v", x, got, want)
		}
	}
}

func TestInterpolatedLimitsMeetTheirProbability(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := float64(rapid.IntRange(20, 5000).Draw(t, "n"))
		target := rapid.Float64Range(0.05, 0.95).Draw(t, "target")
		low, high := InterpolatedBinomial(0.025, n, target), InterpolatedBinomial(0.975, n, target)
		if !(low < target && target < high) {
			t.Fatalf("limits %v and %v of %v at %v", low, high, target, n)
		}
		if normal := NormalProportion(0.975, n, target); n*target*(1-target) > 200 && math.Abs(high-normal) > 2/n {
			t.Fatalf("exact %v, normal %v", high, normal)
		}
		wilson := WilsonProportion(0.975, n, target)
		if !(wilson.Low < target && target < wilson.High) {
			t.Fatalf("Wilson %v of %v at %v", wilson, target, n)
		}
	})
}

func TestFingertipsRefusals(t *testing.T) {
	nan := math.NaN()
	for name, p := range map[string]Published{
		"no unit":                     {Statistic: StatisticProportion},
		"lengths":                     {Statistic: StatisticRatio, Numerator: []float64{1, 2}, Denominator: []float64{1}},
		"no denominators":             {Statistic: StatisticRatio, Numerator: []float64{1, 2}},
		"rate without rates":          {Statistic: StatisticCrudeRate, Numerator: []float64{1}, Multiplier: 100},
		"missing numerator":           {Statistic: StatisticProportion, Numerator: []float64{nan}, Denominator: []float64{5}},
		"negative":                    {Statistic: StatisticRatio, Numerator: []float64{-1}, Denominator: []float64{5}},
		"no people":                   {Statistic: StatisticRatio, Numerator: []float64{1}, Denominator: []float64{0}},
		"more than all":               {Statistic: StatisticProportion, Numerator: []float64{6}, Denominator: []float64{5}},
		"no event and no denominator": {Statistic: StatisticCrudeRate, Numerator: []float64{0}, Rate: []float64{0}, Multiplier: 100},
	} {
		if _, err := FingertipsSignificance(p); err == nil {
			t.Errorf("%s is accepted", name)
		}
	}
	if _, err := FingertipsLines(Published{Statistic: StatisticCrudeRate, Numerator: []float64{5}, Rate: []float64{10}, Multiplier: 100}); err == nil {
		t.Error("limits of a rate without its years are accepted")
	}
}

func TestWidthOfANumberAsRPrintsIt(t *testing.T) {
	for x, want := range map[float64]int{0: 1, 9: 1, 100: 3, 99999: 5, 100000: 5, 123456: 6, 200000: 5, 1200000: 7, 3000000: 5} {
		if got := printedWidth(x); got != want {
			t.Errorf("%v is %d wide, R prints %d", x, got, want)
		}
	}
}

func FuzzNothingPanics(f *testing.F) {
	f.Add(1.0, 2.0, 3.0, 4.0, 0.1, uint8(0))
	f.Add(math.NaN(), 0.0, math.Inf(1), -1.0, 0.3, uint8(37))
	f.Add(0.0, 0.0, 0.0, 0.0, 0.0, uint8(255))
	f.Fuzz(func(t *testing.T, a, b, c, d, trim float64, choice uint8) {
		s := Settings{Kind: Kind(choice % 3), Method: Method(choice / 3 % 2), Profile: Profile(choice / 6 % 2), Trim: trim, RoundExpected: choice%2 == 0}
		o, e := []float64{a, b, 5, 7, 0}, []float64{c, d, 6, 9, 0}
		var w Workspace
		if fit, err := w.Fit(o, e, s); err == nil {
			fit.AdjustedZ(nil)
			fit.Lines(c, d, 5)
			fit.Unadjusted(c, Level95)
		}
		if math.Abs(c) < 1e9 && math.Abs(d) < 1e9 {
			_, _ = Compare(o, e, s, Drawing{Adjusted: choice&64 > 0, Unadjusted: choice&128 > 0, Multiplier: 1})
		}
		if math.Abs(a)+math.Abs(b)+math.Abs(c)+math.Abs(d) < 1e4 {
			p := Published{Statistic: Statistic(choice % 4), Numerator: o[:4], Denominator: e[:4], Rate: []float64{a, c, 1, 2}, Multiplier: 100, Years: 1}
			_, _ = FingertipsSignificance(p)
			_, _ = FingertipsLines(p)
		}
	})
}

func national() (o, e []float64) {
	random := rand.New(rand.NewPCG(3, 4))
	for range 6200 {
		size := math.Round(1000 + 15000*random.Float64())
		p := 0.12 + 0.03*random.NormFloat64()
		o, e = append(o, math.Round(size*math.Max(0.001, p))), append(e, size)
	}
	return o, e
}

func BenchmarkFit6200(b *testing.B) {
	o, e := national()
	for name, s := range map[string]Settings{"PR": everySettings[2], "SHMI": everySettings[0], "CQC": everySettings[1], "RC": everySettings[3]} {
		b.Run(name, func(b *testing.B) {
			var w Workspace
			z := make([]float64, len(o))
			b.ReportAllocs()
			for b.Loop() {
				fit, err := w.Fit(o, e, s)
				if err != nil {
					b.Fatal(err)
				}
				fit.AdjustedZ(z)
			}
		})
	}
}

func TestFitDoesNotAllocateOnceItHasItsSpace(t *testing.T) {
	o, e := national()
	z := make([]float64, len(o))
	var w Workspace
	for _, s := range everySettings {
		if allocations := testing.AllocsPerRun(3, func() {
			fit, err := w.Fit(o, e, s)
			if err != nil {
				t.Fatal(err)
			}
			fit.AdjustedZ(z)
		}); allocations > 0 {
			t.Errorf("%+v: %v allocations", s, allocations)
		}
	}
}
