package app

import (
	"strings"
	"testing"

	"ohp/internal/demo"
	"ohp/internal/kernel/testkit"
	"ohp/internal/monitor"
)

// What pages keep is given up when a file is loaded and when the monitor runs: none shows yesterday's lists.
func TestPagesFollowFilesAndRuns(t *testing.T) {
	for _, engine := range testkit.Engines {
		t.Run(string(engine), func(t *testing.T) {
			handler, db := emptySite(t, engine)
			if n := get(t, handler, "/practices").Count("tbody tr"); n != 0 {
				t.Errorf("%d practices before a file is loaded", n)
			}
			if err := demo.Create(t.Context(), db); err != nil {
				t.Fatal(err)
			}
			loaded := get(t, handler, "/practices")
			if loaded.Count("tbody tr") == 0 || loaded.Count("tbody .nhsuk-tag") != 0 {
				t.Errorf("%d practices and %d marks of concerns before the monitor runs", loaded.Count("tbody tr"), loaded.Count("tbody .nhsuk-tag"))
			}
			if words := get(t, handler, "/concerns").Text(); !strings.Contains(words, "No data has been studied yet") {
				t.Errorf("before a run the concerns are %q", words)
			}
			if _, err := monitor.Run(t.Context(), db, monitor.Settings{Measures: measures()}); err != nil {
				t.Fatal(err)
			}
			if n := get(t, handler, "/concerns").Count(".ohp-concern"); n == 0 {
				t.Error("no concern after the run")
			}
			if n := get(t, handler, "/practices").Count("tbody .nhsuk-tag"); n == 0 {
				t.Error("no practice is marked after the run")
			}
		})
	}
}
