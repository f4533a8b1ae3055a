package page

import (
	"encoding/csv"
	"fmt"
	"io"
	"math"
	"mime"
	"net/http"
	"strconv"
	"strings"

	"ohp/internal/kernel/errs"

	"github.com/xuri/excelize/v2"
)

// Sheet is a table as a file: what a page's download links lead to. A cell is a string, an int, an int64, a float64 (NaN is an
// empty cell) or nil; anything else is written as fmt.Sprint writes it.
type Sheet struct {
	// Name becomes the file's name ("complaints-2026-09") and the worksheet's.
	Name string
	Head []string
	Rows [][]any
}

// Send writes the sheet as the format asked for, csv or xlsx, as a download.
func (s Sheet) Send(w http.ResponseWriter, format string) error {
	switch format {
	case "csv":
		Attachment(w, s.Name+".csv", "text/csv; charset=utf-8")
		return s.CSV(w)
	case "xlsx":
		Attachment(w, s.Name+".xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
		return s.XLSX(w)
	}
	return errs.New(errs.Invalid, "This table can be had as csv or xlsx, not as %q.", format)
}

// Attachment makes the answer a download with a name; paths and quotes in the name are left out.
func Attachment(w http.ResponseWriter, name, kind string) {
	name = strings.Map(func(r rune) rune {
		if strings.ContainsRune(`/\"`, r) || r < ' ' {
			return '-'
		}
		return r
	}, name)
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": name}))
	w.Header().Set("Cache-Control", "private, no-store")
}

// CSV writes the sheet as RFC 4180 has it: commas, CRLF, UTF-8. Words that a spreadsheet would run as a formula get an apostrophe
// before them.
func (s Sheet) CSV(w io.Writer) error {
	out := csv.NewWriter(w)
	out.UseCRLF = true
	if err := out.Write(s.Head); err != nil {
		return err
	}
	record := make([]string, 0, len(s.Head))
	for _, row := range s.Rows {
		record = record[:0]
		for _, cell := range row {
			record = append(record, plain(cell))
		}
		if err := out.Write(record); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

func plain(cell any) string {
	switch v := cell.(type) {
	case nil:
		return ""
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return ""
		}
		return strconv.FormatFloat(v, 'f', -1, 64)
	case string:
		return harmless(v)
	case int, int64:
		return fmt.Sprint(v)
	}
	return harmless(fmt.Sprint(cell))
}

func harmless(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r", rune(s[0])) {
		return "'" + s
	}
	return s
}

// XLSX writes the sheet as an Excel workbook with one worksheet, its head in bold and in sight while scrolling.
func (s Sheet) XLSX(w io.Writer) error {
	f := excelize.NewFile()
	defer f.Close()
	name := worksheet(s.Name)
	if err := f.SetSheetName("Sheet1", name); err != nil {
		return err
	}
	out, err := f.NewStreamWriter(name)
	if err != nil {
		return err
	}
	bold, err := f.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}})
	if err != nil {
		return err
	}
	if err := out.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
		return err
	}
	head := make([]any, len(s.Head))
	for i, h := range s.Head {
		head[i] = excelize.Cell{StyleID: bold, Value: h}
	}
	if err := out.SetRow("A1", head); err != nil {
		return err
	}
	for i, row := range s.Rows {
		if err := out.SetRow("A"+strconv.Itoa(i+2), present(row)); err != nil {
			return err
		}
	}
	if err := out.Flush(); err != nil {
		return err
	}
	return f.Write(w)
}

// present takes out values that a workbook cannot hold.
func present(row []any) []any {
	all := make([]any, len(row))
	for i, cell := range row {
		if v, ok := cell.(float64); ok && (math.IsNaN(v) || math.IsInf(v, 0)) {
			continue
		}
		all[i] = cell
	}
	return all
}

// worksheet is a name that Excel takes: at most 31 letters, none of those it reserves.
func worksheet(name string) string {
	name = strings.Map(func(r rune) rune {
		if strings.ContainsRune(`:\/?*[]'`, r) {
			return '-'
		}
		return r
	}, name)
	if r := []rune(name); len(r) > 31 {
		name = string(r[:31])
	}
	if name == "" {
		return "Figures"
	}
	return name
}
