package published

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"ohp/internal/kernel/date"
	"ohp/internal/kernel/measure"
	"ohp/internal/kernel/tabular"
	"ohp/internal/nhs"
)

// monthName finds "April 2024", "Apr-24", "APR2024" in running text.
var monthName = regexp.MustCompile(`(?i)(?:^|[^a-z])(jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)[\s_.-]{0,3}(20\d\d|\d\d)(?:[^0-9]|$)`)

// monthIn finds the first month that running text names; no period when there is none.
func monthIn(text string) date.Period {
	found := monthName.FindStringSubmatch(text)
	if found == nil {
		return date.Period{}
	}
	month, err := time.Parse("Jan", strings.ToUpper(found[1][:1])+strings.ToLower(found[1][1:3]))
	if err != nil {
		return date.Period{}
	}
	year, _ := strconv.Atoi(found[2])
	if year < 100 {
		year += 2000
	}
	return date.Month.Of(date.New(year, month.Month(), 1))
}

var (
	isoDay = regexp.MustCompile(`20\d\d-\d\d-\d\d`)
	// britishDay finds "01/02/2024", whose day and month are not two years.
	britishDay = regexp.MustCompile(`(?:^|[^0-9])(?:\d{1,2}/\d{1,2}/|\d{1,2}-\d{1,2}-|\d{1,2}\.\d{1,2}\.)20\d\d`)
	// twoYears finds "2024-25", "2024/25", "2024_2025", "24-25"; compactYears "2425" as in PREVALENCE_2425.
	twoYears     = regexp.MustCompile(`(?:^|[^0-9])(?:20)?(\d\d)\s?[-/_–]\s?(?:20)?(\d\d)(?:[^0-9]|$)`)
	compactYears = regexp.MustCompile(`(?:^|[^0-9])(\d\d)(\d\d)(?:[^0-9]|$)`)
)

// financialYearIn finds the first financial year that running text names, two
// years that follow each other: "2024-25", "2024/25", "24-25", "2425".
func financialYearIn(text string) date.Period {
	if p := spelledYearIn(text); !p.IsZero() {
		return p
	}
	return followingYears(text, compactYears)
}

// spelledYearIn finds only a financial year whose two years are parted: in a
// sentence, 2021 is a calendar year and not 2020/21.
func spelledYearIn(text string) date.Period { return followingYears(text, twoYears) }

// followingYears finds the first two years of the pattern that follow each other.
func followingYears(text string, pattern *regexp.Regexp) date.Period {
	rest := britishDay.ReplaceAllString(isoDay.ReplaceAllString(text, " "), " ")
	for {
		at := pattern.FindStringSubmatchIndex(rest)
		if at == nil {
			return date.Period{}
		}
		first, _ := strconv.Atoi(rest[at[2]:at[3]])
		second, _ := strconv.Atoi(rest[at[4]:at[5]])
		if second == (first+1)%100 {
			return date.FinancialYear.Of(date.New(2000+first, time.April, 1))
		}
		rest = rest[at[3]:]
	}
}

// dayIn finds the first "2024-04-12" in running text.
func dayIn(text string) date.Date {
	d, _ := date.Parse(isoDay.FindString(text))
	return d
}

// yearOfFile settles the financial year of a file whose rows do not state it:
// what the user gave; a year in the text above the table; the file's name, or
// its folder's, as a last resort of which the reader is told. The error asks for the period.
func yearOfFile(f *tabular.File, s *tabular.Sheet, header int, o Options, l *measure.Load) (date.Period, error) {
	if !o.Period.IsZero() {
		if o.Period.Kind() != date.FinancialYear {
			return date.Period{}, fmt.Errorf("the file is of a financial year and %s is none: give it as --period 2024/25", o.Period.Label())
		}
		note(l, "The file does not state its period; "+o.Period.Label()+" was given when it was imported.")
		return o.Period, nil
	}
	if p := spelledYearIn(textAbove(s, header)); !p.IsZero() {
		return p, nil
	}
	if p := financialYearIn(f.Name); !p.IsZero() {
		note(l, "The file does not state its period; "+p.Label()+" is taken from the file's name.")
		return p, nil
	}
	folder := strings.TrimSuffix(fileYearText(f), f.Name)
	if p := financialYearIn(folder); !p.IsZero() {
		note(l, "The file does not state its period; "+p.Label()+" is taken from the name of its folder.")
		return p, nil
	}
	if d := dayIn(folder); !d.IsZero() {
		p := date.FinancialYear.Of(d)
		note(l, "The file does not state its period; "+p.Label()+" is taken from the date in the name of its folder.")
		return p, nil
	}
	return date.Period{}, errors.New("neither the file nor its name says which year it is of: give it, for example --period 2024/25")
}

// textAbove is the running text of the rows above line.
func textAbove(s *tabular.Sheet, line int) string {
	var b strings.Builder
	for r, err := range s.Rows() {
		if err != nil || r.Line >= line {
			break
		}
		b.WriteString(strings.Join(r.Cells, " "))
		b.WriteByte(' ')
	}
	return b.String()
}

var errNoMonth = errors.New("neither the table nor the file's name says which month it is of: give it, for example --period 2025-10")

// today is the present day in England.
func today() date.Date { return nhs.Today(date.Now()) }

// yetToCome refuses a period that begins after tomorrow: nobody can have
// counted it, and as the latest period it would hide the true one.
func yetToCome(p date.Period) error {
	if !p.IsZero() && p.Start().After(today().AddDays(1)) {
		return fmt.Errorf("%s is yet to come, so the date is wrong: check the file, and this machine's clock", p.Label())
	}
	return nil
}

// monthOf reads a cell that states a month by any of its days: an Excel serial
// number, "Apr-24", "Jan-24 [7]", "01JAN2021", "2025-10-01", "202510".
func monthOf(text string) (date.Period, error) {
	if d, err := date.ParseAny(text); err == nil {
		return date.Month.Of(d), nil
	}
	if p := monthIn(text); !p.IsZero() {
		return p, nil
	}
	return date.Period{}, fmt.Errorf("%s is not a month", quoted(text, 40))
}
