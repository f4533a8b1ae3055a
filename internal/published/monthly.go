package published

import (
	"errors"
	"fmt"
	"strings"

	"ohp/internal/kernel/date"
	"ohp/internal/kernel/measure"
	"ohp/internal/kernel/tabular"
)

// The spellings of the columns that NHS England's practice tables share.
var (
	monthSpellings    = []string{"Month", "Reporting Month", "Month Year", "Period", "Date", "Month Commencing"}
	practiceSpellings = []string{
		"GP Practice (ODS_CODE)", "GP Code", "GP Practice Code", "GP Practice ODS Code", "GP ODS Code",
		"Practice Code", "ODS Code", "Practice ODS Code", "GP Practice",
	}
	placeColumns = []tabular.Column{
		tabular.OptCol("name", "GP Name", "GP Practice Name", "Practice Name"),
		tabular.OptCol("pcn", "PCN Code"),
		tabular.OptCol("pcn name", "PCN Name"),
		tabular.OptCol("sub-icb", "Sub ICB Code", "Sub ICB Location Code", "Sub ICB Loc Code", "CCG Code"),
		tabular.OptCol("sub-icb name", "Sub ICB Name", "Sub ICB Location Name", "CCG Name"),
		tabular.OptCol("icb", "ICB Code", "STP Code"),
		tabular.OptCol("icb name", "ICB Name", "STP Name"),
		tabular.OptCol("region", "Region Code", "Commissioning Region Code", "Comm Region Code"),
		tabular.OptCol("region name", "Region Name", "Commissioning Region", "Comm Region Name"),
	}
)

// monthlyTable is a table of practices by month in one of NHS England's workbooks.
type monthlyTable struct {
	sheet  *tabular.Sheet
	header *tabular.Header
	load   *measure.Load
	places *places
	month  date.Period // where the table has no column for it
	spoilt int         // rows whose own month could not be read
}

// settleMonth finds the month of a table that has no column for it: in the
// words above the table, as the user gave it, or in the file's name as a last
// resort. Where there is a column, the words above serve rows whose own cell
// was spoilt.
func (t *monthlyTable) settleMonth(f *tabular.File, o Options) error {
	t.month = monthIn(textAbove(t.sheet, t.header.Line))
	switch {
	case t.header.Has("month"), !t.month.IsZero():
	case !o.Period.IsZero() && o.Period.Kind() != date.Month:
		return fmt.Errorf("the table is of a month and %s is none: give it as --period 2025-10", o.Period.Label())
	case !o.Period.IsZero():
		t.month = o.Period
		note(t.load, "The table does not state its month; "+t.month.Label()+" was given when it was imported.")
	case !monthIn(fileYearText(f)).IsZero():
		t.month = monthIn(fileYearText(f))
		note(t.load, "The table does not state its month; "+t.month.Label()+" is taken from the file's name.")
	default:
		return errNoMonth
	}
	return nil
}

// row gives the practice and month of a row. Totals, calls that belong to no
// known practice, notes and copyright lines under the table are passed over; a
// row that should be a practice's and is not is rejected.
func (t *monthlyTable) row(r tabular.Row) (code string, month date.Period, ok bool) {
	text := t.header.Cell(r, "practice")
	code, reason := practiceIn(text)
	month, stated := t.monthOf(r)
	switch {
	case reason != "":
		if stated && !isNoPractice(text) && !isNoteLine(text) {
			t.reject(r, "practice", reason)
		}
		return "", date.Period{}, false
	case month.IsZero():
		t.reject(r, "month", quoted(t.header.Cell(r, "month"), 40)+" is not a month")
		return "", date.Period{}, false
	case yetToCome(month) != nil:
		t.reject(r, "month", yetToCome(month).Error())
		return "", date.Period{}, false
	case !stated:
		t.noteSpoilt(r, month)
	}
	period(t.load, month)
	t.places.practice(t.header, r, code)
	return code, month, true
}

// noteSpoilt notes the first few rows that do not state their month; settleAsAt counts the others.
func (t *monthlyTable) noteSpoilt(r tabular.Row, month date.Period) {
	if t.spoilt++; t.spoilt <= spoiltNoted {
		note(t.load, fmt.Sprintf("Row %d has %s in place of its month and is taken to be of %s, as the table's title says.",
			r.Line, quoted(t.header.Cell(r, "month"), 40), month.Label()))
	}
}

const spoiltNoted = 3

// isNoteLine tells the notes under a table from a code: they are words.
func isNoteLine(text string) bool {
	return len(strings.Fields(text)) > 2 || strings.HasSuffix(text, ":")
}

// monthOf is the month of a row, and whether the row states it (or the table as a whole does).
func (t *monthlyTable) monthOf(r tabular.Row) (p date.Period, stated bool) {
	if !t.header.Has("month") {
		return t.month, true
	}
	p, err := monthOf(t.header.Cell(r, "month"))
	if err != nil {
		return t.month, false
	}
	return p, true
}

// amount reads a number of the row; one that cannot be read is rejected.
func (t *monthlyTable) amount(r tabular.Row, column string) (reading, bool) {
	text := t.header.Cell(r, column)
	x, status, err := amount(text)
	if err == nil && status == measure.Reported && !isCount(text, x) {
		err = errors.New("a count is a whole number from nought")
	}
	if err != nil {
		t.reject(r, column, err.Error())
		return reading{measure.None, status}, false
	}
	return reading{x, status}, true
}

func (t *monthlyTable) reject(r tabular.Row, column, reason string) {
	t.load.Reject(rejection(t.sheet, t.header, r, column, reason))
}

// settleAsAt dates the file by its title sheet ("Publication date: 06 June
// 2024"), unless that is before the end of the months it tells of: title sheets
// have kept an earlier month's date.
func (t *monthlyTable) settleAsAt(f *tabular.File) {
	if t.spoilt > spoiltNoted {
		note(t.load, fmt.Sprintf("So are %d more rows.", t.spoilt-spoiltNoted))
	}
	end := t.load.File.PeriodTo.End()
	published := publicationDate(f)
	switch {
	case published.IsZero():
		asAt(t.load, end)
	case published.Before(end):
		asAt(t.load, end)
		note(t.load, "The title sheet gives "+published.Label()+" as the day of publication, which is before the end of "+
			t.load.File.PeriodTo.Label()+"; the content is taken to be as at "+end.Label()+".")
	default:
		asAt(t.load, published)
	}
	if named := monthIn(f.Name); !named.IsZero() && !t.load.File.PeriodTo.IsZero() && named != t.load.File.PeriodTo {
		note(t.load, "The file's name speaks of "+named.Label()+"; its rows are of "+t.load.File.PeriodTo.Label()+", which counts.")
	}
}

// publicationDate finds "Publication date: 06 June 2024" on any sheet.
func publicationDate(f *tabular.File) date.Date {
	for _, s := range f.Sheets {
		for _, row := range s.Head(40) {
			for _, cell := range row {
				if _, after, ok := strings.Cut(strings.ToLower(cell), "publication date:"); ok {
					if d, err := date.ParseAny(strings.TrimSpace(after)); err == nil {
						return d
					}
				}
			}
		}
	}
	return date.Date{}
}

// isCompiled tells a table of expected values, compiled from publications for
// checking, from the publication itself.
func isCompiled(h *tabular.Header) bool {
	for _, head := range h.Cells {
		if head == "rate_per_1000" || head == "answered_pct" {
			return true
		}
	}
	return false
}

// reading is one published number, or the mark in its place.
type reading struct {
	number float64 // measure.None unless Reported
	status measure.Status
}

// ratio is the figure of a numerator over a denominator: reported only where both are.
func ratio(name, unit string, p date.Period, numerator, denominator reading, row int) measure.Figure {
	f := measure.Figure{Measure: name, Unit: unit, Period: p, Row: row,
		Status: worse(numerator.status, denominator.status), Numerator: numerator.number, Denominator: denominator.number, Value: measure.None}
	return blankUnreported(f)
}

// counted is the figure of a numerator alone, single that of a published value.
func counted(name, unit string, p date.Period, x reading, row int) measure.Figure {
	return blankUnreported(measure.Figure{Measure: name, Unit: unit, Period: p, Row: row, Status: x.status,
		Numerator: x.number, Denominator: measure.None, Value: measure.None})
}

func single(name, unit string, p date.Period, x reading, row int) measure.Figure {
	return blankUnreported(measure.Figure{Measure: name, Unit: unit, Period: p, Row: row, Status: x.status,
		Numerator: measure.None, Denominator: measure.None, Value: x.number})
}

// blankUnreported takes the numbers out of a figure that is not reported.
func blankUnreported(f measure.Figure) measure.Figure {
	if f.Status != measure.Reported {
		f.Numerator, f.Denominator, f.Value = measure.None, measure.None, measure.None
	}
	return f
}

// rejection describes a row that cannot be used by the column at fault.
func rejection(s *tabular.Sheet, h *tabular.Header, r tabular.Row, column, reason string) measure.Rejection {
	shown := column
	if i := h.Index(column); i >= 0 && i < len(h.Cells) {
		shown = strings.Join(strings.Fields(h.Cells[i]), " ")
	}
	return measure.Rejection{Place: s.Place, Line: r.Line, Column: shown, Text: h.Cell(r, column), Reason: reason}
}
