package measure

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"strings"

	"ohp/internal/kernel/date"
	"ohp/internal/kernel/store"
)

// Outcome says what storing a Load did.
type Outcome struct {
	FileNo  int64
	Already bool // the same bytes were loaded before: nothing changed
	// Figures were in the file: New had not been known, Changed superseded another
	// figure, Same repeated what was known, Older gave way to a later statement.
	Figures, New, Changed, Same, Older int
	Units, NewUnits                    int
	Rejected                           int
}

// Store keeps a load in one transaction. The same bytes a second time change
// nothing. A figure that is known already is superseded when the file states
// it as at the same date or later; otherwise the file's figure goes into the
// history. Where the file contradicts itself the load's Rejections grow. Figures
// of measures that nobody declared are an error of the program.
func Store(ctx context.Context, db *store.DB, l *Load) (Outcome, error) {
	var out Outcome
	given := l.Rejections
	err := db.Transact(ctx, func(ctx context.Context, tx *store.Tx) error {
		out, l.Rejections = Outcome{}, given // a transaction may run again
		k := keeper{tx: tx, load: l, out: &out}
		return k.keep(ctx)
	})
	return out, err
}

// keeper is one storing of one load.
type keeper struct {
	tx         *store.Tx
	load       *Load
	out        *Outcome
	file       int64
	places     []int64 // number of each place of the load
	units      map[string]*unitRow
	unitNo     map[string]int64
	lastUnit   int64
	unitInsert *store.Stmt
	unitKind   map[string]string // kind of unit by measure
	asAt       map[int64]string  // as-at date by source place
}

func (k *keeper) keep(ctx context.Context) error {
	known, err := store.Collect[int64](ctx, k.tx, "select no from source_file where sha256 = $1", k.load.File.SHA256)
	if err != nil {
		return err
	}
	if len(known) > 0 {
		*k.out = Outcome{FileNo: known[0], Already: true}
		return nil
	}
	steps := []func(context.Context) error{k.numberFile, k.readUnits, k.keepUnits, k.keepGroups, k.keepAttributes, k.keepFigures, k.keepRejections, k.countFile}
	for _, step := range steps {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}

func (k *keeper) numberFile(ctx context.Context) error {
	last, err := store.One[int64](ctx, k.tx, "select cast(coalesce(max(no), 0) as bigint) from source_file")
	if err != nil {
		return err
	}
	k.file = last + 1
	k.out.FileNo = k.file
	f := k.load.File
	_, err = store.Exec(ctx, k.tx, `insert into source_file (no, name, sha256, bytes, format, publication, publisher, licence,
    period_from, period_to, as_at, loaded_at, note, source_rows, figures, rejected)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)`,
		k.file, f.Name, f.SHA256, f.Bytes, f.Format, f.Publication, f.Publisher, f.Licence,
		f.PeriodFrom.String(), f.PeriodTo.String(), f.AsAt.String(), k.tx.Now(), f.Note, f.Rows, k.load.Figures(), len(k.load.Rejections))
	if err != nil {
		return err
	}
	return k.numberPlaces(ctx)
}

func (k *keeper) numberPlaces(ctx context.Context) error {
	last, err := store.One[int64](ctx, k.tx, "select cast(coalesce(max(no), 0) as bigint) from source_place")
	if err != nil {
		return err
	}
	if len(k.load.places) == 0 { // units and attributes need a source as well
		k.load.places = append(k.load.places, placeLoad{})
	}
	for i, p := range k.load.places {
		no := last + 1 + int64(i)
		k.places = append(k.places, no)
		if _, err := store.Exec(ctx, k.tx, "insert into source_place (no, file, place) values ($1, $2, $3)", no, k.file, p.name); err != nil {
			return err
		}
	}
	return k.readAsAt(ctx)
}

func (k *keeper) readAsAt(ctx context.Context) error {
	type row struct {
		No   int64  `db:"no"`
		AsAt string `db:"as_at"`
	}
	rows, err := store.Collect[row](ctx, k.tx, "select p.no, f.as_at from source_place p join source_file f on f.no = p.file")
	k.asAt = make(map[int64]string, len(rows))
	for _, r := range rows {
		k.asAt[r.No] = r.AsAt
	}
	return err
}

func (k *keeper) keepRejections(ctx context.Context) error {
	insert, err := k.tx.PrepareContext(ctx, "insert into rejection (file, seq, place, line, col, content, reason) values ($1, $2, $3, $4, $5, $6, $7)")
	if err != nil {
		return err
	}
	defer insert.Close()
	for i, r := range k.load.Rejections {
		if _, err := insert.ExecContext(ctx, k.file, i+1, r.Place, r.Line, r.Column, strings.ToValidUTF8(r.Text, "�"), r.Reason); err != nil {
			return err
		}
	}
	k.out.Rejected = len(k.load.Rejections)
	return nil
}

func (k *keeper) countFile(ctx context.Context) error {
	_, err := store.Exec(ctx, k.tx, "update source_file set figures = $1, changed = $2, rejected = $3 where no = $4",
		k.out.Figures, k.out.Changed, k.out.Rejected, k.file)
	return err
}

// groupKey names the figures that are read and written together.
type groupKey struct {
	measure string
	period  date.Period
}

func (k *keeper) keepFigures(ctx context.Context) error {
	groups, order, err := k.groupFigures()
	if err != nil || len(order) == 0 {
		return err
	}
	insert, err := k.tx.PrepareContext(ctx, "insert into figure_part (measure, period, part, stamp, body) values ($1, $2, $3, $4, $5)")
	if err != nil {
		return err
	}
	defer insert.Close()
	update, err := k.tx.PrepareContext(ctx, "update figure_part set stamp = $4, body = $5 where measure = $1 and period = $2 and part = $3")
	if err != nil {
		return err
	}
	defer update.Close()
	for _, key := range order {
		if err := k.keepGroup(ctx, key, groups[key], insert, update); err != nil {
			return err
		}
	}
	return nil
}

// placed is an entry with the part that it belongs to.
type placed struct {
	part int64
	entry
}

func (k *keeper) groupFigures() (map[groupKey][]placed, []groupKey, error) {
	groups := map[groupKey][]placed{}
	var order []groupKey
	for i, p := range k.load.places {
		for _, f := range p.figures {
			if err := k.check(f); err != nil {
				return nil, nil, err
			}
			key := groupKey{f.Measure, f.Period}
			g, ok := groups[key]
			if !ok {
				order = append(order, key)
			}
			e := entry{unit: f.Unit, status: f.Status, source: k.places[i], row: f.Row, num: f.Numerator, den: f.Denominator, val: f.Value}
			groups[key] = append(g, placed{k.unitNo[f.Unit] / unitsPerPart, e})
			k.out.Figures++
		}
	}
	return groups, order, nil
}

// check refuses what would damage the store; importers reject such rows earlier and with better words.
func (k *keeper) check(f Figure) error {
	switch {
	case k.unitKind[f.Measure] == "":
		return fmt.Errorf("figures of %q cannot be stored: no module declares that measure", f.Measure)
	case f.Unit == "" || strings.ContainsAny(f.Unit, "\"\\") || !isPlain(f.Unit):
		return fmt.Errorf("%q is no code of an organisation (measure %s, row %d)", f.Unit, f.Measure, f.Row)
	case f.Period.IsZero():
		return fmt.Errorf("a figure of %s for %s (row %d) has no period", f.Measure, f.Unit, f.Row)
	case math.IsInf(f.Numerator, 0) || math.IsInf(f.Denominator, 0) || math.IsInf(f.Value, 0):
		return fmt.Errorf("a figure of %s for %s (row %d) is infinite", f.Measure, f.Unit, f.Row)
	}
	return nil
}

func isPlain(code string) bool {
	for i := range len(code) {
		if code[i] <= ' ' || code[i] > '~' {
			return false
		}
	}
	return true
}

func (k *keeper) keepGroup(ctx context.Context, key groupKey, figures []placed, insert, update *store.Stmt) error {
	slices.SortStableFunc(figures, func(a, b placed) int {
		return cmp.Or(cmp.Compare(a.part, b.part), strings.Compare(a.unit, b.unit))
	})
	stored, err := k.storedParts(ctx, key)
	if err != nil {
		return err
	}
	var buffer []byte
	for len(figures) > 0 {
		part := figures[0].part
		n := 1
		for n < len(figures) && figures[n].part == part {
			n++
		}
		old, had := stored[part]
		entries, changed, err := k.merge(ctx, key, old, figures[:n])
		if err != nil {
			return err
		}
		figures = figures[n:]
		if !changed {
			continue
		}
		buffer = appendBody(buffer[:0], entries)
		write := insert
		if had {
			write = update
		}
		if _, err := write.ExecContext(ctx, key.measure, key.period.String(), part, k.file, string(buffer)); err != nil {
			return err
		}
	}
	return nil
}

func (k *keeper) storedParts(ctx context.Context, key groupKey) (map[int64]string, error) {
	type row struct {
		Part int64  `db:"part"`
		Body string `db:"body"`
	}
	rows, err := store.Collect[row](ctx, k.tx, "select part, body from figure_part where measure = $1 and period = $2", key.measure, key.period.String())
	stored := make(map[int64]string, len(rows))
	for _, r := range rows {
		stored[r.Part] = r.Body
	}
	return stored, err
}

// merge joins the file's figures of one part with those stored; both are ordered by unit.
func (k *keeper) merge(ctx context.Context, key groupKey, body string, figures []placed) ([]entry, bool, error) {
	var old []entry
	if body != "" {
		if err := eachEntry(body, func(e *entry) { old = append(old, *e) }); err != nil {
			return nil, false, err
		}
	}
	entries := make([]entry, 0, len(old)+len(figures))
	changed := false
	var first *entry // what the file says first of the unit at hand
	for i := range figures {
		f := &figures[i].entry
		if first != nil && first.unit == f.unit {
			k.repeated(key, first, f)
			continue
		}
		first = f
		for len(old) > 0 && old[0].unit < f.unit {
			entries, old = append(entries, old[0]), old[1:]
		}
		if len(old) == 0 || old[0].unit != f.unit {
			entries, changed = append(entries, *f), true
			k.out.New++
			continue
		}
		kept, err := k.supersede(ctx, key, old[0], *f)
		if err != nil {
			return nil, false, err
		}
		changed = changed || kept.source != old[0].source || kept.row != old[0].row
		entries, old = append(entries, kept), old[1:]
	}
	return append(entries, old...), changed, nil
}

// repeated deals with a file that states one figure twice: the first counts, and a contradiction is reported.
func (k *keeper) repeated(key groupKey, first, second *entry) {
	if first.same(second) {
		k.out.Same++
		return
	}
	where := fmt.Sprintf("row %d", first.row)
	if first.source != second.source {
		where += " of " + k.placeName(first.source)
	}
	k.load.Reject(Rejection{Place: k.placeName(second.source), Line: second.row, Text: second.unit,
		Reason: fmt.Sprintf("The file states %s for %s and %s twice, differently; the statement in %s was kept. Check the file with its publisher.", key.measure, second.unit, key.period.Label(), where)})
}

// placeName is the name of one of the load's places, by its number.
func (k *keeper) placeName(no int64) string { return k.load.places[no-k.places[0]].name }

// supersede chooses between a stored and a new statement of one figure, and keeps the other in the history.
func (k *keeper) supersede(ctx context.Context, key groupKey, old, new entry) (entry, error) {
	later := k.load.File.AsAt.String() >= k.asAt[old.source]
	if old.same(&new) {
		k.out.Same++
		if later {
			return new, nil
		}
		return old, nil
	}
	kept, gone := new, old
	if !later {
		kept, gone = old, new
		k.out.Older++
	} else {
		k.out.Changed++
	}
	_, err := store.Exec(ctx, k.tx, `insert into figure_superseded (measure, period, unit, status, numerator, denominator, value, source, source_row, superseded_by, superseded_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
		key.measure, key.period.String(), gone.unit, int64(gone.status), nullable(gone.num), nullable(gone.den), nullable(gone.val), gone.source, gone.row, kept.source, k.tx.Now())
	return kept, err
}

func nullable(x float64) any {
	if IsNone(x) {
		return nil
	}
	return x
}
