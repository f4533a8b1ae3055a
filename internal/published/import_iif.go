package published

import (
	"context"
	"fmt"
	"strings"

	"ohp/internal/kernel/date"
	"ohp/internal/kernel/measure"
	"ohp/internal/kernel/tabular"
)

// iif is the annual file of the Investment and Impact Fund: one row for each
// organisation and part of an indicator ("ACC-08 Numerator"). The parts of one
// indicator are brought together; some have a numerator only. The period is the
// financial year in which the achievement date lies.
var iif = Format{
	Name:      "investment-and-impact-fund",
	Title:     "Network Contract DES: Investment and Impact Fund indicators",
	Publisher: "NHS England",
	Recognise: hasTable(iifColumns),
	Read:      readIIF,
	Measures:  iifMeasures(),
}

var iifColumns = []tabular.Column{
	tabular.Col("type", "ORGANISATION_TYPE", "ORG_TYPE"),
	tabular.Col("code", "ORGANISATION_CODE", "ORG_CODE"),
	tabular.OptCol("name", "ORGANISATION_NAME", "ORG_NAME"),
	tabular.OptCol("service", "QUALITY_SERVICE"),
	tabular.Col("date", "ACH_DATE", "ACHIEVEMENT_DATE"),
	tabular.OptCol("indicator", "IND_CODE", "INDICATOR_CODE"),
	tabular.Col("part", "MEASURE", "MEASURE_DESCRIPTION"),
	tabular.Col("value", "VALUE"),
}

const iifSource = "Investment and Impact Fund, NHS England"

func iifMeasures() []measure.Measure {
	return []measure.Measure{
		{Name: "iif-acc-08", Title: "Appointments booked to take place within two weeks (ACC-08)", Kind: measure.Proportion, Per: 100, Unit: "practice",
			Cadence: date.FinancialYear, Counts: "appointments that took place within two weeks of booking", Of: "appointments counted", Source: iifSource},
		{Name: "iif-ehch-04", Title: "Enhanced health in care homes (EHCH-04)", Kind: measure.Count, Per: 1, Unit: "practice",
			Cadence: date.FinancialYear, Counts: "the indicator's numerator", Source: iifSource},
		{Name: "pcn-iif-acc-10-baseline", Title: "Specialist advice, baseline year (ACC-10)", Kind: measure.Rate, Per: 1, Unit: "pcn",
			Cadence: date.FinancialYear, Counts: "requests for specialist advice in the baseline year", Of: "the indicator's denominator", Source: iifSource},
		{Name: "pcn-iif-acc-10-standardised", Title: "Specialist advice, standardised (ACC-10)", Kind: measure.Rate, Per: 1, Unit: "pcn",
			Cadence: date.FinancialYear, Counts: "requests for specialist advice, standardised", Of: "the indicator's denominator", Source: iifSource},
		{Name: "pcn-iif-acc-10b-baseline-non-standardised", Title: "Specialist advice, baseline year, as counted (ACC-10b)", Kind: measure.Count, Per: 1, Unit: "pcn",
			Cadence: date.FinancialYear, Counts: "requests for specialist advice in the baseline year", Source: iifSource},
		{Name: "pcn-iif-acc-10b-non-standardised", Title: "Specialist advice, as counted (ACC-10b)", Kind: measure.Count, Per: 1, Unit: "pcn",
			Cadence: date.FinancialYear, Counts: "requests for specialist advice", Source: iifSource},
	}
}

// iifPart is one half of an indicator of one organisation.
type iifPart struct {
	unit, stem, way string // "ACC-10", "baseline"
	year            date.Period
}

type iifSum struct {
	top, bottom *reading
	row         int
}

type iifTable struct {
	table
	places *places
	parts  map[iifPart]*iifSum
	order  []iifPart
}

func readIIF(ctx context.Context, f *tabular.File, o Options, l *measure.Load) error {
	t := iifTable{table: tableWith(f, l, iifColumns...), places: newPlaces(l), parts: map[iifPart]*iifSum{}}
	if err := t.each(ctx, o, t.row); err != nil {
		return err
	}
	t.give(newDeclared(o, iifMeasures()))
	asAt(l, l.File.PeriodTo.End())
	return nil
}

func (t *iifTable) row(r tabular.Row) {
	kind := ""
	switch tabular.Normal(t.cell(r, "type")) {
	case "gppractice", "practice", "gp":
		kind = "practice"
	case "pcn", "primarycarenetwork":
		kind = "pcn"
	default:
		return // boards, regions and England
	}
	read := practiceIn
	if kind == "pcn" {
		read = networkIn
	}
	code, reason := read(t.cell(r, "code"))
	if reason != "" {
		t.reject(r, "code", reason)
		return
	}
	day, ok := t.day(r, "date")
	if !ok {
		return
	}
	x, ok := t.reading(r, "value")
	if !ok {
		return
	}
	stem, way, bottom, ok := splitPart(t.cell(r, "part"))
	if !ok {
		t.reject(r, "part", "this is neither a numerator nor a denominator of an indicator")
		return
	}
	year := date.FinancialYear.Of(day)
	if !t.period(r, "date", year) {
		return
	}
	t.places.unit(code, kind, t.cell(r, "name"), r.Line)
	t.keep(iifPart{code, stem, way, year}, x, bottom, r)
}

func (t *iifTable) keep(key iifPart, x reading, bottom bool, r tabular.Row) {
	sum := t.parts[key]
	if sum == nil {
		sum = &iifSum{row: r.Line}
		t.parts[key] = sum
		t.order = append(t.order, key)
	}
	half := &sum.top
	if bottom {
		half = &sum.bottom
	}
	if *half != nil && **half != x {
		t.reject(r, "value", "the file states this part twice, differently; the first was kept")
		return
	}
	*half = &x
}

// splitPart takes "ACC-10 baseline numerator" apart: the indicator, the way in
// which it is counted, and whether it is the denominator.
func splitPart(text string) (stem, way string, bottom, ok bool) {
	words := strings.Fields(strings.ToLower(text))
	if len(words) < 2 {
		return "", "", false, false
	}
	last := words[len(words)-1]
	return words[0], strings.Join(words[1:len(words)-1], " "), last == "denominator", last == "denominator" || last == "numerator"
}

// give brings numerators and denominators together. A numerator that is
// counted in a way for which there is no denominator takes the indicator's plain one.
func (t *iifTable) give(known *declared) {
	for _, key := range t.order {
		sum := t.parts[key]
		if sum.top == nil {
			continue
		}
		bottom := sum.bottom
		if bottom == nil && key.way != "baseline" {
			if plain := t.parts[iifPart{key.unit, key.stem, "", key.year}]; plain != nil {
				bottom = plain.bottom
			}
		}
		name := iifName(key)
		if !known.has(name, func() measure.Measure { return iifDescribed(key, bottom != nil) }) {
			if reason := known.refuse(name); reason != "" {
				t.load.Reject(measure.Rejection{Place: t.sheet.Place, Line: sum.row, Column: "MEASURE", Text: key.stem + " " + key.way, Reason: reason})
			}
			continue
		}
		if bottom != nil {
			t.load.Figure(t.sheet.Place, ratio(name, key.unit, key.year, *sum.top, *bottom, sum.row))
		} else {
			t.load.Figure(t.sheet.Place, counted(name, key.unit, key.year, *sum.top, sum.row))
		}
	}
}

func iifName(key iifPart) string {
	name := "iif-" + slug(key.stem+" "+key.way)
	if key.unit[0] == 'U' {
		name = "pcn-" + name
	}
	return name
}

func iifDescribed(key iifPart, ratio bool) measure.Measure {
	m := measure.Measure{Title: "Investment and Impact Fund indicator " + strings.ToUpper(key.stem), Kind: measure.Count, Per: 1, Unit: "practice",
		Cadence: date.FinancialYear, Counts: "the indicator's numerator", Source: iifSource}
	if key.way != "" {
		m.Title = fmt.Sprintf("%s, %s", m.Title, key.way)
	}
	if key.unit[0] == 'U' {
		m.Unit = "pcn"
	}
	if ratio {
		m.Kind, m.Per, m.Of = measure.Rate, 100, "the indicator's denominator"
	}
	return m
}
