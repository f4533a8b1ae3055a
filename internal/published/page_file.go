package published

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"ohp/internal/kernel/date"
	"ohp/internal/kernel/errs"
	"ohp/internal/kernel/measure"
	"ohp/internal/kernel/page"
	"ohp/internal/kernel/page/nhsuk"
	"ohp/internal/kernel/store"
)

const rowsPerPage = 50

// loadedFile is one file with all that is known of it.
type loadedFile struct {
	fileRow
	SHA256    string `db:"sha256"`
	Bytes     int    `db:"bytes"`
	Format    string `db:"format"`
	Publisher string `db:"publisher"`
	Licence   string `db:"licence"`
	Note      string `db:"note"`
	Changed   int    `db:"changed"`
}

// rejected is a row of the file that could not be used.
type rejected struct {
	Seq     int    `db:"seq"`
	Place   string `db:"place"`
	Line    int    `db:"line"`
	Column  string `db:"col"`
	Content string `db:"content"`
	Reason  string `db:"reason"`
}

// replacedRow is a figure of which the file is the newer statement, or the older one.
type replacedRow struct {
	Measure     string   `db:"title"`
	Unit        string   `db:"unit"`
	Name        string   `db:"name"`
	Period      string   `db:"period"`
	Numerator   *float64 `db:"numerator"`
	Denominator *float64 `db:"denominator"`
	Value       *float64 `db:"value"`
	Status      int      `db:"status"`
	Other       string   `db:"other"` // name of the other file
	OtherNo     int      `db:"other_no"`
}

// fileView is what the page of one file shows.
type fileView struct {
	loadedFile
	places   []string
	more     int // places beyond those listed
	rejected []rejected
	replaced [2][]replacedRow // by this file, of this file
	counts   [2]int
	at       [3]int // page of the rejected rows, and of the two lists of figures
}

// file answers with the page of one file, or with its rejected rows when the address ends in .csv or .xlsx.
func (p Pages) file(w http.ResponseWriter, r *http.Request) error {
	text, extension, _ := strings.Cut(r.PathValue("no"), ".")
	no, err := strconv.Atoi(text)
	if err != nil || extension != "" && extension != "csv" && extension != "xlsx" {
		return errs.New(errs.NotFound, "There is no file at this address. The Data page lists the files that are loaded.")
	}
	f, err := p.readFile(r.Context(), no)
	if err != nil {
		return err
	}
	if extension != "" {
		s, err := p.rejectedSheet(r.Context(), f)
		if err != nil {
			return err
		}
		return s.Send(w, extension)
	}
	q := r.URL.Query()
	v := fileView{loadedFile: f, at: [3]int{pageNumber(q, "page"), pageNumber(q, "by"), pageNumber(q, "of")}}
	if err := p.readFileLists(r.Context(), &v); err != nil {
		return err
	}
	crumbs := []nhsuk.Link{{Text: "Data", Href: "/data"}}
	return p.Site.Render(w, r, page.Page{Title: f.Name, Section: "Data", Crumbs: crumbs, Wide: true, Body: filePage(v)})
}

func (p Pages) readFile(ctx context.Context, no int) (loadedFile, error) {
	f, err := store.One[loadedFile](ctx, p.DB, `select no, name, publication, period_from, period_to, as_at, loaded_at, source_rows, figures, rejected,
    sha256, bytes, format, publisher, licence, note, changed from source_file where no = $1`, no)
	if errors.Is(err, store.ErrNotFound) {
		return f, errs.New(errs.NotFound, "No file has the number %d. The Data page lists the files that are loaded.", no)
	}
	return f, err
}

const rejectedRows = "select seq, place, line, col, content, reason from rejection where file = $1 order by seq"

func (p Pages) rejectedSheet(ctx context.Context, f loadedFile) (page.Sheet, error) {
	rows, err := store.Collect[rejected](ctx, p.DB, rejectedRows, f.No)
	s := page.Sheet{Name: fmt.Sprintf("rejected-%d", f.No), Head: []string{"file", "place", "line", "column", "content", "reason"}}
	for _, r := range rows {
		s.Rows = append(s.Rows, []any{f.Name, r.Place, r.Line, r.Column, r.Content, r.Reason})
	}
	return s, err
}

// The two questions that a file's page asks of the superseded figures: the column that names the file, and the one that names the other.
var replacedSides = [2]struct{ this, other string }{{"superseded_by", "source"}, {"source", "superseded_by"}}

func (p Pages) readFileLists(ctx context.Context, v *fileView) error {
	places, err := store.Collect[place](ctx, p.DB, "select no, place from source_place where file = $1 order by no", v.No)
	if err != nil {
		return err
	}
	v.name(places)
	v.at[0] = min(v.at[0], pagesOf(v.Rejected, rowsPerPage))
	v.rejected, err = store.Collect[rejected](ctx, p.DB, rejectedRows+limits(v.at[0], rowsPerPage), v.No)
	for i, side := range replacedSides {
		if err != nil {
			return err
		}
		where := replacedAt(side.this, places)
		if v.counts[i], err = p.countReplaced(ctx, where); err != nil {
			return err
		}
		v.at[i+1] = min(v.at[i+1], pagesOf(v.counts[i], rowsPerPage))
		v.replaced[i], err = store.Collect[replacedRow](ctx, p.DB, `select coalesce(m.title, h.measure) as title, h.unit, coalesce(u.name, '') as name, h.period, h.numerator, h.denominator, h.value, h.status,
    f.name as other, f.no as other_no
from figure_superseded h join source_place o on o.no = h.`+side.other+` join source_file f on f.no = o.file
left join measure m on m.name = h.measure left join unit u on u.code = h.unit
where true`+where.SQL()+" order by h.measure, h.unit, h.period"+limits(v.at[i+1], rowsPerPage), where.Args()...)
	}
	return err
}

func (p Pages) countReplaced(ctx context.Context, where *store.Filter) (int, error) {
	n, err := store.One[int64](ctx, p.DB, "select count(*) from figure_superseded h where true"+where.SQL(), where.Args()...)
	return int(n), err
}

// replacedAt chooses the superseded figures whose column names one of the file's places.
func replacedAt(column string, places []place) *store.Filter {
	numbers := make([]any, len(places))
	for i, pl := range places {
		numbers[i] = pl.No
	}
	return store.NewFilter().In("h."+column, numbers...)
}

// place is a sheet or archive member of the file.
type place struct {
	No   int64  `db:"no"`
	Name string `db:"place"`
}

// name lists the first places that have names.
func (v *fileView) name(places []place) {
	const shown = 12
	for _, pl := range places {
		switch {
		case pl.Name == "":
		case len(v.places) == shown:
			v.more++
		default:
			v.places = append(v.places, pl.Name)
		}
	}
}

// limits keeps a query to one page of so many rows.
func limits(at, per int) string {
	return fmt.Sprintf(" limit %d offset %d", per, (at-1)*per)
}

// facts are the file's provenance.
func (v fileView) facts() []nhsuk.Row {
	rows := []nhsuk.Row{{Key: "Publication", Value: v.Publication}, {Key: "Publisher", Value: v.Publisher}, {Key: "Format", Value: formatTitle(v.Format)},
		{Key: "Period", Value: spanWords(v.From, v.To)}, {Key: "As at", Value: dayWords(v.AsAt)}, {Key: "Loaded", Value: loadedWords(v.LoadedAt)},
		{Key: "Rows read", Value: grouped(v.Rows)}, {Key: "Figures", Value: v.figureWords()}, {Key: "Rows rejected", Value: grouped(v.Rejected)},
		{Key: "Size", Value: grouped(v.Bytes) + " bytes"}, {Key: "Checksum (SHA-256)", Body: checksum(v.SHA256)}, {Key: "Licence", Value: v.Licence}}
	if v.Note != "" {
		rows = append(rows, nhsuk.Row{Key: "Note", Value: v.Note})
	}
	if len(v.places) > 0 {
		rows = append(rows, nhsuk.Row{Key: "Sheets or members", Value: v.placeWords()})
	}
	kept := rows[:0]
	for _, r := range rows {
		if r.Value != "" && r.Value != "–" || r.Body != nil {
			kept = append(kept, r)
		}
	}
	return kept
}

func (v fileView) placeWords() string {
	words := strings.Join(v.places, "; ")
	if v.more > 0 {
		words += fmt.Sprintf(" and %d more", v.more)
	}
	return words
}

func (v fileView) figureWords() string {
	words := grouped(v.Figures)
	if v.counts[0] > 0 {
		words += fmt.Sprintf(", of which %s replaced others", grouped(v.counts[0]))
	}
	return words
}

func (v fileView) rejectedTable() nhsuk.Table {
	t := nhsuk.Table{Responsive: true, Class: "ohp-dense", Head: []nhsuk.Cell{{Text: "Place"}, {Text: "Line", Numeric: true}, {Text: "Column"}, {Text: "What stood there"}, {Text: "Why it was rejected"}},
		Downloads: []nhsuk.Download{{Format: "CSV", Href: fmt.Sprintf("/data/%d.csv", v.No), Of: "rejected rows"}, {Format: "XLSX", Href: fmt.Sprintf("/data/%d.xlsx", v.No), Of: "rejected rows"}}}
	for _, r := range v.rejected {
		t.Rows = append(t.Rows, []nhsuk.Cell{{Text: cmp.Or(r.Place, "–")}, {Text: grouped(r.Line)}, {Text: cmp.Or(r.Column, "–")}, {Text: cmp.Or(r.Content, "–"), Class: "ohp-file"}, {Text: r.Reason}})
	}
	return t
}

func (v fileView) replacedTable(i int) nhsuk.Table {
	t := nhsuk.Table{Responsive: true, FirstCellIsHeader: true, Class: "ohp-dense",
		Head: []nhsuk.Cell{{Text: "Measure"}, {Text: "Practice"}, {Text: "Period"}, {Text: "Was"}, {Text: [2]string{"Said by", "Replaced by"}[i]}}}
	for _, r := range v.replaced[i] {
		period := r.Period
		if p, err := date.ParsePeriod(r.Period); err == nil {
			period = p.Label()
		}
		t.Rows = append(t.Rows, []nhsuk.Cell{{Text: r.Measure}, {Text: cmp.Or(r.Name, r.Unit), Hidden: "(" + r.Unit + ")"}, {Text: period}, {Text: r.was()}, {Text: r.Other, Href: fmt.Sprintf("/data/%d", r.OtherNo), Class: "ohp-file"}})
	}
	return t
}

// was writes the figure that was replaced, as it was published.
func (r replacedRow) was() string {
	number := func(x *float64) string { return strconv.FormatFloat(*x, 'f', -1, 64) }
	switch {
	case measure.Status(r.Status) != measure.Reported:
		return measure.Status(r.Status).String()
	case r.Value != nil:
		return number(r.Value)
	case r.Numerator == nil:
		return "–"
	case r.Denominator == nil:
		return number(r.Numerator)
	}
	return number(r.Numerator) + " of " + number(r.Denominator)
}

// address is the page's own with another page of one of its lists.
func (v fileView) address(list, n int) string {
	at := v.at
	at[list] = n
	return fmt.Sprintf("/data/%d?page=%d&by=%d&of=%d#%s", v.No, at[0], at[1], at[2], [3]string{"rejected", "replaced-by", "replaced-of"}[list])
}
