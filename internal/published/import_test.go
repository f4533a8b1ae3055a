package published

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"ohp/internal/kernel/measure"
	"ohp/internal/kernel/store"
	"ohp/internal/kernel/testkit"
)

// describe writes a load as text, one thing on a line.
func describe(l *measure.Load) []byte {
	var b bytes.Buffer
	f := l.File
	fmt.Fprintf(&b, "%s: %s, %s to %s, as at %s, %d rows\n", f.Format, f.Publication, f.PeriodFrom, f.PeriodTo, f.AsAt, f.Rows)
	if f.Note != "" {
		fmt.Fprintf(&b, "note %s\n", f.Note)
	}
	var lines []string
	l.EachFigure(func(place string, x measure.Figure) {
		lines = append(lines, fmt.Sprintf("figure %s %s %s %s %v/%v %v [%s:%d]", x.Measure, x.Unit, x.Period, x.Status, x.Numerator, x.Denominator, x.Value, place, x.Row))
	})
	for _, u := range l.Units() {
		lines = append(lines, fmt.Sprintf("unit %s %s %q %s %s %s %s [%d]", u.Kind, u.Code, u.Name, u.Status, u.Opened, u.Closed, u.Postcode, u.Row))
	}
	for _, m := range l.Memberships() {
		lines = append(lines, fmt.Sprintf("member %s of %s %s %s %s [%d]", m.Unit, m.GroupKind, m.Group, m.From, m.To, m.Row))
	}
	for _, a := range l.Attributes() {
		lines = append(lines, fmt.Sprintf("attribute %s %s %q %s %s [%d]", a.Unit, a.Name, a.Value, a.From, a.Note, a.Row))
	}
	for _, r := range l.Rejections {
		lines = append(lines, fmt.Sprintf("rejected %s:%d %s %q %s", r.Place, r.Line, r.Column, r.Text, r.Reason))
	}
	slices.Sort(lines)
	for _, line := range lines {
		fmt.Fprintln(&b, line)
	}
	return b.Bytes()
}

// A bare clone proves what each register and list-size layout is read as.
func TestRegisterExtracts(t *testing.T) {
	paths, err := filepath.Glob("testdata/registers/*.*")
	if err != nil || len(paths) < 12 {
		t.Fatalf("only %d extracts: %v", len(paths), err)
	}
	for _, path := range paths {
		if strings.HasSuffix(path, ".md") {
			continue
		}
		name := filepath.Base(path)
		t.Run(name, func(t *testing.T) {
			testkit.Golden(t, "registers/"+name+".txt", describe(mustRead(t, path)))
		})
	}
}

func TestNetworkWorkbookVariants(t *testing.T) {
	// Given the workbook with notes above, renamed sheets, dates as Excel's numbers and a bad row
	book := excelize.NewFile()
	rows := func(sheet string, from int, list ...[]any) {
		for i, r := range list {
			if err := book.SetSheetRow(sheet, fmt.Sprintf("A%d", from+i), &r); err != nil {
				t.Fatal(err)
			}
		}
	}
	_ = book.SetSheetName("Sheet1", "Notes")
	_, _ = book.NewSheet("Networks")
	_, _ = book.NewSheet("Partners")
	rows("Networks", 4, []any{"PCN\nCode [1]", "PCN Name", "Sub ICB Loc Code", "Open Date", "Close Date"}, []any{"U24883", "NORTH SHROPSHIRE PCN", "M2L0M", 43647, ""}, []any{"U12345", "OLD PCN", "M2L0M", 43647, 44651})
	rows("Partners", 2, []any{"Partner Organisation Code", "x", "PCN Code", "Practice to PCN\nRelationship\nStart Date", "Practice to PCN Relationship End Date"},
		[]any{"M82010", "", "U24883", 43647, ""}, []any{"M82011", "", "U12345", "01/07/2019", "31/03/2022"}, []any{"M82012", "", "U12345", "sometime", ""}, []any{"M82013", "", "U12345", 44651, 43647})
	var b bytes.Buffer
	if err := book.Write(&b); err != nil {
		t.Fatal(err)
	}
	l, err := readText(t, "x.xlsx", b.String(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	if got := memberOf(l, "M82010", "pcn"); len(got) != 1 || got[0] != "U24883 2019-07-01" {
		t.Errorf("M82010 %v", got)
	}
	if got := memberOf(l, "M82011", "pcn"); len(got) != 1 || got[0] != "U12345 2019-07-01 2022-03-31" {
		t.Errorf("M82011 %v", got)
	}
	if u := unitsOf(l)["U12345"]; u.Status != "closed" || u.Closed.String() != "2022-03-31" {
		t.Errorf("U12345 %+v", u)
	}
	if len(l.Rejections) != 2 || l.Rejections[0].Line != 5 || l.Rejections[0].Place != "Partners" {
		t.Errorf("rejected %+v", l.Rejections)
	}
}

// imported runs Import and gives what became of each file by its base name.
func imported(t *testing.T, db *store.DB, paths ...string) map[string]Result {
	t.Helper()
	got := map[string]Result{}
	err := Import(t.Context(), db, paths, Options{}, Reporter{
		Done:     func(r Result) { got[filepath.Base(r.Path)] = r },
		Progress: func(string, int64, int64) {},
	})
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func TestImport(t *testing.T) {
	testkit.Databases(t, []store.Migrations{measure.Migrations()}, func(t *testing.T, db *store.DB) {
		if err := measure.Declare(t.Context(), db, Measures()); err != nil {
			t.Fatal(err)
		}
		// Given a folder with data, documentation, an empty file and one of no known format
		dir := t.TempDir()
		if err := os.CopyFS(dir, os.DirFS("testdata/registers")); err != nil {
			t.Fatal(err)
		}
		for name, content := range map[string]string{"empty.csv": "", "other.csv": "a,b\n1,2\n", "README.md": "# x", ".hidden": "x"} {
			if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		// When it is imported, then each file has its outcome and the rest is not stopped
		got := imported(t, db, dir)
		for name, want := range map[string]string{"empty.csv": "0 bytes", "other.csv": "none of the known"} {
			if r := got[name]; r.Err == nil || !strings.Contains(r.Err.Error(), want) {
				t.Errorf("%s: %v", name, r.Err)
			}
		}
		if r := got["README.md"]; r.Skipped == "" {
			t.Errorf("README.md: %+v", r)
		}
		if _, ok := got[".hidden"]; ok {
			t.Error("a hidden file was reported")
		}
		r := got["quinary-2026-07.zip"]
		if r.Err != nil || r.Outcome.Figures != 21 || r.Outcome.New != 21 || r.Outcome.Already {
			t.Errorf("quinary: %+v", r)
		}
		want := 0
		for _, r := range got {
			want += r.Outcome.New
		}
		n, err := store.One[int64](t.Context(), db, "select count(*) from figure")
		if err != nil || int(n) != want || want < 35 {
			t.Errorf("%d figures, want %d, %v", n, want, err)
		}
		// When it is imported again, then nothing changes
		for name, r := range imported(t, db, dir) {
			if r.Err == nil && r.Skipped == "" && !r.Outcome.Already {
				t.Errorf("%s was stored twice: %+v", name, r.Outcome)
			}
		}
		again, err := store.One[int64](t.Context(), db, "select count(*) from figure")
		if err != nil || again != n {
			t.Errorf("%d figures after the second import, %v", again, err)
		}
	})
}

func TestImportCorrection(t *testing.T) {
	testkit.Databases(t, []store.Migrations{measure.Migrations()}, func(t *testing.T, db *store.DB) {
		if err := measure.Declare(t.Context(), db, Measures()); err != nil {
			t.Fatal(err)
		}
		dir := t.TempDir()
		write := func(name string, patients int) string {
			path := filepath.Join(dir, name)
			content := fmt.Sprintf("EXTRACT_DATE,CODE,SEX,AGE,NUMBER_OF_PATIENTS\n2025-10-01,M85027,ALL,ALL,%d\n", patients)
			if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
				t.Fatal(err)
			}
			return path
		}
		imported(t, db, write("a.csv", 90))
		r := imported(t, db, write("b.csv", 95))["b.csv"]
		if r.Err != nil || r.Outcome.Changed != 1 {
			t.Fatalf("correction: %+v", r)
		}
		history, err := measure.History(t.Context(), db, "list-size", "M85027")
		if err != nil || len(history) != 1 {
			t.Errorf("history %v, %v", history, err)
		}
		// And the page of either file says why the one of the same date that was loaded later counts
		for _, counts := range [][2]int{{1, 0}, {0, 1}} {
			var page strings.Builder
			if err := filePage(fileView{counts: counts}).Render(t.Context(), &page); err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(page.String(), "of two with the same date the one that was loaded later") {
				t.Errorf("%v: %s", counts, page.String())
			}
		}
	})
}

func TestImportIsByContentWhateverTheName(t *testing.T) {
	// Given data under names of documentation, and documentation, pictures and hidden files beside them, in a folder
	dir := t.TempDir()
	for name, from := range map[string]string{"MANIFEST.csv": "epcmem.csv", "README.csv": "list-2025-10.csv", "LICENSE": "epraccur-2026.csv", "list.md": "list-2021-01.csv", "notes.pdf": "map-2026-07.zip", "x.docx": "gpad-2025-08.csv"} {
		body, err := os.ReadFile(filepath.Join("testdata", "registers", from))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), body, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(dir, ".git"), 0o700); err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string]string{
		"README.md": "# About, these, data", "LICENCE": "You may use this", "guide.pdf": "%PDF-1.7", "chart.png": "\x89PNG\r\n\x1a\n\x00\x00\x00\x0d", "page.html": "<!DOCTYPE html><p>x",
		"readme": "", "clean.py": "import csv, sys", ".git/list.csv": "x", ".list.csv": "x", "scan.dat": "%PDF-1.7", "spoilt.md": "EXTRACT_DATE,CODE,SEX,AGE,NUMBER_OF_PATIENTS\n2025-10-01,M85027,ALL,ALL,many\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	// When it is imported, then the data are loaded, and the rest is passed over with a sentence
	db := testkit.Database(t, store.SQLite, measure.Migrations())
	if err := measure.Declare(t.Context(), db, Measures()); err != nil {
		t.Fatal(err)
	}
	got := imported(t, db, dir)
	for _, name := range []string{"MANIFEST.csv", "README.csv", "LICENSE", "list.md", "notes.pdf", "x.docx"} {
		if r := got[name]; r.Err != nil || r.Skipped != "" || r.File.Format == "" {
			t.Errorf("%s: %q, %v", name, r.Skipped, r.Err)
		}
	}
	for _, name := range []string{"README.md", "LICENCE", "guide.pdf", "chart.png", "page.html", "readme", "clean.py"} {
		if r := got[name]; r.Err != nil || r.Skipped == "" {
			t.Errorf("%s: %q, %v", name, r.Skipped, r.Err)
		}
	}
	// And what is of a known publication and cannot be used is refused, and what its name does not explain says what it is
	for name, want := range map[string]string{"spoilt.md": "no row of the file", "scan.dat": "PDF"} {
		if r := got[name]; r.Skipped != "" || r.Err == nil || !strings.Contains(r.Err.Error(), want) {
			t.Errorf("%s: %q, %v", name, r.Skipped, r.Err)
		}
	}
	if len(got) != 15 {
		t.Errorf("%d files were reported: %v", len(got), got)
	}
}

func TestImportErrors(t *testing.T) {
	db := testkit.Database(t, store.SQLite, measure.Migrations())
	err := Import(t.Context(), db, []string{filepath.Join(t.TempDir(), "absent")}, Options{}, Reporter{})
	if err == nil || !strings.Contains(err.Error(), "no such file or folder") {
		t.Errorf("absent path: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := Import(ctx, db, []string{"testdata/registers"}, Options{}, Reporter{}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

// mutate damages a file in a few places.
func mutate(body []byte, rnd *rand.Rand) []byte {
	out := slices.Clone(body)
	for range 1 + rnd.IntN(6) {
		i := rnd.IntN(len(out))
		switch rnd.IntN(4) {
		case 0:
			out[i] = byte(rnd.IntN(256))
		case 1:
			out = slices.Delete(out, i, min(len(out), i+1+rnd.IntN(40)))
		case 2:
			out = slices.Insert(out, i, []byte("\",\n\x00-9e999é;\t[7]")[rnd.IntN(18):]...)
		case 3:
			out = slices.Insert(out, i, out[i:min(len(out), i+rnd.IntN(60))]...)
		}
		if len(out) == 0 {
			return []byte("x")
		}
	}
	return out
}

// Damaged files are refused, or read with rejected rows, and never panic.
func TestDamagedExtractsDoNotPanic(t *testing.T) {
	paths, _ := filepath.Glob("testdata/*/*.*")
	rnd := rand.New(rand.NewPCG(11, 21))
	for _, path := range paths {
		body, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		rounds := 60
		if len(body) > 20_000 || strings.HasSuffix(path, ".xlsx") {
			rounds = 5
		}
		for range rounds {
			if l, err := readText(t, fuzzName, string(mutate(body, rnd)), Options{}); err == nil {
				checkLoad(t, l)
			} else if err.Error() == "" {
				t.Errorf("%s: refused without a word", path)
			}
		}
	}
}

// fuzzName is the name of files made up by tests: it states a year, which formats without one of their own look for.
const fuzzName = "file_2425"

// checkLoad holds a load to what every load must be.
func checkLoad(t *testing.T, l *measure.Load) {
	t.Helper()
	l.EachFigure(func(place string, f measure.Figure) {
		numbers := !measure.IsNone(f.Numerator) || !measure.IsNone(f.Denominator) || !measure.IsNone(f.Value)
		switch {
		case f.Unit == "" || f.Measure == "" || f.Period.IsZero() || f.Row < 1:
			t.Errorf("%s: incomplete figure %+v", l.File.Format, f)
		case numbers != (f.Status == measure.Reported):
			t.Errorf("%s: a figure has numbers if it is reported, and only then: %+v", l.File.Format, f)
		}
	})
	for _, r := range l.Rejections {
		if r.Reason == "" || r.Line < 1 {
			t.Errorf("%s: a rejection without line or reason: %+v", l.File.Format, r)
		}
	}
}

func FuzzReadFile(f *testing.F) {
	paths, _ := filepath.Glob("testdata/*/*.*")
	for _, path := range paths {
		if body, err := os.ReadFile(path); err == nil && len(body) < 20_000 {
			f.Add(body)
		}
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		began := time.Now()
		defer func() {
			if took := time.Since(began); took > 10*time.Second {
				t.Errorf("%d bytes took %v", len(body), took)
			}
		}()
		l, err := readText(t, fuzzName, string(body), Options{})
		switch {
		case err == nil:
			checkLoad(t, l)
		case err.Error() == "":
			t.Error("refused without a word")
		}
	})
}
