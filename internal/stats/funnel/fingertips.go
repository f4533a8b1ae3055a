package funnel

import (
	"errors"
	"fmt"
	"math"
	"strconv"

	"ohp/internal/stats/dist"
)

// Statistic is what a Fingertips figure is.
type Statistic int

// The statistics for which Fingertips draws funnels.
const (
	StatisticProportion Statistic = iota
	StatisticRatio                // observed over expected
	StatisticCrudeRate
	StatisticStandardisedRate // directly standardised
)

// Significance is where a unit lies against the comparator in a Fingertips funnel,
// with the probability beyond the limit that it passes.
type Significance string

// The answers of Fingertips, in its own words.
const (
	NotSignificant Significance = "Not significant"
	Low001         Significance = "Low (0.001)"
	Low025         Significance = "Low (0.025)"
	High001        Significance = "High (0.001)"
	High025        Significance = "High (0.025)"
	TooFewEvents   Significance = "Not applicable for events less than 10 for dsrs"
)

// Published holds the units of a Fingertips figure as published. Denominator may be
// nil for rates without a unit of zero events; Rate is nil unless the statistic is a
// rate, which is per Multiplier. Years is how many years of data a rate covers; it
// matters to FingertipsLines only. NaN is a missing value.
type Published struct {
	Statistic                    Statistic
	Numerator, Denominator, Rate []float64
	Multiplier                   float64
	Years                        float64
}

func (p Published) rate() bool {
	return p.Statistic == StatisticCrudeRate || p.Statistic == StatisticStandardisedRate
}

// denominator is the unit's denominator, NaN where none is published.
func (p Published) denominator(i int) float64 {
	if p.Denominator == nil {
		return math.NaN()
	}
	return p.Denominator[i]
}

// complete refuses what leaves the comparator unknown.
func (p Published) complete() error {
	n := len(p.Numerator)
	switch {
	case n == 0:
		return errors.New("there is no unit to compare; give at least one numerator")
	case p.Denominator != nil && len(p.Denominator) != n, p.Rate != nil && len(p.Rate) != n:
		return fmt.Errorf("%d numerators, %d denominators and %d rates do not match; give one of each for every unit", n, len(p.Denominator), len(p.Rate))
	case p.rate() && (p.Rate == nil || !(p.Multiplier > 0)):
		return errors.New("a rate needs the published rates and what they are per (the multiplier)")
	case !p.rate() && p.Denominator == nil:
		return errors.New("a proportion or a ratio needs denominators")
	}
	for i, events := range p.Numerator {
		if err := p.completeUnit(i, events); err != nil {
			return err
		}
	}
	return nil
}

func (p Published) completeUnit(i int, events float64) error {
	denominator := p.denominator(i)
	switch {
	case p.rate() && math.IsNaN(events):
		return fmt.Errorf("unit %d has no numerator; rates need every one, even where it is zero", i+1)
	case p.rate() && math.IsNaN(p.Rate[i]) && math.IsNaN(denominator):
		return fmt.Errorf("unit %d has neither a rate nor a denominator; give one of them", i+1)
	case p.rate() && events == 0 && !(denominator > 0):
		return fmt.Errorf("unit %d has no event, so its rate says nothing of its size; give its denominator", i+1)
	case p.Statistic == StatisticProportion && (math.IsNaN(events) || math.IsNaN(denominator)):
		return fmt.Errorf("unit %d lacks a numerator or a denominator; proportions need both, even where they are zero", i+1)
	}
	return nil
}

// valid refuses figures that cannot be, which only the significance looks for.
func (p Published) valid() error {
	for i, events := range p.Numerator {
		denominator := p.denominator(i)
		switch {
		case events < 0:
			return fmt.Errorf("unit %d has a numerator below zero", i+1)
		case denominator <= 0:
			return fmt.Errorf("unit %d has a denominator that is not above zero", i+1)
		case p.Statistic == StatisticProportion && events > denominator:
			return fmt.Errorf("unit %d has more in its numerator than in its denominator, which a proportion cannot", i+1)
		case p.Statistic == StatisticRatio && math.IsNaN(events):
			return fmt.Errorf("unit %d has no numerator; a ratio needs every one", i+1)
		}
	}
	return nil
}

// derived are the denominators that a rate implies: multiplier x events / rate, or
// the published one for a crude rate without events. A standardised rate without
// events implies none (NaN).
func (p Published) derived() []float64 {
	if !p.rate() {
		return p.Denominator
	}
	derived := make([]float64, len(p.Numerator))
	for i, events := range p.Numerator {
		switch {
		case events != 0:
			derived[i] = p.Multiplier * events / p.Rate[i]
		case p.Statistic == StatisticCrudeRate:
			derived[i] = p.denominator(i)
		default:
			derived[i] = math.NaN()
		}
	}
	return derived
}

// average is the comparator: all events over all denominators that are known.
func (p Published) average(derived []float64) float64 {
	var events, people total
	for i, n := range p.Numerator {
		events.add(n)
		if !math.IsNaN(derived[i]) {
			people.add(derived[i])
		}
	}
	return events.value() / people.value()
}

// FingertipsSignificance says for each unit whether it lies beyond the 95% or 99.8%
// limits of the comparator (all units together), by the published method: Wilson for
// proportions; exact below ten events and Byar from ten on for ratios and rates. It
// is an error if a value is missing that the comparator needs, or a figure cannot be.
// Source: Fingertips technical guidance; PHEindicatormethods::assign_funnel_significance 2.1.0.
func FingertipsSignificance(p Published) ([]Significance, error) {
	if err := p.complete(); err != nil {
		return nil, err
	}
	if err := p.valid(); err != nil {
		return nil, err
	}
	derived := p.derived()
	comparator := 1.0
	if p.Statistic != StatisticRatio {
		comparator = p.average(derived)
	}
	out := make([]Significance, len(p.Numerator))
	for i, events := range p.Numerator {
		switch {
		case p.Statistic == StatisticProportion:
			out[i] = proportionSignificance(events/derived[i], derived[i], comparator)
		case p.Statistic == StatisticStandardisedRate && events < 10:
			out[i] = TooFewEvents
		default:
			out[i] = eventSignificance(events, derived[i], comparator)
		}
	}
	return out, nil
}

func proportionSignificance(proportion, n, comparator float64) Significance {
	wide, narrow := WilsonProportion(0.999, n, comparator), WilsonProportion(0.975, n, comparator)
	switch {
	case proportion < wide.Low:
		return Low001
	case proportion < narrow.Low:
		return Low025
	case proportion > wide.High:
		return High001
	case proportion > narrow.High:
		return High025
	}
	return NotSignificant
}

func eventSignificance(events, denominator, comparator float64) Significance {
	wide, narrow := eventInterval(events, 0.998), eventInterval(events, 0.95)
	switch {
	case comparator < wide.Low/denominator:
		return High001
	case comparator < narrow.Low/denominator:
		return High025
	case comparator > wide.High/denominator:
		return Low001
	case comparator > narrow.High/denominator:
		return Low025
	}
	return NotSignificant
}

func eventInterval(events, confidence float64) dist.Interval {
	if events < 10 {
		return dist.GarwoodCI(events, confidence)
	}
	return dist.ByarCI(events, confidence)
}

// FingertipsLine is one point of the limits that Fingertips draws. Size is the
// denominator of a proportion, otherwise a number of events; At is what the limit
// corresponds to at that size (expected events for a ratio, people in one year for a
// rate; not used for a proportion). Baseline is the comparator times the multiplier.
type FingertipsLine struct {
	Size                           float64
	Low95, High95, Low998, High998 float64
	AtLow95, AtHigh95              float64
	AtLow998, AtHigh998            float64
	Baseline                       float64
}

// FingertipsLines are the hundred points of the limits that Fingertips draws. A
// ratio's limits are ratios to 1; callers scale them (x 100 for a standardised ratio,
// minus 1 for a ratio of counts). The upper limit of a proportion stops at 100, which
// is only right per hundred: so the package. The limits of ratios and rates carry its
// bisection, which stops at seven decimals.
// Source: PHEindicatormethods::calculate_funnel_limits 2.1.0.
func FingertipsLines(p Published) ([]FingertipsLine, error) {
	if err := p.complete(); err != nil {
		return nil, err
	}
	if p.rate() && !(p.Years > 0) {
		return nil, errors.New("the limits of a rate need the number of years of data")
	}
	derived := p.derived()
	average := p.average(derived)
	low, high, err := p.axis(derived, average)
	if err != nil {
		return nil, err
	}
	lines := make([]FingertipsLine, 100)
	size := math.Max(1, low)
	for i := range lines {
		if i > 0 {
			left := float64(100 - i)
			if p.Statistic == StatisticRatio {
				left++
			}
			size = math.Max(math.RoundToEven(math.Pow(high/size, 1/left)*size), size+1)
		}
		lines[i] = p.line(size, average)
	}
	return lines, nil
}

func (p Published) line(size, average float64) FingertipsLine {
	line := FingertipsLine{Size: size, Baseline: average * p.Multiplier}
	if p.Statistic == StatisticProportion {
		narrow, wide := WilsonProportion(0.975, size, average), WilsonProportion(0.999, size, average)
		line.Low95, line.High95 = math.Max(0, narrow.Low*p.Multiplier), math.Min(100, narrow.High*p.Multiplier)
		line.Low998, line.High998 = math.Max(0, wide.Low*p.Multiplier), math.Min(100, wide.High*p.Multiplier)
		return line
	}
	line.AtLow95, line.AtHigh95 = expectedHigh(size, 0.025), expectedLow(size, 0.025)
	line.AtLow998, line.AtHigh998 = expectedHigh(size, 0.001), expectedLow(size, 0.001)
	years, multiplier := 1.0, 1.0
	if p.rate() {
		years, multiplier = p.Years, p.Multiplier
		for _, at := range []*float64{&line.AtLow95, &line.AtHigh95, &line.AtLow998, &line.AtHigh998} {
			*at /= average
		}
	}
	line.Low95, line.High95 = size/line.AtLow95*multiplier, size/line.AtHigh95*multiplier
	line.Low998, line.High998 = size/line.AtLow998*multiplier, size/line.AtHigh998*multiplier
	for _, at := range []*float64{&line.AtLow95, &line.AtHigh95, &line.AtLow998, &line.AtHigh998} {
		*at /= years
	}
	return line
}

// axis is the range of sizes that is drawn, its ends rounded to look well.
func (p Published) axis(derived []float64, average float64) (low, high float64, err error) {
	least, most := math.Inf(1), math.Inf(-1)
	for _, d := range derived {
		if !math.IsNaN(d) {
			least, most = math.Min(least, d), math.Max(most, d)
		}
	}
	if !(most >= 0) || math.IsInf(most, 1) {
		return 0, 0, errors.New("no limits can be drawn, because no unit has a finite denominator")
	}
	if p.rate() && !(average > 0 && !math.IsInf(average, 1)) {
		return 0, 0, errors.New("no limits can be drawn, because there is no event, or no finite denominator, to compare with")
	}
	years := 1.0
	if p.rate() {
		years = p.Years
	}
	if most <= 2*least {
		low = roundedDown(least/years) * years
	}
	high = roundedUp(most/years) * years
	if p.rate() {
		low, high = math.Floor(low*average), math.Ceil(high*average)
	}
	return low, high, nil
}

func roundedDown(x float64) float64 {
	if x == 0 {
		return 0
	}
	unit := math.Pow10(printedWidth(math.Floor(x*0.95)) - 1)
	return math.Floor(x*0.95/unit) * unit
}

func roundedUp(x float64) float64 {
	if x == 0 {
		return 0
	}
	unit := math.Pow10(printedWidth(math.Ceil(x*1.05)) - 2)
	return math.Ceil(x*1.05/unit) * unit
}

// printedWidth is how many characters R prints a whole number in: 100000 is "1e+05",
// five characters. The rounding of the axis counts them.
func printedWidth(x float64) int {
	fixed := len(strconv.FormatFloat(x, 'f', -1, 64))
	return min(fixed, len(strconv.FormatFloat(x, 'e', -1, 64)))
}

// expectedHigh is the expectation at which seeing events or fewer has probability p,
// expectedLow that at which seeing events or more has, both by the package's
// bisection of v/(1-v) down to steps of 2^-24.
func expectedHigh(events, p float64) float64 {
	return bisect(events, func(mean float64) bool {
		return dist.PoissonCDF(events, mean)/dist.PoissonCDF(lastTerm(mean), mean) < p
	})
}

func expectedLow(events, p float64) float64 {
	return bisect(events, func(mean float64) bool {
		end := lastTerm(mean)
		if end < events {
			return 0 > p
		}
		whole := dist.PoissonCDF(end, mean)
		return (dist.PoissonUpper(events-1, mean)-dist.PoissonUpper(end, mean))/whole > p
	})
}

func bisect(events float64, tooHigh func(mean float64) bool) float64 {
	v, step := 0.5, 0.5
	for step > 1e-7 {
		step /= 2
		if tooHigh((1 + events) * v / (1 - v)) {
			v -= step
		} else {
			v += step
		}
	}
	return (1 + events) * v / (1 - v)
}

// lastTerm is the last count that the package adds up for a mean: it stops above the
// mean at the first term that is at most 1e-10 of the sum before it.
func lastTerm(mean float64) float64 {
	k := math.Floor(mean) + 1
	sum, term := dist.PoissonCDF(k-1, mean), dist.PoissonPMF(k, mean)
	for term > sum*1e-10 {
		sum += term
		k++
		term *= mean / k
	}
	return k - 1
}
