package nhsuk

import (
	"testing"

	"github.com/a-h/templ"
)

const (
	older = "the older way to ask for a heading is not offered"
	affix = "a prefix or suffix is words only"
)

func label(p params) Label {
	l := Label{ID: p.str("id"), Text: p.str("text"), Body: p.body("html"), Size: p.str("size"), Class: p.str("classes"), Caption: caption(p.obj("caption"))}
	h, given := p["heading"]
	l.Heading = p.is("isPageHeading") || given && h != false
	if words := p.obj("heading"); words != nil {
		l.Text, l.Level, l.HeadingID = or(words.str("text"), l.Text), words.num("level"), words.str("id")
		l.Size = or(words.str("size"), l.Size)
		if words.obj("caption") != nil {
			l.Caption = caption(words.obj("caption"))
		}
	}
	return l
}

func legend(p params) Legend {
	l := label(p)
	return Legend{ID: l.ID, Text: l.Text, Body: l.Body, Size: l.Size, Heading: l.Heading, Level: l.Level, HeadingID: l.HeadingID, Caption: l.Caption, Class: l.Class}
}

func fieldset(p params) *Fieldset {
	if f := p["fieldset"]; f == nil || f == false {
		return nil
	}
	return &Fieldset{Legend: legend(p.obj("fieldset").obj("legend"))}
}

func after(p params) templ.Component { return p.obj("formGroup").obj("afterInput").body("html") }

func TestHint(t *testing.T) {
	check(t, "hint", nil, func(p params) templ.Component {
		return Hint{Text: p.str("text"), Body: p.body("html")}.View()
	})
}

func TestErrorMessage(t *testing.T) {
	check(t, "error-message", cannot{"without visually hidden text": "an error is always announced as one"}, func(p params) templ.Component {
		return ErrorMessage{Text: p.str("text"), Body: p.body("html"), Hidden: p.str("visuallyHiddenText")}.View()
	})
}

func TestErrorSummary(t *testing.T) {
	check(t, "error-summary", nil, func(p params) templ.Component {
		h, d := p.obj("heading"), p.obj("description")
		if d == nil {
			d = p
		}
		e := ErrorSummary{Heading: h.str("text"), HeadingBody: h.body("html"), Description: d.str("text"), DescriptionBody: d.body("html"), DisableAutoFocus: p.flag("disableAutoFocus")}
		for _, i := range p.list("errorList") {
			e.Items = append(e.Items, ErrorItem{Text: i.str("text"), Href: i.str("href")})
		}
		return e.View()
	})
}

func TestLabel(t *testing.T) {
	check(t, "label", cannot{"size class overriding size option": overrides, "with deprecated page heading overriding heading": older}, func(p params) templ.Component { return label(p).View() })
}

func TestLegend(t *testing.T) {
	check(t, "legend", cannot{"size class overriding size option": overrides, "with deprecated page heading overriding heading": older}, func(p params) templ.Component { return legend(p).View() })
}

func TestFieldset(t *testing.T) {
	check(t, "fieldset", nil, func(p params) templ.Component {
		return Fieldset{Legend: legend(p.obj("legend")), Body: p.body("html")}.View()
	})
}

func TestInput(t *testing.T) {
	check(t, "input", cannot{"width class overriding width option": overrides, "with prefix HTML": affix, "with suffix HTML": affix}, func(p params) templ.Component {
		return Input{ID: p.str("id"), Name: p.str("name"), Value: p.str("value"), Label: label(p.obj("label")), Hint: p.obj("hint").str("text"), HintBody: p.obj("hint").body("html"), Error: p.obj("errorMessage").str("text"), Refused: p.is("errorMessage"),
			Type: p.str("type"), Width: p.str("width"), Code: p.is("code"), Disabled: p.is("disabled"), InputMode: p.str("inputmode"), Autocomplete: p.str("autocomplete"), Spellcheck: p.flag("spellcheck"),
			Prefix: p.obj("prefix").str("text"), Suffix: p.obj("suffix").str("text"), After: after(p), Class: p.str("classes")}.View()
	})
}

func TestTextarea(t *testing.T) {
	check(t, "textarea", nil, func(p params) templ.Component {
		return Textarea{ID: p.str("id"), Name: p.str("name"), Label: label(p.obj("label")), Hint: p.obj("hint").str("text"), HintBody: p.obj("hint").body("html"), Error: p.obj("errorMessage").str("text"), Refused: p.is("errorMessage"),
			Disabled: p.is("disabled"), Autocomplete: p.str("autocomplete")}.View()
	})
}

func TestSelect(t *testing.T) {
	check(t, "select", nil, func(p params) templ.Component {
		s := Select{ID: p.str("id"), Name: p.str("name"), Value: p.str("value"), Label: label(p.obj("label")), Hint: p.obj("hint").str("text"), HintBody: p.obj("hint").body("html"), Error: p.obj("errorMessage").str("text"), Refused: p.is("errorMessage"),
			Disabled: p.is("disabled"), After: after(p)}
		for _, i := range p.list("items") {
			s.Options = append(s.Options, Option{Text: i.str("text"), Value: i.str("value"), Disabled: i.is("disabled"), Divider: i.is("divider")})
		}
		return s.View()
	})
}

func choicesOf(p params) []Choice {
	var all []Choice
	for _, i := range p.list("items") {
		c := Choice{Text: i.str("text"), Value: i.str("value"), Name: i.str("name"), Hint: i.obj("hint").str("text"), Disabled: i.is("disabled"), Enabled: i.off("disabled"), Divider: i.str("divider"),
			Conditional: i.obj("conditional").body("html"), Behaviour: i.str("behaviour"), BehaviourGroup: or(i.str("behaviourGroup"), i.str("exclusiveGroup"))}
		if i.is("exclusive") {
			c.Behaviour = "exclusive"
		}
		all = append(all, c)
	}
	return all
}

func TestRadios(t *testing.T) {
	check(t, "radios", nil, func(p params) templ.Component {
		return Radios{IDPrefix: p.str("idPrefix"), Name: p.str("name"), Value: p.str("value"), Fieldset: fieldset(p), Hint: p.obj("hint").str("text"), HintBody: p.obj("hint").body("html"), Error: p.obj("errorMessage").str("text"), Refused: p.is("errorMessage"),
			Choices: choicesOf(p), Disabled: p.is("disabled"), Small: p.is("small"), Inline: p.is("inline")}.View()
	})
}

func TestCheckboxes(t *testing.T) {
	check(t, "checkboxes", nil, func(p params) templ.Component {
		c := Checkboxes{IDPrefix: p.str("idPrefix"), Name: p.str("name"), Fieldset: fieldset(p), Hint: p.obj("hint").str("text"), HintBody: p.obj("hint").body("html"), Error: p.obj("errorMessage").str("text"), Refused: p.is("errorMessage"),
			Choices: choicesOf(p), Disabled: p.is("disabled"), Small: p.is("small"), Inline: p.is("inline")}
		for _, v := range p.list("values") {
			c.Values = append(c.Values, v.str("text"))
		}
		return c.View()
	})
}

func TestDateInput(t *testing.T) {
	check(t, "date-input", nil, func(p params) templ.Component {
		d := DateInput{ID: p.str("id"), NamePrefix: p.str("namePrefix"), Fieldset: fieldset(p), Hint: p.obj("hint").str("text"), HintBody: p.obj("hint").body("html"), Error: p.obj("errorMessage").str("text"), Refused: p.is("errorMessage"), Disabled: p.is("disabled")}
		items := p.list("items")
		if len(items) == 0 {
			for _, name := range []string{"day", "month", "year"} {
				if p.off(name) {
					continue
				}
				part := params{"name": name}
				for k, v := range p.obj(name) {
					part[k] = v
				}
				items = append(items, part)
			}
		}
		values := p.obj("values")
		for _, i := range items {
			d.Parts = append(d.Parts, DatePart{Name: i.str("name"), Label: i.obj("label").str("text"), Value: or(i.str("value"), values.str(i.str("name"))), Width: i.str("width"),
				Error: i.is("error"), Disabled: i.is("disabled"), Enabled: i.off("disabled"), Autocomplete: i.str("autocomplete")})
		}
		return d.View()
	})
}

func TestHeader(t *testing.T) {
	check(t, "header", nil, func(p params) templ.Component {
		logo, service := p.obj("logo"), p.obj("service")
		h := Header{Logo: Logo{Alt: logo.str("alt"), Src: logo.str("src"), Href: logo.str("href"), AriaLabel: logo.str("ariaLabel")}, Service: Link{Text: service.str("text"), Href: service.str("href")},
			Colour: p.str("colour"), Inline: p.is("inline"), NavColour: p.obj("navigation").str("colour"), Justified: p.obj("navigation").is("justified")}
		if o := p.obj("organisation"); o != nil {
			h.Organisation = &Organisation{Name: o.str("name"), Split: o.str("split"), Descriptor: o.str("descriptor")}
		}
		for _, i := range p.obj("navigation").list("items") {
			h.Navigation = append(h.Navigation, NavItem{Text: i.str("text"), Href: i.str("href"), Current: i.is("current"), Active: i.is("active")})
		}
		for _, i := range p.obj("account").list("items") {
			h.Account = append(h.Account, AccountItem{Text: i.str("text"), Href: i.str("href"), Action: i.str("action"), Icon: i.is("icon")})
		}
		if s := search(p); s != nil {
			h.Search = s
		}
		return h.View()
	})
}

// search gives our header search the words that the design system defaults to.
func search(p params) *HeaderSearch {
	s := p.obj("search")
	if s == nil && !p.is("search") {
		return nil
	}
	return &HeaderSearch{Action: "https://www.nhs.uk/search/", Placeholder: s.obj("input").str("placeholder"), Label: or(s.obj("label").str("visuallyHiddenText"), "Search the NHS website")}
}

func TestFooter(t *testing.T) {
	check(t, "footer", nil, func(p params) templ.Component {
		f := Footer{Columns: p.num("columns"), MetaText: p.obj("meta").str("text"), MetaBody: p.obj("meta").body("html"), Copyright: "© NHS England"}
		if c, given := p["copyright"]; given {
			f.Copyright = or(p.obj("copyright").str("text"), "")
			if c == true {
				f.Copyright = "© NHS England"
			}
		}
		if f.MetaBody == nil {
			f.MetaBody = p.body("html")
		}
		for _, l := range p.obj("meta").list("items") {
			f.Meta = append(f.Meta, Link{Text: l.str("text"), Href: l.str("href")})
		}
		groups := p.list("navigation")
		if one := p.obj("navigation"); one != nil {
			groups = []params{one}
		}
		for _, g := range groups {
			group := FooterGroup{Heading: g.obj("heading").str("text"), Width: g.str("width"), Body: g.body("html")}
			for _, l := range g.list("items") {
				group.Items = append(group.Items, Link{Text: l.str("text"), Href: l.str("href")})
			}
			f.Groups = append(f.Groups, group)
		}
		return f.View()
	})
}
