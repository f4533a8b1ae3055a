package monitor

import (
	"ohp/internal/kernel/date"
	"ohp/internal/kernel/measure"
	"ohp/internal/stats/change"
)

// sharedMost is the share of practices that must move the same way for a common step to be told as one note.
const sharedMost = 0.75

// sharedChance is the chance at or under which a common movement is told as a note.
const sharedChance = 0.001

// movement is what the practices did together.
type movement struct {
	common change.Common
	step   *SharedStep
}

// takeOutMovement estimates the common movement of all units of the grid and takes it
// out of every series, so that a step that all practices share is no concern of any of them.
func (s *student) takeOutMovement(sub subject, g *measure.Grid) movement {
	var m movement
	if sub.ContextOnly || len(g.Periods) < sub.MinimumPoints || g.Periods[0].Kind() == date.Day {
		return m
	}
	m.common = s.detector.CommonMovement(s.series)
	m.step = sharedStep(sub, g, s.detector.SharedStep(s.series, &m.common, change.Options{}))
	if m.common.Units == 0 {
		return m
	}
	width := len(g.Periods)
	backing := make([]float64, len(s.series)*width)
	for i := range s.series {
		s.series[i].Movement = m.common.Without(i, backing[i*width:(i+1)*width:(i+1)*width])
	}
	return m
}

// sharedStep tells a common movement that is recent, unlikely by chance and shared by most; otherwise nil.
func sharedStep(sub subject, g *measure.Grid, shared change.Shared) *SharedStep {
	if !shared.Enough || shared.P > sharedChance || shared.Units < leastInFunnel {
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
		step.Effect = (1 + shared.Recent) / (1 + shared.Baseline)
	}
	return step
}
