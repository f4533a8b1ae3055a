package monitor

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// document is a text with front matter: "key: value" lines between two lines of "---", then Markdown.
type document struct {
	name   string // of the file, without folder and ".md"
	fields map[string]string
	body   string
}

// Section is one second-level heading of a document with what stands under it.
type Section struct {
	Heading string
	HTML    string // rendered from Markdown; raw HTML in the source is left out
}

// readDocument takes a text apart; the error names every line that is no "key: value".
func readDocument(name, content string) (document, error) {
	d := document{name: name, fields: map[string]string{}}
	content = strings.ReplaceAll(content, "\r\n", "\n")
	head, body, ok := strings.Cut(strings.TrimPrefix(content, "---\n"), "\n---\n")
	if !ok || !strings.HasPrefix(content, "---\n") {
		return d, fmt.Errorf("%s: the document must begin with its properties, one “key: value” on a line, between two lines of ---", name)
	}
	d.body = body
	var problems []error
	for i, line := range strings.Split(head, "\n") {
		key, value, found := strings.Cut(line, ":")
		key, value = strings.TrimSpace(key), strings.TrimSpace(value)
		switch {
		case strings.TrimSpace(line) == "":
		case !found || key == "":
			problems = append(problems, fmt.Errorf("%s: line %d (%q) is no “key: value”", name, i+2, line))
		case d.has(key):
			problems = append(problems, fmt.Errorf("%s: line %d gives %s a second time", name, i+2, key))
		default:
			d.fields[key] = value
		}
	}
	return d, errors.Join(problems...)
}

func (d document) has(key string) bool {
	_, ok := d.fields[key]
	return ok
}

// compareKeys names each key that is required and absent, empty, or present and not known.
func (d document) compareKeys(required, optional []string) []error {
	var problems []error
	for _, key := range required {
		if !d.has(key) {
			problems = append(problems, fmt.Errorf("%s: %s is missing", d.name, key))
		} else if d.fields[key] == "" {
			problems = append(problems, fmt.Errorf("%s: %s is empty", d.name, key))
		}
	}
	known := slices.Concat(required, optional)
	var strange []string
	for key := range d.fields {
		if !slices.Contains(known, key) {
			strange = append(strange, key)
		}
	}
	slices.Sort(strange)
	for _, key := range strange {
		problems = append(problems, fmt.Errorf("%s: %s is not a property of such a document", d.name, key))
	}
	return problems
}

// sections renders the body, cut at its second-level headings; what stands before the first has no heading.
func (d document) sections() ([]Section, error) {
	var list []Section
	for i, part := range strings.Split("\n"+d.body, "\n## ") {
		heading := ""
		if i > 0 {
			heading, part, _ = strings.Cut(part, "\n")
		}
		if strings.TrimSpace(part) == "" && i == 0 {
			continue
		}
		html, err := renderMarkdown(part)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", d.name, err)
		}
		list = append(list, Section{Heading: strings.TrimSpace(heading), HTML: html})
	}
	return list, nil
}

// markdown renders without raw HTML, and gives tables and lists the classes of the NHS design system.
var markdown = goldmark.New(
	goldmark.WithExtensions(extension.Table),
	goldmark.WithParserOptions(parser.WithASTTransformers(util.Prioritized(designClasses{}, 100))),
)

func renderMarkdown(source string) (string, error) {
	var out bytes.Buffer
	err := markdown.Convert([]byte(source), &out)
	return strings.TrimSpace(out.String()), err
}

type designClasses struct{}

// Transform marks the nodes that the NHS style sheet does not style by their element alone.
func (designClasses) Transform(root *ast.Document, _ text.Reader, _ parser.Context) {
	// The walk's function never fails, so neither does the walk.
	_ = ast.Walk(root, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if class := designClass(n); entering && class != "" {
			n.SetAttributeString("class", []byte(class))
		}
		return ast.WalkContinue, nil
	})
}

func designClass(n ast.Node) string {
	switch n.Kind().String() {
	case "Table":
		return "nhsuk-table"
	case "TableRow":
		return "nhsuk-table__row"
	case "TableHeader":
		return "nhsuk-table__head"
	case "TableCell":
		if n.Parent().Kind().String() == "TableHeader" {
			return "nhsuk-table__header"
		}
		return "nhsuk-table__cell"
	case "List":
		if list, ok := n.(*ast.List); ok && list.IsOrdered() {
			return "nhsuk-list nhsuk-list--number"
		}
		return "nhsuk-list nhsuk-list--bullet"
	}
	return ""
}

// readFolder reads every document of an embedded folder, in the order of the files' names.
func readFolder[T any](files fs.FS, folder string, read func(name, content string) (T, error)) ([]T, error) {
	names, err := fs.Glob(files, folder+"/*.md")
	if err != nil {
		return nil, err
	}
	var list []T
	var problems []error
	for _, file := range names {
		content, err := fs.ReadFile(files, file)
		if err != nil {
			return nil, err
		}
		item, err := read(strings.TrimSuffix(strings.TrimPrefix(file, folder+"/"), ".md"), string(content))
		if err != nil {
			problems = append(problems, err)
			continue
		}
		list = append(list, item)
	}
	return list, errors.Join(problems...)
}
