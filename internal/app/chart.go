package app

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"os"
	"slices"
	"strings"

	"ohp/internal/kernel/date"
	"ohp/internal/kernel/errs"
	"ohp/internal/kernel/measure"
	"ohp/internal/kernel/page/chart"
	"ohp/internal/monitor"
	"ohp/internal/stats/spc"
)

// Chart says what to draw from a table of dates and values, of dates, numerators and denominators, or of the dates of events alone.
type Chart struct {
	File string // "-" reads the standard input
	// Date, Value, Numerator and Denominator name columns where their headers do not tell.
	Date, Value, Numerator, Denominator string
	Kind                                string // "auto", "xmr" or one of spc.Kinds
	Profile                             string // of rules; "" is nhsr-0.2.2
	Direction                           string // "higher", "lower" or "neither" is better
	Target                              *float64
	Rebase                              []string // dates from which limits are calculated anew
	FixAfter                            int      // limits from so many first points; 0 from all
	Per                                 float64  // scale of numerator over denominator; 0 is 100 for shares and 1 for rates
	Title                               string
	Out                                 string // file for the drawing; "-" writes it, and nothing else, to the standard output
	JSON                                bool
}

// leastForLimits is the number of values from which "auto" draws limits.
const leastForLimits = 12

// Charted is a drawn chart, as JSON gives it. Numbers that are not there are null.
type Charted struct {
	Title     string         `json:"title"`
	Kind      string         `json:"kind"`
	Why       string         `json:"why"`
	Profile   string         `json:"profile"`
	Direction string         `json:"better"`
	Per       float64        `json:"per"`
	Target    *float64       `json:"target"`
	Points    []ChartedPoint `json:"points"`
	Parts     []ChartedPart  `json:"parts"`
	Variation string         `json:"variation"`
	Assurance string         `json:"assurance"`
	Settings  []string       `json:"settings"`

	breaks []int // places (from 0) at which new limits begin
	fixed  int
	// missing is how many rows of the table have no value.
	missing int
	// events says of a list of events what its values are.
	events string
	format chart.Format
	mark   chart.Mark
	grade  chart.Assurance
}

// ChartedPoint is one row of the table with what the chart makes of it.
type ChartedPoint struct {
	Line        int      `json:"line"`
	Date        string   `json:"date"`
	Numerator   *float64 `json:"numerator"`
	Denominator *float64 `json:"denominator"`
	Value       *float64 `json:"value"`
	Lower       *float64 `json:"lower"`
	Centre      *float64 `json:"centre"`
	Upper       *float64 `json:"upper"`
	Part        int      `json:"part"` // from 1
	Cause       string   `json:"special_cause"`
	Meaning     string   `json:"meaning"` // "common_cause", "special_cause_improvement", "special_cause_concern" …

	day  date.Date
	mark chart.Mark
}

// ChartedPart is a stretch of points with limits of its own. Runs are judged by the rules of Anhøj on charts other than XmR.
type ChartedPart struct {
	Points        int  `json:"points"`
	Special       int  `json:"special_causes"`
	LongestRun    *int `json:"longest_run,omitempty"`
	LongestRunMax *int `json:"longest_run_expected_at_most,omitempty"`
	Crossings     *int `json:"crossings,omitempty"`
	CrossingsMin  *int `json:"crossings_expected_at_least,omitempty"`
	RunsSignal    bool `json:"runs_signal"`
}

// Run reads the table, draws the chart, writes the drawing to Out if one is asked for, and prints the chart as a table or as JSON
// unless Out is the standard output.
func (c Chart) Run(out io.Writer) error {
	t, err := c.read()
	if err != nil {
		return err
	}
	d, err := c.draw(t)
	if err != nil {
		return err
	}
	switch c.Out {
	case "":
	case "-":
		_, err := out.Write(d.drawing().File())
		return err
	default:
		if err := os.WriteFile(c.Out, d.drawing().File(), 0o644); err != nil {
			return fmt.Errorf("the drawing cannot be written: %w", err)
		}
	}
	if c.JSON {
		e := json.NewEncoder(out)
		e.SetIndent("", "  ")
		e.SetEscapeHTML(false)
		return e.Encode(d)
	}
	return d.print(out)
}

// draw chooses the kind of chart, calculates it and marks special causes.
func (c Chart) draw(t chartTable) (*Charted, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	direction, err := c.direction()
	if err != nil {
		return nil, err
	}
	profile, err := spc.ProfileNamed(c.Profile)
	if err != nil {
		return nil, err
	}
	d := &Charted{Title: c.title(), Profile: profile.Name, Direction: c.Direction, Target: c.Target, fixed: c.FixAfter}
	if d.Direction == "" {
		d.Direction = "higher"
	}
	if err := c.choose(d, t); err != nil {
		return nil, err
	}
	if t.events {
		t = d.between(t)
	}
	d.lay(t)
	if d.breaks, err = c.breaks(t); err != nil {
		return nil, err
	}
	if d.Kind == "xmr" {
		err = c.individual(d, t, profile, direction)
	} else {
		err = c.control(d, t, profile, direction)
	}
	if err != nil {
		return nil, err
	}
	d.format = d.formatOf()
	d.tellSettings(profile)
	return d, nil
}

// check refuses numbers that set nothing.
func (c Chart) check() error {
	switch {
	case c.Target != nil && given(*c.Target) == nil:
		return errs.New(errs.Invalid, "--target %v: the value to reach must be a number.", *c.Target)
	case c.Per < 0 || given(c.Per) == nil:
		return errs.New(errs.Invalid, "--per %v: the scale must be a number above nought, such as 100 or 1000.", c.Per)
	case c.Out == "-" && c.JSON:
		return errs.New(errs.Invalid, "--out - and --json would both write to the standard output. Name a file for the drawing, or leave one of them out.")
	case c.FixAfter < 0:
		return errs.New(errs.Invalid, "--fix-after %d: say from how many first points limits are calculated.", c.FixAfter)
	}
	return nil
}

func (c Chart) direction() (spc.Direction, error) {
	switch c.Direction {
	case "", "higher":
		return spc.Increase, nil
	case "lower":
		return spc.Decrease, nil
	case "neither":
		return spc.Neutral, nil
	}
	return 0, errs.New(errs.Invalid, "%q is no direction: say which is better, higher, lower or neither.", c.Direction)
}

func (c Chart) title() string {
	if c.Title != "" {
		return c.Title
	}
	name := c.File
	if name == "-" {
		name = "Standard input"
	}
	return strings.TrimSuffix(name[strings.LastIndexAny(name, `/\`)+1:], ".csv")
}

// choose settles the kind of chart and the scale.
func (c Chart) choose(d *Charted, t chartTable) error {
	kinds := []string{"auto", "xmr"}
	for _, k := range spc.Kinds() {
		kinds = append(kinds, string(k))
	}
	if c.Kind != "" && !slices.Contains(kinds, c.Kind) {
		return errs.New(errs.Invalid, "There is no chart of kind %q. Choose one of: %s.", c.Kind, strings.Join(kinds, ", "))
	}
	d.Kind, d.Why = c.Kind, "you asked for it"
	if t.events {
		d.Per = 1
		return c.chooseForEvents(d, t)
	}
	shares := t.counted() && t.shares()
	d.Per = c.Per
	if d.Per == 0 {
		d.Per = 1
		if shares && !strings.HasPrefix(c.Kind, "u") {
			d.Per = 100
		}
	}
	if c.Kind == string(spc.C) { // counts have no scale
		d.Per = 1
	}
	if c.Kind == "" || c.Kind == "auto" {
		// What somebody states per 1,000 is a rate, even where no numerator is larger than its denominator.
		return c.chooseByRule(d, t, shares && d.Per <= 100)
	}
	if spc.Kind(c.Kind).NeedsDenominators() && !t.counted() {
		return errs.New(errs.Invalid, "A chart of kind %s needs a numerator and a denominator for every point; the table has values only. Name the columns by --numerator and --denominator, or choose another kind.", c.Kind)
	}
	if strings.HasPrefix(c.Kind, "p") && !shares {
		return errs.New(errs.Invalid, "A chart of kind %s is for shares, and some numerators are larger than their denominators. Choose u or up.", c.Kind)
	}
	return nil
}

// chooseByRule asks the monitor, so that the command and the pages choose alike.
func (c Chart) chooseByRule(d *Charted, t chartTable, shares bool) error {
	p := monitor.Plot{Law: measure.Measurement, Per: 1, MinimumPoints: leastForLimits, Profile: c.Profile}
	if t.counted() {
		p.Law, p.Per = measure.Rate, d.Per
		if shares {
			p.Law = measure.Proportion
		}
	}
	for _, r := range t.rows {
		status := measure.Reported
		if math.IsNaN(t.amount(r, 1)) {
			status = measure.Missing
		}
		p.Periods, p.Status = append(p.Periods, date.Day.Of(r.date)), append(p.Status, status)
		if t.counted() {
			p.Num, p.Den = append(p.Num, r.num), append(p.Den, r.den)
		} else { // a plot wants a numerator for each point, also of measurements
			p.Num, p.Value = append(p.Num, 0), append(p.Value, r.value)
		}
	}
	plotted, err := p.Draw()
	d.Kind, d.Why = plotted.Chart, plotted.Why
	return err
}

// lay puts the table's rows on the points.
func (d *Charted) lay(t chartTable) {
	for _, r := range t.rows {
		if math.IsNaN(t.amount(r, d.Per)) {
			d.missing++
		}
		d.Points = append(d.Points, ChartedPoint{Line: r.line, Date: r.date.String(), Numerator: given(r.num), Denominator: given(r.den), Value: given(t.amount(r, d.Per)), Part: 1, Meaning: spc.Common.String(), day: r.date})
	}
}

// target is the value to reach, if there is one.
func (d *Charted) target() spc.Target {
	if d.Target == nil {
		return spc.Target{}
	}
	return spc.TargetOf(*d.Target)
}

// given is the number, or nil where there is none.
func given(x float64) *float64 {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return nil
	}
	return &x
}

func orNaN(x *float64) float64 {
	if x == nil {
		return math.NaN()
	}
	return *x
}

// breaks are the places of the first points on or after the dates of Rebase.
func (c Chart) breaks(t chartTable) ([]int, error) {
	var places []int
	for _, text := range c.Rebase {
		d, err := parseDay(text)
		if err != nil {
			return nil, errs.New(errs.Invalid, "--rebase %s: %v", text, err)
		}
		i := slices.IndexFunc(t.rows, func(r chartRow) bool { return !r.date.Before(d) })
		if i <= 0 {
			return nil, errs.New(errs.Invalid, "--rebase %s: limits can be calculated anew only from a date between the second row (%s) and the last (%s).", text, t.rows[min(1, len(t.rows)-1)].date, t.rows[len(t.rows)-1].date)
		}
		places = append(places, i)
	}
	slices.Sort(places)
	return slices.Compact(places), nil
}

// individual draws an XmR chart.
func (c Chart) individual(d *Charted, t chartTable, profile spc.Profile, direction spc.Direction) error {
	s := spc.Series{Name: d.Title}
	options := spc.Options{Profile: profile, Improvement: direction, FixAfter: c.FixAfter, Target: d.target()}
	for _, r := range t.rows {
		s.Dates, s.Values = append(s.Dates, r.date.String()), append(s.Values, t.amount(r, d.Per))
	}
	for _, i := range d.breaks {
		options.Rebase = append(options.Rebase, s.Dates[i])
	}
	x, err := spc.XmR(s, options)
	if err != nil {
		return err
	}
	for i, p := range x.Points {
		d.line(i, p.Rebase+1, p.Limits.Lower, p.Limits.Centre, p.Limits.Upper)
		if p.Limits.Flat() { // limits of no width mark nothing
			continue
		}
		d.tell(i, p.Cause, p.Type)
	}
	for _, g := range x.Groups {
		d.Parts = append(d.Parts, ChartedPart{Points: g.Points})
	}
	d.icons(x.Variation, x.Assurance)
	if last := x.Points[len(x.Points)-1].Limits; last.Flat() || !last.Drawn() {
		d.icons(spc.TooFewPoints, spc.NoAssurance)
	}
	d.count()
	return nil
}

// line sets a point's lines.
func (d *Charted) line(i, part int, lower, centre, upper float64) {
	p := &d.Points[i]
	p.Part, p.Lower, p.Centre, p.Upper = part, given(lower), given(centre), given(upper)
}

// tell marks a special cause.
func (d *Charted) tell(i int, cause spc.Cause, meaning spc.PointType) {
	if p := &d.Points[i]; cause.Special() && p.Value != nil {
		p.Cause, p.Meaning, p.mark = cause.String(), meaning.String(), markOf(meaning, cause.Up())
	}
}

// markOf is the drawing's mark of a special cause.
func markOf(t spc.PointType, up bool) chart.Mark {
	high := map[spc.PointType]chart.Mark{spc.Improvement: chart.ImprovementHigh, spc.Concern: chart.ConcernHigh, spc.NeutralHigh: chart.NeitherHigh, spc.NeutralLow: chart.NeitherHigh}
	low := map[spc.PointType]chart.Mark{spc.Improvement: chart.ImprovementLow, spc.Concern: chart.ConcernLow, spc.NeutralHigh: chart.NeitherLow, spc.NeutralLow: chart.NeitherLow}
	if up {
		return high[t]
	}
	return low[t]
}

// icons sets the two icons.
func (d *Charted) icons(v spc.Variation, a spc.Assurance) {
	marks := map[spc.Variation]chart.Mark{spc.ImprovementHigh: chart.ImprovementHigh, spc.ImprovementLow: chart.ImprovementLow, spc.ConcernHigh: chart.ConcernHigh,
		spc.ConcernLow: chart.ConcernLow, spc.VariationNeutralHigh: chart.NeitherHigh, spc.VariationNeutralLow: chart.NeitherLow}
	grades := map[spc.Assurance]chart.Assurance{spc.Pass: chart.Pass, spc.Fail: chart.Fail, spc.Inconsistent: chart.Inconsistent}
	d.Variation, d.Assurance, d.mark, d.grade = v.String(), a.String(), marks[v], grades[a]
	if d.Target == nil {
		d.Assurance, d.grade = "", chart.NoTarget
	}
}

// count counts the special causes of each part.
func (d *Charted) count() {
	for _, p := range d.Points {
		if p.Cause != "" && p.Part <= len(d.Parts) {
			d.Parts[p.Part-1].Special++
		}
	}
}
