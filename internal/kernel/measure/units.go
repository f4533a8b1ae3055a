package measure

import (
	"context"
	"maps"
	"slices"

	"ohp/internal/kernel/date"
	"ohp/internal/kernel/store"
)

// unitRow is a row of table unit.
type unitRow struct {
	No       int64     `db:"no"`
	Code     string    `db:"code"`
	Kind     string    `db:"kind"`
	Name     string    `db:"name"`
	Status   string    `db:"status"`
	Opened   date.Date `db:"opened"`
	Closed   date.Date `db:"closed"`
	Postcode string    `db:"postcode"`
	Source   *int64    `db:"source"`
	Row      *int64    `db:"source_row"`
	AsAt     string    `db:"as_at"`
}

func (k *keeper) readUnits(ctx context.Context) error {
	units, err := store.Collect[unitRow](ctx, k.tx, "select no, code, kind, name, status, opened, closed, postcode, source, source_row, as_at from unit")
	if err != nil {
		return err
	}
	k.units = make(map[string]*unitRow, len(units))
	k.unitNo = make(map[string]int64, len(units))
	k.lastUnit = -1
	for i := range units {
		u := &units[i]
		k.units[u.Code], k.unitNo[u.Code] = u, u.No
		k.lastUnit = max(k.lastUnit, u.No)
	}
	type declared struct {
		Name string `db:"name"`
		Unit string `db:"unit"`
	}
	measures, err := store.Collect[declared](ctx, k.tx, "select name, unit from measure")
	k.unitKind = make(map[string]string, len(measures))
	for _, m := range measures {
		k.unitKind[m.Name] = m.Unit
	}
	return err
}

// keepUnits writes the units that the file describes, and numbers those that its figures merely name.
func (k *keeper) keepUnits(ctx context.Context) error {
	for _, u := range k.load.units {
		if err := k.keepUnit(ctx, u); err != nil {
			return err
		}
	}
	fresh := map[string]string{}
	for _, p := range k.load.places {
		for _, f := range p.figures {
			if _, known := k.unitNo[f.Unit]; !known {
				fresh[f.Unit] = k.unitKind[f.Measure]
			}
		}
	}
	// In the order of their codes, so that a file's neighbours share parts.
	for _, c := range slices.Sorted(maps.Keys(fresh)) {
		if err := k.insertUnit(ctx, Unit{Code: c, Kind: fresh[c]}, ""); err != nil {
			return err
		}
	}
	return nil
}

func (k *keeper) keepUnit(ctx context.Context, u Unit) error {
	k.out.Units++
	asAt := k.load.File.AsAt.String()
	if _, known := k.unitNo[u.Code]; !known {
		return k.insertUnit(ctx, u, asAt)
	}
	stored := k.units[u.Code]
	old := *stored
	said := unitRow{No: old.No, Code: u.Code, Kind: u.Kind, Name: u.Name, Status: u.Status, Opened: u.Opened, Closed: u.Closed, Postcode: u.Postcode,
		Source: &k.places[0], Row: asInt64(u.Row), AsAt: asAt}
	new := said
	if asAt < old.AsAt { // an older source still knows what the newer one is silent about
		new = old
		fillGaps(&new, said)
	} else {
		fillGaps(&new, old)
	}
	if new.sameWords(old) {
		return nil
	}
	if old.Source != nil && asAt >= old.AsAt {
		if err := k.retireUnit(ctx, old); err != nil {
			return err
		}
	}
	*stored = new
	_, err := store.Exec(ctx, k.tx, `update unit set kind = $1, name = $2, status = $3, opened = $4, closed = $5, postcode = $6, source = $7, source_row = $8, as_at = $9 where code = $10`,
		new.Kind, new.Name, new.Status, new.Opened, new.Closed, new.Postcode, new.Source, new.Row, new.AsAt, u.Code)
	return err
}

// sameWords says whether two rows say the same of a unit, wherever they come from.
func (u unitRow) sameWords(o unitRow) bool {
	u.Source, u.Row, u.AsAt = o.Source, o.Row, o.AsAt
	return u == o
}

// fillGaps keeps what another source knows of a unit where this one is silent.
func fillGaps(u *unitRow, old unitRow) {
	if u.Name == "" {
		u.Name = old.Name
	}
	if u.Status == "" {
		u.Status, u.Closed = old.Status, old.Closed
	}
	if u.Opened.IsZero() {
		u.Opened = old.Opened
	}
	if u.Postcode == "" {
		u.Postcode = old.Postcode
	}
	if u.Kind == "" {
		u.Kind = old.Kind
	}
}

func (k *keeper) insertUnit(ctx context.Context, u Unit, asAt string) error {
	k.lastUnit++
	k.unitNo[u.Code] = k.lastUnit
	k.out.NewUnits++
	row := &unitRow{No: k.lastUnit, Code: u.Code, Kind: u.Kind, Name: u.Name, Status: u.Status, Opened: u.Opened, Closed: u.Closed, Postcode: u.Postcode, AsAt: asAt}
	if asAt != "" || u.Name != "" {
		row.Source, row.Row = &k.places[0], asInt64(u.Row)
	}
	k.units[u.Code] = row
	if k.unitInsert == nil {
		insert, err := k.tx.PrepareContext(ctx, `insert into unit (no, code, kind, name, status, opened, closed, postcode, source, source_row, as_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`)
		if err != nil {
			return err
		}
		k.unitInsert = insert // it ends with the transaction
	}
	_, err := k.unitInsert.ExecContext(ctx, k.lastUnit, u.Code, u.Kind, u.Name, u.Status, u.Opened, u.Closed, u.Postcode, row.Source, row.Row, asAt)
	return err
}

func (k *keeper) retireUnit(ctx context.Context, old unitRow) error {
	_, err := store.Exec(ctx, k.tx, `insert into unit_superseded (code, kind, name, status, opened, closed, postcode, source, source_row, as_at, superseded_by, superseded_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
		old.Code, old.Kind, old.Name, old.Status, old.Opened, old.Closed, old.Postcode, old.Source, old.Row, old.AsAt, k.places[0], k.tx.Now())
	return err
}

// groupRow is a row of table unit_group.
type groupRow struct {
	Unit string `db:"unit"`
	Grp  string `db:"grp"`
	Kind string `db:"group_kind"`
	From string `db:"from_date"`
	To   string `db:"to_date"`
	AsAt string `db:"as_at"`
}

// keepGroups writes memberships. A source that dates them is taken at its word.
// A snapshot (no From) proves a membership on its own date only: it confirms
// one that is open, or opens one from its date and closes the open one of the
// same kind that it contradicts; it adds nothing where a dated one that has ended
// covers its date. Older statements that arrive later are closed where the newer begins.
func (k *keeper) keepGroups(ctx context.Context) error {
	if len(k.load.members) == 0 {
		return nil
	}
	kinds := map[string]bool{}
	for _, m := range k.load.members {
		kinds[m.GroupKind] = true
	}
	filter := store.NewFilter().In("group_kind", store.Args(slices.Collect(maps.Keys(kinds)))...)
	rows, err := store.Collect[groupRow](ctx, k.tx, "select unit, grp, group_kind, from_date, to_date, as_at from unit_group where true"+filter.SQL(), filter.Args()...)
	if err != nil {
		return err
	}
	g := groupKeeper{k: k, open: make(map[[2]string]*groupRow, len(rows)), ended: map[[2]string][]groupRow{}}
	for i := range rows {
		g.note(&rows[i])
	}
	if g.write, err = k.tx.PrepareContext(ctx, `insert into unit_group (unit, grp, group_kind, from_date, to_date, source, source_row, as_at)
values ($1, $2, $3, $4, $5, $6, $7, $8)
on conflict (unit, grp, from_date) do update set to_date = excluded.to_date, source = excluded.source, source_row = excluded.source_row, as_at = excluded.as_at
where excluded.as_at >= unit_group.as_at`); err != nil {
		return err
	}
	defer g.write.Close()
	asAt := k.load.File.AsAt.String()
	for _, m := range k.load.members {
		row := groupRow{m.Unit, m.Group, m.GroupKind, m.From.String(), m.To.String(), asAt}
		if err := g.keep(ctx, row, m.Row); err != nil {
			return err
		}
	}
	return nil
}

func (r groupRow) key() [2]string { return [2]string{r.Unit, r.Kind} }

// since is the earliest day on which the source proves the membership.
func (r groupRow) since() string {
	if r.From != "" {
		return r.From
	}
	return r.AsAt
}

// ends says whether a dated row is the end of an open one: the same membership, or one that a snapshot proved within its time.
func (r groupRow) ends(open *groupRow) bool {
	switch {
	case r.To == "" || r.Grp != open.Grp:
		return false
	case r.From == open.From:
		return r.AsAt >= open.AsAt
	}
	return open.From == "" && r.covers(open.AsAt)
}

// covers says whether a day lies within the row's time.
func (r groupRow) covers(day string) bool { return r.From <= day && day <= r.To }

// groupKeeper keeps memberships so that a unit has at most one open membership of a kind.
type groupKeeper struct {
	k     *keeper
	write *store.Stmt
	open  map[[2]string]*groupRow
	ended map[[2]string][]groupRow // those of which a source gave both dates
}

// note remembers what the table holds.
func (g *groupKeeper) note(row *groupRow) {
	switch {
	case row.To == "":
		g.open[row.key()] = row
	case row.From != "":
		g.ended[row.key()] = append(g.ended[row.key()], *row)
	}
}

func (g *groupKeeper) keep(ctx context.Context, row groupRow, line int) error {
	known := g.open[row.key()]
	switch {
	case row.From == "" && row.To == "" && slices.ContainsFunc(g.ended[row.key()], func(e groupRow) bool { return e.Grp == row.Grp && e.covers(row.AsAt) }):
		return nil
	case known != nil && row.ends(known):
		if err := g.drop(ctx, *known); err != nil {
			return err
		}
	case row.To != "" || known == nil:
	case known.Grp == row.Grp:
		return g.confirm(ctx, known, row, line)
	case row.since() >= known.since():
		if err := g.end(ctx, *known, row.since()); err != nil {
			return err
		}
		if row.From == "" { // a snapshot that contradicts what was open proves the change on its own date
			row.From = row.AsAt
		}
	default: // what is open now began later: this one had ended by then
		row.To = known.since()
	}
	if _, err := g.write.ExecContext(ctx, row.Unit, row.Grp, row.Kind, row.From, row.To, g.k.places[0], line, row.AsAt); err != nil {
		return err
	}
	g.note(&row)
	return nil
}

// drop removes an open membership, so that the row of its end takes its place.
func (g *groupKeeper) drop(ctx context.Context, known groupRow) error {
	delete(g.open, known.key())
	_, err := store.Exec(ctx, g.k.tx, "delete from unit_group where unit = $1 and grp = $2 and from_date = $3 and to_date = ''", known.Unit, known.Grp, known.From)
	return err
}

// confirm notes that an open membership is stated again: a dated source gives a snapshot's row its date, and a
// later statement is the newer proof.
func (g *groupKeeper) confirm(ctx context.Context, known *groupRow, row groupRow, line int) error {
	from, asAt := known.From, max(known.AsAt, row.AsAt)
	if row.From != "" && (from == "" || row.From < from) {
		from = row.From
	}
	if from != known.From {
		// The same group may have been left and joined again: a row of that date may stand already.
		taken, err := store.One[bool](ctx, g.k.tx, "select exists (select 1 from unit_group where unit = $1 and grp = $2 and from_date = $3)", known.Unit, known.Grp, from)
		if err != nil {
			return err
		}
		if taken {
			from = known.From
		}
	}
	if from == known.From && asAt == known.AsAt {
		return nil
	}
	_, err := store.Exec(ctx, g.k.tx, "update unit_group set from_date = $1, as_at = $2, source = $3, source_row = $4 where unit = $5 and grp = $6 and from_date = $7 and to_date = ''",
		from, asAt, g.k.places[0], line, known.Unit, known.Grp, known.From)
	known.From, known.AsAt = from, asAt
	return err
}

func (g *groupKeeper) end(ctx context.Context, known groupRow, to string) error {
	_, err := store.Exec(ctx, g.k.tx, "update unit_group set to_date = $1 where unit = $2 and grp = $3 and from_date = $4", to, known.Unit, known.Grp, known.From)
	return err
}

func (k *keeper) keepAttributes(ctx context.Context) error {
	insert, err := k.tx.PrepareContext(ctx, `insert into unit_attribute (unit, name, from_date, value, note, source, source_row)
values ($1, $2, $3, $4, $5, $6, $7)
on conflict (unit, name, from_date, value) do update set note = excluded.note, source = excluded.source, source_row = excluded.source_row`)
	if err != nil {
		return err
	}
	defer insert.Close()
	for _, a := range k.load.attributes {
		if _, err := insert.ExecContext(ctx, a.Unit, a.Name, a.From.String(), a.Value, a.Note, k.places[0], a.Row); err != nil {
			return err
		}
	}
	return nil
}

func asInt64(n int) *int64 {
	wide := int64(n)
	return &wide
}
