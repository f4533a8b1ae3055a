package tabular

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/xuri/excelize/v2"
)

// openWorkbook opens an Excel workbook and gives its worksheets, hidden ones
// included, in order. Values are as stored (numbers at full precision, dates as
// serial numbers), not as displayed.
func openWorkbook(f *File, prefix string, r io.Reader) (sheets []*Sheet, err error) {
	defer func() {
		if p := recover(); p != nil {
			sheets, err = nil, damaged(p)
		}
	}()
	book, err := excelize.OpenReader(r, excelize.Options{RawCellValue: true, UnzipSizeLimit: MaxArchive, UnzipXMLSizeLimit: 64 << 20})
	if err != nil {
		return nil, damaged(err)
	}
	f.closers = append(f.closers, book)
	for _, name := range book.GetSheetList() {
		visible, err := book.GetSheetVisible(name)
		sheets = append(sheets, &Sheet{Place: prefix + name, Hidden: err == nil && !visible, rows: worksheetRows(book, name)})
	}
	if len(sheets) == 0 {
		return nil, errors.New("the workbook holds no worksheet: it may be damaged, fetch it again from the publisher")
	}
	return sheets, nil
}

func damaged(cause any) error {
	return fmt.Errorf("the workbook is damaged and cannot be opened (%s): fetch it again from the publisher", shorten(fmt.Sprint(cause), 120))
}

func worksheetRows(book *excelize.File, name string) func(yield func(Row, error) bool) {
	return func(yield func(Row, error) bool) {
		rows, err := book.Rows(name)
		if err != nil {
			yield(Row{}, fmt.Errorf("the worksheet %q cannot be read: %w", name, err))
			return
		}
		defer rows.Close()
		for line := 1; rows.Next(); line++ {
			cells, err := rows.Columns()
			if err != nil {
				yield(Row{}, fmt.Errorf("the worksheet %q cannot be read beyond row %d: %w", name, line, err))
				return
			}
			if blank(cells) {
				continue
			}
			for i, c := range cells {
				if strings.Contains(c, "_x000D_") {
					cells[i] = strings.ReplaceAll(c, "_x000D_", "")
				}
			}
			if !yield(Row{Line: line, Cells: cells, Bytes: int64(line)}, nil) {
				return
			}
		}
		if err := rows.Error(); err != nil {
			yield(Row{}, fmt.Errorf("the worksheet %q cannot be read to its end: %w", name, err))
		}
	}
}
