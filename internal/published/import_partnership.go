package published

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"ohp/internal/kernel/date"
	"ohp/internal/kernel/measure"
	"ohp/internal/kernel/tabular"
)

// partnershipList says which practices belong to a partnership: any table with
// a column for the ODS code and a column "partnership" (its code or name), or a
// column "ohp_status". Only current members are members without an end; a
// former member is one until the day on which it left, where the list gives it.
var partnershipList = Format{
	Name:      "partnership-list",
	Title:     "Practices of a partnership",
	Publisher: "compiled by hand",
	Recognise: func(f *tabular.File) bool {
		s, _, _ := partnershipSheet(f)
		return s != nil
	},
	Read: readPartnership,
}

var partnershipColumns = []tabular.Column{
	tabular.Col("practice", "ODS code", "Practice ODS code", "GP ODS code", "Practice code", "GP practice code", "GP code", "Organisation code", "Org code", "Code"),
	tabular.OptCol("status", "ohp_status", "Status", "Membership status", "Partnership status", "Membership"),
	tabular.OptCol("from", "From", "Member from", "Joined", "Date joined", "cqc_registered_under_ohp"),
	tabular.OptCol("to", "To", "Member to", "Left", "Date left"),
	tabular.OptCol("partnership name", "Partnership name"),
	tabular.OptCol("location", "CQC location", "CQC location id", "cqc_location_id_2026"),
}

// partnershipSheet finds the table; fixed is the partnership's code where the
// table names it in a header and not in a column.
func partnershipSheet(f *tabular.File) (s *tabular.Sheet, h *tabular.Header, fixed string) {
	named := append([]tabular.Column{tabular.Col("partnership", "Partnership", "Partnership code")}, partnershipColumns...)
	if s, h := sheetWith(f, named...); s != nil {
		return s, h, ""
	}
	ohp := append([]tabular.Column{tabular.Col("ohp", "ohp_status")}, partnershipColumns...)
	s, h = sheetWith(f, ohp...)
	return s, h, "OHP"
}

func readPartnership(ctx context.Context, f *tabular.File, o Options, l *measure.Load) error {
	s, h, fixed := partnershipSheet(f)
	p := partnershipReader{table: table{sheet: s, header: h, load: l}, fixed: fixed, groups: newPlaces(l)}
	if err := p.each(ctx, o, p.row); err != nil {
		return err
	}
	if len(p.unclear) > 0 {
		note(l, fmt.Sprintf("Left out, because they are former members without a day of leaving or of uncertain membership: %s.", strings.Join(p.unclear, ", ")))
	}
	settleRegisterDate(l, o, date.Date{})
	if l.File.AsAt.IsZero() && !p.named.IsZero() {
		asAt(l, p.named.Start())
		note(l, "The list does not state its date; "+p.named.Label()+", which its statuses name, is taken for it.")
	}
	return nil
}

type partnershipReader struct {
	table
	groups  *places
	fixed   string
	named   date.Period // the latest month that a status of a current member names
	unclear []string
}

func (p *partnershipReader) row(r tabular.Row) {
	group := cmp.Or(p.fixed, strings.ToUpper(p.cell(r, "partnership")))
	if p.cell(r, "practice") == "" && (p.cell(r, "partnership") != "" || p.cell(r, "status") != "") {
		p.reject(r, "practice", "the row has no practice code")
		return
	}
	code, ok := p.practice(r)
	if !ok || group == "" {
		return
	}
	from, to, ok := p.span(r, "from", "to")
	if !ok {
		return
	}
	p.groups.unit(group, "partnership", p.groupName(r), r.Line)
	p.member(r, measure.Membership{Unit: code, Group: group, GroupKind: "partnership", From: from, To: to, Row: r.Line})
	if location := p.cell(r, "location"); location != "" {
		p.load.Attribute(measure.Attribute{Unit: code, Name: "cqc-location", Value: location, Row: r.Line})
	}
}

func (p *partnershipReader) groupName(r tabular.Row) string {
	if p.fixed != "" {
		return "Our Health Partnership"
	}
	return cmp.Or(p.cell(r, "partnership name"), p.cell(r, "partnership"))
}

// member adds the membership if the row's status says what it is.
func (p *partnershipReader) member(r tabular.Row, m measure.Membership) {
	status := strings.ToLower(p.cell(r, "status"))
	switch {
	case status == "" || strings.HasPrefix(status, "current") || strings.HasPrefix(status, "member") || strings.HasPrefix(status, "active"):
		if month := monthIn(status); month.Start().After(p.named.Start()) {
			p.named = month
		}
		p.load.Membership(m)
		return
	case strings.HasPrefix(status, "former") || strings.HasPrefix(status, "left") || strings.HasPrefix(status, "closed"):
		if m.To.IsZero() {
			m.To = dayIn(status)
		}
		if !m.To.IsZero() {
			p.load.Membership(m)
			return
		}
	}
	p.unclear = append(p.unclear, m.Unit)
}
