package spc

import "math"

// RunsMethod is how the numbers of runs and crossings are judged.
type RunsMethod string

// The methods; "" is Anhøj's.
const (
	Anhoej  RunsMethod = "anhoej"
	BestBox RunsMethod = "bestbox"
	CutBox  RunsMethod = "cutbox"
)

// Runs is the analysis of the runs about a centre line. With no useful point the other
// numbers mean nothing and there is no signal.
type Runs struct {
	Useful                  int // points that are neither missing nor on the line
	Longest, LongestMax     int
	Crossings, CrossingsMin int
	Signal                  bool
}

// Analyse judges the signs of a series' distances from its centre line. Zero and NaN
// are passed over. Signal: the longest run is longer, or crossings are fewer, than a
// random series of that many useful points would have (Anhøj and Olesen 2014).
func (m RunsMethod) Analyse(distances []float64) Runs {
	var r Runs
	var last, run, runs int
	for _, d := range distances {
		if d == 0 || math.IsNaN(d) {
			continue
		}
		side := 1
		if d < 0 {
			side = -1
		}
		if side != last {
			last, run, runs = side, 0, runs+1
		}
		run++
		r.Useful++
		r.Longest = max(r.Longest, run)
	}
	if r.Useful == 0 {
		return r
	}
	r.Crossings = runs - 1
	r.LongestMax = int(math.RoundToEven(math.Log2(float64(r.Useful)))) + 3
	r.CrossingsMin = leastCrossings(r.Useful - 1)
	r.Signal = m.signal(r)
	return r
}

// leastCrossings is the lower 5% point of a binomial count of n throws of a fair coin:
// the smallest k with P(X <= k) >= 0.05.
func leastCrossings(n int) int {
	k := n / 2
	gamma := func(v int) float64 { g, _ := math.Lgamma(float64(v) + 1); return g }
	at := math.Exp(gamma(n) - gamma(k) - gamma(n-k) - float64(n)*math.Ln2)
	upTo := 0.5
	if n%2 == 0 {
		upTo += at / 2
	}
	for k > 0 && upTo-at >= 0.05 {
		upTo -= at
		at *= float64(k) / float64(n-k+1)
		k--
	}
	return k
}

func (m RunsMethod) signal(r Runs) bool {
	if r.Useful < firstBox || r.Useful > lastBox || m == "" || m == Anhoej {
		return r.Longest > r.LongestMax || r.Crossings < r.CrossingsMin
	}
	b := boxFor(r.Useful)
	if m == BestBox || b.borderCrossings == 0 {
		return !(r.Crossings >= b.crossings && r.Longest <= b.longest)
	}
	within := r.Crossings > b.crossings && r.Longest < b.longest
	bottom := r.Crossings == b.crossings && r.Longest <= b.borderLongest
	side := r.Crossings >= b.borderCrossings && r.Longest <= b.longest
	return !(within || bottom || side)
}
