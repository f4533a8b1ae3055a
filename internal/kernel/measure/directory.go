package measure

import (
	"context"
	"fmt"

	"ohp/internal/kernel/date"
	"ohp/internal/kernel/store"
)

// Known is a unit as the directory knows it now, with the groups it belongs to.
type Known struct {
	Code     string    `db:"code"`
	Kind     string    `db:"kind"`
	Name     string    `db:"name"`
	Status   string    `db:"status"`
	Opened   date.Date `db:"opened"`
	Closed   date.Date `db:"closed"`
	Postcode string    `db:"postcode"`
	AsAt     string    `db:"as_at"`
	Part     int64     `db:"part"`
	// Groups are the codes of the groups that the unit belongs to today, by the groups' kind.
	Groups map[string]string
	// GroupNames are their names, or codes; ReadUnitKnown fills them.
	GroupNames map[string]string
}

// knownColumns are what Known is read from.
var knownColumns = fmt.Sprintf("code, kind, name, status, opened, closed, postcode, as_at, no / %d as part", unitsPerPart)

// Label is the unit's name, or its code where no source named it.
func (u Known) Label() string {
	if u.Name == "" {
		return u.Code
	}
	return u.Name
}

// Directory is the units of the database with their present memberships.
type Directory struct {
	Units map[string]*Known
}

// ReadDirectory returns every unit with its open memberships.
func ReadDirectory(ctx context.Context, q store.Queryer) (*Directory, error) {
	units, err := store.Collect[Known](ctx, q, "select "+knownColumns+" from unit")
	if err != nil {
		return nil, err
	}
	d := &Directory{Units: make(map[string]*Known, len(units))}
	for i := range units {
		d.Units[units[i].Code] = &units[i]
	}
	groups, err := store.Collect[groupRow](ctx, q, "select unit, grp, group_kind, from_date, to_date, as_at from unit_group where to_date = '' order by as_at, from_date")
	for _, g := range groups {
		u := d.Units[g.Unit]
		if u == nil {
			continue
		}
		if u.Groups == nil {
			u.Groups = map[string]string{}
		}
		u.Groups[g.Kind] = g.Grp
	}
	return d, err
}

// Label is a unit's name where it is known, else the code itself.
func (d *Directory) Label(code string) string {
	if u := d.Units[code]; u != nil {
		return u.Label()
	}
	return code
}

// Members returns the codes of the units that belong to the group today.
func (d *Directory) Members(kind, group string) map[string]bool {
	members := map[string]bool{}
	for code, u := range d.Units {
		if u.Groups[kind] == group {
			members[code] = true
		}
	}
	return members
}

// Partnership returns the practices of the partnership whose database this is,
// or nil when no partnership list was loaded. With several, it is the one with most members.
func (d *Directory) Partnership() (code string, members map[string]bool) {
	count := map[string]int{}
	for _, u := range d.Units {
		if g := u.Groups["partnership"]; g != "" {
			count[g]++
		}
	}
	for g, n := range count {
		if n > count[code] || n == count[code] && g < code {
			code = g
		}
	}
	if code == "" {
		return "", nil
	}
	return code, d.Members("partnership", code)
}

// ReadUnitKnown returns one unit with its present groups and their names; store.ErrNotFound when there is none.
func ReadUnitKnown(ctx context.Context, q store.Queryer, code string) (*Known, error) {
	u, err := store.One[Known](ctx, q, "select "+knownColumns+" from unit where code = $1", code)
	if err != nil {
		return nil, err
	}
	type named struct {
		Kind string `db:"group_kind"`
		Grp  string `db:"grp"`
		Name string `db:"name"`
	}
	groups, err := store.Collect[named](ctx, q, `select g.group_kind, g.grp, coalesce(u.name, '') as name
from unit_group g left join unit u on u.code = g.grp where g.unit = $1 and g.to_date = '' order by g.as_at, g.from_date`, code)
	u.Groups, u.GroupNames = map[string]string{}, map[string]string{}
	for _, g := range groups {
		u.Groups[g.Kind], u.GroupNames[g.Kind] = g.Grp, g.Name
		if g.Name == "" {
			u.GroupNames[g.Kind] = g.Grp
		}
	}
	return &u, err
}
