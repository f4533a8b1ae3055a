package conform

import (
	"encoding/json"
	"fmt"
	"math"

	"ohp/internal/stats/cusum"
)

// cumulativeSum answers as the package that made the case: cusum, qicharts2, qcc or
// cusumcharter.
func cumulativeSum(c Case) (map[string]any, error) {
	switch name := c.tool("package"); name {
	case "cusum":
		return sequentialSum(c)
	case "qicharts2":
		return twoSidedSum(c)
	case "qcc":
		return tabularSum(c)
	case "cusumcharter":
		return charterSum(c)
	default:
		return nil, fmt.Errorf("package %q is not known for a cumulative sum", name)
	}
}

type outcomes struct {
	Outcome numbers `json:"outcome"`
	Risk    numbers `json:"risk"`
	Y       numbers `json:"y"`
}

// sequentialSum answers cusum::racusum, and cusum::cusum for a single risk.
func sequentialSum(c Case) (map[string]any, error) {
	var in outcomes
	params := struct {
		OddsMultiplier float64 `json:"odds_multiplier"`
		Limit          float64 `json:"limit"`
		Reset          bool    `json:"reset"`
	}{OddsMultiplier: 2, Reset: true}
	if err := decode(c, &in, &params); err != nil {
		return nil, err
	}
	settings := cusum.Sequential{OddsRatio: params.OddsMultiplier, Limit: params.Limit, Reset: params.Reset}
	var evidence cusum.Evidence
	var err error
	if c.tool("fn") == "cusum" && len(in.Risk) == 1 {
		evidence, err = cusum.Bernoulli(in.Outcome, in.Risk[0], settings)
	} else {
		evidence, err = cusum.RiskAdjusted(in.Outcome, in.Risk, settings)
	}
	if err != nil {
		return nil, err
	}
	signal := make([]int, len(evidence.Signal))
	for i, s := range evidence.Signal {
		if s {
			signal[i] = 1
		}
	}
	summary := table{"n_signals": 0, "first_signal": nil}
	if count, first := evidence.Signals(); count > 0 {
		summary = table{"n_signals": count, "first_signal": first}
	}
	return map[string]any{
		"points":  table{"weight": evidence.Weight, "ct": evidence.Sum, "signal": signal},
		"summary": summary,
	}, nil
}

// twoSidedSum answers qicharts2::bchart. A target above 1 is the number of cases that
// make the baseline; none means all of them.
func twoSidedSum(c Case) (map[string]any, error) {
	var in outcomes
	params := struct {
		Target *float64 `json:"target"`
		Ratio  float64  `json:"or"`
		Limit  float64  `json:"limit"`
	}{Ratio: 2, Limit: 3.5}
	if err := decode(c, &in, &params); err != nil {
		return nil, err
	}
	risk := cusum.Baseline(in.Outcome, 0)
	if params.Target != nil {
		risk = *params.Target
	}
	if risk > 1 {
		risk = cusum.Baseline(in.Outcome, int(risk))
	}
	chart, err := cusum.BernoulliTwoSided(in.Outcome, risk, params.Ratio, params.Limit)
	if err != nil {
		return nil, err
	}
	return map[string]any{
		"points": table{
			"s1": chart.Up.Weight, "cusum_up": chart.Up.Sum, "signal_up": chart.Up.Signal,
			"s2": chart.Down.Weight, "cusum_down": chart.Down.Sum, "signal_down": chart.Down.Signal,
		},
		"summary": table{"p0": chart.Risk, "p1": chart.RiskUp, "p2": chart.RiskDown},
	}, nil
}

// knownProcess holds what a case gives of the process; null is to be estimated.
func knownProcess(centre, sigma *float64) cusum.Process {
	return cusum.Process{Centre: number(centre), Sigma: number(sigma)}
}

// tabularSum answers qcc::cusum.
func tabularSum(c Case) (map[string]any, error) {
	var in outcomes
	standard := cusum.StandardTabular()
	params := struct {
		Shift     float64  `json:"se_shift"`
		Interval  float64  `json:"decision_interval"`
		HeadStart float64  `json:"head_start"`
		Centre    *float64 `json:"center"`
		Sigma     *float64 `json:"std_dev"`
	}{Shift: standard.Shift, Interval: standard.Interval, HeadStart: standard.HeadStart}
	if err := decode(c, &in, &params); err != nil {
		return nil, err
	}
	sums, err := cusum.TabularSums(in.Y, knownProcess(params.Centre, params.Sigma),
		cusum.Tabular{Shift: params.Shift, Interval: params.Interval, HeadStart: params.HeadStart})
	if err != nil {
		return nil, err
	}
	return map[string]any{
		"points":  table{"pos": sums.High, "neg": sums.Low, "upper": sums.SignalHigh, "lower": sums.SignalLow},
		"summary": table{"center": sums.Process.Centre, "std_dev": sums.Process.Sigma},
	}, nil
}

// charterSum answers cusumcharter::cusum_control.
func charterSum(c Case) (map[string]any, error) {
	var in outcomes
	standard := cusum.StandardCharter()
	params := struct {
		Target *float64 `json:"target"`
		Sigma  *float64 `json:"std_dev"`
		Slack  float64  `json:"k"`
		Limit  float64  `json:"h"`
		Shift  float64  `json:"desired_shift"`
	}{Slack: standard.Slack, Limit: standard.Limit, Shift: standard.Shift}
	if err := decode(c, &in, &params); err != nil {
		return nil, err
	}
	chart, err := cusum.CharterSums(in.Y, knownProcess(params.Target, params.Sigma),
		cusum.Charter{Slack: params.Slack, Limit: params.Limit, Shift: params.Shift})
	if err != nil {
		return nil, err
	}
	upper, lower := make([]float64, len(chart.High)), make([]float64, len(chart.High))
	for i := range upper {
		upper[i], lower[i] = chart.Bound, -chart.Bound
	}
	return map[string]any{
		"points": table{
			"variance": chart.Variance, "cusum": chart.Cumulative, "cplus": chart.High, "cneg": chart.Low,
			"cum_nplus": chart.RunHigh, "cum_nneg": chart.RunLow, "ucl": upper, "lcl": lower,
		},
		"summary": table{"target": chart.Process.Centre, "std_dev": chart.Process.Sigma},
	}, nil
}

// ewma answers qcc::ewma.
func ewma(c Case) (map[string]any, error) {
	var in outcomes
	params := struct {
		Lambda float64  `json:"lambda"`
		Width  float64  `json:"nsigmas"`
		Centre *float64 `json:"center"`
		Sigma  *float64 `json:"std_dev"`
	}{Lambda: 0.2, Width: 3}
	if err := decode(c, &in, &params); err != nil {
		return nil, err
	}
	average, err := cusum.EWMA(in.Y, knownProcess(params.Centre, params.Sigma), params.Lambda, params.Width)
	if err != nil {
		return nil, err
	}
	return map[string]any{
		"points":  table{"ewma": average.Mean, "lcl": average.Low, "ucl": average.High, "signal": average.Signal},
		"summary": table{"center": average.Process.Centre, "std_dev": average.Process.Sigma},
	}, nil
}

// design answers with the constants of spc and the run lengths of vlad, told apart by
// the parameters that are given.
func design(c Case) (map[string]any, error) {
	var params struct {
		K       *float64 `json:"k"`
		Lambda  *float64 `json:"lambda"`
		Length  float64  `json:"L0"`
		Sided   string   `json:"sided"`
		Limit   float64  `json:"h"`
		Ratio   float64  `json:"RA"`
		Share   numbers  `json:"pmix_f"`
		Risk    numbers  `json:"pmix_p"`
		Scaling int      `json:"scaling"`
	}
	if err := json.Unmarshal(c.Params, &params); err != nil {
		return nil, fmt.Errorf("params of %s cannot be read: %w", c.ID, err)
	}
	switch {
	case params.K != nil && params.Sided == "two":
		// Two sums signal twice as often as one.
		h, err := cusum.TabularInterval(*params.K, 2*params.Length)
		return map[string]any{"h": h, "arl1_shift1": cusum.TwoSidedTabularARL(*params.K, h, 1)}, err
	case params.K != nil:
		h, err := cusum.TabularInterval(*params.K, params.Length)
		return map[string]any{"h": h, "arl1_shift1": cusum.TabularARL(*params.K, h, 1)}, err
	case params.Lambda != nil && params.Sided == "two":
		width, err := cusum.EWMAWidth(*params.Lambda, params.Length)
		return map[string]any{"c": width, "arl1_shift1": cusum.EWMAARL(*params.Lambda, width, 1)}, err
	case params.Share != nil && len(params.Share) == len(params.Risk):
		return riskDesign(params.Share, params.Risk, params.Ratio, params.Limit, params.Scaling)
	}
	return nil, fmt.Errorf("%s designs something that is not known", c.ID)
}

func riskDesign(share, risk []float64, ratio, limit float64, scaling int) (map[string]any, error) {
	mix := make(cusum.RiskMix, len(share))
	for i := range mix {
		mix[i].Share, mix[i].Risk = share[i], risk[i]
	}
	arl := func(actual float64) float64 {
		length, err := cusum.RiskAdjustedARL(mix, ratio, actual, limit, scaling)
		if err != nil {
			return math.NaN()
		}
		return length
	}
	return map[string]any{"arl0": arl(1), "arl1_or2": arl(2)}, nil
}
