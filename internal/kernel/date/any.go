package date

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// The years that a published file may plausibly speak of.
const (
	firstYear = 1850
	finalYear = 2199
)

// excelEpoch is day 0 of Excel's 1900 system as it holds from 1 March 1900 on: Excel believes that 29 February 1900 existed.
var excelEpoch = New(1899, time.December, 30)

// ParseAny reads a date in any of the forms that published NHS files use:
//
//	2025-10-01   2025-10-01 00:00:00   2025-10-01T00:00:00Z   2025/10/01   20260701
//	01JAN2021   01May2022   22/Jan/2025 - 00:00   1 July 2026   Wednesday 1st October 2025   October 1, 2025
//	25/03/2019   25.03.19              the day first, as in Britain, never the month
//	45931   45931.0                    days in Excel's 1900 system
//	MAR2019   October 2025   Oct-25   2025-10   202510      a month: its first day
//
// Two digits for a year mean 1950 to 2049. A time of day, or a zone, is dropped: the date is the one that is written.
// The error is a sentence that says what is wrong with the text.
func ParseAny(s string) (Date, error) {
	words, err := scanWords(s)
	if err != nil {
		return Date{}, err
	}
	d, err := words.date()
	if err != nil {
		return Date{}, fmt.Errorf("%q is not a date: %w", s, err)
	}
	return d, nil
}

// word is a run of digits or a month's name.
type word struct {
	kind   byte // '8', '6', '5', '4', '2' (one or two digits), or 'm' for a month's name
	number int
}

type dateWords []word

// pattern names the kinds of the words, such as "2m4" for 1 July 2026.
func (w dateWords) pattern() string {
	var b strings.Builder
	for _, x := range w {
		b.WriteByte(x.kind)
	}
	return b.String()
}

func (w dateWords) date() (Date, error) {
	n := func(i int) int { return w[i].number }
	switch w.pattern() {
	case "8":
		return civil(n(0)/10000, n(0)/100%100, n(0)%100)
	case "6":
		return civil(n(0)/100, n(0)%100, 1)
	case "5":
		return serial(n(0))
	case "422", "4m2":
		return civil(n(0), n(1), n(2))
	case "224", "2m4":
		return civil(n(2), n(1), n(0))
	case "222", "2m2":
		return civil(century(n(2)), n(1), n(0))
	case "m24":
		return civil(n(2), n(0), n(1))
	case "m4", "24":
		return civil(n(1), n(0), 1)
	case "4m", "42":
		return civil(n(0), n(1), 1)
	case "m2":
		return civil(century(n(1)), n(0), 1)
	case "4":
		return Date{}, fmt.Errorf("a year alone names no day")
	}
	return Date{}, fmt.Errorf("write it as 2025-10-01, 01/10/2025 or 1 October 2025")
}

func century(twoDigits int) int {
	if twoDigits < 50 {
		return 2000 + twoDigits
	}
	return 1900 + twoDigits
}

// serial reads days in Excel's 1900 system. Only five digits come here, and only the years since the NHS began:
// other numbers are far more often counts than dates.
func serial(n int) (Date, error) {
	d := excelEpoch.AddDays(n)
	if d.Year() < 1948 || d.Year() > 2099 {
		return Date{}, fmt.Errorf("as an Excel day number it would be %s", d.Label())
	}
	return d, nil
}

// civil checks what time.Date would carry over.
func civil(year, month, day int) (Date, error) {
	switch {
	case year < firstYear || year > finalYear:
		return Date{}, fmt.Errorf("the year %d is not between %d and %d", year, firstYear, finalYear)
	case month < 1 || month > 12:
		return Date{}, fmt.Errorf("there is no month %d (the day comes first, then the month)", month)
	}
	first := New(year, time.Month(month), 1)
	if day < 1 || day > first.daysInMonth() {
		return Date{}, fmt.Errorf("%s has no day %d", Month.Of(first).Label(), day)
	}
	return first.AddDays(day - 1), nil
}

// longestDate is far longer than any date; it keeps a whole column pasted into one cell from being read.
const longestDate = 64

func scanWords(s string) (dateWords, error) {
	text := strings.ToLower(strings.TrimSpace(strings.ReplaceAll(s, "\u00a0", " ")))
	switch {
	case text == "":
		return nil, fmt.Errorf("there is no date: the text is empty")
	case len(text) > longestDate:
		return nil, fmt.Errorf("%q… is too long to be a date", s[:20])
	case len(text) > 1 && text[0] == '-' && isDigit(text[1]):
		return nil, fmt.Errorf("%q is not a date: it is a number below nought", s)
	}
	text = dropFraction(dropTime(text))
	var out dateWords
	for text != "" {
		n := 0
		for n < len(text) && sameClass(text[n], text[0]) {
			n++
		}
		run := text[:n]
		text = text[n:]
		w, keep, err := readWord(run, out)
		if err != nil {
			return nil, fmt.Errorf("%q is not a date: %w", s, err)
		}
		if keep {
			out = append(out, w)
		}
	}
	return out, nil
}

// dropTime removes a time of day and a zone from the end: " 00:00:00", " - 00:00", "t00:00:00.000z", " 9:30 am", "+01:00".
func dropTime(text string) string {
	colon := strings.IndexByte(text, ':')
	if colon < 0 {
		return text
	}
	end := colon
	for end > 0 && isDigit(text[end-1]) && colon-end < 2 {
		end--
	}
	for _, c := range text[colon+1:] {
		if !strings.ContainsRune("0123456789:.+- amptuczgs", c) {
			return text // the colon belongs to something else, which reading the words will refuse
		}
	}
	head := strings.TrimRight(text[:end], " -,")
	if n := len(head); n > 1 && head[n-1] == 't' && isDigit(head[n-2]) {
		head = head[:n-1]
	}
	return head
}

// dropFraction removes the time of day from an Excel serial, "45931.25".
func dropFraction(text string) string {
	whole, fraction, found := strings.Cut(text, ".")
	if found && len(whole) == 5 && allDigits(whole) && allDigits(fraction) {
		return whole
	}
	return text
}

// readWord reads one run of like characters; before holds the words read so far. Separators are not kept.
func readWord(run string, before dateWords) (w word, keep bool, err error) {
	switch {
	case isDigit(run[0]):
		w, err = readNumber(run)
		return w, true, err
	case !isLetter(run[0]):
		if strings.Trim(run, " -/.,'") != "" {
			return w, false, fmt.Errorf("%q does not belong in a date", strings.TrimSpace(run))
		}
		return w, false, nil
	}
	if m := monthNamed(run); m > 0 {
		return word{'m', m}, true, nil
	}
	if isWeekday(run) && len(before) == 0 || isOrdinal(run) && len(before) > 0 && before[len(before)-1].kind == '2' {
		return w, false, nil
	}
	return w, false, fmt.Errorf("%q is not the name of a month", run)
}

func readNumber(run string) (word, error) {
	kind := map[int]byte{1: '2', 2: '2', 4: '4', 5: '5', 6: '6', 8: '8'}[len(run)]
	if kind == 0 {
		return word{}, fmt.Errorf("%s has %d digits", run, len(run))
	}
	n, err := strconv.Atoi(run)
	return word{kind, n}, err
}

var (
	months   = [...]string{"january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"}
	weekdays = [...]string{"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"}
)

// monthNamed returns the number of a month's English name, or of its first three letters or more ("Sept"), and 0 for other text.
func monthNamed(name string) int { return named(name, months[:]) }

func isWeekday(name string) bool { return named(name, weekdays[:]) > 0 }

func named(name string, names []string) int {
	for i, n := range names {
		if len(name) >= 3 && strings.HasPrefix(n, name) {
			return i + 1
		}
	}
	return 0
}

func isOrdinal(s string) bool { return s == "st" || s == "nd" || s == "rd" || s == "th" }

func isDigit(c byte) bool  { return '0' <= c && c <= '9' }
func isLetter(c byte) bool { return 'a' <= c && c <= 'z' }

func sameClass(a, b byte) bool { return isDigit(a) == isDigit(b) && isLetter(a) == isLetter(b) }

func allDigits(s string) bool {
	for i := range len(s) {
		if !isDigit(s[i]) {
			return false
		}
	}
	return true
}
