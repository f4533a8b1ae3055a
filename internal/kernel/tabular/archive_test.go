package tabular

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
)

func archive(t testing.TB, members ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for i := 0; i < len(members); i += 2 {
		w, err := z.Create(members[i])
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, members[i+1]); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// claiming is an archive of members that each claim to unpack to size bytes.
func claiming(t testing.TB, members int, size uint64) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for i := range members {
		if _, err := z.CreateRaw(&zip.FileHeader{Name: fmt.Sprint(i, ".csv"), Method: zip.Deflate, CompressedSize64: size, UncompressedSize64: size}); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func openBytes(b []byte) (*File, error) {
	return OpenReader("x.zip", bytes.NewReader(b), int64(len(b)))
}

func TestArchive(t *testing.T) {
	book := excelize.NewFile()
	if err := book.SetSheetRow("Sheet1", "A2", &[]any{"code", 1.5}); err != nil {
		t.Fatal(err)
	}
	var xlsx bytes.Buffer
	if err := book.Write(&xlsx); err != nil {
		t.Fatal(err)
	}
	f, err := openBytes(archive(t, "read me.md", "# no", "a/b.csv", "x,y\n1,2\n", "__MACOSX/a/._b.csv", "\x00\x01", "c.xlsx", xlsx.String()))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if len(f.Sheets) != 2 || f.Sheets[0].Place != "a/b.csv" || f.Sheets[1].Place != "c.xlsx/Sheet1" {
		t.Fatalf("sheets %+v", f.Sheets)
	}
	if rows, _ := all(t, f.Sheets[0]); len(rows) != 2 || rows[1].cells[1] != "2" {
		t.Errorf("csv member %v", rows)
	}
	if rows, _ := all(t, f.Sheets[1]); len(rows) != 1 || rows[0].line != 2 || rows[0].cells[1] != "1.5" {
		t.Errorf("workbook member %v", rows)
	}
}

func TestArchiveRefusals(t *testing.T) {
	for name, c := range map[string]struct {
		body  []byte
		words string
	}{
		"bomb":          {archive(t, "zeros.csv", strings.Repeat("\n", 3<<20)), "times its size"},
		"large member":  {claiming(t, 1, 3<<30), "0.csv in the archive unpacks to more than 2 GiB"},
		"large in all":  {claiming(t, 3, 3<<29), "the archive unpacks to more than 4 GiB"},
		"nested":        {archive(t, "inner.zip", string(archive(t, "a.csv", "x"))), "archive inside an archive"},
		"nothing in it": {archive(t, "a.md", "x"), "no .csv or .xlsx"},
		"empty":         {archive(t), "no .csv or .xlsx"},
		"empty member":  {archive(t, "a.csv", ""), "0 bytes"},
		"lying member":  {archive(t, "a.csv", "\x00\x01\x02"), "neither text"},
		"Word document": {archive(t, "[Content_Types].xml", "<x/>", "word/document.xml", "<x/>"), "Word document"},
		"OpenDocument":  {archive(t, "mimetype", "application/vnd.oasis", "content.xml", "<x/>"), "OpenDocument"},
		"no workbook":   {archive(t, "[Content_Types].xml", "<x/>"), "damaged"},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := openBytes(c.body); err == nil || !strings.Contains(err.Error(), c.words) {
				t.Errorf("error %v, want words %q", err, c.words)
			}
		})
	}
}

func TestDamagedMemberIsFatal(t *testing.T) {
	// Given an archive whose compressed content was changed, when it is read to its end, then an error says so
	var content strings.Builder
	for i := range 200_000 {
		fmt.Fprintf(&content, "A%05d,%d\n", i, i*7919%10007)
	}
	b := archive(t, "a.csv", content.String())
	b[len(b)/2] ^= 0xff
	f, err := openBytes(b)
	if err == nil {
		for _, e := range f.Sheets[0].Rows() {
			var rowErr *RowError
			if e != nil && !errors.As(e, &rowErr) {
				err = e
			}
		}
	}
	if err == nil || !strings.Contains(err.Error(), "damaged") {
		t.Errorf("error %v", err)
	}
}
