package chart

import (
	"math"

	"github.com/a-h/templ"
)

// Spark is a very small chart over time for a grid of many: the limits as a band, the centre, the line, special causes and the
// last value. It has no labels; the words beside it and its title say what it shows.
type Spark struct {
	// Title names it for screen readers: a page holds many, so it is named by words of its own and by no id.
	Title  string
	Points []Point
	Target *float64
}

const sparkW, sparkH = 240, 64

// View draws the spark.
func (s Spark) View() templ.Component {
	p := &pen{b: make([]byte, 0, 512+24*len(s.Points))}
	p.open(sheet{title: s.Title, class: "oc-spark", w: sparkW, h: sparkH})
	if len(s.Points) > 0 {
		s.inside(p)
	}
	p.close()
	return drawing(p.b)
}

func (s Spark) inside(p *pen) {
	c := SPC{Points: s.Points, Target: s.Target}
	v := s.view(c)
	s.band(p, v, c)
	c.steps(p, v, "oc-centre", func(pt Point) float64 { return pt.Centre })
	if s.Target != nil {
		p.line("oc-target", v.left, v.y(*s.Target), v.edge(), v.y(*s.Target))
	}
	s.values(p, v, c)
}

// view fits values and limits tightly: a spark has no axis, so zero has no place in it.
func (s Spark) view(c SPC) view {
	v := c.view(frame{w: sparkW, h: sparkH, left: 2, right: 8, top: 7, bottom: 7, narrow: true})
	y := newReach()
	for _, pt := range s.Points {
		y.take(pt.Value, pt.Lower, pt.Upper)
	}
	if s.Target != nil {
		y.take(*s.Target)
	}
	if y.lo < y.hi {
		v.yMin, v.yMax = y.lo, y.hi
	}
	return v
}

// band fills between the limits, point by point, so that limits may change.
func (s Spark) band(p *pen, v view, c SPC) {
	begun := false
	for i := 0; i < len(s.Points); i++ {
		lo, hi := s.limits(i, v)
		if math.IsNaN(lo) {
			continue
		}
		from, to := c.between(i)
		for i+1 < len(s.Points) {
			if l, h := s.limits(i+1, v); l != lo || h != hi {
				break
			}
			i++
			_, to = c.between(i)
		}
		if !begun {
			p.raw(`<path class="oc-band" d="`)
			begun = true
		}
		p.move(v.x(from), v.y(hi))
		p.raw("H")
		p.num(v.x(to))
		p.raw("V")
		p.num(v.y(lo))
		p.raw("H")
		p.num(v.x(from))
		p.raw("Z")
	}
	if begun {
		p.raw(`"/>`)
	}
}

// limits of a point; a limit that is not there is the chart's edge, and no limits are None.
func (s Spark) limits(i int, v view) (lo, hi float64) {
	lo, hi = s.Points[i].Lower, s.Points[i].Upper
	switch {
	case math.IsNaN(lo) && math.IsNaN(hi):
		return None, None
	case math.IsNaN(lo):
		return v.yMin, hi
	case math.IsNaN(hi):
		return lo, v.yMax
	}
	return lo, hi
}

func (s Spark) values(p *pen, v view, c SPC) {
	c.lineOnly(p, v)
	last := -1
	for i, pt := range s.Points {
		if !pt.gap() {
			last = i
		}
	}
	for i, pt := range s.Points {
		if !pt.gap() && pt.Mark != Common && i != last {
			p.glyph(pt.Mark, v.x(c.at(i)), v.y(pt.Value), 2.6)
		}
	}
	if last >= 0 {
		pt := s.Points[last]
		p.glyph(pt.Mark, v.x(c.at(last)), v.y(pt.Value), 5)
	}
}
