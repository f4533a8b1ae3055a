package page

import (
	"crypto/rand"
	"errors"
	"net/http"
	"runtime/debug"
	"strings"

	"ohp/internal/kernel/errs"
	"ohp/internal/kernel/page/nhsuk"
)

var errForged = errs.New(errs.Forbidden, "This form was sent from another website, so nothing was done. Open the page here and try again.")

var errUnreadable = errs.New(errs.Invalid, "The web address holds characters that cannot be read as text. Check that you copied all of it, or go to the first page and search from there.")

// trouble is how each kind of error looks to a person.
type trouble struct {
	status  int
	heading string
}

var troubles = map[errs.Kind]trouble{
	errs.Internal:    {http.StatusInternalServerError, "Sorry, there is a problem with this service"},
	errs.NotFound:    {http.StatusNotFound, "Page not found"},
	errs.Invalid:     {http.StatusBadRequest, "There is a problem with what was asked"},
	errs.Conflict:    {http.StatusConflict, "Somebody else changed this first"},
	errs.Forbidden:   {http.StatusForbidden, "You may not do this"},
	errs.Unavailable: {http.StatusServiceUnavailable, "Try again in a moment"},
}

// errMethod is a request by a method that the address does not take.
var errMethod = errors.New("method not allowed")

// unknown is what an address without a route answers: 405 with the methods that it takes, or 404.
func unknown(mux *http.ServeMux, w http.ResponseWriter, r *http.Request) error {
	var allowed []string
	for _, m := range []string{http.MethodGet, http.MethodPost} {
		other := *r
		other.Method = m
		if _, pattern := mux.Handler(&other); pattern != "" {
			allowed = append(allowed, m)
		}
	}
	if len(allowed) == 0 {
		return errs.New(errs.NotFound, "If you typed the web address, check that it is right. If you pasted it, check that you copied all of it.")
	}
	w.Header().Set("Allow", strings.Join(allowed, ", "))
	return errMethod
}

// fail is the one place where an error becomes a page. A fault of ours is logged with a reference that the page shows. An answer
// that has begun can be no page any more: it is broken off.
func (s *Site) fail(w *writer, r *http.Request, err error, panicked bool) {
	kind := errs.KindOf(err)
	t, words, reference := troubles[kind], errs.Words(err), ""
	if errors.Is(err, errMethod) {
		t, words = trouble{http.StatusMethodNotAllowed, "This page cannot be used that way"}, "Go back and try again from the page itself."
	} else if kind == errs.Internal {
		reference = rand.Text()[:8]
		attributes := []any{"reference", reference, "method", r.Method, "path", r.URL.Path, "error", err}
		if panicked {
			attributes = append(attributes, "stack", string(debug.Stack()))
		}
		s.log().Error("page failed", attributes...)
	}
	if w.began {
		panic(http.ErrAbortHandler) // the connection is cut: nobody takes half an answer for a whole one
	}
	without(w.Header(), "ETag", "Content-Encoding", "Content-Length", "Content-Disposition")
	p := Page{Title: t.heading, Status: t.status, Errors: fieldErrors(err), Body: failure(t.heading, words, reference)}
	if err := s.Render(w, r, p); err != nil {
		s.log().Error("error page failed", "path", r.URL.Path, "error", err)
		http.Error(w.ResponseWriter, t.heading, t.status)
	}
}

func without(h http.Header, names ...string) {
	for _, n := range names {
		h.Del(n)
	}
}

// fieldErrors are the answers that an Invalid error names; without a form on the page they link nowhere.
func fieldErrors(err error) []nhsuk.ErrorItem {
	var items []nhsuk.ErrorItem
	for _, f := range errs.FieldsOf(err) {
		items = append(items, nhsuk.ErrorItem{Text: f.Words})
	}
	return items
}

// Errors are the lines of an error summary, each leading to the control whose id is the field's name; a handler that shows the
// refused form again puts them into Page.Errors.
func Errors(err error) []nhsuk.ErrorItem {
	items := fieldErrors(err)
	for i, f := range errs.FieldsOf(err) {
		items[i].Href = "#" + f.Name
	}
	return items
}

// ErrorOf is the message for one field, or nothing: what a form control's Error takes.
func ErrorOf(err error, field string) string {
	for _, f := range errs.FieldsOf(err) {
		if f.Name == field {
			return f.Words
		}
	}
	return ""
}
