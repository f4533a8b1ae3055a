package main

import (
	"context"
	"database/sql"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"runtime"
	"slices"
	"strings"
	"time"

	"ohp/internal/demo"
	"ohp/internal/kernel/date"
	"ohp/internal/kernel/jobs"
	"ohp/internal/kernel/measure"
	"ohp/internal/kernel/store"
	"ohp/internal/monitor"
	"ohp/internal/published"

	_ "modernc.org/sqlite"
)

// england is the size of a synthetic country: practices × indicators × months.
type england struct{ practices, indicators, months int }

func (e england) figures() int { return e.practices * e.indicators * e.months }

// declared chooses indicators with documents whose measures a practice can have monthly.
func (e england) declared() ([]measure.Measure, []monitor.Indicator, error) {
	all, err := monitor.Indicators()
	if err != nil {
		return nil, nil, err
	}
	var measures []measure.Measure
	var indicators []monitor.Indicator
	for _, m := range append(published.Measures(), demo.Measures()...) {
		i := slices.IndexFunc(all, func(in monitor.Indicator) bool { return in.Measure == m.Name && !in.ContextOnly })
		if i < 0 || m.Unit != "practice" || len(measures) == e.indicators {
			continue
		}
		m.Cadence = date.Month
		in := all[i]
		in.MinimumPoints = 12
		measures, indicators = append(measures, m), append(indicators, in)
	}
	if len(measures) < e.indicators {
		return nil, nil, fmt.Errorf("only %d indicators can be made monthly", len(measures))
	}
	return measures, indicators, nil
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
		drift := 1.0
		if month >= e.months-5 && (i*31+int(seed)*17)%400 == 0 { // one series in four hundred truly drifts
			drift = 0.7
		}
		f := measure.Figure{Measure: m.Name, Unit: practiceCode(i), Period: period, Numerator: measure.None, Denominator: measure.None, Value: measure.None, Row: i + 2}
		switch m.Kind {
		case measure.Proportion:
			f.Denominator = math.Round(size / 5)
			f.Numerator = math.Round(f.Denominator * min(0.98, max(0.02, drift*(0.7+0.1*math.Sin(float64(i))+0.02*r.NormFloat64()))))
		case measure.Measurement:
			f.Value = math.Round((100*drift+10*math.Sin(float64(i))+5*r.NormFloat64())*100) / 100
		default:
			f.Denominator = size
			mean := size * 0.02 * drift * (1 + 0.3*math.Sin(float64(i)))
			f.Numerator = max(0, math.Round(mean+math.Sqrt(mean)*r.NormFloat64()))
		}
		l.Figure("", f)
	}
	return l
}

func practiceCode(i int) string { return fmt.Sprintf("%c%05d", "ABCDEFGHJKLMNPWY"[i/400], 81000+i%400) }

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

// open makes the databases of a country: ours, and the plain table that is the floor.
func (e england) open(ctx context.Context, name string, months int, floor bool) (*country, error) {
	c := &country{england: e}
	var err error
	if c.measures, c.indicators, err = e.declared(); err != nil {
		return nil, err
	}
	_, err = os.Stat(scratch(name + ".db"))
	built := err == nil
	if c.db, err = store.Open(ctx, scratch(name+".db")); err != nil {
		return nil, err
	}
	if _, err = store.Migrate(ctx, c.db, measure.Migrations(), jobs.Migrations(), monitor.Migrations()); err != nil {
		return nil, err
	}
	if err = measure.Declare(ctx, c.db, c.measures); err != nil {
		return nil, err
	}
	if floor {
		if c.plain, err = sql.Open("sqlite", "file:"+scratch(name+"-plain.db")+"?_pragma=journal_mode(WAL)&_pragma=synchronous(OFF)"); err != nil {
			return nil, err
		}
	}
	if built {
		return c, nil
	}
	return c, e.build(ctx, c.db, c.measures, months, c.plain)
}

// country is a built england.
type country struct {
	england
	db         *store.DB
	plain      *sql.DB
	measures   []measure.Measure
	indicators []monitor.Indicator
}

// scan reads every figure of the plain table through the same driver, and nothing else.
func (c *country) scan(ctx context.Context) (time.Duration, error) {
	started := time.Now()
	rows, err := c.plain.QueryContext(ctx, "select practice, indicator, period, numerator, denominator, value, status from plain")
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	var practice, indicator, period, status string
	var numerator, denominator, value sql.NullFloat64
	n := 0
	for rows.Next() {
		if err := rows.Scan(&practice, &indicator, &period, &numerator, &denominator, &value, &status); err != nil {
			return 0, err
		}
		n++
	}
	if n == 0 {
		return 0, fmt.Errorf("the plain table is empty")
	}
	return time.Since(started), rows.Err()
}

func (c *country) monitor(ctx context.Context) (time.Duration, monitor.Summary, error) {
	started := time.Now()
	s, err := monitor.Run(ctx, c.db, monitor.Settings{Measures: c.measures, Indicators: c.indicators})
	return time.Since(started), s, err
}

// national is the whole country: 6,200 practices, 30 indicators, 36 months.
func national(ctx context.Context) error {
	e := england{6200, 30, 36}
	c, err := e.open(ctx, "england", e.months, true)
	if err != nil {
		return err
	}
	fmt.Printf("%d figures: %d MB in ours, %d MB in the plain table\n", e.figures(), size(scratch("england.db"))>>20, size(scratch("england-plain.db"))>>20)
	runtime.GC()
	resetPeak()
	full, s, err := c.monitor(ctx)
	if err != nil {
		return err
	}
	peak := peakMemory()
	scan := time.Duration(1 << 62)
	for range 3 {
		d, err := c.scan(ctx)
		if err != nil {
			return err
		}
		scan = min(scan, d)
	}
	fmt.Printf("bare scan of the plain table (best of 3): %.2f s\n", scan.Seconds())
	fmt.Printf("whole run: %.2f s = %.3f of the scan; peak memory %d MiB; %d series judged, %d concerns\n", full.Seconds(), full.Seconds()/scan.Seconds(), peak, s.Judged, s.Open)
	again, _, err := c.monitor(ctx)
	if err != nil {
		return err
	}
	fmt.Printf("run with nothing new: %.2f s = %.3f of the scan\n", again.Seconds(), again.Seconds()/scan.Seconds())
	if _, err := measure.Store(ctx, c.db, e.load(c.measures[0], e.months, 0)); err != nil {
		return err
	}
	one, s, err := c.monitor(ctx)
	if err != nil {
		return err
	}
	fmt.Printf("one new month of one indicator (%d studied): %.2f s = %.3f of the scan, %.2f of the whole run\n", s.Studied, one.Seconds(), one.Seconds()/scan.Seconds(), one.Seconds()/full.Seconds())
	for n, m := range c.measures {
		if n == 0 {
			continue
		}
		if _, err := measure.Store(ctx, c.db, e.load(m, e.months, uint64(n))); err != nil {
			return err
		}
	}
	all, s, err := c.monitor(ctx)
	if err != nil {
		return err
	}
	fmt.Printf("one new month of every other indicator (%d studied): %.2f s = %.3f of the scan\n", s.Studied, all.Seconds(), all.Seconds()/scan.Seconds())
	return nil
}

// growth shows the whole run from a partnership to the country.
func growth(ctx context.Context) error {
	for _, practices := range []int{33, 330, 1300, 3100, 6200} {
		e := england{practices, 30, 36}
		c, err := e.open(ctx, fmt.Sprintf("growth-%d", practices), e.months, true)
		if err != nil {
			return err
		}
		scan, err := c.scan(ctx)
		if err != nil {
			return err
		}
		full, s, err := c.monitor(ctx)
		if err != nil {
			return err
		}
		fmt.Printf("%5d practices, %7d series: whole run %6.3f s (%.1f µs a series), bare scan %6.3f s, ratio %.3f\n",
			practices, s.Series, full.Seconds(), full.Seconds()*1e6/float64(s.Series), scan.Seconds(), full.Seconds()/scan.Seconds())
	}
	return nil
}

// resetPeak makes the kernel forget the process's peak memory, where it can.
func resetPeak() { _ = os.WriteFile("/proc/self/clear_refs", []byte("5"), 0) }

// peakMemory is the process's peak resident memory in MiB since resetPeak.
func peakMemory() int {
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(text)) {
		if kb, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			n := 0
			fmt.Sscanf(kb, "%d", &n)
			return n >> 10
		}
	}
	return 0
}
