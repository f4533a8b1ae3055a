package monitor

import (
	"context"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/a-h/templ"

	"ohp/internal/kernel/date"
	"ohp/internal/kernel/errs"
	"ohp/internal/kernel/measure"
	"ohp/internal/kernel/page/chart"
	"ohp/internal/kernel/store"
)

// saidBy is what a piece of a page says to a reader, without its elements.
func saidBy(t *testing.T, c templ.Component) string {
	t.Helper()
	var b strings.Builder
	if err := c.Render(t.Context(), &b); err != nil {
		t.Fatal(err)
	}
	words := b.String()
	for from := strings.IndexByte(words, '<'); from >= 0; from = strings.IndexByte(words, '<') {
		words = words[:from] + " " + words[from+strings.IndexByte(words[from:], '>')+1:]
	}
	return strings.Join(strings.Fields(words), " ")
}

// concernsSay is what the Concerns page says at an address.
func (w *watched) concernsSay(address string) string {
	w.t.Helper()
	v, err := (Pages{DB: w.db, Measures: w.measures}).readConcerns(httptest.NewRequest("GET", address, nil))
	if err != nil {
		w.t.Fatal(err)
	}
	return saidBy(w.t.(*testing.T), concernsPage(v))
}

func (w *watched) practiceSays(code string) string {
	w.t.Helper()
	r := httptest.NewRequest("GET", "/", nil)
	r.SetPathValue("code", code)
	v, err := (Pages{DB: w.db, Measures: w.measures}).readPractice(r)
	if err != nil {
		w.t.Fatal(err)
	}
	return saidBy(w.t.(*testing.T), practicePage(v))
}

func check(t *testing.T, what, words string, says, not []string) {
	t.Helper()
	for _, s := range says {
		if !strings.Contains(words, s) {
			t.Errorf("%s does not say %q: %s", what, s, words)
		}
	}
	for _, s := range not {
		if strings.Contains(words, s) {
			t.Errorf("%s says %q: %s", what, s, words)
		}
	}
}

// Where no series can be judged nothing is calm: the page says what is needed. Where one can, it says what was checked.
func TestNothingJudgedIsNotCalm(t *testing.T) {
	onBoth(t, 5, func(t *testing.T, w *watched) {
		// Given three months of one indicator
		w.figures("complaints", 0, 3, steadyComplaints)
		w.run()
		check(t, "the page", w.concernsSay("/concerns"), []string{"Nothing can be judged over time yet", "None of the 5 series (5 practices, 1 indicator)", "12 reported periods", "ohp import", "ohp monitor"},
			[]string{"Nothing needs attention", "1 indicators"})
		// When there are enough
		w.figures("complaints", 3, 24, steadyComplaints)
		w.run()
		check(t, "the page", w.concernsSay("/concerns"), []string{"Nothing needs attention", "5 practices, 1 indicator, 5 series, of which 5 can be judged over time, each flagged at a chance of 1 in "}, []string{"yet", "1 indicators"})
	})
	if got := (Summary{Practices: 1, Indicators: 1, Series: 1, Judged: 1}).Words(); got != "1 practice, 1 indicator, 1 series, of which 1 can be judged over time" {
		t.Errorf("it says %q", got)
	}
}

// A list of concerns says how much was judged, and under which threshold.
func TestConcernsSayWhatWasJudged(t *testing.T) {
	onSQLite(t, 20, func(w *watched) {
		w.figures("complaints", 0, 30, then(steadyComplaints, 24, complaintsOf(18)))
		w.run()
		check(t, "the page", w.concernsSay("/concerns"), []string{"1 concern.", "20 practices, 1 indicator, 20 series, of which 20 can be judged over time", "flagged at a chance of 1 in "}, nil)
	})
}

// What was loaded after the last run has not been studied, and the page says so until it has been.
func TestConcernsSayThatNewerFilesAreLoaded(t *testing.T) {
	onBoth(t, 20, func(t *testing.T, w *watched) {
		w.figures("complaints", 0, 30, then(steadyComplaints, 24, complaintsOf(18)))
		w.run()
		loaded := func(at time.Time, where string) {
			t.Helper()
			err := w.db.Transact(t.Context(), func(ctx context.Context, tx *store.Tx) error {
				_, err := store.Exec(ctx, tx, "update source_file set loaded_at = $1"+where, date.At(at))
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		loaded(time.Now().Add(-time.Hour), "")
		check(t, "after a run the page", w.concernsSay("/concerns"), nil, []string{"loaded since"})
		w.figures("complaints", 30, 31, steadyComplaints)
		loaded(time.Now().Add(time.Hour), " where no = (select max(no) from source_file)")
		check(t, "after a file the page", w.concernsSay("/concerns"), []string{"1 file has been loaded since", "not been studied", "ohp monitor"}, nil)
		w.figures("complaints", 31, 32, steadyComplaints)
		loaded(time.Now().Add(time.Hour), " where no = (select max(no) from source_file)")
		check(t, "after two files the page", w.concernsSay("/concerns?theme=money"), []string{"2 files have been loaded since", "ohp monitor"}, nil)
	})
}

// A filter for a practice that nobody knows is refused: “no concern fits” would be false calm. A known one stays in the form.
func TestConcernsOfAnUnknownPractice(t *testing.T) {
	onBoth(t, 20, func(t *testing.T, w *watched) {
		w.figures("complaints", 0, 30, then(steadyComplaints, 24, complaintsOf(18)))
		w.run()
		_, err := (Pages{DB: w.db}).readConcerns(httptest.NewRequest("GET", "/concerns?practice=nosuch", nil))
		if errs.KindOf(err) != errs.Invalid || !strings.Contains(errs.Words(err), "No practice with the code “NOSUCH” is loaded") {
			t.Errorf("it answers %v", err)
		}
		check(t, "the page", w.concernsSay("/concerns?practice=p03"), []string{"No concern fits these filters", "Practice P03 (P03)"}, nil)
	})
}

// Only the partnership's open practices are watched: of all others “none is open” would be false calm.
func TestPracticeThatIsNotWatched(t *testing.T) {
	onBoth(t, 20, func(t *testing.T, w *watched) {
		check(t, "before a run the page", w.practiceSays("P01"), []string{"Nothing has been studied yet", "ohp monitor"}, []string{"None is open"})
		w.figures("complaints", 0, 30, steadyComplaints)
		w.run()
		l := &measure.Load{}
		l.Unit(measure.Unit{Code: "A81001", Kind: "practice", Name: "THE DENSHAM SURGERY", Status: "active"})
		l.Unit(measure.Unit{Code: "U24883", Kind: "pcn", Name: "A NETWORK", Status: "active"})
		l.Unit(measure.Unit{Code: "P02", Kind: "practice", Name: "PRACTICE P02", Status: "closed"})
		w.store(l)
		check(t, "a member's page", w.practiceSays("P01"), []string{"None is open"}, []string{"watched for concerns"})
		check(t, "another practice's page", w.practiceSays("A81001"), []string{"Only the practices of the partnership are watched for concerns"}, []string{"None is open"})
		check(t, "a network's page", w.practiceSays("U24883"), []string{"Only the practices of the partnership are watched for concerns"}, []string{"None is open"})
		check(t, "a closed practice's page", w.practiceSays("P02"), []string{"Closed practices are not watched for concerns"}, []string{"None is open"})
	})
}

// One thing has one word: what the list of concerns calls silent, the practice's chart calls silent.
func TestTagOfASilentPractice(t *testing.T) {
	onSQLite(t, 20, func(w *watched) {
		w.figures("calls", 0, 24, gapIn(steadyCalls, measure.NotReported, 22, 24))
		w.run()
		list := w.concerns("open")
		signals := []openSignal{{Concern: list[0].ID, Kind: Silent, Nature: Worse, Headline: list[0].Headline}}
		check(t, "the list", w.concernsSay("/concerns"), []string{"Silent"}, nil)
		check(t, "the chart", saidBy(t, openSignals(signals)), []string{"Silent Calls: no report"}, []string{"Worse"})
		signals[0].Kind = Alert
		check(t, "an alert", saidBy(t, openSignals(signals)), []string{"Alert "}, []string{"Worse"})
		signals[0].Kind, signals[0].Nature = OverTime, Better
		check(t, "an improvement", saidBy(t, openSignals(signals)), []string{"Better "}, nil)
		check(t, "the list of practices", saidBy(t, concernCounts(practiceRow{Worse: 1})), []string{"1 worse or silent"}, nil)
	})
}

// The key of a funnel says what is true of a practice without a mark: it lies within the limits that marks are decided by.
func TestKeyOfAFunnel(t *testing.T) {
	apart := func(spread float64) *chart.Funnel {
		_, f := comparedOf(Indicator{Name: "x", Direction: Neither, Funnel: true}, measure.Rate, 1000, figuresOf(40, func(i int) (float64, float64) {
			return 1000 + spread*float64(i%9-4) + float64(i%5), 10000
		}))
		if f == nil {
			t.Fatal("no funnel")
		}
		return f
	}
	check(t, "the key of a widened funnel", saidBy(t, apart(150).Key()), []string{"A practice within the widened limits"}, []string{"what chance explains", "partnership"})
	check(t, "the key of another", saidBy(t, apart(1).Key()), []string{"A practice within the limits"}, []string{"widened", "partnership"})
	own := apart(150)
	own.Own = ownWords
	check(t, "the key of a partnership's", saidBy(t, own.Key()), []string{"A practice of the partnership, within the widened limits"}, nil)
}

// Nought is written as it is: 0.000 would say that it was measured to three decimals.
func TestNoughtIsWrittenPlainly(t *testing.T) {
	in := watchedIndicator("x", "access", Neither, "per 1,000 patients")
	in.Decimals = 3
	sub := subject{Indicator: in}
	for x, want := range map[float64]string{0: "0", .0001: "0.000", .25: "0.250", -1.5: "−1.500"} {
		if got := formatOf(in).Write(x); got != want {
			t.Errorf("%v is written %q, want %q", x, got, want)
		}
		if got := sub.amount(x); got != want {
			t.Errorf("in words %v is written %q, want %q", x, got, want)
		}
	}
	in.ScaleWords = "%"
	if got := formatOf(in).Write(0); got != "0%" {
		t.Errorf("no share is written %q", got)
	}
}

// Given practices in the order of their concerns, When one is searched for, Then the order stays.
func TestSearchKeepsTheOrder(t *testing.T) {
	for sort, want := range map[string]bool{"concerns": true, "": false} {
		var b strings.Builder
		if err := practicesPage(practicesView{sort: sort, page: 1}).Render(t.Context(), &b); err != nil {
			t.Fatal(err)
		}
		if got := strings.Contains(b.String(), `<input type="hidden" name="sort" value="concerns">`); got != want {
			t.Errorf("sorted by %q, the form keeps the order: %v", sort, got)
		}
	}
}
