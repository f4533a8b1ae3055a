package published

import (
	"context"
	"slices"

	"ohp/internal/kernel/date"
	"ohp/internal/kernel/measure"
	"ohp/internal/kernel/tabular"
)

// practiceMap is the mapping file of "Patients Registered at a GP Practice":
// which network, sub-ICB location, board and region each practice belonged to
// on the extract's day, and which company supplies its clinical system. It
// proves memberships on that day only; a network of "U" means none.
var practiceMap = Format{
	Name:      "practice-map",
	Title:     "Patients Registered at a GP Practice: mapping",
	Publisher: "NHS England",
	Recognise: func(f *tabular.File) bool {
		s, h := sheetWith(f, mapColumns...)
		return s != nil && !h.Has("patients")
	},
	Read: readPracticeMap,
}

var mapColumns = slices.Concat([]tabular.Column{
	tabular.Col("practice", "PRACTICE_CODE", "GP_PRACTICE_CODE", "ORG_CODE"),
	tabular.Col("name", "PRACTICE_NAME", "GP_PRACTICE_NAME", "ORG_NAME"),
	tabular.Col("date", "EXTRACT_DATE"),
	tabular.Col("sub-icb", subICBSpellings...),
	tabular.OptCol("patients", "NUMBER_OF_PATIENTS"),
	tabular.OptCol("postcode", "PRACTICE_POSTCODE", "POSTCODE"),
	tabular.OptCol("supplier", "SUPPLIER_NAME", "SYSTEM_SUPPLIER", "SUPPLIER"),
}, pcnColumns, groupColumns)

func readPracticeMap(ctx context.Context, f *tabular.File, o Options, l *measure.Load) error {
	t := tableWith(f, l, mapColumns...)
	groups := newPlaces(l)
	return t.each(ctx, o, func(r tabular.Row) {
		code, ok := t.practice(r)
		if !ok {
			return
		}
		day, ok := t.day(r, "date")
		if !ok || !t.period(r, "date", date.Month.Of(day)) {
			return
		}
		asAt(l, day)
		groups.practice(t.header, r, code)
		if supplier := t.cell(r, "supplier"); !nobody(supplier) {
			l.Attribute(measure.Attribute{Unit: code, Name: "system-supplier", Value: supplier, From: day, Row: r.Line})
		}
	})
}
