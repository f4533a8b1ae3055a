package demo

import (
	"fmt"

	"ohp/internal/kernel/date"
	"ohp/internal/kernel/measure"
)

// Code and Name are those of the demonstration partnership.
const (
	Code = "DEMO"
	Name = "Demonstration Partnership"
)

// Practice is one of the fictional practices.
type Practice struct {
	Code     string
	Name     string
	PCN      int // from 1
	Patients int // registered in the last month of the demonstration
}

// Practices are the fictional practices, 308,000 patients together. DM016 has
// the 8,831 from which the published cost-and-benefit statement reckons.
var Practices = []Practice{
	{"DM001", "Quillhaven Surgery", 1, 10991},
	{"DM002", "Marrowdene Health Centre", 1, 20000},
	{"DM003", "Thistlewick Practice", 1, 4202},
	{"DM004", "Ambercombe Medical Centre", 1, 10900},
	{"DM005", "Ottersford Surgery", 1, 7604},
	{"DM006", "Pellamere Practice", 2, 8427},
	{"DM007", "Harrowglen Medical Centre", 2, 18900},
	{"DM008", "Brackensey Surgery", 2, 9812},
	{"DM009", "Luddenby Health Centre", 2, 10010},
	{"DM010", "Fennimore Cross Practice", 3, 8611},
	{"DM011", "Wyverley Surgery", 3, 6029},
	{"DM012", "Stonequay Medical Practice", 3, 14200},
	{"DM013", "Cobblemarsh Surgery", 3, 8548},
	{"DM014", "Elderwhin Health Centre", 4, 11686},
	{"DM015", "Tansyford Practice", 4, 6950},
	{"DM016", "Ravelstoke Surgery", 4, 8831},
	{"DM017", "Merrowick Medical Centre", 4, 5493},
	{"DM018", "Goldenhythe Practice", 5, 6629},
	{"DM019", "Ashquill Surgery", 5, 11650},
	{"DM020", "Dunmarrow Health Centre", 5, 12125},
	{"DM021", "Saltwhistle Practice", 5, 6035},
	{"DM022", "Hazelmoor End Surgery", 6, 9097},
	{"DM023", "Kestrelby Medical Centre", 6, 6206},
	{"DM024", "Oakenshallow Practice", 6, 13300},
	{"DM025", "Pipistrelle Lane Surgery", 6, 3212},
	{"DM026", "Vellumbridge Health Centre", 7, 6550},
	{"DM027", "Windlecombe Practice", 7, 8420},
	{"DM028", "Yarrowthwaite Surgery", 7, 4997},
	{"DM029", "Larkhollow Medical Centre", 7, 18550},
	{"DM030", "Inkwell Green Practice", 8, 12450},
	{"DM031", "Umbrafold Surgery", 8, 8153},
	{"DM032", "Nightjar Road Practice", 8, 6632},
	{"DM033", "Juniper Tarn Surgery", 8, 2800},
}

// networks are the fictional PCNs, each within one place.
var networks = []struct {
	name  string
	place int // from 1
}{
	{"Quillhaven and Marrowdene PCN", 1}, {"Harrowglen PCN", 1}, {"Stonequay PCN", 1},
	{"Elderwhin PCN", 2}, {"Ashquill PCN", 2}, {"Hazelmoor PCN", 2},
	{"Larkhollow PCN", 3}, {"Inkwell Green PCN", 3},
}

var places = []string{"Eastmarch", "Midvale", "Westerfold"}

// outstanding are the practices rated Outstanding; all others are Good.
var outstanding = map[string]bool{"DM006": true, "DM016": true, "DM031": true}

func networkCode(n int) string { return fmt.Sprintf("DMP%02d", n) }

func placeCode(n int) string { return fmt.Sprintf("DMI%02d", n) }

// founded is when the fictional partnership began.
var founded = date.New(2016, 4, 1)

// addDirectory adds the organisations, and what belongs to what.
func addDirectory(l *measure.Load) {
	row := 1
	unit := func(u measure.Unit) {
		row++
		u.Row, u.Status = row, "active"
		l.Unit(u)
	}
	belongs := func(unit, group, kind string) {
		l.Membership(measure.Membership{Unit: unit, Group: group, GroupKind: kind, From: founded, Row: row})
	}
	unit(measure.Unit{Code: Code, Kind: "partnership", Name: Name})
	for i, p := range places {
		unit(measure.Unit{Code: placeCode(i + 1), Kind: "icb", Name: p + " (fictional place)"})
	}
	for i, n := range networks {
		unit(measure.Unit{Code: networkCode(i + 1), Kind: "pcn", Name: n.name})
		belongs(networkCode(i+1), placeCode(n.place), "icb")
	}
	for _, p := range Practices {
		unit(measure.Unit{Code: p.Code, Kind: "practice", Name: p.Name, Opened: founded})
		belongs(p.Code, networkCode(p.PCN), "pcn")
		belongs(p.Code, placeCode(networks[p.PCN-1].place), "icb")
		belongs(p.Code, Code, "partnership")
		l.Attribute(measure.Attribute{Unit: p.Code, Name: "cqc-overall-rating", Value: ratingWord(p.Code), From: rated(p), Row: row})
	}
}

func ratingWord(code string) string {
	if outstanding[code] {
		return "Outstanding"
	}
	return "Good"
}
