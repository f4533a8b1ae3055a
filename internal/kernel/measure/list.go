package measure

import (
	"context"
	"maps"
	"slices"
	"strings"

	"ohp/internal/kernel/date"
	"ohp/internal/kernel/store"
)

// Listed is a figure with its source, as exports show it.
type Listed struct {
	Figure
	File  string // name of the file; "" when Missing because no file is loaded for the period
	Place string // sheet or archive member
	AsAt  string // YYYY-MM-DD, "" when unknown
}

// Wanted chooses figures to list; empty fields choose all.
type Wanted struct {
	Measures []string
	Units    []string
	From, To date.Period
	Source   string // part of a file's name, any case
}

// List visits the figures wanted, by measure, then unit, then period. A period
// between a measure's first and last in which a unit that is otherwise known to
// it has no figure is visited as Missing, unless a source was asked for.
func List(ctx context.Context, q store.Queryer, want Wanted, visit func(Listed) error) error {
	l := lister{q: q, want: want, visit: visit}
	if err := l.prepare(ctx); err != nil {
		return err
	}
	for _, m := range l.measures {
		if err := l.listMeasure(ctx, m); err != nil {
			return err
		}
	}
	return nil
}

type lister struct {
	q        store.Queryer
	want     Wanted
	visit    func(Listed) error
	measures []string
	parts    []int64 // parts of the units wanted; nil for all
	places   map[int64]sourcePlace
	periods  []date.Period // of the measure at hand, without gaps
	regular  bool          // they are all of one kind, and no days
}

func (l *lister) prepare(ctx context.Context) (err error) {
	if l.places, err = readPlaces(ctx, l.q, store.NewFilter()); err != nil {
		return err
	}
	l.measures, err = l.wantedMeasures(ctx)
	if err != nil || len(l.want.Units) == 0 {
		return err
	}
	byPart, err := unitsByPart(ctx, l.q, l.want.Units)
	l.parts = slices.AppendSeq([]int64{}, maps.Keys(byPart)) // not nil: unknown units lie in no part
	slices.Sort(l.parts)
	return err
}

func (l *lister) wantedMeasures(ctx context.Context) ([]string, error) {
	stored, err := store.Collect[string](ctx, l.q, "select distinct measure from figure_part order by measure")
	if len(l.want.Measures) == 0 {
		return stored, err
	}
	return slices.DeleteFunc(stored, func(m string) bool { return !slices.Contains(l.want.Measures, m) }), err
}

func (l *lister) listMeasure(ctx context.Context, measure string) error {
	periods, err := store.Collect[date.Period](ctx, l.q, "select distinct period from figure_part where measure = $1", measure)
	if err != nil {
		return err
	}
	slices.SortFunc(periods, date.Period.Compare)
	l.periods, l.regular = withoutGaps(periods), regular(periods)
	parts := l.parts
	if parts == nil {
		parts, err = store.Collect[int64](ctx, l.q, "select distinct part from figure_part where measure = $1 order by part", measure)
		if err != nil {
			return err
		}
	}
	units := map[string]map[date.Period]entry{}
	for _, part := range parts {
		if err := l.readPart(ctx, measure, part, units); err != nil {
			return err
		}
	}
	// By code, whatever the order in which units were first met.
	for _, c := range slices.Sorted(maps.Keys(units)) {
		if err := l.listUnit(measure, c, units[c]); err != nil {
			return err
		}
	}
	return nil
}

func (l *lister) readPart(ctx context.Context, measure string, part int64, units map[string]map[date.Period]entry) error {
	type row struct {
		Period date.Period `db:"period"`
		Body   string      `db:"body"`
	}
	rows, err := store.Collect[row](ctx, l.q, "select period, body from figure_part where measure = $1 and part = $2", measure, part)
	if err != nil {
		return err
	}
	for _, r := range rows {
		err := eachEntry(r.Body, func(e *entry) {
			if len(l.want.Units) > 0 && !slices.Contains(l.want.Units, e.unit) {
				return
			}
			if units[e.unit] == nil {
				units[e.unit] = map[date.Period]entry{}
			}
			units[e.unit][r.Period] = *e
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (l *lister) listUnit(measure, unit string, entries map[date.Period]entry) error {
	for _, p := range l.periods {
		if !l.wants(p) {
			continue
		}
		e, ok := entries[p]
		if !ok && !l.regular {
			continue // a measure stated on single days, or in periods of several kinds, misses nothing
		}
		if !ok {
			e = unsaid
		}
		place := l.places[e.source]
		if l.want.Source != "" && !strings.Contains(strings.ToLower(place.Name), strings.ToLower(l.want.Source)) {
			continue
		}
		f := Figure{measure, unit, p, e.status, e.num, e.den, e.val, e.row}
		if err := l.visit(Listed{f, place.Name, place.In, place.AsAt}); err != nil {
			return err
		}
	}
	return nil
}

func (l *lister) wants(p date.Period) bool {
	return (l.want.From.IsZero() || !p.Start().Before(l.want.From.Start())) &&
		(l.want.To.IsZero() || !p.End().After(l.want.To.End()))
}

// Superseded is a figure that a later statement replaced.
type Superseded struct {
	Measure     string   `db:"measure"`
	Period      string   `db:"period"`
	Unit        string   `db:"unit"`
	Status      Status   `db:"status"`
	Numerator   *float64 `db:"numerator"`
	Denominator *float64 `db:"denominator"`
	Value       *float64 `db:"value"`
	File        string   `db:"file"`
	Row         int      `db:"source_row"`
	By          string   `db:"superseded_by"`
	At          string   `db:"superseded_at"`
}

// History returns the superseded statements of a unit's figures of one measure, oldest period first.
func History(ctx context.Context, q store.Queryer, measure, unit string) ([]Superseded, error) {
	return store.Collect[Superseded](ctx, q, `select h.measure, h.period, h.unit, h.status, h.numerator, h.denominator, h.value,
    f.name as file, h.source_row, b.name as superseded_by, h.superseded_at
from figure_superseded h
join source_place p on p.no = h.source join source_file f on f.no = p.file
join source_place bp on bp.no = h.superseded_by join source_file b on b.no = bp.file
where h.measure = $1 and h.unit = $2 order by h.period, h.superseded_at`, measure, unit)
}
