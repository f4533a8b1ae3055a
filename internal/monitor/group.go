package monitor

import (
	"context"
	"slices"
	"strings"

	"ohp/internal/kernel/errs"
	"ohp/internal/kernel/measure"
	"ohp/internal/kernel/page/nhsuk"
	"ohp/internal/kernel/store"
)

// group is a comparison group: practices that are looked at side by side.
type group struct {
	Kind  string          // one of Comparisons
	Code  string          // of the group; "" for England
	Name  string          // for people
	Units map[string]bool // nil means every practice that is loaded
}

// key is how an address names the group: "england", "partnership", "icb:QHL".
func (g group) key() string {
	if g.Kind == "england" || g.Kind == "partnership" {
		return g.Kind
	}
	return g.Kind + ":" + g.Code
}

func (g group) holds(unit string) bool { return g.Units == nil || g.Units[unit] }

// choice is a group that a page offers.
type choice struct {
	Kind string `db:"group_kind"`
	Code string `db:"grp"`
	Name string `db:"name"`
	N    int    `db:"n"`
}

// groups are the comparison groups of the database.
type groups struct {
	partnership string          // code; "" when none is loaded
	name        string          // of the partnership
	members     map[string]bool // nil when none is loaded
	list        []named         // of the members, by name
	choices     []choice        // networks and boards
}

// groups reads which groups can be compared; it is the same until the next file is loaded.
func (p Pages) groups(ctx context.Context) (groups, error) {
	return measure.Recalled(ctx, p.DB, p.kept, "groups", func() (groups, error) {
		var g groups
		codes, err := store.Collect[string](ctx, p.DB, "select grp from unit_group where group_kind = 'partnership' and to_date = '' group by grp order by count(*) desc, grp limit 1")
		if err != nil {
			return g, err
		}
		if len(codes) == 0 {
			g.choices, err = store.Collect[choice](ctx, p.DB, `select g.group_kind, g.grp, coalesce(u.name, '') as name, count(*) as n
from unit_group g left join unit u on u.code = g.grp where g.to_date = '' and g.group_kind = 'icb' group by g.group_kind, g.grp, u.name order by name, g.grp`)
			return g, err
		}
		g.partnership = codes[0]
		if g.members, g.name, err = p.membersOf(ctx, g.partnership); err != nil {
			return g, err
		}
		if g.list, err = p.namesOf(ctx, g.members); err != nil {
			return g, err
		}
		g.choices, err = store.Collect[choice](ctx, p.DB, `select o.group_kind, o.grp, coalesce(u.name, '') as name, count(*) as n
from unit_group g join unit_group o on o.unit = g.unit and o.to_date = '' and o.group_kind in ('icb', 'pcn') left join unit u on u.code = o.grp
where g.grp = $1 and g.to_date = '' group by o.group_kind, o.grp, u.name order by o.group_kind, name, o.grp`, g.partnership)
		return g, err
	})
}

// membersOf returns the practices that belong to a group today, and the group's name.
func (p Pages) membersOf(ctx context.Context, code string) (map[string]bool, string, error) {
	units, err := store.Collect[string](ctx, p.DB, "select distinct unit from unit_group where grp = $1 and to_date = ''", code)
	if err != nil {
		return nil, "", err
	}
	members := make(map[string]bool, len(units))
	for _, u := range units {
		members[u] = true
	}
	names, err := store.Collect[string](ctx, p.DB, "select name from unit where code = $1", code)
	if err != nil || len(names) == 0 || names[0] == "" {
		return members, code, err
	}
	return members, titleCase(names[0]), nil
}

// groupOf finds the group that an address names; "" is the indicator's own comparison, as far as the database has it.
func (p Pages) groupOf(ctx context.Context, all groups, key string, in Indicator) (group, error) {
	if key == "" {
		key = in.Compare
		if key == "partnership" && all.members == nil {
			key = "england"
		}
	}
	kind, code, _ := strings.Cut(key, ":")
	if err := oneOf("comparison group", kind, Comparisons); err != nil {
		return group{}, err
	}
	switch {
	case kind == "england":
		return group{Kind: kind, Name: "all practices loaded"}, nil
	case kind == "partnership" && all.members == nil:
		return group{}, errs.New(errs.Invalid, "No list of a partnership’s practices is loaded, so there is no partnership to compare within.")
	case kind == "partnership":
		return group{kind, all.partnership, all.name, all.members}, nil
	case code == "":
		if code = all.most(kind); code == "" {
			return group{Kind: "england", Name: "all practices loaded"}, nil
		}
	}
	members, name, err := p.membersOf(ctx, code)
	if err == nil && len(members) == 0 {
		err = errs.New(errs.NotFound, "No practice that is loaded belongs to a group with the code “%s”.", code)
	}
	return group{kind, code, name, members}, err
}

// most is the group of a kind with most of the partnership's practices.
func (g groups) most(kind string) string {
	best := choice{}
	for _, c := range g.choices {
		if c.Kind == kind && c.N > best.N {
			best = c
		}
	}
	return best.Code
}

// options are the groups for a form.
func (g groups) options(now group) []nhsuk.Option {
	options := []nhsuk.Option{{Text: "All practices loaded", Value: "england"}}
	if g.members != nil {
		options = append(options, nhsuk.Option{Text: "The partnership", Value: "partnership"})
	}
	for _, c := range g.choices {
		name := c.Code
		if c.Name != "" {
			name = titleCase(c.Name)
		}
		words := map[string]string{"icb": "ICB: ", "pcn": "PCN: "}[c.Kind]
		options = append(options, nhsuk.Option{Text: words + name, Value: c.Kind + ":" + c.Code})
	}
	if !slices.ContainsFunc(options, func(o nhsuk.Option) bool { return o.Value == now.key() }) {
		options = append(options, nhsuk.Option{Text: now.Name, Value: now.key()})
	}
	return options
}
