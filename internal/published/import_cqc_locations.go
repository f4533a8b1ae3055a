package published

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"ohp/internal/kernel/date"
	"ohp/internal/kernel/measure"
	"ohp/internal/kernel/tabular"
)

// cqcReference is a table of locations with the practice's code, from which
// comes who is registered where since when; it holds no ratings. One practice
// may stand in it under several locations, one after another.
var cqcReference = Format{
	Name:      "cqc-locations",
	Title:     "Care Quality Commission: locations and providers",
	Publisher: cqcPublisher,
	Recognise: func(f *tabular.File) bool {
		s, h := sheetWith(f, referenceColumns...)
		return s != nil && !h.Has("rating")
	},
	Read: readReference,
}

var referenceColumns = []tabular.Column{
	tabular.Col("location", "locationid", "Location ID", "location_id"),
	tabular.Col("practice", "locationodscode", "Location ODS Code", "ods_code"),
	tabular.Col("registered", "registrationdate", "Location HSCA start date", "Registration Date", "registration_date"),
	tabular.OptCol("ended", "deregistrationdate", "Deregistration Date", "Location HSCA End Date"),
	tabular.Col("provider", "providerid", "Provider ID", "provider_id"),
	tabular.OptCol("provider name", "providername", "Provider Name", "provider_name"),
	tabular.OptCol("rating", "Location Latest Overall Rating", "overall_rating", "Latest Rating", "latest_rating"),
}

func readReference(ctx context.Context, f *tabular.File, o Options, l *measure.Load) error {
	t := tableWith(f, l, referenceColumns...)
	return t.each(ctx, o, func(r tabular.Row) { referenceRow(&t, r) })
}

func referenceRow(t *table, r tabular.Row) {
	text := t.cell(r, "practice")
	if text == "" {
		return // no NHS practice
	}
	code, reason := practiceIn(text)
	if reason != "" {
		t.reject(r, "practice", reason)
		return
	}
	from, ok := t.day(r, "registered")
	if !ok {
		return
	}
	end := ""
	if tabular.Normal(t.cell(r, "ended")) != "na" { // written by R where there is none
		days, ok := t.days(r, "ended")
		if !ok {
			return
		}
		if d := days[0]; !d.IsZero() {
			end = "deregistered " + d.String()
			asAt(t.load, d)
		}
	}
	asAt(t.load, from)
	registration(t.load, code, t.cell(r, "location"), t.cell(r, "provider"), t.cell(r, "provider name"), from, end, r.Line)
}

// registration adds at which location and with which provider a practice is registered.
func registration(l *measure.Load, code, location, provider, providerName string, from date.Date, end string, row int) {
	if location != "" {
		l.Attribute(measure.Attribute{Unit: code, Name: "cqc-location", Value: location, From: from, Note: end, Row: row})
	}
	if provider != "" {
		words := providerName
		if end != "" {
			words = strings.TrimPrefix(words+"; "+end, "; ")
		}
		l.Attribute(measure.Attribute{Unit: code, Name: "cqc-provider", Value: provider, From: from, Note: words, Row: row})
	}
}

// cqcDirectory is the Commission's directory of every location in England:
// lines of preamble with the day of production, lists joined by "|", and no
// practice codes. Its doctors' locations become units of their own, known by the
// Commission's location id; a practice is tied to one by its attribute
// "cqc-location" and never by a name.
var cqcDirectory = Format{
	Name:      "cqc-directory",
	Title:     "Care Quality Commission: directory of locations",
	Publisher: cqcPublisher,
	Recognise: hasTable(directoryColumns),
	Read:      readDirectory,
}

var directoryColumns = []tabular.Column{
	tabular.Col("location", "CQC Location ID (for office use only)", "CQC Location ID"),
	tabular.Col("provider", "CQC Provider ID (for office use only)", "CQC Provider ID"),
	tabular.Col("name", "Name", "Location Name"),
	tabular.OptCol("postcode", "Postcode"),
	tabular.Col("services", "Service types", "Service type"),
	tabular.OptCol("checked", "Date of latest check", "Latest check"),
	tabular.OptCol("specialisms", "Specialisms/services", "Specialisms"),
	tabular.OptCol("provider name", "Provider name"),
}

func readDirectory(ctx context.Context, f *tabular.File, o Options, l *measure.Load) error {
	t := tableWith(f, l, directoryColumns...)
	if d, err := producedOn(textAbove(t.sheet, t.header.Line)); err == nil {
		asAt(l, d)
		period(l, date.Day.Of(d))
	} else {
		note(l, "The directory does not say on which day it was produced.")
	}
	passed := 0
	err := t.each(ctx, o, func(r tabular.Row) {
		services := listed(t.cell(r, "services"))
		if !hasDoctors(services) {
			passed++
			return
		}
		directoryRow(&t, r, services)
	})
	note(l, fmt.Sprintf("%d %s passed over.", passed, plural(passed, "location that is no doctors' practice was", "locations that are no doctors' practices were")))
	return err
}

func directoryRow(t *table, r tabular.Row, services []string) {
	id := t.cell(r, "location")
	if !isLocation(id) {
		t.reject(r, "location", quoted(id, 30)+" is not a location id of the Commission such as 1-3917736823")
		return
	}
	t.load.Unit(measure.Unit{Code: id, Kind: "cqc-location", Name: t.cell(r, "name"), Postcode: t.cell(r, "postcode"), Row: r.Line})
	add := func(name, value, words string, from date.Date) {
		if value != "" {
			t.load.Attribute(measure.Attribute{Unit: id, Name: name, Value: value, From: from, Note: words, Row: r.Line})
		}
	}
	add("cqc-provider", t.cell(r, "provider"), t.cell(r, "provider name"), t.load.File.AsAt)
	add("cqc-services", strings.Join(services, "; "), "", t.load.File.AsAt)
	add("cqc-specialisms", strings.Join(listed(t.cell(r, "specialisms")), "; "), "", t.load.File.AsAt)
	if t.cell(r, "checked") != "" {
		if day, ok := t.day(r, "checked"); ok {
			add("cqc-latest-check", day.String(), "", day)
		}
	}
}

// producedOn finds the day in "This data was produced on 22 July 2026".
func producedOn(text string) (date.Date, error) {
	_, after, found := strings.Cut(strings.ToLower(text), "produced on")
	if !found {
		return date.Date{}, errors.New("the day of production is not stated")
	}
	words := strings.Fields(strings.Trim(after, " ,:"))
	return date.ParseAny(strings.Join(words[:min(3, len(words))], " "))
}

// listed takes a list joined by "|" apart, each entry once.
func listed(text string) []string {
	var list []string
	seen := map[string]bool{}
	for _, part := range strings.Split(text, "|") {
		if part = strings.TrimSpace(part); part != "" && !seen[part] {
			seen[part] = true
			list = append(list, part)
		}
	}
	return list
}

func hasDoctors(services []string) bool {
	for _, s := range services {
		if tabular.Normal(s) == "doctorsgps" {
			return true
		}
	}
	return false
}

// isLocation says whether text has the form of a location or provider id:
// "1-" and digits, or the code of an NHS trust's site.
func isLocation(text string) bool {
	if len(text) < 3 || len(text) > 20 {
		return false
	}
	for i := range len(text) {
		if c := text[i]; (c < '0' || c > '9') && (c < 'A' || c > 'Z') && c != '-' {
			return false
		}
	}
	return true
}
