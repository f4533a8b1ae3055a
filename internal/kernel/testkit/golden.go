package testkit

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Golden compares got with testdata/golden/name of the package under test. With OHP_GOLDEN=update in the environment it
// writes the file instead: read the change before it is committed.
func Golden(t testing.TB, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", "golden", filepath.FromSlash(name))
	if os.Getenv("OHP_GOLDEN") == "update" {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v (if this result is right, run the test with OHP_GOLDEN=update)", err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs (if the change is right, run the test with OHP_GOLDEN=update):\n%s", path, Diff(string(want), string(got)))
	}
}

// Diff shows the first lines in which two texts differ, and "" when they do not.
func Diff(want, got string) string {
	if want == got {
		return ""
	}
	a, b := strings.Split(want, "\n"), strings.Split(got, "\n")
	first := 0
	for first < len(a) && first < len(b) && a[first] == b[first] {
		first++
	}
	lastA, lastB := len(a), len(b)
	for lastA > first && lastB > first && a[lastA-1] == b[lastB-1] {
		lastA, lastB = lastA-1, lastB-1
	}
	var out strings.Builder
	fmt.Fprintf(&out, "from line %d:\n", first+1)
	writeLines(&out, "- ", a[first:lastA])
	writeLines(&out, "+ ", b[first:lastB])
	return out.String()
}

func writeLines(out *strings.Builder, mark string, lines []string) {
	const most = 20
	for i, line := range lines {
		if i == most {
			fmt.Fprintf(out, "%s… and %d more lines\n", mark, len(lines)-most)
			return
		}
		fmt.Fprintf(out, "%s%s\n", mark, line)
	}
}
