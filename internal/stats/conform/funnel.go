package conform

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"ohp/internal/stats/dist"
	"ohp/internal/stats/exact"
	"ohp/internal/stats/funnel"
)

// table is a tree's table: columns by name.
type table = map[string]any

// funnelRows is a funnel's input: rows, of which several may belong to one unit.
type funnelRows struct {
	Group       []any   `json:"group"`
	Numerator   numbers `json:"numerator"`
	Denominator numbers `json:"denominator"`
}

type funnelParams struct {
	DataType       string  `json:"data_type"`
	SRMethod       string  `json:"sr_method"`
	TrimBy         float64 `json:"trim_by"`
	Limit          float64 `json:"limit"`
	DrawAdjusted   bool    `json:"draw_adjusted"`
	DrawUnadjusted bool    `json:"draw_unadjusted"`
	Multiplier     float64 `json:"multiplier"`
	SHMIRounding   bool    `json:"shmi_rounding"`
}

// funnelDefaults are the settings of FunnelPlotR where none are given.
func funnelDefaults() funnelParams {
	return funnelParams{DataType: "SR", SRMethod: "SHMI", TrimBy: 0.1, Limit: 99, DrawAdjusted: true, Multiplier: 1, SHMIRounding: true}
}

func (p funnelParams) settings() (funnel.Settings, error) {
	settings := funnel.Settings{Profile: funnel.FunnelPlotR, Trim: p.TrimBy, RoundExpected: p.SHMIRounding}
	switch p.DataType {
	case "SR":
		settings.Kind = funnel.StandardisedRatio
	case "PR":
		settings.Kind = funnel.Proportion
	case "RC":
		settings.Kind = funnel.CountRatio
	default:
		return settings, fmt.Errorf("data type %q is not known; it is SR, PR or RC", p.DataType)
	}
	if p.SRMethod == "CQC" {
		settings.Method = funnel.CQC
	}
	return settings, nil
}

// sum adds the rows of each unit; units come in the order of their names.
func (r funnelRows) sum() (groups []any, numerator, denominator []float64, err error) {
	if len(r.Group) != len(r.Numerator) || len(r.Group) != len(r.Denominator) {
		return nil, nil, nil, fmt.Errorf("%d groups, %d numerators and %d denominators do not match", len(r.Group), len(r.Numerator), len(r.Denominator))
	}
	numerators, denominators := map[any][]float64{}, map[any][]float64{}
	for i, g := range r.Group {
		switch g.(type) {
		case nil, bool, float64, string:
		default:
			return nil, nil, nil, fmt.Errorf("group %d is neither text nor a number", i+1)
		}
		if _, seen := numerators[g]; !seen {
			groups = append(groups, g)
		}
		numerators[g] = append(numerators[g], r.Numerator[i])
		denominators[g] = append(denominators[g], r.Denominator[i])
	}
	slices.SortFunc(groups, func(a, b any) int {
		x, isX := a.(float64)
		y, isY := b.(float64)
		if isX && isY {
			return cmp.Compare(x, y)
		}
		return strings.Compare(fmt.Sprint(a), fmt.Sprint(b))
	})
	for _, g := range groups {
		numerator = append(numerator, exact.Sum(numerators[g]))
		denominator = append(denominator, exact.Sum(denominators[g]))
	}
	return groups, numerator, denominator, nil
}

// funnelPlotR answers as FunnelPlotR::funnel_plot.
func funnelPlotR(c Case) (map[string]any, error) {
	var rows funnelRows
	params := funnelDefaults()
	if err := decode(c, &rows, &params); err != nil {
		return nil, err
	}
	settings, err := params.settings()
	if err != nil {
		return nil, err
	}
	if slices.Equal(rows.Numerator, rows.Denominator) {
		return nil, fmt.Errorf("numerators and denominators are the same")
	}
	groups, numerator, denominator, err := rows.sum()
	if err != nil {
		return nil, err
	}
	drawing := funnel.Drawing{Adjusted: params.DrawAdjusted, Unadjusted: params.DrawUnadjusted, Judge: funnel.Level998, Multiplier: params.Multiplier}
	if params.Limit == 95 {
		drawing.Judge = funnel.Level95
	}
	comparison, err := funnel.Compare(numerator, denominator, settings, drawing)
	if err != nil {
		return nil, err
	}
	points := funnelPoints(comparison, groups, numerator, denominator)
	return map[string]any{
		"points":      points,
		"summary":     funnelSummary(comparison),
		"limit_lines": funnelLines(sample(comparison.Grid, 25), "x"),
		"derived":     table{"od_z": comparison.Fit.AdjustedZ(nil)},
	}, nil
}

func funnelPoints(c funnel.Comparison, groups []any, numerator, denominator []float64) table {
	fit := c.Fit
	ratio, trimmed, outlier := make([]float64, len(groups)), make([]any, len(groups)), make([]any, len(groups))
	for i := range groups {
		ratio[i] = numerator[i] / denominator[i]
		truncates := fit.Settings.Kind == funnel.StandardisedRatio && fit.Settings.Method == funnel.SHMI
		switch {
		case fit.Trimmed[i]:
			trimmed[i] = 1
		case truncates || !math.IsNaN(fit.Z[i]):
			trimmed[i] = 0
		}
		if c.Outlier[i] >= 0 {
			outlier[i] = c.Outlier[i]
		}
	}
	points := funnelLines(c.Units, "denominator")
	for name, column := range (table{
		"group": groups, "numerator": numerator, "rr": ratio,
		"y_transformed": fit.Y, "se_z": fit.S, "z_unadjusted": fit.Z,
		"trimmed": trimmed, "z_used": fit.Used, "outlier": outlier,
	}) {
		points[name] = column
	}
	return points
}

func funnelSummary(c funnel.Comparison) table {
	outliers := 0
	for _, o := range c.Outlier {
		if o == 1 {
			outliers++
		}
	}
	return table{
		"target": c.Fit.Target, "target_transformed": c.Fit.TransformedTarget, "n_used": c.Fit.Kept,
		"phi": c.Phi, "tau2": c.Tau2, "phi_before_gate": c.Fit.Phi, "tau2_before_gate": c.Fit.Tau2,
		"draw_adjusted": c.Adjusted, "draw_unadjusted": c.Unadjusted, "n_outliers": outliers,
	}
}

// sample takes n rows at even distances, ends included, as the recording did.
func sample(lines []funnel.Line, n int) []funnel.Line {
	var out []funnel.Line
	last := -1
	for i := range n {
		at := int(math.RoundToEven(1+float64(i)*(float64(len(lines)-1)/float64(n-1)))) - 1
		if at != last {
			out = append(out, lines[at])
		}
		last = at
	}
	return out
}

func funnelLines(lines []funnel.Line, x string) table {
	column := func(value func(l funnel.Line) float64) []float64 {
		values := make([]float64, len(lines))
		for i, l := range lines {
			values[i] = value(l)
		}
		return values
	}
	return table{
		x:           column(func(l funnel.Line) float64 { return l.Denominator }),
		"lcl95":     column(func(l funnel.Line) float64 { return l.Unadjusted95.Low }),
		"ucl95":     column(func(l funnel.Line) float64 { return l.Unadjusted95.High }),
		"lcl998":    column(func(l funnel.Line) float64 { return l.Unadjusted998.Low }),
		"ucl998":    column(func(l funnel.Line) float64 { return l.Unadjusted998.High }),
		"od_lcl95":  column(func(l funnel.Line) float64 { return l.Adjusted95.Low }),
		"od_ucl95":  column(func(l funnel.Line) float64 { return l.Adjusted95.High }),
		"od_lcl998": column(func(l funnel.Line) float64 { return l.Adjusted998.Low }),
		"od_ucl998": column(func(l funnel.Line) float64 { return l.Adjusted998.High }),
	}
}

// fingertips answers as PHEindicatormethods: significance and limits, of which either
// may be refused without the other.
func fingertips(c Case) (map[string]any, error) {
	var input struct {
		Numerator   numbers `json:"numerator"`
		Denominator numbers `json:"denominator"`
		Rate        numbers `json:"rate"`
	}
	var params struct {
		Statistic  string   `json:"statistic"`
		RatioType  string   `json:"ratio_type"`
		RateType   string   `json:"rate_type"`
		Multiplier *float64 `json:"multiplier"`
		Years      *float64 `json:"years_of_data"`
	}
	if err := decode(c, &input, &params); err != nil {
		return nil, err
	}
	published := funnel.Published{Numerator: input.Numerator, Denominator: input.Denominator, Rate: input.Rate}
	switch params.Statistic + " " + params.RateType {
	case "proportion ":
		published.Statistic = funnel.StatisticProportion
	case "ratio ":
		published.Statistic = funnel.StatisticRatio
	case "rate crude":
		published.Statistic = funnel.StatisticCrudeRate
	case "rate dsr":
		published.Statistic = funnel.StatisticStandardisedRate
	default:
		return nil, fmt.Errorf("statistic %q is not known", params.Statistic+" "+params.RateType)
	}
	if params.Multiplier != nil {
		published.Multiplier = *params.Multiplier
	}
	if params.Years != nil {
		published.Years = *params.Years
	}
	answer := map[string]any{"error": nil, "limits_error": nil}
	significance, err := funnel.FingertipsSignificance(published)
	if err != nil {
		answer["error"] = err.Error()
	} else {
		answer["points"] = table{"significance": significance}
	}
	lines, limitsErr := funnel.FingertipsLines(published)
	if limitsErr != nil {
		answer["limits_error"] = limitsErr.Error()
	} else {
		answer["limit_lines"] = fingertipsLines(lines, published.Statistic, params.RatioType)
	}
	return answer, err
}

func fingertipsLines(lines []funnel.FingertipsLine, statistic funnel.Statistic, ratioType string) table {
	scale, shift := 1.0, 0.0
	size, at := "Population", ""
	switch statistic {
	case funnel.StatisticRatio:
		size, at = "Observed_events", "exp_events"
		if ratioType == "isr" {
			scale = 100
		} else {
			shift = -1
		}
	case funnel.StatisticCrudeRate, funnel.StatisticStandardisedRate:
		size, at = "Events", "population_1_year"
	}
	out := table{}
	add := func(name string, value func(l funnel.FingertipsLine) float64) {
		values := make([]float64, len(lines))
		for i, l := range lines {
			values[i] = value(l)
		}
		out[name] = values
	}
	add(size, func(l funnel.FingertipsLine) float64 { return l.Size })
	add("baseline", func(l funnel.FingertipsLine) float64 { return l.Baseline })
	add("lower_2s_limit", func(l funnel.FingertipsLine) float64 { return l.Low95*scale + shift })
	add("upper_2s_limit", func(l funnel.FingertipsLine) float64 { return l.High95*scale + shift })
	add("lower_3s_limit", func(l funnel.FingertipsLine) float64 { return l.Low998*scale + shift })
	add("upper_3s_limit", func(l funnel.FingertipsLine) float64 { return l.High998*scale + shift })
	if at != "" {
		add("lower_2s_"+at, func(l funnel.FingertipsLine) float64 { return l.AtLow95 })
		add("upper_2s_"+at, func(l funnel.FingertipsLine) float64 { return l.AtHigh95 })
		add("lower_3s_"+at, func(l funnel.FingertipsLine) float64 { return l.AtLow998 })
		add("upper_3s_"+at, func(l funnel.FingertipsLine) float64 { return l.AtHigh998 })
	}
	return out
}

// funnelReference answers with the limits for a known proportion at each n, and for
// n expected events.
func funnelReference(c Case) (map[string]any, error) {
	var input struct {
		N numbers `json:"n"`
	}
	var params struct {
		Theta float64 `json:"theta"`
	}
	if err := decode(c, &input, &params); err != nil {
		return nil, err
	}
	points := table{"n": []float64(input.N)}
	for suffix, p := range map[string]float64{"001": 0.001, "025": 0.025, "975": 0.975, "999": 0.999} {
		for name, limit := range map[string]func(n float64) float64{
			"binom_interp":         func(n float64) float64 { return funnel.InterpolatedBinomial(p, n, params.Theta) },
			"binom_quantile":       func(n float64) float64 { return dist.BinomialQuantile(p, n, params.Theta) },
			"normal":               func(n float64) float64 { return funnel.NormalProportion(p, n, params.Theta) },
			"arcsine":              func(n float64) float64 { return funnel.ArcsineProportion(p, n, params.Theta) },
			"poisson_interp_ratio": func(n float64) float64 { return funnel.InterpolatedPoisson(p, n) },
			"poisson_quantile":     func(n float64) float64 { return dist.PoissonQuantile(p, n) },
			"chisq_half":           func(n float64) float64 { return dist.ChiSquareQuantile(p, 2*n) / 2 },
		} {
			values := make([]float64, len(input.N))
			for i, n := range input.N {
				values[i] = limit(n)
			}
			points[name+"_"+suffix] = values
		}
	}
	return map[string]any{"points": points}, nil
}
