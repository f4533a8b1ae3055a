package e2e

import (
	"bytes"
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"ohp/internal/app"
	"ohp/internal/kernel/testkit"
)

// Given a browser that runs no script, When somebody filters the concerns, searches a practice and opens a chart, Then every step works.
func TestWithoutScripts(t *testing.T) {
	s := demonstration(t)
	b := open(t, s)
	b.scripts(false)
	b.visit("/concerns", phone)
	if ran := ask[bool](b, `document.body.classList.contains("js-enabled")`); ran {
		t.Fatal("scripts run, so this test shows nothing")
	}
	all := ask[int](b, `document.querySelectorAll(".ohp-concern").length`)
	b.choose("nature", "better")
	b.submit()
	if at := ask[string](b, `location.pathname + location.search`); !strings.HasPrefix(at, "/concerns?") || !strings.Contains(at, "nature=better") {
		t.Errorf("the filter leads to %s", at)
	}
	better := ask[int](b, `document.querySelectorAll(".ohp-concern").length`)
	if kept := ask[string](b, `document.querySelector("select[name=nature]").value`); better == 0 || better >= all || kept != "better" {
		t.Errorf("%d concerns, of which %d are better; the form shows %q", all, better, kept)
	}
	b.visit("/practices", phone)
	if err := chromedp.Do(b, chromedp.SendKeys(chromedp.CSS("input[name=q]"), "DM001")); err != nil {
		t.Fatal(err)
	}
	b.submit()
	if n := ask[int](b, `document.querySelectorAll("main tbody tr").length`); n != 1 {
		t.Errorf("%d practices are found by a code", n)
	}
	b.press("main tbody a")
	b.press(".ohp-tile a")
	// Every part of the navigation is in sight: no menu waits for a script.
	hidden := ask[int](b, `[...document.querySelectorAll(".nhsuk-header__navigation a")].filter(a => !a.checkVisibility()).length`)
	if links := ask[int](b, `document.querySelectorAll(".nhsuk-header__navigation a").length`); hidden > 0 || links < 5 {
		t.Errorf("%d of %d links of the navigation are hidden", hidden, links)
	}
	drawn := ask[int](b, `[...document.querySelectorAll("figure svg.oc-spc")].filter(d => d.checkVisibility()).length`)
	if drawn != 1 {
		t.Errorf("%d charts are to be seen on a phone, want 1", drawn)
	}
	b.press("figure details summary")
	if n := ask[int](b, `[...document.querySelectorAll("figure tbody tr")].filter(r => r.checkVisibility()).length`); n < 12 {
		t.Errorf("%d rows of the chart's figures are to be seen", n)
	}
}

// choose sets a list of the open page as a person would.
func (b *tab) choose(name, value string) {
	b.t.Helper()
	if chosen := ask[string](b, `(s => (s.value = "`+value+`", s.value))(document.querySelector("select[name=`+name+`]"))`); chosen != value {
		b.t.Fatalf("%s cannot be set to %s", name, value)
	}
}

// submit presses the filter's button and waits for the answer.
func (b *tab) submit() { b.t.Helper(); b.press(".ohp-filter button") }

// press clicks what a selector names, and waits for the page that it may lead to.
func (b *tab) press(selector string) {
	b.t.Helper()
	click := chromedp.Click(chromedp.CSS(selector))
	var err error
	if strings.HasSuffix(selector, "summary") {
		err = chromedp.Do(b, click)
	} else {
		_, err = chromedp.RunResponse(b, click)
	}
	if err != nil {
		b.t.Fatalf("press %s: %v", selector, err)
	}
}

// Given a keyboard and no mouse, When the Tab key is pressed, Then the first stop leads past the header, the next stops are links in
// sight, and the rest of the page can be reached.
func TestKeyboard(t *testing.T) {
	s := demonstration(t)
	b := open(t, s)
	const stop = `(e => ({Words: e.innerText.trim(), Class: e.className, Tag: e.tagName, Seen: (r => r.width > 1 && r.height > 1 && r.top >= 0 && r.bottom <= innerHeight)(e.getBoundingClientRect())}))(document.activeElement)`
	type focus struct {
		Words, Class, Tag string
		Seen              bool
	}
	for _, path := range []string{"/concerns", "/practices/DM001", "/practices/DM001/complaints", "/indicators/complaints", "/data", "/methods/reading-a-chart"} {
		b.visit(path, screen)
		b.key("\t")
		if at := ask[focus](b, stop); !strings.Contains(at.Class, "skip-link") || !at.Seen {
			t.Errorf("%s: the first stop is %+v, want the skip link in sight", path, at)
		}
		b.key("\t")
		if at := ask[focus](b, stop); at.Tag != "A" || !at.Seen || at.Words == "" && at.Class == "" {
			t.Errorf("%s: the second stop is %+v, want a link in sight", path, at)
		}
		b.visit(path, screen)
		b.key("\t")
		b.key("\r")
		b.key("\t")
		if inside := ask[bool](b, `!!document.activeElement.closest("main")`); !inside {
			t.Errorf("%s: after the skip link the next stop is %+v, want one in the main part", path, ask[focus](b, stop))
		}
		if taken := ask[int](b, `document.querySelectorAll("[tabindex]:not([tabindex='0']):not([tabindex='-1'])").length`); taken > 0 {
			t.Errorf("%s: %d elements take the order of stops into their own hands", path, taken)
		}
	}
}

func (b *tab) key(keys string) {
	b.t.Helper()
	if err := chromedp.Do(b, chromedp.KeyEvent(keys)); err != nil {
		b.t.Fatal(err)
	}
}

// On paper there is nothing to press, one drawing of each chart, and a document that a screen reader can follow.
func TestPaper(t *testing.T) {
	s := demonstration(t)
	b := open(t, s)
	for _, path := range []string{"/concerns", "/practices/DM001", "/practices/DM001/complaints", "/indicators/complaints"} {
		b.visit(path, screen)
		b.media("print")
		found := ask[struct {
			Pressed, Drawings, Figures int
		}](b, `({Pressed: [...document.querySelectorAll("nav, form, button, .nhsuk-skip-link, .ohp-downloads")].filter(e => e.checkVisibility()).length,
			Figures: [...document.querySelectorAll("figure")].filter(f => f.querySelector("svg:not(.oc-icon):not(.ohp-key__mark)")).length,
			Drawings: [...document.querySelectorAll("figure .ohp-figure__wide, figure .ohp-figure__phone")].filter(e => e.checkVisibility()).length})`)
		if found.Pressed > 0 {
			t.Errorf("%s: %d things to press are on paper", path, found.Pressed)
		}
		if found.Drawings > found.Figures {
			t.Errorf("%s: %d charts are drawn %d times", path, found.Figures, found.Drawings)
		}
		pdf, err := chromedp.Run(b, chromedp.PrintToPDF(chromedp.PDFPaper(chromedp.PaperA4)))
		if err != nil || !bytes.HasPrefix(pdf, []byte("%PDF-")) || !bytes.Contains(pdf, []byte("StructTreeRoot")) {
			t.Errorf("%s: %d bytes that are no document with structure, %v", path, len(pdf), err)
		}
		b.media("")
	}
}

func (b *tab) media(kind string) {
	b.t.Helper()
	if _, err := chromedp.Call(b, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: kind}); err != nil {
		b.t.Fatal(err)
	}
}

// Given a database in which nothing is, When any page is opened, Then it says in words what to do.
func TestEmptyDatabase(t *testing.T) {
	s := nothing(t)
	b := open(t, s)
	library := axe(t)
	for path, words := range map[string]string{
		"/concerns":               "Load data with “ohp import”, then run “ohp monitor”",
		"/concerns?theme=access":  "Load data with “ohp import”, then run “ohp monitor”",
		"/practices":              "ohp import",
		"/practices?q=oak":        "ohp import",
		"/indicators":             "no file with their figures is loaded",
		"/indicators/complaints":  "No figures are loaded for this indicator",
		"/data":                   "ohp import",
		"/methods":                "Methods",
		"/practices/M85027":       "No organisation with the code “M85027” is loaded",
		"/concerns/0":             "There is no concern at this address",
		"/data/1":                 "No file has the number 1",
		"/methods/no-such-method": "There is no method page",
	} {
		p := testkit.Get(t, s, path)
		if main := p.One("main").Text(); !strings.Contains(main, words) {
			t.Errorf("%s says %q, and not %q", path, main, words)
		}
		if p.Status != http.StatusOK && p.Status != http.StatusNotFound {
			t.Errorf("%s answers %d", path, p.Status)
		}
		for _, width := range []int64{screen, phone} {
			b.visit(path, width)
			fits(t, b, path, width)
			photograph(t, b, "empty"+strings.NewReplacer("/", "-", "?", "-", "=", "-").Replace(path), width)
		}
		for _, barrier := range barriers(b, library) {
			t.Errorf("%s: %s", path, barrier)
		}
		for _, complaint := range b.heard(path, p.Status) {
			t.Errorf("%s: the browser says: %s", path, complaint)
		}
	}
}

// Given a database that was studied while nothing was in it, When the concerns are opened, Then nothing is called calm.
func TestStudiedWhileEmpty(t *testing.T) {
	dsn := filepath.Join(t.TempDir(), "empty.db")
	var out strings.Builder
	if err := (app.Monitor{Database: dsn, Budget: 1}).Run(t.Context(), &out, io.Discard); err != nil || !strings.Contains(out.String(), "ohp import") {
		t.Errorf("%v: %s", err, out.String())
	}
	if words := testkit.Get(t, serve(t, dsn), "/concerns").One("main").Text(); !strings.Contains(words, "ohp import") || strings.Contains(words, "Nothing needs attention") {
		t.Errorf("the concerns say %q", words)
	}
}
