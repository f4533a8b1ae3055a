package monitor

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"ohp/internal/kernel/date"
	"ohp/internal/kernel/measure"
	"ohp/internal/stats/change"
)

// steady is a partnership in which nothing ever changes: rare events, shares and measurements in turn, practices that
// differ lastingly in level and size, and months that differ by chance, some of them by more than that.
type steady struct {
	rate, share, amount [][]float64 // level by indicator and practice
	size                []float64   // registered patients
}

func newSteady(seed uint64, indicators, practices int) steady {
	r := rand.New(rand.NewPCG(seed, 1))
	s := steady{}
	for range practices {
		s.size = append(s.size, math.Round(min(max(9300*math.Exp(.45*r.NormFloat64()), 2000), 20000)))
	}
	for k := range indicators {
		var rate, share, amount []float64
		for range practices {
			rate = append(rate, []float64{.17, .07, .3, .11, 5}[k%5]*math.Exp(.3*r.NormFloat64()))
			share = append(share, 1/(1+math.Exp(-[]float64{1.7, .8, -1.7, 2.5, 0}[k%5]-.3*r.NormFloat64())))
			amount = append(amount, 100*math.Exp(.2*r.NormFloat64()))
		}
		s.rate, s.share, s.amount = append(s.rate, rate), append(s.share, share), append(s.amount, amount)
	}
	return s
}

func (s steady) kind(k int) measure.Kind {
	return []measure.Kind{measure.Rate, measure.Proportion, measure.Measurement}[k%3]
}

func (s steady) figure(seed uint64, k, i, month int) measure.Figure {
	src := rand.NewPCG(seed, uint64(k)<<40|uint64(i)<<20|uint64(month))
	r := rand.New(src)
	switch s.kind(k) {
	case measure.Rate:
		extra := 0.0
		if k%5 == 4 { // activity of some thousand events varies by more than Poisson's law
			extra = .06
		}
		return said(events(s.rate[k][i]*s.size[i]/1000*math.Exp(extra*r.NormFloat64()), src), s.size[i])
	case measure.Proportion:
		n := math.Max(events(s.size[i]*[]float64{.007, .02, .005, .05, .1}[k/3%5], src), 1)
		return said(cases(n, s.share[k][i], src), n)
	}
	return amountOf(s.amount[k][i] * (1 + .1*r.NormFloat64()))
}

// Given a partnership of 33 practices and 30 indicators in which nothing changes, When two years of months come in one after
// the other, through the store and the whole run, Then there is about one new concern a month at most, as the budget promises.
func TestBudgetHoldsThroughStoreAndRun(t *testing.T) {
	const practices, indicators, history, warmUp, months = 33, 30, 36, 6, 24
	opened, seeds := 0, []uint64{20261121, 7, 1948}
	for _, seed := range seeds {
		onSQLite(t, practices, func(w *watched) {
			s := newSteady(seed, indicators, practices)
			w.measures, w.indicators = nil, nil
			for k := range indicators {
				name := fmt.Sprintf("indicator-%02d", k)
				w.measures = append(w.measures, measure.Measure{Name: name, Title: name, Kind: s.kind(k), Per: 1000, Unit: "practice", Cadence: date.Month})
				in := watchedIndicator(name, Themes[k%len(Themes)], []string{HigherIsBetter, LowerIsBetter, Neither}[k/3%3], "in a thousand")
				in.Funnel = s.kind(k) != measure.Measurement
				w.indicators = append(w.indicators, in)
			}
			w.declare()
			load := func(from, to int) {
				l := &measure.Load{}
				for k, m := range w.measures {
					for month := from; month < to; month++ {
						for i, code := range w.practices {
							f := s.figure(seed, k, i, month)
							f.Measure, f.Unit, f.Period = m.Name, code, at(month)
							l.Figure("", f)
						}
					}
				}
				w.store(l)
			}
			load(0, history)
			before := opened
			for month := history; month < history+warmUp+months; month++ {
				load(month, month+1)
				summary := w.run(func(s *Settings) { s.Budget = change.Budget{} })
				if summary.Studied != indicators || summary.Judged < practices*indicators*9/10 || summary.Budget != 1 {
					t.Fatalf("the run is %+v", summary)
				}
				if month >= history+warmUp {
					opened += summary.Opened
				}
			}
			t.Logf("%d concerns opened in %d months of a steady partnership, %d open at the end", opened-before, months, len(w.concerns("open")))
		})
	}
	// 72 are promised at most; a Poisson number with that mean exceeds 97 once in 500 times.
	if opened > 97 {
		t.Errorf("%d concerns opened in %d months in which nothing changed", opened, months*len(seeds))
	}
	// A budget that is hardly touched would be a monitor that sees little.
	if opened < 18 {
		t.Errorf("only %d concerns opened in %d months: the budget is not used", opened, months*len(seeds))
	}
}
