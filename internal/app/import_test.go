package app

import (
	"io"
	"path/filepath"
	"strings"
	"testing"
)

// Real practices do not come into a database of invented ones, nor the other way round.
func TestDemonstrationStaysApart(t *testing.T) {
	demonstration := filepath.Join(t.TempDir(), "demo.db")
	if err := CreateDemo(t.Context(), demonstration, io.Discard); err != nil {
		t.Fatal(err)
	}
	extract := filepath.Join("..", "published", "testdata")
	var out strings.Builder
	err := Import{Database: demonstration, Paths: []string{extract}, Quiet: true}.Run(t.Context(), &out, io.Discard)
	if err == nil || !strings.Contains(err.Error(), "holds the demonstration") || out.Len() > 0 {
		t.Errorf("published files in the demonstration: %v\n%s", err, out.String())
	}
	published := filepath.Join(t.TempDir(), "england.db")
	if err := (Import{Database: published, Paths: []string{extract}, Quiet: true}).Run(t.Context(), &out, io.Discard); err != nil && err != errRefused || !strings.Contains(out.String(), "loaded ") {
		t.Fatalf("%v\n%s", err, out.String())
	}
	if err := CreateDemo(t.Context(), published, io.Discard); err == nil || !strings.Contains(err.Error(), "holds published data") {
		t.Errorf("the demonstration in a database of published data: %v", err)
	}
}
