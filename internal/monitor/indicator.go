package monitor

import (
	"cmp"
	"embed"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"

	"ohp/internal/kernel/date"
	"ohp/internal/kernel/errs"
	"ohp/internal/kernel/measure"
)

//go:embed indicators/*.md
var indicatorFiles embed.FS

// The directions of an indicator: which way is better for patients. Neither:
// a change is worth knowing, and is neither good nor bad by itself.
const (
	HigherIsBetter = "higher-is-better"
	LowerIsBetter  = "lower-is-better"
	Neither        = "neither"
)

// The closed lists that the properties of an indicator are chosen from, each in the order in which pages show them.
var (
	Themes       = []string{"access", "demand", "long-term-conditions", "prevention", "experience", "safety", "money", "workforce", "population", "regulation"}
	KeyQuestions = []string{"safe", "effective", "caring", "responsive", "well-led"} // of the Care Quality Commission
	Directions   = []string{HigherIsBetter, LowerIsBetter, Neither}
	Charts       = []string{"by-rule", "xmr", "p", "pp", "u", "up", "run", "none"}
	Comparisons  = []string{"england", "icb", "pcn", "partnership"}
	profiles     = []string{"nhsr-0.2.2", "powerbi-spc", "mdc-excel-2023"}
)

// IndicatorSections are the headings that every indicator document has, in this order.
var IndicatorSections = []string{"What it is", "Why it matters", "Numerator", "Denominator", "How to read a change", "What it does not say"}

var (
	requiredKeys = []string{"name", "title", "short", "measure", "theme", "key-question", "direction", "scale-words", "decimals", "chart", "profile",
		"minimum-points", "funnel", "compare", "context-only", "population", "source", "author", "checker", "last-reviewed", "next-review"}
	optionalKeys = []string{"minimum-denominator", "alert-below", "target"}
)

// longestShort is how many characters fit above a small chart on a phone.
const longestShort = 28

// Indicator is a measure as the monitor reads it: which way is better, which
// chart and comparison fit, and in words what it says and does not say. It is a
// reviewed document of the folder indicators.
type Indicator struct {
	Name        string // stable, lower case, hyphens; the file's name
	Title       string
	Short       string // for small charts
	Measure     string // name of the declared measure
	Theme       string // one of Themes: a concern gathers the signals of one theme
	KeyQuestion string // one of KeyQuestions
	Direction   string // one of Directions
	ScaleWords  string // "requests per 1,000 registered patients a month"
	Decimals    int    // places shown
	Chart       string // one of Charts
	Profile     string // rule profile of the chart
	// MinimumPoints is how many reported periods a series needs before it may raise a concern.
	MinimumPoints int
	// MinimumDenominator: figures over a smaller denominator are not judged; 0 for none.
	MinimumDenominator float64
	Funnel             bool
	Compare            string // one of Comparisons: the default comparison group
	// AlertBelow: a latest value below it is a signal of its own (ordinal values such as a rating); measure.None for none.
	AlertBelow float64
	Target     float64 // drawn, never a cause of concern; measure.None for none
	// ContextOnly: shown beside others; no concern is ever raised from it.
	ContextOnly  bool
	Population   string // who is in the denominator
	Source       string
	Author       string // roles, not people
	Checker      string
	LastReviewed date.Date
	NextReview   date.Date
	Sections     []Section // as IndicatorSections
}

// Overdue says whether the document's review was due before today.
func (in Indicator) Overdue(today date.Date) bool { return in.NextReview.Before(today) }

// Section returns the HTML under a heading of IndicatorSections.
func (in Indicator) Section(heading string) string {
	for _, s := range in.Sections {
		if s.Heading == heading {
			return s.HTML
		}
	}
	return ""
}

// Indicators returns the indicators, ordered by key question and then title.
// The error names everything that is wrong with any of them.
var Indicators = sync.OnceValues(func() ([]Indicator, error) {
	list, err := readFolder(indicatorFiles, "indicators", parseIndicator)
	if err != nil {
		return nil, err
	}
	slices.SortFunc(list, func(a, b Indicator) int {
		return cmp.Or(slices.Index(KeyQuestions, a.KeyQuestion)-slices.Index(KeyQuestions, b.KeyQuestion), strings.Compare(a.Title, b.Title))
	})
	return list, nil
})

// parseIndicator reads one document; name is the file's name without ".md". The
// error names every problem that the document has by itself: what is missing,
// unknown, empty, of the wrong form or at odds with the rest.
func parseIndicator(name, content string) (Indicator, error) {
	d, err := readDocument(name, content)
	r := fieldReader{document: d}
	if err != nil {
		r.problems = append(r.problems, err)
		if len(d.fields) == 0 {
			return Indicator{}, err
		}
	}
	r.problems = append(r.problems, d.compareKeys(requiredKeys, optionalKeys)...)
	in := r.indicator()
	in.Sections = r.readSections()
	r.judge(in)
	return in, errors.Join(r.problems...)
}

// fieldReader reads the properties of one document and gathers what is wrong with them.
// A property that is absent is reported by compareKeys alone.
type fieldReader struct {
	document
	problems []error
}

func (r *fieldReader) wrong(format string, args ...any) {
	r.problems = append(r.problems, fmt.Errorf(r.name+": "+format, args...))
}

func (r *fieldReader) indicator() Indicator {
	return Indicator{
		Name: r.fields["name"], Title: r.fields["title"], Short: r.fields["short"], Measure: r.fields["measure"],
		Theme: r.oneOf("theme", Themes), KeyQuestion: r.oneOf("key-question", KeyQuestions), Direction: r.oneOf("direction", Directions),
		ScaleWords: r.fields["scale-words"], Decimals: int(r.whole("decimals", 0, 4)),
		Chart: r.oneOf("chart", Charts), Profile: r.oneOf("profile", profiles),
		MinimumPoints: int(r.whole("minimum-points", 1, 60)), MinimumDenominator: r.number("minimum-denominator", 0),
		Funnel: r.yes("funnel"), Compare: r.oneOf("compare", Comparisons),
		AlertBelow: r.number("alert-below", measure.None), Target: r.number("target", measure.None),
		ContextOnly: r.yes("context-only"), Population: r.fields["population"], Source: r.fields["source"],
		Author: r.fields["author"], Checker: r.fields["checker"],
		LastReviewed: r.day("last-reviewed"), NextReview: r.day("next-review"),
	}
}

func (r *fieldReader) oneOf(key string, list []string) string {
	value := r.fields[key]
	if value != "" && !slices.Contains(list, value) {
		r.wrong("%s is %q; it must be one of %s", key, value, strings.Join(list, ", "))
	}
	return value
}

func (r *fieldReader) yes(key string) bool { return r.oneOf(key, []string{"yes", "no"}) == "yes" }

func (r *fieldReader) number(key string, otherwise float64) float64 {
	value := r.fields[key]
	if value == "" {
		if r.has(key) {
			r.wrong("%s is empty; give a number or leave the line out", key)
		}
		return otherwise
	}
	x, err := strconv.ParseFloat(value, 64)
	if err != nil || math.IsInf(x, 0) || math.IsNaN(x) {
		r.wrong("%s is %q, which is no number", key, value)
		return otherwise
	}
	return x
}

func (r *fieldReader) whole(key string, from, to int64) int64 {
	value := r.fields[key]
	if value == "" {
		return from
	}
	n, err := strconv.ParseInt(value, 10, 64)
	if err != nil || n < from || n > to {
		r.wrong("%s is %q; it must be a whole number from %d to %d", key, value, from, to)
	}
	return n
}

func (r *fieldReader) day(key string) date.Date {
	value := r.fields[key]
	if value == "" {
		return date.Date{}
	}
	d, err := date.Parse(value)
	if err != nil {
		r.wrong("%s: %v", key, err)
	}
	return d
}

// readSections renders the body and holds its headings against IndicatorSections.
func (r *fieldReader) readSections() []Section {
	list, err := r.sections()
	if err != nil {
		r.problems = append(r.problems, err)
		return nil
	}
	var headings []string
	for _, s := range list {
		switch {
		case s.Heading == "":
			r.wrong("text stands before the first heading")
		case !slices.Contains(IndicatorSections, s.Heading):
			r.wrong("the section %q is not one of %s", s.Heading, strings.Join(IndicatorSections, ", "))
		case s.HTML == "":
			r.wrong("the section %q is empty", s.Heading)
		}
		headings = append(headings, s.Heading)
	}
	for _, h := range IndicatorSections {
		if !slices.Contains(headings, h) {
			r.wrong("the section %q is missing", h)
		}
	}
	if len(r.problems) == 0 && !slices.Equal(headings, IndicatorSections) {
		r.wrong("the sections must be, in this order: %s", strings.Join(IndicatorSections, ", "))
	}
	return list
}

// judge looks for properties that contradict each other.
func (r *fieldReader) judge(in Indicator) {
	if in.Name != "" && in.Name != r.name {
		r.wrong("its name is %q; it must be that of the file", in.Name)
	}
	if n := utf8.RuneCountInString(in.Short); n > longestShort {
		r.wrong("short has %d characters; at most %d fit over a small chart", n, longestShort)
	}
	if in.MinimumDenominator < 0 {
		r.wrong("minimum-denominator is negative")
	}
	if in.Direction == Neither && !measure.IsNone(in.AlertBelow) {
		r.wrong("alert-below says that less is worse, and direction says that neither is")
	}
	if in.Direction == LowerIsBetter && !measure.IsNone(in.AlertBelow) {
		r.wrong("alert-below says that less is worse, and direction says that less is better")
	}
	if in.Direction == Neither && !measure.IsNone(in.Target) {
		r.wrong("a target needs a direction")
	}
	if !in.LastReviewed.IsZero() && !in.NextReview.IsZero() && !in.NextReview.After(in.LastReviewed) {
		r.wrong("next-review (%s) must be after last-reviewed (%s)", in.NextReview, in.LastReviewed)
	}
	if in.NextReview.Sub(in.LastReviewed) > 3*366 && !in.LastReviewed.IsZero() {
		r.wrong("next-review is more than three years after last-reviewed")
	}
}

// Check holds an indicator against the measures that are declared and against
// the date: the error names an unknown measure, a chart or funnel that its kind
// of quantity cannot have, a review from the future and a review that is overdue.
func (in Indicator) Check(catalogue []measure.Measure, today date.Date) error {
	var problems []error
	wrong := func(format string, args ...any) {
		problems = append(problems, fmt.Errorf(in.Name+": "+format, args...))
	}
	if in.LastReviewed.After(today) {
		wrong("last-reviewed is %s, which has not come yet", in.LastReviewed)
	}
	if in.Overdue(today) {
		wrong("the review was due on %s", in.NextReview)
	}
	i := slices.IndexFunc(catalogue, func(m measure.Measure) bool { return m.Name == in.Measure })
	if i < 0 {
		wrong("no module declares the measure %q", in.Measure)
		return errors.Join(problems...)
	}
	switch kind := catalogue[i].Kind; {
	case (in.Chart == "p" || in.Chart == "pp") && kind != measure.Proportion:
		wrong("chart is %q, which is for proportions, and %s is a %s", in.Chart, in.Measure, kind)
	case (in.Chart == "u" || in.Chart == "up") && kind != measure.Rate:
		wrong("chart is %q, which is for rates, and %s is a %s", in.Chart, in.Measure, kind)
	case in.Funnel && kind != measure.Proportion && kind != measure.Rate:
		wrong("a funnel needs numerators and denominators, and %s is a %s", in.Measure, kind)
	case !measure.IsNone(in.Target) && kind == measure.Proportion && (in.Target < 0 || in.Target > catalogue[i].Per):
		wrong("the target of a proportion must lie between 0 and %v", catalogue[i].Per)
	}
	return errors.Join(problems...)
}

// CheckIndicators checks all indicators, and that no two share a title or a short name.
func CheckIndicators(list []Indicator, catalogue []measure.Measure, today date.Date) error {
	var problems []error
	titles := map[string]string{}
	for _, in := range list {
		problems = append(problems, in.Check(catalogue, today))
		for _, words := range []string{"title " + in.Title, "short name " + in.Short} {
			if other, taken := titles[words]; taken {
				problems = append(problems, fmt.Errorf("%s: it has the same %s as %s", in.Name, words, other))
			}
			titles[words] = in.Name
		}
	}
	return errors.Join(problems...)
}

// IndicatorNamed returns the indicator of that name; the error says that there is none.
func IndicatorNamed(name string) (Indicator, error) {
	list, err := Indicators()
	if err != nil {
		return Indicator{}, err
	}
	i := slices.IndexFunc(list, func(in Indicator) bool { return in.Name == name })
	if i < 0 {
		return Indicator{}, errs.New(errs.NotFound, "There is no indicator called %q.", name)
	}
	return list[i], nil
}
