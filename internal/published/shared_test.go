package published

import (
	"bytes"
	"context"
	"encoding/csv"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ohp/internal/kernel/date"
	"ohp/internal/kernel/measure"
	"ohp/internal/kernel/tabular"
)

// mustRead reads a file that must be importable.
func mustRead(t testing.TB, path string) *measure.Load {
	t.Helper()
	l, err := Read(context.Background(), path, Options{})
	if err != nil {
		t.Fatalf("%s: %v", filepath.Base(path), err)
	}
	return l
}

// readText reads content as if it were a file of that name.
func readText(t testing.TB, name, content string, o Options) (*measure.Load, error) {
	t.Helper()
	f, err := tabular.OpenReader(name, strings.NewReader(content), int64(len(content)))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return ReadFile(context.Background(), f, o)
}

// figureKey names a figure in tests.
type figureKey struct{ measure, unit, period string }

// figuresOf gives every figure of a load by its key, and fails on one that stands twice.
func figuresOf(t testing.TB, l *measure.Load) map[figureKey]measure.Figure {
	t.Helper()
	all := map[figureKey]measure.Figure{}
	l.EachFigure(func(_ string, f measure.Figure) {
		key := figureKey{f.Measure, f.Unit, f.Period.String()}
		if _, twice := all[key]; twice {
			t.Errorf("%v stands twice", key)
		}
		all[key] = f
	})
	return all
}

// readTable reads a CSV of expected values as rows by column name.
func readTable(t testing.TB, path string) []map[string]string {
	t.Helper()
	body, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(bytes.NewReader(body)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var out []map[string]string
	for _, r := range rows[1:] {
		m := map[string]string{}
		for i, name := range rows[0] {
			m[name] = r[i]
		}
		out = append(out, m)
	}
	return out
}

func mustDate(t testing.TB, text string) date.Date {
	t.Helper()
	d, err := date.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return d
}
