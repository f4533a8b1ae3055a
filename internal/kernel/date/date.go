// Package date holds the three kinds of time that the platform records: an Instant (a moment, UTC), a Date (a civil day
// without a zone) and a Period (the time that a figure covers). All three are small comparable values and are stored as
// text whose order is their order in time.
package date

import (
	"database/sql/driver"
	"fmt"
	"strconv"
	"time"
)

// Date is a civil day in the Gregorian calendar, from 0001-01-01 to 9999-12-31, without a time or a zone.
// The zero Date means "no date" and is stored as NULL. Dates compare with == and sort by Compare.
type Date struct{ n int32 } // days since 0001-01-01, plus one

// lastDay is the number of 9999-12-31, the last day with four digits for its year.
const lastDay = 3652059

const secondsPerDay = 24 * 60 * 60

// unixDay is the number of 1970-01-01.
const unixDay = 719163

// New returns the date of a year, month and day. Values out of range carry over as in time.Date (30 February is 1 or 2 March);
// a result outside the years 1 to 9999 is no date.
func New(year int, month time.Month, day int) Date {
	if year < -1 || year > 10000 { // so that the seconds below cannot overflow
		return Date{}
	}
	return fromNumber(time.Date(year, month, day, 0, 0, 0, 0, time.UTC).Unix()/secondsPerDay + unixDay)
}

func fromNumber(n int64) Date {
	if n < 1 || n > lastDay {
		return Date{}
	}
	return Date{int32(n)}
}

// Parse reads "YYYY-MM-DD". For the many other forms in published files use ParseAny.
func Parse(s string) (Date, error) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil || len(s) != len(time.DateOnly) || t.Year() < 1 {
		return Date{}, fmt.Errorf("%q is not a date such as 2026-07-31", s)
	}
	return fromNumber(t.Unix()/secondsPerDay + unixDay), nil
}

func (d Date) time() time.Time {
	return time.Unix((int64(d.n)-unixDay)*secondsPerDay, 0).UTC()
}

// IsZero reports whether d is no date.
func (d Date) IsZero() bool { return d.n == 0 }

// Civil returns d's year, month and day, and zeros for no date.
func (d Date) Civil() (year int, month time.Month, day int) {
	if d.IsZero() {
		return 0, 0, 0
	}
	return d.time().Date()
}

// Year returns d's year.
func (d Date) Year() int { y, _, _ := d.Civil(); return y }

// Month returns d's month of the year.
func (d Date) Month() time.Month { _, m, _ := d.Civil(); return m }

// Day returns d's day of the month.
func (d Date) Day() int { _, _, day := d.Civil(); return day }

// Weekday returns d's day of the week.
func (d Date) Weekday() time.Weekday { return time.Weekday(d.n % 7) }

// AddDays returns the date n days later (earlier when n is negative). Without a date, or past the calendar's ends, there is no date.
func (d Date) AddDays(n int) Date {
	if d.IsZero() || n > lastDay || n < -lastDay {
		return Date{}
	}
	return fromNumber(int64(d.n) + int64(n))
}

// AddMonths returns the same day n months later; where that month is too short, its last day (31 January and one month is
// 28 or 29 February), as the Interpretation Act's "corresponding date rule" counts months.
// Source: Dodds v Walker [1981] 1 WLR 1027.
func (d Date) AddMonths(n int) Date {
	if d.IsZero() || n > 12*10000 || n < -12*10000 {
		return Date{}
	}
	y, m, day := d.Civil()
	first := New(y, m+time.Month(n), 1)
	if first.IsZero() {
		return Date{}
	}
	return first.AddDays(min(day, first.daysInMonth()) - 1)
}

func (d Date) daysInMonth() int {
	y, m, _ := d.Civil()
	return time.Date(y, m+1, 0, 0, 0, 0, 0, time.UTC).Day()
}

// Sub returns the number of days from e to d.
func (d Date) Sub(e Date) int { return int(d.n) - int(e.n) }

// Compare returns -1, 0 or +1 as d is earlier than, equal to or later than e; no date is earlier than any date.
func (d Date) Compare(e Date) int {
	switch {
	case d.n < e.n:
		return -1
	case d.n > e.n:
		return 1
	}
	return 0
}

// Before reports whether d is earlier than e.
func (d Date) Before(e Date) bool { return d.n < e.n }

// After reports whether d is later than e.
func (d Date) After(e Date) bool { return d.n > e.n }

// String returns "YYYY-MM-DD", and "" for no date.
func (d Date) String() string {
	if d.IsZero() {
		return ""
	}
	y, m, day := d.Civil()
	b := append(appendMonth(make([]byte, 0, len(time.DateOnly)), y, m), '-', byte('0'+day/10), byte('0'+day%10))
	return string(b)
}

// appendMonth writes a year of four digits and its month, "YYYY-MM": lists and charts write dates by the thousand, at which
// the general layouts of package time are slow.
func appendMonth(b []byte, y int, m time.Month) []byte {
	return append(appendYear(b, y), '-', byte('0'+m/10), byte('0'+m%10))
}

func appendYear(b []byte, y int) []byte {
	return append(b, byte('0'+y/1000), byte('0'+y/100%10), byte('0'+y/10%10), byte('0'+y%10))
}

// Label returns d for people, in the style of the NHS: "1 July 2026".
func (d Date) Label() string {
	if d.IsZero() {
		return ""
	}
	y, m, day := d.Civil()
	return strconv.Itoa(day) + " " + m.String() + " " + string(appendYear(nil, y))
}

// Value implements driver.Valuer: "YYYY-MM-DD", or NULL for no date.
func (d Date) Value() (driver.Value, error) {
	if d.IsZero() {
		return nil, nil
	}
	return d.String(), nil
}

// Scan implements sql.Scanner for text and NULL.
func (d *Date) Scan(src any) error { return scanText(src, d, Parse) }

// MarshalText returns "YYYY-MM-DD".
func (d Date) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads "YYYY-MM-DD", and no date from empty text.
func (d *Date) UnmarshalText(text []byte) error { return d.Scan(emptyIsNull(text)) }
