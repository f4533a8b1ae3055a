package app

import (
	"io"
	"path/filepath"
	"strings"
	"testing"
)

// A practice or theme that nobody knows is an error in words: “no concern is open” would be false calm.
func TestMonitorRefusesWhatItDoesNotKnow(t *testing.T) {
	dsn := filepath.Join(t.TempDir(), "demo.db")
	if err := CreateDemo(t.Context(), dsn, io.Discard); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		command Monitor
		words   string
	}{
		{Monitor{Database: dsn, Budget: 1, Theme: "weather"}, "Choose one of: access"},
		{Monitor{Database: dsn, Budget: 1, Practice: "NOPE"}, "No practice with the code “NOPE” is loaded"},
	} {
		var out strings.Builder
		if err := c.command.Run(t.Context(), &out, io.Discard); err == nil || !strings.Contains(err.Error(), c.words) || out.Len() > 0 {
			t.Errorf("%+v: %v, and prints %q", c.command, err, out.String())
		}
	}
	var out strings.Builder
	if err := (Monitor{Database: dsn, Budget: 1, Practice: "DM012"}).Run(t.Context(), &out, io.Discard); err != nil || !strings.Contains(out.String(), "DM012") {
		t.Errorf("a practice that there is: %v, %q", err, out.String())
	}
}
