package chart

import (
	"math"
	"slices"

	"github.com/a-h/templ"
)

// Unit is one practice of a funnel or a ranking.
type Unit struct {
	// Label is its name; Href leads to it.
	Label, Href string
	// Size is the denominator of a funnel (patients); Value the rate; Lower and Upper its interval (ranking only).
	Size, Value, Lower, Upper float64
	Mark                      Mark
}

// XY is one practice of the background: nobody's own, without name or link.
type XY struct{ Size, Value float64 }

// LimitKind is how a pair of limits is drawn.
type LimitKind uint8

// The kinds of limits: the inner pair (95%, alert), the outer (99.8%, alarm), and a pair widened for over-dispersion.
const (
	Inner LimitKind = iota
	Outer
	Adjusted
)

var limitClasses = [...]string{Inner: "oc-inner", Outer: "oc-outer", Adjusted: "oc-adjusted"}

// Limits are one pair of curves: at Size[i] the limits are Lower[i] and Upper[i] (None where there is none). Size rises.
type Limits struct {
	Name               string
	Kind               LimitKind
	Size, Lower, Upper []float64
}

// Funnel shows rates against sizes, with limits that widen where practices are small.
type Funnel struct {
	ID, Title, Desc string
	// Axis names the values, SizeAxis the sizes ("Registered patients").
	Axis, SizeAxis string
	Format         Format
	Units          []Unit
	// Own names one of the units in the key ("A practice of the partnership,"); "A practice" if empty.
	Own        string
	Background []XY
	Limits     []Limits
	Centre     float64
	// CentreName is what the centre is of ("Partnership", "England").
	CentreName string
	// Log spreads the sizes by powers, for ranges like 30 to 60,000.
	Log bool
}

var funnelWide = frame{w: 900, h: 440, left: 62, right: 150, top: 34, bottom: 56}
var funnelPhone = frame{w: phoneWidth, h: 310, left: 52, right: 14, top: 34, bottom: 56, narrow: true}

// View draws the funnel for a page.
func (f Funnel) View() templ.Component { return drawing(f.draw(funnelWide, f.ID, false)) }

// Phone draws the funnel for a narrow screen.
func (f Funnel) Phone() templ.Component { return drawing(f.draw(funnelPhone, f.ID+"-p", false)) }

// File is the funnel as an .svg file of its own, without links.
func (f Funnel) File() []byte {
	f.Units = slices.Clone(f.Units)
	for i := range f.Units {
		f.Units[i].Href = ""
	}
	return f.draw(funnelWide, f.ID, true)
}

func (f Funnel) draw(fr frame, id string, file bool) []byte {
	fr = fr.below(f.Axis)
	h := fr.h
	if file {
		h += fileHead
	}
	p := &pen{b: make([]byte, 0, 8192+240*len(f.Units)+8*len(f.Background))}
	p.open(sheet{id: id, title: f.Title, desc: f.Desc, class: "oc-funnel", w: fr.w, h: h, linked: linked(f.Units), file: file})
	if file {
		p.fileTitle(f.Title)
	}
	f.inside(p, f.view(fr))
	if file {
		p.raw("</g>")
	}
	p.close()
	return p.b
}

// view takes its reach from the units, the centre, and every limit where it is narrowest, so that none is named without being seen; what
// runs far beyond (at the smallest sizes) is cut off.
func (f Funnel) view(fr frame) view {
	x, y := newReach(), newReach()
	for _, u := range f.Units {
		x.take(u.Size)
		y.take(u.Value)
	}
	for _, b := range f.Background {
		x.take(b.Size)
		y.take(b.Value)
	}
	y.take(f.Centre)
	for _, l := range f.Limits {
		y.take(last(l.Lower), last(l.Upper))
	}
	v := view{frame: fr, logX: f.Log}
	v.yMin, v.yMax = y.room(f.Format)
	if x.lo > x.hi {
		v.xMin, v.xMax = 1, 10
		return v
	}
	v.xMin, v.xMax = 0, x.hi*1.04
	if f.Log {
		v.xMin = math.Max(x.lo*.85, 1)
		v.xMax = math.Max(x.hi*1.15, v.xMin*2)
	}
	return v
}

// last is the value at the largest size, where a limit is narrowest.
func last(at []float64) float64 {
	if len(at) == 0 {
		return None
	}
	return at[len(at)-1]
}

func (f Funnel) inside(p *pen, v view) {
	if len(f.Units) == 0 && len(f.Background) == 0 {
		p.words("oc-name", "middle", v.w/2, v.h/2, "No figures to show")
		return
	}
	p.yAxis(v, f.Format, f.Axis)
	p.xAxis(v, byNumber(v, Count))
	p.words("oc-label", "middle", (v.left+v.edge())/2, v.h-10, clip(f.SizeAxis, (v.edge()-v.left)/7))
	f.dots(p, v)
	f.limits(p, v)
	f.own(p, v)
}

// dots draws the background as one path of round dots, one for all practices that fall on the same half unit of the drawing.
func (f Funnel) dots(p *pen, v view) {
	if len(f.Background) == 0 {
		return
	}
	wide, high := int(v.w), int(2*v.h)
	seen := make([]uint64, wide*high/64+1)
	p.raw(`<path class="oc-dots" d="`)
	for _, b := range f.Background {
		if math.IsNaN(b.Value) || math.IsNaN(b.Size) {
			continue
		}
		x, y := math.Round(v.x(b.Size)), math.Round(2*v.y(b.Value))/2
		if x < 0 || x >= float64(wide) || y < 0 || 2*y >= float64(high) {
			continue
		}
		at := int(x)*high + int(2*y)
		word, bit := at/64, uint64(1)<<(at%64)
		if seen[word]&bit != 0 {
			continue
		}
		seen[word] |= bit
		p.move(x, y)
		p.raw("h0")
	}
	p.raw(`"/>`)
}

func (f Funnel) limits(p *pen, v view) {
	p.line("oc-centre", v.left, v.y(f.Centre), v.edge(), v.y(f.Centre))
	name := f.CentreName
	if name == "" {
		name = "Average"
	}
	all := []side{{v.y(f.Centre), name + " " + f.Format.Write(f.Centre), "oc-side"}}
	for _, l := range f.Limits {
		class := limitClasses[min(int(l.Kind), len(limitClasses)-1)]
		upper := p.curve(v, class, l.Size, l.Upper)
		lower := p.curve(v, class, l.Size, l.Lower)
		if !math.IsNaN(upper) {
			all = append(all, side{upper, l.Name, "oc-side"})
		}
		if !math.IsNaN(lower) {
			all = append(all, side{lower, l.Name, "oc-side"})
		}
	}
	if v.narrow {
		return
	}
	spread(all, 17, v.top, v.foot())
	for _, s := range all {
		p.words(s.class, "start", v.edge()+8, s.y+4.5, s.text)
	}
}

// curve draws one limit inside of the chart and returns the height at which it leaves at the right.
func (p *pen) curve(v view, class string, size, at []float64) (leaves float64) {
	leaves = None
	p.raw("<path")
	p.class(class)
	p.raw(` d="`)
	drawn := false
	for i := range min(len(size), len(at)) {
		if math.IsNaN(at[i]) || size[i] < v.xMin || size[i] > v.xMax || at[i] < v.yMin || at[i] > v.yMax {
			drawn = false
			continue
		}
		x, y := v.x(size[i]), v.y(at[i])
		if drawn {
			p.to(x, y)
		} else {
			p.move(x, y)
		}
		drawn, leaves = true, y
	}
	p.raw(`"/>`)
	return leaves
}

// own draws the named practices.
func (f Funnel) own(p *pen, v view) {
	for _, u := range f.Units {
		if !math.IsNaN(u.Value) && !math.IsNaN(u.Size) {
			p.link(u.Href, f.name(u), func() { f.unit(p, v, u) })
		}
	}
}

func (f Funnel) name(u Unit) string {
	return u.Label + ": " + f.Format.Write(u.Value) + " of " + Count.Write(u.Size)
}

func (f Funnel) unit(p *pen, v view, u Unit) {
	x, y := v.x(u.Size), v.y(u.Value)
	p.raw("<g>")
	p.title(f.name(u))
	if u.Href != "" {
		p.raw(`<circle class="oc-hit"`)
		p.at("cx", x)
		p.at("cy", y)
		p.raw(` r="11"/>`)
	}
	p.unitMark(u.Mark, x, y)
	p.raw("</g>")
}

// unitMark draws a practice: a plain dot, or the mark with its letter.
func (p *pen) unitMark(m Mark, x, y float64) {
	if m != Common {
		p.glyph(m, x, y, 6.5)
		p.inside(m, x, y)
		return
	}
	p.raw(`<circle class="oc-own" r="5.2"`)
	p.at("cx", x)
	p.at("cy", y)
	p.raw("/>")
}

// common says what is true of a unit without a mark: that it lies within the limits that decide about marks, which are the
// widened ones where there are any.
func (f Funnel) common() string {
	own := f.Own
	if own == "" {
		own = "A practice"
	}
	for _, l := range f.Limits {
		if l.Kind == Adjusted {
			return own + " within the widened limits"
		}
	}
	return own + " within the limits"
}

// Key explains the marks and curves of the funnel as a list for a page.
func (f Funnel) Key() templ.Component {
	p := &pen{}
	p.raw(`<ul class="ohp-key">`)
	var seen [len(marks)]bool
	for _, u := range f.Units {
		seen[u.Mark.valid()] = true
	}
	if len(f.Units) > 0 && seen[Common] {
		p.keyItem(f.common(), func() { p.raw(`<circle class="oc-own" cx="8" cy="8" r="5.5"/>`) })
	}
	for m := ImprovementHigh; m <= NeitherLow; m++ {
		if seen[m] {
			p.keyItem(m.Words(), func() { p.glyph(m, 8, 8, 6); p.inside(m, 8, 8) })
		}
	}
	if n := len(f.Background); n > 0 {
		p.keyItem("Another practice ("+string(grouped(nil, float64(n), 0))+")", func() { p.raw(`<path class="oc-dots" d="M8 8h0"/>`) })
	}
	for _, l := range f.Limits {
		p.keyItem(l.Name, func() { p.line(limitClasses[min(int(l.Kind), len(limitClasses)-1)], 0, 8, 16, 8) })
	}
	p.raw("</ul>")
	return drawing(p.b)
}
