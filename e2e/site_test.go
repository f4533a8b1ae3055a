// Package e2e opens the whole program in a real browser: every kind of page, on a screen and on a phone, with scripts and without,
// from the keyboard and on paper, with data and with none.
package e2e

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"ohp/internal/app"
	"ohp/internal/kernel/store"
	"ohp/internal/kernel/testkit/browser"
)

// site is the program with a database, to be asked directly or through the network.
type site struct {
	http.Handler
	address string
}

// demonstration serves the demonstration partnership, made and studied by the program's own command.
func demonstration(t *testing.T) site {
	t.Helper()
	dsn := filepath.Join(t.TempDir(), "demo.db")
	if err := app.CreateDemo(t.Context(), dsn, io.Discard); err != nil {
		t.Fatal(err)
	}
	return serve(t, dsn)
}

// nothing serves a database that has tables and no row.
func nothing(t *testing.T) site {
	t.Helper()
	dsn := filepath.Join(t.TempDir(), "empty.db")
	if err := app.Migrate(t.Context(), dsn, io.Discard); err != nil {
		t.Fatal(err)
	}
	return serve(t, dsn)
}

func serve(t *testing.T, dsn string) site {
	t.Helper()
	db, err := store.Open(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	handler, err := app.Handler(t.Context(), db)
	if err != nil {
		t.Fatal(err)
	}
	return listen(t, handler)
}

func listen(t *testing.T, handler http.Handler) site {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return site{handler, server.URL}
}

// tab is one page of the browser. It notes what the browser complains of.
type tab struct {
	context.Context
	t       *testing.T
	address string

	lock       sync.Mutex
	complaints []string
}

// open starts a browser that looks at the site.
func open(t *testing.T, s site) *tab {
	t.Helper()
	b := &tab{Context: browser.Open(t), t: t, address: s.address}
	err := chromedp.Listen(b, func(event any) {
		switch e := event.(type) {
		case *log.EventEntryAdded:
			if e.Entry.Level == log.EntryLevelError || e.Entry.Level == log.EntryLevelWarning {
				b.complain(e.Entry.Text + " " + e.Entry.URL)
			}
		case *runtime.EventExceptionThrown:
			b.complain("exception: " + e.ExceptionDetails.Text)
		case *runtime.EventConsoleAPICalled:
			b.complain("console: " + string(e.Type))
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func (b *tab) complain(words string) {
	b.lock.Lock()
	defer b.lock.Unlock()
	b.complaints = append(b.complaints, words)
}

// heard returns the complaints since it was last asked, but for the one that a page refused on purpose earns by its status.
func (b *tab) heard(path string, status int) []string {
	b.lock.Lock()
	defer b.lock.Unlock()
	var all []string
	for _, c := range b.complaints {
		if !(status >= 400 && strings.Contains(c, "Failed to load resource") && strings.HasSuffix(c, " "+b.address+path)) {
			all = append(all, c)
		}
	}
	b.complaints = nil
	return all
}

// visit opens a page at a width in pixels and returns its status.
func (b *tab) visit(path string, width int64) int {
	b.t.Helper()
	if err := chromedp.Do(b, chromedp.EmulateViewport(width, 900)); err != nil {
		b.t.Fatal(err)
	}
	answer, err := chromedp.Run(b, chromedp.NavigateResponse(b.address+path))
	if err != nil {
		b.t.Fatalf("%s: %v", path, err)
	}
	return int(answer.Status)
}

// ask evaluates an expression in the page, whether the page's own scripts may run or not.
func ask[T any](b *tab, expression string) T {
	b.t.Helper()
	value, err := chromedp.Run(b, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	if err != nil {
		b.t.Fatalf("%.120s: %v", expression, err)
	}
	return value
}

// scripts lets the pages' own scripts run or not.
func (b *tab) scripts(run bool) {
	b.t.Helper()
	if _, err := chromedp.Call(b, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: !run}); err != nil {
		b.t.Fatal(err)
	}
}

// axe is the library that looks for barriers.
func axe(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("../node_modules/axe-core/axe.min.js")
	if err != nil {
		t.Fatal("axe-core is not here; run make setup first: ", err)
	}
	return string(text)
}
