// Package fdr turns z-scores into p-values and adjusts p-values for how many were
// looked at: the false discovery rate of Benjamini and Hochberg (1995) and of
// Benjamini and Yekutieli (2001), and the family-wise corrections of Bonferroni and
// Holm (1979). The adjusted values are those of R's p.adjust: a missing value (NaN)
// stays missing and does not count.
//
// Across many units use z-scores with over-dispersion taken into account
// (funnel.Fit.AdjustedZ): Spiegelhalter and others (2012); Jones, Ohlssen and
// Spiegelhalter (2008).
package fdr

import (
	"math"
	"slices"

	"ohp/internal/stats/dist"
)

// TwoSided is the probability of a standard normal at least as far from zero as z, on
// either side; accurate far into the tail. NaN for NaN.
func TwoSided(z float64) float64 {
	return 2 * dist.NormalCDF(-math.Abs(z))
}

// Upper is the probability of a standard normal above z, for scores of which only the
// high side is a concern. NaN for NaN.
func Upper(z float64) float64 { return dist.NormalUpper(z) }

// Method is a way to adjust p-values.
type Method int

// The methods.
const (
	BenjaminiHochberg  Method = iota // false discovery rate; tests independent or positively dependent
	BenjaminiYekutieli               // false discovery rate under any dependence
	Bonferroni                       // any false alarm at all
	Holm                             // as Bonferroni, never weaker
)

// Adjust writes the adjusted p-values to dst, grown if it is too short, and returns
// it. dst and p may be the same slice. Values that are not between 0 and 1 count as
// missing and give NaN.
func Adjust(dst, p []float64, method Method) []float64 {
	var w Workspace
	return w.Adjust(dst, p, method)
}

// Workspace adjusts one set of p-values after another without allocating. The zero
// value is ready. It is not safe for concurrent use.
type Workspace struct{ order []ranked }

// ranked is a p-value and where it stood.
type ranked struct {
	p     float64
	place int
}

// Adjust is the function of that name.
func (w *Workspace) Adjust(dst, p []float64, method Method) []float64 {
	if cap(dst) < len(p) {
		dst = make([]float64, len(p))
	}
	dst = dst[:len(p)]
	w.order = w.order[:0]
	for i, v := range p {
		if v >= 0 && v <= 1 {
			w.order = append(w.order, ranked{v, i})
		} else {
			dst[i] = math.NaN()
		}
	}
	switch method {
	case Bonferroni:
		n := float64(len(w.order))
		for _, r := range w.order {
			dst[r.place] = math.Min(1, n*r.p)
		}
	case Holm:
		w.sort()
		stepDown(dst, w.order)
	case BenjaminiYekutieli:
		w.sort()
		stepUp(dst, w.order, harmonic(len(w.order)))
	default:
		w.sort()
		stepUp(dst, w.order, 1)
	}
	return dst
}

func (w *Workspace) sort() {
	slices.SortFunc(w.order, func(a, b ranked) int {
		switch {
		case a.p < b.p:
			return -1
		case a.p > b.p:
			return 1
		}
		return a.place - b.place
	})
}

// stepUp gives the i-th smallest p the least of scale*n/j*p over j >= i.
func stepUp(dst []float64, ascending []ranked, scale float64) {
	n := float64(len(ascending))
	least := 1.0
	for i := len(ascending) - 1; i >= 0; i-- {
		r := ascending[i]
		least = math.Min(least, scale*n/float64(i+1)*r.p)
		dst[r.place] = least
	}
}

// stepDown gives the i-th smallest p the greatest of (n-j+1)*p over j <= i.
func stepDown(dst []float64, ascending []ranked) {
	most := 0.0
	for i, r := range ascending {
		most = math.Max(most, float64(len(ascending)-i)*r.p)
		dst[r.place] = math.Min(1, most)
	}
}

// harmonic is 1 + 1/2 + ... + 1/n, summed from its smallest term.
func harmonic(n int) float64 {
	sum := 0.0
	for i := n; i >= 1; i-- {
		sum += 1 / float64(i)
	}
	return sum
}
