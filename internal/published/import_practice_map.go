package published

import (
	"context"

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

var mapColumns = []tabular.Column{
	tabular.Col("practice", "PRACTICE_CODE", "GP_PRACTICE_CODE", "ORG_CODE"),
	tabular.Col("name", "PRACTICE_NAME", "GP_PRACTICE_NAME", "ORG_NAME"),
	tabular.Col("date", "EXTRACT_DATE"),
	tabular.Col("sub-icb", "SUB_ICB_LOCATION_CODE", "SUB_ICB_CODE", "CCG_CODE"),
	tabular.OptCol("patients", "NUMBER_OF_PATIENTS"),
	tabular.OptCol("sub-icb name", "SUB_ICB_LOCATION_NAME", "SUB_ICB_NAME", "CCG_NAME"),
	tabular.OptCol("pcn", "PCN_CODE"),
	tabular.OptCol("pcn name", "PCN_NAME"),
	tabular.OptCol("icb", "ICB_CODE", "STP_CODE"),
	tabular.OptCol("icb name", "ICB_NAME", "STP_NAME"),
	tabular.OptCol("region", "COMM_REGION_CODE", "COMMISSIONING_REGION_CODE", "REGION_CODE"),
	tabular.OptCol("region name", "COMM_REGION_NAME", "COMMISSIONING_REGION_NAME", "REGION_NAME"),
	tabular.OptCol("postcode", "PRACTICE_POSTCODE", "POSTCODE"),
	tabular.OptCol("supplier", "SUPPLIER_NAME", "SYSTEM_SUPPLIER", "SUPPLIER"),
}

func readPracticeMap(ctx context.Context, f *tabular.File, o Options, l *measure.Load) error {
	s, h := sheetWith(f, mapColumns...)
	groups := newPlaces(l)
	return eachRow(ctx, s, h, o, l, func(r tabular.Row) error {
		if isNoPractice(h.Cell(r, "practice")) {
			return nil
		}
		code, reason := practiceIn(h.Cell(r, "practice"))
		if reason != "" {
			l.Reject(rejection(s, h, r, "practice", reason))
			return nil
		}
		day, err := date.ParseAny(h.Cell(r, "date"))
		if err != nil {
			l.Reject(rejection(s, h, r, "date", err.Error()))
			return nil
		}
		asAt(l, day)
		period(l, date.Month.Of(day))
		if groups.first(code, "") {
			l.Unit(measure.Unit{Code: code, Kind: "practice", Name: h.Cell(r, "name"), Postcode: h.Cell(r, "postcode"), Row: r.Line})
		}
		groups.practice(h, r, code)
		if supplier := h.Cell(r, "supplier"); !nobody(supplier) {
			l.Attribute(measure.Attribute{Unit: code, Name: "system-supplier", Value: supplier, From: day, Row: r.Line})
		}
		return nil
	})
}
