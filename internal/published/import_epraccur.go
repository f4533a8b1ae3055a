package published

import (
	"context"
	"regexp"
	"strings"

	"ohp/internal/kernel/date"
	"ohp/internal/kernel/measure"
	"ohp/internal/kernel/tabular"
)

// practices is epraccur, the Organisation Data Service's list of general
// practices and other prescribing cost centres: 27 columns and no header. Only
// practices (prescribing setting 4, since 2026 the role RO76) are taken.
//
// Statuses were A, C, D and P; since 2026 they are ACTIVE, INACTIVE and
// DORMANT (and PROPOSED). A practice that closed long ago vanishes from the
// file: that a practice is absent says nothing, and nothing is concluded.
//
// The file does not say its own date; the latest date in it that has come, of
// an opening, a closure or a change of commissioner, is near the day on which it
// was written, and stands for it.
var practices = Format{
	Name:      "epraccur",
	Title:     "GP practices (epraccur)",
	Publisher: "NHS England, Organisation Data Service",
	Recognise: func(f *tabular.File) bool { return len(f.Sheets) == 1 && isEpraccur(f.Sheets[0]) },
	Read:      readEpraccur,
}

// The columns of epraccur, counted from 0 (Organisation Data Service, "Epraccur file specification").
const (
	epCode, epName, epRegion, epBoard      = 0, 1, 2, 3
	epPostcode, epOpened, epClosed         = 9, 10, 11
	epStatus, epCommissioner, epFrom, epTo = 12, 14, 15, 16
	epSetting, epColumns                   = 25, 27
)

var orgCode = regexp.MustCompile(`^[A-Z0-9]{3,8}$`)

func isEpraccur(s *tabular.Sheet) bool {
	rows := s.Head(40)
	fits := 0
	for _, r := range rows {
		if len(r) == epColumns && orgCode.MatchString(r[epCode]) && statusWord(r[epStatus]) != "" && isDay(r[epOpened]) {
			fits++
		}
	}
	return fits > 0 && fits*10 >= len(rows)*8
}

func isDay(text string) bool {
	d, err := odsDate(text)
	return err == nil && !d.IsZero()
}

// statusWord gives the status of a unit; "" for what is no status.
func statusWord(text string) string {
	switch strings.ToUpper(strings.TrimSpace(text)) {
	case "A", "ACTIVE":
		return "active"
	case "C", "INACTIVE", "CLOSED":
		return "closed"
	case "D", "DORMANT":
		return "dormant"
	case "P", "PROPOSED":
		return "proposed"
	}
	return ""
}

const noStatus = "the status is none of A, C, D, P, ACTIVE, INACTIVE, DORMANT and PROPOSED"

// isPracticeSetting says whether a prescribing setting, or a role, is that of a GP practice.
func isPracticeSetting(text string) bool {
	text = strings.ToUpper(strings.TrimSpace(text))
	return text == "4" || text == "RO76"
}

// odsDate reads a date of the register; an empty cell is no date.
func odsDate(text string) (date.Date, error) {
	if text = strings.TrimSpace(text); text == "" {
		return date.Date{}, nil
	}
	return date.ParseAny(text)
}

func readEpraccur(ctx context.Context, f *tabular.File, o Options, l *measure.Load) error {
	t := table{sheet: f.Sheets[0], load: l}
	latest := date.Date{}
	groups := newPlaces(l)
	err := t.each(ctx, o, func(r tabular.Row) {
		if strings.EqualFold(strings.TrimSpace(r.Cell(epCode)), "organisation code") {
			return
		}
		if len(r.Cells) != epColumns {
			l.Reject(measure.Rejection{Place: t.sheet.Place, Line: r.Line, Text: strings.Join(r.Cells, ","), Reason: "the row has not the 27 columns of the file"})
			return
		}
		latest = latestOf(latest, epraccurRow(&t, r, groups))
	})
	settleRegisterDate(l, o, latest)
	return err
}

// epraccurRow adds the practice of a row and gives the latest date in it, if
// the row can be used; a proposed practice's dates are plans and date nothing.
func epraccurRow(t *table, r tabular.Row, groups *places) date.Date {
	status := statusWord(r.Cells[epStatus])
	days, fault := epraccurDays(r)
	if fault >= 0 {
		t.rejectAt(r, fault, "this is no date such as 20130401")
		return date.Date{}
	}
	last := days.last()
	if status == "proposed" {
		last = date.Date{}
	}
	if !isPracticeSetting(r.Cells[epSetting]) {
		return last
	}
	code, reason := practiceIn(r.Cells[epCode])
	if reason == "" && status == "" {
		reason = noStatus
	}
	if reason != "" {
		t.load.Reject(measure.Rejection{Place: t.sheet.Place, Line: r.Line, Column: columnLetter(epCode), Text: r.Cells[epCode] + " " + r.Cells[epStatus], Reason: reason})
		return date.Date{}
	}
	t.load.Unit(measure.Unit{Code: code, Kind: "practice", Name: strings.TrimSpace(r.Cells[epName]), Status: status,
		Opened: days.opened, Closed: days.closed, Postcode: strings.TrimSpace(r.Cells[epPostcode]), Row: r.Line})
	if sub := groupCode(r.Cells[epCommissioner]); sub != "" {
		t.load.Membership(measure.Membership{Unit: code, Group: sub, GroupKind: "sub-icb", From: days.from, To: days.to, Row: r.Line})
		groups.unit(sub, "sub-icb", "", r.Line)
	}
	if board := groupCode(r.Cells[epBoard]); board != "" && status == "active" {
		groups.unit(board, "icb", "", r.Line)
		groups.member(code, board, "icb", r.Line)
		if region := groupCode(r.Cells[epRegion]); region != "" {
			groups.unit(region, "region", "", r.Line)
			groups.member(board, region, "region", r.Line)
		}
	}
	return last
}

// epraccurDates are the dates of a row: of the practice, and of its place with its commissioner.
type epraccurDates struct{ opened, closed, from, to date.Date }

func (d epraccurDates) last() date.Date { return latestOf(d.opened, d.closed, d.from, d.to) }

// latestOf is the latest of the days that have come: a register may hold days
// that are planned, which say nothing of when it was written.
func latestOf(days ...date.Date) date.Date {
	latest, now := date.Date{}, today()
	for _, d := range days {
		if d.After(latest) && !d.After(now) {
			latest = d
		}
	}
	return latest
}

// epraccurDays reads the dates; fault is the column of the first that is no date, or -1.
func epraccurDays(r tabular.Row) (days epraccurDates, fault int) {
	for _, c := range []struct {
		column int
		into   *date.Date
	}{{epOpened, &days.opened}, {epClosed, &days.closed}, {epFrom, &days.from}, {epTo, &days.to}} {
		d, err := odsDate(r.Cells[c.column])
		if err != nil {
			return days, c.column
		}
		*c.into = d
	}
	return days, -1
}

// settleRegisterDate dates a register that does not say its own date.
func settleRegisterDate(l *measure.Load, o Options, latest date.Date) {
	switch {
	case !o.Period.IsZero():
		asAt(l, o.Period.Start())
		note(l, "The file does not state its date; "+o.Period.Start().Label()+" was given when it was imported.")
	case !latest.IsZero():
		asAt(l, latest)
		note(l, "The file does not state its date; "+latest.Label()+", the latest date in it, is taken as the day of its content.")
	}
}

// practices2018 is an extract of the register with a header and twelve columns,
// as data portals have published it; it holds no dates but the statuses.
var practices2018 = Format{
	Name:      "epraccur-headed",
	Title:     "GP practices (epraccur, with a header)",
	Publisher: "NHS England, Organisation Data Service",
	Recognise: func(f *tabular.File) bool {
		s, _ := sheetWith(f, headedColumns...)
		return s != nil && !isEpraccur(s)
	},
	Read: readHeadedPractices,
}

var headedColumns = []tabular.Column{
	tabular.Col("practice", "OrganisationCode", "Organisation Code", "Org Code", "Code"),
	tabular.Col("name", "Name", "Organisation Name"),
	tabular.Col("status", "StatusCode", "Status", "Organisation Status"),
	tabular.Col("setting", "PrescribingSetting", "Prescribing Setting", "Role", "Role Id"),
	tabular.OptCol("postcode", "Postcode", "Post Code"),
	tabular.OptCol("opened", "OpenDate", "Open Date", "Opened"),
	tabular.OptCol("closed", "CloseDate", "Close Date", "Closed"),
	tabular.OptCol("sub-icb", "Provider", "Commissioner", "Provider Purchaser"),
	tabular.OptCol("from", "JoinProviderPurchaserDate", "Join Provider/Purchaser Date"),
	tabular.OptCol("to", "LeftProviderPurchaserDate", "Left Provider/Purchaser Date"),
}

func readHeadedPractices(ctx context.Context, f *tabular.File, o Options, l *measure.Load) error {
	t := tableWith(f, l, headedColumns...)
	latest := date.Date{}
	groups := newPlaces(l)
	err := t.each(ctx, o, func(r tabular.Row) { latest = latestOf(latest, headedRow(&t, r, groups)) })
	settleRegisterDate(l, o, latest)
	if l.File.AsAt.IsZero() {
		settleDateByName(f, l)
	}
	return err
}

// headedRow adds the practice of a row and gives the latest date in it, as epraccurRow does.
func headedRow(t *table, r tabular.Row, groups *places) date.Date {
	if !isPracticeSetting(t.cell(r, "setting")) {
		return date.Date{}
	}
	code, reason := practiceIn(t.cell(r, "practice"))
	status := statusWord(t.cell(r, "status"))
	if reason == "" && status == "" {
		reason = noStatus
	}
	if reason != "" {
		t.reject(r, "practice", reason)
		return date.Date{}
	}
	list, ok := t.days(r, "opened", "closed", "from", "to")
	if !ok {
		return date.Date{}
	}
	days := epraccurDates{list[0], list[1], list[2], list[3]}
	t.load.Unit(measure.Unit{Code: code, Kind: "practice", Name: t.cell(r, "name"), Status: status, Opened: days.opened, Closed: days.closed,
		Postcode: t.cell(r, "postcode"), Row: r.Line})
	if sub := groupCode(t.cell(r, "sub-icb")); sub != "" && (status == "active" || !days.from.IsZero()) {
		groups.unit(sub, "sub-icb", "", r.Line)
		t.load.Membership(measure.Membership{Unit: code, Group: sub, GroupKind: "sub-icb", From: days.from, To: days.to, Row: r.Line})
	}
	if status == "proposed" {
		return date.Date{}
	}
	return days.last()
}

var fullYear = regexp.MustCompile(`(?:^|[^0-9])(20[0-4]\d)(?:-(0[1-9]|1[0-2]))?(?:[^0-9]|$)`)

// settleDateByName dates a register without any dates by its file's or folder's
// name, as a last resort: the beginning of the month or year that stands there.
// Without one the register has no date, and gives way to every dated one.
func settleDateByName(f *tabular.File, l *measure.Load) {
	found := fullYear.FindStringSubmatch(fileYearText(f))
	if found == nil {
		note(l, "The file does not state its date and holds none; what dated files say goes before it.")
		return
	}
	month := found[2]
	if month == "" {
		month = "01"
	}
	if d, err := date.Parse(found[1] + "-" + month + "-01"); err == nil {
		asAt(l, d)
		note(l, "The file does not state its date and holds none; "+d.Label()+" is taken from the name of the file or its folder.")
	}
}
