// Package page makes the pages: the layout of the NHS design system, rendering, errors as pages, filters, figures and downloads.
// Its parts are page/nhsuk (the design system's components), page/chart (charts as SVG) and page/assets (styles and script).
//
// A module declares its routes as data and gets a *Site to render with:
//
//	func Routes(s *page.Site, figures Figures) []page.Route {
//		return []page.Route{
//			{Method: "GET", Pattern: "/practices/{code}", Name: "practice", Handler: practice(s, figures)},
//		}
//	}
//
//	func practice(s *page.Site, figures Figures) page.Handler {
//		return func(w http.ResponseWriter, r *http.Request) error {
//			p, err := figures.Practice(r.Context(), r.PathValue("code"))
//			if err != nil {
//				return err // errs.NotFound becomes a 404 page with the error's own words, a fault of ours a 500 with a reference
//			}
//			return s.Render(w, r, page.Page{
//				Title:   p.Name,
//				Section: "Practices",
//				Crumbs:  []nhsuk.Link{{Text: "Practices", Href: "/practices"}},
//				Wide:    true,
//				Body:    practicePage(p), // a templ component; view data is typed
//			})
//		}
//	}
//
// A page's template begins with its heading and calls components as values:
//
//	templ practicePage(p Practice) {
//		@page.Heading{Text: p.Name, Caption: p.Code, Lede: "How this practice is doing against its own past."}.View()
//		@nhsuk.Tag{Text: "Watching", Colour: nhsuk.Yellow}.View()
//		@p.tiles().View()
//	}
//
// A table, with links to the same rows as files (page.Sheet writes them), and a filter that is part of the address:
//
//	nhsuk.Table{
//		Caption: "Complaints by practice", FirstCellIsHeader: true, Responsive: true, Class: "ohp-dense",
//		Head:      []nhsuk.Cell{{Text: "Practice"}, {Text: "Complaints", Numeric: true}},
//		Rows:      [][]nhsuk.Cell{{{Text: "Bewdley Road Surgery", Href: "/practices/M85000"}, {Text: "12"}}},
//		Downloads: []nhsuk.Download{{Format: "CSV", Href: "?as=csv", Of: "complaints by practice"}},
//	}
//	page.Filter{Action: "/practices", Clear: "/practices", Controls: []templ.Component{
//		nhsuk.Select{Name: "theme", Value: theme, Label: nhsuk.Label{Text: "Theme"}, Options: themes}.View(),
//	}}
//
// A chart with its key, its settings, its figures as a table and its files:
//
//	c := chart.SPC{ID: "complaints", Title: "Complaints per 1,000 patients, Bewdley Road Surgery", Desc: "…", Points: points,
//		Format: chart.Decimal, Axis: "Complaints per 1,000 patients"}
//	page.Figure{Caption: "Above the usual level since March", Drawing: c.View(), Phone: c.Phone(), Key: c.Key(),
//		Notes: []string{"XmR chart, limits from the first 24 months."}, Table: &table, Downloads: downloads}
//
// A form that is refused is shown again with what was wrong, from one error:
//
//	s.Render(w, r, page.Page{Title: "Add a target", Status: 400, Errors: page.Errors(err), Body: targetForm(answers, err)})
//	nhsuk.Input{Name: "from", Label: nhsuk.Label{Text: "From"}, Error: page.ErrorOf(err, "from")}
//
// Site.Mux puts everything together: security headers with a content-security policy that allows no inline style and of inline
// scripts one by its hash, refusal of forms sent by other websites, compressed pages with entity tags, and errors in words.
package page
