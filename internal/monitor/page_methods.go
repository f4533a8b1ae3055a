package monitor

import (
	"net/http"
	"slices"

	"ohp/internal/kernel/errs"
	"ohp/internal/kernel/page"
	"ohp/internal/kernel/page/nhsuk"
)

func (p Pages) methods(w http.ResponseWriter, r *http.Request) error {
	list, err := Methods()
	if err != nil {
		return err
	}
	return p.Site.Render(w, r, page.Page{Title: "Methods", Section: "Methods", Body: methodsPage(list)})
}

// methodView is one method with the way to the others.
type methodView struct {
	Method
	before, after nhsuk.Step
}

func (p Pages) method(w http.ResponseWriter, r *http.Request) error {
	list, err := Methods()
	if err != nil {
		return err
	}
	name := r.PathValue("name")
	i := slices.IndexFunc(list, func(m Method) bool { return m.Name == name })
	if i < 0 {
		return errs.New(errs.NotFound, "There is no method page called “%s”. The Methods page lists those that there are.", name)
	}
	v := methodView{Method: list[i]}
	if i > 0 {
		v.before = nhsuk.Step{Href: "/methods/" + list[i-1].Name, Label: list[i-1].Title}
	}
	if i+1 < len(list) {
		v.after = nhsuk.Step{Href: "/methods/" + list[i+1].Name, Label: list[i+1].Title}
	}
	crumbs := []nhsuk.Link{{Text: "Methods", Href: "/methods"}}
	return p.Site.Render(w, r, page.Page{Title: v.Title, Section: "Methods", Crumbs: crumbs, Body: methodPage(v)})
}
