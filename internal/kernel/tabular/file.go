package tabular

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
)

// Limits that keep a hostile or mistaken file from exhausting the machine.
const (
	// maxJSON is the largest JSON file that is read.
	maxJSON = 64 << 20
	// maxMembers is the largest number of files in an archive.
	maxMembers = 2000
	// maxMember is the largest unpacked size of one file in an archive.
	maxMember = 2 << 30
	// maxArchive is the largest unpacked size of a whole archive, and of a workbook.
	maxArchive = 4 << 30
	// maxRatio is the highest ratio of unpacked to packed size that a file in
	// an archive may have once it is larger than a megabyte. Repetitive tables
	// reach about 40; deflate cannot pass 1,032.
	maxRatio = 400
)

// File is a tabular file that was opened. Close it when its rows have been read.
type File struct {
	Name   string // base name as given
	Path   string // as given to Open; "" for OpenReader
	SHA256 string // of the whole file, lower-case hexadecimal
	Bytes  int64
	Sheets []*Sheet
	// JSON is the content when the file is JSON; Sheets is then empty.
	JSON    []byte
	closers []io.Closer
}

// Close releases the file. It may be called twice.
func (f *File) Close() error {
	var errs []error
	for _, c := range f.closers {
		errs = append(errs, c.Close())
	}
	f.closers = nil
	return errors.Join(errs...)
}

// Open opens the file at path. The error is a sentence for people and does not
// repeat the path.
func Open(ctx context.Context, path string) (*File, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, errors.New("there is no such file: check the path")
	case err != nil:
		return nil, fmt.Errorf("the file cannot be opened: %w", err)
	case info.IsDir():
		return nil, errors.New("this is a folder, not a file: give the files in it")
	case !info.Mode().IsRegular():
		return nil, errors.New("this is not an ordinary file")
	}
	r, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("the file cannot be opened: %w", err)
	}
	f, err := OpenReader(filepath.Base(path), r, info.Size())
	if err != nil {
		r.Close()
		return nil, err
	}
	f.Path = path
	f.closers = append(f.closers, r)
	return f, nil
}

// OpenReader opens content of size bytes that carries name. The reader must
// stay open until the rows have been read.
func OpenReader(name string, r io.ReaderAt, size int64) (*File, error) {
	if size == 0 {
		return nil, errors.New("the file is empty (0 bytes): fetch it again from the publisher")
	}
	f := &File{Name: name, Bytes: size}
	head := make([]byte, min(size, sniffBytes))
	if _, err := r.ReadAt(head, 0); err != nil && err != io.EOF {
		return nil, fmt.Errorf("the file cannot be read: %w", err)
	}
	kind, err := sniff(head, r, size)
	if err != nil {
		return nil, err
	}
	switch kind {
	case kindZip:
		err = f.openArchive(r, size)
	case kindJSON:
		err = f.openJSON(r, size)
	default:
		f.Sheets = []*Sheet{textSheet("", size, func() (io.ReadCloser, error) {
			return io.NopCloser(io.NewSectionReader(r, 0, size)), nil
		})}
	}
	if err == nil {
		err = f.sum(r)
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

// sum reads the whole file for its checksum; what is plainly no table was refused by its beginning.
func (f *File) sum(r io.ReaderAt) error {
	sum := sha256.New()
	if _, err := io.Copy(sum, io.NewSectionReader(r, 0, f.Bytes)); err != nil {
		return fmt.Errorf("the file cannot be read to its end: %w", err)
	}
	f.SHA256 = hex.EncodeToString(sum.Sum(nil))
	return nil
}

func (f *File) openJSON(r io.ReaderAt, size int64) error {
	if size > maxJSON {
		return fmt.Errorf("the JSON file has %d bytes, more than the %d that are read at once: split it", size, int64(maxJSON))
	}
	body := make([]byte, size)
	if _, err := r.ReadAt(body, 0); err != nil && err != io.EOF {
		return fmt.Errorf("the file cannot be read: %w", err)
	}
	body = bytes.TrimPrefix(body, []byte("\xef\xbb\xbf"))
	if !json.Valid(body) {
		var v any
		return fmt.Errorf("the file begins like JSON and is damaged (%v): fetch it again", json.Unmarshal(body, &v))
	}
	f.JSON = body
	return nil
}

func (f *File) openArchive(r io.ReaderAt, size int64) error {
	z, err := zip.NewReader(r, size)
	if err != nil {
		return errors.New("the file is a zip archive or a workbook that is damaged or cut short: fetch it again from the publisher")
	}
	if err := checkArchive(z); err != nil {
		return err
	}
	if word := officeKind(z); word != "" {
		return fmt.Errorf("the file is %s, which is not read: save it as .xlsx or .csv", word)
	}
	if isWorkbook(z) {
		f.Sheets, err = openWorkbook(z, "")
		return err
	}
	for _, m := range z.File {
		if err := f.openMember(m); err != nil {
			return fmt.Errorf("%s in the archive: %w", m.Name, err)
		}
	}
	if len(f.Sheets) == 0 {
		return errors.New("the archive holds no .csv or .xlsx file")
	}
	return nil
}

// openMember adds the sheets of a .csv, .txt, .tsv or .xlsx file of an archive; other files are passed over.
func (f *File) openMember(m *zip.File) error {
	base := path.Base(m.Name)
	if m.FileInfo().IsDir() || strings.HasPrefix(m.Name, "__MACOSX/") || strings.HasPrefix(base, ".") {
		return nil
	}
	switch strings.ToLower(path.Ext(base)) {
	case ".csv", ".tsv", ".txt":
		if m.UncompressedSize64 == 0 {
			return errors.New("it is empty (0 bytes): fetch the archive again from the publisher")
		}
		return f.openTextMember(m)
	case ".xlsx", ".xlsm":
		body, err := readMember(m)
		if err != nil {
			return err
		}
		return f.openWorkbookMember(m.Name, body)
	case ".zip":
		return errors.New("an archive inside an archive is not read: unpack the outer one first")
	}
	return nil
}

func (f *File) openWorkbookMember(name string, body []byte) error {
	if _, err := sniff(body[:min(len(body), sniffBytes)], bytes.NewReader(body), int64(len(body))); err != nil {
		return err
	}
	z, err := zip.NewReader(bytes.NewReader(body), int64(len(body)))
	if err != nil {
		return errors.New("it is a workbook that is damaged or cut short")
	}
	if err := checkArchive(z); err != nil {
		return err
	}
	sheets, err := openWorkbook(z, name+"/")
	f.Sheets = append(f.Sheets, sheets...)
	return err
}

func (f *File) openTextMember(m *zip.File) error {
	r, err := m.Open()
	if err != nil {
		return fmt.Errorf("it cannot be unpacked: %w", err)
	}
	defer r.Close()
	head := make([]byte, min(m.UncompressedSize64, sniffBytes))
	n, err := io.ReadFull(r, head)
	if err != nil && err != io.ErrUnexpectedEOF {
		return fmt.Errorf("it is damaged and cannot be unpacked: %w", err)
	}
	kind, err := sniff(head[:n], bytes.NewReader(head[:n]), int64(n))
	if err != nil {
		return err
	}
	if kind != kindText {
		return errors.New("it is not text, in spite of its name")
	}
	f.Sheets = append(f.Sheets, textSheet(m.Name, int64(m.UncompressedSize64), m.Open))
	return nil
}

func readMember(m *zip.File) ([]byte, error) {
	r, err := m.Open()
	if err != nil {
		return nil, fmt.Errorf("it cannot be unpacked: %w", err)
	}
	defer r.Close()
	body, err := io.ReadAll(io.LimitReader(r, maxMember+1))
	if err != nil {
		return nil, fmt.Errorf("it is damaged and cannot be unpacked: %w", err)
	}
	return body, nil
}

// checkArchive refuses what would unpack to more than the limits.
func checkArchive(z *zip.Reader) error {
	if len(z.File) > maxMembers {
		return fmt.Errorf("the archive holds %d files, more than the %d that are read", len(z.File), maxMembers)
	}
	var total uint64
	for _, m := range z.File {
		total += m.UncompressedSize64
		switch {
		case m.Flags&1 != 0:
			return fmt.Errorf("%s in the archive is protected by a password: ask its sender for an open copy", m.Name)
		case m.UncompressedSize64 > maxMember:
			return fmt.Errorf("%s in the archive unpacks to more than %d GiB, more than is read", m.Name, maxMember>>30)
		case total > maxArchive:
			return fmt.Errorf("the archive unpacks to more than %d GiB, more than is read", maxArchive>>30)
		case m.UncompressedSize64 > 1<<20 && m.UncompressedSize64/max(m.CompressedSize64, 1) > maxRatio:
			return fmt.Errorf("%s in the archive unpacks to more than %d times its size, which no table does: it is refused", m.Name, maxRatio)
		}
	}
	return nil
}
