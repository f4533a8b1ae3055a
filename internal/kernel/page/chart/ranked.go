package chart

import (
	"math"
	"slices"
	"unicode/utf8"

	"github.com/a-h/templ"
)

// Ranked shows practices in the order of their values, each with its interval, against one line. It is not a league table: where
// intervals overlap, the order says nothing, and Desc should say so. A unit without an interval is left out.
type Ranked struct {
	ID, Title, Desc string
	Axis            string
	Format          Format
	Units           []Unit
	// Line is what the practices are compared with, None for nothing; LineName says what it is.
	Line     float64
	LineName string
	// Falling puts the highest first.
	Falling bool
}

// named is the largest number of practices that are written by name; more are drawn as one narrow stroke each.
const named = 80

// View draws the ranking for a page.
func (r Ranked) View() templ.Component { return drawing(r.draw(rankedWide, funnelWide, r.ID)) }

// Phone draws the ranking for a narrow screen.
func (r Ranked) Phone() templ.Component {
	return drawing(r.draw(rankedPhone, funnelPhone, r.ID+"-p"))
}

// The frames of a ranking by name: h is the height of one row. On a phone a name stands above its interval, because beside it there
// is room for no more than its first word, and a row is high enough for a finger.
var (
	rankedWide  = frame{w: 900, h: 24, left: 270, right: 108, top: 52, bottom: 30}
	rankedPhone = frame{w: phoneWidth, h: 44, left: 16, right: 62, top: 52, bottom: 30, narrow: true}
)

// ordered are the units with a value and an interval, sorted by value, then by name so that the order is the same every time.
func (r Ranked) ordered() []Unit {
	var all []Unit
	for _, u := range r.Units {
		if !math.IsNaN(u.Value) && !math.IsNaN(u.Lower) && !math.IsNaN(u.Upper) {
			all = append(all, u)
		}
	}
	slices.SortFunc(all, func(a, b Unit) int {
		switch {
		case a.Value < b.Value != r.Falling && a.Value != b.Value:
			return -1
		case a.Value != b.Value:
			return 1
		case a.Label < b.Label:
			return -1
		}
		return 1
	})
	return all
}

func (r Ranked) reach(all []Unit) (lo, hi float64) {
	y := newReach()
	for _, u := range all {
		y.take(u.Value, u.Lower, u.Upper)
	}
	y.take(r.Line)
	return y.room(r.Format)
}

// draw draws the ranking by name into one frame, or a very long one as strokes into the other.
func (r Ranked) draw(fr, long frame, id string) []byte {
	all := r.ordered()
	if len(all) > named {
		return r.strokes(all, long, id)
	}
	row := fr.h
	fr = fr.below(r.Axis)
	fr.h = fr.top + row*math.Max(1, float64(len(all))) + fr.bottom
	v := view{frame: fr}
	v.xMin, v.xMax = r.reach(all)
	p := &pen{b: make([]byte, 0, 4096+500*len(all))}
	p.open(sheet{id: id, title: r.Title, desc: r.Desc, class: "oc-ranked", w: fr.w, h: fr.h, linked: linked(all)})
	p.axisName(fr, r.Axis)
	if len(all) == 0 {
		p.words("oc-name", "middle", fr.w/2, fr.h/2+20, "No figures to show")
	}
	r.scale(p, v)
	for i, u := range all {
		y := fr.top + row*(float64(i)+.5)
		r.words(p, v, u, y)
		p.link(u.Href, r.name(u), func() { r.row(p, v, u, y, row) })
	}
	p.close()
	return p.b
}

func linked(all []Unit) bool {
	return slices.ContainsFunc(all, func(u Unit) bool { return u.Href != "" })
}

// scale draws the grid, the values above and the line to compare with.
func (r Ranked) scale(p *pen, v view) {
	for _, t := range byNumber(v, r.Format) {
		x := v.x(t.at)
		p.line("oc-grid", x, v.top-4, x, v.foot())
		p.words("oc-label", "middle", x, v.top-12, t.text)
	}
	if !math.IsNaN(r.Line) {
		x, words := v.x(r.Line), r.lineName()
		half := 3.6 * float64(utf8.RuneCountInString(words))
		p.line("oc-centre", x, v.top-4, x, v.foot()+6)
		p.words("oc-side", "middle", math.Max(half, math.Min(x, v.w-half)), v.foot()+21, words)
	}
}

func (r Ranked) lineName() string {
	name := r.LineName
	if name == "" {
		name = "Average"
	}
	return name + " " + r.Format.Write(r.Line)
}

func (r Ranked) name(u Unit) string {
	return u.Label + ": " + r.Format.Write(u.Value) + ", interval " + r.Format.Write(u.Lower) + " to " + r.Format.Write(u.Upper)
}

// words are the name and the value of a row; they stand outside of the link that covers the row, whose own name says more.
func (r Ranked) words(p *pen, v view, u Unit, y float64) {
	class := "oc-row-name"
	if u.Href != "" {
		class += " oc-row-link"
	}
	if v.narrow {
		name := clip(u.Label, (v.w-4)/7.4)
		p.rect("oc-paper", 0, y-20, 7*float64(utf8.RuneCountInString(name)), 16) // so that the line does not run through the name
		p.words(class, "start", 2, y-8, name)
		y += belowName
	} else {
		p.words(class, "end", v.left-12, y+4.5, clip(u.Label, (v.left-16)/7.4))
	}
	p.words("oc-label", "end", v.w-4, y+4.5, r.Format.Write(u.Value))
}

// belowName is how far below the middle of its row an interval stands whose name stands above it.
const belowName = 10

func (r Ranked) row(p *pen, v view, u Unit, y, height float64) {
	p.raw("<g>")
	p.title(r.name(u))
	at := y
	if v.narrow {
		at += belowName
	}
	p.whisker(u.Mark, v.x(u.Lower), at, v.x(u.Upper), at)
	p.unitMark(u.Mark, v.x(u.Value), at)
	if u.Href != "" {
		p.rect("oc-hit oc-hit-row", 0, y-height/2, v.w, height)
	}
	p.raw("</g>")
}

func (p *pen) whisker(m Mark, x1, y1, x2, y2 float64) {
	class := "oc-whisker"
	if m != Common {
		class += "-" + m.class()
	}
	p.line(class, x1, y1, x2, y2)
}

// strokes draws very many practices as one path of upright intervals, and over it those that are linked.
func (r Ranked) strokes(all []Unit, fr frame, id string) []byte {
	v := view{frame: fr.below(r.Axis), xMin: -.5, xMax: float64(len(all)) - .5}
	v.yMin, v.yMax = r.reach(all)
	p := &pen{b: make([]byte, 0, 8192+24*len(all))}
	p.open(sheet{id: id, title: r.Title, desc: r.Desc, class: "oc-ranked", w: v.w, h: v.h, linked: linked(all)})
	p.yAxis(v, r.Format, r.Axis)
	p.line("oc-axis", v.left, v.foot(), v.edge(), v.foot())
	p.words("oc-label", "middle", (v.left+v.edge())/2, v.h-26, Count.Write(float64(len(all)))+" practices in order of their value")
	r.faint(p, v, all)
	if !math.IsNaN(r.Line) {
		p.line("oc-centre", v.left, v.y(r.Line), v.edge(), v.y(r.Line))
		if !v.narrow {
			p.words("oc-side", "start", v.edge()+8, v.y(r.Line)+4.5, r.lineName())
		}
	}
	for i, u := range all {
		if u.Href != "" {
			p.link(u.Href, r.name(u), func() { r.upright(p, v, u, v.x(float64(i))) })
		}
	}
	p.close()
	return p.b
}

// faint draws the intervals of practices that are nobody's own, one for each unit of the drawing's width.
func (r Ranked) faint(p *pen, v view, all []Unit) {
	p.raw(`<path class="oc-whisker-faint" d="`)
	last := math.Inf(-1)
	for i, u := range all {
		x := math.Round(v.x(float64(i)))
		if x == last {
			continue
		}
		last = x
		p.move(x, v.y(u.Lower))
		p.raw("V")
		p.num(v.y(u.Upper))
	}
	p.raw(`"/>`)
}

func (r Ranked) upright(p *pen, v view, u Unit, x float64) {
	y := v.y(u.Value)
	p.raw("<g>")
	p.title(r.name(u))
	p.raw(`<circle class="oc-hit" r="10"`)
	p.at("cx", x)
	p.at("cy", y)
	p.raw("/>")
	p.whisker(u.Mark, x, v.y(u.Lower), x, v.y(u.Upper))
	p.unitMark(u.Mark, x, y)
	p.raw("</g>")
}
