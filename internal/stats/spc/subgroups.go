package spc

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"

	"ohp/internal/stats/exact"
)

// subgroups gathers the rows of each label into one point, in the order of the axis.
func subgroups(obs Observations, by Aggregate) ([]Subgroup, error) {
	order, err := obs.order()
	if err != nil {
		return nil, err
	}
	var points []Subgroup
	var y, n []float64
	for k, at := range order {
		yi, ni := obs.row(at)
		y, n = append(y, yi), append(n, ni)
		if k+1 < len(order) && obs.same(at, order[k+1]) {
			continue
		}
		points = append(points, subgroup(obs.X[at], y, n, obs.N != nil, by))
		y, n = y[:0], n[:0]
	}
	return points, nil
}

// row is a row's numerator and denominator; if one is missing, so is the other.
func (obs Observations) row(i int) (y, n float64) {
	if obs.N == nil {
		return obs.Y[i], nan
	}
	if math.IsNaN(obs.Y[i]) || math.IsNaN(obs.N[i]) {
		return nan, nan
	}
	return obs.Y[i], obs.N[i]
}

func (obs Observations) same(i, j int) bool {
	if obs.Axis != Numbers {
		return obs.X[i] == obs.X[j]
	}
	return position(obs.X[i]) == position(obs.X[j])
}

// position is the number that a label names; order has checked that it is one.
func position(label string) float64 {
	v, _ := strconv.ParseFloat(label, 64)
	return v
}

// order returns the places of the rows in the order of the axis, or what is wrong.
func (obs Observations) order() ([]int, error) {
	if len(obs.X) != len(obs.Y) || obs.N != nil && len(obs.N) != len(obs.X) {
		return nil, fmt.Errorf("the chart has %d labels, %d values and %d denominators; each row needs its own", len(obs.X), len(obs.Y), len(obs.N))
	}
	if len(obs.X) == 0 {
		return nil, fmt.Errorf("the chart has no points; at least one row is needed")
	}
	order := make([]int, len(obs.X))
	for i := range order {
		order[i] = i
		if err := obs.checkRow(i); err != nil {
			return nil, fmt.Errorf("row %d: %w", i+1, err)
		}
	}
	slices.SortStableFunc(order, func(a, b int) int {
		if obs.Axis == Numbers {
			return cmp.Compare(position(obs.X[a]), position(obs.X[b]))
		}
		return cmp.Compare(obs.X[a], obs.X[b])
	})
	return order, nil
}

func (obs Observations) checkRow(i int) error {
	if math.IsInf(obs.Y[i], 0) || obs.N != nil && math.IsInf(obs.N[i], 0) {
		return fmt.Errorf("the value at %s is infinite; correct it or leave it empty", obs.X[i])
	}
	switch obs.Axis {
	case Dates:
		return checkDate(obs.X[i])
	case Numbers:
		if v, err := strconv.ParseFloat(obs.X[i], 64); err != nil || math.IsNaN(v) {
			return fmt.Errorf("%q is not a number", obs.X[i])
		}
	}
	return nil
}

// subgroup makes one point of the rows of one label.
func subgroup(label string, y, n []float64, ratio bool, by Aggregate) Subgroup {
	known := present(y)
	p := Subgroup{X: label, Sum: exact.Sum(known), Count: len(known), N: nan,
		Lower: nan, Lower95: nan, Upper95: nan, Upper: nan}
	if len(y) == 1 {
		p.Sum = y[0]
	}
	if ratio {
		p.N = exact.Sum(present(n))
		p.Y = exact.Sum(known) / p.N
		return p
	}
	switch by {
	case MedianOf:
		p.Y = median(known)
	case SumOf:
		p.Y = exact.Sum(known)
	case SDOf:
		p.Y = sd(known)
	default:
		p.Y = exact.Mean(known)
	}
	return p
}

// present returns the numbers that are not missing.
func present(x []float64) []float64 {
	return slices.DeleteFunc(slices.Clone(x), math.IsNaN)
}

// median is the middle value, or the mean of the two middle ones; NaN if there are none.
func median(x []float64) float64 {
	if len(x) == 0 {
		return nan
	}
	x = slices.Sorted(slices.Values(x))
	half := len(x) / 2
	if len(x)%2 == 1 {
		return x[half]
	}
	return exact.Mean(x[half-1 : half+1])
}

// sd is the standard deviation with n-1; NaN for fewer than two numbers.
func sd(x []float64) float64 {
	if len(x) < 2 {
		return nan
	}
	mean := exact.Mean(x)
	squares := make([]float64, len(x))
	for i, v := range x {
		squares[i] = (v - mean) * (v - mean)
	}
	return math.Sqrt(exact.Sum(squares) / float64(len(x)-1))
}
