package published

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"ohp/internal/kernel/date"
	"ohp/internal/kernel/measure"
	"ohp/internal/kernel/tabular"
)

// cqcRecords are the Commission's records of single locations as its interface
// gives them: one record, a list of records, or a page of them. Names of fields
// are written differently from one generation of the interface to the next
// (odsCode, OdsCode, ods_code) and are compared without case and signs.
//
// One practice passes through several locations as it moves or changes hands;
// a new location starts with its predecessor's ratings (inherited), and an old
// one keeps its last (deregistered). Since 2023 an assessment rates the service
// group "General Practice" and leaves the older overall rating empty.
var cqcRecords = Format{
	Name:      "cqc-records",
	Title:     "Care Quality Commission: records of locations",
	Publisher: cqcPublisher,
	Recognise: func(f *tabular.File) bool { return f.JSON != nil && cqcKind(f.JSON) != "" },
	Read:      readRecords,
	Measures:  cqcMeasures,
}

type cqcRecord struct {
	LocationID         string
	ProviderID         string
	OdsCode            string
	RegistrationStatus string
	RegistrationDate   string
	DeregistrationDate string
	LastInspection     struct{ Date string }
	CurrentRatings     struct {
		Overall    cqcRating
		ReportDate string
	}
	HistoricRatings []struct {
		Overall        cqcRating
		ReportDate     string
		OrganisationID string
	}
	Assessment []struct {
		AssessmentPlanPublishedDateTime string
		Ratings                         struct {
			AsgRatings []struct {
				Name, Rating, Status, AssessmentDate string
				KeyQuestionRatings                   []cqcQuestion
			}
		}
	}
}

type cqcRating struct {
	Rating, ReportDate, OrganisationID string
	KeyQuestionRatings                 []cqcQuestion
}

type cqcQuestion struct{ Name, Rating, ReportDate, OrganisationID string }

// cqcKind tells the Commission's JSON apart: "record", "records" (a list),
// "page" (an object with a list), "index" (a page of ids and names), "provider",
// "schema"; "" for what is not the Commission's.
func cqcKind(body []byte) string {
	var top any
	if json.Unmarshal(body, &top) != nil {
		return ""
	}
	if list, ok := top.([]any); ok {
		if isCQCRecord(firstOf(list)) {
			return "records"
		}
		return ""
	}
	object := keyed(top)
	switch {
	case isCQCRecord(top):
		return "record"
	case has(keyed(object["properties"]), "locationid") || has(keyed(object["properties"]), "providerid"):
		return "schema"
	case has(object, "providerid") && has(object, "locationids"):
		return "provider"
	}
	list, _ := object["locations"].([]any)
	switch first := keyed(firstOf(list)); {
	case isCQCRecord(firstOf(list)):
		return "page"
	case has(first, "locationid") && has(first, "locationname"):
		return "index"
	}
	return ""
}

func isCQCRecord(v any) bool {
	o := keyed(v)
	return has(o, "locationid") && (has(o, "registrationstatus") || has(o, "currentratings") || has(o, "odscode"))
}

func firstOf(list []any) any {
	if len(list) == 0 {
		return nil
	}
	return list[0]
}

func has(object map[string]any, key string) bool { _, ok := object[key]; return ok }

// keyed gives an object with its keys reduced; nil for what is no object.
func keyed(v any) map[string]any {
	object, ok := v.(map[string]any)
	if !ok {
		return nil
	}
	out := make(map[string]any, len(object))
	for k, x := range object {
		out[reducedKey(k)] = x
	}
	return out
}

func reducedKey(k string) string {
	return strings.Map(func(r rune) rune {
		if r == '_' || r == '-' || r == ' ' {
			return -1
		}
		return r
	}, strings.ToLower(k))
}

// reduceKeys reduces the keys of a whole document, so that fields are found by their name alone.
func reduceKeys(v any) any {
	switch x := v.(type) {
	case map[string]any:
		object := keyed(x)
		for k, y := range object {
			object[k] = reduceKeys(y)
		}
		return object
	case []any:
		for i := range x {
			x[i] = reduceKeys(x[i])
		}
	}
	return v
}

func readRecords(ctx context.Context, f *tabular.File, o Options, l *measure.Load) error {
	kind := cqcKind(f.JSON)
	switch kind {
	case "schema":
		return errors.New("this describes the Commission's records (a JSON schema) and holds none: fetch the records of the locations")
	case "provider":
		return errors.New("this is the record of a provider, which has no practice code: fetch the records of its locations")
	case "index":
		return errors.New("this is the Commission's list of locations, which holds ids and names but no practice codes: fetch the record of each location")
	}
	records, err := decodeRecords(f.JSON, kind)
	if err != nil {
		return err
	}
	for i, r := range records {
		if err := ctx.Err(); err != nil {
			return err
		}
		l.File.Rows++
		record := recordReader{cqcRecord: r, load: l, row: i + 1}
		record.read()
	}
	return nil
}

func decodeRecords(body []byte, kind string) ([]cqcRecord, error) {
	var top any
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	if err := decoder.Decode(&top); err != nil {
		return nil, fmt.Errorf("the record is damaged: %w", err)
	}
	top = reduceKeys(top)
	switch kind {
	case "record":
		top = []any{top}
	case "page":
		top = top.(map[string]any)["locations"]
	}
	plain, err := json.Marshal(top)
	if err != nil {
		return nil, fmt.Errorf("the record is damaged: %w", err)
	}
	var records []cqcRecord
	if err := json.Unmarshal(plain, &records); err != nil {
		var wrong *json.UnmarshalTypeError
		if errors.As(err, &wrong) {
			return nil, fmt.Errorf("the record is not as the Commission publishes it: the field %s holds a %s", wrong.Field, wrong.Value)
		}
		return nil, fmt.Errorf("the record is damaged: %w", err)
	}
	return records, nil
}

// recordReader turns one record into figures and attributes.
type recordReader struct {
	cqcRecord
	load  *measure.Load
	row   int
	code  string
	since date.Date // registered
	ended date.Date // deregistered; zero while registered
	rated bool
}

func (c *recordReader) read() {
	if c.OdsCode == "" {
		c.reject("odsCode", "", "location "+c.LocationID+" has no ODS code: it is no NHS practice, or no longer known to be one")
		return
	}
	var reason string
	if c.code, reason = practiceIn(c.OdsCode); reason != "" {
		c.reject("odsCode", c.OdsCode, reason)
		return
	}
	c.since, c.ended = c.day("registrationDate", c.RegistrationDate), c.day("deregistrationDate", c.DeregistrationDate)
	c.load.Unit(measure.Unit{Code: c.code, Kind: "practice", Row: c.row})
	registration(c.load, c.code, c.LocationID, c.ProviderID, "", c.since, c.endNote(), c.row)
	c.current()
	c.assessments()
	for _, h := range c.HistoricRatings {
		h.Overall.OrganisationID = cmp.Or(h.Overall.OrganisationID, h.OrganisationID)
		c.overall(h.Overall, cmp.Or(h.Overall.ReportDate, h.ReportDate), "earlier rating")
	}
	if !c.rated {
		c.neverRated()
	}
}

// day reads a date of the record; one that cannot be read is rejected.
func (c *recordReader) day(field, text string) date.Date {
	if text == "" {
		return date.Date{}
	}
	d, err := date.ParseAny(text)
	if err == nil {
		err = yetToCome(date.Day.Of(d))
	}
	if err != nil {
		c.reject(field, text, err.Error())
		return date.Date{}
	}
	asAt(c.load, d)
	return d
}

func (c *recordReader) current() {
	overall := c.CurrentRatings.Overall
	c.overall(overall, cmp.Or(overall.ReportDate, c.CurrentRatings.ReportDate), "")
	for _, q := range overall.KeyQuestionRatings {
		c.question(q, cmp.Or(q.ReportDate, overall.ReportDate), "")
	}
}

// assessments reads the ratings of the framework of 2023. A practice is
// assessed as one service group; where a location has several, none of them is
// the location's own rating.
func (c *recordReader) assessments() {
	for _, a := range c.Assessment {
		if len(a.Ratings.AsgRatings) != 1 {
			continue
		}
		group := a.Ratings.AsgRatings[0]
		day := cmp.Or(a.AssessmentPlanPublishedDateTime, group.AssessmentDate)
		words := "assessment of the service group " + group.Name
		c.overall(cqcRating{Rating: group.Rating}, day, words)
		for _, q := range group.KeyQuestionRatings {
			c.question(q, day, words)
		}
	}
}

func (c *recordReader) overall(r cqcRating, published, words string) {
	if r.Rating == "" {
		return
	}
	x, rating, reason := ratingOf(r.Rating)
	if reason != "" {
		c.reject("rating", r.Rating, reason)
		return
	}
	if published == "" {
		return
	}
	day := c.day("reportDate", published)
	if day.IsZero() {
		return
	}
	if x.status != measure.Reported {
		c.attribute("cqc-inspection", r.Rating, day, c.noteOf(r.OrganisationID, day, words))
		return
	}
	c.rated = true
	c.figure(x, day)
	c.attribute("cqc-overall-rating", rating, day, c.noteOf(r.OrganisationID, day, words))
}

func (c *recordReader) figure(x reading, day date.Date) {
	p := date.Day.Of(day)
	period(c.load, p)
	c.load.Figure("", single("cqc-overall-rating", c.code, p, x, c.row))
}

func (c *recordReader) question(q cqcQuestion, published, words string) {
	question := keyQuestionOf(q.Name)
	_, rating, reason := ratingOf(q.Rating)
	if reason != "" || question == "" {
		c.reject("keyQuestionRatings", q.Name+": "+q.Rating, "this is not a rating of one of the Commission's key questions")
		return
	}
	if rating == "" || published == "" {
		return
	}
	if day := c.day("reportDate", published); !day.IsZero() {
		c.attribute("cqc-"+question+"-rating", rating, day, c.noteOf(q.OrganisationID, day, words))
	}
}

// neverRated states that there is no rating, on the day of the last inspection or else of registration.
func (c *recordReader) neverRated() {
	day := c.day("lastInspection", c.LastInspection.Date)
	if day.IsZero() {
		day = c.since
	}
	if !day.IsZero() {
		c.figure(reading{measure.None, measure.NotReported}, day)
	}
}

// noteOf says what qualifies a rating: whose it was, and whether the location still is.
func (c *recordReader) noteOf(organisation string, day date.Date, words string) string {
	notes := []string{}
	switch {
	case organisation != "" && organisation != c.LocationID:
		notes = append(notes, "inherited from location "+organisation)
	case !c.since.IsZero() && day.Before(c.since):
		notes = append(notes, "inherited")
	}
	if words != "" {
		notes = append(notes, words)
	}
	if end := c.endNote(); end != "" {
		notes = append(notes, end)
	}
	return strings.Join(append(notes, "location "+c.LocationID), "; ")
}

func (c *recordReader) endNote() string {
	switch {
	case !c.ended.IsZero():
		return "deregistered " + c.ended.String()
	case strings.EqualFold(c.RegistrationStatus, "deregistered"):
		return "deregistered"
	}
	return ""
}

func (c *recordReader) attribute(name, value string, day date.Date, words string) {
	c.load.Attribute(measure.Attribute{Unit: c.code, Name: name, Value: value, From: day, Note: words, Row: c.row})
}

func (c *recordReader) reject(field, text, reason string) {
	c.load.Reject(measure.Rejection{Line: c.row, Column: field, Text: text, Reason: reason})
}
