package published

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"ohp/internal/kernel/date"
	"ohp/internal/kernel/measure"
	"ohp/internal/kernel/tabular"
)

// table is one sheet that is read into a load. The columns of one with a
// header are known by their names; a register without a header has none.
// What a method cannot read of a row, it rejects.
type table struct {
	sheet  *tabular.Sheet
	header *tabular.Header
	load   *measure.Load
	cells  int // how many cells each row has where there is no header
}

// tableWith is the first table of a file that has all the columns, as Recognise has found it.
func tableWith(f *tabular.File, l *measure.Load, want ...tabular.Column) table {
	s, h := sheetWith(f, want...)
	return table{sheet: s, header: h, load: l}
}

// hasTable recognises the files in which a table has all the columns.
func hasTable(want []tabular.Column) func(f *tabular.File) bool {
	return func(f *tabular.File) bool {
		s, _ := sheetWith(f, want...)
		return s != nil
	}
}

// sheetWith finds the first sheet that has all the columns, visible sheets before hidden ones.
func sheetWith(f *tabular.File, want ...tabular.Column) (*tabular.Sheet, *tabular.Header) {
	for _, hidden := range []bool{false, true} {
		for _, s := range f.Sheets {
			if s.Hidden != hidden {
				continue
			}
			if h, err := tabular.FindHeader(s, want...); err == nil {
				return s, h
			}
		}
	}
	return nil, nil
}

// each calls row for every row after the header, counts it in the load, rejects
// rows that cannot be read or are cut short, passes over shorter ones that are
// totals or notes, tells the progress and heeds ctx.
// An error of reading the sheet refuses the file.
func (t *table) each(ctx context.Context, o Options, row func(tabular.Row)) error {
	from := 0
	if t.header != nil {
		from = t.header.Line
	}
	n, width, before := 0, t.width(), ""
	for r, err := range t.sheet.Rows() {
		if n++; n%4096 == 0 {
			if err := ctx.Err(); err != nil {
				return err
			}
			if o.Progress != nil {
				o.Progress(r.Bytes, t.sheet.Size)
			}
		}
		if r.Line <= from && err == nil {
			continue
		}
		var bad *tabular.RowError
		switch {
		case errors.As(err, &bad):
			t.load.File.Rows++
			t.load.Reject(measure.Rejection{Place: t.sheet.Place, Line: bad.Line, Text: bad.Text, Reason: bad.Reason})
		case err != nil:
			return err
		default:
			t.load.File.Rows++
			switch {
			case len(r.Cells) >= width:
				row(r)
			case isCut(r, before, r.Bytes >= t.sheet.Size):
				t.rejectCut(r, width)
			}
			before = r.Cell(0)
		}
	}
	if o.Progress != nil {
		o.Progress(t.sheet.Size, t.sheet.Size)
	}
	return nil
}

// width is how many cells each row must have: a row of text with fewer was cut
// short, and what it lacks is not stated. A worksheet's rows may end anywhere.
func (t *table) width() int {
	switch {
	case !t.sheet.Text:
		return 0
	case t.header == nil:
		return t.cells
	}
	n := len(t.header.Cells)
	for n > 0 && strings.TrimSpace(t.header.Cells[n-1]) == "" {
		n--
	}
	return n
}

// rejectCut reports a row that ends before its last cell.
func (t *table) rejectCut(r tabular.Row, width int) {
	column := columnLetter(len(r.Cells))
	if t.header != nil {
		column = headWords(t.header.Cells[len(r.Cells)])
	}
	t.load.Reject(measure.Rejection{Place: t.sheet.Place, Line: r.Line, Column: column, Text: strings.Join(r.Cells, ","),
		Reason: fmt.Sprintf("the row ends after %d of the table's %d cells, so nothing of it is used: the file may be cut short, fetch it again", len(r.Cells), width)})
}

// cell is the row's text in the column, trimmed.
func (t *table) cell(r tabular.Row, column string) string { return t.header.Cell(r, column) }

// reject reports a row that cannot be used by the column at fault.
func (t *table) reject(r tabular.Row, column, reason string) {
	shown := column
	if i := t.header.Index(column); i >= 0 && i < len(t.header.Cells) {
		shown = headWords(t.header.Cells[i])
	}
	t.load.Reject(measure.Rejection{Place: t.sheet.Place, Line: r.Line, Column: shown, Text: t.cell(r, column), Reason: reason})
}

// rejectAt reports a row by the position of the column at fault, which is shown by its head, or else its letter.
func (t *table) rejectAt(r tabular.Row, i int, reason string) {
	shown := columnLetter(i)
	if t.header != nil {
		shown = headWords(t.header.Cells[i])
	}
	t.load.Reject(measure.Rejection{Place: t.sheet.Place, Line: r.Line, Column: shown, Text: r.Cell(i), Reason: reason})
}

// headWords is the text of a header's cell on one line.
func headWords(head string) string { return strings.Join(strings.Fields(head), " ") }

// columnLetter names a column as a spreadsheet does: 0 is A, 26 is AA.
func columnLetter(i int) string {
	name := string(rune('A' + i%26))
	if i >= 26 {
		return columnLetter(i/26-1) + name
	}
	return name
}

// practice reads the code of the row's practice. Totals, notes, and what belongs to no practice, are passed over.
func (t *table) practice(r tabular.Row) (code string, ok bool) {
	text := t.cell(r, "practice")
	code, reason := practiceIn(text)
	if reason != "" && !belongsToNone(r, text) {
		t.reject(r, "practice", reason)
	}
	return code, reason == ""
}

// reading reads a number of the row, or the mark in its place.
func (t *table) reading(r tabular.Row, column string) (reading, bool) {
	x, err := readingOf(t.cell(r, column))
	if err != nil {
		t.reject(r, column, err.Error())
	}
	return x, err == nil
}

// count reads a whole number of the row, or the mark in its place.
func (t *table) count(r tabular.Row, column string) (reading, bool) {
	x, err := countOf(t.cell(r, column))
	if err != nil {
		t.reject(r, column, err.Error())
	}
	return x, err == nil
}

// day reads a date that the row must have.
func (t *table) day(r tabular.Row, column string) (date.Date, bool) {
	d, err := date.ParseAny(t.cell(r, column))
	if err != nil {
		t.reject(r, column, err.Error())
	}
	return d, err == nil
}

// days reads dates of a register, which may be empty, in the order of the columns.
func (t *table) days(r tabular.Row, columns ...string) ([]date.Date, bool) {
	days := make([]date.Date, len(columns))
	for i, column := range columns {
		d, err := odsDate(t.cell(r, column))
		if err != nil {
			t.reject(r, column, err.Error())
			return nil, false
		}
		days[i] = d
	}
	return days, true
}

// span reads the first and the last day of what a register says.
func (t *table) span(r tabular.Row, first, last string) (from, to date.Date, ok bool) {
	days, ok := t.days(r, first, last)
	if !ok {
		return from, to, false
	}
	from, to = days[0], days[1]
	if !to.IsZero() && to.Before(from) {
		t.reject(r, last, "the end is before the beginning")
		return from, to, false
	}
	return from, to, true
}

// period notes that the row speaks of p, which the column states; what is yet to come nobody can have counted.
func (t *table) period(r tabular.Row, column string, p date.Period) bool {
	if err := yetToCome(p); err != nil {
		t.reject(r, column, err.Error())
		return false
	}
	period(t.load, p)
	return true
}
