package change

import "math"

// Common is the movement that a group of units made together, period by period.
type Common struct {
	kind Kind
	// Movement is the common movement of each period about its mean over the periods: relative for rates (0.2 = a fifth
	// more than usual), a difference for proportions and measurements. It is drawn towards 0 as far as chance could
	// explain it; a period that nobody reported has 0.
	Movement []float64
	// Raw is the same before it was drawn towards 0, Information the inverse of its variance by chance alone.
	Raw, Information []float64
	// Units is the number of units that could be used.
	Units int

	shrink []float64
	score  [][]float64 // unit, period: contribution to the estimate
	weight [][]float64
}

// clip bounds what one unit can do to the estimate of a period, in its own standard deviations (Huber 1964).
const clip = 2

// CommonMovement estimates what the units of a group did together in each period: a Huber estimate over the units of
// their deviations from their own levels, each weighed by how precisely it is known, so that a practice with few events
// counts little and a practice that has changed counts at most as much as two of its standard deviations. With fewer
// than five usable units there is no movement.
func (d *Detector) CommonMovement(group []Series) Common {
	if len(group) == 0 {
		return Common{}
	}
	periods := 0
	for _, s := range group {
		periods = max(periods, len(s.Value))
	}
	c := Common{kind: group[0].Kind, Movement: make([]float64, periods), Raw: make([]float64, periods),
		Information: make([]float64, periods), shrink: make([]float64, periods),
		score: make([][]float64, len(group)), weight: make([][]float64, len(group))}
	deviation := make([][]float64, len(group))
	for u, s := range group {
		s.Movement = nil
		deviation[u], c.weight[u] = d.deviations(s, c.kind)
		if deviation[u] != nil {
			c.Units++
		}
	}
	if c.Units < leastPeers {
		return Common{kind: c.kind, Movement: c.Movement, Raw: c.Raw, Information: c.Information, shrink: c.shrink,
			score: c.score, weight: make([][]float64, len(group)), Units: c.Units}
	}
	for t := range periods {
		c.Raw[t], c.Information[t] = huber(deviation, c.weight, t)
	}
	c.centre()
	for u := range deviation {
		c.score[u] = scores(deviation[u], c.weight[u], c.Raw)
	}
	c.draw()
	return c
}

// deviations are the unit's figures about its own level, relative for rates, with their precision; nil when unusable.
func (d *Detector) deviations(s Series, kind Kind) (deviation, weight []float64) {
	if s.Kind != kind || d.load(s) != Judged || len(d.index) < leastBaseline {
		return nil, nil
	}
	n := len(d.index)
	all := d.sum[n]
	own, _, df := d.ownDispersion(n)
	if !(df > 0) || kind == Measurement && !(d.varies(n) && own > 0) {
		return nil, nil
	}
	level, unit := d.origin+all.x/all.e, own
	switch kind {
	case Rate:
		unit = max(own, 1) / level
	case Proportion:
		unit = max(own, 1) * level * (1 - level)
	}
	deviation, weight = make([]float64, len(s.Value)), make([]float64, len(s.Value))
	for t := range s.Value {
		e, x, ok := s.point(t)
		if !ok {
			continue
		}
		switch kind {
		case Rate:
			deviation[t] = x/(e*level) - 1
		case Proportion:
			deviation[t] = x/e - level
		case Measurement:
			deviation[t] = x - level
		}
		weight[t] = e / unit
	}
	return deviation, weight
}

// huber is the location of period t over the units, and its information.
func huber(deviation, weight [][]float64, t int) (location, information float64) {
	for range 8 {
		var score, info float64
		for u := range deviation {
			if len(weight[u]) <= t || weight[u][t] <= 0 {
				continue
			}
			s, i := influence(deviation[u][t]-location, weight[u][t])
			score += s
			info += i
		}
		if info <= 0 {
			return location, 0
		}
		move := score / info
		location += move
		information = info
		if move*move*info < 1e-12 {
			break
		}
	}
	return location, information
}

// influence is the clipped score of a deviation and its share of the information.
func influence(deviation, weight float64) (score, information float64) {
	root := math.Sqrt(weight)
	z := deviation * root
	if math.Abs(z) <= clip {
		return z * root, weight
	}
	return math.Copysign(clip*root, z), weight * clip / math.Abs(z)
}

// centre takes the mean over the periods out: the units' own levels hold it.
func (c *Common) centre() {
	var sum, n float64
	for t, v := range c.Raw {
		if c.Information[t] > 0 {
			sum += v
			n++
		}
	}
	for t := range c.Raw {
		if c.Information[t] > 0 {
			c.Raw[t] -= sum / n
		}
	}
}

func scores(deviation, weight, location []float64) []float64 {
	if deviation == nil {
		return nil
	}
	s := make([]float64, len(deviation))
	for t := range deviation {
		if weight[t] > 0 {
			s[t], weight[t] = influence(deviation[t]-location[t], weight[t])
		}
	}
	return s
}

// draw sets how far each period is drawn towards 0: not at all when the periods differ far more than chance would make
// them, wholly when chance explains their differences (5% point of chi-square, Wilson and Hilferty).
func (c *Common) draw() {
	var chi, noise, square, n float64
	for t, v := range c.Raw {
		if i := c.Information[t]; i > 0 {
			chi += v * v * i
			noise += 1 / i
			square += v * v
			n++
		}
	}
	if n < 2 {
		return
	}
	df := n - 1
	h := 2 / (9 * df)
	cube := 1 - h + 1.645*math.Sqrt(h)
	if chi <= df*cube*cube*cube {
		return
	}
	true2 := max(square/df-noise/n, 0)
	for t, v := range c.Raw {
		if i := c.Information[t]; i > 0 && true2 > 0 {
			c.shrink[t] = true2 / (true2 + 1/i)
			c.Movement[t] = c.shrink[t] * v
		}
	}
}

// Without fills dst with the movement of all units but u, in the form that Series.Movement takes (a factor for a Rate, a
// difference otherwise), and returns it: a unit is never compared with itself. dst must have one place per period.
func (c *Common) Without(u int, dst []float64) []float64 {
	for t := range dst {
		v := 0.0
		if t < len(c.Movement) {
			v = c.Movement[t]
			if u < len(c.score) && t < len(c.score[u]) {
				if rest := c.Information[t] - c.weight[u][t]; c.weight[u][t] > 0 && rest > 0 {
					v = c.shrink[t] * (c.Raw[t] - c.score[u][t]/rest)
				}
			}
		}
		if c.kind == Rate {
			v = max(1+v, 0.05)
		}
		dst[t] = v
	}
	return dst
}

// Shared is a change that the units of a group made together.
type Shared struct {
	Result
	// Units is the number of units looked at, SameWay how many of them moved in the direction of the change.
	Units, SameWay int
}

// SharedStepBound is the P at or under which a shared step is worth a note. About half of it is the chance of a new
// false note a month for one indicator: with 30 steady indicators one in about two years.
const SharedStepBound = 0.003

// SharedStep looks for a change that the group made together: the scan of Detector over the group's raw movement.
// Effect, Baseline and Recent are on the scale of Common.Raw (for rates relative: 0.2 = a fifth more than before).
func (d *Detector) SharedStep(group []Series, c *Common, o Options) Shared {
	shared := Shared{Units: c.Units}
	if c.Units < leastPeers {
		shared.Result = Result{P: 1, Reason: TooShort}
		return shared
	}
	o.Prior = Prior{Phi: 1, DF: 8, Known: true}
	shared.Result = d.Scan(Series{Kind: Measurement, Value: c.Raw, Base: c.Information}, o)
	if !shared.Enough || shared.Direction == Steady {
		return shared
	}
	for _, s := range group {
		if s.Movement = nil; d.moved(s, shared.Began) == shared.Direction {
			shared.SameWay++
		}
	}
	return shared
}

// Group is the outcome for one indicator over all its units.
type Group struct {
	Results []Result // by unit, with the peers' movement taken out
	Prior   Prior    // what the units taught about chance
	Common  Common
	Shared  Shared
}

// ScanGroup does for one indicator of several units all that the parts of this package do: estimates what the units did
// together, takes out of each what the others did, learns from all what chance does, scans each, and looks for a shared
// step. The series must be of one kind and have the same periods. Their own Movement is not used. A Prior that is Known
// in o is used as it is.
func (d *Detector) ScanGroup(group []Series, o Options) Group {
	g := Group{Results: make([]Result, len(group)), Common: d.CommonMovement(group)}
	apart := make([]Series, len(group))
	for u, s := range group {
		apart[u] = s
		apart[u].Movement = nil
		if g.Common.moves() && len(g.Common.score[u]) > 0 {
			apart[u].Movement = g.Common.Without(u, make([]float64, len(s.Value)))
		}
	}
	if !o.Prior.Known {
		o.Prior = d.LearnPrior(apart)
	}
	g.Prior = o.Prior
	for u := range apart {
		g.Results[u] = d.Scan(apart[u], o)
	}
	g.Shared = d.SharedStep(group, &g.Common, o)
	return g
}

// moves is false when chance explains all of the common movement.
func (c *Common) moves() bool {
	for _, v := range c.shrink {
		if v > 0 {
			return true
		}
	}
	return false
}

// moved compares a unit's level from a period on with its level before.
func (d *Detector) moved(s Series, began int) Direction {
	if d.load(s) != Judged {
		return Steady
	}
	var before, after sums
	for i, t := range d.index {
		if int(t) < began {
			before = d.sum[i+1]
		}
	}
	after = d.sum[len(d.index)]
	e, x := after.e-before.e, after.x-before.x
	if !(before.e > 0 && e > 0) {
		return Steady
	}
	return Direction(sign(x/e - before.x/before.e))
}
