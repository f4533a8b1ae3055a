package app

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"ohp/internal/kernel/testkit"
)

// table writes a table into a file of its own and returns its path.
func table(t testing.TB, name, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// Complaints of a practice of 8,800 patients that double in the last months; a month is missing.
func complaints() string {
	var b strings.Builder
	b.WriteString("Month,Complaints,Patients\n")
	for i, n := range []string{"2", "1", "0", "3", "1", "2", "", "1", "0", "2", "1", "4", "2", "1", "2", "0", "1", "3", "2", "6", "7", "5", "8", "9"} {
		fmt.Fprintf(&b, "%d-%02d,%s,%d\n", 2024+i/12, i%12+1, n, 8800+10*i)
	}
	return b.String()
}

// waits are minutes, dated as in Britain, without a header.
func waits() string {
	var b strings.Builder
	for i, v := range []float64{12.1, 11.4, 13.0, 12.2, 11.9, 12.8, 12.5, 11.7, 12.0, 13.1, 12.4, 11.8, 9.2, 9.9, 8.8, 9.4, 9.1, 9.8, 9.0, 9.5, 9.3, 8.9} {
		fmt.Fprintf(&b, "01/%02d/%d,%v\n", i%12+1, 2024+i/12, v)
	}
	return b.String()
}

func TestChart(t *testing.T) {
	target := 10.0
	for _, c := range []struct {
		name, content string
		chart         Chart
	}{
		{"complaints", complaints(), Chart{Direction: "lower", Per: 1000, Title: "Complaints per 1,000 patients"}},
		{"complaints-u", complaints(), Chart{Kind: "u", Direction: "lower", Per: 1000, FixAfter: 18}},
		{"complaints-run", complaints(), Chart{Kind: "run", Per: 1000}},
		{"waits", waits(), Chart{Direction: "lower", Target: &target}},
		{"waits-rebased", waits(), Chart{Direction: "lower", Target: &target, Rebase: []string{"January 2025"}}},
		{"waits-mr", waits(), Chart{Kind: "mr"}},
		{"days-between", "date,days\n2024-01-05,31\n2024-03-01,56\n2024-03-09,8\n2024-06-20,103\n2024-09-01,73\n2025-02-01,153\n2025-02-20,19\n2025-08-03,164\n", Chart{Kind: "t", Value: "days"}},
		{"few", "day;value\n1 July 2025;3\n2 July 2025;4\n3 July 2025;2\n", Chart{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.chart.File = table(t, c.name+".csv", c.content)
			c.chart.Out = filepath.Join(t.TempDir(), "chart.svg")
			var out strings.Builder
			if err := c.chart.Run(&out); err != nil {
				t.Fatal(err)
			}
			testkit.Golden(t, "chart/"+c.name+".txt", []byte(out.String()))
			drawing, err := os.ReadFile(c.chart.Out)
			if err != nil {
				t.Fatal(err)
			}
			wellFormed(t, drawing)
			if title := c.chart.title(); !strings.Contains(string(drawing), title) {
				t.Errorf("the drawing does not say %q", title)
			}
		})
	}
}

// JSON says null where there is no number, and holds the same points as the table.
func TestChartAsJSON(t *testing.T) {
	c := Chart{File: table(t, "complaints.csv", complaints()), Direction: "lower", Per: 1000, JSON: true}
	var out strings.Builder
	if err := c.Run(&out); err != nil {
		t.Fatal(err)
	}
	var d Charted
	if err := json.Unmarshal([]byte(out.String()), &d); err != nil {
		t.Fatal(err)
	}
	if d.Kind != "u" && d.Kind != "up" || len(d.Points) != 24 || d.Points[6].Value != nil || d.Points[6].Line != 8 {
		t.Errorf("a chart of kind %s with %d points; the missing one is %+v", d.Kind, len(d.Points), d.Points[6])
	}
	if last := d.Points[23]; last.Meaning != "special_cause_concern" || d.Variation != "concern_high" {
		t.Errorf("the last point is %+v, variation %s", last, d.Variation)
	}
	if *d.Points[0].Value != 2.0/8800*1000 {
		t.Errorf("the first value is %v", *d.Points[0].Value)
	}
}

// Columns are found by what their headers mean, and by name where these do not tell.
func TestChartFindsColumns(t *testing.T) {
	rows := "\n2024-01,5,50,9\n2024-02,6,60,8\n2024-03,,70,7\n"
	for _, c := range []struct {
		header string
		chart  Chart
		first  float64
	}{
		{"Date,Numerator,Denominator,Note", Chart{}, 10},
		{"Period,Events,List size,Note", Chart{Per: 1}, .1},
		{"MONTH,num,den,value", Chart{}, 10},
		{"MONTH,num,den,value", Chart{Value: "VALUE"}, 9},
		{"when,asked,patients seen,other", Chart{Date: "When", Numerator: "asked", Denominator: "Patients seen"}, 10},
		{"\ufeffdate,a,b,rate", Chart{}, 9},
		{"date,count,b,c", Chart{}, 5},
	} {
		c.chart.File = table(t, "t.csv", c.header+rows)
		read, err := c.chart.read()
		if err != nil {
			t.Errorf("%s: %v", c.header, err)
			continue
		}
		d, err := c.chart.draw(read)
		if err != nil {
			t.Errorf("%s: %v", c.header, err)
			continue
		}
		if math.Abs(*d.Points[0].Value-c.first) > 1e-12 {
			t.Errorf("%s: the first value is %v, want %v", c.header, *d.Points[0].Value, c.first)
		}
	}
}

// What cannot be drawn is refused with line, column and reason.
func TestChartRefuses(t *testing.T) {
	nan := math.NaN()
	for _, c := range []struct {
		content string
		chart   Chart
		words   string
	}{
		{"date,value\n2024-01-01,1\n2024-01-01,2\n", Chart{}, "line 3: the date 2024-01-01 already stands on line 2"},
		{"date,value\n2024-02-01,1\n\n2024-01-01,2\n", Chart{}, "line 4: the date 2024-01-01 comes after 2024-02-01 on line 2"},
		{"date,value\n2024-01-01,many\n", Chart{}, `line 2, column "value": "many" is no number`},
		{"date,value\n2024-01-01,NaN\n", Chart{}, `"NaN" is no number`},
		{"date,value\n2024-01-01,1e999\n", Chart{}, `"1e999" is no number`},
		{"date,value\nsome day,1\n", Chart{}, `line 2, column "date"`},
		{"date,value\n", Chart{}, "no rows"},
		{"", Chart{}, "empty"},
		{"date,colour,shape\n2024-01-01,1,2\n", Chart{}, "no column of values"},
		{"colour,value\n2024-01-01,1\n", Chart{}, "no column of dates"},
		{"2024-01-01,1,2,3\n", Chart{}, "Without a header"},
		{"date,value\n2024-01-01,1\n", Chart{Value: "price"}, `--value: there is no column named "price"`},
		{"date,num,den\n2024-01-01,-1,2\n", Chart{}, "must not be below nought"},
		{"date,num,den\n2024-01-01,1,2\n", Chart{Denominator: "nothing"}, "--denominator"},
		{"date,value\n2024-01-01,1\n2024-02-01,1\n", Chart{Kind: "p"}, "needs a numerator and a denominator"},
		{"date,num,den\n2024-01-01,3,2\n", Chart{Kind: "p"}, "Choose u or up"},
		{"date,value\n2024-01-01,1\n", Chart{Kind: "pie"}, "There is no chart of kind"},
		{"date,value\n2024-01-01,1\n", Chart{Profile: "mine"}, "mine"},
		{"date,value\n2024-01-01,1\n", Chart{Direction: "up"}, "say which is better"},
		{"date,value\n2024-01-01,1\n2024-02-01,1\n", Chart{Rebase: []string{"2030-01-01"}}, "--rebase 2030-01-01"},
		{"date,value\n2024-01-01,1\n2024-02-01,1\n", Chart{Rebase: []string{"whenever"}}, "--rebase whenever"},
		{"date,value\n2024-01-01,1\n", Chart{Target: &nan}, "--target"},
		{"date,value\n2024-01-01,1\n", Chart{Per: nan}, "--per"},
		{"date,num,den\n2024-01-01,1,2\n", Chart{Per: -100}, "--per"},
		{"date,num,den\n2024-01-01,1,2\n", Chart{Kind: "u", Per: math.Inf(1)}, "--per"},
		{"date,value\n2024-01-01,1\n", Chart{FixAfter: -3}, "--fix-after -3"},
		{"date,num,den\n2024-01-01,1,2\n", Chart{Kind: "u", FixAfter: -3}, "--fix-after -3"},
		{"date,num,den\n2024-01-01,1,2\n2024-02-01,1,2\n", Chart{Kind: "u", Rebase: []string{"2024-02-01"}, FixAfter: 1}, "XmR chart only"},
	} {
		c.chart.File = table(t, "t.csv", c.content)
		err := c.chart.Run(&strings.Builder{})
		if err == nil || !strings.Contains(err.Error(), c.words) {
			t.Errorf("%q %+v: the error is %v, want %q", c.content, c.chart, err, c.words)
		}
	}
	if err := (Chart{File: "/nowhere/at/all.csv"}).Run(&strings.Builder{}); err == nil {
		t.Error("a file that is not there was drawn")
	}
}

// steps are counts of 100 that rise over the turn of the year by fewer than seven points on either side of it.
func steps() string {
	var b strings.Builder
	b.WriteString("date,num,den\n")
	for i, n := range []int{20, 22, 19, 21, 20, 22, 20, 21, 22, 23, 24, 25, 26, 27, 20, 22, 19, 21, 20, 22, 20, 22, 21, 20, 22, 19} {
		fmt.Fprintf(&b, "%d-%02d-01,%d,100\n", 2024+i/12, i%12+1, n)
	}
	return b.String()
}

// No rule looks across the place where new limits begin, on any kind of chart, and the words name every setting.
func TestChartWithNewLimits(t *testing.T) {
	for _, kind := range []string{"xmr", "u", "p", "i", "up"} {
		c := Chart{File: table(t, "steps.csv", steps()), Kind: kind, Rebase: []string{"2025-01-01"}}
		if kind == "xmr" {
			c.FixAfter = 12
		}
		read, err := c.read()
		if err != nil {
			t.Fatal(err)
		}
		d, err := c.draw(read)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range d.Points {
			if strings.Contains(p.Cause, "trend") {
				t.Errorf("%s: %s is in a %s across the new limits", kind, p.Date, p.Cause)
			}
		}
		words := strings.Join(d.Settings, " ")
		if !strings.Contains(words, "calculated anew from 2025-01-01") || strings.Contains(words, "first 12 points") != (kind == "xmr") {
			t.Errorf("%s: %s", kind, words)
		}
		whole := Chart{File: c.File, Kind: kind}
		if d, err = whole.draw(read); err != nil || !strings.Contains(d.Points[11].Cause, "trend") {
			t.Errorf("%s without new limits: %+v %v", kind, d.Points[11], err)
		}
	}
}

// A target is held against the latest limits that there are; without limits there is no icon.
func TestChartTargetAndIcons(t *testing.T) {
	target := .9
	constant := "date,value\n" + strings.ReplaceAll(strings.Repeat("2024-01-?,5\n", 28), "?", "%02d")
	days := make([]any, 28)
	for i := range days {
		days[i] = i + 1
	}
	for _, c := range []struct {
		name, content, kind  string
		variation, assurance string
	}{
		{"last row empty", steps() + "2026-03-01,,\n", "u", "common_cause", "fail"},
		{"last row full", steps(), "u", "common_cause", "fail"},
		{"constant", fmt.Sprintf(constant, days...), "i", "too_few_points", "none"},
		{"constant", fmt.Sprintf(constant, days...), "xmr", "too_few_points", "none"},
		{"no denominators", "date,num,den\n2024-01-01,1,\n2024-02-01,1,\n", "u", "too_few_points", "none"},
	} {
		chart := Chart{File: table(t, "t.csv", c.content), Kind: c.kind, Target: &target}
		read, err := chart.read()
		if err != nil {
			t.Fatal(err)
		}
		d, err := chart.draw(read)
		if err != nil || d.Variation != c.variation || d.Assurance != c.assurance {
			t.Errorf("%s (%s): %s and %s, want %s and %s; %v", c.name, c.kind, d.Variation, d.Assurance, c.variation, c.assurance, err)
		}
	}
}

// Any table of numbers is drawn by every kind, or refused in words; nothing panics, and every point of the table is in the chart.
func TestChartOfAnything(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		kind := rapid.SampledFrom([]string{"auto", "xmr", "run", "i", "mr", "ip", "p", "pp", "u", "up", "c", "g", "t"}).Draw(rt, "kind")
		n := rapid.IntRange(1, 40).Draw(rt, "n")
		content := strings.Builder{}
		content.WriteString("date,num,den\n")
		for i := range n {
			den := rapid.IntRange(0, 50).Draw(rt, "den")
			num := rapid.IntRange(0, max(den, 1)).Draw(rt, "num")
			cell := fmt.Sprint(num)
			if rapid.IntRange(0, 9).Draw(rt, "gap") == 0 {
				cell = ""
			}
			fmt.Fprintf(&content, "%d-%02d-15,%s,%d\n", 2000+i/12, i%12+1, cell, den)
		}
		c := Chart{Kind: kind, FixAfter: rapid.SampledFrom([]int{0, 0, 12}).Draw(rt, "fix")}
		c.File = filepath.Join(t.TempDir(), "t.csv")
		if err := os.WriteFile(c.File, []byte(content.String()), 0o600); err != nil {
			rt.Fatal(err)
		}
		read, err := c.read()
		if err != nil {
			rt.Fatal(err)
		}
		d, err := c.draw(read)
		if err != nil {
			return // refused in words
		}
		if len(d.Points) != n {
			rt.Fatalf("%d points of %d", len(d.Points), n)
		}
		if err := d.print(&strings.Builder{}); err != nil || len(d.drawing().File()) == 0 {
			rt.Fatal(err)
		}
		if _, err := json.Marshal(d); err != nil {
			rt.Fatal(err)
		}
	})
}
