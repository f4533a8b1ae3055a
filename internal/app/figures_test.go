package app

import (
	"encoding/csv"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// printed runs a command that prints CSV and gives its rows.
func printed(t *testing.T, run func(out io.Writer) error) [][]string {
	t.Helper()
	var out strings.Builder
	if err := run(&out); err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(strings.NewReader(out.String())).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

func TestFigures(t *testing.T) {
	database := filepath.Join(t.TempDir(), "england.db")
	extract := filepath.Join("..", "published", "testdata", "registers", "list-2025-10.csv")
	if err := (Import{Database: database, Paths: []string{extract}, Quiet: true}).Run(t.Context(), io.Discard, io.Discard); err != nil {
		t.Fatal(err)
	}
	all := printed(t, func(out io.Writer) error { return Figures{Database: database}.Run(t.Context(), out) })
	if len(all) != 5 || !slices.Equal(all[0], figureColumns) {
		t.Fatalf("%v", all)
	}
	// Given the code of a practice in small letters, when its figures are asked for, then they are found, each with its source
	practice := all[1][0]
	found := printed(t, func(out io.Writer) error {
		return Figures{Database: database, Practices: []string{" " + strings.ToLower(practice)}, Indicators: []string{"list-size"}, From: "2025-10", To: "2025-10"}.Run(t.Context(), out)
	})
	if len(found) != 2 || !slices.Equal(found[1], all[1]) || found[1][7] != "list-2025-10.csv" || found[1][9] == "" || found[1][10] != "2025-10-01" {
		t.Errorf("%s: %v, want %v", practice, found, all[1])
	}
	// Given periods before and after, or another source, then nothing but the head is printed
	for _, c := range []Figures{{From: "2025-11"}, {To: "2025-09"}, {Source: "payments"}} {
		c.Database = database
		if rows := printed(t, func(out io.Writer) error { return c.Run(t.Context(), out) }); len(rows) != 1 {
			t.Errorf("%+v: %v", c, rows)
		}
	}
	// Given an indicator or a period that is none, then it is refused in words and nothing is printed
	for words, c := range map[string]Figures{"no indicator named": {Indicators: []string{"x"}}, "is not a period": {From: "soon"}, "“A0000” is loaded": {Practices: []string{practice, "A0000"}}} {
		c.Database = database
		var out strings.Builder
		if err := c.Run(t.Context(), &out); err == nil || !strings.Contains(err.Error(), words) || out.Len() > 0 {
			t.Errorf("%+v: %v, printed %q", c, err, out.String())
		}
	}
	// And the names tell what may be asked for
	names := printed(t, func(out io.Writer) error { return Figures{Database: database}.Names(t.Context(), out) })
	if !slices.ContainsFunc(names, func(r []string) bool { return r[0] == "list-size" && r[1] == "Registered patients" && r[3] == "1" }) {
		t.Errorf("%d names", len(names))
	}
}
