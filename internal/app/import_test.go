package app

import (
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"regexp"
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

// stopAt is a writer that stops a command when it has written a word.
type stopAt struct {
	bytes.Buffer
	word string
	stop func()
}

func (s *stopAt) Write(p []byte) (int, error) {
	if strings.Contains(string(p), s.word) {
		s.stop()
	}
	return s.Buffer.Write(p)
}

// Who stops an import is told what was kept and how to go on, and can.
func TestImportThatIsStopped(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	c := Import{Database: filepath.Join(t.TempDir(), "england.db"), Paths: []string{filepath.Join("..", "published", "testdata", "registers")}, Quiet: true}
	out := stopAt{word: "loaded ", stop: stop}
	err := c.Run(ctx, &out, io.Discard)
	if err == nil || strings.Contains(err.Error(), "context") || !strings.Contains(err.Error(), "kept") || !strings.Contains(err.Error(), "same command again") {
		t.Errorf("stopped: %v", err)
	}
	if n := strings.Count(out.String(), "loaded  "); n != 1 {
		t.Fatalf("%d files loaded:\n%s", n, out.String())
	}
	var again strings.Builder
	if err := c.Run(t.Context(), &again, io.Discard); err != nil {
		t.Fatal(err)
	}
	files, err := os.ReadDir(c.Paths[0])
	if err != nil {
		t.Fatal(err)
	}
	rest := len(files) - len([]string{"LICENCE.md", "the one that was loaded"})
	if strings.Count(again.String(), "known  ") != 1 || strings.Count(again.String(), "loaded  ") != rest {
		t.Errorf("again, want %d more:\n%s", rest, again.String())
	}
}

// One is said in the singular.
func TestImportSpeaksOfOne(t *testing.T) {
	list := filepath.Join(t.TempDir(), "list.csv")
	content := "EXTRACT_DATE,CODE,SEX,AGE,NUMBER_OF_PATIENTS\n2025-10-01,M85027,ALL,ALL,90\n2025-10-01,M85028,ALL,ALL,many\n"
	if err := os.WriteFile(list, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	ratings := filepath.Join(t.TempDir(), "ratings.csv")
	if err := os.WriteFile(ratings, []byte("ods_code,overall_rating,publication_date\nM85027,Good,2024-05-01\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	c := Import{Database: filepath.Join(t.TempDir(), "england.db"), Quiet: true}
	for paths, wants := range map[string][]string{list: {"; 1 figure, 1 new", "; 1 row rejected", "\n1 file, 1 figure, 1 row rejected, 0 files passed over or refused"}, ratings: {"; 1 organisation;"}} {
		c.Paths = []string{paths}
		var out strings.Builder
		if err := c.Run(t.Context(), &out, io.Discard); err != nil {
			t.Fatal(err)
		}
		for _, want := range wants {
			if !strings.Contains(out.String(), want) {
				t.Errorf("without %q:\n%s", want, out.String())
			}
		}
		if many := regexp.MustCompile(`\b1 (files|figures|rows|organisations)\b`).FindString(out.String()); many != "" {
			t.Errorf("%s:\n%s", many, out.String())
		}
	}
}
