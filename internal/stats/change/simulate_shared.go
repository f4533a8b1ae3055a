package change

// shared is the fourth table: one indicator changes at every practice at once. Without the peers that is as many
// concerns as practices; with their movement taken out it should be one shared step and next to no concern.
func (s *simulation) shared() []SharedRow {
	if s.Practices < leastPeers {
		return nil
	}
	list := []struct {
		name string
		model
		size float64
	}{
		{"20 events a month, a third more everywhere", model{kind: Rate, level: 20, units: 0.3}, 4.0 / 3},
		{"85% of 60 cases a month, 7 points fewer everywhere", model{kind: Proportion, level: 0.85, cases: 60, units: 0.3}, -0.07},
		{"measurement, 1.5 sigma higher everywhere", model{kind: Measurement, level: 100, sigma: 10, units: 0.25}, 1.5},
		{"20 events a month, nothing changes", model{kind: Rate, level: 20, units: 0.3}, 1},
	}
	var rows []SharedRow
	groups := max(s.Partnerships, 2)
	for i, l := range list {
		s.say(0.95+0.05*float64(i)/float64(len(list)), "changing all practices at once")
		seen := make([]sharedGroup, groups)
		s.share(groups, func(g int, d *Detector) {
			seen[g] = s.sharedGroup(newChance(s.Seed, uint64(200+i)<<40+uint64(g)), l.model, l.size, d)
		})
		if s.ctx.Err() != nil {
			break
		}
		row := SharedRow{Change: l.name}
		for _, g := range seen {
			row.Alone += float64(g.alone) / float64(groups)
			row.WithPeers += float64(g.withPeers) / float64(groups)
			if g.month > 0 {
				row.Found += 1 / float64(groups)
				row.Month += float64(g.month)
			}
		}
		if row.Found > 0 {
			row.Month /= row.Found * float64(groups)
		}
		rows = append(rows, row)
	}
	return rows
}

type sharedGroup struct {
	alone, withPeers int // practices with a concern opened within 12 months of the change
	month            int // in which the shared step was found; 0: not within 12 months
}

func (s *simulation) sharedGroup(c chance, m model, size float64, d *Detector) sharedGroup {
	group := make([]Series, s.Practices)
	for u, list := range lists(s.Practices, c) {
		group[u] = draw(m, list, s.History+12, step{month: s.History, size: size}, c)
	}
	var found sharedGroup
	bound := Budget{FalseConcernsPerMonth: s.Budget}.Bound(s.Practices * len(s.mix))
	alone, with := make([]bool, len(group)), make([]bool, len(group))
	now := make([]Series, len(group))
	for t := range 12 {
		n := s.History + t + 1
		for u := range group {
			now[u] = group[u].first(n)
		}
		prior := Options{Prior: d.LearnPrior(now)}
		scanned := d.ScanGroup(now, Options{})
		for u := range now {
			alone[u] = alone[u] || d.Scan(now[u], prior).P <= bound
			with[u] = with[u] || scanned.Results[u].P <= bound
		}
		if found.month == 0 && scanned.Shared.P <= SharedStepBound {
			found.month = t + 1
		}
	}
	for u := range alone {
		if alone[u] {
			found.alone++
		}
		if with[u] {
			found.withPeers++
		}
	}
	return found
}
