package assets

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func get(path string, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodGet, path, nil)
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	Handler().ServeHTTP(w, r)
	return w
}

func TestServed(t *testing.T) {
	if !Present() {
		t.Fatal("the design system is not built in; run `make setup` (npm ci, then go run ./tools/assets) first")
	}
	for _, name := range []string{"nhsuk.css", "nhsuk.js", "ohp.css", "mark.svg", "images/favicon.svg"} {
		w := get(URL(name))
		if w.Code != 200 || !strings.Contains(w.Header().Get("Cache-Control"), "immutable") || w.Header().Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: %d %v", name, w.Code, w.Header())
		}
		z, err := gzip.NewReader(get(URL(name), "Accept-Encoding", "br, gzip").Body)
		if err != nil {
			t.Fatal(name, err)
		}
		if b, err := io.ReadAll(z); err != nil || !bytes.Equal(b, w.Body.Bytes()) {
			t.Errorf("%s: compressed and plain differ (%v)", name, err)
		}
	}
}

// TestNoOtherHost: nothing that is served asks another host for anything.
func TestNoOtherHost(t *testing.T) {
	for _, name := range []string{"nhsuk.css", "ohp.css"} {
		body := get(URL(name)).Body.String()
		for _, bad := range []string{"http:", "https:", "url(//", "@import", "@font-face"} {
			if strings.Contains(body, bad) {
				t.Errorf("%s holds %q", name, bad)
			}
		}
	}
	if !strings.Contains(get(URL("ohp.css")).Body.String(), ".oc-improvement{fill:#00b0f0") {
		t.Error("the charts' rules are not in ohp.css")
	}
}

func TestOtherAddresses(t *testing.T) {
	if w := get(Prefix + "old/ohp.css"); w.Code != 200 || w.Header().Get("Cache-Control") != "no-cache" {
		t.Error("an old address must work and must not be kept:", w.Code, w.Header())
	}
	for _, path := range []string{Prefix, Prefix + "x", Prefix + "x/../assets.go", Prefix + "x/.gitignore", Prefix + "x/none.css"} {
		if w := get(path); w.Code != 404 {
			t.Error(path, w.Code)
		}
	}
}
