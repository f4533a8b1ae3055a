package page

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"log/slog"
	"math"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"ohp/internal/kernel/errs"

	"github.com/a-h/templ"
	"github.com/xuri/excelize/v2"
	"golang.org/x/net/html"
)

func served(t *testing.T) (http.Handler, *bytes.Buffer) {
	t.Helper()
	site, log := gallery(), new(bytes.Buffer)
	site.Log = slog.New(slog.NewTextHandler(log, nil))
	mux, err := site.Mux(galleryRoutes(site))
	if err != nil {
		t.Fatal(err)
	}
	return mux, log
}

func ask(h http.Handler, method, path string, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, nil)
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestErrorsArePages(t *testing.T) {
	h, _ := served(t)
	for _, c := range []struct {
		method, path string
		status       int
		words        string
	}{
		{"GET", "/nowhere", 404, "Page not found"},
		{"GET", "/invalid", 400, "The month must be written like 2024-03"},
		{"GET", "/conflict", 409, "Ann Other saved this at 10:14."},
		{"GET", "/broken", 500, "Sorry, there is a problem with this service"},
		{"GET", "/panics", 500, "Sorry, there is a problem with this service"},
		{"POST", "/words", 405, "This page cannot be used that way"},
		{"GET", "/words?q=a%00b", 400, "cannot be read as text"},
		{"GET", "/words?q=%ff", 400, "cannot be read as text"},
		{"GET", "/words?q=%zz", 400, "cannot be read as text"},
		{"GET", "/words%00", 400, "cannot be read as text"},
		{"GET", "/nowhere/%c3%28", 400, "cannot be read as text"},
	} {
		w := ask(h, c.method, c.path)
		if w.Code != c.status || !strings.Contains(w.Body.String(), c.words) || !strings.Contains(w.Body.String(), "nhsuk-header") {
			t.Errorf("%s %s: %d, want %d and %q in a whole page", c.method, c.path, w.Code, c.status, c.words)
		}
	}
	if allow := ask(h, "POST", "/words").Header().Get("Allow"); allow != "GET" {
		t.Error("405 must name what is allowed, got", allow)
	}
}

// TestFaultIsLoggedNotShown: the cause goes to the log and never to the page; the reference is on both.
func TestFaultIsLoggedNotShown(t *testing.T) {
	h, log := served(t)
	for _, path := range []string{"/broken", "/panics"} {
		log.Reset()
		body := ask(h, "GET", path).Body.String()
		reference := regexp.MustCompile(`reference=([A-Z0-9]{8})`).FindStringSubmatch(log.String())
		if reference == nil || !strings.Contains(body, reference[1]) {
			t.Fatalf("%s: no reference on both page and log: %s", path, log)
		}
		for _, secret := range []string{"disk on fire", "out of cheese"} {
			if strings.Contains(body, secret) {
				t.Errorf("%s shows %q", path, secret)
			}
		}
		if !strings.Contains(log.String(), "disk on fire") && !strings.Contains(log.String(), "out of cheese") {
			t.Error("the log has no cause:", log)
		}
	}
}

func TestForgedFormIsRefused(t *testing.T) {
	h, _ := served(t)
	if w := ask(h, "POST", "/save", "Sec-Fetch-Site", "cross-site"); w.Code != 403 || !strings.Contains(w.Body.String(), "another website") {
		t.Error(w.Code, w.Body)
	}
	if w := ask(h, "POST", "/save", "Sec-Fetch-Site", "same-origin"); w.Code != 303 {
		t.Error(w.Code)
	}
}

func TestHeaders(t *testing.T) {
	h, _ := served(t)
	w := ask(h, "GET", "/words")
	for name, want := range map[string]string{"X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin", "Content-Type": "text/html; charset=utf-8"} {
		if got := w.Header().Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	policy := w.Header().Get("Content-Security-Policy")
	if strings.Contains(policy, "unsafe") || !strings.Contains(policy, "default-src 'none'") {
		t.Error(policy)
	}
	inline := regexp.MustCompile(`(?s)<script>(.*?)</script>`).FindStringSubmatch(w.Body.String())
	sum := sha256.Sum256([]byte(inline[1]))
	if !strings.Contains(policy, "'sha256-"+base64.StdEncoding.EncodeToString(sum[:])+"'") {
		t.Error("the policy does not allow the page's one inline script")
	}
}

// TestNothingInline walks the HTML of every gallery page, errors included: no style attribute, style element, event handler or
// second inline script, every id once, every picture and drawing named.
func TestNothingInline(t *testing.T) {
	h, _ := served(t)
	for _, path := range []string{"/words", "/form", "/table", "/spc", "/funnel", "/tiles", "/nowhere", "/broken"} {
		root, err := html.Parse(ask(h, "GET", path).Body)
		if err != nil {
			t.Fatal(err)
		}
		ids, scripts := map[string]bool{}, 0
		for n := range root.Descendants() {
			if n.Type != html.ElementNode {
				continue
			}
			src := ""
			for _, a := range n.Attr {
				switch {
				case a.Key == "style" || strings.HasPrefix(a.Key, "on"):
					t.Errorf("%s: <%s %s>", path, n.Data, a.Key)
				case a.Key == "id" && ids[a.Val]:
					t.Errorf("%s: id %q stands twice", path, a.Val)
				case a.Key == "id":
					ids[a.Val] = true
				case a.Key == "src":
					src = a.Val
				}
			}
			if n.Data == "style" {
				t.Errorf("%s: a style element", path)
			}
			if n.Data == "script" && src == "" {
				scripts++
			}
		}
		if scripts != 1 {
			t.Errorf("%s: %d inline scripts", path, scripts)
		}
	}
}

func TestTitles(t *testing.T) {
	h, _ := served(t)
	for path, want := range map[string]string{"/table": "<title>A table – ohp</title>", "/form": "<title>Error: A form – ohp</title>", "/nowhere": "<title>Page not found – ohp</title>"} {
		if body := ask(h, "GET", path).Body.String(); !strings.Contains(body, want) {
			t.Errorf("%s has not %s", path, want)
		}
	}
}

func TestSendingPages(t *testing.T) {
	h, _ := served(t)
	whole := ask(h, "GET", "/table")
	squeezed := ask(h, "GET", "/table", "Accept-Encoding", "gzip")
	z, err := gzip.NewReader(squeezed.Body)
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(z)
	if err != nil || string(b) != whole.Body.String() {
		t.Error("compressed and plain pages differ", err)
	}
	tag := whole.Header().Get("ETag")
	if w := ask(h, "GET", "/table", "If-None-Match", tag); w.Code != 304 || w.Body.Len() != 0 {
		t.Error("a page that has not changed must answer 304, got", w.Code)
	}
	if w := ask(h, "GET", "/nowhere"); w.Header().Get("ETag") != "" {
		t.Error("an error page must not be kept")
	}
	server := httptest.NewServer(h)
	defer server.Close()
	res, err := http.Head(server.URL + "/table")
	if err != nil || res.StatusCode != 200 || res.Header.Get("ETag") != tag {
		t.Error("HEAD", res.StatusCode, res.Header, err)
	}
	res.Body.Close()
}

// TestTemplateFault: a template that fails half-way gives a whole error page, not half a page.
func TestTemplateFault(t *testing.T) {
	site := gallery()
	site.Log = slog.New(slog.DiscardHandler)
	broken := templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		_, _ = io.WriteString(w, "half a page")
		return fmt.Errorf("no such field")
	})
	mux, err := site.Mux([]Route{{"GET", "/half", "half", func(w http.ResponseWriter, r *http.Request) error {
		return site.Render(w, r, Page{Title: "Half", Body: broken})
	}}})
	if err != nil {
		t.Fatal(err)
	}
	if w := ask(mux, "GET", "/half"); w.Code != 500 || strings.Contains(w.Body.String(), "half a page") {
		t.Error(w.Code, w.Body)
	}
}

func TestBadRoutesAreErrors(t *testing.T) {
	ok := func(http.ResponseWriter, *http.Request) error { return nil }
	for name, routes := range map[string][]Route{
		"twice":      {{"GET", "/a", "a", ok}, {"GET", "/a", "b", ok}},
		"incomplete": {{"GET", "/a", "", ok}},
		"no handler": {{"GET", "/a", "a", nil}},
		"bad":        {{"GET", "a{", "a", ok}},
	} {
		if _, err := gallery().Mux(routes); err == nil {
			t.Error(name, "must be refused")
		}
	}
}

func TestErrorsOfAForm(t *testing.T) {
	err := fmt.Errorf("saving: %w", errs.InvalidFields(errs.Field{Name: "from", Words: "Enter a month"}))
	if items := Errors(err); len(items) != 1 || items[0].Href != "#from" || items[0].Text != "Enter a month" {
		t.Error(items)
	}
	if ErrorOf(err, "from") != "Enter a month" || ErrorOf(err, "to") != "" || ErrorOf(nil, "from") != "" {
		t.Error("ErrorOf")
	}
}

func TestSheet(t *testing.T) {
	s := Sheet{Name: `com/plaints: "2026"`, Head: []string{"Practice", "Value"}, Rows: [][]any{{"=cmd()", 1.5}, {"St Anne's, \"old\"", nil}, {"x", -3}}}
	var b bytes.Buffer
	if err := s.CSV(&b); err != nil {
		t.Fatal(err)
	}
	if want := "Practice,Value\r\n'=cmd(),1.5\r\n\"St Anne's, \"\"old\"\"\",\r\nx,-3\r\n"; b.String() != want {
		t.Errorf("got %q, want %q", b.String(), want)
	}
	w := httptest.NewRecorder()
	if err := s.Send(w, "xlsx"); err != nil {
		t.Fatal(err)
	}
	if d := w.Header().Get("Content-Disposition"); strings.ContainsAny(d, `/\`) || !strings.HasPrefix(d, "attachment") {
		t.Error(d)
	}
	f, err := excelize.OpenReader(w.Body)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := f.GetRows(f.GetSheetName(0))
	if err != nil || len(rows) != 4 || rows[1][0] != "=cmd()" || rows[3][1] != "-3" {
		t.Error(rows, err)
	}
	if formula, _ := f.GetCellFormula(f.GetSheetName(0), "A2"); formula != "" {
		t.Error("words became a formula:", formula)
	}
	if err := s.Send(httptest.NewRecorder(), "pdf"); errs.KindOf(err) != errs.Invalid {
		t.Error(err)
	}
}

// TestNumbersInFiles: a figure of a million stands in a file in full, not with an exponent.
func TestNumbersInFiles(t *testing.T) {
	for v, want := range map[any]string{1234567.0: "1234567", 1e6: "1000000", 0.000012: "0.000012", -2.5: "-2.5", 12: "12", math.Inf(1): ""} {
		if got := plain(v); got != want {
			t.Errorf("%v is written %q, want %q", v, got, want)
		}
	}
}

// TestCancelledByAnother: work that somebody else broke off is a fault for a reader who still waits, not an empty page.
func TestCancelledByAnother(t *testing.T) {
	site := gallery()
	site.Log = slog.New(slog.DiscardHandler)
	mux, err := site.Mux([]Route{{"GET", "/cancelled", "cancelled", func(http.ResponseWriter, *http.Request) error { return context.Canceled }}})
	if err != nil {
		t.Fatal(err)
	}
	if w := ask(mux, "GET", "/cancelled"); w.Code != 500 || w.Body.Len() == 0 {
		t.Errorf("%d with %d bytes", w.Code, w.Body.Len())
	}
	gone, leave := context.WithCancel(t.Context())
	leave()
	w := httptest.NewRecorder()
	mux.ServeHTTP(w, httptest.NewRequestWithContext(gone, "GET", "/cancelled", nil))
	if w.Body.Len() != 0 {
		t.Error("a page for a reader who has gone:", w.Body)
	}
}

// TestHalfAnAnswer: an answer that breaks off after it began is cut, so that nobody takes half a file for a whole one.
func TestHalfAnAnswer(t *testing.T) {
	site := gallery()
	site.Log = slog.New(slog.DiscardHandler)
	mux, err := site.Mux([]Route{{"GET", "/half", "half", func(w http.ResponseWriter, _ *http.Request) error {
		_, _ = io.WriteString(w, "practice,value\r\n")
		return fmt.Errorf("disk on fire")
	}}})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewUnstartedServer(mux)
	server.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	server.Start()
	defer server.Close()
	res, err := http.Get(server.URL + "/half")
	if err != nil {
		return
	}
	defer res.Body.Close()
	if b, err := io.ReadAll(res.Body); err == nil {
		t.Errorf("%q looks whole", b)
	}
}

func BenchmarkTablePage(b *testing.B) {
	site := gallery()
	p := Page{Title: "Practices", Section: "Practices", Crumbs: crumbs(), Body: tableGallery(50)}
	r := httptest.NewRequest("GET", "/table", nil)
	r.Header.Set("Accept-Encoding", "gzip")
	b.ReportAllocs()
	for b.Loop() {
		if err := site.Render(httptest.NewRecorder(), r, p); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkTilesPage(b *testing.B) {
	site := gallery()
	r := httptest.NewRequest("GET", "/tiles", nil)
	b.ReportAllocs()
	for b.Loop() {
		if err := site.Render(httptest.NewRecorder(), r, Page{Title: "Practice", Body: tilesGallery()}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkSPC(b *testing.B) {
	points := series(36, 28, 4, .8)
	b.ReportAllocs()
	for b.Loop() {
		spcOf(points).View()
	}
}

func BenchmarkFunnel6200(b *testing.B) {
	f := funnelOf(33, 6200)
	b.ReportAllocs()
	for b.Loop() {
		f.View()
	}
}
