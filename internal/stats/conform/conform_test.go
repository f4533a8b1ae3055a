package conform

import (
	"bytes"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// vectors is the folder of all recorded answers, which is not part of the repository: the test is left out, which make test says at its
// end, where it is absent and nobody named it.
func vectors(t *testing.T) string {
	t.Helper()
	folder, named := os.LookupEnv("OHP_VECTORS")
	if !named {
		folder = filepath.Join("..", "..", "..", "..", "shared", "vectors")
	}
	if _, err := os.Stat(folder); err != nil && !named {
		t.Skipf("NOT TESTED: there is no folder of all recorded answers (%s); OHP_VECTORS names it. The committed ones are tested", folder)
	}
	return folder
}

func agree(t *testing.T, dir string) {
	t.Helper()
	var out bytes.Buffer
	report, err := Run(dir, &out)
	if err != nil {
		t.Fatal(err)
	}
	if !report.Agrees() {
		t.Errorf("%s", out.String())
	}
	t.Logf("%s", out.String())
}

func TestCommittedAnswersAgree(t *testing.T) {
	agree(t, "testdata")
}

func TestAllRecordedAnswersAgree(t *testing.T) {
	agree(t, vectors(t))
}

func TestEveryFamilyHasCommittedAnswers(t *testing.T) {
	for _, family := range Known() {
		files, _ := filepath.Glob(filepath.Join("testdata", family, "*.json"))
		if len(files) == 0 {
			t.Errorf("no committed answer of family %s", family)
		}
	}
}

func TestCommittedAnswersMayBeCommitted(t *testing.T) {
	err := filepath.WalkDir("testdata", func(path string, entry os.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".json" {
			return err
		}
		c, is, damage := readCase(path)
		if !is || damage != nil {
			t.Errorf("%s is no case", path)
		}
		if !strings.HasPrefix(c.SourceLicence, "CC0") && !strings.HasPrefix(c.SourceLicence, "OGL") {
			t.Errorf("%s has licence %q", path, c.SourceLicence)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// answering makes a family out of a ready tree for the length of a test.
func answering(t *testing.T, tree map[string]any, err error) {
	t.Helper()
	families["test"] = func(Case) (map[string]any, error) { return tree, err }
	t.Cleanup(func() { delete(families, "test") })
}

func expecting(expected string) Case {
	return Case{ID: "case", Family: "test", Expected: json.RawMessage(expected)}
}

func TestWhatCountsAsAgreement(t *testing.T) {
	type status string
	text := "x"
	for name, c := range map[string]struct {
		expected string
		got      map[string]any
		agrees   bool
	}{
		"equal numbers":                      {`{"a":[1,2.5]}`, map[string]any{"a": []float64{1, 2.5}}, true},
		"within tolerance":                   {`{"a":1.0000000001}`, map[string]any{"a": 1.0}, true},
		"beyond tolerance":                   {`{"a":1.00000001}`, map[string]any{"a": 1.0}, false},
		"small numbers are not forgiven":     {`{"a":1e-30}`, map[string]any{"a": 2e-30}, false},
		"zeros of both signs":                {`{"a":0}`, map[string]any{"a": math.Copysign(0, -1)}, true},
		"integers exactly":                   {`{"a":5000000000}`, map[string]any{"a": 5000000001}, false},
		"integer for a number":               {`{"a":3}`, map[string]any{"a": 3}, true},
		"null for NaN":                       {`{"a":[null,null]}`, map[string]any{"a": []float64{math.NaN(), math.Inf(-1)}}, true},
		"null for nil":                       {`{"a":[null]}`, map[string]any{"a": []any{nil}}, true},
		"null for a nil pointer":             {`{"a":null}`, map[string]any{"a": (*float64)(nil)}, true},
		"null is not zero":                   {`{"a":null}`, map[string]any{"a": 0.0}, false},
		"a number is not null":               {`{"a":1}`, map[string]any{"a": nil}, false},
		"text":                               {`{"a":"x"}`, map[string]any{"a": "x"}, true},
		"named text and pointers":            {`{"a":["x","x"]}`, map[string]any{"a": []any{status("x"), &text}}, true},
		"other text":                         {`{"a":"x"}`, map[string]any{"a": "y"}, false},
		"truth is not one":                   {`{"a":true}`, map[string]any{"a": 1}, false},
		"a shorter column":                   {`{"a":[1,2]}`, map[string]any{"a": []float64{1}}, false},
		"a longer column":                    {`{"a":[1]}`, map[string]any{"a": []float64{1, 1}}, false},
		"a missing field":                    {`{"a":1,"b":2}`, map[string]any{"a": 1}, false},
		"a field more":                       {`{"a":1}`, map[string]any{"a": 1, "b": 2}, true},
		"a missing table":                    {`{"t":{"a":[1]}}`, map[string]any{}, false},
		"a table of tables":                  {`{"t":{"u":{"a":["p"]}}}`, map[string]any{"t": map[string]map[string][]string{"u": {"a": {"p"}}}}, true},
		"words about the recording":          {`{"a":1,"warnings":["w"],"fp_margin":0.5,"messages":["m"]}`, map[string]any{"a": 1}, true},
		"an error that should not be":        {`{"error":"stopped"}`, map[string]any{}, false},
		"an error in the tree":               {`{"error":"stopped"}`, map[string]any{"error": "refused"}, true},
		"the words of a partial error":       {`{"limits_error":"stopped"}`, map[string]any{"limits_error": "refused"}, true},
		"a partial error that should not be": {`{"limits_error":null}`, map[string]any{"limits_error": "refused"}, false},
	} {
		answering(t, c.got, nil)
		if found := Check(expecting(c.expected)); (len(found) == 0) != c.agrees {
			t.Errorf("%s: %v", name, found)
		}
	}
}

// A case that compares no value proves nothing, so it cannot agree.
func TestACaseThatHoldsNothingToCompareIsAnError(t *testing.T) {
	answering(t, map[string]any{"points": map[string]any{"a": []float64{}}, "a": 1}, nil)
	for _, expected := range []string{`{}`, `{"points":{}}`, `{"points":{"a":[]}}`, `{"warnings":["w"]}`} {
		if found := Check(expecting(expected)); len(found) != 1 || !strings.Contains(found[0].String(), "nothing to compare") {
			t.Errorf("%s: %v", expected, found)
		}
	}
	c := Case{ID: "case", Family: "xmr", Input: json.RawMessage(`{}`), Params: json.RawMessage(`{}`), Expected: json.RawMessage(`{"points":{}}`)}
	if found := Check(c); len(found) != 1 {
		t.Errorf("%v", found)
	}
}

// A JSON file of another schema is passed over; one that cannot be read may be a case, and nobody knows whether it agrees.
func TestADamagedFileIsADisagreement(t *testing.T) {
	answering(t, map[string]any{"a": 1}, nil)
	for name, content := range map[string]string{"brace": `{`, "empty": ``, "cut": `{"schema":"spc-oracle/1","id":"c`, "two": `{} {}`, "words": `hello`} {
		dir := folder(t, map[string]string{
			"test/good.json":         `{"schema":"spc-oracle/1","id":"good","family":"test","expected":{"a":1}}`,
			"test/foreign.json":      `{"schema":"something/2"}`,
			"test/list.json":         `[1]`,
			"test/" + name + ".json": content,
		})
		var out bytes.Buffer
		report, err := Run(dir, &out)
		if err != nil || len(report.Disagreements) != 1 || report.Foreign != 2 || !strings.Contains(out.String(), name+": file") || !strings.Contains(out.String(), "test 1 of 2 agree") {
			t.Errorf("%s: %v\n%s", name, err, out.String())
		}
	}
}

func TestADisagreementNamesItsPlace(t *testing.T) {
	answering(t, map[string]any{"points": map[string]any{"group": []string{"A", "B"}, "rr": []float64{1, 3}}}, nil)
	found := Check(expecting(`{"points":{"group":["A","B"],"rr":[1,2]}}`))
	if len(found) != 1 || found[0].String() != `case: points point 2 (B) rr: expected 2, got 3` {
		t.Errorf("got %v", found)
	}
}

func TestAPanicIsADisagreement(t *testing.T) {
	families["test"] = func(Case) (map[string]any, error) { panic("out of range") }
	t.Cleanup(func() { delete(families, "test") })
	if found := Check(expecting(`{"a":1}`)); len(found) != 1 || !strings.Contains(found[0].Got, "out of range") {
		t.Errorf("got %v", found)
	}
}

func folder(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestRunCountsAndReports(t *testing.T) {
	answering(t, map[string]any{"a": 1}, nil)
	dir := folder(t, map[string]string{
		"test/good.json":    `{"schema":"spc-oracle/1","id":"good","family":"test","expected":{"a":1}}`,
		"test/bad.json":     `{"schema":"spc-oracle/1","id":"bad","family":"test","expected":{"a":2}}`,
		"deep/er/odd.json":  `{"schema":"spc-oracle/1","id":"odd","family":"astrology","expected":{"a":2}}`,
		"test/damaged.json": `{"schema":"spc-oracle/1","id":"damaged","family":"test","expec`,
		"index.json":        `[{"id":"good"}]`,
		"foreign.json":      `{"schema":"something/2"}`,
		"notes.txt":         `nothing`,
	})
	var out bytes.Buffer
	report, err := Run(dir, &out)
	if err != nil {
		t.Fatal(err)
	}
	if report.Agrees() || len(report.Disagreements) != 3 || report.Foreign != 2 {
		t.Errorf("report %+v", report)
	}
	for _, line := range []string{"bad: case a: expected 2, got 1", `"astrology", which is not known`, "test 1 of 3 agree", "astrology 0 of 1 agree"} {
		if !strings.Contains(out.String(), line) {
			t.Errorf("no %q in\n%s", line, out.String())
		}
	}
}

func TestNothingToCheckIsAnError(t *testing.T) {
	empty := folder(t, map[string]string{"index.json": "[]"})
	for _, dir := range []string{empty, filepath.Join(empty, "absent")} {
		if _, err := Run(dir, &bytes.Buffer{}); err == nil || !strings.Contains(err.Error(), "folder that holds the recorded answers") {
			t.Errorf("%s: %v", dir, err)
		}
	}
}

func TestAUnitIsNamedByTextOrNumber(t *testing.T) {
	for _, group := range []string{`[1]`, `{"a":1}`} {
		c := Case{ID: "case", Family: "funnel", Input: json.RawMessage(`{"group":[` + group + `],"numerator":[1],"denominator":[2]}`), Expected: json.RawMessage(`{"error":"stopped"}`)}
		if found := Check(c); len(found) != 0 {
			t.Errorf("group %s: %v", group, found)
		}
	}
}

func FuzzACaseNeverPanics(f *testing.F) {
	for _, family := range Known() {
		f.Add(family, `{"value":[1,2],"date":["2024-01-01","2024-02-01"],"y":[1,null],"outcome":[1],"risk":[0.5],"z":[1],"n":[0],"numerator":[1],"denominator":[0],"group":["a"]}`, `{}`, `{"points":{}}`)
	}
	f.Fuzz(func(t *testing.T, family, input, params, expected string) {
		c := Case{ID: "fuzz", Family: family, Input: json.RawMessage(input), Params: json.RawMessage(params), Expected: json.RawMessage(expected)}
		for _, d := range Check(c) {
			if strings.HasPrefix(d.Got, "a panic") {
				t.Fatal(d)
			}
		}
	})
}

// settingsByDefault are the values that the tools take for settings which are not given.
var settingsByDefault = map[string]string{
	"improvement_direction": `"increase"`, "target": `null`, "rebase": `null`, "fix_after_n_points": `null`, "screen_outliers": `true`,
	"outliers_in_limits": `false`, "shift_n": `7`, "trend_n": `5`, "two_in_three_highlight_series": `false`, "flag_last_point": `true`,
	"two_in_three_limit": `"2 Sigma"`, "astronomical_limit": `"3 Sigma"`,
	"freeze": `null`, "part": `null`, "exclude": `null`, "cl": `null`, "multiply": `1`, "method": `"anhoej"`, "agg_fun": `"mean"`, "y_neg": `true`,
	"data_type": `"SR"`, "sr_method": `"SHMI"`, "trim_by": `0.1`, "limit": `99`, "draw_adjusted": `true`, "draw_unadjusted": `false`,
	"multiplier": `1`, "shmi_rounding": `true`,
	"odds_multiplier": `2`, "reset": `true`, "or": `2`, "se_shift": `1`, "decision_interval": `5`, "head_start": `0`,
	"lambda": `0.2`, "nsigmas": `3`, "center": `null`, "std_dev": `null`, "k": `0.5`, "h": `4`, "desired_shift": `1`,
}

func TestASettingLeftOutIsTheToolsDefault(t *testing.T) {
	leftOut := 0
	err := filepath.WalkDir("testdata", func(path string, _ os.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".json" {
			return err
		}
		c, _, _ := readCase(path)
		if c.Family == "design" { // a design is nothing but its settings
			return nil
		}
		var params map[string]json.RawMessage
		if err := json.Unmarshal(c.Params, &params); err != nil {
			return err
		}
		for name, value := range params {
			if string(value) == settingsByDefault[name] {
				delete(params, name)
				leftOut++
			}
		}
		params["a_setting_of_tomorrow"] = json.RawMessage(`{"of":["some kind"]}`)
		c.Params, _ = json.Marshal(params)
		for _, d := range Check(c) {
			t.Error(d)
		}
		return nil
	})
	if err != nil || leftOut < 100 {
		t.Fatalf("%d settings left out: %v", leftOut, err)
	}
}

// FunnelPlotR refuses identical columns of rows. Units whose rows differ and add up to the
// same are no such thing.
func TestRowsThatAddUpAlikeAreCompared(t *testing.T) {
	c := Case{
		Family: "funnel",
		Input:  json.RawMessage(`{"group":["A","A","B","B"],"numerator":[10,20,40,60],"denominator":[20,10,60,40]}`),
		Params: json.RawMessage(`{"sr_method":"CQC"}`),
	}
	answer, err := funnelPlotR(c)
	if err != nil {
		t.Fatal(err)
	}
	if rr := answer["points"].(table)["rr"].([]float64); rr[0] != 1 || rr[1] != 1 {
		t.Errorf("ratios %v", rr)
	}
	c.Input = json.RawMessage(`{"group":["A","B"],"numerator":[10,20],"denominator":[10,20]}`)
	if _, err := funnelPlotR(c); err == nil {
		t.Error("identical columns were compared")
	}
}
