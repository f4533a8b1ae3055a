package date

import (
	"encoding/json"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func anyDate(t *rapid.T) Date { return fromNumber(rapid.Int64Range(1, lastDay).Draw(t, "day")) }

// The civil arithmetic is package time's, without its zones.
func TestDateAgreesWithPackageTime(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d, n := anyDate(t), rapid.IntRange(-800000, 800000).Draw(t, "n")
		y, m, day := d.Civil()
		same := time.Date(y, m, day, 12, 0, 0, 0, time.UTC)
		if d.String() != same.Format(time.DateOnly) || d.Label() != same.Format("2 January 2006") || d.Weekday() != same.Weekday() || New(y, m, day) != d {
			t.Fatalf("%s %s is %s", d, d.Weekday(), same)
		}
		moved := same.AddDate(0, 0, n)
		if moved.Year() < 1 || moved.Year() > 9999 {
			if !d.AddDays(n).IsZero() {
				t.Fatalf("%s and %d days is %s", d, n, d.AddDays(n))
			}
			return
		}
		if got := d.AddDays(n); got.String() != moved.Format(time.DateOnly) || got.Sub(d) != n || got.AddDays(-n) != d {
			t.Fatalf("%s and %d days is %s, want %s", d, n, got, moved)
		}
	})
}

// The order of dates is the order of their text, which is how both engines sort them.
func TestDateOrderIsTextOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := anyDate(t), anyDate(t)
		if (a.String() < b.String()) != a.Before(b) || (a.Compare(b) == 0) != (a == b) || a.After(b) != b.Before(a) {
			t.Fatalf("%s and %s", a, b)
		}
		if back, err := Parse(a.String()); err != nil || back != a {
			t.Fatalf("%s reads back as %s, %v", a, back, err)
		}
	})
}

func TestAddMonthsKeepsToTheMonth(t *testing.T) {
	for _, c := range []struct {
		from string
		n    int
		want string
	}{
		{"2026-01-31", 1, "2026-02-28"}, {"2024-01-31", 1, "2024-02-29"}, {"2026-03-31", -1, "2026-02-28"}, {"2025-12-15", 1, "2026-01-15"},
		{"2024-02-29", 12, "2025-02-28"}, {"2024-02-29", 48, "2028-02-29"}, {"2026-08-31", 3, "2026-11-30"}, {"9999-12-01", 1, ""}, {"0001-01-01", -1, ""},
	} {
		from, err := Parse(c.from)
		if got := from.AddMonths(c.n); err != nil || got.String() != c.want {
			t.Errorf("%s and %d months is %s, %v; want %s", c.from, c.n, got, err, c.want)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	for _, s := range []string{"", "2026-2-3", "2026-02-30", "0000-01-01", "2026-02-03 ", "20260203", "10000-01-01", "+026-01-01"} {
		if d, err := Parse(s); err == nil {
			t.Errorf("Parse(%q) = %s", s, d)
		}
	}
}

func TestNoDate(t *testing.T) {
	var d Date
	if d.String() != "" || d.Label() != "" || d.Year() != 0 || !d.AddDays(1).IsZero() || !d.AddMonths(1).IsZero() || !Month.Of(d).IsZero() {
		t.Error("no date is not nothing")
	}
	if v, err := d.Value(); v != nil || err != nil {
		t.Errorf("no date is stored as %v, %v", v, err)
	}
	for _, extreme := range []int{1 << 62, -1 << 62} {
		if got := New(2026, time.March, 1).AddDays(extreme); !got.IsZero() {
			t.Errorf("a day %d days away is %s", extreme, got)
		}
		if got := New(extreme, time.March, 1); !got.IsZero() {
			t.Errorf("the year %d has %s", extreme, got)
		}
	}
}

func TestInstant(t *testing.T) {
	london, err := time.LoadLocation("Europe/London")
	if err != nil {
		t.Fatal(err)
	}
	// 00:30 on 1 July in British summer time is still 30 June in UTC; the civil date in London is 1 July.
	i := At(time.Date(2026, time.July, 1, 0, 30, 0, 123456789, london))
	if i.String() != "2026-06-30T23:30:00.123456Z" || i.In(london).String() != "2026-07-01" {
		t.Errorf("%s, %s", i, i.In(london))
	}
	back, err := ParseInstant(i.String())
	if err != nil || back != i {
		t.Errorf("%s reads back as %s, %v", i, back, err)
	}
	if _, err := At(time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)).Value(); err == nil {
		t.Error("a year of five digits was stored")
	}
	for _, s := range []string{"", "2026-06-30", "2026-06-30T23:30:00Z", "2026-06-30T23:30:00.123456+00:00", "2026-06-30 23:30:00.123456Z"} {
		if got, err := ParseInstant(s); err == nil {
			t.Errorf("ParseInstant(%q) = %s", s, got)
		}
	}
}

func TestInstantOrderIsTextOrder(t *testing.T) {
	const span = 9000 * 365 * 24 * 3600
	instant := func(t *rapid.T, name string) Instant {
		return At(time.Unix(rapid.Int64Range(-60*365*24*3600, span-2000*365*24*3600).Draw(t, name), rapid.Int64Range(0, 1e9-1).Draw(t, name+" ns")))
	}
	rapid.Check(t, func(t *rapid.T) {
		a, b := instant(t, "a"), instant(t, "b")
		if (a.String() < b.String()) != a.Before(b) || (a == b) != (a.Compare(b) == 0) {
			t.Fatalf("%s and %s", a, b)
		}
		if back, err := ParseInstant(a.String()); err != nil || back != a {
			t.Fatalf("%s reads back as %s, %v", a, back, err)
		}
	})
}

func TestScan(t *testing.T) {
	type all struct {
		I Instant
		D Date
		P Period
	}
	want := all{At(time.Date(2026, 7, 1, 9, 30, 0, 0, time.UTC)), New(2026, 7, 1), FinancialYear.Of(New(2026, 7, 1))}
	text, err := json.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	var got all
	if err := json.Unmarshal(text, &got); err != nil || got != want {
		t.Errorf("%s reads back as %v, %v", text, got, err)
	}
	if err := json.Unmarshal([]byte(`{"I":"","D":"","P":""}`), &got); err != nil || got != (all{}) {
		t.Errorf("empty text reads as %v, %v", got, err)
	}
	if err := got.D.Scan([]byte("2026-07-01")); err != nil || got.D != want.D {
		t.Errorf("bytes read as %v, %v", got.D, err)
	}
	if got.D.Scan(int64(5)) == nil || got.P.Scan("2026/7") == nil || got.I.Scan(time.Now()) == nil {
		t.Error("a column of another kind was read")
	}
}
