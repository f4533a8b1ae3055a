package published

import (
	"strings"

	"ohp/internal/kernel/measure"
	"ohp/internal/kernel/tabular"
)

// places adds the practices of a table with their networks, sub-ICB locations,
// boards and regions to a load, each once.
type places struct {
	load *measure.Load
	seen map[[2]string]bool
}

func newPlaces(l *measure.Load) *places {
	return &places{load: l, seen: map[[2]string]bool{}}
}

func (p *places) first(a, b string) bool {
	key := [2]string{a, b}
	if p.seen[key] {
		return false
	}
	p.seen[key] = true
	return true
}

// practice adds a practice and the groups that the row places it in.
func (p *places) practice(h *tabular.Header, r tabular.Row, code string) {
	if p.first(code, "") {
		p.load.Unit(measure.Unit{Code: code, Kind: "practice", Name: h.Cell(r, "name"), Postcode: h.Cell(r, "postcode"), Row: r.Line})
	}
	p.groups(h, r, code, "pcn", "sub-icb", "icb")
}

// network adds a PCN and the groups that the row places it in.
func (p *places) network(h *tabular.Header, r tabular.Row, code string) {
	p.group(h, r, "pcn", code)
	p.groups(h, r, code, "sub-icb", "icb")
}

func (p *places) groups(h *tabular.Header, r tabular.Row, code string, kinds ...string) {
	for _, kind := range kinds {
		group := groupCode(h.Cell(r, kind))
		if group == "" {
			continue
		}
		p.group(h, r, kind, group)
		p.member(code, group, kind, r.Line)
	}
	board, region := groupCode(h.Cell(r, "icb")), groupCode(h.Cell(r, "region"))
	if board != "" && region != "" {
		p.group(h, r, "region", region)
		p.member(board, region, "region", r.Line)
	}
}

func (p *places) group(h *tabular.Header, r tabular.Row, kind, code string) {
	p.unit(code, kind, h.Cell(r, kind+" name"), r.Line)
}

// unit adds a unit once; a name that comes later than the first mention is lost.
func (p *places) unit(code, kind, name string, row int) {
	if p.first(code, "") {
		p.load.Unit(measure.Unit{Code: code, Kind: kind, Name: strings.TrimSpace(name), Row: row})
	}
}

func (p *places) member(unit, group, kind string, row int) {
	if p.first(unit, group) {
		p.load.Membership(measure.Membership{Unit: unit, Group: group, GroupKind: kind, Row: row})
	}
}

// groupCode gives the code of a group, "" where the table says that there is
// none ("U", "Unallocated") and for what is no code.
func groupCode(text string) string {
	text = strings.ToUpper(strings.TrimSpace(text))
	switch text {
	case "", "U", "UNALLOCATED", "UNASSIGNED", "UNMAPPED", "UNKNOWN", "N/A", "NA", "NULL", "-":
		return ""
	}
	if len(text) < 3 || len(text) > 6 {
		return ""
	}
	for i := range len(text) {
		if c := text[i]; (c < 'A' || c > 'Z') && (c < '0' || c > '9') {
			return ""
		}
	}
	return text
}
