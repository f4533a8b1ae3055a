package app

import (
	"context"
	"encoding/json"
	"io"
	"math"
	"path/filepath"
	"strings"
	"testing"

	"ohp/internal/stats/change"
)

// What is asked for is what is simulated, and JSON can be read back.
func TestSimulateTakesItsNumbers(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var out strings.Builder
	if err := (Simulate{Seed: new(uint64(7)), Budget: new(2.), Practices: new(5), Indicators: new(3), Partnerships: new(4), JSON: true}).Run(ctx, &out, io.Discard); err != nil {
		t.Fatal(err)
	}
	var r change.Report
	if err := json.Unmarshal([]byte(out.String()), &r); err != nil {
		t.Fatal(err)
	}
	if o := r.Options; o.Seed != 7 || o.Budget != 2 || o.Practices != 5 || o.Indicators != 3 || o.Partnerships != 4 || r.Series != 15 || r.Complete {
		t.Errorf("%+v", r)
	}
}

func TestSimulateRefuses(t *testing.T) {
	for _, c := range []Simulate{
		{Budget: new(-1.)}, {Budget: new(0.)}, {Budget: new(math.NaN())}, {Budget: new(math.Inf(1))},
		{Practices: new(-1)}, {Practices: new(0)}, {Indicators: new(-1)}, {Indicators: new(0)}, {Partnerships: new(-1)}, {Partnerships: new(0)},
	} {
		if err := c.Run(t.Context(), io.Discard, io.Discard); err == nil || !strings.Contains(err.Error(), "above nought") {
			t.Errorf("%+v: %v", c, err)
		}
	}
	if err := (Simulate{Partnerships: new(1)}).Run(t.Context(), io.Discard, io.Discard); err == nil || !strings.Contains(err.Error(), "at least two") {
		t.Errorf("%v", err)
	}
}

// Agreement is no error; a case that disagrees is one, and so is a folder without cases.
func TestConformEndsWithAnErrorUnlessAllAgree(t *testing.T) {
	var out strings.Builder
	if err := Conform(filepath.Join("..", "stats", "conform", "testdata"), &out); err != nil {
		t.Errorf("%v\n%s", err, out.String())
	}
	wrong := table(t, "wrong.json", `{"schema":"spc-oracle/1","id":"wrong","family":"fdr","input":{"z":[0]},"expected":{"points":{"p1":[0.4]}}}`)
	out.Reset()
	if err := Conform(filepath.Dir(wrong), &out); err == nil || !strings.Contains(out.String(), "wrong: points point 1 p1: expected 0.4") {
		t.Errorf("%v\n%s", err, out.String())
	}
	if err := Conform(t.TempDir(), &out); err == nil {
		t.Error("a folder without cases is no agreement")
	}
}
