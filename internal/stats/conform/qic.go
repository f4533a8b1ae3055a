package conform

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"

	"ohp/internal/stats/spc"
)

// qicInput are the rows of a case of qicharts2; x holds dates, numbers or names.
// The answers hold x as text.
type qicInput struct {
	X []any      `json:"x"`
	Y []*float64 `json:"y"`
	N []*float64 `json:"n"`
}

var civilDate = regexp.MustCompile(`^\d{4}-\d{2}-\d{2}$`)

// observations turns the rows into a chart's; rows without x are left out, as the
// package does.
func (in qicInput) observations() (spc.Observations, error) {
	obs := spc.Observations{Axis: spc.Dates}
	if len(in.Y) != len(in.X) || in.N != nil && len(in.N) != len(in.X) {
		return obs, fmt.Errorf("the columns x, y and n differ in length")
	}
	for i, x := range in.X {
		switch x := x.(type) {
		case nil:
			continue
		case float64:
			obs.Axis = spc.Numbers
			obs.X = append(obs.X, strconv.FormatFloat(x, 'f', -1, 64))
		case string:
			if !civilDate.MatchString(x) {
				obs.Axis = spc.Categories
			}
			obs.X = append(obs.X, x)
		default:
			return obs, fmt.Errorf("x %v is neither date, number nor name", x)
		}
		obs.Y = append(obs.Y, number(in.Y[i]))
		if in.N != nil {
			obs.N = append(obs.N, number(in.N[i]))
		}
	}
	return obs, nil
}

// qic answers qicharts2::qic for every chart that package draws.
func qic(c Case) (map[string]any, error) {
	var in qicInput
	var params struct {
		Chart    string          `json:"chart"`
		Screened *bool           `json:"screened_mr"`
		Freeze   int             `json:"freeze"`
		Part     json.RawMessage `json:"part"`
		Exclude  json.RawMessage `json:"exclude"`
		Centre   *float64        `json:"cl"`
		Multiply float64         `json:"multiply"`
		Method   string          `json:"method"`
		AggFun   string          `json:"agg_fun"`
		YNeg     *bool           `json:"y_neg"`
	}
	if err := decode(c, &in, &params); err != nil {
		return nil, err
	}
	if params.Chart == "" {
		params.Chart = c.Family
	}
	o := spc.ControlOptions{
		Kind: spc.Kind(params.Chart), Method: spc.RunsMethod(params.Method), Aggregate: spc.Aggregate(params.AggFun),
		Freeze: params.Freeze, Centre: params.Centre, Multiply: params.Multiply,
		Unscreened: params.Screened != nil && !*params.Screened, NoNegative: params.YNeg != nil && !*params.YNeg,
	}
	var err error
	if o.Parts, err = places(params.Part); err != nil {
		return nil, fmt.Errorf("part: %w", err)
	}
	if o.Exclude, err = places(params.Exclude); err != nil {
		return nil, fmt.Errorf("exclude: %w", err)
	}
	obs, err := in.observations()
	if err != nil {
		return nil, err
	}
	chart, err := spc.Control(obs, o)
	if err != nil {
		return nil, err
	}
	return map[string]any{"points": qicPoints(chart), "parts": qicParts(chart)}, nil
}

// places decodes null, one place, or a list of places.
func places(raw json.RawMessage) ([]int, error) {
	if len(raw) == 0 || string(raw) == "null" {
		return nil, nil
	}
	var list []int
	if raw[0] == '[' {
		return list, json.Unmarshal(raw, &list)
	}
	list = make([]int, 1)
	return list, json.Unmarshal(raw, &list[0])
}

func qicPoints(chart spc.ControlChart) columns {
	t := columns{}
	for _, p := range chart.Points {
		t.add("x", p.X)
		t.add("y_sum", p.Sum)
		t.add("y_length", p.Count)
		t.add("n", p.N)
		t.add("y", p.Y)
		t.add("cl", p.Centre)
		t.add("lcl", p.Lower)
		t.add("lcl95", p.Lower95)
		t.add("ucl95", p.Upper95)
		t.add("ucl", p.Upper)
		t.add("part", p.Part)
		t.add("baseline", p.Baseline)
		t.add("include", p.Included)
		t.add("sigma_signal", p.Sigma)
		t.add("runs_signal", p.Runs)
	}
	return t
}

func qicParts(chart spc.ControlChart) columns {
	t := columns{}
	for _, p := range chart.Parts {
		of := func(v int) any {
			if p.Runs.Useful == 0 {
				return nil
			}
			return v
		}
		t.add("part", p.Number)
		t.add("n_obs", p.Observations)
		t.add("n_useful", p.Runs.Useful)
		t.add("longest_run", of(p.Runs.Longest))
		t.add("longest_run_max", of(p.Runs.LongestMax))
		t.add("n_crossings", of(p.Runs.Crossings))
		t.add("n_crossings_min", of(p.Runs.CrossingsMin))
		t.add("runs_signal", p.Runs.Signal)
		t.add("sigma_signals", p.Sigma)
	}
	return t
}
