package app

import (
	"path/filepath"
	"slices"
	"testing"
	"time"

	"ohp/internal/demo"
	"ohp/internal/kernel/date"
	"ohp/internal/kernel/measure"
	"ohp/internal/monitor"
)

// Every indicator is of a measure that a module declares, and fits its kind.
func TestIndicatorsFitTheMeasures(t *testing.T) {
	list, err := monitor.Indicators()
	if err != nil {
		t.Fatal(err)
	}
	if err := monitor.CheckIndicators(list, measures(), date.New(2026, time.November, 21)); err != nil {
		t.Error(err)
	}
}

// The demonstration imitates published measures under their declared names, kinds and cadences.
func TestDemonstrationFitsTheMeasures(t *testing.T) {
	catalogue := map[string]measure.Measure{}
	for _, m := range measures() {
		if _, twice := catalogue[m.Name]; twice {
			t.Errorf("%s is declared twice", m.Name)
		}
		catalogue[m.Name] = m
	}
	told := map[string]bool{}
	for _, l := range demo.Loads() {
		l.EachFigure(func(_ string, f measure.Figure) {
			m, declared := catalogue[f.Measure]
			fraction := m.Kind == measure.Proportion || m.Kind == measure.Rate
			fits := declared && m.Cadence == f.Period.Kind() && (f.Status != measure.Reported || fraction == !measure.IsNone(f.Denominator))
			if !fits && !told[f.Measure] {
				told[f.Measure] = true
				t.Errorf("%+v does not fit %+v", f, m)
			}
		})
	}
}

// Given the demonstration, when the monitor runs, then it finds every true change, in the right practice
// and direction and near its beginning, and raises at most two concerns besides; the shared step is a note.
func TestMonitorFindsTheStory(t *testing.T) {
	db, err := openDatabase(t.Context(), filepath.Join(t.TempDir(), "demo.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := demo.Create(t.Context(), db); err != nil {
		t.Fatal(err)
	}
	if _, err := monitor.Run(t.Context(), db, monitor.Settings{Measures: measures()}); err != nil {
		t.Fatal(err)
	}
	concerns, err := monitor.Concerns(t.Context(), db, monitor.ConcernFilter{})
	if err != nil {
		t.Fatal(err)
	}
	story := map[string]bool{}
	for _, change := range demo.Changes {
		story[change.Practice] = true
		if !found(concerns, change) {
			t.Errorf("not found: %s", change.Words)
		}
	}
	besides := 0
	for _, c := range concerns {
		if !story[c.Practice] {
			besides++
			t.Logf("besides: %s %s: %s", c.Practice, c.Theme, c.Headline)
		}
	}
	if besides > 2 {
		t.Errorf("%d concerns about practices in which nothing happens", besides)
	}
	notes, err := monitor.Notes(t.Context(), db)
	if err != nil {
		t.Fatal(err)
	}
	for _, change := range demo.Shared {
		if !slices.ContainsFunc(notes, func(n monitor.Note) bool { return n.Indicator.Measure == change.Measure }) {
			t.Errorf("no note of the shared step: %s", change.Words)
		}
	}
}

// found says whether a concern tells of a change: an alarm or an improvement that began within
// three months of a step, after the beginning of a slope, or with a silence.
func found(concerns []monitor.Concern, change demo.Change) bool {
	for _, c := range concerns {
		for _, s := range c.Signals {
			in, err := monitor.IndicatorNamed(s.Indicator)
			if err != nil || c.Practice != change.Practice || in.Measure != change.Measure || (s.Nature == monitor.Better) == change.Worse {
				continue
			}
			if (s.Kind == monitor.Silent) != (change.Shape == demo.Silence) {
				continue
			}
			began, err := date.ParsePeriod(s.Began)
			if err != nil {
				continue
			}
			late := began.Index() - change.From.Index()
			if late >= -3 && (late <= 3 || change.Shape == demo.Slope) {
				return true
			}
		}
	}
	return false
}
