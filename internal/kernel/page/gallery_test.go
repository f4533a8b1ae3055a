package page

import (
	"fmt"
	"math"
	"math/rand/v2"
	"net/http"
	"time"

	"ohp/internal/kernel/errs"
	"ohp/internal/kernel/page/chart"
	"ohp/internal/kernel/page/nhsuk"

	"github.com/a-h/templ"
)

// The gallery shows every component and chart on pages of their own, with invented figures; the browser test checks and
// photographs them.

func gallery() *Site {
	return &Site{Partnership: "Severn Vale Partnership", Sections: []Section{{"Concerns", "/concerns"}, {"Practices", "/practices"}, {"Indicators", "/indicators"}, {"Data", "/data"}, {"Methods", "/methods"}}, Notices: []string{"Nobody can sign in yet: this server answers on this machine only.", "Demonstration data: a fictional partnership."}}
}

func galleryRoutes(s *Site) []Route {
	page := func(name string, p Page) Route {
		return Route{http.MethodGet, "/" + name, name, func(w http.ResponseWriter, r *http.Request) error { return s.Render(w, r, p) }}
	}
	return []Route{
		page("words", Page{Title: "Words", Section: "Concerns", Crumbs: crumbs(), Body: wordsGallery()}),
		page("form", Page{Title: "A form", Section: "Data", Crumbs: crumbs(), Errors: []nhsuk.ErrorItem{{Text: "Enter a practice code, like M85000", Href: "#practice"}}, Body: formGallery()}),
		page("table", Page{Title: "A table", Section: "Practices", Crumbs: crumbs(), Wide: true, Body: tableGallery(33)}),
		page("spc", Page{Title: "Charts over time", Section: "Indicators", Crumbs: crumbs(), Body: spcGallery()}),
		page("funnel", Page{Title: "Charts across practices", Section: "Indicators", Crumbs: crumbs(), Body: funnelGallery()}),
		page("tiles", Page{Title: "Small charts", Section: "Practices", Crumbs: crumbs(), Wide: true, Body: tilesGallery()}),
		{http.MethodGet, "/broken", "broken", func(http.ResponseWriter, *http.Request) error { return fmt.Errorf("disk on fire at sector 7") }},
		{http.MethodGet, "/panics", "panics", func(http.ResponseWriter, *http.Request) error { panic("out of cheese") }},
		{http.MethodGet, "/conflict", "conflict", func(http.ResponseWriter, *http.Request) error {
			return errs.New(errs.Conflict, "Ann Other saved this at 10:14. Open it again and repeat your change.")
		}},
		{http.MethodGet, "/invalid", "invalid", func(http.ResponseWriter, *http.Request) error {
			return errs.InvalidFields(errs.Field{Name: "from", Words: "The month must be written like 2024-03"})
		}},
		{http.MethodPost, "/save", "save", func(w http.ResponseWriter, r *http.Request) error {
			http.Redirect(w, r, "/words", http.StatusSeeOther)
			return nil
		}},
	}
}

func crumbs() []nhsuk.Link {
	return []nhsuk.Link{{Text: "Practices", Href: "/practices"}, {Text: "Bewdley Road Surgery", Href: "/practices/M85000"}}
}

func wordsGallery() templ.Component {
	yes := true
	return templ.Join(
		Heading{Text: "Concerns", Caption: "Severn Vale Partnership", Lede: "What needs attention, why, and since when."}.View(),
		Calm{Heading: "Nothing needs attention", Checked: []string{"33 practices and 30 indicators, up to October 2026", "No practice has stopped reporting"}}.View(),
		nhsuk.Tag{Text: "New", Colour: nhsuk.Red}.View(), nhsuk.Tag{Text: "Watching", Colour: nhsuk.Yellow}.View(), nhsuk.Tag{Text: "Improving", Colour: nhsuk.AquaGreen}.View(), nhsuk.Tag{Text: "Closed", Colour: nhsuk.Grey}.View(),
		nhsuk.InsetText{Text: "Every practice of the partnership took the same step in April 2024: this is one note, not 33 concerns."}.View(),
		nhsuk.WarningCallout{Heading: nhsuk.Heading{Text: "No figures since July"}, Text: "Bewdley Road Surgery has sent no figures for three months. Silence is a signal of its own."}.View(),
		nhsuk.NotificationBanner{Success: true, Text: "The file was loaded: 6,210 rows, 3 refused.", DisableAutoFocus: &yes}.View(),
		nhsuk.Details{Summary: "How this was worked out", Text: "Points are compared with limits that were calculated from the first 24 months."}.View(),
		nhsuk.Details{Summary: "What the rules are", Text: "A point outside of the limits, a shift, a trend, two of three.", Expander: true}.View(),
		nhsuk.SummaryList{Rows: []nhsuk.Row{{Key: "Indicator", Value: "Complaints per 1,000 patients"}, {Key: "Since", Value: "March 2024"}, {Key: "As at", Value: "31 October 2026", Actions: []nhsuk.Action{{Text: "See the source", Href: "/data", Hidden: "of the figures"}}}}}.View(),
		nhsuk.Card{Heading: nhsuk.Heading{Text: "Complaints have doubled", Level: 2, Size: "m"}, Href: "/concerns/1", Clickable: true, Text: "Bewdley Road Surgery: 14 in the last quarter, where 6 would be usual. One chance in 900."}.View(),
		nhsuk.Card{Heading: nhsuk.Heading{Text: "Urgent", Level: 2, Size: "m"}, Variant: "urgent", Text: "Answer this first."}.View(),
		nhsuk.ActionLink{Text: "Load published figures", Href: "/data"}.View(),
		nhsuk.Tabs{ID: "t", Items: []nhsuk.Tab{{Label: "This year", Text: "12"}, {Label: "Last year", Text: "9"}}}.View(),
		nhsuk.Button{Text: "Save"}.View(), nhsuk.Button{Text: "Cancel", Variant: "secondary", Href: "/"}.View(),
		nhsuk.Pagination{Previous: nhsuk.Step{Href: "?before=3", Label: "A to F"}, Next: nhsuk.Step{Href: "?after=7", Label: "M to Z"}}.View(),
		nhsuk.Pagination{AriaLabel: "Numbered pages", Previous: nhsuk.Step{Href: "?page=1"}, Next: nhsuk.Step{Href: "?page=3"}, Pages: []nhsuk.Page{{Number: "1", Href: "?page=1"}, {Number: "2", Href: "?page=2", Current: true}, {Ellipsis: true}, {Number: "9", Href: "?page=9"}}}.View(),
	)
}

func formGallery() templ.Component {
	body := templ.Join(
		nhsuk.Input{Name: "practice", Label: nhsuk.Label{Text: "Practice code"}, Hint: "One letter and five digits", Error: "Enter a practice code, like M85000", Width: "10"}.View(),
		nhsuk.Select{Name: "group", Value: "pcn", Label: nhsuk.Label{Text: "Compare with"}, Options: []nhsuk.Option{{Text: "The partnership", Value: "partnership"}, {Text: "Its network", Value: "pcn"}, {Text: "England", Value: "england"}}}.View(),
		nhsuk.Radios{Name: "chart", Value: "spc", Fieldset: &nhsuk.Fieldset{Legend: nhsuk.Legend{Text: "Chart", Size: "m"}}, Choices: []nhsuk.Choice{{Text: "Control chart", Value: "spc", Hint: "At least 13 points"}, {Text: "Run chart", Value: "run"}}}.View(),
		nhsuk.Checkboxes{Name: "theme", Fieldset: &nhsuk.Fieldset{Legend: nhsuk.Legend{Text: "Themes", Size: "m"}}, Choices: []nhsuk.Choice{{Text: "Access", Value: "a"}, {Text: "Safety", Value: "s"}}}.View(),
		nhsuk.DateInput{ID: "from", NamePrefix: "from", Hint: "For example, 31 3 2024", Fieldset: &nhsuk.Fieldset{Legend: nhsuk.Legend{Text: "From", Size: "m"}}}.View(),
		nhsuk.Textarea{Name: "note", Label: nhsuk.Label{Text: "What is known"}}.View(),
		nhsuk.Button{Text: "Continue"}.View(),
	)
	form := templ.Raw(`<form method="post" action="/save" novalidate>`)
	return templ.Join(Heading{Text: "Look at one practice"}.View(), form, body, templ.Raw("</form>"))
}

func practice(i int) string {
	return [...]string{"Bewdley Road Surgery", "Castle Medical Centre", "Dowles Lane Practice", "Far Forest and Cleobury Group Practice", "Lax Lane Surgery", "Ribbesford Partners", "St Anne's", "The Wharf Health Centre", "Wribbenhall"}[i%9] + map[bool]string{true: "", false: fmt.Sprintf(" %d", i/9+1)}[i < 9]
}

func tableGallery(n int) templ.Component {
	r := rand.New(rand.NewPCG(1, 2))
	t := nhsuk.Table{Caption: "Complaints by practice, July to September 2026", CaptionSize: "m", FirstCellIsHeader: true, Class: "ohp-dense", Responsive: true, Head: []nhsuk.Cell{
		{Text: "Practice", Sort: "ascending", Href: "?sort=practice"}, {Text: "Patients", Numeric: true, Sort: "none", Href: "?sort=patients"}, {Text: "Complaints", Numeric: true}, {Text: "Per 1,000", Numeric: true}, {Text: "What it says"}},
		Downloads: []nhsuk.Download{{Format: "CSV", Href: "?as=csv", Of: "complaints by practice"}, {Format: "Excel", Href: "?as=xlsx", Of: "complaints by practice"}}}
	for i := range n {
		size, count := 3000+r.IntN(15000), r.IntN(15)
		tag := nhsuk.Cell{Body: nhsuk.Tag{Text: "As expected", Colour: nhsuk.Grey}.View()}
		if i%7 == 3 {
			tag = nhsuk.Cell{Body: nhsuk.Tag{Text: "Higher", Colour: nhsuk.Orange}.View()}
		}
		t.Rows = append(t.Rows, []nhsuk.Cell{{Text: practice(i), Href: "/practices/M8500"}, {Text: chart.Count.Write(float64(size))}, {Text: fmt.Sprint(count)}, {Text: chart.Decimal.Write(1000 * float64(count) / float64(size))}, tag})
	}
	t.Rows[4][2] = nhsuk.Cell{Text: "No figures", Words: true, Class: "ohp-muted"}
	filter := Filter{Action: "/table", Clear: "/table", Controls: []templ.Component{
		nhsuk.Select{Name: "theme", Label: nhsuk.Label{Text: "Theme"}, Options: []nhsuk.Option{{Text: "All themes"}, {Text: "Access", Value: "access"}}}.View(),
		nhsuk.Select{Name: "network", Label: nhsuk.Label{Text: "Network"}, Options: []nhsuk.Option{{Text: "All networks"}}}.View(),
		nhsuk.Input{Name: "q", Type: "search", Label: nhsuk.Label{Text: "Practice name or code"}}.View(),
	}}
	return templ.Join(Heading{Text: "Practices", Lede: "All practices of the partnership, with their latest figures."}.View(), filter.View(), t.View(), wideTable().View())
}

// wideTable has as many columns as any page has, with dates that stay in one line where there is room.
func wideTable() nhsuk.Table {
	t := nhsuk.Table{Caption: "Publications", CaptionSize: "m", FirstCellIsHeader: true, Class: "ohp-dense", Responsive: true}
	for i, head := range []string{"Publication", "Publisher", "Periods", "Latest as at", "Last loaded", "Files", "Figures", "Rows rejected"} {
		t.Head = append(t.Head, nhsuk.Cell{Text: head, Numeric: i > 4})
	}
	day := nhsuk.Cell{Text: "30 September 2026", Class: "ohp-nowrap"}
	t.Rows = [][]nhsuk.Cell{{{Text: "Demonstration", Href: "/data"}, {Text: "Demonstration"}, {Text: "October 2023 to September 2026"}, day, day, {Text: "12"}, {Text: "1,234,567"}, {Text: "0"}}}
	return t
}

// series is n months of an invented indicator with a step at shift, limits as an XmR chart would have, and marks.
func series(n, shift int, centre, spread float64) []chart.Point {
	r := rand.New(rand.NewPCG(uint64(n), uint64(shift)))
	var all []chart.Point
	for i := range n {
		at := time.Date(2023, time.Month(11+i), 1, 0, 0, 0, 0, time.UTC)
		p := chart.Point{Label: at.Format("January 2006"), X: chart.Day(at), Value: centre + spread*r.NormFloat64(), Lower: centre - 3*spread, Centre: centre, Upper: centre + 3*spread, Href: "/records?month=" + at.Format("2006-01")}
		if i >= shift {
			p.Value += 1.9 * spread
			p.Mark = chart.ConcernHigh
		}
		all = append(all, p)
	}
	return all
}

func spcGallery() templ.Component {
	target := 2.5
	points := series(36, 28, 4, .8)
	points[9].Value, points[9].Status = chart.None, chart.Suppressed
	points[10].Value, points[10].Status = chart.None, chart.NotReported
	points[11].Value, points[11].Status = chart.None, chart.Missing
	points[20].Mark, points[20].Value = chart.ImprovementLow, 1.4
	spc := chart.SPC{ID: "spc1", Title: "Complaints per 1,000 patients, Bewdley Road Surgery", Desc: "A control chart of 36 months. From March 2026 all values are above the mean of 4.0.", Points: points, Format: chart.Decimal, Axis: "Complaints per 1,000 patients",
		Target: &target, Notes: []chart.Note{{X: points[5].X, Text: "New telephone system"}, {X: points[28].X, Text: "Change began here", Since: true}}}
	rebased := chart.SPC{ID: "spc2", Title: "Share of contacts made online", Desc: "A control chart with limits that depend on the number of contacts, calculated anew in November 2025.", Points: rebasedSeries(), Format: chart.Format{Decimals: 1, Suffix: "%"}, Axis: "Online consultations, % of contacts",
		Notes: []chart.Note{{X: rebasedSeries()[24].X, Text: "Limits calculated anew: online form opened all day"}}}
	run := series(18, 99, 6200, 420)
	for i := range run {
		run[i].Lower, run[i].Upper, run[i].Href = chart.None, chart.None, ""
	}
	rare := chart.SPC{ID: "rare", Title: "Days between significant events", Desc: "A rare-event chart of 24 events.", Points: rareSeries(), Axis: "Days since the event before", Centre: "Median"}
	return templ.Join(Heading{Text: "Complaints", Caption: "Bewdley Road Surgery"}.View(),
		chart.Icons(chart.ConcernHigh, chart.Fail),
		Figure{ID: "f1", Caption: "Complaints have been above the usual level since March 2026", Drawing: spc.View(), Phone: spc.Phone(), Key: spc.Key(), Notes: []string{"XmR chart, rules of NHSRplotthedots 0.2.2, limits from the first 24 months."},
			Table: &nhsuk.Table{Caption: "Complaints per 1,000 patients by month", Head: []nhsuk.Cell{{Text: "Month"}, {Text: "Value", Numeric: true}}, Rows: [][]nhsuk.Cell{{{Text: "March 2026"}, {Text: "5.9"}}}}, Downloads: []nhsuk.Download{{Format: "CSV", Href: "a.csv", Of: "of this chart"}, {Format: "Excel", Href: "a.xlsx", Of: "of this chart"}, {Format: "SVG", Href: "a.svg", Of: "of this chart"}}}.View(),
		Figure{ID: "f2", Caption: "Online contacts rose to a new level", Drawing: rebased.View(), Phone: rebased.Phone(), Key: rebased.Key()}.View(),
		Figure{ID: "f3", Caption: "A run chart", Drawing: chart.SPC{ID: "run", Title: "Appointments, run chart", Points: run, Centre: "Median", Axis: "Appointments a month"}.View(), Phone: chart.SPC{ID: "run", Title: "Appointments, run chart", Points: run, Centre: "Median", Axis: "Appointments a month"}.Phone()}.View(),
		Figure{ID: "f4", Caption: "Rare events", Drawing: rare.View(), Phone: rare.Phone(), Key: rare.Key()}.View(),
	)
}

func spcOf(points []chart.Point) chart.SPC {
	return chart.SPC{ID: "spc", Title: "Complaints", Points: points, Format: chart.Decimal, Axis: "Complaints per 1,000 patients"}
}

func rebasedSeries() []chart.Point {
	r := rand.New(rand.NewPCG(5, 5))
	var all []chart.Point
	for i := range 36 {
		at := time.Date(2023, time.Month(11+i), 1, 0, 0, 0, 0, time.UTC)
		n, p, segment := 300+r.Float64()*900, 31., 0
		if i >= 24 {
			p, segment = 47, 1
		}
		half := 3 * math.Sqrt(p*(100-p)/n)
		pt := chart.Point{Label: at.Format("January 2006"), X: chart.Day(at), Value: p + half*.36*r.NormFloat64(), Lower: p - half, Centre: p, Upper: p + half, Segment: segment}
		if i > 24 && i < 33 {
			pt.Mark, pt.Value = chart.NeitherHigh, p+half*.3*r.Float64()
		}
		all = append(all, pt)
	}
	return all
}

func rareSeries() []chart.Point {
	r := rand.New(rand.NewPCG(9, 5))
	var all []chart.Point
	for i := range 24 {
		v := 30 * r.ExpFloat64()
		p := chart.Point{Label: date(i).Format("2 January 2006"), X: chart.Day(date(i)), Value: math.Round(v), Lower: chart.None, Centre: 21, Upper: 119}
		if v > 70 {
			p.Mark = chart.ImprovementHigh
		}
		all = append(all, p)
	}
	return all
}

func date(i int) time.Time { return time.Date(2024, 1, 3+i*26, 0, 0, 0, 0, time.UTC) }

func funnelOf(units, background int) chart.Funnel {
	r := rand.New(rand.NewPCG(3, 4))
	f := chart.Funnel{ID: "funnel", Title: "Emergency admissions by practice", Desc: "A funnel plot of the practices of the partnership and of England.", Axis: "Admissions per 1,000 patients", SizeAxis: "Registered patients", Format: chart.Decimal, Centre: 12, CentreName: "England"}
	for range background {
		size := 1500 + math.Abs(r.NormFloat64())*6500
		f.Background = append(f.Background, chart.XY{Size: size, Value: 12 + r.NormFloat64()*1.7*math.Sqrt(12000/size)})
	}
	for i := range units {
		size := 2500 + r.Float64()*16000
		u := chart.Unit{Label: practice(i), Href: "/practices/" + fmt.Sprint(i), Size: size, Value: 12 + r.NormFloat64()*1.2*math.Sqrt(12000/size)}
		if i == 4 {
			u.Value, u.Mark = 17.2, chart.ConcernHigh
		}
		if i == 7 {
			u.Value, u.Mark = 7.4, chart.ImprovementLow
		}
		half := 1.96 * math.Sqrt(u.Value/size*1000)
		u.Lower, u.Upper = u.Value-half, u.Value+half
		f.Units = append(f.Units, u)
	}
	for _, l := range []struct {
		name string
		kind chart.LimitKind
		z    float64
	}{{"95%", chart.Inner, 1.96}, {"99.8%", chart.Outer, 3.09}, {"Adjusted 99.8%", chart.Adjusted, 4.4}} {
		limits := chart.Limits{Name: l.name, Kind: l.kind}
		for x := 300.0; x < 40000; x *= 1.04 {
			half := l.z * math.Sqrt(12/x*1000)
			limits.Size, limits.Lower, limits.Upper = append(limits.Size, x), append(limits.Lower, 12-half), append(limits.Upper, 12+half)
		}
		f.Limits = append(f.Limits, limits)
	}
	return f
}

func rankedOf(f chart.Funnel) chart.Ranked {
	return chart.Ranked{ID: "ranked", Title: "Admissions by practice, in order, with 95% intervals", Desc: "Where intervals overlap the order says nothing.", Axis: "Admissions per 1,000 patients, with 95% interval", Format: chart.Decimal, Units: f.Units, Line: 12, LineName: "England", Falling: true}
}

func funnelGallery() templ.Component {
	own, all := funnelOf(33, 0), funnelOf(33, 6200)
	all.ID = "funnel2"
	all.Log = true
	ranked := rankedOf(own)
	many := rankedOf(funnelOf(33, 0))
	many.ID = "many"
	r := rand.New(rand.NewPCG(8, 8))
	for range 1200 {
		v := 12 + r.NormFloat64()*2
		many.Units = append(many.Units, chart.Unit{Value: v, Lower: v - 1 - r.Float64(), Upper: v + 1 + r.Float64()})
	}
	return templ.Join(Heading{Text: "Emergency admissions", Caption: "Across practices"}.View(),
		Figure{ID: "g1", Caption: "33 practices", Drawing: own.View(), Phone: own.Phone(), Key: own.Key()}.View(),
		Figure{ID: "g2", Caption: "33 practices among 6,200", Drawing: all.View(), Phone: all.Phone(), Key: all.Key()}.View(),
		Figure{ID: "g3", Caption: "In order", Drawing: ranked.View(), Phone: ranked.Phone()}.View(),
		Figure{ID: "g4", Caption: "In order among 1,200", Drawing: many.View(), Phone: many.Phone()}.View(),
	)
}

func tilesGallery() templ.Component {
	var tiles Tiles
	target := 5.0
	for i := range 12 {
		points := series(36, 30+i, 4, .8)
		for j := range points {
			if points[j].Mark != chart.Common {
				points[j].Mark = chart.Mark(1 + i%6)
			}
		}
		last := points[35]
		s := chart.Spark{Title: "36 months; last value " + chart.Decimal.Write(last.Value) + ". " + last.Mark.Words(), Points: points}
		if i%3 == 0 {
			s.Target = &target
		}
		tiles = append(tiles, Tile{Name: "Indicator of the kind that has a longer name " + fmt.Sprint(i+1), Href: "/indicators/x", Value: chart.Decimal.Write(last.Value), AsAt: last.Label, Drawing: s.View(), Icons: chart.Icons(last.Mark, chart.Assurance(i%4))})
	}
	var icons []templ.Component
	for m := chart.Common; m <= chart.NeitherLow; m++ {
		icons = append(icons, chart.Icons(m, chart.Assurance(m%4)))
	}
	return templ.Join(Heading{Text: "Bewdley Road Surgery", Caption: "M85000"}.View(), templ.Raw(`<h2 class="nhsuk-heading-m">Safe</h2>`), tiles.View(), templ.Raw(`<h2 class="nhsuk-heading-m">What the icons say</h2>`), templ.Join(icons...))
}
