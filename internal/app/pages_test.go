package app

import (
	"bytes"
	"encoding/csv"
	"encoding/xml"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"ohp/internal/demo"
	"ohp/internal/kernel/date"
	"ohp/internal/kernel/measure"
	"ohp/internal/kernel/store"
	"ohp/internal/kernel/testkit"
	"ohp/internal/monitor"
)

// emptySite answers from a database with tables and declared measures, and no figures.
func emptySite(t *testing.T, engine store.Engine) (http.Handler, *store.DB) {
	t.Helper()
	db := testkit.Database(t, engine, migrations()...)
	if err := measure.Declare(t.Context(), db, measures()); err != nil {
		t.Fatal(err)
	}
	handler, err := Handler(t.Context(), db)
	if err != nil {
		t.Fatal(err)
	}
	return handler, db
}

// demoSite answers from the demonstration, studied.
func demoSite(t *testing.T, engine store.Engine) (http.Handler, *store.DB) {
	t.Helper()
	handler, db := emptySite(t, engine)
	if err := demo.Create(t.Context(), db); err != nil {
		t.Fatal(err)
	}
	if _, err := monitor.Run(t.Context(), db, monitor.Settings{Measures: measures()}); err != nil {
		t.Fatal(err)
	}
	return handler, db
}

// get asks for a page that must answer 200.
func get(t *testing.T, handler http.Handler, path string) *testkit.Page {
	t.Helper()
	p := testkit.Get(t, handler, path)
	if p.Status != http.StatusOK {
		t.Fatalf("%s answers %d: %s", path, p.Status, p.Text())
	}
	return p
}

// The same pages on both engines: each says what it is for, from real rows.
func TestPagesOnBothEngines(t *testing.T) {
	for _, engine := range testkit.Engines {
		t.Run(string(engine), func(t *testing.T) {
			handler, _ := demoSite(t, engine)
			t.Run("chart", func(t *testing.T) { chartPage(t, handler) })
			t.Run("chart files", func(t *testing.T) { chartFiles(t, handler) })
			t.Run("indicators", func(t *testing.T) { indicatorsPage(t, handler) })
			t.Run("indicator", func(t *testing.T) { indicatorPage(t, handler) })
			t.Run("indicator files", func(t *testing.T) { indicatorFiles(t, handler) })
			t.Run("methods", func(t *testing.T) { methodsPages(t, handler) })
			t.Run("data", func(t *testing.T) { dataPages(t, handler) })
			t.Run("refusals", func(t *testing.T) { refusals(t, handler) })
		})
	}
}

func chartPage(t *testing.T, handler http.Handler) {
	p := get(t, handler, "/practices/DM001/telephony-answered")
	if h := p.One("h1").Text(); !strings.Contains(h, "Calls answered") || !strings.Contains(h, "Surgery") {
		t.Errorf("the heading is %q", h)
	}
	figure := p.One("figure")
	if n := figure.Count("svg.oc-spc"); n != 2 {
		t.Errorf("%d drawings, want one for a screen and one for a phone", n)
	}
	if notes := strings.Join(figure.Texts(".ohp-figure__note"), " "); !strings.Contains(notes, "Laney") || !strings.Contains(notes, "nhsr-0.2.2") || !strings.Contains(notes, "1 of 36 periods") {
		t.Errorf("the settings under the chart are %q", notes)
	}
	if rows := len(figure.All("tbody tr")); rows != 36 {
		t.Errorf("%d rows of figures, want 36", rows)
	}
	if words := p.Text(); !strings.Contains(words, "What it does not say") || !strings.Contains(words, "Higher is better") {
		t.Error("the indicator's document is missing")
	}
	if n := p.Count("a[href=/methods/reading-a-chart]"); n != 1 {
		t.Errorf("%d links to the method", n)
	}
	// August 2024 was never published: it has no file, and the other months have one.
	sources := p.Texts("td.ohp-file")
	if len(sources) != 35 || !strings.Contains(sources[0], "demonstration-access-2026-09.json") || !strings.Contains(p.Text(), "no file says anything") {
		t.Errorf("%d figures have sources, the first %q", len(sources), sources[0])
	}
	other := get(t, handler, "/practices/DM001/telephony-answered?profile=powerbi-spc")
	if notes := strings.Join(other.Texts(".ohp-figure__note"), " "); !strings.Contains(notes, "powerbi-spc") {
		t.Errorf("with other rules the settings are %q", notes)
	}
	if href := other.All(".ohp-downloads a")[0].Attr("href"); href != "/practices/DM001/telephony-answered.csv?profile=powerbi-spc" {
		t.Errorf("the download is of %s", href)
	}
}

func chartFiles(t *testing.T, handler http.Handler) {
	p := get(t, handler, "/practices/DM001/telephony-answered.csv")
	rows, err := csv.NewReader(strings.NewReader(p.Body)).ReadAll()
	if err != nil || len(rows) != 37 || rows[0][7] != "value" || rows[1][0] != "DM001" {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	i := slices.IndexFunc(rows, func(r []string) bool { return r[3] == "2024-08" })
	if i < 0 || rows[i][4] != "missing" || rows[i][7] != "" {
		t.Errorf("the missing month is %v; it must not be a nought", rows[i])
	}
	book, err := excelize.OpenReader(strings.NewReader(get(t, handler, "/practices/DM001/telephony-answered.xlsx").Body))
	if err != nil {
		t.Fatal(err)
	}
	defer book.Close()
	if cells, err := book.GetRows(book.GetSheetList()[0]); err != nil || len(cells) != 37 {
		t.Errorf("the workbook has %d rows, %v", len(cells), err)
	}
	svg := get(t, handler, "/practices/DM001/telephony-answered.svg")
	if kind := svg.Header.Get("Content-Type"); kind != "image/svg+xml" {
		t.Errorf("the drawing is %s", kind)
	}
	wellFormed(t, []byte(svg.Body))
}

func wellFormed(t *testing.T, content []byte) {
	t.Helper()
	for d := xml.NewDecoder(bytes.NewReader(content)); ; {
		if _, err := d.Token(); err == io.EOF {
			return
		} else if err != nil {
			t.Fatal(err)
		}
	}
}

func indicatorsPage(t *testing.T, handler http.Handler) {
	p := get(t, handler, "/indicators")
	if tables := p.Texts("caption"); !slices.Equal(tables, []string{"Safe", "Effective", "Caring", "Responsive", "Well-led"}) {
		t.Errorf("the key questions are %v", tables)
	}
	if n := len(p.All("tbody tr")); n != 40 {
		t.Errorf("%d indicators with figures, want 40", n)
	}
	one := get(t, handler, "/indicators?theme=money")
	for _, row := range one.Texts("tbody tr") {
		if !strings.Contains(row, "Money") || !strings.Contains(row, "33") {
			t.Errorf("filtered by money: %q", row)
		}
	}
	if all := get(t, handler, "/indicators?all=yes"); len(all.All("tbody tr")) <= 40 {
		t.Error("indicators without figures are not listed")
	}
}

func indicatorPage(t *testing.T, handler http.Handler) {
	p := get(t, handler, "/indicators/complaints")
	if n := p.Count("svg.oc-funnel"); n != 2 {
		t.Errorf("%d funnels, want one for a screen and one for a phone", n)
	}
	if n := p.One(".ohp-figure__wide svg.oc-funnel").Count("a.oc-link"); n != 33 {
		t.Errorf("%d practices are linked in the funnel, want 33", n)
	}
	if n := p.Count("svg.oc-ranked"); n != 2 {
		t.Errorf("%d rankings", n)
	}
	if !strings.Contains(p.One("#ranking").Text(), "no league table") {
		t.Error("the ranking does not say that it is no league table")
	}
	rows := p.All("#ranking tbody tr")
	if len(rows) != 33 {
		t.Fatalf("%d rows in the table, want 33", len(rows))
	}
	for _, r := range rows {
		if !strings.Contains(r.Text(), " to ") {
			t.Errorf("a row without an interval: %q", r.Text())
		}
	}
	if n := p.Count(".ohp-tile"); n != 24 {
		t.Errorf("%d small charts, want 24 on the first page", n)
	}
	if n := get(t, handler, "/indicators/complaints?charts=2").Count(".ohp-tile"); n != 9 {
		t.Errorf("%d small charts, want 9 on the second page", n)
	}
	names := get(t, handler, "/indicators/complaints?sort=name").Texts("#ranking tbody th")
	if !slices.IsSorted(names) || len(names) != 33 {
		t.Errorf("by name the practices are %v", names)
	}
	measurement := get(t, handler, "/indicators/locum-cost")
	if measurement.Count("svg.oc-funnel")+measurement.Count("svg.oc-ranked") != 0 || !strings.Contains(measurement.Text(), "without the counts behind them") {
		t.Error("a measurement has a funnel or a ranking, or does not say why not")
	}
	if names := measurement.Texts("#ranking tbody th"); !slices.IsSorted(names) {
		t.Errorf("a measurement's practices are in the order %v", names)
	}
	earlier := get(t, handler, "/indicators/complaints?period=2026-01&group=england")
	if !strings.Contains(earlier.One(".ohp-count").Text(), "January 2026") {
		t.Errorf("another period: %s", earlier.One(".ohp-count").Text())
	}
}

func indicatorFiles(t *testing.T, handler http.Handler) {
	rows, err := csv.NewReader(strings.NewReader(get(t, handler, "/indicators/complaints.csv").Body)).ReadAll()
	if err != nil || len(rows) != 34 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	if !slices.Equal(rows[0][6:9], []string{"value", "lower_95", "upper_95"}) {
		t.Errorf("the columns are %v", rows[0])
	}
	wellFormed(t, []byte(get(t, handler, "/indicators/complaints.svg").Body))
}

func methodsPages(t *testing.T, handler http.Handler) {
	list := get(t, handler, "/methods").All(".ohp-methods a")
	if len(list) < 8 {
		t.Fatalf("%d methods", len(list))
	}
	for _, link := range list {
		p := get(t, handler, link.Attr("href"))
		if p.One("h1").Text() != link.Text() {
			t.Errorf("%s leads to %q", link.Attr("href"), p.One("h1").Text())
		}
	}
}

func dataPages(t *testing.T, handler http.Handler) {
	p := get(t, handler, "/data")
	if gaps := p.One("#gaps").Text(); !strings.Contains(gaps, "August 2024: no file loaded") {
		t.Errorf("the gaps are %q", gaps)
	}
	var links []string
	for _, a := range p.All("th.ohp-file a") {
		links = append(links, a.Attr("href"))
	}
	if len(links) != 8 {
		t.Fatalf("%d files, want 8: %v", len(links), links)
	}
	for _, href := range links {
		f := get(t, handler, href)
		if sum := f.One(".ohp-code").Text(); len(sum) != 64 {
			t.Errorf("%s: the checksum is %q", href, sum)
		}
	}
	if n := len(get(t, handler, "/data?format=demonstration").All("th.ohp-file")); n != 8 {
		t.Errorf("%d files of the format", n)
	}
}

// What cannot be answered is refused in words that say what to do.
func refusals(t *testing.T, handler http.Handler) {
	for _, c := range []struct {
		path   string
		status int
		words  string
	}{
		{"/practices/NONE/complaints", 404, "No organisation with the code “NONE” is loaded"},
		{"/practices/DM001/nothing", 404, "There is no indicator called “nothing”"},
		{"/practices/DM001/complaints.pdf", 404, "There is no kind of file named “pdf”"},
		{"/practices/DM001/complaints?profile=mine", 400, "Choose one of: nhsr-0.2.2"},
		{"/indicators/nothing", 404, "The Indicators page lists"},
		{"/indicators/complaints?group=moon", 400, "There is no comparison group named “moon”"},
		{"/indicators/complaints?group=pcn:U0", 404, "No practice that is loaded belongs to a group with the code “U0”"},
		{"/indicators/complaints?period=soon", 400, "“soon” is no period"},
		{"/indicators/complaints?period=1999-01", 404, "No figures of “Complaints received” are loaded for January 1999"},
		{"/indicators/complaints?sort=worst", 400, "Choose one of: value, name"},
		{"/indicators/locum-cost.svg", 404, "there is no funnel"},
		{"/indicators?theme=weather", 400, "There is no theme named “weather”"},
		{"/methods/nothing", 404, "There is no method page"},
		{"/data/999", 404, "No file has the number 999"},
		{"/data/x", 404, "There is no file at this address"},
		{"/data?format=nothing", 400, "No file of a publication named “nothing” is loaded"},
	} {
		p := testkit.Get(t, handler, c.path)
		if p.Status != c.status || !strings.Contains(p.Text(), c.words) {
			t.Errorf("%s answers %d %q, want %d with %q", c.path, p.Status, p.One("main").Text(), c.status, c.words)
		}
	}
}

// An empty database says how to fill it, and nothing fails.
func TestPagesWithoutData(t *testing.T) {
	handler, db := emptySite(t, store.SQLite)
	for path, words := range map[string]string{
		"/data":                  "ohp import",
		"/indicators":            "no file with their figures is loaded",
		"/indicators/complaints": "No figures are loaded for this indicator",
		"/methods":               "Methods",
	} {
		if p := get(t, handler, path); !strings.Contains(p.Text(), words) {
			t.Errorf("%s says %q", path, p.One("main").Text())
		}
	}
	l := &measure.Load{File: measure.SourceFile{Name: "one.csv", SHA256: "x", Format: "test"}}
	l.Unit(measure.Unit{Code: "M85027", Kind: "practice", Name: "ELM TREE SURGERY"})
	if _, err := measure.Store(t.Context(), db, l); err != nil {
		t.Fatal(err)
	}
	if p := get(t, handler, "/practices/M85027/complaints"); !strings.Contains(p.Text(), "No figures are loaded for this practice") {
		t.Errorf("a practice without figures: %q", p.One("main").Text())
	}
	if p := testkit.Get(t, handler, "/practices/M85027/complaints.svg"); p.Status != http.StatusNotFound {
		t.Errorf("the drawing of nothing answers %d", p.Status)
	}
	if p := get(t, handler, "/practices/M85027/complaints.csv"); strings.Count(p.Body, "\n") != 1 {
		t.Errorf("the file of nothing is %q", p.Body)
	}
}

// Given a correction and rejected rows, When the pages are read, Then both files, both figures and the reasons are there,
// and cells that a spreadsheet would run as a formula are harmless.
func TestPagesOfACorrection(t *testing.T) {
	for _, engine := range testkit.Engines {
		t.Run(string(engine), func(t *testing.T) {
			handler, db := emptySite(t, engine)
			month := date.Month.Of(date.New(2026, 5, 1))
			for i, f := range []struct {
				name string
				num  float64
			}{{"first.csv", 3}, {"corrected.csv", 4}} {
				l := &measure.Load{File: measure.SourceFile{Name: f.name, SHA256: f.name, Format: "test", AsAt: date.New(2026, 6, 1+i)}}
				l.Unit(measure.Unit{Code: "M85027", Kind: "practice", Name: "=1+1"})
				l.Figure("", measure.Figure{Measure: "complaints", Unit: "M85027", Period: month, Numerator: f.num, Denominator: 9000, Value: measure.None, Row: 7})
				for line := range 60 {
					l.Reject(measure.Rejection{Line: line + 2, Column: "Count", Text: `=HYPERLINK("x")`, Reason: "It is no number."})
				}
				if _, err := measure.Store(t.Context(), db, l); err != nil {
					t.Fatal(err)
				}
			}
			p := get(t, handler, "/practices/M85027/complaints")
			if words := p.Text(); !strings.Contains(words, "1 figure that was replaced") || !strings.Contains(words, "first.csv, row 7") || !strings.Contains(words, "0.33 (3 of 9,000)") {
				t.Errorf("the chart's page does not tell the correction: %s", words)
			}
			old, new := get(t, handler, "/data/1"), get(t, handler, "/data/2")
			if !strings.Contains(old.One("#replaced-of").Text(), "corrected.csv") || !strings.Contains(new.One("#replaced-by").Text(), "first.csv") {
				t.Error("the files do not tell what replaced what")
			}
			if n := len(new.All("#rejected tbody tr")); n != 50 {
				t.Errorf("%d rejected rows on the first page, want 50", n)
			}
			if n := len(get(t, handler, "/data/2?page=2").All("#rejected tbody tr")); n != 10 {
				t.Errorf("%d rejected rows on the second page, want 10", n)
			}
			for _, path := range []string{"/data/2.csv", "/practices/M85027/complaints.csv", "/indicators/complaints.csv"} {
				rows, err := csv.NewReader(strings.NewReader(get(t, handler, path).Body)).ReadAll()
				if err != nil {
					t.Fatal(err)
				}
				for _, cell := range slices.Concat(rows...) {
					if strings.HasPrefix(cell, "=") {
						t.Errorf("%s: a spreadsheet would run %q", path, cell)
					}
				}
			}
		})
	}
}
