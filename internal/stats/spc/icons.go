package spc

import "math"

// Variation is the icon that says what the latest point shows.
type Variation uint8

// The variation icons. High and low say which way the values went.
const (
	VariationCommon Variation = iota
	ImprovementHigh
	ImprovementLow
	ConcernHigh
	ConcernLow
	VariationNeutralHigh
	VariationNeutralLow
	TooFewPoints // the profile gives no icon to a series this short
)

var variationNames = [...]string{
	VariationCommon: "common_cause", ImprovementHigh: "improvement_high", ImprovementLow: "improvement_low",
	ConcernHigh: "concern_high", ConcernLow: "concern_low",
	VariationNeutralHigh: "neutral_high", VariationNeutralLow: "neutral_low", TooFewPoints: "too_few_points",
}

// String is the icon's name, for example "concern_low".
func (v Variation) String() string { return variationNames[v] }

// Variation is the icon of a point of that type. A concern is high if lower is better.
func (d Direction) Variation(t PointType) Variation {
	switch t {
	case Improvement:
		if d == Increase {
			return ImprovementHigh
		}
		return ImprovementLow
	case Concern:
		if d == Increase {
			return ConcernLow
		}
		return ConcernHigh
	case NeutralHigh:
		return VariationNeutralHigh
	case NeutralLow:
		return VariationNeutralLow
	}
	return VariationCommon
}

// Variations are all the icons of a point's marks, as PowerBI-SPC shows them:
// improvement, concern, neutral low, neutral high; common cause alone if unmarked.
func (d Direction) Variations(s Signals) []Variation {
	var up, down Variation
	if s&Up != 0 {
		up = d.Variation(d.TypeOf(true))
	}
	if s&Down != 0 {
		down = d.Variation(d.TypeOf(false))
	}
	if d != Increase {
		up, down = down, up
	}
	var icons []Variation
	for _, v := range [...]Variation{up, down} {
		if v != VariationCommon {
			icons = append(icons, v)
		}
	}
	if len(icons) == 0 {
		icons = []Variation{VariationCommon}
	}
	return icons
}

// Assurance is the icon that says whether a target will be met as things are.
type Assurance uint8

// The assurance icons.
const (
	NoAssurance  Assurance = iota // no target, or neither direction is better
	Pass                          // the target lies beyond the limit on the good side
	Fail                          // the target lies beyond the limit on the bad side
	Inconsistent                  // the target lies within the limits, or there are none
)

var assuranceNames = [...]string{NoAssurance: "none", Pass: "pass", Fail: "fail", Inconsistent: "inconsistent"}

// String is the icon's name, for example "inconsistent".
func (a Assurance) String() string { return assuranceNames[a] }

// Target is a value to reach; the zero Target is none.
type Target struct {
	Value float64
	Set   bool
}

// TargetOf is the target v; NaN is a target that no value meets or misses.
func TargetOf(v float64) Target { return Target{v, true} }

// Assurance compares a target with the limits of the last group. A target that lies
// on a limit is inconsistent, and so is any target if there are no limits.
func (d Direction) Assurance(t Target, l Limits) Assurance {
	switch {
	case !t.Set || d == Neutral:
		return NoAssurance
	case t.Value > l.Upper && d == Increase, t.Value < l.Lower && d == Decrease:
		return Fail
	case t.Value > l.Upper, t.Value < l.Lower:
		return Pass
	}
	return Inconsistent
}

// Limits are the lines of an XmR chart for one group of points, in the unit of the
// values. NaN for a line that cannot be drawn. They are not cut off at 0 or 100%.
type Limits struct {
	Centre, Lower, Upper, NearLower, NearUpper float64
	// Range is the mean moving range behind the limits, after screening.
	Range float64
}

// Drawn says whether there are process limits.
func (l Limits) Drawn() bool { return !math.IsNaN(l.Upper) && !math.IsNaN(l.Lower) }

// Flat says that the process limits have no width, so that every point off the centre
// line lies outside. Series of rare events do so; a t, g or c chart serves them better,
// and no concern should be raised from such limits.
func (l Limits) Flat() bool { return l.Range == 0 }
