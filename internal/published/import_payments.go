package published

import (
	"context"
	"strings"

	"ohp/internal/kernel/date"
	"ohp/internal/kernel/measure"
	"ohp/internal/kernel/tabular"
	"ohp/internal/nhs"
)

// payments is "NHS Payments to General Practice": one row for each practice and
// a column for each stream of money. The columns differ from year to year; the
// rows state no year. Deductions are negative, and so is what was paid back.
// One year heads the network's columns "Code" and "CCG NAME": what they hold
// tells them. Practices with no registered patients have no averages.
var payments = Format{
	Name:      "payments",
	Title:     "NHS Payments to General Practice",
	Publisher: "NHS England",
	Recognise: hasTable(paymentColumns),
	Read:      readPayments,
	Measures:  paymentMeasures(),
}

const paymentsSource = "NHS Payments to General Practice, NHS England"

var paymentColumns = []tabular.Column{
	tabular.Col("practice", "Practice Code", "GP Practice Code", "ODS Code"),
	tabular.OptCol("name", "Practice Name", "GP Practice Name"),
	tabular.OptCol("postcode", "Practice Postcode", "Postcode"),
	tabular.OptCol("opened", "Practice Open Date", "Open Date"),
	tabular.OptCol("closed", "Practice Close Date", "Close Date"),
	tabular.OptCol("contract", "Contract Type"),
	tabular.OptCol("dispensing", "Dispensing Practice"),
	tabular.OptCol("rurality", "Practice Rurality"),
	tabular.OptCol("atypical", "Atypical characteristics", "Atypical"),
	tabular.Col("patients", "Number of Registered Patients (Last Known Figure)", "Number of Registered Patients", "Average Number of Registered Patients", "Registered Patients"),
	tabular.OptCol("weighted", "Number of Weighted Patients (Last Known Figure)", "Number of Weighted Patients", "Average Number of Weighted Patients", "Weighted Patients"),
	tabular.Col("total", "Total NHS Payments to General Practice", "Total NHS Payments", "Total Payments"),
	tabular.OptCol("sub-icb", "CCG Code", "Sub ICB Code", "Sub ICB Location Code"),
	tabular.OptCol("sub-icb name", "Sub ICB NAME", "Sub ICB Location Name", "CCG NAME"),
	tabular.OptCol("pcn", "PCN Code"),
	tabular.OptCol("pcn name", "PCN Name"),
}

// paymentStreams are the streams of money with their headers over the years.
// A stream that was replaced by another is a stream of its own.
var paymentStreams = []struct {
	slug, title string
	heads       []string
}{
	{"total-per-patient", "All NHS payments", []string{"Total NHS Payments to General Practice", "Total NHS Payments", "Total Payments"}},
	{"deductions", "Deductions for pensions, levies and prescription charge income", []string{"Deductions for Pensions, Levies and Prescription Charge Income", "Deductions for Pensions, Levies and Prescription Charge Income Total", "Deductions"}},
	{"total-after-deductions", "All NHS payments less deductions", []string{"Total NHS Payments to General Practice Minus Deductions", "Total NHS Payments Minus Deductions"}},
	{"total-with-covid", "All NHS payments with those for COVID-19", []string{"Total NHS Payments to General Practice including covid vaccination, covid support and long covid payments", "Total NHS Payments including covid vaccination and covid support and expansion payments"}},
	{"total-with-pcn", "All NHS payments with those for the network's workforce, leadership and support", []string{"Total NHS Payments including PCN Workforce, Leadership and Support"}},
	{"total-with-covid-and-pcn", "All NHS payments with those for COVID-19 and the network", []string{"Total NHS Payments to General Practice including Covid and PCN payments"}},
	{"total-with-covid-and-pcn-after-deductions", "All NHS payments with those for COVID-19 and the network less deductions", []string{"Total NHS Payments to General Practice including Covid and PCN payments minus deductions"}},
	{"global-sum", "Global sum", []string{"Global Sum"}},
	{"mpig", "Correction factor of the minimum practice income guarantee", []string{"MPIG Correction factor", "MPIG"}},
	{"pms", "Balance of PMS expenditure", []string{"Balance of PMS Expenditure"}},
	{"qof", "Quality and Outcomes Framework payments", []string{"Total QOF Payments", "QOF Payments"}},
	{"childhood-immunisation", "Childhood vaccination and immunisation scheme", []string{"Childhood Vaccination and Immunisation Scheme"}},
	{"extended-hours", "Extended hours access", []string{"GP Extended Hours Access", "Extended Hours Access"}},
	{"flu-and-pneumococcal", "Influenza and pneumococcal immunisations", []string{"Influenza and Pneumococcal Immunisations"}},
	{"learning-disabilities", "Learning disabilities health checks", []string{"Learning Disabilities"}},
	{"meningitis", "Meningitis immunisations", []string{"Meningitis"}},
	{"minor-surgery", "Minor surgery", []string{"Minor Surgery"}},
	{"out-of-area", "Out of area in-hours urgent care", []string{"Out Of Area in Hours Urgent Care"}},
	{"pertussis", "Pertussis immunisations", []string{"Pertussis"}},
	{"rotavirus-and-shingles", "Rotavirus and shingles immunisation", []string{"Rotavirus and Shingles Immunisation"}},
	{"violent-patients", "Services for violent patients", []string{"Services for Violent Patients"}},
	{"medical-assessment-reviews", "Medical assessment reviews", []string{"Medical Assessment Reviews"}},
	{"weight-management", "Weight management service", []string{"Weight Management Service"}},
	{"local-incentives", "Local incentive schemes", []string{"Total Local Incentive Schemes", "Local Incentive Schemes"}},
	{"premises", "Premises payments", []string{"Premises Payments"}},
	{"seniority", "Seniority payments", []string{"Seniority"}},
	{"doctors-retainer", "Doctors' retainer scheme", []string{"Doctors Retainer Scheme Payments"}},
	{"locum-allowances", "Locum allowances", []string{"Total Locum Allowances", "Locum Allowances"}},
	{"appraisal", "Appraisal costs", []string{"Appraisal Costs", "Appraisal - Appraiser Costs in Respect of Locums"}},
	{"prolonged-study-leave", "Prolonged study leave", []string{"Prolonged Study Leave"}},
	{"administration-other", "Other payments administered by the commissioner", []string{"PCO Admin Other"}},
	{"information-technology", "Information management and technology", []string{"Information Management and Technology"}},
	{"childhood-pneumococcal", "Pneumococcal vaccine, childhood main programme", []string{"Non DES Item Pneumococcal Vaccine, Childhood Immunisation Main Programme"}},
	{"forward-view", "General Practice Forward View", []string{"General Practice Forward View"}},
	{"transformation", "General practice transformation", []string{"General Practice Transformation"}},
	{"pcn-participation", "Network participation", []string{"PCN Participation"}},
	{"prescribing-fees", "Prescribing fees", []string{"Prescribing Fee Payments"}},
	{"dispensing-fees", "Dispensing fees", []string{"Dispensing Fee Payments"}},
	{"drugs", "Reimbursement of drugs", []string{"Reimbursement of Drugs"}},
	{"winter-access", "Winter access fund", []string{"Winter Access Fund"}},
	{"alcohol", "Alcohol related risk reduction", []string{"Alcohol", "Alcohol Related Risk Reduction"}},
	{"dementia", "Timely diagnosis and support for people with dementia", []string{"Facilitating Timely Diagnosis and Support for People with Dementia", "Dementia"}},
	{"online-access", "Improving patients' access online", []string{"Improving Patient Online Access", "Patient Online Access"}},
	{"patient-participation", "Patient participation", []string{"Patient Participation"}},
	{"remote-care-monitoring", "Remote care monitoring", []string{"Remote Care Monitoring", "Remote Care Monitoring (Preparation)"}},
	{"risk-profiling", "Risk profiling and case management", []string{"Risk Profiling and Case Management", "Risk Profiling"}},
	{"unplanned-admissions", "Avoiding unplanned admissions", []string{"Unplanned Admissions", "Avoiding Unplanned Admissions"}},
	{"other", "Other payments", []string{"Other Payments"}},
	{"pcn-leadership", "Network leadership", []string{"PCN Leadership"}},
	{"pcn-support", "Network support", []string{"PCN Support"}},
	{"pcn-extended-hours", "Network extended hours access", []string{"PCN Extended Hours Access"}},
	{"pcn-workforce", "Network workforce", []string{"PCN Workforce"}},
	{"pcn-investment-and-impact", "Network investment and impact fund", []string{"PCN Investment and impact Fund"}},
	{"pcn-care-home-premium", "Network care home premium", []string{"PCN Care Home Premium"}},
	{"pcn-enhanced-access", "Network enhanced access", []string{"PCN Enhanced Access"}},
	{"covid-immunisation", "COVID-19 immunisation", []string{"Covid Immunisation"}},
	{"covid-support", "COVID-19 support and expansion", []string{"Covid Support and Expansion"}},
	{"long-covid", "Long COVID service", []string{"Long Covid"}},
}

func paymentMeasures() []measure.Measure {
	list := []measure.Measure{
		{Name: "payments-registered-patients", Title: "Registered patients in the year of payment", Kind: measure.Measurement, Per: 1, Unit: "practice",
			Cadence: date.FinancialYear, Counts: "registered patients, averaged over the year's quarters", Source: paymentsSource},
		{Name: "payments-weighted-patients", Title: "Weighted patients in the year of payment", Kind: measure.Measurement, Per: 1, Unit: "practice",
			Cadence: date.FinancialYear, Counts: "patients weighted for need by the global sum's formula", Source: paymentsSource},
		{Name: "payments-per-weighted-patient", Title: "All NHS payments per weighted patient", Kind: measure.Measurement, Per: 1, Unit: "practice",
			Cadence: date.FinancialYear, Counts: "pounds paid", Of: "weighted patients", Source: paymentsSource},
	}
	for _, p := range paymentStreams {
		list = append(list, paymentMeasure(p.slug, p.title))
	}
	return list
}

func paymentMeasure(slug, title string) measure.Measure {
	return measure.Measure{
		Name: "payments-" + slug, Title: title + ", pounds per registered patient", Kind: measure.Measurement, Per: 1, Unit: "practice",
		Cadence: date.FinancialYear, Counts: "pounds paid", Of: "registered patients", Source: paymentsSource,
	}
}

func readPayments(ctx context.Context, f *tabular.File, o Options, l *measure.Load) error {
	t := paymentTable{table: tableWith(f, l, paymentColumns...), places: newPlaces(l)}
	var err error
	if t.year, err = yearOfFile(f, t.sheet, t.header.Line, o, l); err != nil {
		return err
	}
	period(l, t.year)
	asAt(l, t.year.End())
	t.streams = t.findStreams(newDeclared(o, paymentMeasures()))
	return t.each(ctx, o, t.row)
}

type paymentTable struct {
	table
	year    date.Period
	places  *places
	streams []paymentColumn
}

// paymentColumn is a column of money with its measure.
type paymentColumn struct {
	at   int
	name string
}

// findStreams finds the columns of money: those with a known header, and others
// that stand after the number of patients, but for the averages, which follow from the rest.
func (t *paymentTable) findStreams(known *declared) []paymentColumn {
	named := map[string]string{}
	for _, p := range paymentStreams {
		for _, head := range p.heads {
			named[tabular.Normal(head)] = p.slug
		}
	}
	taken := map[string]bool{}
	var list []paymentColumn
	patients := t.header.Index("patients")
	for i := range t.header.Cells {
		head := headWords(t.header.Cells[i])
		reduced := tabular.Normal(head)
		if reduced == "" || strings.HasPrefix(reduced, "averagepayment") {
			continue
		}
		stream, ok := named[reduced]
		switch {
		case !ok && (i <= patients || i == t.header.Index("weighted")):
			continue
		case !ok:
			stream = slug(head)
		}
		name := "payments-" + stream
		switch {
		case taken[name]:
			note(t.load, "The column "+quoted(head, 80)+" repeats another and is not used.")
		case !known.has(name, func() measure.Measure { return paymentMeasure(stream, head) }):
			note(t.load, "The column "+quoted(head, 80)+" is not among the payments known, and is not used.")
		default:
			taken[name] = true
			list = append(list, paymentColumn{i, name})
		}
	}
	return list
}

func (t *paymentTable) row(r tabular.Row) {
	code, ok := t.practice(r)
	if !ok {
		return
	}
	patients, err := readingOf(t.cell(r, "patients"))
	if err != nil || patients.number < 0 {
		t.reject(r, "patients", "the number of patients cannot be read, so the row's payments have no denominator")
		return
	}
	t.describe(r, code)
	t.load.Figure(t.sheet.Place, single("payments-registered-patients", code, t.year, patients, r.Line))
	t.weighted(r, code)
	for _, c := range t.streams {
		x, err := readingOf(r.Cell(c.at))
		if err != nil {
			t.rejectAt(r, c.at, err.Error())
			continue
		}
		t.load.Figure(t.sheet.Place, ratio(c.name, code, t.year, x, patients, r.Line))
	}
}

func (t *paymentTable) weighted(r tabular.Row, code string) {
	if !t.header.Has("weighted") {
		return
	}
	weighted, err := readingOf(t.cell(r, "weighted"))
	if err != nil || weighted.number < 0 {
		t.reject(r, "weighted", "the number of weighted patients cannot be read")
		return
	}
	t.load.Figure(t.sheet.Place, single("payments-weighted-patients", code, t.year, weighted, r.Line))
	total, err := readingOf(t.cell(r, "total"))
	if err == nil {
		t.load.Figure(t.sheet.Place, ratio("payments-per-weighted-patient", code, t.year, total, weighted, r.Line))
	}
}

// describe adds what the row says of the practice itself.
func (t *paymentTable) describe(r tabular.Row, code string) {
	h := t.header
	u := measure.Unit{Code: code, Kind: "practice", Name: h.Cell(r, "name"), Postcode: strings.Join(strings.Fields(h.Cell(r, "postcode")), " "), Row: r.Line}
	u.Opened, _ = date.ParseAny(h.Cell(r, "opened"))
	u.Closed, _ = date.ParseAny(h.Cell(r, "closed"))
	if !u.Closed.IsZero() {
		u.Status = "closed"
	}
	if t.places.first(code, "") {
		t.load.Unit(u)
	}
	t.groups(r, code)
	for _, a := range []struct{ name, column string }{{"contract-type", "contract"}, {"dispensing", "dispensing"}, {"rurality", "rurality"}, {"payments-atypical", "atypical"}} {
		value := strings.Join(strings.FieldsFunc(h.Cell(r, a.column), func(c rune) bool { return c == '|' }), ";")
		value = strings.Join(strings.Fields(strings.ReplaceAll(value, " ; ", "; ")), " ")
		if value = strings.Trim(value, "; "); value != "" && !strings.EqualFold(value, "unknown") {
			t.load.Attribute(measure.Attribute{Unit: code, Name: a.name, Value: value, From: t.year.Start(), Row: r.Line})
		}
	}
}

// groups tells the network by its code, wherever it stands, because its columns
// have been headed as a commissioner's; its name then stands beside it.
func (t *paymentTable) groups(r tabular.Row, code string) {
	h := t.header
	for i := range r.Cells {
		network := r.Cell(i)
		if len(network) != 6 || !nhs.IsPCNCode(network) {
			continue
		}
		name := r.Cell(i + 1)
		if i == h.Index("pcn") {
			name = h.Cell(r, "pcn name")
		}
		t.places.unit(network, "pcn", name, r.Line)
		t.places.member(code, network, "pcn", r.Line)
		break
	}
	if sub := groupCode(h.Cell(r, "sub-icb")); sub != "" {
		t.places.group(h, r, "sub-icb", sub)
		t.places.member(code, sub, "sub-icb", r.Line)
	}
}
