package monitor

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"ohp/internal/kernel/date"
	"ohp/internal/stats/change"
)

// teller puts findings into words that a practice manager reads.
type teller struct {
	watch    watch
	subjects map[string]*subject
	studies  map[string]*Study
	byUnit   map[string][]seen // everything noticeable at a practice, flagged or not
	// suppliers of the online consultation system by practice, ordered by date.
	suppliers map[string][]supplied
}

func newTeller(w watch, subjects []subject, studies []Study) *teller {
	t := &teller{watch: w, subjects: map[string]*subject{}, studies: map[string]*Study{}, byUnit: map[string][]seen{}}
	for i := range subjects {
		t.subjects[subjects[i].Name], t.studies[subjects[i].Name] = &subjects[i], &studies[i]
		for j := range studies[i].Findings {
			f := &studies[i].Findings[j]
			if f.Judged() && f.P <= noticeable && !subjects[i].ContextOnly {
				t.byUnit[f.Unit] = append(t.byUnit[f.Unit], seen{&subjects[i], &studies[i], f, OverTime, f.P, false})
			}
		}
	}
	return t
}

func (t *teller) signal(s seen) Signal {
	g := Signal{Indicator: s.subject.Name, Title: s.subject.Title, Kind: s.kind, Nature: natureOf(s), Chance: s.chance, latest: s.finding.Latest}
	switch s.kind {
	case OverTime:
		t.tellOverTime(s, &g)
	case Beside:
		t.tellBeside(s, &g)
	case Silent:
		t.tellSilent(s, &g)
	case Alert:
		t.tellAlert(s, &g)
	}
	return g
}

func natureOf(s seen) string {
	up := s.finding.direction() == change.Higher
	if s.kind == Beside {
		up = s.finding.PlaceZ > 0
	}
	switch {
	case s.kind == Silent || s.kind == Alert:
		return Worse
	case s.subject.Direction == Neither:
		return Differ
	case up == (s.subject.Direction == HigherIsBetter):
		return Better
	}
	return Worse
}

func (t *teller) tellOverTime(s seen, g *Signal) {
	f := s.finding
	g.Began = f.Began.String()
	g.Seen = fmt.Sprintf("%s: %s than this practice’s own past – %s, where it had been %s.",
		s.subject.Title, f.direction(), s.subject.amountWords(f.Recent), s.subject.level(f.Baseline))
	g.Since = fmt.Sprintf("The change most likely began in %s, %s.", f.Began.Label(), agoWords(f.Window, f.Latest))
	g.Size = s.subject.sizeWords(f)
	g.Odds = oddsWords(f.P, s.subject.measure.Cadence, "In a practice where nothing has changed, so large a difference would be seen in %s by chance alone.")
	g.Peers = t.peersWords(s)
	g.Unknown = unknownWords(f)
	g.Unknown = strings.TrimSpace(t.supplierWords(s) + " " + g.Unknown)
}

// below is what was seen as it stands below a heading: the indicator that the heading has just named is not named again.
func (s Signal) below(heading string) string {
	words, named := strings.CutPrefix(s.Seen, s.Title+": ")
	if !named || heading != s.Title && !strings.HasPrefix(heading, s.Title+": ") {
		return s.Seen
	}
	return capital(words)
}

// agoWords says for how many reported periods a change has lasted.
func agoWords(window int, latest date.Period) string {
	if window == 1 {
		return "the latest period reported: one period alone can mislead, so look again next time"
	}
	return fmt.Sprintf("and it holds over the last %d periods reported, up to %s", window, latest.Label())
}

func (sub *subject) sizeWords(f *Finding) string {
	apart := ""
	if f.Moved {
		apart = ", apart from what all practices did"
	}
	if !f.Ratio {
		return fmt.Sprintf("The difference is %s%s%s (95%% interval %s to %s).", sub.signed(f.Effect), sub.points(), apart, sub.signed(f.Low), sub.signed(f.High))
	}
	switch {
	case f.Effect == 0 && f.Z > 0:
		return fmt.Sprintf("There had been none before, so no ratio can be given; it is at least %s times as much%s.", ratio(f.Low), apart)
	case f.Effect == 0:
		return fmt.Sprintf("None is left; chance allowed for, it is at most %s times the earlier level%s.", ratio(f.High), apart)
	case f.High == 0 && f.Z > 0:
		return fmt.Sprintf("That is %s times the earlier level%s (95%% interval from %s up without bound: there was hardly an event before).", ratio(f.Effect), apart, ratio(f.Low))
	}
	return fmt.Sprintf("That is %s times the earlier level%s (95%% interval %s to %s).", ratio(f.Effect), apart, ratio(f.Low), ratio(f.High))
}

func ratio(x float64) string {
	if x >= 10 {
		return grouped(x)
	}
	return strconv.FormatFloat(x, 'f', 2, 64)
}

// oddsWords puts a chance as one period of one practice in so many.
func oddsWords(p float64, cadence date.Kind, format string) string {
	one := "one practice-" + cadence.String()
	switch cadence {
	case date.FinancialYear:
		one = "one practice-year"
	case 0:
		one = "one practice-period"
	}
	if p < 1e-6 {
		return fmt.Sprintf(format, "fewer than "+one+" in a million")
	}
	return fmt.Sprintf(format, "about "+one+" in "+grouped(roundTwo(1/p)))
}

// roundTwo rounds to two significant figures: more would pretend.
func roundTwo(x float64) float64 {
	if x < 10 {
		return math.Round(x)
	}
	step := math.Pow(10, math.Floor(math.Log10(x))-1)
	return math.Round(x/step) * step
}

// grouped writes a whole number with commas.
func grouped(x float64) string {
	digits := strconv.FormatFloat(math.Abs(x), 'f', 0, 64)
	var b strings.Builder
	if x < 0 {
		b.WriteString("−")
	}
	for i, d := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteRune(d)
	}
	return b.String()
}

// amount writes a value with the indicator's decimals.
func (sub *subject) amount(x float64) string { return amountWith(x, sub.Decimals) }

// amountWith writes an amount with commas and decimals; exactly nought has none.
func amountWith(x float64, decimals int) string {
	if x == 0 {
		return "0"
	}
	text := strconv.FormatFloat(math.Abs(x), 'f', decimals, 64)
	whole, fraction, _ := strings.Cut(text, ".")
	n, err := strconv.ParseFloat(whole, 64)
	if err != nil {
		return text
	}
	text = grouped(n)
	if fraction != "" {
		text += "." + fraction
	}
	if x < 0 && strings.Trim(text, "0.,") != "" {
		text = "−" + text
	}
	return text
}

// amountWords adds the words of the scale; a per cent sign stands at the number.
func (sub *subject) amountWords(x float64) string { return scaled(sub.least(x), sub.ScaleWords) }

// level writes an amount with its sign alone, where the words of the scale have just been said.
func (sub *subject) level(x float64) string {
	switch {
	case strings.HasPrefix(sub.ScaleWords, "%"):
		return sub.least(x) + "%"
	case strings.HasPrefix(sub.ScaleWords, "£"):
		return scaled(sub.least(x), "£")
	}
	return sub.least(x)
}

// least writes what is more than nothing but rounds to nought as less than the least amount that is shown.
func (sub *subject) least(x float64) string {
	text := sub.amount(x)
	if x > 0 && strings.Trim(text, "0.") == "" {
		return "under " + amountWith(math.Pow10(-sub.Decimals), sub.Decimals)
	}
	return text
}

func scaled(amount, words string) string {
	if strings.Contains(words, ":") { // a key to the numbers
		return amount + " (" + words + ")"
	}
	if strings.HasPrefix(words, "%") || words == "" {
		return amount + words
	}
	if strings.HasPrefix(words, "£") {
		least := ""
		if below, ok := strings.CutPrefix(amount, "under "); ok {
			least, amount = "under ", below
		}
		return least + "£" + amount + strings.TrimPrefix(words, "£")
	}
	return amount + " " + words
}

// signed writes a difference with its sign, and one decimal more than none.
func (sub *subject) signed(x float64) string {
	text := amountWith(math.Abs(x), max(sub.Decimals, 1))
	if strings.HasPrefix(sub.ScaleWords, "£") {
		text = "£" + amountWith(math.Abs(x), sub.Decimals)
	}
	switch {
	case strings.Trim(text, "£0.") == "":
		return text
	case x < 0:
		return "−" + text
	}
	return "+" + text
}

// points names what a difference of two shares is counted in.
func (sub *subject) points() string {
	if strings.HasPrefix(sub.ScaleWords, "%") {
		return " percentage points"
	}
	return ""
}

// peersWords says what the other practices did in the same indicator.
func (t *teller) peersWords(s seen) string {
	same, judged := 0, s.study.Judged-1
	for i := range s.study.Findings {
		f := &s.study.Findings[i]
		if f.Unit != s.finding.Unit && f.Judged() && f.P <= noticeable && f.direction() == s.finding.direction() {
			same++
		}
	}
	shared := ""
	if step := s.study.Shared; step != nil {
		shared = " What all practices share (" + stepWords(s.subject, step) + ") has been taken out first."
	}
	switch {
	case judged == 0:
		return sentence("No other practice has enough data to compare with") + shared
	case judged == 1 && same == 0:
		return "The one other practice that could be judged shows no similar change." + shared
	case judged == 1:
		return "The one other practice that could be judged leans the same way." + shared
	case same == 0:
		return fmt.Sprintf("None of the %s other practices that could be judged shows a similar change.%s", grouped(float64(judged)), shared)
	}
	return fmt.Sprintf("%s of the %s other practices that could be judged %s the same way; about %s would by chance.%s",
		grouped(float64(same)), grouped(float64(judged)), plural(same, "leans", "lean"), grouped(math.Ceil(float64(judged)*noticeable/2)), shared)
}

// capital raises the first letter.
func capital(s string) string {
	first, size := utf8.DecodeRuneInString(s)
	if size == 0 {
		return s
	}
	return string(unicode.ToUpper(first)) + s[size:]
}

// stepWords tells a shared step in a clause.
func stepWords(sub *subject, step *SharedStep) string {
	way := "lower"
	if step.Higher {
		way = "higher"
	}
	size := sub.signed(step.Effect) + sub.points()
	switch {
	case step.Ratio && step.Effect == 0 && step.Higher:
		size = "from hardly any"
	case step.Ratio && step.Effect >= 10:
		size = "to " + ratio(step.Effect) + " times as much"
	case step.Ratio:
		size = "by " + percentChange(step.Effect)
	}
	share := fmt.Sprintf("%.0f%% of %s practices", 100*step.Share, grouped(float64(step.Units)))
	if step.Share == 1 {
		share = fmt.Sprintf("all %s practices", grouped(float64(step.Units)))
	}
	return fmt.Sprintf("%s since %s, %s, at %s", way, step.Began.Label(), size, share)
}

func percentChange(ratio float64) string {
	return strconv.FormatFloat(math.Abs(ratio-1)*100, 'f', 0, 64) + "%"
}

// supplierAttribute is the dated word that publications of online consultations give of each practice.
const supplierAttribute = "online-consultation-supplier"

type supplied struct {
	From  string `db:"from_date"`
	Value string `db:"value"`
}

// supplied says whether what is measured comes from a system whose supplier is known.
func (sub *subject) supplied() bool { return strings.HasPrefix(sub.Measure, "online-consultations") }

// supplierWords says whether the practice changed the supplier of what is measured at about the time when the change
// began: then the figures may have changed and not the practice.
func (t *teller) supplierWords(s seen) string {
	if !s.subject.supplied() {
		return ""
	}
	list := t.suppliers[s.finding.Unit]
	for i := 1; i < len(list); i++ {
		at, err := date.Parse(list[i].From)
		if err != nil || list[i].Value == list[i-1].Value {
			continue
		}
		if months := s.finding.Began.Start().Sub(at) / 30; months >= -2 && months <= 2 {
			return fmt.Sprintf("The supplier is given as %s from %s on, and as %s before: the way of counting may have changed with it.",
				titleCase(list[i].Value), at.Label(), titleCase(list[i-1].Value))
		}
	}
	return ""
}

func unknownWords(f *Finding) string {
	words := fmt.Sprintf("The earlier level rests on %d reported periods.", f.BaselineN)
	if f.Gaps > 0 {
		words += fmt.Sprintf(" For %d %s the practice has no usable figure.", f.Gaps, plural(f.Gaps, "period", "periods"))
	}
	if f.Unloaded > 0 {
		words += fmt.Sprintf(" For %d %s no file is loaded here.", f.Unloaded, plural(f.Unloaded, "period", "periods"))
	}
	if f.Quiet > 0 {
		words += fmt.Sprintf(" After %s it has reported nothing that can be used.", f.Latest.Label())
	}
	return words + " The figures do not say why: ask the practice."
}

func (t *teller) tellBeside(s seen, g *Signal) {
	f := s.finding
	side := "below"
	if f.PlaceZ > 0 {
		side = "above"
	}
	g.Began, g.latest = f.PlacePeriod.String(), f.PlacePeriod
	g.Seen = fmt.Sprintf("%s: far %s the other practices – %s, where all together have %s.", s.subject.Title, side, s.subject.amountWords(f.PlaceValue), s.subject.level(f.PlaceCentre))
	g.Since = fmt.Sprintf("Seen in %s; a comparison of places does not say when it began.", f.PlacePeriod.Label())
	g.Size = fmt.Sprintf("It lies %.1f standard deviations out, after allowing for how much practices differ from each other anyway.", math.Abs(f.PlaceZ))
	g.Odds = oddsWords(f.PlaceP, s.subject.measure.Cadence, "If this practice belonged among the others, it would lie so far out in %s.")
	g.Peers = fmt.Sprintf("Compared with %s practices (%s).", grouped(float64(f.PlaceN)), compareWords(s.subject.Compare))
	g.Unknown = "Practices serve different people: whether patients, recording or care explain the difference, the figures do not say."
}

func compareWords(compare string) string {
	switch compare {
	case "england":
		return "all with published figures"
	case "icb":
		return "of the same integrated care board"
	case "pcn":
		return "of the same primary care network"
	}
	return "of the partnership"
}

// several is a number with what is said of one or of many.
func several(n int, one, many string) string { return grouped(float64(n)) + " " + plural(n, one, many) }

func plural(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}

// headline says a concern in one line.
func (t *teller) headline(c *Concern) string {
	first := c.Signals[0]
	words := t.shortWords(first)
	others := map[string]bool{}
	for _, s := range c.Signals[1:] {
		if s.Indicator != first.Indicator {
			others[s.Indicator] = true
		}
	}
	if n := len(others); n > 0 {
		words += fmt.Sprintf(", and %d more %s", n, plural(n, "indicator", "indicators"))
	}
	return words
}

func (t *teller) shortWords(s Signal) string {
	sub, st := t.subjects[s.Indicator], t.studies[s.Indicator]
	if sub == nil || st == nil {
		return s.Title
	}
	switch s.Kind {
	case Silent:
		if strings.Contains(s.Seen, "nothing but nought") {
			return s.Title + ": nothing but nought"
		}
		return s.Title + ": no report"
	case Alert:
		return s.Title + ": below the alert level"
	case Beside:
		if strings.Contains(s.Seen, ": far above") {
			return s.Title + ": far above other practices"
		}
		return s.Title + ": far below other practices"
	}
	began, _ := date.ParsePeriod(s.Began)
	if strings.Contains(s.Seen, ": higher than") {
		return s.Title + ": higher since " + began.Label()
	}
	return s.Title + ": lower since " + began.Label()
}

// moved says what else moved at the practice, outside the concern's own theme, too little to be a concern alone.
func (t *teller) moved(c *Concern, threshold float64) string {
	var also []string
	for _, s := range t.byUnit[c.Practice] {
		if s.subject.Theme == c.Theme {
			continue
		}
		word := s.finding.direction().String()
		strength := ""
		if s.chance > threshold {
			strength = ", not enough alone"
		}
		also = append(also, fmt.Sprintf("%s (%s since %s%s)", s.subject.Title, word, s.finding.Began.Label(), strength))
	}
	if len(also) == 0 {
		return "Nothing else at this practice moved noticeably in the indicators that are loaded."
	}
	slices.Sort(also)
	more := ""
	if len(also) > 6 {
		more = fmt.Sprintf(", and %d more", len(also)-6)
		also = also[:6]
	}
	return "At the same practice: " + strings.Join(also, "; ") + more + "."
}

func itoa(n int) string { return strconv.Itoa(n) }
