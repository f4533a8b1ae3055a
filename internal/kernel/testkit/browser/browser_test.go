package browser

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/chromedp/chromedp"
)

func TestOpen(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Write([]byte(`<!DOCTYPE html><html lang="en"><title>Tea</title><h1>Élan</h1></html>`))
	}))
	defer server.Close()
	ctx := Open(t)
	if err := chromedp.Do(ctx, chromedp.Navigate(server.URL)); err != nil {
		t.Fatal(err)
	}
	if title, err := chromedp.Run(ctx, chromedp.Evaluate[string](`document.title + " " + document.querySelector("h1").textContent`)); err != nil || title != "Tea Élan" {
		t.Errorf("%q, %v", title, err)
	}
}
