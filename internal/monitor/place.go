package monitor

import (
	"math"

	"ohp/internal/kernel/date"
	"ohp/internal/kernel/measure"
	"ohp/internal/stats/dist"
	"ohp/internal/stats/funnel"
)

// leastInFunnel is the least number of practices among which one can be called unusual.
const leastInFunnel = 10

// placement is every unit's place among its comparison group in one period.
type placement struct {
	used           bool
	z              []float64 // over-dispersion allowed for; NaN where the unit has no usable figure
	centre         []float64 // of the unit's group, in the indicator's scale
	among          []int     // number of practices compared
	num, den, into []float64
	index          []int
	groups         map[string][]int
}

// placeAll places every unit at the latest common period and the one before.
func (s *student) placeAll(sub subject, g *measure.Grid, latest int) {
	s.place[0].used, s.place[1].used = false, false
	comparable := sub.measure.Kind == measure.Proportion || sub.measure.Kind == measure.Rate
	if !sub.Funnel || sub.ContextOnly || !comparable {
		return
	}
	s.placePeriod(&s.place[0], sub, g, latest)
	if before := lastCommon(g, latest-1); before >= 0 && g.Periods[0].Kind() != date.Day {
		s.placePeriod(&s.place[1], sub, g, before)
	}
}

func (s *student) placePeriod(pl *placement, sub subject, g *measure.Grid, p int) {
	n := len(g.Units)
	pl.used = true
	pl.z, pl.centre, pl.among = resized(pl.z, n), resized(pl.centre, n), resized(pl.among, n)
	for i := range pl.z {
		pl.z[i] = math.NaN()
	}
	for _, members := range pl.grouped(sub, g) {
		s.placeGroup(pl, sub, g, p, members)
	}
}

// grouped splits the units by the comparison group of the indicator; all units are one group for England.
func (pl *placement) grouped(sub subject, g *measure.Grid) map[string][]int {
	if pl.groups == nil {
		pl.groups = map[string][]int{}
	}
	for k := range pl.groups {
		pl.groups[k] = pl.groups[k][:0]
	}
	for i, unit := range g.Units {
		k := sub.watch.group(unit, sub.Compare)
		pl.groups[k] = append(pl.groups[k], i)
	}
	return pl.groups
}

// group is the code of the unit's comparison group of a kind; "" is the group of all (England).
func (w watch) group(unit, kind string) string {
	if kind == "england" {
		return ""
	}
	u := w.directory.Units[unit]
	if u == nil || u.Groups[kind] == "" {
		return "?"
	}
	return u.Groups[kind]
}

func (s *student) placeGroup(pl *placement, sub subject, g *measure.Grid, p int, members []int) {
	pl.num, pl.den, pl.index = pl.num[:0], pl.den[:0], pl.index[:0]
	events, exposure := 0.0, 0.0
	for _, i := range members {
		row := g.Row(i)
		x := sub.usable(row, p)
		if measure.IsNone(x) || !(row.Den[p] > 0) {
			continue
		}
		pl.num, pl.den, pl.index = append(pl.num, x), append(pl.den, row.Den[p]), append(pl.index, i)
		events += x
		exposure += row.Den[p]
	}
	if len(pl.index) < leastInFunnel || !(events > 0) {
		return
	}
	fit, err := s.funnel.Fit(pl.num, expectedOf(pl.den, events/exposure, sub.measure.Kind), fitSettings(sub.measure.Kind))
	if err != nil { // a group in which nothing can be compared has no place to give
		return
	}
	pl.into = fit.AdjustedZ(pl.into[:0])
	for j, i := range pl.index {
		pl.z[i], pl.centre[i], pl.among[i] = pl.into[j], events/exposure*sub.per(), len(pl.index)
	}
}

// fitSettings: proportions on the arcsine scale, rates as observed over expected on the
// square root scale, which bears noughts (Spiegelhalter 2005; CQC).
func fitSettings(k measure.Kind) funnel.Settings {
	if k == measure.Proportion {
		return funnel.Standard(funnel.Proportion, funnel.CQC)
	}
	return funnel.Standard(funnel.StandardisedRatio, funnel.CQC)
}

// expectedOf turns exposures into expected events, in place; a proportion's denominators stay.
func expectedOf(den []float64, rate float64, k measure.Kind) []float64 {
	if k == measure.Proportion {
		return den
	}
	for i := range den {
		den[i] *= rate
	}
	return den
}

// beside reads a unit's place. Both of the last two periods must lie out on the same side: a single
// odd month is the business of the comparison over time. The first period of all stands by itself.
func (s *student) beside(sub subject, g *measure.Grid, i, latest int, f *Finding) {
	now, before := &s.place[0], &s.place[1]
	if !now.used || math.IsNaN(now.z[i]) {
		return
	}
	f.PlaceZ, f.PlaceN, f.PlaceCentre = now.z[i], now.among[i], now.centre[i]
	f.PlacePeriod = g.Periods[latest]
	f.PlaceValue = g.Row(i).Figure(latest).Amount(sub.measure.Per)
	f.PlaceP = twoSided(now.z[i])
	if !before.used {
		return
	}
	if !(now.z[i]*before.z[i] > 0) { // on the other side, or nothing to compare
		f.PlaceP = 1
		return
	}
	f.PlaceP = max(f.PlaceP, twoSided(before.z[i]))
}

func twoSided(z float64) float64 { return min(1, 2*dist.NormalUpper(math.Abs(z))) }

// resized is working space of length n, what was in it included.
func resized[T any](x []T, n int) []T {
	if cap(x) < n {
		return make([]T, n)
	}
	return x[:n]
}
