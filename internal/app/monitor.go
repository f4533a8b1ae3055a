package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"ohp/internal/kernel/errs"
	"ohp/internal/kernel/store"
	"ohp/internal/monitor"
	"ohp/internal/stats/change"
)

// Monitor says how to run the monitor and what to print.
type Monitor struct {
	Database string
	JSON     bool
	Afresh   bool    // study every indicator again
	Budget   float64 // false concerns a month
	Practice string
	Theme    string
	All      bool // closed concerns as well
	Long     bool // every word of each concern
}

// The budgets that can be kept: under the least, the rule for the share of false ones among what is flagged lets more
// through than the budget, even where all is steady; over the most there is more than anybody reads.
const (
	leastBudget = 0.1
	mostBudget  = 100.0
)

// Run studies what new data touched and prints the concerns.
func (c Monitor) Run(ctx context.Context, out, progress io.Writer) error {
	if !(c.Budget >= leastBudget && c.Budget <= mostBudget) { // nor where it is no number
		return errs.New(errs.Invalid, "A budget of %v false concerns a month cannot be kept. Give a number from %v to %v; 1 is usual.", c.Budget, leastBudget, mostBudget)
	}
	if c.Theme != "" && !slices.Contains(monitor.Themes, c.Theme) {
		return errs.New(errs.Invalid, "There is no theme named “%s”. Choose one of: %s.", c.Theme, strings.Join(monitor.Themes, ", "))
	}
	db, err := openDatabase(ctx, c.Database)
	if err != nil {
		return err
	}
	defer db.Close()
	if c.Practice != "" {
		if c.Practice, err = loadedCode(ctx, db, c.Practice); err != nil {
			return err
		}
	}
	settings := monitor.Settings{Measures: measures(), Afresh: c.Afresh, Budget: change.Budget{FalseConcernsPerMonth: c.Budget},
		Progress: func(done, total int) { fmt.Fprintf(progress, "\r\033[K  %d of %s studied", done, indicators(total)) }}
	last, err := monitor.LastRun(ctx, db)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	summary, err := monitor.Run(ctx, db, settings)
	fmt.Fprint(progress, "\r\033[K")
	if err != nil {
		return err
	}
	filter := monitor.ConcernFilter{Practice: c.Practice, Theme: c.Theme}
	if c.All {
		filter.State = "all"
	}
	concerns, err := monitor.Concerns(ctx, db, filter)
	if err != nil {
		return err
	}
	notes, err := monitor.Notes(ctx, db)
	if err != nil {
		return err
	}
	if c.JSON {
		return printJSON(out, summary, concerns, notes)
	}
	unjudged, err := monitor.Unjudged(ctx, db, summary)
	if err != nil {
		return err
	}
	printSummary(out, summary, last)
	if summary.Series > 0 {
		printConcerns(out, concerns, notes, unjudged, c.Long)
	}
	return nil
}

// indicators counts them.
func indicators(n int) string {
	if n == 1 {
		return "1 indicator"
	}
	return fmt.Sprintf("%d indicators", n)
}

func printJSON(out io.Writer, summary monitor.Summary, concerns []monitor.Concern, notes []monitor.Note) error {
	words := []string{}
	for _, n := range notes {
		words = append(words, n.Indicator.Title+", "+n.Words)
	}
	if concerns == nil {
		concerns = []monitor.Concern{}
	}
	e := json.NewEncoder(out)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(map[string]any{"run": summary, "concerns": concerns, "shared": words})
}

// printSummary says what the run looked at and what its threshold promises; last is the run before it.
func printSummary(out io.Writer, s, last monitor.Summary) {
	if s.Series == 0 {
		fmt.Fprintln(out, "There is nothing to study: load published files with “ohp import” first.")
		return
	}
	fmt.Fprintf(out, "%s; %s studied in %.1f s.\n", s.Words(), indicators(s.Studied), s.Seconds)
	switch {
	case s.Threshold == 0:
	case s.Threshold > s.Bound:
		fmt.Fprintf(out, "Flagged at a chance of %.2g or less. The budget of %s allows %.2g where all is steady; so much has changed at once that the threshold is higher, and about a tenth of what is flagged may be false.\n",
			s.Threshold, s.BudgetWords(), s.Bound)
	default:
		fmt.Fprintf(out, "Flagged at a chance of %.2g or less, so that a steady partnership has at most %s.\n", s.Threshold, s.BudgetWords())
	}
	if last.Series > 0 && last.Budget > s.Budget {
		fmt.Fprintf(out, "The run before had a budget of %s: what it opened stays open until it has been calm for three reported periods.\n", last.BudgetWords())
	}
	fmt.Fprintf(out, "%d opened, %d closed, %d open.\n\n", s.Opened, s.Closed, s.Open)
}

func printConcerns(out io.Writer, concerns []monitor.Concern, notes []monitor.Note, unjudged []string, long bool) {
	for _, words := range unjudged {
		fmt.Fprintln(out, words)
	}
	for _, n := range notes {
		fmt.Fprintf(out, "Shared by most practices: %s, %s.\n", n.Indicator.Title, n.Words)
	}
	if len(notes) > 0 {
		fmt.Fprintln(out)
	}
	if len(concerns) == 0 {
		fmt.Fprintln(out, "No concern is open.")
		return
	}
	if long {
		printLong(out, concerns)
		return
	}
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "PRACTICE\tNAME\tTHEME\tNATURE\tSINCE\tCHANCE\tWHAT")
	for _, c := range concerns {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", c.Practice, cut(c.Name, 32), c.Theme, c.Nature, c.Began, chance(c.Chance), c.Headline)
	}
	w.Flush()
}

func chance(p float64) string {
	if p >= 1 {
		return "-"
	}
	return fmt.Sprintf("%.1e", p)
}

func cut(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n-1]) + "…"
	}
	return s
}

func printLong(out io.Writer, concerns []monitor.Concern) {
	for _, c := range concerns {
		fmt.Fprintf(out, "%s %s · %s · %s\n%s\n", c.Practice, c.Name, c.Theme, c.Nature, c.Headline)
		for _, s := range c.Signals {
			for _, words := range []string{s.Seen, s.Since, s.Size, s.Odds, s.Peers, s.Unknown} {
				if words != "" {
					fmt.Fprintf(out, "  %s\n", words)
				}
			}
			fmt.Fprintln(out, "  --")
		}
		fmt.Fprintf(out, "  %s\n\n", c.Moved)
	}
}
