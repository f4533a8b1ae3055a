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
	first := periods[0]
	all := make([]date.Period, max(0, periods[len(periods)-1].Index()-first.Index()+1))
	for i := range all {
		all[i] = first.Add(i)
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

// ReadUnit returns the series of one unit, by measure's name: those of the measures named, or of every measure when none is.
func ReadUnit(ctx context.Context, q store.Queryer, unit string, measures ...string) (map[string]Series, error) {
	no, err := store.One[int64](ctx, q, "select no from unit where code = $1", unit)
	if err != nil {
		return nil, err
	}
	filter := store.NewFilter(no / unitsPerPart)
	if len(measures) > 0 {
		filter.In("measure", store.Args(measures)...)
	}
	rows, err := q.QueryContext(ctx, "select measure, period, body from figure_part where part = $1"+filter.SQL()+" order by measure, period", filter.Args()...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	r := unitReader{unit: unit, sought: sought(unit), periods: map[string]date.Period{}, series: map[string]Series{}}
	var measure, period, body string
	for rows.Next() {
		if err := rows.Scan(&measure, &period, &body); err != nil {
			return nil, err
		}
		if err := r.take(measure, period, body); err != nil {
			return nil, err
		}
	}
	r.finish()
	return r.series, rows.Err()
}

// unitReader gathers one unit's series from parts that come by measure and period. A page of a practice reads a thousand parts,
// so each period's text is parsed once.
type unitReader struct {
	unit, sought string
	periods      map[string]date.Period
	series       map[string]Series
	measure      string
	at           []date.Period // of the measure at hand
	found        []entry
}

func (r *unitReader) take(measure, period, body string) error {
	if measure != r.measure {
		r.finish()
		r.measure = measure
	}
	p, known := r.periods[period]
	if !known {
		var err error
		if p, err = date.ParsePeriod(period); err != nil {
			return fmt.Errorf("figures of %s: %w", measure, err)
		}
		r.periods[period] = p
	}
	e, _ := findEntry(body, r.sought)
	r.at, r.found = append(r.at, p), append(r.found, e)
	return nil
}

// finish lays the figures of the measure at hand.
func (r *unitReader) finish() {
	if s, ok := seriesOf(r.measure, r.unit, r.at, r.found); ok {
		r.series[r.measure] = s
	}
	r.at, r.found = r.at[:0], r.found[:0]
}

// unsaid is the entry of a unit of which a part says nothing.
var unsaid = entry{status: Missing, num: None, den: None, val: None}

// sought is the text by which a unit is found in a part.
func sought(unit string) string { return `["` + unit + `"` }

// findEntry finds one unit in a part, by what sought gives, without reading the others; unsaid when it is not there.
func findEntry(body, sought string) (entry, bool) {
	at := strings.Index(body, sought)
	if at < 0 {
		return unsaid, false
	}
	r := bodyReader{s: body, at: at}
	var e entry
	if r.entry(&e); r.failed {
		return unsaid, false
	}
	return e, true
}

// seriesOf lays a unit's entries, ascending by period, over periods without gaps; none when nothing was ever said of the unit.
// What it is given is copied.
func seriesOf(measure, unit string, at []date.Period, found []entry) (Series, bool) {
	if !slices.ContainsFunc(found, func(e entry) bool { return e.status != Missing }) {
		return Series{}, false
	}
	periods := withoutGaps(slices.Clone(at))
	n := len(periods)
	numbers := make([]float64, 3*n)
	s := Series{Measure: measure, Unit: unit, Periods: periods, Status: make([]Status, n),
		Num: numbers[:n:n], Den: numbers[n : 2*n : 2*n], Val: numbers[2*n:]}
	next := 0
	for i, p := range periods {
		e := &unsaid
		if p == at[next] {
			e = &found[next]
			next = min(next+1, len(at)-1)
		}
		s.Status[i], s.Num[i], s.Den[i], s.Val[i] = e.status, e.num, e.den, e.val
	}
	return s, true
}
