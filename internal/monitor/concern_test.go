package monitor

import (
	"fmt"
	"strings"
	"testing"

	"ohp/internal/kernel/measure"
	"ohp/internal/kernel/store"
)

func TestConcernOpensWithTrueNumbers(t *testing.T) {
	onBoth(t, 20, func(t *testing.T, w *watched) {
		// Given exactly four complaints a month for two years, but twelve at one practice since month 24, of 10,000 patients
		w.figures("complaints", 0, 28, func(i, month int) measure.Figure {
			if i == 3 && month >= 24 {
				return said(12, 10000)
			}
			return said(float64(2+(i+3*month)%5), 10000)
		})
		// When the monitor runs
		s := w.run()
		// Then there is one concern, and its words hold the numbers of the figures
		c := w.only()
		if s.Opened != 1 || s.Open != 1 || s.Studied != 1 || s.Series != 20 || s.Judged != 20 || s.Practices != 20 {
			t.Errorf("the summary is %+v", s)
		}
		if c.Practice != "P03" || c.Name != "Practice P03" || c.Theme != "experience" || c.Nature != Worse || c.Began != "2025-01" || c.Count != 1 || len(c.Signals) != 1 {
			t.Fatalf("the concern is %+v", c)
		}
		if c.Headline != "Complaints: higher since January 2025" {
			t.Errorf("the headline is %q", c.Headline)
		}
		g := c.Signals[0]
		baseline := 0.0
		for m := range 24 {
			baseline += float64(2 + (3+3*m)%5)
		}
		baseline /= 24 * 10
		for words, want := range map[string]string{
			g.Seen:    fmt.Sprintf("1.2 complaints per 1,000 patients, where it had been %.1f", baseline),
			g.Since:   "January 2025, and it holds over the last 4 periods reported, up to April 2025",
			g.Size:    fmt.Sprintf("%.2f times the earlier level", 1.2/baseline),
			g.Peers:   "None of the 19 other practices",
			g.Unknown: "rests on 24 reported periods",
		} {
			if !strings.Contains(words, want) {
				t.Errorf("%q does not say %q", words, want)
			}
		}
	})
}

func TestRunAgainChangesNothing(t *testing.T) {
	onBoth(t, 20, func(t *testing.T, w *watched) {
		// Given a run that opened a concern in two themes
		w.figures("complaints", 0, 30, then(steadyComplaints, 24, complaintsOf(18)))
		w.figures("calls", 0, 30, then(steadyCalls, 24, callsOf(.6)))
		w.run()
		before := w.rows()
		if n := len(w.concerns("open")); n != 2 {
			t.Fatalf("%d concerns are open", n)
		}
		// When it runs again without new figures
		s := w.run()
		// Then no indicator is studied and no row changes
		if s.Studied != 0 || s.Opened != 0 || s.Closed != 0 || s.Open != 2 || s.Series != 40 {
			t.Errorf("the summary is %+v", s)
		}
		if after := w.rows(); after != before {
			t.Errorf("rows changed:\n%s\n%s", before, after)
		}
		// And studied afresh, only the times of the studies differ
		if s = w.run(func(s *Settings) { s.Afresh = true }); s.Studied != 2 || s.Opened+s.Closed != 0 {
			t.Errorf("afresh the summary is %+v", s)
		}
		if a, b := w.concerns("all"), 2; len(a) != b || a[0].ChangedAt.After(a[0].OpenedAt) {
			t.Errorf("afresh the concerns are %+v", a)
		}
	})
}

// calm reads the calm counter of the only open signal.
func (w *watched) calm() int64 {
	w.t.Helper()
	n, err := store.One[int64](w.t.Context(), w.db, "select calm from concern_signal where state = 'open'")
	if err != nil {
		w.t.Fatal(err)
	}
	return n
}

func TestConcernClosesAfterThreeCalmMonths(t *testing.T) {
	onBoth(t, 20, func(t *testing.T, w *watched) {
		// Given a concern about six months of many complaints
		w.figures("complaints", 0, 30, then(steadyComplaints, 24, complaintsOf(18)))
		w.run()
		first := w.only()
		// When figures return to what they were, month after month
		month, calm := 30, int64(0)
		for ; ; month++ {
			if month > 60 {
				t.Fatal("it never calms down")
			}
			w.figures("complaints", month, month+1, steadyComplaints)
			s := w.run()
			if s.Closed == 1 {
				// Then it closes in the third calm month on end
				if calm != 2 || s.Open != 0 {
					t.Errorf("closed after %d calm months: %+v", calm, s)
				}
				break
			}
			if c := w.only(); c.ID != first.ID {
				t.Fatalf("month %d opened another: %s", month, c.Headline)
			}
			// And each calm month counts one, and a month that is not calm starts anew
			now := w.calm()
			if now != calm+1 && now != 0 {
				t.Fatalf("month %d: calm went from %d to %d", month, calm, now)
			}
			calm = now
			// And to run again without figures counts nothing
			if w.run(); w.calm() != calm {
				t.Fatalf("an idle run counted a calm month")
			}
		}
		// And what was seen stays readable
		closed := w.concerns("closed")
		if len(closed) != 1 || closed[0].ID != first.ID || closed[0].ClosedAt == "" || closed[0].State != "closed" {
			t.Fatalf("closed: %+v", closed)
		}
		if len(closed[0].Signals) != 1 || !strings.Contains(closed[0].Signals[0].Seen, "than this practice’s own past") || closed[0].Headline == "" {
			t.Errorf("the closed concern says %+v, %q", closed[0].Telling, closed[0].Headline)
		}
		// When complaints double again much later
		w.figures("complaints", month+1, month+20, steadyComplaints)
		w.run()
		w.figures("complaints", month+20, month+24, then(steadyComplaints, 0, complaintsOf(24)))
		w.run()
		// Then that is a new concern, and the old one stays closed as it was
		if c := w.only(); c.ID == first.ID || !c.OpenedAt.After(first.OpenedAt) {
			t.Errorf("reopened as %+v", c)
		}
		if again := w.concerns("closed"); len(again) != 1 || again[0].ClosedAt != closed[0].ClosedAt {
			t.Errorf("the closed one became %+v", again)
		}
	})
}

func TestFlappingIsOneConcern(t *testing.T) {
	onBoth(t, 20, func(t *testing.T, w *watched) {
		// Given a practice whose complaints are high every other month
		w.figures("complaints", 0, 24, steadyComplaints)
		w.run()
		opened := 0
		// When the monitor runs every month
		for month := 24; month < 44; month++ {
			w.figures("complaints", month, month+1, then(steadyComplaints, 24, func(i, m int) measure.Figure { return complaintsOf(float64(6+m%2*14))(i, m) }))
			opened += w.run().Opened
		}
		// Then that is one concern
		if all := w.concerns("all"); opened != 1 || len(all) != 1 {
			t.Errorf("%d opened: %s", opened, headlines(all))
		}
	})
}

func TestSilenceDoesNotCalmAConcern(t *testing.T) {
	for name, gap := range map[string]measure.Status{"not reported": measure.NotReported, "suppressed": measure.Suppressed, "missing": measure.Missing} {
		t.Run(name, func(t *testing.T) {
			onBoth(t, 20, func(t *testing.T, w *watched) {
				// Given a concern about complaints
				w.figures("complaints", 0, 30, then(steadyComplaints, 24, complaintsOf(18)))
				w.run()
				// When the practice then says nothing usable for five months while the others report
				for month := 30; month < 35; month++ {
					w.figures("complaints", month, month+1, then(steadyComplaints, 24, func(int, int) measure.Figure { return unsaid(gap) }))
					w.run()
				}
				// Then the change that was seen is still a concern: silence is not calm
				c := w.only()
				open := ""
				for _, s := range c.Signals {
					open += s.Kind + ";"
				}
				if !strings.Contains(open, OverTime) || w.concernCalm(OverTime) != 0 {
					t.Errorf("open are %q, calm %d", open, w.concernCalm(OverTime))
				}
				// And when it reports again as before the change, that counts
				w.figures("complaints", 35, 36, complaintsOf(6))
				w.run()
				if c := w.only(); len(c.Signals) != 1 || c.Signals[0].Kind != OverTime {
					t.Errorf("after the silence the signals are %+v", c.Signals)
				}
			})
		})
	}
}

func (w *watched) concernCalm(kind string) int64 {
	w.t.Helper()
	n, err := store.One[int64](w.t.Context(), w.db, "select coalesce(sum(calm), 0) from concern_signal where state = 'open' and kind = $1", kind)
	if err != nil {
		w.t.Fatal(err)
	}
	return n
}

func TestEachThemeHasItsConcern(t *testing.T) {
	onBoth(t, 20, func(t *testing.T, w *watched) {
		// Given a concern in one theme
		w.figures("complaints", 0, 30, then(steadyComplaints, 24, complaintsOf(18)))
		w.figures("calls", 0, 27, steadyCalls)
		w.figures("wait", 0, 27, steadyWait)
		w.run()
		first := w.only()
		if !strings.Contains(first.Moved, "Nothing else at this practice") {
			t.Errorf("moved: %q", first.Moved)
		}
		// When two indicators of another theme change at the same practice
		w.figures("calls", 27, 30, then(steadyCalls, 27, callsOf(.6)))
		w.figures("wait", 27, 30, then(steadyWait, 27, func(i, m int) measure.Figure { f := steadyWait(i, m); f.Value += 8; return f }))
		s := w.run()
		// Then one further concern opens, which gathers both, and each tells of the other
		if s.Studied != 2 || s.Opened != 1 || s.Open != 2 {
			t.Fatalf("the summary is %+v", s)
		}
		for _, c := range w.concerns("open") {
			switch c.Theme {
			case "experience":
				if c.ID != first.ID || !strings.Contains(c.Moved, "Calls (lower since April 2025") || !strings.Contains(c.Moved, "Wait (higher since April 2025") {
					t.Errorf("the first concern says %q", c.Moved)
				}
			case "access":
				if len(c.Signals) != 2 || !strings.HasSuffix(c.Headline, ", and 1 more indicator") || !strings.Contains(c.Moved, "Complaints (higher since") {
					t.Errorf("the second concern is %q, %q", c.Headline, c.Moved)
				}
			default:
				t.Errorf("a concern about %s", c.Theme)
			}
		}
	})
}

func TestWithdrawnIndicatorClosesItsSignal(t *testing.T) {
	for name, withdraw := range map[string]func([]Indicator) []Indicator{
		"withdrawn":    func(list []Indicator) []Indicator { return list[1:] },
		"context only": func(list []Indicator) []Indicator { list[0].ContextOnly = true; return list },
	} {
		t.Run(name, func(t *testing.T) {
			onBoth(t, 20, func(t *testing.T, w *watched) {
				// Given a concern that rests on one indicator
				w.figures("complaints", 0, 30, then(steadyComplaints, 24, complaintsOf(18)))
				w.figures("calls", 0, 30, steadyCalls)
				w.run()
				w.only()
				// When that indicator is withdrawn, or becomes mere context
				w.indicators = withdraw(watchedIndicators())
				s := w.run()
				// Then the concern closes
				if s.Closed != 1 || s.Open != 0 {
					t.Errorf("the summary is %+v", s)
				}
			})
		})
	}
}

func TestConcernOfAPracticeThatLeavesCloses(t *testing.T) {
	onBoth(t, 21, func(t *testing.T, w *watched) {
		// Given a concern about a practice
		w.figures("complaints", 0, 30, then(steadyComplaints, 24, complaintsOf(18)))
		w.run()
		w.only()
		// When the practice closes
		l := &measure.Load{}
		l.Unit(measure.Unit{Code: "P00", Kind: "practice", Name: "Practice P00", Status: "closed"})
		w.store(l)
		s := w.run()
		// Then nobody watches it any more
		if s.Closed != 1 || s.Open != 0 {
			t.Errorf("the summary is %+v: %s", s, headlines(w.concerns("open")))
		}
	})
}

func TestOnlyWhatIsTouchedIsStudied(t *testing.T) {
	onBoth(t, 20, func(t *testing.T, w *watched) {
		// Given three indicators that were studied
		w.figures("complaints", 0, 20, steadyComplaints)
		w.figures("calls", 0, 20, steadyCalls)
		w.figures("wait", 0, 20, steadyWait)
		if s := w.run(); s.Studied != 3 || s.Indicators != 3 || s.Series != 60 {
			t.Fatalf("the summary is %+v", s)
		}
		// When one gets a month, then only that one is studied, and all are counted
		w.figures("calls", 20, 21, steadyCalls)
		if s := w.run(); s.Studied != 1 || s.Indicators != 3 || s.Series != 60 {
			t.Errorf("after a month: %+v", s)
		}
		// When a corrected file changes an old figure, that indicator is studied
		w.figures("wait", 3, 4, func(i, m int) measure.Figure { f := steadyWait(i, m); f.Value += .5; return f })
		if s := w.run(); s.Studied != 1 {
			t.Errorf("after a correction: %+v", s)
		}
		// When a document changes how figures are judged, that indicator is studied
		w.indicators[1].MinimumPoints = 15
		if s := w.run(); s.Studied != 1 {
			t.Errorf("after a change of the document: %+v", s)
		}
		// When its prose changes, nothing is
		w.indicators[1].Sections = []Section{{Heading: "What it is", HTML: "<p>Other words.</p>"}}
		if s := w.run(); s.Studied != 0 {
			t.Errorf("after a change of its prose: %+v", s)
		}
		// When the list of the partnership changes, all are, and only members are watched
		w.members(w.practices...)
		l := &measure.Load{}
		l.Unit(measure.Unit{Code: "P19", Kind: "practice", Name: "Practice P19", Status: "active"})
		l.Membership(measure.Membership{Unit: "P19", Group: "ELSE", GroupKind: "partnership"})
		w.store(l)
		if s := w.run(); s.Studied != 3 || s.Series != 57 {
			t.Errorf("after a change of membership: %+v", s)
		}
	})
}

func TestClosedSignalsKeepTheirDate(t *testing.T) {
	onBoth(t, 20, func(t *testing.T, w *watched) {
		// Given a concern of two signals, one of which closes because its indicator is withdrawn
		w.figures("calls", 0, 30, then(steadyCalls, 24, callsOf(.6)))
		w.figures("wait", 0, 30, then(steadyWait, 24, func(i, m int) measure.Figure { f := steadyWait(i, m); f.Value += 8; return f }))
		w.run()
		all := w.indicators
		w.indicators = all[:2]
		w.run()
		const query = "select closed_at from concern_signal where indicator = 'wait'"
		closed, err := store.One[string](t.Context(), w.db, query)
		if err != nil || closed == "" {
			t.Fatalf("closed at %q, %v", closed, err)
		}
		// When the concern changes later
		w.figures("calls", 30, 31, then(steadyCalls, 24, callsOf(.55)))
		w.run()
		// Then the signal still says when it closed
		if later, err := store.One[string](t.Context(), w.db, query); err != nil || later != closed {
			t.Errorf("closed at %q, before %q, %v", later, closed, err)
		}
		// And when it is seen again, it is open, from now on
		w.indicators = all
		w.run()
		type row struct {
			State    string `db:"state"`
			OpenedAt string `db:"opened_at"`
			ClosedAt string `db:"closed_at"`
		}
		if r, err := store.One[row](t.Context(), w.db, "select state, opened_at, closed_at from concern_signal where indicator = 'wait'"); err != nil || r.State != "open" || r.ClosedAt != "" || r.OpenedAt <= closed {
			t.Errorf("seen again: %+v, %v", r, err)
		}
	})
}
