package monitor

import (
	"fmt"

	"github.com/a-h/templ"

	"ohp/internal/kernel/date"
	"ohp/internal/kernel/measure"
	"ohp/internal/kernel/page/chart"
	"ohp/internal/stats/spc"
)

// Drawing turns the plotted series into a drawing.
func (d Plotted) Drawing() chart.SPC {
	p := d.plot
	c := chart.SPC{ID: p.ID, Title: p.Title, Axis: p.Axis, Format: p.Format, Desc: d.describe(), Points: d.drawn(true)}
	if d.Chart == "run" {
		c.Centre = "Median"
	}
	if p.Target.Set {
		c.Target = &p.Target.Value
	}
	if !p.Began.IsZero() {
		c.Notes = []chart.Note{{X: dayOf(p.Began), Text: "change began", Since: true}}
	}
	return c
}

// Spark is the series as a very small chart; its points have no words, because nobody can point at them.
func (d Plotted) Spark() chart.Spark {
	s := chart.Spark{Title: d.plot.Title + ". " + d.describe(), Points: d.drawn(false)}
	if d.plot.Target.Set {
		s.Target = &d.plot.Target.Value
	}
	return s
}

// icons are the variation and assurance icons with their words; nothing where there are too few points, or nothing but noughts: what
// was never counted must not look calm.
func (d Plotted) icons() templ.Component {
	if points, events := d.reported(); d.Variation == spc.TooFewPoints || d.counted() && points > 0 && events == 0 {
		return nil
	}
	return chart.Icons(variationMark(d.Variation), chart.Assurance(d.Assurance))
}

func (d Plotted) drawn(named bool) []chart.Point {
	points := make([]chart.Point, len(d.Points))
	for i, pt := range d.Points {
		points[i] = chart.Point{X: dayOf(pt.Period), Value: pt.Value, Lower: pt.Lower, Centre: pt.Centre, Upper: pt.Upper, Mark: markOf(pt), Status: chart.Status(pt.Status)}
		if named {
			points[i].Label = pt.Period.Label()
			points[i].Title = points[i].Label + ": " + d.saidOf(pt)
		}
	}
	return points
}

// saidOf is what a point says: its value and special cause, or why it has none.
func (d Plotted) saidOf(pt PlottedPoint) string {
	switch {
	case measure.IsNone(pt.Value):
		return chart.Status(pt.Status).Words()
	case pt.Cause == "":
		return d.plot.Format.Write(pt.Value)
	}
	return d.plot.Format.Write(pt.Value) + " (" + pt.Cause + ")"
}

var (
	highMarks = map[spc.PointType]chart.Mark{spc.Improvement: chart.ImprovementHigh, spc.Concern: chart.ConcernHigh, spc.NeutralHigh: chart.NeitherHigh, spc.NeutralLow: chart.NeitherHigh}
	lowMarks  = map[spc.PointType]chart.Mark{spc.Improvement: chart.ImprovementLow, spc.Concern: chart.ConcernLow, spc.NeutralHigh: chart.NeitherLow, spc.NeutralLow: chart.NeitherLow}
)

func markOf(pt PlottedPoint) chart.Mark {
	switch {
	case pt.Cause == "":
		return chart.Common
	case pt.Up:
		return highMarks[pt.Type]
	}
	return lowMarks[pt.Type]
}

// describe says in one sentence what the chart shows.
func (d Plotted) describe() string {
	if measure.IsNone(d.LastValue) {
		return "No figure has been reported."
	}
	special, events := 0, false
	for _, pt := range d.Points {
		if pt.Cause != "" {
			special++
		}
		events = events || !measure.IsNone(pt.Value) && pt.Value != 0
	}
	in := "in"
	if d.LastPeriod.Kind() == date.Day {
		in = "on"
	}
	words := fmt.Sprintf("Latest: %s %s %s.", d.plot.Format.Write(d.LastValue), in, d.LastPeriod.Label())
	switch {
	case d.Chart == "run" && d.plot.Chart == "run":
		return words
	case d.Chart == "run":
		return words + " Too few points for limits."
	case !events:
		return words + " Nothing but nought is reported."
	}
	if special == 0 {
		return words + " No special cause: the points vary as chance would have it."
	}
	return words + fmt.Sprintf(" %d %s a special cause.", special, plural(special, "point shows", "points show"))
}

// dayOf is the first day of a period as charts count days.
func dayOf(p date.Period) int { return p.Start().Sub(date.New(1970, 1, 1)) }
