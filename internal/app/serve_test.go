package app

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// Given a page of another site whose name was made to lead to this machine, When a browser here asks by that name, Then nothing is shown.
func TestOnlyThisMachineIsAnswered(t *testing.T) {
	handler := onlyHere(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = w.Write([]byte("figures")) }))
	for host, status := range map[string]int{
		"127.0.0.1:8080": 200, "localhost:9999": 200, "LOCALHOST": 200, "[::1]:8080": 200, "[::1]": 200, "127.0.0.1": 200,
		"evil.example": 421, "evil.example:8080": 421, "127.0.0.1.evil.example:80": 421, "": 421, "10.0.0.1:8080": 421,
	} {
		r := httptest.NewRequest("GET", "/concerns", nil)
		r.Host = host
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		if w.Code != status || strings.Contains(w.Body.String(), "figures") != (status == 200) {
			t.Errorf("%q is answered %d %q, want %d", host, w.Code, w.Body.String(), status)
		}
	}
}
