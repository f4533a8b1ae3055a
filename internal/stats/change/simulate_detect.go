package change

import "slices"

// scenario is a kind of series and the changes tried on it.
type scenario struct {
	model
	name    string
	changes []struct {
		name string
		size float64
	}
}

func scenarios() []scenario {
	type ch = []struct {
		name string
		size float64
	}
	rates := ch{{"doubles", 2}, {"halves", 0.5}}
	return []scenario{
		{model{kind: Rate, level: 1.5, units: 0.3}, "1.5 events a month", rates},
		{model{kind: Rate, level: 5, units: 0.3}, "5 events a month", rates},
		{model{kind: Rate, level: 20, units: 0.3}, "20 events a month", rates},
		{model{kind: Proportion, level: 0.85, cases: 60, units: 0.3}, "85% of 60 cases a month", ch{{"falls 10 points", -0.1}, {"rises 7 points", 0.07}}},
		{model{kind: Measurement, level: 100, sigma: 10, units: 0.25}, "measurement", ch{{"moves 1 sigma", 1}, {"moves 2 sigma", 2}, {"moves 3 sigma", 3}}},
	}
}

// detection is the second table: months until each rule, tuned to the same budget on this very kind of series, sees a
// change at a practice of 8,800 patients. The thresholds of this package's method are those of the partnership.
func (s *simulation) detection() []DetectionRow {
	var rows []DetectionRow
	list := scenarios()
	for i, sc := range list {
		s.say(0.6+0.3*float64(i)/float64(len(list)), "changing "+sc.name)
		found := s.scenario(uint64(i+1)<<40, sc)
		if s.ctx.Err() != nil {
			break
		}
		rows = append(rows, found...)
	}
	return rows
}

func (s *simulation) scenario(stream uint64, sc scenario) []DetectionRow {
	priors := s.peers(stream, sc.model)
	// The practice itself is at the level that the scenario names; its peers differ.
	sc.units = 0
	if sc.kind == Measurement {
		sc.units = 0.25
	}
	var rules []contender
	for _, c := range contenders() {
		if c.tuned {
			rules = append(rules, c)
		}
	}
	limits, false1 := s.tuneOnScenario(stream, sc.model, rules, priors)
	var rows []DetectionRow
	for k, ch := range sc.changes {
		delays := s.delays(stream+uint64(k+1)<<36, sc.model, ch.size, rules, limits, priors)
		for j := range delays {
			label := ours
			if j > 0 {
				label = rules[j-1].label
			}
			row := DetectionRow{Series: sc.name, Change: ch.name, Method: label, FalsePerMonth: false1[j] * float64(s.Practices*len(s.mix))}
			row.settle(delays[j], s.Horizon)
			rows = append(rows, row)
		}
	}
	return rows
}

// peers are groups of the same indicator at the other practices, from which the prior is learnt.
func (s *simulation) peers(stream uint64, m model) []Prior {
	priors := make([]Prior, 24)
	s.share(len(priors), func(i int, d *Detector) {
		c := newChance(s.Seed, stream+1<<35+uint64(i))
		var group []Series
		for _, patients := range lists(max(s.Practices-1, 0), c) {
			group = append(group, draw(m, patients, s.History, step{month: never}, c))
		}
		priors[i] = d.LearnPrior(group)
	})
	return priors
}

// batch is how many series one piece of work holds.
const batch = 50

func (s *simulation) tuneOnScenario(stream uint64, m model, rules []contender, priors []Prior) ([]thresholds, []float64) {
	n := warmUp + s.Months
	pieces := (s.Steady + batch - 1) / batch
	scored := make([][]paths, pieces)
	opened := make([]int, pieces)
	bound := Budget{FalseConcernsPerMonth: s.Budget}.Bound(s.Practices * len(s.mix))
	s.share(pieces, func(i int, d *Detector) {
		c := newChance(s.Seed, stream+uint64(i))
		scored[i] = make([]paths, len(rules))
		flag := make([]bool, n)
		for k := range batch {
			sr := draw(m, patients, s.History+n, step{month: never}, c)
			view := months{kind: sr.Kind, value: sr.Value, base: sr.Base}
			view.settle()
			for j := range rules {
				scored[i][j].add(&rules[j], &view, s.History, n, flag)
			}
			var w Watch
			for t := range n {
				p := d.Scan(sr.first(s.History+t+1), Options{Prior: priors[(i*batch+k)%len(priors)]}).P
				if w.Next(p <= bound, p) == Opened && t >= warmUp {
					opened[i]++
				}
			}
		}
	})
	limits, rate := make([]thresholds, len(rules)), make([]float64, 1+len(rules))
	for _, count := range opened {
		rate[0] += float64(count)
	}
	rate[0] /= float64(pieces * batch * s.Months)
	s.share(len(rules), func(j int, _ *Detector) {
		path := paths{months: n, warm: warmUp}
		for i := range scored {
			if scored[i] != nil {
				path.a, path.b = append(path.a, scored[i][j].a...), append(path.b, scored[i][j].b...)
			}
		}
		l := &limits[j][0]
		l.first, l.second = path.tune(rules[j].rival, s.Budget/float64(s.Practices*len(s.mix)))
		rate[j+1] = path.newConcerns(l.first, l.second)
	})
	return limits, rate
}

// strained is the third table: false concerns a month in partnerships made only of steady series that break what the
// method assumes.
func (s *simulation) strained() []StrainedRow {
	measurement := model{kind: Measurement, level: 100, sigma: 10, units: 0.25}
	correlated, sticky, wild := measurement, measurement, measurement
	correlated.rho, sticky.rho, wild.tails = 0.3, 0.6, 5
	clustered := model{kind: Rate, level: 1.5, units: 0.3, extra: 0.6}
	list := []struct {
		name string
		model
	}{
		{"measurements, neighbouring months correlated 0.3", correlated},
		{"measurements, neighbouring months correlated 0.6", sticky},
		{"measurements with wild values (Student's t, 5 degrees of freedom)", wild},
		{"1.5 events a month in clusters (variance 1.5 times Poisson)", clustered},
	}
	var rows []StrainedRow
	for i, m := range list {
		s.say(0.9+0.1*float64(i)/float64(len(list)), "straining the method")
		stream := uint64(100+i) << 40
		priors := s.peers(stream, m.model)
		n := float64(s.Practices * len(s.mix))
		few := *s
		few.Steady = max(s.Steady/3, batch)
		_, learnt := few.tuneOnScenario(stream, m.model, nil, priors)
		_, alone := few.tuneOnScenario(stream, m.model, nil, []Prior{{}})
		if s.ctx.Err() != nil {
			break
		}
		rows = append(rows, StrainedRow{Series: m.name, WithPeers: learnt[0] * n, Alone: alone[0] * n})
	}
	return rows
}

// delays returns for each method (ours first) the month after the change in which each changed series was flagged
// first; Horizon+1 when it was not.
func (s *simulation) delays(stream uint64, m model, size float64, rules []contender, limits []thresholds, priors []Prior) [][]int {
	pieces := (s.Changed + batch - 1) / batch
	delays := make([][]int, 1+len(rules))
	for j := range delays {
		delays[j] = make([]int, pieces*batch)
	}
	bound := Budget{FalseConcernsPerMonth: s.Budget}.Bound(s.Practices * len(s.mix))
	s.share(pieces, func(i int, d *Detector) {
		c := newChance(s.Seed, stream+uint64(i))
		a, b, flag := make([]float64, s.Horizon), make([]float64, s.Horizon), make([]bool, s.Horizon)
		for k := range batch {
			at := i*batch + k
			sr := draw(m, patients, s.History+s.Horizon, step{month: s.History, size: size}, c)
			delays[0][at] = firstMonth(s.Horizon, func(t int) bool {
				return d.Scan(sr.first(s.History+t+1), Options{Prior: priors[at%len(priors)]}).P <= bound
			})
			view := months{kind: sr.Kind, value: sr.Value, base: sr.Base}
			view.settle()
			for j := range rules {
				rules[j].judge(&view, s.History, a, b, flag)
				l := limits[j][0]
				delays[j+1][at] = firstMonth(s.Horizon, func(t int) bool { return a[t] >= l.first || b[t] >= l.second })
			}
		}
	})
	for j := range delays {
		slices.Sort(delays[j])
	}
	return delays
}

func firstMonth(horizon int, flagged func(t int) bool) int {
	for t := range horizon {
		if flagged(t) {
			return t + 1
		}
	}
	return horizon + 1
}
