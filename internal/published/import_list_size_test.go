package published

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"ohp/internal/kernel/date"
	"ohp/internal/kernel/measure"
	"ohp/internal/kernel/testkit"
)

func TestListSizesEqualTheExpected(t *testing.T) {
	// Given every list-size file, when it is read, then each practice of the partnership has the number that was found by hand
	expected := readTable(t, testkit.Published(t, "ohp", "ohp_list_sizes.csv"))
	paths, _ := filepath.Glob(testkit.Published(t, "list_size") + "/*/*")
	got := map[figureKey]measure.Figure{}
	for _, p := range paths {
		if strings.HasSuffix(p, "-map.zip") {
			continue
		}
		l := mustRead(t, p)
		if len(l.Rejections) > 0 {
			t.Errorf("%s: %d rejected, first %v", filepath.Base(p), len(l.Rejections), l.Rejections[0])
		}
		for k, f := range figuresOf(t, l) {
			got[k] = f
		}
	}
	compared := 0
	for _, row := range expected {
		want, _ := strconv.ParseFloat(row["patients"], 64)
		f, ok := got[figureKey{"list-size", row["ods_code"], row["extract_date"][:7]}]
		if !ok || f.Numerator != want || f.Status != measure.Reported || !measure.IsNone(f.Denominator) || !measure.IsNone(f.Value) {
			t.Errorf("%s %s: %+v, want %v", row["ods_code"], row["extract_date"], f, want)
		}
		compared++
	}
	if compared < 300 {
		t.Errorf("only %d compared", compared)
	}
}

func TestAgeBands(t *testing.T) {
	// Given five-year bands of five kinds of organisation, when they are read, then only practices count and the groups add up
	l := mustRead(t, testkit.Published(t, "list_size", "2026-07", "gp-reg-pat-prac-quin-age.zip"))
	got := figuresOf(t, l)
	for name, want := range map[string]float64{"list-size": 17630, "list-female": 0, "list-male": 0, "list-aged-under-5": 0, "list-aged-65-plus": 0, "list-aged-75-plus": 0, "list-aged-85-plus": 0} {
		f, ok := got[figureKey{name, "M82010", "2026-07"}]
		if !ok || f.Status != measure.Reported || (want > 0 && f.Numerator != want) || (name != "list-size" && f.Denominator != 17630) {
			t.Errorf("%s: %+v", name, f)
		}
	}
	num := func(name string) float64 { return got[figureKey{name, "M82010", "2026-07"}].Numerator }
	if num("list-female")+num("list-male") != 17630 {
		t.Errorf("the sexes sum to %v", num("list-female")+num("list-male"))
	}
	if !(num("list-aged-65-plus") > num("list-aged-75-plus") && num("list-aged-75-plus") > num("list-aged-85-plus") && num("list-aged-85-plus") > 0) {
		t.Error("older groups are not within younger ones")
	}
	for k := range got {
		if k.unit[0] == 'U' || k.unit[0] == 'Q' {
			t.Fatalf("%v is no practice", k)
		}
	}
}

// listCSV writes a table of one practice in a layout.
func listCSV(header string, rows ...string) string {
	return header + "\n" + strings.Join(rows, "\n") + "\n"
}

func TestListLayouts(t *testing.T) {
	// Given the layouts of all years, when they are read, then they say the same of the same practice
	const allHeader = "PUBLICATION,EXTRACT_DATE,TYPE,CCG_CODE,ONS_CCG_CODE,CODE,POSTCODE,SEX,AGE,NUMBER_OF_PATIENTS"
	const singleHeader = "EXTRACT_DATE,SUB_ICB_LOCATION_CODE,ONS_SUB_ICB_LOCATION_CODE,ORG_CODE,POSTCODE,SEX,AGE,NUMBER_OF_PATIENTS"
	single := func(sex string, numbers map[string]int) string {
		var rows []string
		for age, n := range numbers {
			rows = append(rows, fmt.Sprintf("01-Apr-23,15E,E38000258,M85027,B14 7AA,%s,%s,%d", sex, age, n))
		}
		slices.Sort(rows)
		return listCSV(singleHeader, rows...)
	}
	men := map[string]int{"ALL": 40, "0": 1, "4": 2, "5": 3, "64": 10, "65": 11, "75": 7, "85": 4, "95+": 2}
	women := map[string]int{"ALL": 50, "0": 2, "4": 2, "5": 3, "64": 20, "65": 10, "75": 6, "85": 4, "95+": 3}
	for name, c := range map[string]struct {
		file, content, period string
		want                  map[string]float64
	}{
		"totals, 2013 spelling": {"x.csv", listCSV(allHeader, "GP_PRAC_PAT_LIST,01JAN2021,GP,15E,E38000220,M85027,B14 7AA,ALL,ALL,90"), "2021-01", map[string]float64{"list-size": 90}},
		"renamed, shuffled, more columns, notes above and below": {"x.csv",
			"\ufeffPatients registered [note 1]\r\n\r\nAge,Sex [2],Org Code,x,Number of patients (1),Extract date\r\nALL,ALL,m85027 ,,\"90\",1 April 2023\r\nALL,ALL,England,,\"9,000\",1 April 2023\r\n\r\nSource: NHS\r\n",
			"2023-04", map[string]float64{"list-size": 90}},
		"men only":   {"x.csv", single("MALE", men), "2023-04", map[string]float64{"list-male": 40}},
		"women only": {"x.csv", single("FEMALE", women), "2023-04", map[string]float64{"list-female": 50}},
		"everyone by single year": {"x.csv", single("ALL", men), "2023-04",
			map[string]float64{"list-size": 40, "list-aged-under-5": 3, "list-aged-65-plus": 24, "list-aged-75-plus": 13, "list-aged-85-plus": 6}},
		"wide, five-year bands": {"gp-reg-patients-apr-2014.csv", "GP_PRACTICE_CODE,POSTCODE,CCG_CODE,NHSE_AREA_TEAM_CODE,NHSE_REGION_CODE,TOTAL_ALL,TOTAL_MALE,TOTAL_FEMALES,Male_0-4,Male_5-9,Male_60-64,Male_65-69,Male_75-79,Male_85+,Female_0-4,Female_5-9,Female_60-64,Female_65-69,Female_75-79,Female_85+\n" +
			"M85027,B14,15E,Q54,Y55,90,40,50,3,3,10,11,7,6,4,3,20,10,6,7\n", "2014-04",
			map[string]float64{"list-size": 90, "list-male": 40, "list-female": 50, "list-aged-under-5": 7, "list-aged-65-plus": 47, "list-aged-75-plus": 26, "list-aged-85-plus": 13}},
		"wide, single years": {"July 2016.csv", "PRACTICE_CODE,TOTAL_ALL,TOTAL_MALE,TOTAL_FEMALE,MALE_0_1,MALE_4,MALE_5,MALE_64_65,MALE_65_66,MALE_95+,FEMALE_0_1,FEMALE_4_5,FEMALE_5_6,FEMALE_84_85,FEMALE_85_86,FEMALE_95+\n" +
			"M85027,21,6,15,1,1,1,1,1,1,1,2,3,3,3,3\n", "2016-07",
			map[string]float64{"list-size": 21, "list-male": 6, "list-female": 15, "list-aged-under-5": 5, "list-aged-65-plus": 11, "list-aged-75-plus": 10, "list-aged-85-plus": 7}},
		"a band that straddles": {"x.csv", listCSV(singleHeader, "2023-04-01,15E,E3,M85027,B14,ALL,ALL,90", "2023-04-01,15E,E3,M85027,B14,ALL,0-64,60", "2023-04-01,15E,E3,M85027,B14,ALL,65-84,20", "2023-04-01,15E,E3,M85027,B14,ALL,85+,10"),
			"2023-04", map[string]float64{"list-size": 90, "list-aged-65-plus": 30, "list-aged-85-plus": 10}},
	} {
		t.Run(name, func(t *testing.T) {
			l, err := readText(t, c.file, c.content, Options{})
			if err != nil {
				t.Fatal(err)
			}
			if len(l.Rejections) > 0 {
				t.Errorf("rejected %v", l.Rejections)
			}
			got := figuresOf(t, l)
			for m, want := range c.want {
				if f := got[figureKey{m, "M85027", c.period}]; f.Numerator != want || f.Row == 0 {
					t.Errorf("%s: %+v, want %v", m, f, want)
				}
			}
			if len(got) != len(c.want) {
				t.Errorf("%d figures, want %d: %v", len(got), len(c.want), got)
			}
		})
	}
}

func TestListPeriodInTheDataWins(t *testing.T) {
	// Given a file whose name says another month than its rows, when it is read, then the rows count
	l, err := readText(t, "PracPop January 2026.csv", "EXTRACT_DATE,CODE,SEX,AGE,NUMBER_OF_PATIENTS\n2025-10-01,M85027,ALL,ALL,90\n", Options{Period: date.Month.Of(mustDate(t, "2020-01-01"))})
	if err != nil || l.File.PeriodFrom.String() != "2025-10" || l.File.AsAt.String() != "2025-10-01" {
		t.Fatalf("period %v, as at %v, %v", l.File.PeriodFrom, l.File.AsAt, err)
	}
	// Given rows and name without a month, then the file is refused with what to do
	_, err = readText(t, "x.csv", "CODE,SEX,AGE,NUMBER_OF_PATIENTS\nM85027,ALL,ALL,90\n", Options{})
	if err == nil || !strings.Contains(err.Error(), "--period") {
		t.Errorf("error %v", err)
	}
}

func TestListRowWithoutDateIsRejected(t *testing.T) {
	l, err := readText(t, "x.csv", "EXTRACT_DATE,CODE,SEX,AGE,NUMBER_OF_PATIENTS\n,M85027,ALL,ALL,90\n2025-10-01,M85028,ALL,ALL,91\n,M85029,ALL,ALL,92\n", Options{})
	if err != nil || l.Figures() != 1 || len(l.Rejections) != 2 || l.Rejections[0].Line != 2 {
		t.Errorf("%d figures, rejected %v, %v", l.Figures(), l.Rejections, err)
	}
}

func TestBadListRowsDoNotStopTheRest(t *testing.T) {
	l, err := readText(t, "x.csv", "EXTRACT_DATE,TYPE,CODE,SEX,AGE,NUMBER_OF_PATIENTS\n"+
		"2025-10-01,GP,M85027,ALL,ALL,90\n"+
		"2025-10-01,GP,85027,ALL,ALL,91\n"+
		"2025-10-01,GP,M85028,ALL,ALL,many\n"+
		"2025-10-01,GP,M85029,ALL,ALL,-4\n"+
		"soon,GP,M85030,ALL,ALL,4\n"+
		"2025-10-01,GP,M85031,ALL,old,4\n"+
		"2025-10-01,GP,M85027,ALL,ALL,95\n"+
		"2025-10-01,GP,\"M85\"032,ALL,ALL,95\n"+
		"2025-10-01,GP,M85033,ALL,ALL,*\n"+
		"2025-10-01,GP,M85034,ALL,ALL,0\n"+
		"2025-10-01,ICB,QHL,ALL,ALL,1000\n", Options{})
	if err != nil {
		t.Fatal(err)
	}
	var lines []int
	for _, r := range l.Rejections {
		if r.Reason == "" || (r.Column == "" && r.Line != 9) {
			t.Errorf("rejection without its place or reason: %+v", r)
		}
		lines = append(lines, r.Line)
	}
	if !slices.Equal(lines, []int{3, 4, 5, 6, 7, 8, 9}) {
		t.Errorf("rejected lines %v", lines)
	}
	got := figuresOf(t, l)
	for unit, want := range map[string]struct {
		status measure.Status
		n      float64
	}{"M85027": {measure.Reported, 90}, "M85033": {measure.Suppressed, measure.None}, "M85034": {measure.Reported, 0}} {
		f := got[figureKey{"list-size", unit, "2025-10"}]
		if f.Status != want.status || (f.Numerator != want.n && !(measure.IsNone(f.Numerator) && measure.IsNone(want.n))) {
			t.Errorf("%s: %+v", unit, f)
		}
	}
}

func TestListColumnsMayMove(t *testing.T) {
	// Given a real file with its columns shuffled and others put in between, when it is read, then nothing changes
	body, err := os.ReadFile(testkit.Published(t, "list_size", "2026-01", "PracPopJan26.csv"))
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(body)), "\n")[:400]
	want, err := readText(t, "a.csv", strings.Join(lines, "\n"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	rnd := rand.New(rand.NewPCG(1, 2))
	for range 5 {
		order := rnd.Perm(10)
		for i, line := range lines {
			cells := strings.Split(strings.TrimSuffix(line, "\r"), ",")
			moved := []string{"extra"}
			for _, c := range order {
				moved = append(moved, cells[c], "")
			}
			lines[i] = strings.Join(moved, ",")
		}
		got, err := readText(t, "b.csv", "Some title\n"+strings.Join(lines, "\n"), Options{})
		if err != nil {
			t.Fatal(err)
		}
		a, b := figuresOf(t, want), figuresOf(t, got)
		for k, f := range a {
			if g := b[k]; g.Numerator != f.Numerator || g.Row != f.Row+1 {
				t.Fatalf("%v: %+v, want %+v one line lower", k, g, f)
			}
		}
		lines = strings.Split(strings.TrimSpace(string(body)), "\n")[:400]
	}
}
