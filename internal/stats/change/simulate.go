package change

import (
	"context"
	"math"
	"slices"
	"sync"
	"time"
)

// SimulateOptions sizes a simulation. Use QuickSimulation or FullSimulation and change what you like.
type SimulateOptions struct {
	Practices  int    `json:"practices"`
	Indicators int    `json:"indicators"`
	History    int    `json:"history"` // months before monitoring begins
	Months     int    `json:"months"`  // months monitored and counted in a steady partnership
	Seed       uint64 `json:"seed"`
	// Budget is the number of false concerns a month that the partnership accepts.
	Budget float64 `json:"budget"`
	// Partnerships is the number of steady partnerships; Tuning the number of further ones on which rivals are tuned.
	Partnerships int `json:"partnerships"`
	Tuning       int `json:"tuning"`
	// Steady is the number of steady series and Changed the number of changed series for each row of the second table.
	Steady  int `json:"steady"`
	Changed int `json:"changed"`
	// Horizon is how many months after the change are looked at.
	Horizon int `json:"horizon"`
}

// warmUp is the number of months monitored before counting begins: the first month finds at once what stands out in
// the whole history, and is no measure of a normal month.
const warmUp = 6

// QuickSimulation takes some seconds.
func QuickSimulation() SimulateOptions {
	return SimulateOptions{Practices: 33, Indicators: 30, History: 36, Months: 24, Seed: 1, Budget: 1,
		Partnerships: 16, Tuning: 6, Steady: 6000, Changed: 1000, Horizon: 36}
}

// FullSimulation takes minutes and is what the documentation quotes.
func FullSimulation() SimulateOptions {
	o := QuickSimulation()
	o.Partnerships, o.Tuning, o.Steady, o.Changed = 200, 40, 40000, 10000
	return o
}

func (o SimulateOptions) settled() SimulateOptions {
	q := QuickSimulation()
	for _, f := range []struct {
		v     *int
		least int
		def   int
	}{
		{&o.Practices, 1, q.Practices}, {&o.Indicators, 1, q.Indicators}, {&o.History, 12, q.History}, {&o.Months, 1, q.Months},
		{&o.Partnerships, 2, q.Partnerships}, {&o.Tuning, 1, q.Tuning}, {&o.Steady, 100, q.Steady},
		{&o.Changed, 10, q.Changed}, {&o.Horizon, 1, q.Horizon},
	} {
		if *f.v == 0 {
			*f.v = f.def
		}
		*f.v = max(*f.v, f.least)
	}
	if !(o.Budget > 0) {
		o.Budget = q.Budget
	}
	return o
}

// Progress hears how far a simulation has come, from 0 to 1, and what it is doing. It may be called from two goroutines
// in turn, never at the same time.
type Progress func(share float64, doing string)

// Simulate runs steady partnerships and changed series through the method of this package and through the rules in use
// today, and reports false concerns a month and months to detection. The same options give the same report. It stops
// early when ctx ends, with the steady partnerships that were watched and the other rows that were finished:
// Report.Complete says whether it ran to its end.
func Simulate(ctx context.Context, o SimulateOptions, progress Progress) Report {
	began := time.Now()
	o = o.settled()
	var said sync.Mutex
	r := simulation{SimulateOptions: o, ctx: ctx, mix: steadyMix(o.Indicators), say: func(share float64, doing string) {
		if progress != nil {
			said.Lock()
			defer said.Unlock()
			progress(share, doing)
		}
	}}
	report := Report{Options: o, Series: o.Practices * o.Indicators, Complete: true}
	report.Steady = r.steady()
	report.Detection = r.detection()
	report.Strained = r.strained()
	report.Shared = r.shared()
	report.Complete = ctx.Err() == nil
	report.conclude()
	report.Seconds = time.Since(began).Seconds()
	return report
}

type simulation struct {
	SimulateOptions
	ctx context.Context
	mix []model
	say Progress
}

// share runs work 0..n-1 on two goroutines. Each piece of work owns its seed and its place in the results. Once ctx has
// ended, places are left empty.
func (s *simulation) share(n int, work func(i int, d *Detector)) {
	const hands = 2
	var wait sync.WaitGroup
	for h := range hands {
		wait.Go(func() {
			d := NewDetector(s.History + warmUp + max(s.Months, s.Horizon))
			for i := h; i < n && s.ctx.Err() == nil; i += hands {
				work(i, d)
			}
		})
	}
	wait.Wait()
}

// partnership draws the figures of a steady partnership, indicator by indicator.
func (s *simulation) partnership(stream uint64) [][]Series {
	c := newChance(s.Seed, stream)
	list := lists(s.Practices, c)
	length := s.History + warmUp + s.Months
	all := make([][]Series, len(s.mix))
	for i, m := range s.mix {
		for _, patients := range list {
			all[i] = append(all[i], draw(m, patients, length, step{month: never}, c))
		}
	}
	return all
}

func draw(m model, list float64, length int, st step, c chance) Series {
	u := m.at(list, c)
	sr := Series{Kind: m.kind, Value: make([]float64, length), Base: make([]float64, length)}
	for t := range length {
		sr.Value[t], sr.Base[t] = u.month(t, st, c)
	}
	return sr
}

func (s Series) first(n int) Series {
	s.Value, s.Base = s.Value[:n], s.Base[:n]
	return s
}

// contender is a rival with one choice of thresholds.
type contender struct {
	rival
	label string
	xmr   bool // flags by the four rules instead of scores
	tuned bool
}

func contenders() []contender {
	var c []contender
	for _, r := range rivals() {
		c = append(c, contender{rival: r, label: r.name + ", as used", xmr: r.runs})
	}
	for _, r := range rivals() {
		if r.steadied != nil {
			r.score = r.steadied
		}
		c = append(c, contender{rival: r, label: r.name + ", tuned to the budget", tuned: true})
		if r.runs {
			r.runs = false
			c = append(c, contender{rival: r, label: r.name + ", limits only, tuned to the budget", tuned: true})
		}
	}
	return c
}

// judge scores a series for the months from history on.
func (c *contender) judge(m *months, history int, a, b []float64, flag []bool) {
	if !c.xmr {
		c.score(m, history, a, b)
		if !c.runs {
			clear(b)
		}
		return
	}
	xmrNative(m, history, flag)
	for i, f := range flag {
		a[i], b[i] = 0, 0
		if f {
			a[i] = math.Inf(1)
		}
	}
}

// thresholds are those of a contender, for each class of series.
type thresholds [3]struct{ first, second float64 }

// steady is the first table: what each rule raises in a partnership in which nothing changes. None without two
// partnerships to measure by.
func (s *simulation) steady() []SteadyRow {
	rules := contenders()
	limits := s.tuneOnPartnerships(rules)
	counts := make([][]int, s.Partnerships)
	s.share(s.Partnerships, func(i int, d *Detector) {
		all := s.partnership(uint64(i))
		counts[i] = append([]int{s.monitor(all, d)}, s.rivalsOn(all, rules, limits)...)
		s.say(0.1+0.5*float64(i)/float64(s.Partnerships), "watching steady partnerships")
	})
	counts = slices.DeleteFunc(counts, func(c []int) bool { return c == nil })
	if len(counts) < 2 {
		return nil
	}
	rows := make([]SteadyRow, 1+len(rules))
	rows[0] = SteadyRow{Method: ours, Tuned: true}
	for j, c := range rules {
		rows[j+1] = SteadyRow{Method: c.label, Tuned: c.tuned}
		if !c.tuned {
			rows[j+1].Rule = c.native
		}
	}
	for j := range rows {
		rows[j].settle(counts, j, s.Months)
	}
	return rows
}

// monitor runs the method over a partnership month by month, by ScanGroup, Budget and Watch, and counts the concerns opened
// after the warm-up.
func (s *simulation) monitor(all [][]Series, d *Detector) int {
	budget := Budget{FalseConcernsPerMonth: s.Budget}
	now := make([]Series, s.Practices)
	watch := make([]Watch, len(all)*s.Practices)
	p := make([]float64, len(watch))
	opened := 0
	for t := range warmUp + s.Months {
		for i, group := range all {
			for u, sr := range group {
				now[u] = sr.first(s.History + t + 1)
			}
			for u, r := range d.ScanGroup(now, Options{}).Results {
				p[i*s.Practices+u] = r.P
			}
		}
		threshold := budget.Threshold(p)
		for k := range watch {
			if watch[k].Next(p[k] <= threshold, p[k]) == Opened && t >= warmUp {
				opened++
			}
		}
	}
	return opened
}

func (s *simulation) rivalsOn(all [][]Series, rules []contender, limits []thresholds) []int {
	n := warmUp + s.Months
	path := paths{months: n, warm: warmUp, a: make([]float64, n), b: make([]float64, n)}
	flag := make([]bool, n)
	opened := make([]int, len(rules))
	for i, group := range all {
		class := s.mix[i].class
		for _, sr := range group {
			m := months{kind: sr.Kind, value: sr.Value, base: sr.Base}
			m.settle()
			for j := range rules {
				rules[j].judge(&m, s.History, path.a, path.b, flag)
				l := limits[j][class]
				opened[j] += path.opened(l.first, l.second)
			}
		}
	}
	return opened
}

// tuneOnPartnerships finds each tuned contender's thresholds, class of series by class of series.
func (s *simulation) tuneOnPartnerships(rules []contender) []thresholds {
	s.say(0, "tuning today's rules to the budget")
	n := warmUp + s.Months
	perClass := make([][][3]paths, s.Tuning)
	s.share(s.Tuning, func(i int, _ *Detector) {
		all := s.partnership(1<<32 + uint64(i))
		perClass[i] = make([][3]paths, len(rules))
		flag := make([]bool, n)
		for k, group := range all {
			for _, sr := range group {
				m := months{kind: sr.Kind, value: sr.Value, base: sr.Base}
				m.settle()
				for j := range rules {
					if rules[j].tuned {
						perClass[i][j][s.mix[k].class].add(&rules[j], &m, s.History, n, flag)
					}
				}
			}
		}
	})
	limits := make([]thresholds, len(rules))
	budget := s.Budget / float64(s.Practices*len(s.mix))
	s.share(len(rules), func(j int, _ *Detector) {
		for class := range limits[j] {
			l := &limits[j][class]
			l.first, l.second = rules[j].first, rules[j].second
			if !rules[j].tuned {
				continue
			}
			path := paths{months: n, warm: warmUp}
			for i := range perClass {
				if perClass[i] != nil {
					path.a = append(path.a, perClass[i][j][class].a...)
					path.b = append(path.b, perClass[i][j][class].b...)
				}
			}
			l.first, l.second = path.tune(rules[j].rival, budget)
		}
	})
	return limits
}

// add scores one more series.
func (p *paths) add(c *contender, m *months, history, n int, flag []bool) {
	at := len(p.a)
	for range n {
		p.a, p.b = append(p.a, 0), append(p.b, 0)
	}
	c.judge(m, history, p.a[at:], p.b[at:], flag)
}
