package testkit_test

import (
	"context"
	"testing"
	"testing/fstest"

	"ohp/internal/kernel/store"
	"ohp/internal/kernel/testkit"
)

var sample = store.Migrations{Module: "sample", Files: fstest.MapFS{
	"0001_thing.sql": {Data: []byte("create table thing (id text primary key);\ninsert into thing (id) values ('from the migration');\n")},
}}

// Every subtest has a database of its own: what one writes no other sees, and all of them see what was migrated.
func TestDatabasesAreEmptyAndApart(t *testing.T) {
	for range 2 {
		testkit.Databases(t, []store.Migrations{sample}, func(t *testing.T, db *store.DB) {
			ids, err := store.Collect[string](t.Context(), db, "select id from thing")
			if err != nil || len(ids) != 1 {
				t.Fatalf("a new database holds %v, %v", ids, err)
			}
			err = db.Transact(t.Context(), func(ctx context.Context, tx *store.Tx) error {
				_, err := store.Exec(ctx, tx, "insert into thing (id) values ('mine')")
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		})
	}
}
