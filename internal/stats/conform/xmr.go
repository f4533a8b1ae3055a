package conform

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"

	"ohp/internal/stats/spc"
)

// xmrInput are the rows of a case of family xmr or xmr_pbi, in the tool's own order.
type xmrInput struct {
	Date  []string   `json:"date"`
	Value []*float64 `json:"value"`
	Facet []string   `json:"facet"`
}

// series splits the rows by facet.
func (in xmrInput) series() ([]spc.Series, error) {
	if len(in.Date) != len(in.Value) || in.Facet != nil && len(in.Facet) != len(in.Date) {
		return nil, fmt.Errorf("the columns date, value and facet differ in length")
	}
	var all []spc.Series
	place := map[string]int{}
	for i, date := range in.Date {
		name := noFacet
		if in.Facet != nil {
			name = in.Facet[i]
		}
		at, is := place[name]
		if !is {
			at = len(all)
			place[name] = at
			all = append(all, spc.Series{Name: name})
		}
		all[at].Dates = append(all[at].Dates, date)
		all[at].Values = append(all[at].Values, number(in.Value[i]))
	}
	return all, nil
}

// noFacet is how NHSRplotthedots names the only series of a chart without facets.
const noFacet = "no facet"

// number is a JSON number, NaN for null.
func number(v *float64) float64 {
	if v == nil {
		return math.NaN()
	}
	return *v
}

var directions = map[string]spc.Direction{"increase": spc.Increase, "decrease": spc.Decrease, "neutral": spc.Neutral}

func direction(name string) (spc.Direction, error) {
	d, is := directions[name]
	if !is {
		return 0, fmt.Errorf("improvement_direction %q is none of increase, decrease, neutral", name)
	}
	return d, nil
}

// xmr answers NHSRplotthedots::ptd_spc.
func xmr(c Case) (map[string]any, error) {
	var in xmrInput
	params := struct {
		Direction string          `json:"improvement_direction"`
		Target    json.RawMessage `json:"target"`
		Rebase    json.RawMessage `json:"rebase"`
		Fix       *float64        `json:"fix_after_n_points"`
		Screen    bool            `json:"screen_outliers"`
	}{Direction: "increase", Screen: true}
	if err := decode(c, &in, &params); err != nil {
		return nil, err
	}
	o := spc.PanelOptions{Options: spc.Options{Profile: spc.NHSR022}}
	o.Profile.TrendMissing = spc.Refuses
	o.Profile.Screen = params.Screen
	if params.Fix != nil {
		if o.FixAfter = int(math.Floor(*params.Fix)); o.FixAfter == 0 {
			o.FixAfter = -1 // the package refuses 0; to us it means none
		}
	}
	var err error
	if o.Improvement, err = direction(params.Direction); err != nil {
		return nil, err
	}
	if err := either(params.Target, &o.Targets, func(v float64) { o.Target = spc.TargetOf(v) }); err != nil {
		return nil, fmt.Errorf("target: %w", err)
	}
	if err := rebases(params.Rebase, &o); err != nil {
		return nil, fmt.Errorf("rebase: %w", err)
	}
	series, err := in.series()
	if err != nil {
		return nil, err
	}
	charts, err := spc.XmRPanel(series, o)
	if err != nil {
		return nil, err
	}
	return map[string]any{"points": xmrPoints(charts), "summary": xmrSummary(charts), "icons": xmrIcons(charts)}, nil
}

// either decodes null, a single value, or an object of values by facet.
func either[T any](raw json.RawMessage, named *map[string]T, single func(T)) error {
	if len(raw) == 0 || string(raw) == "null" {
		return nil
	}
	if raw[0] == '{' {
		return json.Unmarshal(raw, named)
	}
	var v T
	if err := json.Unmarshal(raw, &v); err != nil {
		return err
	}
	single(v)
	return nil
}

// rebases decodes the dates, which may stand alone, in a list, or by facet.
func rebases(raw json.RawMessage, o *spc.PanelOptions) error {
	var named map[string]dateList
	if err := either(raw, &named, func(v dateList) { o.Rebase = v }); err != nil || named == nil {
		return err
	}
	o.Rebases = map[string][]string{}
	for facet, dates := range named {
		o.Rebases[facet] = dates
	}
	return nil
}

// dateList is a list of dates; one date alone is a list of one.
type dateList []string

func (l *dateList) UnmarshalJSON(raw []byte) error {
	if raw[0] != '"' {
		return json.Unmarshal(raw, (*[]string)(l))
	}
	*l = make(dateList, 1)
	return json.Unmarshal(raw, &(*l)[0])
}

// decode reads a case's input and params. A setting that is null or left out stays as
// params came: at the tool's own default.
func decode(c Case, input, params any) error {
	if err := json.Unmarshal(c.Input, input); err != nil {
		return fmt.Errorf("input: %w", err)
	}
	if len(c.Params) == 0 {
		return nil
	}
	if err := json.Unmarshal(c.Params, params); err != nil {
		return fmt.Errorf("params: %w", err)
	}
	return nil
}

// columns collects a table row by row.
type columns map[string]any

func (t columns) add(name string, value any) {
	column, _ := t[name].([]any)
	t[name] = append(column, value)
}

// whenKnown is null unless every number is one.
func whenKnown(value any, numbers ...float64) any {
	if slices.ContainsFunc(numbers, math.IsNaN) {
		return nil
	}
	return value
}

var ptdCauses = map[spc.Cause]string{
	spc.CommonCause: "Common Cause", spc.CauseAboveUpper: "Above UCL", spc.CauseBelowLower: "Below LCL",
	spc.CauseTrendUp: "7 Point Trend (Increasing)", spc.CauseTrendDown: "7 Point Trend (Decreasing)",
	spc.CauseTwoAbove: "2 in 3 Above CL", spc.CauseTwoBelow: "2 in 3 Below CL",
	spc.CauseShiftAbove: "7 Points Above CL", spc.CauseShiftBelow: "7 Points Below CL",
}

func xmrPoints(charts []spc.Chart) columns {
	t := columns{}
	for _, c := range charts {
		for _, p := range c.Points {
			l := p.Limits
			t.add("facet", c.Name)
			t.add("date", p.Date)
			t.add("value", p.Value)
			t.add("rebase_group", p.Rebase)
			t.add("mean", l.Centre)
			t.add("lpl", l.Lower)
			t.add("upl", l.Upper)
			t.add("relative_to_mean", whenKnown(p.Side(), p.Value, l.Centre))
			t.add("outside_limits", whenKnown(p.Outside(), p.Value, l.Lower, l.Upper))
			t.add("close_to_limits", whenKnown(p.Near(), p.Value, l.Lower, l.Upper))
			t.add("special_cause_type", ptdCauses[p.Cause])
			t.add("special_cause_flag", p.Cause.Special())
			t.add("point_type", p.Type.String())
			t.add("short_group_warning", p.Short)
			t.add("target", whenKnown(c.Options.Target.Value, orNaN(c.Options.Target)))
		}
	}
	return t
}

func orNaN(t spc.Target) float64 {
	if !t.Set {
		return math.NaN()
	}
	return t.Value
}

func xmrSummary(charts []spc.Chart) columns {
	t := columns{}
	for _, c := range charts {
		for i, g := range c.Groups {
			t.add("facet", c.Name)
			t.add("rebase_group", c.Points[g.First].Rebase)
			t.add("mean", g.Limits.Centre)
			t.add("lpl", g.Limits.Lower)
			t.add("upl", g.Limits.Upper)
			t.add("n", g.Points)
			t.add("common_cause", g.Points-g.Special)
			t.add("special_cause_improvement", g.Improvement)
			t.add("special_cause_concern", g.Concern)
			t.add("variation_type", g.Last.String())
			var assurance any
			if i == len(c.Groups)-1 {
				assurance = ptdAssuranceTypes[c.Assurance]
			}
			t.add("assurance_type", assurance)
		}
	}
	return t
}

var ptdAssuranceTypes = map[spc.Assurance]any{
	spc.Pass: "consistent_pass", spc.Fail: "consistent_fail", spc.Inconsistent: "inconsistent",
}

func xmrIcons(charts []spc.Chart) columns {
	t := columns{}
	for _, c := range charts {
		t.add("facet", c.Name)
		t.add("variation", c.Variation.String())
		var assurance any
		if c.Assurance != spc.NoAssurance {
			assurance = c.Assurance.String()
		}
		t.add("assurance", assurance)
	}
	return t
}

// xmrPBI answers the XmR chart of PowerBI-SPC.
func xmrPBI(c Case) (map[string]any, error) {
	var in xmrInput
	params := struct {
		Direction   string   `json:"improvement_direction"`
		Target      *float64 `json:"target"`
		KeepOutlier bool     `json:"outliers_in_limits"`
		Shift       int      `json:"shift_n"`
		Trend       int      `json:"trend_n"`
		Whole       bool     `json:"two_in_three_highlight_series"`
		TwoLimit    string   `json:"two_in_three_limit"`
		OuterLimit  string   `json:"astronomical_limit"`
		LastPoint   bool     `json:"flag_last_point"`
	}{Direction: "increase", Shift: spc.PowerBI.ShiftPoints, Trend: spc.PowerBI.TrendPoints,
		TwoLimit: "2 Sigma", OuterLimit: "3 Sigma", LastPoint: true}
	if err := decode(c, &in, &params); err != nil {
		return nil, err
	}
	if params.TwoLimit != "2 Sigma" || params.OuterLimit != "3 Sigma" {
		return nil, fmt.Errorf("limits of %s and %s are not offered: points are held against 3 Sigma and 2 Sigma", params.OuterLimit, params.TwoLimit)
	}
	o := spc.Options{Profile: spc.PowerBI}
	o.Profile.Screen = !params.KeepOutlier
	o.Profile.ShiftPoints, o.Profile.TrendPoints, o.Profile.WholeWindow = params.Shift, params.Trend, params.Whole
	if params.Target != nil {
		o.Target = spc.TargetOf(*params.Target)
	}
	var err error
	if o.Improvement, err = direction(params.Direction); err != nil {
		return nil, err
	}
	series, err := in.series()
	if err != nil {
		return nil, err
	}
	if len(series) != 1 {
		return nil, fmt.Errorf("one series is needed, %d were given", len(series))
	}
	chart, err := spc.XmR(series[0], o)
	if err != nil {
		return nil, err
	}
	return map[string]any{"points": pbiPoints(chart), "icons": pbiIcons(chart, params.LastPoint)}, nil
}

var pbiRules = map[string]spc.Rule{"astpoint": spc.Outside, "shift": spc.Shift, "trend": spc.Trend, "two_in_three": spc.TwoOfThree}

var pbiFlags = map[spc.PointType]string{
	spc.Common: "none", spc.Improvement: "improvement", spc.Concern: "deterioration",
	spc.NeutralHigh: "neutral_high", spc.NeutralLow: "neutral_low",
}

func pbiPoints(c spc.Chart) columns {
	t, raw, flags := columns{}, columns{}, columns{}
	for _, p := range c.Points {
		t.add("centre", p.Limits.Centre)
		t.add("ll99", p.Limits.Lower)
		t.add("ll95", p.Limits.NearLower)
		t.add("ul95", p.Limits.NearUpper)
		t.add("ul99", p.Limits.Upper)
		for name, rule := range pbiRules {
			side, flag := "none", spc.Common
			switch marks := p.Signals.Of(rule); {
			case marks&spc.Up != 0:
				side, flag = "upper", c.Options.Improvement.TypeOf(true)
			case marks&spc.Down != 0:
				side, flag = "lower", c.Options.Improvement.TypeOf(false)
			}
			raw.add(name, side)
			flags.add(name, pbiFlags[flag])
		}
	}
	t["raw_flags"], t["flags"] = raw, flags
	return t
}

var pbiVariations = map[spc.Variation]string{
	spc.VariationCommon: "commonCause", spc.ImprovementHigh: "improvementHigh", spc.ImprovementLow: "improvementLow",
	spc.ConcernHigh: "concernHigh", spc.ConcernLow: "concernLow",
	spc.VariationNeutralHigh: "neutralHigh", spc.VariationNeutralLow: "neutralLow",
}

var pbiAssurances = map[spc.Assurance]string{
	spc.NoAssurance: "none", spc.Pass: "consistentPass", spc.Fail: "consistentFail", spc.Inconsistent: "inconsistent",
}

func pbiIcons(c spc.Chart, lastPoint bool) map[string]any {
	marks := c.Points[len(c.Points)-1].Signals
	if !lastPoint {
		for _, p := range c.Points {
			marks |= p.Signals
		}
	}
	var variation []any
	for _, v := range c.Options.Improvement.Variations(marks) {
		variation = append(variation, pbiVariations[v])
	}
	return map[string]any{"variation": variation, "assurance": pbiAssurances[c.Assurance]}
}
