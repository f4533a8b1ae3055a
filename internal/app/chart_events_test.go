package app

import (
	"bytes"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"ohp/internal/kernel/date"
	"ohp/internal/kernel/errs"
	"ohp/internal/kernel/testkit"
)

// falls are the dates of events, each so many days after the one before.
func falls(days ...int) string {
	at := date.New(2024, 1, 5)
	content := "date\n" + at.String() + "\n"
	for _, d := range days {
		at = at.AddDays(d)
		content += at.String() + "\n"
	}
	return content
}

func drawn(t *testing.T, c Chart) *Charted {
	t.Helper()
	read, err := c.read()
	if err != nil {
		t.Fatal(err)
	}
	d, err := c.draw(read)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func values(d *Charted) []float64 {
	var all []float64
	for _, p := range d.Points {
		all = append(all, orNaN(p.Value))
	}
	return all
}

// Days between the dates of events give the chart that the same days give as values of a column.
func TestChartOfEvents(t *testing.T) {
	days := []int{31, 56, 8, 103, 73, 153, 19, 164, 12, 40, 77, 25, 310}
	columns := strings.Split(falls(days...), "\n")
	columns[0] += ",days"
	for i := range days {
		columns[i+2] += fmt.Sprintf(",%d", days[i])
	}
	withDays := table(t, "days.csv", strings.Join(append(columns[:1:1], columns[2:]...), "\n"))
	for _, kind := range []string{"t", "g", "run"} {
		want := drawn(t, Chart{File: withDays, Kind: kind})
		got := drawn(t, Chart{File: table(t, "falls.csv", falls(days...)), Kind: kind})
		if len(got.Points) != len(days) || got.Points[0].Line != 3 {
			t.Fatalf("%s: %d points, the first of line %d", kind, len(got.Points), got.Points[0].Line)
		}
		for i, p := range got.Points {
			w := want.Points[i]
			if *p.Value != *w.Value || p.Date != w.Date || *p.Centre != *w.Centre || orNaN(p.Upper) != orNaN(w.Upper) && p.Upper != w.Upper {
				t.Errorf("%s: point %d is %+v, want %+v", kind, i, p, w)
			}
		}
		if words := strings.Join(got.Settings, " "); !strings.Contains(words, "days between 14 events") || !strings.Contains(words, "2024-01-05 on line 2, has nothing before it") {
			t.Errorf("%s: %s", kind, words)
		}
	}
}

// Several events of one day are spread over it where time must be above nought, and are nought days apart elsewhere.
func TestChartOfEventsOfOneDay(t *testing.T) {
	content := falls(10, 0, 0, 0, 1, 5, 0, 20)
	for kind, want := range map[string][]float64{
		"t":   {10, .25, .25, .25, .25, 5, .5, 19.5},
		"g":   {10, 0, 0, 0, 1, 5, 0, 20},
		"run": {10, 0, 0, 0, 1, 5, 0, 20},
	} {
		d := drawn(t, Chart{File: table(t, "falls.csv", content), Kind: kind})
		for i, v := range values(d) {
			if math.Abs(v-want[i]) > 1e-12 {
				t.Errorf("%s: %v, want %v", kind, values(d), want)
				break
			}
		}
		if words := strings.Join(d.Settings, " "); !strings.Contains(words, "6 of the events share their day with another") {
			t.Errorf("%s: %s", kind, words)
		}
		wellFormed(t, d.drawing().File())
	}
}

// A list of events is told by its columns: dates alone, or nothing but words beside them where times between events are asked for.
func TestChartTellsEvents(t *testing.T) {
	alone := falls(3, 4, 5, 6, 7, 8, 9, 3, 4, 5, 6, 7, 8)
	for _, c := range []struct {
		name, content string
		chart         Chart
		kind          string
		first         float64
	}{
		{"auto", alone, Chart{}, "t", 3},
		{"few", falls(3, 4, 5), Chart{}, "run", 3},
		{"no header", strings.TrimPrefix(alone, "date\n"), Chart{Kind: "g"}, "g", 3},
		{"words beside", "date,what\n2024-01-01,fall\n2024-01-03,\n2024-01-09,wet floor\n", Chart{Kind: "t"}, "t", 2},
		{"more words", "when,where,what\n2024-01-01,ward,fall\n2024-01-03,hall,fall\n2024-01-09,stairs,fall\n", Chart{Kind: "t", Date: "when"}, "t", 2},
		{"an empty column", "date,\n1 January 2024,\n3 January 2024,\n9 January 2024,\n", Chart{Kind: "g"}, "g", 2},
		{"values", "date,days\n2024-01-01,7\n2024-01-03,5\n", Chart{Kind: "t"}, "t", 7},
		{"cases", "date,cases\n2024-01-01,70\n2024-01-03,50\n", Chart{Kind: "g"}, "g", 70},
	} {
		c.chart.File = table(t, "t.csv", c.content)
		if d := drawn(t, c.chart); d.Kind != c.kind || *d.Points[0].Value != c.first {
			t.Errorf("%s: a chart of kind %s whose first value is %v", c.name, d.Kind, *d.Points[0].Value)
		}
	}
}

func TestChartOfEventsRefuses(t *testing.T) {
	for _, c := range []struct {
		content string
		chart   Chart
		words   string
	}{
		{falls(), Chart{Kind: "t"}, "at least two events"},
		{falls(), Chart{}, "at least two events"},
		{falls(3, 4), Chart{Kind: "xmr"}, "dates alone"},
		{falls(3, 4), Chart{Kind: "p"}, "dates alone"},
		{falls(3, 4), Chart{Kind: "t", Per: 1000}, "--per"},
		{falls(3, -1), Chart{Kind: "t"}, "line 4: the date 2024-01-07 comes after 2024-01-08 on line 3"},
		{"date\n2024-01-01\nhello\n", Chart{Kind: "t"}, `line 3, column "date": "hello" is not a date`},
		{"date,what\n2024-01-01,3l\n2024-01-03,5\n", Chart{Kind: "t"}, `"3l" is no number`},
		{falls(3, 4), Chart{Kind: "t", Rebase: []string{"2024-01-06"}}, "--rebase 2024-01-06"},
	} {
		c.chart.File = table(t, "t.csv", c.content)
		if err := c.chart.Run(&strings.Builder{}); err == nil || !strings.Contains(err.Error(), c.words) {
			t.Errorf("%q %+v: the error is %v, want %q", c.content, c.chart, err, c.words)
		}
	}
}

func TestChartOfEventsInWords(t *testing.T) {
	var out strings.Builder
	c := Chart{File: table(t, "falls.csv", falls(31, 12, 0, 0, 60, 41, 5, 80, 33, 24, 47, 18, 29, 2)), Title: "Falls"}
	if err := c.Run(&out); err != nil {
		t.Fatal(err)
	}
	testkit.Golden(t, "chart/falls.txt", []byte(out.String()))
	if drawing := string(drawn(t, c).drawing().File()); !strings.Contains(drawing, "Days between events") {
		t.Error("the drawing does not say what its values are")
	}
}

// A date that cannot be read is named with its line, its reason and what to write instead.
func TestChartNamesBadDates(t *testing.T) {
	c := Chart{File: table(t, "t.csv", "date,value\nhello,1\n2023-02-30,2\n,3\n12,4\n2024-01-01,5\n")}
	_, err := c.read()
	for _, words := range []string{
		`line 2, column "date": "hello" is not a date`, `line 3, column "date": "2023-02-30" is not a date: February 2023 has no day 30; write it as 2025-10-01`,
		`line 4, column "date": there is no date: the text is empty; write it as`, `line 5, column "date": "12" is not a date: write it as 2025-10-01`,
	} {
		if !strings.Contains(errs.Words(err), words) {
			t.Errorf("%q is not in %q", words, errs.Words(err))
		}
	}
	c = Chart{File: table(t, "t.csv", waits()), Rebase: []string{"foo"}}
	if err := c.Run(&bytes.Buffer{}); !strings.Contains(errs.Words(err), `--rebase foo: "foo" is not a date: "foo" is not the name of a month; write it as 2025-10-01`) {
		t.Errorf("%v", err)
	}
}

// "-" stands for the standard output: the drawing and nothing else.
func TestChartToStandardOutput(t *testing.T) {
	t.Chdir(t.TempDir())
	var out bytes.Buffer
	c := Chart{File: table(t, "waits.csv", waits()), Out: "-"}
	if err := c.Run(&out); err != nil {
		t.Fatal(err)
	}
	wellFormed(t, out.Bytes())
	if !bytes.HasPrefix(out.Bytes(), []byte("<")) || strings.Contains(out.String(), "special cause  ") {
		t.Errorf("%.200s", out.String())
	}
	if _, err := os.Stat("-"); err == nil {
		t.Error(`a file named "-" was written`)
	}
	c.JSON = true
	if err := c.Run(&out); err == nil || !strings.Contains(err.Error(), "--json") {
		t.Errorf("two answers in one output: %v", err)
	}
}

// Any list of events is drawn by every kind for events, and its times add up to the time from the first event to the last.
func TestChartOfAnyEvents(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		gaps := rapid.SliceOfN(rapid.IntRange(0, 40), 1, 40).Draw(rt, "gaps")
		c := Chart{Kind: rapid.SampledFrom([]string{"auto", "t", "g", "run"}).Draw(rt, "kind"), FixAfter: rapid.SampledFrom([]int{0, 12}).Draw(rt, "fix")}
		c.File = filepath.Join(t.TempDir(), "t.csv")
		if err := os.WriteFile(c.File, []byte(falls(gaps...)), 0o600); err != nil {
			rt.Fatal(err)
		}
		read, err := c.read()
		if err != nil {
			rt.Fatal(err)
		}
		d, err := c.draw(read)
		if err != nil {
			rt.Fatal(err)
		}
		total, sum := 0, 0.
		for i, v := range values(d) {
			total, sum = total+gaps[i], sum+v
			if d.Kind == "t" && !(v > 0) {
				rt.Fatalf("%v of %v", values(d), gaps)
			}
		}
		// On a T chart the last events of a day may lie within it.
		if len(d.Points) != len(gaps) || sum < float64(total)-1e-9 || sum >= float64(total)+1 || d.Kind != "t" && sum != float64(total) {
			rt.Fatalf("%s: %v of %v", d.Kind, values(d), gaps)
		}
		if err := d.print(&strings.Builder{}); err != nil || len(d.drawing().File()) == 0 {
			rt.Fatal(err)
		}
	})
}
