package monitor

import (
	"context"
	"fmt"
	"strconv"

	"ohp/internal/kernel/store"
)

// BudgetWords writes the budget for people: "1 false concern a month".
func (s Summary) BudgetWords() string {
	words := " false concerns a month"
	if s.Budget == 1 {
		words = " false concern a month"
	}
	return strconv.FormatFloat(s.Budget, 'g', 3, 64) + words
}

// Words say what a run looked at: "33 practices, 40 indicators, 1,320 series, of which 1,190 can be judged over time".
func (s Summary) Words() string {
	judged := "none"
	if s.Judged > 0 {
		judged = grouped(float64(s.Judged))
	}
	return s.looked() + ", " + grouped(float64(s.Series)) + " series, of which " + judged + " can be judged over time"
}

// looked says at whom and at what.
func (s Summary) looked() string {
	return several(s.Practices, "practice", "practices") + ", " + several(s.Indicators, "indicator", "indicators")
}

// judgedWords are Words with the chance at which a series is flagged, where there was one to flag.
func (s Summary) judgedWords() string {
	if s.Threshold == 0 {
		return s.Words()
	}
	return s.Words() + ", each flagged at a chance of " + chanceWords(s.Threshold) + " or less"
}

// Unjudged says, a sentence each, why a run could judge nothing over time and what to do; nothing where it judged a series.
func Unjudged(ctx context.Context, q store.Queryer, s Summary) ([]string, error) {
	if s.Judged > 0 || s.Series == 0 {
		return nil, nil
	}
	names, err := store.Collect[string](ctx, q, "select indicator from monitor_study order by indicator")
	if err != nil {
		return nil, err
	}
	least := 0
	for _, name := range names {
		in, err := IndicatorNamed(name)
		if err != nil || in.ContextOnly || in.stands() { // gone, or never judged over time
			continue
		}
		if least == 0 || in.MinimumPoints < least {
			least = in.MinimumPoints
		}
	}
	none := fmt.Sprintf("None of the %s series (%s) can be compared with its own past: ", grouped(float64(s.Series)), s.looked())
	if least == 0 {
		return []string{none + "the indicators loaded are shown for context, and changes in them are not judged.",
			"Load files of other publications with “ohp import”, then run “ohp monitor”."}, nil
	}
	return []string{none + fmt.Sprintf("that takes at least %d reported periods, up to the latest.", least),
		"Load the files of more periods with “ohp import”, then run “ohp monitor”."}, nil
}
