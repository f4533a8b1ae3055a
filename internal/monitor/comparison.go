package monitor

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"ohp/internal/kernel/date"
	"ohp/internal/kernel/measure"
	"ohp/internal/kernel/page/chart"
	"ohp/internal/kernel/store"
	"ohp/internal/stats/dist"
	"ohp/internal/stats/funnel"
)

// comparison is one indicator at all practices of a group in one period.
type comparison struct {
	subject
	group  group
	period date.Period
	// list holds the practices with a usable figure.
	list []compared
	// shown are those of them that the page shows one by one, the highest first: the partnership's where the group is larger,
	// else all. labels are their names.
	shown  []compared
	labels map[string]string
	// Why the others are not in the list.
	suppressed, silent, small, impossible int
	centre                                float64       // of all together, in the indicator's scale; None where there is none
	drawing                               *chart.Funnel // nil where there is none
	wide, phone                           templ.Component
	// noFunnel says in words why there is none.
	noFunnel string
	tau2     float64 // variance between practices beyond chance
}

// compared is one practice of a comparison.
type compared struct {
	Unit            string
	Num, Den, Value float64 // Value in the indicator's scale
	Mark            chart.Mark
}

// few is the number of events under which an interval is calculated exactly, and under which the pages say that it is small.
const few = 10

// compare reads one period and compares the practices of the group.
func (p Pages) compare(ctx context.Context, in Indicator, m measure.Measure, g group, own map[string]bool, period date.Period) (*comparison, error) {
	c := &comparison{subject: subject{Indicator: in, measure: m}, group: g, period: period, centre: measure.None}
	return measure.Recalled(ctx, p.DB, p.kept, "compare "+c.key(), func() (*comparison, error) {
		if period.IsZero() {
			return c, nil
		}
		figures, err := p.figuresAt(ctx, m, period)
		if err != nil {
			return nil, err
		}
		c.take(figures)
		c.drawing = c.place(own)
		c.choose(own)
		if c.labels, err = p.labelsOf(ctx, c.shown); err != nil || c.drawing == nil {
			return c, err
		}
		for i := range c.drawing.Units {
			c.drawing.Units[i].Label = c.labels[c.drawing.Units[i].Label]
		}
		// Drawn once, because many read it.
		c.wide, c.phone = c.drawing.View(), c.drawing.Phone()
		return c, nil
	})
}

// figuresAt are the figures of a period; of judgements of single days, each unit's latest up to that day.
func (p Pages) figuresAt(ctx context.Context, m measure.Measure, period date.Period) ([]measure.Figure, error) {
	if m.Cadence != date.Day {
		return measure.ReadPeriod(ctx, p.DB, m.Name, period)
	}
	grid, err := measure.ReadGrid(ctx, p.DB, m.Name, measure.Span{})
	if err != nil {
		return nil, err
	}
	var latest []measure.Figure
	for i := range grid.Units {
		row := grid.Row(i)
		for at := len(row.Periods) - 1; at >= 0; at-- {
			if row.Status[at] == measure.Reported && row.Periods[at].Compare(period) <= 0 {
				latest = append(latest, row.Figure(at))
				break
			}
		}
	}
	return latest, nil
}

// key names the comparison among those that are kept.
func (c *comparison) key() string {
	return fmt.Sprintf("%s %s %s", c.Name, c.group.key(), c.period)
}

// choose picks the practices that the page shows one by one.
func (c *comparison) choose(own map[string]bool) {
	all := own == nil || c.group.Kind != "england" && c.group.Kind != "partnership"
	for _, x := range c.list {
		if all || own[x.Unit] {
			c.shown = append(c.shown, x)
		}
	}
	slices.SortFunc(c.shown, func(a, b compared) int {
		if by := cmp.Compare(b.Value, a.Value); by != 0 {
			return by
		}
		return strings.Compare(a.Unit, b.Unit)
	})
}

// take sorts out which figures can be compared.
func (c *comparison) take(figures []measure.Figure) {
	events, exposure := 0.0, 0.0
	c.list = make([]compared, 0, len(figures))
	for _, f := range figures {
		if !c.group.holds(f.Unit) {
			continue
		}
		x := compared{Unit: f.Unit, Num: f.Numerator, Den: f.Denominator, Value: f.Amount(c.measure.Per)}
		switch {
		case f.Status == measure.Suppressed:
			c.suppressed++
		case f.Status != measure.Reported || measure.IsNone(x.Value):
			c.silent++
		case f.Denominator < c.MinimumDenominator:
			c.small++
		case c.measure.Kind == measure.Proportion && f.Numerator > f.Denominator:
			c.impossible++
		default:
			c.list = append(c.list, x)
			if c.counted() && f.Denominator > 0 {
				events, exposure = events+f.Numerator, exposure+f.Denominator
			}
		}
	}
	if exposure > 0 {
		c.centre = events / exposure * c.per()
	}
}

// counted says whether the measure has numerators and denominators.
func (c *comparison) counted() bool {
	return c.measure.Kind == measure.Proportion || c.measure.Kind == measure.Rate
}

// interval is the 95% interval of a figure: Wilson's for a proportion, Garwood's for fewer than ten events and Byar's from
// ten on for a rate, as Fingertips has them; none for a measurement.
func (c *comparison) interval(x compared) (low, high float64) {
	if !c.counted() || !(x.Den > 0) || x.Num < 0 {
		return measure.None, measure.None
	}
	if c.measure.Kind == measure.Proportion {
		i := dist.WilsonCI(x.Num, x.Den, .95)
		return i.Low * c.per(), i.High * c.per()
	}
	i := dist.ByarCI(x.Num, .95)
	if x.Num < few {
		i = dist.GarwoodCI(x.Num, .95)
	}
	return i.Low / x.Den * c.per(), i.High / x.Den * c.per()
}

// place fits the funnel and marks the practices that lie outside of it; nil when there is no funnel, and noFunnel says why.
func (c *comparison) place(own map[string]bool) *chart.Funnel {
	switch {
	case !c.counted():
		c.noFunnel = "The figures are published without the counts behind them, so how far chance moves them cannot be calculated and there is no funnel."
		return nil
	case !c.Funnel:
		c.noFunnel = "The indicator’s document asks for no funnel: differences between practices have reasons of their own here."
		return nil
	}
	var at []int
	var num, den []float64
	for i, x := range c.list {
		if x.Den > 0 {
			at, num, den = append(at, i), append(num, x.Num), append(den, x.Den)
		}
	}
	if len(at) < leastInFunnel || !(c.centre > 0) {
		c.noFunnel = fmt.Sprintf("A funnel needs at least %d practices with figures and some events among them; here %s %d.", leastInFunnel, plural(len(at), "is", "are"), len(at))
		return nil
	}
	rate := c.centre / c.per()
	var w funnel.Workspace
	fit, err := w.Fit(num, expectedOf(den, rate, c.measure.Kind), fitSettings(c.measure.Kind))
	if err != nil {
		c.noFunnel = sentence("No funnel can be drawn: " + err.Error())
		return nil
	}
	c.tau2 = fit.Tau2
	for j, i := range at {
		x := &c.list[i]
		limits := fit.Adjusted(den[j], funnel.Level998)
		x.Mark = c.markOf(x.Value, limits.Low*c.scale(rate), limits.High*c.scale(rate))
	}
	return c.drawFunnel(&fit, rate, own)
}

// scale turns what a fit gives into the indicator's scale: proportions, or ratios of observed to expected events.
func (c *comparison) scale(rate float64) float64 {
	if c.measure.Kind == measure.Proportion {
		return c.per()
	}
	return rate * c.per()
}

func (c *comparison) markOf(value, low, high float64) chart.Mark {
	switch {
	case value > high:
		return map[string]chart.Mark{HigherIsBetter: chart.ImprovementHigh, LowerIsBetter: chart.ConcernHigh, Neither: chart.NeitherHigh}[c.Direction]
	case value < low:
		return map[string]chart.Mark{HigherIsBetter: chart.ConcernLow, LowerIsBetter: chart.ImprovementLow, Neither: chart.NeitherLow}[c.Direction]
	}
	return chart.Common
}

// ownWords name a practice that the funnel names, where there is a partnership.
const ownWords = "A practice of the partnership,"

// linked is up to how many practices a group without a partnership is drawn practice by practice.
const linked = 100

func (c *comparison) drawFunnel(fit *funnel.Fit, rate float64, own map[string]bool) *chart.Funnel {
	f := &chart.Funnel{ID: "funnel", Title: c.Title + ", " + c.period.Label(), Axis: axisWords(c.Indicator), SizeAxis: wordsOr(c.measure.Of, "Denominator"),
		Format: formatOf(c.Indicator), Centre: c.centre, CentreName: "Average"}
	if own != nil {
		f.Own = ownWords
	}
	lo, hi := math.Inf(1), 0.0
	for _, x := range c.list {
		if !(x.Den > 0) {
			continue
		}
		lo, hi = min(lo, x.Den), max(hi, x.Den)
		if own[x.Unit] || own == nil && len(c.list) <= linked {
			f.Units = append(f.Units, chart.Unit{Label: x.Unit, Href: "/practices/" + x.Unit + "/" + c.Name, Size: x.Den, Value: x.Value, Mark: x.Mark})
		} else {
			f.Background = append(f.Background, chart.XY{Size: x.Den, Value: x.Value})
		}
	}
	f.Log = hi > 30*lo
	f.Limits = c.limits(fit, rate, lo, hi)
	f.Desc = c.funnelWords(f)
	return f
}

// limits are the funnel's curves from the smallest practice to the largest.
func (c *comparison) limits(fit *funnel.Fit, rate, lo, hi float64) []chart.Limits {
	unit := 1.0 // denominators per unit of the fit's denominator
	if c.measure.Kind != measure.Proportion {
		unit = rate
	}
	lines := fit.Lines(lo*unit*.9, hi*unit*1.1, 80)
	curve := func(name string, kind chart.LimitKind, pick func(funnel.Line) funnel.Limits) chart.Limits {
		l := chart.Limits{Name: name, Kind: kind}
		for _, line := range lines {
			at := pick(line)
			l.Size = append(l.Size, line.Denominator/unit)
			l.Lower = append(l.Lower, at.Low*c.scale(rate))
			l.Upper = append(l.Upper, at.High*c.scale(rate))
		}
		return l
	}
	curves := []chart.Limits{
		curve("95% by chance", chart.Inner, func(l funnel.Line) funnel.Limits { return l.Unadjusted95 }),
		curve("99.8% by chance", chart.Outer, func(l funnel.Line) funnel.Limits { return l.Unadjusted998 }),
	}
	if fit.Tau2 > 0 {
		curves = append(curves, curve("99.8% widened", chart.Adjusted, func(l funnel.Line) funnel.Limits { return l.Adjusted998 }))
	}
	return curves
}

// funnelWords say in one sentence what the funnel shows.
func (c *comparison) funnelWords(f *chart.Funnel) string {
	out := 0
	for _, u := range f.Units {
		if u.Mark != chart.Common {
			out++
		}
	}
	who := fmt.Sprintf("%d of the %d practices named here %s outside of", out, len(f.Units), plural(out, "lies", "lie"))
	switch {
	case len(f.Units) == 0:
		return fmt.Sprintf("%s practices, together at %s.", grouped(float64(len(c.list))), c.amountWords(c.centre))
	case len(f.Units) == 1:
		who = "The one practice named here lies " + plural(out, "outside of", "within")
	case out == 0:
		who = fmt.Sprintf("All of the %d practices named here lie within", len(f.Units))
	}
	return who + " what chance and the usual differences between practices explain."
}

// latestPeriod is the period to compare: the latest that most practices have a figure for, as the last run of the monitor found it.
func (p Pages) latestPeriod(ctx context.Context, in Indicator, periods []date.Period) (date.Period, error) {
	if len(periods) == 0 {
		return date.Period{}, nil
	}
	latest, err := store.One[date.Period](ctx, p.DB, "select latest from monitor_study where indicator = $1", in.Name)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return periods[len(periods)-1], nil
	case err != nil:
		return latest, err
	case !slices.Contains(periods, latest):
		return periods[len(periods)-1], nil
	}
	return latest, nil
}
