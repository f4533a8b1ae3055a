// Package testkit holds what tests of several packages need: real databases on both engines, golden files, pages read by
// their structure, a real browser, and the published data beside the repository. Only tests import it.
package testkit

import (
	"context"
	"path/filepath"
	"testing"

	"ohp/internal/kernel/store"
)

// Engines are the engines that every test of the store runs on.
var Engines = []store.Engine{store.SQLite, store.PostgreSQL}

// Databases runs f as a subtest on each engine, with an empty database of its own in which modules have been migrated.
// PostgreSQL is a private server that the test process starts on a socket in a temporary folder, and that ends with the process;
// a machine without PostgreSQL's programs fails the test.
func Databases(t *testing.T, modules []store.Migrations, f func(t *testing.T, db *store.DB)) {
	t.Helper()
	for _, engine := range Engines {
		t.Run(string(engine), func(t *testing.T) { f(t, Database(t, engine, modules...)) })
	}
}

// Database returns an open, empty database in which modules have been migrated; it is closed and removed when the test ends.
func Database(t testing.TB, engine store.Engine, modules ...store.Migrations) *store.DB {
	t.Helper()
	var dsn string
	if engine == store.PostgreSQL {
		dsn = theServer(t).database(t, modules)
	} else {
		dsn = DSN(t, engine)
	}
	db := OpenDSN(t, dsn)
	if _, err := store.Migrate(t.Context(), db, modules...); err != nil {
		t.Fatalf("migrate on %s: %v", engine, err)
	}
	return db
}

// DSN returns how to open a new, empty database: for tests that open one several times, or with options.
func DSN(t testing.TB, engine store.Engine) string {
	t.Helper()
	if engine == store.PostgreSQL {
		return theServer(t).database(t, nil)
	}
	return filepath.Join(t.TempDir(), "test.db")
}

// PostgreSQL returns how to open a database that was made with these clauses of "create database".
func PostgreSQL(t testing.TB, clauses string) string {
	t.Helper()
	s := theServer(t)
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.temporary(t, clauses)
}

// OpenDSN opens a database and closes it when the test ends.
func OpenDSN(t testing.TB, dsn string, options ...store.Option) *store.DB {
	t.Helper()
	db, err := store.Open(context.Background(), dsn, options...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Errorf("close the database: %v", err)
		}
	})
	return db
}
