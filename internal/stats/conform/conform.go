// Package conform holds the statistics of this program against recorded answers
// of the tools that the field accepts (NHSRplotthedots, qicharts2, FunnelPlotR,
// PHEindicatormethods, cusum, qcc, spc and base R).
//
// A recorded answer is one JSON file of schema "spc-oracle/1": what went in, with
// which settings, and what the tool said. Run walks a folder of them, asks our own
// code the same question and reports every field in which the two differ.
//
// How fields are compared:
//
//   - What the family returns as text, truth value or integer must be equal.
//   - What it returns as float64 must agree within a relative tolerance: 1e-9;
//     1e-8 for funnel limits, which rest on chi-square and normal quantiles;
//     1e-3 for design constants, which rest on a discretised integral.
//     Positive and negative zero are equal.
//   - null (R's NA, NaN and infinities) equals nil, NaN and ±Inf.
//   - A field that the answer holds and the family does not return is a
//     disagreement. A field that only the family returns is not looked at.
//   - An answer that holds no value to compare is a disagreement.
//   - Not compared: warnings, messages, notes, fp_margin, and the words of an error.
package conform

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Schema is the value of "schema" in every file that Run reads as a case.
const Schema = "spc-oracle/1"

// Case is one recorded answer of an accepted tool.
type Case struct {
	ID            string          `json:"id"`
	Family        string          `json:"family"`
	Description   string          `json:"description"`
	SourceLicence string          `json:"source_licence"`
	Tags          []string        `json:"tags"`
	Tool          map[string]any  `json:"tool"`
	Input         json.RawMessage `json:"input"`
	Params        json.RawMessage `json:"params"`
	Expected      json.RawMessage `json:"expected"`
}

// Family answers a case: it returns a tree shaped like the case's "expected",
// tables columnar (a map of slices of equal length). An error says that the input
// is refused, which agrees with a case whose tool stopped; a tree may come with it
// where the tool stopped in one part and answered in another.
type Family func(c Case) (map[string]any, error)

// Disagreement is one field in which our answer differs from the recorded one.
// Point is the place in its table, from 1, with the row's own name where it has
// one; empty for a single value.
type Disagreement struct {
	Case, Table, Point, Field string
	Expected, Got             string
}

// String is the disagreement in one line.
func (d Disagreement) String() string {
	place := d.Table
	if d.Point != "" {
		place += " point " + d.Point
	}
	return strings.Join(strings.Fields(fmt.Sprintf("%s: %s %s: expected %s, got %s",
		d.Case, place, d.Field, d.Expected, d.Got)), " ")
}

// FamilyCount says how many cases of a family were run and how many agree.
type FamilyCount struct {
	Family       string
	Cases, Agree int
}

// Report is the outcome of Run: counts per family by name, every disagreement in
// the order of the files, and how many JSON files were no cases.
type Report struct {
	Families      []FamilyCount
	Disagreements []Disagreement
	Foreign       int
}

// Agrees says whether every field of every case agreed.
func (r Report) Agrees() bool { return len(r.Disagreements) == 0 }

// Known lists the families that this program can answer, by name.
func Known() []string { return slices.Sorted(maps.Keys(families)) }

// Run holds every case below dir (a folder, or one file) against this program's own
// answers, writes each disagreement and then the count per family to w, and returns
// the same as a Report. The error says that dir cannot be read, holds no case, or
// that w failed; disagreements are no error, ask Report.Agrees.
func Run(dir string, w io.Writer) (Report, error) {
	paths, err := jsonFiles(dir)
	if err != nil {
		return Report{}, err
	}
	var report Report
	counts := map[string]*FamilyCount{}
	for _, path := range paths {
		c, is, damage := readCase(path)
		if !is {
			report.Foreign++
			continue
		}
		found := damage
		if damage == nil {
			found = Check(c)
		}
		count := counts[c.Family]
		if count == nil {
			count = &FamilyCount{Family: c.Family}
			counts[c.Family] = count
		}
		count.Cases++
		if len(found) == 0 {
			count.Agree++
		}
		report.Disagreements = append(report.Disagreements, found...)
	}
	if len(counts) == 0 {
		return report, fmt.Errorf("no case of schema %q in %s (%d other JSON files); name the folder that holds the recorded answers", Schema, dir, report.Foreign)
	}
	for _, count := range counts {
		report.Families = append(report.Families, *count)
	}
	slices.SortFunc(report.Families, func(a, b FamilyCount) int { return strings.Compare(a.Family, b.Family) })
	return report, report.write(w)
}

func (r Report) write(w io.Writer) error {
	var out bytes.Buffer
	for _, d := range r.Disagreements {
		fmt.Fprintln(&out, d)
	}
	cases, agree := 0, 0
	for _, f := range r.Families {
		fmt.Fprintf(&out, "%s %d of %d agree\n", f.Family, f.Agree, f.Cases)
		cases, agree = cases+f.Cases, agree+f.Agree
	}
	fmt.Fprintf(&out, "all %d of %d agree", agree, cases)
	if r.Foreign > 0 {
		fmt.Fprintf(&out, "; %d other JSON files passed over", r.Foreign)
	}
	fmt.Fprintln(&out)
	_, err := w.Write(out.Bytes())
	return err
}

func jsonFiles(dir string) ([]string, error) {
	root, err := filepath.EvalSymlinks(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s does not exist; name the folder that holds the recorded answers", dir)
	}
	if err != nil {
		return nil, fmt.Errorf("%s cannot be read: %w", dir, err)
	}
	var paths []string
	err = filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return fmt.Errorf("%s cannot be read: %w", path, err)
		}
		if !entry.IsDir() && strings.EqualFold(filepath.Ext(path), ".json") {
			paths = append(paths, path)
		}
		return nil
	})
	return paths, err
}

// readCase reports whether the file is a case; a file that is no JSON, or that names
// the schema and cannot be parsed, is a damaged case, and a disagreement says so.
func readCase(path string) (c Case, is bool, damage []Disagreement) {
	unreadable := func(err error) (Case, bool, []Disagreement) {
		id := strings.TrimSuffix(filepath.Base(path), filepath.Ext(path))
		family := filepath.Base(filepath.Dir(path))
		return Case{ID: id, Family: family}, true, []Disagreement{{Case: id, Table: "file", Field: path, Expected: "a readable case", Got: err.Error()}}
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		return unreadable(err)
	}
	var head struct {
		Schema any `json:"schema"`
	}
	if err := json.Unmarshal(raw, &head); err != nil {
		if !json.Valid(raw) || bytes.Contains(raw, []byte(`"`+Schema+`"`)) {
			return unreadable(err)
		}
		return Case{}, false, nil
	}
	if head.Schema != Schema || filepath.Base(path) == "index.json" {
		return Case{}, false, nil
	}
	if err := json.Unmarshal(raw, &c); err != nil {
		return unreadable(err)
	}
	return c, true, nil
}
