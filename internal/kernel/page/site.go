package page

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"

	"ohp/internal/kernel/page/assets"
	"ohp/internal/kernel/page/nhsuk"

	"github.com/a-h/templ"
)

// Handler answers one request. An error that it returns, before anything was written, becomes a page in words at one place.
type Handler func(w http.ResponseWriter, r *http.Request) error

// Route is one address of the program, declared as data so that a test can walk all of them.
type Route struct {
	// Method is GET or POST; a GET route answers HEAD as well. Pattern is a path pattern of package net/http without the method.
	Method, Pattern string
	// Name is the one name of file, handler, template and test ("concerns", "practice").
	Name    string
	Handler Handler
}

// Section is one entry of the header's navigation.
type Section struct {
	Name, Href string
}

// Site is what all pages share: the partnership's name, the notices that stand on every page, the navigation and the log.
type Site struct {
	// Partnership is the name shown in the header and the footer.
	Partnership string
	// Notices stand under the header on every page ("Demonstration data: a fictional partnership").
	Notices []string
	// Sections are the header's and the footer's navigation.
	Sections []Section
	// Log takes faults; nil is slog.Default().
	Log *slog.Logger
}

func (s *Site) log() *slog.Logger {
	if s.Log == nil {
		return slog.Default()
	}
	return s.Log
}

// enable is the design system's one inline script: it tells the style sheet that scripts run.
const enable = `document.body.className += ' js-enabled' + ('noModule' in HTMLScriptElement.prototype ? ' nhsuk-frontend-supported' : '');`

// policy allows nothing that is not this program's own, and of inline scripts only enable, by its hash.
var policy = func() string {
	sum := sha256.Sum256([]byte(enable))
	return strings.Join([]string{
		"default-src 'none'",
		"style-src 'self'",
		"script-src 'self' 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'",
		"img-src 'self' data:",
		"form-action 'self'",
		"frame-ancestors 'none'",
		"base-uri 'none'",
	}, "; ")
}()

// Mux serves the routes and the assets, with security headers, protection against forged requests, and every error as a page.
// It returns an error that names the routes at fault when two say the same or one is incomplete.
func (s *Site) Mux(routes []Route) (http.Handler, error) {
	mux := http.NewServeMux()
	mux.Handle(http.MethodGet+" "+assets.Prefix, assets.Handler())
	for _, r := range routes {
		if err := s.mount(mux, r); err != nil {
			return nil, err
		}
	}
	forged := http.NewCrossOriginProtection()
	forged.SetDenyHandler(s.serve(func(http.ResponseWriter, *http.Request) error { return errForged }))
	return secured(forged.Handler(s.found(mux))), nil
}

func (s *Site) mount(mux *http.ServeMux, r Route) (err error) {
	if r.Method == "" || r.Pattern == "" || r.Name == "" || r.Handler == nil {
		return fmt.Errorf("route %q (%s %s) is incomplete: it needs a method, a pattern, a name and a handler", r.Name, r.Method, r.Pattern)
	}
	defer func() {
		// ServeMux reports a pattern that is wrong or taken by a panic.
		if p := recover(); p != nil {
			err = fmt.Errorf("route %q: %v", r.Name, p)
		}
	}()
	mux.Handle(r.Method+" "+r.Pattern, s.serve(r.Handler))
	return nil
}

// found serves what the mux knows and answers the rest with a page instead of the mux's plain words.
func (s *Site) found(mux *http.ServeMux) http.Handler {
	other := s.serve(func(w http.ResponseWriter, r *http.Request) error { return unknown(mux, w, r) })
	refused := s.serve(func(http.ResponseWriter, *http.Request) error { return errUnreadable })
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !readable(r) {
			refused.ServeHTTP(w, r)
		} else if _, pattern := mux.Handler(r); pattern != "" {
			mux.ServeHTTP(w, r)
		} else {
			other.ServeHTTP(w, r)
		}
	})
}

// readable says whether the address is text that every database can hold: UTF-8 without the character nought.
func readable(r *http.Request) bool {
	query, err := url.QueryUnescape(r.URL.RawQuery)
	return err == nil && utf8.ValidString(r.URL.Path) && utf8.ValidString(query) && !strings.ContainsRune(r.URL.Path+query, 0)
}

// serve runs a handler and turns what it returns, or a panic, into a page.
func (s *Site) serve(h Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		out := &writer{ResponseWriter: w}
		defer func() {
			p := recover()
			if p == http.ErrAbortHandler {
				panic(p)
			}
			if p != nil {
				s.fail(out, r, fmt.Errorf("panic: %v", p), true)
			}
		}()
		err := h(out, r)
		if gone := r.Context().Err() != nil && errors.Is(err, context.Canceled); err != nil && !gone {
			s.fail(out, r, err, false)
		}
	})
}

// writer remembers whether anything went out: after that, an error can only be logged and the answer broken off.
type writer struct {
	http.ResponseWriter
	began bool
}

func (w *writer) WriteHeader(status int) { w.began = true; w.ResponseWriter.WriteHeader(status) }

func (w *writer) Write(b []byte) (int, error) { w.began = true; return w.ResponseWriter.Write(b) }

// Unwrap lets http.ResponseController reach the writer below.
func (w *writer) Unwrap() http.ResponseWriter { return w.ResponseWriter }

func secured(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
		next.ServeHTTP(w, r)
	})
}

// Page is one page: what stands between header and footer, and what the layout says about it.
type Page struct {
	// Title is the page's name. The browser shows "Title – ohp"; the layout writes no heading, because a page's h1 is its own:
	// use Heading, or the legend or label of a form.
	Title string
	// Section is the navigation entry that the page belongs to, by name.
	Section string
	// Crumbs are the pages above this one, the nearest last.
	Crumbs []nhsuk.Link
	// Errors make the browser's title begin with "Error: " and stand in a summary at the top.
	Errors []nhsuk.ErrorItem
	// Wide uses more of a large screen, for dense tables and grids of charts.
	Wide bool
	// Status is the HTTP status; 0 is 200.
	Status int
	Body   templ.Component
}

func (p Page) title() string {
	t := p.Title + " – ohp"
	if len(p.Errors) > 0 {
		t = "Error: " + t
	}
	return t
}
