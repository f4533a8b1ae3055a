package main

import (
	"context"
	"database/sql"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"

	"ohp/internal/kernel/date"
	"ohp/internal/kernel/measure"
	"ohp/internal/kernel/store"

	_ "modernc.org/sqlite"
)

// england is the size of a synthetic country: practices × indicators × months.
type england struct{ practices, indicators, months int }

func (e england) figures() int { return e.practices * e.indicators * e.months }

// indicatorNames are those of the reviewed documents, so that the monitor runs as it would on real data.
func (e england) declared(all []measure.Measure) []measure.Measure {
	var monthly []measure.Measure
	for i, m := range all {
		if i == e.indicators {
			break
		}
		m.Cadence = date.Month
		monthly = append(monthly, m)
	}
	return monthly
}

var firstMonth, _ = date.ParsePeriod("2023-10")

// load is one month of one measure, as a national file would state it.
func (e england) load(m measure.Measure, month int, seed uint64) *measure.Load {
	period := firstMonth.Add(month)
	l := &measure.Load{File: measure.SourceFile{
		Name: fmt.Sprintf("%s-%s.csv", m.Name, period), SHA256: fmt.Sprintf("%s-%s", m.Name, period), Format: "synthetic",
		PeriodFrom: period, PeriodTo: period, AsAt: period.End(), Publication: "Synthetic England"}}
	r := rand.New(rand.NewPCG(seed, uint64(month)))
	for i := range e.practices {
		size := 2000 + float64((i*7919)%18000)
		f := measure.Figure{Measure: m.Name, Unit: practiceCode(i), Period: period, Numerator: measure.None, Denominator: measure.None, Value: measure.None, Row: i + 2}
		switch m.Kind {
		case measure.Proportion:
			f.Denominator = math.Round(size / 5)
			f.Numerator = math.Round(f.Denominator * min(0.98, max(0.02, 0.7+0.1*math.Sin(float64(i))+0.02*r.NormFloat64())))
		case measure.Measurement:
			f.Value = math.Round((100+10*math.Sin(float64(i))+5*r.NormFloat64())*100) / 100
		default:
			f.Denominator = size
			mean := size * 0.02 * (1 + 0.3*math.Sin(float64(i)))
			f.Numerator = max(0, math.Round(mean+math.Sqrt(mean)*r.NormFloat64()))
		}
		l.Figure("", f)
	}
	return l
}

func practiceCode(i int) string { return fmt.Sprintf("%c%05d", 'A'+i/400, 81000+i%400) }

// build writes the country into a database, and the same figures into a plain table of another.
func (e england) build(ctx context.Context, db *store.DB, measures []measure.Measure, months int, plain *sql.DB) error {
	var insert *sql.Stmt
	if plain != nil {
		if _, err := plain.Exec("create table plain (practice text not null, indicator text not null, period text not null, numerator real, denominator real, value real, status text not null)"); err != nil {
			return err
		}
		tx, err := plain.Begin()
		if err != nil {
			return err
		}
		defer tx.Commit()
		if insert, err = tx.Prepare("insert into plain values ($1, $2, $3, $4, $5, $6, $7)"); err != nil {
			return err
		}
	}
	for month := range months {
		for n, m := range measures {
			l := e.load(m, month, uint64(n))
			if insert != nil {
				if err := insertPlain(insert, l); err != nil {
					return err
				}
			}
			if _, err := measure.Store(ctx, db, l); err != nil {
				return err
			}
		}
	}
	return nil
}

func insertPlain(insert *sql.Stmt, l *measure.Load) (err error) {
	l.EachFigure(func(_ string, f measure.Figure) {
		if err == nil {
			_, err = insert.Exec(f.Unit, f.Measure, f.Period.String(), nullable(f.Numerator), nullable(f.Denominator), nullable(f.Value), f.Status.String())
		}
	})
	return err
}

func nullable(x float64) any {
	if measure.IsNone(x) {
		return nil
	}
	return x
}

func size(path string) int64 {
	var n int64
	for _, suffix := range []string{"", "-wal"} {
		if i, err := os.Stat(path + suffix); err == nil {
			n += i.Size()
		}
	}
	return n
}

func scratch(name string) string { return filepath.Join(scratchFolder, name) }
