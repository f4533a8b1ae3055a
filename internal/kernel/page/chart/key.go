package chart

import (
	"github.com/a-h/templ"
)

// used are the marks that stand on the chart, common cause first.
func (c SPC) used() []Mark {
	var seen [len(marks)]bool
	for _, pt := range c.Points {
		if !pt.gap() {
			seen[pt.Mark.valid()] = true
		}
	}
	var all []Mark
	for m, ok := range seen {
		if ok {
			all = append(all, Mark(m))
		}
	}
	return all
}

func (c SPC) gaps() []Status {
	var seen [len(statuses)]bool
	for _, pt := range c.Points {
		if pt.gap() {
			seen[pt.Status.valid()] = true
		}
	}
	var all []Status
	for s, ok := range seen {
		if ok && Status(s) != Reported {
			all = append(all, Status(s))
		}
	}
	return all
}

// shortWords fit a key inside of a drawing.
var shortWords = [...]string{
	Common:          "Common cause",
	ImprovementHigh: "Improvement (high)",
	ImprovementLow:  "Improvement (low)",
	ConcernHigh:     "Concern (high)",
	ConcernLow:      "Concern (low)",
	NeitherHigh:     "Special cause (high)",
	NeitherLow:      "Special cause (low)",
}

// keyRow is the height of one row of a key inside of a drawing.
const keyRow = 20

// key writes the marks and the letters of gaps inside of a drawing, the first row at y, and returns how many rows they took.
func (p *pen) key(used []Mark, gaps []Status, left, right, y float64) (rows int) {
	x, rows := left, 1
	put := func(words string, draw func(x, y float64)) {
		width := 18 + 7.4*float64(len(words))
		if x > left && x+width > right {
			x, y, rows = left, y+keyRow, rows+1
		}
		draw(x+6, y-4.5)
		p.words("oc-side", "start", x+18, y, words)
		x += width + 22
	}
	for _, m := range used {
		put(shortWords[m], func(x, y float64) { p.glyph(m, x, y, 6); p.inside(m, x, y) })
	}
	for _, s := range gaps {
		put(s.Words(), func(x, y float64) { p.gapBox(s, x, y) })
	}
	return rows
}

func (p *pen) gapBox(s Status, x, y float64) {
	p.rect("oc-gap", x-6, y-6, 12, 12)
	p.words("oc-gap-letter", "start", x, y+3.6, statuses[s.valid()].letter)
}

// Key explains the marks, lines and gaps of the chart as a list for a page; on a narrow screen it also gives the lines' values.
func (c SPC) Key() templ.Component {
	p := &pen{}
	p.raw(`<ul class="ohp-key">`)
	for _, m := range c.used() {
		p.keyItem(m.Words(), func() { p.glyph(m, 8, 8, 6); p.inside(m, 8, 8) })
	}
	if n := len(c.Points); n > 0 {
		c.keyLines(p, c.Points[n-1])
	}
	for _, s := range c.gaps() {
		p.keyItem(s.Words(), func() { p.gapBox(s, 8, 8) })
	}
	p.raw("</ul>")
	return drawing(p.b)
}

func (c SPC) keyLines(p *pen, last Point) {
	if last.Centre == last.Centre {
		p.keyItem(c.centreName()+" "+c.Format.Write(last.Centre), func() { p.line("oc-centre", 0, 8, 16, 8) })
	}
	if last.Lower == last.Lower || last.Upper == last.Upper {
		p.keyItem("Process limits: "+limitWords(c.Format, last), func() { p.line("oc-limit", 0, 8, 16, 8) })
	}
	if c.Target != nil {
		p.keyItem("Target "+c.Format.Write(*c.Target), func() { p.line("oc-target", 0, 8, 16, 8) })
	}
}

// limitWords names the limits that are there: a rare-event chart has no lower one.
func limitWords(f Format, pt Point) string {
	switch {
	case pt.Lower != pt.Lower:
		return "upper " + f.Write(pt.Upper) + ", no lower"
	case pt.Upper != pt.Upper:
		return "lower " + f.Write(pt.Lower) + ", no upper"
	}
	return f.Write(pt.Lower) + " to " + f.Write(pt.Upper)
}

func (p *pen) keyItem(words string, draw func()) {
	p.raw(`<li class="ohp-key__item"><svg class="oc ohp-key__mark" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" focusable="false">`)
	draw()
	p.raw(`</svg>`)
	p.text(words)
	p.raw(`</li>`)
}
