package change

import (
	"fmt"
	"io"
	"math"
	"strings"
	"text/tabwriter"
)

// ours is this package's method in the tables.
const ours = "ohp change scan"

// SteadyRow is what one rule raises in a partnership in which nothing changes.
type SteadyRow struct {
	Method string `json:"method"`
	Rule   string `json:"rule,omitempty"`
	Tuned  bool   `json:"tuned"`
	// PerMonth is the mean number of new false concerns a month, Low and High its 95% interval.
	PerMonth float64 `json:"falseConcernsPerMonth"`
	Low      float64 `json:"low"`
	High     float64 `json:"high"`
}

// settle takes the concerns of each partnership, of which there are at least two.
func (r *SteadyRow) settle(counts [][]int, column, months int) {
	n := float64(len(counts))
	var sum, square float64
	for _, c := range counts {
		v := float64(c[column]) / float64(months)
		sum += v
		square += v * v
	}
	r.PerMonth = sum / n
	half := 1.96 * math.Sqrt(max(square/n-r.PerMonth*r.PerMonth, 0)/(n-1))
	r.Low, r.High = max(r.PerMonth-half, 0), r.PerMonth+half
}

// DetectionRow is how soon one rule sees one change at one practice.
type DetectionRow struct {
	Series string `json:"series"`
	Change string `json:"change"`
	Method string `json:"method"`
	// Median and Eighty are the months after which half and 80% of the changes have been flagged: 1 is the first month
	// with the change in it, 0 means not within the horizon.
	Median int `json:"medianMonths"`
	Eighty int `json:"eightyPercentMonths"`
	// WithinYear is the share flagged within 12 months.
	WithinYear float64 `json:"shareWithin12Months"`
	// Mean is the mean number of months, counting the horizon for what was not flagged within it.
	Mean float64 `json:"meanMonths"`
	// FalsePerMonth is what the rule would raise a month, falsely, in a partnership made of such series only.
	FalsePerMonth float64 `json:"falseConcernsPerMonth"`
}

// settle takes delays in ascending order.
func (r *DetectionRow) settle(delays []int, horizon int) {
	n := len(delays)
	at := func(share float64) int {
		if d := delays[min(int(math.Ceil(share*float64(n)))-1, n-1)]; d <= horizon {
			return d
		}
		return 0
	}
	r.Median, r.Eighty = at(0.5), at(0.8)
	sum, year := 0, 0
	for _, d := range delays {
		sum += min(d, horizon)
		if d <= 12 {
			year++
		}
	}
	r.WithinYear, r.Mean = float64(year)/float64(n), float64(sum)/float64(n)
}

// StrainedRow is what the method raises on steady series that break its assumptions, in a partnership made of them.
type StrainedRow struct {
	Series string `json:"series"`
	// WithPeers is the number of new false concerns a month when chance variation is learnt from the peers, Alone when
	// each series is judged by itself.
	WithPeers float64 `json:"falseConcernsPerMonth"`
	Alone     float64 `json:"falseConcernsPerMonthAlone"`
}

// SharedRow is what happens when one indicator changes at all practices at once, within 12 months.
type SharedRow struct {
	Change string `json:"change"`
	// Alone and WithPeers are the practices for which a concern opens, without and with the peers' movement taken out.
	Alone     float64 `json:"concernsAlone"`
	WithPeers float64 `json:"concernsWithPeers"`
	// Found is the share of the partnerships in which the shared step is found, Month the mean month of finding it.
	Found float64 `json:"shareFound"`
	Month float64 `json:"meanMonth"`
}

// Report is the outcome of Simulate.
type Report struct {
	Options   SimulateOptions `json:"options"`
	Series    int             `json:"series"`
	Steady    []SteadyRow     `json:"steady"`
	Detection []DetectionRow  `json:"detection"`
	Strained  []StrainedRow   `json:"strained"`
	Shared    []SharedRow     `json:"shared"`
	// Conclusion says in words whether the budget holds and where another rule is as early or earlier, and by how much.
	Conclusion []string `json:"conclusion"`
	Complete   bool     `json:"complete"`
	Seconds    float64  `json:"seconds"`
}

// conclude writes the conclusion from the tables.
func (r *Report) conclude() {
	if len(r.Steady) > 0 {
		s := r.Steady[0]
		verdict := "within"
		if s.Low > r.Options.Budget {
			verdict = "OVER"
		}
		r.Conclusion = append(r.Conclusion, fmt.Sprintf("A truly steady partnership gets %.2f false concerns a month (95%% interval %.2f to %.2f): %s the budget of %g.",
			s.PerMonth, s.Low, s.High, verdict, r.Options.Budget))
	}
	if len(r.Detection) == 0 {
		return
	}
	earlier, same, later := r.compareMethods()
	r.Conclusion = append(r.Conclusion, fmt.Sprintf("At the same budget the change scan is earlier (median months) than every rule of today in %d of %d changes.", earlier, earlier+len(same)+len(later)))
	if len(same) > 0 {
		r.Conclusion = append(r.Conclusion, "It is not earlier, but level, for: "+strings.Join(same, "; ")+".")
	}
	if len(later) > 0 {
		r.Conclusion = append(r.Conclusion, "It is later for: "+strings.Join(later, "; ")+".")
	} else {
		r.Conclusion = append(r.Conclusion, "It is later for none.")
	}
}

// compareMethods sorts the changes by how our median compares with the best of the others.
func (r *Report) compareMethods() (earlier int, same, later []string) {
	for i := 0; i < len(r.Detection); {
		o, best := r.Detection[i], -1
		j := i + 1
		for ; j < len(r.Detection) && r.Detection[j].Series == o.Series && r.Detection[j].Change == o.Change; j++ {
			if best < 0 || r.sooner(r.Detection[j], r.Detection[best]) {
				best = j
			}
		}
		i = j
		if best < 0 {
			continue
		}
		b := r.Detection[best]
		what := o.Series + " " + o.Change
		switch om, bm := r.median(o), r.median(b); {
		case om < bm:
			earlier++
		case om == bm && o.Median == 0:
			same = append(same, fmt.Sprintf("%s (neither within %d months for half of the changes; within 12 months %.0f%% against %.0f%% for %s)",
				what, r.Options.Horizon, 100*o.WithinYear, 100*b.WithinYear, b.Method))
		case om == bm:
			same = append(same, fmt.Sprintf("%s (both %d; on average %s than %s)", what, o.Median, apart(o.Mean-b.Mean), b.Method))
		default:
			later = append(later, fmt.Sprintf("%s (%s against %s for %s; mean %.1f against %.1f)", what, monthsText(o.Median), monthsText(b.Median), b.Method, o.Mean, b.Mean))
		}
	}
	return earlier, same, later
}

// apart says how many months later or earlier.
func apart(months float64) string {
	if months > 0 {
		return fmt.Sprintf("%.1f months later", months)
	}
	return fmt.Sprintf("%.1f months earlier", -months)
}

func (r *Report) median(d DetectionRow) int {
	if d.Median == 0 {
		return r.Options.Horizon + 1
	}
	return d.Median
}

func (r *Report) sooner(a, b DetectionRow) bool {
	if x, y := r.median(a), r.median(b); x != y {
		return x < y
	}
	return a.Mean < b.Mean
}

func monthsText(m int) string {
	if m == 0 {
		return "not reached"
	}
	return fmt.Sprint(m)
}

// WriteTable writes the report in words and tables for people.
func (r Report) WriteTable(w io.Writer) error {
	o := r.Options
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintf(t, "Steady partnership: %d practices × %d indicators = %d series, %d months of history, then %d months watched, %d times over.\n",
		o.Practices, o.Indicators, r.Series, o.History, o.Months, o.Partnerships)
	fmt.Fprintf(t, "Budget: %g false concerns a month. Seed %d.\n\n", o.Budget, o.Seed)
	fmt.Fprintf(t, "Rule\tFalse new concerns a month\t95%% interval\n")
	for _, s := range r.Steady {
		name := s.Method
		if s.Rule != "" {
			name += " (" + s.Rule + ")"
		}
		fmt.Fprintf(t, "%s\t%.2f\t%.2f to %.2f\n", name, s.PerMonth, s.Low, s.High)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	fmt.Fprintf(w, "\nMonths until a change at one practice of 8,800 patients is flagged (1 = the first month that holds it). Every rule of today\nis tuned on this very kind of series to the same budget; the change scan is not tuned. %d changes each.\n\n", o.Changed)
	t = tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintf(t, "Series and change\tRule\tHalf seen by\t80%% seen by\tSeen within 12 months\tMean\tFalse a month\n")
	last := ""
	for _, d := range r.Detection {
		what := d.Series + " " + d.Change
		if what == last {
			what = ""
		} else {
			last = what
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%.0f%%\t%.1f\t%.2f\n", what, d.Method, monthsText(d.Median), monthsText(d.Eighty), 100*d.WithinYear, d.Mean, d.FalsePerMonth)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	fmt.Fprintf(w, "\nFalse new concerns a month in a partnership made only of steady series of one awkward kind.\n\n")
	t = tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintf(t, "Series\tChange scan, learning from peers\tChange scan, each series alone\n")
	for _, d := range r.Strained {
		fmt.Fprintf(t, "%s\t%.2f\t%.2f\n", d.Series, d.WithPeers, d.Alone)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	fmt.Fprintf(w, "\nOne indicator, all %d practices at once: practices with a concern within 12 months.\n\n", o.Practices)
	t = tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintf(t, "Change\tEach practice alone\tPeers' movement taken out\tShared step found\tIn month\n")
	for _, d := range r.Shared {
		fmt.Fprintf(t, "%s\t%.1f\t%.1f\t%.0f%%\t%.1f\n", d.Change, d.Alone, d.WithPeers, 100*d.Found, d.Month)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	fmt.Fprintln(w)
	for _, c := range r.Conclusion {
		if _, err := fmt.Fprintln(w, c); err != nil {
			return err
		}
	}
	if !r.Complete {
		if _, err := fmt.Fprintln(w, "The simulation was stopped before its end: the first table may rest on fewer partnerships, and rows that were not finished are left out."); err != nil {
			return err
		}
	}
	return nil
}
