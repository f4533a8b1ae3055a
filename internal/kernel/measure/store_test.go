package measure_test

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"ohp/internal/kernel/date"
	"ohp/internal/kernel/measure"
	"ohp/internal/kernel/store"
	"ohp/internal/kernel/testkit"
)

var declared = []measure.Measure{
	{Name: "requests", Title: "Requests", Kind: measure.Rate, Per: 1000, Unit: "practice", Cadence: date.Month, Counts: "requests", Of: "patients"},
	{Name: "score", Title: "Score", Kind: measure.Measurement, Per: 1, Unit: "practice", Cadence: date.Month},
}

func period(t testing.TB, text string) date.Period {
	t.Helper()
	p, err := date.ParsePeriod(text)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func day(t testing.TB, text string) date.Date {
	t.Helper()
	d, err := date.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func fig(t testing.TB, unit, month string, num, den float64, row int) measure.Figure {
	return measure.Figure{Measure: "requests", Unit: unit, Period: period(t, month), Numerator: num, Denominator: den, Value: measure.None, Row: row}
}

func file(t testing.TB, name, asAt string, figures ...measure.Figure) *measure.Load {
	l := &measure.Load{File: measure.SourceFile{Name: name, SHA256: "sum of " + name, Format: "test", AsAt: day(t, asAt)}}
	for _, f := range figures {
		l.Figure("Table 2", f)
	}
	return l
}

func keep(t testing.TB, db *store.DB, l *measure.Load) measure.Outcome {
	t.Helper()
	out, err := measure.Store(t.Context(), db, l)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func list(t testing.TB, db *store.DB, want measure.Wanted) []measure.Listed {
	t.Helper()
	var all []measure.Listed
	if err := measure.List(t.Context(), db, want, func(l measure.Listed) error { all = append(all, l); return nil }); err != nil {
		t.Fatal(err)
	}
	return all
}

func onBoth(t *testing.T, f func(t *testing.T, db *store.DB)) {
	testkit.Databases(t, []store.Migrations{measure.Migrations()}, func(t *testing.T, db *store.DB) {
		if err := measure.Declare(t.Context(), db, declared); err != nil {
			t.Fatal(err)
		}
		f(t, db)
	})
}

func TestSameBytesChangeNothing(t *testing.T) {
	onBoth(t, func(t *testing.T, db *store.DB) {
		// Given a file that was loaded
		first := keep(t, db, file(t, "may.csv", "2025-05-31", fig(t, "A81001", "2025-05", 10, 2000, 2)))
		// When the same bytes come again under another name
		again := file(t, "may.csv", "2025-05-31", fig(t, "A81001", "2025-05", 99, 2000, 2))
		again.File.Name = "copy of may.csv"
		second := keep(t, db, again)
		// Then nothing changes, and the outcome says which file it was
		if !second.Already || second.FileNo != first.FileNo {
			t.Errorf("second load: %+v", second)
		}
		if got := list(t, db, measure.Wanted{}); len(got) != 1 || got[0].Numerator != 10 || got[0].File != "may.csv" {
			t.Errorf("stored: %+v", got)
		}
	})
}

func TestCorrectedFileSupersedesWithHistory(t *testing.T) {
	onBoth(t, func(t *testing.T, db *store.DB) {
		// Given a month with two practices
		keep(t, db, file(t, "may.csv", "2025-05-31", fig(t, "A81001", "2025-05", 10, 2000, 2), fig(t, "A81002", "2025-05", 7, 1000, 3)))
		// When a corrected file states one of them differently
		out := keep(t, db, file(t, "may v2.csv", "2025-05-31", fig(t, "A81001", "2025-05", 12, 2000, 5), fig(t, "A81002", "2025-05", 7, 1000, 6)))
		// Then the figure is the new one, and the old one is in the history
		if out.Changed != 1 || out.Same != 1 || out.New != 0 {
			t.Errorf("outcome %+v", out)
		}
		got := list(t, db, measure.Wanted{Units: []string{"A81001"}})
		if len(got) != 1 || got[0].Numerator != 12 || got[0].File != "may v2.csv" || got[0].Row != 5 || got[0].Place != "Table 2" {
			t.Errorf("stored: %+v", got)
		}
		history, err := measure.History(t.Context(), db, "requests", "A81001")
		if err != nil || len(history) != 1 || *history[0].Numerator != 10 || history[0].File != "may.csv" || history[0].By != "may v2.csv" {
			t.Errorf("history %+v, %v", history, err)
		}
	})
}

func TestOlderStatementDoesNotOverride(t *testing.T) {
	onBoth(t, func(t *testing.T, db *store.DB) {
		// Given a figure stated as at the end of June
		keep(t, db, file(t, "revised.csv", "2025-06-30", fig(t, "A81001", "2025-05", 12, 2000, 2)))
		// When the publication of May is loaded afterwards
		out := keep(t, db, file(t, "first.csv", "2025-05-31", fig(t, "A81001", "2025-05", 10, 2000, 2)))
		// Then the later statement stands, and the earlier goes into the history
		if out.Older != 1 {
			t.Errorf("outcome %+v", out)
		}
		if got := list(t, db, measure.Wanted{}); len(got) != 1 || got[0].Numerator != 12 {
			t.Errorf("stored %+v", got)
		}
		if h, err := measure.History(t.Context(), db, "requests", "A81001"); err != nil || len(h) != 1 || *h[0].Numerator != 10 {
			t.Errorf("history %+v, %v", h, err)
		}
	})
}

func TestMissingIsNeverNought(t *testing.T) {
	onBoth(t, func(t *testing.T, db *store.DB) {
		// Given April and June but no file for May; one practice not reported in June, one not in the file
		silent := measure.Figure{Measure: "requests", Unit: "A81002", Period: period(t, "2025-06"), Status: measure.NotReported, Numerator: measure.None, Denominator: 1000, Value: measure.None, Row: 3}
		keep(t, db, file(t, "april.csv", "2025-04-30", fig(t, "A81001", "2025-04", 0, 2000, 2), fig(t, "A81002", "2025-04", 4, 1000, 3), fig(t, "A81003", "2025-04", 4, 1000, 4)))
		keep(t, db, file(t, "june.csv", "2025-06-30", fig(t, "A81001", "2025-06", 3, 2000, 2), silent))
		// When the figures are listed
		var words []string
		for _, l := range list(t, db, measure.Wanted{}) {
			words = append(words, l.Unit+" "+l.Period.String()+" "+l.Status.String())
			if l.Status != measure.Reported && (l.Numerator == 0 || !measure.IsNone(l.Amount(1000))) {
				t.Errorf("%+v has become a number", l)
			}
		}
		// Then each gap says what it is
		want := "A81001 2025-04 reported|A81001 2025-05 missing|A81001 2025-06 reported|A81002 2025-04 reported|A81002 2025-05 missing|A81002 2025-06 not reported|A81003 2025-04 reported|A81003 2025-05 missing|A81003 2025-06 missing"
		if got := strings.Join(words, "|"); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	})
}

func TestViewHasOneRowPerFigure(t *testing.T) {
	onBoth(t, func(t *testing.T, db *store.DB) {
		silent := measure.Figure{Measure: "requests", Unit: "A81002", Period: period(t, "2025-05"), Status: measure.NotReported, Numerator: measure.None, Denominator: measure.None, Value: measure.None, Row: 3}
		score := measure.Figure{Measure: "score", Unit: "A81001", Period: period(t, "2025-05"), Numerator: measure.None, Denominator: measure.None, Value: -3.25, Row: 4}
		keep(t, db, file(t, "may.csv", "2025-05-31", fig(t, "A81001", "2025-05", 10, 4000, 2), silent, score))
		type row struct {
			Measure string   `db:"measure"`
			Unit    string   `db:"unit"`
			Status  string   `db:"status"`
			Value   *float64 `db:"value"`
			File    string   `db:"source_file"`
			Row     int64    `db:"source_row"`
		}
		rows, err := store.Collect[row](t.Context(), db, "select measure, unit, status, value, source_file, source_row from figure order by measure, unit")
		if err != nil || len(rows) != 3 {
			t.Fatalf("%+v, %v", rows, err)
		}
		if rows[0].Value == nil || *rows[0].Value != 2.5 || rows[0].Row != 2 || rows[0].File != "may.csv" {
			t.Errorf("first row %+v", rows[0])
		}
		if rows[1].Value != nil || rows[1].Status != "not reported" {
			t.Errorf("second row %+v", rows[1])
		}
		if rows[2].Value == nil || *rows[2].Value != -3.25 {
			t.Errorf("third row %+v", rows[2])
		}
	})
}

func TestStoreRefusesWhatWouldDamage(t *testing.T) {
	onBoth(t, func(t *testing.T, db *store.DB) {
		for name, f := range map[string]measure.Figure{
			"undeclared measure": {Measure: "nobody", Unit: "A81001", Period: period(t, "2025-05")},
			"no code":            {Measure: "requests", Unit: `A"1`, Period: period(t, "2025-05")},
			"no period":          {Measure: "requests", Unit: "A81001"},
			"infinite":           {Measure: "requests", Unit: "A81001", Period: period(t, "2025-05"), Numerator: math.Inf(1)},
		} {
			if _, err := measure.Store(t.Context(), db, file(t, name, "2025-05-31", f)); err == nil {
				t.Errorf("%s was stored", name)
			}
		}
		if n, err := store.One[int64](t.Context(), db, "select count(*) from source_file"); err != nil || n != 0 {
			t.Errorf("%d files kept, %v", n, err)
		}
	})
}

func TestOneFileContradictingItselfIsReported(t *testing.T) {
	onBoth(t, func(t *testing.T, db *store.DB) {
		l := file(t, "may.csv", "2025-05-31", fig(t, "A81001", "2025-05", 10, 2000, 2), fig(t, "A81001", "2025-05", 11, 2000, 3))
		if out := keep(t, db, l); out.Rejected != 1 || out.New != 1 {
			t.Errorf("outcome %+v", out)
		}
	})
}

func TestSnapshotsOfMembershipsGiveDates(t *testing.T) {
	onBoth(t, func(t *testing.T, db *store.DB) {
		// Given a practice that two snapshots show in one PCN and a third in another
		for _, s := range []struct{ asAt, pcn string }{{"2025-10-01", "U1"}, {"2025-11-01", "U1"}, {"2026-07-01", "U2"}} {
			l := file(t, s.asAt, s.asAt)
			l.Unit(measure.Unit{Code: "A81001", Kind: "practice", Name: "Elm Tree", Row: 1})
			l.Membership(measure.Membership{Unit: "A81001", Group: s.pcn, GroupKind: "pcn", Row: 1})
			keep(t, db, l)
		}
		// Then the first membership ends where the second begins
		d, err := measure.ReadDirectory(t.Context(), db)
		if err != nil || d.Units["A81001"].Groups["pcn"] != "U2" {
			t.Fatalf("%+v, %v", d, err)
		}
		rows, err := store.Collect[string](t.Context(), db, "select grp || ' ' || from_date || ' ' || to_date from unit_group order by from_date")
		if err != nil || strings.Join(rows, "|") != "U1  2026-07-01|U2 2026-07-01 " {
			t.Errorf("%q, %v", rows, err)
		}
	})
}

// TestGridHoldsWhatWasStored: whatever figures are stored, in whatever files, the grid, the
// unit's own series and the list say the same of each.
func TestGridHoldsWhatWasStored(t *testing.T) {
	onBoth(t, func(t *testing.T, db *store.DB) {
		files := 0
		rapid.Check(t, func(r *rapid.T) {
			files++
			unit := rapid.SampledFrom([]string{"A81001", "B82002", "Y00003", "M85004"}).Draw(r, "unit")
			month := rapid.SampledFrom([]string{"2025-01", "2025-02", "2025-03", "2025-05"}).Draw(r, "month")
			x := rapid.Float64Range(-1e12, 1e12).Draw(r, "value")
			f := measure.Figure{Measure: "score", Unit: unit, Period: period(t, month), Numerator: measure.None, Denominator: measure.None, Value: x, Row: files}
			l := file(t, month, "2025-05-31", f)
			l.File.SHA256 = strings.Repeat("x", files)
			keep(t, db, l)
			g, err := measure.ReadGrid(t.Context(), db, "score", measure.Span{})
			if err != nil {
				r.Fatal(err)
			}
			s, ok := g.Find(unit)
			series, err := measure.ReadUnit(t.Context(), db, unit)
			if err != nil || !ok {
				r.Fatal(err, ok)
			}
			alone, err := measure.ReadUnit(t.Context(), db, unit, "score", "nothing")
			if err != nil || len(alone) != 1 || fmt.Sprint(alone["score"]) != fmt.Sprint(series["score"]) {
				r.Fatalf("asked for by name the series is %v, %v", alone, err)
			}
			for i, p := range g.Periods {
				if p != f.Period {
					continue
				}
				if s.Val[i] != x {
					r.Fatalf("grid has %v, stored %v", s.Val[i], x)
				}
			}
			for i, p := range series["score"].Periods {
				if p == f.Period && series["score"].Val[i] != x {
					r.Fatalf("series has %v, stored %v", series["score"].Val[i], x)
				}
			}
			for _, listed := range list(t, db, measure.Wanted{Units: []string{unit}, From: f.Period, To: f.Period}) {
				if listed.Value != x || listed.Row != files {
					r.Fatalf("listed %+v, stored %v", listed, x)
				}
			}
		})
	})
}

// TestOneOpenMembershipInAnyOrder: whatever the order in which snapshots and dated statements arrive, a unit belongs
// to one group of a kind at most, and to the one that the latest statement names.
func TestOneOpenMembershipInAnyOrder(t *testing.T) {
	onBoth(t, func(t *testing.T, db *store.DB) {
		statements := []struct{ asAt, group, from string }{
			{"2019-08-01", "U1", "2019-07-01"}, {"2021-07-01", "U1", ""}, {"2022-05-01", "U2", "2021-10-01"}, {"2025-10-01", "U2", ""}, {"2026-07-01", "U3", ""},
		}
		order := rand.New(rand.NewPCG(1, 2))
		n := 0
		for trial := range 12 {
			unit := fmt.Sprintf("A8%04d", trial)
			for _, i := range order.Perm(len(statements)) {
				n++
				s := statements[i]
				l := file(t, s.asAt, s.asAt)
				l.File.SHA256 = strings.Repeat("m", n)
				l.Unit(measure.Unit{Code: unit, Kind: "practice", Row: 1})
				m := measure.Membership{Unit: unit, Group: s.group, GroupKind: "pcn", Row: 1}
				if s.from != "" {
					m.From = day(t, s.from)
				}
				l.Membership(m)
				keep(t, db, l)
			}
			open, err := store.Collect[string](t.Context(), db, "select grp from unit_group where unit = $1 and to_date = ''", unit)
			if err != nil || len(open) != 1 || open[0] != "U3" {
				t.Fatalf("trial %d: open %q, %v", trial, open, err)
			}
		}
	})
}

func TestOlderSourceFillsWhatNewerIsSilentAbout(t *testing.T) {
	onBoth(t, func(t *testing.T, db *store.DB) {
		// Given a map of July that names a practice
		l := file(t, "map", "2026-07-01")
		l.Unit(measure.Unit{Code: "A81001", Kind: "practice", Name: "Elm Tree Surgery", Row: 1})
		keep(t, db, l)
		// When the directory of February is loaded afterwards, with its status and another name
		l = file(t, "directory", "2026-02-03")
		l.Unit(measure.Unit{Code: "A81001", Kind: "practice", Name: "ELM TREE", Status: "active", Opened: day(t, "1974-04-01"), Row: 9})
		keep(t, db, l)
		// Then the newer name stands and the status is known
		u, err := measure.ReadUnitKnown(t.Context(), db, "A81001")
		if err != nil || u.Name != "Elm Tree Surgery" || u.Status != "active" || u.Opened.String() != "1974-04-01" {
			t.Errorf("%+v, %v", u, err)
		}
	})
}

// A file that ends a membership which is open is taken at its word, whatever else it says of the unit.
func TestDatedMembershipsEndWhatIsOpen(t *testing.T) {
	type statement struct{ group, from, to string }
	onBoth(t, func(t *testing.T, db *store.DB) {
		for _, c := range []struct {
			unit  string
			files map[string][]statement // by as-at date
			order []string
			want  string
		}{
			{"A81001", map[string][]statement{"2025-10-01": {{"U1", "2019-07-01", ""}}, "2026-07-01": {{"U1", "2019-07-01", "2021-03-31"}, {"U1", "2022-04-01", ""}}},
				[]string{"2025-10-01", "2026-07-01"}, "U1 2019-07-01 2021-03-31|U1 2022-04-01 "},
			{"A81002", map[string][]statement{"2025-10-01": {{"U1", "2019-07-01", ""}}, "2026-07-01": {{"U1", "2019-07-01", "2026-03-31"}, {"U2", "2026-04-01", ""}}},
				[]string{"2025-10-01", "2026-07-01"}, "U1 2019-07-01 2026-03-31|U2 2026-04-01 "},
			{"A81003", map[string][]statement{"2018-01-01": {{"U1", "", ""}}, "2026-02-03": {{"U1", "2013-04-01", "2019-04-30"}}},
				[]string{"2018-01-01", "2026-02-03"}, "U1 2013-04-01 2019-04-30"},
			{"A81004", map[string][]statement{"2018-01-01": {{"U1", "", ""}}, "2026-02-03": {{"U1", "2013-04-01", "2019-04-30"}}},
				[]string{"2026-02-03", "2018-01-01"}, "U1 2013-04-01 2019-04-30"},
			{"A81005", map[string][]statement{"2020-01-01": {{"U1", "", ""}}, "2026-02-03": {{"U1", "2013-04-01", "2019-04-30"}}},
				[]string{"2020-01-01", "2026-02-03"}, "U1  |U1 2013-04-01 2019-04-30"}, // it was a member again after it had left
		} {
			for _, asAt := range c.order {
				l := file(t, c.unit+asAt, asAt)
				for i, s := range c.files[asAt] {
					m := measure.Membership{Unit: c.unit, Group: s.group, GroupKind: "pcn", Row: i + 1}
					if s.from != "" {
						m.From = day(t, s.from)
					}
					if s.to != "" {
						m.To = day(t, s.to)
					}
					l.Membership(m)
				}
				keep(t, db, l)
			}
			rows, err := store.Collect[string](t.Context(), db, "select grp || ' ' || from_date || ' ' || to_date from unit_group where unit = $1 order by from_date", c.unit)
			if got := strings.Join(rows, "|"); err != nil || got != c.want {
				t.Errorf("%s in the order %v: %q, want %q (%v)", c.unit, c.order, got, c.want, err)
			}
		}
	})
}

// A file that gives way to a later statement and repeats itself does not contradict itself.
func TestOlderFileThatRepeatsItself(t *testing.T) {
	onBoth(t, func(t *testing.T, db *store.DB) {
		keep(t, db, file(t, "revised.csv", "2025-06-30", fig(t, "A81001", "2025-05", 12, 2000, 2)))
		out := keep(t, db, file(t, "first.csv", "2025-05-31", fig(t, "A81001", "2025-05", 10, 2000, 2), fig(t, "A81001", "2025-05", 10, 2000, 9)))
		if out.Older != 1 || out.Same != 1 || out.Rejected != 0 {
			t.Errorf("outcome %+v", out)
		}
	})
}

func TestRejectedTextIsCutBetweenLetters(t *testing.T) {
	var l measure.Load
	l.Reject(measure.Rejection{Text: "a" + strings.Repeat("é", 60)})
	if got := l.Rejections[0].Text; !utf8.ValidString(got) || !strings.HasPrefix(got, "aé") || len(got) > 80 {
		t.Errorf("%q", got)
	}
}

// A transaction that the engine makes run again reports a contradiction once.
func TestStoreRunAgain(t *testing.T) {
	db := testkit.Database(t, store.PostgreSQL, measure.Migrations())
	if err := measure.Declare(t.Context(), db, declared); err != nil {
		t.Fatal(err)
	}
	err := db.Transact(t.Context(), func(ctx context.Context, tx *store.Tx) error {
		for _, statement := range []string{
			"create sequence tries",
			`create function collide() returns trigger language plpgsql as $$ begin
				if nextval('tries') = 1 then raise exception 'again' using errcode = '40001'; end if; return new; end $$`,
			"create trigger collide before update on source_file for each row execute function collide()",
		} {
			if _, err := store.Exec(ctx, tx, statement); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	l := file(t, "may.csv", "2025-05-31", fig(t, "A81001", "2025-05", 10, 2000, 2), fig(t, "A81001", "2025-05", 11, 2000, 3))
	l.Reject(measure.Rejection{Line: 9, Reason: "It was rejected before."})
	out := keep(t, db, l)
	kept, err := store.One[int64](t.Context(), db, "select count(*) from rejection")
	if err != nil || out.Rejected != 2 || kept != 2 || len(l.Rejections) != 2 {
		t.Errorf("%d rejections in the outcome, %d kept, %d in the load, %v; want 2 of each", out.Rejected, kept, len(l.Rejections), err)
	}
	if tries, err := store.One[int64](t.Context(), db, "select last_value from tries"); err != nil || tries != 2 {
		t.Errorf("%d tries, %v: the second was not tested", tries, err)
	}
}
