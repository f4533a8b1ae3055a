package monitor

import (
	"fmt"
	"math"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"ohp/internal/kernel/date"
	"ohp/internal/kernel/measure"
	"ohp/internal/kernel/testkit"
)

// told is one signal to be put into words.
type told struct {
	name    string
	subject subject
	study   Study
	finding Finding
	kind    string
	chance  float64
}

func subjectOf(in Indicator, kind measure.Kind, per float64) subject {
	return subject{Indicator: in, measure: measure.Measure{Name: in.Measure, Kind: kind, Per: per, Unit: "practice", Cadence: date.Month}}
}

func complaintsSubject() subject {
	return subjectOf(watchedIndicator("complaints", "experience", LowerIsBetter, "complaints per 1,000 patients a month"), measure.Rate, 1000)
}

func callsSubject() subject {
	return subjectOf(watchedIndicator("calls", "access", HigherIsBetter, "% of calls"), measure.Proportion, 100)
}

func costSubject() subject {
	in := watchedIndicator("locums", "money", Neither, "£ per 1,000 patients a month")
	in.Decimals = 0
	return subjectOf(in, measure.Measurement, 1)
}

func waitSubject() subject {
	return subjectOf(watchedIndicator("wait", "access", LowerIsBetter, "minutes"), measure.Measurement, 1)
}

// changed is a finding over time.
func changed(z, p, baseline, recent, effect, low, high float64, ratio bool) Finding {
	return Finding{Unit: "P00", P: p, Z: z, Began: at(24), Latest: at(27), Window: 4, BaselineN: 24, Baseline: baseline, Recent: recent,
		Effect: effect, Low: low, High: high, Ratio: ratio, PlaceP: 1}
}

// among is a study of n practices of which some lean as well.
func among(n, same int, f Finding, step *SharedStep) Study {
	st := Study{Units: n, Judged: n, Latest: at(27), Shared: step, Findings: []Finding{f}}
	for i := range same {
		other := f
		other.Unit, other.P = fmt.Sprintf("Q%02d", i), .04
		st.Findings = append(st.Findings, other)
	}
	return st
}

func stories() []told {
	var list []told
	over := func(name string, sub subject, n, same int, f Finding, step *SharedStep) {
		list = append(list, told{name, sub, among(n, same, f, step), f, OverTime, f.P})
	}
	complaints, calls, cost, wait := complaintsSubject(), callsSubject(), costSubject(), waitSubject()
	over("rate, worse", complaints, 33, 0, changed(5, 1/1234.0, .2, .46, 2.3, 1.5, 3.4, true), nil)
	over("rate, better", complaints, 33, 1, changed(-5, 1/98.0, .46, .2, .43, .3, .6, true), nil)
	none := changed(6, 1e-9, 0, .5, 0, 3.2, 0, true)
	over("rate, none before", complaints, 33, 5, none, nil)
	hardly := changed(6, 1e-6, .001, .5, 512, 40, 0, true)
	over("rate, hardly one before, no upper bound", complaints, 2, 0, hardly, nil)
	gone := changed(-6, 1e-4, .5, 0, 0, 0, .08, true)
	gone.Gaps = 1
	over("rate, none left, one gap", complaints, 2, 1, gone, nil)
	lately := changed(4, .00034, .2, 1.2, 6, 2, 14, true)
	lately.Window, lately.Began, lately.Gaps = 1, at(27), 3
	over("rate, the latest period only, three gaps", complaints, 1, 0, lately, nil)
	step := &SharedStep{Began: at(20), Higher: true, Share: 1, Units: 33, Effect: 1.54, Ratio: true}
	over("rate, beside a step that all share", complaints, 33, 0, changed(5, .001, .2, .46, 2.3, 1.5, 3.4, true), step)
	huge := changed(30, 1e-200, .2, 98765.4, 493827, 400000, 600000, true)
	over("rate, far beyond reason", complaints, 33, 0, huge, nil)
	over("share, worse", calls, 33, 0, changed(-5, 1/5040.0, 82.4, 68.1, -14.3, -16.9, -11.7, false), &SharedStep{Began: at(20), Share: .91, Units: 33, Effect: -3.2})
	over("share, better", calls, 33, 2, changed(5, 1/12345.0, 68.1, 82.4, 14.3, 11.7, 16.9, false), nil)
	over("pounds, more", cost, 33, 0, changed(5, 1/600.0, 610, 1240, 630, 12.4, 1100, false), nil)
	over("pounds, less", cost, 33, 0, changed(-5, 1/600.0, 12400, 0.2, -12399.8, -13000, -11000, false), nil)
	shared := changed(-5, 1/5040.0, 82.4, 68.1, -14.3, -16.9, -11.7, false)
	shared.Moved, shared.Unloaded = true, 2
	over("share, what all share taken out, two files not loaded", calls, 33, 0, shared, nil)
	over("minutes, worse", wait, 33, 0, changed(5, .5, 6.4, 11.2, 4.8, 3.1, 6.5, false), nil)
	year, quarter := calls, calls
	year.measure.Cadence, quarter.measure.Cadence = date.FinancialYear, date.Quarter
	yearly := changed(-5, 1/5040.0, 82.4, 68.1, -14.3, -16.9, -11.7, false)
	yearly.Began, yearly.Latest, yearly.Window = date.FinancialYear.Of(date.New(2024, 5, 1)), date.FinancialYear.Of(date.New(2025, 5, 1)), 2
	over("yearly", year, 33, 0, yearly, nil)
	yearly.Began, yearly.Latest, yearly.P = date.Quarter.Of(date.New(2024, 5, 1)), date.Quarter.Of(date.New(2025, 5, 1)), 1e-9
	over("quarterly", quarter, 33, 0, yearly, nil)

	calls.Compare, complaints.Compare, cost.Compare = "england", "icb", "pcn"
	place := Finding{Unit: "P00", P: 1, PlaceP: 1 / 4567.0, PlaceZ: -4.1, PlaceValue: 41.2, PlaceCentre: 80.5, PlaceN: 6123, PlacePeriod: at(27)}
	list = append(list, told{"below, worse", calls, Study{Latest: at(27)}, place, Beside, place.PlaceP})
	place.PlaceZ, place.PlaceValue, place.PlaceCentre = 3.94, 1.2, .4
	list = append(list, told{"above, worse", complaints, Study{Latest: at(27)}, place, Beside, place.PlaceP})
	place.PlaceZ, place.PlaceN, place.PlaceP = 15, 12, 0
	list = append(list, told{"above, neither, surely", cost, Study{Latest: at(27)}, place, Beside, place.PlaceP})

	silent := Finding{Unit: "P00", P: 1, Silent: 2, SilentFrom: at(26), LastSaid: at(25)}
	list = append(list, told{"silent", calls, Study{Latest: at(27)}, silent, Silent, 1})
	silent.Silent, silent.SilentFrom, silent.LastSaid = 1, date.FinancialYear.Of(date.New(2024, 5, 1)), date.FinancialYear.Of(date.New(2023, 5, 1))
	list = append(list, told{"silent for a year", year, Study{Latest: at(27)}, silent, Silent, 1})
	list = append(list, told{"never", calls, Study{Latest: at(27)}, Finding{Unit: "P00", P: 1, Silent: 9, SilentFrom: at(19), Never: true}, Silent, 1})

	list = append(list, told{"noughts", complaints, Study{Latest: at(27)}, Finding{Unit: "P00", P: 1, Noughts: 8, SilentFrom: at(20)}, Silent, 1})

	rating := watchedIndicator("rating", "regulation", HigherIsBetter, "rating: 1 Inadequate, 2 Requires improvement, 3 Good, 4 Outstanding")
	rating.AlertBelow, rating.Decimals = 3, 0
	list = append(list, told{"alert", subjectOf(rating, measure.Measurement, 1), Study{Latest: at(27)},
		Finding{Unit: "P00", P: 1, Alert: true, Value: 2, Latest: date.Day.Of(date.New(2024, 6, 11))}, Alert, 1})
	return list
}

func (s told) signal() (Signal, *teller) {
	t := newTeller(watch{}, []subject{s.subject}, []Study{s.study})
	return t.signal(seen{&s.subject, &s.study, &s.finding, s.kind, s.chance, true}), t
}

// What each kind of signal says, in every direction, is read by people: a change of these words is reviewed here.
func TestWordsOfSignals(t *testing.T) {
	var b strings.Builder
	for _, s := range stories() {
		g, teller := s.signal()
		c := Concern{Telling: Telling{Signals: []Signal{g}}}
		fmt.Fprintf(&b, "%s (%s, %s)\n  %s\n", s.name, g.Kind, g.Nature, teller.headline(&c))
		for _, words := range []string{g.Seen, g.Since, g.Size, g.Odds, g.Peers, g.Unknown} {
			if words != "" {
				fmt.Fprintf(&b, "  %s\n", words)
			}
		}
		b.WriteByte('\n')
	}
	testkit.Golden(t, "words.txt", []byte(b.String()))
}

// every text of a signal.
func textsOf(g Signal) (texts []string) {
	v := reflect.ValueOf(g)
	for i := range v.NumField() {
		if v.Field(i).Kind() == reflect.String {
			texts = append(texts, v.Field(i).String())
		}
	}
	return texts
}

// Whatever finite findings there are, the words hold no number that is none, no doubled blank and no grammar of one for many.
func TestWordsOfAnything(t *testing.T) {
	amount := func() *rapid.Generator[float64] {
		return rapid.OneOf(rapid.Float64Range(-1e9, 1e9), rapid.Float64Range(-2, 2), rapid.SampledFrom([]float64{0, 1, -1, 1e300, -1e300, 5e-324, .049999, 9.999, 99.96}))
	}
	rapid.Check(t, func(t *rapid.T) {
		sub := rapid.SampledFrom([]subject{complaintsSubject(), callsSubject(), costSubject(), waitSubject()}).Draw(t, "subject")
		sub.AlertBelow = amount().Draw(t, "alert below")
		sub.Decimals = rapid.IntRange(0, 4).Draw(t, "decimals")
		p := rapid.OneOf(rapid.Float64Range(0, 1), rapid.SampledFrom([]float64{0, 5e-324, 1e-6, .0001, .001, .05, 1})).Draw(t, "p")
		f := changed(amount().Draw(t, "z"), p, amount().Draw(t, "baseline"), amount().Draw(t, "recent"), amount().Draw(t, "effect"), amount().Draw(t, "low"), amount().Draw(t, "high"), sub.law() == 0)
		f.Window, f.Gaps, f.Silent = rapid.IntRange(1, 24).Draw(t, "window"), rapid.IntRange(0, 3).Draw(t, "gaps"), rapid.IntRange(1, 20).Draw(t, "silent")
		f.Noughts, f.Unloaded, f.Moved = rapid.IntRange(0, 2).Draw(t, "noughts"), rapid.IntRange(0, 2).Draw(t, "unloaded"), rapid.Bool().Draw(t, "moved")
		f.SilentFrom, f.LastSaid, f.Never = at(3), at(2), rapid.Bool().Draw(t, "never")
		f.PlaceP, f.PlaceZ, f.PlaceN, f.PlacePeriod = p, f.Z, rapid.IntRange(10, 7000).Draw(t, "among"), at(27)
		f.PlaceValue, f.PlaceCentre, f.Value = f.Recent, f.Baseline, f.Recent
		kind := rapid.SampledFrom([]string{OverTime, Beside, Silent, Alert}).Draw(t, "kind")
		st := among(rapid.IntRange(1, 7000).Draw(t, "judged"), rapid.IntRange(0, 3).Draw(t, "same"), f, &SharedStep{Began: at(9), Higher: f.Z > 0, Share: rapid.Float64Range(.75, 1).Draw(t, "share"),
			Units: 33, Effect: math.Abs(f.Effect), Ratio: f.Ratio})
		g, teller := told{"", sub, st, f, kind, p}.signal()
		c := Concern{Practice: "P00", Theme: "another", Telling: Telling{Signals: []Signal{g, g}}}
		for _, words := range append(textsOf(g), teller.headline(&c), teller.moved(&c, .01)) {
			if noNumber(words) || strings.Contains(words, "  ") || strings.Contains(words, " 1 periods") || strings.Contains(words, "the 1 other practices") || strings.Contains(words, "−0.0 ") {
				t.Fatalf("it says %q", words)
			}
		}
		for _, words := range []string{g.Seen, g.Since, g.Odds, g.Unknown} {
			if !strings.HasSuffix(words, ".") || words == "." {
				t.Fatalf("no sentence: %q", words)
			}
		}
	})
}

func TestAmounts(t *testing.T) {
	for _, c := range []struct {
		x        float64
		decimals int
		want     string
	}{
		{0, 0, "0"}, {0, 2, "0"}, {-.04, 1, "0.0"}, {-.06, 1, "−0.1"}, {999.96, 1, "1,000.0"}, {1234567.891, 2, "1,234,567.89"}, {-1234.5, 0, "−1,234"}, {12, 0, "12"}, {123, 0, "123"},
	} {
		if got := amountWith(c.x, c.decimals); got != c.want {
			t.Errorf("%v with %d decimals is %q, want %q", c.x, c.decimals, got, c.want)
		}
	}
	for x, want := range map[float64]float64{9.4: 9, 10: 10, 1234: 1200, 1000: 1000, 995: 1000, 999999: 1e6, 20: 20} {
		if got := roundTwo(x); got != want {
			t.Errorf("%v is rounded to %v, want %v", x, got, want)
		}
	}
	for text, want := range map[string]string{"": "", "a": "A", "£ per patient": "£ per patient", "élan": "Élan", "% of calls": "% of calls"} {
		if got := capital(text); got != want {
			t.Errorf("%q with a capital is %q, want %q", text, got, want)
		}
	}
}

// What else moved is told in order, the first six by name.
func TestMoved(t *testing.T) {
	var subjects []subject
	var studies []Study
	for i := range 9 {
		in := watchedIndicator(fmt.Sprintf("thing%d", i), "access", HigherIsBetter, "%")
		f := changed(3, .02, 1, 2, 2, 1, 3, true)
		if i == 0 {
			f.P = .0001
		}
		subjects, studies = append(subjects, subjectOf(in, measure.Rate, 1)), append(studies, Study{Judged: 9, Findings: []Finding{f}})
	}
	c := Concern{Practice: "P00", Theme: "money"}
	got := newTeller(watch{}, subjects, studies).moved(&c, .001)
	want := "At the same practice: Thing0 (higher since January 2025); Thing1 (higher since January 2025, not enough alone)"
	if !strings.HasPrefix(got, want) || !strings.HasSuffix(got, ", and 3 more.") || strings.Count(got, ";") != 5 {
		t.Errorf("it says %q", got)
	}
	// And what is told by the concern itself is not told again
	c.Theme = "access"
	if got := newTeller(watch{}, subjects, studies).moved(&c, .001); !strings.HasPrefix(got, "Nothing else") {
		t.Errorf("it says %q", got)
	}
}
