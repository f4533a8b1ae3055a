package monitor

import (
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
	group, step := s.sample()
	common := s.detector.CommonMovement(group)
	if common.Units == 0 {
		return nil
	}
	width := len(g.Periods)
	s.moved = resized(s.moved, len(s.series)*width)
	for i := range s.series {
		member := len(group) // of no account in the estimate
		if i%step == 0 {
			member = i / step
		} else if !sub.watch.over(g.Units[i]) {
			continue
		}
		s.series[i].Movement = common.Without(member, s.moved[i*width:(i+1)*width:(i+1)*width])
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

// sample returns every step-th series, about enough of them.
func (s *student) sample() (group []change.Series, step int) {
	step = (len(s.series) + enough - 1) / enough
	if step <= 1 {
		return s.series, 1
	}
	s.group = s.group[:0]
	for i := 0; i < len(s.series); i += step {
		s.group = append(s.group, s.series[i])
	}
	return s.group, step
}
