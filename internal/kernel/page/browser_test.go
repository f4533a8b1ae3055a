package page

import (
	"context"
	"encoding/json"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ohp/internal/kernel/page/assets"

	"github.com/chromedp/chromedp"
)

// TestBrowser opens every page of the gallery in a real browser, wide and as on a phone, and lets axe-core look for barriers. It
// also fails when the browser reports anything that the content-security policy refused, or a page wider than its screen: a phone's,
// a tablet's, and a phone's with letters twice as large.
// With OHP_SHOTS set to a folder, it leaves a picture of each page there.
func TestBrowser(t *testing.T) {
	browser := os.Getenv("OHP_CHROMIUM")
	if browser == "" {
		browser = "/usr/bin/chromium"
	}
	if _, err := os.Stat(browser); err != nil {
		t.Fatal("no browser: install Chromium (`apt-get install chromium`) or name one in OHP_CHROMIUM: ", err)
	}
	axe, err := os.ReadFile("../../../node_modules/axe-core/axe.min.js")
	if err != nil {
		t.Fatal("axe-core is not here; run `make setup` (npm ci) first: ", err)
	}
	if !assets.Present() {
		t.Fatal("the design system is not built in; run `make setup` first")
	}
	site := gallery()
	mux, err := site.Mux(galleryRoutes(site))
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(mux)
	defer server.Close()
	ctx := start(t, browser)
	for _, name := range names {
		for _, width := range []int64{1280, 375} {
			look(t, ctx, server.URL, name, width, string(axe))
		}
		for _, width := range []int64{320, 770, 900} {
			fits(t, ctx, server.URL, name, width)
		}
	}
	// The letters of the browser twice as large as usual.
	large := start(t, browser, chromedp.Flag("blink-settings", "defaultFontSize=32"))
	for _, name := range names {
		fits(t, large, server.URL, name, 320)
		fits(t, large, server.URL, name, 390)
	}
}

var names = []string{"words", "form", "table", "spc", "funnel", "tiles", "nowhere", "broken"}

// fits opens a page and fails when it is wider than its screen.
func fits(t *testing.T, ctx context.Context, base, name string, width int64) {
	t.Helper()
	if err := chromedp.Do(ctx, chromedp.EmulateViewport(width, 900), chromedp.Navigate(base+"/"+name)); err != nil {
		t.Fatal(name, err)
	}
	if over, err := chromedp.Run(ctx, chromedp.Evaluate[int](`document.documentElement.scrollWidth - document.documentElement.clientWidth`)); err != nil || over > 0 {
		t.Errorf("%s at %d: the page is %d pixels wider than the screen (%v)", name, width, over, err)
	}
}

func start(t *testing.T, browser string, more ...chromedp.ExecAllocatorOption) context.Context {
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(browser), chromedp.NoSandbox, chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-component-update", true), chromedp.UserDataDir(t.TempDir()))
	options = append(options, more...)
	ctx, cancel := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	ctx, cancel = context.WithTimeout(ctx, 3*time.Minute)
	t.Cleanup(cancel)
	if err := chromedp.Do(ctx); err != nil {
		t.Fatal(err)
	}
	return ctx
}

const barriers = `axe.run(document,{runOnly:["wcag2a","wcag2aa","wcag21a","wcag21aa","wcag22aa","best-practice"]}).then(r=>JSON.stringify(r.violations.map(v=>v.id+": "+v.nodes.slice(0,3).map(n=>n.target.join(" ")+" "+n.html.slice(0,160)).join(" | "))))`

// inlineStyles counts what the content-security policy refuses.
const inlineStyles = `document.querySelectorAll("[style],style").length + document.querySelectorAll("script:not([src])").length - 1`

func look(t *testing.T, ctx context.Context, base, name string, width int64, axe string) {
	t.Helper()
	fits(t, ctx, base, name, width)
	if n, err := chromedp.Run(ctx, chromedp.Evaluate[int](inlineStyles)); err != nil || n != 0 {
		t.Errorf("%s at %d: %d inline styles or scripts (%v)", name, width, n, err)
	}
	photograph(t, ctx, name, width)
	if _, err := chromedp.Run(ctx, chromedp.Evaluate[int](axe+";0")); err != nil {
		t.Fatal(err)
	}
	found, err := chromedp.Run(ctx, chromedp.Evaluate[string](barriers, chromedp.EvalAwaitPromise))
	if err != nil {
		t.Fatal(name, err)
	}
	var all []string
	if err := json.Unmarshal([]byte(found), &all); err != nil {
		t.Fatal(err)
	}
	if len(all) > 0 {
		t.Errorf("%s at %d: axe found\n  %s", name, width, strings.Join(all, "\n  "))
	}
}

func photograph(t *testing.T, ctx context.Context, name string, width int64) {
	folder := os.Getenv("OHP_SHOTS")
	if folder == "" {
		return
	}
	shot, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
	if err != nil {
		t.Fatal(err)
	}
	kind := "wide"
	if width < 600 {
		kind = "phone"
	}
	if err := os.WriteFile(filepath.Join(folder, name+"-"+kind+".png"), shot, 0o644); err != nil {
		t.Fatal(err)
	}
}
