package measure

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"

	"ohp/internal/kernel/date"
	"ohp/internal/kernel/store"
)

// Grid is one measure's figures, a row of periods for every unit. Periods run
// without a gap from the first to the last that was loaded (days excepted): a
// period with no file stands there as Missing.
type Grid struct {
	Measure string
	Periods []date.Period
	Units   []string // codes, in the order in which they are first met
	// Status, Num, Den and Val hold len(Units) rows of len(Periods).
	Status        []Status
	Num, Den, Val []float64
	// Loaded says for each period whether any unit has a figure.
	Loaded []bool
	// Stamp is the number of the latest source file that changed any figure here.
	Stamp int64
	rowOf map[string]int
}

// Series is one unit's figures over the periods of a grid.
type Series struct {
	Measure       string
	Unit          string
	Periods       []date.Period
	Status        []Status
	Num, Den, Val []float64
}

// Row returns the series of the unit at index i of Units; it shares the grid's memory.
func (g *Grid) Row(i int) Series {
	n := len(g.Periods)
	at, to := i*n, (i+1)*n
	return Series{g.Measure, g.Units[i], g.Periods, g.Status[at:to:to], g.Num[at:to:to], g.Den[at:to:to], g.Val[at:to:to]}
}

// Find returns the series of a unit.
func (g *Grid) Find(unit string) (Series, bool) {
	i, ok := g.rowOf[unit]
	if !ok {
		return Series{}, false
	}
	return g.Row(i), true
}

// Figure is the figure at index i of the series, without its source.
func (s Series) Figure(i int) Figure {
	return Figure{Measure: s.Measure, Unit: s.Unit, Period: s.Periods[i], Status: s.Status[i], Numerator: s.Num[i], Denominator: s.Den[i], Value: s.Val[i]}
}

// Span says which figures to read: the zero value means all.
type Span struct {
	Part *int64      // one part only
	From date.Period // no earlier period, when set
}

// Reader reads grids one after another into memory that it uses again; a Grid
// is valid until the next Read. A Reader serves one goroutine.
type Reader struct {
	grid  Grid
	parts []storedPart
}

type storedPart struct {
	period string
	part   int64
	stamp  int64
	body   string
}

// Read returns the figures of a measure.
func (r *Reader) Read(ctx context.Context, q store.Queryer, measure string, span Span) (*Grid, error) {
	if err := r.readParts(ctx, q, measure, span); err != nil {
		return nil, err
	}
	g := &r.grid
	g.Measure, g.Stamp = measure, 0
	if err := g.layPeriods(r.parts); err != nil {
		return nil, err
	}
	return g, g.fill(r.parts)
}

// ReadGrid returns the figures of a measure in memory of their own.
func ReadGrid(ctx context.Context, q store.Queryer, measure string, span Span) (*Grid, error) {
	return new(Reader).Read(ctx, q, measure, span)
}

func (r *Reader) readParts(ctx context.Context, q store.Queryer, measure string, span Span) error {
	var filter store.Filter
	filter.And("measure = ?", measure)
	if span.Part != nil {
		filter.And("part = ?", *span.Part)
	}
	if !span.From.IsZero() {
		filter.And("period >= ?", span.From.String())
	}
	rows, err := q.QueryContext(ctx, "select period, part, stamp, body from figure_part where 1 = 1"+filter.SQL()+" order by period, part", filter.Args()...)
	if err != nil {
		return err
	}
	defer rows.Close()
	r.parts = r.parts[:0]
	for rows.Next() {
		var p storedPart
		if err := rows.Scan(&p.period, &p.part, &p.stamp, &p.body); err != nil {
			return err
		}
		r.parts = append(r.parts, p)
	}
	return rows.Err()
}

// layPeriods finds the periods of the parts, with the gaps between them filled.
func (g *Grid) layPeriods(parts []storedPart) error {
	seen := map[string]bool{}
	g.Periods = g.Periods[:0]
	for _, p := range parts {
		if seen[p.period] {
			continue
		}
		seen[p.period] = true
		period, err := date.ParsePeriod(p.period)
		if err != nil {
			return fmt.Errorf("figures of %s: %w", g.Measure, err)
		}
		g.Periods = append(g.Periods, period)
	}
	slices.SortFunc(g.Periods, date.Period.Compare)
	g.Periods = withoutGaps(g.Periods)
	g.Loaded = g.Loaded[:0]
	for _, p := range g.Periods {
		g.Loaded = append(g.Loaded, seen[p.String()])
	}
	return nil
}

// withoutGaps adds the periods that lie between; a measure stated on single days has no gaps.
func withoutGaps(periods []date.Period) []date.Period {
	if len(periods) < 2 || !regular(periods) {
		return periods
	}
	first, last := periods[0], periods[len(periods)-1]
	all := periods[:0:0]
	for p := first; p.Compare(last) <= 0; p = p.Next() {
		all = append(all, p)
	}
	return all
}

// regular says whether periods follow each other, so that one that is not there is missing.
func regular(periods []date.Period) bool {
	return !slices.ContainsFunc(periods, func(p date.Period) bool { return p.Kind() == date.Day || p.Kind() != periods[0].Kind() })
}

func (g *Grid) fill(parts []storedPart) error {
	g.Units = g.Units[:0]
	g.rowOf = make(map[string]int, len(g.rowOf))
	g.Status, g.Num, g.Den, g.Val = g.Status[:0], g.Num[:0], g.Den[:0], g.Val[:0]
	column := make(map[string]int, len(g.Periods))
	for i, p := range g.Periods {
		column[p.String()] = i
	}
	for _, p := range parts {
		if err := g.fillPart(p, column[p.period]); err != nil {
			return err
		}
	}
	return nil
}

// fillPart adds the figures of one part and period. Units of a part mostly follow
// each other in the same order in every period, so the next unit is guessed before it is looked up.
func (g *Grid) fillPart(p storedPart, at int) error {
	width := len(g.Periods)
	g.Stamp = max(g.Stamp, p.stamp)
	guess := g.rowOf[firstUnit(p.body)]
	return eachEntry(p.body, func(e *entry) {
		if guess >= len(g.Units) || g.Units[guess] != e.unit {
			row, ok := g.rowOf[e.unit]
			if !ok {
				row = g.addUnit(e.unit, width)
			}
			guess = row
		}
		i := guess*width + at
		g.Status[i], g.Num[i], g.Den[i], g.Val[i] = e.status, e.num, e.den, e.val
		guess++
	})
}

func firstUnit(body string) string {
	if len(body) < 4 {
		return ""
	}
	unit, _, _ := strings.Cut(body[3:], `"`)
	return unit
}

func (g *Grid) addUnit(code string, width int) int {
	row := len(g.Units)
	g.Units = append(g.Units, strings.Clone(code))
	g.rowOf[g.Units[row]] = row
	for range width {
		g.Status = append(g.Status, Missing)
		g.Num = append(g.Num, math.NaN())
		g.Den = append(g.Den, math.NaN())
		g.Val = append(g.Val, math.NaN())
	}
	return row
}

// ReadUnit returns every measure's series of one unit, by measure's name.
func ReadUnit(ctx context.Context, q store.Queryer, unit string) (map[string]Series, error) {
	no, err := store.One[int64](ctx, q, "select no from unit where code = $1", unit)
	if err != nil {
		return nil, err
	}
	rows, err := q.QueryContext(ctx, "select measure, period, body from figure_part where part = $1 order by measure, period", no/UnitsPerPart)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	found := map[string][]Figure{}
	for rows.Next() {
		var measure, body string
		var period date.Period
		if err := rows.Scan(&measure, &period, &body); err != nil {
			return nil, err
		}
		f := Figure{Measure: measure, Unit: unit, Period: period, Status: Missing, Numerator: None, Denominator: None, Value: None}
		if e, ok := findEntry(body, unit); ok {
			f.Status, f.Numerator, f.Denominator, f.Value, f.Row = e.status, e.num, e.den, e.val, e.row
		}
		found[measure] = append(found[measure], f)
	}
	series := make(map[string]Series, len(found))
	for measure, figures := range found {
		if s, ok := seriesOf(figures); ok {
			series[measure] = s
		}
	}
	return series, rows.Err()
}

// findEntry finds one unit in a part without reading the others.
func findEntry(body, unit string) (entry, bool) {
	at := strings.Index(body, `["`+unit+`"`)
	if at < 0 {
		return entry{}, false
	}
	r := bodyReader{s: body, at: at}
	var e entry
	r.entry(&e)
	return e, !r.failed
}

// seriesOf lays figures, ascending by period, over periods without gaps; none when nothing was ever said of the unit.
func seriesOf(figures []Figure) (Series, bool) {
	said := slices.ContainsFunc(figures, func(f Figure) bool { return f.Status != Missing })
	if !said {
		return Series{}, false
	}
	periods := make([]date.Period, len(figures))
	for i, f := range figures {
		periods[i] = f.Period
	}
	s := Series{Measure: figures[0].Measure, Unit: figures[0].Unit, Periods: withoutGaps(periods)}
	for _, p := range s.Periods {
		f := Figure{Status: Missing, Numerator: None, Denominator: None, Value: None}
		if p == figures[0].Period {
			f, figures = figures[0], figures[1:]
		}
		s.Status, s.Num = append(s.Status, f.Status), append(s.Num, f.Numerator)
		s.Den, s.Val = append(s.Den, f.Denominator), append(s.Val, f.Value)
	}
	return s, true
}
