package monitor

import (
	"math"

	"ohp/internal/kernel/date"
	"ohp/internal/kernel/measure"
	"ohp/internal/stats/change"
	"ohp/internal/stats/funnel"
)

// student studies one indicator after another; it owns the working space and serves one goroutine.
type student struct {
	reader   measure.Reader
	detector *change.Detector
	funnel   funnel.Workspace
	series   []change.Series
	group    []change.Series // a sample of series, where there are many
	amounts  []float64       // backing of the series' values
	moved    []float64       // backing of the series' movements
	place    [2]placement
}

func newStudent() *student { return &student{detector: change.NewDetector(60)} }

// subject is what a study is about.
type subject struct {
	Indicator
	measure measure.Measure
	watch   watch
}

// watch says whose concerns are raised, and who is compared with whom.
type watch struct {
	directory *measure.Directory
	members   map[string]bool // practices whose concerns are raised; nil means every unit
}

func (w watch) over(unit string) bool { return w.members == nil || w.members[unit] }

// study looks at every watched unit of the grid.
func (s *student) study(sub subject, g *measure.Grid) Study {
	st := Study{Indicator: sub.Name, Stamp: g.Stamp}
	latest := latestCommon(g)
	if latest < 0 {
		return st
	}
	st.Latest = g.Periods[latest]
	s.layOut(sub, g)
	st.Shared = s.takeOutMovement(sub, g)
	// Chance is learnt from what the common movement leaves: a step that all share is no noise.
	group, _ := s.sample()
	options := change.Options{Baseline: 8, Prior: s.detector.LearnPrior(group)}
	s.placeAll(sub, g, latest)
	for i, unit := range g.Units {
		if !sub.watch.over(unit) {
			continue
		}
		f := Finding{Unit: unit, P: 1, PlaceP: 1}
		s.overTime(sub, g, i, latest, options, &f)
		s.beside(sub, g, i, latest, &f)
		silence(sub, g, i, latest, &f)
		alert(sub, g, i, &f)
		st.add(f)
	}
	return st
}

// latestCommon is the index of the last period in which at least half of the units that ever reported have a figure:
// a file for the newest month that holds three practices does not make the others silent.
func latestCommon(g *measure.Grid) int {
	n, width := len(g.Units), len(g.Periods)
	for p := width - 1; p >= 0; p-- {
		reported := 0
		for u := range n {
			if g.Status[u*width+p] != measure.Missing {
				reported++
			}
		}
		if g.Periods[p].Kind() == date.Day && reported > 0 || 2*reported >= n && n > 0 {
			return p
		}
	}
	return -1
}

// layOut turns the grid's rows into series for the detector: what is not usable becomes a gap, never a nought.
func (s *student) layOut(sub subject, g *measure.Grid) {
	width := len(g.Periods)
	s.series = s.series[:0]
	s.amounts = s.amounts[:0]
	for i := range g.Units {
		row := g.Row(i)
		from := len(s.amounts)
		for p := range width {
			s.amounts = append(s.amounts, sub.usable(row, p))
		}
		series := change.Series{Kind: sub.law(), Value: s.amounts[from : from+width : from+width]}
		if sub.measure.Kind == measure.Proportion || sub.measure.Kind == measure.Rate {
			series.Base = row.Den
		}
		s.series = append(s.series, series)
	}
}

// law is the kind of chance that the measure follows.
func (sub subject) law() change.Kind {
	switch sub.measure.Kind {
	case measure.Proportion:
		return change.Proportion
	case measure.Measurement:
		return change.Measurement
	}
	return change.Rate
}

// usable is the number that a chart or a test may use at period p: a count, or a measurement's amount; NaN for none.
func (sub subject) usable(row measure.Series, p int) float64 {
	if row.Status[p] != measure.Reported || row.Den[p] < sub.MinimumDenominator {
		return measure.None
	}
	if sub.measure.Kind == measure.Measurement {
		return row.Figure(p).Amount(sub.measure.Per)
	}
	if sub.measure.Kind != measure.Count && !(row.Den[p] > 0) {
		return measure.None
	}
	return row.Num[p]
}

func (s *student) overTime(sub subject, g *measure.Grid, i, latest int, options change.Options, f *Finding) {
	if sub.ContextOnly || g.Periods[0].Kind() == date.Day {
		f.Unjudged = "it is shown for context; changes are not judged"
		return
	}
	r := s.detector.Scan(s.series[i], options)
	f.BaselineN = r.BaselineN
	switch {
	case r.Reported > 0 && r.Latest < latest-1:
		f.Unjudged = "the latest figure is too old"
	case r.Reported < sub.MinimumPoints:
		f.Unjudged = tooFew(r.Reported, sub.MinimumPoints)
	case !r.Enough:
		f.Unjudged = r.Reason.String()
	}
	if !f.Judged() {
		return
	}
	per := sub.per()
	f.P, f.Z, f.Window = r.P, r.Z, r.K
	f.Began, f.Latest = g.Periods[r.Began], g.Periods[r.Latest]
	f.Baseline, f.Recent = r.Baseline*per, r.Recent*per
	f.Effect, f.Low, f.High, f.Ratio = r.Effect, r.Low, r.High, sub.law() == change.Rate
	if !f.Ratio {
		f.Effect, f.Low, f.High = f.Effect*per, f.Low*per, f.High*per
	}
	// A ratio to an earlier level of nought has no number; nought stands for that in Effect and High.
	for _, x := range []*float64{&f.Effect, &f.Low, &f.High} {
		if math.IsInf(*x, 0) || math.IsNaN(*x) {
			*x = 0
		}
	}
	f.Gaps = r.Latest + 1 - r.Reported
}

// per is the scale of the indicator's values; measurements are in it already.
func (sub subject) per() float64 {
	if sub.measure.Kind == measure.Measurement || sub.measure.Per == 0 {
		return 1
	}
	return sub.measure.Per
}

// silence notes how long a unit has said nothing while most others spoke.
func silence(sub subject, g *measure.Grid, i, latest int, f *Finding) {
	row := g.Row(i)
	if g.Periods[0].Kind() == date.Day || sub.watch.closed(f.Unit) {
		return
	}
	spoke := 0
	for p := latest; p >= 0; p-- {
		if !g.Loaded[p] {
			continue
		}
		if row.Status[p] == measure.Missing || row.Status[p] == measure.NotReported {
			if spoke == 0 {
				f.Silent++
				f.SilentFrom = g.Periods[p]
			}
			continue
		}
		if spoke++; spoke == 1 {
			f.LastSaid = g.Periods[p]
		}
	}
	f.Never = spoke == 0
	if !silent(f, spoke, g.Periods[0].Kind()) || !othersSpoke(g, latest) {
		f.Silent, f.SilentFrom, f.LastSaid, f.Never = 0, date.Period{}, date.Period{}, false
	}
}

// silent asks for two months, or one longer period, after at least four reports; or for no report in six periods at all.
func silent(f *Finding, spoke int, kind date.Kind) bool {
	if f.Silent == 0 {
		return false
	}
	if f.Never {
		return f.Silent >= 6
	}
	least := 1
	if kind == date.Month {
		least = 2
	}
	return f.Silent >= least && spoke >= 4
}

func othersSpoke(g *measure.Grid, latest int) bool {
	spoke, width := 0, len(g.Periods)
	for u := range g.Units {
		if st := g.Status[u*width+latest]; st == measure.Reported || st == measure.Suppressed {
			spoke++
		}
	}
	return 4*spoke >= 3*len(g.Units)
}

func (w watch) closed(unit string) bool {
	u := w.directory.Units[unit]
	return u != nil && u.Status == "closed"
}

func alert(sub subject, g *measure.Grid, i int, f *Finding) {
	if measure.IsNone(sub.AlertBelow) {
		return
	}
	row := g.Row(i)
	for p := len(g.Periods) - 1; p >= 0; p-- {
		if row.Status[p] != measure.Reported {
			continue
		}
		f.Value = row.Figure(p).Amount(sub.measure.Per)
		f.Alert = f.Value < sub.AlertBelow
		f.Latest = g.Periods[p]
		return
	}
}
