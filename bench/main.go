package main

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"time"

	"ohp/internal/kernel/date"
	"ohp/internal/kernel/measure"
	"ohp/internal/kernel/store"
)

var scratchFolder = os.Getenv("SCRATCH")

func main() {
	ctx := context.Background()
	e := england{6200, 30, 36}
	var ms []measure.Measure
	for i := range 30 {
		ms = append(ms, measure.Measure{Name: fmt.Sprintf("m%02d", i), Title: "x", Kind: measure.Kind(1 + i%3), Per: 100, Unit: "practice", Cadence: date.Month})
	}
	os.Remove(scratch("ohp.db"))
	os.Remove(scratch("plain.db"))
	db, err := store.Open(ctx, scratch("ohp.db"))
	if err != nil {
		panic(err)
	}
	if _, err := store.Migrate(ctx, db, measure.Migrations()); err != nil {
		panic(err)
	}
	measure.Declare(ctx, db, ms)
	plain, _ := sql.Open("sqlite", scratch("plain.db"))
	t := time.Now()
	if err := e.build(ctx, db, ms, 36, plain); err != nil {
		panic(err)
	}
	fmt.Println("build", time.Since(t), size(scratch("ohp.db"))>>20, size(scratch("plain.db"))>>20)
	for range 2 {
		t = time.Now()
		rows, err := plain.Query("select practice, indicator, period, numerator, denominator, value, status from plain")
		if err != nil {
			panic(err)
		}
		var a, b, c, s string
		var x, y, z sql.NullFloat64
		n := 0
		for rows.Next() {
			rows.Scan(&a, &b, &c, &x, &y, &z, &s)
			n++
		}
		fmt.Println("scan", n, time.Since(t))
		t = time.Now()
		var r measure.Reader
		n = 0
		for _, m := range ms {
			g, err := r.Read(ctx, db, m.Name, measure.Span{})
			if err != nil {
				panic(err)
			}
			n += len(g.Units) * len(g.Periods)
		}
		fmt.Println("read", n, time.Since(t))
	}
}
