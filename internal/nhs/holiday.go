package nhs

import (
	"slices"
	"time"
	_ "time/tzdata" // the machine may not have the zones

	"ohp/internal/kernel/date"
)

// London is the time that clocks in England show.
var London = london()

func london() *time.Location {
	place, err := time.LoadLocation("Europe/London")
	if err != nil {
		panic(err) // the zones are in the program
	}
	return place
}

// Today returns the civil date in England at an instant.
func Today(now date.Instant) date.Date { return now.In(London) }

// Holiday is a bank holiday in England and Wales, with the name that the government's list gives it.
type Holiday struct {
	On   date.Date
	Name string
}

// firstHolidayYear is the first year with today's eight holidays: the early May one was new in 1978.
const firstHolidayYear = 1978

// special lists the days by which years differ from the rule: holidays that were added, and dates to which the rule's were moved.
// Source: royal proclamations under the Banking and Financial Dealings Act 1971, section 1, as in the lists at gov.uk/bank-holidays.
var special = map[int][]change{
	1981: {{added, time.July, 29, "Royal wedding"}},
	1995: {{earlyMay, time.May, 8, "VE day (50th anniversary)"}},
	1999: {{added, time.December, 31, "Millennium"}},
	2002: {{added, time.June, 3, "Golden Jubilee"}, {spring, time.June, 4, "Spring bank holiday"}},
	2011: {{added, time.April, 29, "Royal wedding"}},
	2012: {{spring, time.June, 4, "Spring bank holiday"}, {added, time.June, 5, "Diamond Jubilee"}},
	2020: {{earlyMay, time.May, 8, "Early May bank holiday (VE day)"}},
	2022: {{spring, time.June, 2, "Spring bank holiday"}, {added, time.June, 3, "Platinum Jubilee bank holiday"}, {added, time.September, 19, "Bank Holiday for the State Funeral of Queen Elizabeth II"}},
	2023: {{added, time.May, 8, "Bank holiday for the coronation of King Charles III"}},
}

// change replaces the holiday of the rule that it names, or is one more.
type change struct {
	what  string
	month time.Month
	day   int
	name  string
}

const (
	added    = ""
	earlyMay = "Early May bank holiday"
	spring   = "Spring bank holiday"
)

// BankHolidays returns the bank holidays of a year in England and Wales, in order, from 1978 on and nil before. Those to come
// follow the rule; a proclamation may still move or add to them.
// Source: Banking and Financial Dealings Act 1971, schedule 1; New Year's Day and early May by proclamation each year;
// Good Friday and Christmas Day, common law holidays, are counted as the government's list counts them.
func BankHolidays(year int) []Holiday {
	if year < firstHolidayYear || year > 9999 {
		return nil
	}
	easter := easterSunday(year)
	out := []Holiday{
		newYear(year),
		{easter.AddDays(-2), "Good Friday"},
		{easter.AddDays(1), "Easter Monday"},
		{monday(year, time.May, 1), earlyMay},
		{monday(year, time.May, 25), spring},
		{monday(year, time.August, 25), "Summer bank holiday"},
	}
	out = append(out, christmas(year)...)
	for _, c := range special[year] {
		h := Holiday{date.New(year, c.month, c.day), c.name}
		if i := slices.IndexFunc(out, func(h Holiday) bool { return h.Name == c.what }); i >= 0 {
			out[i] = h
		} else {
			out = append(out, h)
		}
	}
	slices.SortFunc(out, func(a, b Holiday) int { return a.On.Compare(b.On) })
	return out
}

// monday returns the first Monday on or after a day; the last Monday of a month with 31 days is the first from the 25th on.
func monday(year int, month time.Month, day int) date.Date {
	d := date.New(year, month, day)
	return d.AddDays((8 - int(d.Weekday())) % 7)
}

func newYear(year int) Holiday {
	first := date.New(year, time.January, 1)
	if isWeekend(first) {
		return Holiday{monday(year, time.January, 1), "New Year’s Day (substitute day)"}
	}
	return Holiday{first, "New Year’s Day"}
}

// christmas returns the two days after the Act: 27 December stands in when the 25th or the 26th is a Sunday, and the
// proclamations give a Saturday's holiday the next free weekday.
func christmas(year int) []Holiday {
	day, boxing := Holiday{date.New(year, time.December, 25), "Christmas Day"}, Holiday{date.New(year, time.December, 26), "Boxing Day"}
	const substitute = " (substitute day)"
	switch day.On.Weekday() {
	case time.Friday:
		boxing = Holiday{day.On.AddDays(3), boxing.Name + substitute}
	case time.Saturday:
		day, boxing = Holiday{day.On.AddDays(2), day.Name + substitute}, Holiday{boxing.On.AddDays(2), boxing.Name + substitute}
	case time.Sunday:
		day = Holiday{day.On.AddDays(2), day.Name + substitute}
	}
	return []Holiday{day, boxing}
}

// easterSunday computes Easter in the Gregorian calendar by the church's own tables: golden number, century, epact, Sunday.
// Source: D. E. Knuth, The Art of Computer Programming, volume 1, section 1.3.2, exercise 14.
func easterSunday(year int) date.Date {
	golden := year%19 + 1
	century := year/100 + 1
	skipped := 3*century/4 - 12
	moon := (8*century+5)/25 - 5
	sunday := 5*year/4 - skipped - 10
	epact := ((11*golden+20+moon-skipped)%30 + 30) % 30
	if epact == 25 && golden > 11 || epact == 24 {
		epact++
	}
	full := 44 - epact
	if full < 21 {
		full += 30
	}
	return date.New(year, time.March, full+7-(sunday+full)%7)
}

func isWeekend(d date.Date) bool {
	return d.Weekday() == time.Saturday || d.Weekday() == time.Sunday
}

// IsBankHoliday reports whether d is a bank holiday in England and Wales.
func IsBankHoliday(d date.Date) bool {
	return slices.ContainsFunc(BankHolidays(d.Year()), func(h Holiday) bool { return h.On == d })
}

// IsWorkingDay reports whether d is a working day in England: not a Saturday, a Sunday, Christmas Day, Good Friday or a bank holiday.
// Source: the wording of the National Health Service complaints regulations (SI 2009/309, regulation 2).
func IsWorkingDay(d date.Date) bool {
	if d.IsZero() || isWeekend(d) {
		return false
	}
	return !IsBankHoliday(d)
}

// NextWorkingDay returns d if it is a working day, and otherwise the first one after it.
func NextWorkingDay(d date.Date) date.Date {
	for !d.IsZero() && !IsWorkingDay(d) {
		d = d.AddDays(1)
	}
	return d
}

// AddWorkingDays returns the n-th working day after d (before d when n is negative), not counting d itself: the way in which
// "within three working days of receipt" is counted. Zero days gives d, whatever day it is.
func AddWorkingDays(d date.Date, n int) date.Date {
	step := 1
	if n < 0 {
		step, n = -1, -n
	}
	for n > 0 && !d.IsZero() {
		if d = d.AddDays(step); IsWorkingDay(d) {
			n--
		}
	}
	return d
}

// WorkingDaysBetween counts the working days after from, up to and including to; it is negative when to is the earlier one.
func WorkingDaysBetween(from, to date.Date) int {
	if to.Before(from) {
		return -WorkingDaysBetween(to, from)
	}
	n := 0
	for from.Before(to) && !from.IsZero() {
		if from = from.AddDays(1); IsWorkingDay(from) {
			n++
		}
	}
	return n
}
