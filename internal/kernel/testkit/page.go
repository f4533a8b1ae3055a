package testkit

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// Page is an answer of a handler. Node is its document when it is HTML.
type Page struct {
	Node
	Status int
	Header http.Header
	Body   string
}

// Get asks handler for a path and reads the answer. It may have any status; a document that does not parse fails the test.
func Get(t testing.TB, handler http.Handler, path string) *Page {
	t.Helper()
	return Do(t, handler, httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil))
}

// Do sends a request to handler and reads the answer.
func Do(t testing.TB, handler http.Handler, request *http.Request) *Page {
	t.Helper()
	recorder := httptest.NewRecorder()
	handler.ServeHTTP(recorder, request)
	p := &Page{Status: recorder.Code, Header: recorder.Header(), Body: recorder.Body.String(), Node: Node{t: t}}
	if strings.HasPrefix(p.Header.Get("Content-Type"), "text/html") {
		p.Node = Parse(t, p.Body)
	}
	return p
}

// Parse reads a document, or a piece of one.
func Parse(t testing.TB, text string) Node {
	t.Helper()
	root, err := html.Parse(strings.NewReader(text))
	if err != nil {
		t.Fatalf("this is no HTML: %v", err)
	}
	return Node{t, root}
}

// Node is an element of a page.
type Node struct {
	t    testing.TB
	node *html.Node
}

// All returns the elements below n that a selector names, in the order of the document. A selector is a small part of
// CSS: tag, #id, .class, [attribute], [attribute=value] (the value without spaces), joined, and spaces for "below".
func (n Node) All(selector string) []Node {
	n.t.Helper()
	if n.node == nil {
		n.t.Fatalf("%s: the answer is not HTML", selector)
	}
	var steps []simple
	for _, s := range strings.Fields(selector) {
		steps = append(steps, parseSimple(n.t, s))
	}
	if len(steps) == 0 {
		n.t.Fatal("the selector is empty")
	}
	var out []Node
	for d := range n.node.Descendants() {
		if d.Type == html.ElementNode && matches(d, n.node, steps) {
			out = append(out, Node{n.t, d})
		}
	}
	return out
}

// One returns the only element that a selector names, and fails the test when there are none or more.
func (n Node) One(selector string) Node {
	n.t.Helper()
	found := n.All(selector)
	if len(found) != 1 {
		n.t.Fatalf("%d elements are %s; one was expected", len(found), selector)
	}
	return found[0]
}

// Count returns how many elements a selector names.
func (n Node) Count(selector string) int {
	n.t.Helper()
	return len(n.All(selector))
}

// Texts returns the text of each element that a selector names.
func (n Node) Texts(selector string) []string {
	n.t.Helper()
	var out []string
	for _, found := range n.All(selector) {
		out = append(out, found.Text())
	}
	return out
}

// Text returns the text in n as a reader sees it: runs of white space are one space, scripts and styles are left out.
func (n Node) Text() string {
	var b strings.Builder
	for d := range n.node.Descendants() {
		hidden := d.Parent.Type == html.ElementNode && (d.Parent.Data == "script" || d.Parent.Data == "style")
		if d.Type == html.TextNode && !hidden {
			b.WriteString(d.Data)
			b.WriteByte(' ')
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

// Attr returns the value of an attribute, and "" when there is none.
func (n Node) Attr(name string) string {
	value, _ := attribute(n.node, name)
	return value
}

func attribute(n *html.Node, name string) (string, bool) {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val, true
		}
	}
	return "", false
}

// simple is one step of a selector: what an element itself must have.
type simple struct {
	tag     string
	classes []string
	values  [][2]string // attribute and value
	present []string
}

func parseSimple(t testing.TB, text string) simple {
	t.Helper()
	var s simple
	for rest := text; rest != ""; {
		mark := rest[0]
		if mark == '[' {
			inside, after, closed := strings.Cut(rest[1:], "]")
			if !closed {
				t.Fatalf("the selector %q lacks a ]", text)
			}
			if name, value, equal := strings.Cut(inside, "="); equal {
				s.values = append(s.values, [2]string{name, strings.Trim(value, `"'`)})
			} else {
				s.present = append(s.present, name)
			}
			rest = after
			continue
		}
		end := strings.IndexAny(rest[1:], ".#[") + 1
		if end == 0 {
			end = len(rest)
		}
		switch mark {
		case '.':
			s.classes = append(s.classes, rest[1:end])
		case '#':
			s.values = append(s.values, [2]string{"id", rest[1:end]})
		default:
			s.tag = rest[:end]
		}
		rest = rest[end:]
	}
	return s
}

// matches reports whether an element is the last step and has the others above it, below root.
func matches(n, root *html.Node, steps []simple) bool {
	last := len(steps) - 1
	if !steps[last].is(n) {
		return false
	}
	if last == 0 {
		return true
	}
	for above := n.Parent; above != nil && above != root.Parent; above = above.Parent {
		if above.Type == html.ElementNode && matches(above, root, steps[:last]) {
			return true
		}
	}
	return false
}

func (s simple) is(n *html.Node) bool {
	if s.tag != "" && s.tag != n.Data {
		return false
	}
	class, _ := attribute(n, "class")
	has := " " + strings.Join(strings.Fields(class), " ") + " "
	for _, c := range s.classes {
		if !strings.Contains(has, " "+c+" ") {
			return false
		}
	}
	for _, v := range s.values {
		if got, ok := attribute(n, v[0]); !ok || got != v[1] {
			return false
		}
	}
	for _, name := range s.present {
		if _, ok := attribute(n, name); !ok {
			return false
		}
	}
	return true
}
