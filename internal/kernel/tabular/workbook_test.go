package tabular

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"ohp/internal/kernel/testkit"
)

// reference reads a worksheet with the general reader: raw values, blank rows left out.
func reference(t testing.TB, book *excelize.File, sheet string) []got {
	t.Helper()
	rows, err := book.Rows(sheet)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var all []got
	for line := 1; rows.Next(); line++ {
		cells, err := rows.Columns()
		if err != nil {
			t.Fatal(err)
		}
		for i, c := range cells {
			cells[i] = strings.ReplaceAll(strings.ReplaceAll(c, "_x000D_", ""), "\r", "")
		}
		if !blank(cells) {
			all = append(all, got{line, trimBlank(cells)})
		}
	}
	return all
}

func trimBlank(cells []string) []string {
	for len(cells) > 0 && cells[len(cells)-1] == "" {
		cells = cells[:len(cells)-1]
	}
	return slices.Clone(cells)
}

// Real workbooks, one of each publication and the nasty ones, are read as the
// general reader reads them, cell by cell. (All of them agree; reading all with
// the general reader takes a minute.)
func TestWorkbooksAgreeWithTheGeneralReader(t *testing.T) {
	var paths []string
	for pattern, n := range map[string]int{"telephony/*.xlsx": 1, "online_consultations/*.xlsx": 1, "workforce/*.xlsx": 1, "ods/*/*.xlsx": 1, "nasty/excelize/*.xlsx": 9} {
		found, _ := filepath.Glob(filepath.Join(testkit.Published(t), pattern))
		paths = append(paths, found[:min(n, len(found))]...)
	}
	if len(paths) < 12 {
		t.Fatalf("only %d workbooks", len(paths))
	}
	for _, path := range paths {
		name := filepath.Base(path)
		if strings.HasPrefix(name, "encrypt") || strings.HasPrefix(name, "Bad") {
			continue
		}
		t.Run(name, func(t *testing.T) {
			book, err := excelize.OpenFile(path, excelize.Options{RawCellValue: true})
			if err != nil {
				t.Fatal(err)
			}
			defer book.Close()
			f, err := Open(context.Background(), path)
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			names := book.GetSheetList()
			if len(names) != len(f.Sheets) {
				t.Fatalf("%d sheets, want %d", len(f.Sheets), len(names))
			}
			for i, s := range f.Sheets {
				visible, _ := book.GetSheetVisible(names[i])
				if s.Place != names[i] || s.Hidden == visible {
					t.Errorf("sheet %q hidden %v, want %q hidden %v", s.Place, s.Hidden, names[i], !visible)
				}
				compare(t, s, reference(t, book, names[i]))
			}
		})
	}
}

func compare(t *testing.T, s *Sheet, want []got) {
	t.Helper()
	rows, bad := all(t, s)
	for i := range rows {
		for c := range rows[i].cells {
			rows[i].cells[c] = strings.ReplaceAll(rows[i].cells[c], "\r", "")
		}
		rows[i].cells = trimBlank(rows[i].cells)
	}
	if len(bad) > 0 || len(rows) != len(want) {
		t.Errorf("%s: %d rows, want %d, errors %v", s.Place, len(rows), len(want), bad)
		return
	}
	for i := range want {
		if rows[i].line != want[i].line || !slices.Equal(rows[i].cells, want[i].cells) {
			t.Errorf("%s: row %v, want %v", s.Place, rows[i], want[i])
			return
		}
	}
}

// sheetXML reads the rows of a worksheet's markup with a table of strings.
func sheetXML(markup string, shared ...string) ([]got, error) {
	w := sheetReader{book: &workbook{strings: shared}, markup: newMarkup(strings.NewReader(markup))}
	var rows []got
	for {
		r, err := w.row()
		if err != nil {
			if err.Error() == "EOF" {
				err = nil
			}
			return rows, err
		}
		rows = append(rows, got{r.Line, slices.Clone(r.Cells)})
	}
}

func TestWorksheetMarkup(t *testing.T) {
	for name, c := range map[string]struct {
		markup string
		line   int
		cells  []string
	}{
		"gaps":             {`<row r="7"><c r="B7"><v>1.50</v></c><c r="D7" t="s"><v>1</v></c></row>`, 7, []string{"", "1.50", "", "two"}},
		"no references":    {`<row><c><v>1</v></c><c><v>2</v></c></row>`, 1, []string{"1", "2"}},
		"prefixes":         {`<x:row r="2"><x:c r="A2"><x:v>1</x:v></x:c></x:row>`, 2, []string{"1"}},
		"inline, runs":     {`<row r="1"><c r="A1" t="inlineStr"><is><r><t>a &amp; </t></r><r><t xml:space="preserve">b</t></r></is></c></row>`, 1, []string{"a & b"}},
		"formula":          {`<row r="1"><c r="A1" t="str"><f>B1&gt;2</f><v>x_x000D__x0041_</v></c><c r="B1"><f/><v>3</v></c></row>`, 1, []string{"xA", "3"}},
		"empty cells":      {`<row r="1" spans="1:3"><c r="A1" s="4"/><c r="B1"><v></v></c><c r="C1"><v>3</v></c></row>`, 1, []string{"", "", "3"}},
		"comment, CDATA":   {`<!-- <row> > --><row r="1"><c t="str"><v><![CDATA[<b> & "c"]]></v></c></row>`, 1, []string{`<b> & "c"`}},
		"tag in quotes":    {`<row r="1" note="a>b"><c r='A1'><v>1</v></c></row>`, 1, []string{"1"}},
		"boolean, error":   {`<row r="1"><c t="b"><v>1</v></c><c t="e"><v>#N/A</v></c></row>`, 1, []string{"1", "#N/A"}},
		"attribute likes":  {`<row r="1"><c cm="9" r="B1" vm="t" t="s"><v>0</v></c></row>`, 1, []string{"", "one"}},
		"rows go backward": {`<row r="4"></row><row r="2"><c><v>1</v></c></row>`, 5, []string{"1"}},
	} {
		t.Run(name, func(t *testing.T) {
			rows, err := sheetXML(`<?xml version="1.0"?><worksheet><sheetData>`+c.markup+`</sheetData><row r="99"/></worksheet>`, "one", "two")
			if err != nil || len(rows) == 0 {
				t.Fatalf("%v, %v", rows, err)
			}
			last := rows[len(rows)-1]
			if last.line != c.line || !slices.Equal(last.cells, c.cells) {
				t.Errorf("%v, want %d %q", last, c.line, c.cells)
			}
		})
	}
	for name, markup := range map[string]string{
		"cut short":         `<worksheet><sheetData><row r="1"><c r="A1"><v>1</v></c>`,
		"unknown string":    `<worksheet><sheetData><row r="1"><c t="s"><v>5</v></c></row></sheetData></worksheet>`,
		"beyond the last":   `<worksheet><sheetData><row r="1"><c r="ZZZZZ1"><v>5</v></c></row></sheetData></worksheet>`,
		"document type":     `<!DOCTYPE x [<!ENTITY a "b">]><worksheet/>`,
		"no markup":         `hello`,
		"an empty tag":      `<worksheet><><sheetData/></worksheet>`,
		"tag never closed":  `<worksheet><sheetData><row r="1`,
		"quote never ended": `<worksheet><sheetData><row r="1><c/></row></sheetData></worksheet>`,
	} {
		t.Run(name, func(t *testing.T) {
			if rows, err := sheetXML(markup); err == nil {
				t.Errorf("no error; rows %v", rows)
			}
		})
	}
}

func TestDamagedWorksheetHasAnError(t *testing.T) {
	// Given a workbook whose worksheet is cut short, when its head is asked for, then Err says why it is empty
	f, err := openBytes(archive(t, "[Content_Types].xml", "<x/>", "xl/workbook.xml", `<workbook xmlns:r="y"><sheets><sheet name="A" sheetId="1" r:id="rId1"/></sheets></workbook>`,
		"xl/_rels/workbook.xml.rels", `<Relationships><Relationship Id="rId1" Type="x/worksheet" Target="worksheets/sheet1.xml"/></Relationships>`,
		"xl/worksheets/sheet1.xml", `<worksheet><sheetData><row r="1"><c><v>1</v></c></row><row r="2"><c`))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if s := f.Sheets[0]; len(s.Head(5)) != 1 || s.Err() == nil || !strings.Contains(s.Err().Error(), "beyond row 2") {
		t.Errorf("head %v, error %v", s.Head(5), s.Err())
	}
}

func TestPlainText(t *testing.T) {
	for in, want := range map[string]string{
		"a &lt; b &#10;c": "a < b \nc", "_x0041_B": "AB", "_x00": "_x00", "_xZZZZ_": "_xZZZZ_", "a_x000D_\nb": "a\nb", "snake_x_case": "snake_x_case", "_x005F_x0041_": "_x0041_",
	} {
		if got := plainText(in); got != want {
			t.Errorf("plainText(%q) = %q, want %q", in, got, want)
		}
	}
}

func FuzzWorksheet(f *testing.F) {
	f.Add(`<worksheet><sheetData><row r="1"><c r="A1" t="s"><v>0</v></c><c t="inlineStr"><is><t>a</t></is></c></row></sheetData></worksheet>`)
	f.Add(`<?xml?><!-- x --><a:worksheet><a:sheetData><a:row><a:c><a:v><![CDATA[>]]></a:v></a:c></a:row></a:sheetData>`)
	f.Fuzz(func(t *testing.T, markup string) {
		rows, _ := sheetXML(markup, "one")
		last := 0
		for _, r := range rows {
			if r.line <= last || len(r.cells) > maxColumns {
				t.Fatalf("row %d after %d with %d cells", r.line, last, len(r.cells))
			}
			last = r.line
		}
	})
}

func BenchmarkWorkbook(b *testing.B) {
	path := testkit.Published(b, "telephony", "Cloud Based Telephony Publication Summary December 2025.xlsx")
	b.Run("tabular", func(b *testing.B) {
		for b.Loop() {
			f, err := Open(context.Background(), path)
			if err != nil {
				b.Fatal(err)
			}
			for _, s := range f.Sheets {
				for _, err := range s.Rows() {
					if err != nil {
						b.Fatal(err)
					}
				}
			}
			err = errors.Join(f.Close())
			if err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("excelize", func(b *testing.B) {
		for b.Loop() {
			r, err := os.Open(path)
			if err != nil {
				b.Fatal(err)
			}
			book, err := excelize.OpenReader(r, excelize.Options{RawCellValue: true})
			if err != nil {
				b.Fatal(err)
			}
			for _, name := range book.GetSheetList() {
				reference(b, book, name)
			}
			_ = book.Close()
			_ = r.Close()
		}
	})
}
