package published

import (
	"errors"
	"strconv"
	"strings"

	"ohp/internal/kernel/date"
)

// sex is how the publication parts patients by sex.
type sex int

const (
	everyone sex = iota
	female
	male
	neither // "INDETERMINATE", "UNKNOWN", "NOT SPECIFIED"
	sexes   = iota
)

func sexOf(text string) sex {
	switch strings.ToUpper(text) {
	case "ALL", "PERSONS", "TOTAL", "":
		return everyone
	case "FEMALE", "F", "FEMALES", "WOMEN":
		return female
	case "MALE", "M", "MALES", "MEN":
		return male
	}
	return neither
}

// tally is what a table says of one practice at one extract.
type tally struct {
	practice string
	month    date.Period
	total    [sexes]reading // of each sex, the row of all ages together
	ages     *ageTally      // nil until the table gives ages
	row      int            // of the first row
	totals   int            // of the row of everyone of all ages
}

// ageTally sums a practice's rows of ages, by sex, and by sex and age group.
type ageTally struct {
	all    [sexes]float64
	groups [sexes][len(ageGroups)]float64
	hidden bool // a number was withheld
}

// noAges stands for a practice without rows of ages.
var noAges ageTally

func (p *tally) byAge() *ageTally {
	if p.ages == nil {
		return &noAges
	}
	return p.ages
}

// ageSpan is the ages from from to to, both included; to is lastAge when it is open.
type ageSpan struct {
	from, to int
	all      bool
}

// lastAge ends spans such as "95+".
const lastAge = 999

func (a ageSpan) within(g ageGroup) bool {
	return a.from >= g.from && (g.below == 0 || a.to < g.below)
}

func (a ageSpan) overlaps(g ageGroup) bool {
	return a.to >= g.from && (g.below == 0 || a.from < g.below)
}

// spanOf reads "ALL", "0_4", "10-14", "95+", "95_PLUS", "65 and over", "47".
func spanOf(text string) (ageSpan, error) {
	low := strings.ToLower(strings.TrimSpace(text))
	if low == "all" || low == "total" || low == "all ages" || low == "" {
		return ageSpan{all: true}, nil
	}
	for _, open := range []string{"+", "_plus", " plus", "plus", " and over", "_and_over"} {
		if first, ok := strings.CutSuffix(low, open); ok {
			from, err := strconv.Atoi(strings.TrimSpace(first))
			if err == nil && from >= 0 && from < 150 {
				return ageSpan{from: from, to: lastAge}, nil
			}
		}
	}
	first, last, ranged := strings.Cut(strings.NewReplacer("_", "-", "–", "-", " to ", "-", " ", "").Replace(low), "-")
	from, err := strconv.Atoi(first)
	to := from
	if err == nil && ranged {
		to, err = strconv.Atoi(last)
	}
	if err != nil || from < 0 || to < from || to > 150 {
		return ageSpan{}, errors.New(quoted(text, 20) + " is no age or age band, such as 47, 5_9 or 95+")
	}
	return ageSpan{from: from, to: to}, nil
}
