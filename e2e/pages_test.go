package e2e

import (
	"encoding/json"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"ohp/internal/kernel/testkit"
)

// place is an address with the status that it answers and a name for pictures.
type place struct {
	name, path string
	status     int
}

// places are every kind of page of the demonstration, and the ways in which each can look.
func places(t *testing.T, s site) []place {
	t.Helper()
	all := []place{
		{"concerns", "/concerns", 200},
		{"concerns-filtered", "/concerns?nature=worse&state=all", 200},
		{"concerns-practice", "/concerns?practice=DM003", 200},
		{"concerns-none", "/concerns?theme=money&nature=differ", 200},
		{"practices", "/practices", 200},
		{"practices-sorted", "/practices?sort=concerns&all=yes", 200},
		{"practices-search", "/practices?q=surgery", 200},
		{"practices-none", "/practices?q=zzz", 200},
		{"practice", "/practices/DM001", 200},
		{"network", "/practices/DMP01", 200},
		{"chart", "/practices/DM001/telephony-answered", 200},
		{"chart-profile", "/practices/DM001/telephony-answered?profile=mdc-excel-2023", 200},
		{"chart-yearly", "/practices/DM001/qof-diabetes-prevalence", 200},
		{"chart-measurement", "/practices/DM001/locum-cost", 200},
		{"chart-rare", "/practices/DM001/harm-events", 200},
		{"indicators", "/indicators", 200},
		{"indicators-all", "/indicators?all=yes", 200},
		{"indicators-theme", "/indicators?theme=money", 200},
		{"indicator", "/indicators/complaints", 200},
		{"indicator-measurement", "/indicators/locum-cost", 200},
		{"indicator-period", "/indicators/complaints?period=2026-01&sort=name&charts=2", 200},
		{"data", "/data", 200},
		{"data-format", "/data?format=demonstration", 200},
		{"file", "/data/1", 200},
		{"methods", "/methods", 200},
		{"page-404", "/nowhere", 404},
		{"practice-404", "/practices/NONE", 404},
		{"page-400", "/concerns?theme=weather", 400},
	}
	for i, link := range testkit.Get(t, s, "/methods").All(".ohp-methods a") {
		all = append(all, place{"method-" + strconv.Itoa(i+1), link.Attr("href"), 200})
	}
	for _, nature := range []string{"worse", "differ", "better"} {
		if links := testkit.Get(t, s, "/concerns?nature="+nature).All(".ohp-concern__headline a"); len(links) > 0 {
			all = append(all, place{"concern-" + nature, links[0].Attr("href"), 200})
		}
	}
	kinds := map[string]bool{} // one group of each kind
	for _, option := range testkit.Get(t, s, "/indicators/complaints").All("select[name=group] option") {
		v := option.Attr("value")
		if kind, _, _ := strings.Cut(v, ":"); !kinds[kind] {
			kinds[kind] = true
			all = append(all, place{"indicator-" + kind, "/indicators/complaints?group=" + url.QueryEscape(v), 200})
		}
	}
	return all
}

const (
	screen = 1280
	phone  = 375
)

// Given the demonstration, When every kind of page is opened on a screen and on a phone, Then none has a barrier, a word of
// complaint from the browser, anything wider than the screen, or more or less than one heading.
func TestEveryPage(t *testing.T) {
	s := demonstration(t)
	all, library := places(t, s), axe(t)
	for _, width := range []int64{screen, phone} {
		t.Run(strconv.FormatInt(width, 10), func(t *testing.T) {
			t.Parallel()
			b := open(t, s)
			for _, p := range all {
				if status := b.visit(p.path, width); status != p.status {
					t.Errorf("%s answers %d, want %d", p.path, status, p.status)
				}
				fits(t, b, p.path, width)
				photograph(t, b, p.name, width)
				for _, barrier := range barriers(b, library) {
					t.Errorf("%s: %s", p.path, barrier)
				}
				for _, complaint := range b.heard(p.path, p.status) {
					t.Errorf("%s: the browser says: %s", p.path, complaint)
				}
			}
		})
	}
}

// fits holds a page to what is true of every page at every width.
func fits(t *testing.T, b *tab, path string, width int64) {
	t.Helper()
	found := ask[struct {
		Over, Headings int
		Title, Heading string
		Main           bool
	}](b, `({Over: document.documentElement.scrollWidth - document.documentElement.clientWidth, Headings: document.querySelectorAll("h1").length,
		Title: document.title, Heading: (document.querySelector("h1")||document.body).innerText, Main: !!document.querySelector("main h1")})`)
	if found.Over > 0 {
		t.Errorf("%s at %d: the page is %d pixels wider than the screen", path, width, found.Over)
	}
	if found.Headings != 1 || !found.Main || strings.TrimSpace(found.Heading) == "" {
		t.Errorf("%s at %d: %d first headings, in the main part: %v (%q)", path, width, found.Headings, found.Main, found.Heading)
	}
	if !strings.HasSuffix(found.Title, " – ohp") || len(found.Title) < len("A – ohp") {
		t.Errorf("%s is called %q", path, found.Title)
	}
}

// barriers are what axe-core finds on the page that is open.
func barriers(b *tab, library string) (found []string) {
	b.t.Helper()
	ask[int](b, library+";0")
	said := ask[string](b, `axe.run(document, {runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"], resultTypes: ["violations"]}).then(r => JSON.stringify(
		r.violations.map(v => v.id + ": " + v.nodes.slice(0, 3).map(n => n.target.join(" ") + " " + n.html.slice(0, 160)).join(" | "))))`)
	if err := json.Unmarshal([]byte(said), &found); err != nil {
		b.t.Fatal(err)
	}
	return found
}

// A page with barriers, complaints and too wide a table is found out: the checks above can fail.
func TestChecksCanFail(t *testing.T) {
	bad := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Content-Security-Policy", "default-src 'none'")
		w.Write([]byte(`<!DOCTYPE html><html><title>x</title><body><img src="/a.png"><p style="width:3000px;background:#fff;color:#eee">wide</p>`))
	})
	b := open(t, listen(t, bad))
	b.visit("/", screen)
	if n := len(barriers(b, axe(t))); n < 3 {
		t.Errorf("axe-core finds %d kinds of barrier on a page that has at least three", n)
	}
	if complaints := b.heard("/", 200); len(complaints) == 0 {
		t.Error("the browser says nothing of what the policy refused")
	}
}

// photograph leaves a picture of the page in the folder that OHP_SHOTS names.
func photograph(t *testing.T, b *tab, name string, width int64) {
	t.Helper()
	folder := os.Getenv("OHP_SHOTS")
	if folder == "" {
		return
	}
	picture, err := chromedp.Run(b, chromedp.FullScreenshot(100))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, name+"-"+strconv.FormatInt(width, 10)+".png"), picture, 0o644); err != nil {
		t.Fatal(err)
	}
}

// Every link of every kind of page leads somewhere: to a page, to a part of a page, or to a file.
func TestLinksLead(t *testing.T) {
	s := demonstration(t)
	parts := map[string]map[string]bool{} // of each page that was read: the anchors in it
	anchors := func(path string) map[string]bool {
		if parts[path] == nil {
			parts[path] = map[string]bool{}
			p := testkit.Get(t, s, path)
			if p.Status != http.StatusOK && p.Status != http.StatusFound {
				t.Errorf("%s answers %d", path, p.Status)
			} else if strings.HasPrefix(p.Header.Get("Content-Type"), "text/html") {
				for _, n := range p.All("[id]") {
					parts[path][n.Attr("id")] = true
				}
			}
		}
		return parts[path]
	}
	seen, links := map[string]bool{}, 0
	for _, from := range places(t, s) {
		if from.status != http.StatusOK {
			continue
		}
		for _, a := range testkit.Get(t, s, from.path).All("a[href]") {
			href := a.Attr("href")
			if strings.HasPrefix(href, "https://") || seen[href] && !strings.HasPrefix(href, "#") {
				continue
			}
			seen[href] = true
			links++
			path, part, _ := strings.Cut(href, "#")
			if path == "" {
				path = from.path
			}
			if known := anchors(path); part != "" && !known[part] {
				t.Errorf("%s leads to %s, and there is no such part", from.path, href)
			}
		}
	}
	if links < 300 {
		t.Errorf("only %d links were followed", links)
	}
}

// Ratings are given on days of their own: the indicator's page shows each practice's latest, in words.
func TestRatingsInWords(t *testing.T) {
	s := demonstration(t)
	list := testkit.Get(t, s, "/indicators/cqc-overall-rating")
	if rows := list.All("#ranking tbody tr"); len(rows) != 33 || !strings.Contains(rows[0].Text(), "Good") {
		t.Errorf("%d practices have a rating, want 33: %s", len(rows), list.One("#ranking").Text())
	}
	one := testkit.Get(t, s, "/practices/DM001/cqc-overall-rating").One("main").Text()
	if !strings.Contains(one, "Latest: Good on ") || strings.Contains(one, "chance would have it") || strings.Contains(one, "Missing") {
		t.Errorf("the rating's page says %q", one)
	}
}
