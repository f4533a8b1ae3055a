package demo

import (
	"math"
	"math/rand/v2"
	"slices"

	"ohp/internal/kernel/date"
	"ohp/internal/kernel/measure"
)

// series makes the figures of one recipe for all practices, by practice and then period.
func (r recipe) series() []measure.Figure {
	first := First
	if r.long {
		first = firstLong
	}
	var list []measure.Figure
	rate, drawn := r.rate(), r.yearsEvents()
	for _, p := range Practices {
		src := chance(r.name, p.Code)
		lasting := r.between * normal(src)
		for at := first; at.Compare(Last) <= 0; at = at.Next() {
			if r.quarterly {
				if at.Start().Month()%3 != 1 {
					continue
				}
			}
			f := r.figure(p, at, rate, lasting, src)
			if n, ok := drawn[place{p.Code, at}]; ok {
				f.Numerator = n
			}
			list = append(list, f)
		}
	}
	return list
}

// figure draws one figure. Every figure takes its draws, even one that the story then hides.
func (r recipe) figure(p Practice, at date.Period, rate, lasting float64, src rand.Source) measure.Figure {
	f := measure.Figure{Measure: r.name, Unit: p.Code, Period: at, Numerator: measure.None, Denominator: measure.None, Value: measure.None}
	factor, points := effect(p.Code, r.name, at)
	noise := r.within * normal(src)
	switch r.kind {
	case measure.Measurement:
		f.Value = math.Round(10*r.level*(1+r.winter*season(at))*math.Exp(lasting+noise)*factor) / 10
	case measure.Proportion:
		share := logistic(logit(r.level/100)+lasting+noise) + (points-r.winter*season(at))/100
		f.Denominator = r.exposure(p, at, src)
		if r.stock {
			f.Numerator = math.Round(f.Denominator * max(0, min(.995, share)))
		} else {
			f.Numerator = binomial(f.Denominator, max(.005, min(.995, share)), src)
		}
	default:
		f.Denominator = r.exposure(p, at, src)
		f.Numerator = poisson(f.Denominator*rate*(1+r.winter*season(at))*math.Exp(lasting+noise)*factor, src)
	}
	if r.quarterly {
		f.Period = date.Quarter.Of(at.Start())
	}
	return r.hide(f, at)
}

// exposure is the denominator: the registered patients, or so many of a kind.
func (r recipe) exposure(p Practice, at date.Period, src rand.Source) float64 {
	n := patients(p, at)
	switch {
	case r.denominator == 0:
		return n
	case r.stock:
		return math.Round(n * r.denominator / 1000)
	}
	return poisson(n*r.denominator/1000, src)
}

// hide takes away what was not reported or is too small to be published.
func (r recipe) hide(f measure.Figure, at date.Period) measure.Figure {
	gap, inGap := gapAt(f.Unit, r.name, at)
	switch {
	case inGap && gap.Missing:
		f.Status = measure.Missing
	case inGap || stillSilent(f.Unit, r.name, at):
		f.Status = measure.NotReported
	case r.suppressBelow > 0 && f.Denominator < r.suppressBelow:
		f.Status = measure.Suppressed
	default:
		return f
	}
	f.Numerator, f.Denominator, f.Value = measure.None, measure.None, measure.None
	return f
}

// rate is the level per unit of exposure; for the long measures, that which gives the year's total on average.
func (r recipe) rate() float64 {
	if !r.long {
		return r.level / r.per
	}
	exposure := 0.0
	for _, w := range r.yearsWeights() {
		exposure += w.weight
	}
	return float64(r.total) / exposure
}

// place is a practice and a month.
type place struct {
	practice string
	month    date.Period
}

type weighted struct {
	place
	weight float64
}

// yearsWeights are how events of the year from May 2021 fall on practices and months on average.
func (r recipe) yearsWeights() []weighted {
	var list []weighted
	for _, p := range Practices {
		lasting := r.between * normal(chance(r.name, p.Code))
		for i := range 12 {
			at := firstLong.Add(i)
			list = append(list, weighted{place{p.Code, at}, patients(p, at) * math.Exp(lasting)})
		}
	}
	return list
}

// yearsEvents lets exactly the year's total of events fall on practices and months.
func (r recipe) yearsEvents() map[place]float64 {
	if !r.long {
		return nil
	}
	weights := r.yearsWeights()
	upTo := make([]float64, len(weights))
	events := make(map[place]float64, len(weights))
	sum := 0.0
	for i, w := range weights {
		sum += w.weight
		upTo[i] = sum
		events[w.place] = 0
	}
	rng := rand.New(chance(r.name, "the year from May 2021"))
	for range r.total {
		i, _ := slices.BinarySearch(upTo, rng.Float64()*sum)
		events[weights[min(i, len(weights)-1)].place]++
	}
	return events
}

// part draws the figures of a measure whose events are some of those of another: share of them, over itself or over its denominator.
type part struct {
	name   string
	of     []measure.Figure
	share  float64
	spread float64                               // how practices differ, on the logit scale
	over   func(f measure.Figure) float64        // the denominator
	from   date.Period                           // no earlier
	among  func(f measure.Figure, i int) float64 // how many it is drawn from; the numerator when nil
}

func (d part) figures() []measure.Figure {
	var list []measure.Figure
	sources := map[string]*rand.PCG{}
	shares := map[string]float64{}
	for i, f := range d.of {
		src := sources[f.Unit]
		if src == nil {
			src = chance(d.name, f.Unit)
			sources[f.Unit] = src
			shares[f.Unit] = logit(d.share) + d.spread*normal(src)
		}
		if f.Period.Compare(d.from) < 0 {
			continue
		}
		_, points := effect(f.Unit, d.name, f.Period)
		g := measure.Figure{Measure: d.name, Unit: f.Unit, Period: f.Period, Status: f.Status, Numerator: measure.None, Denominator: measure.None, Value: measure.None}
		if f.Status == measure.Reported {
			among := f.Numerator
			if d.among != nil {
				among = d.among(f, i)
			}
			g.Numerator = binomial(among, logistic(shares[f.Unit]+.04*normal(src))+points/100, src)
			g.Denominator = d.over(f)
		}
		list = append(list, g)
	}
	return list
}

func numerator(f measure.Figure) float64   { return f.Numerator }
func denominator(f measure.Figure) float64 { return f.Denominator }

// online makes submissions with their two larger parts.
func online() [][]measure.Figure {
	all := find("online-consultations").series()
	clinical := part{name: onlineMeasures[1], of: all, share: .77, spread: .25, over: denominator}.figures()
	rest := func(_ measure.Figure, i int) float64 { return all[i].Numerator - clinical[i].Numerator }
	administrative := part{name: onlineMeasures[2], of: all, share: .93, spread: .2, over: denominator, among: rest}.figures()
	return [][]measure.Figure{all, clinical, administrative}
}

// telephony makes calls with what became of them; every call has one outcome.
func telephony() [][]measure.Figure {
	inbound := recipe{name: telephonyMeasures[0], kind: measure.Rate, per: 1000, level: 510, between: .25, within: .05, winter: .1}.series()
	answered := part{name: telephonyMeasures[1], of: inbound, share: .64, spread: .3, over: numerator}.figures()
	left := func(f measure.Figure, taken ...measure.Figure) float64 {
		n := f.Numerator
		for _, t := range taken {
			n -= t.Numerator
		}
		return n
	}
	ended := part{name: telephonyMeasures[2], of: inbound, share: .6, spread: .2, over: numerator,
		among: func(f measure.Figure, i int) float64 { return left(f, answered[i]) }}.figures()
	requested := part{name: telephonyMeasures[3], of: inbound, share: .35, spread: .2, over: numerator,
		among: func(f measure.Figure, i int) float64 { return left(f, answered[i], ended[i]) }}.figures()
	missed := slices.Clone(inbound)
	for i, f := range inbound {
		missed[i].Measure, missed[i].Denominator = telephonyMeasures[4], f.Numerator
		missed[i].Numerator = left(f, answered[i], ended[i], requested[i])
	}
	made := part{name: telephonyMeasures[5], of: requested, share: .985, spread: .2, over: numerator}.figures()
	for i := range inbound { // a count, as published
		inbound[i].Denominator = measure.None
	}
	return [][]measure.Figure{inbound, answered, ended, requested, missed, made}
}

func find(name string) recipe {
	return recipes[slices.IndexFunc(recipes, func(r recipe) bool { return r.name == name })]
}
