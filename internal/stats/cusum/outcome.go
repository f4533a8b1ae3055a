package cusum

import (
	"fmt"
	"math"

	"ohp/internal/stats/exact"
)

// Sequential are the settings of a cumulative sum over single outcomes.
type Sequential struct {
	// OddsRatio is the change to look for: 2 a doubling of the odds of the event, 0.5
	// a halving. The chart looks for deterioration above 1, improvement below.
	OddsRatio float64
	// Limit is the decision limit: above zero for deterioration, below for improvement.
	Limit float64
	// Reset starts again at zero after a signal. The value stored there is then zero.
	Reset bool
}

// Evidence is a cumulative sum over single outcomes, one value per outcome: the
// log-likelihood weight of each, the sum after it, and whether it reached the limit.
type Evidence struct {
	Weight, Sum []float64
	Signal      []bool
}

// Signals counts the signals; First is the place of the first one, from 1, 0 if none.
func (e Evidence) Signals() (count, first int) {
	for i, signal := range e.Signal {
		if signal {
			if count++; count == 1 {
				first = i + 1
			}
		}
	}
	return count, first
}

// RiskAdjusted is the risk-adjusted cumulative sum of outcomes (1 the event, 0 not),
// each with its own expected risk between 0 and 1. It is an error if the two differ in
// length, are empty, or hold anything else.
// Source: Steiner and others (2000); cusum::racusum 0.4.2.
func RiskAdjusted(outcome, risk []float64, s Sequential) (Evidence, error) {
	if err := s.check(outcome); err != nil {
		return Evidence{}, err
	}
	if len(risk) != len(outcome) {
		return Evidence{}, fmt.Errorf("%d outcomes but %d risks; give one risk for every outcome", len(outcome), len(risk))
	}
	weight := make([]float64, len(outcome))
	for i, p := range risk {
		if !(p >= 0 && p <= 1) {
			return Evidence{}, fmt.Errorf("risk %d is %v; a risk lies between 0 and 1", i+1, p)
		}
		odds := 1 - p + s.OddsRatio*p
		weight[i] = math.Log(1 / odds)
		if outcome[i] == 1 {
			weight[i] = math.Log(s.OddsRatio / odds)
		}
	}
	return s.accumulate(weight), nil
}

// Bernoulli is the cumulative sum of outcomes that all have the same expected risk. A
// risk above one half is turned round, and the outcomes with it, as the package does:
// the chart then counts the outcomes that did not happen.
// Source: cusum::cusum 0.4.2.
func Bernoulli(outcome []float64, risk float64, s Sequential) (Evidence, error) {
	if err := s.check(outcome); err != nil {
		return Evidence{}, err
	}
	if !(risk > 0 && risk < 1) {
		return Evidence{}, fmt.Errorf("the expected risk is %v; it must lie between 0 and 1", risk)
	}
	event := 1.0
	if risk > 0.5 {
		risk, event = 1-risk, 0
	}
	with, without := likelihood(risk, s.OddsRatio)
	weight := make([]float64, len(outcome))
	for i, o := range outcome {
		weight[i] = without
		if o == event {
			weight[i] = with
		}
	}
	return s.accumulate(weight), nil
}

// likelihood are the log-likelihood ratios of an event and of none, of a risk changed
// by an odds ratio against the risk as it was.
func likelihood(risk, ratio float64) (with, without float64) {
	changed := changedRisk(risk, ratio)
	return math.Log(changed / risk), math.Log((1 - changed) / (1 - risk))
}

func changedRisk(risk, ratio float64) float64 {
	odds := ratio * (risk / (1 - risk))
	return odds / (1 + odds)
}

func (s Sequential) check(outcome []float64) error {
	if !(s.OddsRatio > 0) || math.IsInf(s.OddsRatio, 1) || s.OddsRatio == 1 {
		return fmt.Errorf("the odds ratio to look for is %v; give one above 1 (deterioration) or between 0 and 1 (improvement)", s.OddsRatio)
	}
	if math.IsNaN(s.Limit) {
		return fmt.Errorf("the decision limit is missing")
	}
	return binary(outcome)
}

func binary(outcome []float64) error {
	if len(outcome) == 0 {
		return fmt.Errorf("there is no outcome to chart")
	}
	for i, o := range outcome {
		if o != 0 && o != 1 {
			return fmt.Errorf("outcome %d is %v; an outcome is 1 (the event) or 0 (not), and none may be missing", i+1, o)
		}
	}
	return nil
}

func (s Sequential) accumulate(weight []float64) Evidence {
	e := Evidence{Weight: weight, Sum: make([]float64, len(weight)), Signal: make([]bool, len(weight))}
	sum := 0.0
	for i, w := range weight {
		if s.OddsRatio > 1 {
			sum = math.Max(0, sum+w)
			e.Signal[i] = sum >= s.Limit
		} else {
			sum = math.Min(0, sum-w)
			e.Signal[i] = sum <= s.Limit
		}
		if e.Signal[i] && s.Reset {
			sum = 0
		}
		e.Sum[i] = sum
	}
	return e
}

// TwoSided is a Bernoulli cumulative sum in both directions with a reset at a signal.
// Up weighs the risk raised by the odds ratio, Down the risk lowered by it; Up.Sum is
// never below zero, Down.Sum never above.
type TwoSided struct {
	// Risk is the expected one, RiskUp and RiskDown what it would be at the odds ratio.
	Risk, RiskUp, RiskDown float64
	Up, Down               Evidence
}

// Baseline is the share of events among the first n outcomes, all of them if n is 0,
// for use as the expected risk of BernoulliTwoSided. NaN if there are none.
func Baseline(outcome []float64, n int) float64 {
	if n <= 0 || n > len(outcome) {
		n = len(outcome)
	}
	return exact.Mean(outcome[:n])
}

// BernoulliTwoSided looks for a risk both raised and lowered by an odds ratio above 1.
// A sum that passes its limit starts again at zero; one that lies on it signals and
// is kept. The limit is above zero.
// Source: Neuburger and others (2017); qicharts2::bchart 0.8.1.
func BernoulliTwoSided(outcome []float64, risk, ratio, limit float64) (TwoSided, error) {
	if err := (Sequential{OddsRatio: ratio, Limit: limit}).check(outcome); err != nil {
		return TwoSided{}, err
	}
	if !(risk > 0 && risk < 1) {
		return TwoSided{}, fmt.Errorf("the expected risk is %v; it must lie between 0 and 1", risk)
	}
	t := TwoSided{Risk: risk, RiskUp: changedRisk(risk, ratio), RiskDown: changedRisk(risk, 1/ratio)}
	t.Up = restarted(outcome, risk, ratio, 1, limit)
	t.Down = restarted(outcome, risk, 1/ratio, -1, limit)
	return t, nil
}

// restarted adds sign times the weights, on the side of sign.
func restarted(outcome []float64, risk, ratio, sign, limit float64) Evidence {
	with, without := likelihood(risk, ratio)
	e := Evidence{Weight: make([]float64, len(outcome)), Sum: make([]float64, len(outcome)), Signal: make([]bool, len(outcome))}
	sum := 0.0
	for i, o := range outcome {
		e.Weight[i] = without
		if o == 1 {
			e.Weight[i] = with
		}
		sum += e.Weight[i]
		e.Signal[i] = sum >= limit
		if !(sum > 0 && sum <= limit) {
			sum = 0
		}
		e.Sum[i] = sign * sum
	}
	return e
}
