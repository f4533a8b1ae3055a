package published

import (
	"context"
	"fmt"

	"ohp/internal/kernel/date"
	"ohp/internal/kernel/measure"
	"ohp/internal/kernel/tabular"
)

// telephony is table 3 of the monthly workbook, call outcomes by practice, and
// from table 4 how many answered callers had waited longest. Table 3's
// first row holds totals of an earlier month that nobody removed; the true
// total stands under the header, and the practices' sum is held against it.
// Each outcome is a count with its share beside it, under one header over two
// columns. Calls that belong to no known practice stand under "Unassigned".
var telephony = Format{
	Name:      "telephony",
	Title:     "Cloud based telephony data in general practice",
	Publisher: "NHS England",
	Recognise: func(f *tabular.File) bool {
		s, h := sheetWith(f, telephonyColumns...)
		return s != nil && !isCompiled(h)
	},
	Read:     readTelephony,
	Measures: telephonyMeasures(),
}

const telephonySource = "Cloud based telephony data in general practice, NHS England"

// telephonyOutcomes are the outcomes with the column that each is a share of.
var telephonyOutcomes = []struct{ name, column, of, title, counts, ofWords string }{
	{"telephony-answered", "answered", "inbound", "Calls answered", "inbound calls that were answered", "inbound calls"},
	{"telephony-ivr-ended", "ivr", "inbound", "Calls ended during the recorded messages", "inbound calls that ended while the caller heard the menu (IVR)", "inbound calls"},
	{"telephony-callback-requested", "requested", "inbound", "Call-backs requested", "inbound calls in which the caller asked to be called back", "inbound calls"},
	{"telephony-missed", "missed", "inbound", "Calls missed", "inbound calls that ended in the queue unanswered", "inbound calls"},
	{"telephony-callback-made", "made", "requested", "Call-backs made", "call-backs that were made", "call-backs requested"},
}

func telephonyMeasures() []measure.Measure {
	list := []measure.Measure{{
		Name: "telephony-inbound", Title: "Inbound calls", Kind: measure.Count, Per: 1, Unit: "practice", Cadence: date.Month,
		Counts: "inbound calls to the practice's cloud based telephone system", Source: telephonySource,
	}}
	for _, o := range telephonyOutcomes {
		list = append(list, measure.Measure{
			Name: o.name, Title: o.title, Kind: measure.Proportion, Per: 100, Unit: "practice", Cadence: date.Month,
			Counts: o.counts, Of: o.ofWords, Source: telephonySource,
		})
	}
	return append(list, measure.Measure{
		Name: "telephony-waited-over-5-minutes", Title: "Calls answered after more than five minutes", Kind: measure.Proportion, Per: 100,
		Unit: "practice", Cadence: date.Month, Counts: "answered calls in which the caller had waited longer than five minutes", Of: "answered calls", Source: telephonySource,
	})
}

var telephonyColumns = append([]tabular.Column{
	tabular.OptCol("month", monthSpellings...),
	tabular.Col("practice", practiceSpellings...),
	tabular.Col("inbound", telephonySpellings("Count of Inbound calls", "Inbound calls", "Total Inbound calls", "Number of Inbound calls")...),
	tabular.Col("answered", telephonySpellings("Answered", "Answered calls", "Calls answered")...),
	tabular.OptCol("ivr", telephonySpellings("Ended during the IVR Stage", "Ended during IVR Stage", "Ended during IVR", "Ended in IVR", "IVR ended")...),
	tabular.Col("requested", telephonySpellings("Call back requested", "Callback requested", "Call backs requested")...),
	tabular.Col("missed", telephonySpellings("Missed", "Missed calls", "Calls missed")...),
	tabular.OptCol("made", telephonySpellings("Call back made", "Callback made", "Call backs made")...),
}, placeColumns...)

// waitColumns are those of table 4. Its headers stand under "Wait time" and
// again under "Duration", so that only both rows together tell them apart.
var waitColumns = append([]tabular.Column{
	tabular.OptCol("month", monthSpellings...),
	tabular.Col("practice", practiceSpellings...),
	tabular.Col("answered", "Answered", "Answered calls"),
	tabular.Col("longest", "Answered Calls - Wait time Longer than 5 minutes", "Wait time Longer than 5 minutes", "Answered Calls Wait time Longer than 5 minutes Count"),
}, placeColumns...)

// telephonySpellings adds the words of the lower header row, for a table in which both rows are one.
func telephonySpellings(heads ...string) []string {
	all := append([]string(nil), heads...)
	for _, h := range heads {
		all = append(all, h+" Total", h+" Count", "Count of Inbound Call Outcome "+h)
	}
	return all
}

func readTelephony(ctx context.Context, f *tabular.File, o Options, l *measure.Load) error {
	t := monthlyTable{table: tableWith(f, l, telephonyColumns...), places: newPlaces(l)}
	if err := t.settleMonth(f, o); err != nil {
		return err
	}
	var sum, total float64
	if err := t.each(ctx, o, func(r tabular.Row) {
		inbound, err := readingOf(t.cell(r, "inbound"))
		counted := err == nil && inbound.status == measure.Reported
		if counted && t.isTotal(r) {
			total = inbound.number
			return
		}
		code, month, ok := t.row(r)
		if ok {
			telephonyRow(&t, r, code, month)
		}
		if counted && (ok || tabular.Normal(t.cell(r, "practice")) == "unassigned") {
			sum += inbound.number
		}
	}); err != nil {
		return err
	}
	if total > 0 && total != sum {
		note(l, fmt.Sprintf("The table's own total of inbound calls is %.0f; its rows add up to %.0f.", total, sum))
	}
	if err := readWaits(ctx, f, o, l, t.places); err != nil {
		return err
	}
	t.settleAsAt(f)
	return nil
}

// readWaits reads table 4 where the file has it.
func readWaits(ctx context.Context, f *tabular.File, o Options, l *measure.Load, known *places) error {
	t := monthlyTable{table: tableWith(f, l, waitColumns...), places: known}
	if t.sheet == nil {
		return nil
	}
	if err := t.settleMonth(f, o); err != nil {
		return err
	}
	return t.each(ctx, o, func(r tabular.Row) {
		code, month, ok := t.row(r)
		if !ok {
			return
		}
		answered, okAnswered := t.count(r, "answered")
		longest, okLongest := t.count(r, "longest")
		switch {
		case !okAnswered || !okLongest:
		case longest.number > answered.number:
			t.reject(r, "longest", "there are more of these calls than answered calls")
		default:
			l.Figure(t.sheet.Place, ratio("telephony-waited-over-5-minutes", code, month, longest, answered, r.Line))
		}
	})
}

// isTotal says whether a row is the table's total, whichever cell says so.
func (t *monthlyTable) isTotal(r tabular.Row) bool {
	return tabular.Normal(t.cell(r, "practice")) == "total" || tabular.Normal(t.cell(r, "month")) == "total" || tabular.Normal(r.Cell(0)) == "total"
}

func telephonyRow(t *monthlyTable, r tabular.Row, code string, month date.Period) {
	read := map[string]reading{}
	for _, column := range []string{"inbound", "answered", "ivr", "requested", "missed", "made"} {
		if !t.header.Has(column) {
			continue
		}
		if x, ok := t.count(r, column); ok {
			read[column] = x
		}
	}
	inbound, ok := read["inbound"]
	if !ok {
		return
	}
	t.load.Figure(t.sheet.Place, counted("telephony-inbound", code, month, inbound, r.Line))
	for _, o := range telephonyOutcomes {
		x, ok := read[o.column]
		of, okOf := read[o.of]
		if ok && okOf && o.column != "made" && x.number > of.number { // calls back made may be of the month before
			t.reject(r, o.column, "there are more of these calls than calls in all")
			continue
		}
		if ok && okOf {
			t.load.Figure(t.sheet.Place, ratio(o.name, code, month, x, of, r.Line))
		}
	}
}
