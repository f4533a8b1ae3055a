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
	Recognise: func(f *tabular.File) bool {
		s, _ := sheetWith(f, qofColumns...)
		return s != nil
	},
	Read:     readQOF,
	Measures: qofMeasures(),
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
	s, h := sheetWith(f, qofColumns...)
	var year date.Period
	if !h.Has("year") {
		var err error
		if year, err = yearOfFile(f, s, h.Line, o, l); err != nil {
			return err
		}
		period(l, year)
	}
	known := newDeclared(o, qofMeasures())
	if err := eachRow(ctx, s, h, o, l, func(r tabular.Row) error {
		readQOFRow(s, h, r, l, year, known)
		return nil
	}); err != nil {
		return err
	}
	asAt(l, l.File.PeriodTo.End())
	return nil
}

func readQOFRow(s *tabular.Sheet, h *tabular.Header, r tabular.Row, l *measure.Load, year date.Period, known *declared) {
	text := h.Cell(r, "practice")
	code, reason := practiceIn(text)
	switch {
	case reason != "" && isNoPractice(text):
		return
	case reason != "":
		l.Reject(rejection(s, h, r, "practice", reason))
		return
	}
	if h.Has("year") {
		if year = yearOf(h.Cell(r, "year")); year.IsZero() {
			l.Reject(rejection(s, h, r, "year", quoted(h.Cell(r, "year"), 40)+" is not a year of the framework"))
			return
		}
		period(l, year)
	}
	register, err := readingOf(h.Cell(r, "register"))
	if err != nil {
		l.Reject(rejection(s, h, r, "register", err.Error()))
		return
	}
	list, err := readingOf(h.Cell(r, "list size"))
	if err != nil {
		l.Reject(rejection(s, h, r, "list size", err.Error()))
		return
	}
	if register.number < 0 || list.number < 0 {
		l.Reject(rejection(s, h, r, "register", "a count of patients cannot be less than nought"))
		return
	}
	if register.number > list.number {
		l.Reject(rejection(s, h, r, "register", fmt.Sprintf("the register (%.0f) is larger than the list that it is part of (%.0f): ask the publisher", register.number, list.number)))
		return
	}
	group := strings.ToUpper(h.Cell(r, "group"))
	if group == "" {
		l.Reject(rejection(s, h, r, "group", "the row names no register"))
		return
	}
	name := qofName(group)
	if !known.has(name, func() measure.Measure { return qofMeasure(group, group, strings.ToUpper(h.Cell(r, "list type"))) }) {
		if reason := known.refuse(name); reason != "" {
			l.Reject(rejection(s, h, r, "group", reason))
		}
		return
	}
	l.Figure(s.Place, ratio(name, code, year, register, list, r.Line))
}

// readingOf reads a cell as a number or a mark.
func readingOf(text string) (reading, error) {
	x, status, err := amount(text)
	return reading{x, status}, err
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
