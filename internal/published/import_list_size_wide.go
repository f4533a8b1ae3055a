package published

import (
	"strings"

	"ohp/internal/kernel/date"
	"ohp/internal/kernel/tabular"
)

// Until 2017 the publication had one row for each practice and a column for
// each sex and age: MALE_0-4 … FEMALE_95+ in the files of five-year bands,
// MALE_0_1 (aged nought), MALE_1_2 … in those of single years. The rows have no
// date; the month comes from the user or, as a last resort, from the file's name.
var wideListColumns = []tabular.Column{
	tabular.Col("practice", "GP_PRACTICE_CODE", "PRACTICE_CODE"),
	tabular.Col("everyone", "TOTAL_ALL", "TOTAL_PATIENTS", "TOTAL_PERSONS"),
	tabular.Col("male", "TOTAL_MALE", "TOTAL_MALES"),
	tabular.Col("female", "TOTAL_FEMALE", "TOTAL_FEMALES"),
	tabular.OptCol("date", "EXTRACT_DATE"),
}

// wideAge is a column of one sex and age band.
type wideAge struct {
	column int
	sex    sex
	span   ageSpan
}

// wideAges finds the columns of ages in a header.
func wideAges(h *tabular.Header) []wideAge {
	var found []wideAge
	for i, cell := range h.Cells {
		who, band, ok := strings.Cut(strings.ToLower(strings.TrimSpace(cell)), "_")
		if !ok || (who != "male" && who != "female") {
			continue
		}
		span, err := spanOf(band)
		if err != nil || span.all {
			continue
		}
		if span.to == span.from+1 { // "0_1" is the year of age between two birthdays
			span.to = span.from
		}
		found = append(found, wideAge{i, sexOf(who), span})
	}
	return found
}

// wideRow gives what reads a row of the wide layout.
func wideRow(t *listTable, ages []wideAge) func(tabular.Row) error {
	totals := map[string]sex{"everyone": everyone, "male": male, "female": female}
	return func(r tabular.Row) error {
		text := t.header.Cell(r, "practice")
		if isNoPractice(text) {
			return nil
		}
		code, reason := practiceIn(text)
		month, err := t.monthOf(r)
		switch {
		case reason != "":
			t.reject(r, "practice", reason)
			return nil
		case err != nil:
			t.reject(r, "date", err.Error())
			return nil
		}
		return t.wideCounts(r, code, month, totals, ages)
	}
}

// wideCounts keeps a practice's numbers; one that cannot be read rejects the row whole.
func (t *listTable) wideCounts(r tabular.Row, code string, month date.Period, totals map[string]sex, ages []wideAge) error {
	numbers := make([]reading, len(ages))
	for i, a := range ages {
		x, err := patients(r.Cell(a.column))
		if err != nil {
			t.reject(r, t.header.Cells[a.column], err.Error())
			return nil
		}
		numbers[i] = x
	}
	for column := range totals {
		if _, err := patients(t.header.Cell(r, column)); err != nil {
			t.reject(r, column, err.Error())
			return nil
		}
	}
	t.now = t.of(code, month, r.Line)
	for column, who := range totals {
		x, _ := patients(t.header.Cell(r, column))
		t.whole(r, who, x)
	}
	for i, a := range ages {
		t.part(a.sex, a.span, numbers[i])
	}
	return nil
}
