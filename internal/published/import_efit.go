package published

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"ohp/internal/kernel/date"
	"ohp/internal/kernel/measure"
	"ohp/internal/kernel/tabular"
)

// efit is the wide table of a board's practices that feeds the eFIT tool: one
// row for each practice, one column for each indicator, the latest value that
// Fingertips held when the table was made. Neither the table nor its headers
// state a year (but for the deprivation score's). The indicator's own year is
// usually two before the table's, so these figures are measures of their own
// and are never joined with those that Fingertips dates.
var efit = Format{
	Name:      "efit-indicators",
	Title:     "Fingertips indicators by general practice, latest values (eFIT table)",
	Publisher: "Office for Health Improvement and Disparities",
	Recognise: func(f *tabular.File) bool {
		s, _, _ := efitTable(f)
		return s != nil
	},
	Read:     readEFIT,
	Measures: efitMeasures(),
}

var efitColumns = []tabular.Column{
	tabular.OptCol("icb name", "ICB name", "ICB"),
	tabular.Col("practice", "GP code", "Practice code", "GP practice code", "ODS code"),
	tabular.OptCol("name", "GP name", "Practice name", "GP practice name"),
}

// efitKnown are the indicators with how their reduced header begins in the
// layouts of 2024 and 2025. Where the definition changed (personalised care
// adjustments in the denominator, obesity, depression) there are two.
var efitKnown = []struct {
	slug, title string
	starts      []string
}{
	{"weighted-population", "Weighted population", []string{"weightedpopulation"}},
	{"deprivation-score", "Deprivation score (IMD)", []string{"imd", "deprivationscore"}},
	{"mmr-one-dose", "Children with one dose of MMR between 1 and 1½ years of age", []string{"mmrvaccineuptakeatleast1dose", "childrenwhoreceivedatleast1doseofmmr"}},
	{"hypertension-under-80-treated-pca", "Last blood pressure 140/90 or less: hypertension, under 80 (all on the register)", []string{"lastbpreadingofpatients<80yrswithhypertensioninthelast12monthsis<14090mmhgdenominatorinclpcas"}},
	{"hypertension-under-80-treated", "Last blood pressure 140/90 or less: hypertension, under 80", []string{"lastbpreadingofpatients<80yrs"}},
	{"hypertension-80-over-treated-pca", "Last blood pressure 150/90 or less: hypertension, 80 and over (all on the register)", []string{"lastbpreadingofpatients80+yrswithhypertensioninthelast12monthsis<15090mmhgdenominatorinclpcas"}},
	{"hypertension-80-over-treated", "Last blood pressure 150/90 or less: hypertension, 80 and over", []string{"lastbpreadingofpatients80+yrs"}},
	{"blood-pressure-recorded-pca", "Blood pressure recorded in the last 5 years, aged 45 and over (all on the list)", []string{"patientsaged45+yrswhohavearecordofbloodpressureinthelast5yrsdenominatorinclpcas"}},
	{"blood-pressure-recorded", "Blood pressure recorded in the last 5 years, aged 45 and over", []string{"patientswhohavearecordofbpinthelast5yrs", "patientsaged45+yrswhohavearecordofbloodpressure"}},
	{"diabetes-statin-no-cvd", "Diabetes without cardiovascular disease, 40 and over: on a statin", []string{"patientswithdiabetestreatedwithastatin40+yrsnohistoryofcvd"}},
	{"diabetes-statin-cvd-pca", "Diabetes with cardiovascular disease: on a statin (all on the register)", []string{"patientswithdiabetesandahistoryofcvdexclhaemstroketreatedwithastatindenominatorinclpcas"}},
	{"diabetes-statin-cvd", "Diabetes with cardiovascular disease: on a statin", []string{"patientswithdiabetestreatedwithastatinwithahistoryofcvd", "patientswithdiabetesandahistoryofcvd"}},
	{"diabetes-foot-check", "Type 2 diabetes: annual foot check", []string{"peoplewithtype2diabeteswhohavereceivedanannualfootcheck"}},
	{"diabetes-cholesterol-check", "Type 2 diabetes: cholesterol check", []string{"peoplewithtype2diabeteswhoreceivedacholesterolcheck"}},
}

func efitMeasures() []measure.Measure {
	var list []measure.Measure
	for _, k := range efitKnown {
		list = append(list, efitMeasure(k.slug, k.title))
	}
	for _, k := range fingertipsKnown {
		if k.slug != "deprivation-score" {
			list = append(list, efitMeasure(k.slug, k.measure.Title))
		}
	}
	return list
}

func efitMeasure(slug, title string) measure.Measure {
	m := measure.Measure{
		Name: "efit-" + slug, Title: title + ", latest known", Kind: measure.Proportion, Per: 100, Unit: "practice", Cadence: date.FinancialYear,
		Counts: "patients as the indicator defines them", Of: "the indicator's denominator",
		Source: "Fingertips, Office for Health Improvement and Disparities, as held in the eFIT table",
	}
	switch slug {
	case "weighted-population":
		m.Kind, m.Per, m.Counts, m.Of = measure.Measurement, 1, "patients, weighted for need", ""
	case "deprivation-score":
		m.Kind, m.Per, m.Cadence, m.Of = measure.Measurement, 1, date.Year, ""
		m.Counts = fingertipsDeprivation.Counts
	}
	return m
}

// efitSlug names the indicator of a header.
func efitSlug(head string) string {
	reduced := strings.TrimSuffix(tabular.Normal(head), "%")
	for _, k := range efitKnown {
		for _, start := range k.starts {
			if strings.HasPrefix(reduced, start) {
				return k.slug
			}
		}
	}
	return fingertipsSlug("", strings.TrimSuffix(strings.TrimSpace(head), "(%)"))
}

// efitTable finds the table: practices and at least five columns whose headers
// speak of prevalence, screening, coverage or uptake.
func efitTable(f *tabular.File) (*tabular.Sheet, *tabular.Header, []int) {
	s, h := sheetWith(f, efitColumns...)
	if s == nil {
		return nil, nil, nil
	}
	var columns []int
	speaking := 0
	for i, head := range h.Cells {
		if i == h.Index("icb name") || i == h.Index("practice") || i == h.Index("name") || strings.TrimSpace(head) == "" || isPlaceHeader(head) {
			continue
		}
		columns = append(columns, i)
		for _, word := range []string{"prevalence", "screening", "coverage", "uptake", "weightedpopulation"} {
			if strings.Contains(tabular.Normal(head), word) {
				speaking++
				break
			}
		}
	}
	if speaking < 5 {
		return nil, nil, nil
	}
	return s, h, columns
}

func isPlaceHeader(head string) bool {
	n := tabular.Normal(head)
	return strings.HasSuffix(n, "code") || strings.HasSuffix(n, "name") || n == "pcn"
}

func readEFIT(ctx context.Context, f *tabular.File, o Options, l *measure.Load) error {
	s, h, columns := efitTable(f)
	t := table{sheet: s, header: h, load: l}
	year, err := yearOfFile(f, s, h.Line, o, l)
	if err != nil {
		return err
	}
	period(l, year)
	asAt(l, dayIn(fileYearText(f)))
	known := newDeclared(o, efitMeasures())
	indicators := efitIndicators(h, columns, year, known, l)
	return t.each(ctx, o, func(r tabular.Row) {
		code, ok := t.practice(r)
		if !ok {
			return
		}
		l.Unit(measure.Unit{Code: code, Kind: "practice", Name: t.cell(r, "name"), Row: r.Line})
		for _, i := range indicators {
			efitCell(&t, r, i, code)
		}
	})
}

// efitIndicator is a column with its measure and period.
type efitIndicator struct {
	column int
	name   string
	period date.Period
}

func efitIndicators(h *tabular.Header, columns []int, year date.Period, known *declared, l *measure.Load) []efitIndicator {
	var list []efitIndicator
	taken := map[string]bool{}
	for _, c := range columns {
		head := headWords(h.Cells[c])
		name, p := "efit-"+efitSlug(head), year
		if name == "efit-deprivation-score" {
			p = indexYear(head)
		}
		switch {
		case taken[name]:
			note(l, fmt.Sprintf("The column %s repeats an indicator and is not used.", quoted(head, 80)))
		case p.IsZero():
			note(l, fmt.Sprintf("The column %s does not say of which year's index it is, and is not used.", quoted(head, 80)))
		case !known.has(name, func() measure.Measure { return efitMeasure(efitSlug(head), head) }):
			note(l, fmt.Sprintf("The column %s is not among the indicators known, and is not used.", quoted(head, 80)))
		default:
			taken[name] = true
			list = append(list, efitIndicator{c, name, p})
		}
	}
	return list
}

// indexYear reads the year of "IMD 2019" and "Deprivation score (IMD 2019)".
func indexYear(head string) date.Period {
	for _, word := range strings.FieldsFunc(head, func(r rune) bool { return r < '0' || r > '9' }) {
		if d, err := date.Parse(word + "-01-01"); err == nil && d.Year() >= 2000 {
			return date.Year.Of(date.New(d.Year(), time.January, 1))
		}
	}
	return date.Period{}
}

func efitCell(t *table, r tabular.Row, i efitIndicator, code string) {
	x, err := readingOf(r.Cell(i.column))
	if err == nil && x.status == measure.Reported && x.number < 0 {
		err = errors.New("the value cannot be less than nought")
	}
	if err != nil {
		t.rejectAt(r, i.column, err.Error())
		return
	}
	t.load.Figure(t.sheet.Place, single(i.name, code, i.period, x, r.Line))
}
