package monitor

import (
	"slices"
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
	if in.stands() {
		p = p.judgements()
	}
	if !measure.IsNone(in.Target) {
		p.Target = spc.TargetOf(in.Target)
	}
	return p
}

// judgements is the plot with the reported figures only, without limits.
func (p Plot) judgements() Plot {
	j := p
	j.Chart, j.Periods, j.Status, j.Num, j.Den, j.Value = "run", nil, nil, nil, nil, nil
	for i, status := range p.Status {
		if status == measure.Reported {
			j.Periods, j.Status, j.Num = append(j.Periods, p.Periods[i]), append(j.Status, status), append(j.Num, p.Num[i])
			if p.Den != nil {
				j.Den = append(j.Den, p.Den[i])
			}
			if p.Value != nil {
				j.Value = append(j.Value, p.Value[i])
			}
		}
	}
	return j
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
	f := chart.Format{Decimals: in.Decimals, Levels: levelsOf(in.ScaleWords), PlainNought: true}
	switch {
	case strings.HasPrefix(in.ScaleWords, "%"):
		f.Suffix = "%"
	case strings.HasPrefix(in.ScaleWords, "£"):
		f.Prefix = "£"
	}
	return f
}

// levelsOf are the names of a judgement's values: "rating: 1 Poor, 2 Good" has two; a scale that is no judgement has none.
func levelsOf(scale string) (levels []string) {
	_, list, _ := strings.Cut(scale, ": ")
	for part := range strings.SplitSeq(list, ", ") {
		name, ok := strings.CutPrefix(part, itoa(len(levels)+1)+" ")
		if !ok {
			return nil
		}
		levels = append(levels, name)
	}
	return levels
}

// stands says that the indicator is a judgement which stands until the next one: no chart of limits, and no period is missing.
func (in Indicator) stands() bool { return in.Chart == "none" }

// axisWords names the values.
func axisWords(in Indicator) string { return capital(in.ScaleWords) }

// titleCase turns the directory's capitals into a name for people: "ELM TREE SURGERY" → "Elm Tree Surgery".
func titleCase(name string) string {
	small := map[string]bool{"and": true, "of": true, "the": true, "at": true, "in": true, "on": true, "for": true, "with": true}
	keep := map[string]bool{"PCN": true, "NHS": true, "ICB": true, "GP": true, "OHP": true, "UK": true, "CIC": true, "LLP": true}
	words := strings.Fields(name)
	// A name that somebody wrote with care stays as it is; "MOSELEY and YARDLEY PCN" is capitals too.
	if slices.ContainsFunc(words, func(w string) bool { return w != strings.ToUpper(w) && !small[w] }) {
		return name
	}
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
