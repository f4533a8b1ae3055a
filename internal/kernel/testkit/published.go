package testkit

import (
	"os"
	"path/filepath"
	"testing"
)

// Published is the path of a file or folder of the collection of published NHS files, which is too large to be committed: OHP_DATA names
// its folder, or it lies beside the repository as ../shared/data. Where the whole collection is absent and nobody named it, the test is
// left out, which make test says at its end; where the collection is there, or was named, a missing file fails the test.
func Published(t testing.TB, parts ...string) string {
	t.Helper()
	folder, named := os.LookupEnv("OHP_DATA")
	if !named {
		folder = filepath.Join(repository(t), "..", "shared", "data")
	}
	if _, err := os.Stat(folder); err != nil && !named {
		t.Skipf("NOT TESTED: there is no collection of published files (%s); OHP_DATA names its folder", folder)
	}
	path := filepath.Join(append([]string{folder}, parts...)...)
	if _, err := os.Stat(path); err != nil {
		t.Fatalf("the collection of published files lacks %s: %v", filepath.Join(parts...), err)
	}
	return path
}

// repository is the folder that holds go.mod, at or above the test's own.
func repository(t testing.TB) string {
	t.Helper()
	at, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for ; ; at = filepath.Dir(at) {
		if _, err := os.Stat(filepath.Join(at, "go.mod")); err == nil {
			return at
		}
		if at == filepath.Dir(at) {
			t.Fatal("no go.mod above the test's folder")
		}
	}
}
