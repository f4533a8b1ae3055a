package published

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"ohp/internal/kernel/measure"
)

// amount reads a published number. A mark in its place gives the status that
// the mark stands for, and no number; an empty cell is NotReported, because the
// publisher lists the unit and says nothing of it. The error is a sentence.
func amount(text string) (float64, measure.Status, error) {
	text = strings.TrimSpace(strings.ReplaceAll(text, "\u00a0", " "))
	if x, ok := plainNumber(text); ok {
		return x, measure.Reported, nil
	}
	if status, ok := marks[strings.ToLower(text)]; ok {
		return measure.None, status, nil
	}
	if strings.HasPrefix(text, "<") || strings.HasPrefix(text, "≤") {
		if _, ok := plainNumber(strings.TrimLeft(text, "<≤= ")); ok {
			return measure.None, measure.Suppressed, nil
		}
	}
	if x, ok := decoratedNumber(text); ok {
		return x, measure.Reported, nil
	}
	return measure.None, measure.Missing, fmt.Errorf("%s is not a number", quoted(text, 40))
}

// readingOf reads a cell as a number or a mark.
func readingOf(text string) (reading, error) {
	x, status, err := amount(text)
	return reading{x, status}, err
}

// countOf reads a cell as a count or a mark.
func countOf(text string) (reading, error) {
	x, err := readingOf(text)
	if err == nil && x.status == measure.Reported && !isCount(text, x.number) {
		return reading{measure.None, measure.Missing}, errors.New("a count is a whole number from nought")
	}
	return x, err
}

// marks are what stands where a number would. The bracketed ones are those of
// the Government Analysis Function, "Symbols in tables" (2021).
var marks = map[string]measure.Status{
	"": measure.NotReported, "na": measure.NotReported, "n/a": measure.NotReported, "#n/a": measure.NotReported,
	"nd": measure.NotReported, "no data": measure.NotReported, "null": measure.NotReported, "none": measure.NotReported,
	"not available": measure.NotReported, "not applicable": measure.NotReported, "missing": measure.NotReported,
	"[x]": measure.NotReported, "[z]": measure.NotReported, "x": measure.NotReported, "z": measure.NotReported,
	"#div/0!": measure.NotReported, "#value!": measure.NotReported, "#ref!": measure.NotReported,
	"*": measure.Suppressed, "**": measure.Suppressed, "-": measure.Suppressed, "–": measure.Suppressed, "—": measure.Suppressed,
	"c": measure.Suppressed, "[c]": measure.Suppressed, "..": measure.Suppressed, "…": measure.Suppressed, ":": measure.Suppressed,
	"s": measure.Suppressed, "sup": measure.Suppressed, "suppressed": measure.Suppressed, "[u]": measure.Suppressed, "†": measure.Suppressed,
}

// plainNumber reads digits with an optional sign, point and exponent, and
// nothing else that strconv would take (infinities, hexadecimal, underscores).
func plainNumber(s string) (float64, bool) {
	if s == "" {
		return 0, false
	}
	for i := range len(s) {
		if c := s[i]; (c < '0' || c > '9') && c != '.' && c != '-' && c != '+' && c != 'e' && c != 'E' {
			return 0, false
		}
	}
	x, err := strconv.ParseFloat(s, 64)
	return x, err == nil
}

// decoratedNumber reads "£1,234.50", "45.1%" (as 45.1) and the accountant's "(12.30)".
func decoratedNumber(s string) (float64, bool) {
	sign := 1.0
	if inner, ok := strings.CutPrefix(s, "("); ok {
		if inner, ok = strings.CutSuffix(inner, ")"); !ok {
			return 0, false
		}
		s, sign = inner, -1
	}
	if rest, ok := strings.CutPrefix(s, "-"); ok {
		s, sign = rest, -sign
	}
	s = strings.TrimSpace(strings.TrimSuffix(strings.TrimPrefix(s, "£"), "%"))
	whole, fraction, _ := strings.Cut(s, ".")
	groups := strings.Split(whole, ",")
	for i, g := range groups {
		if i > 0 && len(g) != 3 || i == 0 && len(groups) > 1 && (g == "" || len(g) > 3) {
			return 0, false
		}
	}
	s = strings.Join(groups, "")
	if fraction != "" {
		s += "." + fraction
	}
	if strings.ContainsAny(s, "+-eE") {
		return 0, false
	}
	x, ok := plainNumber(s)
	return sign * x, ok
}

// isCount says whether the number that text was read as can be a count: whole,
// not less than nought, and no percentage.
func isCount(text string, n float64) bool {
	return n >= 0 && n == float64(int64(n)) && !strings.Contains(text, "%")
}

// worse gives the status of a figure made of two parts: Reported only where both are.
func worse(a, b measure.Status) measure.Status { return max(a, b) }
