package house

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

const root = "../.."

// repository returns the files that are in version control or would be added to it, by their path with slashes.
func repository(t *testing.T) []string {
	t.Helper()
	cmd := exec.Command("git", "ls-files", "--cached", "--others", "--exclude-standard", "-z")
	cmd.Dir = root
	out, err := cmd.Output()
	if err != nil {
		return tree(t) // an unpacked archive
	}
	var files []string
	for name := range strings.SplitSeq(strings.TrimRight(string(out), "\x00"), "\x00") {
		if info, err := os.Lstat(filepath.Join(root, name)); err == nil && info.Mode().IsRegular() {
			files = append(files, name)
		}
	}
	if len(files) == 0 {
		t.Fatal("there are no files: the guards have nothing to look at")
	}
	return files
}

func tree(t *testing.T) []string {
	t.Helper()
	var files []string
	err := fs.WalkDir(os.DirFS(root), ".", func(name string, d fs.DirEntry, err error) error {
		if err == nil && d.IsDir() && (name == ".git" || name == "node_modules" || name == "bin" || name == "var") {
			return fs.SkipDir
		}
		if err == nil && d.Type().IsRegular() {
			files = append(files, name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// source is a Go file of the repository.
type source struct {
	name      string
	text      []byte
	syntax    *ast.File
	files     *token.FileSet
	generated bool
}

func (s source) test() bool { return strings.HasSuffix(s.name, "_test.go") }

func (s source) at(p token.Pos) string { return fmt.Sprintf("%s:%d", s.name, s.files.Position(p).Line) }

func (s source) lines(n ast.Node) int {
	return s.files.Position(n.End()).Line - s.files.Position(n.Pos()).Line + 1
}

func sources(t *testing.T) []source {
	t.Helper()
	var out []source
	for _, name := range repository(t) {
		if !strings.HasSuffix(name, ".go") || strings.Contains(name, "/testdata/") {
			continue
		}
		text, err := os.ReadFile(filepath.Join(root, name))
		if err != nil {
			t.Fatal(err)
		}
		s, err := read(name, text)
		if err != nil {
			t.Errorf("%v", err)
			continue
		}
		out = append(out, s)
	}
	return out
}

func read(name string, text []byte) (source, error) {
	s := source{name: name, text: text, files: token.NewFileSet()}
	var err error
	s.syntax, err = parser.ParseFile(s.files, name, text, parser.ParseComments)
	if err == nil {
		s.generated = ast.IsGenerated(s.syntax)
	}
	return s, err
}

func TestImports(t *testing.T) {
	for _, s := range sources(t) {
		for _, i := range s.syntax.Imports {
			what, err := strconv.Unquote(i.Path.Value)
			if err != nil {
				t.Fatal(err)
			}
			if why := permitted(path.Dir(s.name), what, s.test()); why != "" {
				t.Errorf("%s may not import %s: %s", s.at(i.Pos()), what, why)
			}
		}
	}
}

// The rules themselves refuse what they were made to refuse.
func TestImportRules(t *testing.T) {
	for _, c := range []struct {
		from, what string
		test, ok   bool
	}{
		{"internal/monitor", "ohp/internal/published", false, false},
		{"internal/monitor", "ohp/internal/published", true, false},
		{"internal/monitor", "ohp/internal/kernel/store", false, true},
		{"internal/monitor", "ohp/internal/monitor/indicators", false, true},
		{"internal/monitor/indicators", "ohp/internal/monitor", false, true},
		{"internal/monitor", "ohp/internal/app", false, false},
		{"internal/published/ods", "ohp/internal/publish", false, false},
		{"internal/kernel/page", "ohp/internal/monitor", false, false},
		{"internal/kernel/page", "ohp/internal/stats/spc", false, true},
		{"internal/kernel/date", "ohp/internal/kernel/store", false, false},
		{"internal/stats/spc", "ohp/internal/stats/exact", false, true},
		{"internal/stats/spc", "ohp/internal/kernel/date", false, false},
		{"internal/stats/spc", "ohp/internal/kernel/testkit", true, false},
		{"internal/nhs", "ohp/internal/kernel/date", false, true},
		{"internal/nhs", "ohp/internal/kernel/store", false, false},
		{"cmd/ohp", "ohp/internal/monitor", false, false},
		{"cmd/ohp", "ohp/internal/app", false, true},
		{"internal/app", "ohp/internal/monitor", false, true},
		{"internal/monitor", "ohp/internal/kernel/testkit", false, false},
		{"internal/monitor", "ohp/internal/kernel/testkit", true, true},
		{"internal/monitor", "modernc.org/sqlite", true, false},
		{"internal/kernel/store", "modernc.org/sqlite/lib", false, true},
		{"internal/monitor", "github.com/jackc/pgx/v5", false, false},
		{"internal/monitor", "testing", false, false},
		{"internal/monitor", "testing", true, true},
		{"internal/monitor", "testing/fstest", false, false},
		{"internal/monitor", "C", false, false},
	} {
		if why := permitted(c.from, c.what, c.test); (why == "") != c.ok {
			t.Errorf("%s imports %s (test: %v): %q", c.from, c.what, c.test, why)
		}
	}
}

const (
	longestFunction = 80
	longestFile     = 500
	explanation     = "// Long because "
)

func TestSizes(t *testing.T) {
	for _, s := range sources(t) {
		for _, complaint := range tooLong(s) {
			t.Error(complaint)
		}
	}
}

// tooLong returns what is longer than people take in at once and does not say why. One explanation, where a function or the
// file's package clause has its comment or in the function's body, serves that function or that file.
func tooLong(s source) (complaints []string) {
	if s.generated {
		return nil
	}
	if n := s.lines(s.syntax); n > longestFile && !explained(s, token.NoPos, s.syntax.Name.End()) {
		complaints = append(complaints, fmt.Sprintf("%s has %d lines: divide it, or say %q… above its package clause", s.name, n, explanation))
	}
	for _, d := range s.syntax.Decls {
		f, ok := d.(*ast.FuncDecl)
		if !ok {
			continue
		}
		start := f.Pos()
		if f.Doc != nil {
			start = f.Doc.Pos()
		}
		if n := s.lines(f); n > longestFunction && !explained(s, start, f.End()) {
			complaints = append(complaints, fmt.Sprintf("%s: %s has %d lines: divide it, or say %q… above it", s.at(f.Pos()), f.Name.Name, n, explanation))
		}
	}
	return complaints
}

func explained(s source, from, to token.Pos) bool {
	for _, group := range s.syntax.Comments {
		for _, c := range group.List {
			if c.Pos() >= from && c.Pos() < to && strings.HasPrefix(c.Text, explanation) {
				return true
			}
		}
	}
	return false
}

func TestSizeRule(t *testing.T) {
	long := "{\n" + strings.Repeat("\t_ = 0\n", longestFunction) + "}\n"
	for _, c := range []struct {
		text string
		want int
	}{
		{"package a\n\nfunc f() {\n}\n", 0},
		{"package a\n\nfunc f() " + long, 1},
		{"package a\n\n" + explanation + "it is a table.\nfunc f() " + long, 0},
		{"package a\n\n" + explanation + "it is a table.\nfunc f() " + long + "\nfunc g() " + long, 1},
		{"package a\n" + strings.Repeat("\nvar _ = 0\n", longestFile/2), 1},
		{explanation + "it is a table.\npackage a\n" + strings.Repeat("\nvar _ = 0\n", longestFile/2), 0},
		{"// Code generated by hand. DO NOT EDIT.\npackage a\n\nfunc f() " + long, 0},
	} {
		s, err := read("a.go", []byte(c.text))
		if err != nil {
			t.Fatal(err)
		}
		if got := tooLong(s); len(got) != c.want {
			t.Errorf("%.60q: %q", c.text, got)
		}
	}
}

func TestFormatted(t *testing.T) {
	for _, s := range sources(t) {
		if formatted, err := format.Source(s.text); !s.generated && (err != nil || !bytes.Equal(formatted, s.text)) {
			t.Errorf("%s is not formatted: run gofmt -w %s (%v)", s.name, s.name, err)
		}
	}
}

// forbidden is what no file may hold; each expression is written so that it does not match itself.
var forbidden = []struct {
	expression *regexp.Regexp
	because    string
}{
	{regexp.MustCompile(`registry\.(npmjs|yarnpkg)|(proxy|sum)\.golang\.or[g]|goprox[y]\.|deb\.debian\.or[g]|pypi\.or[g]|files\.pythonhosted`), "where packages come from is each machine's own setting"},
	{regexp.MustCompile(`(^|[\s"'=(:` + "`" + `])/(work|root|home)/[a-z]`), "a path of one machine means nothing on another"},
	{regexp.MustCompile(`-----BEGIN [A-Z ]*PRIVATE KE[Y]`), "a key in version control is no longer a secret"},
}

// largest is more than any file that people wrote, and than any extract that a test needs.
const largest = 2 << 20

func TestFiles(t *testing.T) {
	for _, name := range repository(t) {
		text, err := os.ReadFile(filepath.Join(root, name))
		if err != nil {
			t.Fatal(err)
		}
		if len(text) > largest {
			t.Errorf("%s has %d bytes: large files make every clone slow; keep an extract, or make it when it is needed", name, len(text))
		}
		if bytes.IndexByte(text, 0) >= 0 {
			continue
		}
		for i, line := range bytes.Split(text, []byte("\n")) {
			for _, f := range forbidden {
				if found := f.expression.Find(line); found != nil {
					t.Errorf("%s:%d holds %q: %s", name, i+1, found, f.because)
				}
			}
		}
	}
}

func TestForbidden(t *testing.T) {
	for _, line := range []string{"https://registry." + "npmjs.org/x", "GOPROXY=https://proxy." + "golang.org", `open("/` + `root/x")`, "cd /" + "work/main", "/" + "home/me/x"} {
		found := false
		for _, f := range forbidden {
			found = found || f.expression.MatchString(line)
		}
		if !found {
			t.Errorf("%q is allowed", line)
		}
	}
}

// Work that is not done belongs in an issue, and a test that is left out must say why where people see it.
func TestHabits(t *testing.T) {
	unfinished := regexp.MustCompile(`\b(TO` + `DO|FIX` + `ME|X` + `XX)\b`)
	for _, s := range sources(t) {
		for _, group := range s.syntax.Comments {
			for _, c := range group.List {
				if unfinished.MatchString(c.Text) {
					t.Errorf("%s: finish it, or open an issue: %.80s", s.at(c.Pos()), c.Text)
				}
			}
		}
		ast.Inspect(s.syntax, func(n ast.Node) bool {
			if call, ok := n.(*ast.CallExpr); ok && silentSkip(call) {
				t.Errorf("%s: a test is left out without a reason", s.at(call.Pos()))
			}
			return true
		})
	}
}

func silentSkip(call *ast.CallExpr) bool {
	f, ok := call.Fun.(*ast.SelectorExpr)
	return ok && len(call.Args) == 0 && (f.Sel.Name == "SkipNow" || f.Sel.Name == "Skip")
}

// Everything that kernel and stats offer says what it is.
func TestExportedThingsAreExplained(t *testing.T) {
	for _, s := range sources(t) {
		if s.generated || s.test() || !within(s.name, "internal/kernel") && !within(s.name, "internal/stats") && !within(s.name, "internal/nhs") {
			continue
		}
		for _, d := range s.syntax.Decls {
			for _, id := range unexplained(d) {
				t.Errorf("%s: %s has no comment", s.at(id.Pos()), id.Name)
			}
		}
	}
}

// unexplained returns the exported names that a declaration introduces without a comment on them or on their group.
func unexplained(d ast.Decl) (names []*ast.Ident) {
	switch d := d.(type) {
	case *ast.FuncDecl:
		if d.Name.IsExported() && d.Doc == nil && !methodOfPrivate(d) {
			names = append(names, d.Name)
		}
	case *ast.GenDecl:
		for _, spec := range d.Specs {
			names = append(names, unexplainedSpec(spec, d.Doc != nil)...)
		}
	}
	return names
}

func unexplainedSpec(spec ast.Spec, group bool) (names []*ast.Ident) {
	switch s := spec.(type) {
	case *ast.TypeSpec:
		if s.Name.IsExported() && !group && s.Doc == nil && s.Comment == nil {
			names = append(names, s.Name)
		}
	case *ast.ValueSpec:
		for _, id := range s.Names {
			if id.IsExported() && !group && s.Doc == nil && s.Comment == nil {
				names = append(names, id)
			}
		}
	}
	return names
}

// methodOfPrivate reports whether a method's type is not exported: it then only fills an interface.
func methodOfPrivate(f *ast.FuncDecl) bool {
	if f.Recv == nil {
		return false
	}
	kind := f.Recv.List[0].Type
	for {
		switch k := kind.(type) {
		case *ast.StarExpr:
			kind = k.X
		case *ast.IndexExpr:
			kind = k.X
		case *ast.IndexListExpr:
			kind = k.X
		case *ast.Ident:
			return !k.IsExported()
		default:
			return false
		}
	}
}
