package tabular

import (
	"fmt"
	"strings"
	"unicode"
)

// Column is a column that a format looks for.
type Column struct {
	// Name is what the format calls it.
	Name string
	// Spellings are the headers under which it has been published; compared by
	// Normal. Name itself is not a spelling unless it is given.
	Spellings []string
	// Optional columns may be absent.
	Optional bool
}

// Col is a required column with its spellings.
func Col(name string, spellings ...string) Column {
	return Column{Name: name, Spellings: spellings}
}

// OptCol is an optional column with its spellings.
func OptCol(name string, spellings ...string) Column {
	return Column{Name: name, Spellings: spellings, Optional: true}
}

// Header is where the columns of a table are.
type Header struct {
	// Line is the physical line of the header's last row; the data begins after it.
	Line int
	// Cells are the header's cells as they stand (upper and lower row joined by a blank where it is split).
	Cells []string
	index map[string]int
}

// Index gives the column's position counted from 0, or -1 when it is absent.
func (h *Header) Index(name string) int {
	if i, ok := h.index[name]; ok {
		return i
	}
	return -1
}

// Has says whether the column was found.
func (h *Header) Has(name string) bool { return h.Index(name) >= 0 }

// Cell gives the row's value in the column, trimmed; "" when column or cell is absent.
func (h *Header) Cell(r Row, name string) string {
	return strings.TrimSpace(r.Cell(h.Index(name)))
}

// headerSearch is how many rows are searched for the header.
const headerSearch = 60

// FindHeader finds the row of s that holds all the required columns, by
// meaning: it searches the first 60 rows and compares with Normal, so notes
// above the table, footnote marks, line breaks, moved, extra and spacer columns
// do not matter. A header may be split over two rows: a lower cell that is
// empty takes the upper one's words, and a lower cell may need the upper one's
// words in front. Where a spelling fits several columns the leftmost counts;
// earlier spellings are preferred to later ones. The error names the columns
// that are missing and the row that came closest.
func FindHeader(s *Sheet, want ...Column) (*Header, error) {
	sought := normalised(want)
	if s.mayHave(sought) {
		for _, r := range s.headReadings() {
			if index, missing := matchColumns(r, sought); len(missing) == 0 && len(index) > 0 {
				return &Header{Line: r.line, Cells: r.shown, index: index}, nil
			}
		}
	}
	return nil, noHeader{s, want}
}

// mayHave says whether each required column stands anywhere in the first rows.
func (s *Sheet) mayHave(want []Column) bool {
	if s.names == nil {
		s.names = naming{}
		for _, r := range s.headReadings() {
			for _, way := range r.ways {
				for name, i := range way {
					s.names[name] = i
				}
			}
		}
	}
	for _, c := range want {
		if !c.Optional && matchColumn([]naming{s.names}, c.Spellings) < 0 {
			return false
		}
	}
	return true
}

// noHeader is the error of a header that was not found; its sentence is made when it is asked for.
type noHeader struct {
	sheet *Sheet
	want  []Column
}

// Error names the columns that the nearest row lacks.
func (e noHeader) Error() string {
	readings := e.sheet.headReadings()
	names := strings.Join(required(e.want), ", ")
	if len(readings) == 0 {
		return "the table is empty: expected the columns " + names
	}
	sought := normalised(e.want)
	best, bestMissing := reading{}, []string(nil)
	for i, r := range readings {
		if _, missing := matchColumns(r, sought); i == 0 || len(missing) < len(bestMissing) {
			best, bestMissing = r, missing
		}
	}
	return fmt.Sprintf("no header with the columns %s was found in the first %d rows; the nearest, line %d, lacks %s: it reads %s",
		names, headerSearch, best.line, strings.Join(bestMissing, ", "), shorten(strings.Join(best.shown, ", "), 200))
}

// normalised gives the columns with their spellings reduced by Normal.
func normalised(want []Column) []Column {
	out := make([]Column, len(want))
	for i, c := range want {
		out[i] = Column{Name: c.Name, Optional: c.Optional, Spellings: make([]string, len(c.Spellings))}
		for k, s := range c.Spellings {
			out[i].Spellings[k] = Normal(s)
		}
	}
	return out
}

func required(want []Column) []string {
	var names []string
	for _, c := range want {
		if !c.Optional {
			names = append(names, c.Name)
		}
	}
	return names
}

// reading is one row, or two rows together, read as a header.
type reading struct {
	line  int
	shown []string
	ways  []naming // in order of trust
}

// naming gives the position of each name, reduced by Normal; the leftmost counts.
type naming map[string]int

// headReadings gives the readings of the first rows as headers; they are made once for a sheet.
func (s *Sheet) headReadings() []reading {
	if s.readings == nil {
		rows := s.headRows(headerSearch)
		for i, r := range rows {
			s.readings = append(s.readings, reading{r.Line, r.Cells, ways(r.Cells)})
			if i > 0 && rows[i-1].Line+1 == r.Line {
				filled, joined := splitNames(rows[i-1].Cells, r.Cells)
				s.readings = append(s.readings, reading{r.Line, joined, ways(joined, filled)})
			}
		}
	}
	return s.readings
}

// ways names the columns of the cells as they are, and then without digits at
// their end: a footnote number whose superscript was lost ("Missed5").
func ways(readings ...[]string) []naming {
	var exact, loose []naming
	for _, cells := range readings {
		e, l := make(naming, len(cells)), make(naming, len(cells))
		for i := len(cells) - 1; i >= 0; i-- {
			name := Normal(cells[i])
			e[name] = i
			l[strings.TrimRight(name, "0123456789")] = i
		}
		exact, loose = append(exact, e), append(loose, l)
	}
	return append(exact, loose...)
}

// splitNames reads a header split over two rows: filled takes the upper words
// where the lower cell is empty; joined puts the upper words, carried to the
// right over the cells that they span, in front of the lower ones.
func splitNames(upper, lower []string) (filled, joined []string) {
	width := max(len(upper), len(lower))
	filled, joined = make([]string, width), make([]string, width)
	carried := ""
	for c := range width {
		up, low := at(upper, c), at(lower, c)
		if strings.TrimSpace(up) != "" {
			carried = up
		}
		filled[c], joined[c] = low, strings.TrimSpace(carried+" "+low)
		if strings.TrimSpace(low) == "" {
			filled[c], joined[c] = up, up
		}
	}
	return filled, joined
}

func at(cells []string, i int) string {
	if i < len(cells) {
		return cells[i]
	}
	return ""
}

// matchColumns finds each column in the reading; the spellings of want are reduced by Normal.
func matchColumns(r reading, want []Column) (index map[string]int, missing []string) {
	index = make(map[string]int, len(want))
	for _, c := range want {
		if i := matchColumn(r.ways, c.Spellings); i >= 0 {
			index[c.Name] = i
		} else if !c.Optional {
			missing = append(missing, c.Name)
		}
	}
	return index, missing
}

func matchColumn(ways []naming, spellings []string) int {
	for _, names := range ways {
		for _, spelling := range spellings {
			if i, ok := names[spelling]; ok && spelling != "" {
				return i
			}
		}
	}
	return -1
}

// Normal reduces a header to what it means: letters, digits and the signs
// % £ < > + in lower case, "&" as "and"; footnote marks ([7], [note 3], (1),
// superscripts, * † ‡), blanks, line breaks, dots, underscores, hyphens,
// slashes, quotes and brackets are dropped.
func Normal(s string) string {
	if simple(s) {
		return s
	}
	s = dropNotes(s)
	var b strings.Builder
	b.Grow(len(s))
	for _, r := range s {
		switch {
		case r == '&':
			b.WriteString("and")
		case strings.ContainsRune("²³¹⁰⁴⁵⁶⁷⁸⁹", r):
		case unicode.IsLetter(r), unicode.IsDigit(r), strings.ContainsRune("%£<>+", r):
			b.WriteRune(unicode.ToLower(r))
		}
	}
	return b.String()
}

func simple(s string) bool {
	for i := range len(s) {
		if c := s[i]; (c < 'a' || c > 'z') && (c < '0' || c > '9') {
			return false
		}
	}
	return true
}

// dropNotes cuts bracketed footnote marks: square brackets with "note" or
// short content, round brackets that hold only a number.
func dropNotes(s string) string {
	for _, pair := range []string{"[]", "()"} {
		from := 0
		for {
			open := strings.IndexByte(s[from:], pair[0])
			if open < 0 {
				break
			}
			open += from
			end := strings.IndexByte(s[open:], pair[1])
			if end < 0 {
				break
			}
			if isNote(s[open+1:open+end], pair[0]) {
				s = s[:open] + s[open+end+1:]
				from = open
			} else {
				from = open + 1
			}
		}
	}
	return s
}

func isNote(inside string, bracket byte) bool {
	t := strings.ToLower(strings.TrimSpace(inside))
	if bracket == '[' {
		t = strings.TrimSpace(strings.TrimPrefix(strings.TrimPrefix(t, "notes"), "note"))
		if len(t) == 1 || t == "" {
			return true
		}
	} else {
		t = strings.TrimSpace(strings.TrimPrefix(t, "note"))
	}
	return t != "" && strings.Trim(t, "0123456789, ;&") == ""
}

func shorten(s string, n int) string {
	s = strings.Join(strings.Fields(s), " ")
	if len(s) <= n {
		return s
	}
	return strings.ToValidUTF8(s[:n], "") + "…"
}
