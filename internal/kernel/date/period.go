package date

import (
	"database/sql/driver"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Kind is how long a period is.
type Kind uint8

// The kinds of period, shortest first. A FinancialYear is the NHS's: 1 April to 31 March.
const (
	Day Kind = iota + 1
	Month
	Quarter
	FinancialYear
	Year
)

var kindNames = [...]string{"", "day", "month", "quarter", "financial year", "year"}

// String returns the kind's name: "day", "month", "quarter", "financial year" or "year".
func (k Kind) String() string {
	if int(k) < len(kindNames) {
		return kindNames[k]
	}
	return "period kind " + strconv.Itoa(int(k))
}

// months is how many months a period of the kind lasts; 0 for a day.
func (k Kind) months() int {
	switch k {
	case Month:
		return 1
	case Quarter:
		return 3
	case FinancialYear, Year:
		return 12
	}
	return 0
}

// shift is how many months after January a year of the kind begins.
func (k Kind) shift() int {
	if k == FinancialYear {
		return 3
	}
	return 0
}

// Of returns the period of kind k that contains d; without a date, no period.
func (k Kind) Of(d Date) Period {
	if d.IsZero() {
		return Period{}
	}
	if k == Day {
		return Period{d, Day}
	}
	if k.months() == 0 {
		return Period{}
	}
	y, m, _ := d.Civil()
	return k.At((y*12 + int(m) - 1 - k.shift()) / k.months())
}

// At returns the period of kind k with that Index; no period when it lies outside the calendar.
func (k Kind) At(index int) Period {
	var start Date
	switch {
	case k == Day:
		start = fromNumber(int64(index))
	case k.months() > 0 && index >= 0 && index <= 12*10000:
		months := index*k.months() + k.shift()
		start = New(months/12, time.Month(months%12)+1, 1)
	}
	p := Period{start, k}
	if start.IsZero() || p.End().IsZero() { // a financial year may begin in 9999, but cannot end
		return Period{}
	}
	return p
}

// Period is the time that a figure covers: a day, month, calendar quarter, NHS financial year or calendar year.
// It is eight bytes and compares with ==. The zero Period means "no period" and is stored as NULL.
// Its text forms are "2026-07-01", "2025-10", "2025-Q4", "2024/25" and "2025"; within a kind their order is the order in time.
type Period struct {
	start Date
	kind  Kind
}

// ParsePeriod reads one of the five text forms, and no other: published files write periods in many ways, and an importer
// that has understood one makes it by Kind.Of.
func ParsePeriod(s string) (Period, error) {
	p := parsePeriod(s)
	if p.IsZero() || p.String() != s {
		return Period{}, fmt.Errorf("%q is not a period: write a month as 2025-10, a quarter as 2025-Q4, a financial year as 2024/25, a year as 2025 or a day as 2025-10-31", s)
	}
	return p, nil
}

// parsePeriod reads loosely; ParsePeriod accepts only what is written back as it was.
func parsePeriod(s string) Period {
	if len(s) < 4 {
		return Period{}
	}
	year, err := strconv.Atoi(s[:4])
	if err != nil {
		return Period{}
	}
	rest := s[4:]
	switch {
	case rest == "":
		return Year.Of(New(year, time.January, 1))
	case strings.HasPrefix(rest, "/"):
		return FinancialYear.Of(New(year, time.April, 1))
	case len(rest) == 3 && strings.HasPrefix(rest, "-Q"):
		return Quarter.Of(New(year, time.Month(3*int(rest[2]-'0')-2), 1))
	case len(rest) == 3:
		month, _ := strconv.Atoi(rest[1:])
		return Month.Of(New(year, time.Month(month), 1))
	}
	d, _ := Parse(s)
	return Day.Of(d)
}

// IsZero reports whether p is no period.
func (p Period) IsZero() bool { return p.kind == 0 }

// Kind returns how long p is.
func (p Period) Kind() Kind { return p.kind }

// Start returns p's first day.
func (p Period) Start() Date { return p.start }

// End returns p's last day.
func (p Period) End() Date {
	if m := p.kind.months(); m > 0 {
		y, month, _ := p.start.Civil()
		return New(y, month+time.Month(m), 0)
	}
	return p.start
}

// Days returns how many days p has.
func (p Period) Days() int {
	if p.IsZero() {
		return 0
	}
	return p.End().Sub(p.start) + 1
}

// Contains reports whether d is one of p's days.
func (p Period) Contains(d Date) bool {
	return !p.IsZero() && !d.Before(p.start) && !d.After(p.End())
}

// Index numbers the periods of p's kind consecutively in time, so that differences count periods and a series can be packed
// into an array. Kind.At is its inverse. The index means nothing across kinds; that of no period is 0.
func (p Period) Index() int {
	if p.kind == Day {
		return int(p.start.n)
	}
	if p.IsZero() {
		return 0
	}
	y, m, _ := p.start.Civil()
	return (y*12 + int(m) - 1 - p.kind.shift()) / p.kind.months()
}

// Add returns the period n periods of the same kind later (earlier when n is negative).
func (p Period) Add(n int) Period {
	if p.IsZero() || n > lastDay || n < -lastDay {
		return Period{}
	}
	return p.kind.At(p.Index() + n)
}

// Next returns the period of the same kind that follows p.
func (p Period) Next() Period { return p.Add(1) }

// Prev returns the period of the same kind before p.
func (p Period) Prev() Period { return p.Add(-1) }

// Compare orders by first day and then, shortest first, by kind; no period is before any period.
func (p Period) Compare(q Period) int {
	if c := p.start.Compare(q.start); c != 0 {
		return c
	}
	return int(p.kind) - int(q.kind)
}

// String returns p's text form, and "" for no period.
func (p Period) String() string {
	y, m, _ := p.start.Civil()
	b := make([]byte, 0, len("2025-10"))
	switch p.kind {
	case Day:
		return p.start.String()
	case Month:
		b = appendMonth(b, y, m)
	case Quarter:
		b = append(appendYear(b, y), '-', 'Q', byte('0'+(m+2)/3))
	case FinancialYear:
		b = append(appendYear(b, y), '/', byte('0'+(y+1)/10%10), byte('0'+(y+1)%10))
	case Year:
		b = appendYear(b, y)
	}
	return string(b)
}

// Label returns p for people: "1 July 2026", "October 2025", "October to December 2025", "2024/25" or "2025".
func (p Period) Label() string {
	switch p.kind {
	case Day:
		return p.start.Label()
	case Month:
		return monthLabel(p.start)
	case Quarter:
		return p.start.Month().String() + " to " + monthLabel(p.End())
	}
	return p.String()
}

func monthLabel(d Date) string {
	y, m, _ := d.Civil()
	return m.String() + " " + string(appendYear(nil, y))
}

// Value implements driver.Valuer: the text form, or NULL for no period.
func (p Period) Value() (driver.Value, error) {
	if p.IsZero() {
		return nil, nil
	}
	return p.String(), nil
}

// Scan implements sql.Scanner for text and NULL.
func (p *Period) Scan(src any) error { return scanText(src, p, ParsePeriod) }

// MarshalText returns the text form.
func (p Period) MarshalText() ([]byte, error) { return []byte(p.String()), nil }

// UnmarshalText reads the text form, and no period from empty text.
func (p *Period) UnmarshalText(text []byte) error { return p.Scan(emptyIsNull(text)) }
