package monitor

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"

	"ohp/internal/kernel/date"
	"ohp/internal/kernel/measure"
	"ohp/internal/kernel/store"
	"ohp/internal/kernel/testkit"
	"ohp/internal/stats/change"
)

// watched is a partnership in a real database, month by month, and the monitor that watches it.
type watched struct {
	t          testing.TB
	db         *store.DB
	practices  []string
	measures   []measure.Measure
	indicators []Indicator
	files      int
}

// The measures and indicators that tests watch. A test that needs others replaces them.
func watchedMeasures() []measure.Measure {
	return []measure.Measure{
		{Name: "complaints", Title: "Complaints", Kind: measure.Rate, Per: 1000, Unit: "practice", Cadence: date.Month, Counts: "complaints", Of: "patients"},
		{Name: "calls", Title: "Calls answered", Kind: measure.Proportion, Per: 100, Unit: "practice", Cadence: date.Month, Counts: "calls answered", Of: "calls"},
		{Name: "wait", Title: "Wait", Kind: measure.Measurement, Per: 1, Unit: "practice", Cadence: date.Month},
	}
}

func watchedIndicator(name, theme, direction, words string) Indicator {
	return Indicator{Name: name, Title: capital(name), Short: name, Measure: name, Theme: theme, KeyQuestion: "safe", Direction: direction, ScaleWords: words,
		Decimals: 1, Chart: "by-rule", Profile: "nhsr-0.2.2", MinimumPoints: 12, Compare: "partnership", AlertBelow: measure.None, Target: measure.None}
}

func watchedIndicators() []Indicator {
	return []Indicator{
		watchedIndicator("complaints", "experience", LowerIsBetter, "complaints per 1,000 patients"),
		watchedIndicator("calls", "access", HigherIsBetter, "% of calls"),
		watchedIndicator("wait", "access", LowerIsBetter, "minutes"),
	}
}

// practiceCodes are n codes of practices: P00, P01 …
func practiceCodes(n int) []string {
	codes := make([]string, n)
	for i := range codes {
		codes[i] = fmt.Sprintf("P%02d", i)
	}
	return codes
}

// newWatched fills an empty database with the directory of a partnership of n practices.
func newWatched(t testing.TB, db *store.DB, n int) *watched {
	t.Helper()
	w := &watched{t: t, db: db, practices: practiceCodes(n), measures: watchedMeasures(), indicators: watchedIndicators()}
	w.declare()
	w.members(w.practices...)
	return w
}

func onBoth(t *testing.T, n int, f func(t *testing.T, w *watched)) {
	testkit.Databases(t, []store.Migrations{measure.Migrations(), Migrations()}, func(t *testing.T, db *store.DB) { f(t, newWatched(t, db, n)) })
}

func (w *watched) declare() {
	w.t.Helper()
	if err := measure.Declare(w.t.Context(), w.db, w.measures); err != nil {
		w.t.Fatal(err)
	}
}

func (w *watched) store(l *measure.Load) {
	w.t.Helper()
	w.files++
	l.File.Name, l.File.Format = fmt.Sprintf("file %d.csv", w.files), "test"
	l.File.SHA256 = fmt.Sprintf("sum %d", w.files)
	if l.File.AsAt.IsZero() {
		l.File.AsAt = date.New(2020, 1, 1).AddDays(w.files)
	}
	if _, err := measure.Store(w.t.Context(), w.db, l); err != nil {
		w.t.Fatal(err)
	}
}

// members loads a list of the partnership's practices.
func (w *watched) members(codes ...string) {
	w.t.Helper()
	l := &measure.Load{}
	for i, c := range codes {
		l.Unit(measure.Unit{Code: c, Kind: "practice", Name: "Practice " + c, Status: "active", Row: i})
		l.Membership(measure.Membership{Unit: c, Group: "OHP", GroupKind: "partnership", Row: i})
	}
	w.store(l)
}

// at is month n of the tests: 0 is January 2023.
func at(n int) date.Period { return date.Month.Of(date.New(2023, 1, 1)).Add(n) }

// said is a reported figure.
func said(num, den float64) measure.Figure {
	return measure.Figure{Numerator: num, Denominator: den, Value: measure.None}
}

// amountOf is a reported measurement.
func amountOf(x float64) measure.Figure {
	return measure.Figure{Numerator: measure.None, Denominator: measure.None, Value: x}
}

// unsaid is a figure that is there without a number.
func unsaid(s measure.Status) measure.Figure {
	return measure.Figure{Status: s, Numerator: measure.None, Denominator: measure.None, Value: measure.None}
}

// figures loads the months from to below to of a measure in one file; f gives practice i's figure, and none where its status is Missing.
func (w *watched) figures(name string, from, to int, f func(i, month int) measure.Figure) {
	w.t.Helper()
	l := &measure.Load{}
	for m := from; m < to; m++ {
		for i, code := range w.practices {
			if fig := f(i, m); fig.Status != measure.Missing {
				fig.Measure, fig.Unit, fig.Period, fig.Row = name, code, at(m), i
				l.Figure("", fig)
			}
		}
	}
	w.store(l)
}

func (w *watched) run(settings ...func(*Settings)) Summary {
	w.t.Helper()
	// A strict budget, so that what a test did not put there is not found by chance.
	s := Settings{Measures: w.measures, Indicators: w.indicators, Budget: change.Budget{FalseConcernsPerMonth: .01, FalseDiscoveryRate: .01}}
	for _, c := range settings {
		c(&s)
	}
	summary, err := Run(w.t.Context(), w.db, s)
	if err != nil {
		w.t.Fatal(err)
	}
	return summary
}

func (w *watched) concerns(state string) []Concern {
	w.t.Helper()
	list, err := Concerns(w.t.Context(), w.db, ConcernFilter{State: state})
	if err != nil {
		w.t.Fatal(err)
	}
	return list
}

// only returns the one concern that is open, and fails when there is another or none.
func (w *watched) only() Concern {
	w.t.Helper()
	list := w.concerns("open")
	if len(list) != 1 {
		w.t.Fatalf("%d concerns are open: %s", len(list), headlines(list))
	}
	return list[0]
}

func headlines(list []Concern) (all []string) {
	for _, c := range list {
		all = append(all, c.Practice+" "+c.Headline)
	}
	return all
}

// study returns what the last run found in an indicator.
func (w *watched) study(name string) Study {
	w.t.Helper()
	for _, st := range w.studies() {
		if st.Indicator == name {
			return st
		}
	}
	w.t.Fatalf("no study of %s", name)
	return Study{}
}

func (w *watched) studies() []Study {
	w.t.Helper()
	rows, err := store.Collect[studyRow](w.t.Context(), w.db, "select indicator, stamp, basis, latest, shared, units, judged, placed, body from monitor_study order by indicator")
	if err != nil {
		w.t.Fatal(err)
	}
	var list []Study
	for _, row := range rows {
		st, err := row.study()
		if err != nil {
			w.t.Fatal(err)
		}
		list = append(list, st)
	}
	return list
}

// finding returns what a study keeps of a practice.
func (st Study) finding(unit string) (Finding, bool) {
	i := slices.IndexFunc(st.Findings, func(f Finding) bool { return f.Unit == unit })
	if i < 0 {
		return Finding{}, false
	}
	return st.Findings[i], true
}

// rows reads what is stored of the monitor's tables as text, times of the run itself left out.
func (w *watched) rows() string {
	w.t.Helper()
	text := ""
	for _, query := range []string{
		"select id || '|' || practice || theme || nature || state || headline || began || cast(chance as text) || cast(signals as text) || opened_at || changed_at || closed_at || body from concern order by id",
		"select concern || indicator || kind || nature || cast(chance as text) || latest || cast(calm as text) || state || opened_at || closed_at || body from concern_signal order by concern, indicator, kind",
		"select indicator || cast(stamp as text) || basis || latest || shared || studied_at || body from monitor_study order by indicator",
	} {
		rows, err := store.Collect[string](w.t.Context(), w.db, query)
		if err != nil {
			w.t.Fatal(err)
		}
		text += fmt.Sprintln(len(rows)) + fmt.Sprintln(rows)
	}
	return text
}

// byChance draws figures that are the same in every run and on every machine: one stream for each practice, month and name.
func byChance(name string, i, month int) *rand.PCG {
	seed := uint64(7)
	for _, c := range name {
		seed = seed*31 + uint64(c)
	}
	return rand.NewPCG(seed, uint64(i)<<32|uint64(month))
}

func events(mean float64, src rand.Source) float64 {
	return distuv.Poisson{Lambda: mean, Src: src}.Rand()
}

func cases(n, share float64, src rand.Source) float64 {
	return distuv.Binomial{N: n, P: share, Src: src}.Rand()
}

// steadyComplaints are six a month of 10,000 patients, by chance.
func steadyComplaints(i, month int) measure.Figure {
	return said(events(6, byChance("complaints", i, month)), 10000)
}

// steadyCalls are eight in ten of 2,000 calls, by chance.
func steadyCalls(i, month int) measure.Figure {
	return said(cases(2000, .8, byChance("calls", i, month)), 2000)
}

// steadyWait is about ten minutes.
func steadyWait(i, month int) measure.Figure {
	return amountOf(10 + rand.New(byChance("wait", i, month)).NormFloat64())
}

// then changes what practice 0 reports from a month on.
func then(f func(i, month int) measure.Figure, from int, changed func(i, month int) measure.Figure) func(i, month int) measure.Figure {
	return func(i, month int) measure.Figure {
		if i == 0 && month >= from {
			return changed(i, month)
		}
		return f(i, month)
	}
}

func complaintsOf(mean float64) func(i, month int) measure.Figure {
	return func(i, month int) measure.Figure {
		return said(events(mean, byChance("complaints", i, month)), 10000)
	}
}

func callsOf(share float64) func(i, month int) measure.Figure {
	return func(i, month int) measure.Figure {
		return said(cases(2000, share, byChance("calls", i, month)), 2000)
	}
}
