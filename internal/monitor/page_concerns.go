package monitor

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"ohp/internal/kernel/date"
	"ohp/internal/kernel/errs"
	"ohp/internal/kernel/measure"
	"ohp/internal/kernel/page"
	"ohp/internal/kernel/page/nhsuk"
	"ohp/internal/kernel/store"
)

// concernsPerPage keeps a page within what a person reads.
const concernsPerPage = 25

// concernsView is what the Concerns page shows.
type concernsView struct {
	filter   ConcernFilter
	counts   map[string]int
	concerns []Concern
	notes    []Note
	run      *Summary
	unjudged []string // why nothing can be judged over time
	newer    int      // files that were loaded after the run began
	page     int
	total    int
	options  []nhsuk.Option
}

func (p Pages) concerns(w http.ResponseWriter, r *http.Request) error {
	v, err := p.readConcerns(r)
	if err != nil {
		return err
	}
	return p.Site.Render(w, r, page.Page{Title: "Concerns", Section: "Concerns", Body: concernsPage(v)})
}

func (p Pages) readConcerns(r *http.Request) (concernsView, error) {
	q := r.URL.Query()
	v := concernsView{filter: ConcernFilter{Practice: strings.ToUpper(strings.TrimSpace(q.Get("practice"))), Theme: q.Get("theme"), Nature: q.Get("nature"), State: q.Get("state")}, page: pageNumber(q, "page")}
	for _, check := range []error{oneOf("theme", v.filter.Theme, Themes), oneOf("nature", v.filter.Nature, []string{Worse, Differ, Better}), oneOf("state", v.filter.State, []string{"open", "closed", "all"})} {
		if check != nil {
			return v, check
		}
	}
	return keptForRun(r.Context(), p, v.address(v.page), func() (concernsView, error) {
		err := p.fillConcerns(r.Context(), &v)
		return v, err
	})
}

// fillConcerns reads what the filter and the page's number choose.
func (p Pages) fillConcerns(ctx context.Context, v *concernsView) error {
	err := p.knowPractice(ctx, v.filter.Practice)
	if err != nil {
		return err
	}
	if v.counts, err = countConcerns(ctx, p.DB, v.filter); err != nil {
		return err
	}
	for _, n := range v.counts {
		v.total += n
	}
	v.page = min(v.page, v.pages())
	f := v.filter
	f.Limit, f.Offset = concernsPerPage, (v.page-1)*concernsPerPage
	if v.concerns, err = Concerns(ctx, p.DB, f); err != nil {
		return err
	}
	for i := range v.concerns {
		v.concerns[i].Body = "" // it has been read
	}
	if v.notes, err = Notes(ctx, p.DB); err != nil {
		return err
	}
	if err := p.fillRun(ctx, v); err != nil {
		return err
	}
	v.options, err = p.practiceOptions(ctx, v.filter.Practice)
	return err
}

// fillRun reads what the last run did, and what has been loaded since.
func (p Pages) fillRun(ctx context.Context, v *concernsView) error {
	run, err := LastRun(ctx, p.DB)
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	v.run = &run
	if v.unjudged, err = Unjudged(ctx, p.DB, run); err != nil {
		return err
	}
	v.newer, err = store.One[int](ctx, p.DB, "select count(*) from source_file where loaded_at > $1", run.StartedAt)
	return err
}

// knowPractice refuses a code that no file names, in words: that no concern fits would be false calm.
func (p Pages) knowPractice(ctx context.Context, code string) error {
	if code == "" {
		return nil
	}
	_, err := measure.ReadUnitKnown(ctx, p.DB, code)
	if errors.Is(err, store.ErrNotFound) {
		return errs.New(errs.Invalid, "No practice with the code “%s” is loaded. Check the code, or look for the practice by name on the Practices page.", code)
	}
	return err
}

// mostOptions is how many practices a person still chooses from a list; with more, a code is typed.
const mostOptions = 60

// practiceOptions are the practices that have an open concern, and the one chosen; nil when they are too many for a list.
func (p Pages) practiceOptions(ctx context.Context, chosen string) ([]nhsuk.Option, error) {
	type row struct {
		Code string `db:"code"`
		Name string `db:"name"`
	}
	rows, err := store.Collect[row](ctx, p.DB, `select c.code, coalesce(u.name, '') as name
from (select distinct code from (select practice as code from concern where state = 'open' union select code from unit where code = $1) b limit `+itoa(mostOptions+1)+`) c
left join unit u on u.code = c.code order by u.name, c.code`, chosen)
	if err != nil || len(rows) > mostOptions {
		return nil, err
	}
	options := []nhsuk.Option{{Text: "All practices", Value: ""}}
	for _, row := range rows {
		text := row.Code
		if row.Name != "" {
			text = titleCase(row.Name) + " (" + row.Code + ")"
		}
		options = append(options, nhsuk.Option{Text: text, Value: row.Code})
	}
	return options, nil
}

func (v concernsView) controls() []templ.Component {
	themes := []nhsuk.Option{{Text: "All themes"}}
	for _, t := range Themes {
		themes = append(themes, nhsuk.Option{Text: themeWords(t), Value: t})
	}
	practice := nhsuk.Input{Name: "practice", Label: nhsuk.Label{Text: "Practice code"}, Value: v.filter.Practice, Width: "10"}.View()
	if v.options != nil {
		practice = nhsuk.Select{Name: "practice", Label: nhsuk.Label{Text: "Practice"}, Value: v.filter.Practice, Options: v.options}.View()
	}
	return append([]templ.Component{practice}, controlsOf([]nhsuk.Select{
		{Name: "theme", Label: nhsuk.Label{Text: "Theme"}, Value: v.filter.Theme, Options: themes},
		{Name: "nature", Label: nhsuk.Label{Text: "Nature"}, Value: v.filter.Nature, Options: []nhsuk.Option{{Text: "All"}, {Text: "Worse or silent", Value: Worse}, {Text: "Different", Value: Differ}, {Text: "Better", Value: Better}}},
		{Name: "state", Label: nhsuk.Label{Text: "State"}, Value: v.filter.State, Options: []nhsuk.Option{{Text: "Open", Value: ""}, {Text: "Closed", Value: "closed"}, {Text: "Open and closed", Value: "all"}}},
	})...)
}

func (v concernsView) filtered() bool { return v.filter != ConcernFilter{} }

// address is the page's own with another page number.
func (v concernsView) address(n int) string {
	q := url.Values{}
	for _, k := range [][2]string{{"practice", v.filter.Practice}, {"theme", v.filter.Theme}, {"nature", v.filter.Nature}, {"state", v.filter.State}} {
		if k[1] != "" {
			q.Set(k[0], k[1])
		}
	}
	if n > 1 {
		q.Set("page", itoa(n))
	}
	if len(q) == 0 {
		return "/concerns"
	}
	return "/concerns?" + q.Encode()
}

func (v concernsView) pages() int { return pagesOf(v.total, concernsPerPage) }

// summary says in one sentence of which natures the concerns are; what there is none of is not said.
func (v concernsView) summary() string {
	var parts []string
	for _, of := range []struct{ nature, one, many string }{
		{Worse, "is for the worse or silent", "are for the worse or silent"},
		{Differ, "is different without being better or worse", "are different without being better or worse"},
		{Better, "is an improvement", "are improvements"},
	} {
		switch n := v.counts[of.nature]; {
		case n == 0:
		case n == v.total:
			return plural(n, "It "+of.one, "All "+of.many) + "."
		default:
			parts = append(parts, several(n, of.one, of.many))
		}
	}
	if len(parts) == 0 {
		return ""
	}
	last := len(parts) - 1 // there are two at least: one alone would be the total
	return strings.Join(parts[:last], ", ") + " and " + parts[last] + "."
}

// checked says what the calm state rests on.
func (v concernsView) checked() []string {
	return []string{
		v.run.judgedWords(),
		"Whether any practice has stopped reporting what the others report",
		fmt.Sprintf("Last studied on %s", momentWords(v.run.StartedAt.Time())),
	}
}

// newerWords say that what was loaded last has not been studied; "" when everything has been.
func (v concernsView) newerWords() string {
	if v.newer == 0 {
		return ""
	}
	return several(v.newer, "file has", "files have") + " been loaded since the last run, and what " + plural(v.newer, "it holds", "they hold") + " has not been studied: run “ohp monitor”."
}

// budget says in words how much was judged, and what the threshold means.
func (v concernsView) budget() string {
	if v.run == nil {
		return ""
	}
	return fmt.Sprintf("Studied on %s: %s. A partnership in which nothing at all changes would see at most about %s.",
		momentWords(v.run.StartedAt.Time()), v.run.judgedWords(), v.run.BudgetWords())
}

func natureTag(nature string) nhsuk.Tag {
	switch nature {
	case Better:
		return nhsuk.Tag{Text: "Better", Colour: nhsuk.Blue}
	case Differ:
		return nhsuk.Tag{Text: "Different", Colour: nhsuk.Purple}
	}
	return nhsuk.Tag{Text: "Worse", Colour: nhsuk.Orange}
}

// tagOf says silence and alerts by their own names.
func tagOf(c Concern) nhsuk.Tag {
	if c.Nature != Worse || len(c.Signals) == 0 {
		return natureTag(c.Nature)
	}
	kind := c.Signals[0].Kind
	if kind == Silent && slices.ContainsFunc(c.Signals, func(s Signal) bool { return s.Kind != Silent }) {
		return natureTag(c.Nature)
	}
	return signalTag(kind, c.Nature)
}

// signalTag is the tag of one signal.
func signalTag(kind, nature string) nhsuk.Tag {
	switch kind {
	case Silent:
		return nhsuk.Tag{Text: "Silent", Colour: nhsuk.Yellow}
	case Alert:
		return nhsuk.Tag{Text: "Alert", Colour: nhsuk.Red}
	}
	return natureTag(nature)
}

// sinceWords writes when a concern began.
func sinceWords(began string) string {
	p, err := date.ParsePeriod(began)
	if err != nil {
		return "unknown"
	}
	return p.Label()
}

// concernView is what the page of one concern shows.
type concernView struct {
	Concern
	plots map[string]Plotted
}

func (p Pages) concern(w http.ResponseWriter, r *http.Request) error {
	c, err := ConcernByID(r.Context(), p.DB, r.PathValue("id"))
	if errors.Is(err, store.ErrNotFound) {
		return errs.New(errs.NotFound, "There is no concern at this address. It may belong to another database.")
	}
	if err != nil {
		return err
	}
	series, err := p.seriesBehind(r.Context(), c)
	if err != nil {
		return err
	}
	v := concernView{Concern: c, plots: p.plotsOf(c, series)}
	crumbs := []nhsuk.Link{{Text: "Concerns", Href: "/concerns"}}
	return p.Site.Render(w, r, page.Page{Title: c.Headline, Section: "Concerns", Crumbs: crumbs, Body: concernPage(v)})
}

// plotsOf draws the chart of each indicator that a concern has a signal of.
func (p Pages) plotsOf(c Concern, series map[string]measure.Series) map[string]Plotted {
	plots := map[string]Plotted{}
	for _, s := range c.Signals {
		in, err := IndicatorNamed(s.Indicator)
		if err != nil {
			continue
		}
		m, ok := p.measureOf(in)
		if _, drawn := plots[s.Indicator]; drawn || !ok || len(series[in.Measure].Periods) == 0 {
			continue
		}
		plot := plotOf(in, m, series[in.Measure])
		plot.Began = c.changeBegan(s.Indicator)
		if plotted, err := plot.Draw(); err == nil {
			plots[s.Indicator] = plotted
		}
	}
	return plots
}

// changeBegan is the period in which the change over time of an indicator began; zero where there was none.
func (c Concern) changeBegan(indicator string) date.Period {
	for _, s := range c.Signals {
		if s.Indicator == indicator && s.Kind == OverTime {
			began, _ := date.ParsePeriod(s.Began) // what cannot be read is not marked
			return began
		}
	}
	return date.Period{}
}

// seriesBehind reads the series of a concern's signals, by measure.
func (p Pages) seriesBehind(ctx context.Context, c Concern) (map[string]measure.Series, error) {
	var measures []string
	for _, s := range c.Signals {
		if in, err := IndicatorNamed(s.Indicator); err == nil && !slices.Contains(measures, in.Measure) {
			measures = append(measures, in.Measure)
		}
	}
	if len(measures) == 0 {
		return nil, nil
	}
	return measure.ReadUnit(ctx, p.DB, c.Practice, measures...)
}
