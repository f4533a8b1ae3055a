package monitor

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"ohp/internal/kernel/date"
	"ohp/internal/kernel/errs"
	"ohp/internal/kernel/measure"
	"ohp/internal/kernel/page"
	"ohp/internal/kernel/page/nhsuk"
	"ohp/internal/kernel/store"
)

// chartView is what the page of one indicator at one practice shows.
type chartView struct {
	Indicator
	measure   measure.Measure
	unit      *measure.Known
	profile   string
	traced    []measure.Traced
	named     bool // by a file that is loaded, with a figure or without
	plotted   Plotted
	signals   []openSignal
	history   []measure.Superseded
	neighbour [2]named // the practices before and after by name
}

// named is a unit with its name.
type named struct {
	Code string `db:"code"`
	Name string `db:"name"`
}

// label is the name for people, or the code where no source names the unit.
func (n named) label() string {
	if n.Name == "" {
		return n.Code
	}
	return titleCase(n.Name)
}

// openSignal is a signal of an open concern, for the link to it.
type openSignal struct {
	Concern  string `db:"concern"`
	Kind     string `db:"kind"`
	Nature   string `db:"nature"`
	Headline string `db:"headline"`
	Body     string `db:"body"` // a Signal
}

// began is the period in which a change over time began; none for the other kinds.
func (s openSignal) began() (date.Period, error) {
	if s.Kind != OverTime {
		return date.Period{}, nil
	}
	var signal Signal
	if err := json.Unmarshal([]byte(s.Body), &signal); err != nil {
		return date.Period{}, fmt.Errorf("the stored signal of concern %s: %w", s.Concern, err)
	}
	return date.ParsePeriod(signal.Began)
}

// chart answers with the page, or with its figures or drawing as a file when the address ends in .csv, .xlsx or .svg.
func (p Pages) chart(w http.ResponseWriter, r *http.Request) error {
	name, extension, _ := strings.Cut(r.PathValue("indicator"), ".")
	if err := fileKind(extension); err != nil {
		return err
	}
	v, err := p.readChart(r, name)
	if err != nil {
		return err
	}
	switch extension {
	case "csv", "xlsx":
		return v.sheet().Send(w, extension)
	case "svg":
		return v.sendDrawing(w)
	}
	if err := p.readBeside(r.Context(), &v); err != nil {
		return err
	}
	practice := titleCase(v.unit.Label())
	crumbs := []nhsuk.Link{{Text: "Practices", Href: "/practices"}, {Text: practice, Href: "/practices/" + v.unit.Code}}
	return p.Site.Render(w, r, page.Page{Title: v.Title + ", " + practice, Section: "Practices", Crumbs: crumbs, Body: chartPage(v)})
}

func (p Pages) readChart(r *http.Request, name string) (chartView, error) {
	ctx := r.Context()
	v := chartView{profile: r.URL.Query().Get("profile")}
	if err := oneOf("rule profile", v.profile, profiles); err != nil {
		return v, err
	}
	in, m, err := p.indicatorOf(name)
	if err != nil {
		return v, err
	}
	v.Indicator, v.measure = in, m
	code := r.PathValue("code")
	if v.unit, err = measure.ReadUnitKnown(ctx, p.DB, code); errors.Is(err, store.ErrNotFound) {
		return v, errs.New(errs.NotFound, "No organisation with the code “%s” is loaded. Check the code, or look for the practice by name on the Practices page.", code)
	} else if err != nil {
		return v, err
	}
	if v.traced, err = measure.Trace(ctx, p.DB, in.Measure, code); err != nil {
		return v, err
	}
	v.named = len(v.traced) > 0
	if in.stands() {
		v.traced = slices.DeleteFunc(v.traced, func(t measure.Traced) bool { return t.Status != measure.Reported })
	}
	if err := p.readSignals(ctx, &v); err != nil || len(v.traced) == 0 {
		return v, err
	}
	plot := plotOf(in, m, measure.SeriesOf(v.traced))
	plot.Title = in.Title + ", " + titleCase(v.unit.Label())
	if v.profile == "" {
		v.profile = in.Profile
	}
	plot.Profile = v.profile
	for _, s := range v.signals {
		began, err := s.began()
		if err != nil {
			return v, err
		}
		if !began.IsZero() {
			plot.Began = began
		}
	}
	v.plotted, err = plot.Draw()
	return v, err
}

// readSignals reads what open concerns say of the indicator at the practice.
func (p Pages) readSignals(ctx context.Context, v *chartView) error {
	var err error
	v.signals, err = store.Collect[openSignal](ctx, p.DB, `select s.concern, s.kind, s.nature, c.headline, s.body from concern c join concern_signal s on s.concern = c.id
where c.practice = $1 and c.state = 'open' and s.indicator = $2 and s.state = 'open' order by s.kind`, v.unit.Code, v.Name)
	return err
}

// indicatorOf finds an indicator with its measure; what there is none of is said in words.
func (p Pages) indicatorOf(name string) (Indicator, measure.Measure, error) {
	in, err := IndicatorNamed(name)
	if errs.KindOf(err) == errs.NotFound {
		return in, measure.Measure{}, errs.New(errs.NotFound, "There is no indicator called “%s”. The Indicators page lists those that there are.", name)
	}
	if err != nil {
		return in, measure.Measure{}, err
	}
	m, ok := p.measureOf(in)
	if !ok {
		return in, m, errs.New(errs.NotFound, "No figures are offered for “%s”.", in.Title)
	}
	return in, m, nil
}

// readBeside reads what stands beside the chart: superseded figures and the neighbours by name.
func (p Pages) readBeside(ctx context.Context, v *chartView) error {
	var err error
	if v.history, err = measure.History(ctx, p.DB, v.Measure, v.unit.Code); err != nil {
		return err
	}
	v.neighbour, err = p.neighbours(ctx, v.unit.Code)
	return err
}

// neighbours are the practices before and after in the partnership's list by name; none outside of a partnership.
func (p Pages) neighbours(ctx context.Context, code string) ([2]named, error) {
	var two [2]named
	all, err := p.groups(ctx)
	if err != nil || !all.members[code] {
		return two, err
	}
	i := slices.IndexFunc(all.list, func(n named) bool { return n.Code == code })
	if i > 0 {
		two[0] = all.list[i-1]
	}
	if i >= 0 && i+1 < len(all.list) {
		two[1] = all.list[i+1]
	}
	return two, nil
}

// namesOf returns units with their names, in the order of the names.
func (p Pages) namesOf(ctx context.Context, units map[string]bool) ([]named, error) {
	codes := make([]string, 0, len(units))
	for u := range units {
		codes = append(codes, u)
	}
	slices.Sort(codes)
	filter := store.NewFilter().In("code", store.Args(codes)...)
	return store.Collect[named](ctx, p.DB, "select code, name from unit where true"+filter.SQL()+" order by case when name = '' then code else name end, code", filter.Args()...)
}

// sheet is the chart's figures with limits and sources as a file.
func (v chartView) sheet() page.Sheet {
	s := page.Sheet{Name: v.unit.Code + "-" + v.Name, Head: []string{"practice", "practice_name", "indicator", "period", "status", "numerator", "denominator",
		"value", "lower_limit", "centre", "upper_limit", "special_cause", "chart", "rules", "source_file", "source_place", "source_row", "as_at"}}
	for i, t := range v.traced {
		pt := v.plotted.Points[i]
		var row any
		if t.Row > 0 {
			row = t.Row
		}
		s.Rows = append(s.Rows, []any{v.unit.Code, titleCase(v.unit.Label()), v.Name, t.Period.String(), t.Status.String(), t.Numerator, t.Denominator,
			pt.Value, pt.Lower, pt.Centre, pt.Upper, pt.Cause, v.plotted.Chart, v.profile, t.File, t.Place, row, t.AsAt})
	}
	return s
}

func (v chartView) sendDrawing(w http.ResponseWriter) error {
	if len(v.traced) == 0 {
		return errs.New(errs.NotFound, "There is nothing to draw: no figures of %s are loaded for this practice.", v.Title)
	}
	page.Attachment(w, v.unit.Code+"-"+v.Name+".svg", "image/svg+xml")
	_, err := w.Write(v.plotted.Drawing().File())
	return err
}

// address is the page's own; a profile that is not the indicator's stands in it.
func (v chartView) address() string { return "/practices/" + v.unit.Code + "/" + v.Name }

// figure is the chart with its words; its files are of the profile that is shown.
func (v chartView) figure() page.Figure {
	f := figureOf(v.plotted, v.unit.Code, v.Name)
	if v.profile != v.Profile {
		for i := range f.Downloads {
			f.Downloads[i].Href += "?profile=" + v.profile
		}
	}
	return f
}

// facts are the figures that a reader asks for first.
func (v chartView) facts() []nhsuk.Row {
	rows := []nhsuk.Row{{Key: "Latest figure", Value: v.latestWords()}}
	if !measure.IsNone(v.Target) {
		rows = append(rows, nhsuk.Row{Key: "Target", Value: scaled(amountWith(v.Target, v.Decimals), v.ScaleWords)})
	}
	better := map[string]string{HigherIsBetter: "Higher is better", LowerIsBetter: "Lower is better", Neither: "Neither higher nor lower is better"}
	rows = append(rows, nhsuk.Row{Key: "Direction", Value: better[v.Direction]})
	if v.Population != "" {
		rows = append(rows, nhsuk.Row{Key: "Population", Value: capital(v.Population)})
	}
	return append(rows, nhsuk.Row{Key: "Source", Value: v.Source})
}

func (v chartView) latestWords() string {
	if measure.IsNone(v.plotted.LastValue) {
		return "None has been reported"
	}
	words := scaled(amountWith(v.plotted.LastValue, v.Decimals), v.ScaleWords)
	if f := formatOf(v.Indicator); f.Levels != nil {
		words = f.Write(v.plotted.LastValue)
	}
	words += ", " + v.plotted.LastPeriod.Label()
	for _, t := range v.traced {
		if t.Period == v.plotted.LastPeriod && !measure.IsNone(t.Denominator) {
			words += fmt.Sprintf(" (%s of %s)", countWords(t.Numerator), countWords(t.Denominator))
		}
	}
	return words
}

// countWords writes a count with commas, and decimals only where it has some.
func countWords(x float64) string { return countCell(x).Text }

func (v chartView) profileControl() nhsuk.Select {
	words := map[string]string{"nhsr-0.2.2": "NHS-R 0.2.2", "powerbi-spc": "Power BI", "mdc-excel-2023": "Excel tool, 2023"}
	var options []nhsuk.Option
	for _, name := range profiles {
		text := words[name]
		if name == v.Profile {
			text += ", as usual"
		}
		options = append(options, nhsuk.Option{Text: text, Value: name})
	}
	return nhsuk.Select{Name: "profile", Label: nhsuk.Label{Text: "Rules for special causes"}, Value: v.profile, Options: options}
}

// sources say where each figure comes from, newest first.
func (v chartView) sources() nhsuk.Table {
	t := nhsuk.Table{Caption: "Where each figure comes from", CaptionSize: "s", Responsive: true, Compact: true, FirstCellIsHeader: true,
		Head: []nhsuk.Cell{{Text: "Period"}, {Text: "Status"}, {Text: "File"}, {Text: "Place in the file"}, {Text: "As at"}}}
	for _, f := range slices.Backward(v.traced) {
		file := nhsuk.Cell{Text: "no file says anything"}
		if f.FileNo > 0 {
			file = nhsuk.Cell{Text: f.File, Href: "/data/" + itoa(int(f.FileNo)), Class: "ohp-file"}
		}
		t.Rows = append(t.Rows, []nhsuk.Cell{{Text: f.Period.Label()}, {Text: f.Status.String()}, file, {Text: placeWords(f.Place, f.Row)}, {Text: dayWords(f.AsAt)}})
	}
	return t
}

func placeWords(place string, row int) string {
	var words []string
	if place != "" {
		words = append(words, place)
	}
	if row > 0 {
		words = append(words, "row "+itoa(row))
	}
	if len(words) == 0 {
		return "–"
	}
	return strings.Join(words, ", ")
}

// dayWords writes a stored date for people.
func dayWords(day string) string {
	d, err := date.Parse(day)
	if err != nil {
		return "not stated"
	}
	return d.Label()
}

// superseded lists the figures that later files replaced, newest first.
func (v chartView) superseded() nhsuk.Table {
	t := nhsuk.Table{Caption: "Figures that were replaced", CaptionSize: "s", Responsive: true, Compact: true, FirstCellIsHeader: true,
		Head: []nhsuk.Cell{{Text: "Period"}, {Text: "Was"}, {Text: "From"}, {Text: "Replaced by"}, {Text: "On"}}}
	for _, h := range slices.Backward(v.history) {
		period, on := h.Period, h.At
		if p, err := date.ParsePeriod(h.Period); err == nil {
			period = p.Label()
		}
		if at, err := date.ParseInstant(h.At); err == nil {
			on = momentWords(at.Time())
		}
		from := h.File
		if h.Row > 0 {
			from += ", row " + itoa(h.Row)
		}
		t.Rows = append(t.Rows, []nhsuk.Cell{{Text: period}, {Text: v.was(h)}, {Text: from, Class: "ohp-file"}, {Text: h.By, Class: "ohp-file"}, {Text: on}})
	}
	return t
}

// was writes a superseded figure.
func (v chartView) was(h measure.Superseded) string {
	f := measure.Figure{Status: h.Status, Numerator: orNone(h.Numerator), Denominator: orNone(h.Denominator), Value: orNone(h.Value)}
	if x := f.Amount(v.measure.Per); !measure.IsNone(x) {
		words := formatOf(v.Indicator).Write(x)
		if !measure.IsNone(f.Denominator) {
			words += fmt.Sprintf(" (%s of %s)", countWords(f.Numerator), countWords(f.Denominator))
		}
		return words
	}
	return h.Status.String()
}

func orNone(x *float64) float64 {
	if x == nil {
		return measure.None
	}
	return *x
}

// step leads to the same indicator at the practice before (0) or after (1).
func (v chartView) step(i int) nhsuk.Step {
	n := v.neighbour[i]
	if n.Code == "" {
		return nhsuk.Step{}
	}
	return nhsuk.Step{Href: "/practices/" + n.Code + "/" + v.Name, Label: n.label(), Text: [2]string{"Previous practice", "Next practice"}[i]}
}
