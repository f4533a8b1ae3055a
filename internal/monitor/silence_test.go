package monitor

import (
	"strings"
	"testing"

	"ohp/internal/kernel/measure"
)

// gapIn lets practice 0 say s in the months given; everybody else reports.
func gapIn(f func(i, month int) measure.Figure, s measure.Status, from, to int) func(i, month int) measure.Figure {
	return func(i, month int) measure.Figure {
		if i == 0 && month >= from && month < to {
			return unsaid(s)
		}
		return f(i, month)
	}
}

// Long because it is one table of cases, each a line or two, that are read against each other.
func TestSilence(t *testing.T) {
	steady := steadyCalls
	never := func(s measure.Status) func(i, m int) measure.Figure { return gapIn(steady, s, 0, 99) }
	for name, c := range map[string]struct {
		figure func(i, m int) measure.Figure
		months int // 24 when 0
		silent int
		from   int
		never  bool
		closed bool
	}{
		"two months not reported":            {figure: gapIn(steady, measure.NotReported, 22, 24), silent: 2, from: 22},
		"two months missing":                 {figure: gapIn(steady, measure.Missing, 22, 24), silent: 2, from: 22},
		"five months, some of either":        {figure: gapIn(gapIn(steady, measure.NotReported, 20, 24), measure.Missing, 19, 21), silent: 5, from: 19},
		"one month":                          {figure: gapIn(steady, measure.NotReported, 23, 24)},
		"two months, long ago":               {figure: gapIn(steady, measure.NotReported, 10, 12)},
		"suppressed is a report":             {figure: gapIn(steady, measure.Suppressed, 22, 24)},
		"suppressed, then nothing":           {figure: gapIn(gapIn(steady, measure.NotReported, 22, 24), measure.Suppressed, 0, 22), silent: 2, from: 22},
		"never, and the file says so":        {figure: never(measure.NotReported), silent: 24, from: 0, never: true},
		"never, and no file names it":        {figure: never(measure.Missing), silent: 24, from: 0, never: true},
		"never, but since five months only":  {figure: never(measure.NotReported), months: 5},
		"three reports are no habit":         {figure: gapIn(steady, measure.NotReported, 3, 24)},
		"a practice that is closed":          {figure: gapIn(steady, measure.Missing, 22, 24), closed: true},
		"a closed practice that never spoke": {figure: never(measure.Missing), closed: true},
		"many take no part": {figure: func(i, m int) measure.Figure {
			if i < 6 {
				return unsaid(measure.Missing)
			}
			return steady(i, m)
		}},
		"nobody is in the files": {figure: func(i, m int) measure.Figure {
			if m >= 21 && m < 23 {
				return unsaid(measure.Missing)
			}
			return gapIn(steady, measure.Missing, 23, 24)(i, m)
		}},
		"half of them are silent": {figure: func(i, m int) measure.Figure {
			if m >= 20 && i%2 == 0 {
				return unsaid(measure.NotReported)
			}
			return steady(i, m)
		}},
		"all were silent the month before": {figure: func(i, m int) measure.Figure {
			if m == 22 {
				return unsaid(measure.NotReported)
			}
			return gapIn(steady, measure.NotReported, 23, 24)(i, m)
		}},
		"all were silent in between": {figure: func(i, m int) measure.Figure {
			if m == 22 {
				return unsaid(measure.NotReported)
			}
			return gapIn(steady, measure.NotReported, 21, 24)(i, m)
		}, silent: 2, from: 21},
		"the newest file holds three": {figure: func(i, m int) measure.Figure {
			if m == 23 && i > 3 {
				return unsaid(measure.Missing)
			}
			return gapIn(steady, measure.Missing, 22, 24)(i, m)
		}},
	} {
		t.Run(name, func(t *testing.T) {
			onSQLite(t, 20, func(w *watched) {
				// Given the figures of the case
				months := c.months
				if months == 0 {
					months = 24
				}
				w.figures("calls", 0, months, c.figure)
				if c.closed {
					l := &measure.Load{}
					l.Unit(measure.Unit{Code: "P00", Kind: "practice", Status: "closed"})
					w.store(l)
				}
				// When the monitor runs
				w.run()
				// Then there is as much silence as is true, and no other
				st := w.study("calls")
				f, _ := st.finding("P00")
				if f.Silent != c.silent || f.Never != c.never {
					t.Fatalf("silent for %d (never %v), want %d (%v)", f.Silent, f.Never, c.silent, c.never)
				}
				for _, other := range st.Findings {
					if other.Unit != "P00" && other.Silent > 0 {
						t.Errorf("%s is silent for %d", other.Unit, other.Silent)
					}
				}
				if c.silent == 0 {
					if open := w.concerns("open"); len(open) != 0 {
						t.Errorf("open: %s", headlines(open))
					}
					return
				}
				if f.SilentFrom != at(c.from) {
					t.Errorf("silent from %s, want %s", f.SilentFrom, at(c.from))
				}
				if g := w.only().Signals[0]; g.Kind != Silent || g.Nature != Worse || g.Chance != 1 || !c.never && !strings.Contains(g.Since, "last figure is for "+at(c.from-1).Label()) {
					t.Errorf("the signal is %+v", g)
				}
			})
		})
	}
}

// A new practice is not silent about the time before it opened.
func TestSilenceBeginsWhenThePracticeOpens(t *testing.T) {
	for opened, want := range map[int]int{20: 0, 10: 14} {
		onSQLite(t, 20, func(w *watched) {
			w.figures("calls", 0, 24, gapIn(steadyCalls, measure.Missing, 0, 24))
			l := &measure.Load{}
			l.Unit(measure.Unit{Code: "P00", Kind: "practice", Status: "active", Opened: at(opened).Start()})
			w.store(l)
			w.run()
			if f, _ := w.study("calls").finding("P00"); f.Silent != want {
				t.Errorf("opened in %s: silent for %d, want %d", at(opened), f.Silent, want)
			}
		})
	}
}

func TestSilenceEndsWithAReport(t *testing.T) {
	onBoth(t, 20, func(t *testing.T, w *watched) {
		// Given a concern about silence
		w.figures("calls", 0, 24, gapIn(steadyCalls, measure.NotReported, 22, 24))
		w.run()
		if c := w.only(); c.Headline != "Calls: no report" || c.Began != at(22).String() {
			t.Errorf("the concern is %+v", c)
		}
		// When the practice reports again, then it closes at once
		w.figures("calls", 24, 25, steadyCalls)
		if s := w.run(); s.Closed != 1 || s.Open != 0 {
			t.Errorf("the summary is %+v", s)
		}
	})
}

func TestNothingButNoughtIsAsked(t *testing.T) {
	onBoth(t, 20, func(t *testing.T, w *watched) {
		// Given a practice that begins to report in month 10, and reports nothing but nought while all others report twenty
		begins := func(i, m int) measure.Figure {
			switch {
			case i == 0 && m < 10:
				return unsaid(measure.Missing)
			case i == 0:
				return said(0, 10000)
			}
			return complaintsOf(20)(i, m)
		}
		// When it has done so five times, then nothing is said
		w.figures("complaints", 0, 15, begins)
		if s := w.run(); s.Open != 0 {
			t.Errorf("after five noughts: %s", headlines(w.concerns("open")))
		}
		// When it has done so six times, then it is asked whether anybody counts
		w.figures("complaints", 15, 16, begins)
		w.run()
		c := w.only()
		if g := c.Signals[0]; g.Kind != Silent || c.Nature != Worse || g.Began != at(10).String() || !strings.Contains(g.Size, "6 periods of nought") || c.Headline != "Complaints: nothing but nought" {
			t.Errorf("the signals are %+v", c.Signals)
		}
		// And a single complaint ends the question
		w.figures("complaints", 16, 17, then(complaintsOf(20), 0, func(int, int) measure.Figure { return said(1, 10000) }))
		if s := w.run(); s.Closed != 1 || s.Open != 0 {
			t.Errorf("the summary is %+v", s)
		}
	})
}

// Only noughts are counted as noughts: a month without a report, and one of which no file is loaded, are named as what they are.
func TestNoughtsAreNoGaps(t *testing.T) {
	onBoth(t, 20, func(t *testing.T, w *watched) {
		// Given nothing but nought from month 2 to 19, but no file for months 5 and 9 and no report in months 7, 15 and 16
		figure := func(i, m int) measure.Figure {
			switch {
			case i > 0:
				return complaintsOf(20)(i, m)
			case m < 2:
				return unsaid(measure.Missing)
			case m == 7:
				return unsaid(measure.Missing)
			case m == 15 || m == 16:
				return unsaid(measure.NotReported)
			}
			return said(0, 10000)
		}
		for _, span := range [][2]int{{0, 5}, {6, 9}, {10, 20}} {
			w.figures("complaints", span[0], span[1], figure)
		}
		// When the monitor runs
		w.run()
		// Then each is counted apart
		g := w.only().Signals[0]
		if want := "13 periods of nought, and 3 without a figure; for 2 periods no file is loaded here."; g.Size != want || g.Began != at(2).String() {
			t.Errorf("from %s: %q, want %q", g.Began, g.Size, want)
		}
	})
}

// Rare events: many noughts on end are what chance gives where others have noughts as well.
func TestNoughtsOfRareEventsAreNoSilence(t *testing.T) {
	onSQLite(t, 20, func(w *watched) {
		w.figures("complaints", 0, 30, then(complaintsOf(.6), 0, func(int, int) measure.Figure { return said(0, 10000) }))
		w.run()
		if f, ok := w.study("complaints").finding("P00"); ok && f.Noughts > 0 {
			t.Errorf("found %+v", f)
		}
	})
}
