package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"ohp/internal/demo"
	"ohp/internal/kernel/errs"
	"ohp/internal/monitor"
	"ohp/internal/stats/change"
	"ohp/internal/stats/conform"
)

// CreateDemo makes a database of demonstration data and runs the monitor over it.
func CreateDemo(ctx context.Context, database string, out io.Writer) error {
	db, err := openDatabase(ctx, database)
	if err != nil {
		return err
	}
	defer db.Close()
	if err := demo.Create(ctx, db); err != nil {
		return err
	}
	s, err := monitor.Run(ctx, db, monitor.Settings{Measures: measures()})
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "The demonstration partnership is ready: %d practices, %d indicators, %d open concerns.\n", s.Practices, s.Indicators, s.Open)
	return nil
}

// Migrate brings a database's tables up to date, as every command does by itself.
func Migrate(ctx context.Context, database string, out io.Writer) error {
	db, err := openDatabase(ctx, database)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "The tables are up to date (%s).\n", db.Engine())
	return db.Close()
}

// errDisagree makes the command end with status 1.
var errDisagree = errors.New("not every case agrees; see the lines above")

// Conform holds the statistics against the cases of a folder.
func Conform(dir string, out io.Writer) error {
	report, err := conform.Run(dir, out)
	if err == nil && !report.Agrees() {
		err = errDisagree
	}
	return err
}

// Simulate says how to prove the false-alarm budget. A number that is nil is left as QuickSimulation or FullSimulation has it.
type Simulate struct {
	Full, JSON   bool
	Seed         *uint64
	Budget       *float64
	Practices    *int
	Indicators   *int
	Partnerships *int // at least two
}

// Run simulates and prints the tables.
func (c Simulate) Run(ctx context.Context, out, progress io.Writer) error {
	options := change.QuickSimulation()
	if c.Full {
		options = change.FullSimulation()
	}
	if c.Seed != nil {
		options.Seed = *c.Seed
	}
	if c.Budget != nil {
		options.Budget = *c.Budget
	}
	for _, set := range []struct{ to, n *int }{{&options.Practices, c.Practices}, {&options.Indicators, c.Indicators}, {&options.Partnerships, c.Partnerships}} {
		if set.n != nil {
			*set.to = *set.n
		}
	}
	switch {
	case !(options.Budget > 0) || given(options.Budget) == nil || options.Practices < 1 || options.Indicators < 1 || options.Partnerships < 1:
		return errs.New(errs.Invalid, "The budget, the practices, the indicators and the partnerships must be numbers above nought.")
	case options.Partnerships < 2:
		return errs.New(errs.Invalid, "The partnerships must be at least two: one alone does not show how much they differ.")
	}
	report := change.Simulate(ctx, options, func(share float64, doing string) {
		fmt.Fprintf(progress, "\r\033[K  %3.0f%%  %s", 100*share, doing)
	})
	fmt.Fprint(progress, "\r\033[K")
	if c.JSON {
		e := json.NewEncoder(out)
		e.SetIndent("", "  ")
		return e.Encode(report)
	}
	return report.WriteTable(out)
}
