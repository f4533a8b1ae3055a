package cusum

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
)

// RiskMix is the mix of expected risks among the cases to come: Share of them have
// Risk. The shares add up to 1.
type RiskMix []struct{ Share, Risk float64 }

func (m RiskMix) check() error {
	sum := 0.0
	for _, class := range m {
		if !(class.Share >= 0 && class.Risk >= 0 && class.Risk <= 1) {
			return errors.New("the mix of risks holds a share below zero or a risk that is not between 0 and 1")
		}
		sum += class.Share
	}
	if math.Abs(sum-1) > 1e-9 {
		return fmt.Errorf("the shares of the mix of risks add up to %v, not to 1", sum)
	}
	return nil
}

// maxRiskStates is how fine a grid RiskAdjustedARL accepts: limit times scaling.
const maxRiskStates = 6000

// RiskAdjustedARL is the average number of cases until RiskAdjusted with the odds
// ratio looked for reaches limit (above zero for improvement too) when the odds of
// every case are truly actual times those expected (1: in control). The sum moves on a
// grid of 1/scaling; a weight between two grid points goes to both in proportion. 600
// is a usual scaling.
// Sources: Steiner and others (2000); Webster and Pettitt (2007), Stability of
// approximations of average run length of risk-adjusted CUSUM schemes; Knoth and
// others (2019), Risk-adjusted CUSUM charts under model error; vlad::racusum_arl_mc.
func RiskAdjustedARL(mix RiskMix, ratio, actual, limit float64, scaling int) (float64, error) {
	if err := mix.check(); err != nil {
		return 0, err
	}
	states := math.Round(limit * float64(scaling))
	switch {
	case !(ratio > 0) || ratio == 1 || math.IsInf(ratio, 1):
		return 0, fmt.Errorf("the odds ratio to look for is %v; give one above 0 that is not 1", ratio)
	case !(actual > 0) || math.IsInf(actual, 1):
		return 0, fmt.Errorf("the true odds ratio is %v; it must be above 0", actual)
	case scaling < 1 || !(states >= 1 && states <= maxRiskStates):
		return 0, fmt.Errorf("limit %v at scaling %d: both must be above 0 and their product lie between 1 and %d", limit, scaling, maxRiskStates)
	}
	return twoBarrierARL(mix.steps(ratio, actual, scaling), int(states)), nil
}

// steps are the probabilities of moving by each whole number of grid points.
func (m RiskMix) steps(ratio, actual float64, scaling int) map[int]float64 {
	steps := map[int]float64{}
	add := func(weight, probability float64) {
		at := weight * float64(scaling)
		floor := math.Floor(at)
		steps[int(floor)] += probability * (floor + 1 - at)
		steps[int(floor)+1] += probability * (at - floor)
	}
	for _, class := range m {
		odds := 1 + (ratio-1)*class.Risk
		event := actual * class.Risk / (1 - class.Risk + actual*class.Risk)
		add(math.Log(ratio/odds), class.Share*event)
		add(math.Log(1/odds), class.Share*(1-event))
	}
	return steps
}

// twoBarrierARL takes the sum as a test that ends below zero or at the limit: from
// zero it lasts duration, and ends below with probability below; there it starts again,
// so that the run length is duration/(1 - below). Both come from one Toeplitz system.
// Source: Knoth and others (2019).
func twoBarrierARL(steps map[int]float64, states int) float64 {
	// diagonal[states-1+d] is the entry at row - column = d of one minus the moves.
	diagonal := make([]float64, 2*states-1)
	diagonal[states-1] = 1
	below, ones := make([]float64, states), make([]float64, states)
	// In order, so that the same question always gets the same last digit.
	for _, step := range slices.Sorted(maps.Keys(steps)) {
		probability := steps[step]
		if at := states - 1 - step; at >= 0 && at < len(diagonal) {
			diagonal[at] -= probability
		}
		for i := 0; i < min(-step, states); i++ {
			below[i] += probability
		}
	}
	for i := range ones {
		ones[i] = 1
	}
	solutions := solveToeplitz(diagonal, ones, below)
	return solutions[0][0] / (1 - solutions[1][0])
}

// solveToeplitz solves T x = y for each y by Levinson's recursion; T[i][j] is
// diagonal[n-1+i-j] for n = len(y).
func solveToeplitz(diagonal []float64, ys ...[]float64) [][]float64 {
	n := (len(diagonal) + 1) / 2
	at := func(d int) float64 { return diagonal[n-1+d] }
	forward, backward := make([]float64, n), make([]float64, n)
	forward[0], backward[0] = 1/at(0), 1/at(0)
	xs := make([][]float64, len(ys))
	for k, y := range ys {
		xs[k] = make([]float64, n)
		xs[k][0] = y[0] / at(0)
	}
	for m := 1; m < n; m++ {
		var missForward, missBackward float64
		for i := range m {
			missForward += at(m-i) * forward[i]
			missBackward += at(-1-i) * backward[i]
		}
		scale := 1 / (1 - missForward*missBackward)
		// Both vectors are one longer now: forward with a zero behind, backward with one before.
		for i := m; i >= 0; i-- {
			f, b := forward[i], 0.0
			if i > 0 {
				b = backward[i-1]
			}
			forward[i] = scale * (f - missForward*b)
			backward[i] = scale * (b - missBackward*f)
		}
		for k, y := range ys {
			miss := y[m]
			for i := range m {
				miss -= at(m-i) * xs[k][i]
			}
			for i := 0; i <= m; i++ {
				xs[k][i] += miss * backward[i]
			}
		}
	}
	return xs
}
