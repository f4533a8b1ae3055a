package published

import (
	"context"
	"fmt"
	"slices"
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
	subICBSpellings = []string{"Sub ICB Code", "Sub ICB Location Code", "Sub ICB Loc Code", "CCG Code"}
	pcnColumns      = []tabular.Column{tabular.OptCol("pcn", "PCN Code"), tabular.OptCol("pcn name", "PCN Name")}
	groupColumns    = []tabular.Column{
		tabular.OptCol("sub-icb", subICBSpellings...),
		tabular.OptCol("sub-icb name", "Sub ICB Name", "Sub ICB Location Name", "CCG Name"),
		tabular.OptCol("icb", "ICB Code", "STP Code"),
		tabular.OptCol("icb name", "ICB Name", "STP Name"),
		tabular.OptCol("region", "Region Code", "Commissioning Region Code", "Comm Region Code"),
		tabular.OptCol("region name", "Region Name", "Commissioning Region Name", "Commissioning Region", "Comm Region Name"),
	}
	placeColumns = slices.Concat([]tabular.Column{tabular.OptCol("name", "GP Name", "GP Practice Name", "Practice Name")}, pcnColumns, groupColumns)
)

// monthlyTable is a table of practices by month in one of NHS England's workbooks.
type monthlyTable struct {
	table
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
	text := t.cell(r, "practice")
	code, reason := practiceIn(text)
	month, stated := t.monthOf(r)
	switch {
	case reason != "":
		if !belongsToNone(r, text) {
			t.reject(r, "practice", reason)
		}
		return "", date.Period{}, false
	case month.IsZero():
		t.reject(r, "month", quoted(t.cell(r, "month"), 40)+" is not a month")
		return "", date.Period{}, false
	case !t.period(r, "month", month):
		return "", date.Period{}, false
	case !stated:
		t.noteSpoilt(r, month)
	}
	t.places.practice(t.header, r, code)
	return code, month, true
}

// noteSpoilt notes the first few rows that do not state their month; each counts the others.
func (t *monthlyTable) noteSpoilt(r tabular.Row, month date.Period) {
	if t.spoilt++; t.spoilt <= spoiltNoted {
		note(t.load, fmt.Sprintf("Row %d has %s in place of its month and is taken to be of %s, as the table's title says.",
			r.Line, quoted(t.cell(r, "month"), 40), month.Label()))
	}
}

const spoiltNoted = 3

// each calls row for every row as table.each does, and counts the spoilt rows that were not noted one by one.
func (t *monthlyTable) each(ctx context.Context, o Options, row func(tabular.Row)) error {
	err := t.table.each(ctx, o, row)
	if t.spoilt > spoiltNoted {
		note(t.load, fmt.Sprintf("So %s %d more %s.", plural(t.spoilt-spoiltNoted, "is", "are"), t.spoilt-spoiltNoted, plural(t.spoilt-spoiltNoted, "row", "rows")))
	}
	return err
}

// monthOf is the month of a row, and whether the row states it (or the table as a whole does).
func (t *monthlyTable) monthOf(r tabular.Row) (p date.Period, stated bool) {
	if !t.header.Has("month") {
		return t.month, true
	}
	p, err := monthOf(t.cell(r, "month"))
	if err != nil {
		return t.month, false
	}
	return p, true
}

// settleAsAt dates the file by its title sheet ("Publication date: 06 June
// 2024"), unless that is before the end of the months it tells of: title sheets
// have kept an earlier month's date.
func (t *monthlyTable) settleAsAt(f *tabular.File) {
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
