package date

import (
	"testing"

	"pgregory.net/rapid"
)

var kinds = []Kind{Day, Month, Quarter, FinancialYear, Year}

func anyPeriod(t *rapid.T) Period {
	for {
		if p := rapid.SampledFrom(kinds).Draw(t, "kind").Of(anyDate(t)); !p.IsZero() {
			return p
		}
	}
}

func TestPeriodForms(t *testing.T) {
	for _, c := range []struct{ text, start, end, next, label string }{
		{"2025-10", "2025-10-01", "2025-10-31", "2025-11", "October 2025"},
		{"2024-02", "2024-02-01", "2024-02-29", "2024-03", "February 2024"},
		{"2025-12", "2025-12-01", "2025-12-31", "2026-01", "December 2025"},
		{"2025-Q4", "2025-10-01", "2025-12-31", "2026-Q1", "October to December 2025"},
		{"2024/25", "2024-04-01", "2025-03-31", "2025/26", "2024/25"},
		{"1999/00", "1999-04-01", "2000-03-31", "2000/01", "1999/00"},
		{"2025", "2025-01-01", "2025-12-31", "2026", "2025"},
		{"2026-07-01", "2026-07-01", "2026-07-01", "2026-07-02", "1 July 2026"},
	} {
		p, err := ParsePeriod(c.text)
		if err != nil {
			t.Errorf("ParsePeriod(%q): %v", c.text, err)
			continue
		}
		got := [...]string{p.String(), p.Start().String(), p.End().String(), p.Next().String(), p.Label()}
		if got != [...]string{c.text, c.start, c.end, c.next, c.label} {
			t.Errorf("%q is %q", c.text, got)
		}
	}
}

func TestParsePeriodRefuses(t *testing.T) {
	for _, s := range []string{"", "202", "2025-13", "2025-00", "2025-1", "2025-Q0", "2025-Q5", "2024/26", "2024-25 ", "2024/2025", "2025-02-30", "0000", "9999/00", "-001", "2025x10", "Oct 2025", "2025-Qé"} {
		if p, err := ParsePeriod(s); err == nil {
			t.Errorf("ParsePeriod(%q) = %s, %s", s, p, p.Kind())
		}
	}
}

func TestPeriodProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p, d := anyPeriod(t), anyDate(t)
		if back, err := ParsePeriod(p.String()); err != nil || back != p {
			t.Fatalf("%s reads back as %s, %v", p, back, err)
		}
		if p.Kind().At(p.Index()) != p || p.Kind().Of(p.Start()) != p || p.Kind().Of(p.End()) != p {
			t.Fatalf("%s is not found again by its index %d, its start %s or its end %s", p, p.Index(), p.Start(), p.End())
		}
		if p.Contains(d) != (p.Kind().Of(d) == p) {
			t.Fatalf("%s contains %s: %v", p, d, p.Contains(d))
		}
		if next := p.Next(); !next.IsZero() {
			if next.Start() != p.End().AddDays(1) || next.Prev() != p || next.Index() != p.Index()+1 || next.Compare(p) <= 0 || next.String() <= p.String() {
				t.Fatalf("after %s comes %s", p, next)
			}
		}
		if p.Days() != p.End().Sub(p.Start())+1 || p.Days() < 1 {
			t.Fatalf("%s has %d days", p, p.Days())
		}
	})
}

func TestNoPeriod(t *testing.T) {
	var p Period
	if p.String() != "" || p.Label() != "" || !p.Next().IsZero() || !p.Add(3).IsZero() || p.Days() != 0 || p.Contains(Date{}) || p.Index() != 0 {
		t.Error("no period is not nothing")
	}
	for _, k := range append(kinds, 0, 77) {
		for _, index := range []int{-1, 1 << 62, -1 << 62} {
			if !k.At(index).IsZero() {
				t.Errorf("%s %d is %s", k, index, k.At(index))
			}
		}
	}
	if got := Month.Of(New(2026, 1, 1)).Add(1 << 62); !got.IsZero() {
		t.Errorf("a month in the far future is %s", got)
	}
}

func FuzzParsePeriod(f *testing.F) {
	for _, s := range []string{"2025-10", "2025-Q4", "2024/25", "2025", "2026-07-01", "20é5", "    "} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if p, err := ParsePeriod(s); err == nil && (p.String() != s || p.End().Before(p.Start())) {
			t.Fatalf("%q became %s", s, p)
		}
	})
}
