package change

import (
	"math"
	"slices"
)

// Budget is how many false concerns the reader accepts.
type Budget struct {
	// FalseConcernsPerMonth is the expected number of new concerns a month when every series is truly steady.
	// 0 means 1.
	FalseConcernsPerMonth float64
	// FalseDiscoveryRate is the share of the flagged series that may be false when many have truly changed (Benjamini
	// and Hochberg 1995). 0 means 0.1.
	FalseDiscoveryRate float64
}

const (
	// exceedancesPerConcern: in a steady series an exceedance lasts, because neighbouring months share most of their
	// data. With the closing rule of Watch and a bound of 0.002 there are 0.35 to 0.45 new concerns for each month under
	// the bound (rare events at the low end, measurements at the high end). Taken: 1/2.25, which the full simulation
	// holds against the budget.
	exceedancesPerConcern = 2.25
	// mostLenient is the largest P that is ever flagged, however few the series or large the budget.
	mostLenient = 0.01
	// CloseAbove is the P above which a period counts as calm.
	CloseAbove = 0.05
	// CloseAfter is how many calm reported periods on end close an open concern.
	CloseAfter = 3
)

func (b Budget) settled() Budget {
	if !(b.FalseConcernsPerMonth > 0) {
		b.FalseConcernsPerMonth = 1
	}
	if !(b.FalseDiscoveryRate > 0 && b.FalseDiscoveryRate < 1) {
		b.FalseDiscoveryRate = 0.1
	}
	return b
}

// Bound is the P under which a single series of n is flagged whatever the others do. With n steady series
// n × Bound / 2.25 new concerns a month are expected: the budget. No dependence between series changes that expectation.
func (b Budget) Bound(n int) float64 {
	if n <= 0 {
		return 0
	}
	return min(exceedancesPerConcern*b.settled().FalseConcernsPerMonth/float64(n), mostLenient)
}

// Threshold is the P at or under which a series is flagged this month, given the P of all (NaN: not judged, and never
// flagged).
//
// It is the larger of Bound and of the Benjamini-Hochberg step-up threshold at FalseDiscoveryRate, and at most 0.01.
// When nothing truly changed, Bound rules at a budget of one (step-up at 0.1 passes it only when more than 22 series are flagged
// while 2.25 are expected); under a budget of about 0.05 a single series can pass the step-up threshold and not the bound. When much has changed, step-up lets more through, and promises the share that is false.
func (b Budget) Threshold(p []float64) float64 {
	sorted := make([]float64, 0, len(p))
	n := 0
	for _, v := range p {
		if math.IsNaN(v) {
			continue
		}
		n++
		if v <= mostLenient {
			sorted = append(sorted, v)
		}
	}
	slices.Sort(sorted)
	bound := b.Bound(n)
	q := b.settled().FalseDiscoveryRate
	for i := len(sorted) - 1; i >= 0; i-- {
		if step := q * float64(i+1) / float64(n); sorted[i] <= step {
			return min(max(bound, step), mostLenient)
		}
	}
	return bound
}

// Watch is the state of one series from month to month, so that a concern that flickers is one concern. The zero value
// is a series without a concern.
type Watch struct {
	Open bool
	Calm int // reported periods on end with P above CloseAbove
}

// Event is what a month did to a Watch.
type Event uint8

// The events.
const (
	Nothing Event = iota // no concern opened or closed
	Opened               // a concern opened
	Closed               // the concern closed
)

// Next takes one month's verdict. P = NaN (nothing reported, or not judged) neither opens nor calms.
func (w *Watch) Next(flagged bool, p float64) Event {
	if math.IsNaN(p) {
		return Nothing
	}
	if !w.Open {
		if !flagged {
			return Nothing
		}
		*w = Watch{Open: true}
		return Opened
	}
	if flagged || p <= CloseAbove {
		w.Calm = 0
		return Nothing
	}
	w.Calm++
	if w.Calm < CloseAfter {
		return Nothing
	}
	*w = Watch{}
	return Closed
}
