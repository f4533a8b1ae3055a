package cusum

import (
	"errors"
	"fmt"
	"math"

	"gonum.org/v1/gonum/integrate/quad"
	"gonum.org/v1/gonum/mat"

	"ohp/internal/stats/dist"
)

// TabularARL is the average number of normal values, of mean shift and standard
// deviation 1, until a one-sided cumulative sum with reference value k (half the shift
// that Tabular looks for) passes the decision interval h, from zero. NaN unless h is
// above 0 and at most 250.
// Source: Brook and Evans (1972), as an integral equation solved by Gauss-Legendre
// quadrature; spc::xcusum.arl.
func TabularARL(k, h, shift float64) float64 {
	if !(h > 0) || math.IsInf(h, 1) || math.IsNaN(k+shift) {
		return math.NaN()
	}
	return walk{low: 0, high: h, held: true, sd: 1, next: func(from float64) float64 { return from - k + shift }}.length(0)
}

// TwoSidedTabularARL is the same for two sums, one on each side.
func TwoSidedTabularARL(k, h, shift float64) float64 {
	return 1 / (1/TabularARL(k, h, shift) + 1/TabularARL(k, h, -shift))
}

// EWMAARL is the average number of normal values, of mean shift and standard
// deviation 1, until an average with weight lambda passes width times its lasting
// standard deviation on either side, from zero. NaN unless lambda is above 0 and at most
// 1, width above 0, and the limits at most 250 lambda apart.
// Source: Crowder (1987), A simple method for studying run-length distributions of
// exponentially weighted moving average charts; spc::xewma.arl.
func EWMAARL(lambda, width, shift float64) float64 {
	if !(lambda > 0 && lambda <= 1) || !(width > 0) || math.IsInf(width, 1) || math.IsNaN(shift) {
		return math.NaN()
	}
	h := width * math.Sqrt(lambda/(2-lambda))
	next := func(from float64) float64 { return (1-lambda)*from + lambda*shift }
	return walk{low: -h, high: h, sd: lambda, next: next}.length(0)
}

// walk is a statistic that moves from x to a normal value with mean next(x) and
// standard deviation sd, until it passes high. At low it is held back if held,
// otherwise to pass low ends the walk too.
type walk struct {
	low, high, sd float64
	held          bool
	next          func(x float64) float64
}

// length is the mean number of moves from start: the L(start) of
// L(x) = 1 + L(low) P(below low) + ∫ L(y) f(y) dy over [low, high], the middle term
// only if held. The integral is taken at enough Gauss-Legendre points for sd; NaN where
// 400 would not be enough.
func (w walk) length(start float64) float64 {
	if !((w.high-w.low)/w.sd <= 250) {
		return math.NaN()
	}
	n := min(400, 40+int(6*(w.high-w.low)/w.sd))
	node, weight := make([]float64, n), make([]float64, n)
	quad.Legendre{}.FixedLocations(node, weight, w.low, w.high)
	from := node
	if w.held {
		// L(low) is one more unknown.
		from = append(from, w.low)
	}
	// moves are the coefficients of the unknowns in L(x) - 1.
	moves := func(x float64) []float64 {
		mean, row := w.next(x), make([]float64, len(from))
		for j := range weight {
			row[j] = weight[j] * dist.NormalDensity((node[j]-mean)/w.sd) / w.sd
		}
		if w.held {
			row[n] = dist.NormalCDF((w.low - mean) / w.sd)
		}
		return row
	}
	system, ones := mat.NewDense(len(from), len(from), nil), mat.NewVecDense(len(from), nil)
	for i, x := range from {
		for j, m := range moves(x) {
			system.Set(i, j, -m)
		}
		system.Set(i, i, 1+system.At(i, i))
		ones.SetVec(i, 1)
	}
	var lengths mat.VecDense
	if err := lengths.SolveVec(system, ones); err != nil {
		var condition mat.Condition
		if !errors.As(err, &condition) {
			return math.NaN()
		}
	}
	arl := 1.0
	for j, m := range moves(start) {
		arl += m * lengths.AtVec(j)
	}
	return arl
}

// TabularInterval is the decision interval h at which a one-sided cumulative sum with
// reference value k has the in-control average run length arl. It is an error if arl
// cannot be reached (it must be above 2) or k is negative.
// Source: spc::xcusum.crit.
func TabularInterval(k, arl float64) (float64, error) {
	if !(k >= 0) || k > 10 || !(arl > 2) || arl > 1e9 {
		return 0, fmt.Errorf("no decision interval for reference value %v and run length %v: give a value from 0 to 10 and a run length from 2 to a thousand million", k, arl)
	}
	return solve(arl, func(h float64) float64 { return TabularARL(k, h, 0) })
}

// EWMAWidth is the width, in standard deviations of the average, at which an average
// with weight lambda has the in-control average run length arl.
// Source: spc::xewma.crit.
func EWMAWidth(lambda, arl float64) (float64, error) {
	if !(lambda >= 0.005 && lambda <= 1) || !(arl > 2) || arl > 1e9 {
		return 0, fmt.Errorf("no width for lambda %v and run length %v: give a lambda from 0.005 to 1 and a run length from 2 to a thousand million", lambda, arl)
	}
	return solve(arl, func(width float64) float64 { return EWMAARL(lambda, width, 0) })
}

// solve finds where a run length that rises with its argument equals goal, by
// bisection and regula falsi on its logarithm.
func solve(goal float64, length func(x float64) float64) (float64, error) {
	miss := func(x float64) float64 { return math.Log(length(x)) - math.Log(goal) }
	low, high := 1e-3, 1.0
	atLow, atHigh := miss(low), miss(high)
	for atHigh < 0 && high < 1e3 {
		low, atLow = high, atHigh
		high *= 1.5
		atHigh = miss(high)
	}
	if !(atLow <= 0 && atHigh >= 0) {
		return 0, fmt.Errorf("no limit gives an average run length of %v", goal)
	}
	for range 200 {
		x := (low*atHigh - high*atLow) / (atHigh - atLow)
		if margin := 0.05 * (high - low); !(x > low+margin && x < high-margin) {
			x = math.Min(math.Max(x, low+margin), high-margin)
		}
		at := miss(x)
		if math.Abs(at) < 1e-11 || high-low < 1e-12*high {
			return x, nil
		}
		if at < 0 {
			low, atLow = x, at
		} else {
			high, atHigh = x, at
		}
	}
	return (low + high) / 2, nil
}
