package app

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"

	"ohp/internal/kernel/date"
	"ohp/internal/kernel/errs"
	"ohp/internal/kernel/tabular"
)

// chartTable is what a chart is drawn from.
type chartTable struct {
	columns chartColumns
	rows    []chartRow
	events  bool // the table holds dates alone, one for each event
}

// chartRow is one row; NaN for an empty cell or a column that is not there.
type chartRow struct {
	line            int
	date            date.Date
	value, num, den float64
}

// chartColumns are the places of the columns, -1 where there is none, with their headers.
type chartColumns struct {
	date, value, num, den int
	names                 []string
}

// The headers by which columns are told, compared by meaning (case, blanks and punctuation do not matter), the best first.
var (
	dateHeaders        = []string{"date", "month", "period", "week", "day", "quarter", "year", "time", "month starting", "week starting", "week commencing", "period start", "start date", "reporting period", "x"}
	numeratorHeaders   = []string{"numerator", "num", "count", "events", "cases", "n", "number", "observed"}
	denominatorHeaders = []string{"denominator", "den", "denom", "of", "total", "population", "patients", "list size", "exposure", "d"}
	valueHeaders       = []string{"value", "values", "rate", "percentage", "percent", "per cent", "measure", "figure", "result", "score", "y"}
)

// counted says whether the table has numerators and denominators.
func (t chartTable) counted() bool { return t.columns.num >= 0 && t.columns.den >= 0 }

// shares says whether every numerator is part of its denominator.
func (t chartTable) shares() bool {
	return !slices.ContainsFunc(t.rows, func(r chartRow) bool { return r.num > r.den })
}

// amount is a row's value, or numerator over denominator times per; NaN where there is none.
func (t chartTable) amount(r chartRow, per float64) float64 {
	switch {
	case !t.counted():
		return r.value
	case !(r.den > 0):
		return math.NaN()
	}
	return r.num / r.den * per
}

// read opens the table and reads its rows. The error names up to ten cells that cannot be used.
func (c Chart) read() (chartTable, error) {
	f, err := c.open()
	if err != nil {
		return chartTable{}, fmt.Errorf("%s: %w", c.File, err)
	}
	defer f.Close()
	if len(f.Sheets) == 0 {
		return chartTable{}, errs.New(errs.Invalid, "%s holds no table.", c.File)
	}
	r := chartReader{chart: c}
	for row, err := range f.Sheets[0].Rows() {
		if err != nil {
			return r.table, fmt.Errorf("%s: %w", c.File, err)
		}
		if err := r.take(row); err != nil {
			return r.table, fmt.Errorf("%s: %w", c.File, err)
		}
	}
	r.tellEvents()
	r.inOrder()
	if len(r.problems) > 0 {
		var words []string
		for _, p := range r.problems[:min(10, len(r.problems))] {
			words = append(words, p.words)
		}
		return r.table, errs.New(errs.Invalid, "%s cannot be drawn:\n%s", c.File, strings.Join(words, "\n"))
	}
	if len(r.table.rows) == 0 {
		return r.table, errs.New(errs.Invalid, "%s has no rows with dates.", c.File)
	}
	return r.table, nil
}

func (c Chart) open() (*tabular.File, error) {
	if c.File != "-" {
		return tabular.Open(context.Background(), c.File)
	}
	content, err := io.ReadAll(os.Stdin)
	if err != nil {
		return nil, err
	}
	return tabular.OpenReader("standard input", bytes.NewReader(content), int64(len(content)))
}

// chartReader reads rows one after another; the first is the header unless it begins with a date.
type chartReader struct {
	chart    Chart
	started  bool
	guessed  bool // values are taken from the only column besides the date
	table    chartTable
	problems []chartProblem
}

// chartProblem is what is wrong with a cell of a column, or with a row (column -1).
type chartProblem struct {
	column int
	words  string
}

func (r *chartReader) problem(column int, format string, args ...any) {
	r.problems = append(r.problems, chartProblem{column, fmt.Sprintf(format, args...)})
}

func (r *chartReader) take(row tabular.Row) error {
	if empty(row) {
		return nil
	}
	if !r.started {
		r.started = true
		header, err := r.readHeader(row)
		if header || err != nil {
			return err
		}
	}
	day, err := parseDay(row.Cell(r.table.columns.date))
	if err != nil {
		column := r.table.columns.date
		r.problem(column, "line %d, column %s: %s", row.Line, r.name(column), errs.Words(err))
		return nil
	}
	columns := r.table.columns
	at := chartRow{line: row.Line, date: day, value: r.number(row, columns.value), num: r.number(row, columns.num), den: r.number(row, columns.den)}
	if at.den < 0 || columns.den >= 0 && at.num < 0 {
		r.problem(-1, "line %d: numerator and denominator must not be below nought (there stands %v of %v)", row.Line, at.num, at.den)
	}
	r.table.rows = append(r.table.rows, at)
	return nil
}

func empty(row tabular.Row) bool {
	return !slices.ContainsFunc(row.Cells, func(s string) bool { return strings.TrimSpace(s) != "" })
}

// readHeader settles the columns from the first row, and says whether that row is a header.
func (r *chartReader) readHeader(row tabular.Row) (bool, error) {
	named := r.chart.Date + r.chart.Value + r.chart.Numerator + r.chart.Denominator
	if _, err := parseDay(row.Cell(0)); err == nil && named == "" {
		return false, r.withoutHeader(row)
	}
	names := make([]string, len(row.Cells))
	for i, cell := range row.Cells {
		names[i] = strings.TrimSpace(cell)
	}
	r.table.columns.names = names
	return true, r.findColumns()
}

// withoutHeader takes the columns by their order: date alone, date and value, or date, numerator and denominator.
func (r *chartReader) withoutHeader(row tabular.Row) error {
	switch len(row.Cells) {
	case 1:
		r.table.columns, r.table.events = chartColumns{0, -1, -1, -1, []string{"1"}}, true
	case 2:
		r.table.columns, r.guessed = chartColumns{0, 1, -1, -1, []string{"1", "2"}}, true
	case 3:
		r.table.columns = chartColumns{0, -1, 1, 2, []string{"1", "2", "3"}}
	default:
		return errs.New(errs.Invalid, "the first line is no header and has %d columns. Without a header there must be one (date of an event), two (date, value) or three (date, numerator, denominator); otherwise name the columns in a first line.", len(row.Cells))
	}
	return nil
}

func (r *chartReader) findColumns() error {
	c := &r.table.columns
	var err error
	if c.date, err = r.find("--date", r.chart.Date, dateHeaders); err != nil {
		return err
	}
	if c.value, err = r.find("--value", r.chart.Value, valueHeaders); err != nil {
		return err
	}
	if c.num, err = r.find("--numerator", r.chart.Numerator, numeratorHeaders); err != nil {
		return err
	}
	if c.den, err = r.find("--denominator", r.chart.Denominator, denominatorHeaders); err != nil {
		return err
	}
	if c.value < 0 && c.num < 0 && c.den >= 0 && len(c.names) == 3 && r.chart.Value == "" {
		c.num = 3 - c.date - c.den // the only column left
	}
	switch {
	case c.date < 0:
		return errs.New(errs.Invalid, "no column of dates was found among: %s. Name it by --date.", strings.Join(c.names, ", "))
	case r.chart.Value != "":
		c.num, c.den = -1, -1
	case c.num >= 0 && c.den >= 0:
		c.value = -1
	case r.chart.Numerator != "" || r.chart.Denominator != "":
		return errs.New(errs.Invalid, "a numerator needs a denominator and the other way round. The columns are: %s. Name both, or a --value.", strings.Join(c.names, ", "))
	}
	if c.num < 0 || c.den < 0 {
		return r.valueColumn()
	}
	return nil
}

// valueColumn falls back on a lone count, on the only column besides the date, or on events that have nothing but their dates.
func (r *chartReader) valueColumn() error {
	c := &r.table.columns
	if c.value < 0 {
		c.value = c.num
	}
	if c.value < 0 && len(c.names) == 2 {
		c.value, r.guessed = 1-c.date, true
	}
	c.num, c.den = -1, -1
	r.table.events = c.value < 0 && (len(c.names) == 1 || betweenEvents(r.chart.Kind))
	if c.value < 0 && !r.table.events {
		return errs.New(errs.Invalid, "no column of values, and no numerator with a denominator, was found among: %s. Name them by --value, or by --numerator and --denominator.", strings.Join(c.names, ", "))
	}
	return nil
}

// find returns the column of a name that was given, or the first that has a known header; -1 when none has.
func (r *chartReader) find(flag, given string, headers []string) (int, error) {
	names := r.table.columns.names
	if given != "" {
		headers = []string{given}
	}
	for _, h := range headers {
		if i := slices.IndexFunc(names, func(n string) bool { return n != "" && tabular.Normal(n) == tabular.Normal(h) }); i >= 0 {
			return i, nil
		}
	}
	if given != "" {
		return -1, errs.New(errs.Invalid, "%s: there is no column named %q; the columns are: %s", flag, given, strings.Join(names, ", "))
	}
	return -1, nil
}

func (r *chartReader) name(i int) string {
	if i < len(r.table.columns.names) {
		return strconv.Quote(r.table.columns.names[i])
	}
	return strconv.Itoa(i + 1)
}

// number reads a cell; an empty one is a missing value, and anything that is no number is a problem.
func (r *chartReader) number(row tabular.Row, i int) float64 {
	text := strings.TrimSpace(row.Cell(i))
	if i < 0 || text == "" {
		return math.NaN()
	}
	plain := strings.NewReplacer(",", "", "£", "", "−", "-", " ", "", "\u00a0", "").Replace(strings.TrimSuffix(text, "%"))
	x, err := strconv.ParseFloat(plain, 64)
	if err != nil || math.IsNaN(x) || math.IsInf(x, 0) {
		r.problem(i, "line %d, column %s: %q is no number; leave the cell empty where the value is missing", row.Line, r.name(i), text)
		return math.NaN()
	}
	return x
}

// parseDay reads a date in any spelling, or a period by its first day.
func parseDay(text string) (date.Date, error) {
	text = strings.TrimSpace(text)
	d, err := date.ParseAny(text)
	if err == nil {
		return d, nil
	}
	if p, err := date.ParsePeriod(text); err == nil {
		return p.Start(), nil
	}
	words := err.Error() // a sentence for people
	if !strings.Contains(words, "write it as") {
		words += "; write it as 2025-10-01, 01/10/2025 or 1 October 2025"
	}
	return d, errs.New(errs.Invalid, "%s", words)
}

// tellEvents takes a table for a list of events where time between events is asked for and no cell of the only other column holds a number.
func (r *chartReader) tellEvents() {
	c := &r.table.columns
	numbered := func(row chartRow) bool { return !math.IsNaN(row.value) }
	if !r.guessed || !betweenEvents(r.chart.Kind) || slices.ContainsFunc(r.table.rows, numbered) {
		return
	}
	words := c.value
	r.problems = slices.DeleteFunc(r.problems, func(p chartProblem) bool { return p.column == words })
	c.value, r.table.events = -1, true
}

// inOrder finds dates that are out of order or, unless each is that of an event, stand twice: which of two values is meant, nobody can know.
func (r *chartReader) inOrder() {
	rows, seen := r.table.rows, map[date.Date]int{}
	for i, row := range rows {
		if other, is := seen[row.date]; is && !r.table.events {
			r.problem(-1, "line %d: the date %s already stands on line %d; a chart needs one row per date", row.line, row.date, other)
		} else if i > 0 && row.date.Before(rows[i-1].date) {
			r.problem(-1, "line %d: the date %s comes after %s on line %d; sort the rows by date", row.line, row.date, rows[i-1].date, rows[i-1].line)
		}
		seen[row.date] = row.line
	}
}
