package spc

// Direction is which way a measure should go.
type Direction int8

// The directions of improvement.
const (
	Increase Direction = iota // higher is better
	Decrease                  // lower is better
	Neutral                   // neither is better
)

// Signals are the rules that mark a point, each with its direction; zero for none.
type Signals uint8

// The marks that a point can carry.
const (
	AboveUpper Signals = 1 << iota // beyond the upper process limit
	BelowLower                     // beyond the lower process limit
	TrendUp                        // in a rising trend
	TrendDown                      // in a falling trend
	TwoAbove                       // one of two of three near the upper limit
	TwoBelow                       // one of two of three near the lower limit
	ShiftAbove                     // in a run above the centre line
	ShiftBelow                     // in a run below the centre line
)

// The marks that point upwards and downwards.
const (
	Up   = AboveUpper | TrendUp | TwoAbove | ShiftAbove
	Down = BelowLower | TrendDown | TwoBelow | ShiftBelow
)

// Of returns the marks that a rule gave.
func (s Signals) Of(r Rule) Signals { return s & ruleSignals[r] }

var ruleSignals = [...]Signals{
	NoRule: 0, Outside: AboveUpper | BelowLower, Trend: TrendUp | TrendDown,
	TwoOfThree: TwoAbove | TwoBelow, Shift: ShiftAbove | ShiftBelow,
}

// Cause is the one name that a point carries: common cause, or the special cause that
// comes first in the profile's precedence.
type Cause uint8

// The causes.
const (
	CommonCause Cause = iota
	CauseAboveUpper
	CauseBelowLower
	CauseTrendUp
	CauseTrendDown
	CauseTwoAbove
	CauseTwoBelow
	CauseShiftAbove
	CauseShiftBelow
)

var causeWords = [...]string{
	CommonCause: "common cause", CauseAboveUpper: "above the upper process limit", CauseBelowLower: "below the lower process limit",
	CauseTrendUp: "rising trend", CauseTrendDown: "falling trend",
	CauseTwoAbove: "two of three points near the upper process limit", CauseTwoBelow: "two of three points near the lower process limit",
	CauseShiftAbove: "run above the mean", CauseShiftBelow: "run below the mean",
}

// String is the cause in words for people.
func (c Cause) String() string { return causeWords[c] }

// Special says whether the cause is a special one.
func (c Cause) Special() bool { return c != CommonCause }

// Up says whether a special cause points upwards.
func (c Cause) Up() bool { return c.Special() && c%2 == 1 }

// Rule returns the rule behind a special cause, NoRule for common cause.
func (c Cause) Rule() Rule { return Rule((c + 1) / 2) }

// PointType is what a point means given the direction of improvement.
type PointType uint8

// The types of a point, as the Making Data Count colours show them.
const (
	Common PointType = iota
	Improvement
	Concern
	NeutralHigh
	NeutralLow
)

var pointTypeNames = [...]string{
	Common: "common_cause", Improvement: "special_cause_improvement", Concern: "special_cause_concern",
	NeutralHigh: "special_cause_neutral_high", NeutralLow: "special_cause_neutral_low",
}

// String is the type's name as NHSRplotthedots writes it, for example "common_cause".
func (t PointType) String() string { return pointTypeNames[t] }

// TypeOf is what a special cause pointing up or down means for that direction.
func (d Direction) TypeOf(up bool) PointType {
	switch {
	case d == Neutral && up:
		return NeutralHigh
	case d == Neutral:
		return NeutralLow
	case (d == Increase) == up:
		return Improvement
	}
	return Concern
}

// cause names a point: the first rule of the precedence that marks it.
func (p *Profile) cause(s Signals, better Signals) Cause {
	if p.ImprovementWins && s&better != 0 {
		s &= better
	}
	for _, r := range p.Precedence {
		if of := s & ruleSignals[r]; of != 0 {
			up := Cause(2*r - 1)
			if of&Up == 0 {
				return up + 1
			}
			return up
		}
	}
	return CommonCause
}

// better returns the marks that point to improvement.
func (d Direction) better() Signals {
	switch d {
	case Increase:
		return Up
	case Decrease:
		return Down
	}
	return 0
}
