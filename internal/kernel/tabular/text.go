package tabular

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
)

const (
	chunkBytes = 64 << 10
	// maxRecord is the longest record that is read; beyond it a quote was surely left open.
	maxRecord = 1 << 20
)

// text reads separated text. It takes the input in chunks, makes one string of
// each, and cuts the cells out of that string, so that a row costs no memory of its own.
type text struct {
	src   io.Reader
	chunk string // what is being cut; chunk[pos:] is not yet read
	buf   []byte
	pos   int
	base  int64 // offset of chunk[0] in the input
	line  int   // physical line of chunk[pos]
	ended bool  // src has no more
	comma byte
	eol   byte
	cells []string
}

func newText(r io.Reader) *text {
	return &text{src: r, line: 1, buf: make([]byte, 0, chunkBytes)}
}

// each gives every record; see Sheet.Rows.
func (t *text) each(yield func(Row, error) bool) {
	if err := t.begin(); err != nil {
		yield(Row{}, err)
		return
	}
	for {
		line := t.line
		cells, err := t.record()
		switch {
		case err == io.EOF:
			return
		case err != nil:
			if !t.fault(line, err, yield) {
				return
			}
		case blank(cells):
		case !yield(Row{Line: line, Cells: cells, Bytes: t.base + int64(t.pos)}, nil):
			return
		}
	}
}

// fault hands on an error and says whether reading goes on.
func (t *text) fault(line int, err error, yield func(Row, error) bool) bool {
	var bad *RowError
	if errors.As(err, &bad) {
		return yield(Row{Line: bad.Line, Bytes: t.base + int64(t.pos)}, bad)
	}
	yield(Row{}, fmt.Errorf("the file cannot be read beyond line %d, it may be damaged: %w", line, err))
	return false
}

func blank(cells []string) bool {
	for _, c := range cells {
		if c != "" {
			return false
		}
	}
	return true
}

// begin reads the first chunk and settles encoding, separator and line end.
func (t *text) begin() error {
	var mark [2]byte
	n, err := io.ReadFull(t.src, mark[:])
	if err != nil && err != io.ErrUnexpectedEOF && err != io.EOF {
		return fmt.Errorf("the file cannot be read: %w", err)
	}
	t.src = io.MultiReader(bytes.NewReader(mark[:n]), t.src)
	if mark == [2]byte{0xff, 0xfe} || mark == [2]byte{0xfe, 0xff} {
		t.src = unicode.UTF16(unicode.LittleEndian, unicode.ExpectBOM).NewDecoder().Reader(t.src)
	}
	if err := t.more(chunkBytes); err != nil {
		return fmt.Errorf("the file cannot be read: %w", err)
	}
	for strings.HasPrefix(t.chunk[t.pos:], "\ufeff") {
		t.pos += len("\ufeff")
	}
	t.eol = '\n'
	if strings.IndexByte(t.chunk, '\n') < 0 && strings.IndexByte(t.chunk, '\r') >= 0 {
		t.eol = '\r'
	}
	t.comma = separator(t.chunk[t.pos:])
	return nil
}

// separator is the sign that parts the cells: the comma unless tabs or
// semicolons outweigh it outside quotes in the first lines.
func separator(s string) byte {
	s = s[:min(len(s), 4096)]
	var commas, tabs, semicolons int
	quoted := false
	for i := range len(s) {
		switch c := s[i]; {
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == ',':
			commas++
		case c == '\t':
			tabs++
		case c == ';':
			semicolons++
		}
	}
	switch {
	case tabs > commas && tabs >= semicolons:
		return '\t'
	case semicolons > commas:
		return ';'
	}
	return ','
}

// more drops what was read and appends at least one and up to n bytes to the chunk.
func (t *text) more(n int) error {
	rest := copy(t.buf[:cap(t.buf)], t.chunk[t.pos:])
	if rest < len(t.chunk)-t.pos || cap(t.buf)-rest < n {
		grown := make([]byte, 0, len(t.chunk)-t.pos+n)
		t.buf = append(grown, t.chunk[t.pos:]...)
		rest = len(t.buf)
	}
	got, err := io.ReadFull(t.src, t.buf[rest:rest+n])
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		t.ended, err = true, nil
	}
	t.base += int64(t.pos)
	t.chunk, t.pos = string(t.buf[:rest+got]), 0
	return err
}

// record reads the next record. The cells are valid until the next call.
func (t *text) record() ([]string, error) {
	for {
		if t.pos >= len(t.chunk) && t.ended {
			return nil, io.EOF
		}
		rest := t.chunk[t.pos:]
		end := strings.IndexByte(rest, t.eol)
		if end < 0 && t.ended {
			end = len(rest)
		}
		if end >= 0 && strings.IndexByte(rest[:end], '"') < 0 {
			return t.plain(rest[:end]), nil
		}
		if end >= 0 {
			cells, err := t.quoted(rest, end)
			if err != errShort {
				return cells, err
			}
		}
		if len(rest) > maxRecord {
			return nil, t.refuse("the record has no end within a million characters: a quotation mark may have been left open")
		}
		if err := t.more(max(chunkBytes, len(rest))); err != nil {
			return nil, err
		}
	}
}

// plain cuts a line without quotation marks.
func (t *text) plain(s string) []string {
	t.pos += min(len(s)+1, len(t.chunk)-t.pos)
	t.line++
	if n := len(s); n > 0 && s[n-1] == '\r' {
		s = s[:n-1]
	}
	cells := t.cells[:0]
	valid := utf8.ValidString(s)
	for {
		i := strings.IndexByte(s, t.comma)
		if i < 0 {
			break
		}
		cells = append(cells, s[:i])
		s = s[i+1:]
	}
	t.cells = append(cells, s)
	if !valid {
		t.decode()
	}
	return t.cells
}

// errShort: the chunk ends within the record.
var errShort = errors.New("the chunk ends within the record")

// quoted cuts a record that holds quotation marks, over several lines if need
// be; the first of them ends at end.
func (t *text) quoted(s string, end int) ([]string, error) {
	cells, i := t.cells[:0], 0
	for {
		cell, n, err := t.cell(s[i:])
		if err != nil {
			return nil, err
		}
		cells = append(cells, cell)
		i += n
		if i < len(s) && s[i] == t.comma {
			i++
			continue
		}
		break
	}
	t.cells = cells
	t.pos += min(i+1, len(s))
	t.line++
	if i > end {
		t.line += strings.Count(s[:i], string(t.eol))
	}
	if !utf8.ValidString(s[:i]) {
		t.decode()
	}
	return t.cells, nil
}

// cell cuts the cell at the beginning of s and says how long it is, quotes
// included, up to the separator or line end that closes it (a carriage return
// before the line end counts as the cell's).
func (t *text) cell(s string) (cell string, n int, err error) {
	lead := 0
	for lead < len(s) && s[lead] == ' ' {
		lead++
	}
	if lead == len(s) || s[lead] != '"' {
		return t.bare(s)
	}
	from, doubled := lead+1, false
	for i := from; ; i++ {
		next := strings.IndexByte(s[i:], '"')
		if next < 0 {
			return "", 0, t.open(s)
		}
		i += next
		if i+1 < len(s) && s[i+1] == '"' {
			doubled = true
			i++
			continue
		}
		cell = s[from:i]
		if doubled {
			cell = strings.ReplaceAll(cell, `""`, `"`)
		}
		n, err := t.closing(s, i+1)
		return cell, n, err
	}
}

// bare cuts an unquoted cell; a quotation mark inside stands for itself.
func (t *text) bare(s string) (string, int, error) {
	for i := range len(s) {
		switch s[i] {
		case t.comma:
			return s[:i], i, nil
		case t.eol:
			return strings.TrimSuffix(s[:i], "\r"), i, nil
		}
	}
	if !t.ended {
		return "", 0, errShort
	}
	return strings.TrimSuffix(s, "\r"), len(s), nil
}

// closing checks what follows a closing quotation mark at i: blanks, then a separator, a line end or the end.
func (t *text) closing(s string, i int) (int, error) {
	for i < len(s) && (s[i] == ' ' || s[i] == '\r' && t.eol == '\n') {
		i++
	}
	switch {
	case i < len(s) && (s[i] == t.comma || s[i] == t.eol):
		return i, nil
	case i == len(s) && t.ended:
		return i, nil
	case i == len(s):
		return 0, errShort
	}
	return 0, t.refuse("a quotation mark stands in the middle of a cell: write it twice, or close the cell with it")
}

// open is the error of a quotation mark that nothing in the chunk closes.
func (t *text) open(s string) error {
	if !t.ended && len(s) <= maxRecord {
		return errShort
	}
	return t.refuse("a quotation mark is opened and never closed")
}

// refuse gives up the record and moves to the line after the one on which it began.
func (t *text) refuse(reason string) error {
	rest := t.chunk[t.pos:]
	end := strings.IndexByte(rest, t.eol)
	skip := end + 1
	if end < 0 {
		end, skip = len(rest), len(rest)
	}
	err := &RowError{Line: t.line, Text: shorten(toUTF8(rest[:min(end, 200)]), 80), Reason: reason}
	t.pos += skip
	t.line++
	return err
}

// decode reads the cells of the current record as Windows-1252.
func (t *text) decode() {
	for i, c := range t.cells {
		t.cells[i] = toUTF8(c)
	}
}

func toUTF8(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	out, err := charmap.Windows1252.NewDecoder().String(s)
	if err != nil {
		return strings.ToValidUTF8(s, "�")
	}
	return out
}
