package measure

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"ohp/internal/kernel/date"
	"ohp/internal/kernel/store"
)

// Periods returns the periods for which figures of a measure are stored, earliest first.
// It jumps through the key from period to period, so that England costs no more than one practice.
func Periods(ctx context.Context, q store.Queryer, measure string) ([]date.Period, error) {
	periods, err := store.Collect[date.Period](ctx, q, `with recursive p (period) as (
    select min(period) from figure_part where measure = $1
    union all
    select (select min(f.period) from figure_part f where f.measure = $1 and f.period > p.period) from p where p.period is not null)
select period from p where period is not null`, measure)
	slices.SortFunc(periods, date.Period.Compare)
	return periods, err
}

// MeasurePeriods returns the periods of every measure that has figures, as Periods does for one.
func MeasurePeriods(ctx context.Context, q store.Queryer) (map[string][]date.Period, error) {
	type row struct {
		Measure string      `db:"measure"`
		Period  date.Period `db:"period"`
	}
	rows, err := store.Collect[row](ctx, q, `with recursive p (measure, period) as (
    select m.name, (select min(f.period) from figure_part f where f.measure = m.name) from measure m
    union all
    select p.measure, (select min(f.period) from figure_part f where f.measure = p.measure and f.period > p.period) from p where p.period is not null)
select measure, period from p where period is not null`)
	all := map[string][]date.Period{}
	for _, r := range rows {
		all[r.Measure] = append(all[r.Measure], r.Period)
	}
	for _, periods := range all {
		slices.SortFunc(periods, date.Period.Compare)
	}
	return all, err
}

// Gaps returns the periods that lie between the first and the last of periods (ascending) and are not among them.
// Periods that are days, or of several kinds, have no gaps.
func Gaps(periods []date.Period) []date.Period {
	var gaps []date.Period
	for _, p := range withoutGaps(slices.Clone(periods)) {
		if !slices.Contains(periods, p) {
			gaps = append(gaps, p)
		}
	}
	return gaps
}

// ReadPeriod returns the figures of all units for one measure in one period, without their sources.
func ReadPeriod(ctx context.Context, q store.Queryer, measure string, period date.Period) ([]Figure, error) {
	rows, err := q.QueryContext(ctx, "select body from figure_part where measure = $1 and period = $2 order by part", measure, period.String())
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var figures []Figure
	for rows.Next() {
		var body string
		if err := rows.Scan(&body); err != nil {
			return nil, err
		}
		err := eachEntry(body, func(e *entry) {
			figures = append(figures, Figure{measure, e.unit, period, e.status, e.num, e.den, e.val, e.row})
		})
		if err != nil {
			return nil, fmt.Errorf("figures of %s in %s: %w", measure, period, err)
		}
	}
	return figures, rows.Err()
}

// ReadSeries returns the series of some units for one measure, by unit. Units of which nothing was ever said are absent.
func ReadSeries(ctx context.Context, q store.Queryer, measure string, units []string) (map[string]Series, error) {
	series := make(map[string]Series, len(units))
	byPart, err := unitsByPart(ctx, q, units)
	if err != nil || len(byPart) == 0 {
		return series, err
	}
	periods, err := Periods(ctx, q, measure)
	if err != nil {
		return nil, err
	}
	column := make(map[string]int, len(periods))
	for i, p := range periods {
		column[p.String()] = i
	}
	filter := store.NewFilter(measure).In("part", store.Args(slices.Collect(maps.Keys(byPart)))...)
	rows, err := q.QueryContext(ctx, "select part, period, body from figure_part where measure = $1"+filter.SQL(), filter.Args()...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var part int64
	var period, body string
	for rows.Next() {
		if err := rows.Scan(&part, &period, &body); err != nil {
			return nil, err
		}
		i, known := column[period]
		if !known {
			continue // it was loaded a moment ago
		}
		for _, u := range byPart[part] {
			u.take(i, len(periods), body)
		}
	}
	for _, units := range byPart {
		for _, u := range units {
			if s, ok := seriesOf(measure, u.unit, periods, u.found); ok {
				series[u.unit] = s
			}
		}
	}
	return series, rows.Err()
}

// soughtUnit is a unit that is looked for in the parts of one measure.
type soughtUnit struct {
	unit, sought string
	found        []entry // one for each of the measure's periods; nil when nothing was found
}

// take looks for the unit in the part of period i of n.
func (u *soughtUnit) take(i, n int, body string) {
	e, ok := findEntry(body, u.sought)
	if !ok {
		return
	}
	if u.found == nil {
		u.found = slices.Repeat([]entry{unsaid}, n)
	}
	u.found[i] = e
}

// unitsByPart gathers units by the part that they lie in; unknown units lie in none.
func unitsByPart(ctx context.Context, q store.Queryer, units []string) (map[int64][]*soughtUnit, error) {
	type row struct {
		Code string `db:"code"`
		No   int64  `db:"no"`
	}
	filter := store.NewFilter().In("code", store.Args(units)...)
	rows, err := store.Collect[row](ctx, q, "select code, no from unit where true"+filter.SQL(), filter.Args()...)
	byPart := map[int64][]*soughtUnit{}
	for _, r := range rows {
		byPart[r.No/unitsPerPart] = append(byPart[r.No/unitsPerPart], &soughtUnit{unit: r.Code, sought: sought(r.Code)})
	}
	return byPart, err
}

// Traced is a figure with the file that it came from.
type Traced struct {
	Listed
	FileNo int64 // number of the source file; 0 when no file says anything
}

// Trace returns one unit's figures of one measure with their sources, earliest first. A period between the measure's
// first and last for which nothing is said stands there as Missing. Nothing is returned when the unit was never mentioned.
func Trace(ctx context.Context, q store.Queryer, measure, unit string) ([]Traced, error) {
	periods, err := Periods(ctx, q, measure)
	if err != nil {
		return nil, err
	}
	type row struct {
		Period string `db:"period"`
		Body   string `db:"body"`
	}
	rows, err := store.Collect[row](ctx, q, "select period, body from figure_part where measure = $1 and part = (select no / $2 from unit where code = $3)", measure, unitsPerPart, unit)
	if err != nil {
		return nil, err
	}
	entries, code := map[string]entry{}, sought(unit)
	for _, r := range rows {
		if e, ok := findEntry(r.Body, code); ok {
			entries[r.Period] = e
		}
	}
	if len(entries) == 0 {
		return nil, nil
	}
	places, err := placesOf(ctx, q, entries)
	traced := make([]Traced, 0, len(periods))
	for _, period := range withoutGaps(periods) {
		e, ok := entries[period.String()]
		if !ok {
			e = unsaid
		}
		p := places[e.source]
		f := Figure{measure, unit, period, e.status, e.num, e.den, e.val, e.row}
		traced = append(traced, Traced{Listed{f, p.Name, p.In, p.AsAt}, p.File})
	}
	return traced, err
}

// sourcePlace is where a figure came from.
type sourcePlace struct {
	No   int64  `db:"no"`
	File int64  `db:"file"`
	Name string `db:"name"` // of the file
	In   string `db:"place"`
	AsAt string `db:"as_at"`
}

// placesOf reads the places that entries came from.
func placesOf(ctx context.Context, q store.Queryer, entries map[string]entry) (map[int64]sourcePlace, error) {
	numbers := map[int64]bool{}
	for _, e := range entries {
		numbers[e.source] = true
	}
	return readPlaces(ctx, q, store.NewFilter().In("p.no", store.Args(slices.Collect(maps.Keys(numbers)))...))
}

// readPlaces reads the places that a filter chooses, by their numbers. No place has the number 0.
func readPlaces(ctx context.Context, q store.Queryer, filter *store.Filter) (map[int64]sourcePlace, error) {
	rows, err := store.Collect[sourcePlace](ctx, q, "select p.no, p.file, f.name, p.place, f.as_at from source_place p join source_file f on f.no = p.file where true"+filter.SQL(), filter.Args()...)
	places := make(map[int64]sourcePlace, len(rows))
	for _, r := range rows {
		places[r.No] = r
	}
	return places, err
}

// SeriesOf lays traced figures out as a series.
func SeriesOf(traced []Traced) Series {
	var s Series
	for _, t := range traced {
		s.Measure, s.Unit = t.Measure, t.Unit
		s.Periods, s.Status = append(s.Periods, t.Period), append(s.Status, t.Status)
		s.Num, s.Den, s.Val = append(s.Num, t.Numerator), append(s.Den, t.Denominator), append(s.Val, t.Value)
	}
	return s
}
