package spc

import (
	"math"
	"sync"
)

// box are the bounds within which a random series of a given number of useful points
// stays: at least crossings and at most longest. A cut box also gives up a corner: at
// exactly that few crossings the longest run must not pass borderLongest, and at
// exactly that long a run crossings must reach borderCrossings; 0 where nothing is cut.
//
// The best box is, of all that hold a random series with a probability of at least
// 92.5%, the one that most rarely holds a series shifted by 0.8 standard deviations.
// The cut box gives up as much next to its corner as that probability allows, to hold
// the shifted series more rarely still. Only rules for 10 to 100 points are published.
// Source: Anhøj and Wentzel-Larsen, Smooth operator: modifying the Anhøj rules to
// improve runs analysis in statistical process control, PLoS ONE 15(6) 2020.
type box struct{ crossings, longest, borderCrossings, borderLongest int }

const (
	firstBox, lastBox = 10, 100 // numbers of useful points that have boxes
	boxHolds          = 0.925
	boxShift          = 0.8
	boxLongest        = 20 // no box holds longer runs
)

var (
	boxOnce [lastBox - firstBox + 1]sync.Once
	boxOf   [lastBox - firstBox + 1]box
)

// boxFor returns the box for that many useful points, firstBox to lastBox; the first
// question for a number computes it, in some hundredths of a second.
func boxFor(useful int) box {
	i := useful - firstBox
	boxOnce[i].Do(func() { boxOf[i] = newBox(useful) })
	return boxOf[i]
}

func newBox(n int) box {
	random := crossingsAndRuns(n, 0.5)
	shifted := crossingsAndRuns(n, math.Erfc(-boxShift/math.Sqrt2)/2)
	b := bestBox(random, shifted)
	return cutBox(b, random, shifted)
}

// joint holds the probability of each number of crossings (second place) with a longest
// run of exactly that length (first place).
type joint [boxLongest + 1][lastBox]float64

// crossingsAndRuns is the joint distribution of crossings and longest run in n throws
// of a coin that shows heads with probability heads.
func crossingsAndRuns(n int, heads float64) *joint {
	var j joint
	var upTo [lastBox]float64 // with the longest run at most one shorter
	for longest := 1; longest <= boxLongest; longest++ {
		within := crossingsWithin(n, longest, heads)
		for c := range within {
			j[longest][c] = max(0, within[c]-upTo[c])
		}
		upTo = within
	}
	return &j
}

// crossingsWithin is the probability of each number of crossings with no run longer
// than longest. It follows the side and the length of the present run.
func crossingsWithin(n, longest int, heads float64) [lastBox]float64 {
	type state [2][boxLongest + 1][lastBox]float64
	chance := [2]float64{1 - heads, heads}
	now, next := new(state), new(state)
	now[0][1][0], now[1][1][0] = chance[0], chance[1]
	for throw := 1; throw < n; throw++ {
		*next = state{}
		for side := range 2 {
			for run := 1; run <= longest; run++ {
				for c := range throw {
					p := now[side][run][c]
					if run < longest {
						next[side][run+1][c] += float64(p * chance[side])
					}
					next[1-side][1][c+1] += float64(p * chance[1-side])
				}
			}
		}
		now, next = next, now
	}
	var sum [lastBox]float64
	for side := range 2 {
		for run := 1; run <= longest; run++ {
			for c := range sum {
				sum[c] += now[side][run][c]
			}
		}
	}
	return sum
}

// held is the probability of at least that many crossings with a run at most that long.
func (j *joint) held(crossings, longest int) float64 {
	sum := 0.0
	for l := 1; l <= longest; l++ {
		for c := crossings; c < lastBox; c++ {
			sum += j[l][c]
		}
	}
	return sum
}

func bestBox(random, shifted *joint) box {
	var best box
	least := 2.0
	for longest := 1; longest <= boxLongest; longest++ {
		for crossings := range lastBox {
			if random[longest][crossings] <= 0 || random.held(crossings, longest) < boxHolds {
				continue
			}
			if p := shifted.held(crossings, longest); p < least {
				least, best = p, box{crossings: crossings, longest: longest}
			}
		}
	}
	return best
}

// cutBox gives up the corner of a box and then, cell by cell along the two borders
// next to it, what holds a shifted series most often, as far as the box still holds a
// random series often enough.
func cutBox(b box, random, shifted *joint) box {
	spare := random.held(b.crossings, b.longest) - boxHolds - random[b.longest][b.crossings]
	if spare < 0 {
		return b
	}
	side, bottom := b.crossings+1, b.longest-1
	for {
		onSide, onBottom := random[b.longest][side], random[bottom][b.crossings]
		canSide, canBottom := onSide <= spare && side < lastBox-1, onBottom <= spare && bottom > 1
		switch {
		case canSide && (!canBottom || shifted[b.longest][side] > shifted[bottom][b.crossings]):
			spare -= onSide
			side++
		case canBottom:
			spare -= onBottom
			bottom--
		default:
			b.borderCrossings, b.borderLongest = side, bottom
			return b
		}
	}
}
