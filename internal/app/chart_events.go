package app

import (
	"fmt"
	"slices"
	"strings"

	"ohp/internal/kernel/errs"
	"ohp/internal/stats/spc"
)

// A table of dates alone is a list of events, a row for each. What is charted of it are the days from one event to the next.

// eventKinds are the charts of days between events.
var eventKinds = []string{string(spc.T), string(spc.G), string(spc.Run)}

// betweenEvents says whether a kind shows the time or the cases between events.
func betweenEvents(kind string) bool { return kind == string(spc.T) || kind == string(spc.G) }

// chooseForEvents settles the kind of chart of a list of events.
func (c Chart) chooseForEvents(d *Charted, t chartTable) error {
	days := len(t.rows) - 1
	switch {
	case days < 1:
		return errs.New(errs.Invalid, "%s holds the date of one event. Days between events need at least two events.", c.File)
	case c.Per != 0:
		return errs.New(errs.Invalid, "--per %v: days between events have no scale. Leave it out.", c.Per)
	case slices.Contains(eventKinds, c.Kind):
		return nil
	case c.Kind != "" && c.Kind != "auto":
		return errs.New(errs.Invalid, "%s holds dates alone, of which a chart of kind %s cannot be drawn. Choose one of %s, or give a column of values.", c.File, c.Kind, strings.Join(eventKinds, ", "))
	case days < leastForLimits:
		d.Kind, d.Why = string(spc.Run), fmt.Sprintf("the table holds the dates of %d events, and limits from fewer than %d values would mislead", len(t.rows), leastForLimits)
	default:
		d.Kind, d.Why = string(spc.T), "the table holds the dates of events and nothing else"
	}
	return nil
}

// between gives each event the days since the one before as its value, and leaves out the first, which has none before it. On a T
// chart, whose times must be above nought, the events of a day count as spread evenly over it.
func (d *Charted) between(t chartTable) chartTable {
	all := t.rows
	onDay := map[int]int{}
	for _, r := range all {
		onDay[r.date.Sub(all[0].date)]++
	}
	t.rows = nil
	shared, nth, within := 0, 0, 0. // within is the part of the day that lies before the event
	for i, r := range all {
		n := onDay[r.date.Sub(all[0].date)]
		if n > 1 {
			shared++
		}
		if nth++; i == 0 || r.date != all[i-1].date {
			nth = 0
		}
		before := within
		if within = 0; d.Kind == string(spc.T) {
			within = float64(nth) / float64(n)
		}
		if i > 0 {
			r.value = float64(r.date.Sub(all[i-1].date)) + (within - before)
			t.rows = append(t.rows, r)
		}
	}
	d.events = fmt.Sprintf("Values are the days between %d events, each counted from the event before; the first, of %s on line %d, has nothing before it.", len(all), all[0].date, all[0].line)
	if d.Kind == string(spc.G) {
		d.events += " Each day counts as one case in which an event may come."
	}
	if shared > 0 {
		how := "nought days lie between them"
		if d.Kind == string(spc.T) {
			how = "they count as spread evenly over it, so that two of one day are half a day apart"
		}
		d.events += fmt.Sprintf(" %d of the events share their day with another: %s.", shared, how)
	}
	return t
}
