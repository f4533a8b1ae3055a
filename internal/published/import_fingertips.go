package published

import (
	"context"
	"fmt"
	"math"
	"strconv"
	"strings"

	"ohp/internal/kernel/date"
	"ohp/internal/kernel/measure"
	"ohp/internal/kernel/tabular"
)

// fingertips is the long download of OHID's Fingertips: one row for each
// indicator, area, sex, age, category and time period, practices among areas of
// every other type. Rows of England, boards, councils and their deciles are
// passed over knowingly; so are splits by category. Some tools add rows of a
// later year without the indicator's number: the indicator's name then counts.
var fingertips = Format{
	Name:      "fingertips",
	Title:     "Fingertips public health profiles: indicators by general practice",
	Publisher: "Office for Health Improvement and Disparities",
	Recognise: hasTable(fingertipsColumns),
	Read:      readFingertips,
	Measures:  fingertipsMeasures(),
}

const fingertipsSource = "Fingertips, Office for Health Improvement and Disparities"

var fingertipsColumns = []tabular.Column{
	tabular.OptCol("id", "Indicator ID", "IndicatorID", "Indicator_ID"),
	tabular.Col("indicator", "Indicator Name", "IndicatorName", "Indicator_Name"),
	tabular.Col("area", "Area Code", "AreaCode", "Area_Code"),
	tabular.OptCol("area name", "Area Name", "AreaName"),
	tabular.Col("area type", "Area Type", "AreaType"),
	tabular.OptCol("sex", "Sex"),
	tabular.OptCol("age", "Age"),
	tabular.OptCol("category", "Category"),
	tabular.Col("time", "Time period", "Timeperiod"),
	tabular.Col("value", "Value"),
	tabular.OptCol("count", "Count"),
	tabular.OptCol("denominator", "Denominator"),
	tabular.OptCol("value note", "Value note", "Valuenote"),
}

// fingertipsKnown are indicators by practice that are met often, told by
// Fingertips' own number, where it has been seen in a file, or by how their
// reduced title begins. Others are named after their title.
var fingertipsKnown = []struct {
	slug, id string
	starts   []string
	measure  measure.Measure
}{
	{"smoking-prevalence", "91547", []string{"smokingprevalenceinadults15+currentsmokersqof", "smokingqofprevalence"}, fingertipsPercent("Smoking: QOF prevalence", "patients aged 15 and over who smoke", "patients aged 15 and over whose smoking is recorded")},
	{"deprivation-score", "93553", []string{"deprivationscoreimd"}, fingertipsDeprivation},
	{"asthma-prevalence", "", []string{"asthmaqofprevalence"}, fingertipsPercent("Asthma: QOF prevalence", "patients with asthma", "registered patients aged 6 and over")},
	{"atrial-fibrillation-prevalence", "", []string{"atrialfibrillationqofprevalence"}, fingertipsPercent("Atrial fibrillation: QOF prevalence", "patients with atrial fibrillation", "registered patients")},
	{"cancer-prevalence", "", []string{"cancerqofprevalence"}, fingertipsPercent("Cancer: QOF prevalence", "patients with cancer", "registered patients")},
	{"chd-prevalence", "", []string{"chdqofprevalence"}, fingertipsPercent("Coronary heart disease: QOF prevalence", "patients with coronary heart disease", "registered patients")},
	{"ckd-prevalence", "", []string{"ckdqofprevalence"}, fingertipsPercent("Chronic kidney disease: QOF prevalence", "patients with chronic kidney disease", "registered patients aged 18 and over")},
	{"copd-prevalence", "", []string{"copdqofprevalence"}, fingertipsPercent("COPD: QOF prevalence", "patients with COPD", "registered patients")},
	{"dementia-prevalence", "", []string{"dementiaqofprevalence"}, fingertipsPercent("Dementia: QOF prevalence", "patients with dementia", "registered patients")},
	{"depression-prevalence", "", []string{"depressionqofprevalence"}, fingertipsPercent("Depression: QOF prevalence", "patients with depression", "registered patients aged 18 and over")},
	{"depression-incidence", "", []string{"depressionqofincidence"}, fingertipsPercent("Depression: QOF incidence, new diagnoses", "patients newly diagnosed with depression", "registered patients aged 18 and over")},
	{"diabetes-prevalence", "", []string{"diabetesqofprevalence"}, fingertipsPercent("Diabetes: QOF prevalence", "patients with diabetes", "registered patients aged 17 and over")},
	{"epilepsy-prevalence", "", []string{"epilepsyqofprevalence"}, fingertipsPercent("Epilepsy: QOF prevalence", "patients with epilepsy", "registered patients aged 18 and over")},
	{"heart-failure-prevalence", "", []string{"heartfailureqofprevalence"}, fingertipsPercent("Heart failure: QOF prevalence", "patients with heart failure", "registered patients")},
	{"hypertension-prevalence", "", []string{"hypertensionqofprevalence"}, fingertipsPercent("Hypertension: QOF prevalence", "patients with hypertension", "registered patients")},
	{"learning-disability-prevalence", "", []string{"learningdisabilityqofprevalence"}, fingertipsPercent("Learning disability: QOF prevalence", "patients with a learning disability", "registered patients")},
	{"mental-health-prevalence", "", []string{"mentalhealthqofprevalence"}, fingertipsPercent("Mental health: QOF prevalence", "patients with a serious mental illness", "registered patients")},
	{"obesity-prevalence-new-definition", "", []string{"obesityqofprevalencenewdefinition"}, fingertipsPercent("Obesity: QOF prevalence (new definition)", "patients with obesity", "registered patients aged 18 and over")},
	{"obesity-prevalence", "", []string{"obesityqofprevalence"}, fingertipsPercent("Obesity: QOF prevalence", "patients with obesity", "registered patients aged 18 and over")},
	{"osteoporosis-prevalence", "", []string{"osteoporosisqofprevalence"}, fingertipsPercent("Osteoporosis: QOF prevalence", "patients with osteoporosis", "registered patients aged 50 and over")},
	{"pad-prevalence", "", []string{"padqofprevalence"}, fingertipsPercent("Peripheral arterial disease: QOF prevalence", "patients with peripheral arterial disease", "registered patients")},
	{"rheumatoid-arthritis-prevalence", "", []string{"rheumatoidarthritisqofprevalence"}, fingertipsPercent("Rheumatoid arthritis: QOF prevalence", "patients with rheumatoid arthritis", "registered patients aged 16 and over")},
	{"stroke-prevalence", "", []string{"strokeqofprevalence"}, fingertipsPercent("Stroke: QOF prevalence", "patients who have had a stroke or transient ischaemic attack", "registered patients")},
	{"bowel-cancer-screening", "", []string{"bowelcancerscreening", "cancerscreeningcoveragebowelcancer"}, fingertipsPercent("Bowel cancer screening coverage", "people screened for bowel cancer in the last 30 months", "registered patients of the ages invited")},
	{"breast-cancer-screening", "", []string{"breastscreeningcoverage", "breastcancerscreening", "cancerscreeningcoveragebreastcancer"}, fingertipsPercent("Breast cancer screening coverage", "women screened for breast cancer in the last 36 months", "registered women of the ages invited")},
	{"cervical-cancer-screening-25-49", "", []string{"cervicalscreeningcoverageaged25to49", "cervicalcancerscreening2549", "cancerscreeningcoveragecervicalcanceraged25to49"}, fingertipsPercent("Cervical cancer screening coverage, ages 25 to 49", "women screened for cervical cancer in the last 3.5 years", "eligible registered women aged 25 to 49")},
	{"cervical-cancer-screening-50-64", "", []string{"cervicalscreeningcoverageaged50to64", "cervicalcancerscreening5064", "cancerscreeningcoveragecervicalcanceraged50to64"}, fingertipsPercent("Cervical cancer screening coverage, ages 50 to 64", "women screened for cervical cancer in the last 5.5 years", "eligible registered women aged 50 to 64")},
}

// fingertipsDeprivation is given as a score alone.
var fingertipsDeprivation = measure.Measure{
	Title: "Deprivation score (IMD) of the practice's patients", Kind: measure.Measurement, Per: 1, Unit: "practice", Cadence: date.Year,
	Counts: "the Index of Multiple Deprivation's score, averaged over where the patients live (higher is more deprived)", Source: fingertipsSource,
}

func fingertipsPercent(title, counts, of string) measure.Measure {
	return measure.Measure{Title: title, Kind: measure.Proportion, Per: 100, Unit: "practice", Cadence: date.FinancialYear,
		Counts: counts, Of: of, Source: fingertipsSource}
}

func fingertipsMeasures() []measure.Measure {
	var list []measure.Measure
	for _, k := range fingertipsKnown {
		m := k.measure
		m.Name = "fingertips-" + k.slug
		list = append(list, m)
	}
	return list
}

// fingertipsName names the measure of an indicator by its number or its title.
// The figures of one sex are kept apart from those of all persons, except where
// the indicator is of women only.
func fingertipsName(id, title, sex string) string {
	name := "fingertips-" + fingertipsSlug(id, title)
	switch sex = strings.ToLower(sex); {
	case sex == "male", sex == "female" && !strings.Contains(name, "-cervical-") && !strings.Contains(name, "-breast-"):
		return name + "-" + sex
	}
	return name
}

func fingertipsSlug(id, title string) string {
	reduced := tabular.Normal(title)
	for _, k := range fingertipsKnown {
		if id != "" && id == k.id {
			return k.slug
		}
		for _, start := range k.starts {
			if strings.HasPrefix(reduced, start) {
				return k.slug
			}
		}
	}
	if title == "" {
		return "indicator-" + slug(id)
	}
	return slug(title)
}

func readFingertips(ctx context.Context, f *tabular.File, o Options, l *measure.Load) error {
	t := fingertipsReader{table: tableWith(f, l, fingertipsColumns...), places: newPlaces(l), scale: map[string]float64{}, split: map[string]string{}}
	if err := t.each(ctx, o, t.row); err != nil {
		return err
	}
	t.give(newDeclared(o, fingertipsMeasures()))
	return nil
}

// fingertipsReader reads the rows first and gives the figures at the end,
// because a measure's scale shows only in rows that state value, count and denominator.
type fingertipsReader struct {
	table
	places *places
	rows   []fingertipsRow
	scale  map[string]float64 // by measure: what count over denominator is multiplied by; 0 when the value is another thing
	split  map[string]string  // by measure: the sex and age that its figures are of
	pooled int
}

// fingertipsRow is one row that can be used.
type fingertipsRow struct {
	name, title, code         string
	period                    date.Period
	value, count, denominator reading
	line                      int
}

func (t *fingertipsReader) row(r tabular.Row) {
	if !isPracticeArea(t.cell(r, "area type")) || t.cell(r, "category") != "" {
		return
	}
	code, reason := practiceIn(t.cell(r, "area"))
	if reason != "" {
		t.reject(r, "area", reason)
		return
	}
	p, years, err := fingertipsPeriod(t.cell(r, "time"))
	if err != nil {
		t.reject(r, "time", err.Error())
		return
	}
	id, title := t.cell(r, "id"), t.cell(r, "indicator")
	if id == "" && title == "" {
		t.reject(r, "indicator", "the row names no indicator")
		return
	}
	name := fingertipsName(id, title, t.cell(r, "sex"))
	if !t.sameSplit(name, t.cell(r, "sex"), t.cell(r, "age")) {
		t.reject(r, "age", "the indicator was met with another sex or age before ("+t.split[name]+"), which is the one kept")
		return
	}
	row := fingertipsRow{name: name, title: title, code: code, period: p, line: r.Line}
	if !t.numbers(r, &row) || !t.period(r, "time", p) {
		return
	}
	if years > 1 {
		t.pooled++
	}
	t.places.unit(code, "practice", t.cell(r, "area name"), r.Line)
	t.rows = append(t.rows, row)
}

// sameSplit holds a measure to the sex and age of its first row; rows that do not say belong to it.
func (t *fingertipsReader) sameSplit(name, sex, age string) bool {
	if sex == "" && age == "" {
		return true
	}
	split := sex + ", " + age
	if t.split[name] == "" {
		t.split[name] = split
	}
	return t.split[name] == split
}

// numbers reads the row's numbers; one that cannot be read is rejected.
func (t *fingertipsReader) numbers(r tabular.Row, row *fingertipsRow) bool {
	for _, c := range []struct {
		column string
		into   *reading
	}{{"value", &row.value}, {"count", &row.count}, {"denominator", &row.denominator}} {
		x, ok := t.reading(r, c.column)
		if !ok {
			return false
		}
		*c.into = x
	}
	if row.value.status != measure.Reported {
		row.value.status = withheld(row.value.status, t.cell(r, "value note"))
	}
	t.weigh(row)
	return true
}

// weigh finds what a measure's count over denominator is multiplied by to give
// its value, from the first row that states all three: a power of ten, or 0
// where it is no plain ratio (standardised rates, scores), so that the value must stand.
func (t *fingertipsReader) weigh(row *fingertipsRow) {
	if _, known := t.scale[row.name]; known || !row.whole() || row.value.number <= 0 || row.count.number <= 0 || row.denominator.number <= 0 {
		return
	}
	scale := row.value.number / (row.count.number / row.denominator.number)
	power := math.Pow(10, math.Round(math.Log10(scale)))
	if math.Abs(scale/power-1) > 0.001 || power < 1 || power > 100000 {
		power = 0
	}
	t.scale[row.name] = power
}

// whole says whether the row states value, count and denominator.
func (row *fingertipsRow) whole() bool {
	return row.value.status == measure.Reported && row.count.status == measure.Reported && row.denominator.status == measure.Reported
}

// give adds the figures: count and denominator where they make the value in
// the measure's scale, the value alone otherwise.
func (t *fingertipsReader) give(known *declared) {
	per := map[string]float64{}
	for _, m := range fingertipsMeasures() {
		per[m.Name] = m.Per
	}
	for _, row := range t.rows {
		scale := t.scale[row.name]
		if !known.has(row.name, func() measure.Measure { return fingertipsDescribed(row.title, row.period, scale) }) {
			if reason := known.refuse(row.name); reason != "" {
				t.load.Reject(measure.Rejection{Place: t.sheet.Place, Line: row.line, Column: "Indicator Name", Text: row.title, Reason: reason})
			}
			continue
		}
		if p, static := per[row.name]; row.whole() && scale > 0 && (!static || p == scale) {
			t.load.Figure(t.sheet.Place, ratio(row.name, row.code, row.period, row.count, row.denominator, row.line))
		} else {
			t.load.Figure(t.sheet.Place, single(row.name, row.code, row.period, row.value, row.line))
		}
	}
	if t.pooled > 0 {
		note(t.load, fmt.Sprintf("%d %s under the last of them.", t.pooled, plural(t.pooled, "figure covers several years together and is filed", "figures cover several years together; they are filed")))
	}
}

// fingertipsDescribed declares an indicator that only the file knows of.
func fingertipsDescribed(title string, p date.Period, scale float64) measure.Measure {
	m := measure.Measure{Title: title, Kind: measure.Measurement, Per: 1, Unit: "practice", Cadence: p.Kind(),
		Counts: "the indicator as Fingertips defines it", Source: fingertipsSource}
	switch {
	case scale == 100:
		m.Kind, m.Per, m.Counts, m.Of = measure.Proportion, scale, "the indicator's count", "the indicator's denominator"
	case scale > 0:
		m.Kind, m.Per, m.Counts, m.Of = measure.Rate, scale, "the indicator's count", "the indicator's denominator"
	}
	return m
}

// withheld tells a suppressed value from one that was never there by the value note.
func withheld(status measure.Status, valueNote string) measure.Status {
	words := strings.ToLower(valueNote)
	for _, w := range []string{"suppress", "disclosure", "small number", "withheld"} {
		if strings.Contains(words, w) {
			return measure.Suppressed
		}
	}
	return status
}

// isPracticeArea says whether an area type is the general practice; it has
// been "GP", "GPs", "General Practice" and "GP practices".
func isPracticeArea(areaType string) bool {
	n := tabular.Normal(areaType)
	return n == "gp" || strings.HasPrefix(n, "gppractice") || strings.HasPrefix(n, "generalpractice") || strings.HasPrefix(n, "gps")
}

// fingertipsPeriod reads a time period and gives how many years it spans:
// "2022/23", "2019", "2019 - 21", "2018/19 - 20/21", "2023 Q1", "2023/24 Q1", "Jan 2024".
func fingertipsPeriod(text string) (date.Period, int, error) {
	first, last, span := strings.Cut(strings.ReplaceAll(text, "–", "-"), "-")
	first, last = strings.TrimSpace(first), strings.TrimSpace(last)
	p := onePeriod(first)
	if !span && !p.IsZero() {
		return p, 1, nil
	}
	if span && !p.IsZero() && last != "" {
		if len(last) < 4 || last[2] == '/' {
			last = first[:2] + last
		}
		if q := onePeriod(last); q.Kind() == p.Kind() && q.Index() >= p.Index() {
			return q, q.Index() - p.Index() + 1, nil
		}
	}
	return date.Period{}, 0, fmt.Errorf("%s is not a time period", quoted(text, 40))
}

// onePeriod reads a single year, financial year, quarter or month.
func onePeriod(text string) date.Period {
	if p, err := date.ParsePeriod(text); err == nil {
		return p
	}
	year, rest, _ := strings.Cut(text, " ")
	if quarter, ok := strings.CutPrefix(strings.ToUpper(strings.TrimSpace(rest)), "Q"); ok {
		n, err := strconv.Atoi(quarter)
		base, err2 := date.ParsePeriod(year)
		if err == nil && err2 == nil && n >= 1 && n <= 4 && (base.Kind() == date.Year || base.Kind() == date.FinancialYear) {
			return date.Quarter.Of(base.Start().AddMonths(3 * (n - 1)))
		}
	}
	if p := financialYearIn(text); !p.IsZero() && strings.Contains(text, "/") {
		return p
	}
	if d, err := date.ParseAny(text); err == nil {
		return date.Month.Of(d)
	}
	return date.Period{}
}
