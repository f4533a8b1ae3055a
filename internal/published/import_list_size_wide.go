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

// wideTotals are the columns of all ages together.
var wideTotals = [...]struct {
	column string
	sex    sex
}{{"everyone", everyone}, {"male", male}, {"female", female}}

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
func wideRow(t *listTable, ages []wideAge) func(tabular.Row) {
	return func(r tabular.Row) {
		code, ok := t.practice(r)
		if !ok {
			return
		}
		month, err := t.monthOf(r)
		if err != nil {
			t.reject(r, "date", err.Error())
			return
		}
		t.wideCounts(r, code, month, ages)
	}
}

// wideCounts keeps a practice's numbers; one that cannot be read rejects the row whole.
func (t *listTable) wideCounts(r tabular.Row, code string, month date.Period, ages []wideAge) {
	numbers := make([]reading, len(ages))
	for i, a := range ages {
		x, err := countOf(r.Cell(a.column))
		if err != nil {
			t.rejectAt(r, a.column, err.Error())
			return
		}
		numbers[i] = x
	}
	var whole [len(wideTotals)]reading
	for i, c := range wideTotals {
		x, ok := t.count(r, c.column)
		if !ok {
			return
		}
		whole[i] = x
	}
	t.now = t.of(code, month, r.Line)
	for i, c := range wideTotals {
		t.whole(r, c.sex, whole[i])
	}
	for i, a := range ages {
		t.part(a.sex, a.span, numbers[i])
	}
}
