package published

import (
	"path/filepath"
	"strings"
	"testing"

	"ohp/internal/kernel/measure"
	"ohp/internal/kernel/testkit"
)

// regulator is the path of an extract of the Care Quality Commission's data.
func regulator(name string) string { return filepath.Join("testdata", "cqc", name) }

func attributes(l *measure.Load, unit, name string) []measure.Attribute {
	var list []measure.Attribute
	for _, a := range l.Attributes() {
		if a.Unit == unit && a.Name == name {
			list = append(list, a)
		}
	}
	return list
}

func overall(unit, period string) figureKey { return figureKey{"cqc-overall-rating", unit, period} }

func TestTrap10OnlyTheOverallPopulationGroupCounts(t *testing.T) {
	// Given an extract in which most practices stand with the rating of one population group, when it is read,
	l := mustRead(t, regulator("cqc-ratings.csv"))
	got := figuresOf(t, l)
	// then only ratings of the group "Overall" are the practice's,
	wantFigure(t, got, overall("M82010", "2020-04-08"), measure.Reported, none, none, 3)
	wantFigure(t, got, overall("M85722", "2025-12-30"), measure.Reported, none, none, 1)
	wantFigure(t, got, overall("M82008", "2019-03-25"), measure.Reported, none, none, 3)
	if len(got) != 3 {
		t.Errorf("%v", got)
	}
	// and the others are reported, with the group.
	if len(l.Rejections) != 2 || l.Rejections[0].Text != "Families, children and young people" || l.Rejections[1].Text != "General Practice" {
		t.Errorf("%v", l.Rejections)
	}
	// And an inherited rating says so, and where the practice is registered.
	if a := attributes(l, "M82008", "cqc-overall-rating"); len(a) != 1 || a[0].Value != "Good" || !strings.Contains(a[0].Note, "inherited") || a[0].From.String() != "2019-03-25" {
		t.Errorf("%+v", a)
	}
	if a := attributes(l, "M82009", "cqc-location"); len(a) != 1 || a[0].Value != "1-566476843" || a[0].From != l.File.AsAt {
		t.Errorf("%+v", a)
	}
}

func TestRatingsByYear(t *testing.T) {
	// Given ratings with only their year, when they are read, then the period is the year; rows without a practice's code are reported.
	l := mustRead(t, regulator("cqc.csv"))
	got := figuresOf(t, l)
	wantFigure(t, got, overall("M82010", "2020"), measure.Reported, none, none, 3)
	wantFigure(t, got, overall("M84032", "2016"), measure.Reported, none, none, 4)
	wantFigure(t, got, overall("M84032", "2019"), measure.Reported, none, none, 3)
	wantFigure(t, got, overall("A82005", "2019"), measure.Reported, none, none, 3)
	if len(got) != 4 || len(l.Rejections) != 3 {
		t.Errorf("%d figures, rejected %v", len(got), l.Rejections)
	}
	if a := attributes(l, "A82005", "cqc-overall-rating"); len(a) != 1 || a[0].Note != "inherited; only the year is stated" {
		t.Errorf("%+v", a)
	}
}

func TestRatingsEqualTheExpected(t *testing.T) {
	// Given the whole table of April 2024, when it is read, then each practice of the partnership has the rating found by hand.
	got := map[string]measure.Figure{}
	l := mustRead(t, testkit.Published(t, "cqc", "cqc.csv"))
	l.EachFigure(func(_ string, f measure.Figure) {
		if old, there := got[f.Unit]; !there || f.Period.Start().After(old.Period.Start()) {
			got[f.Unit] = f
		}
	})
	compared := 0
	for _, r := range readTable(t, testkit.Published(t, "ohp", "ohp_practices.csv")) {
		want, rated := ratingWords[strings.ToLower(strings.ReplaceAll(r["cqc_overall_rating_apr2024"], " ", ""))]
		f, there := got[r["ods_code"]]
		if rated != there || rated && f.Value != want.value {
			t.Errorf("%s: %+v, want %q", r["ods_code"], f, r["cqc_overall_rating_apr2024"])
		}
		if rated {
			compared++
		}
		for _, a := range attributes(l, r["ods_code"], "cqc-overall-rating") {
			if f.Period.Contains(a.From) && strings.Contains(a.Note, "inherited") != (r["cqc_rating_inherited"] == "Y") {
				t.Errorf("%s: note %q, want inherited %s", r["ods_code"], a.Note, r["cqc_rating_inherited"])
			}
		}
	}
	if compared < 25 {
		t.Errorf("only %d compared", compared)
	}
}

func TestPublishersOwnTableOfRatings(t *testing.T) {
	// Given the Commission's own headers with every group and domain in a row of its own, when they are read,
	head := "Location ID,Location ODS Code,Location Name,Service / Population Group,Domain,Latest Rating,Publication Date,Report Type,Inherited Rating (Y/N),URL,Provider ID\n"
	rows := head +
		"1-1,M82010,X,Overall,Overall,Requires improvement,15/06/2026,Location,N,u,1-9\n" +
		"1-1,M82010,X,Overall,Safe,Inadequate,15/06/2026,Location,N,u,1-9\n" +
		"1-1,M82010,X,Overall,Well-led,Good,15/06/2026,Location,N,u,1-9\n" +
		"1-1,M82010,X,Older people,Overall,Good,15/06/2026,Location,N,u,1-9\n" +
		"1-1,M82010,X,Older people,Safe,Good,15/06/2026,Location,N,u,1-9\n" +
		"1-2,,A dentist,Overall,Overall,Good,15/06/2026,Location,N,u,1-8\n" +
		"1-3,M82019,Y,Overall,Overall,Not yet rated,15/06/2026,Location,N,u,1-7\n" +
		"1-4,M82043,Z,Overall,Overall,Splendid,15/06/2026,Location,N,u,1-7\n"
	l := reads(t, "ratings.csv", rows)
	got := figuresOf(t, l)
	// then the practice has one rating, its key questions are attributes, and what was never rated is not reported.
	wantFigure(t, got, overall("M82010", "2026-06-15"), measure.Reported, none, none, 2)
	wantFigure(t, got, overall("M82019", "2026-06-15"), measure.NotReported, none, none, none)
	if len(got) != 2 || len(l.Rejections) != 1 || l.Rejections[0].Text != "Splendid" {
		t.Errorf("%v, rejected %v", got, l.Rejections)
	}
	if a := attributes(l, "M82010", "cqc-safe-rating"); len(a) != 1 || a[0].Value != "Inadequate" {
		t.Errorf("%+v", a)
	}
	if a := attributes(l, "M82010", "cqc-well-led-rating"); len(a) != 1 || a[0].Value != "Good" {
		t.Errorf("%+v", a)
	}
}

func TestLocationsOfOnePracticeOneAfterAnother(t *testing.T) {
	// Given a practice under two locations, when the table is read, then both are kept with the day from which each holds.
	a := attributes(mustRead(t, regulator("cqcref.csv")), "M82008", "cqc-location")
	if len(a) != 2 || a[0].Value == a[1].Value || a[0].From == a[1].From {
		t.Errorf("%+v", a)
	}
}

func TestDirectoryWithPreambleAndLists(t *testing.T) {
	// Given the directory with its preamble, when it is read, then its day is that of production, lists are taken apart, and only doctors are kept.
	l := mustRead(t, regulator("cqc-directory.csv"))
	if l.File.AsAt.String() != "2026-07-22" || len(l.Units()) != 6 || len(l.Rejections) > 0 || !strings.Contains(l.File.Note, "8 locations") {
		t.Errorf("as at %v, %d units, rejected %v, note %s", l.File.AsAt, len(l.Units()), l.Rejections, l.File.Note)
	}
	if a := attributes(l, "1-10598315303", "cqc-latest-check"); len(a) != 1 || a[0].Value != "2025-05-07" {
		t.Errorf("%+v", a)
	}
	if a := attributes(l, "1-10598315303", "cqc-services"); len(a) != 1 || a[0].Value != "Doctors/GPs" {
		t.Errorf("%+v", a)
	}
	// And no name makes it a practice.
	for _, u := range l.Units() {
		if u.Kind != "cqc-location" {
			t.Errorf("%+v", u)
		}
	}
}

func TestChainOfLocationsOfOnePractice(t *testing.T) {
	// Given the four locations that P85612 passed through, when their records are read, then each states what it knows of the one practice.
	never := mustRead(t, regulator("cqc-location-1-559219354.json"))
	wantFigure(t, figuresOf(t, never), overall("P85612", "2014-06-20"), measure.NotReported, none, none, none)
	if a := attributes(never, "P85612", "cqc-location"); len(a) != 1 || a[0].Note != "deregistered 2016-09-23" || a[0].From.String() != "2013-04-01" {
		t.Errorf("%+v", a)
	}
	first := mustRead(t, regulator("cqc-location-1-2799273256.json"))
	wantFigure(t, figuresOf(t, first), overall("P85612", "2018-04-18"), measure.Reported, none, none, 3)
	if a := attributes(first, "P85612", "cqc-overall-rating"); len(a) != 2 || strings.Contains(a[0].Note, "inherited") || !strings.Contains(a[0].Note, "deregistered 2019-05-10") {
		t.Errorf("%+v", a)
	}
	// And the next one's rating is the same, and is marked as inherited.
	heir := mustRead(t, regulator("cqc-location-1-6842887460.json"))
	wantFigure(t, figuresOf(t, heir), overall("P85612", "2018-04-18"), measure.Reported, none, none, 3)
	for _, a := range attributes(heir, "P85612", "cqc-overall-rating") {
		if !strings.Contains(a.Note, "inherited") {
			t.Errorf("%+v", a)
		}
	}
	if a := attributes(heir, "P85612", "cqc-safe-rating"); len(a) != 1 || !strings.Contains(a[0].Note, "inherited from location 1-2799273256") {
		t.Errorf("%+v", a)
	}
	last := mustRead(t, regulator("cqc-location-1-13394017548.json"))
	wantFigure(t, figuresOf(t, last), overall("P85612", "2023-08-30"), measure.Reported, none, none, 3)
	if a := attributes(last, "P85612", "cqc-effective-rating"); len(a) != 1 || a[0].Value != "Requires improvement" {
		t.Errorf("%+v", a)
	}
}

func TestInspectionsWithoutARating(t *testing.T) {
	// Given a history of ratings and of inspections that brought none, when it is read, then an inspection is no rating and the rating before it stands.
	l := mustRead(t, regulator("cqc-location-1-501039840.json"))
	got := figuresOf(t, l)
	wantFigure(t, got, overall("P85607", "2021-05-28"), measure.Reported, none, none, 1)
	wantFigure(t, got, overall("P85607", "2015-04-30"), measure.Reported, none, none, 3)
	if len(got) != 5 || len(attributes(l, "P85607", "cqc-inspection")) != 2 {
		t.Errorf("%v, %v", got, attributes(l, "P85607", "cqc-inspection"))
	}
}

func TestAssessmentOfTheFrameworkOf2023(t *testing.T) {
	// Given a record whose older overall rating is empty and whose assessment rates the service group, when it is read, then that is the practice's rating.
	l := mustRead(t, regulator("cqc-location-1-569934227.json"))
	got := figuresOf(t, l)
	wantFigure(t, got, overall("P85007", "2024-05-10"), measure.Reported, none, none, 3)
	wantFigure(t, got, overall("P85007", "2018-02-02"), measure.Reported, none, none, 1)
	if a := attributes(l, "P85007", "cqc-overall-rating"); len(a) == 0 || !strings.Contains(a[0].Note, "assessment of the service group General Practice") {
		t.Errorf("%+v", a)
	}
}

func TestRecordsThatAreRefused(t *testing.T) {
	// Given a location without a practice's code, a list of ids, and a description of the records, when they are read, then each is refused in words.
	for name, words := range map[string]string{
		"cqc-location-1-17595664736.json": "has no ODS code", "cqc-locations-index.json": "fetch the record of each location", "cqc-schema.json": "holds none",
	} {
		if _, err := Read(t.Context(), regulator(name), Options{}); err == nil || !strings.Contains(err.Error(), words) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestGenerationsThatWriteKeysDifferently(t *testing.T) {
	// Given one record with its keys written in other ways, alone, in a list and in a page, when it is read, then it says the same.
	record := body(t, regulator("cqc-location-1-13394017548.json"))
	pascal := strings.NewReplacer(`"locationId"`, `"LocationID"`, `"odsCode"`, `"OdsCode"`, `"currentRatings"`, `"CurrentRatings"`, `"reportDate"`, `"ReportDate"`, `"keyQuestionRatings"`, `"KeyQuestionRatings"`).Replace(record)
	snake := strings.NewReplacer(`"locationId"`, `"location_id"`, `"odsCode"`, `"ods_code"`, `"currentRatings"`, `"current_ratings"`, `"reportDate"`, `"report_date"`, `"keyQuestionRatings"`, `"key_question_ratings"`, `"registrationStatus"`, `"registration_status"`).Replace(record)
	want := reads(t, "x.json", record)
	for name, text := range map[string]string{"pascal": pascal, "snake": snake, "list": "[" + record + "]", "page": `{"total":1,"locations":[` + record + `]}`} {
		l := reads(t, "x.json", text)
		if l.Figures() != 1 || l.Figures() != want.Figures() || len(l.Attributes()) != len(want.Attributes()) {
			t.Errorf("%s: %d figures and %d attributes, want %d and %d", name, l.Figures(), len(l.Attributes()), want.Figures(), len(want.Attributes()))
		}
	}
}

func TestRecordsOfTheInterface(t *testing.T) {
	// Given the twenty real records, when they are read, then those of practices give figures without a rejection and the rest is refused for want of a code.
	paths, _ := filepath.Glob(filepath.Join(testkit.Published(t, "cqc", "api_json", "location_details"), "*.json"))
	read, refused := 0, 0
	for _, p := range paths {
		l, err := Read(t.Context(), p, Options{})
		switch {
		case err == nil && l.Figures() > 0 && len(l.Rejections) == 0:
			read++
		case err != nil && strings.Contains(err.Error(), "has no ODS code"):
			refused++
		default:
			t.Errorf("%s: %v %v", filepath.Base(p), err, l)
		}
	}
	if read != 17 || refused != 3 {
		t.Errorf("%d read, %d refused", read, refused)
	}
}
