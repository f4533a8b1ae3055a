package chart

import (
	_ "embed"
	"math"
	"strconv"

	"github.com/a-h/templ"
)

// Style is the style sheet of every drawing, for the pages; File puts it inside of the file.
//
//go:embed chart.css
var Style string

// pen writes SVG text. Everything that comes from outside goes through text or attr, which escape it.
type pen struct{ b []byte }

func (p *pen) raw(s string) { p.b = append(p.b, s...) }

func (p *pen) text(s string) { p.b = append(p.b, templ.EscapeString(s)...) }

// outside is far beyond every drawing: what lies further away is drawn there.
const outside = 1e5

// num writes a coordinate with at most one decimal.
func (p *pen) num(v float64) {
	if math.IsNaN(v) {
		v = 0
	}
	tenths := int64(math.Round(math.Max(-outside, math.Min(outside, v)) * 10))
	if tenths < 0 {
		p.b = append(p.b, '-')
		tenths = -tenths
	}
	p.b = strconv.AppendInt(p.b, tenths/10, 10)
	if tenths%10 != 0 {
		p.b = append(p.b, '.', byte('0'+tenths%10))
	}
}

func (p *pen) attr(name, value string) {
	p.raw(" ")
	p.raw(name)
	p.raw(`="`)
	p.text(value)
	p.raw(`"`)
}

func (p *pen) at(name string, v float64) {
	p.raw(" ")
	p.raw(name)
	p.raw(`="`)
	p.num(v)
	p.raw(`"`)
}

func (p *pen) class(c string) {
	p.raw(` class="`)
	p.raw(c)
	p.raw(`"`)
}

func (p *pen) line(class string, x1, y1, x2, y2 float64) {
	p.raw("<line")
	p.class(class)
	p.at("x1", x1)
	p.at("y1", y1)
	p.at("x2", x2)
	p.at("y2", y2)
	p.raw("/>")
}

func (p *pen) rect(class string, x, y, w, h float64) {
	p.raw("<rect")
	p.class(class)
	p.at("x", x)
	p.at("y", y)
	p.at("width", math.Max(0, w))
	p.at("height", math.Max(0, h))
	p.raw("/>")
}

// words writes text; anchor is start, middle or end.
func (p *pen) words(class, anchor string, x, y float64, s string) {
	p.raw("<text")
	p.class(class)
	if anchor != "start" {
		p.attr("text-anchor", anchor)
	}
	p.at("x", x)
	p.at("y", y)
	p.raw(">")
	p.text(s)
	p.raw("</text>")
}

func (p *pen) move(x, y float64) {
	p.raw("M")
	p.num(x)
	p.raw(" ")
	p.num(y)
}

func (p *pen) to(x, y float64) {
	p.raw("L")
	p.num(x)
	p.raw(" ")
	p.num(y)
}

func (p *pen) title(s string) {
	if s == "" {
		return
	}
	p.raw("<title>")
	p.text(s)
	p.raw("</title>")
}

// link begins and ends an SVG link around what draw writes, when there is an address.
func (p *pen) link(href, name string, draw func()) {
	if href == "" {
		draw()
		return
	}
	p.raw("<a")
	p.class("oc-link")
	p.attr("href", string(templ.URL(href)))
	p.attr("aria-label", name)
	p.raw(">")
	draw()
	p.raw("</a>")
}

// sheet is the outside of a drawing: its size, its words, and whether it is a file of its own. Without an id, of which a
// description has need, it is named by its title alone.
type sheet struct {
	id, title, desc, class string
	w, h                   float64
	linked                 bool
	file                   bool
}

// open writes the svg element. A drawing with links may not be an img, whose inside nobody can reach: it is a group then.
func (p *pen) open(s sheet) {
	p.raw(`<svg xmlns="http://www.w3.org/2000/svg"`)
	p.class("oc " + s.class)
	p.raw(` viewBox="0 0 `)
	p.num(s.w)
	p.raw(" ")
	p.num(s.h)
	p.raw(`"`)
	if s.file {
		p.at("width", s.w)
		p.at("height", s.h)
	}
	role := "img"
	if s.linked {
		role = "group"
	}
	p.attr("role", role)
	if s.id == "" {
		p.attr("aria-label", s.title)
	} else {
		p.attr("aria-labelledby", s.id+"-t")
	}
	if s.desc != "" {
		p.attr("aria-describedby", s.id+"-d")
	}
	p.raw(">")
	if s.file {
		p.raw("<style>")
		p.raw(Style)
		p.raw("</style>")
	}
	if s.id == "" {
		p.title(s.title)
	} else {
		p.raw("<title")
		p.attr("id", s.id+"-t")
		p.raw(">")
		p.text(s.title)
		p.raw("</title>")
	}
	if s.desc != "" {
		p.raw("<desc")
		p.attr("id", s.id+"-d")
		p.raw(">")
		p.text(s.desc)
		p.raw("</desc>")
	}
	if s.file {
		p.rect("oc-paper", 0, 0, s.w, s.h)
	}
}

func (p *pen) close() { p.raw("</svg>") }

// glyph draws a mark of half-width r around (x, y): circle, square (improvement), diamond (concern) or triangle (neither).
func (p *pen) glyph(m Mark, x, y, r float64) {
	switch m {
	case ImprovementHigh, ImprovementLow:
		p.rect("oc-improvement", x-r*.92, y-r*.92, 1.84*r, 1.84*r)
	case ConcernHigh, ConcernLow:
		p.raw("<path")
		p.class("oc-concern")
		p.raw(` d="`)
		p.move(x, y-1.25*r)
		p.to(x+1.25*r, y)
		p.to(x, y+1.25*r)
		p.to(x-1.25*r, y)
		p.raw(`Z"/>`)
	case NeitherHigh, NeitherLow:
		p.raw("<path")
		p.class("oc-neither")
		p.raw(` d="`)
		p.move(x, y-1.3*r)
		p.to(x+1.25*r, y+r)
		p.to(x-1.25*r, y+r)
		p.raw(`Z"/>`)
	default:
		p.raw("<circle")
		p.class("oc-common")
		p.at("cx", x)
		p.at("cy", y)
		p.at("r", r*.8)
		p.raw("/>")
	}
}

// letter draws H or L as strokes around (x, y), so that it needs no font and is no part of a link's words.
func (p *pen) letter(m Mark, class string, x, y, size float64) {
	w, h := size*.36, size*.5
	switch m.Letter() {
	case "H":
		p.raw("<path")
		p.class(class)
		p.raw(` d="`)
		p.move(x-w, y-h)
		p.raw("V")
		p.num(y + h)
		p.move(x+w, y-h)
		p.raw("V")
		p.num(y + h)
		p.move(x-w, y)
		p.raw("H")
		p.num(x + w)
		p.raw(`"/>`)
	case "L":
		p.raw("<path")
		p.class(class)
		p.raw(` d="`)
		p.move(x-w+.6, y-h)
		p.raw("V")
		p.num(y + h)
		p.raw("H")
		p.num(x + w + .6)
		p.raw(`"/>`)
	}
}

// inside draws the mark's letter on the mark.
func (p *pen) inside(m Mark, x, y float64) {
	class := "oc-letter"
	if m == NeitherHigh || m == NeitherLow {
		class = "oc-letter-light"
		y += 1.4
	}
	p.letter(m, class, x, y, 6.6)
}
