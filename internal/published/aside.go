package published

import (
	"strings"

	"ohp/internal/kernel/date"
	"ohp/internal/kernel/measure"
	"ohp/internal/kernel/tabular"
)

// belongsToNone says whether a row, in which text stands for the code, knowingly
// belongs to no practice or network: totals, notes, and what could not be
// assigned. Figures whose code is blank are none of these.
func belongsToNone(r tabular.Row, text string) bool {
	w := wordsOf(r)
	if text == "" {
		return isTotal(r) || w.isNote() || !hasFigure(r)
	}
	return isNoPractice(text) || w.isNote() && w.others == 0 && !w.digits
}

// isNoPractice says whether a cell for a code knowingly holds none: totals, and
// what could not be assigned to a practice.
func isNoPractice(text string) bool {
	n := tabular.Normal(text)
	switch n {
	case "unknown", "na", "null", "all", "allpractices", "eng":
		return true
	}
	return isSum(n)
}

// isSum says whether words, reduced by tabular.Normal, name a sum over practices or what is left over.
func isSum(n string) bool {
	switch n {
	case "england", "national", "unassigned", "unmapped", "unallocated":
		return true
	}
	return strings.HasPrefix(n, "total") || strings.HasSuffix(n, "total")
}

// isTotal says whether the first words of a row name a sum.
func isTotal(r tabular.Row) bool {
	for _, cell := range r.Cells {
		if cell = strings.TrimSpace(cell); cell != "" {
			return isSum(tabular.Normal(cell))
		}
	}
	return false
}

// isCut says whether a row that has fewer cells than its table was cut short,
// and is no total or note, which need no more. Of the last row only a beginning
// may be left, which is known for one by the row before.
func isCut(r tabular.Row, before string, last bool) bool {
	w := wordsOf(r)
	switch {
	case isTotal(r), w.marked:
		return false
	case w.digits:
		return true
	case w.notes == 0:
		return last && w.others > 0
	}
	return last && len(strings.Fields(r.Cell(0))) > noteWords && strings.HasPrefix(before, r.Cell(0))
}

// rowWords are what the cells of a row look like.
type rowWords struct {
	marked bool // the first cell that is filled begins as a note does
	notes  int  // cells that read as a note
	others int  // cells that do not, and hold no digit
	digits bool // a cell that does not read as a note holds a digit: a code, a date or a figure
}

// isNote says whether the row is one of the notes and sources under a table.
func (w rowWords) isNote() bool { return w.marked || w.notes > 0 && !w.digits }

// noteWords is how many words a cell may have that is no note.
const noteWords = 2

func wordsOf(r tabular.Row) (w rowWords) {
	for _, cell := range r.Cells {
		words := strings.Fields(cell)
		switch {
		case len(words) == 0:
		case beginsNote(words):
			w.marked = w.marked || w.notes+w.others == 0 && !w.digits
			w.notes++
		case len(words) > noteWords:
			w.notes++
		case strings.ContainsAny(cell, "0123456789"):
			w.digits = true
		default:
			w.others++
		}
	}
	return w
}

// beginsNote says whether words begin as the notes and sources under a table do.
func beginsNote(words []string) bool {
	switch tabular.Normal(words[0]) {
	case "note", "notes", "footnote", "footnotes", "source", "sources", "copyright":
		return true
	}
	for _, mark := range []string{"©", "http://", "https://", "www."} {
		if strings.HasPrefix(words[0], mark) {
			return true
		}
	}
	return len(words) > 1 && strings.Trim(words[0], "*†‡") == ""
}

// hasFigure says whether a number or a date stands anywhere in the row.
func hasFigure(r tabular.Row) bool {
	for _, cell := range r.Cells {
		if _, status, err := amount(cell); err == nil && status == measure.Reported {
			return true
		}
		if _, err := date.ParseAny(strings.TrimSpace(cell)); err == nil {
			return true
		}
	}
	return false
}
