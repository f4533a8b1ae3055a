package testkit_test

import (
	"net/http"
	"os"
	"strings"
	"testing"

	"ohp/internal/kernel/testkit"
)

const document = `<!DOCTYPE html><html lang="en"><title>Concerns</title><style>p{}</style>
<main id="main" class="wide  nhsuk-main"><h1>Two <b>concerns</b></h1><ul class="list"><li class="a b"><a href="/x" data-n="1">High&nbsp;Street</a><li class="b">Elm</ul></main>
<nav><a href="/y">Data</a></nav></html>`

func TestPage(t *testing.T) {
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.WriteHeader(http.StatusTeapot)
		w.Write([]byte(document))
	})
	p := testkit.Get(t, handler, "/concerns?x=1")
	if p.Status != http.StatusTeapot || p.One("title").Text() != "Concerns" || p.One("html").Attr("lang") != "en" || p.One("html").Attr("dir") != "" {
		t.Errorf("%d %q", p.Status, p.Body)
	}
	for selector, want := range map[string]string{
		"li": "High Street|Elm", "li.b": "High Street|Elm", "li.a.b": "High Street", "#main a": "High Street", "a": "High Street|Data", "main.nhsuk-main#main": "Two concerns High Street Elm",
		"[data-n=1]": "High Street", `a[href="/y"]`: "Data", "nav [href]": "Data", ".list .a a": "High Street", "ul nav": "", "h1 b": "concerns", "li.ab": "", "main h1": "Two concerns",
	} {
		if got := strings.Join(p.Texts(selector), "|"); got != want {
			t.Errorf("%s: %q, want %q", selector, got, want)
		}
	}
	if n := p.One("ul").Count("main a"); n != 0 {
		t.Errorf("a step above the element where the search began was counted: %d", n)
	}
}

func TestGolden(t *testing.T) {
	t.Chdir(t.TempDir())
	t.Setenv("OHP_GOLDEN", "update")
	testkit.Golden(t, "list/empty.txt", []byte("nothing\n"))
	if text, err := os.ReadFile("testdata/golden/list/empty.txt"); err != nil || string(text) != "nothing\n" {
		t.Fatalf("%q, %v", text, err)
	}
	t.Setenv("OHP_GOLDEN", "")
	testkit.Golden(t, "list/empty.txt", []byte("nothing\n"))
	if !fails(func(t testing.TB) { testkit.Golden(t, "list/empty.txt", []byte("something\n")) }) {
		t.Error("another text passed")
	}
	if !fails(func(t testing.TB) { testkit.Golden(t, "list/absent.txt", nil) }) {
		t.Error("an absent file passed")
	}
}

func TestDiff(t *testing.T) {
	if d := testkit.Diff("a\nb\nc\nd", "a\nB\nc2\nd"); d != "from line 2:\n- b\n- c\n+ B\n+ c2\n" {
		t.Errorf("%q", d)
	}
	if testkit.Diff("a", "a") != "" || !strings.Contains(testkit.Diff(strings.Repeat("x\n", 50), ""), "more lines") {
		t.Error("equal texts, or long ones")
	}
}

// fails runs f with a test of its own and reports whether f failed it.
func fails(f func(t testing.TB)) bool {
	r := &recorder{}
	done := make(chan struct{})
	go func() {
		defer close(done)
		f(r)
	}()
	<-done
	return r.failed
}
