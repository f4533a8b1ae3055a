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
	s, h := sheetWith(f, ratingColumns...)
	t := ratingTable{sheet: s, header: h, load: l, rated: map[string]bool{}, partly: map[string]tabular.Row{}, seen: map[string]bool{}}
	if err := eachRow(ctx, s, h, o, l, func(r tabular.Row) error { t.row(r); return nil }); err != nil {
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
	sheet  *tabular.Sheet
	header *tabular.Header
	load   *measure.Load
	rated  map[string]bool        // practices with a row of the group "Overall"
	partly map[string]tabular.Row // practices met in rows of another group, with the first such row
	order  []string               // of partly
	placed []measure.Attribute    // where practices are registered
	seen   map[string]bool        // of placed
}

func (t *ratingTable) row(r tabular.Row) {
	h := t.header
	text := h.Cell(r, "practice")
	code, reason := practiceIn(text)
	if reason != "" {
		if text == "" && h.Has("location") {
			return // a location that is no NHS practice: a dentist, a care home
		}
		if tabular.Normal(text) == "na" {
			reason = "the location has no ODS code, so it cannot be told which practice it is"
		}
		t.reject(r, "practice", reason)
		return
	}
	if group := tabular.Normal(h.Cell(r, "group")); h.Has("group") && group != "overall" && group != "" {
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
		t.reject(r, "date", err.Error())
		return
	}
	x, words, reason := ratingOf(h.Cell(r, "rating"))
	if reason != "" {
		t.reject(r, "rating", reason)
		return
	}
	asAt(t.load, day)
	period(t.load, p)
	t.load.Unit(measure.Unit{Code: code, Kind: "practice", Row: r.Line})
	t.place(r, code)
	t.give(r, code, p, day, x, words)
}

func (t *ratingTable) give(r tabular.Row, code string, p date.Period, day date.Date, x reading, words string) {
	domain := t.header.Cell(r, "domain")
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
	if text := t.header.Cell(r, "date"); text != "" || !t.header.Has("year") {
		day, err := date.ParseAny(text)
		if text == "" {
			err = fmt.Errorf("the row has no day of publication")
		}
		return date.Day.Of(day), day, err
	}
	text := t.header.Cell(r, "year")
	year, err := date.ParsePeriod(text)
	if err != nil || year.Kind() != date.Year || year.Start().Before(date.New(2009, time.January, 1)) {
		return date.Period{}, date.Date{}, fmt.Errorf("%s is not a year in which the Commission has rated", quoted(text, 40))
	}
	return year, year.Start(), nil
}

// noteOf says what qualifies the rating.
func (t *ratingTable) noteOf(r tabular.Row) string {
	var notes []string
	if strings.HasPrefix(strings.ToLower(t.header.Cell(r, "inherited")), "y") {
		notes = append(notes, "inherited")
	}
	if t.header.Cell(r, "date") == "" {
		notes = append(notes, "only the year is stated")
	}
	if location := t.header.Cell(r, "location"); location != "" {
		notes = append(notes, "location "+location)
	}
	return strings.Join(notes, "; ")
}

// place keeps at which location, of which provider, the practice is registered:
// since the day that the table states, or else as at the table's own day, which
// is known at its end (a rating may be older than the registration that inherits it).
func (t *ratingTable) place(r tabular.Row, code string) {
	since, _ := date.ParseAny(t.header.Cell(r, "registered"))
	for _, column := range []string{"location", "provider"} {
		id := t.header.Cell(r, column)
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

func (t *ratingTable) reject(r tabular.Row, column, reason string) {
	if column == "date" && !t.header.Has("date") {
		column = "year"
	}
	t.load.Reject(rejection(t.sheet, t.header, r, column, reason))
}
