package change

import (
	"context"
	"strings"
	"testing"
	"time"
)

type sink []byte

func (s *sink) Write(b []byte) (int, error) { *s = append(*s, b...); return len(b), nil }

func (s sink) has(words string) bool { return strings.Contains(string(s), words) }

func contextThatEnds(t *testing.T) (context.Context, context.CancelFunc) {
	return context.WithTimeout(t.Context(), 300*time.Millisecond)
}

// The conclusion names every change where the method is not earlier, and by how much.
func TestConclusion(t *testing.T) {
	r := Report{Options: QuickSimulation(), Series: 990, Complete: true,
		Steady: []SteadyRow{{Method: ours, PerMonth: 0.9, Low: 0.8, High: 1}},
		Detection: []DetectionRow{
			{Series: "a", Change: "doubles", Method: ours, Median: 4, Mean: 5},
			{Series: "a", Change: "doubles", Method: "old rule", Median: 9, Mean: 9},
			{Series: "b", Change: "doubles", Method: ours, Median: 4, Mean: 5},
			{Series: "b", Change: "doubles", Method: "old rule", Median: 3, Mean: 4.5},
			{Series: "b", Change: "doubles", Method: "older rule", Median: 7, Mean: 8},
			{Series: "c", Change: "halves", Method: ours, Median: 2, Mean: 2.5},
			{Series: "c", Change: "halves", Method: "old rule", Median: 2, Mean: 2.2},
			{Series: "d", Change: "halves", Method: ours},
			{Series: "d", Change: "halves", Method: "old rule", Median: 30, Mean: 31},
			{Series: "e", Change: "halves", Method: ours, WithinYear: 0.1},
			{Series: "e", Change: "halves", Method: "old rule", WithinYear: 0.05},
		}}
	r.conclude()
	var text sink
	if err := r.WriteTable(&text); err != nil {
		t.Fatal(err)
	}
	for _, words := range []string{"0.90 false concerns a month", "within the budget of 1", "in 1 of 5 changes",
		"b doubles (4 against 3 for old rule; mean 5.0 against 4.5)", "c halves (both 2; on average 0.3 months later than old rule)",
		"d halves (not reached against 30 for old rule", "e halves (neither within 36 months"} {
		if !text.has(words) {
			t.Errorf("%q is missing in\n%s", words, text)
		}
	}
	r.Conclusion, r.Steady[0].Low = nil, 1.2
	r.conclude()
	if !strings.Contains(r.Conclusion[0], "OVER the budget") {
		t.Errorf("a broken budget must be said: %s", r.Conclusion[0])
	}
}

// Delays of 1 to 10 months, then two that were never seen within 12.
func TestDetectionRowSettles(t *testing.T) {
	var r DetectionRow
	r.settle([]int{1, 2, 3, 4, 5, 6, 7, 8, 13, 13}, 12)
	if r.Median != 5 || r.Eighty != 8 || r.WithinYear != 0.8 || r.Mean != 6 {
		t.Errorf("%+v", r)
	}
	r.settle([]int{3, 13, 13, 13}, 12)
	if r.Median != 0 || r.Eighty != 0 {
		t.Errorf("%+v", r)
	}
}

// The rules in use today, by hand.
func TestRivalRules(t *testing.T) {
	m := months{kind: Rate, value: []float64{4, 6, 4, 6, 4, 6, 4, 6, 4, 6, 4, 6, 11, 11, 6, 6, 6, 6, 6, 6, 6, 5, 6, 7, 8, 9, 10, 11}, base: ones(28)}
	m.settle()
	const history = 12
	n := len(m.y) - history
	a, b := make([]float64, n), make([]float64, n)
	scoreXmR(&m, history, a, b)
	if a[0] != 3 || b[0] != 2 || b[8] != 10 || b[9] != 0 { // mean 5, mean moving range 2; point 11 is above too; the last 5 is on the mean
		t.Errorf("XmR %v %v", a, b)
	}
	flag := make([]bool, n)
	xmrNative(&m, history, flag)
	if !flag[0] || flag[4] || !flag[5] || flag[9] || !flag[14] || !flag[15] {
		t.Errorf("XmR rules %v", flag)
	}
	scoreMonthOnMonth(&m, history, a, b)
	if a[0] != 5.0/6 || a[1] != 0 {
		t.Errorf("month on month %v", a)
	}
	scoreZ(&m, history, a, b)
	if z := 6 / 2.2360679774997896; a[0] < z-1e-9 || a[0] > z+1e-9 {
		t.Errorf("z %v", a[0])
	}
}

func ones(n int) []float64 {
	o := make([]float64, n)
	for i := range o {
		o[i] = 1
	}
	return o
}

// A tuned rule keeps its budget on the series it was tuned on, and a smaller threshold would not.
func TestTune(t *testing.T) {
	c := newChance(3, 3)
	p := paths{months: 24, warm: 6}
	for range 4000 * 24 {
		p.a, p.b = append(p.a, c.ExpFloat64()), append(p.b, 0)
	}
	first, _ := p.tune(rival{}, 0.01)
	if got := p.newConcerns(first, 1); got > 0.01 {
		t.Errorf("budget 0.01, spent %.4f", got)
	}
	if got := p.newConcerns(first-0.05, 1); got <= 0.01 {
		t.Errorf("a lower threshold spends only %.4f", got)
	}
}
