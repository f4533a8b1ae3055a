package chart

import (
	"context"
	"encoding/xml"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/a-h/templ"
	"pgregory.net/rapid"
)

func written(t interface{ Fatal(...any) }, c templ.Component) string {
	var b strings.Builder
	if err := c.Render(context.Background(), &b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// wellFormed reads the drawing as strict XML and refuses what no browser can place.
func wellFormed(t interface{ Fatalf(string, ...any) }, svg string) {
	d := xml.NewDecoder(strings.NewReader(svg))
	for {
		token, err := d.Token()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatalf("not well-formed: %v in %s", err, svg)
		}
		if e, ok := token.(xml.StartElement); ok {
			for _, a := range e.Attr {
				if a.Name.Local == "style" || strings.HasPrefix(a.Name.Local, "on") {
					t.Fatalf("attribute %s in %s", a.Name.Local, svg)
				}
				if a.Name.Local != "aria-label" && (strings.Contains(a.Value, "NaN") || strings.Contains(a.Value, "Inf")) {
					t.Fatalf("%s=%q", a.Name.Local, a.Value)
				}
			}
		}
	}
}

func anyValue(t *rapid.T, label string) float64 {
	return rapid.OneOf(rapid.Float64Range(-1e6, 1e6), rapid.Float64(), rapid.SampledFrom([]float64{0, math.NaN(), math.Inf(1), math.Inf(-1), 1e308, -1e308, 5e-324})).Draw(t, label)
}

func anyWords(t *rapid.T, label string) string {
	return rapid.OneOf(rapid.SampledFrom([]string{"", `<script>alert(1)</script>`, `a"b'c&d`, "]]>", "Ωμέγα"}), rapid.StringMatching(`[ -~]{0,60}`)).Draw(t, label)
}

func anyPoints(t *rapid.T) []Point {
	var all []Point
	for range rapid.IntRange(0, 14).Draw(t, "n") {
		all = append(all, Point{Label: anyWords(t, "label"), X: rapid.OneOf(rapid.IntRange(15000, 25000), rapid.Int()).Draw(t, "x"), Value: anyValue(t, "value"), Lower: anyValue(t, "lower"), Centre: anyValue(t, "centre"), Upper: anyValue(t, "upper"),
			Mark: Mark(rapid.IntRange(0, 255).Draw(t, "mark")), Status: Status(rapid.IntRange(0, 255).Draw(t, "status")), Segment: rapid.IntRange(0, 3).Draw(t, "segment"), Href: anyWords(t, "href"), Title: anyWords(t, "title")})
	}
	return all
}

// TestAnythingOverTime: no figures, words or dates, however wild, break a chart over time.
func TestAnythingOverTime(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		target := anyValue(t, "target")
		c := SPC{ID: "c", Title: anyWords(t, "title"), Desc: anyWords(t, "desc"), Points: anyPoints(t), Format: Format{Suffix: rapid.SampledFrom([]string{"", "%"}).Draw(t, "suffix")},
			Target: &target, Notes: []Note{{X: rapid.IntRange(15000, 25000).Draw(t, "note"), Text: anyWords(t, "note words"), Since: true}, {X: 20000, Text: "Telephone system"}}}
		for _, svg := range []string{written(t, c.View()), written(t, c.Phone()), string(c.File()), written(t, c.Key()), written(t, Spark{Title: c.Title, Points: c.Points, Target: c.Target}.View())} {
			wellFormed(t, svg)
		}
	})
}

// TestDatesOutOfOrder: an axis whose end lies far before its beginning has no months, rather than months for ever.
func TestDatesOutOfOrder(t *testing.T) {
	backwards := view{frame: wideFrame, xMin: -278_000, xMax: -17_000_000_000_000_000}
	if got := monthsOf(backwards); got != nil {
		t.Errorf("%d labels between %v and %v", len(got), backwards.xMin, backwards.xMax)
	}
}

func TestAnythingAcross(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var units []Unit
		for range rapid.IntRange(0, 6).Draw(t, "n") {
			units = append(units, Unit{Label: anyWords(t, "label"), Href: anyWords(t, "href"), Size: anyValue(t, "size"), Value: anyValue(t, "value"), Lower: anyValue(t, "lower"), Upper: anyValue(t, "upper"), Mark: Mark(rapid.IntRange(0, 255).Draw(t, "mark"))})
		}
		for rapid.Bool().Draw(t, "many") && len(units) > 0 && len(units) <= named {
			units = append(units, units...)
		}
		f := Funnel{ID: "f", Title: anyWords(t, "title"), Units: units, Background: []XY{{anyValue(t, "x"), anyValue(t, "y")}}, Centre: anyValue(t, "centre"), Log: rapid.Bool().Draw(t, "log"),
			Limits: []Limits{{Name: anyWords(t, "limit"), Kind: LimitKind(rapid.IntRange(0, 255).Draw(t, "kind")), Size: []float64{anyValue(t, "s"), 9}, Lower: []float64{anyValue(t, "lo")}, Upper: []float64{anyValue(t, "up"), 3}}}}
		r := Ranked{ID: "r", Title: f.Title, Units: units, Line: f.Centre, Falling: f.Log}
		for _, svg := range []string{written(t, f.View()), written(t, f.Phone()), string(f.File()), written(t, f.Key()), written(t, r.View()), written(t, r.Phone())} {
			wellFormed(t, svg)
		}
	})
}

func months3() []Point {
	var all []Point
	for i := range 36 {
		at := time.Date(2023, time.Month(11+i), 1, 0, 0, 0, 0, time.UTC)
		all = append(all, Point{Label: at.Format("January 2006"), X: Day(at), Value: float64(i % 5), Lower: None, Centre: 2, Upper: None})
	}
	return all
}

// TestScriptsInLinks: an address that would run a script is no link.
func TestScriptsInLinks(t *testing.T) {
	p := months3()
	p[0].Href = "javascript:alert(1)"
	if svg := written(t, SPC{ID: "c", Points: p}.View()); strings.Contains(svg, "javascript:") {
		t.Error(svg)
	}
}

// TestRoles: a drawing without links is an image; one with links is a group, whose inside can be reached.
func TestRoles(t *testing.T) {
	p := months3()
	if svg := written(t, SPC{ID: "c", Title: "T", Desc: "D", Points: p}.View()); !strings.Contains(svg, `role="img" aria-labelledby="c-t" aria-describedby="c-d"`) || strings.Contains(svg, "<a") {
		t.Error(svg)
	}
	p[3].Href = "/records"
	if svg := written(t, SPC{ID: "c", Title: "T", Points: p}.View()); !strings.Contains(svg, `role="group"`) || !strings.Contains(svg, `aria-label="February 2024: 3"`) {
		t.Error(svg)
	}
}

// TestManySparks: small charts of the same indicator stand on one page, so each is named by itself and by no id.
func TestManySparks(t *testing.T) {
	svg := written(t, Spark{Title: "Answered: 92% & rising", Points: months3()}.View())
	if !strings.Contains(svg, `role="img" aria-label="Answered: 92% &amp; rising"`) || strings.Contains(svg, " id=") || strings.Contains(svg, "aria-labelledby") {
		t.Error(svg)
	}
}

// TestGapsAreGaps: the line is lifted where a value is missing, the reason stands at the foot, and nothing is drawn at zero.
func TestGapsAreGaps(t *testing.T) {
	p := months3()
	whole := strings.Count(pathOf(written(t, SPC{ID: "c", Points: p}.View()), "oc-data"), "M")
	p[10].Value, p[10].Status = None, Suppressed
	p[20].Value, p[20].Status = None, NotReported
	svg := written(t, SPC{ID: "c", Points: p}.View())
	if got := strings.Count(pathOf(svg, "oc-data"), "M"); whole != 1 || got != 3 {
		t.Errorf("%d pieces before, %d after two gaps", whole, got)
	}
	for _, words := range []string{"September 2024: Suppressed by the publisher", "July 2025: Not reported by the practice"} {
		if !strings.Contains(svg, words) {
			t.Error("no word of", words)
		}
	}
	if n := strings.Count(svg, `class="oc-common"`); n != 34 {
		t.Error(n, "points for 34 values")
	}
}

func pathOf(svg, class string) string {
	_, after, _ := strings.Cut(svg, `<path class="`+class+`" d="`)
	d, _, _ := strings.Cut(after, `"`)
	return d
}

// TestSegments: centre and limits are lifted where they were calculated anew, and stepped where they only vary.
func TestSegments(t *testing.T) {
	p := months3()
	for i := range p {
		p[i].Upper = 4
		if i >= 24 {
			p[i].Centre, p[i].Upper, p[i].Segment = 3, 5, 1
		}
	}
	svg := written(t, SPC{ID: "c", Points: p}.View())
	if d := pathOf(svg, "oc-centre"); strings.Count(d, "M") != 2 || strings.Contains(d, "V") {
		t.Error(d)
	}
	for i := range p {
		p[i].Segment, p[i].Upper = 0, 4+float64(i%2)
	}
	if d := pathOf(written(t, SPC{ID: "c", Points: p}.View()), "oc-limit"); strings.Count(d, "M") != 1 || strings.Count(d, "V") != 35 {
		t.Error(d)
	}
}

// TestMarksDifferWithoutColour: every kind of special cause has a shape of its own and a letter, and words of its own.
func TestMarksDifferWithoutColour(t *testing.T) {
	shapes, words := map[string]string{}, map[string]bool{}
	for m := Common; m <= NeitherLow; m++ {
		p := &pen{}
		p.glyph(m, 10, 10, 6)
		_, shape, _ := strings.Cut(strings.Replace(string(p.b), m.class(), "", 1), `"`)
		if other, ok := shapes[shape]; ok && other != m.class() {
			t.Errorf("%s and %s are drawn alike", other, m.class())
		}
		shapes[shape] = m.class()
		if words[m.Words()] || (m != Common && m.Letter() == "") {
			t.Error(m, "has no words or letter of its own")
		}
		words[m.Words()] = true
	}
}

// TestColours are Making Data Count's.
func TestColours(t *testing.T) {
	for class, colour := range map[string]string{".oc-improvement": "#00b0f0", ".oc-concern": "#e46c0a", ".oc-common": "#a6a6a6", ".oc-neither": "#490092"} {
		if !strings.Contains(Style, class+"{fill:"+colour) {
			t.Errorf("%s is not %s", class, colour)
		}
	}
	if !strings.Contains(Style, ".oc-target{fill:none;stroke:#de1b1b") {
		t.Error("target")
	}
}

func TestNumbers(t *testing.T) {
	percent, pounds := Format{Decimals: 1, Suffix: "%"}, Format{Prefix: "£"}
	for _, c := range []struct {
		f    Format
		v    float64
		want string
	}{
		{Count, 1234, "1,234"}, {Count, 999, "999"}, {Count, 1234567.4, "1,234,567"}, {Count, -4200, "−4,200"}, {Count, -.2, "0"}, {Count, 0, "0"},
		{percent, 12.5, "12.5%"}, {percent, 100, "100.0%"}, {Decimal, 12.34, "12.3"}, {Decimal, 1000, "1,000.0"}, {pounds, 17662, "£17,662"}, {pounds, -4237, "−£4,237"},
		{Count, math.NaN(), "no value"}, {Count, math.Inf(1), "no value"},
	} {
		if got := c.f.Write(c.v); got != c.want {
			t.Errorf("%v: %q, want %q", c.v, got, c.want)
		}
	}
}

// TestTicks: labels stand inside of the axis, are few, rise, and no two read alike.
func TestTicks(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		lo := rapid.Float64Range(-1e6, 1e6).Draw(t, "lo")
		hi := lo + rapid.Float64Range(1e-3, 1e6).Draw(t, "span")
		at, decimals := ticks(lo, hi, 5)
		if len(at) < 2 || len(at) > 13 {
			t.Fatalf("%d labels from %v to %v", len(at), lo, hi)
		}
		last := ""
		for _, v := range at {
			label := string(Count.write(nil, v, decimals))
			if v < lo-(hi-lo)*1e-6 || v > hi+(hi-lo)*1e-6 || label == last {
				t.Fatalf("label %q at %v of %v to %v", label, v, lo, hi)
			}
			last = label
		}
	})
}

// TestSpread: labels keep their distance and stay inside, whenever there is room for them.
func TestSpread(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var all []side
		for _, y := range rapid.SliceOfN(rapid.Float64Range(0, 300), 1, 8).Draw(t, "y") {
			all = append(all, side{y: y})
		}
		spread(all, 17, 0, 300)
		for i := range all {
			if all[i].y < -1e-9 || all[i].y > 300+1e-9 || (i > 0 && all[i].y-all[i-1].y < 17-1e-9) {
				t.Fatal(all)
			}
		}
	})
}

// TestMonthLabels: years are named once, months never twice, and no two labels overlap.
func TestMonthLabels(t *testing.T) {
	for _, months := range []int{1, 2, 6, 13, 36, 60, 120, 400} {
		for _, f := range []frame{wideFrame, phoneFrame} {
			end := time.Date(2023, time.Month(11+months-1), 1, 0, 0, 0, 0, time.UTC)
			v := view{frame: f, xMin: float64(Day(time.Date(2023, 11, 1, 0, 0, 0, 0, time.UTC))) - 15, xMax: float64(Day(end)) + 15}
			labels := monthsOf(v)
			if len(labels) == 0 || labels[0].more == "" && len(labels[0].text) != len("2023") {
				t.Errorf("%d months: no labels, or the first without its year", months)
			}
			for i := 1; i < len(labels); i++ {
				if apart := v.x(labels[i].at) - v.x(labels[i-1].at); apart < 28 {
					t.Errorf("%d months at width %v: labels %v apart", months, f.w, apart)
				}
			}
		}
	}
}

// TestNamesOnAPhone: the name of an axis loses no word on a narrow chart, and the chart begins below it; a practice's name is whole.
func TestNamesOnAPhone(t *testing.T) {
	const axis, surgery = "Complaints per 1,000 registered patients a month", "Far Forest and Cleobury Group"
	for _, d := range []templ.Component{
		SPC{ID: "c", Axis: axis, Points: months3()}.Phone(),
		Funnel{ID: "f", Axis: axis, Units: []Unit{{Label: surgery, Size: 5, Value: 3}}}.Phone(),
		Ranked{ID: "r", Axis: axis, Line: None, Units: []Unit{{Label: surgery, Value: 3, Lower: 2, Upper: 4}}}.Phone(),
	} {
		svg := written(t, d)
		for _, want := range []string{`y="16">Complaints per 1,000 registered patients a</text>`, `y="33">month</text>`} {
			if !strings.Contains(svg, want) {
				t.Errorf("no %s in %s", want, svg)
			}
		}
		if strings.Contains(svg, "…") {
			t.Error("cut short:", svg)
		}
	}
	if f := phoneFrame.below(axis); f.top != phoneFrame.top+17 || f.h != phoneFrame.h+17 {
		t.Error(f)
	}
	if f := wideFrame.below(axis); f != wideFrame {
		t.Error(f)
	}
}

// TestRanking: in order, without those who have no interval, and the same every time.
func TestRanking(t *testing.T) {
	r := Ranked{ID: "r", Units: []Unit{{Label: "b", Value: 2, Lower: 1, Upper: 3}, {Label: "none", Value: 9, Lower: None, Upper: None}, {Label: "a", Value: 2, Lower: 1, Upper: 3}, {Label: "c", Value: 1, Lower: 0, Upper: 2}}}
	names := func() (s string) {
		for _, u := range r.ordered() {
			s += u.Label
		}
		return s
	}
	if names() != "cab" {
		t.Error(names())
	}
	r.Falling = true
	if names() != "abc" {
		t.Error(names())
	}
}

func TestFunnelIsSmall(t *testing.T) {
	f := Funnel{ID: "f", Centre: 10}
	for i := range 6200 {
		f.Background = append(f.Background, XY{Size: 1000 + float64(i)*3, Value: 10 + 3*math.Sin(float64(i))})
	}
	svg := written(t, f.View())
	if n := strings.Count(svg, "<"); len(svg) > 80_000 || n > 80 {
		t.Errorf("%d bytes and %d elements for 6,200 practices", len(svg), n)
	}
}

// TestNotesOfAFile: the notes stand in a file where they stand on the page, below the name of the axis and not in it.
func TestNotesOfAFile(t *testing.T) {
	p := months3()
	c := SPC{ID: "c", Axis: "Complaints", Points: p, Notes: []Note{{X: p[5].X, Text: "New telephone system"}, {X: p[7].X, Text: "Change began here"}}}
	at := regexp.MustCompile(`class="oc-note" x="[\d.]+" y="([\d.]+)"`)
	page, file := at.FindAllStringSubmatch(written(t, c.View()), -1), at.FindAllStringSubmatch(string(c.File()), -1)
	if len(page) != 2 || len(file) != 2 || page[0][1] != file[0][1] || page[1][1] != file[1][1] || page[1][1] != "44" {
		t.Errorf("%q on the page, %q in the file", page, file)
	}
}

// TestKeyOfAFile: the key of a file stays inside of it, however many marks and gaps there are to explain.
func TestKeyOfAFile(t *testing.T) {
	p := months3()
	for i, m := range []Mark{Common, ImprovementHigh, ImprovementLow, ConcernHigh, ConcernLow} {
		p[i].Mark = m
	}
	for i, s := range []Status{Suppressed, NotReported, Missing} {
		p[10+i].Value, p[10+i].Status = None, s
	}
	svg := string(SPC{ID: "c", Points: p}.File())
	var height float64
	if _, err := fmt.Sscanf(svg[strings.Index(svg, `viewBox="`):], `viewBox="0 0 900 %f"`, &height); err != nil {
		t.Fatal(err)
	}
	explained := 0
	for _, words := range append([]string{Suppressed.Words(), NotReported.Words(), Missing.Words()}, shortWords[:NeitherHigh]...) {
		for _, found := range regexp.MustCompile(`x="([\d.]+)" y="([\d.]+)">`+regexp.QuoteMeta(words)+`</text>`).FindAllStringSubmatch(svg, -1) {
			x, _ := strconv.ParseFloat(found[1], 64)
			y, _ := strconv.ParseFloat(found[2], 64)
			if explained++; x+7*float64(len(words)) > 900 || y > height-4 {
				t.Errorf("%q at %v, %v of 900 by %v", words, x, y, height)
			}
		}
	}
	if explained != 8 {
		t.Errorf("%d of 8 are explained", explained)
	}
}

// TestFiles writes one file of each kind where OHP_SHOTS says, to look at; everywhere it checks that they stand alone.
func TestFiles(t *testing.T) {
	target := 3.0
	p := months3()
	for i := range p {
		p[i].Lower, p[i].Upper = -1, 5
	}
	p[30].Mark, p[30].Value, p[30].Href = ConcernHigh, 6, "/b"
	p[12].Value, p[12].Status = None, Missing
	files := map[string][]byte{
		"spc.svg":    SPC{ID: "c", Title: "Complaints per 1,000 patients, Bewdley Road Surgery", Points: p, Target: &target, Axis: "Complaints", Notes: []Note{{X: p[20].X, Text: "New telephone system"}}}.File(),
		"funnel.svg": Funnel{ID: "f", Title: "Admissions", Units: []Unit{{Label: "a", Href: "/a", Size: 5, Value: 3}}, Centre: 3}.File(),
	}
	for name, b := range files {
		wellFormed(t, string(b))
		if strings.Contains(string(b), "<a ") {
			t.Error(name, "has links that lead nowhere without the site")
		}
		if s := string(b); !strings.Contains(s, "<style>") || !strings.Contains(s, "oc-paper") || !strings.Contains(s, " width=") {
			t.Error(name, "does not stand alone")
		}
		if dir := os.Getenv("OHP_SHOTS"); dir != "" {
			if err := os.WriteFile(filepath.Join(dir, name), b, 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// TestEveryLimitIsSeen: limits that lie beyond all units are drawn all the same, at least where they are narrowest.
func TestEveryLimitIsSeen(t *testing.T) {
	f := Funnel{ID: "f", Units: []Unit{{Label: "A", Size: 100, Value: .5}, {Label: "B", Size: 900, Value: .52}}, Centre: .51,
		Limits: []Limits{{Name: "widened", Kind: Adjusted, Size: []float64{100, 500, 900}, Lower: []float64{.05, .2, .3}, Upper: []float64{.95, .8, .7}}}}
	for name, svg := range map[string]string{"view": written(t, f.View()), "phone": written(t, f.Phone()), "file": string(f.File())} {
		if strings.Contains(svg, `class="oc-adjusted" d=""`) || strings.Count(svg, `class="oc-adjusted"`) < 2 {
			t.Errorf("%s names limits that it does not show: %s", name, svg)
		}
	}
}
