package store_test

import (
	"context"
	"fmt"
	"testing"

	"ohp/internal/kernel/store"
	"ohp/internal/kernel/testkit"
)

func benchmark(b *testing.B, f func(b *testing.B, db *store.DB)) {
	for _, engine := range testkit.Engines {
		b.Run(string(engine), func(b *testing.B) {
			db := testkit.Database(b, engine, surgery...)
			var rows []practice
			for i := range 1000 {
				rows = append(rows, practice{ID: fmt.Sprintf("p%04d", i), Code: fmt.Sprint(i), Name: "High Street", Patients: int64(i), Version: 1})
			}
			if err := insert(b.Context(), db, rows...); err != nil {
				b.Fatal(err)
			}
			f(b, db)
		})
	}
}

// A page's list: fifty rows of eight columns into structs.
func BenchmarkCollect(b *testing.B) {
	benchmark(b, func(b *testing.B, db *store.DB) {
		b.ReportAllocs()
		for b.Loop() {
			if l, err := store.Collect[practice](b.Context(), db, "select * from practice order by id limit 50"); err != nil || len(l) != 50 {
				b.Fatal(len(l), err)
			}
		}
	})
}

// The same rows as BenchmarkCollect, scanned by hand: what is left is the price of Collect.
func BenchmarkScanByHand(b *testing.B) {
	benchmark(b, func(b *testing.B, db *store.DB) {
		b.ReportAllocs()
		for b.Loop() {
			rows, err := db.QueryContext(b.Context(), "select * from practice order by id limit 50")
			if err != nil {
				b.Fatal(err)
			}
			var l []practice
			for rows.Next() {
				var p practice
				if err := rows.Scan(&p.ID, &p.Code, &p.Name, &p.Patients, &p.Open, &p.ClosedOn, &p.SeenAt, &p.Version); err != nil {
					b.Fatal(err)
				}
				l = append(l, p)
			}
			if err := rows.Close(); err != nil || len(l) != 50 {
				b.Fatal(len(l), err)
			}
		}
	})
}

// One row in one durable transaction.
func BenchmarkTransact(b *testing.B) {
	benchmark(b, func(b *testing.B, db *store.DB) {
		n := 0
		for b.Loop() {
			n++
			err := db.Transact(b.Context(), func(ctx context.Context, tx *store.Tx) error {
				_, err := store.Exec(ctx, tx, "update practice set patients = $1 where id = $2", n, fmt.Sprintf("p%04d", n%1000))
				return err
			})
			if err != nil {
				b.Fatal(err)
			}
		}
	})
}

// Bulk: a thousand rows by a prepared statement in one transaction, per row.
func BenchmarkPreparedInsert(b *testing.B) {
	benchmark(b, func(b *testing.B, db *store.DB) {
		err := db.Transact(b.Context(), func(ctx context.Context, tx *store.Tx) error {
			stmt, err := tx.PrepareContext(ctx, "insert into visit (id, practice, at, score) values ($1, $2, $3, $4)")
			if err != nil {
				return err
			}
			n := 0
			for b.Loop() {
				n++
				if _, err := stmt.ExecContext(ctx, fmt.Sprintf("v%09d", n), "p0001", tx.Now(), 0.5); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	})
}
