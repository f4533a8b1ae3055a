package date

import (
	"strings"
	"testing"
	"time"
)

// Forms found in published files, and near misses. The serials agree with the Excel documentation's own example,
// in which 39448 is 1 January 2008.
func TestParseAny(t *testing.T) {
	for text, want := range map[string]string{
		"2025-10-01": "2025-10-01", "2025-10-01 00:00:00": "2025-10-01", "2025-10-01T23:30:00-05:00": "2025-10-01",
		"2025-10-01T00:00:00.000Z": "2025-10-01", "2025/10/01": "2025-10-01", "20260701": "2026-07-01",
		"01JAN2021": "2021-01-01", "01May2022": "2022-05-01", "1 July 2026": "2026-07-01", "01-Apr-2013": "2013-04-01",
		"22/Jan/2025 - 00:00": "2025-01-22", "Wednesday 1st October 2025": "2025-10-01", "wed, 1 oct 2025": "2025-10-01",
		"October 1, 2025": "2025-10-01", "31st March 2026": "2026-03-31", "2nd Sept 2024": "2024-09-02", "2025-Oct-01": "2025-10-01",
		"25/03/2019": "2019-03-25", "25.03.19": "2019-03-25", "1/4/99": "1999-04-01", "29/02/2024 09:30": "2024-02-29", "25/03/2019 9:30 AM": "2019-03-25",
		"45931": "2025-10-01", "45931.0": "2025-10-01", "45931.75": "2025-10-01", "39448": "2008-01-01", "27120": "1974-04-01",
		"MAR2019": "2019-03-01", "October 2025": "2025-10-01", "Oct-25": "2025-10-01", "Sept 2024": "2024-09-01", "2025-10": "2025-10-01",
		"202510": "2025-10-01", "10/2025": "2025-10-01", "2025 October": "2025-10-01", "  1\u00a0July 2026 ": "2026-07-01",
	} {
		got, err := ParseAny(text)
		if err != nil || got.String() != want {
			t.Errorf("ParseAny(%q) = %s, %v; want %s", text, got, err, want)
		}
	}
}

func TestParseAnyRefuses(t *testing.T) {
	for text, reason := range map[string]string{
		"": "empty", "   ": "empty", "n/a": "month", "No Data": "month", "2025": "year alone", "12": "write it as", "25 Oct": "write it as",
		"03/25/2019": "no month 25", "31/04/2025": "April 2025 has no day 31", "29FEB2023": "February 2023 has no day 29", "2025-13-01": "no month 13",
		"00/01/2025": "no day 0", "1234567": "7 digits", "99999": "13 October 2173", "010203": "year 102", "1 Octember 2025": "octember",
		"2025-10-01-05": "write it as", "M85029": "month", "12:30": "write it as", "October": "write it as", "2025–10–01": "does not belong", "1st": "write it as",
		strings.Repeat("1 ", 80): "too long", "th 1 July 2026": "th", "1 July Monday 2026": "monday", "2025-10-01 (provisional)": "does not belong", "01:xx": "does not belong",
		"-45931": "below nought", "-1": "below nought",
	} {
		got, err := ParseAny(text)
		if err == nil || !strings.Contains(err.Error(), reason) {
			t.Errorf("ParseAny(%q) = %s, %v; want an error with %q", text, got, err, reason)
		}
	}
}

// Whatever is read without an error must be a plausible date, and must read back from each common way of writing it.
func FuzzParseAny(f *testing.F) {
	for _, s := range []string{"45931", "01JAN2021", "22/Jan/2025 - 00:00", "25/03/2019", "2025-10-01T00:00:00Z", "Oct-25", "12:", "é", "1st", "wed 1 oct 2025", "45931.5"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		d, err := ParseAny(s)
		if err != nil {
			if !d.IsZero() {
				t.Fatalf("%q: both %s and %v", s, d, err)
			}
			return
		}
		if y := d.Year(); y < firstYear || y > finalYear {
			t.Fatalf("%q became the year %d", s, y)
		}
		for _, layout := range []string{"2006-01-02", "02/01/2006", "2 January 2006", "02Jan2006", "20060102", "2006-01-02T15:04:05Z"} {
			text := d.time().Format(layout)
			if again, err := ParseAny(text); err != nil || again != d {
				t.Fatalf("%q: %s written as %q reads back as %s, %v", s, d, text, again, err)
			}
		}
	})
}

func BenchmarkParseAny(b *testing.B) {
	for b.Loop() {
		if d, err := ParseAny("01May2022"); err != nil || d.Month() != time.May {
			b.Fatal(d, err)
		}
	}
}
