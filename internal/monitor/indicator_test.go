package monitor

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"ohp/internal/kernel/date"
	"ohp/internal/kernel/measure"
)

// written is the day on which this test was written; reviews that were due before it are errors.
// A review that falls due later is logged, and shown on the pages, but does not break a build.
var written = date.New(2026, time.November, 21)

// Every indicator document in the program is complete and consistent.
func TestIndicatorsAreComplete(t *testing.T) {
	list, err := Indicators()
	if err != nil {
		t.Fatal(err)
	}
	if len(list) < 30 {
		t.Errorf("%d indicators, want at least 30", len(list))
	}
	published := 0
	for _, in := range list {
		if !strings.Contains(in.Source, "partnership") && !strings.Contains(in.Source, "practices’") {
			published++
		}
		if len(in.Sections) != len(IndicatorSections) || in.Section("Why it matters") == "" {
			t.Errorf("%s: sections are %v", in.Name, in.Sections)
		}
		for _, s := range in.Sections {
			if !strings.HasPrefix(s.HTML, "<p>") {
				t.Errorf("%s: %s is rendered as %q", in.Name, s.Heading, s.HTML)
			}
			if strings.Contains(s.HTML, "-\n") {
				t.Errorf("%s: a line of %s ends within a word, which pages show with a blank", in.Name, s.Heading)
			}
		}
		if in.Overdue(date.Month.Of(written).End()) {
			t.Errorf("%s: review due on %s", in.Name, in.NextReview)
		}
		if today := date.New(time.Now().Date()); in.Overdue(today) {
			t.Logf("%s: the review is overdue since %s", in.Name, in.NextReview)
		}
	}
	if published < 24 {
		t.Errorf("%d indicators of published data, want at least 24", published)
	}
	for i := 1; i < len(list); i++ {
		a, b := slices.Index(KeyQuestions, list[i-1].KeyQuestion), slices.Index(KeyQuestions, list[i].KeyQuestion)
		if a > b || a == b && list[i-1].Title > list[i].Title {
			t.Errorf("%s stands before %s", list[i-1].Name, list[i].Name)
		}
	}
}

// good is a complete document.
const good = `---
name: calls
title: Calls answered
short: Calls answered
measure: telephony-answered
theme: access
key-question: responsive
direction: higher-is-better
scale-words: % of calls
decimals: 1
chart: by-rule
profile: nhsr-0.2.2
minimum-points: 12
funnel: yes
compare: england
context-only: no
population: inbound calls
source: somewhere
author: a group
checker: nobody yet
last-reviewed: 2026-11-21
next-review: 2027-05-21
---

## What it is

Text.

## Why it matters

Text.

## Numerator

Text.

## Denominator

Text.

## How to read a change

Text.

## What it does not say

Text.
`

var answered = []measure.Measure{{Name: "telephony-answered", Kind: measure.Proportion, Per: 100, Unit: "practice"}}

// Given a complete document, when one thing is spoilt, then it is refused with words that name that thing.
func TestEachFaultIsNamed(t *testing.T) {
	in, err := parseIndicator("calls", good)
	if err == nil {
		err = in.Check(answered, written)
	}
	if err != nil {
		t.Fatal(err)
	}
	if !measure.IsNone(in.Target) || !measure.IsNone(in.AlertBelow) || in.MinimumDenominator != 0 || in.MinimumPoints != 12 || !in.Funnel || in.ContextOnly {
		t.Errorf("read as %+v", in)
	}
	type fault struct{ from, to, want string }
	faults := []fault{
		{"compare: england", "compare: england\ncolour: red", "colour is not a property"},
		{"compare: england", "compare: wales", `compare is "wales"`},
		{"compare: england", "compare england", "is no “key: value”"},
		{"funnel: yes", "funnel: yes\nfunnel: no", "gives funnel a second time"},
		{"funnel: yes", "funnel: perhaps", `funnel is "perhaps"`},
		{"name: calls", "name: other", "must be that of the file"},
		{"short: Calls answered", "short: Calls answered by somebody within time", "at most 28"},
		{"decimals: 1", "decimals: many", "decimals is"},
		{"minimum-points: 12", "minimum-points: 0", "whole number from 1"},
		{"minimum-points: 12", "minimum-points: 12\ntarget: high", "which is no number"},
		{"minimum-points: 12", "minimum-points: 12\ntarget:", "target is empty"},
		{"minimum-points: 12", "minimum-points: 12\nminimum-denominator: -5", "is negative"},
		{"minimum-points: 12", "minimum-points: 12\ntarget: 120", "between 0 and 100"},
		{"direction: higher-is-better", "direction: neither\ntarget: 90", "a target needs a direction"},
		{"direction: higher-is-better", "direction: lower-is-better\nalert-below: 3", "less is better"},
		{"next-review: 2027-05-21", "next-review: 2026-11-21", "must be after last-reviewed"},
		{"next-review: 2027-05-21", "next-review: 2036-11-21", "more than three years"},
		{"next-review: 2027-05-21", "next-review: May 2027", "next-review:"},
		{"last-reviewed: 2026-11-21", "last-reviewed: 2026-12-24", "has not come yet"},
		{"last-reviewed: 2026-11-21\nnext-review: 2027-05-21", "last-reviewed: 2025-11-21\nnext-review: 2026-11-20", "was due on 2026-11-20"},
		{"measure: telephony-answered", "measure: telephony", "no module declares"},
		{"chart: by-rule", "chart: up", `chart is "up", which is for rates`},
		{"chart: by-rule", "chart: pie", `chart is "pie"`},
		{"## Numerator\n\nText.", "## Numerator\n", `"Numerator" is empty`},
		{"## Numerator", "## Counter", `"Numerator" is missing`},
		{"## Numerator", "## Counter", `"Counter" is not one of`},
		{"## What it is", "Words before.\n\n## What it is", "before the first heading"},
		{"---\nname", "name", "must begin with its properties"},
	}
	for _, key := range requiredKeys {
		start := strings.Index(good, "\n"+key+": ") + 1
		line := good[start : start+strings.IndexByte(good[start:], '\n')+1]
		faults = append(faults, fault{line, "", key + " is missing"}, fault{line, key + ":\n", key + " is empty"})
	}
	for _, f := range faults {
		if !strings.Contains(good, f.from) {
			t.Fatalf("the good document has no %q", f.from)
		}
		in, err := parseIndicator("calls", strings.Replace(good, f.from, f.to, 1))
		if err == nil {
			err = in.Check(answered, written)
		}
		if err == nil || !strings.Contains(err.Error(), f.want) {
			t.Errorf("%q instead of %q: %v; want %q", f.to, f.from, err, f.want)
		}
	}
}

// Given a document with several faults, then each is named in one go.
func TestAllFaultsAreNamedTogether(t *testing.T) {
	spoilt := strings.NewReplacer("theme: access", "theme: weather", "decimals: 1\n", "", "## Why it matters", "## Why").Replace(good)
	_, err := parseIndicator("calls", spoilt)
	for _, want := range []string{`theme is "weather"`, "decimals is missing", `"Why it matters" is missing`, `"Why" is not one of`} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v does not name %q", err, want)
		}
	}
}

// A funnel is for quantities with denominators.
func TestFunnelNeedsDenominators(t *testing.T) {
	in, err := parseIndicator("calls", good)
	if err != nil {
		t.Fatal(err)
	}
	err = in.Check([]measure.Measure{{Name: "telephony-answered", Kind: measure.Count}}, written)
	if err == nil || !strings.Contains(err.Error(), "a funnel needs") {
		t.Errorf("got %v", err)
	}
}

// No two indicators share the words by which people tell them apart.
func TestTitlesAreTheirOwn(t *testing.T) {
	list, err := Indicators()
	if err != nil {
		t.Fatal(err)
	}
	one := slices.Clone(list[:1])
	twin := one[0]
	twin.Name = "twin"
	catalogue := []measure.Measure{{Name: one[0].Measure, Kind: measure.Rate, Per: 1000}}
	if err := CheckIndicators(append(one, twin), catalogue, written); err == nil || strings.Count(err.Error(), "same") != 2 {
		t.Errorf("a twin is told by %v", err)
	}
	var any []measure.Measure
	for _, in := range list {
		if !slices.ContainsFunc(any, func(m measure.Measure) bool { return m.Name == in.Measure }) {
			any = append(any, measure.Measure{Name: in.Measure, Kind: measure.Rate, Per: 1000})
		}
	}
	if err := CheckIndicators(list, any, written); err != nil {
		t.Error(err)
	}
}

// Raw HTML in a document does not reach a page.
func TestDocumentsCannotCarryHTML(t *testing.T) {
	in, err := parseIndicator("calls", strings.Replace(good, "Text.", "Text <script>alert(1)</script> [x](javascript:alert(1)) <b>bold</b>.", 1))
	if err != nil {
		t.Fatal(err)
	}
	if html := in.Section("What it is"); strings.Contains(html, "<script") || strings.Contains(html, "<b>") || strings.Contains(html, "javascript:") {
		t.Errorf("rendered as %s", html)
	}
}

// The method pages can be read, in an order without doubles.
func TestMethodsAreComplete(t *testing.T) {
	list, err := Methods()
	if err != nil {
		t.Fatal(err)
	}
	if len(list) < 8 {
		t.Errorf("%d method pages, want at least 8", len(list))
	}
	orders := map[int]string{}
	for _, m := range list {
		if other, taken := orders[m.Order]; taken {
			t.Errorf("%s and %s have the order %d", m.Name, other, m.Order)
		}
		orders[m.Order] = m.Name
		if len(m.Sections) < 2 || !strings.HasSuffix(m.Summary, ".") {
			t.Errorf("%s: %d sections, summary %q", m.Name, len(m.Sections), m.Summary)
		}
	}
}

// Tables and lists get the classes of the NHS design system.
func TestMarkdownWearsTheDesign(t *testing.T) {
	html, err := renderMarkdown("| a | b |\n|---|---|\n| 1 | 2 |\n\n- one\n\n1. first\n")
	for _, want := range []string{`<table class="nhsuk-table">`, `<th class="nhsuk-table__header"`, `<td class="nhsuk-table__cell"`, `nhsuk-list--bullet`, `nhsuk-list--number`} {
		if err != nil || !strings.Contains(html, want) {
			t.Errorf("%v: no %s in %s", err, want, html)
		}
	}
}

// No text makes the reader panic, and what it accepts is complete.
func FuzzParseIndicator(f *testing.F) {
	f.Add(good)
	f.Add("---\n---\n")
	f.Add(strings.Replace(good, "decimals: 1", "decimals: 99999999999999999999", 1))
	f.Fuzz(func(t *testing.T, content string) {
		in, err := parseIndicator("calls", content)
		if err == nil && (in.Name != "calls" || len(in.Sections) != 6 || in.LastReviewed.IsZero() || in.MinimumPoints < 1) {
			t.Errorf("accepted: %s", fmt.Sprintf("%+v", in))
		}
	})
}
