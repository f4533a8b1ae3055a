package nhsuk

import (
	"context"
	"io"

	"github.com/a-h/templ"
)

// rows writes the rows of a table. It is plain Go instead of a template because a page may hold tens of thousands of cells, and a
// component per cell costs ten times as much memory; the fixtures hold it to the same HTML.
func (t Table) rows() templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		out := rowWriter{ctx: ctx, w: w, table: t, b: make([]byte, 0, flushAt+1024)}
		row := `<tr class="nhsuk-table__row">`
		if t.Responsive {
			row = `<tr class="nhsuk-table__row" role="row">`
		}
		for _, cells := range t.Rows {
			out.raw(row)
			for i, c := range cells {
				if err := out.cell(c, t.head(i), i == 0 && t.FirstCellIsHeader); err != nil {
					return err
				}
			}
			out.raw("</tr>")
			if err := out.flush(flushAt); err != nil {
				return err
			}
		}
		return out.flush(0)
	})
}

const flushAt = 4096

type rowWriter struct {
	ctx   context.Context
	w     io.Writer
	table Table
	b     []byte
}

func (o *rowWriter) raw(s string) { o.b = append(o.b, s...) }

func (o *rowWriter) text(s string) { o.b = append(o.b, templ.EscapeString(s)...) }

func (o *rowWriter) attr(name, value string) {
	if value == "" {
		return
	}
	o.raw(" ")
	o.raw(name)
	o.raw(`="`)
	o.text(value)
	o.raw(`"`)
}

// flush hands on what was written, if it is more than n bytes.
func (o *rowWriter) flush(n int) error {
	if len(o.b) <= n {
		return nil
	}
	_, err := o.w.Write(o.b)
	o.b = o.b[:0]
	return err
}

// component writes what another component draws, in its place.
func (o *rowWriter) component(c templ.Component) error {
	if err := o.flush(0); err != nil {
		return err
	}
	return c.Render(o.ctx, o.w)
}

func (o *rowWriter) cell(c, head Cell, isHeader bool) error {
	name, kind, role := "td", "nhsuk-table__cell", "cell"
	if isHeader {
		name, kind, role = "th", "nhsuk-table__header", "rowheader"
	}
	o.raw("<")
	o.raw(name)
	o.attr("class", c.class(kind, head))
	if isHeader {
		o.raw(` scope="row"`)
	}
	if o.table.Responsive {
		o.attr("role", role)
	}
	o.attr("data-sort-value", c.SortValue)
	o.raw(">")
	if err := o.labelled(c, head); err != nil {
		return err
	}
	o.raw("</")
	o.raw(name)
	o.raw(">")
	return nil
}

// labelled writes the cell after its column's name, which a responsive table shows on a phone.
func (o *rowWriter) labelled(c, head Cell) error {
	if !o.table.Responsive || len(o.table.Head) == 0 {
		return o.linked(c)
	}
	o.raw(`<span class="nhsuk-table__heading" aria-hidden="true">`)
	o.text(head.Text)
	o.hidden(head.Text != "", head.Hidden)
	o.raw(" </span>")
	if c.Body == nil {
		return o.linked(c)
	}
	o.raw("<span>")
	if err := o.linked(c); err != nil {
		return err
	}
	o.raw("</span>")
	return nil
}

func (o *rowWriter) linked(c Cell) error {
	if c.Href == "" {
		return o.value(c)
	}
	o.raw(`<a class="nhsuk-link"`)
	o.attr("href", string(templ.URL(c.Href)))
	o.raw(">")
	if err := o.value(c); err != nil {
		return err
	}
	o.raw("</a>")
	return nil
}

func (o *rowWriter) value(c Cell) error {
	if c.Body != nil {
		if err := o.component(c.Body); err != nil {
			return err
		}
	} else {
		o.text(c.Text)
	}
	o.hidden(c.Text != "" || c.Body != nil, c.Hidden)
	return nil
}

func (o *rowWriter) hidden(space bool, s string) {
	if s == "" {
		return
	}
	o.raw(`<span class="nhsuk-u-visually-hidden">`)
	o.text(when(space, " ") + s)
	o.raw("</span>")
}
