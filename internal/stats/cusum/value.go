package cusum

import (
	"errors"
	"fmt"
	"math"
	"math/big"

	"ohp/internal/stats/exact"
)

// Process is what is known of a series of measurements in control. NaN for either
// value means: estimate it from the series, the centre by its mean, sigma by the mean
// distance of neighbours over 1.128 (not screened for outliers).
type Process struct{ Centre, Sigma float64 }

// Estimated is a Process of which nothing is known beforehand.
func Estimated() Process { return Process{math.NaN(), math.NaN()} }

// movingRangeSigma is the mean distance of neighbours over sigma (d2 of two values).
const movingRangeSigma = 1.128

// known fills in what is to be estimated.
func (p Process) known(y []float64) (Process, error) {
	if len(y) == 0 {
		return p, errors.New("there is no value to chart")
	}
	for i, v := range y {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return p, fmt.Errorf("value %d is missing or infinite; leave it out or fill it in first", i+1)
		}
	}
	if math.IsNaN(p.Centre) {
		p.Centre = exact.Mean(y)
	}
	if math.IsNaN(p.Sigma) {
		if len(y) < 2 {
			return p, errors.New("one value says nothing of the variation; give sigma or more values")
		}
		ranges := make([]float64, len(y)-1)
		for i := range ranges {
			ranges[i] = math.Abs(y[i+1] - y[i])
		}
		p.Sigma = exact.Mean(ranges) / movingRangeSigma
	}
	if !(p.Sigma > 0) || math.IsInf(p.Sigma, 1) {
		return p, fmt.Errorf("sigma is %v; values that never change cannot be charted by it", p.Sigma)
	}
	return p, nil
}

// Tabular are the settings of a tabular cumulative sum, all in units of sigma.
type Tabular struct {
	// Shift is the change of the mean to look for; half of it is let pass each time.
	Shift float64
	// Interval is the decision interval: a sum beyond it signals.
	Interval float64
	// HeadStart is where both sums begin: 0, or half the interval for a fast initial
	// response.
	HeadStart float64
}

// StandardTabular looks for a shift of one sigma with a decision interval of five.
func StandardTabular() Tabular { return Tabular{Shift: 1, Interval: 5} }

// Sums is a tabular cumulative sum: High never below zero, Low never above.
type Sums struct {
	Process               Process
	High, Low             []float64
	SignalHigh, SignalLow []bool
}

// TabularSums charts y, in units of sigma from its centre.
// Source: Page (1954); Montgomery, Introduction to statistical quality control,
// chapter 9; qcc::cusum 3.0.
func TabularSums(y []float64, process Process, t Tabular) (Sums, error) {
	if !(t.Interval > 0) || !(t.HeadStart >= 0 && t.HeadStart < t.Interval) || !(t.Shift >= 0) {
		return Sums{}, fmt.Errorf("decision interval %v with head start %v and shift %v: the interval must be above zero, the head start at least zero and below it, the shift at least zero", t.Interval, t.HeadStart, t.Shift)
	}
	process, err := process.known(y)
	if err != nil {
		return Sums{}, err
	}
	s := newSums(process, len(y))
	high, low := t.HeadStart, t.HeadStart
	for i, v := range y {
		z := (v - process.Centre) / process.Sigma
		high = math.Max(0, high+(z-t.Shift/2))
		low = math.Max(0, low-(z+t.Shift/2))
		s.High[i], s.Low[i] = high, -low
		s.SignalHigh[i], s.SignalLow[i] = high > t.Interval, low > t.Interval
	}
	return s, nil
}

func newSums(p Process, n int) Sums {
	return Sums{Process: p, High: make([]float64, n), Low: make([]float64, n), SignalHigh: make([]bool, n), SignalLow: make([]bool, n)}
}

// Charter are the settings of cusumcharter: Slack (k) and Limit (h) in units of
// sigma, the slack times Shift.
type Charter struct{ Slack, Limit, Shift float64 }

// StandardCharter has a slack of half a sigma and a limit of four.
func StandardCharter() Charter { return Charter{Slack: 0.5, Limit: 4, Shift: 1} }

// Charted is a tabular cumulative sum in the units of the series. Variance is each
// value less the centre and Cumulative its running sum; RunHigh and RunLow count the
// values since High and Low were last zero. The limits are ±Bound; a sum beyond them
// signals.
type Charted struct {
	Sums
	Variance, Cumulative []float64
	RunHigh, RunLow      []int
	Bound                float64
}

// CharterSums charts y in its own units, as cusumcharter::cusum_control does.
func CharterSums(y []float64, process Process, c Charter) (Charted, error) {
	if !(c.Slack >= 0) || !(c.Limit > 0) || !(c.Shift > 0) {
		return Charted{}, fmt.Errorf("slack %v, limit %v and shift %v: the slack must be at least zero, the others above it", c.Slack, c.Limit, c.Shift)
	}
	process, err := process.known(y)
	if err != nil {
		return Charted{}, err
	}
	out := Charted{Sums: newSums(process, len(y)), Variance: make([]float64, len(y)), RunHigh: make([]int, len(y)), RunLow: make([]int, len(y)), Bound: c.Limit * process.Sigma}
	slack := process.Sigma * c.Slack * c.Shift
	above, below := process.Centre+slack, process.Centre-slack
	high, low, runHigh, runLow := 0.0, 0.0, 0, 0
	for i, v := range y {
		out.Variance[i] = v - process.Centre
		high, low = math.Max(0, v-above+high), math.Max(0, below-v+low)
		runHigh, runLow = counted(runHigh, high), counted(runLow, low)
		out.High[i], out.Low[i], out.RunHigh[i], out.RunLow[i] = high, -low, runHigh, runLow
		out.SignalHigh[i], out.SignalLow[i] = high > out.Bound, low > out.Bound
	}
	out.Cumulative = running(out.Variance)
	return out, nil
}

func counted(run int, sum float64) int {
	if sum == 0 {
		return 0
	}
	return run + 1
}

// running is the running sum as R forms it, in 80-bit extended precision. Deviations
// from their own mean add up to nothing but rounding, so that only the same precision
// gives the same last digits.
func running(x []float64) []float64 {
	out := make([]float64, len(x))
	sum := new(big.Float).SetPrec(64)
	for i, v := range x {
		sum.Add(sum, big.NewFloat(v))
		out[i], _ = sum.Float64()
	}
	return out
}

// Average is an exponentially weighted moving average with its limits at each point,
// which widen from the start to their lasting width.
type Average struct {
	Process         Process
	Mean, Low, High []float64
	Signal          []bool
}

// EWMA charts y with weight lambda (above 0, up to 1; 0.2 is usual) on the newest
// value and limits width sigmas of the average from the centre (3 is usual). A value
// on a limit does not signal.
// Source: Roberts (1959); Montgomery, chapter 9; qcc::ewma 3.0.
func EWMA(y []float64, process Process, lambda, width float64) (Average, error) {
	if !(lambda > 0 && lambda <= 1) || !(width > 0) {
		return Average{}, fmt.Errorf("lambda %v and width %v: lambda must be above 0 and at most 1, the width above 0", lambda, width)
	}
	process, err := process.known(y)
	if err != nil {
		return Average{}, err
	}
	n := len(y)
	a := Average{Process: process, Mean: make([]float64, n), Low: make([]float64, n), High: make([]float64, n), Signal: make([]bool, n)}
	mean := process.Centre
	for i, v := range y {
		mean = float64(lambda*v) + float64((1-lambda)*mean)
		variance := process.Sigma * process.Sigma * ((lambda / (2 - lambda)) * (1 - math.Pow(1-lambda, float64(2*(i+1)))))
		sd := math.Sqrt(variance)
		a.Mean[i] = mean
		a.Low[i], a.High[i] = process.Centre-width*sd, process.Centre+width*sd
		a.Signal[i] = mean < a.Low[i] || mean > a.High[i]
	}
	return a, nil
}
