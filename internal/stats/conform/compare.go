package conform

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// passedOver are the fields of an answer that are words for people, or say
// something about the recording and not about the statistics.
var passedOver = map[string]bool{"warnings": true, "messages": true, "note": true, "fp_margin": true}

// Check answers one case and returns the fields in which our answer differs.
// A family that panics disagrees; the panic goes no further.
func Check(c Case) []Disagreement {
	answer, known := families[c.Family]
	if !known {
		return []Disagreement{{Case: c.ID, Table: "case", Field: "family", Expected: "one of " + strings.Join(Known(), " "), Got: strconv.Quote(c.Family) + ", which is not known"}}
	}
	var expected map[string]any
	if err := json.Unmarshal(c.Expected, &expected); err != nil || expected == nil {
		return []Disagreement{{Case: c.ID, Table: "case", Field: "expected", Expected: "a JSON object", Got: "something else"}}
	}
	got, panicked, err := answered(answer, c)
	if panicked != "" {
		return []Disagreement{{Case: c.ID, Table: "case", Field: "answer", Expected: "an answer", Got: "a panic: " + panicked}}
	}
	cmp := comparison{c: c}
	stopped := expected["error"] != nil
	switch {
	case err != nil && !stopped:
		return []Disagreement{{Case: c.ID, Table: "case", Field: "error", Expected: "none", Got: err.Error()}}
	case err == nil && stopped && got["error"] == nil:
		cmp.add(nil, "", "error", show(expected["error"]), "an answer")
	}
	delete(expected, "error")
	cmp.tree(nil, expected, got)
	if cmp.values == 0 && !stopped && len(cmp.found) == 0 {
		cmp.add(nil, "", "expected", "at least one value", "none: the case holds nothing to compare")
	}
	return cmp.found
}

func answered(answer Family, c Case) (got map[string]any, panicked string, err error) {
	defer func() {
		if p := recover(); p != nil {
			panicked = fmt.Sprint(p)
		}
	}()
	got, err = answer(c)
	return got, "", err
}

type comparison struct {
	c      Case
	found  []Disagreement
	values int // single values held against each other
}

func (cmp *comparison) add(path []string, point, field, expected, got string) {
	table := strings.Join(path, ".")
	if table == "" {
		table = "case"
	}
	cmp.found = append(cmp.found, Disagreement{Case: cmp.c.ID, Table: table, Point: point, Field: field, Expected: expected, Got: got})
}

func (cmp *comparison) tree(path []string, expected map[string]any, got any) {
	rows := rowNames(expected)
	for _, field := range slices.Sorted(maps.Keys(expected)) {
		if passedOver[field] {
			continue
		}
		value, is := member(got, field)
		if !is {
			cmp.add(path, "", field, show(expected[field]), "nothing")
			continue
		}
		cmp.value(path, "", field, expected[field], value, rows)
	}
}

func (cmp *comparison) value(path []string, point, field string, expected, got any, rows []string) {
	got = plain(got)
	switch e := expected.(type) {
	case map[string]any:
		if reflect.ValueOf(got).Kind() != reflect.Map {
			cmp.add(path, point, field, "a table", show(got))
			return
		}
		cmp.tree(append(slices.Clone(path), field), e, got)
	case []any:
		cmp.column(path, field, e, got, rows)
	default:
		cmp.values++
		if strings.HasSuffix(field, "_error") && expected != nil && got != nil {
			return
		}
		if !equal(expected, got, tolerance(cmp.c.Family, field)) {
			cmp.add(path, point, field, show(expected), show(got))
		}
	}
}

func (cmp *comparison) column(path []string, field string, expected []any, got any, rows []string) {
	v := reflect.ValueOf(got)
	if v.Kind() != reflect.Slice {
		cmp.add(path, "", field, fmt.Sprintf("%d values", len(expected)), show(got))
		return
	}
	if v.Len() != len(expected) {
		cmp.add(path, "", field, fmt.Sprintf("%d values", len(expected)), fmt.Sprintf("%d", v.Len()))
		return
	}
	for i, e := range expected {
		point := strconv.Itoa(i + 1)
		if i < len(rows) && rows[i] != "" {
			point += " (" + rows[i] + ")"
		}
		cmp.value(path, point, field, e, v.Index(i).Interface(), nil)
	}
}

// rowNames are the names that a table gives to its own rows.
func rowNames(table map[string]any) []string {
	var names []string
	for _, field := range []string{"facet", "group", "date"} {
		column, _ := table[field].([]any)
		for i, v := range column {
			name, _ := v.(string)
			switch {
			case i >= len(names):
				names = append(names, name)
			case name != "":
				names[i] = strings.TrimSpace(names[i] + " " + name)
			}
		}
	}
	return names
}

// member is the field of a map with text keys.
func member(tree any, field string) (any, bool) {
	v := reflect.ValueOf(tree)
	if v.Kind() != reflect.Map || v.Type().Key().Kind() != reflect.String {
		return nil, false
	}
	m := v.MapIndex(reflect.ValueOf(field).Convert(v.Type().Key()))
	if !m.IsValid() {
		return nil, false
	}
	return m.Interface(), true
}

// plain follows pointers and turns named types into their kind.
func plain(v any) any {
	r := reflect.ValueOf(v)
	for r.Kind() == reflect.Pointer || r.Kind() == reflect.Interface {
		r = r.Elem()
	}
	switch {
	case !r.IsValid():
		return nil
	case r.CanInt():
		return r.Int()
	case r.CanUint():
		return int64(r.Uint())
	case r.CanFloat():
		return r.Float()
	case r.Kind() == reflect.String:
		return r.String()
	case r.Kind() == reflect.Bool:
		return r.Bool()
	case r.Kind() == reflect.Map && r.IsNil():
		return nil
	}
	return r.Interface()
}

// equal compares single values; expected comes from JSON, got from plain.
func equal(expected, got any, tolerance float64) bool {
	switch g := got.(type) {
	case nil:
		return expected == nil
	case int64:
		e, is := expected.(float64)
		return is && e == float64(g)
	case float64:
		if math.IsNaN(g) || math.IsInf(g, 0) {
			return expected == nil
		}
		e, is := expected.(float64)
		return is && near(e, g, tolerance)
	case string, bool:
		return expected == got
	}
	return false
}

func near(expected, got, tolerance float64) bool {
	if expected == got {
		return true
	}
	return math.Abs(expected-got) <= tolerance*math.Max(math.Abs(expected), math.Abs(got))
}

// tolerance is the relative difference that counts as agreement.
func tolerance(family, field string) float64 {
	if family == "design" {
		return 1e-3
	}
	if strings.HasPrefix(family, "funnel") {
		for _, limit := range []string{"lcl", "ucl", "limit", "_001", "_025", "_975", "_999"} {
			if strings.Contains(field, limit) {
				return 1e-8
			}
		}
	}
	return 1e-9
}

func show(v any) string {
	switch v := plain(v).(type) {
	case nil:
		return "null"
	case float64:
		return strconv.FormatFloat(v, 'g', 17, 64)
	case string:
		return strconv.Quote(v)
	default:
		text := fmt.Sprint(v)
		if len(text) > 60 {
			text = text[:57] + "..."
		}
		return text
	}
}
