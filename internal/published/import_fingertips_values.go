package published

import (
	"context"
	"time"

	"ohp/internal/kernel/date"
	"ohp/internal/kernel/measure"
	"ohp/internal/kernel/tabular"
)

// fingertipsValues is the deprivation score of each practice as two short files give
// it: Fingertips' interface (IndicatorID, Year, AreaCode, IsAreaCurrent, Value)
// and a table of its successor (PRACTICE_CODE, IMD_YEAR, IMD_SCORE). The year
// is that of the index, not of the practice's patients.
var fingertipsValues = Format{
	Name:      "fingertips-values",
	Title:     "Fingertips indicator values by general practice and year",
	Publisher: "Office for Health Improvement and Disparities",
	Recognise: func(f *tabular.File) bool {
		return hasTable(valueColumns)(f) || hasTable(deprivationColumns)(f)
	},
	Read:     readFingertipsValues,
	Measures: fingertipsMeasures(),
}

var (
	valueColumns = []tabular.Column{
		tabular.Col("id", "IndicatorID", "Indicator ID"),
		tabular.Col("year", "Year"),
		tabular.Col("practice", "AreaCode", "Area Code"),
		tabular.OptCol("name", "AreaName", "Area Name"),
		tabular.Col("current", "IsAreaCurrent", "Is Area Current"),
		tabular.Col("value", "Value"),
	}
	deprivationColumns = []tabular.Column{
		tabular.Col("practice", "PRACTICE_CODE", "Practice Code", "GP Code", "AreaCode", "Area Code", "ODS Code"),
		tabular.OptCol("name", "PRACTICE_NAME", "Practice Name", "GP Name", "AreaName", "Area Name"),
		tabular.Col("year", "IMD_YEAR", "Year"),
		tabular.Col("value", "IMD_SCORE", "IMD Score", "Deprivation score (IMD)"),
	}
)

func readFingertipsValues(ctx context.Context, f *tabular.File, o Options, l *measure.Load) error {
	t := tableWith(f, l, valueColumns...)
	if t.sheet == nil {
		t = tableWith(f, l, deprivationColumns...)
	}
	known := newDeclared(o, fingertipsMeasures())
	return t.each(ctx, o, func(r tabular.Row) { fingertipsValue(&t, r, known) })
}

func fingertipsValue(t *table, r tabular.Row, known *declared) {
	code, ok := t.practice(r)
	if !ok {
		return
	}
	year, err := date.ParsePeriod(t.cell(r, "year"))
	if err != nil || year.Start().Before(date.New(1990, time.January, 1)) {
		t.reject(r, "year", quoted(t.cell(r, "year"), 40)+" is not a year")
		return
	}
	x, ok := t.reading(r, "value")
	if !ok {
		return
	}
	name := "fingertips-deprivation-score"
	if t.header.Has("id") {
		name = fingertipsName(t.cell(r, "id"), "", "")
	}
	if !known.has(name, func() measure.Measure {
		return fingertipsDescribed("Fingertips indicator "+t.cell(r, "id"), year, 0)
	}) {
		if reason := known.refuse(name); reason != "" {
			t.reject(r, "id", reason)
		}
		return
	}
	if !t.period(r, "year", year) {
		return
	}
	t.load.Unit(measure.Unit{Code: code, Kind: "practice", Name: t.cell(r, "name"), Row: r.Line})
	t.load.Figure(t.sheet.Place, single(name, code, year, x, r.Line))
}
