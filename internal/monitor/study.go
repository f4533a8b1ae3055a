package monitor

import (
	"maps"
	"math"
	"slices"

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
	group    []change.Series // the units that what is common is learnt from
	order    []int           // places of the units by code
	members  []int           // places of the units in group
	amounts  []float64       // backing of the series' values
	moved    []float64       // backing of the series' movements
	place    [2]placement
	spoke    []bool // whether most units spoke in a period
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

// over says whether concerns are raised about a unit: nobody can put right what a closed practice did.
func (w watch) over(unit string) bool {
	return (w.members == nil || w.members[unit]) && !w.closed(unit)
}

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
	group, _ := s.sample(g)
	options := change.Options{Baseline: 8, Prior: s.detector.LearnPrior(group)}
	s.placeAll(sub, g, latest)
	s.listen(g)
	for i, unit := range g.Units {
		if !sub.watch.over(unit) {
			continue
		}
		f := Finding{Unit: unit, P: 1, PlaceP: 1}
		s.overTime(sub, g, i, latest, options, &f)
		s.beside(sub, g, i, latest, &f)
		s.silence(sub, g, g.Row(i), latest, &f)
		alert(sub, g, i, &f)
		st.add(f)
	}
	s.neverNamed(sub, g, latest, &st)
	return st
}

// latestCommon is the index of the last period in which at least half of the units that ever reported have a figure:
// a file for the newest month that holds three practices does not make the others silent.
func latestCommon(g *measure.Grid) int { return lastCommon(g, len(g.Periods)-1) }

// lastCommon is the same among the periods up to an index; -1 when there is none.
func lastCommon(g *measure.Grid, upTo int) int {
	n, width := len(g.Units), len(g.Periods)
	for p := upTo; p >= 0; p-- {
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
	if sub.measure.Kind == measure.Proportion && row.Num[p] > row.Den[p] {
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
	f.Moved = moved(s.series[i].Movement, sub.law())
	f.Began, f.Latest = g.Periods[r.Began], g.Periods[r.Latest]
	f.Baseline, f.Recent = level(s.series[i], 0, r.Began)*per, level(s.series[i], r.Began, r.Latest+1)*per
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
	for p := r.Latest + 1; p <= latest; p++ {
		if g.Loaded[p] {
			f.Quiet++
		}
	}
	for p := firstUsable(s.series[i]); p <= r.Latest; p++ {
		switch {
		case !g.Loaded[p]:
			f.Unloaded++
		case !usableAt(s.series[i], p):
			f.Gaps++
		}
	}
}

func usableAt(s change.Series, p int) bool {
	return !measure.IsNone(s.Value[p]) && (s.Base == nil || s.Base[p] > 0)
}

// level is what was published over periods from up to to: events over exposure, or the mean of measurements.
func level(s change.Series, from, to int) float64 {
	sum, over := 0.0, 0.0
	for t := from; t < to; t++ {
		if !usableAt(s, t) {
			continue
		}
		base := 1.0
		if s.Base != nil {
			base = s.Base[t]
		}
		sum += s.Value[t]
		over += base
	}
	if over <= 0 {
		return 0
	}
	return sum / over
}

// moved says whether a common movement worth a word was taken out of a series.
func moved(movement []float64, law change.Kind) bool {
	still := 0.0
	if law == change.Rate {
		still = 1
	}
	return slices.ContainsFunc(movement, func(m float64) bool { return math.Abs(m-still) > 0.005 })
}

// firstUsable is the index of the first period that a series has a figure for: a practice has no gaps before it began.
func firstUsable(series change.Series) int {
	for p := range series.Value {
		if usableAt(series, p) {
			return p
		}
	}
	return 0
}

// per is the scale of the indicator's values; measurements are in it already.
func (sub subject) per() float64 {
	if sub.measure.Kind == measure.Measurement || sub.measure.Per == 0 {
		return 1
	}
	return sub.measure.Per
}

// silence notes how long a unit has said nothing while most others spoke.
func (s *student) silence(sub subject, g *measure.Grid, row measure.Series, latest int, f *Finding) {
	if g.Periods[0].Kind() == date.Day || !s.spoke[latest] {
		return
	}
	spoke, opened := 0, sub.watch.opened(f.Unit)
	for p := latest; p >= 0 && !g.Periods[p].Start().Before(opened); p-- {
		if row.Status[p] == measure.Reported || row.Status[p] == measure.Suppressed {
			if spoke++; spoke == 1 {
				f.LastSaid = g.Periods[p]
			}
			continue
		}
		if spoke == 0 && s.spoke[p] {
			f.Silent++
			f.SilentFrom = g.Periods[p]
		}
	}
	f.Never = spoke == 0
	if first, noughts := onlyNoughts(sub, g, row, latest); noughts > 0 {
		f.SilentFrom, f.Silent, f.Never, f.Noughts = g.Periods[first], 0, false, noughts
		for p := first; p <= latest; p++ {
			switch {
			case !g.Loaded[p]:
				f.Unfiled++
			case row.Status[p] != measure.Reported:
				f.Unsaid++
			}
		}
		return
	}
	if !silent(f, spoke, g.Periods[0].Kind()) {
		f.Silent, f.SilentFrom, f.LastSaid, f.Never = 0, date.Period{}, date.Period{}, false
	}
}

// neverNamed adds the members of the partnership that no file names at all, where the files name at least three in four of
// them: a publication that many take no part in has no silence.
func (s *student) neverNamed(sub subject, g *measure.Grid, latest int, st *Study) {
	if sub.measure.Unit != "practice" {
		return
	}
	var unnamed []string
	named := 0
	for _, unit := range slices.Sorted(maps.Keys(sub.watch.members)) {
		if _, ok := g.Find(unit); ok {
			named++
		} else if sub.watch.over(unit) {
			unnamed = append(unnamed, unit)
		}
	}
	if named < 3*len(unnamed) {
		return
	}
	nothing := measure.Series{Status: slices.Repeat([]measure.Status{measure.Missing}, len(g.Periods))}
	for _, unit := range unnamed {
		f := Finding{Unit: unit, P: 1, PlaceP: 1, Unjudged: tooFew(0, sub.MinimumPoints)}
		if s.silence(sub, g, nothing, latest, &f); f.Silent > 0 {
			st.add(f)
		}
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

// listen notes in which periods at least three in four units spoke: in the others nobody is silent by himself.
func (s *student) listen(g *measure.Grid) {
	s.spoke = s.spoke[:0]
	for p := range g.Periods {
		spoke := 0
		for at := p; at < len(g.Status); at += len(g.Periods) {
			if st := g.Status[at]; st == measure.Reported || st == measure.Suppressed {
				spoke++
			}
		}
		s.spoke = append(s.spoke, 4*spoke >= 3*len(g.Units))
	}
}

// opened is the day on which a practice opened; zero when nobody says.
func (w watch) opened(unit string) date.Date {
	if u := w.directory.Units[unit]; u != nil {
		return u.Opened
	}
	return date.Date{}
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
		value := row.Figure(p).Amount(sub.measure.Per)
		if measure.IsNone(value) {
			continue
		}
		f.Value = value
		f.Alert = f.Value < sub.AlertBelow
		f.Latest = g.Periods[p]
		return
	}
}

// onlyNoughts is the first period of a unit that has never counted one event, and how many periods it reported nought, while
// nine in ten of the others reported more: a supplier's return that does not count looks like this. At least six noughts, or it is 0.
func onlyNoughts(sub subject, g *measure.Grid, row measure.Series, latest int) (first, noughts int) {
	if sub.law() != change.Rate || row.Num == nil {
		return 0, 0
	}
	first = -1
	for p := range latest + 1 {
		if row.Status[p] != measure.Reported {
			continue
		}
		if row.Num[p] != 0 {
			return 0, 0
		}
		if noughts++; first < 0 {
			first = p
		}
	}
	if noughts < 6 || !othersCount(g, latest) {
		return 0, 0
	}
	return first, noughts
}

// othersCount says whether nine in ten of those who reported at a period reported more than nought.
func othersCount(g *measure.Grid, p int) bool {
	reported, more, width := 0, 0, len(g.Periods)
	for u := range g.Units {
		i := u*width + p
		if g.Status[i] != measure.Reported {
			continue
		}
		reported++
		if g.Num[i] > 0 {
			more++
		}
	}
	return reported >= leastInFunnel && 10*more >= 9*reported
}
