package monitor

import (
	"embed"
	"errors"
	"slices"
	"strconv"
	"sync"
)

//go:embed methods/*.md
var methodFiles embed.FS

// Method is a page that says in plain words how the monitor works.
type Method struct {
	Name     string // of the file, and of the page's address
	Title    string
	Summary  string // one sentence for the list of methods
	Order    int
	Sections []Section
}

// Methods returns the method pages in their order. The error names everything that is wrong with any of them.
var Methods = sync.OnceValues(func() ([]Method, error) {
	list, err := readFolder(methodFiles, "methods", parseMethod)
	slices.SortFunc(list, func(a, b Method) int { return a.Order - b.Order })
	return list, err
})

func parseMethod(name, content string) (Method, error) {
	d, err := readDocument(name, content)
	if err != nil {
		return Method{}, err
	}
	problems := d.compareKeys([]string{"title", "order", "summary"}, nil)
	order, err := strconv.Atoi(d.fields["order"])
	problems = append(problems, err)
	sections, err := d.sections()
	problems = append(problems, err)
	return Method{Name: name, Title: d.fields["title"], Summary: d.fields["summary"], Order: order, Sections: sections}, errors.Join(problems...)
}
