package published

import (
	"context"
	"time"

	"ohp/internal/kernel/date"
	"ohp/internal/kernel/measure"
	"ohp/internal/kernel/tabular"
)

// networks is ePCN, the Organisation Data Service's workbook of primary care
// networks and of the dated memberships of their core partners.
var networks = Format{
	Name:      "epcn",
	Title:     "Primary care networks (ePCN)",
	Publisher: "NHS England, Organisation Data Service",
	Recognise: func(f *tabular.File) bool {
		return hasTable(networkColumns)(f) || hasTable(partnerColumns)(f)
	},
	Read: readNetworks,
}

// Until June 2022 the commissioner's columns said "Clinical Commissioning Group", since then "Sub ICB Loc".
var (
	networkColumns = []tabular.Column{
		tabular.Col("pcn", "PCN Code"),
		tabular.Col("pcn name", "PCN Name"),
		tabular.Col("opened", "Open Date"),
		tabular.Col("closed", "Close Date"),
		tabular.OptCol("sub-icb", "Current Sub ICB Loc Code", "Current Clinical Commissioning Group Code", "Current CCG Code", "Sub ICB Loc Code", "Sub ICB Location Code"),
		tabular.OptCol("sub-icb name", "Sub ICB Location", "Sub ICB Location Name", "Sub ICB Loc Name", "Clinical Commissioning Group Name", "CCG Name"),
		tabular.OptCol("postcode", "Postcode"),
	}
	partnerColumns = []tabular.Column{
		tabular.Col("practice", "Partner Organisation Code", "Partner Code", "Practice Code"),
		tabular.Col("pcn", "PCN Code"),
		tabular.Col("from", "Practice to PCN Relationship Start Date", "Relationship Start Date", "Start Date"),
		tabular.Col("to", "Practice to PCN Relationship End Date", "Relationship End Date", "End Date"),
		tabular.OptCol("pcn name", "PCN Name"),
	}
)

func readNetworks(ctx context.Context, f *tabular.File, o Options, l *measure.Load) error {
	n := networkReader{groups: newPlaces(l)}
	if n.table = tableWith(f, l, networkColumns...); n.sheet != nil {
		if err := n.each(ctx, o, n.network); err != nil {
			return err
		}
	}
	if n.table = tableWith(f, l, partnerColumns...); n.sheet != nil {
		if err := n.each(ctx, o, n.partner); err != nil {
			return err
		}
	}
	settleRegisterDate(l, o, n.latest)
	return nil
}

type networkReader struct {
	table
	groups *places
	latest date.Date
}

// span reads the two dates of a row, which date the register.
func (n *networkReader) span(r tabular.Row, first, last string) (from, to date.Date, ok bool) {
	from, to, ok = n.table.span(r, first, last)
	n.latest = latestOf(n.latest, from, to)
	return from, to, ok
}

func (n *networkReader) network(r tabular.Row) {
	code, reason := networkIn(n.cell(r, "pcn"))
	if reason != "" {
		n.reject(r, "pcn", reason)
		return
	}
	opened, closed, ok := n.span(r, "opened", "closed")
	if !ok {
		return
	}
	status := "active"
	if !closed.IsZero() && !closed.After(today()) {
		status = "closed"
	}
	if n.groups.first(code, "") {
		n.load.Unit(measure.Unit{Code: code, Kind: "pcn", Name: n.cell(r, "pcn name"), Status: status,
			Opened: opened, Closed: closed, Postcode: n.cell(r, "postcode"), Row: r.Line})
	}
	if sub := groupCode(n.cell(r, "sub-icb")); sub != "" {
		n.groups.unit(sub, "sub-icb", n.cell(r, "sub-icb name"), r.Line)
		if status == "active" {
			n.groups.member(code, sub, "sub-icb", r.Line)
		}
	}
}

func (n *networkReader) partner(r tabular.Row) {
	code, reason := practiceIn(n.cell(r, "practice"))
	if reason != "" {
		n.reject(r, "practice", reason)
		return
	}
	network, reason := networkIn(n.cell(r, "pcn"))
	if reason != "" {
		n.reject(r, "pcn", reason)
		return
	}
	if from, to, ok := n.span(r, "from", "to"); ok {
		n.groups.unit(network, "pcn", n.cell(r, "pcn name"), r.Line)
		n.load.Membership(measure.Membership{Unit: code, Group: network, GroupKind: "pcn", From: from, To: to, Row: r.Line})
	}
}

// memberships is epcmem, the register's archived memberships of practices: six
// columns and no header (practice, parent organisation, "W", joined, left,
// amended). Parents were primary care groups and trusts until 31 March 2013 and
// clinical commissioning groups since (Health and Social Care Act 2012, s.10
// and s.34); the latter are the forerunners of the sub-ICB locations.
var memberships = Format{
	Name:      "epcmem",
	Title:     "Practice memberships (epcmem)",
	Publisher: "NHS England, Organisation Data Service",
	Recognise: func(f *tabular.File) bool { return len(f.Sheets) == 1 && isMembershipList(f.Sheets[0]) },
	Read:      readMemberships,
}

func isMembershipList(s *tabular.Sheet) bool {
	rows := s.Head(40)
	fits := 0
	for _, r := range rows {
		if len(r) == 6 && orgCode.MatchString(r[0]) && orgCode.MatchString(r[1]) && len(r[2]) == 1 && len(r[3]) == 8 && isDay(r[3]) && (r[4] == "" || isDay(r[4])) {
			fits++
		}
	}
	return fits > 0 && fits*10 >= len(rows)*8
}

func readMemberships(ctx context.Context, f *tabular.File, o Options, l *measure.Load) error {
	t := table{sheet: f.Sheets[0], load: l, cells: 6}
	latest := date.Date{}
	err := t.each(ctx, o, func(r tabular.Row) {
		from, to := membershipRow(&t, r)
		latest = latestOf(latest, from, to)
	})
	settleRegisterDate(l, o, latest)
	return err
}

// clinicalGroupsBegan is when clinical commissioning groups took over from the trusts.
var clinicalGroupsBegan = date.New(2013, time.April, 1)

// membershipRow adds the membership of a row and gives its dates.
func membershipRow(t *table, r tabular.Row) (from, to date.Date) {
	code, reason := practiceIn(r.Cell(0))
	if reason != "" {
		t.rejectAt(r, 0, reason)
		return date.Date{}, date.Date{}
	}
	parent := groupCode(r.Cell(1))
	if parent == "" {
		t.rejectAt(r, 1, "this is no code of an organisation")
		return date.Date{}, date.Date{}
	}
	from, err := odsDate(r.Cell(3))
	if err != nil || from.IsZero() {
		t.rejectAt(r, 3, "this is no date such as 20130401")
		return date.Date{}, date.Date{}
	}
	to, err = odsDate(r.Cell(4))
	if err != nil || !to.IsZero() && to.Before(from) {
		t.rejectAt(r, 4, "this is no date such as 20130401 on or after the day of joining")
		return date.Date{}, date.Date{}
	}
	kind := "pct"
	if !from.Before(clinicalGroupsBegan) {
		kind = "sub-icb"
	}
	t.load.Membership(measure.Membership{Unit: code, Group: parent, GroupKind: kind, From: from, To: to, Row: r.Line})
	return from, to
}
