package published

import (
	"context"
	"strings"

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
		details, _ := sheetWith(f, networkColumns...)
		partners, _ := sheetWith(f, partnerColumns...)
		return details != nil || partners != nil
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
	n := networkReader{load: l, groups: newPlaces(l)}
	if s, h := sheetWith(f, networkColumns...); s != nil {
		n.sheet, n.header = s, h
		if err := eachRow(ctx, s, h, o, l, n.network); err != nil {
			return err
		}
	}
	if s, h := sheetWith(f, partnerColumns...); s != nil {
		n.sheet, n.header = s, h
		if err := eachRow(ctx, s, h, o, l, n.partner); err != nil {
			return err
		}
	}
	settleRegisterDate(l, o, n.latest)
	return nil
}

type networkReader struct {
	load   *measure.Load
	groups *places
	sheet  *tabular.Sheet
	header *tabular.Header
	latest date.Date
}

// days reads the two dates of a row; a date that cannot be read rejects the row.
func (n *networkReader) days(r tabular.Row, first, last string) (from, to date.Date, ok bool) {
	for column, day := range map[string]*date.Date{first: &from, last: &to} {
		d, err := odsDate(n.header.Cell(r, column))
		if err != nil {
			n.reject(r, column, err.Error())
			return from, to, false
		}
		*day = d
		if d.After(n.latest) {
			n.latest = d
		}
	}
	if !to.IsZero() && to.Before(from) {
		n.reject(r, last, "the end is before the beginning")
		return from, to, false
	}
	return from, to, true
}

func (n *networkReader) reject(r tabular.Row, column, reason string) {
	n.load.Reject(rejection(n.sheet, n.header, r, column, reason))
}

func (n *networkReader) network(r tabular.Row) error {
	code := groupCode(n.header.Cell(r, "pcn"))
	if code == "" {
		n.reject(r, "pcn", "this is no code of a network, such as U26345")
		return nil
	}
	opened, closed, ok := n.days(r, "opened", "closed")
	if !ok {
		return nil
	}
	status := "active"
	if !closed.IsZero() {
		status = "closed"
	}
	if n.groups.first(code, "") {
		n.load.Unit(measure.Unit{Code: code, Kind: "pcn", Name: n.header.Cell(r, "pcn name"), Status: status,
			Opened: opened, Closed: closed, Postcode: n.header.Cell(r, "postcode"), Row: r.Line})
	}
	if sub := groupCode(n.header.Cell(r, "sub-icb")); sub != "" {
		n.groups.unit(sub, "sub-icb", n.header.Cell(r, "sub-icb name"), r.Line)
		if status == "active" {
			n.groups.member(code, sub, "sub-icb", r.Line)
		}
	}
	return nil
}

func (n *networkReader) partner(r tabular.Row) error {
	code, reason := practiceIn(n.header.Cell(r, "practice"))
	network := groupCode(n.header.Cell(r, "pcn"))
	switch {
	case reason != "":
		n.reject(r, "practice", reason)
		return nil
	case network == "":
		n.reject(r, "pcn", "this is no code of a network, such as U26345")
		return nil
	}
	if from, to, ok := n.days(r, "from", "to"); ok {
		n.groups.unit(network, "pcn", n.header.Cell(r, "pcn name"), r.Line)
		n.load.Membership(measure.Membership{Unit: code, Group: network, GroupKind: "pcn", From: from, To: to, Row: r.Line})
	}
	return nil
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
	s := f.Sheets[0]
	groupsBegan := date.New(2013, 4, 1)
	latest := date.Date{}
	err := eachRow(ctx, s, nil, o, l, func(r tabular.Row) error {
		reject := func(column int, reason string) error {
			l.Reject(measure.Rejection{Place: s.Place, Line: r.Line, Column: columnLetter(column), Text: r.Cell(column), Reason: reason})
			return nil
		}
		code, reason := practiceIn(r.Cell(0))
		if reason != "" {
			return reject(0, reason)
		}
		parent := groupCode(r.Cell(1))
		if parent == "" {
			return reject(1, "this is no code of an organisation")
		}
		from, err := odsDate(r.Cell(3))
		if err != nil || from.IsZero() {
			return reject(3, "this is no date such as 20130401")
		}
		to, err := odsDate(r.Cell(4))
		if err != nil || !to.IsZero() && to.Before(from) {
			return reject(4, "this is no date such as 20130401 on or after the day of joining")
		}
		kind := "pct"
		if !from.Before(groupsBegan) {
			kind = "sub-icb"
		}
		for _, d := range []date.Date{from, to} {
			if d.After(latest) {
				latest = d
			}
		}
		l.Membership(measure.Membership{Unit: code, Group: parent, GroupKind: kind, From: from, To: to, Row: r.Line})
		return nil
	})
	settleRegisterDate(l, o, latest)
	return err
}

// unit adds a group once; a name that comes later than the first mention is lost.
func (p *places) unit(code, kind, name string, row int) {
	if p.first(code, "") {
		p.load.Unit(measure.Unit{Code: code, Kind: kind, Name: strings.TrimSpace(name), Row: row})
	}
}
