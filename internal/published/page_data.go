package published

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"ohp/internal/kernel/date"
	"ohp/internal/kernel/errs"
	"ohp/internal/kernel/measure"
	"ohp/internal/kernel/page"
	"ohp/internal/kernel/page/nhsuk"
	"ohp/internal/kernel/store"
	"ohp/internal/nhs"
)

const filesPerPage = 50

// formatRow sums up the files of one format.
type formatRow struct {
	Format    string       `db:"format"`
	Publisher string       `db:"publisher"`
	Files     int          `db:"files"`
	Figures   int          `db:"figures"`
	Rejected  int          `db:"rejected"`
	From      string       `db:"period_from"`
	To        string       `db:"period_to"`
	AsAt      string       `db:"as_at"`
	LoadedAt  date.Instant `db:"loaded_at"`
}

// fileRow is one line of the list of files.
type fileRow struct {
	No          int          `db:"no"`
	Name        string       `db:"name"`
	Publication string       `db:"publication"`
	From        string       `db:"period_from"`
	To          string       `db:"period_to"`
	AsAt        string       `db:"as_at"`
	LoadedAt    date.Instant `db:"loaded_at"`
	Rows        int          `db:"source_rows"`
	Figures     int          `db:"figures"`
	Rejected    int          `db:"rejected"`
}

// gapRow is what measures of one source miss between their first and last period.
type gapRow struct {
	Source   string
	Measures []string // titles
	Missing  []date.Period
	From, To date.Period
}

// dataView is what the Data page shows.
type dataView struct {
	format   string
	formats  []formatRow
	files    []fileRow
	gaps     []gapRow
	complete int // measures without a gap
	page     int
	total    int // files of the format chosen
}

func (p Pages) data(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	v := dataView{format: q.Get("format"), page: pageNumber(q, "page")}
	if err := p.readData(r.Context(), &v); err != nil {
		return err
	}
	return p.Site.Render(w, r, page.Page{Title: "Data", Section: "Data", Wide: true, Body: dataPage(v)})
}

func (p Pages) readData(ctx context.Context, v *dataView) error {
	var err error
	v.formats, err = measure.Recalled(ctx, p.DB, p.kept, "formats", func() ([]formatRow, error) { return p.readFormats(ctx) })
	if err != nil || len(v.formats) == 0 {
		return err
	}
	if v.format != "" && !slices.ContainsFunc(v.formats, func(f formatRow) bool { return f.Format == v.format }) {
		return errs.New(errs.Invalid, "No file of a publication named “%s” is loaded.", v.format)
	}
	for _, f := range v.formats {
		if v.format == "" || v.format == f.Format {
			v.total += f.Files
		}
	}
	v.page = min(v.page, pagesOf(v.total, filesPerPage))
	where := store.NewFilter()
	if v.format != "" {
		where.And("format = ?", v.format)
	}
	v.files, err = store.Collect[fileRow](ctx, p.DB, "select no, name, publication, period_from, period_to, as_at, loaded_at, source_rows, figures, rejected from source_file where true"+where.SQL()+
		" order by no desc"+limits(v.page, filesPerPage), where.Args()...)
	if err != nil {
		return err
	}
	gaps, err := measure.Recalled(ctx, p.DB, p.kept, "gaps", func() (foundGaps, error) { return p.readGaps(ctx) })
	v.gaps, v.complete = gaps.rows, gaps.complete
	return err
}

// readFormats sums up the files by format, in the order of the formats' titles.
func (p Pages) readFormats(ctx context.Context) ([]formatRow, error) {
	rows, err := store.Collect[formatRow](ctx, p.DB, `select format, max(publisher) as publisher, count(*) as files, sum(figures) as figures, sum(rejected) as rejected,
    coalesce(min(nullif(period_from, '')), '') as period_from, max(period_to) as period_to, max(as_at) as as_at, max(loaded_at) as loaded_at
from source_file group by format`)
	slices.SortFunc(rows, func(a, b formatRow) int { return strings.Compare(formatTitle(a.Format), formatTitle(b.Format)) })
	return rows, err
}

// foundGaps is what is missing in the whole database.
type foundGaps struct {
	rows     []gapRow
	complete int
}

// knownMeasure is a measure as the database knows it.
type knownMeasure struct {
	Name   string `db:"name"`
	Title  string `db:"title"`
	Source string `db:"source"`
}

// readGaps finds the periods for which no file was loaded, and gathers the measures of one source that miss the same.
func (p Pages) readGaps(ctx context.Context) (foundGaps, error) {
	var found foundGaps
	periods, err := measure.MeasurePeriods(ctx, p.DB)
	if err != nil {
		return found, err
	}
	measures, err := store.Collect[knownMeasure](ctx, p.DB, "select name, title, source from measure order by title, name")
	at := map[string]int{}
	for _, m := range measures {
		has := periods[m.Name]
		missing := measure.Gaps(has)
		if len(missing) == 0 {
			found.complete += min(1, len(has))
			continue
		}
		key := fmt.Sprint(m.Source, missing)
		i, known := at[key]
		if !known {
			i = len(found.rows)
			at[key] = i
			found.rows = append(found.rows, gapRow{Source: m.Source, Missing: missing, From: has[0], To: has[len(has)-1]})
		}
		found.rows[i].Measures = append(found.rows[i].Measures, m.Title)
	}
	slices.SortStableFunc(found.rows, func(a, b gapRow) int { return cmp.Compare(a.Source, b.Source) })
	return found, err
}

// words lists the missing periods: "August 2024: no file loaded"; runs are drawn together.
func (g gapRow) words() []string {
	var lines []string
	for i := 0; i < len(g.Missing); {
		j := i
		for j+1 < len(g.Missing) && g.Missing[j+1] == g.Missing[j].Next() {
			j++
		}
		span := g.Missing[i].Label()
		if j > i {
			span += " to " + g.Missing[j].Label()
		}
		lines = append(lines, span+": no file loaded")
		i = j + 1
	}
	return lines
}

// measuresShown is how many measures a gap names before it counts the rest.
const measuresShown = 3

func (g gapRow) title() string {
	if len(g.Measures) <= measuresShown {
		return strings.Join(g.Measures, "; ")
	}
	return strings.Join(g.Measures[:measuresShown], "; ") + fmt.Sprintf(" and %d more", len(g.Measures)-measuresShown)
}

func (v dataView) address(n int) string {
	q := url.Values{}
	if v.format != "" {
		q.Set("format", v.format)
	}
	if n > 1 {
		q.Set("page", strconv.Itoa(n))
	}
	if len(q) == 0 {
		return "/data"
	}
	return "/data?" + q.Encode()
}

func (v dataView) control() nhsuk.Select {
	options := []nhsuk.Option{{Text: "All publications"}}
	for _, f := range v.formats {
		options = append(options, nhsuk.Option{Text: formatTitle(f.Format), Value: f.Format})
	}
	return nhsuk.Select{Name: "format", Label: nhsuk.Label{Text: "Publication"}, Value: v.format, Options: options}
}

// formatTable says what is loaded of each publication.
func (v dataView) formatTable() nhsuk.Table {
	t := nhsuk.Table{Caption: "Publications", CaptionSize: "m", Responsive: true, FirstCellIsHeader: true, Class: "ohp-dense",
		Head: []nhsuk.Cell{{Text: "Publication"}, {Text: "Publisher"}, {Text: "Periods"}, {Text: "Latest as at"}, {Text: "Last loaded"}, {Text: "Files", Numeric: true}, {Text: "Figures", Numeric: true}, {Text: "Rows rejected", Numeric: true}}}
	for _, f := range v.formats {
		t.Rows = append(t.Rows, []nhsuk.Cell{{Text: formatTitle(f.Format), Href: "/data?format=" + url.QueryEscape(f.Format)}, {Text: f.Publisher}, {Text: spanWords(f.From, f.To)},
			{Text: dayWords(f.AsAt), Class: "ohp-nowrap"}, {Text: loadedWords(f.LoadedAt), Class: "ohp-nowrap"}, {Text: grouped(f.Files)}, {Text: grouped(f.Figures)}, {Text: grouped(f.Rejected)}})
	}
	return t
}

// fileTable lists the files of the page, the latest loaded first.
func (v dataView) fileTable() nhsuk.Table {
	t := nhsuk.Table{Responsive: true, FirstCellIsHeader: true, Class: "ohp-dense",
		Head: []nhsuk.Cell{{Text: "File"}, {Text: "Period"}, {Text: "As at"}, {Text: "Loaded"}, {Text: "Rows", Numeric: true}, {Text: "Figures", Numeric: true}, {Text: "Rejected", Numeric: true}}}
	for _, f := range v.files {
		rejected := nhsuk.Cell{Text: "0"}
		if f.Rejected > 0 {
			rejected = nhsuk.Cell{Text: grouped(f.Rejected), Href: fmt.Sprintf("/data/%d#rejected", f.No)}
		}
		t.Rows = append(t.Rows, []nhsuk.Cell{{Text: f.Name, Href: fmt.Sprintf("/data/%d", f.No), Class: "ohp-file"}, {Text: spanWords(f.From, f.To)}, {Text: dayWords(f.AsAt), Class: "ohp-nowrap"},
			{Text: loadedWords(f.LoadedAt), Class: "ohp-nowrap"}, {Text: grouped(f.Rows)}, {Text: grouped(f.Figures)}, rejected})
	}
	return t
}

// loadedWords writes an instant for people, in local time.
func loadedWords(at date.Instant) string {
	return at.Time().In(nhs.London).Format("2 January 2006, 15:04")
}
