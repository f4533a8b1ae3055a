package chart

import (
	"math"
	"slices"

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
func (r Ranked) View() templ.Component { return drawing(r.draw(900, r.ID, false)) }

// Phone draws the ranking for a narrow screen.
func (r Ranked) Phone() templ.Component { return drawing(r.draw(400, r.ID+"-p", false)) }

// File is the ranking as an .svg file of its own.
func (r Ranked) File() []byte { return r.draw(900, r.ID, true) }

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
	lo, hi = y.room()
	if r.Format.Suffix == "%" && y.hi*r.Format.scale() <= 100 {
		hi = math.Min(hi, 100/r.Format.scale())
	}
	return lo, hi
}

func (r Ranked) draw(w float64, id string, file bool) []byte {
	all := r.ordered()
	if len(all) > named {
		return r.strokes(all, w, id, file)
	}
	const row = 24
	fr := frame{w: w, left: w * .3, right: w * .12, top: 52, bottom: 30, narrow: w < 500}
	if fr.narrow {
		fr.left, fr.right = 142, 58
	}
	fr.h = fr.top + row*math.Max(1, float64(len(all))) + fr.bottom
	v := view{frame: fr}
	v.xMin, v.xMax = r.reach(all)
	p := &pen{b: make([]byte, 0, 4096+500*len(all))}
	p.open(sheet{id: id, title: r.Title, desc: r.Desc, class: "oc-ranked", w: w, h: fr.h, linked: linked(all), file: file})
	p.words("oc-name", "start", 2, 16, clip(r.Axis, (w-8)/7.2))
	if len(all) == 0 {
		p.words("oc-name", "middle", w/2, fr.h/2+20, "No figures to show")
	}
	for i, u := range all {
		if u.Shown {
			p.rect("oc-row-shown", 0, fr.top+row*float64(i), v.w, row)
		}
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
		x := v.x(r.Line)
		p.line("oc-centre", x, v.top-4, x, v.foot()+6)
		p.words("oc-side", "middle", x, v.foot()+21, r.lineName())
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
	if u.Title != "" {
		return u.Title
	}
	return u.Label + ": " + r.Format.Write(u.Value) + ", interval " + r.Format.Write(u.Lower) + " to " + r.Format.Write(u.Upper)
}

// words are the name and the value of a row; they stand outside of the link that covers the row, whose own name says more.
func (r Ranked) words(p *pen, v view, u Unit, y float64) {
	class := "oc-row-name"
	if u.Href != "" {
		class += " oc-row-link"
	}
	if u.Shown {
		class += " oc-shown-name"
	}
	p.words(class, "end", v.left-12, y+4.5, clip(u.Label, (v.left-16)/7.4))
	p.words("oc-label", "end", v.w-4, y+4.5, r.Format.Write(u.Value))
}

func (r Ranked) row(p *pen, v view, u Unit, y, height float64) {
	p.raw("<g>")
	p.title(r.name(u))
	p.whisker(u.Mark, v.x(u.Lower), y, v.x(u.Upper), y)
	p.unitMark(u.Mark, v.x(u.Value), y)
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

// strokes draws very many practices as one path of upright intervals, and over it those that are linked or shown.
func (r Ranked) strokes(all []Unit, w float64, id string, file bool) []byte {
	fr := funnelWide
	if w < 500 {
		fr = funnelPhone
	}
	v := view{frame: fr, xMin: -.5, xMax: float64(len(all)) - .5}
	v.yMin, v.yMax = r.reach(all)
	p := &pen{b: make([]byte, 0, 8192+24*len(all))}
	p.open(sheet{id: id, title: r.Title, desc: r.Desc, class: "oc-ranked", w: fr.w, h: fr.h, linked: linked(all), file: file})
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
		if u.Href != "" || u.Shown {
			x := v.x(float64(i))
			p.link(u.Href, r.name(u), func() { r.upright(p, v, u, x) })
			if u.Shown {
				p.shown(v, u.Label, x, v.y(u.Value))
			}
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
	if u.Href != "" {
		p.raw(`<circle class="oc-hit" r="10"`)
		p.at("cx", x)
		p.at("cy", y)
		p.raw("/>")
	}
	p.whisker(u.Mark, x, v.y(u.Lower), x, v.y(u.Upper))
	p.unitMark(u.Mark, x, y)
	p.raw("</g>")
}
