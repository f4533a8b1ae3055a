package nhsuk

import "github.com/a-h/templ"

// Caption is the small line above or below a heading, a label or a legend.
type Caption struct {
	ID, Text string
	Body     templ.Component
	// Size is m, l, xl or xxl; empty takes the size of the heading.
	Size string
	// Placement is start (the default, inside and above), end, before or after.
	Placement string
	// Element is span (the default), p or div.
	Element string
	Class   string
}

func (c Caption) given() bool { return c.Text != "" || c.Body != nil }

func (c Caption) inside(place string) templ.Component {
	at := or(c.Placement, "start")
	if !c.given() || at != place {
		return nil
	}
	return c.View()
}

// View follows the caption component.
func (c Caption) View() templ.Component {
	name := "nhsuk-caption"
	switch c.Size {
	case "m", "l", "xl", "xxl":
		name += "-" + c.Size
	}
	bottom := when(c.Placement == "after" || c.Placement == "end", "nhsuk-caption--bottom")
	return element{name: or(c.Element, "span"), id: c.ID, class: classes(name, bottom, c.Class)}.around(content(c.Text, c.Body))
}

// Heading is a heading of level 1 to 6 with one of the design system's sizes.
type Heading struct {
	ID, Text string
	Body     templ.Component
	Href     string
	// Level is 1 to 6 (the element); Size is xxs, xs, s, m, l or xl (the look).
	Level   int
	Size    string
	Hidden  string
	Class   string
	Caption Caption
}

func (h Heading) given() bool { return h.Text != "" || h.Body != nil }

// View follows the heading component.
func (h Heading) View() templ.Component {
	class := "nhsuk-heading"
	if h.Size != "" {
		class = "nhsuk-heading-" + h.Size
	}
	return h.as(element{name: headingName(h.Level, 1), class: classes(class, h.Class)})
}

func (h Heading) as(e element) templ.Component {
	if !h.given() {
		return templ.NopComponent
	}
	e.id = h.ID
	c := h.Caption
	c.Size = or(c.Size, h.Size)
	inner := content(h.Text, h.Body)
	if h.Href != "" {
		inner = headingLink(h.Href, inner)
	}
	main := e.around(c.inside("start"), inner, hidden(" ", h.Hidden), c.inside("end"))
	if before, after := c.inside("before"), c.inside("after"); before != nil || after != nil {
		return both(before, main, after)
	}
	return main
}

// Label is the visible question of one form control.
type Label struct {
	ID, Text string
	Body     templ.Component
	// For is the control's id; form components fill it.
	For string
	// Size is s, m, l or xl.
	Size string
	// Heading makes the label the heading of the page (or of Level).
	Heading   bool
	Level     int
	HeadingID string
	Caption   Caption
	Class     string
}

// View follows the label component.
func (l Label) View() templ.Component {
	if l.Text == "" && l.Body == nil {
		return templ.NopComponent
	}
	c := l.Caption
	c.Size = or(c.Size, l.Size)
	inner := l.heading(c).as(element{name: "label", class: classes("nhsuk-label", modifier("nhsuk-label--", l.Size), l.Class), labelFor: l.For})
	if l.Heading {
		inner = element{name: headingName(l.Level, 1), class: "nhsuk-label-wrapper", id: l.HeadingID}.around(inner)
	}
	return both(c.inside("before"), inner, c.inside("after"))
}

// heading is the label's own words; captions that stand outside of the label are written by View.
func (l Label) heading(c Caption) Heading {
	if c.Placement == "before" || c.Placement == "after" {
		c = Caption{}
	}
	return Heading{ID: l.ID, Text: l.Text, Body: l.Body, Caption: c}
}

// Legend is the visible question of a group of form controls.
type Legend struct {
	ID, Text string
	Body     templ.Component
	Size     string
	// Heading makes the legend the heading of the page (or of Level).
	Heading   bool
	Level     int
	HeadingID string
	Caption   Caption
	Class     string
}

// View follows the legend component.
func (l Legend) View() templ.Component {
	if l.Text == "" && l.Body == nil {
		return templ.NopComponent
	}
	c := l.Caption
	c.Size = or(c.Size, l.Size)
	outside := c.inside("after")
	if c.Placement == "before" {
		c.Placement = "start"
	}
	if c.Placement == "after" {
		c = Caption{}
	}
	e := element{name: "legend", class: classes("nhsuk-fieldset__legend", modifier("nhsuk-fieldset__legend--", l.Size), l.Class)}
	inner := Heading{Text: l.Text, Body: l.Body, Caption: c}
	if !l.Heading {
		inner.ID = l.ID
		return both(nil, inner.as(e), outside)
	}
	e.id, inner.ID = l.ID, l.HeadingID
	return both(nil, e.around(inner.as(element{name: headingName(l.Level, 1), class: "nhsuk-fieldset__heading"})), outside)
}
