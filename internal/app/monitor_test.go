package app

import (
	"io"
	"math"
	"path/filepath"
	"strings"
	"testing"

	"ohp/internal/monitor"
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
		{Monitor{Database: dsn, Budget: 0}, "A budget of 0 false concerns a month cannot be kept. Give a number from 0.1 to 100"},
		{Monitor{Database: dsn, Budget: -1}, "A budget of -1 false"},
		{Monitor{Database: dsn, Budget: math.NaN()}, "A budget of NaN false"},
		{Monitor{Database: dsn, Budget: math.Inf(1)}, "A budget of +Inf false"},
		{Monitor{Database: dsn, Budget: .001}, "A budget of 0.001 false"},
		{Monitor{Database: dsn, Budget: 1e9}, "Give a number from 0.1 to 100"},
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

// What a run promises is true of the threshold that it used, and a budget that opened more than another would is remembered.
func TestMonitorSaysWhatItsThresholdPromises(t *testing.T) {
	const steady, higher, before = "so that a steady partnership has at most", "the threshold is higher", "The run before had a budget of"
	for _, c := range []struct {
		now, last monitor.Summary
		says, not []string
	}{
		{monitor.Summary{Threshold: .0017, Bound: .0017, Budget: 1}, monitor.Summary{}, []string{"chance of 0.0017 or less, " + steady + " 1 false concern a month."}, []string{higher, before}},
		{monitor.Summary{Threshold: .0059, Bound: .0017, Budget: 1}, monitor.Summary{Series: 9, Budget: 1}, []string{"chance of 0.0059 or less. The budget of 1 false concern a month allows 0.0017", higher}, []string{steady, before}},
		{monitor.Summary{Threshold: .0017, Bound: .0017, Budget: 1}, monitor.Summary{Series: 9, Budget: 100}, []string{steady, before + " 100 false concerns a month: what it opened stays open"}, []string{higher}},
		{monitor.Summary{Threshold: .0017, Bound: .0017, Budget: 1}, monitor.Summary{Series: 9, Budget: .5}, []string{steady}, []string{before}},
		{monitor.Summary{Budget: 1}, monitor.Summary{}, []string{"none can be judged over time; 1 indicator studied"}, []string{steady, higher, "Flagged"}},
	} {
		c.now.Series, c.now.Studied = 9, 1
		var out strings.Builder
		printSummary(&out, c.now, c.last)
		for _, words := range c.says {
			if !strings.Contains(out.String(), words) {
				t.Errorf("%+v does not say %q: %s", c.now, words, out.String())
			}
		}
		for _, words := range c.not {
			if strings.Contains(out.String(), words) {
				t.Errorf("%+v says %q: %s", c.now, words, out.String())
			}
		}
	}
}

// Where nothing can be judged, the command says why before it says that no concern is open.
func TestMonitorSaysThatNothingCanBeJudged(t *testing.T) {
	var out strings.Builder
	printConcerns(&out, nil, nil, []string{"None of the 5 series can be compared."}, false)
	if got := out.String(); got != "None of the 5 series can be compared.\nNo concern is open.\n" {
		t.Errorf("it prints %q", got)
	}
}
