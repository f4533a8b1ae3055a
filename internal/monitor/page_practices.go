package monitor

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"ohp/internal/kernel/errs"
	"ohp/internal/kernel/measure"
	"ohp/internal/kernel/page"
	"ohp/internal/kernel/page/chart"
	"ohp/internal/kernel/page/nhsuk"
	"ohp/internal/kernel/store"
	"ohp/internal/stats/spc"
)

const practicesPerPage = 50

// practiceRow is one line of the list of practices.
type practiceRow struct {
	Code   string `db:"code"`
	Name   string `db:"name"`
	Status string `db:"status"`
	PCN    string `db:"pcn"`
	Worse  int    `db:"worse"`
	Differ int    `db:"differ"`
	Better int    `db:"better"`

	unwatched bool // no concern is raised about it
}

// practicesView is what the Practices page shows.
type practicesView struct {
	query, sort string
	all         bool // every practice, not only the partnership's
	partnership string
	rows        []practiceRow
	page, total int
}

func (p Pages) practices(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	v := practicesView{query: strings.TrimSpace(q.Get("q")), sort: q.Get("sort"), all: q.Get("all") == "yes", page: pageNumber(q, "page")}
	if err := oneOf("order", v.sort, []string{"name", "concerns"}); err != nil {
		return err
	}
	v, err := keptForRun(r.Context(), p, v.asked(), func() (practicesView, error) {
		err := p.readPractices(r.Context(), &v)
		return v, err
	})
	if err != nil {
		return err
	}
	return p.Site.Render(w, r, page.Page{Title: "Practices", Section: "Practices", Body: practicesPage(v)})
}

// asked names what an address asks for, before anything is read.
func (v practicesView) asked() string {
	return fmt.Sprintf("practices %q %q %t %d", v.query, v.sort, v.all, v.page)
}

func (p Pages) readPractices(ctx context.Context, v *practicesView) error {
	all, err := p.groups(ctx)
	if err != nil {
		return err
	}
	where := store.NewFilter()
	if v.partnership = all.partnership; v.partnership == "" {
		v.all = true
	}
	if !v.all {
		where.And("exists (select 1 from unit_group g where g.unit = u.code and g.grp = ? and g.to_date = '')", v.partnership)
	}
	if v.query != "" {
		like := "%" + strings.ToLower(escapeLike(v.query)) + "%"
		where.And(`(lower(u.name) like ? escape '!' or lower(u.code) like ? escape '!')`, like, like)
	}
	if v.total, err = store.One[int](ctx, p.DB, "select count(*) from unit u where u.kind = 'practice'"+where.SQL(), where.Args()...); err != nil {
		return err
	}
	v.page = min(v.page, pagesOf(v.total, practicesPerPage))
	counted, order := "", " order by u.name, u.code"
	if v.sort == "concerns" {
		// Only practices with concerns need counting to decide the order; all others follow by name.
		counted = ` left join (select practice, sum(case gravity when 0 then 1 else 0 end) as worse, count(*) as n from concern where state = 'open' group by practice) o on o.practice = u.code`
		order = " order by coalesce(o.worse, 0) desc, coalesce(o.n, 0) desc, u.name, u.code"
	}
	v.rows, err = store.Collect[practiceRow](ctx, p.DB, `select u.code, case when u.name = '' then u.code else u.name end as name, u.status,
    coalesce((select coalesce(nullif(pu.name, ''), g.grp) from unit_group g left join unit pu on pu.code = g.grp where g.unit = u.code and g.group_kind = 'pcn' and g.to_date = '' order by g.from_date desc limit 1), '') as pcn,
    (select count(*) from concern c where c.practice = u.code and c.state = 'open' and c.gravity = 0) as worse,
    (select count(*) from concern c where c.practice = u.code and c.state = 'open' and c.gravity = 1) as differ,
    (select count(*) from concern c where c.practice = u.code and c.state = 'open' and c.gravity = 2) as better
from (select u.code, u.name, u.status from unit u`+counted+` where u.kind = 'practice'`+where.SQL()+order+" limit "+itoa(practicesPerPage)+" offset "+itoa((v.page-1)*practicesPerPage)+") u", where.Args()...)
	for i, r := range v.rows {
		v.rows[i].unwatched = all.members != nil && !all.members[r.Code] || r.Status == "closed"
	}
	v.order()
	return err
}

// order puts the rows of a page in order again: what a query gives around an ordered subquery is in no order.
func (v *practicesView) order() {
	slices.SortFunc(v.rows, func(a, b practiceRow) int {
		if v.sort == "concerns" {
			if c := cmp.Or(b.Worse-a.Worse, b.Differ+b.Better-a.Differ-a.Better); c != 0 {
				return c
			}
		}
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Code, b.Code))
	})
}

func escapeLike(s string) string {
	return strings.NewReplacer("!", "!!", "%", "!%", "_", "!_").Replace(s)
}

func (v practicesView) address(n int) string {
	q := url.Values{}
	for _, k := range [][2]string{{"q", v.query}, {"sort", v.sort}} {
		if k[1] != "" {
			q.Set(k[0], k[1])
		}
	}
	if v.all && v.partnership != "" {
		q.Set("all", "yes")
	}
	if n > 1 {
		q.Set("page", itoa(n))
	}
	if len(q) == 0 {
		return "/practices"
	}
	return "/practices?" + q.Encode()
}

func (v practicesView) sorted(by string) string {
	o := v
	o.sort = by
	return o.address(1)
}

func (v practicesView) controls() []nhsuk.Select {
	if v.partnership == "" {
		return nil
	}
	all := ""
	if v.all {
		all = "yes"
	}
	return []nhsuk.Select{{Name: "all", Label: nhsuk.Label{Text: "Which"}, Value: all, Options: []nhsuk.Option{{Text: "The partnership’s practices"}, {Text: "All practices loaded", Value: "yes"}}}}
}

func (v practicesView) table() nhsuk.Table {
	t := nhsuk.Table{Caption: "Practices", CaptionHidden: "", Responsive: true, FirstCellIsHeader: true,
		Head: []nhsuk.Cell{{Text: "Practice", Sort: sortState(v.sort != "concerns", "ascending"), Href: v.sorted("name")}, {Text: "PCN"}, {Text: "Open concerns", Sort: sortState(v.sort == "concerns", "descending"), Href: v.sorted("concerns")}}}
	for _, r := range v.rows {
		t.Rows = append(t.Rows, []nhsuk.Cell{{Body: practiceLink(r)}, {Text: titleCase(r.PCN)}, {Body: concernCounts(r)}})
	}
	return t
}

func sortState(sorted bool, how string) string {
	if sorted {
		return how
	}
	return "none"
}

// practiceView is what the page of one practice shows.
type practiceView struct {
	unit       *measure.Known
	code       string
	facts      []nhsuk.Row
	concerns   []Concern
	none       string // why there is no concern
	questions  []questionTiles
	attributes []attribute
}

// questionTiles are a key question's small charts.
type questionTiles struct {
	Question string
	Tiles    page.Tiles
}

type attribute struct {
	Name  string `db:"name"`
	Value string `db:"value"`
	From  string `db:"from_date"`
	Note  string `db:"note"`
}

func (p Pages) practice(w http.ResponseWriter, r *http.Request) error {
	v, err := p.readPractice(r)
	if err != nil {
		return err
	}
	name := titleCase(v.unit.Label())
	crumbs := []nhsuk.Link{{Text: "Practices", Href: "/practices"}}
	return p.Site.Render(w, r, page.Page{Title: name, Section: "Practices", Crumbs: crumbs, Wide: true, Body: practicePage(v)})
}

func (p Pages) readPractice(r *http.Request) (practiceView, error) {
	ctx := r.Context()
	v := practiceView{code: r.PathValue("code")}
	var err error
	if v.unit, err = measure.ReadUnitKnown(ctx, p.DB, v.code); errors.Is(err, store.ErrNotFound) {
		return v, errs.New(errs.NotFound, "No organisation with the code “%s” is loaded. Check the code, or look for the practice by name on the Practices page.", v.code)
	} else if err != nil {
		return v, err
	}
	if v.concerns, err = Concerns(ctx, p.DB, ConcernFilter{Practice: v.code}); err != nil {
		return v, err
	}
	v.attributes, err = store.Collect[attribute](ctx, p.DB, "select name, value, from_date, note from unit_attribute where unit = $1 order by name, from_date", v.code)
	if err != nil {
		return v, err
	}
	v.facts = p.practiceFacts(v)
	v.questions, err = measure.Recalled(ctx, p.DB, p.drawn, "practice "+v.code, func() ([]questionTiles, error) {
		series, err := measure.ReadUnit(ctx, p.DB, v.code)
		if err != nil {
			return nil, err
		}
		return p.tiles(v.code, series)
	})
	if err == nil && len(v.concerns) == 0 {
		v.none, err = p.noConcern(ctx, v)
	}
	return v, err
}

// noConcern says what it means that no concern is open: that nothing was found, or that nobody looked.
func (p Pages) noConcern(ctx context.Context, v practiceView) (string, error) {
	all, err := p.groups(ctx)
	if err != nil {
		return "", err
	}
	switch {
	case all.members != nil && !all.members[v.code]:
		return "Only the practices of the partnership are watched for concerns, and this is not one of them.", nil
	case v.unit.Status == "closed":
		return "Closed practices are not watched for concerns.", nil
	}
	if _, err := LastRun(ctx, p.DB); errors.Is(err, store.ErrNotFound) {
		return "Nothing has been studied yet: run “ohp monitor”.", nil
	} else if err != nil {
		return "", err
	}
	if len(v.questions) == 0 {
		return "None is open.", nil
	}
	return "None is open. What the small charts below may mark is shared by most practices, or is no more than chance brings among so many.", nil
}

// practiceFacts are what is known of the practice besides figures.
func (p Pages) practiceFacts(v practiceView) []nhsuk.Row {
	rows := []nhsuk.Row{{Key: "Code", Value: v.unit.Code}}
	add := func(key, value string) {
		if value != "" {
			rows = append(rows, nhsuk.Row{Key: key, Value: value})
		}
	}
	add("PCN", titleCase(v.unit.GroupNames["pcn"]))
	add("Integrated care board", titleCase(v.unit.GroupNames["icb"]))
	if v.unit.Status != "active" {
		add("Status", v.unit.Status)
	}
	latest := map[string]attribute{}
	for _, a := range v.attributes { // in order of date: the last stays
		latest[a.Name] = a
	}
	for _, name := range []string{"system-supplier", "online-consultation-supplier", "cqc-overall-rating"} {
		if a, ok := latest[name]; ok {
			add(capital(strings.ReplaceAll(strings.Replace(name, "cqc", "CQC", 1), "-", " ")), attributeWords(a))
		}
	}
	return rows
}

func attributeWords(a attribute) string {
	words := a.Value
	if len(words) > len("EMIS") { // shorter ones are abbreviations
		words = titleCase(words)
	}
	if a.From != "" {
		words += fmt.Sprintf(" (%s)", dayWords(a.From))
	}
	if a.Note != "" {
		words += ", " + a.Note
	}
	return words
}

// tiles draws a small chart for every indicator with figures, by key question.
func (p Pages) tiles(code string, series map[string]measure.Series) ([]questionTiles, error) {
	indicators, err := Indicators()
	if err != nil {
		return nil, err
	}
	var all []questionTiles
	for _, q := range KeyQuestions {
		var tiles page.Tiles
		for _, in := range indicators {
			m, ok := p.measureOf(in)
			if s := series[in.Measure]; in.KeyQuestion == q && ok && len(s.Periods) > 0 {
				tiles = append(tiles, tileOf(code, in, m, s))
			}
		}
		if len(tiles) > 0 {
			all = append(all, questionTiles{q, tiles})
		}
	}
	return all, nil
}

func tileOf(code string, in Indicator, m measure.Measure, s measure.Series) page.Tile {
	plot := plotOf(in, m, s)
	t := page.Tile{Name: in.Short, Href: "/practices/" + code + "/" + in.Name}
	if len(plot.Periods) == 0 { // nobody has given a judgement yet
		t.Value = "no figure"
		return t
	}
	d, err := plot.Draw()
	if err != nil {
		t.Note = sentence(capital(err.Error()))
		return t
	}
	t.Value, t.AsAt = "no figure", ""
	if !measure.IsNone(d.LastValue) {
		t.Value, t.AsAt = plot.Format.Write(d.LastValue), d.LastPeriod.Label()
	}
	t.Drawing, t.Icons = d.Spark().View(), d.icons()
	if d.Variation == spc.TooFewPoints && !in.stands() {
		t.Note = "too few points for limits"
	}
	return t
}

// variationMark is the drawing's mark of a variation icon.
func variationMark(v spc.Variation) chart.Mark {
	return variationMarks[v]
}

var variationMarks = map[spc.Variation]chart.Mark{spc.ImprovementHigh: chart.ImprovementHigh, spc.ImprovementLow: chart.ImprovementLow,
	spc.ConcernHigh: chart.ConcernHigh, spc.ConcernLow: chart.ConcernLow, spc.VariationNeutralHigh: chart.NeitherHigh, spc.VariationNeutralLow: chart.NeitherLow}
