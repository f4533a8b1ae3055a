package app

import (
	"context"
	"encoding/csv"
	"errors"
	"io"
	"strconv"
	"strings"

	"ohp/internal/kernel/date"
	"ohp/internal/kernel/errs"
	"ohp/internal/kernel/measure"
	"ohp/internal/kernel/store"
)

// Figures says which stored figures to print.
type Figures struct {
	Database   string
	Practices  []string
	Indicators []string
	From, To   string // periods
	Source     string // part of a file's name
}

// figureColumns are the columns of what Figures prints.
var figureColumns = []string{"practice", "indicator", "period", "numerator", "denominator", "value", "status", "source_file", "source_place", "source_row", "as_at"}

// Run prints the figures as CSV with figureColumns; numbers at full precision.
func (c Figures) Run(ctx context.Context, out io.Writer) error {
	want := measure.Wanted{Measures: c.Indicators, Source: c.Source}
	var err error
	if want.From, want.To, err = periodBounds(c.From, c.To); err != nil {
		return err
	}
	db, err := openDatabase(ctx, c.Database)
	if err != nil {
		return err
	}
	defer db.Close()
	per, err := scales(ctx, db)
	if err != nil {
		return err
	}
	for _, name := range c.Indicators {
		if _, known := per[name]; !known {
			return errs.New(errs.Invalid, "There is no indicator named %q. Run “ohp figures --names” to list those that are known.", name)
		}
	}
	for _, code := range c.Practices {
		if code, err = loadedCode(ctx, db, code); err != nil {
			return err
		}
		want.Units = append(want.Units, code)
	}
	w := csv.NewWriter(out)
	if err := w.Write(figureColumns); err != nil {
		return err
	}
	err = measure.List(ctx, db, want, func(l measure.Listed) error {
		row := ""
		if l.Row > 0 {
			row = strconv.Itoa(l.Row)
		}
		return w.Write([]string{l.Unit, l.Measure, l.Period.String(), number(l.Numerator), number(l.Denominator), number(l.Amount(per[l.Measure])),
			l.Status.String(), l.File, l.Place, row, l.AsAt})
	})
	w.Flush()
	if err == nil {
		err = w.Error()
	}
	return err
}

// loadedCode is a code as it is stored, of a practice or network that is loaded: nothing found for a slip of the pen would look like
// nothing to find.
func loadedCode(ctx context.Context, db *store.DB, typed string) (string, error) {
	code := strings.ToUpper(strings.TrimSpace(typed))
	_, err := measure.ReadUnitKnown(ctx, db, code)
	if errors.Is(err, store.ErrNotFound) {
		err = errs.New(errs.NotFound, "No practice with the code “%s” is loaded. Check the code, or look for the practice by name on the page Practices.", typed)
	}
	return code, err
}

// scales are the declared measures' scales by name, those included that an imported file declared.
func scales(ctx context.Context, db *store.DB) (map[string]float64, error) {
	type row struct {
		Name string  `db:"name"`
		Per  float64 `db:"per"`
	}
	rows, err := store.Collect[row](ctx, db, "select name, per from measure")
	per := make(map[string]float64, len(rows))
	for _, r := range rows {
		per[r.Name] = r.Per
	}
	return per, err
}

func periodBounds(from, to string) (f, t date.Period, err error) {
	if from != "" {
		if f, err = date.ParsePeriod(from); err != nil {
			return f, t, err
		}
	}
	if to != "" {
		t, err = date.ParsePeriod(to)
	}
	return f, t, err
}

// number writes the shortest text that reads back as x; nothing where there is no number.
func number(x float64) string {
	if measure.IsNone(x) {
		return ""
	}
	return strconv.FormatFloat(x, 'f', -1, 64)
}

// Names prints the names and titles of what is measured in the database, as CSV.
func (c Figures) Names(ctx context.Context, out io.Writer) error {
	db, err := openDatabase(ctx, c.Database)
	if err != nil {
		return err
	}
	defer db.Close()
	type row struct {
		Name    string  `db:"name"`
		Title   string  `db:"title"`
		Kind    string  `db:"kind"`
		Per     float64 `db:"per"`
		Unit    string  `db:"unit"`
		Cadence string  `db:"cadence"`
		Source  string  `db:"source"`
	}
	w := csv.NewWriter(out)
	if err := w.Write([]string{"indicator", "title", "kind", "per", "unit", "every", "source"}); err != nil {
		return err
	}
	for m, err := range store.Each[row](ctx, db, "select name, title, kind, per, unit, cadence, source from measure order by name") {
		if err != nil {
			return err
		}
		if err := w.Write([]string{m.Name, m.Title, m.Kind, number(m.Per), m.Unit, m.Cadence, m.Source}); err != nil {
			return err
		}
	}
	w.Flush()
	return w.Error()
}
