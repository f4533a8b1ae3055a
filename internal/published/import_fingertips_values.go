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
		for _, columns := range [][]tabular.Column{valueColumns, deprivationColumns} {
			if s, _ := sheetWith(f, columns...); s != nil {
				return true
			}
		}
		return false
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
	s, h := sheetWith(f, valueColumns...)
	if s == nil {
		s, h = sheetWith(f, deprivationColumns...)
	}
	known := newDeclared(o, fingertipsMeasures())
	return eachRow(ctx, s, h, o, l, func(r tabular.Row) error {
		fingertipsValue(s, h, r, l, known)
		return nil
	})
}

func fingertipsValue(s *tabular.Sheet, h *tabular.Header, r tabular.Row, l *measure.Load, known *declared) {
	code, reason := practiceIn(h.Cell(r, "practice"))
	year, err := date.ParsePeriod(h.Cell(r, "year"))
	x, errValue := readingOf(h.Cell(r, "value"))
	switch {
	case reason != "" && isNoPractice(h.Cell(r, "practice")):
		return
	case reason != "":
		l.Reject(rejection(s, h, r, "practice", reason))
		return
	case err != nil || year.Start().Before(date.New(1990, time.January, 1)):
		l.Reject(rejection(s, h, r, "year", quoted(h.Cell(r, "year"), 40)+" is not a year"))
		return
	case errValue != nil:
		l.Reject(rejection(s, h, r, "value", errValue.Error()))
		return
	}
	name := "fingertips-deprivation-score"
	if id := h.Cell(r, "id"); h.Has("id") {
		name = fingertipsName(id, "", "")
	}
	if !known.has(name, func() measure.Measure {
		return fingertipsDescribed("Fingertips indicator "+h.Cell(r, "id"), year, 0)
	}) {
		if reason := known.refuse(name); reason != "" {
			l.Reject(rejection(s, h, r, "id", reason))
		}
		return
	}
	period(l, year)
	l.Unit(measure.Unit{Code: code, Kind: "practice", Name: h.Cell(r, "name"), Row: r.Line})
	l.Figure(s.Place, single(name, code, year, x, r.Line))
}
