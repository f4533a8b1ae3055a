package change

import (
	"context"
	"encoding/json"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func aGroup(m model, units, length int, st step, seed uint64) []Series {
	c := newChance(seed, 77)
	group := make([]Series, units)
	for u, list := range lists(units, c) {
		group[u] = draw(m, list, length, st, c)
	}
	return group
}

func TestLearnPrior(t *testing.T) {
	d := NewDetector(36)
	steady := step{month: never}
	for _, c := range []struct {
		name               string
		m                  model
		phi, within        float64 // dispersion and its tolerance, as a share
		leastDF, mostDF    float64
		leastRho, mostRho  float64
		leastWild, mostWld float64
	}{
		{"Poisson", model{kind: Rate, level: 1.5, units: 0.3}, 1, 0.1, 60, math.Inf(1), 0, 0, 0, 0},
		{"clustered", model{kind: Rate, level: 20, extra: 0.25}, 2.5, 0.35, 3, math.Inf(1), 0, 0, 0, 2},
		{"binomial", model{kind: Proportion, level: 0.8, cases: 100}, 1, 0.1, 30, math.Inf(1), 0, 0, 0, 0},
		{"like measurements", model{kind: Measurement, sigma: 3}, 9, 0.15, 30, math.Inf(1), 0, 0, 0, 0},
		{"unlike measurements", model{kind: Measurement, sigma: 3, units: 0.7}, 6, 0.6, 1, 12, 0, 0, 0, 0},
		{"correlated", model{kind: Measurement, sigma: 3, rho: 0.5}, 9, 0.25, 8, math.Inf(1), 0.35, 0.65, 0, 0},
		{"wild", model{kind: Measurement, sigma: 3, tails: 5}, 9, 0.4, 2, math.Inf(1), 0, 0, 0.5, 8},
	} {
		p := d.LearnPrior(aGroup(c.m, 33, 36, steady, 3))
		if !p.Known || math.Abs(p.Phi/c.phi-1) > c.within || p.DF < c.leastDF || p.DF > c.mostDF ||
			p.Rho < c.leastRho || p.Rho > c.mostRho || p.Wild < c.leastWild || p.Wild > c.mostWld {
			t.Errorf("%s: %+v", c.name, p)
		}
	}
	if p := d.LearnPrior(aGroup(model{kind: Rate, level: 5}, 4, 36, steady, 1)); p.Known {
		t.Errorf("four units teach nothing: %+v", p)
	}
}

// A few units that truly changed do not set what counts as chance.
func TestLearnPriorWithstandsChangedUnits(t *testing.T) {
	d := NewDetector(36)
	group := aGroup(model{kind: Measurement, sigma: 1}, 33, 36, step{month: never}, 9)
	clean := d.LearnPrior(group)
	copy(group, aGroup(model{kind: Measurement, sigma: 1}, 3, 36, step{month: 18, size: 6}, 10))
	if p := d.LearnPrior(group); p.Phi > 1.3*clean.Phi || p.Rho > 0.1 {
		t.Errorf("with three changed units %+v, before %+v", p, clean)
	}
}

func TestCommonMovementIsFound(t *testing.T) {
	const units, length = 33, 36
	wave := func(t int) float64 { return 0.3 * math.Sin(float64(t)/3) }
	c := newChance(4, 4)
	group := make([]Series, units)
	for u, list := range lists(units, c) {
		s := Series{Kind: Rate, Value: make([]float64, length), Base: make([]float64, length)}
		for i := range length {
			s.Base[i], s.Value[i] = list, c.poisson(60*list/patients*(1+wave(i)))
		}
		group[u] = s
	}
	d := NewDetector(length)
	common := d.CommonMovement(group)
	mean := 0.0
	for i := range length {
		mean += wave(i) / length
	}
	for i := range length {
		want := (1+wave(i))/(1+mean) - 1
		if math.Abs(common.Movement[i]-want) > 0.09 {
			t.Errorf("period %d: movement %.3f, true %.3f", i, common.Movement[i], want)
		}
	}
	// Without one unit the estimate is that of the group without it.
	rest := d.CommonMovement(group[1:])
	without := common.Without(0, make([]float64, length))
	for i := range length {
		if math.Abs(without[i]-1-rest.Movement[i]) > 0.02 {
			t.Errorf("period %d: %.4f left out in one step, %.4f left out in truth", i, without[i]-1, rest.Movement[i])
		}
	}
	for u, r := range d.ScanGroup(group, Options{}).Results {
		if r.P < 1e-4 {
			t.Errorf("unit %d moves as all do, but P is %.2g", u, r.P)
		}
	}
}

// What chance explains is no movement.
func TestNoCommonMovement(t *testing.T) {
	moved := 0
	for seed := range uint64(20) {
		for _, m := range []model{{kind: Rate, level: 1.5, units: 0.3}, {kind: Proportion, level: 0.8, cases: 60}, {kind: Measurement, sigma: 2}} {
			common := NewDetector(36).CommonMovement(aGroup(m, 33, 36, step{month: never}, seed))
			if common.moves() {
				moved++
			}
		}
	}
	if moved > 9 {
		t.Errorf("%d of 60 steady groups were given a common movement; about 3 are expected", moved)
	}
}

func TestSharedStep(t *testing.T) {
	for _, m := range []model{{kind: Rate, level: 20, units: 0.3}, {kind: Proportion, level: 0.8, cases: 60}, {kind: Measurement, sigma: 2, level: 10}} {
		size := map[Kind]float64{Rate: 1.4, Proportion: -0.1, Measurement: 2}[m.kind]
		g := NewDetector(40).ScanGroup(aGroup(m, 33, 40, step{month: 34, size: size}, 2), Options{})
		way := Higher
		if size < 0 {
			way = Lower
		}
		if g.Shared.P > 1e-6 || g.Shared.Began != 34 || g.Shared.Direction != way || g.Shared.Units != 33 || g.Shared.SameWay < 28 {
			t.Errorf("%s: %+v", m.kind, g.Shared)
		}
		concerns := 0
		for _, r := range g.Results {
			if r.P < 0.002 {
				concerns++
			}
		}
		if concerns > 2 {
			t.Errorf("%s: a step that all share raised %d concerns", m.kind, concerns)
		}
	}
	if g := NewDetector(9).ScanGroup(aGroup(model{kind: Rate, level: 5}, 3, 36, step{month: never}, 2), Options{}); g.Shared.Enough || g.Shared.P != 1 {
		t.Errorf("three units share nothing: %+v", g.Shared)
	}
}

// One unit that changes among steady ones is found, and its peers are not blamed.
func TestOneUnitAmongMany(t *testing.T) {
	m := model{kind: Rate, level: 5, units: 0.3}
	group := aGroup(m, 33, 46, step{month: never}, 21)
	group[7] = aGroup(m, 1, 46, step{month: 36, size: 2.5}, 22)[0]
	g := NewDetector(46).ScanGroup(group, Options{})
	if r := g.Results[7]; r.P > 1e-5 || r.Began < 33 || r.Began > 38 || r.Direction != Higher {
		t.Errorf("changed unit: %+v", r)
	}
	if g.Shared.P < SharedStepBound {
		t.Errorf("one unit is no shared step: %+v", g.Shared)
	}
}

func TestBudgetThreshold(t *testing.T) {
	b := Budget{}
	if got := b.Bound(990); math.Abs(got-2.25/990) > 1e-12 {
		t.Errorf("bound %g", got)
	}
	if got := b.Bound(30); got != mostLenient {
		t.Errorf("30 series: %g, never more lenient than %g", got, mostLenient)
	}
	if b.Bound(0) != 0 {
		t.Error("no series, no bound")
	}
	p := slices.Repeat([]float64{0.5}, 990)
	p[3], p[4] = 0.001, math.NaN()
	if limit := b.Threshold(p); !(p[3] <= limit) || p[4] <= limit || p[5] <= limit {
		t.Error("one series under the bound is flagged, one not judged is not")
	}
	for i := range 80 {
		p[100+i] = 1e-4
	}
	p[300] = 0.006 // above the bound; with 81 others the step-up threshold at 0.1 is 0.1 × 82/989 = 0.0083
	if !(p[300] <= b.Threshold(p)) {
		t.Error("when many have changed, the step-up rule lifts the bound")
	}
}

// The threshold is the larger of the bound and of Benjamini-Hochberg's, found here by looking at every candidate.
func TestThresholdIsStepUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := rapid.SliceOfN(rapid.OneOf(rapid.Float64Range(0, 0.01), rapid.Float64Range(0, 1)), 1, 300).Draw(t, "p")
		b := Budget{FalseConcernsPerMonth: rapid.Float64Range(0.1, 3).Draw(t, "budget")}
		want := b.Bound(len(p))
		for k := len(p); k >= 1; k-- {
			step := 0.1 * float64(k) / float64(len(p))
			n := 0
			for _, v := range p {
				if v <= min(step, mostLenient) {
					n++
				}
			}
			if n >= k {
				want = min(max(want, step), mostLenient)
				break
			}
		}
		got := b.Threshold(p)
		for _, v := range p {
			if (v <= got) != (v <= want) {
				t.Fatalf("P %g flagged: %v, threshold should be %g, is %g", v, v <= got, want, got)
			}
		}
	})
}

func TestWatch(t *testing.T) {
	var w Watch
	for i, c := range []struct {
		flagged bool
		p       float64
		want    Event
	}{
		{false, 0.5, Nothing}, {true, 0.001, Opened}, {false, 0.02, Nothing}, {true, 0.001, Nothing}, // flickering is one concern
		{false, 0.2, Nothing}, {false, 0.3, Nothing}, {false, math.NaN(), Nothing}, {false, 0.04, Nothing}, // not yet calm
		{false, 0.2, Nothing}, {false, 0.2, Nothing}, {false, 0.2, Closed}, {false, 0.2, Nothing}, {true, 0.001, Opened},
	} {
		if got := w.Next(c.flagged, c.p); got != c.want {
			t.Errorf("month %d: %d, want %d", i, got, c.want)
		}
	}
}

func smallSimulation() SimulateOptions {
	o := QuickSimulation()
	o.Practices, o.Indicators, o.Partnerships, o.Tuning, o.Steady, o.Changed = 12, 6, 4, 4, 1500, 200
	return o
}

// The same seed gives the same report, another seed another; the report can be written as JSON.
func TestSimulationIsDeterministic(t *testing.T) {
	written := func(seed uint64) string {
		o := smallSimulation()
		o.Seed = seed
		o.Steady, o.Changed = 200, 50
		r := Simulate(t.Context(), o, nil)
		r.Seconds = 0
		b, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	first := written(5)
	if first != written(5) {
		t.Error("the same seed gave two reports")
	}
	if first == written(6) {
		t.Error("another seed gave the same report")
	}
}

// The budget holds, and the method sees what it promises to see, in a small run with its own noise.
func TestSimulationHoldsTheBudget(t *testing.T) {
	o := QuickSimulation()
	o.Partnerships, o.Tuning, o.Steady, o.Changed = 4, 1, 1000, 300
	said := 0.0
	r := Simulate(t.Context(), o, func(share float64, doing string) {
		if share < 0 || share > 1 || doing == "" {
			t.Errorf("progress %g %q", share, doing)
		}
		said = max(said, share)
	})
	if !r.Complete || said < 0.9 {
		t.Errorf("complete %v, progress to %g", r.Complete, said)
	}
	// 4 partnerships × 24 months: about 96 false concerns are allowed; two standard errors are 0.2 a month.
	if got := r.Steady[0].PerMonth; got > 1.25 || got < 0.4 {
		t.Errorf("%.2f false concerns a month on a budget of 1", got)
	}
	for _, s := range r.Steady[1:4] {
		if s.PerMonth < 10 {
			t.Errorf("%s gives only %.1f false concerns a month", s.Method, s.PerMonth)
		}
	}
	medians := map[string]int{}
	for _, d := range r.Detection {
		if d.Method == ours {
			medians[d.Series+" "+d.Change] = d.Median
		}
	}
	for what, most := range map[string]int{"1.5 events a month doubles": 18, "5 events a month doubles": 5, "5 events a month halves": 12,
		"20 events a month doubles": 2, "20 events a month halves": 4, "measurement moves 1 sigma": 28, "measurement moves 2 sigma": 5,
		"measurement moves 3 sigma": 3} {
		if m, ok := medians[what]; !ok || m == 0 || m > most {
			t.Errorf("%s: half seen by month %d, want at most %d", what, m, most)
		}
	}
}

func TestSimulationStops(t *testing.T) {
	ctx, cancel := contextThatEnds(t)
	defer cancel()
	began := time.Now()
	o := FullSimulation()
	r := Simulate(ctx, o, nil)
	if r.Complete || time.Since(began) > 20*time.Second {
		t.Errorf("complete %v after %v", r.Complete, time.Since(began))
	}
	if len(r.Steady)+len(r.Detection)+len(r.Strained)+len(r.Shared)+len(r.Conclusion) > 0 {
		t.Errorf("figures of what was never run: %+v", r)
	}
	var text sink
	if err := r.WriteTable(&text); err != nil || !text.has("stopped before its end") {
		t.Errorf("%v: %s", err, text)
	}
}

// What a stopped simulation reports is what the whole one reports of it: a row that was not finished is left out.
func TestAStoppedSimulationReportsFinishedRowsOnly(t *testing.T) {
	o := smallSimulation()
	o.Practices, o.Indicators, o.Partnerships, o.Tuning, o.Steady, o.Changed, o.Months, o.Horizon = 6, 3, 2, 1, 100, 50, 6, 12
	whole := Simulate(t.Context(), o, nil)
	for _, at := range []string{"changing 5 events a month", "straining", "all practices at once"} {
		ctx, cancel := context.WithCancel(t.Context())
		r := Simulate(ctx, o, func(_ float64, doing string) {
			if strings.Contains(doing, at) {
				cancel()
			}
		})
		if r.Complete || len(r.Detection) == 0 || len(r.Detection)+len(r.Strained)+len(r.Shared) >= len(whole.Detection)+len(whole.Strained)+len(whole.Shared) {
			t.Errorf("stopped at %q: complete %v, %d, %d and %d rows", at, r.Complete, len(r.Detection), len(r.Strained), len(r.Shared))
		}
		if !slices.Equal(r.Steady, whole.Steady) || !slices.Equal(r.Detection, whole.Detection[:len(r.Detection)]) ||
			!slices.Equal(r.Strained, whole.Strained[:len(r.Strained)]) || !slices.Equal(r.Shared, whole.Shared[:len(r.Shared)]) {
			t.Errorf("stopped at %q: %+v\nwhole: %+v", at, r, whole)
		}
	}
}
