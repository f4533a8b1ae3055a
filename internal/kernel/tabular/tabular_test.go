package tabular

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"
	"pgregory.net/rapid"

	"ohp/internal/kernel/testkit"
)

func openText(t testing.TB, content string) *Sheet {
	t.Helper()
	f, err := OpenReader("test.csv", strings.NewReader(content), int64(len(content)))
	if err != nil {
		t.Fatalf("OpenReader: %v", err)
	}
	return f.Sheets[0]
}

type got struct {
	line  int
	cells []string
}

func all(t testing.TB, s *Sheet) (rows []got, bad []*RowError) {
	t.Helper()
	for r, err := range s.Rows() {
		var rowErr *RowError
		switch {
		case errors.As(err, &rowErr):
			bad = append(bad, rowErr)
		case err != nil:
			t.Fatalf("Rows: %v", err)
		default:
			rows = append(rows, got{r.Line, slices.Clone(r.Cells)})
		}
	}
	return rows, bad
}

func TestTextLayouts(t *testing.T) {
	want := []got{{1, []string{"code", "name"}}, {2, []string{"A81001", "Café"}}}
	for name, content := range map[string]string{
		"plain":                   "code,name\nA81001,Café\n",
		"no end of line":          "code,name\nA81001,Café",
		"CR LF":                   "code,name\r\nA81001,Café\r\n",
		"CR alone":                "code,name\rA81001,Café\r",
		"byte-order mark":         "\ufeffcode,name\nA81001,Café\n",
		"two marks":               "\ufeff\ufeffcode,name\nA81001,Café\n",
		"Windows-1252":            "code,name\nA81001,Caf\xe9\n",
		"Windows-1252 in quotes":  "code,name\nA81001,\"Caf\xe9\"\r\n",
		"tabs":                    "code\tname\nA81001\tCafé\n",
		"semicolons":              "code;name\nA81001;Café\n",
		"quotes":                  "\"code\",\"name\"\n\"A81001\",\"Café\"\n",
		"blanks about the quotes": "\"code\" , \"name\"\n \"A81001\",\"Café\" \n",
		"UTF-16, little end":      "\xff\xfec\x00o\x00d\x00e\x00,\x00n\x00a\x00m\x00e\x00\n\x00A\x008\x001\x000\x000\x001\x00,\x00C\x00a\x00f\x00\xe9\x00\n\x00",
	} {
		t.Run(name, func(t *testing.T) {
			rows, bad := all(t, openText(t, content))
			if len(bad) > 0 || !slices.EqualFunc(rows, want, func(a, b got) bool { return a.line == b.line && slices.Equal(a.cells, b.cells) }) {
				t.Errorf("rows %v, errors %v; want %v", rows, bad, want)
			}
		})
	}
}

func TestLinesArePhysical(t *testing.T) {
	// Given a record over three lines, a blank line and ragged rows
	rows, bad := all(t, openText(t, "a,b\n\"one\ntwo\n\"\"three\"\"\",2\n\n,,\nlast\nx,y,z\n"))
	want := []got{{1, []string{"a", "b"}}, {2, []string{"one\ntwo\n\"three\"", "2"}}, {7, []string{"last"}}, {8, []string{"x", "y", "z"}}}
	if len(bad) > 0 || fmt.Sprint(rows) != fmt.Sprint(want) {
		t.Errorf("got %v and %v, want %v", rows, bad, want)
	}
}

func TestBadRowDoesNotStopTheRest(t *testing.T) {
	for name, content := range map[string]string{
		"quote in a cell": "a,b\n\"x\"y,1\nz,2\n",
		"quote left open": "a,b\n\"x,1\nz,2\n",
	} {
		t.Run(name, func(t *testing.T) {
			rows, bad := all(t, openText(t, content))
			if len(bad) != 1 || bad[0].Line != 2 || !strings.Contains(bad[0].Reason, "quotation mark") {
				t.Fatalf("errors %v", bad)
			}
			if len(rows) != 2 || rows[1].line != 3 || rows[1].cells[0] != "z" {
				t.Errorf("rows %v", rows)
			}
		})
	}
}

func TestLongQuoteIsBounded(t *testing.T) {
	// Given an open quotation mark and three megabytes after it
	content := "a,b\n\"x,1\n" + strings.Repeat("y,2\n", 800_000)
	rows, bad := all(t, openText(t, content))
	if len(bad) != 1 || bad[0].Line != 2 || len(rows) != 800_001 {
		t.Errorf("%d rows, errors %v", len(rows), bad)
	}
}

func TestSpectrum(t *testing.T) {
	// Given the csv-spectrum collection, when each is read, then it equals its JSON
	files, _ := filepath.Glob(filepath.Join(testkit.Published(t, "nasty", "csv-spectrum"), "csvs", "*.csv"))
	if len(files) < 12 {
		t.Fatalf("only %d files", len(files))
	}
	for _, path := range files {
		name := strings.TrimSuffix(filepath.Base(path), ".csv")
		t.Run(name, func(t *testing.T) {
			body, err := os.ReadFile(filepath.Join(filepath.Dir(path), "..", "json", name+".json"))
			if err != nil {
				t.Fatal(err)
			}
			var want []map[string]string
			if err := json.Unmarshal(body, &want); err != nil {
				want = make([]map[string]string, 1)
				if err := json.Unmarshal(body, &want[0]); err != nil {
					t.Fatal(err)
				}
			}
			if name == "location_coordinates" { // the collection's JSON gives another telephone number than its CSV
				want[0]["Contact Phone Number"] = "2095257564"
			}
			f, err := Open(context.Background(), path)
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			rows, bad := all(t, f.Sheets[0])
			if len(bad) > 0 || len(rows) != len(want)+1 {
				t.Fatalf("%d rows, %v; want %d", len(rows), bad, len(want)+1)
			}
			for i, w := range want {
				for c, key := range rows[0].cells {
					if have := rows[i+1].cells[c]; strings.ReplaceAll(have, "\r\n", "\n") != strings.ReplaceAll(w[key], "\r\n", "\n") {
						t.Errorf("row %d %s: %q, want %q", i+1, key, have, w[key])
					}
				}
			}
		})
	}
}

func TestNastyWorkbooks(t *testing.T) {
	dir := testkit.Published(t, "nasty", "excelize")
	for name, words := range map[string]string{
		"encryptAES.xlsx":    "encrypted with a password",
		"encryptSHA1.xlsx":   "encrypted with a password",
		"encryptSHA512.xlsx": "encrypted with a password",
		"BadWorkbook.xlsx":   "damaged",
	} {
		t.Run(name, func(t *testing.T) {
			f, err := Open(context.Background(), filepath.Join(dir, name))
			if err == nil {
				defer f.Close()
				for _, s := range f.Sheets {
					for _, rowErr := range s.Rows() {
						err = errors.Join(err, rowErr)
					}
				}
			}
			if err == nil || !strings.Contains(err.Error(), words) {
				t.Errorf("error %v, want words %q", err, words)
			}
		})
	}
	for _, name := range []string{"Book1.xlsx", "CalcChain.xlsx", "MergeCell.xlsx", "OverflowNumericCell.xlsx", "SharedStrings.xlsx"} {
		t.Run(name, func(t *testing.T) {
			f, err := Open(context.Background(), filepath.Join(dir, name))
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			n := 0
			for _, s := range f.Sheets {
				rows, bad := all(t, s)
				n += len(rows)
				if len(bad) > 0 {
					t.Error(bad)
				}
			}
			if n == 0 {
				t.Error("no rows")
			}
		})
	}
}

func TestRefusals(t *testing.T) {
	for name, c := range map[string]struct{ content, words string }{
		"empty":         {"", "0 bytes"},
		"blanks":        {" \r\n\r\n", "only blanks"},
		"web page":      {"\n<!DOCTYPE html><html><body>404", "web page"},
		"PDF":           {"%PDF-1.7 ...", "PDF"},
		"gzip":          {"\x1f\x8b\x08rest", "gzip"},
		"binary":        {"\x00\x01\x02\x03hello", "neither text nor a workbook"},
		"cut short zip": {"PK\x03\x04abcdefgh", "damaged or cut short"},
		"old workbook":  {"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + strings.Repeat("x", 600), ".xls"},
		"damaged JSON":  {`{"a": [1, 2`, "damaged"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := OpenReader("x.csv", strings.NewReader(c.content), int64(len(c.content)))
			if err == nil || !strings.Contains(err.Error(), c.words) {
				t.Errorf("error %v, want words %q", err, c.words)
			}
		})
	}
	if _, err := Open(context.Background(), filepath.Join(t.TempDir(), "none")); err == nil || !strings.Contains(err.Error(), "no such file") {
		t.Errorf("absent file: %v", err)
	}
	if _, err := Open(context.Background(), t.TempDir()); err == nil || !strings.Contains(err.Error(), "folder") {
		t.Errorf("folder: %v", err)
	}
}

func TestWorkbookValues(t *testing.T) {
	// Given numbers shown rounded, numbers as text, dates, formulas, merged cells and a hidden sheet
	book := excelize.NewFile()
	style, _ := book.NewStyle(&excelize.Style{NumFmt: 9})
	dates, _ := book.NewStyle(&excelize.Style{NumFmt: 14})
	for cell, v := range map[string]any{"A1": "Code", "B1": "Share", "A3": "M85029", "B3": 0.60799999999999998, "C3": "0042", "D3": 45931, "E3": true, "F3": 123456789012.25} {
		if err := book.SetCellValue("Sheet1", cell, v); err != nil {
			t.Fatal(err)
		}
	}
	_ = book.SetCellStyle("Sheet1", "B3", "B3", style)
	_ = book.SetCellStyle("Sheet1", "D3", "D3", dates)
	_ = book.MergeCell("Sheet1", "A1", "A2")
	_, _ = book.NewSheet("Old totals")
	_ = book.SetCellValue("Old totals", "A1", "stale")
	_ = book.SetSheetVisible("Old totals", false)
	var b bytes.Buffer
	if err := book.Write(&b); err != nil {
		t.Fatal(err)
	}
	f, err := openBytes(b.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, _ := all(t, f.Sheets[0])
	want := []string{"M85029", "0.608", "0042", "45931", "1", "123456789012.25"}
	if len(rows) != 2 || rows[1].line != 3 || !slices.Equal(rows[1].cells, want) {
		t.Errorf("rows %v, want %q", rows, want)
	}
	if f.Sheets[0].Hidden || !f.Sheets[1].Hidden {
		t.Error("hidden sheets are not told from visible ones")
	}
}

func TestFindHeader(t *testing.T) {
	want := []Column{Col("code", "ODS code", "GP Practice (ODS_CODE)"), Col("calls", "Inbound calls"), OptCol("name", "Practice name")}
	for name, c := range map[string]struct {
		content string
		line    int
		calls   int
	}{
		"first row":       {"ODS code,Inbound calls\n", 1, 1},
		"footnotes":       {"\"GP Practice \n(ODS_CODE) [2]\",x,Inbound calls [7]\n", 1, 2},
		"note and stars":  {"ODS.Code*,,Inbound_Calls (note 3)\n", 1, 2},
		"lost superscr.":  {"ODS code,Inbound calls5\n", 1, 1},
		"superscript":     {"ODS code,Inbound calls¹²\n", 1, 1},
		"preamble":        {"Table 3\nInbound calls by practice\n,,\nSource: x\nName,ODS\u00a0CODE,INBOUND  CALLS\n", 5, 2},
		"spacers, moved":  {"Inbound calls,,,OdsCode\n", 1, 0},
		"over two rows":   {"ODS code,Calls,\n,Outbound,Inbound calls\n", 2, 2},
		"joined":          {"ODS code,Inbound,,Outbound,\n,calls,missed,calls,missed\n", 2, 1},
		"leftmost counts": {"ODS code,Inbound calls,Inbound calls\n", 1, 1},
	} {
		t.Run(name, func(t *testing.T) {
			h, err := FindHeader(openText(t, c.content+"A81001,5,6\n"), want...)
			if err != nil {
				t.Fatal(err)
			}
			if h.Line != c.line || h.Index("calls") != c.calls || h.Has("name") {
				t.Errorf("line %d, calls at %d, name %v", h.Line, h.Index("calls"), h.Has("name"))
			}
		})
	}
	_, err := FindHeader(openText(t, "ODS code,Outbound calls\nA81001,2\n"), want...)
	if err == nil || !strings.Contains(err.Error(), "lacks calls") || !strings.Contains(err.Error(), "Outbound calls") {
		t.Errorf("error does not name what is missing and what was found: %v", err)
	}
}

func TestNormal(t *testing.T) {
	for in, want := range map[string]string{
		"Submissions [7]": "submissions", "GP Practice \n(ODS_CODE)": "gppracticeodscode", "Missed %": "missed%",
		"OrganisationCode": "organisationcode", "A & B": "aandb", "List size (1)": "listsize", "Rate [note 12]": "rate",
		"Ages (65+)": "ages65+", "AGE_GROUP_5": "agegroup5", "Total [c]": "total", "": "", "£ paid": "£paid", "Open [": "open",
	} {
		if got := Normal(in); got != want {
			t.Errorf("Normal(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestHeadIsStableAndRowsBeginAnew(t *testing.T) {
	s := openText(t, "a,b\n"+strings.Repeat("1,2\n", 500))
	if len(s.Head(5)) != 5 || len(s.Head(300)) != 300 || len(s.Head(900)) != 501 || s.Head(1)[0][1] != "b" {
		t.Error("Head gives another number of rows than asked or present")
	}
	for range 2 {
		if rows, _ := all(t, s); len(rows) != 501 {
			t.Errorf("%d rows", len(rows))
		}
	}
}

// What encoding/csv writes is read back the same, whatever the cells hold.
func TestReadsWhatIsWritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		cell := rapid.StringOfN(rapid.RuneFrom([]rune("ab1,;\t\"\n é£")), 0, 12, -1)
		rows := rapid.SliceOfN(rapid.SliceOfN(cell, 2, 5), 1, 20).Draw(t, "rows")
		var b bytes.Buffer
		w := csv.NewWriter(&b)
		w.UseCRLF = rapid.Bool().Draw(t, "crlf")
		_ = w.Write([]string{"code", "name", "x,", "y,", "z,"}) // settles the separator
		_ = w.WriteAll(rows)
		tx := newText(iotestReader{bytes.NewReader(b.Bytes()), rapid.IntRange(1, 50).Draw(t, "chunk")})
		var got [][]string
		for r, err := range tx.each {
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, slices.Clone(r.Cells))
		}
		var want [][]string
		for _, r := range rows {
			if !blank(r) {
				want = append(want, r)
			}
		}
		if w.UseCRLF { // RFC 4180 writes line breaks in cells as CR LF too
			for _, r := range got {
				for i := range r {
					r[i] = strings.ReplaceAll(r[i], "\r\n", "\n")
				}
			}
		}
		if !slices.EqualFunc(got[1:], want, slices.Equal) {
			t.Fatalf("got %q, want %q", got[1:], want)
		}
	})
}

type iotestReader struct {
	r io.Reader
	n int
}

func (r iotestReader) Read(p []byte) (int, error) { return r.r.Read(p[:min(len(p), r.n)]) }

func FuzzOpen(f *testing.F) {
	f.Add([]byte("a,b\n1,\"2\n3\"\n"))
	f.Add([]byte("\"a\"b,c\n\"open,\n1\n"))
	f.Add([]byte("\xff\xfea\x00,\x00b\x00"))
	f.Add(archive(f, "a.csv", "x,y\n1,2\n"))
	f.Add([]byte(`{"a": 1}`))
	f.Add([]byte("a\r\"b\rc\""))
	f.Fuzz(func(t *testing.T, body []byte) {
		file, err := openBytes(body)
		if err != nil {
			return
		}
		defer file.Close()
		for _, s := range file.Sheets {
			_, _ = FindHeader(s, Col("a", "a", "ODS code"))
			last := 0
			for r, err := range s.Rows() {
				if err == nil && r.Line <= last {
					t.Fatalf("line %d after line %d", r.Line, last)
				}
				if err == nil {
					last = r.Line
				}
				for _, c := range r.Cells {
					if s.Place == "" && !utf8.ValidString(c) {
						t.Fatalf("cell %q is no UTF-8", c)
					}
				}
			}
		}
	})
}
