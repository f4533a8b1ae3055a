package app

import (
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"text/tabwriter"

	"ohp/internal/kernel/date"
	"ohp/internal/kernel/page/chart"
	"ohp/internal/stats/spc"
)

var chartKinds = map[string]string{
	"xmr": "XmR chart (individual values and moving range)", "run": "Run chart (median, no limits)", "i": "I chart (individual values)", "mr": "Chart of moving ranges",
	"ip": "I′ chart (values of differing size)", "p": "P chart (shares)", "pp": "P′ chart (shares, Laney)", "u": "U chart (rates)", "up": "U′ chart (rates, Laney)",
	"c": "C chart (counts)", "g": "G chart (cases between events)", "t": "T chart (time between events)",
}

// tellSettings writes what stands under the chart.
func (d *Charted) tellSettings(profile spc.Profile) {
	d.Settings = []string{fmt.Sprintf("%s, because %s.", chartKinds[d.Kind], d.Why)}
	if d.events != "" {
		d.Settings = append(d.Settings, d.events)
	}
	if d.Kind != "run" && d.Kind != "mr" {
		d.Settings = append(d.Settings, fmt.Sprintf("Rules: %s – a point outside the limits, %d points on one side of the centre, %d points rising or falling, two of three near a limit.",
			profile.Name, profile.ShiftPoints, profile.TrendPoints))
	}
	if d.fixed > 0 {
		of := ""
		if len(d.breaks) > 0 {
			of = " of each part"
		}
		d.Settings = append(d.Settings, fmt.Sprintf("Centre and limits from the first %d points%s.", d.fixed, of))
	}
	if len(d.breaks) > 0 {
		var from []string
		for _, i := range d.breaks {
			from = append(from, d.Points[i].Date)
		}
		d.Settings = append(d.Settings, "Centre and limits calculated anew from "+strings.Join(from, ", ")+".")
	}
	if d.Per != 1 {
		d.Settings = append(d.Settings, fmt.Sprintf("Values per %s.", chart.Count.Write(d.Per)))
	}
	if d.missing > 0 {
		d.Settings = append(d.Settings, fmt.Sprintf("%d of %d rows have no value; they are left out and not counted as nought.", d.missing, len(d.Points)))
	}
	for i, p := range d.Parts {
		if words := d.runsWords(i, p); words != "" {
			d.Settings = append(d.Settings, words)
		}
	}
}

// runsWords say what the runs of a part show: always on a run chart, which has no other rule, and elsewhere when they are not random.
func (d *Charted) runsWords(i int, p ChartedPart) string {
	if p.LongestRun == nil || d.Kind != "run" && !p.RunsSignal {
		return ""
	}
	where, verdict := "", "as random points would run"
	if len(d.Parts) > 1 {
		where = fmt.Sprintf("Part %d: ", i+1)
	}
	if p.RunsSignal {
		verdict = "random points would not run so: a special cause"
	}
	return fmt.Sprintf("%sRuns: longest %d (expected at most %d); crossings of the centre %d (expected at least %d): %s.", where, *p.LongestRun, *p.LongestRunMax, *p.Crossings, *p.CrossingsMin, verdict)
}

// formatOf writes values with about three figures of their spread.
func (d *Charted) formatOf() chart.Format {
	lo, hi := math.Inf(1), math.Inf(-1)
	for _, p := range d.Points {
		for _, x := range []*float64{p.Value, p.Lower, p.Upper} {
			if x != nil {
				lo, hi = min(lo, *x), max(hi, *x)
			}
		}
	}
	f := chart.Format{Decimals: 1}
	if spread := hi - lo; spread > 0 {
		f.Decimals = min(6, max(0, 2-int(math.Floor(math.Log10(spread)))))
	}
	if d.Kind == string(spc.T) && slices.ContainsFunc(d.Points, func(p ChartedPoint) bool { return orNaN(p.Value) < 1 }) {
		f.Decimals = max(1, f.Decimals) // parts of a day are not nought
	}
	if d.Per == 100 && (d.Kind == "p" || d.Kind == "pp") {
		f.Suffix = "%"
	}
	return f
}

// print writes the chart for a terminal.
func (d *Charted) print(out io.Writer) error {
	fmt.Fprintf(out, "%s\n%s\n\n", d.Title, d.sparkline())
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "line\tdate\tvalue\tlower\tcentre\tupper\t  special cause")
	for i, p := range d.Points {
		if i > 0 && p.Part != d.Points[i-1].Part {
			fmt.Fprintln(w, "\t\t\t\t\t\t  new limits")
		}
		fmt.Fprintf(w, "%d\t%s\t%s\t%s\t%s\t%s\t%s\n", p.Line, p.Date, d.cell(p.Value), d.cell(p.Lower), d.cell(p.Centre), d.cell(p.Upper), d.causeWords(p))
	}
	if err := w.Flush(); err != nil {
		return err
	}
	fmt.Fprintln(out)
	switch {
	case d.Kind == "run" || d.Kind == "mr":
	case d.Variation == spc.TooFewPoints.String():
		fmt.Fprintln(out, "Variation: no icon, because limits cannot be calculated from these points.")
	default:
		fmt.Fprintf(out, "Variation: %s (%s).\n", d.mark.Words(), strings.ReplaceAll(d.Variation, "_", " "))
	}
	if d.grade != chart.NoTarget {
		fmt.Fprintf(out, "Assurance: %s (target %s).\n", d.grade.Words(), d.format.Write(*d.Target))
	}
	for _, s := range d.Settings {
		fmt.Fprintln(out, s)
	}
	return nil
}

func (d *Charted) cell(x *float64) string {
	if x == nil {
		return "-"
	}
	return d.format.Write(*x)
}

func (d *Charted) causeWords(p ChartedPoint) string {
	if p.Cause == "" {
		return ""
	}
	return "  " + p.Cause + " (" + strings.ReplaceAll(p.Meaning, "_", " ") + ")"
}

// sparkline is the series in one line of eight heights; a dot stands for a missing value.
func (d *Charted) sparkline() string {
	heights := []rune("▁▂▃▄▅▆▇█")
	lo, hi := math.Inf(1), math.Inf(-1)
	for _, p := range d.Points {
		if p.Value != nil {
			lo, hi = min(lo, *p.Value), max(hi, *p.Value)
		}
	}
	var b strings.Builder
	for _, p := range d.Points {
		switch {
		case p.Value == nil:
			b.WriteRune('·')
		case hi == lo:
			b.WriteRune(heights[3])
		default:
			b.WriteRune(heights[int(math.Round((*p.Value-lo)/(hi-lo)*7))])
		}
	}
	return b.String()
}

// drawing is the chart as a picture.
func (d *Charted) drawing() chart.SPC {
	c := chart.SPC{ID: "chart", Title: d.Title, Desc: strings.Join(d.Settings, " "), Format: d.format, Target: d.Target}
	if d.Kind == "run" {
		c.Centre = "Median"
	}
	if d.Per != 1 {
		c.Axis = "Per " + chart.Count.Write(d.Per)
	}
	if d.events != "" {
		c.Axis = "Days between events"
	}
	if d.format.Suffix == "%" {
		c.Axis = "Per cent"
	}
	epoch := date.New(1970, 1, 1)
	for i, p := range d.Points {
		point := chart.Point{Label: p.day.Label(), X: p.day.Sub(epoch), Value: orNaN(p.Value), Lower: orNaN(p.Lower), Centre: orNaN(p.Centre), Upper: orNaN(p.Upper), Mark: p.mark, Segment: p.Part}
		if p.Value == nil {
			point.Status = chart.Missing
		}
		c.Points = append(c.Points, point)
		if i > 0 && p.Part != d.Points[i-1].Part {
			c.Notes = append(c.Notes, chart.Note{X: point.X, Text: "new limits"})
		}
	}
	return c
}
