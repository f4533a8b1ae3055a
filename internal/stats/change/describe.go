package change

import "math"

// describe fills in what the chosen window says about level, size and direction.
func (d *Detector) describe(r Result, w window, n int) Result {
	b := n - w.k
	base, all := d.sum[b], d.sum[n]
	r.K, r.BaselineN, r.Began = w.k, b, int(d.index[b])
	r.Phi, r.DF, r.Rho = w.n.phi, w.n.df, w.n.rho
	x1, e1, x2, e2 := base.x, base.e, all.x-base.x, all.e-base.e
	r.Baseline, r.Recent = d.origin+x1/e1, d.origin+x2/e2
	switch {
	case r.Z > 0:
		r.Direction = Higher
	case r.Z < 0:
		r.Direction = Lower
	}
	phi := w.n.phi
	if w.n.rho > 0 {
		phi *= meanInflation(float64(w.k), w.n.rho)
	}
	switch d.kind {
	case Rate:
		r.Effect = r.Recent / r.Baseline
		low, high := wilson(x2/phi, (x1+x2)/phi)
		r.Low, r.High = low/(1-low)*e1/e2, high/(1-high)*e1/e2
	case Proportion:
		r.Effect = r.Recent - r.Baseline
		l1, u1 := wilson(x1/phi, e1/phi)
		l2, u2 := wilson(x2/phi, e2/phi)
		r.Low = r.Effect - math.Hypot(r.Recent-l2, u1-r.Baseline)
		r.High = r.Effect + math.Hypot(u2-r.Recent, r.Baseline-l1)
	case Measurement:
		r.Effect = x2/e2 - x1/e1
		half := studentQuantile(w.n.df) * math.Sqrt(phi*(1/e1+1/e2))
		r.Low, r.High = r.Effect-half, r.Effect+half
	}
	return r
}

// wilson is the 95% score interval of a share x of n (Wilson 1927).
func wilson(x, n float64) (low, high float64) {
	const z2 = 1.959963984540054 * 1.959963984540054
	if !(n > 0) {
		return 0, 1
	}
	middle := (x + z2/2) / (n + z2)
	half := math.Sqrt(z2*max(0, x*(n-x)/n+z2/4)) / (n + z2)
	low, high = max(middle-half, 0), min(middle+half, 1)
	if x <= 0 {
		low = 0
	}
	if x >= n {
		high = 1
	}
	return low, high
}
