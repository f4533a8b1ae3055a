package demo

import (
	"context"
	"fmt"
	"math"
	"strings"
	"testing"

	"ohp/internal/kernel/date"
	"ohp/internal/kernel/errs"
	"ohp/internal/kernel/measure"
	"ohp/internal/kernel/store"
	"ohp/internal/kernel/testkit"
)

// figuresOf gathers the demonstration's figures by measure and practice.
func figuresOf(t *testing.T) map[string]map[string][]measure.Figure {
	t.Helper()
	all := map[string]map[string][]measure.Figure{}
	for _, l := range Loads() {
		l.EachFigure(func(place string, f measure.Figure) {
			if place != f.Measure || f.Row < 2 {
				t.Fatalf("figure %v stands in place %q, row %d", f, place, f.Row)
			}
			if all[f.Measure] == nil {
				all[f.Measure] = map[string][]measure.Figure{}
			}
			all[f.Measure][f.Unit] = append(all[f.Measure][f.Unit], f)
		})
	}
	return all
}

// The partnership has the shape of the published one.
func TestPartnershipHasThePublishedShape(t *testing.T) {
	total, small, large, statement := 0, math.MaxInt, 0, 0
	codes := map[string]bool{}
	for _, p := range Practices {
		total += p.Patients
		small, large = min(small, p.Patients), max(large, p.Patients)
		if p.Patients == 8831 {
			statement++
		}
		if len(p.Code) == 6 || codes[p.Code] || p.PCN < 1 || p.PCN > len(networks) {
			t.Errorf("practice %+v: a real practice has a code of six characters; each needs a code and a network of its own", p)
		}
		codes[p.Code] = true
	}
	if len(Practices) != 33 || total != 308000 || small != 2800 || large != 20000 || statement != 1 || len(networks) != 8 || len(places) != 3 {
		t.Errorf("%d practices, %d patients (%d to %d), %d with 8,831, %d networks in %d places", len(Practices), total, small, large, statement, len(networks), len(places))
	}
	if len(outstanding) != 3 {
		t.Errorf("%d practices are Outstanding, want 3", len(outstanding))
	}
}

// The year from 1 May 2021 to 30 April 2022 repeats the published totals exactly.
func TestYearRepeatsThePublishedTotals(t *testing.T) {
	all := figuresOf(t)
	for name, want := range map[string]float64{"compliments": 249, "complaints": 584, "learning-events": 672} {
		got, months, patients := 0.0, map[date.Period]bool{}, 0.0
		for _, list := range all[name] {
			for _, f := range list {
				if !f.Period.Start().Before(date.New(2021, 5, 1)) && f.Period.End().Before(date.New(2022, 5, 1)) {
					got += f.Numerator
					patients += f.Denominator
					months[f.Period] = true
				}
			}
		}
		if got != want || len(months) != 12 {
			t.Errorf("%s: %v in %d months, want %v in 12", name, got, len(months), want)
		}
		if average := patients / 12; math.Abs(average-308000) > 5000 {
			t.Errorf("%s: over %.0f patients on average, want about 308,000", name, average)
		}
	}
}

// Posts of the networks add up to the published whole-time equivalents.
func TestPostsAddUpToThePublishedEquivalents(t *testing.T) {
	all := figuresOf(t)
	for _, p := range posts {
		hundredths := 0.0
		for _, list := range all[p.measure] {
			hundredths += math.Round(100 * list[0].Numerator)
		}
		if hundredths != math.Round(100*p.wte) {
			t.Errorf("%s: %v hundredths, want %v", p.measure, hundredths, 100*p.wte)
		}
	}
}

// Every call is the same, and each file's checksum follows its content.
func TestLoadsAreTheSameEveryTime(t *testing.T) {
	first, second := Loads(), Loads()
	seen := map[string]bool{}
	figures := 0
	for i, l := range first {
		if l.File.SHA256 != second[i].File.SHA256 || len(l.File.SHA256) != 64 || seen[l.File.SHA256] {
			t.Errorf("%s: checksums %s and %s", l.File.Name, l.File.SHA256, second[i].File.SHA256)
		}
		seen[l.File.SHA256] = true
		figures += l.Figures()
	}
	if figures < 30*33*36 {
		t.Errorf("%d figures: fewer than 30 measures of 33 practices over 36 months", figures)
	}
}

// Counts are whole and within their denominators; every call has one outcome.
func TestFiguresAreConsistent(t *testing.T) {
	kinds := map[string]measure.Kind{}
	for _, m := range Measures() {
		kinds[m.Name] = m.Kind
	}
	all := figuresOf(t)
	for name, units := range all {
		kind, declared := kinds[name]
		for unit, list := range units {
			for _, f := range list {
				if f.Status != measure.Reported {
					if !measure.IsNone(f.Numerator) || !measure.IsNone(f.Denominator) || !measure.IsNone(f.Value) {
						t.Fatalf("%s of %s in %s is %s and has a number", name, unit, f.Period, f.Status)
					}
					continue
				}
				if measure.IsNone(f.Amount(1)) && f.Denominator != 0 {
					t.Fatalf("%s of %s in %s is reported and has no value: %+v", name, unit, f.Period, f)
				}
				if f.Numerator < 0 || declared && kind == measure.Proportion && f.Numerator > f.Denominator {
					t.Fatalf("%s of %s in %s: %v of %v", name, unit, f.Period, f.Numerator, f.Denominator)
				}
			}
		}
	}
	for unit, calls := range all["telephony-inbound"] {
		for i, f := range calls {
			outcomes := 0.0
			for _, name := range []string{"telephony-answered", "telephony-ivr-ended", "telephony-callback-requested", "telephony-missed"} {
				outcomes += all[name][unit][i].Numerator
			}
			if outcomes != f.Numerator {
				t.Fatalf("%s in %s: %v calls and %v outcomes", unit, f.Period, f.Numerator, outcomes)
			}
		}
	}
}

// Each change of the story can be seen in the figures; no other practice
// changes as much in the same measure.
func TestStoryStandsInTheFigures(t *testing.T) {
	all := figuresOf(t)
	for _, c := range Changes {
		if c.Shape == Silence {
			silent := 0
			for _, f := range all[c.Measure][c.Practice] {
				if f.Status == measure.NotReported && f.Period.Compare(c.From) >= 0 {
					silent++
				}
			}
			if want := Last.Index() - c.From.Index() + 1; silent != want {
				t.Errorf("%s of %s: silent for %d months, want %d", c.Measure, c.Practice, silent, want)
			}
			continue
		}
		mine := shiftAt(all[c.Measure][c.Practice], c.From)
		if math.Abs(mine) < 4 || (mine > 0) != (c.Points > 0 || c.Factor > 1) {
			t.Errorf("%s of %s changes by %.1f standard errors only", c.Measure, c.Practice, mine)
		}
		for unit, list := range all[c.Measure] {
			if z := shiftAt(list, c.From); unit != c.Practice && math.Abs(z) > math.Abs(mine)*.8 {
				t.Errorf("%s: %s changes by %.1f standard errors without a story (%s: %.1f)", c.Measure, unit, z, c.Practice, mine)
			}
		}
	}
}

// shiftAt is the difference of the mean value from a month on and before it, in standard errors: those that
// the months' own spread gives, or those of chance alone where that is larger.
func shiftAt(list []measure.Figure, from date.Period) float64 {
	var sum, square, n, over [2]float64
	events, exposure := 1.0, 0.0
	for _, f := range list {
		v := f.Amount(1)
		if measure.IsNone(v) || f.Period.Compare(First) < 0 {
			continue
		}
		side := 0
		if f.Period.Compare(from) >= 0 {
			side = 1
		}
		sum[side] += v
		square[side] += v * v
		n[side]++
		over[side] += f.Denominator
		events += f.Numerator
		exposure += f.Denominator
	}
	share := events / exposure
	variance := 0.0
	for s := range 2 {
		mean := sum[s] / n[s]
		spread, chance := (square[s]/n[s]-mean*mean)/(n[s]-1), share*max(.05, 1-share)/over[s]
		variance += max(spread, chance)
	}
	return (sum[1]/n[1] - sum[0]/n[0]) / math.Sqrt(variance)
}

// The shared step is there in nearly every practice.
func TestSharedStepIsShared(t *testing.T) {
	all := figuresOf(t)
	for _, c := range Shared {
		up := 0
		for _, list := range all[c.Measure] {
			if shiftAt(list, c.From) > 4 {
				up++
			}
		}
		if up < 31 {
			t.Errorf("%s rises in %d of 33 practices", c.Measure, up)
		}
	}
}

// Gaps are of the kind that the story says; some small counts are suppressed.
func TestGapsAreOfTheirKind(t *testing.T) {
	all := figuresOf(t)
	at := func(name, unit string, p date.Period) measure.Status {
		for _, f := range all[name][unit] {
			if f.Period == p {
				return f.Status
			}
		}
		return measure.Missing
	}
	for _, g := range Gaps {
		want := measure.NotReported
		if g.Missing {
			want = measure.Missing
		}
		for _, p := range Practices {
			if g.Practice != "" && g.Practice != p.Code {
				continue
			}
			for _, name := range g.Measures {
				if got := at(name, p.Code, g.From); got != want {
					t.Errorf("%s of %s in %s is %s, want %s", name, p.Code, g.From, got, want)
				}
			}
		}
	}
	suppressed := 0
	for _, units := range all {
		for _, list := range units {
			for _, f := range list {
				if f.Status == measure.Suppressed {
					suppressed++
				}
			}
		}
	}
	if suppressed == 0 {
		t.Error("nothing is suppressed")
	}
}

// declareAll declares every measure of the demonstration, those of publications in the kind that their figures have.
func declareAll(t *testing.T, db *store.DB) {
	t.Helper()
	known := map[string]bool{}
	for _, m := range Measures() {
		known[m.Name] = true
	}
	var list []measure.Measure
	for _, l := range Loads() {
		l.EachFigure(func(place string, f measure.Figure) {
			if known[place] {
				return
			}
			known[place] = true
			m := measure.Measure{Name: place, Title: place, Kind: measure.Rate, Per: 1, Unit: "practice", Cadence: f.Period.Kind()}
			if strings.HasPrefix(f.Unit, "DMP") {
				m.Unit = "pcn"
			}
			list = append(list, m)
		})
	}
	if err := measure.Declare(t.Context(), db, list); err != nil {
		t.Fatal(err)
	}
}

// Given an empty database, when the demonstration is created twice, then it is
// there once; given published data, then it is refused with words.
func TestCreate(t *testing.T) {
	testkit.Databases(t, []store.Migrations{measure.Migrations()}, func(t *testing.T, db *store.DB) {
		declareAll(t, db)
		for range 2 {
			if err := Create(t.Context(), db); err != nil {
				t.Fatal(err)
			}
		}
		want := 0
		for _, l := range Loads() {
			want += l.Figures()
		}
		if got := count(t, db); got != want {
			t.Errorf("%d figures are stored, want %d", got, want)
		}
		d, err := measure.ReadDirectory(t.Context(), db)
		if err != nil {
			t.Fatal(err)
		}
		if code, members := d.Partnership(); code != Code || len(members) != len(Practices) {
			t.Errorf("partnership %q has %d members", code, len(members))
		}
		published := &measure.Load{File: measure.SourceFile{Name: "epraccur.csv", SHA256: "0", Format: "practices"}}
		published.Unit(measure.Unit{Code: "M85001", Kind: "practice"})
		if _, err := measure.Store(t.Context(), db, published); err != nil {
			t.Fatal(err)
		}
		if err := Create(t.Context(), db); errs.KindOf(err) != errs.Conflict || !strings.Contains(fmt.Sprint(err), "epraccur.csv") {
			t.Errorf("a database with published data: %v", err)
		}
	})
}

func count(t *testing.T, db *store.DB) int {
	t.Helper()
	n := 0
	err := measure.List(context.Background(), db, measure.Wanted{}, func(f measure.Listed) error {
		if f.File != "" {
			n++
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}
