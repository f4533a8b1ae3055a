package chart

import (
	"math"
	"slices"
	"strconv"

	"github.com/a-h/templ"
)

// Point is one period of a chart over time.
type Point struct {
	// Label names the period for people ("March 2024").
	Label string
	// X is a Day.
	X int
	// Value, limits and centre; None for what is not there.
	Value, Lower, Centre, Upper float64
	Mark                        Mark
	// Status says why Value is None.
	Status Status
	// Segment changes where centre and limits were calculated anew.
	Segment int
	// Href leads to the records behind the point; Title is what a pointer at rest shows, and the link's name.
	Href, Title string
}

func (p Point) gap() bool { return math.IsNaN(p.Value) || math.IsInf(p.Value, 0) }

// Note is a vertical line with words: an event, a recalculation, the beginning of a change.
type Note struct {
	X    int
	Text string
	// Since shades everything from here on ("change began here").
	Since bool
}

// SPC is a statistical process control chart, or a run chart when no point has limits. Limits that change from point to point
// (P and U charts) are drawn as steps; each segment has its own centre and limits.
type SPC struct {
	// ID is unique on the page; Title and Desc say what is shown and what to see in it.
	ID, Title, Desc string
	Points          []Point
	Format          Format
	// Axis names the values ("Complaints per 1,000 patients").
	Axis string
	// Centre is the name of the centre line: Mean (the default) or Median.
	Centre string
	// Target is drawn in red when it is not nil.
	Target *float64
	Notes  []Note
}

var wideFrame = frame{w: 900, h: 400, left: 58, right: 142, top: 34, bottom: 46}

// The frames for a phone are as wide as the smallest of them, so that words keep nearly their size there.
var phoneFrame = frame{w: phoneWidth, h: 290, left: 50, right: 12, top: 34, bottom: 46, narrow: true}

const phoneWidth = 320

// View draws the chart for a page.
func (c SPC) View() templ.Component { return drawing(c.draw(wideFrame, false)) }

// Phone draws the chart for a narrow screen.
func (c SPC) Phone() templ.Component { return drawing(c.draw(phoneFrame, true)) }

// fileHead is the height of the title above the drawing in a file of its own.
const fileHead = 30

// File is the chart as an .svg file of its own, with its title above it and its key below, and without links.
func (c SPC) File() []byte {
	c.Points = slices.Clone(c.Points)
	for i := range c.Points {
		c.Points[i].Href = ""
	}
	f := c.grown(wideFrame)
	foot := fileHead + f.h
	key := &pen{}
	rows := key.key(c.used(), c.gaps(), 8, f.w-8, foot+keyRow)
	p := &pen{b: make([]byte, 0, 8192+220*len(c.Points))}
	p.open(sheet{id: c.ID, title: c.Title, desc: c.Desc, class: "oc-spc", w: f.w, h: foot + keyRow*float64(rows) + 14, file: true})
	p.fileTitle(c.Title)
	c.inside(p, c.view(f))
	p.raw("</g>")
	p.b = append(p.b, key.b...)
	p.close()
	return p.b
}

// fileTitle writes the title of a file and opens the group that moves the drawing below it.
func (p *pen) fileTitle(title string) {
	p.words("oc-heading", "start", 2, 22, clip(title, 95))
	p.raw("<g")
	p.attr("transform", "translate(0 "+strconv.Itoa(fileHead)+")")
	p.raw(">")
}

func (c SPC) draw(f frame, phone bool) []byte {
	id := c.ID
	if phone {
		id += "-p"
	}
	f = c.grown(f)
	p := &pen{b: make([]byte, 0, 4096+260*len(c.Points))}
	p.open(sheet{id: id, title: c.Title, desc: c.Desc, class: "oc-spc", w: f.w, h: f.h, linked: c.linked()})
	c.inside(p, c.view(f))
	p.close()
	return p.b
}

// grown is the frame with room above the chart for the axis's name and the notes.
func (c SPC) grown(f frame) frame {
	f = f.below(c.Axis)
	more := 17 * float64(c.noteRows(f))
	f.top += more
	f.h += more
	return f
}

func (c SPC) linked() bool {
	for _, pt := range c.Points {
		if pt.Href != "" {
			return true
		}
	}
	return false
}

func (c SPC) at(i int) float64 { return float64(c.Points[i].X) }

// gapX is the usual distance between two points, half of which is the room at either end.
func (c SPC) gapX() float64 {
	if n := len(c.Points); n > 1 {
		return (c.at(n-1) - c.at(0)) / float64(n-1)
	}
	return 1
}

func (c SPC) view(f frame) view {
	y := newReach()
	for _, pt := range c.Points {
		y.take(pt.Value, pt.Lower, pt.Centre, pt.Upper)
	}
	if c.Target != nil {
		y.take(*c.Target)
	}
	v := view{frame: f}
	v.yMin, v.yMax = y.room(c.Format)
	if n := len(c.Points); n > 0 {
		half := math.Max(c.gapX()*.6, 1e-9)
		v.xMin, v.xMax = c.at(0)-half, c.at(n-1)+half
	}
	return v
}

func (c SPC) inside(p *pen, v view) {
	if len(c.Points) == 0 {
		p.words("oc-name", "middle", v.w/2, v.h/2, "No figures to show")
		return
	}
	c.since(p, v)
	p.yAxis(v, c.Format, c.Axis)
	p.xAxis(v, monthsOf(v))
	c.notes(p, v)
	c.lines(p, v)
	c.sides(p, v)
	c.marks(p, v)
}

// lines draws limits, centre, target and the line through the values.
func (c SPC) lines(p *pen, v view) {
	c.steps(p, v, "oc-limit", func(pt Point) float64 { return pt.Upper })
	c.steps(p, v, "oc-limit", func(pt Point) float64 { return pt.Lower })
	c.steps(p, v, "oc-centre", func(pt Point) float64 { return pt.Centre })
	if c.Target != nil {
		p.line("oc-target", v.left, v.y(*c.Target), v.edge(), v.y(*c.Target))
	}
	c.lineOnly(p, v)
}

// lineOnly joins the values, lifted at gaps.
func (c SPC) lineOnly(p *pen, v view) {
	p.raw(`<path class="oc-data" d="`)
	drawn := false
	for i, pt := range c.Points {
		if pt.gap() {
			drawn = false
			continue
		}
		if drawn {
			p.to(v.x(c.at(i)), v.y(pt.Value))
		} else {
			p.move(v.x(c.at(i)), v.y(pt.Value))
		}
		drawn = true
	}
	p.raw(`"/>`)
}

// steps draws one level per point, from half-way to the point before to half-way to the next, lifted at segments and gaps.
func (c SPC) steps(p *pen, v view, class string, level func(Point) float64) {
	begun, last := false, None
	for i, pt := range c.Points {
		at := level(pt)
		if math.IsNaN(at) {
			last = None
			continue
		}
		if !begun {
			p.raw("<path")
			p.class(class)
			p.raw(` d="`)
			begun = true
		}
		from, to := c.between(i)
		y := v.y(at)
		switch fresh := math.IsNaN(last) || c.Points[i-1].Segment != pt.Segment; {
		case fresh:
			p.move(v.x(from), y)
		case last != at:
			p.raw("V")
			p.num(y)
		}
		last = at
		if i+1 == len(c.Points) || level(c.Points[i+1]) != at || c.Points[i+1].Segment != pt.Segment {
			p.raw("H")
			p.num(v.x(to))
		}
	}
	if begun {
		p.raw(`"/>`)
	}
}

func (c SPC) between(i int) (from, to float64) {
	half := c.gapX() / 2
	from, to = c.at(i)-half, c.at(i)+half
	if i > 0 {
		from = (c.at(i-1) + c.at(i)) / 2
	}
	if i+1 < len(c.Points) {
		to = (c.at(i+1) + c.at(i)) / 2
	}
	return from, to
}

func (c SPC) centreName() string {
	if c.Centre == "" {
		return "Mean"
	}
	return c.Centre
}

// side is one label at the right of the chart.
type side struct {
	y           float64
	text, class string
}

// sides names the lines at the right, pushed apart where they would overlap. A narrow chart has no room: its key says the same.
func (c SPC) sides(p *pen, v view) {
	if v.narrow {
		return
	}
	last := c.Points[len(c.Points)-1]
	var all []side
	for _, l := range [...]struct {
		name  string
		value float64
	}{{"Upper limit", last.Upper}, {c.centreName(), last.Centre}, {"Lower limit", last.Lower}} {
		if !math.IsNaN(l.value) {
			all = append(all, side{v.y(l.value), l.name + " " + c.Format.Write(l.value), "oc-side"})
		}
	}
	if c.Target != nil {
		all = append(all, side{v.y(*c.Target), "Target " + c.Format.Write(*c.Target), "oc-side oc-target-label"})
	}
	spread(all, 17, v.top, v.foot())
	for _, s := range all {
		p.words(s.class, "start", v.edge()+8, s.y+4.5, s.text)
	}
}

// spread moves labels so that none is nearer to the next than the distance, inside of lo to hi.
func spread(all []side, distance, lo, hi float64) {
	for i := 1; i < len(all); i++ {
		for j := i; j > 0 && all[j].y < all[j-1].y; j-- {
			all[j], all[j-1] = all[j-1], all[j]
		}
	}
	for i := 1; i < len(all); i++ {
		all[i].y = math.Max(all[i].y, all[i-1].y+distance)
	}
	limit := hi
	for i := len(all) - 1; i >= 0; i-- {
		all[i].y = math.Max(lo, math.Min(all[i].y, limit))
		limit = all[i].y - distance
	}
}

// marks draws the points, their letters and their links, and a letter at the foot for each period without a value.
func (c SPC) marks(p *pen, v view) {
	apart := (v.edge() - v.left) / math.Max(1, float64(len(c.Points)))
	r := math.Min(6.5, math.Max(2.6, apart*.42))
	for i, pt := range c.Points {
		x := v.x(c.at(i))
		if pt.gap() {
			c.gapMark(p, v, pt, x, apart)
			continue
		}
		first := i == 0 || c.Points[i-1].gap() || c.Points[i-1].Mark != pt.Mark
		name := c.name(pt)
		p.link(pt.Href, name, func() { c.point(p, v, pt, name, x, r, first) })
	}
}

func (c SPC) name(pt Point) string {
	if pt.Title != "" {
		return pt.Title
	}
	name := pt.Label + ": " + c.Format.Write(pt.Value)
	if pt.Mark != Common {
		name += ". " + pt.Mark.Words()
	}
	return name
}

func (c SPC) point(p *pen, v view, pt Point, name string, x, r float64, first bool) {
	y := v.y(pt.Value)
	p.raw("<g>")
	p.title(name)
	if pt.Href != "" {
		p.raw(`<circle class="oc-hit"`)
		p.at("cx", x)
		p.at("cy", y)
		p.at("r", math.Max(9, r+4))
		p.raw("/>")
	}
	if pt.Mark == Common {
		r = math.Min(r, 5)
	}
	p.glyph(pt.Mark, x, y, r)
	c.letter(p, pt, x, y, r, first)
	p.raw("</g>")
}

// letter stands inside of the mark; where marks are small, outside and once for a run.
func (c SPC) letter(p *pen, pt Point, x, y, r float64, first bool) {
	switch l := pt.Mark.Letter(); {
	case l == "":
	case r >= 6:
		p.inside(pt.Mark, x, y)
	case first && l == "H":
		p.letter(pt.Mark, "oc-letter-out", x, y-r-9, 9)
	case first:
		p.letter(pt.Mark, "oc-letter-out", x, y+r+9, 9)
	}
}

// gapMark is the letter of a period without a value, in a box where there is room for one.
func (c SPC) gapMark(p *pen, v view, pt Point, x, apart float64) {
	if pt.Status == Reported {
		return
	}
	p.raw("<g>")
	p.title(pt.Label + ": " + pt.Status.Words())
	if apart < 13 {
		p.words("oc-gap-letter", "start", x, v.foot()-5, statuses[pt.Status.valid()].letter)
	} else {
		p.gapBox(pt.Status, x, v.foot()-9)
	}
	p.raw("</g>")
}
