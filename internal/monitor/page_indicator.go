package monitor

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"ohp/internal/kernel/date"
	"ohp/internal/kernel/errs"
	"ohp/internal/kernel/measure"
	"ohp/internal/kernel/page"
	"ohp/internal/kernel/page/chart"
	"ohp/internal/kernel/page/nhsuk"
	"ohp/internal/kernel/store"
	"ohp/internal/nhs"
)

// How much of a comparison one page shows.
const (
	rankedPerPage = 40
	tilesPerPage  = 24
)

// indicatorView is what the page of one indicator shows.
type indicatorView struct {
	*comparison
	groups  groups
	periods []date.Period
	sort    string // "value" or "name"
	at      [2]int // page of the ranking, page of the charts
	listed  int    // practices in the ranking and the charts
	ranking []rankedRow
	tiles   page.Tiles
	note    string // what most practices share
	today   date.Date
}

// rankedRow is one practice of the ranking.
type rankedRow struct {
	compared
	name string
	// low and high are the 95% interval of the value; None where none can be calculated.
	low, high float64
}

// indicator answers with the page, or with the latest period as a file when the address ends in .csv, .xlsx or .svg.
func (p Pages) indicator(w http.ResponseWriter, r *http.Request) error {
	name, extension, _ := strings.Cut(r.PathValue("name"), ".")
	if err := fileKind(extension); err != nil {
		return err
	}
	v, err := p.readIndicator(r, name)
	if err != nil {
		return err
	}
	switch extension {
	case "csv", "xlsx":
		s, err := p.comparisonSheet(r.Context(), v.comparison)
		if err != nil {
			return err
		}
		return s.Send(w, extension)
	case "svg":
		return v.sendFunnel(w)
	}
	if err := p.readRanking(r.Context(), &v); err != nil {
		return err
	}
	crumbs := []nhsuk.Link{{Text: "Indicators", Href: "/indicators"}}
	return p.Site.Render(w, r, page.Page{Title: v.Title, Section: "Indicators", Crumbs: crumbs, Wide: true, Body: indicatorPage(v)})
}

func (p Pages) readIndicator(r *http.Request, name string) (indicatorView, error) {
	ctx, q := r.Context(), r.URL.Query()
	v := indicatorView{sort: q.Get("sort"), at: [2]int{pageNumber(q, "page"), pageNumber(q, "charts")}, today: nhs.Today(p.DB.Now())}
	in, m, err := p.indicatorOf(name)
	if err != nil {
		return v, err
	}
	if err := oneOf("order", v.sort, []string{"value", "name"}); err != nil {
		return v, err
	}
	if v.groups, err = p.groups(ctx); err != nil {
		return v, err
	}
	g, err := p.groupOf(ctx, v.groups, q.Get("group"), in)
	if err != nil {
		return v, err
	}
	v.periods, err = measure.Recalled(ctx, p.DB, p.drawn, "periods "+in.Measure, func() ([]date.Period, error) { return measure.Periods(ctx, p.DB, in.Measure) })
	if err != nil {
		return v, err
	}
	period, err := p.periodOf(ctx, in, v.periods, q.Get("period"))
	if err != nil {
		return v, err
	}
	v.comparison, err = p.compare(ctx, in, m, g, v.groups.members, period)
	return v, err
}

// periodOf is the period that an address names, or the latest.
func (p Pages) periodOf(ctx context.Context, in Indicator, periods []date.Period, text string) (date.Period, error) {
	if text == "" {
		return p.latestPeriod(ctx, in, periods)
	}
	period, err := date.ParsePeriod(text)
	if err != nil {
		return period, errs.New(errs.Invalid, "“%s” is no period. Write a month as 2025-10, a quarter as 2025-Q4, a financial year as 2024/25 or a day as 2026-07-01.", text)
	}
	if !slices.Contains(periods, period) {
		return period, errs.New(errs.NotFound, "No figures of “%s” are loaded for %s.", in.Title, period.Label())
	}
	return period, nil
}

// readRanking reads what the page shows of single practices: the ranking, and the small charts.
func (p Pages) readRanking(ctx context.Context, v *indicatorView) error {
	// A measurement without an interval is listed by name: an order would pretend.
	if v.sort == "" {
		v.sort = "value"
	}
	if !v.counted() {
		v.sort = "name"
	}
	list, err := v.shown, error(nil)
	if v.sort == "name" {
		if list, err = p.byName(ctx, v.comparison); err != nil {
			return err
		}
	}
	v.listed = len(list)
	v.at[0], v.at[1] = min(v.at[0], pagesOf(v.listed, rankedPerPage)), min(v.at[1], pagesOf(v.listed, tilesPerPage))
	v.ranking = v.rowsOf(pageOf(list, v.at[0], rankedPerPage))
	for i, r := range v.ranking {
		v.ranking[i].low, v.ranking[i].high = v.interval(r.compared)
	}
	if v.tiles, err = p.indicatorTiles(ctx, v.comparison, v.rowsOf(pageOf(list, v.at[1], tilesPerPage))); err != nil {
		return err
	}
	v.note, err = p.sharedNote(ctx, v.Indicator)
	return err
}

// byName are the practices shown in the order of their names.
func (p Pages) byName(ctx context.Context, c *comparison) ([]compared, error) {
	return measure.Recalled(ctx, p.DB, p.kept, "names "+c.key(), func() ([]compared, error) {
		rows := c.rowsOf(c.shown)
		slices.SortStableFunc(rows, func(a, b rankedRow) int { return strings.Compare(a.name, b.name) })
		list := make([]compared, len(rows))
		for i, r := range rows {
			list[i] = r.compared
		}
		return list, nil
	})
}

// rowsOf gives practices their names.
func (c *comparison) rowsOf(practices []compared) []rankedRow {
	rows := make([]rankedRow, len(practices))
	for i, x := range practices {
		rows[i] = rankedRow{compared: x, name: c.labels[x.Unit]}
	}
	return rows
}

// labelsOf are the names of practices, or their codes.
func (p Pages) labelsOf(ctx context.Context, practices []compared) (map[string]string, error) {
	labels := make(map[string]string, len(practices))
	codes := make([]any, len(practices))
	for i, x := range practices {
		labels[x.Unit], codes[i] = x.Unit, x.Unit
	}
	query, args := "select code, name from unit where name <> ''", []any(nil)
	if len(codes) <= 1000 { // more are as quickly read all at once, and engines limit arguments
		filter := store.NewFilter().In("code", codes...)
		query, args = query+filter.SQL(), filter.Args()
	}
	rows, err := store.Collect[named](ctx, p.DB, query, args...)
	for _, n := range rows {
		if _, wanted := labels[n.Code]; wanted {
			labels[n.Code] = n.label()
		}
	}
	return labels, err
}

// indicatorTiles draws the indicator's small chart at each practice.
func (p Pages) indicatorTiles(ctx context.Context, c *comparison, rows []rankedRow) (page.Tiles, error) {
	units := make([]string, len(rows))
	for i, r := range rows {
		units[i] = r.Unit
	}
	return measure.Recalled(ctx, p.DB, p.drawn, "tiles "+c.Name+" "+strings.Join(units, " "), func() (page.Tiles, error) {
		series, err := measure.ReadSeries(ctx, p.DB, c.Indicator.Measure, units)
		tiles := make(page.Tiles, 0, len(rows))
		for _, r := range rows {
			t := tileOf(r.Unit, c.Indicator, c.measure, series[r.Unit])
			t.Name = r.name
			tiles = append(tiles, t)
		}
		return tiles, err
	})
}

// sharedNote is the step that most practices made together, in words; "" when there is none.
func (p Pages) sharedNote(ctx context.Context, in Indicator) (string, error) {
	text, err := store.One[string](ctx, p.DB, "select shared from monitor_study where indicator = $1", in.Name)
	if errors.Is(err, store.ErrNotFound) || text == "" {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	n, err := readNote(in, text)
	return in.Title + ": " + n.Words + ".", err
}

// comparisonSheet is every practice of the comparison as a file.
func (p Pages) comparisonSheet(ctx context.Context, c *comparison) (page.Sheet, error) {
	s := page.Sheet{Name: c.Name + "-" + strings.ReplaceAll(c.period.String(), "/", "-"),
		Head: []string{"practice", "practice_name", "indicator", "period", "numerator", "denominator", "value", "lower_95", "upper_95", "outside_99.8"}}
	labels, err := p.labelsOf(ctx, c.list)
	for _, x := range c.list {
		outside := ""
		if x.Mark != chart.Common {
			outside = map[string]string{"H": "above", "L": "below"}[x.Mark.Letter()]
		}
		low, high := c.interval(x)
		s.Rows = append(s.Rows, []any{x.Unit, labels[x.Unit], c.Name, c.period.String(), x.Num, x.Den, x.Value, low, high, outside})
	}
	return s, err
}

func (v indicatorView) sendFunnel(w http.ResponseWriter) error {
	if v.drawing == nil {
		return errs.New(errs.NotFound, "%s", v.noFunnel)
	}
	page.Attachment(w, v.Name+"-funnel.svg", "image/svg+xml")
	_, err := w.Write(v.drawing.File())
	return err
}

// address is the page's own with another order, or another page of its parts.
func (v indicatorView) address(sort string, ranking, charts int) string {
	q := v.kept()
	if sort != "value" && v.counted() {
		q.Set("sort", sort)
	}
	if ranking > 1 {
		q.Set("page", itoa(ranking))
	}
	if charts > 1 {
		q.Set("charts", itoa(charts))
	}
	if len(q) == 0 {
		return "/indicators/" + v.Name
	}
	return "/indicators/" + v.Name + "?" + q.Encode()
}

// kept is what every link of the page carries: the group and the period.
func (v indicatorView) kept() url.Values {
	q := url.Values{"group": {v.group.key()}}
	if !v.period.IsZero() {
		q.Set("period", v.period.String())
	}
	return q
}

func (v indicatorView) download(extension string) string {
	return "/indicators/" + v.Name + "." + extension + "?" + v.kept().Encode()
}

func (v indicatorView) controls() []nhsuk.Select {
	var periods []nhsuk.Option
	for i, p := range slices.Backward(v.periods) {
		if len(v.periods)-i > 36 {
			break
		}
		periods = append(periods, nhsuk.Option{Text: p.Label(), Value: p.String()})
	}
	return []nhsuk.Select{
		{Name: "group", Label: nhsuk.Label{Text: "Compare with"}, Value: v.group.key(), Options: v.groups.options(v.group)},
		{Name: "period", Label: nhsuk.Label{Text: "Period"}, Value: v.period.String(), Options: periods},
	}
}

// counts says in one sentence who is in the comparison and who is not.
func (v indicatorView) counts() string {
	when := "for " + v.period.Label()
	if v.measure.Cadence == date.Day {
		when = "up to " + v.period.Label() + ", the latest of each"
	}
	words := fmt.Sprintf("%s %s with a figure %s, among %s.", grouped(float64(len(v.list))), plural(len(v.list), "practice", "practices"), when, v.group.Name)
	for _, left := range []struct {
		n    int
		says string
	}{{v.suppressed, "held back by the publisher because it is small"}, {v.silent, "not reported"}, {v.small, "over so few cases that it is not compared"}, {v.impossible, "a share of more than all, which cannot be"}} {
		if left.n > 0 {
			words += fmt.Sprintf(" At %s more it is %s.", grouped(float64(left.n)), left.says)
		}
	}
	return words
}

// smallWords says how many of the practices shown rest on few events; "" when none do.
func (v indicatorView) smallWords() string {
	n := 0
	for _, r := range v.ranking {
		if v.counted() && r.Num < few {
			n++
		}
	}
	if n == 0 {
		return ""
	}
	return fmt.Sprintf("%d of the practices below %s fewer than %d events in the period: their values jump from period to period, and their intervals say how much.", n, plural(n, "has", "have"), few)
}

func (v indicatorView) figure() page.Figure {
	f := page.Figure{ID: "funnel-figure", Caption: v.drawing.Desc, Drawing: v.wide, Phone: v.phone, Key: v.drawing.Key(),
		Downloads: []nhsuk.Download{{Format: "CSV", Href: v.download("csv"), Of: v.Title}, {Format: "XLSX", Href: v.download("xlsx"), Of: v.Title}, {Format: "SVG", Href: v.download("svg"), Of: v.Title}}}
	if v.measure.Kind == measure.Rate {
		f.Notes = append(f.Notes, fmt.Sprintf("Funnel: the average is that of all %s practices compared; limits on the square root scale around the expected number.", grouped(float64(len(v.list)))))
	} else {
		f.Notes = append(f.Notes, fmt.Sprintf("Funnel: the average is that of all %s practices compared; limits on the arcsine scale.", grouped(float64(len(v.list)))))
	}
	if v.tau2 > 0 {
		f.Notes = append(f.Notes, "Practices differ by more than chance alone explains, so the outer limits are widened by how much they usually differ (a tenth at each end pulled in first). Only those outside of the widened limits are marked.")
	} else {
		f.Notes = append(f.Notes, "Practices differ by no more than chance alone explains, so the limits are not widened.")
	}
	return f
}

// ranked draws the practices of the page with their intervals.
func (v indicatorView) ranked() page.Figure {
	c := chart.Ranked{ID: "ranked", Title: v.Title + " by practice, " + v.period.Label(), Axis: axisWords(v.Indicator), Format: formatOf(v.Indicator),
		Line: v.centre, LineName: "Average", Falling: true,
		Desc: "Each practice’s value with its 95% interval. Where intervals overlap, the order says nothing."}
	for _, r := range v.ranking {
		c.Units = append(c.Units, chart.Unit{Label: r.name, Href: "/practices/" + r.Unit + "/" + v.Name, Value: r.Value, Lower: r.low, Upper: r.high, Mark: r.Mark})
	}
	return page.Figure{ID: "ranked-figure", Drawing: c.View(), Phone: c.Phone()}
}

// table lists the practices of the page with their intervals.
func (v indicatorView) table() nhsuk.Table {
	t := nhsuk.Table{Caption: axisWords(v.Indicator) + ", " + v.period.Label(), CaptionSize: "s", Responsive: true, FirstCellIsHeader: true, Class: "ohp-dense",
		Downloads: []nhsuk.Download{{Format: "CSV", Href: v.download("csv"), Of: v.Title}, {Format: "XLSX", Href: v.download("xlsx"), Of: v.Title}}}
	t.Head = []nhsuk.Cell{{Text: "Practice"}, {Text: "Value", Numeric: true}}
	if !v.counted() {
		t.Class += " ohp-narrow"
	} else {
		t.Head = []nhsuk.Cell{{Text: "Practice", Sort: sortState(v.sort == "name", "ascending"), Href: v.address("name", 1, 1) + "#ranking"},
			{Text: "Value", Numeric: true, Sort: sortState(v.sort == "value", "descending"), Href: v.address("value", 1, 1) + "#ranking"},
			{Text: "95% interval", Numeric: true}, {Text: shortOr(v.measure.Counts, "Numerator"), Numeric: true}, {Text: shortOr(v.measure.Of, "Denominator"), Numeric: true}, {Text: "Note"}}
	}
	format := formatOf(v.Indicator)
	for _, r := range v.ranking {
		row := []nhsuk.Cell{{Text: r.name, Href: "/practices/" + r.Unit + "/" + v.Name}, {Text: format.Write(r.Value)}}
		if v.counted() {
			row = append(row, intervalCell(format, r), countCell(r.Num), countCell(r.Den), nhsuk.Cell{Text: placeAmong(v.comparison, r.compared), Class: "ohp-muted"})
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// shortOr is what is counted where it fits above a column, else the general word.
func shortOr(words, otherwise string) string {
	if len(words) > 28 {
		return otherwise
	}
	return wordsOr(words, otherwise)
}

// wordsOr is what is counted, else the general word.
func wordsOr(words, otherwise string) string {
	if words == "" {
		return otherwise
	}
	return capital(words)
}

func intervalCell(f chart.Format, r rankedRow) nhsuk.Cell {
	if measure.IsNone(r.low) {
		return nhsuk.Cell{Text: "–"}
	}
	return nhsuk.Cell{Text: f.Write(r.low) + " to " + f.Write(r.high), Class: "ohp-nowrap"}
}

// placeAmong says in a few words what stands out about a practice: its place in the funnel, or how little it rests on.
func placeAmong(c *comparison, x compared) string {
	words := ""
	switch {
	case c.drawing == nil:
	case x.Mark.Letter() == "H":
		words = "far above"
	case x.Mark.Letter() == "L":
		words = "far below"
	}
	if x.Num < few {
		words = strings.TrimPrefix(words+", small number", ", ")
	}
	return words
}

// reviews say who stands behind the document.
func (v indicatorView) reviews() []nhsuk.Row {
	next := v.NextReview.Label()
	if v.Overdue(v.today) {
		next += " – overdue"
	}
	return []nhsuk.Row{
		{Key: "Source", Value: v.Source}, {Key: "Population", Value: capital(v.Population)}, {Key: "Written by", Value: v.Author},
		{Key: "Checked by", Value: v.Checker}, {Key: "Last reviewed", Value: v.LastReviewed.Label()}, {Key: "Next review", Value: next},
	}
}

// otherSections are the document's sections besides what the page says at its top.
func (v indicatorView) otherSections() []Section {
	return slices.DeleteFunc(slices.Clone(v.Sections), func(s Section) bool { return s.Heading == "What it is" })
}

func pagesOf(n, per int) int { return max(1, (n+per-1)/per) }

// pageOf is page n (from 1) of a list.
func pageOf[T any](list []T, n, per int) []T {
	from := min(len(list), (n-1)*per)
	return list[from:min(len(list), from+per)]
}
