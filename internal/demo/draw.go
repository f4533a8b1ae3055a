package demo

import (
	"hash/fnv"
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/stat/distuv"

	"ohp/internal/kernel/date"
)

// seed makes the demonstration what it is; another gives another partnership with the same story.
const seed = 20261015

// First and Last are the months of most figures; complaints, compliments and learning events begin in May 2021.
var (
	First     = month(2023, 10)
	Last      = month(2026, 9)
	firstLong = month(2021, 5)
)

// source of chance for one measure of one practice: changing one measure leaves all others as they are.
func chance(name, practice string) *rand.PCG {
	h := fnv.New64a()
	h.Write([]byte(name + "|" + practice))
	return rand.NewPCG(seed, h.Sum64())
}

// normal draws a standard normal number, cut at two so that no practice is absurd.
func normal(src rand.Source) float64 {
	return max(-2, min(2, rand.New(src).NormFloat64()))
}

func poisson(mean float64, src rand.Source) float64 {
	if mean <= 0 {
		return 0
	}
	return distuv.Poisson{Lambda: mean, Src: src}.Rand()
}

func binomial(n, p float64, src rand.Source) float64 {
	if n <= 0 {
		return 0
	}
	return distuv.Binomial{N: n, P: max(0, min(1, p)), Src: src}.Rand()
}

func logit(p float64) float64 { return math.Log(p / (1 - p)) }

func logistic(x float64) float64 { return 1 / (1 + math.Exp(-x)) }

// season is +½ in January, −½ in July, and between them otherwise.
func season(p date.Period) float64 {
	return math.Cos(2*math.Pi*float64(p.Start().Month()-1)/12) / 2
}

// patients is how many were registered with a practice in a month: each list
// grows or shrinks steadily to what it is in the last month, and a little by chance.
func patients(p Practice, at date.Period) float64 {
	src := chance("list-size", p.Code)
	growth := .002 + .006*normal(src) // a year
	before := float64(Last.Index() - at.Index())
	n := float64(p.Patients) * math.Exp(-growth*before/12)
	if before > 0 {
		n *= 1 + .0008*normal(chance("list-size-"+at.String(), p.Code))
	}
	return math.Round(n)
}
