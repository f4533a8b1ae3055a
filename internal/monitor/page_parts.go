package monitor

import (
	"ohp/internal/kernel/measure"
	"ohp/internal/kernel/page"
	"ohp/internal/kernel/page/nhsuk"
)

// signalRows are a signal's sentences under their questions.
func signalRows(s Signal) []nhsuk.Row {
	var rows []nhsuk.Row
	for _, r := range [][2]string{{"When it began", s.Since}, {"How large", s.Size}, {"How likely by chance", s.Odds}, {"What the others did", s.Peers}, {"What is unknown", s.Unknown}} {
		if r[1] != "" {
			rows = append(rows, nhsuk.Row{Key: r[0], Value: r[1]})
		}
	}
	return rows
}

func kindWords(kind string) string {
	switch kind {
	case OverTime:
		return "against its own past"
	case Beside:
		return "beside other practices"
	case Silent:
		return "silence"
	}
	return "alert level"
}

// firstOf says whether the signal is the first of its indicator, so that a chart is drawn once.
func firstOf(signals []Signal, i int) bool {
	for _, s := range signals[:i] {
		if s.Indicator == signals[i].Indicator {
			return false
		}
	}
	return true
}

// figureOf is a chart with its words, table and downloads.
func figureOf(d Plotted, practice, indicator string) page.Figure {
	c := d.Drawing()
	table := d.table()
	base := "/practices/" + practice + "/" + indicator
	return page.Figure{
		ID: "figure-" + indicator, Caption: d.describe(), Drawing: c.View(), Phone: c.Phone(), Key: c.Key(), Notes: d.Settings, Table: &table,
		Downloads: []nhsuk.Download{{Format: "CSV", Href: base + ".csv", Of: d.plot.Title}, {Format: "XLSX", Href: base + ".xlsx", Of: d.plot.Title}, {Format: "SVG", Href: base + ".svg", Of: d.plot.Title}},
	}
}

// table holds the figures behind a chart, newest first.
func (d Plotted) table() nhsuk.Table {
	t := nhsuk.Table{Caption: d.plot.Title, CaptionSize: "s", Responsive: true, Compact: true, FirstCellIsHeader: true,
		Head: []nhsuk.Cell{{Text: "Period"}, {Text: "Value", Numeric: true}, {Text: "Numerator", Numeric: true}, {Text: "Denominator", Numeric: true}, {Text: "Lower limit", Numeric: true}, {Text: "Centre", Numeric: true}, {Text: "Upper limit", Numeric: true}, {Text: "What it shows"}}}
	for i := len(d.Points) - 1; i >= 0; i-- {
		pt := d.Points[i]
		shows := pt.Cause
		if pt.Status != measure.Reported {
			shows = pt.Status.String()
		}
		t.Rows = append(t.Rows, []nhsuk.Cell{{Text: pt.Period.Label()}, d.cell(pt.Value), countCell(pt.Num), countCell(pt.Den), d.cell(pt.Lower), d.cell(pt.Centre), d.cell(pt.Upper), {Text: shows}})
	}
	return t
}

func (d Plotted) cell(x float64) nhsuk.Cell {
	if measure.IsNone(x) {
		return nhsuk.Cell{Text: "–", Numeric: true}
	}
	return nhsuk.Cell{Text: d.plot.Format.Write(x), Numeric: true}
}

func countCell(x float64) nhsuk.Cell {
	if measure.IsNone(x) {
		return nhsuk.Cell{Text: "–", Numeric: true}
	}
	decimals := 0
	if x != float64(int64(x)) {
		decimals = 2
	}
	return nhsuk.Cell{Text: amountWith(x, decimals), Numeric: true}
}

// pageItems lists page numbers: the first, the last, and those around the present one.
func pageItems(at, pages int, address func(int) string) []nhsuk.Page {
	var items []nhsuk.Page
	for n := 1; n <= pages; n++ {
		near := n >= at-1 && n <= at+1
		if n == 1 || n == pages || near {
			items = append(items, nhsuk.Page{Number: itoa(n), Href: address(n), Current: n == at})
		} else if last := items[len(items)-1]; !last.Ellipsis {
			items = append(items, nhsuk.Page{Ellipsis: true})
		}
	}
	return items
}

func pageLink(n, pages int, address func(int) string) nhsuk.Step {
	if n < 1 || n > pages {
		return nhsuk.Step{}
	}
	return nhsuk.Step{Href: address(n)}
}
