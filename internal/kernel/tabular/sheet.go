package tabular

import (
	"errors"
	"fmt"
	"io"
	"iter"
)

// Row is one record of a sheet.
type Row struct {
	// Line is the physical line at which the record begins (text), or the row
	// of the worksheet, counted from 1.
	Line int
	// Cells holds the values as text. The slice is used again for the next row;
	// the strings may be kept.
	Cells []string
	// Bytes is how far reading has come, in the measure of Sheet.Size.
	Bytes int64
}

// Cell gives the value at index i, "" beyond the row's end or for a negative index.
func (r Row) Cell(i int) string {
	if i < 0 || i >= len(r.Cells) {
		return ""
	}
	return r.Cells[i]
}

// RowError says why one row could not be read; reading goes on after it.
type RowError struct {
	Line   int
	Text   string // the beginning of what stood there
	Reason string // a sentence
}

// Error gives the line and the reason.
func (e *RowError) Error() string { return fmt.Sprintf("line %d: %s", e.Line, e.Reason) }

// Sheet is one table of a file: a plain file's only one, a worksheet, a file in an archive.
type Sheet struct {
	// Place is "" for a plain text file, the worksheet's name, the archive
	// member's name, or member/worksheet.
	Place string
	// Hidden says that a worksheet is hidden from people who open the workbook.
	Hidden bool
	// Text says that the sheet is separated text, whose rows have all their
	// cells; those of a worksheet end at the last cell that is filled.
	Text bool
	// Size is the length of the sheet in the measure of Row.Bytes (bytes of text,
	// or of a worksheet's markup); 0 when it is not known.
	Size int64
	rows func(yield func(Row, error) bool)
	head []Row
	// whole says that head holds every row up to the sheet's end, or to its error.
	whole bool
	err   error // what ended the reading of head before the sheet's end
	// readings are the first rows read as headers.
	readings []reading
	names    naming // every name in them
}

// Rows gives the rows in order, blank ones left out; each call begins anew. An
// error that is a *RowError concerns that row alone and the next row follows;
// any other error is the last thing given, and means that the sheet could not
// be read to its end.
func (s *Sheet) Rows() iter.Seq2[Row, error] { return s.rows }

// headRows is how many rows are kept for recognition at the first call of Head.
const headRows = 80

// Head gives the first n rows that can be read, blank ones left out, without
// their line numbers; fewer when the sheet is shorter.
func (s *Sheet) Head(n int) [][]string {
	rows := s.headRows(n)
	out := make([][]string, len(rows))
	for i, r := range rows {
		out[i] = r.Cells
	}
	return out
}

func (s *Sheet) headRows(n int) []Row {
	if len(s.head) < n && !s.whole {
		s.readHead(max(n, headRows))
	}
	return s.head[:min(n, len(s.head))]
}

// Err says why the sheet's first rows could not be read; nil when they could.
func (s *Sheet) Err() error {
	s.headRows(headerSearch)
	return s.err
}

func (s *Sheet) readHead(n int) {
	s.head, s.whole, s.err = s.head[:0], true, nil
	for r, err := range s.rows {
		if err != nil {
			var bad *RowError
			if !errors.As(err, &bad) {
				s.err = err
			}
			continue
		}
		if len(s.head) == n {
			s.whole = false
			break
		}
		s.head = append(s.head, Row{Line: r.Line, Cells: append([]string(nil), r.Cells...), Bytes: r.Bytes})
	}
}

// textSheet is a sheet of separated text that open gives the bytes of.
func textSheet(place string, size int64, open func() (io.ReadCloser, error)) *Sheet {
	return &Sheet{Place: place, Size: size, Text: true, rows: func(yield func(Row, error) bool) {
		r, err := open()
		if err != nil {
			yield(Row{}, fmt.Errorf("the file cannot be unpacked: %w", err))
			return
		}
		defer r.Close()
		newText(r).each(yield)
	}}
}
