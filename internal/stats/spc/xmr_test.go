package spc

import (
	"math"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// series draws values in eighths, as many levels as make ties, runs and trends likely,
// some of them missing.
func series(missing bool) *rapid.Generator[[]float64] {
	return rapid.Custom(func(t *rapid.T) []float64 {
		spread := rapid.SampledFrom([]int{0, 2, 8, 80, 4000}).Draw(t, "spread")
		drift := rapid.IntRange(-3, 3).Draw(t, "drift")
		y := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) float64 {
			if missing && rapid.IntRange(0, 14).Draw(t, "missing") == 0 {
				return nan
			}
			return float64(rapid.IntRange(-spread, spread).Draw(t, "v")) / 8
		}), 1, 50).Draw(t, "y")
		for i := range y {
			y[i] += float64(drift*i) / 8
		}
		return y
	})
}

func anyProfile(t *rapid.T) Profile {
	p := rapid.SampledFrom(Profiles()).Draw(t, "profile")
	p.Screen = rapid.Bool().Draw(t, "screen")
	p.WholeWindow = rapid.Bool().Draw(t, "whole")
	p.TrendFirst = rapid.Bool().Draw(t, "first")
	p.ShiftPoints = rapid.IntRange(2, 9).Draw(t, "shift")
	p.TrendPoints = rapid.IntRange(3, 8).Draw(t, "trend")
	return p
}

// settled says that no value is so close to a line that rounding may decide its side.
func settled(y []float64, l Limits) bool {
	for _, v := range y {
		for _, line := range []float64{l.Centre, l.Lower, l.Upper, l.NearLower, l.NearUpper} {
			if math.Abs(v-line) < 1e-9 {
				return false
			}
		}
	}
	return true
}

func TestScalingByAPowerOfTwoChangesNothingButTheUnit(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		y, p := series(true).Draw(t, "y"), anyProfile(t)
		scale := math.Ldexp(1, rapid.IntRange(-20, 20).Draw(t, "power"))
		scaled := make([]float64, len(y))
		for i, v := range y {
			scaled[i] = v * scale
		}
		a, b := engine(t, p).XmR(y, Settings{}), engine(t, p).XmR(scaled, Settings{})
		if !slices.Equal(a.Signals, b.Signals) || a.Variation != b.Variation {
			t.Fatalf("signals %v, scaled %v", a.Signals, b.Signals)
		}
		la, lb := a.Groups[0].Limits, b.Groups[0].Limits
		for i, line := range []float64{la.Centre, la.Lower, la.Upper, la.NearLower, la.NearUpper} {
			if other := []float64{lb.Centre, lb.Lower, lb.Upper, lb.NearLower, lb.NearUpper}[i]; !alike(line*scale, other) {
				t.Fatalf("line %d: %v times %v is not %v", i, line, scale, other)
			}
		}
	})
}

func alike(a, b float64) bool { return a == b || math.IsNaN(a) && math.IsNaN(b) }

func TestShiftingMovesTheLinesOnly(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		y, p := series(true).Draw(t, "y"), anyProfile(t)
		by := float64(rapid.IntRange(-1000, 1000).Draw(t, "by"))
		moved := make([]float64, len(y))
		for i, v := range y {
			moved[i] = v + by
		}
		a, b := engine(t, p).XmR(y, Settings{}), engine(t, p).XmR(moved, Settings{})
		la, lb := a.Groups[0].Limits, b.Groups[0].Limits
		if math.Abs(la.Centre+by-lb.Centre) > 1e-9 || math.Abs(la.Upper+by-lb.Upper) > 1e-9 {
			t.Fatalf("limits %v moved by %v are %v", la, by, lb)
		}
		if settled(y, la) && settled(moved, lb) && !slices.Equal(a.Signals, b.Signals) {
			t.Fatalf("signals %v, moved %v", a.Signals, b.Signals)
		}
	})
}

// turned swaps the marks that point up and down.
func turned(s []Signals) []Signals {
	out := make([]Signals, len(s))
	for i, v := range s {
		out[i] = v&Up<<1 | v&Down>>1
	}
	return out
}

func TestUpsideDownSwapsTheSides(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		y, p := series(true).Draw(t, "y"), anyProfile(t)
		p.TrendMeeting, p.UndrawnBelow = Both, false // the only choices that prefer a side
		down := make([]float64, len(y))
		for i, v := range y {
			down[i] = -v
		}
		a := engine(t, p).XmR(y, Settings{Improvement: Increase})
		b := engine(t, p).XmR(down, Settings{Improvement: Decrease})
		if !slices.Equal(turned(a.Signals), b.Signals) {
			t.Fatalf("signals %v, upside down %v", a.Signals, b.Signals)
		}
		if p.ImprovementWins && !slices.Equal(a.Types, b.Types) {
			t.Fatalf("types %v, upside down %v", a.Types, b.Types)
		}
	})
}

func TestReversedTimeKeepsAllButTheDirectionOfTrends(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		y, p := series(true).Draw(t, "y"), anyProfile(t)
		p.TrendMeeting, p.TrendFirst, p.Arithmetic, p.ThirdSameSide = Both, true, Nearest, true
		back := slices.Clone(y)
		slices.Reverse(back)
		a, b := engine(t, p).XmR(y, Settings{}), engine(t, p).XmR(back, Settings{})
		got := slices.Clone(b.Signals)
		slices.Reverse(got)
		for i, s := range got {
			const trend = TrendUp | TrendDown
			got[i] = s&^trend | turned([]Signals{s & trend})[0]
		}
		if !slices.Equal(a.Signals, got) || a.Groups[0].Limits != b.Groups[0].Limits && b.Groups[0].Limits.Drawn() {
			t.Fatalf("%v %v\nreversed %v %v", a.Signals, a.Groups[0].Limits, got, b.Groups[0].Limits)
		}
	})
}

func TestAnEngineForgetsTheSeriesBefore(t *testing.T) {
	e := engine(t, NHSR022)
	rapid.Check(t, func(t *rapid.T) {
		y := series(true).Draw(t, "y")
		s := Settings{Target: TargetOf(1), FixAfter: rapid.IntRange(0, 20).Draw(t, "fix"), Breaks: rapid.SliceOf(rapid.IntRange(-2, 60)).Draw(t, "breaks")}
		used, fresh := e.XmR(y, s), engine(t, NHSR022).XmR(y, s)
		if !slices.Equal(used.Signals, fresh.Signals) || !slices.Equal(used.Types, fresh.Types) || used.Assurance != fresh.Assurance || len(used.Groups) != len(fresh.Groups) {
			t.Fatalf("used %v, fresh %v", used, fresh)
		}
	})
}

func TestRowsMayComeInAnyOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := dated(series(false).Draw(t, "y"))
		order := rapid.Permutation(indices(len(s.Dates))).Draw(t, "order")
		mixed := Series{}
		for _, i := range order {
			mixed.Dates, mixed.Values = append(mixed.Dates, s.Dates[i]), append(mixed.Values, s.Values[i])
		}
		a, err := XmR(s, Options{})
		b, errMixed := XmR(mixed, Options{})
		if err != nil || errMixed != nil {
			t.Fatal(err, errMixed)
		}
		for i := range a.Points {
			if a.Points[i].Date != b.Points[i].Date || a.Points[i].Cause != b.Points[i].Cause {
				t.Fatalf("point %d: %v, mixed %v", i, a.Points[i], b.Points[i])
			}
		}
	})
}

func indices(n int) []int {
	all := make([]int, n)
	for i := range all {
		all[i] = i
	}
	return all
}

// dated gives values the first days of consecutive months.
func dated(y []float64) Series {
	s := Series{Values: y}
	for i := range y {
		month := 2020*12 + i
		s.Dates = append(s.Dates, date(month/12, month%12+1))
	}
	return s
}

func date(year, month int) string {
	return string([]byte{byte('0' + year/1000), byte('0' + year/100%10), byte('0' + year/10%10), byte('0' + year%10), '-',
		byte('0' + month/10), byte('0' + month%10), '-', '0', '1'})
}

func causes(t *testing.T, p Profile, d Direction, y ...float64) []Cause {
	t.Helper()
	return slices.Clone(engine(t, p).XmR(y, Settings{Improvement: d}).Causes)
}

func TestALengthOneShortOfARuleDoesNotFire(t *testing.T) {
	noisy := []float64{9, 11, 9, 11, 9, 11, 9, 11, 9, 11, 9, 11}
	if got := causes(t, NHSR022, Increase, append(slices.Clone(noisy), 9, 9, 9, 9, 9, 9)...); slices.Contains(got, CauseShiftBelow) {
		t.Errorf("six points: %v", got)
	}
	got := causes(t, NHSR022, Increase, append(slices.Clone(noisy), 9, 9, 9, 9, 9, 9, 9)...)
	for i, c := range got {
		if want := i >= 12; (c == CauseShiftBelow) != want {
			t.Errorf("seven points: point %d is %v", i+1, c)
		}
	}
}

func TestAMissingValueBreaksATrendAndTheParityProfileRefusesIt(t *testing.T) {
	s := dated([]float64{1, 2, 3, nan, 5, 6, 7, 8, 9, 10, 11})
	c, err := XmR(s, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if c.Points[2].Signals&TrendUp != 0 || c.Points[4].Signals&TrendUp == 0 {
		t.Errorf("marks %v and %v", c.Points[2].Signals, c.Points[4].Signals)
	}
	strict := NHSR022
	strict.TrendMissing = Refuses
	if _, err := XmR(s, Options{Profile: strict}); err == nil || !strings.Contains(err.Error(), "2020-07-01") {
		t.Errorf("want a refusal that names 2020-07-01, got %v", err)
	}
}

func TestExcelToolGivesNoLimitsOrIconsBelowThirteenPoints(t *testing.T) {
	y := []float64{5, 6, 5, 7, 5, 6, 4, 5, 6, 5, 7, 30}
	e := engine(t, MDCExcel2023)
	if r := e.XmR(y, Settings{Target: TargetOf(50)}); r.Variation != TooFewPoints || r.Assurance != NoAssurance || r.Groups[0].Limits.Drawn() {
		t.Errorf("12 points: %v %v %v", r.Variation, r.Assurance, r.Groups[0].Limits)
	}
	if r := e.XmR(append(y, 5), Settings{Target: TargetOf(50)}); r.Variation != VariationCommon || r.Assurance != Fail {
		t.Errorf("13 points: %v %v", r.Variation, r.Assurance)
	}
}

func TestImprovementWinsWhereTheProfileSaysSo(t *testing.T) {
	// A falling trend that stays above the mean: lower is better, so it improves.
	y := []float64{20, 19, 18, 17, 16, 15, 14, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1}
	own := MDCExcel2023
	own.Precedence = [4]Rule{Shift, Trend, TwoOfThree, Outside}
	if got := causes(t, own, Decrease, y...)[3]; got != CauseTrendDown {
		t.Errorf("improvement wins: %v", got)
	}
	own.ImprovementWins = false
	if got := causes(t, own, Decrease, y...)[3]; got != CauseShiftAbove {
		t.Errorf("by precedence: %v", got)
	}
}

func TestTwoOfThreeByProfile(t *testing.T) {
	// Limits 4 ± 2.66: points at 6.1 are near, at 9 outside.
	quiet := []float64{3.5, 4.5, 3.5, 4.5, 3.5, 4.5, 3.5, 4.5, 3.5, 4.5, 3.5, 4.5, 3.5, 4.5, 3.5, 4.5}
	y := append(slices.Clone(quiet), 9, 6.1, 4.5)
	e := engine(t, NHSR022)
	r := e.XmR(y, Settings{FixAfter: 16})
	if r.Signals[17]&TwoAbove != 0 {
		t.Errorf("nhsr counts a point outside: %v %v", r.Signals, r.Groups[0].Limits)
	}
	own := MDCExcel2023
	r = engine(t, own).XmR(y, Settings{FixAfter: 16})
	if r.Signals[16]&TwoAbove == 0 || r.Signals[17]&TwoAbove == 0 || r.Signals[18]&TwoAbove != 0 {
		t.Errorf("excel counts beyond, marks only those: %v", r.Signals)
	}
	own.WholeWindow = true
	if r = engine(t, own).XmR(y, Settings{FixAfter: 16}); r.Signals[18]&TwoAbove == 0 {
		t.Errorf("whole window: %v", r.Signals)
	}
}

func TestTrendFirstPoint(t *testing.T) {
	y := []float64{5, 1, 2, 3, 4, 5, 6, 7, 3, 5}
	steps := NHSR022
	steps.TrendFirst = false
	with, without := engine(t, NHSR022).XmR(y, Settings{}), engine(t, steps).XmR(y, Settings{})
	if with.Signals[1]&TrendUp == 0 || without.Signals[1]&TrendUp != 0 || without.Signals[2]&TrendUp == 0 {
		t.Errorf("with %v, without %v", with.Signals, without.Signals)
	}
}

func TestFlatLimitsAreSaidToBeFlat(t *testing.T) {
	r := engine(t, NHSR022).XmR([]float64{0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0}, Settings{})
	if l := r.Groups[0].Limits; !l.Flat() || !l.Drawn() {
		t.Errorf("limits %v", l)
	}
}

func TestWhatIsRefusedAndInWhichWords(t *testing.T) {
	good := dated([]float64{1, 2, 3})
	for _, c := range []struct {
		name   string
		series Series
		o      Options
		words  string
	}{
		{"empty", Series{}, Options{}, "no points"},
		{"twice", Series{Dates: []string{"2024-01-01", "2024-02-01", "2024-01-01"}, Values: []float64{1, 2, 3}}, Options{}, "2024-01-01 stands twice (points 1 and 3)"},
		{"no date", Series{Dates: []string{"January"}, Values: []float64{1}}, Options{}, `point 1: "January"`},
		{"infinite", Series{Dates: []string{"2024-01-01"}, Values: []float64{inf}}, Options{}, "point 1 (2024-01-01): the value is infinite"},
		{"unequal", Series{Dates: []string{"2024-01-01"}}, Options{}, "1 dates and 0 values"},
		{"fix", good, Options{FixAfter: 11}, "at least 12"},
		{"direction", good, Options{Improvement: 7}, "direction"},
		{"profile", good, Options{Profile: Profile{Name: "own"}}, `rule profile "own"`},
	} {
		if _, err := XmR(c.series, c.o); err == nil || !strings.Contains(err.Error(), c.words) {
			t.Errorf("%s: want %q, got %v", c.name, c.words, err)
		}
	}
	a, b := good, good
	a.Name, b.Name = "A", "B"
	if _, err := XmRPanel([]Series{a, b}, PanelOptions{Targets: map[string]float64{"C": 1}}); err == nil || !strings.Contains(err.Error(), `"C"`) {
		t.Errorf("unknown target: %v", err)
	}
	if _, err := XmRPanel([]Series{a, a}, PanelOptions{}); err == nil || !strings.Contains(err.Error(), "two series") {
		t.Errorf("same name twice: %v", err)
	}
}

func TestProfileNamed(t *testing.T) {
	for _, p := range Profiles() {
		if got, err := ProfileNamed(p.Name); err != nil || got.Name != p.Name || p.Check() != nil {
			t.Errorf("%s: %v %v %v", p.Name, got.Name, err, p.Check())
		}
	}
	if p, err := ProfileNamed(""); err != nil || p.Name != "nhsr-0.2.2" {
		t.Errorf("default: %v %v", p.Name, err)
	}
	if _, err := ProfileNamed("mdc"); err == nil || !strings.Contains(err.Error(), "powerbi-spc") {
		t.Errorf("unknown: %v", err)
	}
}

func TestNothingIsAllocatedPerSeries(t *testing.T) {
	all := monthly(20, 36)
	e := engine(t, NHSR022)
	s := Settings{Target: TargetOf(50), Breaks: []int{18}}
	e.XmR(all[0], s)
	i := 0
	if n := testing.AllocsPerRun(100, func() { e.XmR(all[i%20], s); i++ }); n != 0 {
		t.Errorf("%v allocations per series", n)
	}
}

func FuzzXmR(f *testing.F) {
	f.Add([]byte{}, uint8(0), 0, 0)
	f.Add([]byte{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 255, 128, 0}, uint8(1), 3, 4)
	f.Fuzz(func(t *testing.T, raw []byte, profile uint8, fix, cut int) {
		p := Profiles()[int(profile)%len(Profiles())]
		y := wild(raw)
		r := engine(t, p).XmR(y, Settings{Target: TargetOf(1), FixAfter: fix, Breaks: []int{cut, cut / 2, cut + 1}})
		if len(r.Signals) != len(y) || len(r.Types) != len(y) || len(r.Causes) != len(y) {
			t.Fatalf("%d points, %d answers", len(y), len(r.Signals))
		}
		for i, c := range r.Causes {
			if c.Special() != (r.Signals[i] != 0) || c.Special() != (r.Types[i] != Common) || c.Special() && r.Signals[i].Of(c.Rule()) == 0 {
				t.Fatalf("point %d: marks %b, cause %v, type %v", i, r.Signals[i], c, r.Types[i])
			}
		}
		points := 0
		for _, g := range r.Groups {
			points += g.Points
		}
		if points != len(y) {
			t.Fatalf("groups hold %d of %d points", points, len(y))
		}
	})
}

// wild turns bytes into numbers of every kind.
func wild(raw []byte) []float64 {
	special := []float64{nan, inf, -inf, 0, math.MaxFloat64, -math.MaxFloat64, 5e-324, 1e308}
	y := make([]float64, len(raw))
	for i, b := range raw {
		if y[i] = float64(b); b >= 248 {
			y[i] = special[b-248]
		}
	}
	return y
}

// No rule looks across a break, neither in values nor in standardised distances.
func TestBreaksSeparateStandardisedDistances(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := anyProfile(t)
		y := rapid.SliceOfN(rapid.Map(rapid.IntRange(-14, 14), func(i int) float64 { return float64(i) / 4 }), 2, 40).Draw(t, "distances")
		cut := rapid.IntRange(1, len(y)-1).Draw(t, "cut")
		whole := engine(t, p).Standardised(y, Settings{Breaks: []int{cut}})
		first, second := engine(t, p).Standardised(y[:cut], Settings{}), engine(t, p).Standardised(y[cut:], Settings{})
		if !slices.Equal(whole.Signals, slices.Concat(first.Signals, second.Signals)) || whole.Variation != second.Variation {
			t.Fatalf("%v %v, apart %v %v %v", whole.Signals, whole.Variation, first.Signals, second.Signals, second.Variation)
		}
	})
}
