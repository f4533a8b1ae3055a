package measure

import (
	"context"
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
	codes := make([]string, 0, len(fresh))
	for c := range fresh {
		codes = append(codes, c)
	}
	slices.Sort(codes)
	for _, c := range codes {
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
	new := old
	new.Kind, new.Name, new.Status, new.Opened, new.Closed, new.Postcode = u.Kind, u.Name, u.Status, u.Opened, u.Closed, u.Postcode
	fillGaps(&new, old)
	if new == old || asAt < old.AsAt {
		return nil
	}
	if old.Source != nil {
		if err := k.retireUnit(ctx, old); err != nil {
			return err
		}
	}
	new.Source, new.Row, new.AsAt = &k.places[0], asInt64(u.Row), asAt
	*stored = new
	_, err := store.Exec(ctx, k.tx, `update unit set kind = $1, name = $2, status = $3, opened = $4, closed = $5, postcode = $6, source = $7, source_row = $8, as_at = $9 where code = $10`,
		new.Kind, new.Name, new.Status, new.Opened, new.Closed, new.Postcode, k.places[0], u.Row, asAt, u.Code)
	return err
}

// fillGaps keeps what is known of a unit where a newer source is silent.
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
// same kind that it contradicts.
func (k *keeper) keepGroups(ctx context.Context) error {
	if len(k.load.members) == 0 {
		return nil
	}
	rows, err := store.Collect[groupRow](ctx, k.tx, "select unit, grp, group_kind, from_date, to_date, as_at from unit_group where to_date = ''")
	if err != nil {
		return err
	}
	open := make(map[[2]string]groupRow, len(rows))
	for _, r := range rows {
		open[[2]string{r.Unit, r.Kind}] = r
	}
	write, err := k.tx.PrepareContext(ctx, `insert into unit_group (unit, grp, group_kind, from_date, to_date, source, source_row, as_at)
values ($1, $2, $3, $4, $5, $6, $7, $8)
on conflict (unit, grp, from_date) do update set to_date = excluded.to_date, source = excluded.source, source_row = excluded.source_row, as_at = excluded.as_at
where excluded.as_at >= unit_group.as_at`)
	if err != nil {
		return err
	}
	defer write.Close()
	asAt := k.load.File.AsAt.String()
	for _, m := range k.load.members {
		row := groupRow{m.Unit, m.Group, m.GroupKind, m.From.String(), m.To.String(), asAt}
		if m.From.IsZero() {
			before := open[[2]string{m.Unit, m.GroupKind}]
			row.From = snapshotFrom(before, row)
			if err := k.closeContradicted(ctx, before, row); err != nil {
				return err
			}
		}
		if before, known := open[[2]string{m.Unit, m.GroupKind}]; known && confirms(before, row) {
			continue
		}
		if _, err := write.ExecContext(ctx, row.Unit, row.Grp, row.Kind, row.From, row.To, k.places[0], m.Row, row.AsAt); err != nil {
			return err
		}
		if row.To == "" {
			open[[2]string{m.Unit, m.GroupKind}] = row
		}
	}
	return nil
}

// confirms says that a membership repeats what a source of the same or a later date said.
func confirms(before, now groupRow) bool {
	return before.Grp == now.Grp && before.From == now.From && before.To == now.To && before.AsAt >= now.AsAt
}

// snapshotFrom is the date from which a membership proved by a snapshot is kept:
// that of the open row it confirms, else its own date where another membership
// ends there, else unknown.
func snapshotFrom(before, now groupRow) string {
	switch {
	case before.Grp == now.Grp:
		return before.From
	case before.Grp == "":
		return ""
	}
	return now.AsAt
}

func (k *keeper) closeContradicted(ctx context.Context, before, now groupRow) error {
	if before.Grp == "" || before.Grp == now.Grp || before.AsAt > now.AsAt {
		return nil
	}
	_, err := store.Exec(ctx, k.tx, "update unit_group set to_date = $1 where unit = $2 and grp = $3 and from_date = $4",
		now.AsAt, before.Unit, before.Grp, before.From)
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
