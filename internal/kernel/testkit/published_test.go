package testkit_test

import (
	"os"
	"path/filepath"
	"testing"

	"ohp/internal/kernel/testkit"
)

func TestPublishedFileOfANamedCollection(t *testing.T) {
	folder := t.TempDir()
	want := filepath.Join(folder, "here.csv")
	if err := os.WriteFile(want, []byte("a\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("OHP_DATA", folder)
	if got := testkit.Published(t, "here.csv"); got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

// A collection that was named and lacks a file, or is not there at all, is a failure and never a test left out.
func TestPublishedFileThatIsAbsent(t *testing.T) {
	folder := t.TempDir()
	for _, named := range []string{folder, filepath.Join(folder, "absent")} {
		t.Setenv("OHP_DATA", named)
		if !fails(func(t testing.TB) { testkit.Published(t, "there.csv") }) {
			t.Errorf("%s has no there.csv, and nothing failed", named)
		}
	}
}
