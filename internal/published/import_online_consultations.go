package published

import (
	"context"
	"strings"

	"ohp/internal/kernel/date"
	"ohp/internal/kernel/measure"
	"ohp/internal/kernel/tabular"
)

// onlineConsultations is table 2 of the monthly workbook, and the CSV file that
// goes with it. Practices without data stand in it with nought submissions and
// a supplier of "None/Unknown" (until August 2025) or "No Data" (since), which
// means that nothing is known; a nought beside a named supplier is a count
// (note 7 of the table: every attempt was aborted). Before June 2024 practices
// without submissions have no row.
var onlineConsultations = Format{
	Name:      "online-consultations",
	Title:     "Submissions via online consultation systems in general practice",
	Publisher: "NHS England",
	Recognise: func(f *tabular.File) bool {
		s, h := sheetWith(f, onlineColumns...)
		return s != nil && !isCompiled(h)
	},
	Read: readOnlineConsultations,
	Measures: []measure.Measure{
		onlineMeasure("online-consultations", "Online consultation submissions", "submissions by patients through an online consultation system"),
		onlineMeasure("online-consultations-clinical", "Clinical online consultation submissions", "submissions about a clinical matter"),
		onlineMeasure("online-consultations-administrative", "Administrative online consultation submissions", "submissions about an administrative matter"),
		onlineMeasure("online-consultations-other", "Online consultation submissions of other or unknown type", "submissions whose type is other or unknown"),
		{
			Name: "online-consultations-participation", Title: "Takes part in the online consultation collection", Kind: measure.Measurement, Per: 1,
			Unit: "practice", Cadence: date.Month, Counts: "1 where the practice has agreed to take part, 0 where it has not",
			Source: "Submissions via online consultation systems in general practice, NHS England",
		},
	},
}

func onlineMeasure(name, title, counts string) measure.Measure {
	return measure.Measure{
		Name: name, Title: title, Kind: measure.Rate, Per: 1000, Unit: "practice", Cadence: date.Month,
		Counts: counts, Of: "registered patients",
		Source: "Submissions via online consultation systems in general practice, NHS England",
	}
}

var onlineColumns = append([]tabular.Column{
	tabular.OptCol("month", monthSpellings...),
	tabular.Col("practice", practiceSpellings...),
	tabular.Col("supplier", "Supplier", "Supplier Name", "Online Consultation System Supplier", "System Supplier"),
	tabular.Col("submissions", "Submissions", "Total Submissions", "Count of Submissions", "Number of Submissions"),
	tabular.Col("clinical", "Clinical Submissions", "Clinical", "Submissions Clinical"),
	tabular.Col("administrative", "Administrative Submissions", "Administrative", "Admin Submissions", "Submissions Administrative"),
	tabular.OptCol("other", "Other/Unknown Type Submissions", "Other/Unknown Submissions", "Other or Unknown Type Submissions", "Other/Unknown Type", "Other/Unknown"),
	tabular.Col("patients", "Registered Patient Count", "Registered Patients", "Patient Count", "Registered Population", "List Size"),
	tabular.OptCol("participation", "Participation", "Participating", "Participation Flag"),
}, placeColumns...)

func readOnlineConsultations(ctx context.Context, f *tabular.File, o Options, l *measure.Load) error {
	t := monthlyTable{table: tableWith(f, l, onlineColumns...), places: newPlaces(l)}
	if err := t.settleMonth(f, o); err != nil {
		return err
	}
	if err := t.each(ctx, o, func(r tabular.Row) {
		if code, month, ok := t.row(r); ok {
			onlineRow(&t, r, code, month)
		}
	}); err != nil {
		return err
	}
	t.settleAsAt(f)
	return nil
}

func onlineRow(t *monthlyTable, r tabular.Row, code string, month date.Period) {
	total, ok := t.count(r, "submissions")
	patients, okPatients := t.count(r, "patients")
	if !ok || !okPatients {
		return
	}
	supplier := t.cell(r, "supplier")
	part, okPart := t.count(r, "participation")
	silent := total.number == 0 && (nobody(supplier) || okPart && part.status == measure.Reported && part.number == 0)
	for _, c := range []struct{ measure, column string }{
		{"online-consultations", "submissions"},
		{"online-consultations-clinical", "clinical"},
		{"online-consultations-administrative", "administrative"},
		{"online-consultations-other", "other"},
	} {
		if !t.header.Has(c.column) {
			continue
		}
		x, ok := t.count(r, c.column)
		if !ok {
			continue
		}
		if silent {
			x = reading{measure.None, measure.NotReported}
		}
		t.load.Figure(t.sheet.Place, ratio(c.measure, code, month, x, patients, r.Line))
	}
	if okPart && t.header.Has("participation") {
		t.load.Figure(t.sheet.Place, single("online-consultations-participation", code, month, part, r.Line))
	}
	if !nobody(supplier) {
		t.load.Attribute(measure.Attribute{Unit: code, Name: "online-consultation-supplier", Value: supplier, From: month.Start(), Row: r.Line})
	}
}

// nobody says whether the supplier column says that nothing is known.
func nobody(supplier string) bool {
	switch tabular.Normal(supplier) {
	case "", "noneunknown", "none", "unknown", "nodata", "notknown", "nosupplier", "notapplicable", "na":
		return true
	}
	return strings.HasPrefix(tabular.Normal(supplier), "nodata")
}
