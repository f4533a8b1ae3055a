// Package chart draws the charts of the monitor as SVG on the server, from plain figures: it knows nothing of statistics or
// databases. A drawing needs no script, prints, scales, and says what it shows in its title and description.
//
// Every chart is a struct with View (for a page) and Phone (the same for a narrow screen); SPC and Funnel have File (a whole .svg
// file with its own style sheet, for download only: a page's content-security policy refuses inline styles). Colours and the meaning of the
// marks are those of NHS England's Making Data Count: blue improvement, orange concern, grey common cause, purple for measures
// without a good direction, red target. No meaning stands in colour alone: shape and letter (H higher, L lower) say it too.
//
// A value that is not there is NaN (chart.None), never 0.
package chart

import (
	"context"
	"io"
	"math"
	"strconv"
	"time"

	"github.com/a-h/templ"
)

// None is a value, limit or centre that is not there.
var None = math.NaN()

// Mark is what the rules say about a point. High and Low are the side of the centre on which it stands out.
type Mark uint8

// The marks. Common is no special cause; Improvement and Concern depend on the indicator's good direction; Neither has none.
const (
	Common Mark = iota
	ImprovementHigh
	ImprovementLow
	ConcernHigh
	ConcernLow
	NeitherHigh
	NeitherLow
)

// marks are the class and the words of each mark.
var marks = [...]struct{ class, words, letter string }{
	Common:          {"common", "No significant change: common cause variation", ""},
	ImprovementHigh: {"improvement", "Special cause of improving nature, due to higher values", "H"},
	ImprovementLow:  {"improvement", "Special cause of improving nature, due to lower values", "L"},
	ConcernHigh:     {"concern", "Special cause of concerning nature, due to higher values", "H"},
	ConcernLow:      {"concern", "Special cause of concerning nature, due to lower values", "L"},
	NeitherHigh:     {"neither", "Special cause due to higher values, where neither direction is better", "H"},
	NeitherLow:      {"neither", "Special cause due to lower values, where neither direction is better", "L"},
}

func (m Mark) valid() Mark {
	if int(m) >= len(marks) {
		return Common
	}
	return m
}

// Words says what the mark means, as a sentence without its full stop.
func (m Mark) Words() string { return marks[m.valid()].words }

// Letter is H, L or nothing.
func (m Mark) Letter() string { return marks[m.valid()].letter }

func (m Mark) class() string { return marks[m.valid()].class }

// Status says why a point has no value.
type Status uint8

// The statuses. A gap is drawn for each but Reported, with its letter at the foot of the chart.
const (
	Reported    Status = iota
	Suppressed         // S: held back by the publisher, usually because the number is small
	NotReported        // N: the practice sent nothing
	Missing            // M: the period is not in what was loaded
)

var statuses = [...]struct{ letter, words string }{
	Reported:    {"", "Reported"},
	Suppressed:  {"S", "Suppressed by the publisher"},
	NotReported: {"N", "Not reported by the practice"},
	Missing:     {"M", "Missing from what was loaded"},
}

func (s Status) valid() Status {
	if int(s) >= len(statuses) {
		return Missing
	}
	return s
}

// Words says what the status means.
func (s Status) Words() string { return statuses[s.valid()].words }

// Day is the number of days from 1 January 1970 to the date of t: what Point.X holds on an axis of dates.
func Day(t time.Time) int {
	y, m, d := t.Date()
	return int(time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix() / 86400)
}

func date(day int) time.Time { return time.Unix(int64(day)*86400, 0).UTC() }

// Format says how values are written. The zero value writes counts: "1,234".
type Format struct {
	// Decimals of a value; axis labels take what their step needs.
	Decimals       int
	Prefix, Suffix string
	// Levels are the names of the values 1, 2 … of a judgement; other values are written as numbers, and so are axis labels.
	Levels []string
	// PlainNought writes exactly nought without decimals, so that it is seen to be no small number.
	PlainNought bool
}

// Formats that are needed most.
var (
	Count   = Format{}
	Decimal = Format{Decimals: 1}
)

// Write is the value in words; None is "no value".
func (f Format) Write(v float64) string {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return "no value"
	}
	if n := int(v); float64(n) == v && n >= 1 && n <= len(f.Levels) {
		return f.Levels[n-1]
	}
	decimals := f.Decimals
	if v == 0 && f.PlainNought {
		decimals = 0
	}
	return string(f.write(nil, v, decimals))
}

func (f Format) write(b []byte, v float64, decimals int) []byte {
	if v < 0 && math.Round(v*math.Pow10(decimals)) < 0 {
		b = append(b, "−"...)
	}
	b = append(b, f.Prefix...)
	b = grouped(b, math.Abs(v), decimals)
	return append(b, f.Suffix...)
}

// grouped writes a number that is not negative with commas between thousands.
func grouped(b []byte, v float64, decimals int) []byte {
	var digits [340]byte
	s := strconv.AppendFloat(digits[:0], v, 'f', decimals, 64)
	whole := len(s)
	if decimals > 0 {
		whole -= decimals + 1
	}
	for i := range whole {
		if i > 0 && (whole-i)%3 == 0 {
			b = append(b, ',')
		}
		b = append(b, s[i])
	}
	return append(b, s[whole:]...)
}

// drawing is finished SVG as a component.
type drawing []byte

// Render writes the SVG.
func (d drawing) Render(_ context.Context, w io.Writer) error {
	_, err := w.Write(d)
	return err
}

var _ templ.Component = drawing(nil)
