package published

import (
	"context"
	"fmt"
	"strings"
	"time"

	"ohp/internal/kernel/date"
	"ohp/internal/kernel/measure"
	"ohp/internal/kernel/tabular"
)

// cqcRatings is the Commission's table of latest ratings, and the extracts that
// others make of it: one row for each location, population group (or service)
// and domain. Only rows of the group "Overall" rate the practice. A location
// takes over its predecessor's rating when it is registered anew (inherited).
var cqcRatings = Format{
	Name:      "cqc-ratings",
	Title:     "Care Quality Commission: latest ratings",
	Publisher: cqcPublisher,
	Recognise: func(f *tabular.File) bool {
		s, h := sheetWith(f, ratingColumns...)
		return s != nil && (h.Has("date") || h.Has("year"))
	},
	Read:     readRatings,
	Measures: cqcMeasures,
}

var ratingColumns = []tabular.Column{
	tabular.Col("practice", "Location ODS Code", "ods_code", "Practice.Code", "Practice Code", "locationodscode"),
	tabular.Col("rating", "Latest Rating", "overall_rating", "Location Latest Overall Rating", "latest_rating", "Rating"),
	tabular.OptCol("group", "Service / Population Group", "service_population_group", "Population Group", "Service or Population Group"),
	tabular.OptCol("domain", "Domain", "Key Question"),
	tabular.OptCol("date", "Publication Date", "publication_date", "Report Publication Date"),
	tabular.OptCol("year", "Year"),
	tabular.OptCol("inherited", "Inherited Rating (Y/N)", "inherited_rating", "inherited_rating_y_n", "Inherited Rating"),
	tabular.OptCol("location", "Location ID", "location_id"),
	tabular.OptCol("provider", "Provider ID", "provider_id"),
	tabular.OptCol("registered", "Location HSCA start date", "registration_date", "registrationdate"),
}

func readRatings(ctx context.Context, f *tabular.File, o Options, l *measure.Load) error {
	t := ratingTable{table: tableWith(f, l, ratingColumns...), rated: map[string]bool{}, partly: map[string]tabular.Row{}, seen: map[string]bool{}}
	if err := t.each(ctx, o, t.row); err != nil {
		return err
	}
	t.unrated()
	for _, a := range t.placed {
		if a.From.IsZero() {
			a.From = l.File.AsAt
		}
		l.Attribute(a)
	}
	return nil
}

type ratingTable struct {
	table
	rated  map[string]bool        // practices with a row of the group "Overall"
	partly map[string]tabular.Row // practices met in rows of another group, with the first such row
	order  []string               // of partly
	placed []measure.Attribute    // where practices are registered
	seen   map[string]bool        // of placed
}

func (t *ratingTable) row(r tabular.Row) {
	text := t.cell(r, "practice")
	code, reason := practiceIn(text)
	if reason != "" {
		if text == "" && t.header.Has("location") {
			return // a location that is no NHS practice: a dentist, a care home
		}
		if tabular.Normal(text) == "na" {
			reason = "the location has no ODS code, so it cannot be told which practice it is"
		}
		t.reject(r, "practice", reason)
		return
	}
	if group := tabular.Normal(t.cell(r, "group")); t.header.Has("group") && group != "overall" && group != "" {
		if _, seen := t.partly[code]; !seen {
			t.order = append(t.order, code)
			r.Cells = append([]string(nil), r.Cells...)
			t.partly[code] = r
		}
		t.place(r, code)
		return
	}
	p, day, err := t.when(r)
	if err != nil {
		t.reject(r, t.dated(), err.Error())
		return
	}
	x, words, reason := ratingOf(t.cell(r, "rating"))
	if reason != "" {
		t.reject(r, "rating", reason)
		return
	}
	if !t.period(r, t.dated(), p) {
		return
	}
	asAt(t.load, day)
	t.load.Unit(measure.Unit{Code: code, Kind: "practice", Row: r.Line})
	t.place(r, code)
	t.give(r, code, p, day, x, words)
}

func (t *ratingTable) give(r tabular.Row, code string, p date.Period, day date.Date, x reading, words string) {
	domain := t.cell(r, "domain")
	name := "cqc-overall-rating"
	if question := keyQuestionOf(domain); question != "" {
		name = "cqc-" + question + "-rating"
	} else {
		if n := tabular.Normal(domain); n != "overall" && n != "" {
			t.reject(r, "domain", quoted(domain, 40)+" is not one of the Commission's key questions")
			return
		}
		t.rated[code] = true
		t.load.Figure(t.sheet.Place, single(name, code, p, x, r.Line))
	}
	if words != "" {
		t.load.Attribute(measure.Attribute{Unit: code, Name: name, Value: words, From: day, Note: t.noteOf(r), Row: r.Line})
	}
}

// when is the day of publication, or the year where the table gives no more.
func (t *ratingTable) when(r tabular.Row) (date.Period, date.Date, error) {
	if text := t.cell(r, "date"); text != "" || !t.header.Has("year") {
		day, err := date.ParseAny(text)
		if text == "" {
			err = fmt.Errorf("the row has no day of publication")
		}
		return date.Day.Of(day), day, err
	}
	text := t.cell(r, "year")
	year, err := date.ParsePeriod(text)
	if err != nil || year.Kind() != date.Year || year.Start().Before(date.New(2009, time.January, 1)) {
		return date.Period{}, date.Date{}, fmt.Errorf("%s is not a year in which the Commission has rated", quoted(text, 40))
	}
	return year, year.Start(), nil
}

// noteOf says what qualifies the rating.
func (t *ratingTable) noteOf(r tabular.Row) string {
	var notes []string
	if strings.HasPrefix(strings.ToLower(t.cell(r, "inherited")), "y") {
		notes = append(notes, "inherited")
	}
	if t.cell(r, "date") == "" {
		notes = append(notes, "only the year is stated")
	}
	if location := t.cell(r, "location"); location != "" {
		notes = append(notes, "location "+location)
	}
	return strings.Join(notes, "; ")
}

// place keeps at which location, of which provider, the practice is registered:
// since the day that the table states, or else as at the table's own day, which
// is known at its end (a rating may be older than the registration that inherits it).
func (t *ratingTable) place(r tabular.Row, code string) {
	since, _ := date.ParseAny(t.cell(r, "registered"))
	for _, column := range []string{"location", "provider"} {
		id := t.cell(r, column)
		if id == "" || id == "-" || t.seen[code+column+id] {
			continue
		}
		t.seen[code+column+id] = true
		t.placed = append(t.placed, measure.Attribute{Unit: code, Name: "cqc-" + column, Value: id, From: since, Row: r.Line})
	}
}

// unrated reports practices that the table rates for single population groups
// only: their overall rating is not in it.
func (t *ratingTable) unrated() {
	for _, code := range t.order {
		if !t.rated[code] {
			r := t.partly[code]
			t.reject(r, "group", "the rating is of one population group or service and not of the practice; the file holds no overall rating of "+code)
		}
	}
}

// dated names the column that dates the ratings.
func (t *ratingTable) dated() string {
	if t.header.Has("date") {
		return "date"
	}
	return "year"
}
