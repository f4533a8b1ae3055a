package monitor

import (
	"slices"
	"strings"

	"ohp/internal/kernel/date"
	"ohp/internal/kernel/measure"
	"ohp/internal/stats/change"
)

// sharedMost is the share of practices that must move the same way for a common step to be told as one note.
const sharedMost = 0.75

// leastBefore is the part of their mean that practices must have had before a step for a ratio to say anything.
const leastBefore = 0.02

// takeOutMovement estimates the common movement of all units of the grid and takes it
// out of every series, so that a step that all practices share is no concern of any of
// them; the step itself is returned when it is worth a note.
func (s *student) takeOutMovement(sub subject, g *measure.Grid) *SharedStep {
	if sub.ContextOnly || len(g.Periods) < sub.MinimumPoints || g.Periods[0].Kind() == date.Day {
		return nil
	}
	group, members := s.sample(g)
	common := s.detector.CommonMovement(group)
	if common.Units == 0 {
		return nil
	}
	width := len(g.Periods)
	s.moved = resized(s.moved, len(s.series)*width)
	for i := range s.series {
		if members[i] == len(group) && !sub.watch.over(g.Units[i]) {
			continue
		}
		s.series[i].Movement = common.Without(members[i], s.moved[i*width:(i+1)*width:(i+1)*width])
	}
	return sharedStep(sub, g, s.detector.SharedStep(group, &common, change.Options{}))
}

// sharedStep tells a common movement that is recent, unlikely by chance and shared by most; otherwise nil.
func sharedStep(sub subject, g *measure.Grid, shared change.Shared) *SharedStep {
	if !shared.Enough || shared.P > change.SharedStepBound || shared.Units < leastInFunnel {
		return nil
	}
	share := float64(shared.SameWay) / float64(shared.Units)
	if share < sharedMost {
		return nil
	}
	step := &SharedStep{Began: g.Periods[shared.Began], Higher: shared.Direction == change.Higher, Share: share, Units: shared.Units, P: shared.P}
	step.Ratio = sub.law() == change.Rate
	step.Effect = shared.Effect * sub.per()
	if step.Ratio { // relative to each practice's own mean
		step.Effect = 0
		if before := 1 + shared.Baseline; before >= leastBefore {
			step.Effect = max(1+shared.Recent, 0) / before
		}
	}
	return step
}

// enough is how many practices tell what all of them do; more would change no figure and cost time.
const enough = 1000

// sample returns series of about enough units, in the order of their codes so that the order in which files were
// loaded changes nothing, and for each unit its place in the sample: the sample's length for those outside it.
func (s *student) sample(g *measure.Grid) (group []change.Series, members []int) {
	n := len(s.series)
	s.order, s.members = resized(s.order, n), resized(s.members, n)
	for i := range s.order {
		s.order[i] = i
	}
	slices.SortFunc(s.order, func(a, b int) int { return strings.Compare(g.Units[a], g.Units[b]) })
	step := max(1, (n+enough-1)/enough)
	s.group = s.group[:0]
	for at, i := range s.order {
		s.members[i] = -1
		if at%step == 0 {
			s.members[i] = len(s.group)
			s.group = append(s.group, s.series[i])
		}
	}
	for i, m := range s.members {
		if m < 0 {
			s.members[i] = len(s.group)
		}
	}
	return s.group, s.members
}
