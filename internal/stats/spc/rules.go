package spc

// markOutside marks the points beyond the process limits; on a limit is inside.
func (p *Profile) markOutside(signals []Signals, y []float64, l Limits) {
	if p.UndrawnBelow && !l.Drawn() {
		l.Lower = inf
	}
	for i, v := range y {
		if v > l.Upper {
			signals[i] |= AboveUpper
		} else if v < l.Lower {
			signals[i] |= BelowLower
		}
	}
}

// markShifts marks the points of every run on one side of the centre that is long
// enough. A point on the centre line and a missing point end a run.
func (p *Profile) markShifts(signals []Signals, y []float64, centre float64) {
	// Counting without branches: which side a point lies on cannot be predicted.
	n, above, below := p.ShiftPoints, 0, 0
	for i, v := range y {
		above = (above + 1) * one(v > centre)
		below = (below + 1) * one(v < centre)
		if above >= n {
			mark(signals[newest(i, above, n):i+1], ShiftAbove, 0)
		} else if below >= n {
			mark(signals[newest(i, below, n):i+1], ShiftBelow, 0)
		}
	}
}

// markTrends marks the points of every run of steps in one direction that is long
// enough. Equal neighbours and a missing point end a run.
func (p *Profile) markTrends(signals []Signals, y []float64) {
	found := false
	n, up, down := p.TrendPoints-1, 0, 0
	for i := 1; i < len(y); i++ {
		up = (up + 1) * one(y[i] > y[i-1])
		down = (down + 1) * one(y[i] < y[i-1])
		if up >= n {
			p.markTrend(signals, newest(i, up, n), i, TrendUp)
			found = true
		} else if down >= n {
			p.markTrend(signals, newest(i, down, n), i, TrendDown)
			found = true
		}
	}
	if found && p.TrendMeeting == NextStep {
		nameAfterNextStep(signals, y)
	}
}

// newest is the first place that a run ending at i marks anew: all its n points when it
// has just become long enough, afterwards only the last.
func newest(i, run, n int) int {
	if run == n {
		return i - n + 1
	}
	return i
}

func one(is bool) int {
	if is {
		return 1
	}
	return 0
}

// markTrend marks the points from first to last, to which steps of a trend lead, and
// if the profile says so the point before them, from which the first step starts.
func (p *Profile) markTrend(signals []Signals, first, last int, side Signals) {
	if p.TrendFirst {
		first--
	}
	other := Signals(0)
	if p.TrendMeeting == Latest {
		other = TrendUp | TrendDown
	}
	mark(signals[first:last+1], side, other)
}

// nameAfterNextStep names every trend point that a trend point follows after the step
// between the two: rising only if that step is up.
func nameAfterNextStep(signals []Signals, y []float64) {
	const trend = TrendUp | TrendDown
	for i := range len(signals) - 1 {
		if signals[i]&trend == 0 || signals[i+1]&trend == 0 {
			continue
		}
		signals[i] &^= trend
		if y[i+1] > y[i] {
			signals[i] |= TrendUp
		} else {
			signals[i] |= TrendDown
		}
	}
}

// markTwoOfThree marks near points of every three consecutive points of which at least
// two are near the same limit.
func (e *Engine) markTwoOfThree(signals []Signals, y []float64, l Limits) {
	p := &e.profile
	if !e.findZones(y, l) {
		return
	}
	zones := e.zones
	before, last := 0, 0
	for i, z := range zones {
		sum := before + last + int(z)
		before, last = last, int(z)
		if sum > -2 && sum < 2 {
			continue
		}
		first := max(0, i-2)
		side := TwoAbove
		if sum < 0 {
			side = TwoBelow
		}
		if !p.ThirdSameSide || i >= 2 && oneSide(y[first:i+1], l.Centre) {
			p.markWindow(signals[first:i+1], zones[first:i+1], side)
		}
	}
}

// findZones says for each point whether it counts as near the upper (1) or the lower
// (-1) limit, and whether at least two do.
func (e *Engine) findZones(y []float64, l Limits) bool {
	e.zones = resized(e.zones, len(y))
	upper, lower := l.Upper, l.Lower
	if e.profile.Zone == BeyondNear {
		upper, lower = inf, -inf
	}
	near, zones := 0, e.zones
	for i, v := range y {
		z := one(v > l.NearUpper)*one(v <= upper) - one(v < l.NearLower)*one(v >= lower)
		zones[i] = int8(z)
		near += z * z
	}
	return near >= 2
}

func oneSide(y []float64, centre float64) bool {
	above, below := true, true
	for _, v := range y {
		above = above && v > centre
		below = below && v < centre
	}
	return above || below
}

func (p *Profile) markWindow(signals []Signals, zones []int8, side Signals) {
	for i, z := range zones {
		if z == 0 && !p.WholeWindow {
			continue
		}
		other := Signals(0)
		if p.TrendMeeting == Latest {
			other = TwoAbove | TwoBelow
		}
		mark(signals[i:i+1], side, other)
	}
}

// mark sets a mark on a run of points, in place of the others given.
func mark(run []Signals, side, insteadOf Signals) {
	for i := range run {
		run[i] = run[i]&^insteadOf | side
	}
}
