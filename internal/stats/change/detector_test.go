package change

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// Annual flow of the Nile at Aswan 1871-1970 in 10^8 m³ (Cobb 1978, a much-used published series): lower from 1899 on.
var nile = []float64{1120, 1160, 963, 1210, 1160, 1160, 813, 1230, 1370, 1140, 995, 935, 1110, 994, 1020, 960, 1180, 799, 958,
	1140, 1100, 1210, 1150, 1250, 1260, 1220, 1030, 1100, 774, 840, 874, 694, 940, 833, 701, 916, 692, 1020, 1050, 969}

func TestNile(t *testing.T) {
	d := NewDetector(len(nile))
	for n := 20; n <= 28; n++ {
		if r := d.Scan(Series{Kind: Measurement, Value: nile[:n]}, Options{}); r.P < 0.01 {
			t.Errorf("to %d: P %.4f before the change", 1870+n, r.P)
		}
	}
	r := d.Scan(Series{Kind: Measurement, Value: nile}, Options{})
	if !r.Enough || r.Began != 28 || r.Direction != Lower || r.P > 5e-4 {
		t.Errorf("change from index %d (1899 is 28), %s, P %.2g", r.Began, r.Direction, r.P)
	}
	if math.Abs(r.Baseline-1097.75) > 0.01 || math.Abs(r.Recent-858.58) > 0.01 || math.Abs(r.Effect-(r.Recent-r.Baseline)) > 1e-9 {
		t.Errorf("levels %.2f and %.2f", r.Baseline, r.Recent)
	}
	if !(r.Low < r.Effect && r.Effect < r.High && r.High < 0) {
		t.Errorf("difference %.1f, interval %.1f to %.1f", r.Effect, r.Low, r.High)
	}
}

// Coal-mining disasters in Britain by year, 1851-1900 (Jarrett 1979): about 3 a year until 1890, then about 1.
var coal = []float64{4, 5, 4, 1, 0, 4, 3, 4, 0, 6, 3, 3, 4, 0, 2, 6, 3, 3, 5, 4, 5, 3, 1, 4, 4, 1, 5, 5, 3, 4, 2, 5, 2, 2, 3, 4, 2, 1, 3,
	2, 1, 1, 1, 1, 1, 3, 0, 0, 1, 0}

func TestCoal(t *testing.T) {
	d := NewDetector(len(coal))
	r := d.Scan(Series{Kind: Rate, Value: coal}, Options{})
	if !r.Enough || r.Direction != Lower || r.P > 1e-3 || r.Began < 35 || r.Began > 40 {
		t.Errorf("change from %d, %s, P %.2g", 1851+r.Began, r.Direction, r.P)
	}
	if !(r.Effect > 0.2 && r.Effect < 0.5 && r.Low < r.Effect && r.Effect < r.High && r.High < 1) {
		t.Errorf("ratio %.2f, interval %.2f to %.2f", r.Effect, r.Low, r.High)
	}
}

func TestWhatCannotBeJudgedSaysWhy(t *testing.T) {
	nan := math.NaN()
	flat := slices.Repeat([]float64{5}, 36)
	nearlyFlat := append(slices.Repeat([]float64{0}, 35), 1)
	blip := slices.Clone(nearlyFlat)
	blip[10] = 1
	zeros := make([]float64, 36)
	ones := slices.Repeat([]float64{1}, 36)
	for _, c := range []struct {
		name   string
		s      Series
		reason Reason
	}{
		{"empty", Series{}, TooShort},
		{"one point", Series{Value: []float64{1}}, TooShort},
		{"eight points", Series{Value: ones[:8]}, TooShort},
		{"all gaps", Series{Value: slices.Repeat([]float64{nan}, 36)}, TooShort},
		{"no events", Series{Value: zeros}, NoEvents},
		{"nothing but events", Series{Kind: Proportion, Value: ones, Base: ones}, NoEvents},
		{"no denominators", Series{Kind: Proportion, Value: ones}, Malformed},
		{"unequal lengths", Series{Value: ones, Base: ones[:3]}, Malformed},
		{"unknown kind", Series{Kind: 9, Value: ones}, Malformed},
		{"constant measurement", Series{Kind: Measurement, Value: flat}, NoVariation},
		{"zeros then a one", Series{Kind: Measurement, Value: nearlyFlat}, NoVariation},
		{"nearly all zeros", Series{Kind: Measurement, Value: blip}, NoVariation},
		{"too large", Series{Kind: Measurement, Value: slices.Repeat([]float64{1e300, -1e300}, 18)}, NotFinite},
	} {
		r := NewDetector(36).Scan(c.s, Options{})
		if r.Enough || r.Reason != c.reason || r.P != 1 || r.Reason.String() == "" {
			t.Errorf("%s: enough %v, %q, P %g", c.name, r.Enough, r.Reason, r.P)
		}
	}
	if r := NewDetector(0).Scan(Series{Value: ones[:7]}, Options{}); r.Missing != 2 || r.Reported != 7 {
		t.Errorf("7 points: %d more needed of %d reported, want 2 more", r.Missing, r.Reported)
	}
}

// Zeros then one event in a count is no alarm; twelve months of silence after 1.5 a month are read by the exact test.
func TestRareEvents(t *testing.T) {
	d := NewDetector(48)
	x := make([]float64, 36)
	x[35] = 1
	if r := d.Scan(Series{Value: x}, Options{}); !r.Enough || r.P < 0.02 {
		t.Errorf("first event in three years: enough %v, P %.3g", r.Enough, r.P)
	}
	x = nil
	for range 18 {
		x = append(x, 1, 2)
	}
	x = append(x, make([]float64, 12)...)
	r := d.Scan(Series{Value: x}, Options{})
	if r.P > 0.001 || r.Direction != Lower || r.Began < 35 || r.Recent != 0 || r.Low != 0 || r.High > 0.5 {
		t.Errorf("silence: P %.3g, %s from %d, ratio %.2f (%.2f to %.2f)", r.P, r.Direction, r.Began, r.Effect, r.Low, r.High)
	}
}

func TestGapsAreNotZeros(t *testing.T) {
	d := NewDetector(60)
	base := []float64{3, 1, 2, 2, 0, 3, 1, 2, 4, 1, 2, 2, 3, 1, 0, 2, 2, 3, 1, 2, 9, 7, 8}
	want := d.Scan(Series{Value: base}, Options{})
	with, exposure := []float64{}, []float64{}
	for i, v := range base {
		if i%4 == 1 {
			with, exposure = append(with, math.NaN()), append(exposure, 1)
		}
		if i%5 == 2 {
			with, exposure = append(with, 50), append(exposure, math.NaN())
		}
		with, exposure = append(with, v), append(exposure, 1)
	}
	got := d.Scan(Series{Value: with, Base: exposure}, Options{})
	if got.Z != want.Z || got.P != want.P || got.K != want.K || got.Reported != len(base) {
		t.Errorf("gaps changed the verdict: %+v and %+v", got, want)
	}
	if with[got.Began] != base[want.Began] || got.Latest != len(with)-1 {
		t.Errorf("began at %d (value %g), latest %d", got.Began, with[got.Began], got.Latest)
	}
}

// draws of plausible series for the properties below
func someSeries(t *rapid.T) Series {
	n := rapid.IntRange(9, 60).Draw(t, "n")
	kind := Kind(rapid.IntRange(0, 2).Draw(t, "kind"))
	s := Series{Kind: kind, Value: make([]float64, n), Base: make([]float64, n)}
	for i := range n {
		switch kind {
		case Rate:
			s.Base[i] = float64(rapid.IntRange(1000, 20000).Draw(t, "list"))
			s.Value[i] = float64(rapid.IntRange(0, 12).Draw(t, "events"))
		case Proportion:
			s.Base[i] = float64(rapid.IntRange(10, 400).Draw(t, "cases"))
			s.Value[i] = math.Floor(s.Base[i] * rapid.Float64Range(0, 1).Draw(t, "share"))
		default:
			s.Base[i] = rapid.Float64Range(0.5, 4).Draw(t, "weight")
			s.Value[i] = rapid.Float64Range(-50, 50).Draw(t, "value")
		}
	}
	return s
}

func near(a, b float64) bool {
	return a == b || math.Abs(a-b) <= 1e-6*(1+math.Abs(a)+math.Abs(b))
}

func TestScaleDoesNotMatter(t *testing.T) {
	d := NewDetector(60)
	rapid.Check(t, func(t *rapid.T) {
		s := someSeries(t)
		c := rapid.Float64Range(0.001, 1000).Draw(t, "scale")
		want := d.Scan(s, Options{})
		scaled := Series{Kind: s.Kind, Value: slices.Clone(s.Value), Base: slices.Clone(s.Base)}
		switch s.Kind {
		case Rate: // patients counted in thousands
			for i := range scaled.Base {
				scaled.Base[i] *= c
			}
		case Measurement: // minutes instead of hours, from another zero
			for i := range scaled.Value {
				scaled.Value[i] = 17 + c*scaled.Value[i]
			}
		default:
			return
		}
		got := d.Scan(scaled, Options{})
		if got.Enough != want.Enough || !near(got.Z, want.Z) || !near(got.P, want.P) || got.Direction != want.Direction {
			t.Fatalf("scaled by %g: %+v, was %+v", c, got, want)
		}
		if s.Kind == Rate && got.K == want.K && !near(got.Effect, want.Effect) {
			t.Fatalf("ratio %g, was %g", got.Effect, want.Effect)
		}
	})
}

func TestMirrorImage(t *testing.T) {
	d := NewDetector(60)
	rapid.Check(t, func(t *rapid.T) {
		s := someSeries(t)
		if s.Kind == Rate {
			return
		}
		want := d.Scan(s, Options{})
		mirror := slices.Clone(s.Value)
		for i := range mirror {
			if s.Kind == Proportion {
				mirror[i] = s.Base[i] - mirror[i]
			} else {
				mirror[i] = -mirror[i]
			}
		}
		got := d.Scan(Series{Kind: s.Kind, Value: mirror, Base: s.Base}, Options{})
		if !near(got.Z, -want.Z) || !near(got.P, want.P) || got.Direction != -want.Direction {
			t.Fatalf("mirrored: Z %g P %g, was Z %g P %g", got.Z, got.P, want.Z, want.P)
		}
	})
}

// With the noise known, the order of the months before every window tried says nothing.
func TestOrderOfTheBaselineDoesNotMatter(t *testing.T) {
	d := NewDetector(60)
	rapid.Check(t, func(t *rapid.T) {
		s := someSeries(t)
		o := Options{Longest: 3, Prior: Prior{Phi: 1, DF: math.Inf(1), RhoWeight: math.Inf(1), Known: true}}
		if s.Kind == Measurement {
			o.Prior.Phi = 900
		}
		want := d.Scan(s, o)
		order := rapid.Permutation(seq(len(s.Value)-3)).Draw(t, "order")
		shuffled := Series{Kind: s.Kind, Value: slices.Clone(s.Value), Base: slices.Clone(s.Base)}
		for i, j := range order {
			shuffled.Value[i], shuffled.Base[i] = s.Value[j], s.Base[j]
		}
		got := d.Scan(shuffled, o)
		if got.Enough != want.Enough || !near(got.Z, want.Z) || !near(got.P, want.P) {
			t.Fatalf("shuffled: Z %g, was %g", got.Z, want.Z)
		}
	})
}

func seq(n int) []int {
	s := make([]int, n)
	for i := range s {
		s[i] = i
	}
	return s
}

// Taking out a movement that the series itself has leaves nothing to find.
func TestMovementIsTakenOut(t *testing.T) {
	n := 36
	for _, kind := range []Kind{Rate, Proportion, Measurement} {
		s := Series{Kind: kind, Value: make([]float64, n), Base: make([]float64, n), Movement: make([]float64, n)}
		for i := range n {
			up := i >= 30
			wave := float64(i%3) - 1
			switch kind {
			case Rate:
				s.Base[i], s.Value[i], s.Movement[i] = 1000, 100+3*wave, 1
				if up {
					s.Value[i], s.Movement[i] = 150+3*wave, 1.5
				}
			case Proportion:
				s.Base[i], s.Value[i] = 200, 100+2*wave
				if up {
					s.Value[i], s.Movement[i] = 140+2*wave, 0.2
				}
			case Measurement:
				s.Base[i], s.Value[i] = 1, 10+wave
				if up {
					s.Value[i], s.Movement[i] = 20+wave, 10
				}
			}
		}
		with := NewDetector(n).Scan(s, Options{})
		s.Movement = nil
		without := NewDetector(n).Scan(s, Options{})
		if !(without.P < 1e-4 && with.P > 0.5) {
			t.Errorf("%s: P %.3g with the movement left in, %.3g with it taken out", kind, without.P, with.P)
		}
	}
}

func TestNothingIsAllocated(t *testing.T) {
	group := steadySeries(Rate)
	d := NewDetector(36)
	if n := testing.AllocsPerRun(100, func() { d.Scan(group[3], Options{}) }); n != 0 {
		t.Errorf("%.0f allocations per scan", n)
	}
}

// steadyShare is the share of months, of steady series, in which P is at or under each alpha.
func steadyShare(m model, prior Prior, alphas []float64, seed uint64) []float64 {
	const series, history, months = 1500, 36, 12
	d := NewDetector(history + months)
	c := newChance(seed, 5)
	share := make([]float64, len(alphas))
	for range series {
		s := draw(m, patients, history+months, step{month: never}, c)
		for n := history; n < history+months; n++ {
			p := d.Scan(s.first(n), Options{Prior: prior}).P
			for i, a := range alphas {
				if p <= a {
					share[i] += 1.0 / (series * months)
				}
			}
		}
	}
	return share
}

// Steady series reach P <= alpha in at most alpha of the months, over counts of 0.5 to 1,000, shares and measurements.
// 1,500 series of 12 overlapping months: the noise of the share at alpha 0.003 is about a quarter of it.
func TestCalibration(t *testing.T) {
	poisson := Prior{Phi: 1, DF: math.Inf(1), Known: true}
	alphas := []float64{0.05, 0.01, 0.003}
	for _, c := range []struct {
		name  string
		m     model
		prior Prior
		least float64 // of alpha at 0.01: a test that is far too shy wastes the budget
	}{
		{"0.5 a month", model{kind: Rate, level: 0.5}, poisson, 0.4},
		{"1.5 a month", model{kind: Rate, level: 1.5}, poisson, 0.6},
		{"5 a month", model{kind: Rate, level: 5}, poisson, 0.6},
		{"20 a month", model{kind: Rate, level: 20}, poisson, 0.6},
		{"1,000 a month", model{kind: Rate, level: 1000}, poisson, 0.6},
		{"1.5 a month, nothing known", model{kind: Rate, level: 1.5}, Prior{}, 0.3},
		{"400 a month, level varies by 10%, nothing known", model{kind: Rate, level: 400, extra: 0.1}, Prior{}, 0.4},
		{"90% of 40", model{kind: Proportion, level: 0.9, cases: 40}, poisson, 0.6},
		{"30% of 25", model{kind: Proportion, level: 0.3, cases: 25}, poisson, 0.4},
		{"measurement, noise known", model{kind: Measurement, sigma: 1}, poisson, 0.6},
		{"measurement, nothing known", model{kind: Measurement, sigma: 1}, Prior{}, 0.5},
	} {
		share := steadyShare(c.m, c.prior, alphas, 11)
		for i, a := range alphas {
			if limit := a * (1.05 + 2*0.25*math.Sqrt(0.003/a)); share[i] > limit {
				t.Errorf("%s: P <= %g in %.4f of the months, at most %.4f allowed", c.name, a, share[i], limit)
			}
		}
		if share[1] < c.least*alphas[1] {
			t.Errorf("%s: P <= 0.01 in only %.4f of the months", c.name, share[1])
		}
		t.Logf("%s: %.4f %.4f %.4f", c.name, share[0], share[1], share[2])
	}
}

func FuzzScan(f *testing.F) {
	f.Add([]byte{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}, uint8(0), 1.0, 2.0, 3)
	f.Add([]byte{0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 0, 0, 9}, uint8(1), math.NaN(), math.Inf(1), 20)
	f.Add([]byte{200, 1, 200, 1, 200, 1, 200, 1, 200, 1, 200, 1}, uint8(2), -1e300, 1e-300, 0)
	f.Fuzz(func(t *testing.T, raw []byte, kind uint8, odd, factor float64, longest int) {
		s := Series{Kind: Kind(kind % 4), Value: make([]float64, len(raw)), Base: make([]float64, len(raw)), Movement: make([]float64, len(raw))}
		for i, b := range raw {
			s.Value[i], s.Base[i], s.Movement[i] = float64(b%16)*factor, float64(b/8), float64(b%3)
			if b == 255 {
				s.Value[i] = odd
			}
			if b == 254 {
				s.Base[i] = odd
			}
			if b == 253 {
				s.Movement[i] = odd
			}
		}
		d := NewDetector(len(raw))
		for _, s := range []Series{s, {Kind: s.Kind, Value: s.Value}, {Kind: s.Kind, Value: s.Value, Base: s.Base[:len(raw)/2]}} {
			r := d.Scan(s, Options{Longest: longest, Prior: Prior{Phi: factor, DF: odd, Known: longest%2 == 0}})
			if !(r.P >= 0 && r.P <= 1) || math.IsNaN(r.Z) || r.Enough != (r.Reason == Judged) {
				t.Fatalf("P %g, Z %g, %v", r.P, r.Z, r.Reason)
			}
			if r.Enough && (r.Began < 0 || r.Began >= len(raw) || r.K < 1 || r.Latest < r.Began || r.K+r.BaselineN != r.Reported) {
				t.Fatalf("began %d, k %d, latest %d of %d", r.Began, r.K, r.Latest, len(raw))
			}
		}
		d.ScanGroup([]Series{s, s, s, s, s, {Kind: s.Kind, Value: s.Value[:len(raw)/2], Base: s.Base[:len(raw)/2]}}, Options{})
	})
}
