package main

import (
	"context"
	"database/sql"
	"encoding/csv"
	"fmt"
	"io"
	"os"
	"strconv"
	"time"

	"ohp/internal/kernel/measure"
	"ohp/internal/kernel/store"
	"ohp/internal/published"
)

// importing compares ohp import of a national CSV with encoding/csv and inserts by hand in one transaction.
func importing(ctx context.Context) error {
	path := scratch("list.csv")
	if err := writeListSizes(path, 300_000); err != nil {
		return err
	}
	floor, ours := time.Duration(1<<62), time.Duration(1<<62)
	for i := range 3 {
		f, err := byHand(path, scratch(fmt.Sprintf("hand-%d.db", i)))
		if err != nil {
			return err
		}
		o, err := byImport(ctx, path, scratch(fmt.Sprintf("ours-%d.db", i)))
		if err != nil {
			return err
		}
		floor, ours = min(floor, f), min(ours, o)
	}
	fmt.Printf("CSV of 300,000 rows (best of 3): by hand %.2f s, ohp import %.2f s; speed %.2f of by hand\n", floor.Seconds(), ours.Seconds(), floor.Seconds()/ours.Seconds())
	return nil
}

// writeListSizes writes list sizes of 6,200 practices in the national layout, month after month.
func writeListSizes(path string, rows int) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer f.Close()
	w := csv.NewWriter(f)
	if err := w.Write([]string{"PUBLICATION", "EXTRACT_DATE", "TYPE", "SUB_ICB_LOCATION_CODE", "ONS_SUB_ICB_LOCATION_CODE", "CODE", "POSTCODE", "SEX", "AGE", "NUMBER_OF_PATIENTS"}); err != nil {
		return err
	}
	for i := range rows {
		month := firstMonth.Add(i/6200 - 24)
		if err := w.Write([]string{"GP_PRAC_PAT_LIST", month.Start().String(), "GP", "16C", "E38000247", practiceCode(i % 6200), "TS18 1HU", "ALL", "ALL", strconv.Itoa(2000 + i%18000)}); err != nil {
			return err
		}
	}
	w.Flush()
	return w.Error()
}

// byHand is the floor: encoding/csv and one prepared insert a row, in one transaction.
func byHand(path, database string) (time.Duration, error) {
	db, err := sql.Open("sqlite", "file:"+database+"?_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)")
	if err != nil {
		return 0, err
	}
	defer db.Close()
	if _, err := db.Exec("create table list_size (practice text not null, period text not null, patients integer not null, file text not null, line integer not null, primary key (practice, period))"); err != nil {
		return 0, err
	}
	started := time.Now()
	f, err := os.Open(path)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	tx, err := db.Begin()
	if err != nil {
		return 0, err
	}
	insert, err := tx.Prepare("insert into list_size values ($1, $2, $3, $4, $5)")
	if err != nil {
		return 0, err
	}
	r := csv.NewReader(f)
	for line := 1; ; line++ {
		record, err := r.Read()
		if err == io.EOF {
			break
		}
		if err != nil {
			return 0, err
		}
		if line == 1 {
			continue
		}
		patients, err := strconv.Atoi(record[9])
		if err != nil {
			return 0, err
		}
		if _, err := insert.Exec(record[5], record[1][:7], patients, path, line); err != nil {
			return 0, err
		}
	}
	err = tx.Commit()
	return time.Since(started), err
}

func byImport(ctx context.Context, path, database string) (time.Duration, error) {
	db, err := store.Open(ctx, database)
	if err != nil {
		return 0, err
	}
	defer db.Close()
	if _, err := store.Migrate(ctx, db, measure.Migrations()); err != nil {
		return 0, err
	}
	if err := measure.Declare(ctx, db, published.Measures()); err != nil {
		return 0, err
	}
	started := time.Now()
	stored := 0
	err = published.Import(ctx, db, []string{path}, published.Options{}, published.Reporter{Done: func(r published.Result) { stored = r.Outcome.New }})
	if err == nil && stored < 290_000 {
		err = fmt.Errorf("only %d figures were stored", stored)
	}
	return time.Since(started), err
}
