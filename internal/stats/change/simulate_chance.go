package change

import (
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/stat/distuv"
)

// chance draws figures from a seeded source, so that a simulation gives the same figures on every machine.
type chance struct {
	*rand.Rand
	src rand.Source
}

func newChance(seed, stream uint64) chance {
	src := rand.NewPCG(seed, stream)
	return chance{rand.New(src), src}
}

// poisson draws a count: by products of uniforms when it is small, otherwise by rejection.
func (c chance) poisson(mean float64) float64 {
	if !(mean > 0) {
		return 0
	}
	if mean > 20 {
		return distuv.Poisson{Lambda: mean, Src: c.src}.Rand()
	}
	limit, product, n := math.Exp(-mean), c.Float64(), 0.0
	for product > limit {
		product *= c.Float64()
		n++
	}
	return n
}

func (c chance) binomial(n, p float64) float64 {
	return distuv.Binomial{N: n, P: min(max(p, 0), 1), Src: c.src}.Rand()
}

// spread draws a positive factor of mean 1 and the given coefficient of variation.
func (c chance) spread(cv float64) float64 {
	if cv <= 0 {
		return 1
	}
	s := math.Sqrt(math.Log1p(cv * cv))
	return math.Exp(s*c.NormFloat64() - s*s/2)
}

// model is how the figures of one indicator come about at one unit.
type model struct {
	name  string
	kind  Kind
	class int     // 0 rare events, 1 proportions, 2 measurements and large counts: rivals are tuned class by class
	level float64 // events a month at 8,800 patients; share; mean
	cases float64 // Proportion: cases a month at 8,800 patients
	sigma float64 // Measurement: standard deviation of a point
	units float64 // coefficient of variation between units of the level (Rate) or of sigma (Measurement)
	extra float64 // month-to-month coefficient of variation of the true level (Rate), or its standard deviation (Proportion)
	rho   float64 // Measurement: correlation of neighbouring months
	tails float64 // Measurement: degrees of freedom of Student's t noise; 0 means normal
}

// step is what happens to a unit from a month on: a factor (Rate), a difference (Proportion), sigmas (Measurement).
type step struct {
	month int
	size  float64
}

const (
	patients = 8800 // the seed partnership's typical practice
	never    = math.MaxInt
)

// unit is a model settled at one unit: its list size, level and noise.
type unit struct {
	model
	list float64
	last float64
}

func (m model) at(list float64, c chance) unit {
	u := unit{model: m, list: list}
	switch m.kind {
	case Rate:
		u.level *= c.spread(m.units)
	case Proportion:
		logit := math.Log(m.level/(1-m.level)) + m.units*c.NormFloat64()
		u.level = 1 / (1 + math.Exp(-logit))
	case Measurement:
		u.sigma *= c.spread(m.units)
	}
	u.last = c.NormFloat64()
	return u
}

// month draws one month: value and base as in Series.
func (u *unit) month(t int, s step, c chance) (value, base float64) {
	changed := t >= s.month
	switch u.kind {
	case Rate:
		mean := u.level * u.list / patients
		if changed {
			mean *= s.size
		}
		return c.poisson(mean * c.spread(u.extra)), u.list
	case Proportion:
		p := u.level
		if u.extra > 0 {
			p += u.extra * c.NormFloat64()
		}
		if changed {
			p += s.size
		}
		n := max(c.poisson(u.cases*u.list/patients), 1)
		return c.binomial(n, p), n
	}
	shock := c.NormFloat64()
	if u.tails > 0 {
		chi := distuv.ChiSquared{K: u.tails, Src: c.src}.Rand()
		shock *= math.Sqrt((u.tails - 2) / chi)
	}
	u.last = u.rho*u.last + math.Sqrt(1-u.rho*u.rho)*shock
	value = u.model.level + u.sigma*u.last
	if changed {
		value += s.size * u.sigma
	}
	return value, 1
}

// steadyMix is the partnership of the simulation: n indicators, a third rare events, a third proportions, a third
// measurements and large counts with more than Poisson variation.
func steadyMix(n int) []model {
	mix := make([]model, 0, n)
	rare := []float64{1.5, 1.7, 0.6, 1.5, 1, 2.5, 0.8, 1.5, 3, 1.2}
	share := []float64{0.85, 0.7, 0.93, 0.4, 0.6, 0.8, 0.15, 0.9, 0.5, 0.75}
	cases := []float64{60, 120, 40, 200, 90, 30, 150, 80, 400, 25}
	for i := range n {
		j := i / 3 % 10
		switch i % 3 {
		case 0:
			m := model{name: "rare events", kind: Rate, class: 0, level: rare[j], units: 0.3}
			if j >= 8 {
				m.extra = 0.25
			}
			mix = append(mix, m)
		case 1:
			m := model{name: "proportion", kind: Proportion, class: 1, level: share[j], cases: cases[j], units: 0.3}
			if j >= 7 {
				m.extra = 0.03
			}
			mix = append(mix, m)
		case 2:
			m := model{name: "measurement", kind: Measurement, class: 2, level: 100, sigma: 10, units: 0.25}
			if j >= 6 {
				m = model{name: "large count", kind: Rate, class: 2, level: []float64{80, 400, 1500, 4000}[j-6], units: 0.2, extra: 0.06}
			}
			mix = append(mix, m)
		}
	}
	return mix
}

// lists draws the practices' list sizes: between 2,000 and 20,000, about 308,000 patients for 33 practices.
func lists(n int, c chance) []float64 {
	l := make([]float64, n)
	for i := range l {
		l[i] = math.Round(min(max(9300*c.spread(0.45), 2000), 20000))
	}
	return l
}
