package published

import (
	"context"
	"strings"

	"ohp/internal/kernel/date"
	"ohp/internal/kernel/measure"
	"ohp/internal/kernel/tabular"
)

// listSizes is "Patients Registered at a GP Practice": one row per
// organisation, sex and age. The publication has had these layouts, all told by
// their columns: totals only (SEX and AGE are "ALL"), five-year age bands of
// several kinds of organisation (ORG_TYPE), and single years of age, in one file
// per sex. The commissioner's column has changed its name and is not needed.
var listSizes = Format{
	Name:      "list-size",
	Title:     "Patients Registered at a GP Practice",
	Publisher: "NHS England",
	Recognise: func(f *tabular.File) bool {
		if s, h := sheetWith(f, listColumns...); s != nil {
			return !h.Has("area")
		}
		s, _ := sheetWith(f, wideListColumns...)
		return s != nil
	},
	Read:     readListSizes,
	Measures: listMeasures(),
}

var listColumns = []tabular.Column{
	tabular.Col("practice", "ORG_CODE", "CODE", "PRACTICE_CODE", "GP_PRACTICE_CODE", "ORGANISATION_CODE"),
	tabular.Col("sex", "SEX", "GENDER"),
	tabular.Col("age", "AGE", "AGE_GROUP_5", "AGE_GROUP", "AGE_BAND"),
	tabular.Col("patients", "NUMBER_OF_PATIENTS", "NO_OF_PATIENTS", "REGISTERED_PATIENTS", "NUMBER_OF_REGISTERED_PATIENTS"),
	tabular.OptCol("type", "ORG_TYPE", "TYPE", "ORGANISATION_TYPE"),
	tabular.OptCol("date", "EXTRACT_DATE", "DATE", "DATE_OF_EXTRACT"),
	tabular.OptCol("area", "LSOA_CODE", "LSOA11", "LSOA21"),
}

// ageGroup is a part of the list that is a measure of its own: patients of
// from to below years of age (to 0: no upper end).
type ageGroup struct {
	measure, title string
	from, below    int
}

var ageGroups = [...]ageGroup{
	{"list-aged-under-5", "Patients aged under 5", 0, 5},
	{"list-aged-65-plus", "Patients aged 65 and over", 65, 0},
	{"list-aged-75-plus", "Patients aged 75 and over", 75, 0},
	{"list-aged-85-plus", "Patients aged 85 and over", 85, 0},
}

func listMeasures() []measure.Measure {
	source := "Patients Registered at a GP Practice, NHS England"
	list := []measure.Measure{{
		Name: "list-size", Title: "Registered patients", Kind: measure.Count, Per: 1, Unit: "practice",
		Cadence: date.Month, Counts: "registered patients", Source: source,
	}}
	part := func(name, title, counts string) {
		list = append(list, measure.Measure{
			Name: name, Title: title, Kind: measure.Proportion, Per: 100, Unit: "practice",
			Cadence: date.Month, Counts: counts, Of: "registered patients", Source: source,
		})
	}
	for _, g := range ageGroups {
		part(g.measure, g.title, strings.ToLower(g.title[:1])+g.title[1:])
	}
	part("list-female", "Female patients", "registered patients recorded as female")
	part("list-male", "Male patients", "registered patients recorded as male")
	return list
}

// listTable reads one table of the publication.
type listTable struct {
	table
	month date.Period // where the table has no date
	tally map[tallyKey]*tally
	order []*tally
	block []tally // tallies are made in blocks
	now   *tally
	split [len(ageGroups)]bool // a published age band straddles the group's limit
	sexes [sexes]bool          // sexes that the table gives ages for
	days  map[string]date.Date
	spans map[string]ageSpan
	names map[string]string
	// of the row before: rows of a month mostly stand together
	dayText  string
	dayMonth date.Period
}

type tallyKey struct {
	practice string
	month    date.Period
}

func readListSizes(ctx context.Context, f *tabular.File, o Options, l *measure.Load) error {
	var given map[givenKey]bool
	if len(f.Sheets) > 1 {
		given = map[givenKey]bool{}
	}
	var single []*listTable
	for _, s := range f.Sheets {
		t := &listTable{table: table{sheet: s, load: l}, tally: map[tallyKey]*tally{}, days: map[string]date.Date{}, spans: map[string]ageSpan{}, names: map[string]string{}}
		row := t.findColumns()
		if row == nil {
			continue
		}
		if err := t.settleMonth(f, o); err != nil {
			return err
		}
		if err := t.each(ctx, o, row); err != nil {
			return err
		}
		if t.oneSex() {
			single = append(single, t)
			continue
		}
		t.give(given)
	}
	if len(single) > 0 {
		mergeSexes(single).give(given)
	}
	return nil
}

// findColumns finds the header and gives what reads a row of the layout; nil
// when the table is of no layout of the publication.
func (t *listTable) findColumns() func(tabular.Row) {
	if h, err := tabular.FindHeader(t.sheet, listColumns...); err == nil && !h.Has("area") {
		t.header = h
		return t.row
	}
	if h, err := tabular.FindHeader(t.sheet, wideListColumns...); err == nil {
		t.header = h
		return wideRow(t, wideAges(h))
	}
	return nil
}

func (t *listTable) settleMonth(f *tabular.File, o Options) error {
	if t.header.Has("date") {
		return nil
	}
	m := monthlyTable{table: t.table}
	if err := m.settleMonth(f, o); err != nil {
		return err
	}
	t.month = m.month
	period(t.load, t.month)
	asAt(t.load, t.month.Start())
	return nil
}

func (t *listTable) row(r tabular.Row) {
	if !isPracticeType(t.cell(r, "type")) {
		return
	}
	text := t.cell(r, "practice")
	code, known := t.names[text]
	if !known && belongsToNone(r, text) {
		return
	}
	month, err := t.monthOf(r)
	if err != nil {
		t.reject(r, "date", err.Error())
		return
	}
	if t.now == nil || t.now.practice != text || t.now.month != month {
		if !known {
			if code, known = t.practice(r); !known {
				return
			}
		}
		t.now = t.of(code, month, r.Line)
	}
	t.numbers(r)
}

func (t *listTable) of(code string, month date.Period, line int) *tally {
	key := tallyKey{code, month}
	known := t.tally[key]
	if known == nil {
		key.practice = t.name(code)
		if len(t.block) == 0 {
			t.block = make([]tally, 512)
		}
		known, t.block = &t.block[0], t.block[1:]
		*known = tally{practice: key.practice, month: month, row: line}
		for i := range known.total {
			known.total[i] = reading{measure.None, measure.Missing}
		}
		t.tally[key] = known
		t.order = append(t.order, known)
	}
	return known
}

// name gives a code that does not keep the text of its row in memory, the same
// for every month of a practice.
func (t *listTable) name(code string) string {
	if known, ok := t.names[code]; ok {
		return known
	}
	code = strings.Clone(code)
	t.names[code] = code
	return code
}

// isPracticeType says whether the table's row is of a practice and not of a
// network, a sub-ICB location, a board or a region. A table of practices only has no types.
func isPracticeType(text string) bool {
	switch strings.ToUpper(text) {
	case "", "GP", "GP PRACTICE", "PRACTICE", "GP_PRACTICE":
		return true
	}
	return false
}

func (t *listTable) monthOf(r tabular.Row) (date.Period, error) {
	if !t.header.Has("date") {
		return t.month, nil
	}
	text := t.cell(r, "date")
	if text != "" && text == t.dayText {
		return t.dayMonth, nil
	}
	day, known := t.days[text]
	if !known {
		var err error
		if day, err = date.ParseAny(text); err != nil {
			return date.Period{}, err
		}
		if err := yetToCome(date.Month.Of(day)); err != nil {
			return date.Period{}, err
		}
		t.days[strings.Clone(text)] = day
		period(t.load, date.Month.Of(day))
		asAt(t.load, day)
	}
	t.dayText, t.dayMonth = text, date.Month.Of(day)
	return t.dayMonth, nil
}

func (t *listTable) numbers(r tabular.Row) {
	x, ok := t.count(r, "patients")
	if !ok {
		return
	}
	text := t.cell(r, "age")
	span, known := t.spans[text]
	if !known {
		var err error
		if span, err = spanOf(text); err != nil {
			t.reject(r, "age", err.Error())
			return
		}
		t.spans[strings.Clone(text)] = span
	}
	who := sexOf(t.cell(r, "sex"))
	if span.all {
		t.whole(r, who, x)
		return
	}
	t.part(who, span, x)
}

// whole keeps a row of all ages. A second row that says the same is passed over.
func (t *listTable) whole(r tabular.Row, who sex, x reading) {
	before := t.now.total[who]
	if before.status != measure.Missing {
		if before != x && !(measure.IsNone(before.number) && measure.IsNone(x.number)) {
			t.reject(r, "patients", "the practice stands in the table twice with different numbers; the first is used")
		}
		return
	}
	t.now.total[who] = x
	if who == everyone {
		t.now.totals = r.Line
	}
}

func (t *listTable) part(who sex, span ageSpan, x reading) {
	t.sexes[who] = true
	if t.now.ages == nil {
		t.now.ages = &ageTally{}
	}
	if x.status != measure.Reported {
		t.now.ages.hidden = true
		return
	}
	n := x.number
	t.now.ages.all[who] += n
	for i, g := range ageGroups {
		switch {
		case span.within(g):
			t.now.ages.groups[who][i] += n
		case span.overlaps(g):
			t.split[i] = true
		}
	}
}
