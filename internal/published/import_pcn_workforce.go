package published

import (
	"context"
	"fmt"
	"strings"
	"time"

	"ohp/internal/kernel/date"
	"ohp/internal/kernel/measure"
	"ohp/internal/kernel/tabular"
)

// pcnWorkforce is the Primary Care Network workforce: staff whom a network
// engages, mostly under the Additional Roles Reimbursement Scheme. It is
// published as one row for each member of staff ("Individual Level"), which is
// added up here, and is also met added up by role. A role without a row is not
// stated to be nought, and gives no figure.
var pcnWorkforce = Format{
	Name:      "pcn-workforce",
	Title:     "Primary Care Network Workforce",
	Publisher: "NHS England",
	Recognise: hasTable(workforceColumns),
	Read:      readWorkforce,
	Measures:  workforceMeasures(),
}

var workforceColumns = append([]tabular.Column{
	tabular.Col("year", "CENSUS_YEAR", "Year"),
	tabular.Col("month", "CENSUS_MONTH", "Month"),
	tabular.Col("pcn", "PCN_CODE"),
	tabular.OptCol("pcn name", "PCN_NAME"),
	tabular.Col("group", "STAFF_GROUP"),
	tabular.Col("role", "STAFF_ROLE"),
	tabular.Col("fte", "FTE"),
	tabular.OptCol("headcount", "HEADCOUNT", "Head Count"),
	tabular.OptCol("unstated", "NON_NUMERIC_FTE_ROWS"),
}, groupColumns...)

// workforceRoles are the staff roles that have been published.
var workforceRoles = []string{
	"Advanced Dietician Practitioners", "Advanced Nurse Practitioners", "Advanced Occupational Therapist Practitioners",
	"Advanced Paramedic Practitioners", "Advanced Pharmacist Practitioners", "Advanced Physiotherapist Practitioners",
	"Advanced Podiatrist Practitioners", "Applied Psychologists – Clinical", "Applied Psychologists – Clinical (Mental Health Practitioners)",
	"Apprentices", "Care Coordinators", "Clinical Associates in Psychology", "Clinical Associates in Psychology (Mental Health Practitioners)",
	"Clinical Director", "Clinical Director (DPC)", "Clinical Director (Nurse)", "Community Mental Health Nurses",
	"Community Mental Health Nurses (Mental Health Practitioners)", "Dieticians", "Digital and Transformation Leads", "Dispensers",
	"Enhanced Practice Nurses", "Estates and Ancillary", "General Practice Assistants", "GP Locums", "Health and Wellbeing Coaches",
	"Health Support Workers", "Healthcare Assistants", "Healthcare Support Workers", "Managers", "Medical Clinical Director",
	"Medical Clinical Director (GP)", "Medical Secretaries", "Mental Health and Wellbeing Practitioners",
	"Mental Health and Wellbeing Practitioners (Mental Health Practitioners)", "NHS Talking Therapies Therapists", "Non-clinical Director",
	"Nurse Dispensers", "Nurse Specialists", "Nursing Associates", "Occupational Therapists", "Other Admin/Non-clinical", "Other Direct Patient Care",
	"Other Nurses", "Paramedics", "Peer Support Workers", "Pharmacists", "Pharmacy Technicians", "Phlebotomists", "Physician Associates",
	"Physiotherapists", "Podiatrists", "Receptionists", "Salaried GPs", "Social Prescribing Link Workers",
	"Social Prescribing Link Workers (Mental Health Practitioners)", "Social Workers", "Telephonists", "Therapists",
	"Therapists (Mental Health Practitioners)", "Trainee Mental Health and Wellbeing Practitioners",
	"Trainee Mental Health and Wellbeing Practitioners (Mental Health Practitioners)", "Trainee NHS Talking Therapies Therapists",
	"Trainee Nurses", "Trainee Nursing Associates", "Trainee Pharmacy Technicians",
}

func workforceMeasures() []measure.Measure {
	list := []measure.Measure{
		workforceMeasure("total", "All staff"),
		workforceMeasure("direct-patient-care", "All direct patient care staff"),
	}
	for _, role := range workforceRoles {
		list = append(list, workforceMeasure(slug(role), role))
	}
	return list
}

func workforceMeasure(slug, title string) measure.Measure {
	return measure.Measure{
		Name: "pcn-workforce-" + slug, Title: title + " of the network", Kind: measure.Measurement, Per: 1, Unit: "pcn", Cadence: date.Quarter,
		Counts: "full-time equivalents", Source: "Primary Care Network Workforce, NHS England",
	}
}

// staffSum is what a table says of one network, quarter and role.
type staffSum struct {
	fte      float64
	unstated int // members of staff whose hours are not stated
	row      int // of the first row
}

type staffKey struct {
	network string
	quarter date.Period
	measure string
}

func readWorkforce(ctx context.Context, f *tabular.File, o Options, l *measure.Load) error {
	t := workforceTable{table: tableWith(f, l, workforceColumns...), places: newPlaces(l), known: newDeclared(o, workforceMeasures()), sums: map[staffKey]*staffSum{}}
	if err := t.each(ctx, o, t.row); err != nil {
		return err
	}
	t.give()
	if !t.header.Has("headcount") && l.File.Rows < wholeWorkforce {
		l.File.AsAt = date.Date{}
		note(l, "The file lists few members of staff and is taken for an extract: its sums give way to those of any whole publication.")
	}
	return nil
}

// wholeWorkforce is the fewest members of staff that a whole publication, which
// covers England, may list; the first, of March 2020, listed several hundred. An
// extract is left without a date, so that it supersedes nothing.
const wholeWorkforce = 100

type workforceTable struct {
	table
	places *places
	known  *declared
	sums   map[staffKey]*staffSum
	order  []staffKey
}

func (t *workforceTable) row(r tabular.Row) {
	code, reason := networkIn(t.cell(r, "pcn"))
	switch {
	case reason != "" && belongsToNone(r, t.cell(r, "pcn")):
		return
	case reason != "":
		t.reject(r, "pcn", reason)
		return
	}
	census, err := censusMonth(t.cell(r, "year"), t.cell(r, "month"))
	if err != nil {
		t.reject(r, "month", err.Error())
		return
	}
	fte, ok := t.reading(r, "fte")
	if !ok {
		return
	}
	if fte.number < 0 {
		t.reject(r, "fte", "a full-time equivalent cannot be less than nought")
		return
	}
	unstated := 0
	if n, ok := plainNumber(t.cell(r, "unstated")); ok && n > 0 || fte.status != measure.Reported {
		unstated = max(1, int(n))
	}
	quarter := date.Quarter.Of(census.Start())
	if !t.period(r, "year", quarter) {
		return
	}
	asAt(t.load, census.End())
	t.places.network(t.header, r, code)
	t.add(staffKey{code, quarter, "total"}, fte, unstated, r.Line)
	if strings.Contains(tabular.Normal(t.cell(r, "group")), "directpatientcare") {
		t.add(staffKey{code, quarter, "direct-patient-care"}, fte, unstated, r.Line)
	}
	role := t.cell(r, "role")
	if slug(role) == "" {
		t.reject(r, "role", "the row names no role; the person is counted in the network's total only")
		return
	}
	name := "pcn-workforce-" + slug(role)
	if !t.known.has(name, func() measure.Measure { return workforceMeasure(slug(role), role) }) {
		if reason := t.known.refuse(name); reason != "" {
			t.reject(r, "role", reason+"; its staff are counted in the network's total")
		}
		return
	}
	t.add(staffKey{code, quarter, slug(role)}, fte, unstated, r.Line)
}

func (t *workforceTable) add(key staffKey, fte reading, unstated, row int) {
	sum := t.sums[key]
	if sum == nil {
		sum = &staffSum{row: row}
		t.sums[key] = sum
		t.order = append(t.order, key)
	}
	sum.unstated += unstated
	if fte.status == measure.Reported {
		sum.fte += fte.number
	}
}

// give adds the sums as figures. A sum that lacks the hours of some is not reported.
func (t *workforceTable) give() {
	for _, key := range t.order {
		sum := t.sums[key]
		x := reading{sum.fte, measure.Reported}
		if sum.unstated > 0 {
			x = reading{measure.None, measure.NotReported}
		}
		t.load.Figure(t.sheet.Place, counted("pcn-workforce-"+key.measure, key.network, key.quarter, x, sum.row))
	}
}

// censusMonth reads the year and month (a number or a name) of the census.
func censusMonth(year, month string) (date.Period, error) {
	y, okYear := plainNumber(year)
	m, okMonth := plainNumber(month)
	if !okMonth {
		named := monthIn(month + " 2000")
		okMonth, m = !named.IsZero(), float64(named.Start().Month())
	}
	if !okYear || !okMonth || y < 2000 || y > 2199 || m < 1 || m > 12 || y != float64(int(y)) || m != float64(int(m)) {
		return date.Period{}, fmt.Errorf("year %s and month %s are not a month", quoted(year, 20), quoted(month, 20))
	}
	return date.Month.Of(date.New(int(y), time.Month(int(m)), 1)), nil
}
