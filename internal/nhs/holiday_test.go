package nhs

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"ohp/internal/kernel/date"
)

// The government's own lists for England and Wales, one year a line.
const published = `
2012-01-02 2012-04-06 2012-04-09 2012-05-07 2012-06-04 2012-06-05 2012-08-27 2012-12-25 2012-12-26
2019-01-01 2019-04-19 2019-04-22 2019-05-06 2019-05-27 2019-08-26 2019-12-25 2019-12-26
2020-01-01 2020-04-10 2020-04-13 2020-05-08 2020-05-25 2020-08-31 2020-12-25 2020-12-28
2021-01-01 2021-04-02 2021-04-05 2021-05-03 2021-05-31 2021-08-30 2021-12-27 2021-12-28
2022-01-03 2022-04-15 2022-04-18 2022-05-02 2022-06-02 2022-06-03 2022-08-29 2022-09-19 2022-12-26 2022-12-27
2023-01-02 2023-04-07 2023-04-10 2023-05-01 2023-05-08 2023-05-29 2023-08-28 2023-12-25 2023-12-26
2024-01-01 2024-03-29 2024-04-01 2024-05-06 2024-05-27 2024-08-26 2024-12-25 2024-12-26
2025-01-01 2025-04-18 2025-04-21 2025-05-05 2025-05-26 2025-08-25 2025-12-25 2025-12-26
2026-01-01 2026-04-03 2026-04-06 2026-05-04 2026-05-25 2026-08-31 2026-12-25 2026-12-28
2027-01-01 2027-03-26 2027-03-29 2027-05-03 2027-05-31 2027-08-30 2027-12-27 2027-12-28
2028-01-03 2028-04-14 2028-04-17 2028-05-01 2028-05-29 2028-08-28 2028-12-25 2028-12-26`

func TestBankHolidaysAreThePublishedOnes(t *testing.T) {
	for line := range strings.Lines(strings.TrimSpace(published)) {
		want := strings.Fields(line)
		first, err := date.Parse(want[0])
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, h := range BankHolidays(first.Year()) {
			got = append(got, h.On.String())
		}
		if strings.Join(got, " ") != strings.Join(want, " ") {
			t.Errorf("computed  %s\npublished %s", got, want)
		}
	}
}

func TestHolidayNames(t *testing.T) {
	names := map[string]string{}
	for year := 1978; year <= 2030; year++ {
		for _, h := range BankHolidays(year) {
			names[h.On.String()] = h.Name
		}
	}
	for day, want := range map[string]string{
		"2022-12-26": "Boxing Day", "2022-12-27": "Christmas Day (substitute day)", "2021-12-27": "Christmas Day (substitute day)", "2021-12-28": "Boxing Day (substitute day)",
		"2020-12-28": "Boxing Day (substitute day)", "2023-01-02": "New Year’s Day (substitute day)", "2022-06-02": "Spring bank holiday", "2022-06-03": "Platinum Jubilee bank holiday",
		"2023-05-08": "Bank holiday for the coronation of King Charles III", "1995-05-08": "VE day (50th anniversary)", "1995-05-01": "", "1999-12-31": "Millennium", "2022-05-30": "", "2002-05-27": "",
	} {
		if names[day] != want {
			t.Errorf("%s is %q, want %q", day, names[day], want)
		}
	}
	if BankHolidays(1977) != nil || BankHolidays(10000) != nil {
		t.Error("a year beyond the rule has holidays")
	}
}

// Known dates of Easter, the earliest (22 March) and the latest (25 April) that are possible among them.
func TestEaster(t *testing.T) {
	for _, want := range []string{"1818-03-22", "1943-04-25", "1954-04-18", "1961-04-02", "1981-04-19", "2000-04-23", "2008-03-23", "2011-04-24", "2026-04-05", "2038-04-25", "2049-04-18", "2076-04-19", "2285-03-22"} {
		d, err := date.Parse(want)
		if err != nil || easterSunday(d.Year()) != d {
			t.Errorf("Easter is on %s, want %s (%v)", easterSunday(d.Year()), want, err)
		}
	}
}

func TestHolidayProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		year := rapid.IntRange(1978, 2400).Draw(t, "year")
		holidays := BankHolidays(year)
		if len(holidays) < 8 {
			t.Fatalf("%d has only %v", year, holidays)
		}
		for i, h := range holidays {
			if isWeekend(h.On) || h.On.Year() != year || i > 0 && !holidays[i-1].On.Before(h.On) {
				t.Fatalf("%d: %v", year, holidays)
			}
		}
	})
}

func TestWorkingDayProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := date.New(rapid.IntRange(1990, 2060).Draw(t, "year"), time.January, rapid.IntRange(1, 366).Draw(t, "day"))
		n := rapid.IntRange(1, 60).Draw(t, "n")
		later := AddWorkingDays(d, n)
		if !IsWorkingDay(later) || WorkingDaysBetween(d, later) != n || WorkingDaysBetween(later, d) != -n || later.Sub(d) < n {
			t.Fatalf("%d working days after %s is %s, and between them are %d", n, d, later, WorkingDaysBetween(d, later))
		}
		if next := NextWorkingDay(d); !IsWorkingDay(next) || next.Sub(d) > 5 || IsWorkingDay(d) && next != d {
			t.Fatalf("the working day from %s on is %s", d, next)
		}
		if AddWorkingDays(NextWorkingDay(later), -n).After(later) || AddWorkingDays(d, 0) != d {
			t.Fatal("going back goes forward")
		}
	})
}

func TestWorkingDays(t *testing.T) {
	day := func(s string) date.Date {
		d, err := date.Parse(s)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	for _, c := range []struct {
		from string
		n    int
		want string
	}{
		{"2026-12-24", 1, "2026-12-29"}, // Christmas on a Friday
		{"2026-12-24", 3, "2026-12-31"},
		{"2022-09-16", 1, "2022-09-20"}, // the State Funeral
		{"2026-04-02", 3, "2026-04-09"}, // Easter
		{"2026-04-07", -1, "2026-04-02"},
	} {
		if got := AddWorkingDays(day(c.from), c.n); got != day(c.want) {
			t.Errorf("%s and %d working days is %s, want %s", c.from, c.n, got, c.want)
		}
	}
	if AddWorkingDays(date.Date{}, 5) != (date.Date{}) || IsWorkingDay(date.Date{}) || WorkingDaysBetween(date.Date{}, day("2026-01-01")) != 0 {
		t.Error("no date has working days")
	}
	if got := Today(date.At(time.Date(2026, time.July, 1, 23, 30, 0, 0, time.UTC))); got != day("2026-07-02") {
		t.Errorf("in British summer the day begins an hour earlier: %s", got)
	}
}
