package published

import (
	"context"
	"strings"

	"ohp/internal/kernel/date"
	"ohp/internal/kernel/measure"
	"ohp/internal/kernel/tabular"
)

// appointments is the practice-level crosstab of "Appointments in General
// Practice" (GPAD): one row per practice, month, staff, mode, category, waiting
// time and status, with a count. The rows of a practice are added up; absent
// combinations are noughts, an absent practice is not. Practices change systems
// and map their slots differently: the publisher warns against comparing levels.
var appointments = Format{
	Name:      "gpad",
	Title:     "Appointments in General Practice, practice level",
	Publisher: "NHS England",
	Recognise: hasTable(appointmentColumns),
	Read:      readAppointments,
	Measures:  appointmentMeasures(),
}

var appointmentColumns = append([]tabular.Column{
	tabular.Col("month", "APPOINTMENT_MONTH_START_DATE", "APPOINTMENT_MONTH", "Month"),
	tabular.Col("practice", "GP_CODE", "PRACTICE_CODE", "GP_PRACTICE_CODE"),
	tabular.Col("appt status", "APPT_STATUS", "APPOINTMENT_STATUS"),
	tabular.Col("count", "COUNT_OF_APPOINTMENTS"),
	tabular.OptCol("mode", "APPT_MODE", "APPOINTMENT_MODE"),
	tabular.OptCol("staff", "HCP_TYPE"),
	tabular.OptCol("wait", "TIME_BETWEEN_BOOK_AND_APPT"),
	tabular.OptCol("supplier", "SUPPLIER"),
}, placeColumns...)

// appointmentParts are the parts of all appointments that are measures, each with the column and the value that make it.
var appointmentParts = [...]struct{ measure, title, counts, column, value string }{
	{"gpad-dna", "Appointments not attended", "appointments that the patient did not attend", "appt status", "dna"},
	{"gpad-face-to-face", "Appointments face to face", "appointments face to face", "mode", "facetoface"},
	{"gpad-with-gp", "Appointments with a GP", "appointments with a GP", "staff", "gp"},
	{"gpad-same-day", "Appointments on the day of booking", "appointments on the day of booking", "wait", "sameday"},
}

func appointmentMeasures() []measure.Measure {
	source := "Appointments in General Practice, NHS England"
	list := []measure.Measure{{
		Name: "gpad-appointments", Title: "Appointments", Kind: measure.Count, Per: 1, Unit: "practice",
		Cadence: date.Month, Counts: "appointments recorded in the practice's system", Source: source,
	}}
	for _, p := range appointmentParts {
		list = append(list, measure.Measure{
			Name: p.measure, Title: p.title, Kind: measure.Proportion, Per: 100, Unit: "practice",
			Cadence: date.Month, Counts: p.counts, Of: "appointments", Source: source,
		})
	}
	return list
}

type appointmentTally struct {
	practice string
	month    date.Period
	total    float64
	parts    [len(appointmentParts)]float64
	status   measure.Status
	row      int
}

func readAppointments(ctx context.Context, f *tabular.File, o Options, l *measure.Load) error {
	for _, s := range f.Sheets {
		h, err := tabular.FindHeader(s, appointmentColumns...)
		if err != nil {
			continue
		}
		t := appointmentTable{monthlyTable: monthlyTable{table: table{sheet: s, header: h, load: l}, places: newPlaces(l)}, known: map[tallyKey]*appointmentTally{}}
		if err := t.each(ctx, o, t.add); err != nil {
			return err
		}
		t.give()
	}
	asAt(l, l.File.PeriodTo.End())
	return nil
}

type appointmentTable struct {
	monthlyTable
	known map[tallyKey]*appointmentTally
	order []*appointmentTally
}

func (t *appointmentTable) add(r tabular.Row) {
	code, month, ok := t.row(r)
	if !ok {
		return
	}
	n, ok := t.count(r, "count")
	if !ok {
		return
	}
	x := t.of(code, month, r)
	if n.status != measure.Reported {
		x.status = worse(x.status, n.status)
		return
	}
	x.total += n.number
	for i, p := range appointmentParts {
		if tabular.Normal(t.cell(r, p.column)) == p.value {
			x.parts[i] += n.number
		}
	}
}

func (t *appointmentTable) of(code string, month date.Period, r tabular.Row) *appointmentTally {
	key := tallyKey{code, month}
	x := t.known[key]
	if x == nil {
		key.practice = strings.Clone(code)
		x = &appointmentTally{practice: key.practice, month: month, row: r.Line}
		t.known[key] = x
		t.order = append(t.order, x)
		if supplier := t.cell(r, "supplier"); !nobody(supplier) {
			t.load.Attribute(measure.Attribute{Unit: x.practice, Name: "appointment-system-supplier", Value: strings.Clone(supplier), From: month.Start(), Row: r.Line})
		}
	}
	return x
}

func (t *appointmentTable) give() {
	place := t.sheet.Place
	for _, x := range t.order {
		all := reading{x.total, x.status}
		t.load.Figure(place, counted("gpad-appointments", x.practice, x.month, all, x.row))
		for i, p := range appointmentParts {
			if t.header.Has(p.column) {
				t.load.Figure(place, ratio(p.measure, x.practice, x.month, reading{x.parts[i], x.status}, all, x.row))
			}
		}
	}
}
