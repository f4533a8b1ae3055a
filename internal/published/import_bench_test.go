package published

import (
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"testing"

	"ohp/internal/kernel/measure"
	"ohp/internal/kernel/store"
	"ohp/internal/kernel/testkit"
)

// listTableOf writes a list-size table of so many practices and months.
func listTableOf(practices, months int) []byte {
	var b bytes.Buffer
	b.WriteString("PUBLICATION,EXTRACT_DATE,TYPE,SUB_ICB_LOCATION_CODE,ONS_SUB_ICB_LOCATION_CODE,CODE,POSTCODE,SEX,AGE,NUMBER_OF_PATIENTS\n")
	for m := range months {
		for p := range practices {
			fmt.Fprintf(&b, "GP_PRAC_PAT_LIST,%d-%02d-01,GP,16C,E38000247,A%05d,TS18 1HU,ALL,ALL,%d\n", 2020+m/12, 1+m%12, p, 5000+p%7000+m)
		}
	}
	return b.Bytes()
}

// BenchmarkImport sets the import of a table of 300,000 rows (and of one month's
// 6,200) beside reading it with encoding/csv and inserting its rows by hand in
// one transaction. Reading alone stands beside encoding/csv alone.
func BenchmarkImport(b *testing.B) {
	for _, size := range []struct {
		name   string
		months int
	}{{"300000", 48}, {"6250", 1}} {
		body := listTableOf(6250, size.months)
		b.Run(size.name+"/read", func(b *testing.B) {
			for b.Loop() {
				mustReadBytes(b, body)
			}
		})
		b.Run(size.name+"/encoding-csv", func(b *testing.B) {
			for b.Loop() {
				eachRecord(b, body, func([]string) {})
			}
		})
		b.Run(size.name+"/read-and-store", func(b *testing.B) {
			for b.Loop() {
				b.StopTimer()
				db := testkit.Database(b, store.SQLite, measure.Migrations())
				if err := measure.Declare(b.Context(), db, Measures()); err != nil {
					b.Fatal(err)
				}
				b.StartTimer()
				if _, err := measure.Store(b.Context(), db, mustReadBytes(b, body)); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(size.name+"/encoding-csv-and-insert", func(b *testing.B) {
			for b.Loop() {
				b.StopTimer()
				db := testkit.Database(b, store.SQLite, measure.Migrations())
				execute(b, db, "create table plain (line bigint not null primary key, extract_date text not null, code text not null, sex text not null, age text not null, patients text not null)")
				b.StartTimer()
				insertByHand(b, db, body)
			}
		})
	}
}

func mustReadBytes(b *testing.B, body []byte) *measure.Load {
	l, err := readText(b, "x.csv", string(body), Options{})
	if err != nil {
		b.Fatal(err)
	}
	return l
}

func eachRecord(b *testing.B, body []byte, f func([]string)) {
	r := csv.NewReader(bytes.NewReader(body))
	r.ReuseRecord = true
	for {
		record, err := r.Read()
		if err == io.EOF {
			return
		}
		if err != nil {
			b.Fatal(err)
		}
		f(record)
	}
}

func execute(b *testing.B, db *store.DB, query string) {
	err := db.Transact(b.Context(), func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.ExecContext(ctx, query)
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
}

func insertByHand(b *testing.B, db *store.DB, body []byte) {
	err := db.Transact(b.Context(), func(ctx context.Context, tx *store.Tx) error {
		insert, err := tx.PrepareContext(ctx, "insert into plain (line, extract_date, code, sex, age, patients) values ($1, $2, $3, $4, $5, $6)")
		if err != nil {
			return err
		}
		defer insert.Close()
		line := 0
		eachRecord(b, body, func(r []string) {
			line++
			if _, err := insert.ExecContext(ctx, line, r[1], r[5], r[7], r[8], r[9]); err != nil {
				b.Fatal(err)
			}
		})
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
}
