package spc

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"
)

// Series is a measure over time. Dates are civil dates, YYYY-MM-DD; Values stand beside
// them in the same order, in any unit, NaN where missing. Name is the facet (a practice,
// say) where several series stand side by side.
type Series struct {
	Name   string
	Dates  []string
	Values []float64
}

// Options are the settings of an XmR chart. The zero Options mean: profile nhsr-0.2.2,
// higher is better, no target, one group, limits from all points.
type Options struct {
	Profile     Profile
	Improvement Direction
	Target      Target
	// Rebase are the dates from which new limits are computed. A date that the series
	// does not hold is passed over, as NHSRplotthedots does.
	Rebase []string
	// FixAfter computes the limits of each group from its first points; 0 from all.
	FixAfter int
}

// Chart is an XmR chart ready to be drawn.
type Chart struct {
	Name      string
	Options   Options
	Points    []Point
	Groups    []Group
	Variation Variation
	Assurance Assurance
}

// Point is one point of an XmR chart.
type Point struct {
	Date    string
	Value   float64 // NaN if missing
	Rebase  int     // how many rebase dates have come, this point's own included
	Limits  Limits
	Signals Signals
	Cause   Cause
	Type    PointType
	Short   bool // its group is too short for trustworthy limits
}

// Missing says that the point has no value.
func (p Point) Missing() bool { return math.IsNaN(p.Value) }

// Side is 1 above the centre line, -1 below, 0 on it and if missing.
func (p Point) Side() int {
	switch {
	case p.Value > p.Limits.Centre:
		return 1
	case p.Value < p.Limits.Centre:
		return -1
	}
	return 0
}

// Outside says whether the point lies beyond a process limit; a point on it does not.
func (p Point) Outside() bool { return p.Value > p.Limits.Upper || p.Value < p.Limits.Lower }

// Near says whether the point lies between a near limit and a process limit.
func (p Point) Near() bool {
	return !p.Outside() && (p.Value > p.Limits.NearUpper || p.Value < p.Limits.NearLower)
}

// XmR draws the XmR chart of a series, sorted by date first. It refuses a series
// without points, dates that are not YYYY-MM-DD or stand twice, infinite values, and
// limits fixed on fewer points than the profile allows.
func XmR(s Series, o Options) (Chart, error) {
	if o.Profile == (Profile{}) {
		o.Profile = NHSR022
	}
	e, err := NewEngine(o.Profile)
	if err != nil {
		return Chart{}, err
	}
	return e.chart(s, o)
}

// PanelOptions are Options for several series side by side. Targets and Rebases give
// each series (by name) its own; where they are nil, Target and Rebase hold for all.
type PanelOptions struct {
	Options
	Targets map[string]float64
	Rebases map[string][]string
}

// XmRPanel draws one XmR chart per series, in order of name. A series that Targets
// leaves out has a target that is neither met nor missed, as in NHSRplotthedots. It
// refuses two series of one name, and a name in Targets or Rebases that is no series.
func XmRPanel(series []Series, o PanelOptions) ([]Chart, error) {
	series = slices.SortedFunc(slices.Values(series), func(a, b Series) int { return strings.Compare(a.Name, b.Name) })
	names := map[string]bool{}
	for _, s := range series {
		if names[s.Name] {
			return nil, fmt.Errorf("there are two series named %q; put their points into one series", s.Name)
		}
		names[s.Name] = true
	}
	if err := known(names, o.Targets, "target"); err != nil {
		return nil, err
	}
	if err := known(names, o.Rebases, "rebase date"); err != nil {
		return nil, err
	}
	charts := make([]Chart, 0, len(series))
	for _, s := range series {
		c, err := XmR(s, o.of(s.Name))
		if err != nil {
			return nil, fmt.Errorf("series %q: %w", s.Name, err)
		}
		charts = append(charts, c)
	}
	return charts, nil
}

func (o PanelOptions) of(name string) Options {
	own := o.Options
	if o.Rebases != nil {
		own.Rebase = o.Rebases[name]
	}
	if o.Targets != nil {
		own.Target = TargetOf(nan)
		if v, is := o.Targets[name]; is {
			own.Target = TargetOf(v)
		}
	}
	return own
}

func known[T any](names map[string]bool, settings map[string]T, what string) error {
	for name := range settings {
		if !names[name] {
			return fmt.Errorf("a %s is given for %q, but there is no series of that name", what, name)
		}
	}
	return nil
}

func (e *Engine) chart(s Series, o Options) (Chart, error) {
	s, err := s.sorted()
	if err != nil {
		return Chart{}, err
	}
	if err := o.check(); err != nil {
		return Chart{}, err
	}
	settings := Settings{Improvement: o.Improvement, Target: o.Target, FixAfter: o.FixAfter}
	rebases, count := make([]int, len(s.Dates)), 0
	for i, date := range s.Dates {
		if slices.Contains(o.Rebase, date) {
			count++
			settings.Breaks = append(settings.Breaks, i)
		}
		rebases[i] = count
	}
	r := e.XmR(s.Values, settings)
	c := Chart{Name: s.Name, Options: o, Groups: slices.Clone(r.Groups), Variation: r.Variation, Assurance: r.Assurance}
	for _, g := range c.Groups {
		if o.Profile.TrendMissing == Refuses {
			if at := o.Profile.missingInTrend(s.Values[g.First : g.First+g.Points]); at >= 0 {
				return Chart{}, fmt.Errorf("a value is missing among the %d points up to %s whose other steps all go one way; the package refuses this: leave the row out, or choose a profile in which a missing value breaks a trend", o.Profile.TrendPoints, s.Dates[g.First+at])
			}
		}
		for i := g.First; i < g.First+g.Points; i++ {
			c.Points = append(c.Points, Point{Date: s.Dates[i], Value: s.Values[i], Rebase: rebases[i], Limits: g.Limits,
				Signals: r.Signals[i], Cause: r.Causes[i], Type: r.Types[i], Short: g.Points < o.Profile.ShortGroup})
		}
	}
	return c, nil
}

func (o Options) check() error {
	if err := o.Improvement.check(); err != nil {
		return err
	}
	if o.FixAfter != 0 && o.FixAfter < o.Profile.MinFix {
		return fmt.Errorf("limits cannot be fixed after %d points: rule profile %s asks for at least %d", o.FixAfter, o.Profile.Name, o.Profile.MinFix)
	}
	return nil
}

// sorted returns the series in order of date, or what is wrong with it.
func (s Series) sorted() (Series, error) {
	if len(s.Dates) != len(s.Values) {
		return s, fmt.Errorf("the series has %d dates and %d values; each value needs its date", len(s.Dates), len(s.Values))
	}
	if len(s.Dates) == 0 {
		return s, fmt.Errorf("the series has no points; at least one date with a value is needed")
	}
	order := make([]int, len(s.Dates))
	for i, date := range s.Dates {
		order[i] = i
		if err := checkDate(date); err != nil {
			return s, fmt.Errorf("point %d: %w", i+1, err)
		}
		if math.IsInf(s.Values[i], 0) {
			return s, fmt.Errorf("point %d (%s): the value is infinite; correct it or leave it empty", i+1, date)
		}
	}
	slices.SortStableFunc(order, func(a, b int) int { return strings.Compare(s.Dates[a], s.Dates[b]) })
	out := Series{Name: s.Name, Dates: make([]string, len(order)), Values: make([]float64, len(order))}
	for i, from := range order {
		out.Dates[i], out.Values[i] = s.Dates[from], s.Values[from]
		if i > 0 && out.Dates[i] == out.Dates[i-1] {
			return s, fmt.Errorf("the date %s stands twice (points %d and %d); a chart needs one value per date: add the two up, or remove one", out.Dates[i], order[i-1]+1, from+1)
		}
	}
	return out, nil
}

func checkDate(date string) error {
	if _, err := time.Parse(time.DateOnly, date); err != nil {
		return fmt.Errorf("%q is not a date of the form YYYY-MM-DD", date)
	}
	return nil
}
