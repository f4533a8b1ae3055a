package chart

import "math"

// place is where a note's words stand: a row above the chart, and the side of its line.
type place struct {
	row    int
	anchor string
	text   string
}

const noteLetter = 6.6

// places puts the notes' words into as few rows as do not overlap; words near the right edge stand to the left of their line.
func (c SPC) places(v view) []place {
	all := make([]place, len(c.Notes))
	var ends [][][2]float64
	for i, n := range c.Notes {
		x := v.x(float64(n.X))
		text := clip(n.Text, (v.edge()-v.left)*.62/noteLetter)
		width := noteLetter*float64(len([]rune(text))) + 10
		pl := place{anchor: "start", text: text}
		lo, hi := x, x+width
		if hi > v.edge()+v.right-4 {
			pl.anchor = "end"
			lo, hi = x-width, x
		}
		for pl.row < len(ends) && taken(ends[pl.row], lo, hi) {
			pl.row++
		}
		if pl.row == len(ends) {
			ends = append(ends, nil)
		}
		ends[pl.row] = append(ends[pl.row], [2]float64{lo, hi})
		all[i] = pl
	}
	return all
}

func taken(row [][2]float64, lo, hi float64) bool {
	for _, r := range row {
		if lo < r[1] && hi > r[0] {
			return true
		}
	}
	return false
}

// noteRows is how many rows of words the notes need above the chart.
func (c SPC) noteRows(f frame) int {
	rows := 0
	for _, pl := range c.places(c.view(f)) {
		rows = max(rows, pl.row+1)
	}
	return rows
}

// since shades what comes after a change.
func (c SPC) since(p *pen, v view) {
	for _, n := range c.Notes {
		if n.Since {
			x := math.Max(v.left, c.noteX(v, n))
			p.rect("oc-since", x, v.top, v.edge()-x, v.foot()-v.top)
		}
	}
}

// noteX is half a step before the point that the note is about, so that the point stands on the note's own side.
func (c SPC) noteX(v view, n Note) float64 { return v.x(float64(n.X) - c.gapX()/2) }

func (c SPC) notes(p *pen, v view) {
	for i, pl := range c.places(v) {
		n := c.Notes[i]
		x := math.Min(v.edge(), math.Max(v.left, c.noteX(v, n)))
		y := v.top - 7 - 17*float64(pl.row)
		p.line("oc-change", x, y-10, x, v.foot())
		shift := 5.0
		if pl.anchor == "end" {
			shift = -5
		}
		p.raw("<g>")
		p.title(n.Text)
		p.words("oc-note", pl.anchor, x+shift, y, pl.text)
		p.raw("</g>")
	}
}
