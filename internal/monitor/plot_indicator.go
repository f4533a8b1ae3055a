package monitor

import (
	"strings"
	"unicode"

	"ohp/internal/kernel/measure"
	"ohp/internal/kernel/page/chart"
	"ohp/internal/stats/spc"
)

// plotOf is an indicator's series at one unit, ready to be drawn.
func plotOf(in Indicator, m measure.Measure, s measure.Series) Plot {
	p := Plot{
		ID: "chart-" + in.Name, Title: in.Title, Law: m.Kind, Per: m.Per, Direction: directionOf(in.Direction),
		Chart: in.Chart, Profile: in.Profile, MinimumPoints: in.MinimumPoints, Axis: axisWords(in), Format: formatOf(in),
		Periods: s.Periods, Status: s.Status, Num: s.Num, Den: s.Den, Value: s.Val,
	}
	if !measure.IsNone(in.Target) {
		p.Target = spc.TargetOf(in.Target)
	}
	return p
}

func directionOf(direction string) spc.Direction {
	switch direction {
	case HigherIsBetter:
		return spc.Increase
	case LowerIsBetter:
		return spc.Decrease
	}
	return spc.Neutral
}

// formatOf writes values as the indicator's document asks.
func formatOf(in Indicator) chart.Format {
	f := chart.Format{Decimals: in.Decimals}
	switch {
	case strings.HasPrefix(in.ScaleWords, "%"):
		f.Suffix = "%"
	case strings.HasPrefix(in.ScaleWords, "£"):
		f.Prefix = "£"
	}
	return f
}

// axisWords names the values.
func axisWords(in Indicator) string { return capital(in.ScaleWords) }

// titleCase turns the directory's capitals into a name for people: "ELM TREE SURGERY" → "Elm Tree Surgery".
func titleCase(name string) string {
	if name != strings.ToUpper(name) {
		return name
	}
	small := map[string]bool{"and": true, "of": true, "the": true, "at": true, "in": true, "on": true, "for": true, "with": true}
	keep := map[string]bool{"PCN": true, "NHS": true, "ICB": true, "GP": true, "OHP": true, "UK": true, "CIC": true, "LLP": true}
	words := strings.Fields(name)
	for i, w := range words {
		lower := strings.ToLower(w)
		switch {
		case keep[w]:
		case i > 0 && small[lower]:
			words[i] = lower
		default:
			words[i] = capitalised(lower)
		}
	}
	return strings.Join(words, " ")
}

// capitalised raises the first letter of every part of a word, and that after a name's single first letter:
// "o'brien-smith" → "O'Brien-Smith", "anne's" → "Anne's".
func capitalised(word string) string {
	start, letters := true, 0
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.IsLetter(r) && start:
			start, letters = false, 1
			return unicode.ToUpper(r)
		case unicode.IsLetter(r):
			letters++
		case strings.ContainsRune("-(/.", r), strings.ContainsRune("'’", r) && letters == 1:
			start, letters = true, 0
		}
		return r
	}, word)
}
