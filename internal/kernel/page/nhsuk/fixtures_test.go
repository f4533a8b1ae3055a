package nhsuk

import (
	"context"
	"encoding/json"
	"os"
	"regexp"
	"slices"
	"sort"
	"strconv"
	"strings"
	"testing"

	"github.com/a-h/templ"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

const components = "../../../../node_modules/nhsuk-frontend/dist/nhsuk/components/"

// fixture is one published case of a component: the parameters and the HTML that they must give.
type fixture struct {
	Name      string
	Context   params
	CallBlock string
	HTML      string
}

// params are a fixture's parameters; each method reads one, wherever the design system allows it to be words or an object.
type params map[string]any

func (p params) str(key string) string {
	switch v := p[key].(type) {
	case string:
		return v
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	return ""
}

func (p params) is(key string) bool { b, _ := p[key].(bool); return b }

func (p params) off(key string) bool { b, ok := p[key].(bool); return ok && !b }

func (p params) flag(key string) *bool {
	if b, ok := p[key].(bool); ok {
		return &b
	}
	return nil
}

func (p params) num(key string) int { f, _ := p[key].(float64); return int(f) }

// obj is an object, or an object with only text when words stand in its place.
func (p params) obj(key string) params {
	switch v := p[key].(type) {
	case map[string]any:
		return v
	case string:
		return params{"text": v}
	}
	return nil
}

func (p params) list(key string) []params { return list(p[key]) }

func list(v any) []params {
	items, _ := v.([]any)
	var all []params
	for _, item := range items {
		switch v := item.(type) {
		case map[string]any:
			all = append(all, v)
		case string:
			all = append(all, params{"text": v})
		}
	}
	return all
}

func (p params) body(key string) templ.Component {
	if s := p.str(key); s != "" {
		return templ.Raw(s)
	}
	return nil
}

func (p params) attributes() templ.Attributes {
	a, _ := p["attributes"].(map[string]any)
	if a == nil {
		return nil
	}
	return templ.Attributes(a)
}

func load(t *testing.T, component string) []fixture {
	t.Helper()
	b, err := os.ReadFile(components + component + "/fixtures.json")
	if err != nil {
		t.Fatal("the design system is not here; run `make setup` (npm ci) first: ", err)
	}
	var f struct{ Fixtures []fixture }
	if err := json.Unmarshal(b, &f); err != nil {
		t.Fatal(err)
	}
	return f.Fixtures
}

var space = regexp.MustCompile(`\s+`)

// normal parses HTML and prints it again with sorted attributes and folded space, and without what an icon draws.
func normal(t *testing.T, s string) string {
	nodes, err := html.ParseFragment(strings.NewReader(s), &html.Node{Type: html.ElementNode, Data: "body", DataAtom: atom.Body})
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, n := range nodes {
		print(&b, n)
	}
	return b.String()
}

func print(b *strings.Builder, n *html.Node) {
	if n.Type == html.TextNode {
		if s := strings.TrimSpace(space.ReplaceAllString(n.Data, " ")); s != "" {
			b.WriteString("[" + s + "]")
		}
		return
	}
	if n.Type != html.ElementNode {
		return
	}
	b.WriteString("<" + n.Data)
	sort.Slice(n.Attr, func(i, j int) bool { return n.Attr[i].Key < n.Attr[j].Key })
	for _, a := range n.Attr {
		b.WriteString(" " + a.Key + "=" + strings.TrimSpace(space.ReplaceAllString(a.Val, " ")))
	}
	b.WriteString(">")
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if n.Data == "svg" && c.Data != "title" {
			continue
		}
		print(b, c)
	}
	b.WriteString("</" + n.Data + ">")
}

// cannot names what our components do not offer, by fixture name, with the reason.
type cannot map[string]string

// check compares our rendering of every fixture of a component with the published one. A fixture that the component cannot
// express must be named with its reason; a named one that agrees after all is an error, so that the list only shrinks.
func check(t *testing.T, component string, not cannot, view func(p params) templ.Component) {
	t.Helper()
	agree, left := 0, map[string]bool{}
	all := load(t, component)
	for _, f := range all {
		var b strings.Builder
		if f.CallBlock != "" {
			f.Context["html"] = f.CallBlock
		}
		if err := view(f.Context).Render(context.Background(), &b); err != nil {
			t.Fatal(err)
		}
		got, want := normal(t, b.String()), normal(t, f.HTML)
		reason, named := not[f.Name]
		switch {
		case got == want:
			agree++
		case named:
			left[f.Name+": "+reason] = true
		default:
			t.Errorf("%s: %s\n got %s\nwant %s", component, f.Name, got, want)
		}
	}
	t.Logf("%s: %d of %d fixtures agree%s", component, agree, len(all), remainder(left))
	for name := range not {
		if !slices.ContainsFunc(keys(left), func(k string) bool { return strings.HasPrefix(k, name+": ") }) {
			t.Errorf("%s: %q is named as not applicable and is none of the fixtures that differ: take it off the list", component, name)
		}
	}
}

func keys(m map[string]bool) []string {
	var all []string
	for k := range m {
		all = append(all, k)
	}
	slices.Sort(all)
	return all
}

func remainder(left map[string]bool) string {
	if len(left) == 0 {
		return ""
	}
	return "; not applicable: " + strings.Join(keys(left), "; ")
}

const overrides = "here a class never overrides an option"

func TestSkipLink(t *testing.T) {
	check(t, "skip-link", nil, func(p params) templ.Component {
		return SkipLink{Text: p.str("text"), Href: p.str("href")}.View()
	})
}

func TestButton(t *testing.T) {
	check(t, "button", nil, func(p params) templ.Component {
		b := Button{Text: p.str("text"), Href: p.str("href"), Variant: p.str("variant"), Small: p.is("small"), Disabled: p.is("disabled"), PreventDoubleClick: p.flag("preventDoubleClick")}
		if i := p.obj("icon"); i != nil {
			b.Icon = &Icon{Name: i.str("name"), Placement: i.str("placement")}
		}
		return b.View()
	})
}

func TestTag(t *testing.T) {
	check(t, "tag", cannot{"colour class overriding colour option": overrides}, func(p params) templ.Component {
		tag := Tag{Text: p.str("text"), Body: p.body("html"), Class: p.str("classes"), NoBorder: p.off("border"), Colour: Colour(p.str("colour"))}
		if p.off("colour") {
			tag.Colour = NoColour
		}
		return tag.View()
	})
}

func TestBackLink(t *testing.T) {
	check(t, "back-link", nil, func(p params) templ.Component {
		return backLink(p).View()
	})
}

func backLink(p params) BackLink {
	return BackLink{ID: p.str("id"), Text: p.str("text"), Body: p.body("html"), Href: p.str("href"), Type: p.str("type"), Reverse: p.str("variant") == "reverse", Attributes: p.attributes()}
}

func TestBreadcrumbs(t *testing.T) {
	check(t, "breadcrumb", nil, func(p params) templ.Component {
		b := Breadcrumbs{ID: p.str("id"), Reverse: p.str("variant") == "reverse"}
		for _, i := range p.list("items") {
			b.Items = append(b.Items, Link{Text: i.str("text"), Href: i.str("href"), Attributes: i.attributes()})
		}
		if back := p.obj("backLink"); back != nil {
			link := backLink(back)
			b.Back = &link
		}
		return b.View()
	})
}

func TestActionLink(t *testing.T) {
	check(t, "action-link", nil, func(p params) templ.Component {
		return ActionLink{Text: p.str("text"), Body: p.body("html"), Href: p.str("href"), Type: p.str("type"), Reverse: p.str("variant") == "reverse"}.View()
	})
}

func TestInsetText(t *testing.T) {
	check(t, "inset-text", nil, func(p params) templ.Component {
		return InsetText{Text: p.str("text"), Body: p.body("html")}.View()
	})
}

func TestDetails(t *testing.T) {
	check(t, "details", nil, func(p params) templ.Component {
		s := p.obj("summary")
		return Details{Summary: s.str("text"), SummaryBody: s.body("html"), Text: p.str("text"), Body: p.body("html"), Open: p.is("open"), Reverse: p.str("variant") == "reverse", Class: p.str("classes")}.View()
	})
}

func TestNotificationBanner(t *testing.T) {
	check(t, "notification-banner", nil, func(p params) templ.Component {
		h, title := p.obj("heading"), p.obj("title")
		return NotificationBanner{Success: p.str("variant") == "success", Title: title.str("text"), Heading: Heading{Text: h.str("text")}, HeadingElement: h.str("element"),
			Text: p.str("text"), Body: p.body("html"), Role: p.str("role"), DisableAutoFocus: p.flag("disableAutoFocus"), Attributes: p.attributes()}.View()
	})
}

func TestTabs(t *testing.T) {
	check(t, "tabs", nil, func(p params) templ.Component {
		tabs := Tabs{ID: p.str("id"), IDPrefix: p.str("idPrefix"), Heading: p.str("visuallyHiddenText")}
		for _, i := range p.list("items") {
			panel := i.obj("panel")
			tabs.Items = append(tabs.Items, Tab{ID: i.str("id"), Label: i.str("label"), Text: panel.str("text"), Body: panel.body("html")})
		}
		return tabs.View()
	})
}

func heading(p params) Heading {
	return Heading{ID: p.str("id"), Text: p.str("text"), Body: p.body("html"), Href: p.str("href"), Level: p.num("level"), Size: p.str("size"), Hidden: p.str("visuallyHiddenText"), Class: p.str("classes"), Caption: caption(p.obj("caption"))}
}

func caption(p params) Caption {
	return Caption{ID: p.str("id"), Text: p.str("text"), Body: p.body("html"), Size: p.str("size"), Placement: p.str("placement"), Element: p.str("element"), Class: p.str("classes")}
}

func actions(p params) []Action {
	items := p.list("actions")
	if a := p.obj("actions"); a != nil {
		items = a.list("items")
	}
	var all []Action
	for _, a := range items {
		all = append(all, Action{Text: a.str("text"), Href: a.str("href"), Hidden: a.str("visuallyHiddenText"), Type: a.str("type")})
	}
	return all
}

func card(p params) Card {
	d, image := p.obj("description"), p.obj("image")
	return Card{ID: p.str("id"), Heading: heading(p.obj("heading")), Href: p.str("href"), Variant: p.str("variant"), Clickable: p.is("clickable"), Text: d.str("text"), Body: d.body("html"),
		Image: image.str("src"), ImageAlt: image.str("alt"), ImageBody: image.body("html"), Actions: actions(p), Class: p.str("classes"), Attributes: p.attributes()}
}

func TestHeading(t *testing.T) {
	check(t, "heading", cannot{"size class overriding size option": overrides}, func(p params) templ.Component { return heading(p).View() })
}

func TestCard(t *testing.T) {
	check(t, "card", cannot{"with image and custom HTML": "the heading is followed by markup inside one parameter"}, func(p params) templ.Component {
		c := card(p)
		if c.Body == nil {
			c.Body = p.body("html")
		}
		return c.View()
	})
}

func TestWarningCallout(t *testing.T) {
	check(t, "warning-callout", nil, func(p params) templ.Component {
		return WarningCallout{Heading: heading(p.obj("heading")), Text: p.str("text"), Body: p.body("html")}.View()
	})
}

func TestSummaryList(t *testing.T) {
	check(t, "summary-list", nil, func(p params) templ.Component {
		s := SummaryList{NoBorder: p.off("border"), NoLastRowBorder: p.off("lastRowBorder")}
		if c := p.obj("card"); c != nil {
			of := card(c)
			s.Card = &of
		}
		for _, r := range p.list("rows") {
			k, v := r.obj("key"), r.obj("value")
			s.Rows = append(s.Rows, Row{Key: k.str("text"), Width: k.str("width"), Value: v.str("text"), Body: v.body("html"), Actions: actions(r), NoBorder: r.off("border")})
		}
		return s.View()
	})
}

func TestTable(t *testing.T) {
	check(t, "tables", nil, func(p params) templ.Component {
		c := p.obj("caption")
		table := Table{ID: p.str("id"), Caption: c.str("text"), CaptionID: c.str("id"), CaptionSize: c.str("size"), CaptionClass: c.str("classes"), FirstCellIsHeader: p.is("firstCellIsHeader"),
			Responsive: p.is("responsive"), Scroll: p.is("scroll"), Compact: p.is("compact"), Striped: p.is("striped"), Reverse: p.str("variant") == "reverse",
			NoBorder: p.off("border"), NoLastRowBorder: p.off("lastRowBorder")}
		for _, h := range p.list("head") {
			table.Head = append(table.Head, cell(h))
		}
		rows, _ := p["rows"].([]any)
		for _, r := range rows {
			if _, ok := r.([]any); !ok {
				continue
			}
			var row []Cell
			for _, c := range list(r) {
				row = append(row, cell(c))
			}
			table.Rows = append(table.Rows, row)
		}
		table.Card = tableCard(p)
		return table.View()
	})
}

// tableCard is the card around a table, including the older way to ask for one (panel).
func tableCard(p params) *Card {
	switch {
	case p.obj("card") != nil:
		c := card(p.obj("card"))
		return &c
	case p.is("card"):
		return &Card{}
	case p.is("panel"):
		return &Card{Heading: Heading{Text: p.str("heading"), Level: p.num("headingLevel")}, Variant: "feature"}
	}
	return nil
}

func cell(p params) Cell {
	c := Cell{Text: p.str("text"), Body: p.body("html"), Href: p.str("href"), Hidden: p.str("visuallyHiddenText"), Numeric: p.str("format") == "numeric", Words: p.str("format") == "string",
		Align: p.str("align"), Width: p.str("width"), Sort: p.str("sort"), SortNext: p.str("sortNext"), SortValue: p.str("sortValue"), Class: p.str("classes")}
	if p.is("sort") {
		c.Sort = "none"
	}
	return c
}

func TestPagination(t *testing.T) {
	check(t, "pagination", nil, func(p params) templ.Component {
		var pages Pagination
		pages.Previous = step(p.obj("previous"), p.str("previousUrl"), p.str("previousPage"))
		pages.Next = step(p.obj("next"), p.str("nextUrl"), p.str("nextPage"))
		for _, i := range p.list("items") {
			pages.Pages = append(pages.Pages, Page{Number: i.str("number"), Href: i.str("href"), Current: i.is("current"), Ellipsis: i.is("ellipsis")})
		}
		return pages.View()
	})
}

func step(p params, href, label string) Step {
	return Step{Text: p.str("text"), Href: or(p.str("href"), href), Label: or(p.str("label"), label)}
}
