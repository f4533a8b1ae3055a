package spc

import (
	"fmt"
	"math"
	"slices"
)

// Kind is a kind of run or control chart, named as in qicharts2.
type Kind string

// The kinds of chart.
const (
	Run        Kind = "run" // any measure, median as centre, rules of runs only
	Individual Kind = "i"   // a measurement per point
	Moving     Kind = "mr"  // the moving range of such measurements
	IPrime     Kind = "ip"  // a mean or rate per point, points of differing size
	P          Kind = "p"   // a proportion
	PPrime     Kind = "pp"  // a proportion with more than binomial variation (Laney)
	U          Kind = "u"   // a rate of events
	UPrime     Kind = "up"  // a rate with more than Poisson variation (Laney)
	C          Kind = "c"   // a count of events over equal opportunity
	G          Kind = "g"   // opportunities between rare events
	T          Kind = "t"   // time between rare events
)

// Kinds returns all kinds of chart.
func Kinds() []Kind {
	return []Kind{Run, Individual, Moving, IPrime, P, PPrime, U, UPrime, C, G, T}
}

// NeedsDenominators says whether the kind cannot be drawn without denominators.
func (k Kind) NeedsDenominators() bool { return slices.Contains([]Kind{P, PPrime, U, UPrime}, k) }

// Axis says what the labels of the points are, and so how they are ordered.
type Axis uint8

// The kinds of label.
const (
	Dates      Axis = iota // YYYY-MM-DD, in order of time
	Numbers                // numbers, in order of size
	Categories             // names, in order of the alphabet: no rules of runs apply
)

// Observations are what a control chart is drawn from: rows of a label, a numerator
// (or measurement) and a denominator. Rows with the same label form one point. N is
// nil where there are no denominators. NaN is missing.
type Observations struct {
	X    []string
	Axis Axis
	Y, N []float64
}

// Aggregate says how measurements with the same label and no denominators become one.
type Aggregate string

// The ways to aggregate; "" is the mean.
const (
	MeanOf   Aggregate = "mean"
	MedianOf Aggregate = "median"
	SumOf    Aggregate = "sum"
	SDOf     Aggregate = "sd"
)

// ControlOptions are the settings of a control chart. Places of points count from 1.
type ControlOptions struct {
	Kind      Kind
	Aggregate Aggregate
	Method    RunsMethod
	// Unscreened keeps moving ranges beyond their own upper limit in the estimate of
	// spread. qicharts2 screens when attached by library(), and does not when it is not.
	Unscreened bool
	// Freeze takes centre and limits from the first points only; 0 from all. It is not
	// used where Parts is given.
	Freeze int
	// Parts are the points after which a part with its own lines begins.
	Parts []int
	// Exclude are points left out of centre, limits and runs, but still drawn.
	Exclude []int
	// Centre is a centre line from elsewhere, in the unit before Multiply; nil computes
	// it. For T it stands on the transformed scale, as qicharts2 takes it.
	Centre *float64
	// Multiply scales values and lines at the end (100 for per cent); 0 is 1.
	Multiply float64
	// NoNegative raises negative lower limits to 0 where no value is negative.
	NoNegative bool
}

// ControlChart is a run or control chart ready to be drawn.
type ControlChart struct {
	Kind   Kind
	Points []Subgroup
	Parts  []Part
}

// Subgroup is one point of a control chart. NaN for what is missing or not drawn.
type Subgroup struct {
	X     string
	Sum   float64 // of the numerators
	Count int     // numerators that are not missing
	N     float64 // sum of the denominators
	Y     float64 // the value plotted
	// Centre, limits of three sigma and of two sigma.
	Centre, Lower, Lower95, Upper95, Upper float64
	Part                                   int // from 1
	Baseline                               bool
	Included                               bool
	Sigma                                  bool // beyond a limit of three sigma
	Runs                                   bool // its part has a signal of runs
}

// Part is a stretch of points with lines of its own.
type Part struct {
	Number       int
	Observations int // points included, missing ones too
	Runs         Runs
	Sigma        int // points beyond a limit, excluded ones too
}

// Control draws a run or control chart. Rows are grouped by label and put in order.
// It refuses rows of unequal columns, no rows, infinite numbers, labels that are not
// what Axis says, unknown kinds, kinds without the denominators they need, and times
// between events that are not above zero.
func Control(obs Observations, o ControlOptions) (ControlChart, error) {
	if err := o.check(obs); err != nil {
		return ControlChart{}, err
	}
	points, err := subgroups(obs, o.Aggregate)
	if err != nil {
		return ControlChart{}, err
	}
	o.place(points)
	chart := ControlChart{Kind: o.Kind, Points: points}
	for first := 0; first < len(points); {
		end := first
		for end < len(points) && points[end].Part == points[first].Part {
			end++
		}
		part, err := o.part(points[first:end], obs.Axis)
		if err != nil {
			return ControlChart{}, err
		}
		chart.Parts = append(chart.Parts, part)
		first = end
	}
	if o.NoNegative {
		raiseLower(points)
	}
	return chart, nil
}

func (o ControlOptions) check(obs Observations) error {
	switch {
	case !slices.Contains(Kinds(), o.Kind):
		return fmt.Errorf("there is no chart of kind %q; choose one of %v", string(o.Kind), Kinds())
	case o.Kind.NeedsDenominators() && obs.N == nil:
		return fmt.Errorf("a chart of kind %q needs a denominator for every point", string(o.Kind))
	case !slices.Contains([]Aggregate{"", MeanOf, MedianOf, SumOf, SDOf}, o.Aggregate):
		return fmt.Errorf("values cannot be aggregated by %q; choose mean, median, sum or sd", string(o.Aggregate))
	case !slices.Contains([]RunsMethod{"", Anhoej, BestBox, CutBox}, o.Method):
		return fmt.Errorf("runs cannot be analysed by %q; choose anhoej, bestbox or cutbox", string(o.Method))
	}
	return nil
}

// place says to which part and baseline each point belongs.
func (o ControlOptions) place(points []Subgroup) {
	starts := map[int]bool{}
	for _, after := range o.Parts {
		starts[after+1] = after > 0
	}
	part := 1
	for i := range points {
		number := i + 1
		if starts[number] {
			part++
		}
		points[i].Part = part
		points[i].Baseline = o.Freeze == 0 || o.Parts != nil || number <= o.Freeze
		points[i].Included = !slices.Contains(o.Exclude, number)
	}
}

// part computes the lines and signals of one part.
func (o ControlOptions) part(points []Subgroup, axis Axis) (Part, error) {
	centre := nan
	if o.Centre != nil {
		centre = *o.Centre
	}
	for i := range points {
		points[i].Centre = centre
	}
	if err := o.lines(points, axis); err != nil {
		return Part{}, err
	}
	part := Part{Number: points[0].Part}
	var signs []float64
	for _, p := range points {
		if p.Included {
			part.Observations++
			signs = append(signs, p.Y-p.Centre)
		}
	}
	part.Runs = o.Method.Analyse(signs)
	if axis == Categories || o.Kind == Moving {
		part.Runs.Signal = false
	}
	multiply := o.Multiply
	if multiply == 0 {
		multiply = 1
	}
	for i := range points {
		p := &points[i]
		p.Y *= multiply
		for _, line := range []*float64{&p.Centre, &p.Lower, &p.Lower95, &p.Upper95, &p.Upper} {
			*line *= multiply
		}
		for _, line := range []*float64{&p.Lower, &p.Lower95, &p.Upper95, &p.Upper} {
			if math.IsInf(*line, 0) {
				*line = nan
			}
		}
		p.Runs = part.Runs.Signal
		if p.Sigma = p.Y > p.Upper || p.Y < p.Lower; p.Sigma {
			part.Sigma++
		}
	}
	return part, nil
}

// raiseLower raises negative lower limits to 0 unless a value is negative.
func raiseLower(points []Subgroup) {
	for _, p := range points {
		if p.Y < 0 {
			return
		}
	}
	for i := range points {
		p := &points[i]
		p.Lower, p.Lower95 = raised(p.Lower), raised(p.Lower95)
	}
}

func raised(limit float64) float64 {
	if limit < 0 {
		return 0
	}
	return limit
}
