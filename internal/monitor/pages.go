package monitor

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"ohp/internal/kernel/errs"
	"ohp/internal/kernel/measure"
	"ohp/internal/kernel/page"
	"ohp/internal/kernel/store"
	"ohp/internal/nhs"
)

// Pages are the monitor's pages.
type Pages struct {
	DB       *store.DB
	Site     *page.Site
	Measures []measure.Measure // what the modules declare

	kept  *measure.Recollection // comparisons and who belongs to which group; made by Routes
	drawn *measure.Recollection // what is smaller: small charts, lists, periods; made by Routes
}

// Routes lists the monitor's addresses.
func (p Pages) Routes() []page.Route {
	p.kept = &measure.Recollection{Most: 96}   // more than there are indicators
	p.drawn = &measure.Recollection{Most: 500} // a page of small charts takes 60 kB
	get := func(pattern, name string, h page.Handler) page.Route {
		return page.Route{Method: http.MethodGet, Pattern: pattern, Name: name, Handler: h}
	}
	return []page.Route{
		get("/{$}", "first", func(w http.ResponseWriter, r *http.Request) error {
			http.Redirect(w, r, "/concerns", http.StatusFound)
			return nil
		}),
		get("/concerns", "concerns", p.concerns),
		get("/concerns/{id}", "concern", p.concern),
		get("/practices", "practices", p.practices),
		get("/practices/{code}", "practice", p.practice),
		get("/practices/{code}/{indicator}", "chart", p.chart),
		get("/indicators", "indicators", p.indicators),
		get("/indicators/{name}", "indicator", p.indicator),
		get("/methods", "methods", p.methods),
		get("/methods/{name}", "method", p.method),
	}
}

// keptForRun is what work gives, kept until the monitor runs again or a file is loaded: only they change concerns and names.
func keptForRun[T any](ctx context.Context, p Pages, key string, work func() (T, error)) (T, error) {
	run, err := store.One[int64](ctx, p.DB, "select coalesce(max(no), 0) from monitor_run")
	if err != nil {
		return *new(T), err
	}
	return measure.Recalled(ctx, p.DB, p.drawn, "run "+strconv.FormatInt(run, 10)+" "+key, work)
}

// measureOf returns the declaration of an indicator's measure.
func (p Pages) measureOf(in Indicator) (measure.Measure, bool) {
	i := slices.IndexFunc(p.Measures, func(m measure.Measure) bool { return m.Name == in.Measure })
	if i < 0 {
		return measure.Measure{}, false
	}
	return p.Measures[i], true
}

// themeWords writes a theme for people: "Long-term conditions".
func themeWords(theme string) string {
	if theme == "long-term-conditions" {
		return "Long-term conditions"
	}
	return capital(strings.ReplaceAll(theme, "-", " "))
}

// questionWords writes a key question for people.
func questionWords(question string) string { return capital(question) }

// chanceWords puts a chance into few words for a table.
func chanceWords(p float64) string {
	switch {
	case p >= 1:
		return "not a matter of chance"
	case p < 1e-6:
		return "under 1 in a million"
	}
	return "1 in " + grouped(roundTwo(1/p))
}

// momentWords writes an instant for people, in local time.
func momentWords(at time.Time) string {
	return at.In(nhs.London).Format("2 January 2006, 15:04")
}

// oneOf refuses a query parameter that is not among the known ones, in words.
func oneOf(what, value string, known []string) error {
	if value == "" || slices.Contains(known, value) {
		return nil
	}
	return errs.New(errs.Invalid, "There is no %s named “%s”. Choose one of: %s.", what, value, strings.Join(known, ", "))
}

// fileKind refuses an address that asks for a kind of file that there is none of.
func fileKind(extension string) error {
	if err := oneOf("kind of file", extension, []string{"csv", "xlsx", "svg"}); err != nil {
		return errs.New(errs.NotFound, "%s", errs.Words(err))
	}
	return nil
}
