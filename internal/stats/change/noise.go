package change

import "math"

// noise is the chance variation that a baseline shows, moderated by the prior.
type noise struct {
	phi, df, rho float64
	wild         float64
}

// noise estimates dispersion and neighbour correlation from the first b points.
//
// The dispersion is the posterior mean of a scaled inverse chi-square (Smyth 2004): (df0 phi0 + df s²)/(df0 + df), with
// df0 + df degrees of freedom, not under 1 for a count. The correlation is one minus von Neumann's ratio of half the
// mean squared successive difference to the variance (von Neumann 1941; the quantity behind the moving range).
func (d *Detector) noise(b int, prior Prior) noise {
	own, step, df := d.ownDispersion(b)
	n := noise{phi: prior.Phi, df: prior.DF, wild: prior.Wild}
	if df > 0 {
		if !math.IsInf(prior.DF, 1) {
			n.df = prior.DF + df
			n.phi = (prior.DF*prior.Phi + df*own) / n.df
		}
		n.rho = neighbours(own, step, float64(b), prior)
	}
	if n.rho > 0 && df > 0 {
		// A correlated baseline varies less about its own mean than the process does.
		short := 1 - (meanInflation(float64(b), n.rho)-1)/float64(b-1)
		n.phi /= max(short, 0.25)
	}
	if d.kind != Measurement {
		n.phi = max(n.phi, 1)
	}
	return n
}

// ownDispersion returns the dispersion of the first b points about their level, the same from successive differences,
// and the degrees of freedom that they are worth. df is 0 when the points say nothing (no events yet).
func (d *Detector) ownDispersion(b int) (about, step, df float64) {
	s := &d.sum[b]
	df = float64(b - 1)
	about = (s.s - s.x*s.x/s.e) / df
	step = s.d / df
	unit := 1.0
	switch d.kind {
	case Rate:
		unit = s.x / s.e
	case Proportion:
		unit = s.x / s.e * (1 - s.x/s.e)
	}
	if !(unit > 0) {
		return 0, 0, 0
	}
	about, step = max(about, 0)/unit, step/unit
	if d.kind != Measurement {
		// The variance of a squared Pearson residual is 2 + 1/mean, not 2: rare events say less about dispersion.
		mean := s.e * unit / float64(b)
		df /= 1 + 1/(2*mean)
	}
	return about, step, df
}

// neighbours is the correlation of neighbouring periods to allow for. It is what the peers show, unless the series itself
// shows something else beyond chance (1.5 standard errors): then it is moved there, by the weight of its own points.
// Without peers only what is beyond chance counts, so that an uncorrelated series nearly always gets none.
func neighbours(about, step, n float64, prior Prior) float64 {
	if !(about > 0) {
		return prior.Rho
	}
	apart := serial(about, step, n) - prior.Rho
	if apart*apart*n <= 1.5*1.5 {
		return prior.Rho
	}
	if apart > 0 {
		apart -= 1.5 / math.Sqrt(n)
	}
	return min(max(prior.Rho+apart*n/(n+prior.RhoWeight), 0), 0.95)
}

// serial is the correlation of neighbours, with its small-sample bias of -(1+3 rho)/n taken out.
func serial(about, step, n float64) float64 {
	raw := 1 - step/about
	return raw + (1+3*max(raw, 0))/n
}

// meanInflation is how many times larger the variance of a mean of k neighbours is than that of k independent points,
// for a first-order autoregression with correlation rho.
func meanInflation(k, rho float64) float64 {
	f := (1+rho)/(1-rho) - 2*rho*(1-whole(rho, int(k)))/(k*(1-rho)*(1-rho))
	return max(f, 1)
}

// whole is x to a whole power by repeated squaring: math.Pow, made for any power, was a tenth of a national run.
func whole(x float64, n int) float64 {
	y := 1.0
	for ; n > 0; n >>= 1 {
		if n&1 == 1 {
			y *= x
		}
		x *= x
	}
	return y
}

// defaultPrior is used when nothing has been learnt from peers. Counts are expected to vary like Poisson or binomial
// counts plus a small true variation of the level (5% of it, perhaps 20%): for rare events that adds next to nothing, so
// the expectation is firm; for counts of thousands it may be many times the Poisson variance, so it is vague.
func defaultPrior(kind Kind, all sums, n int) Prior {
	if kind == Measurement {
		return Prior{Known: true}
	}
	mean := all.x / float64(n)
	if kind == Proportion {
		mean *= 1 - all.x/all.e
	}
	spread := math.Log1p(0.04*mean) / 2
	return Prior{Phi: 1 + 0.0025*mean, DF: min(2/(spread*spread), 60), Known: true}
}
