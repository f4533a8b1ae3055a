package store_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"ohp/internal/kernel/date"
	"ohp/internal/kernel/store"
	"ohp/internal/kernel/testkit"
)

func count(t *testing.T, db *store.DB) int64 {
	t.Helper()
	n, err := store.One[int64](t.Context(), db, "select count(*) from practice")
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestTransactRollsBack(t *testing.T) {
	databases(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		refused := errors.New("refused by the caller")
		err := db.Transact(ctx, func(ctx context.Context, tx *store.Tx) error {
			if err := store.Insert(ctx, tx, "practice", highStreet); err != nil {
				return err
			}
			return refused
		})
		if !errors.Is(err, refused) || count(t, db) != 0 {
			t.Errorf("after an error: %v, %d rows", err, count(t, db))
		}
		func() {
			defer func() {
				if p := recover(); p != "out of tea" {
					t.Errorf("the panic became %v", p)
				}
			}()
			db.Transact(ctx, func(ctx context.Context, tx *store.Tx) error {
				store.Insert(ctx, tx, "practice", highStreet)
				panic("out of tea")
			})
		}()
		if count(t, db) != 0 {
			t.Error("a panic committed")
		}
		if err := insert(ctx, db, highStreet); err != nil || count(t, db) != 1 {
			t.Errorf("after a panic the writer is stuck: %v", err)
		}
	})
}

// A swallowed error would keep the rest on SQLite and lose it on PostgreSQL; so neither commits.
func TestSwallowedErrorDoesNotCommit(t *testing.T) {
	databases(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		err := db.Transact(ctx, func(ctx context.Context, tx *store.Tx) error {
			if err := store.Insert(ctx, tx, "practice", highStreet); err != nil {
				return err
			}
			if err := store.Insert(ctx, tx, "practice", highStreet); !errors.Is(err, store.ErrUnique) {
				t.Errorf("the second: %v", err)
			}
			if _, err := store.One[int64](ctx, tx, "select count(*) from practice"); !errors.Is(err, store.ErrFailed) || !errors.Is(err, store.ErrUnique) {
				t.Errorf("a read after a failure: %v", err)
			}
			return nil
		})
		if !errors.Is(err, store.ErrFailed) || !errors.Is(err, store.ErrUnique) || count(t, db) != 0 {
			t.Errorf("%v, %d rows", err, count(t, db))
		}
	})
}

func TestTransactRefusesNesting(t *testing.T) {
	databases(t, func(t *testing.T, db *store.DB) {
		other := testkit.Database(t, db.Engine(), surgery...)
		var elsewhere error
		err := db.Transact(t.Context(), func(ctx context.Context, tx *store.Tx) error {
			elsewhere = insert(ctx, other, highStreet) // another database is another matter
			return insert(ctx, db, highStreet)
		})
		if !errors.Is(err, store.ErrNested) || count(t, db) != 0 {
			t.Errorf("nested: %v", err)
		}
		if elsewhere != nil || count(t, other) != 1 {
			t.Errorf("in another database: %v", elsewhere)
		}
	})
}

func TestTransactHasOneInstant(t *testing.T) {
	for _, engine := range testkit.Engines {
		at := date.At(time.Date(2026, 11, 21, 9, 30, 0, 123456000, time.UTC))
		db := testkit.OpenDSN(t, testkit.DSN(t, engine), store.WithClock(func() date.Instant { at = at.Add(time.Second); return at }))
		err := db.Transact(t.Context(), func(_ context.Context, tx *store.Tx) error {
			if first := tx.Now(); first != at || tx.Now() != first {
				t.Errorf("%s: %s and %s", engine, first, tx.Now())
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	}
}

// Write skew: two doctors are on call, and each may leave while the other stays. Run at the same time, each sees the other.
// Only a serialisable engine, and a Transact that runs the loser again, keeps one of them on call.
func TestSerialisable(t *testing.T) {
	databases(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		for round := range 5 {
			a, b := practice{ID: fmt.Sprint("a", round), Code: fmt.Sprint("a", round), Open: true}, practice{ID: fmt.Sprint("b", round), Code: fmt.Sprint("b", round), Open: true}
			if err := insert(ctx, db, a, b); err != nil {
				t.Fatal(err)
			}
			var tries, left atomic.Int64
			var both, done sync.WaitGroup
			both.Add(2)
			leave := func(id string) {
				defer done.Done()
				first := true
				err := db.Transact(ctx, func(ctx context.Context, tx *store.Tx) error {
					tries.Add(1)
					n, err := store.One[int64](ctx, tx, "select count(*) from practice where open and code in ($1, $2)", a.Code, b.Code)
					if first && db.Engine() == store.PostgreSQL { // SQLite lets one in at a time; waiting there would be for ever
						both.Done()
						both.Wait()
					}
					first = false
					if err != nil || n < 2 {
						return err
					}
					left.Add(1)
					_, err = store.Exec(ctx, tx, "update practice set open = false where id = $1", id)
					return err
				})
				if err != nil {
					t.Error(err)
				}
			}
			done.Add(2)
			go leave(a.ID)
			go leave(b.ID)
			done.Wait()
			n, err := store.One[int64](ctx, db, "select count(*) from practice where open and code in ($1, $2)", a.Code, b.Code)
			if err != nil || n != 1 {
				t.Fatalf("%d are on call, %v", n, err)
			}
			if db.Engine() == store.PostgreSQL && tries.Load() < 3 {
				t.Errorf("the engine refused nobody in %d tries: the retry was not tested", tries.Load())
			}
		}
	})
}

// A hundred transactions that all change one row: none is lost, on either engine.
func TestNoUpdateIsLost(t *testing.T) {
	databases(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		if err := insert(ctx, db, practice{ID: "p1", Code: "c"}); err != nil {
			t.Fatal(err)
		}
		const workers, each = 4, 25
		var wg sync.WaitGroup
		for range workers {
			wg.Go(func() {
				for range each {
					err := db.Transact(ctx, func(ctx context.Context, tx *store.Tx) error {
						n, err := store.One[int64](ctx, tx, "select patients from practice where id = 'p1'")
						if err != nil {
							return err
						}
						_, err = store.Exec(ctx, tx, "update practice set patients = $1 where id = 'p1'", n+1)
						return err
					})
					if err != nil {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
		if n, err := store.One[int64](ctx, db, "select patients from practice"); n != workers*each || err != nil {
			t.Errorf("%d of %d updates are there, %v", n, workers*each, err)
		}
	})
}

// What never succeeds ends, with an error that says so.
func TestRetryEnds(t *testing.T) {
	db := testkit.Database(t, store.PostgreSQL)
	tries := 0
	err := db.Transact(t.Context(), func(ctx context.Context, tx *store.Tx) error {
		tries++
		_, err := store.Exec(ctx, tx, "do $$ begin raise exception 'again' using errcode = '40001'; end $$")
		return err
	})
	if !errors.Is(err, store.ErrBusy) || tries != 10 || !strings.Contains(err.Error(), "again") {
		t.Errorf("%d tries: %v", tries, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	tries = 0
	err = db.Transact(ctx, func(ctx context.Context, tx *store.Tx) error {
		tries++
		_, err := store.Exec(ctx, tx, "do $$ begin raise exception 'again' using errcode = '40001'; end $$")
		cancel()
		return err
	})
	if !errors.Is(err, context.Canceled) || tries != 1 {
		t.Errorf("cancelled after %d tries: %v", tries, err)
	}
}

// Two programs on one SQLite file wait for each other.
func TestTwoProgramsOnOneFile(t *testing.T) {
	dsn := testkit.DSN(t, store.SQLite)
	var dbs [3]*store.DB
	var wg sync.WaitGroup
	for i := range dbs {
		wg.Go(func() { // all at once: they also race to set up the write-ahead log
			db, err := store.Open(t.Context(), dsn)
			if err != nil {
				t.Error(err)
				return
			}
			dbs[i] = db
		})
	}
	wg.Wait()
	if t.Failed() {
		return
	}
	if _, err := store.Migrate(t.Context(), dbs[0], surgery...); err != nil {
		t.Fatal(err)
	}
	for i, db := range dbs {
		wg.Go(func() {
			for k := range 20 {
				if err := insert(t.Context(), db, practice{ID: fmt.Sprint(i, "-", k), Code: fmt.Sprint(i, "-", k)}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if n := count(t, dbs[0]); n != 60 {
		t.Errorf("%d of 60 rows are there", n)
	}
	for _, db := range dbs {
		db.Close()
	}
}

// Readers work while a transaction is under way, and do not see it.
func TestReadersSeeWhatIsCommitted(t *testing.T) {
	databases(t, func(t *testing.T, db *store.DB) {
		err := db.Transact(t.Context(), func(ctx context.Context, tx *store.Tx) error {
			if err := store.Insert(ctx, tx, "practice", highStreet); err != nil {
				return err
			}
			mine, err := store.One[int64](ctx, tx, "select count(*) from practice")
			if theirs := count(t, db); mine != 1 || theirs != 0 {
				t.Errorf("inside %d, outside %d", mine, theirs)
			}
			return err
		})
		if err != nil || count(t, db) != 1 {
			t.Errorf("after the commit: %d, %v", count(t, db), err)
		}
	})
}

// The pure Go SQLite is a translation that works with exactly one version of its C library; a dependency that raises
// the library's version breaks it in ways that no compiler sees.
func TestSQLiteLibraryIsTheOneItWants(t *testing.T) {
	run := func(args ...string) string {
		out, err := exec.Command("go", args...).Output()
		if err != nil {
			t.Fatal(args, err)
		}
		return strings.TrimSpace(string(out))
	}
	const library = "modernc.org/libc"
	used := run("list", "-m", "-f", "{{.Version}}", library)
	var wants struct {
		Require []struct{ Path, Version string }
	}
	if err := json.Unmarshal([]byte(run("mod", "edit", "-json", run("list", "-m", "-f", "{{.GoMod}}", "modernc.org/sqlite"))), &wants); err != nil {
		t.Fatal(err)
	}
	for _, r := range wants.Require {
		if r.Path == library {
			if r.Version != used {
				t.Errorf("modernc.org/sqlite wants %s %s, and the program is built with %s", library, r.Version, used)
			}
			return
		}
	}
	t.Errorf("modernc.org/sqlite no longer requires %s: this test has nothing to compare", library)
}
