package monitor

import (
	"context"
	"net/http"
	"net/url"
	"strconv"

	"ohp/internal/kernel/date"
	"ohp/internal/kernel/measure"
	"ohp/internal/kernel/page"
	"ohp/internal/kernel/page/nhsuk"
	"ohp/internal/kernel/store"
	"ohp/internal/nhs"
)

// indicatorRow is one line of the list of indicators.
type indicatorRow struct {
	Indicator
	practices int         // with figures; -1 before the monitor has studied them
	latest    date.Period // zero when no figures are loaded
	concerns  int         // open concerns with a signal of this indicator
}

// questionRows are the indicators of one key question.
type questionRows struct {
	Question string
	Rows     []indicatorRow
}

// indicatorsView is what the Indicators page shows.
type indicatorsView struct {
	theme     string
	all       bool // those without figures as well
	questions []questionRows
	without   int // how many of the theme have no figures
	today     date.Date
}

func (p Pages) indicators(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	v := indicatorsView{theme: q.Get("theme"), all: q.Get("all") == "yes", today: nhs.Today(p.DB.Now())}
	if err := oneOf("theme", v.theme, Themes); err != nil {
		return err
	}
	if err := p.readIndicators(r.Context(), &v); err != nil {
		return err
	}
	return p.Site.Render(w, r, page.Page{Title: "Indicators", Section: "Indicators", Wide: true, Body: indicatorsPage(v)})
}

// studied is what the last run of the monitor says of an indicator.
type studied struct {
	Indicator string      `db:"indicator"`
	Latest    date.Period `db:"latest"`
	Units     int         `db:"units"`
}

func (p Pages) readIndicators(ctx context.Context, v *indicatorsView) error {
	list, err := Indicators()
	if err != nil {
		return err
	}
	studies, err := store.Collect[studied](ctx, p.DB, "select indicator, latest, units from monitor_study")
	if err != nil {
		return err
	}
	known := map[string]studied{}
	for _, s := range studies {
		known[s.Indicator] = s
	}
	type counted struct {
		Indicator string `db:"indicator"`
		N         int    `db:"n"`
	}
	counts, err := store.Collect[counted](ctx, p.DB, `select s.indicator, count(distinct s.concern) as n from concern c join concern_signal s on s.concern = c.id
where c.state = 'open' and s.state = 'open' group by s.indicator`)
	if err != nil {
		return err
	}
	open := map[string]int{}
	for _, c := range counts {
		open[c.Indicator] = c.N
	}
	loaded, err := measure.Recalled(ctx, p.DB, p.kept, "periods", func() (map[string][]date.Period, error) { return measure.MeasurePeriods(ctx, p.DB) })
	if err != nil {
		return err
	}
	for _, question := range KeyQuestions {
		rows := questionRows{Question: question}
		for _, in := range list {
			if in.KeyQuestion == question && (v.theme == "" || in.Theme == v.theme) {
				v.add(&rows, in, known, loaded, open)
			}
		}
		if len(rows.Rows) > 0 {
			v.questions = append(v.questions, rows)
		}
	}
	return nil
}

// add puts an indicator into the list, or counts it among those without figures.
func (v *indicatorsView) add(rows *questionRows, in Indicator, known map[string]studied, loaded map[string][]date.Period, open map[string]int) {
	row := indicatorRow{Indicator: in, practices: -1, concerns: open[in.Name]}
	if periods := loaded[in.Measure]; len(periods) > 0 {
		row.latest = periods[len(periods)-1]
	}
	if s, ok := known[in.Name]; ok && !s.Latest.IsZero() {
		row.latest, row.practices = s.Latest, s.Units
	}
	if row.latest.IsZero() {
		v.without++
		if !v.all {
			return
		}
	}
	rows.Rows = append(rows.Rows, row)
}

func (v indicatorsView) controls() []nhsuk.Select {
	themes := []nhsuk.Option{{Text: "All themes"}}
	for _, t := range Themes {
		themes = append(themes, nhsuk.Option{Text: themeWords(t), Value: t})
	}
	all := ""
	if v.all {
		all = "yes"
	}
	return []nhsuk.Select{
		{Name: "theme", Label: nhsuk.Label{Text: "Theme"}, Value: v.theme, Options: themes},
		{Name: "all", Label: nhsuk.Label{Text: "Which"}, Value: all, Options: []nhsuk.Option{{Text: "With figures loaded"}, {Text: "All", Value: "yes"}}},
	}
}

// table lists the indicators of a key question.
func (v indicatorsView) table(q questionRows) nhsuk.Table {
	t := nhsuk.Table{Responsive: true, FirstCellIsHeader: true, Class: "ohp-dense", Caption: questionWords(q.Question), CaptionSize: "m",
		Head: []nhsuk.Cell{{Text: "Indicator", Width: "one-half"}, {Text: "Theme"}, {Text: "Practices", Numeric: true}, {Text: "Latest period", Class: "ohp-nowrap"}, {Text: "Open concerns", Numeric: true}}}
	for _, r := range q.Rows {
		practices, latest := nhsuk.Cell{Text: "–", Words: true}, "no figures"
		if r.practices >= 0 {
			practices = nhsuk.Cell{Text: grouped(float64(r.practices))}
		}
		if !r.latest.IsZero() {
			latest = r.latest.Label()
		}
		t.Rows = append(t.Rows, []nhsuk.Cell{{Body: indicatorLink(r, v.today)}, {Text: themeWords(r.Theme)}, practices, {Text: latest, Class: "ohp-nowrap"}, concernsCell(r)})
	}
	return t
}

func concernsCell(r indicatorRow) nhsuk.Cell {
	switch {
	case r.ContextOnly:
		return nhsuk.Cell{Text: "context only", Words: true, Class: "ohp-muted"}
	case r.concerns == 0:
		return nhsuk.Cell{Text: "0"}
	}
	return nhsuk.Cell{Text: itoa(r.concerns), Href: "/concerns?theme=" + url.QueryEscape(r.Theme)}
}

// pageNumber reads a page's number from the address; anything that is no number above zero is the first page.
func pageNumber(q url.Values, name string) int {
	if n, err := strconv.Atoi(q.Get(name)); err == nil && n > 0 && n < 1e6 {
		return n
	}
	return 1
}
