package published

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"ohp/internal/kernel/date"
	"ohp/internal/kernel/measure"
	"ohp/internal/kernel/page"
	"ohp/internal/kernel/page/nhsuk"
	"ohp/internal/kernel/store"
)

// Pages show what was loaded.
type Pages struct {
	DB   *store.DB
	Site *page.Site

	kept *measure.Recollection // made by Routes
}

// Routes lists the module's addresses.
func (p Pages) Routes() []page.Route {
	p.kept = &measure.Recollection{}
	return []page.Route{
		{Method: http.MethodGet, Pattern: "/data", Name: "data", Handler: p.data},
		{Method: http.MethodGet, Pattern: "/data/{no}", Name: "file", Handler: p.file},
	}
}

// formatTitle is a format's title for people; formats of other modules are told by their names.
func formatTitle(name string) string {
	i := slices.IndexFunc(formats, func(f Format) bool { return f.Name == name })
	if i >= 0 {
		return formats[i].Title
	}
	return strings.ToUpper(name[:min(1, len(name))]) + strings.ReplaceAll(name[min(1, len(name)):], "-", " ")
}

// grouped writes a count with commas.
func grouped(n int) string {
	digits := strconv.Itoa(n)
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}

func plural(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}

// spanWords writes from one stored period to another.
func spanWords(from, to string) string {
	f, err := date.ParsePeriod(from)
	if err != nil {
		return "–"
	}
	t, err := date.ParsePeriod(to)
	if err != nil || t == f {
		return f.Label()
	}
	return f.Label() + " – " + t.Label()
}

// dayWords writes a stored date.
func dayWords(day string) string {
	d, err := date.Parse(day)
	if err != nil {
		return "not stated"
	}
	return d.Label()
}

// pageNumber reads a page's number from the address; anything that is no number above zero is the first page.
func pageNumber(q url.Values, name string) int {
	if n, err := strconv.Atoi(q.Get(name)); err == nil && n > 0 && n < 1e6 {
		return n
	}
	return 1
}

// pagesOf is how many pages n rows fill.
func pagesOf(n, per int) int { return max(1, (n+per-1)/per) }

// pagination leads to the first page, the last, and those around the present one.
func pagination(at, pages int, address func(int) string) nhsuk.Pagination {
	p := nhsuk.Pagination{}
	for n := 1; n <= pages; n++ {
		if n == 1 || n == pages || n >= at-1 && n <= at+1 {
			p.Pages = append(p.Pages, nhsuk.Page{Number: strconv.Itoa(n), Href: address(n), Current: n == at})
		} else if !p.Pages[len(p.Pages)-1].Ellipsis {
			p.Pages = append(p.Pages, nhsuk.Page{Ellipsis: true})
		}
	}
	if at > 1 {
		p.Previous = nhsuk.Step{Href: address(at - 1)}
	}
	if at < pages {
		p.Next = nhsuk.Step{Href: address(at + 1)}
	}
	return p
}
