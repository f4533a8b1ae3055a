package published

import (
	"ohp/internal/kernel/measure"
)

// oneSex says that the table gives one sex only, as the publication's files of
// single years of age do.
func (t *listTable) oneSex() bool {
	seen := t.sexes
	for _, p := range t.order {
		for who := range p.total {
			seen[who] = seen[who] || p.total[who].status != measure.Missing
		}
		if seen[everyone] {
			return false
		}
	}
	return seen[female] != seen[male]
}

// mergeSexes joins the tables of one sex each. The first gives places and rows.
func mergeSexes(tables []*listTable) *listTable {
	all := tables[0]
	for _, t := range tables[1:] {
		for _, p := range t.order {
			known := all.of(p.practice, p.month, p.row)
			ages := *known.byAge()
			for who := range sexes {
				if known.total[who].status == measure.Missing && !t.overlapping(all, sex(who)) {
					known.total[who], ages.all[who], ages.groups[who] = p.total[who], p.byAge().all[who], p.byAge().groups[who]
				}
			}
			ages.hidden = ages.hidden || p.byAge().hidden
			known.ages = &ages
		}
		for i := range t.split {
			all.split[i] = all.split[i] || t.split[i]
		}
		for who := range sexes {
			all.sexes[who] = all.sexes[who] || t.sexes[who]
		}
	}
	return all
}

// overlapping says that both tables give ages of the sex, so that the second must not be added.
func (t *listTable) overlapping(all *listTable, who sex) bool { return t.sexes[who] && all.sexes[who] }

// give turns the tallies into figures, but for those that an earlier table of
// the file gave: given holds them when the file has several tables.
func (t *listTable) give(given map[givenKey]bool) {
	figures := make([]measure.Figure, 0, 3+len(ageGroups))
	for _, p := range t.order {
		figures = t.figures(figures[:0], p)
		for _, f := range figures {
			if given != nil {
				key := givenKey{f.Measure, tallyKey{f.Unit, f.Period}}
				if given[key] {
					continue
				}
				given[key] = true
			}
			t.load.Figure(t.sheet.Place, f)
		}
	}
}

type givenKey struct {
	measure string
	tallyKey
}

// figures appends what a tally gives.
func (t *listTable) figures(out []measure.Figure, p *tally) []measure.Figure {
	list, row := t.everyone(p)
	if list.status != measure.Missing {
		out = append(out, counted("list-size", p.practice, p.month, list, row))
	}
	if of := t.ofSex(p, female); of.status != measure.Missing {
		out = append(out, partOf("list-female", p, of, list))
	}
	if of := t.ofSex(p, male); of.status != measure.Missing {
		out = append(out, partOf("list-male", p, of, list))
	}
	parts, known := t.ageParts(p)
	if !known || list.status == measure.Missing {
		return out
	}
	for i, g := range ageGroups {
		if !t.split[i] {
			x := reading{parts[i], measure.Reported}
			if p.byAge().hidden {
				x = reading{measure.None, measure.Suppressed}
			}
			out = append(out, ratio(g.measure, p.practice, p.month, x, list, p.row))
		}
	}
	return out
}

// partOf is a part of the list; where the file does not give the list it stands alone.
func partOf(name string, p *tally, part, list reading) measure.Figure {
	if list.status == measure.Missing {
		return counted(name, p.practice, p.month, part, p.row)
	}
	return ratio(name, p.practice, p.month, part, list, p.row)
}

// ofSex is the number of one sex: its own row, or the sum of its ages.
func (t *listTable) ofSex(p *tally, who sex) reading {
	switch {
	case p.total[who].status != measure.Missing:
		return p.total[who]
	case !t.sexes[who]:
		return reading{measure.None, measure.Missing}
	case p.byAge().hidden:
		return reading{measure.None, measure.Suppressed}
	}
	return reading{p.byAge().all[who], measure.Reported}
}

// everyone is the list: its own row, the sum of all ages, or of the sexes where both are given.
func (t *listTable) everyone(p *tally) (reading, int) {
	if own := t.ofSex(p, everyone); own.status != measure.Missing {
		return own, max(p.totals, p.row)
	}
	f, m := t.ofSex(p, female), t.ofSex(p, male)
	if f.status == measure.Missing || m.status == measure.Missing {
		return reading{measure.None, measure.Missing}, p.row
	}
	sum := reading{f.number + m.number, worse(f.status, m.status)}
	if n := t.ofSex(p, neither); n.status == measure.Reported {
		sum.number += n.number
	}
	return sum, p.row
}

// ageParts adds up the age groups: of everyone where the table gives ages of
// everyone, else of the sexes where it gives both.
func (t *listTable) ageParts(p *tally) (parts [len(ageGroups)]float64, known bool) {
	if t.sexes[everyone] {
		return p.byAge().groups[everyone], true
	}
	if !t.sexes[female] || !t.sexes[male] {
		return parts, false
	}
	for i := range parts {
		of := p.byAge().groups
		parts[i] = of[female][i] + of[male][i] + of[neither][i]
	}
	return parts, true
}
