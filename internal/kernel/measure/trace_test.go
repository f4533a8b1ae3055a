package measure_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"ohp/internal/kernel/date"
	"ohp/internal/kernel/measure"
	"ohp/internal/kernel/store"
	"ohp/internal/kernel/testkit"
)

// withGap loads two units for January, February and April, and one of them alone for May.
func withGap(t *testing.T, db *store.DB) {
	keep(t, db, file(t, "jan.csv", "2026-02-01", fig(t, "A1", "2026-01", 1, 100, 2), fig(t, "B2", "2026-01", 5, 50, 3)))
	keep(t, db, file(t, "feb.csv", "2026-03-01", fig(t, "A1", "2026-02", 2, 100, 2), fig(t, "B2", "2026-02", 6, 50, 3)))
	keep(t, db, file(t, "apr.csv", "2026-05-01", fig(t, "A1", "2026-04", 4, 100, 2), fig(t, "B2", "2026-04", 7, 50, 3)))
	keep(t, db, file(t, "may.csv", "2026-06-01", fig(t, "B2", "2026-05", 8, 50, 9)))
}

func TestPeriodsAndGaps(t *testing.T) {
	onBoth(t, func(t *testing.T, db *store.DB) {
		if none, err := measure.Periods(t.Context(), db, "requests"); err != nil || len(none) != 0 {
			t.Fatalf("an empty database has the periods %v, %v", none, err)
		}
		withGap(t, db)
		want := []date.Period{period(t, "2026-01"), period(t, "2026-02"), period(t, "2026-04"), period(t, "2026-05")}
		got, err := measure.Periods(t.Context(), db, "requests")
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("periods are %v, want %v (%v)", got, want, err)
		}
		all, err := measure.MeasurePeriods(t.Context(), db)
		if err != nil || len(all) != 1 || !slices.Equal(all["requests"], want) {
			t.Errorf("periods of all measures are %v (%v)", all, err)
		}
		if gaps := measure.Gaps(got); !slices.Equal(gaps, []date.Period{period(t, "2026-03")}) {
			t.Errorf("gaps are %v, want March", gaps)
		}
	})
	if gaps := measure.Gaps([]date.Period{period(t, "2026-01-01"), period(t, "2026-03-01")}); gaps != nil {
		t.Errorf("days have the gaps %v; they have none", gaps)
	}
	if gaps := measure.Gaps([]date.Period{period(t, "9999-10"), period(t, "9999-12")}); !slices.Equal(gaps, []date.Period{period(t, "9999-11")}) {
		t.Errorf("at the calendar's end the gaps are %v, want November", gaps)
	}
}

func TestReadPeriod(t *testing.T) {
	onBoth(t, func(t *testing.T, db *store.DB) {
		withGap(t, db)
		got, err := measure.ReadPeriod(t.Context(), db, "requests", period(t, "2026-02"))
		if err != nil || len(got) != 2 {
			t.Fatalf("%v, %v", got, err)
		}
		if f := got[1]; f.Unit != "B2" || f.Numerator != 6 || f.Denominator != 50 || f.Row != 3 || f.Amount(1000) != 120 {
			t.Errorf("the second figure is %+v", f)
		}
	})
}

// A unit's series runs over all periods of the measure: a unit that fell silent shows it.
func TestReadSeries(t *testing.T) {
	onBoth(t, func(t *testing.T, db *store.DB) {
		withGap(t, db)
		silent := fig(t, "C3", "2026-05", measure.None, measure.None, 10)
		silent.Status = measure.Missing
		keep(t, db, file(t, "may too.csv", "2026-06-02", silent))
		got, err := measure.ReadSeries(t.Context(), db, "requests", []string{"A1", "B2", "C3", "unknown"})
		if err != nil || len(got) != 2 {
			t.Fatalf("%v, %v", got, err)
		}
		want := []measure.Status{measure.Reported, measure.Reported, measure.Missing, measure.Reported, measure.Missing}
		if a := got["A1"]; len(a.Periods) != 5 || !slices.Equal(a.Status, want) || a.Num[3] != 4 {
			t.Errorf("A1 is %+v", a)
		}
		if none, err := measure.ReadSeries(t.Context(), db, "requests", nil); err != nil || len(none) != 0 {
			t.Errorf("no units have the series %v, %v", none, err)
		}
	})
}

func TestTrace(t *testing.T) {
	onBoth(t, func(t *testing.T, db *store.DB) {
		withGap(t, db)
		got, err := measure.Trace(t.Context(), db, "requests", "A1")
		if err != nil || len(got) != 5 {
			t.Fatalf("%v, %v", got, err)
		}
		if f := got[1]; f.File != "feb.csv" || f.Place != "Table 2" || f.Row != 2 || f.AsAt != "2026-03-01" || f.FileNo != 2 {
			t.Errorf("February comes from %+v", f)
		}
		if f := got[2]; f.Status != measure.Missing || f.FileNo != 0 || f.File != "" {
			t.Errorf("March is %+v; nobody says anything of it", f)
		}
		if s := measure.SeriesOf(got); s.Unit != "A1" || len(s.Periods) != 5 || s.Num[4] == s.Num[4] {
			t.Errorf("the series is %+v", s)
		}
		for _, unit := range []string{"unknown", ""} {
			if none, err := measure.Trace(t.Context(), db, "requests", unit); err != nil || none != nil {
				t.Errorf("%q has the figures %v, %v", unit, none, err)
			}
		}
		if none, err := measure.Trace(t.Context(), db, "score", "A1"); err != nil || none != nil {
			t.Errorf("a measure that does not mention the unit gives %v, %v", none, err)
		}
	})
}

// Given something worked out, When a file is loaded, Then it is worked out again; and a fault is never kept.
func TestRecalled(t *testing.T) {
	db := testkit.Database(t, store.SQLite, measure.Migrations())
	if err := measure.Declare(t.Context(), db, declared); err != nil {
		t.Fatal(err)
	}
	r := &measure.Recollection{Most: 2}
	worked := 0
	ask := func(key string) int {
		t.Helper()
		n, err := measure.Recalled(t.Context(), db, r, key, func() (int, error) { worked++; return worked, nil })
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	if first, second := ask("a"), ask("a"); first != 1 || second != 1 || worked != 1 {
		t.Errorf("worked %d times for one key", worked)
	}
	keep(t, db, file(t, "jan.csv", "2026-02-01", fig(t, "A1", "2026-01", 1, 100, 2)))
	if ask("a") != 2 {
		t.Error("a new file did not make it work again")
	}
	for _, key := range []string{"b", "c", "d", "c", "d"} {
		ask(key)
	}
	if worked < 5 || worked > 7 {
		t.Errorf("worked %d times", worked)
	}
	fault := errors.New("fault")
	fail := func() (string, error) { return "half", fault }
	for range 2 {
		if _, err := measure.Recalled(t.Context(), db, r, "e", fail); !errors.Is(err, fault) {
			t.Errorf("a fault was kept: %v", err)
		}
	}
	soon, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	ask("f")
	if v, err := measure.Recalled(soon, db, r, "f", func() (string, error) { return "another kind of value", nil }); v != "" || err == nil || errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("one key with two kinds of value: %q, %v", v, err)
	}
	var none *measure.Recollection
	if n, err := measure.Recalled(context.Background(), db, none, "a", func() (int, error) { return 7, nil }); n != 7 || err != nil {
		t.Errorf("without a recollection: %d, %v", n, err)
	}
}

// Given many who ask at once, When one works, Then the others wait for it; and when it panics, they do not wait for ever.
func TestRecalledByMany(t *testing.T) {
	db := testkit.Database(t, store.SQLite, measure.Migrations())
	r := &measure.Recollection{}
	var worked atomic.Int32
	var group sync.WaitGroup
	for range 16 {
		group.Go(func() {
			v, err := measure.Recalled(t.Context(), db, r, "slow", func() (int, error) {
				time.Sleep(20 * time.Millisecond)
				return int(worked.Add(1)), nil
			})
			if v != 1 || err != nil {
				t.Errorf("%d, %v", v, err)
			}
		})
	}
	group.Wait()
	if n := worked.Load(); n != 1 {
		t.Errorf("worked %d times", n)
	}
	func() {
		defer func() { _ = recover() }()
		_, _ = measure.Recalled(t.Context(), db, r, "panics", func() (int, error) { panic("as a template may") })
	}()
	if v, err := measure.Recalled(t.Context(), db, r, "panics", func() (int, error) { return 3, nil }); v != 3 || err != nil {
		t.Errorf("after a panic: %d, %v", v, err)
	}
}
