package monitor

import (
	"encoding/json"
	"fmt"
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
		if g := c.Signals[0]; len(c.Signals) != 1 || g.Kind != OverTime || c.Nature != Better || !strings.Contains(g.Seen, "lower than this practice’s own past – 0 complaints") || !strings.Contains(g.Size, "None is left") {
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
				others := c.change == nil // whom nothing but practice 0's own figures touches
				if others {
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
				if others {
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
