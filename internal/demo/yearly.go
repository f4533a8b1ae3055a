package demo

import (
	"math"
	"math/rand/v2"
	"time"

	"ohp/internal/kernel/date"
	"ohp/internal/kernel/measure"
)

// registers are the disease registers that the demonstration imitates: the prevalence in per cent, and who can be on them, in per cent of the list.
var registers = []struct {
	measure          string
	prevalence, list float64
}{
	{"qof-prevalence-dm", 8.1, 81},
	{"qof-prevalence-hyp", 15.4, 100},
	{"qof-prevalence-dep", 14.2, 80},
	{"qof-prevalence-copd", 2.1, 100},
	{"qof-prevalence-af", 2.2, 100},
}

// posts are the additional-role staff of all networks together in September 2026, in whole-time equivalents as published.
var posts = []struct {
	measure string
	wte     float64
}{
	{"pcn-workforce-pharmacists", 29.87},
	{"pcn-workforce-pharmacy-technicians", 6.71},
	{"pcn-workforce-physician-associates", 15},
	{"pcn-workforce-paramedics", 6},
	{"pcn-workforce-care-coordinators", 13.62},
	{"pcn-workforce-physiotherapists", 10.9},
	{"pcn-workforce-dieticians", 2.9},
	{"pcn-workforce-podiatrists", 1},
	{"pcn-workforce-social-prescribing-link-workers", 17.61},
	{"pcn-workforce-health-and-wellbeing-coaches", 3.92},
}

// yearly makes what is stated once a year, and the networks' posts.
func yearly() [][]measure.Figure {
	var list [][]measure.Figure
	for _, r := range registers {
		list = append(list, prevalence(r.measure, r.prevalence, r.list))
	}
	list = append(list, ratings())
	for _, p := range posts {
		list = append(list, shareOut(p.measure, p.wte))
	}
	return list
}

// prevalence makes three years of a register, each little different from the last.
func prevalence(name string, percent, listPercent float64) []measure.Figure {
	var list []measure.Figure
	for _, p := range Practices {
		src := chance(name, p.Code)
		lasting := .18 * normal(src)
		for year := 2023; year <= 2025; year++ {
			end := date.Month.Of(date.New(year+1, time.March, 1))
			n := math.Round(patients(p, end) * listPercent / 100)
			share := logistic(logit(percent/100) + lasting + .015*float64(year-2024) + .01*normal(src))
			list = append(list, measure.Figure{Measure: name, Unit: p.Code, Period: date.FinancialYear.Of(end.Start()),
				Numerator: math.Round(n * share), Denominator: n, Value: measure.None})
		}
	}
	return list
}

func ratings() []measure.Figure {
	var list []measure.Figure
	for _, p := range Practices {
		rating := 3.0
		if outstanding[p.Code] {
			rating = 4
		}
		list = append(list, measure.Figure{Measure: "cqc-overall-rating", Unit: p.Code, Period: date.Day.Of(rated(p)), Numerator: measure.None, Denominator: measure.None, Value: rating})
	}
	return list
}

// rated is the day on which a practice's rating was published, some time in 2022 to 2024.
func rated(p Practice) date.Date {
	days := rand.New(chance("cqc-overall-rating", p.Code)).IntN(3 * 365)
	return date.New(2022, time.January, 4).AddDays(days)
}

// shareOut gives each network its part of posts, in hundredths of a whole-time equivalent that add up exactly.
func shareOut(name string, wte float64) []measure.Figure {
	total := 0
	size := make([]int, len(networks))
	for _, p := range Practices {
		size[p.PCN-1] += p.Patients
		total += p.Patients
	}
	hundredths, sofar, given := int(math.Round(100*wte)), 0, 0
	var list []measure.Figure
	for i := range networks {
		sofar += size[i]
		upTo := hundredths * sofar / total
		list = append(list, measure.Figure{Measure: name, Unit: networkCode(i + 1), Period: date.Quarter.Of(Last.Start()),
			Numerator: float64(upTo-given) / 100, Denominator: measure.None, Value: measure.None})
		given = upTo
	}
	return list
}
