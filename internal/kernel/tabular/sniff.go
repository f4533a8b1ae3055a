package tabular

import (
	"archive/zip"
	"bytes"
	"errors"
	"io"
)

// sniffBytes is how much of a file's beginning decides what it is.
const sniffBytes = 8192

type kind int

const (
	kindText kind = iota
	kindZip
	kindJSON
)

// sniff tells what content is from its beginning, and refuses what is no table.
func sniff(head []byte, r io.ReaderAt, size int64) (kind, error) {
	switch {
	case bytes.HasPrefix(head, []byte("PK\x03\x04")), bytes.HasPrefix(head, []byte("PK\x05\x06")):
		return kindZip, nil
	case bytes.HasPrefix(head, []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")):
		return kindText, oleError(r, size)
	case bytes.HasPrefix(head, []byte("%PDF")):
		return kindText, errors.New("the file is a PDF document, not a table: fetch the publisher's CSV or Excel file")
	case bytes.HasPrefix(head, []byte("\x1f\x8b")):
		return kindText, errors.New("the file is compressed with gzip: unpack it first")
	case bytes.HasPrefix(head, []byte("\xff\xfe")), bytes.HasPrefix(head, []byte("\xfe\xff")):
		return kindText, nil
	}
	trimmed := bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\xef\xbb\xbf")), " \t\r\n")
	switch {
	case len(trimmed) == 0:
		return kindText, errors.New("the file holds only blanks: fetch it again from the publisher")
	case isMarkup(trimmed):
		return kindText, errors.New("the file is a web page or XML, not a table (often an error page saved under the file's name): fetch it again from the publisher")
	case isBinary(head):
		return kindText, errors.New("the file is neither text nor a workbook: it may be damaged, fetch it again from the publisher")
	case trimmed[0] == '{' || trimmed[0] == '[' && jsonArray(trimmed):
		return kindJSON, nil
	}
	return kindText, nil
}

// isMarkup tells a web page or an XML document from a table whose first cell begins with "<".
func isMarkup(b []byte) bool {
	if b[0] != '<' {
		return false
	}
	low := bytes.ToLower(b[:min(len(b), 1024)])
	for _, mark := range []string{"<!doctype", "<html", "<?xml", "<head", "<body", "<svg", "<error"} {
		if bytes.HasPrefix(low, []byte(mark)) {
			return true
		}
	}
	return bytes.HasPrefix(low, []byte("<!--")) && bytes.Contains(low, []byte("<html"))
}

// jsonArray tells a JSON array from text whose first cell begins with a bracket, such as a note mark.
func jsonArray(b []byte) bool {
	rest := bytes.TrimLeft(b[1:], " \t\r\n")
	return len(rest) > 0 && bytes.IndexByte([]byte("{[\"]"), rest[0]) >= 0
}

// isBinary says that b holds bytes that no text holds.
func isBinary(b []byte) bool {
	odd := 0
	for _, c := range b {
		switch {
		case c == 0:
			return true
		case c < 0x20 && c != '\t' && c != '\n' && c != '\r' && c != '\f' && c != 0x1a:
			odd++
		}
	}
	return odd*100 > len(b)
}

// oleError names what is in an OLE compound file: Office keeps encrypted
// workbooks ([MS-OFFCRYPTO] 2.3) and workbooks of before 2007 ([MS-XLS]) in one.
func oleError(r io.ReaderAt, size int64) error {
	body := make([]byte, min(size, 4<<20))
	n, _ := r.ReadAt(body, 0)
	if bytes.Contains(body[:n], utf16le("EncryptedPackage")) {
		return errors.New("the workbook is encrypted with a password: open it in Excel, remove the password and save it again")
	}
	return errors.New("the file is an Excel workbook of the old kind (.xls): open it and save it as .xlsx or .csv")
}

func utf16le(s string) []byte {
	out := make([]byte, 0, 2*len(s))
	for i := range len(s) {
		out = append(out, s[i], 0)
	}
	return out
}

func hasMember(z *zip.Reader, name string) bool {
	for _, m := range z.File {
		if m.Name == name {
			return true
		}
	}
	return false
}

// isWorkbook says that an archive that officeKind does not name is an Office Open XML workbook (ECMA-376).
func isWorkbook(z *zip.Reader) bool { return hasMember(z, "[Content_Types].xml") }

// officeKind names an office document that is not read; "" for anything else.
func officeKind(z *zip.Reader) string {
	switch {
	case hasMember(z, "xl/workbook.bin"):
		return "a binary Excel workbook (.xlsb)"
	case hasMember(z, "word/document.xml"):
		return "a Word document"
	case hasMember(z, "ppt/presentation.xml"):
		return "a PowerPoint presentation"
	case hasMember(z, "content.xml") && hasMember(z, "mimetype"):
		return "an OpenDocument file"
	}
	return ""
}
