package store_test

import (
	"maps"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/fstest"

	"ohp/internal/kernel/store"
	"ohp/internal/kernel/testkit"
)

func files(pairs ...string) fstest.MapFS {
	out := fstest.MapFS{}
	for i := 0; i < len(pairs); i += 2 {
		out[pairs[i]] = &fstest.MapFile{Data: []byte(pairs[i+1])}
	}
	return out
}

var governance = files(
	"0001_event.sql", "create table event (id text primary key, title text not null);\ncreate index event_title on event (title);\n",
	"0002_search.sqlite.sql", "create virtual table event_search using fts5 (title);\ncreate trigger event_added after insert on event begin\n  insert into event_search (title) values (new.title);\n  insert into event_search (title) values (case when new.title = ';' then '' else ';' end);\nend;\n",
	"0002_search.postgres.sql", "create table event_search (title text);\ncreate function event_add() returns trigger language plpgsql as $$ begin\n  insert into event_search values (new.title); insert into event_search values (';'); return new;\nend $$;\ncreate trigger event_added after insert on event for each row execute function event_add();\n",
	"0003_more.sql", "alter table event add column closed_at text; -- the last; really\ninsert into event (id, title) values ('1', 'a; b');\n",
)

func TestMigrate(t *testing.T) {
	for _, engine := range testkit.Engines {
		t.Run(string(engine), func(t *testing.T) {
			ctx := t.Context()
			db := testkit.Database(t, engine)
			finance := store.Migrations{Module: "finance", Files: files("0001_invoice.sql", "create table invoice (id text primary key, event text references event (id))")}
			gov := store.Migrations{Module: "governance", Files: governance}
			if n, err := store.Migrate(ctx, db, gov, finance); n != 4 || err != nil {
				t.Fatalf("%d applied, %v", n, err)
			}
			if n, err := store.Migrate(ctx, db, gov, finance); n != 0 || err != nil {
				t.Errorf("again: %d applied, %v", n, err)
			}
			found, err := store.Collect[string](ctx, db, "select title from event_search order by title")
			if err != nil || strings.Join(found, "|") != ";|a; b" {
				t.Errorf("the trigger wrote %q, %v", found, err)
			}
		})
	}
}

// Programs that start together, each with its own connections, apply each file exactly once.
func TestMigrateStartersAgree(t *testing.T) {
	for _, engine := range testkit.Engines {
		t.Run(string(engine), func(t *testing.T) {
			dsn := testkit.DSN(t, engine)
			var total atomic.Int64
			var wg sync.WaitGroup
			for range 4 {
				wg.Go(func() {
					db, err := store.Open(t.Context(), dsn)
					if err != nil {
						t.Error(err)
						return
					}
					defer db.Close()
					n, err := store.Migrate(t.Context(), db, store.Migrations{Module: "governance", Files: governance})
					if err != nil {
						t.Error(err)
					}
					total.Add(int64(n))
				})
			}
			wg.Wait()
			if total.Load() != 3 {
				t.Errorf("%d applied", total.Load())
			}
		})
	}
}

func TestMigrateRefuses(t *testing.T) {
	with := func(pairs ...string) fstest.MapFS {
		out := maps.Clone(governance)
		maps.Copy(out, files(pairs...))
		return out
	}
	without := func(name string) fstest.MapFS {
		out := maps.Clone(governance)
		delete(out, name)
		return out
	}
	for _, engine := range testkit.Engines {
		t.Run(string(engine), func(t *testing.T) {
			ctx := t.Context()
			db := testkit.Database(t, engine, store.Migrations{Module: "governance", Files: governance})
			for _, c := range []struct {
				what  string
				files fstest.MapFS
				words []string
			}{
				{"a changed file", with("0001_event.sql", "-- nothing"), []string{"governance/0001_event.sql", "was changed after"}},
				{"a removed file", without("0003_more.sql"), []string{"governance/0003_more", "newer version"}},
				{"a number taken twice", with("0002_also.sql", ""), []string{"0002_also", "0002_search", "same number"}},
				{"a file slipped in", with("0000_first.sql", ""), []string{"0000_first.sql", "comes before 0001_event"}},
				{"half of a pair", with("0004_half.sqlite.sql", ""), []string{"0004_half", "one for each"}},
				{"a bad name", with("four.sql", ""), []string{"four.sql", "not named"}},
				{"a fault in the SQL", with("0004_good.sql", "create table good (id text)", "0005_bad.sql", "create table bad (id text);\ncreate tabel worse (id text);"), []string{"governance/0005_bad.sql", "create tabel worse"}},
			} {
				n, err := store.Migrate(ctx, db, store.Migrations{Module: "governance", Files: c.files})
				if n != 0 || err == nil {
					t.Errorf("%s: %d applied", c.what, n)
					continue
				}
				for _, w := range c.words {
					if !strings.Contains(err.Error(), w) {
						t.Errorf("%s: %v lacks %q", c.what, err, w)
					}
				}
			}
			if _, err := store.Collect[string](ctx, db, "select id from good"); err == nil {
				t.Error("a file before the faulty one stayed")
			}
			windows := with("0001_event.sql", strings.ReplaceAll(string(governance["0001_event.sql"].Data), "\n", "\r\n"))
			if _, err := store.Migrate(ctx, db, store.Migrations{Module: "governance", Files: windows}); err != nil {
				t.Errorf("other line ends: %v", err)
			}
		})
	}
}

func TestSplit(t *testing.T) {
	for text, want := range map[string][]string{
		"":                                {},
		" ; ;; -- nothing;\n/* ; */ ":     {},
		"a;b":                             {"a", "b"},
		"a ';' ; b":                       {"a ';'", "b"},
		"a 'it''s;' ; b \"x;\"\"y\"":      {"a 'it''s;'", "b \"x;\"\"y\""},
		"-- why; because\na;":             {"-- why; because\na"},
		"a /* ; */ b; c":                  {"a /* ; */ b", "c"},
		"a $$ ; $$; b $x$ ; $$ ; $x$; $1": {"a $$ ; $$", "b $x$ ; $$ ; $x$", "$1"},
		"a e'\\';' ; b":                   {"a e'\\';'", "b"},
		"create table t (e text default 'x;'); create view v as select case when a then b end; c": {"create table t (e text default 'x;')", "create view v as select case when a then b end", "c"},
		"create temp trigger t begin a; select case when b then c end; end; d":                    {"create temp trigger t begin a; select case when b then c end; end", "d"},
		"CREATE FUNCTION f() BEGIN ATOMIC select 1; END; d":                                       {"CREATE FUNCTION f() BEGIN ATOMIC select 1; END", "d"},
		"begin; commit": {"begin", "commit"},
		"a 'open ; b":   {"a 'open ; b"},
		"é;ü":           {"é", "ü"},
	} {
		got := store.Split(text)
		if len(got) != len(want) || strings.Join(got, "\x00") != strings.Join(want, "\x00") {
			t.Errorf("Split(%q) = %q, want %q", text, got, want)
		}
	}
}

// Splitting loses nothing but semicolons, white space and comments, and splitting a statement again leaves it whole.
func FuzzSplit(f *testing.F) {
	for _, s := range []string{"a;b", "'", "$$", "$a$;$a$", "--", "/*", "e'\\", "create trigger begin case end;end;x", "\"", "é;"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		rest := text
		for _, s := range store.Split(text) {
			_, after, found := strings.Cut(rest, s)
			if !found || s == "" {
				t.Fatalf("%q is not in %q", s, rest)
			}
			rest = after
			if again := store.Split(s); len(again) != 1 || again[0] != s {
				t.Fatalf("%q splits again into %q", s, again)
			}
		}
	})
}
