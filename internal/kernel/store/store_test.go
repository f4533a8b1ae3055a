package store_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"ohp/internal/kernel/date"
	"ohp/internal/kernel/errs"
	"ohp/internal/kernel/store"
	"ohp/internal/kernel/testkit"
)

var surgery = []store.Migrations{{Module: "surgery", Files: fstest.MapFS{
	"0001_practice.sql": {Data: []byte(`
create table practice (
	id text primary key,
	code text not null,
	name text not null,
	patients bigint not null check (patients >= 0),
	open boolean not null,
	closed_on text,
	seen_at text,
	version bigint not null default 1
);
create unique index practice_code on practice (code) where open;
create table visit (id text primary key, practice text not null references practice (id), at text not null, score double precision);
`)},
}}}

type practice struct {
	ID       string       `db:"id"`
	Code     string       `db:"code"`
	Name     string       `db:"name"`
	Patients int64        `db:"patients"`
	Open     bool         `db:"open"`
	ClosedOn date.Date    `db:"closed_on"`
	SeenAt   date.Instant `db:"seen_at"`
	Version  int64        `db:"version"`
}

func insert(ctx context.Context, db *store.DB, rows ...practice) error {
	return db.Transact(ctx, func(ctx context.Context, tx *store.Tx) error {
		for _, r := range rows {
			if err := store.Insert(ctx, tx, "practice", r); err != nil {
				return err
			}
		}
		return nil
	})
}

func databases(t *testing.T, f func(t *testing.T, db *store.DB)) {
	testkit.Databases(t, surgery, f)
}

var highStreet = practice{ID: "p1", Code: "M85001", Name: "High Street", Patients: 8800, Open: true, Version: 1}

func TestInsertReadUpdate(t *testing.T) {
	databases(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		if err := insert(ctx, db, highStreet); err != nil {
			t.Fatal(err)
		}
		read := func() practice {
			p, err := store.One[practice](ctx, db, "select * from practice where id = $1", "p1")
			if err != nil {
				t.Fatal(err)
			}
			return p
		}
		changed := read()
		changed.Patients, changed.ClosedOn = 9000, date.New(2026, time.March, 31)
		err := db.Transact(ctx, func(ctx context.Context, tx *store.Tx) error {
			changed.SeenAt = tx.Now()
			return store.Update(ctx, tx, "practice", &changed)
		})
		if err != nil {
			t.Fatal(err)
		}
		want := changed
		want.Version = 2
		if got := read(); got != want {
			t.Errorf("stored %+v, want %+v", got, want)
		}
		update := func(p practice) error {
			return db.Transact(ctx, func(ctx context.Context, tx *store.Tx) error { return store.Update(ctx, tx, "practice", p) })
		}
		if err := update(changed); !errors.Is(err, store.ErrConflict) {
			t.Errorf("a version that is no longer the stored one: %v", err)
		}
		changed.ID = "nowhere"
		if err := update(changed); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("a row that does not exist: %v", err)
		}
	})
}

func TestTypedErrors(t *testing.T) {
	databases(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		if err := insert(ctx, db, highStreet); err != nil {
			t.Fatal(err)
		}
		run := func(sql string, args ...any) error {
			return db.Transact(ctx, func(ctx context.Context, tx *store.Tx) error {
				_, err := store.Exec(ctx, tx, sql, args...)
				return err
			})
		}
		_, missing := store.One[practice](ctx, db, "select * from practice where id = 'none'")
		for _, c := range []struct {
			what string
			err  error
			want error
			kind errs.Kind
		}{
			{"the same key", insert(ctx, db, practice{ID: "p1", Code: "x"}), store.ErrUnique, errs.Conflict},
			{"the same code among the open", insert(ctx, db, practice{ID: "p2", Code: "M85001", Open: true}), store.ErrUnique, errs.Conflict},
			{"a negative count", insert(ctx, db, practice{ID: "p3", Patients: -1}), store.ErrCheck, errs.Invalid},
			{"no value", run("insert into practice (id, code, name, patients, open) values ('p4', null, '', 0, true)"), store.ErrCheck, errs.Invalid},
			{"a visit to nowhere", run("insert into visit (id, practice, at) values ('v', 'none', '')"), store.ErrForeign, errs.Conflict},
			{"no row", missing, store.ErrNotFound, errs.NotFound},
		} {
			if !errors.Is(c.err, c.want) || errs.KindOf(c.err) != c.kind {
				t.Errorf("%s: %v (%v), want %v", c.what, c.err, errs.KindOf(c.err), c.want)
			}
		}
		if err := run("insert into visit (id, practice, at) values ('v', 'p1', '')"); err != nil {
			t.Fatal(err)
		}
		if err := run("delete from practice"); !errors.Is(err, store.ErrForeign) {
			t.Errorf("a practice with visits was deleted: %v", err)
		}
	})
}

// Both engines must give the same rows, down to the byte, for the SQL that the program is written in.
func TestEnginesAgree(t *testing.T) {
	statements := []struct {
		sql  string
		args []any
	}{
		{"select * from practice order by id", nil},
		{"select id, name from practice order by name", nil},
		{"select count(*) as n, sum(patients) as s, avg(patients) as a from practice where open", nil},
		{"select cast(sum(patients) as bigint) as s, cast(avg(patients) as double precision) as a from practice", nil},
		{"select substr(at, 1, 7) as month, count(*) as n, max(at) as latest from visit group by substr(at, 1, 7) order by 1", nil},
		{"select p.id, v.id as visit, v.score from practice p left join visit v on v.practice = p.id and v.score > $1 order by p.id, v.id", []any{0.5}},
		{"with recursive n(i) as (select 1 union all select i + 1 from n where i < $1) select cast(sum(i) as bigint) as s from n", []any{10}},
		{"select id, row_number() over (partition by open order by patients desc, id) as r from practice order by id", nil},
		{"select id, lag(score) over (order by at, id) as before from visit order by at, id", nil},
		{"select string_agg(id, ',' order by id) as ids, count(*) filter (where open) as n from practice", nil},
		{"select id from practice where (patients, id) < ($1, $2) order by patients desc, id desc limit $3", []any{8000, "p3", 2}},
		{"select id, patients > 5000 as large, coalesce(closed_on, '-') as closed, case when open then 'y' else 'n' end as o from practice order by id", nil},
		{"select id from practice where closed_on is not distinct from $1 order by id nulls last", []any{date.New(2026, time.March, 31)}},
		{"select p.id, cast(patients as double precision) / 7 as share, floor(score * 100 + 0.5) as pc from practice p join visit v on v.practice = p.id order by v.id", nil},
		// Not round (halves go to the even number on one engine, away from zero on the other), nor ln, exp and power (their last
		// digits differ), nor sums of fractions (the order differs): statistics are made in Go.
		{"select sqrt(score) as root, score * score as square, abs(score - 1) as d, floor(score * 10) as f from visit order by id", nil},
		// lower and upper know only A to Z on SQLite: text to be found again is folded in Go.
		{"select lower(code) as c, length(name) as l, replace(name, 'É', 'e') as r, name || '!' as x from practice where lower(code) like '%m85%' order by id", nil},
		{"select exists (select 1 from practice where not open) as some", nil},
		{"select max(patients) - min(patients) as spread, count(distinct open) as kinds from practice having count(*) > $1", []any{1}},
	}
	dump := map[store.Engine]string{}
	databases(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		names := []string{"Élan", "elm", "Elm", "St Mary's", "Ömer Street", "zeta", "Zeta", "_under", "1st"}
		var rows []practice
		for i, name := range names {
			p := practice{ID: fmt.Sprint("p", i), Code: fmt.Sprint("M8500", i), Name: name, Patients: int64(8000 - 777*i), Open: i%3 != 0, Version: 1}
			if !p.Open {
				p.ClosedOn = date.New(2026, time.March, 31)
			}
			rows = append(rows, p)
		}
		if err := insert(ctx, db, rows...); err != nil {
			t.Fatal(err)
		}
		err := db.Transact(ctx, func(ctx context.Context, tx *store.Tx) error {
			stmt, err := tx.PrepareContext(ctx, "insert into visit (id, practice, at, score) values ($1, $2, $3, $4)")
			if err != nil {
				return err
			}
			at := date.At(time.Date(2026, 1, 1, 9, 30, 0, 0, time.UTC))
			for i := range 50 {
				if _, err := stmt.ExecContext(ctx, fmt.Sprintf("v%02d", i), fmt.Sprint("p", i%len(names)), at.Add(time.Duration(i)*37*time.Hour), 1/float64(i+1)); err != nil {
					return err
				}
			}
			n, err := store.Exec(ctx, tx, "insert into practice (id, code, name, patients, open) values ('p0', 'x', 'x', 1, false) on conflict (id) do update set patients = excluded.patients + practice.patients where practice.patients > $1", 5)
			if n != 1 {
				return fmt.Errorf("the upsert changed %d rows: %w", n, err)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		var out strings.Builder
		for _, s := range statements {
			fmt.Fprintln(&out, s.sql)
			if err := write(ctx, &out, db, s.sql, s.args...); err != nil {
				t.Errorf("%s: %v", s.sql, err)
			}
		}
		dump[db.Engine()] = out.String()
	})
	if a, b := dump[store.SQLite], dump[store.PostgreSQL]; a != b {
		t.Errorf("the engines disagree:\n%s", testkit.Diff(a, b))
	}
}

// write prints rows as text, scanning every column as the program's own types would.
func write(ctx context.Context, out *strings.Builder, db *store.DB, sql string, args ...any) error {
	rows, err := db.QueryContext(ctx, sql, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	names, err := rows.Columns()
	if err != nil {
		return err
	}
	cells, into := make([]any, len(names)), make([]any, len(names))
	for i := range cells {
		into[i] = &cells[i]
	}
	fmt.Fprintln(out, names)
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			return err
		}
		for _, c := range cells {
			fmt.Fprintf(out, "\t%s", text(c))
		}
		fmt.Fprintln(out)
	}
	return rows.Err()
}

// text is what a program sees of a value: PostgreSQL's driver gives sums and averages as numbers in text, and SQLite has no booleans.
func text(v any) string {
	switch x := v.(type) {
	case bool:
		if x {
			return "1"
		}
		return "0"
	case []byte:
		return string(x)
	case string:
		if f, ok := number(x); ok {
			return f
		}
		return x
	}
	return fmt.Sprint(v)
}

func number(s string) (string, bool) {
	var f float64
	var rest string
	if n, _ := fmt.Sscanf(s+" .", "%g %s", &f, &rest); n != 2 || rest != "." {
		return "", false
	}
	return fmt.Sprint(f), true
}

func TestCollectRefusesWhatDoesNotFit(t *testing.T) {
	databases(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		if err := insert(ctx, db, highStreet); err != nil {
			t.Fatal(err)
		}
		type inner struct {
			ID string `db:"id"`
		}
		type hidden struct {
			id string `db:"id"`
		}
		type twice struct {
			A, B string `db:"id"`
		}
		type pointer struct{ *inner }
		refused := func(what string, err error, words string) {
			t.Helper()
			if err == nil || !strings.Contains(err.Error(), words) {
				t.Errorf("%s: %v", what, err)
			}
		}
		_, err := store.Collect[inner](ctx, db, "select id, name from practice")
		refused("a column without a field", err, `db:"name"`)
		_, err = store.Collect[hidden](ctx, db, "select id from practice")
		refused("a field that is not exported", err, "not exported")
		_ = hidden{}.id
		_, err = store.Collect[twice](ctx, db, "select id from practice")
		refused("two fields for a column", err, "two fields")
		_, err = store.Collect[pointer](ctx, db, "select id from practice")
		refused("an embedded pointer", err, "embedded pointer")
		_, err = store.Collect[string](ctx, db, "select id, name from practice")
		refused("two columns for a scalar", err, "2 columns")
		_, err = store.One[string](ctx, db, "select id from practice union all select id from practice")
		refused("two rows for one", err, "more than one")
		_, err = store.Collect[string](ctx, db, "select closed_on from practice")
		refused("nothing for a string", err, "NULL")
		_, err = store.Collect[string](ctx, db, `select "no_such_column" from practice`)
		refused("a misspelt column", err, "no_such_column")

		type outer struct {
			inner
			Name string `db:"name"`
		}
		got, err := store.Collect[outer](ctx, db, "select name, id from practice")
		if err != nil || len(got) != 1 || got[0].ID != "p1" || got[0].Name != "High Street" {
			t.Errorf("an embedded struct: %+v, %v", got, err)
		}
		days, err := store.Collect[date.Date](ctx, db, "select closed_on from practice")
		if err != nil || len(days) != 1 || !days[0].IsZero() {
			t.Errorf("a date that is not there: %v, %v", days, err)
		}
		refused("a table that is no name", db.Transact(ctx, func(ctx context.Context, tx *store.Tx) error {
			return store.Insert(ctx, tx, "practice; drop table visit", highStreet)
		}), "no table name")
	})
}

func TestFilter(t *testing.T) {
	databases(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		var rows []practice
		for i := range 6 {
			rows = append(rows, practice{ID: fmt.Sprint("p", i), Code: fmt.Sprint("M8500", i), Patients: int64(i) * 1000, Open: i%2 == 0, Version: 1})
		}
		if err := insert(ctx, db, rows...); err != nil {
			t.Fatal(err)
		}
		ids := func(f *store.Filter) string {
			t.Helper()
			got, err := store.Collect[string](ctx, db, "select id from practice where true"+f.SQL()+" order by id", f.Args()...)
			if err != nil {
				t.Error(err)
			}
			return strings.Join(got, " ")
		}
		for _, c := range []struct {
			filter *store.Filter
			want   string
		}{
			{new(store.Filter), "p0 p1 p2 p3 p4 p5"},
			{new(store.Filter).And("open"), "p0 p2 p4"},
			{new(store.Filter).And("patients between ? and ?", 1000, 3000).And("code <> ?", "M85002"), "p1 p3"},
			{new(store.Filter).And("open or patients > ?", 4000).And("id <> ?", "p0"), "p2 p4 p5"},
			{new(store.Filter).In("code", store.Args([]string{"M85001", "M85005"})...), "p1 p5"},
			{new(store.Filter).In("code"), ""},
		} {
			if got := ids(c.filter); got != c.want {
				t.Errorf("%s: %q, want %q", c.filter.SQL(), got, c.want)
			}
		}
		f := store.NewFilter(2000).And("id <> ?", "p4")
		got, err := store.Collect[string](ctx, db, "select id from practice where patients > $1"+f.SQL()+" order by id", f.Args()...)
		if err != nil || strings.Join(got, " ") != "p3 p5" {
			t.Errorf("after the query's own argument: %v, %v", got, err)
		}
		wrong := new(store.Filter).And("id = ?")
		if _, err := store.Collect[string](ctx, db, "select id from practice where true"+wrong.SQL(), wrong.Args()...); err == nil {
			t.Error("a condition without its argument ran")
		}
	})
}

func TestReadersDoNotWrite(t *testing.T) {
	databases(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		if _, err := store.Exec(ctx, db, "delete from practice"); err == nil || !strings.Contains(err.Error(), "Transact") {
			t.Errorf("Exec outside a transaction: %v", err)
		}
		rows, err := db.QueryContext(ctx, "insert into practice (id, code, name, patients, open) values ('w', 'w', 'w', 1, true) returning id")
		if err == nil {
			rows.Next()
			err = rows.Err()
			rows.Close()
		}
		if err == nil {
			t.Error("a query outside a transaction wrote")
		}
		if n, err := store.One[int64](ctx, db, "select count(*) from practice"); n != 0 || err != nil {
			t.Errorf("%d practices, %v", n, err)
		}
	})
}

func TestOpenRefuses(t *testing.T) {
	folder := t.TempDir()
	noDatabase := filepath.Join(folder, "letter.txt")
	if err := os.WriteFile(noDatabase, []byte(strings.Repeat("Dear colleague, ", 100)), 0o600); err != nil {
		t.Fatal(err)
	}
	for dsn, words := range map[string]string{
		"": "No database is named", ":memory:": "in memory", "file:x.db": "plain path", "mysql://x": "not a database that is supported",
		folder: "is a folder", noDatabase: "cannot be opened", filepath.Join(noDatabase, "x.db"): "cannot be made",
		"postgres://nobody@127.0.0.1:1/none?connect_timeout=2": "does not answer", "host=/nowhere dbname=x": "does not answer", "postgres://%zz": "cannot be read",
	} {
		db, err := store.Open(t.Context(), dsn)
		if err == nil {
			db.Close()
		}
		if err == nil || !strings.Contains(errs.Words(err), words) {
			t.Errorf("Open(%q): %v", dsn, err)
		}
	}
}

// Paths hold what people put into them, and the file belongs to its owner alone.
func TestOpenMakesTheFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "new folder", "50% of #1?.db")
	db := testkit.OpenDSN(t, path)
	if err := db.Transact(t.Context(), func(ctx context.Context, tx *store.Tx) error {
		_, err := store.Exec(ctx, tx, "create table t (id text)")
		return err
	}); err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(filepath.Dir(path), "*"))
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, f := range files {
		info, err := os.Stat(f)
		if err != nil || info.Mode().Perm() != 0o600 || !strings.HasPrefix(f, path) {
			t.Errorf("%s: %v, %v", f, info.Mode(), err)
		}
	}
}

// The settings that the safety of the records hangs on are in force, on a connection of each pool.
func TestSQLiteSettings(t *testing.T) {
	db := testkit.Database(t, store.SQLite)
	settings := func(q store.Queryer) string {
		var out []string
		for _, name := range []string{"journal_mode", "synchronous", "foreign_keys", "busy_timeout", "query_only"} {
			v, err := store.One[string](t.Context(), q, "pragma "+name)
			if err != nil {
				t.Error(err)
			}
			out = append(out, name+"="+v)
		}
		return strings.Join(out, " ")
	}
	if got, want := settings(db), "journal_mode=wal synchronous=2 foreign_keys=1 busy_timeout=10000 query_only=1"; got != want {
		t.Errorf("readers have %s", got)
	}
	err := db.Transact(t.Context(), func(_ context.Context, tx *store.Tx) error {
		if got, want := settings(tx), "journal_mode=wal synchronous=2 foreign_keys=1 busy_timeout=10000 query_only=0"; got != want {
			t.Errorf("the writer has %s", got)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

// A PostgreSQL database that sorts by a language's rules, or keeps bytes instead of letters, would differ from SQLite.
func TestOpenRefusesAnotherOrder(t *testing.T) {
	for _, made := range []string{"encoding 'SQL_ASCII' locale 'C' template template0", "encoding 'UTF8' locale_provider icu icu_locale 'en-GB' template template0"} {
		db, err := store.Open(t.Context(), testkit.PostgreSQL(t, made))
		if err == nil {
			db.Close()
		}
		if err == nil || !strings.Contains(errs.Words(err), "template0") {
			t.Errorf("a database made with %s: %v", made, err)
		}
	}
}
