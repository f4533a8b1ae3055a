package monitor

import (
	"encoding/json"
	"net/http/httptest"
	"strings"
	"testing"

	"ohp/internal/kernel/date"
	"ohp/internal/kernel/measure"
	"ohp/internal/kernel/store"
	"ohp/internal/kernel/testkit"
)

// What there is none of is not said, and one is one.
func TestSummaryOfConcerns(t *testing.T) {
	for _, c := range []struct {
		worse, differ, better int
		want                  string
	}{
		{0, 0, 0, ""},
		{1, 0, 0, "It is for the worse or silent."},
		{7, 0, 0, "All are for the worse or silent."},
		{0, 1, 0, "It is different without being better or worse."},
		{0, 0, 3, "All are improvements."},
		{6, 0, 1, "6 are for the worse or silent and 1 is an improvement."},
		{1, 2, 0, "1 is for the worse or silent and 2 are different without being better or worse."},
		{1200, 1, 2, "1,200 are for the worse or silent, 1 is different without being better or worse and 2 are improvements."},
	} {
		v := concernsView{counts: map[string]int{Worse: c.worse, Differ: c.differ, Better: c.better}, total: c.worse + c.differ + c.better}
		if got := v.summary(); got != c.want {
			t.Errorf("%d, %d and %d: it says %q, want %q", c.worse, c.differ, c.better, got, c.want)
		}
	}
}

// What the heading has just named is not named again below it; below another heading it is.
func TestSignalBelowAHeading(t *testing.T) {
	for _, s := range stories() {
		g, teller := s.signal()
		headline := teller.headline(&Concern{Telling: Telling{Signals: []Signal{g}}})
		words := g.below(headline)
		if strings.Contains(words, g.Title) || words != capital(words) || !strings.HasSuffix(strings.ToLower(g.Seen), strings.ToLower(words)) {
			t.Errorf("%s: below %q it says %q, and by itself %q", s.name, headline, words, g.Seen)
		}
		if got := g.below(g.Title); got != words {
			t.Errorf("%s: below its name alone it says %q", s.name, got)
		}
		for _, heading := range []string{"Something else: lower since May 2026", g.Title + " acknowledged: lower since May 2026"} {
			if got := g.below(heading); got != g.Seen {
				t.Errorf("%s: below %q it says %q", s.name, heading, got)
			}
		}
	}
}

// A chart shows where the change began, also where a signal of another kind in the same indicator comes first.
func TestChartOfAConcernShowsWhereTheChangeBegan(t *testing.T) {
	p := Pages{Measures: watchedMeasures()[:1]}
	s := measure.Series{}
	for m := range 30 {
		f := complaintsOf(30)(0, m)
		s.Periods, s.Status = append(s.Periods, at(m)), append(s.Status, f.Status)
		s.Num, s.Den, s.Val = append(s.Num, f.Numerator), append(s.Den, f.Denominator), append(s.Val, f.Value)
	}
	over, beside := Signal{Indicator: "complaints", Kind: OverTime, Began: "2025-01"}, Signal{Indicator: "complaints", Kind: Beside, Began: "2025-06"}
	for _, signals := range [][]Signal{{over}, {over, beside}, {beside, over}} {
		plots := p.plotsOf(Concern{Telling: Telling{Signals: signals}}, map[string]measure.Series{"complaints": s})
		if d := plots["complaints"]; d.plot.Began != at(24) || d.Fixed != 24 || len(d.Drawing().Notes) != 1 {
			t.Errorf("%+v: marked at %q, limits from %d points", signals, d.plot.Began, d.Fixed)
		}
	}
	if d := p.plotsOf(Concern{Telling: Telling{Signals: []Signal{beside}}}, map[string]measure.Series{"complaints": s})["complaints"]; !d.plot.Began.IsZero() || len(d.Points) != 30 {
		t.Errorf("no change over time, and marked at %q", d.plot.Began)
	}
}

// The first of several beginnings is the first in time, whatever kinds of period they are.
func TestConcernBeganFirstInTime(t *testing.T) {
	for _, c := range []struct {
		began []string
		want  string
	}{
		{[]string{"2025-03", "2024-11"}, "2024-11"},
		{[]string{"2024-10", "2024/25"}, "2024/25"}, // from April 2024
		{[]string{"2024/25", "2024-02"}, "2024-02"},
		{[]string{"2024-11", "2024-Q4"}, "2024-Q4"}, // from October 2024
		{[]string{"", "2025-03"}, "2025-03"},
	} {
		kept := map[signalKey]*keptSignal{}
		for i, began := range c.began {
			body, err := json.Marshal(Signal{Indicator: itoa(i), Kind: OverTime, Nature: Worse, Began: began})
			if err != nil {
				t.Fatal(err)
			}
			kept[signalKey{indicator: itoa(i)}] = &keptSignal{State: "open", Body: string(body)}
		}
		var concern Concern
		if !concern.gather(kept) || concern.Began != c.want {
			t.Errorf("of %q the first is %q, want %q", c.began, concern.Began, c.want)
		}
	}
}

// Whatever number of a page an address asks for, the last page is the furthest.
func TestPageBeyondTheLast(t *testing.T) {
	onBoth(t, 20, func(t *testing.T, w *watched) {
		w.figures("complaints", 0, 30, then(steadyComplaints, 24, complaintsOf(18)))
		w.run()
		p := Pages{DB: w.db}
		for _, number := range []string{"1", "2", "999999", "9223372036854775807", "400000000000000000", "99999999999999999999", "-1", "x"} {
			v, err := p.readConcerns(httptest.NewRequest("GET", "/concerns?page="+number, nil))
			if err != nil || v.page != 1 || len(v.concerns) != 1 {
				t.Errorf("page %s of the concerns: page %d with %d concerns, %v", number, v.page, len(v.concerns), err)
			}
			list := practicesView{page: pageNumber(map[string][]string{"page": {number}}, "page")}
			if err := p.readPractices(t.Context(), &list); err != nil || list.page != 1 || len(list.rows) != 20 {
				t.Errorf("page %s of the practices: page %d with %d rows, %v", number, list.page, len(list.rows), err)
			}
		}
	})
}

// Given pages that keep what they read, When another process loads a file or runs the monitor, Then they show what it did.
func TestPagesFollowAnotherProcess(t *testing.T) {
	for _, engine := range testkit.Engines {
		t.Run(string(engine), func(t *testing.T) {
			dsn := testkit.DSN(t, engine)
			db := testkit.OpenDSN(t, dsn)
			if _, err := store.Migrate(t.Context(), db, measure.Migrations(), Migrations()); err != nil {
				t.Fatal(err)
			}
			w := newWatched(t, db, 20) // the other process
			p := Pages{DB: testkit.OpenDSN(t, dsn), kept: &measure.Recollection{}, drawn: &measure.Recollection{}}
			read := func() concernsView {
				t.Helper()
				v, err := p.readConcerns(httptest.NewRequest("GET", "/concerns", nil))
				if err != nil {
					t.Fatal(err)
				}
				return v
			}
			w.figures("complaints", 0, 30, then(steadyComplaints, 24, complaintsOf(18)))
			if v := read(); v.run != nil || v.total != 0 {
				t.Errorf("before a run there are %d concerns", v.total)
			}
			w.run()
			if v := read(); v.run == nil || v.total != 1 || v.concerns[0].Name != "Practice P00" {
				t.Errorf("after a run there are %d concerns: %+v", v.total, v.concerns)
			}
			l := &measure.Load{}
			l.Unit(measure.Unit{Code: "P00", Kind: "practice", Name: "Another Name", Status: "active"})
			w.store(l)
			if v := read(); v.total != 1 || v.concerns[0].Name != "Another Name" {
				t.Errorf("after a file there are %d concerns: %+v", v.total, v.concerns)
			}
			w.indicators = w.indicators[1:]
			w.run()
			if v := read(); v.total != 0 {
				t.Errorf("after the next run there are %d concerns", v.total)
			}
		})
	}
}

// Given a supplier that changed when the figures did, When a concern about them opens, Then it says so, and of no other indicator.
func TestConcernTellsOfAChangedSupplier(t *testing.T) {
	onBoth(t, 20, func(t *testing.T, w *watched) {
		w.measures[1].Name, w.indicators[1].Measure = "online-consultations", "online-consultations"
		w.declare()
		l := &measure.Load{}
		for _, a := range []measure.Attribute{
			{Unit: "P00", Value: "OLD SYSTEM", From: date.New(2023, 1, 1)}, {Unit: "P00", Value: "NEW SYSTEM", From: date.New(2025, 1, 1)},
			{Unit: "P01", Value: "OLD SYSTEM", From: date.New(2023, 1, 1)},
		} {
			a.Name = supplierAttribute
			l.Attribute(a)
		}
		w.store(l)
		w.figures("online-consultations", 0, 30, then(steadyCalls, 24, callsOf(.6)))
		w.figures("complaints", 0, 30, then(steadyComplaints, 24, complaintsOf(18)))
		w.run()
		for _, c := range w.concerns("open") {
			told := strings.Contains(c.Signals[0].Unknown, "given as New System from 1 January 2025 on, and as Old System before")
			if told != (c.Theme == "access") {
				t.Errorf("%s: it says %q", c.Headline, c.Signals[0].Unknown)
			}
		}
		if n := len(w.concerns("open")); n != 2 {
			t.Errorf("%d concerns are open", n)
		}
	})
}
