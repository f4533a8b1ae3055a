package change

import (
	"math"
	"slices"
)

// leastPeers is the least number of series that peers' knowledge is learnt from.
const leastPeers = 5

// LearnPrior learns from the same indicator at several units how much its series vary by chance: the typical dispersion,
// how far units differ in it, and how alike neighbouring periods are. The tenth of the units that vary most and least
// count only as much as their neighbours, so that a few units that truly changed do not set what counts as chance.
// With fewer than five usable series it returns the zero Prior (the cautious default).
//
// Dispersion of counts: moments. Variance of measurements: log-variances and the inverse trigamma (Smyth 2004).
func (d *Detector) LearnPrior(group []Series) Prior {
	var phi, df, rho, wild []float64
	points := 0.0
	for _, s := range group {
		if d.load(s) != Judged || len(d.index) < leastBaseline {
			continue
		}
		n := len(d.index)
		if s.Kind == Measurement && !d.varies(n) {
			continue
		}
		own, step, f := d.ownDispersion(n)
		if !(f > 0) || !(own > 0) || !finite(own) {
			continue
		}
		phi, df = append(phi, own), append(df, f)
		rho = append(rho, serial(own, step, float64(n)))
		wild = append(wild, d.excessKurtosis(n, own))
		points += float64(n)
	}
	if len(phi) < leastPeers {
		return Prior{}
	}
	p := Prior{Known: true}
	p.Wild = beyondChance(wild)
	p.Rho, p.RhoWeight = commonCorrelation(rho, points)
	if group[0].Kind == Measurement {
		p.Phi, p.DF = logVariances(phi, df)
	} else {
		p.Phi, p.DF = dispersions(phi, df)
		p.Phi = max(p.Phi, 1)
	}
	return p
}

// commonCorrelation is the typical neighbour correlation of units with so many points in all, 0 when chance explains it,
// and the number of points that it counts for: the fewer, the more the units differ in it beyond chance.
func commonCorrelation(rho []float64, points float64) (typical, weight float64) {
	_, variance := winsorised(rho)
	slices.Sort(rho)
	middle := rho[len(rho)/2]
	// The median of m correlations has about 0.64 of the information of their mean.
	if middle > sure/math.Sqrt(0.64*points) {
		typical = min(middle, 0.95)
	}
	each := points / float64(len(rho))
	apart := variance - max(1-typical*typical, 0.3)/each
	// However alike the units look, what they show together never counts for more than four of them.
	return typical, 1 / max(apart, 1/(4*each))
}

// excessKurtosis of the first n points about their level, less what Poisson and binomial counts have by themselves, with
// the bias of a kurtosis made with the points' own variance taken out.
func (d *Detector) excessKurtosis(n int, phi float64) float64 {
	all := d.sum[n]
	level := all.x / all.e
	fourth, unit, mean := 0.0, 1.0, math.Inf(1)
	switch d.kind {
	case Rate:
		unit = level
		mean = all.x / float64(n)
	case Proportion:
		unit = level * (1 - level)
		mean = all.e * unit / float64(n) / max(1-6*unit, 1e-9)
	}
	for i := range n {
		e := d.sum[i+1].e - d.sum[i].e
		r := d.sum[i+1].x - d.sum[i].x - level*e
		square := r * r / (e * unit * phi)
		fourth += square * square
	}
	return fourth/float64(n) - 3 + 6/float64(n+1) - 1/mean
}

// sure is how many standard errors a group must show of correlation or of wild months before either is allowed for:
// allowing for what is not there costs months of detection.
const sure = 2.5

// beyondChance is the winsorised mean of values that are 0 on average when there is nothing; 0 when chance explains it.
func beyondChance(values []float64) float64 {
	mean, variance := winsorised(values)
	if mean > sure*math.Sqrt(variance/float64(len(values))) {
		return mean
	}
	return 0
}

// winsorShare is the variance of a standard normal winsorised at its 10% and 90% points.
const winsorShare = 0.6787

// winsorised returns mean and variance of x with the outer tenths drawn in, the variance corrected for that.
func winsorised(x []float64) (mean, variance float64) {
	x = slices.Clone(x)
	slices.Sort(x)
	cut := len(x) / 10
	for i := range cut {
		x[i], x[len(x)-1-i] = x[cut], x[len(x)-1-cut]
	}
	for _, v := range x {
		mean += v
	}
	mean /= float64(len(x))
	for _, v := range x {
		variance += (v - mean) * (v - mean)
	}
	variance /= float64(len(x) - 1)
	if cut > 0 {
		variance /= winsorShare
	}
	return mean, variance
}

// dispersions: the spread of the units' dispersions beyond what 2 phi²/df explains gives the prior degrees of freedom.
func dispersions(phi, df []float64) (phi0, df0 float64) {
	mean, variance := winsorised(phi)
	noise := 0.0
	for _, f := range df {
		noise += 2 * mean * mean / f
	}
	excess := variance - noise/float64(len(df))
	if excess <= unsure(variance, len(phi)) {
		return mean, math.Inf(1)
	}
	return mean, 2 * mean * mean / excess
}

// unsure is the standard error of a variance of n values: a smaller excess cannot be told from none.
func unsure(variance float64, n int) float64 {
	return variance * math.Sqrt(2/float64(n-1))
}

// logVariances is Smyth's moment fit of a scaled inverse chi-square to variances with df degrees of freedom each.
func logVariances(v, df []float64) (phi0, df0 float64) {
	e := make([]float64, len(v))
	within := 0.0
	for i := range v {
		e[i] = math.Log(v[i]) - digamma(df[i]/2) + math.Log(df[i]/2)
		within += trigamma(df[i] / 2)
	}
	mean, variance := winsorised(e)
	half := inverseTrigamma(max(variance-within/float64(len(v)), unsure(variance, len(v))/2))
	return math.Exp(mean + digamma(half) - math.Log(half)), 2 * half
}

// digamma and trigamma for x > 0: recurrence up to 8, then the asymptotic series.
func digamma(x float64) float64 {
	r := 0.0
	for ; x < 8; x++ {
		r -= 1 / x
	}
	i := 1 / (x * x)
	return r + math.Log(x) - 0.5/x - i*(1.0/12-i*(1.0/120-i/252))
}

func trigamma(x float64) float64 {
	r := 0.0
	for ; x < 8; x++ {
		r += 1 / (x * x)
	}
	i := 1 / (x * x)
	return r + 1/x + i/2 + i/x*(1.0/6-i*(1.0/30-i/42))
}

// inverseTrigamma by bisection on a logarithmic scale (trigamma falls).
func inverseTrigamma(y float64) float64 {
	low, high := 1e-2, 1e7
	for range 80 {
		middle := math.Sqrt(low * high)
		if trigamma(middle) > y {
			low = middle
		} else {
			high = middle
		}
	}
	return math.Sqrt(low * high)
}
