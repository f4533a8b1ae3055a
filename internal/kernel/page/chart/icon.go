package chart

import "github.com/a-h/templ"

// Assurance says whether the process can be relied on to meet the target.
type Assurance uint8

// The assurances. NoTarget draws nothing.
const (
	NoTarget     Assurance = iota
	Pass                   // the target will be met: the process limits are on its good side
	Fail                   // the target will be missed unless something changes
	Inconsistent           // the target lies between the limits: met and missed by chance
)

var assurances = [...]struct{ class, letter, words string }{
	NoTarget:     {"", "", "No target"},
	Pass:         {"improvement", "P", "Target will be met consistently"},
	Fail:         {"concern", "F", "Target will not be met consistently unless something changes"},
	Inconsistent: {"common", "?", "Target will be met and missed by chance"},
}

func (a Assurance) valid() Assurance {
	if int(a) >= len(assurances) {
		return NoTarget
	}
	return a
}

// Words says what the assurance means, as a sentence without its full stop.
func (a Assurance) Words() string { return assurances[a.valid()].words }

const iconSize = 48

// openIcon writes a round icon that names itself.
func (p *pen) openIcon(class, words string) {
	p.raw(`<svg xmlns="http://www.w3.org/2000/svg" class="oc oc-icon" viewBox="0 0 48 48" role="img"`)
	p.at("width", iconSize)
	p.at("height", iconSize)
	p.attr("aria-label", words)
	p.raw(">")
	p.title(words)
	p.raw(`<circle cx="24" cy="24" r="21"`)
	p.class("oc-ring oc-ring-" + class)
	p.raw("/>")
}

// variationIcon draws the mark's icon: a ring in the mark's colour with a line of points that stays, rises or falls, and H or L.
func variationIcon(m Mark) drawing {
	m = m.valid()
	p := &pen{b: make([]byte, 0, 900)}
	p.openIcon(m.class(), "Variation: "+m.Words())
	points := variationPoints(m.Letter())
	p.raw(`<path class="oc-sketch" d="`)
	for i, at := range points {
		if i == 0 {
			p.move(at[0], at[1])
		} else {
			p.to(at[0], at[1])
		}
	}
	p.raw(`"/>`)
	for i, at := range points {
		kind := m
		if i < 3 {
			kind = Common
		}
		p.glyph(kind, at[0], at[1], 3.1)
	}
	switch m.Letter() {
	case "H":
		p.words("oc-icon-letter", "start", 18, 23, "H")
	case "L":
		p.words("oc-icon-letter", "start", 18, 38, "L")
	}
	p.raw("</svg>")
	return drawing(p.b)
}

func variationPoints(letter string) [][2]float64 {
	switch letter {
	case "H":
		return [][2]float64{{12, 31}, {18, 35}, {24, 31}, {30, 23}, {35, 17}}
	case "L":
		return [][2]float64{{12, 17}, {18, 13}, {24, 17}, {30, 25}, {35, 31}}
	}
	return [][2]float64{{10, 27}, {17, 20}, {24, 28}, {31, 19}, {38, 26}}
}

// assuranceIcon draws the assurance's icon: a ring with the target as a line, the process as a band on its good side, its bad side
// or across it, and P, F or ?.
func assuranceIcon(a Assurance) drawing {
	of := assurances[a]
	p := &pen{b: make([]byte, 0, 600)}
	p.openIcon(of.class, "Assurance: "+of.words)
	p.words("oc-icon-letter", "start", 24, 21, of.letter)
	p.line("oc-target", 10, 30, 38, 30)
	band := map[Assurance]float64{Pass: 24.8, Fail: 35.4, Inconsistent: 30}[a]
	p.raw(`<path class="oc-sketch" d="`)
	for i, dy := range [...]float64{0, -2, 1.5, -1.5, 2, 0} {
		x, y := 14+4*float64(i), band+dy
		if a == Inconsistent {
			y = band + 2.4*dy
		}
		if i == 0 {
			p.move(x, y)
		} else {
			p.to(x, y)
		}
	}
	p.raw(`"/></svg>`)
	return drawing(p.b)
}

// Icons are both icons side by side, each with its words.
func Icons(m Mark, a Assurance) templ.Component {
	p := &pen{b: make([]byte, 0, 2000)}
	p.raw(`<ul class="ohp-icons"><li class="ohp-icons__item">`)
	p.b = append(p.b, variationIcon(m)...)
	p.raw(`<span class="ohp-icons__words" aria-hidden="true">`)
	p.text(m.Words())
	p.raw(`</span></li>`)
	if a = a.valid(); a != NoTarget {
		p.raw(`<li class="ohp-icons__item">`)
		p.b = append(p.b, assuranceIcon(a)...)
		p.raw(`<span class="ohp-icons__words" aria-hidden="true">`)
		p.text(a.Words())
		p.raw(`</span></li>`)
	}
	p.raw("</ul>")
	return drawing(p.b)
}
