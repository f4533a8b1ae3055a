package change

import "math"

// Detector scans series for a change. It owns the working space, so a Detector must not be used by two goroutines at
// once; it allocates only when a series is longer than every one before.
type Detector struct {
	index  []int32 // index in the series of the i-th reported point
	sum    []sums  // sum[b] is over the first b reported points
	kind   Kind
	origin float64 // taken off the values of a measurement
}

// sums over the first points of a series: with y = x/e, the level is X/E and every dispersion below comes from S and D.
type sums struct {
	e, x, s float64 // exposure, events (or weight × value), x²/e
	d       float64 // squared successive difference of y over (1/e + 1/e'), each with expectation = dispersion
	moved   float64 // number of successive differences that are not zero
}

// NewDetector returns a Detector ready for series of the given number of periods.
func NewDetector(periods int) *Detector {
	periods = max(periods, 0)
	return &Detector{index: make([]int32, 0, periods), sum: make([]sums, 0, periods+1)}
}

// Scan compares, for each of a set of window lengths k, the latest k reported points with all points before them, and
// returns the most different window with the chance that a steady series shows as much (see the package documentation).
// It never panics and never returns an error: what cannot be judged says why in Reason.
func (d *Detector) Scan(s Series, o Options) Result {
	o = o.settled()
	if reason := d.load(s); reason != Judged {
		return Result{Reason: reason, P: 1}
	}
	n := len(d.index)
	r := Result{P: 1, Reported: n}
	if n > 0 {
		r.Latest = int(d.index[n-1])
	}
	if n < o.Baseline+1 {
		r.Reason, r.Missing = TooShort, o.Baseline+1-n
		return r
	}
	all := d.sum[n]
	if !finite(all.e) || !finite(all.x) || !finite(all.s) || !finite(all.d) {
		r.Reason = NotFinite
		return r
	}
	if d.kind == Rate && all.x <= 0 || d.kind == Proportion && (all.x <= 0 || all.x >= all.e) {
		r.Reason = NoEvents
		return r
	}
	if d.kind == Measurement && !d.varies(n-1) {
		r.Reason = NoVariation
		return r
	}
	prior := o.Prior
	if !prior.Known {
		prior = defaultPrior(d.kind, all, n)
	}
	return d.scan(r, n, o, prior)
}

func (o Options) settled() Options {
	if o.Longest <= 0 {
		o.Longest = defaultLongest
	}
	if o.Baseline <= 0 {
		o.Baseline = defaultBaseline
	}
	o.Baseline = max(o.Baseline, leastBaseline)
	return o
}

// load takes the gaps and the peers' movement out of the series and makes the running sums.
func (d *Detector) load(s Series) Reason {
	n := len(s.Value)
	if s.Kind > Measurement || s.Base != nil && len(s.Base) != n || s.Base == nil && s.Kind == Proportion ||
		s.Movement != nil && len(s.Movement) != n || n > math.MaxInt32 {
		return Malformed
	}
	d.kind = s.Kind
	d.index = d.index[:0]
	d.sum = append(d.sum[:0], sums{})
	var run sums
	d.origin = 0
	var lastY, lastInv float64
	for t := range n {
		e, x, ok := s.point(t)
		if !ok {
			continue
		}
		if s.Kind == Measurement {
			// Differences from the first value: the sums of squares then keep their digits.
			if len(d.index) == 0 {
				d.origin = x
			}
			x = (x - d.origin) * e
		}
		inv := 1 / e
		y := x * inv
		run.e += e
		run.x += x
		run.s += x * y
		if len(d.index) > 0 {
			if step := y - lastY; step != 0 {
				run.d += step * step / (inv + lastInv)
				run.moved++
			}
		}
		lastY, lastInv = y, inv
		d.index = append(d.index, int32(t))
		d.sum = append(d.sum, run)
	}
	return Judged
}

// point returns exposure and events (Rate, Proportion) or weight and value (Measurement) of a period, without the
// peers' movement; ok is false for a gap.
func (s *Series) point(t int) (e, x float64, ok bool) {
	x, e = s.Value[t], 1
	if s.Base != nil {
		e = s.Base[t]
	}
	if !finite(x) || !finite(e) || e <= 0 {
		return 0, 0, false
	}
	if s.Kind != Measurement && (x < 0 || s.Kind == Proportion && x > e) {
		return 0, 0, false
	}
	if s.Movement == nil {
		return e, x, true
	}
	m := s.Movement[t]
	if !finite(m) {
		return e, x, true
	}
	switch s.Kind {
	case Rate:
		if m > 0 {
			e *= m
		}
	case Proportion:
		x = min(max(x-m*e, 0), e)
	case Measurement:
		x -= m
	}
	return e, x, true
}

// varies is false when fewer than a quarter of the steps among the first b points are changes at all: such a series
// (0 0 0 0 1 0 0) is no measurement, and limits made from it would be nearly of zero width.
func (d *Detector) varies(b int) bool {
	return b >= 2 && d.sum[b].moved >= 0.25*float64(b-1) && d.sum[b].d > 0
}

// window is one comparison: the standardised difference and what it was made from.
type window struct {
	k    int
	z    float64
	odds float64 // exposure in the window over exposure before it
	n    noise

	variance float64 // of the difference, over that of plain Poisson, binomial or unit variance
}

func (d *Detector) scan(r Result, n int, o Options, prior Prior) Result {
	var tried [len(windows)]window
	looked, best := 0, window{}
	for _, k := range windows {
		if k > o.Longest || n-k < max(o.Baseline, k) {
			break
		}
		w, ok := d.compare(n, k, prior, best.z)
		if !ok {
			continue
		}
		tried[looked] = w
		looked++
		if best.k == 0 || math.Abs(w.z) > math.Abs(best.z) {
			best = w
		}
	}
	if looked == 0 || !finite(best.z) {
		r.Reason = NotFinite
		if looked == 0 && d.kind == Measurement {
			r.Reason = NoVariation
		}
		return r
	}
	r.Enough = true
	r.Z = best.z
	r.P = d.chance(math.Abs(best.z), n, tried[:looked])
	best = d.locate(best, n, o, prior)
	return d.describe(r, best, n)
}

// chance is the P of a largest |Z| of m. A window too short to reach m on one side whatever it holds (no event at all in
// three months of one and a half) takes no part on that side (Tarone 1990).
func (d *Detector) chance(m float64, n int, tried []window) float64 {
	if m < interesting {
		return unremarkableTail(m, tried[0].odds, tried[len(tried)-1].odds)
	}
	var low, high [len(windows)]float64
	if d.kind == Measurement {
		for i := range tried {
			low[i] = tried[i].odds
		}
		return scanTail(m, low[:len(tried)], low[:len(tried)])
	}
	lows, highs := 0, 0
	for _, w := range tried {
		least, most := d.extremes(n, w)
		if least <= -m {
			low[lows] = w.odds
			lows++
		}
		if most >= m {
			high[highs] = w.odds
			highs++
		}
	}
	return scanTail(m, low[:lows], high[:highs])
}

// dull is the score (Pearson) deviate of a count under which the root is not worth its logarithms: the root is then
// under 2.4 even where it exceeds the score most (a window without events), so that P stays above 0.1.
const dull = 1.5

// interesting is the |Z| from which on a series gets the full care: below it P is above 0.06.
const interesting = 2.3

// extremes are the Z that the window would have with none and with all of the events that were seen in it and before.
func (d *Detector) extremes(n int, w window) (least, most float64) {
	base, all := &d.sum[n-w.k], &d.sum[n]
	e1, e2, x := base.e, all.e-base.e, all.x
	if d.kind == Rate {
		return w.standard(rateRoot(x, e1, 0, e2)), w.standard(rateRoot(0, e1, x, e2))
	}
	least, most = proportionRoot(x, e1, 0, e2), proportionRoot(x-e2, e1, e2, e2)
	if x > e1 {
		least = proportionRoot(e1, e1, x-e1, e2)
	}
	if x < e2 {
		most = proportionRoot(0, e1, x, e2)
	}
	return w.standard(least), w.standard(most)
}

// locate looks between the window lengths tried, so that the month in which a change began is not rounded to a length
// of the list. It does not touch Z and P, which belong to the list.
func (d *Detector) locate(best window, n int, o Options, prior Prior) window {
	if math.Abs(best.z) < 2 {
		return best
	}
	at := 0
	for windows[at] != best.k {
		at++
	}
	if at == 0 {
		return best
	}
	last := best.k + 1
	if at+1 < len(windows) {
		last = windows[at+1]
	}
	found := best
	for k := windows[at-1] + 1; k < last && k <= o.Longest && n-k >= max(o.Baseline, k); k++ {
		if w, ok := d.compare(n, k, prior, found.z); ok && math.Abs(w.z) > math.Abs(found.z) {
			found = w
		}
	}
	return found
}

// compare standardises the difference between the latest k of n points and the n-k before them. A window that stays
// under the best Z so far even before the allowance for an estimated dispersion is given without that allowance.
func (d *Detector) compare(n, k int, prior Prior, best float64) (window, bool) {
	b := n - k
	base, all := &d.sum[b], &d.sum[n]
	e1, e2 := base.e, all.e-base.e
	x1, x2 := base.x, all.x-base.x
	if !(e1 > 0 && e2 > 0) {
		return window{}, false
	}
	w := window{k: k, odds: e2 / e1}
	if d.kind == Measurement && !d.varies(b) && !(prior.Phi > 0 && prior.DF > 0) {
		return window{}, false
	}
	w.n = d.noise(b, prior)
	switch d.kind {
	case Rate:
		if w.z = (x2*e1 - x1*e2) / math.Sqrt((x1+x2)*e1*e2); !(math.Abs(w.z) < dull) {
			w.z = rateRoot(x1, e1, x2, e2)
		}
	case Proportion:
		x, e := x1+x2, e1+e2
		if w.z = (x2*e1 - x1*e2) * math.Sqrt(e/(x*(e-x)*e1*e2)); !(math.Abs(w.z) < dull) {
			w.z = proportionRoot(x1, e1, x2, e2)
		}
	case Measurement:
		w.z = (x2*e1 - x1*e2) / math.Sqrt((e1+e2)*e1*e2)
	}
	w.variance = w.n.phi
	if w.n.rho > 0 {
		w.variance *= (meanInflation(float64(k), w.n.rho)/e2 + meanInflation(float64(b), w.n.rho)/e1) / (1/e1 + 1/e2)
	}
	if !(w.variance > 0) {
		return window{}, false
	}
	if w.variance != 1 {
		w.z /= math.Sqrt(w.variance)
	}
	if math.Abs(w.z) > math.Abs(best) {
		w.z = normalOfStudent(w.z, w.freedom())
	}
	return w, !math.IsNaN(w.z)
}

// standard turns a deviate under plain Poisson, binomial or unit variance into one under the window's own noise.
func (w *window) standard(z float64) float64 {
	if w.variance != 1 {
		z /= math.Sqrt(w.variance)
	}
	return normalOfStudent(z, w.freedom())
}

// freedom is the degrees of freedom of the window's Z: of the estimated dispersion, and of the points themselves when
// single months run wild. The excess kurtosis of a mean of k points is a k-th of theirs, and Student's t with f degrees
// of freedom has 6/(f-4).
func (w *window) freedom() float64 {
	if w.n.wild <= 0 {
		return w.n.df
	}
	return 1 / (1/w.n.df + 1/(4+6*float64(w.k)/w.n.wild))
}

// rateRoot is the signed root of the log-likelihood ratio of equal rates, with Barndorff-Nielsen's correction: the
// normal deviate of the mid-P of the exact conditional (binomial) test of the two counts, within 0.1 when the window
// holds fewer than ten events and within 0.05 otherwise.
func rateRoot(x1, e1, x2, e2 float64) float64 {
	total := x1 + x2
	if total <= 0 {
		return 0
	}
	share := e2 / (e1 + e2)
	if x2 <= 0 {
		return -normalOfLogTail(total*math.Log1p(-share) - math.Ln2)
	}
	if x1 <= 0 {
		return normalOfLogTail(total*math.Log(share) - math.Ln2)
	}
	l1, l2 := math.Log(x1/(total*(1-share))), math.Log(x2/(total*share))
	r := math.Sqrt(max(0, 2*(x1*l1+x2*l2)))
	return corrected(r, (l2-l1)*math.Sqrt(x1*x2/total))
}

// proportionRoot does for two shares x1 of n1 and x2 of n2 what rateRoot does for two rates; the exact test is Fisher's.
func proportionRoot(x1, n1, x2, n2 float64) float64 {
	x, n := x1+x2, n1+n2
	if x <= 0 || x >= n {
		return 0
	}
	f1, f2, f := n1-x1, n2-x2, n-x
	if x1 <= 0 || x2 <= 0 || f1 <= 0 || f2 <= 0 {
		return fisherEdge(x1, n1, x2, n2)
	}
	a1, a2 := math.Log(x1*n/(n1*x)), math.Log(x2*n/(n2*x))
	b1, b2 := math.Log(f1*n/(n1*f)), math.Log(f2*n/(n2*f))
	r := math.Sqrt(max(0, 2*(x1*a1+x2*a2+f1*b1+f2*b2)))
	return corrected(r, (a2-b2-a1+b1)*math.Sqrt(x1*f1/n1*(x2*f2/n2)/(x*f/n)))
}

// fisherEdge is the case of an empty cell: its hypergeometric tail has one term, half of which is the mid-P.
func fisherEdge(x1, n1, x2, n2 float64) float64 {
	higher := x1 <= 0 || x2 >= n2
	// The number drawn into an empty cell: all x into the other window, or all failures into the other window.
	drawn, from := x1+x2, n1
	if x1 <= 0 {
		from = n2
	} else if x2 > 0 {
		drawn = n1 + n2 - x1 - x2
		from = n1
		if x1 >= n1 {
			from = n2
			higher = false
		}
	}
	z := normalOfLogTail(lnFalling(from, drawn) - lnFalling(n1+n2, drawn) - math.Ln2)
	if higher {
		return z
	}
	return -z
}

// lnFalling is ln(n(n-1)…(n-m+1)).
func lnFalling(n, m float64) float64 {
	if m > n {
		return math.Inf(-1)
	}
	a, _ := math.Lgamma(n + 1)
	b, _ := math.Lgamma(n - m + 1)
	return a - b
}

// corrected is r* = r + ln(u/r)/r (Barndorff-Nielsen 1986) for r >= 0 and a Wald statistic u of either sign, which
// gives the sign. Near r = 0, where nobody looks, the correction is a small constant and is left out.
func corrected(r, u float64) float64 {
	a := math.Abs(u)
	if r > 1 && a > 0 {
		r += math.Log(a/r) / r
	}
	return math.Copysign(r, u)
}
