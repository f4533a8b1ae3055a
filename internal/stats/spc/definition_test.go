package spc

import (
	"math"
	"math/big"
	"testing"

	"pgregory.net/rapid"
)

// defined answers a series by the words of the method: every window of points looked
// at on its own, means as exact fractions. It is slow and knows one profile only.
type defined struct {
	limits Limits
	causes []Cause
}

func define(y []float64, screen bool) defined {
	var ranges []float64
	for i := 1; i < len(y); i++ {
		if r := math.Abs(y[i] - y[i-1]); !math.IsNaN(r) {
			ranges = append(ranges, r)
		}
	}
	spread := fraction(ranges)
	if screen {
		var kept []float64
		for _, r := range ranges {
			if r < 3.267*spread {
				kept = append(kept, r)
			}
		}
		spread = fraction(kept)
	}
	mean := fraction(y)
	// Converted, so that no compiler fuses product and sum in the reference either.
	far, near := float64(2.66*spread), float64(2*(nhsrOuter/3)*spread)
	d := defined{limits: Limits{mean, mean - far, mean + far, mean - near, mean + near, spread}}
	for i := range y {
		d.causes = append(d.causes, d.cause(y, i))
	}
	return d
}

func fraction(x []float64) float64 {
	sum, n := new(big.Rat), int64(0)
	for _, v := range x {
		if !math.IsNaN(v) {
			sum.Add(sum, new(big.Rat).SetFloat64(v))
			n++
		}
	}
	if n == 0 {
		return math.NaN()
	}
	f, _ := sum.Quo(sum, new(big.Rat).SetInt64(n)).Float64()
	return f
}

func (d defined) side(v float64) int {
	switch {
	case v > d.limits.Centre:
		return 1
	case v < d.limits.Centre:
		return -1
	}
	return 0
}

func (d defined) outside(v float64) bool { return v > d.limits.Upper || v < d.limits.Lower }

func (d defined) near(v float64) bool {
	return d.limits.Drawn() && !d.outside(v) && (v > d.limits.NearUpper || v < d.limits.NearLower)
}

// inWindow says whether a window of that many points around point i satisfies the test.
func inWindow(y []float64, i, points int, test func(window []float64) bool) bool {
	for end := i; end < i+points && end < len(y); end++ {
		if end-points+1 >= 0 && test(y[end-points+1:end+1]) {
			return true
		}
	}
	return false
}

func (d defined) trend(y []float64, i int) bool {
	return inWindow(y, i, 7, func(w []float64) bool {
		up, down := true, true
		for k := 1; k < len(w); k++ {
			up, down = up && w[k] > w[k-1], down && w[k] < w[k-1]
		}
		return up || down
	})
}

func (d defined) oneSide(w []float64) bool {
	sum := 0
	for _, v := range w {
		sum += d.side(v)
	}
	return sum == len(w) || sum == -len(w)
}

func (d defined) cause(y []float64, i int) Cause {
	named := func(up bool, cause Cause) Cause {
		if up {
			return cause
		}
		return cause + 1
	}
	above := d.side(y[i]) == 1
	if d.outside(y[i]) {
		return named(above, CauseAboveUpper)
	}
	if d.trend(y, i) {
		if i+1 < len(y) && d.trend(y, i+1) {
			return named(y[i+1] > y[i], CauseTrendUp)
		}
		return named(y[i] > y[i-1], CauseTrendUp)
	}
	if d.near(y[i]) && inWindow(y, i, 3, func(w []float64) bool {
		near := 0
		for _, v := range w {
			if d.near(v) {
				near++
			}
		}
		return near >= 2 && d.oneSide(w)
	}) {
		return named(above, CauseTwoAbove)
	}
	if inWindow(y, i, 7, d.oneSide) {
		return named(above, CauseShiftAbove)
	}
	return CommonCause
}

func TestEngineAnswersAsTheMethodIsDefined(t *testing.T) {
	e := map[bool]*Engine{}
	for _, screen := range []bool{true, false} {
		p := NHSR022
		p.Screen = screen
		e[screen] = engine(t, p)
	}
	rapid.Check(t, func(t *rapid.T) {
		y, screen := series(true).Draw(t, "y"), rapid.Bool().Draw(t, "screen")
		if rapid.Bool().Draw(t, "tenths") {
			for i := range y {
				y[i] /= 1.25
			}
		}
		want, got := define(y, screen), e[screen].XmR(y, Settings{})
		l, m := want.limits, got.Groups[0].Limits
		if !alike(l.Centre, m.Centre) || !alike(l.Lower, m.Lower) || !alike(l.Upper, m.Upper) || !alike(l.NearLower, m.NearLower) {
			t.Fatalf("limits %v, defined %v", m, l)
		}
		for i, c := range got.Causes {
			if c != want.causes[i] {
				t.Fatalf("point %d of %v: %v, defined %v", i, y, c, want.causes[i])
			}
		}
	})
}
