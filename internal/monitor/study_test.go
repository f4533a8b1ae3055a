package monitor

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"ohp/internal/kernel/date"
	"ohp/internal/kernel/measure"
	"ohp/internal/kernel/store"
	"ohp/internal/kernel/testkit"
	"ohp/internal/stats/change"
)

// onSQLite is for what does not depend on the engine and would take long on both.
func onSQLite(t *testing.T, n int, f func(w *watched)) {
	f(newWatched(t, testkit.Database(t, store.SQLite, measure.Migrations(), Migrations()), n))
}

func TestSharedStepIsANote(t *testing.T) {
	onBoth(t, 33, func(t *testing.T, w *watched) {
		// Given complaints that rise by half at every practice but one from month 26 on
		w.figures("complaints", 0, 32, func(i, m int) measure.Figure {
			mean := 30.0
			if m >= 26 && i != 5 {
				mean = 45
			}
			return complaintsOf(mean)(i, m)
		})
		// When the monitor runs
		w.run()
		// Then the step is told once
		step := w.study("complaints").Shared
		if step == nil || !step.Higher || !step.Ratio || step.Units != 33 || step.Share < .9 || step.Began != at(26) {
			t.Fatalf("the shared step is %+v", step)
		}
		if step.Effect < 1.35 || step.Effect > 1.6 {
			t.Errorf("its size is %v, truly 1.5", step.Effect)
		}
		// And the only concern is about the practice that did not take it
		if c := w.only(); c.Practice != "P05" || !strings.HasPrefix(c.Headline, "Complaints: lower since") || c.Nature != Better ||
			!strings.Contains(c.Signals[0].Peers, "What all practices share (higher since March 2025") {
			t.Errorf("the concern is %s %s %+v", c.Practice, c.Headline, c.Signals)
		}
	})
}

// Given something that nobody had and everybody has since five months, Then the note has no number that cannot be, and the run goes through.
func TestSharedStepFromNought(t *testing.T) {
	for _, before := range []int{12, 20, 31, 40} {
		t.Run(fmt.Sprint(before), func(t *testing.T) {
			onSQLite(t, 20, func(w *watched) {
				w.figures("complaints", 0, before+5, func(i, m int) measure.Figure {
					if m < before {
						return said(0, 10000)
					}
					return complaintsOf(300)(i, m)
				})
				w.run()
				step := w.study("complaints").Shared
				if step != nil && !(step.Effect >= 0 && step.Effect < 1e300) {
					t.Errorf("the step is %+v", step)
				}
				if step != nil {
					words := stepWords(&subject{Indicator: w.indicators[0]}, step)
					if noNumber(words) || !strings.HasPrefix(words, "higher since") {
						t.Errorf("the note says %q", words)
					}
					if strings.Contains(words, "by 0%") || strings.Contains(words, "000000") {
						t.Errorf("the note gives a size that cannot be known: %q", words)
					}
				}
			})
		})
	}
}

// gapIn lets practice 0 say s in the months given; everybody else reports.
func gapIn(f func(i, month int) measure.Figure, s measure.Status, from, to int) func(i, month int) measure.Figure {
	return func(i, month int) measure.Figure {
		if i == 0 && month >= from && month < to {
			return unsaid(s)
		}
		return f(i, month)
	}
}

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

func TestGapsAreNotNoughts(t *testing.T) {
	for _, gap := range []measure.Status{measure.NotReported, measure.Suppressed, measure.Missing} {
		onSQLite(t, 20, func(w *watched) {
			// Given a practice that says nothing usable in every other month, and reports as always in the last
			w.figures("complaints", 0, 31, func(i, m int) measure.Figure {
				if i == 0 && m%2 == 1 {
					return unsaid(gap)
				}
				return complaintsOf(20)(i, m)
			})
			// When it is studied
			w.run()
			// Then it is judged as steady, by its sixteen reports
			if open := w.concerns("open"); len(open) != 0 {
				t.Errorf("%s: %s", gap, headlines(open))
			}
			if st := w.study("complaints"); st.Judged != 20 {
				t.Errorf("%s: %d judged", gap, st.Judged)
			}
		})
	}
}

func TestNoughtsAreNotGaps(t *testing.T) {
	onSQLite(t, 20, func(w *watched) {
		// Given a practice that reports nought complaints for five months after twenty a month
		nought := then(complaintsOf(20), 25, func(int, int) measure.Figure { return said(0, 10000) })
		w.figures("complaints", 0, 30, nought)
		w.run()
		// Then that is a fall to nought, and no silence
		c := w.only()
		if g := c.Signals[0]; len(c.Signals) != 1 || g.Kind != OverTime || c.Nature != Better || !strings.Contains(g.Seen, "lower than this practice’s own past – 0.0 complaints") || !strings.Contains(g.Size, "None is left") {
			t.Errorf("the signals are %+v", c.Signals)
		}
		// And nor is it after a year: somebody counted once
		w.figures("complaints", 30, 37, nought)
		w.run()
		if c = w.only(); len(c.Signals) != 1 || c.Signals[0].Kind != OverTime {
			t.Errorf("after a year the signals are %+v", c.Signals)
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

func TestPeriodsWithoutAFileAreNotThePracticesGaps(t *testing.T) {
	onSQLite(t, 20, func(w *watched) {
		// Given no file at all for three months, and a practice that says nothing in one more, and doubles
		w.figures("complaints", 0, 36, func(i, m int) measure.Figure {
			switch {
			case m >= 8 && m < 11, i == 0 && m == 20:
				return unsaid(measure.Missing)
			case i == 0 && m >= 30:
				return complaintsOf(60)(i, m)
			}
			return complaintsOf(20)(i, m)
		})
		w.run()
		if f, _ := w.study("complaints").finding("P00"); f.Gaps != 1 || f.Unloaded != 3 {
			t.Errorf("found %+v", f)
		}
	})
}

func TestGapsAreCountedFromTheFirstReport(t *testing.T) {
	onSQLite(t, 20, func(w *watched) {
		// Given a practice that begins to report in month 10, leaves out months 15 and 16, and doubles in month 30
		w.figures("complaints", 0, 36, func(i, m int) measure.Figure {
			switch {
			case i == 0 && (m < 10 || m == 15 || m == 16):
				return unsaid(measure.Missing)
			case i == 0 && m >= 30:
				return complaintsOf(60)(i, m)
			}
			return complaintsOf(20)(i, m)
		})
		w.run()
		// Then two periods have no figure, not twelve
		if f, _ := w.study("complaints").finding("P00"); f.Gaps != 2 || f.BaselineN != 18 || f.Window != 6 || f.Began != at(30) {
			t.Errorf("found %+v", f)
		}
	})
}

func TestLimitsWithoutWidthRaiseNothing(t *testing.T) {
	onSQLite(t, 20, func(w *watched) {
		w.indicators[2].MinimumPoints = 9
		// Given measurements that never vary until one practice moves in the last month
		w.figures("wait", 0, 24, func(i, m int) measure.Figure {
			if i == 0 && m == 23 {
				return amountOf(11)
			}
			return amountOf(10)
		})
		// And shares that are whole everywhere
		w.figures("calls", 0, 24, func(i, m int) measure.Figure { return said(500, 500) })
		w.run()
		// Then nothing is raised, and the studies say that nothing could be judged
		if open := w.concerns("open"); len(open) != 0 {
			t.Errorf("open: %s", headlines(open))
		}
		if st := w.study("wait"); st.Judged != 0 || st.Units != 20 {
			t.Errorf("%d of %d judged", st.Judged, st.Units)
		}
	})
}

// look judges the figures of a measure over time without keeping anything.
func (w *watched) look(name string, change func(*Indicator)) []Finding {
	w.t.Helper()
	for i, in := range w.indicators {
		if in.Name != name {
			continue
		}
		change(&in)
		directory, err := measure.ReadDirectory(w.t.Context(), w.db)
		if err != nil {
			w.t.Fatal(err)
		}
		_, members := directory.Partnership()
		sub := subject{in, w.measures[i], watch{directory: directory, members: members}}
		g, err := measure.ReadGrid(w.t.Context(), w.db, in.Measure, measure.Span{})
		if err != nil {
			w.t.Fatal(err)
		}
		s := newStudent()
		s.study(sub, g)
		var list []Finding
		latest := latestCommon(g)
		for i, unit := range g.Units {
			f := Finding{Unit: unit, P: 1, PlaceP: 1}
			s.overTime(sub, g, i, latest, changeOptions(s, g), &f)
			list = append(list, f)
		}
		return list
	}
	w.t.Fatalf("no indicator %s", name)
	return nil
}

func changeOptions(s *student, g *measure.Grid) change.Options {
	group, _ := s.sample(g)
	return change.Options{Baseline: 8, Prior: s.detector.LearnPrior(group)}
}

func TestWhatIsNotJudgedSaysWhy(t *testing.T) {
	for name, c := range map[string]struct {
		figure func(i, m int) measure.Figure
		change func(*Indicator)
		words  string
	}{
		"too few":             {gapIn(steadyCalls, measure.NotReported, 0, 17), nil, "only 7 periods have been reported; 12 are needed"},
		"only one":            {gapIn(steadyCalls, measure.NotReported, 0, 23), nil, "only 1 period has been reported; 12 are needed"},
		"none":                {gapIn(steadyCalls, measure.NotReported, 0, 24), nil, "nothing usable was reported; 12 periods are needed"},
		"small denominators":  {then(steadyCalls, 0, func(int, int) measure.Figure { return said(20, 40) }), func(in *Indicator) { in.MinimumDenominator = 50 }, "nothing usable was reported"},
		"one short baseline":  {steadyCalls, func(in *Indicator) { in.MinimumPoints = 30 }, "only 24 periods have been reported; 30 are needed"},
		"stale":               {gapIn(steadyCalls, measure.Suppressed, 20, 24), nil, "the latest figure is too old"},
		"context":             {steadyCalls, func(in *Indicator) { in.ContextOnly = true }, "for context"},
		"nothing but events":  {then(steadyCalls, 0, func(int, int) measure.Figure { return said(90, 90) }), nil, "nothing to compare"},
		"denominator nought":  {then(steadyCalls, 0, func(int, int) measure.Figure { return said(0, 0) }), nil, "nothing usable was reported"},
		"more than there are": {then(steadyCalls, 0, func(int, int) measure.Figure { return said(91, 90) }), nil, "nothing usable was reported"},
	} {
		t.Run(name, func(t *testing.T) {
			onSQLite(t, 20, func(w *watched) {
				w.figures("calls", 0, 24, c.figure)
				if c.change == nil {
					c.change = func(*Indicator) {}
				}
				list := w.look("calls", c.change)
				var f Finding
				for _, x := range list {
					if x.Unit == "P00" {
						f = x
					}
				}
				if f.Judged() || f.P != 1 || !strings.Contains(f.Unjudged, c.words) {
					t.Errorf("judged %v at %v: %q, want %q", f.Judged(), f.P, f.Unjudged, c.words)
				}
				if c.change == nil {
					for _, x := range list {
						if x.Unit != "P00" && !x.Judged() {
							t.Errorf("%s is not judged: %s", x.Unit, x.Unjudged)
						}
					}
				}
			})
		})
	}
}

// A single month without a figure does not make a series stale.
func TestOneMissingMonthIsNotStale(t *testing.T) {
	onSQLite(t, 20, func(w *watched) {
		w.figures("calls", 0, 24, gapIn(steadyCalls, measure.NotReported, 23, 24))
		for _, f := range w.look("calls", func(*Indicator) {}) {
			if !f.Judged() {
				t.Errorf("%s: %s", f.Unit, f.Unjudged)
			}
		}
	})
}

func TestAlertBelow(t *testing.T) {
	onBoth(t, 20, func(t *testing.T, w *watched) {
		// Given ratings of which under 3 is an alert, published on single days; practice 0 fell to 2, practice 1 stands at 3, practice 2 rose from 1
		w.measures[2].Cadence = date.Day
		w.declare()
		w.indicators[2].AlertBelow, w.indicators[2].MinimumPoints, w.indicators[2].Direction = 3, 1, HigherIsBetter
		l := &measure.Load{}
		rate := func(unit, day string, x float64) {
			d, _ := date.Parse(day)
			f := amountOf(x)
			f.Measure, f.Unit, f.Period = "wait", unit, date.Day.Of(d)
			l.Figure("", f)
		}
		rate("P00", "2019-03-01", 3)
		rate("P00", "2024-06-11", 2)
		rate("P01", "2024-06-12", 3)
		rate("P02", "2018-01-01", 1)
		rate("P02", "2021-01-01", 4)
		w.store(l)
		// When the monitor runs
		w.run()
		// Then practice 0 alone raises a concern, which gives the day
		c := w.only()
		g := c.Signals[0]
		if c.Practice != "P00" || g.Kind != Alert || g.Began != "2024-06-11" || !strings.Contains(g.Seen, "2.0 minutes, under the alert level of 3.0") || !strings.Contains(g.Since, "11 June 2024") {
			t.Errorf("%s: %+v", c.Practice, g)
		}
		// And it closes when the rating rises
		l = &measure.Load{}
		rate("P00", "2025-01-10", 3)
		w.store(l)
		if s := w.run(); s.Closed != 1 {
			t.Errorf("the summary is %+v", s)
		}
	})
}

// Given figures that are reported without a number that can be used, When alert levels and silence look at them, Then the run goes through.
func TestReportsWithoutNumbers(t *testing.T) {
	onBoth(t, 12, func(t *testing.T, w *watched) {
		w.indicators[1].AlertBelow = 50
		w.indicators[1].Funnel = true
		w.figures("calls", 0, 24, func(i, m int) measure.Figure {
			switch {
			case i == 0 && m < 22:
				return said(0, 0)
			case i == 0:
				return unsaid(measure.NotReported)
			case i == 1:
				return said(5, 0)
			}
			return steadyCalls(i, m)
		})
		w.run()
		if f, ok := w.study("calls").finding("P00"); !ok || f.Silent != 2 || f.Alert {
			t.Errorf("found %+v", f)
		}
	})
}

// honest practices differ lastingly from each other, and nothing else happens.
func honest(i, m int) measure.Figure {
	share := .8 + .1*math.Sin(float64(i)*1.7)
	return said(cases(3000, share, byChance("honest", i, m)), 3000)
}

func TestPlaceNeedsBothOfTheLastTwoPeriods(t *testing.T) {
	for name, c := range map[string]struct {
		odd  func(m int) bool
		lost int // a month in which practice 0 has no figure, 0 for none
		want bool
	}{
		"always":                    {func(int) bool { return true }, 0, true},
		"the last two":              {func(m int) bool { return m >= 22 }, 0, true},
		"the last one":              {func(m int) bool { return m == 23 }, 0, false},
		"the one before":            {func(m int) bool { return m == 22 }, 0, false},
		"the last, none before it":  {func(m int) bool { return m == 23 }, 22, false},
		"always, none in the last":  {func(int) bool { return true }, 23, false},
		"no period before the last": {func(int) bool { return true }, -1, true},
	} {
		t.Run(name, func(t *testing.T) {
			onSQLite(t, 30, func(w *watched) {
				w.indicators[1].Funnel = true
				// Given practices that differ, and one far below all of them in some months
				first := 0
				if c.lost < 0 {
					first = 23
				}
				w.figures("calls", first, 24, func(i, m int) measure.Figure {
					switch {
					case i == 0 && c.lost > 0 && m == c.lost:
						return unsaid(measure.Suppressed)
					case i == 0 && c.odd(m):
						return said(cases(3000, .3, byChance("odd", i, m)), 3000)
					}
					return honest(i, m)
				})
				w.run()
				// Then it lies out only when both of the last two periods say so
				st := w.study("calls")
				f, _ := st.finding("P00")
				if flagged := f.PlaceN > 0 && f.PlaceP < .001; flagged != c.want {
					t.Errorf("P %v among %d, z %v", f.PlaceP, f.PlaceN, f.PlaceZ)
				}
				if !c.want {
					return
				}
				if f.PlaceZ >= 0 || f.PlaceN != 30 || f.PlacePeriod != at(23) || math.Abs(f.PlaceValue-30) > 3 || math.Abs(f.PlaceCentre-79) > 3 {
					t.Errorf("found %+v", f)
				}
				for _, other := range st.Findings {
					if other.Unit != "P00" && other.PlaceN > 0 && other.PlaceP < .001 {
						t.Errorf("%s lies out at %v", other.Unit, other.PlaceP)
					}
				}
			})
		})
	}
}

func TestPlaceComparesWithinTheGroup(t *testing.T) {
	onBoth(t, 24, func(t *testing.T, w *watched) {
		// Given two primary care networks of twelve, the second of which has half the first's level, and one practice of the first that has the second's
		w.indicators[1].Funnel = true
		w.indicators[1].Compare = "pcn"
		l := &measure.Load{}
		for i, code := range w.practices {
			l.Unit(measure.Unit{Code: code, Kind: "practice", Status: "active"})
			l.Membership(measure.Membership{Unit: code, Group: fmt.Sprintf("U%d", i/12), GroupKind: "pcn"})
		}
		w.store(l)
		w.figures("calls", 0, 20, func(i, m int) measure.Figure {
			share := .8
			if i == 0 || i >= 12 {
				share = .4
			}
			return said(cases(3000, share+.02*math.Sin(float64(i)), byChance("calls", i, m)), 3000)
		})
		w.run()
		// Then that one alone lies out, among twelve
		c := w.only()
		if g := c.Signals[0]; c.Practice != "P00" || g.Kind != Beside || c.Nature != Worse || !strings.Contains(g.Peers, "12 practices (of the same primary care network)") {
			t.Errorf("%s: %+v", c.Practice, g)
		}
		// And with nine in a network, nobody is called unusual
		l = &measure.Load{}
		for _, code := range []string{"P01", "P02", "P03"} {
			l.Membership(measure.Membership{Unit: code, Group: "U9", GroupKind: "pcn"})
		}
		w.store(l)
		w.run()
		if f, ok := w.study("calls").finding("P00"); ok && f.PlaceN > 0 {
			t.Errorf("compared among %d", f.PlaceN)
		}
	})
}

func TestPlaceLeavesOutImpossibleShares(t *testing.T) {
	onSQLite(t, 20, func(w *watched) {
		w.indicators[1].Funnel = true
		// Given a practice that reports more answered calls than calls, and one of too few calls to say
		w.indicators[1].MinimumDenominator = 100
		w.figures("calls", 0, 20, func(i, m int) measure.Figure {
			switch i {
			case 0:
				return said(5000, 3000)
			case 1:
				return said(1, 50)
			}
			return honest(i, m)
		})
		w.run()
		// Then neither is compared, nor moves the average of the others
		st := w.study("calls")
		if st.Placed != 18 {
			t.Errorf("%d placed", st.Placed)
		}
		for _, f := range st.Findings {
			if f.PlaceN != 18 || f.PlaceCentre > 90 || f.Unit == "P00" || f.Unit == "P01" {
				t.Errorf("found %+v", f)
			}
		}
	})
}

// An honest country: practices differ far more than chance would have it, and none is an outlier among them. About as many
// lie out at a level as that level says, not the many that a funnel without over-dispersion would call.
func TestPlaceAllowsForHonestDifferences(t *testing.T) {
	onSQLite(t, 99, func(w *watched) {
		w.indicators[1].Funnel = true
		level := make([]float64, 99)
		for i := range level {
			level[i] = 1 / (1 + math.Exp(-(1.2 + .35*normalOf(i))))
		}
		w.figures("calls", 0, 2, func(i, m int) measure.Figure { return said(cases(3000, level[i], byChance("calls", i, m)), 3000) })
		w.run()
		st := w.study("calls")
		out, plain := 0, 0
		for _, f := range st.Findings {
			if f.PlaceN > 0 && f.PlaceP <= .01 {
				out++
			}
			if f.PlaceP <= .05 {
				plain++
			}
		}
		if st.Placed != 99 || out > 4 || plain > 12 {
			t.Errorf("of %d, %d lie out at 1%% and %d at 5%%", st.Placed, out, plain)
		}
	})
}

// normalOf is a fixed standard normal draw for practice i.
func normalOf(i int) float64 {
	src := byChance("level", i, 0)
	u := float64(src.Uint64()>>11) / (1 << 53)
	return math.Sqrt2 * math.Erfinv(2*u-1)
}

// Whatever files come in whatever order, what is studied step by step is what is studied afresh.
func TestIncrementalEqualsAfresh(t *testing.T) {
	testkit.Databases(t, []store.Migrations{measure.Migrations(), Migrations()}, func(t *testing.T, db *store.DB) {
		w := newWatched(t, db, 12)
		w.indicators[1].Funnel = true
		w.figures("complaints", 0, 16, steadyComplaints)
		w.figures("calls", 0, 16, steadyCalls)
		w.figures("wait", 0, 16, steadyWait)
		months := map[string]int{"complaints": 16, "calls": 16, "wait": 16}
		steady := map[string]func(i, m int) measure.Figure{"complaints": steadyComplaints, "calls": steadyCalls, "wait": steadyWait}
		rapid.Check(t, func(r *rapid.T) {
			for range rapid.IntRange(1, 3).Draw(r, "files") {
				name := rapid.SampledFrom([]string{"complaints", "calls", "wait"}).Draw(r, "measure")
				factor := rapid.SampledFrom([]float64{0, .5, 1, 1, 1, 1.1}).Draw(r, "factor")
				who := rapid.IntRange(0, 11).Draw(r, "practice")
				status := rapid.SampledFrom([]measure.Status{measure.Reported, measure.Suppressed, measure.NotReported, measure.Missing}).Draw(r, "status")
				from := months[name]
				if rapid.Bool().Draw(r, "correction") {
					from = rapid.IntRange(0, months[name]-1).Draw(r, "month")
				} else {
					months[name]++
				}
				w.figures(name, from, from+1, func(i, m int) measure.Figure {
					f := steady[name](i, m)
					if i == who {
						f.Numerator *= factor
						f.Value *= factor
						if status != measure.Reported {
							f = unsaid(status)
						}
					}
					return f
				})
			}
			w.run()
			before := w.studies()
			w.run(func(s *Settings) { s.Afresh = true; s.Workers = 1 })
			if a, b := asText(r, before), asText(r, w.studies()); a != b {
				r.Fatalf("step by step:\n%s\nafresh:\n%s", a, b)
			}
		})
	})
}

func asText(t interface{ Fatal(...any) }, studies []Study) string {
	text, err := json.MarshalIndent(studies, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// noNumber says whether words hold something that is no number.
func noNumber(words string) bool {
	return strings.Contains(words, "NaN") || strings.Contains(words, "Inf") || strings.Contains(words, "%!")
}
