package published

import (
	"context"
	"fmt"
	"strings"

	"ohp/internal/kernel/date"
	"ohp/internal/kernel/measure"
	"ohp/internal/kernel/tabular"
)

// qofPrevalence is the file PREVALENCE_<years>.csv of the Quality and Outcomes
// Framework: one row for each practice and disease register. The denominator
// is the part of the list that the register can hold (patient list type: TOTAL,
// 06OV, 18OV …), not always the whole list. The rows state no year.
var qofPrevalence = Format{
	Name:      "qof-prevalence",
	Title:     "Quality and Outcomes Framework: recorded disease prevalence",
	Publisher: "NHS England",
	Recognise: hasTable(qofColumns),
	Read:      readQOF,
	Measures:  qofMeasures(),
}

const qofSource = "Quality and Outcomes Framework, NHS England"

var qofColumns = []tabular.Column{
	tabular.Col("practice", "PRACTICE_CODE", "Practice Code", "GP Practice Code", "ORG_CODE", "ODS Code"),
	tabular.Col("group", "GROUP_CODE", "INDICATOR_GROUP_CODE", "INDICATOR_GROUP", "DISEASE_GROUP_CODE", "REGISTER_CODE"),
	tabular.Col("register", "REGISTER", "DISEASE_REGISTER_SIZE", "REGISTER_SIZE", "Register Count"),
	tabular.OptCol("list type", "PATIENT_LIST_TYPE", "PRACTICE_LIST_TYPE", "LIST_TYPE", "FIELD_TYPE"),
	tabular.Col("list size", "PRACTICE_LIST_SIZE", "PATIENT_LIST_SIZE", "LIST_SIZE", "DISEASE_REGISTER_LIST_SIZE"),
	tabular.OptCol("year", "YEAR", "FINANCIAL_YEAR", "QOF_YEAR", "ACH_DATE", "Reporting Year"),
}

// qofRegisters are the registers that have been in the framework since 2004,
// with the list type of their latest year.
var qofRegisters = []struct{ code, name, of string }{
	{"AF", "Atrial fibrillation", "TOTAL"},
	{"AST", "Asthma", "06OV"},
	{"BP", "Blood pressure", "45OV"},
	{"CAN", "Cancer", "TOTAL"},
	{"CHD", "Coronary heart disease", "TOTAL"},
	{"CKD", "Chronic kidney disease", "18OV"},
	{"COPD", "Chronic obstructive pulmonary disease", "TOTAL"},
	{"CVDPP", "Primary prevention of cardiovascular disease", "30-74"},
	{"DEM", "Dementia", "TOTAL"},
	{"DEP", "Depression", "18OV"},
	{"DM", "Diabetes mellitus", "17OV"},
	{"EP", "Epilepsy", "18OV"},
	{"HF", "Heart failure", "TOTAL"},
	{"HYP", "Hypertension", "TOTAL"},
	{"LD", "Learning disability", "TOTAL"},
	{"LVSD", "Heart failure due to left ventricular systolic dysfunction", "TOTAL"},
	{"MH", "Mental health", "TOTAL"},
	{"NDH", "Non-diabetic hyperglycaemia", "18OV"},
	{"OB", "Obesity", "18OV"},
	{"OST", "Osteoporosis", "50OV"},
	{"PAD", "Peripheral arterial disease", "TOTAL"},
	{"PC", "Palliative care", "TOTAL"},
	{"RA", "Rheumatoid arthritis", "16OV"},
	{"SMOK", "Smoking", "15OV"},
	{"STIA", "Stroke and transient ischaemic attack", "TOTAL"},
	{"THY", "Hypothyroidism", "TOTAL"},
}

func qofMeasures() []measure.Measure {
	var list []measure.Measure
	for _, r := range qofRegisters {
		list = append(list, qofMeasure(r.code, r.name, r.of))
	}
	return list
}

func qofMeasure(code, name, listType string) measure.Measure {
	return measure.Measure{
		Name: qofName(code), Title: name + ": QOF prevalence", Kind: measure.Proportion, Per: 100, Unit: "practice", Cadence: date.FinancialYear,
		Counts: "patients on the QOF register " + code, Of: listTypeWords(listType), Source: qofSource,
	}
}

func qofName(code string) string { return "qof-prevalence-" + slug(code) }

// listTypeWords says which patients a list type counts: "18OV" is 18 and over.
func listTypeWords(listType string) string {
	if age, ok := strings.CutSuffix(listType, "OV"); ok {
		return "registered patients aged " + strings.TrimLeft(age, "0") + " and over"
	}
	if strings.Contains(listType, "-") {
		return "registered patients aged " + strings.Replace(listType, "-", " to ", 1)
	}
	return "registered patients"
}

func readQOF(ctx context.Context, f *tabular.File, o Options, l *measure.Load) error {
	t := tableWith(f, l, qofColumns...)
	var year date.Period
	if !t.header.Has("year") {
		var err error
		if year, err = yearOfFile(f, t.sheet, t.header.Line, o, l); err != nil {
			return err
		}
		period(l, year)
	}
	known := newDeclared(o, qofMeasures())
	if err := t.each(ctx, o, func(r tabular.Row) { readQOFRow(&t, r, year, known) }); err != nil {
		return err
	}
	asAt(l, l.File.PeriodTo.End())
	return nil
}

func readQOFRow(t *table, r tabular.Row, year date.Period, known *declared) {
	code, ok := t.practice(r)
	if !ok {
		return
	}
	if t.header.Has("year") {
		if year = yearOf(t.cell(r, "year")); year.IsZero() {
			t.reject(r, "year", quoted(t.cell(r, "year"), 40)+" is not a year of the framework")
			return
		}
		if !t.period(r, "year", year) {
			return
		}
	}
	register, ok := t.count(r, "register")
	if !ok {
		return
	}
	list, ok := t.count(r, "list size")
	if !ok {
		return
	}
	if register.number > list.number {
		t.reject(r, "register", fmt.Sprintf("the register (%.0f) is larger than the list that it is part of (%.0f): ask the publisher", register.number, list.number))
		return
	}
	group := strings.ToUpper(t.cell(r, "group"))
	if group == "" {
		t.reject(r, "group", "the row names no register")
		return
	}
	name := qofName(group)
	if !known.has(name, func() measure.Measure { return qofMeasure(group, group, strings.ToUpper(t.cell(r, "list type"))) }) {
		if reason := known.refuse(name); reason != "" {
			t.reject(r, "group", reason)
		}
		return
	}
	t.load.Figure(t.sheet.Place, ratio(name, code, year, register, list, r.Line))
}

// yearOf reads a cell that states a financial year: "2024-25", "2425", or a day of it ("31/03/2025").
func yearOf(text string) date.Period {
	if p := financialYearIn(text); !p.IsZero() {
		return p
	}
	d, err := date.ParseAny(text)
	if err != nil {
		return date.Period{}
	}
	return date.FinancialYear.Of(d)
}
