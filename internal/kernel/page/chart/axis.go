package chart

import (
	"math"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// frame is the space of a drawing: its size, its margins, and the size of its marks.
type frame struct {
	w, h                     float64
	left, right, top, bottom float64
	narrow                   bool
}

// nameLines are the name of an axis as it stands above the drawing: in two lines where a narrow one has no room for it in one.
func (f frame) nameLines(name string) []string {
	room := (f.w - 8) / 7.2
	letters := []rune(name)
	if !f.narrow || len(letters) <= int(room) {
		return []string{clip(name, room)}
	}
	cut := strings.LastIndex(string(letters[:int(room)+1]), " ")
	if cut <= 0 {
		return []string{clip(name, room)}
	}
	return []string{name[:cut], clip(name[cut+1:], room)}
}

// below is the frame with room for the axis's name above it.
func (f frame) below(name string) frame {
	more := nameLine * float64(len(f.nameLines(name))-1)
	f.top += more
	f.h += more
	return f
}

const nameLine = 17

// axisName writes the name of an axis above the drawing.
func (p *pen) axisName(f frame, name string) {
	for i, line := range f.nameLines(name) {
		p.words("oc-name", "start", 2, 16+nameLine*float64(i), line)
	}
}

// view maps figures to places.
type view struct {
	frame
	xMin, xMax, yMin, yMax float64
	logX                   bool
}

func (v view) x(d float64) float64 {
	lo, hi := v.xMin, v.xMax
	if v.logX {
		d, lo, hi = math.Log10(math.Max(d, 1e-9)), math.Log10(lo), math.Log10(hi)
	}
	if hi <= lo {
		return (v.left + v.w - v.right) / 2
	}
	return v.left + (d-lo)/(hi-lo)*(v.w-v.left-v.right)
}

func (v view) y(d float64) float64 {
	if v.yMax <= v.yMin {
		return (v.top + v.h - v.bottom) / 2
	}
	at := (d - v.yMin) / (v.yMax - v.yMin)
	return v.h - v.bottom - math.Min(1.02, math.Max(-.02, at))*(v.h-v.top-v.bottom)
}

func (v view) foot() float64 { return v.h - v.bottom }

func (v view) edge() float64 { return v.w - v.right }

// largest is beyond any figure that a chart can show; larger ones do not stretch the axis.
const largest = 1e15

// reach collects the smallest and the largest of the values that are there.
type reach struct{ lo, hi float64 }

func newReach() reach { return reach{math.Inf(1), math.Inf(-1)} }

func (r *reach) take(values ...float64) {
	for _, v := range values {
		if math.IsNaN(v) || math.Abs(v) > largest {
			continue
		}
		r.lo, r.hi = math.Min(r.lo, v), math.Max(r.hi, v)
	}
}

// room widens the reach so that no point stands on the edge, begins at zero where zero is not far, and never shows less than
// nothing of what cannot be negative, nor more than a hundred of a hundred.
func (r reach) room(f Format) (lo, hi float64) {
	if r.lo > r.hi || r.lo == 0 && r.hi == 0 {
		return 0, 1
	}
	lo, hi = r.lo, r.hi
	if lo >= 0 && lo <= .4*hi {
		lo = 0
	}
	pad := .06 * (hi - lo)
	if pad == 0 {
		pad = math.Max(.5*math.Abs(hi), 1e-6)
	}
	hi += pad
	if lo != 0 {
		if lo -= pad; lo < 0 && r.lo >= 0 {
			lo = 0
		}
	}
	if f.Suffix == "%" && r.hi <= 100 {
		hi = math.Min(hi, 100)
	}
	return lo, hi
}

// step is the nearest of 1, 2, 2.5 and 5 times a power of ten that cuts the span into about n parts.
func step(span float64, n int) float64 {
	raw := span / float64(n)
	if raw <= 0 || math.IsInf(raw, 0) || math.IsNaN(raw) {
		return 1
	}
	power := math.Pow(10, math.Floor(math.Log10(raw)))
	for _, m := range [...]float64{1, 2, 2.5, 5} {
		if raw <= m*power*1.0001 {
			return m * power
		}
	}
	return 10 * power
}

// decimalsOf is how many decimals a step needs to be told from the next.
func decimalsOf(step float64) int {
	for d := range 6 {
		if scaled := step * math.Pow10(d); math.Abs(scaled-math.Round(scaled)) < 1e-6*scaled {
			return d
		}
	}
	return 6
}

// ticks are the places of about n axis labels between lo and hi, and the decimals that tell them apart.
func ticks(lo, hi float64, n int) (at []float64, decimals int) {
	s := step(hi-lo, n)
	for i := math.Ceil(lo/s - 1e-9); i*s <= hi*(1+1e-12)+1e-12 && len(at) < 40; i++ {
		at = append(at, i*s)
	}
	return at, decimalsOf(s)
}

// yAxis draws the grid, the labels and the name of the value axis above it.
func (p *pen) yAxis(v view, f Format, name string) {
	n := 5
	if v.narrow {
		n = 4
	}
	at, decimals := ticks(v.yMin, v.yMax, n)
	var label [48]byte
	for _, t := range at {
		y := v.y(t)
		p.line("oc-grid", v.left, y, v.edge(), y)
		p.words("oc-label", "end", v.left-8, y+4.5, string(f.write(label[:0], t, decimals)))
	}
	if name != "" {
		p.axisName(v.frame, name)
	}
}

// xTick is one label of the lower axis: two lines, the second of which may be empty.
type xTick struct {
	at         float64
	text, more string
}

func (p *pen) xAxis(v view, ticks []xTick) {
	p.line("oc-axis", v.left, v.foot(), v.edge(), v.foot())
	for _, t := range ticks {
		x := v.x(t.at)
		p.line("oc-axis", x, v.foot(), x, v.foot()+5)
		p.words("oc-label", "middle", x, v.foot()+20, t.text)
		if t.more != "" {
			p.words("oc-label", "middle", x, v.foot()+36, t.more)
		}
	}
}

// monthSteps are the numbers of months between two labels that people find natural.
var monthSteps = [...]int{1, 2, 3, 6, 12, 24, 36, 60, 120, 240}

// longest is the span in days, and farthest the distance from 1970, beyond which days are no dates and get no labels.
const longest, farthest = 150_000, 2_000_000

// monthsOf are the labels of an axis of dates: as many as fit, at beginnings of months, the year where it is new; years alone
// where months do not fit.
func monthsOf(v view) []xTick {
	const width = 42
	if span := v.xMax - v.xMin; !(span >= 0 && span <= longest) || math.Abs(v.xMin) > farthest {
		return nil
	}
	first, last := date(int(math.Ceil(v.xMin))), date(int(v.xMax))
	begin := time.Date(first.Year(), first.Month(), 1, 0, 0, 0, 0, time.UTC)
	if begin.Before(first) {
		begin = begin.AddDate(0, 1, 0)
	}
	fit := int((v.edge() - v.left) / width)
	span := (last.Year()-begin.Year())*12 + int(last.Month()) - int(begin.Month()) + 1
	every := monthSteps[len(monthSteps)-1]
	for _, s := range monthSteps {
		if span/s <= fit {
			every = s
			break
		}
	}
	return everyMonths(begin, last, every)
}

func everyMonths(begin, last time.Time, every int) []xTick {
	var all []xTick
	year := 0
	for t := begin; !t.After(last); t = t.AddDate(0, 1, 0) {
		if every >= 12 {
			if t.Month() == time.January && t.Year()%(every/12) == 0 {
				all = append(all, xTick{at: float64(Day(t)), text: strconv.Itoa(t.Year())})
			}
			continue
		}
		if (int(t.Month())-1)%every != 0 {
			continue
		}
		tick := xTick{at: float64(Day(t)), text: t.Format("Jan")}
		if t.Year() != year {
			year = t.Year()
			tick.more = strconv.Itoa(year)
		}
		all = append(all, tick)
	}
	return all
}

// byNumber labels an axis of amounts.
func byNumber(v view, f Format) []xTick {
	if v.logX {
		return byPower(v, f)
	}
	at, decimals := ticks(v.xMin, v.xMax, max(2, int((v.edge()-v.left)/85)))
	var all []xTick
	for _, t := range at {
		all = append(all, xTick{at: t, text: string(f.write(nil, t, decimals))})
	}
	return all
}

// byPower labels a logarithmic axis at 1, 2 and 5 times powers of ten.
func byPower(v view, f Format) []xTick {
	var all []xTick
	last := math.Inf(-1)
	for e := math.Floor(math.Log10(v.xMin)); e <= math.Log10(v.xMax); e++ {
		for _, m := range [...]float64{1, 2, 5} {
			t := m * math.Pow(10, e)
			if x := v.x(t); t >= v.xMin && t <= v.xMax && x-last > 58 {
				last = x
				all = append(all, xTick{at: t, text: string(f.write(nil, t, decimalsOf(t)))})
			}
		}
	}
	return all
}

// clip cuts words to about n letters, at a blank if there is one near.
func clip(s string, n float64) string {
	limit := int(n)
	if limit < 2 || utf8.RuneCountInString(s) <= limit {
		return s
	}
	cut := string([]rune(s)[:limit-1])
	for i := len(cut) - 1; i > len(cut)-10 && i > 0; i-- {
		if cut[i] == ' ' {
			cut = cut[:i]
			break
		}
	}
	return cut + "…"
}
