package nhsuk

import (
	"context"
	"io"
	"strconv"
	"strings"

	"github.com/a-h/templ"
)

// classes joins the class names that are not empty.
func classes(names ...string) string {
	only, n := "", 0
	for _, name := range names {
		if name != "" {
			only = name
			n++
		}
	}
	if n < 2 {
		return only
	}
	var b strings.Builder
	for _, name := range names {
		if name == "" {
			continue
		}
		if b.Len() > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(name)
	}
	return b.String()
}

// when is s if ok, else nothing.
func when(ok bool, s string) string {
	if ok {
		return s
	}
	return ""
}

// or is s, or the words to use when s is empty.
func or(s, otherwise string) string {
	if s != "" {
		return s
	}
	return otherwise
}

// modifier is prefix + name, or nothing when there is no name.
func modifier(prefix, name string) string {
	if name == "" {
		return ""
	}
	return prefix + name
}

// element is an HTML element whose name is only known at run time: a heading of some level, a label, a legend, a caption.
type element struct {
	name     string
	id       string
	class    string
	labelFor string
}

func (e element) around(parts ...templ.Component) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		if err := e.open(w); err != nil {
			return err
		}
		for _, p := range parts {
			if p == nil {
				continue
			}
			if err := p.Render(ctx, w); err != nil {
				return err
			}
		}
		_, err := io.WriteString(w, "</"+e.name+">")
		return err
	})
}

func (e element) open(w io.Writer) error {
	var b strings.Builder
	b.WriteString("<" + e.name)
	for _, a := range [...][2]string{{"class", e.class}, {"id", e.id}, {"for", e.labelFor}} {
		if a[1] != "" {
			b.WriteString(" " + a[0] + `="` + templ.EscapeString(a[1]) + `"`)
		}
	}
	b.WriteString(">")
	_, err := io.WriteString(w, b.String())
	return err
}

// words is escaped text as a component.
func words(s string) templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		_, err := io.WriteString(w, templ.EscapeString(s))
		return err
	})
}

// content is the richer body if there is one, else the words.
func content(text string, body templ.Component) templ.Component {
	if body != nil {
		return body
	}
	return words(text)
}

// headingName is h1 to h6; anything else becomes the level to fall back on.
func headingName(level, otherwise int) string {
	if level < 1 || level > 6 {
		level = otherwise
	}
	return "h" + strconv.Itoa(level)
}

func itoa(n int) string { return strconv.Itoa(n) }

func containsFold(s, sub string) bool { return strings.Contains(strings.ToLower(s), sub) }

// slug makes words fit for an id: lower case, hyphens for blanks, at most n bytes.
func slug(s string, n int) string {
	s = strings.ToLower(strings.ReplaceAll(s, " ", "-"))
	if len(s) > n {
		s = s[:n]
	}
	return s
}

func capital(s string) string {
	if s == "" {
		return ""
	}
	return strings.ToUpper(s[:1]) + s[1:]
}
