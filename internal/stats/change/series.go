package change

import "math"

// Kind says what the figures of a series are, and so which law chance follows in them.
type Kind uint8

const (
	// Rate is a count of events over an exposure (patients, patient-months, calls). Chance: Poisson, or wider.
	Rate Kind = iota
	// Proportion is a count of events among a known number of cases. Chance: binomial, or wider.
	Proportion
	// Measurement is a value on a continuous scale, with an optional weight (its variance is inverse to the weight).
	Measurement
)

// String names the kind in one lower-case word.
func (k Kind) String() string {
	switch k {
	case Rate:
		return "rate"
	case Proportion:
		return "proportion"
	case Measurement:
		return "measurement"
	}
	return "unknown"
}

// Series is one indicator of one unit, in the order of its periods, all slices of one length.
type Series struct {
	Kind Kind
	// Value is the number of events (Rate, Proportion) or the value (Measurement). NaN is a gap: missing, suppressed or
	// not reported. A gap is never a zero.
	Value []float64
	// Base is the exposure (Rate), the number of cases (Proportion) or the weight (Measurement) of each period.
	// Nil means 1 for every period of a Rate or a Measurement; a Proportion must have it. NaN, 0 and less are gaps.
	Base []float64
	// Movement is what the peers did in each period, to be taken out of this series: a factor for a Rate (1 = nothing),
	// a difference for a Proportion (0.02 = two points higher) and for a Measurement. Nil means that nothing is taken out.
	Movement []float64
}

// Prior is what is known about chance variation in a series before looking at it, usually learnt from the same
// indicator at the other units (see LearnPrior). The zero value asks for the cautious default of the series' kind.
type Prior struct {
	// Phi is the expected dispersion: variance over Poisson or binomial variance, at least 1 for a count; for a
	// Measurement the variance of a point of weight 1.
	Phi float64
	// DF is how firmly Phi is known, in degrees of freedom: 0 not at all, math.Inf(1) exactly.
	DF float64
	// Rho is the correlation of neighbouring periods (0 to less than 1) expected without any change, and RhoWeight the
	// number of points that this expectation counts for.
	Rho, RhoWeight float64
	// Wild is the excess kurtosis of single points beyond what their law has anyway (0 = none; 6 = Student's t with 5
	// degrees of freedom): how often single months are far out without meaning anything.
	Wild float64
	// Known is true when the fields above have been set. Otherwise the default of the kind is used.
	Known bool
}

// Options bounds the scan. The zero value means the defaults.
type Options struct {
	// Longest is the longest recent window, in reported points (default 24, never more than 36). A window is never longer
	// than the baseline before it.
	Longest int
	// Baseline is the least number of reported points that must remain before the window (default 8, never less than 4).
	Baseline int
	// Prior is the knowledge about chance variation; see Prior.
	Prior Prior
}

const (
	defaultLongest  = 24
	defaultBaseline = 8
	leastBaseline   = 4
)

// windows are the lengths tried. Neighbouring long windows are so alike that leaving some out loses nothing but time:
// the correlation of windows j < k is the root of the ratio of their odds of exposure, so equal steps of log k are enough.
var windows = [...]int{1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 18, 24, 30, 36}

// Direction of a change.
type Direction int8

// The directions: the recent level against the earlier one.
const (
	Lower  Direction = -1
	Steady Direction = 0
	Higher Direction = 1
)

// String is "lower", "steady" or "higher".
func (d Direction) String() string {
	switch d {
	case Lower:
		return "lower"
	case Higher:
		return "higher"
	}
	return "steady"
}

// Reason says why a series could not be judged.
type Reason uint8

const (
	// Judged: there was enough to judge.
	Judged Reason = iota
	// Malformed: the slices of the series differ in length, or its kind is unknown.
	Malformed
	// TooShort: fewer reported points than the shortest baseline and one point more.
	TooShort
	// NoEvents: a count series without a single event (or without a single non-event).
	NoEvents
	// NoVariation: the baseline of a measurement hardly varies at all, so nothing can be said about chance.
	NoVariation
	// NotFinite: the figures are too large to be computed with.
	NotFinite
)

// String explains the reason in words for people; it is empty when the series was judged.
func (r Reason) String() string {
	switch r {
	case Judged:
		return ""
	case Malformed:
		return "the values, the denominators and the peers' movement do not have the same number of periods, or the denominators are missing"
	case TooShort:
		return "there are too few reported periods to compare the latest ones with"
	case NoEvents:
		return "there is nothing to compare: no event at all, or nothing but events"
	case NoVariation:
		return "the earlier values are almost all the same, so nothing can be said about what chance alone would do"
	case NotFinite:
		return "the figures are too large to be compared"
	}
	return "unknown reason"
}

// Result is what the scan found in one series at its latest reported period.
type Result struct {
	// Enough is false when the series could not be judged; Reason then says why, P is 1 and the rest is zero, except
	// Reported and Missing (the number of further reported points that are needed, when TooShort).
	Enough  bool
	Reason  Reason
	Missing int

	// Z is the largest standardised difference over the windows tried, signed: + higher, - lower.
	Z float64
	// P is the chance that a steady series shows so large a Z (in either direction, in any window) in this period.
	P float64

	// Began is the index in the series of the first period of the window that differs most; K is the number of its
	// reported points; Latest is the index of the last reported period.
	Began, K, Latest int
	Direction        Direction

	// BaselineN and Reported are numbers of reported points, before the window and altogether.
	BaselineN, Reported int
	// Baseline and Recent are the levels before and in the window: events per unit of exposure, share of cases, or mean.
	// The peers' movement is taken out of both.
	Baseline, Recent float64
	// Effect is Recent/Baseline for a Rate and Recent-Baseline otherwise. Low and High bound it with 95% confidence,
	// as if the window had been named beforehand: because the most different one was chosen, take them as a lower bound
	// of what is unsure. Effect and High are +Inf for a Rate that has no event in its baseline.
	Effect, Low, High float64

	// Phi is the dispersion that was allowed for (see Prior.Phi), DF how well it is known, Rho the correlation of
	// neighbouring periods that was allowed for.
	Phi, DF, Rho float64
}

func finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }
