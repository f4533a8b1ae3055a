package tabular

import (
	"archive/zip"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"
)

// openWorkbook opens an Office Open XML workbook (ECMA-376 part 1) and gives
// its worksheets, hidden ones included, in order. Values are as stored (numbers
// at full precision, dates as serial numbers), not as displayed.
//
// The package reads the format itself, because worksheets have few constructs
// and the general readers take several times as long to read them.
func openWorkbook(z *zip.Reader, prefix string) ([]*Sheet, error) {
	book, err := readWorkbook(z)
	if err != nil {
		return nil, damaged(err)
	}
	var sheets []*Sheet
	for _, s := range book.sheets {
		member := s.member
		sheets = append(sheets, &Sheet{Place: prefix + s.name, Hidden: s.hidden, Size: int64(member.UncompressedSize64),
			rows: func(yield func(Row, error) bool) { book.rows(member, yield) }})
	}
	if len(sheets) == 0 {
		return nil, errors.New("the workbook holds no worksheet: it may be damaged, fetch it again from the publisher")
	}
	return sheets, nil
}

func damaged(cause error) error {
	return fmt.Errorf("the workbook is damaged and cannot be opened (%s): fetch it again from the publisher", shorten(cause.Error(), 120))
}

// workbook is the part of a workbook that its sheets share.
type workbook struct {
	sheets  []worksheet
	strings []string
}

type worksheet struct {
	name   string
	hidden bool
	member *zip.File
}

// relationship is an entry of a .rels part (ECMA-376 part 2).
type relationship struct {
	ID     string `xml:"Id,attr"`
	Type   string `xml:"Type,attr"`
	Target string `xml:"Target,attr"`
}

func readWorkbook(z *zip.Reader) (*workbook, error) {
	members := make(map[string]*zip.File, len(z.File))
	for _, m := range z.File {
		members[strings.ToLower(strings.TrimPrefix(m.Name, "/"))] = m
	}
	main := "xl/workbook.xml"
	for _, r := range readRelationships(members["_rels/.rels"]) {
		if strings.HasSuffix(r.Type, "/officeDocument") {
			main = resolve("", r.Target)
		}
	}
	var doc struct {
		Sheets []struct {
			Name  string     `xml:"name,attr"`
			State string     `xml:"state,attr"`
			Attrs []xml.Attr `xml:",any,attr"`
		} `xml:"sheets>sheet"`
	}
	if err := readXML(members[strings.ToLower(main)], &doc); err != nil {
		return nil, err
	}
	book := &workbook{}
	parts := map[string]string{}
	folder := path.Dir(main)
	for _, r := range readRelationships(members[strings.ToLower(folder+"/_rels/"+path.Base(main)+".rels")]) {
		parts[r.ID] = resolve(folder, r.Target)
		if strings.HasSuffix(r.Type, "/sharedStrings") {
			if err := book.readStrings(members[strings.ToLower(parts[r.ID])]); err != nil {
				return nil, err
			}
		}
	}
	for _, s := range doc.Sheets {
		for _, a := range s.Attrs {
			if m := members[strings.ToLower(parts[a.Value])]; a.Name.Local == "id" && m != nil && parts[a.Value] != "" {
				book.sheets = append(book.sheets, worksheet{s.Name, s.State == "hidden" || s.State == "veryHidden", m})
			}
		}
	}
	return book, nil
}

func resolve(folder, target string) string {
	if strings.HasPrefix(target, "/") {
		return target[1:]
	}
	return path.Join(folder, target)
}

func readRelationships(m *zip.File) []relationship {
	var doc struct {
		Relationship []relationship
	}
	if readXML(m, &doc) != nil {
		return nil
	}
	return doc.Relationship
}

func readXML(m *zip.File, into any) error {
	if m == nil {
		return errors.New("a part of it is missing")
	}
	r, err := m.Open()
	if err != nil {
		return err
	}
	defer r.Close()
	return xml.NewDecoder(io.LimitReader(r, 16<<20)).Decode(into)
}

// readStrings reads the table of strings that the worksheets share.
func (b *workbook) readStrings(m *zip.File) error {
	if m == nil {
		return errors.New("its table of strings is missing")
	}
	r, err := m.Open()
	if err != nil {
		return err
	}
	defer r.Close()
	t := newMarkup(r)
	var text strings.Builder
	inText, phonetic := false, 0
	for {
		err := t.next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if inText && phonetic == 0 {
			text.Write(t.text)
		}
		switch t.name() {
		case "si":
			if t.opens {
				text.Reset()
			}
			if t.closes {
				b.strings = append(b.strings, plainText(text.String()))
			}
		case "t":
			inText = t.opens && !t.closes
		case "rPh":
			if t.opens {
				phonetic++
			}
			if t.closes {
				phonetic--
			}
		}
	}
}

// maxColumns is how many columns a worksheet can have.
const maxColumns = 16384

// rows gives the rows of a worksheet; see Sheet.Rows. Row.Bytes counts the worksheet's markup.
func (b *workbook) rows(m *zip.File, yield func(Row, error) bool) {
	r, err := m.Open()
	if err != nil {
		yield(Row{}, fmt.Errorf("the worksheet cannot be unpacked: %w", err))
		return
	}
	defer r.Close()
	w := sheetReader{book: b, markup: newMarkup(r)}
	for {
		row, err := w.row()
		if err == io.EOF {
			return
		}
		if err != nil {
			yield(Row{}, fmt.Errorf("the worksheet cannot be read beyond row %d, it may be damaged: %w", w.line, err))
			return
		}
		if blank(row.Cells) {
			continue
		}
		if !yield(row, nil) {
			return
		}
	}
}

// sheetReader reads the rows of one worksheet.
type sheetReader struct {
	book   *workbook
	markup *markup
	line   int
	cells  []string
	column int
	kind   string // the cell's type
	value  strings.Builder
	inRow  bool
	inCell bool
	taking bool // in a v or t element of a cell
	ended  bool // the sheet's data has ended
}

// row reads the next row that has cells.
func (w *sheetReader) row() (Row, error) {
	for !w.ended {
		if err := w.markup.next(); err != nil {
			if err == io.EOF {
				err = io.ErrUnexpectedEOF
			}
			return Row{}, err
		}
		if w.taking {
			w.value.Write(w.markup.text)
		}
		switch w.markup.name() {
		case "row":
			if w.markup.opens {
				w.beginRow()
			}
			if w.markup.closes && w.inRow {
				w.inRow = false
				return Row{Line: w.line, Cells: w.cells, Bytes: w.markup.read}, nil
			}
		case "c":
			if w.markup.opens && w.inRow {
				w.beginCell()
			}
			if w.markup.closes && w.inCell {
				if err := w.endCell(); err != nil {
					return Row{}, err
				}
			}
		case "v", "t":
			w.taking = w.markup.opens && !w.markup.closes && w.inCell
		case "sheetData":
			w.ended = w.markup.closes
		case "worksheet":
			w.ended = w.markup.closes
		}
	}
	return Row{}, io.EOF
}

func (w *sheetReader) beginRow() {
	line := number(w.markup.attribute("r"))
	if line <= w.line {
		line = w.line + 1
	}
	w.line, w.column, w.cells = line, -1, w.cells[:0]
	w.inRow, w.inCell, w.taking = true, false, false
}

func (w *sheetReader) beginCell() {
	column := columnOf(w.markup.attribute("r"))
	if column <= w.column {
		column = w.column + 1
	}
	w.column, w.kind, w.inCell = column, string(w.markup.attribute("t")), true
	w.value.Reset()
}

func (w *sheetReader) endCell() error {
	if w.column < 0 || w.column >= maxColumns {
		return fmt.Errorf("row %d has a cell beyond the last column", w.line)
	}
	for len(w.cells) < w.column {
		w.cells = append(w.cells, "")
	}
	text := w.value.String()
	switch w.kind {
	case "s":
		i := number([]byte(text))
		if text != "" && (i < 0 || i >= len(w.book.strings)) {
			return fmt.Errorf("row %d speaks of string %q, which the workbook has not", w.line, shorten(text, 20))
		}
		if text != "" {
			text = w.book.strings[i]
		}
	case "", "n":
	default:
		text = plainText(text)
	}
	w.cells = append(w.cells, text)
	w.inCell = false
	return nil
}

// number reads digits; -1 when there are none, or other signs, or too many.
func number(b []byte) int {
	if len(b) == 0 || len(b) > 9 {
		return -1
	}
	n := 0
	for _, c := range b {
		if c < '0' || c > '9' {
			return -1
		}
		n = n*10 + int(c-'0')
	}
	return n
}

// columnOf gives the column of a cell's reference, counted from 0; -1 when it has none.
func columnOf(ref []byte) int {
	n := 0
	for _, c := range ref {
		if c < 'A' || c > 'Z' || n > maxColumns {
			break
		}
		n = n*26 + int(c-'A'+1)
	}
	return n - 1
}
