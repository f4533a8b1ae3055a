package spc

import (
	"fmt"
	"strings"
)

// Rule is one of the four rules by which an XmR chart finds a special cause.
type Rule uint8

// The rules of an XmR chart.
const (
	NoRule     Rule = iota // no rule; fills a precedence that names fewer than four
	Outside                // a point beyond a process limit
	Trend                  // consecutive points each higher (or each lower) than the one before
	TwoOfThree             // two of three consecutive points beyond a near limit
	Shift                  // consecutive points on one side of the centre line
)

// Zone is where a point counts for the rule of two of three.
type Zone uint8

// The zones that tools use.
const (
	BetweenLimits Zone = iota // between the near limit and the process limit
	BeyondNear                // beyond the near limit, also beyond the process limit
)

// Meeting says what a point is called where two trends meet in it.
type Meeting uint8

// What tools do where two trends meet.
const (
	// NextStep names a trend point after the step to the next point, if that is a
	// trend point too. NHSRplotthedots does so: the last point of a rising trend that
	// another trend follows is called decreasing if the step between them is not up.
	NextStep Meeting = iota
	// Latest names a point after the latest run or window that holds it.
	Latest
	// Both keeps both directions.
	Both
)

// Missing says what a missing value does to the rule of trend.
type Missing uint8

// What tools do with a missing value among the points of a trend.
const (
	// Breaks: a missing value ends a trend.
	Breaks Missing = iota
	// Refuses: the chart is refused if a missing value stands where the other steps
	// all go one way, as NHSRplotthedots stops with an error there.
	Refuses
)

// Arithmetic says how means are formed.
type Arithmetic uint8

// How tools form a mean.
const (
	Nearest    Arithmetic = iota // the float64 nearest to the exact mean, as good as R's
	Sequential                   // a float64 loop from first to last, as JavaScript does
)

// Profile holds the choices in which the NHS tools for XmR charts differ. The zero
// Profile is not valid; start from NHSR022, PowerBI or MDCExcel2023.
type Profile struct {
	Name string

	// Limits stand at centre ± Outer × (mean moving range / Divisor), near limits at
	// centre ± Near × the same. Screen drops moving ranges that are not below
	// 3.267 × their mean, once (Nelson 1982), before the mean is taken.
	Outer, Near, Divisor float64
	Screen               bool
	Arithmetic           Arithmetic

	// UndrawnBelow calls every point below the lower limit where no limits can be drawn,
	// as PowerBI-SPC does for a constant series.
	UndrawnBelow bool

	// ShiftPoints and TrendPoints are the lengths at which the rules fire. TrendFirst
	// marks also the point from which the first step of a trend starts.
	ShiftPoints, TrendPoints int
	TrendFirst               bool
	TrendMeeting             Meeting
	TrendMissing             Missing

	// Zone is where points count for two of three. ThirdSameSide asks that all three
	// lie on one side of the centre; without it the third may lie anywhere except
	// beyond the other near limit, or not exist yet. WholeWindow marks all three.
	Zone          Zone
	ThirdSameSide bool
	WholeWindow   bool

	// Precedence is the order in which a point marked by several rules is named.
	// ImprovementWins looks first at the rules that point to improvement.
	Precedence      [4]Rule
	ImprovementWins bool

	// MinPoints is the number of points from which limits and icons are given; 0 for
	// always. ShortGroup is the number below which a group is called short.
	// MinFix is the fewest points on which limits may be fixed.
	MinPoints, ShortGroup, MinFix int
}

// The profiles. They are values: copy one and change it for a local variant.
var (
	// NHSR022 is NHSRplotthedots 0.2.2 (nhs-r-community), with its documented naming of
	// meeting trends. One thing differs: a missing value breaks a trend, where the package
	// stops with an error; set TrendMissing to Refuses for the package's own behaviour.
	NHSR022 = Profile{
		Name:  "nhsr-0.2.2",
		Outer: 2.66, Near: 2 * nhsrSigma, Divisor: 1, Screen: true,
		ShiftPoints: 7, TrendPoints: 7, TrendFirst: true, TrendMeeting: NextStep,
		Zone: BetweenLimits, ThirdSameSide: true,
		Precedence: [4]Rule{Outside, Trend, TwoOfThree, Shift},
		ShortGroup: 13, MinFix: 12,
	}
	// PowerBI is the PowerBI-SPC visual 1.7 (AUS-DOH-Safety-and-Quality) with its default
	// lengths. The visual colours a point by each rule; its order here is ours.
	PowerBI = Profile{
		Name:  "powerbi-spc",
		Outer: 3, Near: 2, Divisor: 1.128, Screen: true, Arithmetic: Sequential, UndrawnBelow: true,
		ShiftPoints: 7, TrendPoints: 5, TrendFirst: true, TrendMeeting: Latest,
		Zone:       BeyondNear,
		Precedence: [4]Rule{Outside, Shift, Trend, TwoOfThree},
		ShortGroup: 13, MinFix: 2,
	}
	// MDCExcel2023 is the Making Data Count single chart tool as its authors describe the
	// change of November 2023 (NHSRplotthedots issue 194). No recorded answers exist to
	// hold it against.
	MDCExcel2023 = Profile{
		Name:  "mdc-excel-2023",
		Outer: 2.66, Near: 2 * nhsrSigma, Divisor: 1,
		ShiftPoints: 7, TrendPoints: 7, TrendFirst: true, TrendMeeting: Both,
		Zone: BeyondNear, ThirdSameSide: true,
		Precedence: [4]Rule{Outside, Trend, TwoOfThree, Shift}, ImprovementWins: true,
		MinPoints: 13, ShortGroup: 13, MinFix: 12,
	}
)

// nhsrOuter is a variable so that the next line is evaluated in float64, as R does,
// and not exactly, as Go does with constants.
var (
	nhsrOuter = 2.66
	nhsrSigma = nhsrOuter / 3
)

// Profiles returns the profiles that exist by name, the default first.
func Profiles() []Profile { return []Profile{NHSR022, PowerBI, MDCExcel2023} }

// ProfileNamed returns the profile of that name; "" is the default, nhsr-0.2.2.
func ProfileNamed(name string) (Profile, error) {
	if name == "" {
		return NHSR022, nil
	}
	var names []string
	for _, p := range Profiles() {
		if p.Name == name {
			return p, nil
		}
		names = append(names, p.Name)
	}
	return Profile{}, fmt.Errorf("there is no rule profile %q; choose one of %s", name, strings.Join(names, ", "))
}

// Check says in words what is wrong with a profile, nil if it can be used.
func (p Profile) Check() error {
	switch {
	case !(p.Outer > 0 && p.Near > 0 && p.Near <= p.Outer && p.Divisor > 0):
		return fmt.Errorf("rule profile %q: the factors of the limits must be positive, and the near limits no wider than the process limits", p.Name)
	case p.ShiftPoints < 2 || p.TrendPoints < 3:
		return fmt.Errorf("rule profile %q: a shift needs at least 2 points and a trend at least 3", p.Name)
	case p.MinPoints < 0 || p.ShortGroup < 0 || p.MinFix < 0:
		return fmt.Errorf("rule profile %q: a number of points cannot be negative", p.Name)
	}
	return nil
}
