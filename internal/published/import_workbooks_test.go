package published

import (
	"bytes"
	"fmt"
	"math"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"ohp/internal/kernel/measure"
	"ohp/internal/kernel/testkit"
)

// statistics is the path of an extract of the publisher's statistics.
func statistics(name string) string { return filepath.Join("testdata", "statistics", name) }

// sameNumber says whether a figure's number is the expected text's, to the last digit; an empty text and a mark are no number.
func sameNumber(got float64, want string) bool {
	x, err := strconv.ParseFloat(want, 64)
	if err != nil {
		return measure.IsNone(got)
	}
	return got == x
}

func TestOnlineConsultationsEqualTheExpected(t *testing.T) {
	t.Parallel()
	// Given the 17 monthly workbooks, when they are read, then each practice of the partnership has what was found by hand.
	paths, _ := filepath.Glob(filepath.Join(testkit.Published(t, "online_consultations"), "*.xlsx"))
	got, supplier := map[figureKey]measure.Figure{}, map[string]string{}
	for _, p := range paths {
		l := mustRead(t, p)
		if len(l.Rejections) > 0 {
			t.Errorf("%s: %d rejected, first %v", filepath.Base(p), len(l.Rejections), l.Rejections[0])
		}
		for k, f := range figuresOf(t, l) {
			got[k] = f
		}
		for _, a := range l.Attributes() {
			supplier[a.Unit+a.From.String()] = a.Value
		}
	}
	rows := readTable(t, testkit.Published(t, "ohp", "ohp_online_consultations.csv"))
	for _, r := range rows {
		code, month := r["ods_code"], r["month"][:7]
		silent := nobody(r["supplier"])
		for name, column := range map[string]string{
			"online-consultations": "submissions", "online-consultations-clinical": "clinical",
			"online-consultations-administrative": "administrative", "online-consultations-other": "other_unknown",
		} {
			f, ok := got[figureKey{name, code, month}]
			switch {
			case !ok:
				t.Errorf("%s %s %s: no figure", name, code, month)
			case silent && (f.Status != measure.NotReported || !measure.IsNone(f.Numerator) || !measure.IsNone(f.Denominator)):
				t.Errorf("%s %s %s: %+v, want not reported", name, code, month, f)
			case !silent && (f.Status != measure.Reported || !sameNumber(f.Numerator, r[column]) || !sameNumber(f.Denominator, r["registered_patients"])):
				t.Errorf("%s %s %s: %+v, want %s of %s", name, code, month, f, r[column], r["registered_patients"])
			}
		}
		if f := got[figureKey{"online-consultations", code, month}]; !silent {
			if rate, _ := strconv.ParseFloat(r["rate_per_1000"], 64); math.Abs(f.Amount(1000)-rate) > 1e-9*(1+rate) {
				t.Errorf("%s %s: rate %v, want %v", code, month, f.Amount(1000), rate)
			}
			if supplier[code+r["month"]] != r["supplier"] {
				t.Errorf("%s %s: supplier %q, want %q", code, month, supplier[code+r["month"]], r["supplier"])
			}
		}
		part, ok := got[figureKey{"online-consultations-participation", code, month}]
		if ok != (r["participation"] != "") || ok && (part.Status == measure.Suppressed) != (r["participation"] == "*") || ok && !sameNumber(part.Value, r["participation"]) {
			t.Errorf("%s %s: participation %+v, want %q", code, month, part, r["participation"])
		}
	}
	if len(rows) < 500 || len(paths) != 17 {
		t.Errorf("only %d rows of %d workbooks were compared", len(rows), len(paths))
	}
}

func TestTelephonyEqualsTheExpected(t *testing.T) {
	t.Parallel()
	// Given the three monthly workbooks, when they are read, then every column of the practices found by hand agrees.
	paths, _ := filepath.Glob(filepath.Join(testkit.Published(t, "telephony"), "*.xlsx"))
	got := map[figureKey]measure.Figure{}
	for _, p := range paths {
		l := mustRead(t, p)
		if len(l.Rejections) > 0 {
			t.Errorf("%s: %d rejected, first %v", filepath.Base(p), len(l.Rejections), l.Rejections[0])
		}
		if strings.Contains(l.File.Note, "add up to") {
			t.Errorf("%s: %s", filepath.Base(p), l.File.Note)
		}
		for k, f := range figuresOf(t, l) {
			got[k] = f
		}
	}
	rows := readTable(t, testkit.Published(t, "ohp", "ohp_telephony_table3.csv"))
	for _, r := range rows {
		for _, c := range []struct{ measure, top, bottom, share string }{
			{"telephony-inbound", "inbound_calls", "", ""},
			{"telephony-answered", "answered", "inbound_calls", "answered_pct"},
			{"telephony-ivr-ended", "ivr_ended", "inbound_calls", "ivr_pct"},
			{"telephony-callback-requested", "callback_requested", "inbound_calls", "callback_requested_pct"},
			{"telephony-missed", "missed", "inbound_calls", "missed_pct"},
			{"telephony-callback-made", "callback_made", "callback_requested", "callback_made_pct_of_requested"},
		} {
			f, ok := got[figureKey{c.measure, r["ods_code"], r["month"][:7]}]
			if !ok || f.Status != measure.Reported || !sameNumber(f.Numerator, r[c.top]) || !sameNumber(f.Denominator, r[c.bottom]) {
				t.Errorf("%s %s %s: %+v, want %s of %s", c.measure, r["ods_code"], r["month"], f, r[c.top], r[c.bottom])
			}
			if share, err := strconv.ParseFloat(r[c.share], 64); err == nil && f.Denominator > 0 && math.Abs(f.Amount(1)-share) > 0.00051 {
				t.Errorf("%s %s %s: share %v, want %v", c.measure, r["ods_code"], r["month"], f.Amount(1), share)
			}
		}
	}
	if len(rows) < 50 || len(paths) != 3 {
		t.Errorf("only %d rows of %d workbooks were compared", len(rows), len(paths))
	}
}

func TestWaitsOfAnsweredCallers(t *testing.T) {
	// Given table 4, in which one set of headers stands for waits and again for durations, when it is read, then the waits are those of the sheet's own row.
	l := mustRead(t, testkit.Published(t, "telephony", "Cloud Based Telephony Publication Summary December 2025.xlsx"))
	wantFigure(t, figuresOf(t, l), figureKey{"telephony-waited-over-5-minutes", "A81002", "2025-12"}, measure.Reported, 2437, 7052, none)
	wantFigure(t, figuresOf(t, l), figureKey{"telephony-waited-over-5-minutes", "E81050", "2025-12"}, measure.Reported, 934, 4109, none)
}

func TestTrap1StaleTotalsAboveTheTableAreNotRead(t *testing.T) {
	// Given table 3, whose first row holds the totals of an earlier month, when it is read,
	// then no figure holds one of them and the header is the one further down.
	l := mustRead(t, statistics("telephony-2025-11.xlsx"))
	l.EachFigure(func(place string, f measure.Figure) {
		if f.Numerator == 25765191 || f.Row < 13 || place != "Table 3" {
			t.Errorf("%+v in %s", f, place)
		}
	})
	// And the table's own total, under the header, is held against the rows (few, in this extract).
	if !strings.Contains(l.File.Note, "The table's own total of inbound calls is 29439840; its rows add up to") {
		t.Errorf("note: %s", l.File.Note)
	}
}

func TestTelephonyRowWhoseMonthWasOverwritten(t *testing.T) {
	// Given the row in which a copyright line was typed over the month, when it is read, then it has the month of the table's title, and the reader is told.
	l := mustRead(t, statistics("telephony-2025-11.xlsx"))
	if len(l.Rejections) != 0 || !strings.Contains(l.File.Note, "in place of its month") {
		t.Errorf("rejections %v, note %q", l.Rejections, l.File.Note)
	}
	for k := range figuresOf(t, l) {
		if k.period != "2025-11" {
			t.Errorf("%v", k)
		}
	}
	// And calls that belong to no known practice are passed over.
	for _, u := range l.Units() {
		if strings.EqualFold(u.Code, "unassigned") {
			t.Error("Unassigned is a unit")
		}
	}
}

func TestTrap2FootnotesInHeaders(t *testing.T) {
	// Given headers whose footnotes change from month to month, when they are read, then the columns are found.
	for _, name := range []string{"online-consultations-2024-04.xlsx", "online-consultations-2024-11.xlsx", "online-consultations-2025-05.xlsx", "online-consultations-2025-09.xlsx"} {
		l := mustRead(t, statistics(name))
		if l.File.Format != "online-consultations" || l.Figures() == 0 || len(l.Rejections) > 0 {
			t.Errorf("%s: %s, %d figures, rejected %v", name, l.File.Format, l.Figures(), l.Rejections)
		}
		month := strings.TrimSuffix(strings.TrimPrefix(name, "online-consultations-"), ".xlsx")
		if l.File.PeriodFrom.String() != month || l.File.PeriodTo.String() != month {
			t.Errorf("%s: %v to %v", name, l.File.PeriodFrom, l.File.PeriodTo)
		}
	}
}

func TestTrap4NoughtIsNotAlwaysNought(t *testing.T) {
	// Given a practice with nought submissions beside a supplier that is named, and one month later beside "No Data",
	before := figuresOf(t, mustRead(t, statistics("online-consultations-2025-05.xlsx")))[figureKey{"online-consultations", "M85029", "2025-05"}]
	after := figuresOf(t, mustRead(t, statistics("online-consultations-2025-09.xlsx")))[figureKey{"online-consultations", "M85029", "2025-09"}]
	// when both are read, then the first is a nought and the second was not reported and has no number.
	if before.Status != measure.Reported || before.Numerator != 0 || before.Denominator != 19180 {
		t.Errorf("with a supplier: %+v", before)
	}
	if after.Status != measure.NotReported || !measure.IsNone(after.Numerator) || !measure.IsNone(after.Denominator) || !measure.IsNone(after.Value) {
		t.Errorf("with No Data: %+v", after)
	}
	// And a participation that the publisher withheld is suppressed, not nought.
	part := figuresOf(t, mustRead(t, statistics("online-consultations-2024-11.xlsx")))[figureKey{"online-consultations-participation", "M85029", "2024-11"}]
	if part.Status != measure.Suppressed || !measure.IsNone(part.Value) {
		t.Errorf("participation: %+v", part)
	}
	// And a month without that column has no such figure.
	for k := range figuresOf(t, mustRead(t, statistics("online-consultations-2024-04.xlsx"))) {
		if k.measure == "online-consultations-participation" {
			t.Errorf("%v", k)
		}
	}
}

func TestTitleSheetThatKeptAnEarlierDate(t *testing.T) {
	// Given a workbook of September published, by its title sheet, on 25 September, when it is read, then it is as at the month's end and the reader is told.
	l := mustRead(t, statistics("online-consultations-2025-09.xlsx"))
	if l.File.AsAt.String() != "2025-09-30" || !strings.Contains(l.File.Note, "25 September 2025") {
		t.Errorf("as at %v, note %q", l.File.AsAt, l.File.Note)
	}
	if l := mustRead(t, statistics("online-consultations-2024-04.xlsx")); l.File.AsAt.String() != "2024-06-06" || l.File.Note != "" {
		t.Errorf("as at %v, note %q", l.File.AsAt, l.File.Note)
	}
}

// sheetRows gives a worksheet's cells as text with the numbers as stored.
func sheetRows(t testing.TB, path, sheet string) [][]string {
	t.Helper()
	book, err := excelize.OpenFile(path, excelize.Options{RawCellValue: true})
	if err != nil {
		t.Fatal(err)
	}
	defer book.Close()
	rows, err := book.GetRows(sheet)
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// asCSV writes rows as a CSV file.
func asCSV(rows [][]string) string {
	var b bytes.Buffer
	for _, r := range rows {
		for i, c := range r {
			if i > 0 {
				b.WriteByte(',')
			}
			fmt.Fprintf(&b, "\"%s\"", strings.ReplaceAll(c, "\"", "\"\""))
		}
		b.WriteString("\r\n")
	}
	return b.String()
}

func TestUnseenVariationsOfTheMonthlyTables(t *testing.T) {
	// Given the real tables in layouts not seen before, when they are read, then they give the same figures.
	tables := []struct{ path, sheet, name string }{
		{statistics("online-consultations-2025-05.xlsx"), "Table 2", "online-consultations"},
		{statistics("telephony-2025-11.xlsx"), "Table 3", "telephony"},
	}
	variations := map[string]func([][]string) [][]string{
		"as it is": func(r [][]string) [][]string { return r },
		"more lines above": func(r [][]string) [][]string {
			return append([][]string{{"Corrected version"}, {""}, {"", "", "see notes"}, {"a"}, {"b"}, {"c"}}, r...)
		},
		"other footnotes":      heads(func(h string) string { return strings.Split(h, "[")[0] + " [12, 13]" }),
		"superscript lost":     heads(func(h string) string { return strings.TrimSpace(strings.Split(h, "[")[0]) + "7" }),
		"underscores":          heads(func(h string) string { return strings.ReplaceAll(strings.ToUpper(h), " ", "_") }),
		"no-break spaces":      heads(func(h string) string { return strings.ReplaceAll(h, " ", "\u00a0") }),
		"months written out":   monthsWrittenOut,
		"columns turned round": turned,
		"an extra column": func(rows [][]string) [][]string {
			for i := range rows {
				rows[i] = append([]string{"x"}, rows[i]...)
			}
			return rows
		},
	}
	for _, table := range tables {
		want := figuresOf(t, mustRead(t, table.path))
		for name, vary := range variations {
			text := asCSV(vary(sheetRows(t, table.path, table.sheet)))
			l, err := readText(t, "file.csv", text, Options{})
			if err != nil {
				t.Errorf("%s, %s: %v", table.name, name, err)
				continue
			}
			got := figuresOf(t, l)
			if l.File.Format != table.name || len(got) != len(want) || len(l.Rejections) > 0 {
				t.Errorf("%s, %s: %s gives %d figures, want %d; rejected %v", table.name, name, l.File.Format, len(got), len(want), l.Rejections)
			}
			for k, w := range want {
				if g := got[k]; fmt.Sprint(g.Status, g.Numerator, g.Denominator, g.Value) != fmt.Sprint(w.Status, w.Numerator, w.Denominator, w.Value) {
					t.Fatalf("%s, %s: %v is %+v, want %+v", table.name, name, k, g, w)
				}
			}
		}
	}
}

// heads changes every cell of the header's row, which is told by "PCN Code".
func heads(change func(string) string) func([][]string) [][]string {
	return func(rows [][]string) [][]string {
		for _, r := range rows {
			if len(r) > 10 && strings.Contains(strings.Join(r, "|"), "PCN Code") {
				for i, c := range r {
					if strings.TrimSpace(c) != "" {
						r[i] = change(c)
					}
				}
			}
		}
		return rows
	}
}

// monthsWrittenOut writes the months in words and as dates of several kinds in place of serial numbers.
func monthsWrittenOut(rows [][]string) [][]string {
	words := map[string][]string{"45778": {"May 2025", "2025-05-01", "01May2025"}, "45962": {"Nov-25", "2025-11-01 00:00:00", "01/11/2025"}}
	for n, r := range rows {
		if len(r) > 0 && words[r[0]] != nil {
			r[0] = words[r[0]][n%3]
		}
	}
	return rows
}

func turned(rows [][]string) [][]string {
	width := 0
	for _, r := range rows {
		width = max(width, len(r))
	}
	out := make([][]string, len(rows))
	for n, r := range rows {
		out[n] = make([]string, width)
		for i, c := range r {
			out[n][width-1-i] = c
		}
	}
	return out
}

func TestMonthWhereTheTableHasNone(t *testing.T) {
	// Given a table without a column for the month,
	rows := sheetRows(t, statistics("online-consultations-2025-05.xlsx"), "Table 2")
	header := 0
	for i, r := range rows {
		if len(r) > 10 {
			header = i
			break
		}
	}
	for _, r := range rows[header:] {
		if len(r) > 0 {
			r[0] = ""
		}
	}
	// when its title states the month, then that counts, whatever the file is called;
	l, err := readText(t, "June 2025.csv", asCSV(rows), Options{})
	if err != nil || l.File.PeriodTo.String() != "2025-05" || !strings.Contains(l.File.Note, "The file's name speaks of June 2025") {
		t.Errorf("title: %v, %v", err, l)
	}
	// when only the name does, then the name is taken and the reader is told;
	l, err = readText(t, "June 2025.csv", asCSV(rows[header:]), Options{})
	if err != nil || l.File.PeriodTo.String() != "2025-06" || !strings.Contains(l.File.Note, "is taken from the file's name") {
		t.Errorf("name: %v, %v", err, l)
	}
	// when nothing does, then it is refused with what to do.
	if _, err = readText(t, "file.csv", asCSV(rows[header:]), Options{}); err == nil || !strings.Contains(err.Error(), "--period") {
		t.Errorf("nothing: %v", err)
	}
}

func TestBadRowsOfTheMonthlyTables(t *testing.T) {
	// Given rows with a false code, a false month and a false count, when they are read, then each is reported with its place and the rest goes on.
	rows := sheetRows(t, statistics("online-consultations-2025-05.xlsx"), "Table 2")
	line := func(code string) int {
		for i, r := range rows {
			if len(r) > 1 && r[1] == code {
				return i
			}
		}
		t.Fatal("no row of " + code)
		return 0
	}
	whole := len(figuresOf(t, mustRead(t, statistics("online-consultations-2025-05.xlsx"))))
	first := line("M82010")
	rows[first][1] = "M8201O"
	rows[line("M82008")][12] = "eleven"
	rows[line("M85029")][16] = "-5"
	l, err := readText(t, "file.csv", asCSV(rows), Options{})
	if err != nil {
		t.Fatal(err)
	}
	if len(l.Rejections) != 3 {
		t.Fatalf("rejected: %v", l.Rejections)
	}
	if r := l.Rejections[0]; r.Reason == "" || r.Column == "" {
		t.Errorf("%+v", r)
	}
	if got := len(figuresOf(t, l)); got != whole-15 {
		t.Errorf("%d figures, want %d", got, whole-15)
	}
}
