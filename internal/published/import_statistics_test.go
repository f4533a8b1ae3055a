package published

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"ohp/internal/kernel/date"
	"ohp/internal/kernel/measure"
	"ohp/internal/kernel/tabular"
	"ohp/internal/kernel/testkit"
)

// body is the content of an extract.
func body(t testing.TB, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// reads reads content that must be importable.
func reads(t testing.TB, name, content string) *measure.Load {
	t.Helper()
	l, err := readText(t, name, content, Options{})
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return l
}

func wantFigure(t testing.TB, got map[figureKey]measure.Figure, key figureKey, status measure.Status, numerator, denominator, value float64) {
	t.Helper()
	f, ok := got[key]
	same := func(a, b float64) bool {
		return a == b || measure.IsNone(a) && measure.IsNone(b) || math.Abs(a-b) < 1e-9
	}
	if !ok || f.Status != status || !same(f.Numerator, numerator) || !same(f.Denominator, denominator) || !same(f.Value, value) || f.Row < 1 {
		t.Errorf("%v: %+v (there: %v), want %v %v/%v %v", key, f, ok, status, numerator, denominator, value)
	}
}

var none = measure.None

func TestTrap9RegistersAndListTypes(t *testing.T) {
	// Given registers written "113.0" with the list type of each, when they are read,
	l := mustRead(t, statistics("PREVALENCE_2425.csv"))
	got := figuresOf(t, l)
	// then the denominator is the list of that type, and the year comes from the name, of which the reader is told.
	wantFigure(t, got, figureKey{"qof-prevalence-ast", "M82010", "2024/25"}, measure.Reported, 1139, 16744, none)
	wantFigure(t, got, figureKey{"qof-prevalence-af", "M82010", "2024/25"}, measure.Reported, 543, 17687, none)
	wantFigure(t, got, figureKey{"qof-prevalence-ost", "M82010", "2024/25"}, measure.Reported, 43, 8229, none)
	if !strings.Contains(l.File.Note, "2024/25 is taken from the file's name") {
		t.Error(l.File.Note)
	}
	// And a register larger than its list is reported, and no figure.
	if len(l.Rejections) != 1 || l.Rejections[0].Line != 7 || len(got) != 5 {
		t.Errorf("%v, %d figures", l.Rejections, len(got))
	}
	// And whole numbers, other years' names and an order of columns not seen before are read alike.
	other := reads(t, "PREVALENCE_1819.csv", "LIST_TYPE,DISEASE_REGISTER_SIZE,Practice_Code,INDICATOR_GROUP_CODE,PATIENT_LIST_SIZE\n06OV,25,m82010,AST,16744\n")
	wantFigure(t, figuresOf(t, other), figureKey{"qof-prevalence-ast", "M82010", "2018/19"}, measure.Reported, 25, 16744, none)
}

func TestQOFWholeFile(t *testing.T) {
	// Given the whole file of 2024-25, when it is read, then every register of every practice is there but the one that cannot be.
	l := mustRead(t, testkit.Published(t, "qof", "2024-25", "PREVALENCE_2425.csv"))
	if l.Figures() != 129947 || len(l.Rejections) != 1 {
		t.Errorf("%d figures, rejected %v", l.Figures(), l.Rejections)
	}
}

func TestPeriodThatTheFileDoesNotState(t *testing.T) {
	text := body(t, statistics("PREVALENCE_2425.csv"))
	// Given rows without a year, when the user gives it, then that counts and not the name;
	l, err := readText(t, "PREVALENCE_2425.csv", text, Options{Period: date.FinancialYear.Of(mustDate(t, "2022-04-01"))})
	if err != nil || l.File.PeriodFrom.String() != "2022/23" || !strings.Contains(l.File.Note, "was given") {
		t.Errorf("%v %v", err, l)
	}
	// when a line above the table states it, then that counts;
	if l := reads(t, "PREVALENCE_2425.csv", "QOF 2021-22 prevalence\n"+text); l.File.PeriodFrom.String() != "2021/22" {
		t.Error(l.File.PeriodFrom)
	}
	// when a column states it, then that counts;
	if l := reads(t, "x.csv", "PRACTICE_CODE,GROUP_CODE,REGISTER,PATIENT_LIST_TYPE,PRACTICE_LIST_SIZE,YEAR\nM82010,AF,1,TOTAL,9,2019-20\n"); l.File.PeriodFrom.String() != "2019/20" {
		t.Error(l.File.PeriodFrom)
	}
	// when nothing does, then it is refused with what to do.
	if _, err := readText(t, "prevalence.csv", text, Options{}); err == nil || !strings.Contains(err.Error(), "--period") {
		t.Error(err)
	}
}

func TestFingertipsLongDownload(t *testing.T) {
	// Given rows of England, councils, boards, deciles and practices, when they are read, then practices only give figures, without a rejection,
	l := mustRead(t, statistics("smok_qof_prev.csv"))
	got := figuresOf(t, l)
	if len(got) != 4 || len(l.Rejections) != 0 {
		t.Errorf("%d figures, rejected %v", len(got), l.Rejections)
	}
	// with count and denominator as published, and rows without the indicator's number belong to the same indicator.
	wantFigure(t, got, figureKey{"fingertips-smoking-prevalence", "M85001", "2022/23"}, measure.Reported, 1000, 3794, none)
	wantFigure(t, got, figureKey{"fingertips-smoking-prevalence", "M85001", "2023/24"}, measure.Reported, 965, 3804, none)
	f := got[figureKey{"fingertips-smoking-prevalence", "M85001", "2022/23"}]
	if math.Abs(f.Amount(100)-26.35740643) > 1e-8 {
		t.Error(f.Amount(100))
	}
}

func TestFingertipsWholeFile(t *testing.T) {
	// Given the whole download, when it is read, then the value of each practice's row follows from its figure.
	path := testkit.Published(t, "fingertips", "smok_qof_prev.csv")
	got := figuresOf(t, mustRead(t, path))
	compared := 0
	for _, r := range readTable(t, path) {
		if r["Area Type"] != "GPs" {
			continue
		}
		want, _ := strconv.ParseFloat(r["Value"], 64)
		f := got[figureKey{"fingertips-smoking-prevalence", r["Area Code"], r["Time period"]}]
		if math.Abs(f.Amount(100)-want) > 1e-6 {
			t.Errorf("%s %s: %v, want %v", r["Area Code"], r["Time period"], f.Amount(100), want)
		}
		compared++
	}
	if compared < 2000 || compared != len(got) {
		t.Errorf("%d rows, %d figures", compared, len(got))
	}
}

const fingertipsHead = "Indicator ID,Indicator Name,Area Code,Area Name,Area Type,Sex,Age,Category Type,Category,Time period,Value,Count,Denominator,Value note\n"

func TestFingertipsVariations(t *testing.T) {
	// Given marks, other words and other periods, when they are read, then each becomes what it means.
	rows := fingertipsHead +
		"91547,Smoking: QOF prevalence (15+ yrs),M82010,x,GP,Persons,15+ yrs,,,2024/25,,,,Value suppressed for disclosure control\n" +
		"91547,Smoking: QOF prevalence (15+ yrs),M82019,x,General Practice,Persons,15+ yrs,,,2024/25,*,,,\n" +
		"91547,Smoking: QOF prevalence (15+ yrs),M82043,x,GPs,Persons,15+ yrs,,,2024/25,,,,\n" +
		"93553,Deprivation score (IMD 2019),M82010,x,GPs,Persons,All ages,,,2019,19.4,,,\n" +
		"91547,Smoking: QOF prevalence (15+ yrs),M82010,x,GPs,Persons,15+ yrs,,,2021/22 - 23/24,11.5,23,200,\n" +
		"91547,Smoking: QOF prevalence (15+ yrs),M82010,x,GPs,Persons,15+ yrs,,,sometime,11.5,23,200,\n" +
		"91547,Smoking: QOF prevalence (15+ yrs),U26345,x,GPs,Persons,15+ yrs,,,2024/25,11.5,23,200,\n" +
		"91547,Smoking: QOF prevalence (15+ yrs),E92000001,England,England,Persons,15+ yrs,,,2024/25,11.5,23,200,\n"
	l := reads(t, "x.csv", rows)
	got := figuresOf(t, l)
	wantFigure(t, got, figureKey{"fingertips-smoking-prevalence", "M82010", "2024/25"}, measure.Suppressed, none, none, none)
	wantFigure(t, got, figureKey{"fingertips-smoking-prevalence", "M82019", "2024/25"}, measure.Suppressed, none, none, none)
	wantFigure(t, got, figureKey{"fingertips-smoking-prevalence", "M82043", "2024/25"}, measure.NotReported, none, none, none)
	wantFigure(t, got, figureKey{"fingertips-deprivation-score", "M82010", "2019"}, measure.Reported, none, none, 19.4)
	wantFigure(t, got, figureKey{"fingertips-smoking-prevalence", "M82010", "2023/24"}, measure.Reported, 23, 200, none)
	if len(got) != 5 || len(l.Rejections) != 2 || l.Rejections[0].Line != 7 || l.Rejections[1].Line != 8 || !strings.Contains(l.File.Note, "several years together") {
		t.Errorf("%d figures, rejected %v, note %s", len(got), l.Rejections, l.File.Note)
	}
}

func TestFingertipsPeriods(t *testing.T) {
	for text, want := range map[string]string{
		"2022/23": "2022/23", "2019": "2019", "2017 - 19": "2019", "2017-19": "2019", "2018/19 - 20/21": "2020/21", "2023 Q1": "2023-Q1",
		"2023/24 Q1": "2023-Q2", "2023/24 Q4": "2024-Q1", "Jan 2024": "2024-01",
	} {
		if p, _, err := fingertipsPeriod(text); err != nil || p.String() != want {
			t.Errorf("%s is %v (%v), want %s", text, p, err, want)
		}
	}
	for _, text := range []string{"", "-", "2019 - 17", "unknown", "2019 -", "20", " - 2019", "2019/20 - 2021"} {
		if p, _, err := fingertipsPeriod(text); err == nil {
			t.Errorf("%q is taken for %v", text, p)
		}
	}
}

func TestFingertipsIndicatorsAreToldApart(t *testing.T) {
	// Given titles that begin alike, when they are named, then those of another meaning have another name.
	for title, want := range map[string]string{
		"Smoking prevalence in adults (15+) - current smokers (QOF)":                  "smoking-prevalence",
		"Smoking: QOF prevalence (15+ yrs)":                                           "smoking-prevalence",
		"Smoking prevalence in adults with a long term mental health condition (18+)": "smoking-prevalence-in-adults-with-a-long-term-mental-health-condition-18-plus",
		"Obesity: QOF prevalence (18+ yrs)":                                           "obesity-prevalence",
		"Obesity: QOF prevalence (new definition)":                                    "obesity-prevalence-new-definition",
		"Estimated prevalence of CHD (55-79 yrs)":                                     "estimated-prevalence-of-chd-55-79-yrs",
	} {
		if got := fingertipsSlug("", title); got != want {
			t.Errorf("%s: %s, want %s", title, got, want)
		}
	}
}

func TestDeprivationScores(t *testing.T) {
	// Given the interface's short form and a table, when they are read, then the year is that of the index.
	got := figuresOf(t, mustRead(t, statistics("IMD_raw.csv")))
	wantFigure(t, got, figureKey{"fingertips-deprivation-score", "M82010", "2019"}, measure.Reported, none, none, 19.35552158)
	wantFigure(t, got, figureKey{"fingertips-deprivation-score", "M82010", "2010"}, measure.Reported, none, none, 17.21230964)
	got = figuresOf(t, mustRead(t, statistics("fingertips-imd-2025-gp-practice.csv")))
	wantFigure(t, got, figureKey{"fingertips-deprivation-score", "A81001", "2025"}, measure.Reported, none, none, 33.519)
}

func TestWideTableOfTheLatestValues(t *testing.T) {
	// Given the table in its two layouts, when it is read, then indicators of one meaning have one name, and the index's year comes from its header.
	old := reads(t, "QHL_2024-25.csv", body(t, statistics("QHL.csv")))
	now := mustRead(t, statistics("QHL_2025-26.csv"))
	a, b := figuresOf(t, old), figuresOf(t, now)
	wantFigure(t, a, figureKey{"efit-asthma-prevalence", "M85001", "2024/25"}, measure.Reported, none, none, 8.2105)
	wantFigure(t, a, figureKey{"efit-deprivation-score", "M85001", "2019"}, measure.Reported, none, none, 50.95121242)
	wantFigure(t, a, figureKey{"efit-deprivation-score", "Y05826", "2019"}, measure.NotReported, none, none, none)
	wantFigure(t, a, figureKey{"efit-obesity-prevalence", "M85001", "2024/25"}, measure.Reported, none, none, 15.0654)
	if _, there := b[figureKey{"efit-obesity-prevalence", "M85001", "2025/26"}]; there {
		t.Error("the new definition of obesity is taken for the old one")
	}
	for _, name := range []string{"efit-asthma-prevalence", "efit-obesity-prevalence-new-definition", "efit-cervical-cancer-screening-25-49", "efit-breast-cancer-screening", "efit-mmr-one-dose"} {
		if f, there := b[figureKey{name, "M85001", "2025/26"}]; !there || f.Status != measure.Reported {
			t.Errorf("%s: %+v", name, f)
		}
	}
	if len(a) != 3*28 || len(b) != 3*28 || !strings.Contains(now.File.Note, "is taken from the file's name") {
		t.Errorf("%d and %d figures, note %s", len(a), len(b), now.File.Note)
	}
}

func TestWideTableInItsFourVersions(t *testing.T) {
	// Given the ten files, one of them empty, when they are read, then the empty one is refused in words and the others are whole.
	paths, _ := filepath.Glob(filepath.Join(testkit.Published(t, "fingertips", "eFIT_indicators"), "*", "*.csv"))
	for _, p := range paths {
		if strings.Contains(p, "2024-05-15") {
			if _, err := Read(t.Context(), p, Options{}); err == nil || !strings.Contains(err.Error(), "0 bytes") {
				t.Errorf("%s: %v", p, err)
			}
			continue
		}
		l := mustRead(t, p)
		folder := filepath.Base(filepath.Dir(p))
		if l.File.AsAt.String() != folder[:10] || len(l.Rejections) > 0 || l.Figures() != 28*l.File.Rows {
			t.Errorf("%s: as at %v, %d figures of %d rows, rejected %v", folder, l.File.AsAt, l.Figures(), l.File.Rows, l.Rejections)
		}
	}
	if len(paths) != 10 {
		t.Errorf("%d files", len(paths))
	}
}

func TestTrap8PaymentsOfYearsThatDiffer(t *testing.T) {
	// Given years with other columns, byte-order marks and amounts below nought, when they are read,
	first, last := mustRead(t, statistics("payments-19-20.csv")), mustRead(t, statistics("payments-22-23.csv"))
	a, b := figuresOf(t, first), figuresOf(t, last)
	wantFigure(t, a, figureKey{"payments-total-per-patient", "M82010", "2019/20"}, measure.Reported, 2670933.55, 17615.75, none)
	wantFigure(t, a, figureKey{"payments-deductions", "M82010", "2019/20"}, measure.Reported, -251598.91, 17615.75, none)
	wantFigure(t, a, figureKey{"payments-local-incentives", "M82010", "2019/20"}, measure.Reported, a[figureKey{"payments-local-incentives", "M82010", "2019/20"}].Numerator, 17615.75, none)
	wantFigure(t, b, figureKey{"payments-total-per-patient", "A81001", "2022/23"}, measure.Reported, 720462.51, 4029.25, none)
	wantFigure(t, b, figureKey{"payments-deductions", "A81001", "2022/23"}, measure.Reported, -84342.76, 4029.25, none)
	wantFigure(t, b, figureKey{"payments-long-covid", "A81001", "2022/23"}, measure.Reported, 508.15, 4029.25, none)
	// then a practice without patients has its money and no amount per patient, and "N/A" is no nought;
	f := a[figureKey{"payments-total-per-patient", "Y02758", "2019/20"}]
	if f.Status != measure.Reported || f.Denominator != 0 || !measure.IsNone(f.Amount(1)) {
		t.Errorf("%+v", f)
	}
	// and the network is told by its code though its column is headed "Code" and its name's "CCG NAME".
	if !member(last, "A81001", "U89141", "pcn") || !member(last, "A81001", "16C", "sub-icb") || !member(first, "M82010", "U24883", "pcn") {
		t.Errorf("%v", last.Memberships())
	}
	for _, u := range last.Units() {
		if u.Code == "U89141" && u.Name != "STOCKTON PCN" || u.Code == "16C" && !strings.Contains(u.Name, "NORTH EAST") {
			t.Errorf("%+v", u)
		}
	}
	// And what makes a practice's year unlike others is kept.
	atypical := false
	for _, x := range last.Attributes() {
		atypical = atypical || x.Unit == "A84032" && x.Name == "payments-atypical" && x.Value == "Part year of data; Large fluctuation in patients"
	}
	if !atypical || len(first.Rejections)+len(last.Rejections) > 0 {
		t.Errorf("%v; rejected %v %v", last.Attributes(), first.Rejections, last.Rejections)
	}
}

func member(l *measure.Load, unit, group, kind string) bool {
	for _, m := range l.Memberships() {
		if m.Unit == unit && m.Group == group && m.GroupKind == kind {
			return true
		}
	}
	return false
}

func TestPaymentsWholeFiles(t *testing.T) {
	// Given the four years, when they are read, then the publisher's own average follows from the figures.
	paths, _ := filepath.Glob(filepath.Join(testkit.Published(t, "payments"), "*.csv"))
	for _, p := range paths {
		l := mustRead(t, p)
		got := figuresOf(t, l)
		if len(l.Rejections) > 0 {
			t.Errorf("%s: rejected %v", p, l.Rejections[0])
		}
		for _, r := range readTable(t, p) {
			want, err := strconv.ParseFloat(r["Average payments per registered patient"], 64)
			f := got[figureKey{"payments-total-per-patient", r["Practice Code"], l.File.PeriodFrom.String()}]
			if err == nil && f.Denominator > 100 && math.Abs(f.Amount(1)-want) > 0.0051 {
				t.Errorf("%s %s: %v, want %v", filepath.Base(p), r["Practice Code"], f.Amount(1), want)
			}
		}
	}
}

func TestNetworkWorkforce(t *testing.T) {
	// Given staff one by one in Windows-1252, and the same publication added up by role, when they are read, then full-time equivalents are added up by network and role.
	l := mustRead(t, statistics("pcn-workforce-2020-03.csv"))
	got := figuresOf(t, l)
	wantFigure(t, got, figureKey{"pcn-workforce-managers", "U47609", "2020-Q1"}, measure.Reported, 0.133333333+0.066666667+0.066666667, none, none)
	wantFigure(t, got, figureKey{"pcn-workforce-medical-clinical-director", "U47609", "2020-Q1"}, measure.Reported, 0.066666667+0.133333333+0.066666667, none, none)
	wantFigure(t, got, figureKey{"pcn-workforce-direct-patient-care", "U47609", "2020-Q1"}, measure.Reported, 2*0.666666667, none, none)
	if !member(l, "U47609", "QHL", "icb") {
		t.Errorf("%v", l.Memberships())
	}
	// And a few members of staff are no whole publication: undated, so that they supersede nothing.
	if !l.File.AsAt.IsZero() || !strings.Contains(l.File.Note, "extract") {
		t.Errorf("as at %v, note %q", l.File.AsAt, l.File.Note)
	}
	sum := figuresOf(t, mustRead(t, statistics("pcn-workforce-aggregated.csv")))
	wantFigure(t, sum, figureKey{"pcn-workforce-pharmacists", "U24883", "2026-Q2"}, measure.Reported, 8.333, none, none)
	// And a sum in which somebody's hours are not stated is not reported.
	part := figuresOf(t, reads(t, "x.csv", "CENSUS_YEAR,CENSUS_MONTH,PCN_CODE,PCN_NAME,STAFF_GROUP,STAFF_ROLE,FTE\n2026,9,U24883,X,Other GPs,Salaried GPs,0.5\n2026,9,U24883,X,Other GPs,Salaried GPs,NA\n2026,9,Unknown,X,Other GPs,Salaried GPs,1\n"))
	wantFigure(t, part, figureKey{"pcn-workforce-salaried-gps", "U24883", "2026-Q3"}, measure.NotReported, none, none, none)
}

func TestNetworkWorkforceWhole(t *testing.T) {
	// Given the whole series, when it is read, then the sums are those of the rows.
	path := testkit.Published(t, "pcn", "pcn_workforce_by_role_AGGREGATED.csv")
	l := mustRead(t, path)
	if l.File.AsAt.String() != "2026-06-30" {
		t.Errorf("as at %v", l.File.AsAt)
	}
	want := map[string]float64{}
	for _, r := range readTable(t, path) {
		x, _ := strconv.ParseFloat(r["FTE"], 64)
		month, _ := strconv.Atoi(r["CENSUS_MONTH"])
		want[fmt.Sprintf("%s %s-Q%d", r["PCN_CODE"], r["CENSUS_YEAR"], (month+2)/3)] += x
	}
	compared := 0
	for k, f := range figuresOf(t, l) {
		if k.measure == "pcn-workforce-total" {
			compared++
			if math.Abs(f.Numerator-want[k.unit+" "+k.period]) > 1e-9 {
				t.Errorf("%v: %v, want %v", k, f.Numerator, want[k.unit+" "+k.period])
			}
		}
	}
	if compared != len(want) || len(l.Rejections) > 0 {
		t.Errorf("%d of %d compared, rejected %v", compared, len(want), l.Rejections)
	}
	samples, _ := filepath.Glob(filepath.Join(testkit.Published(t, "pcn", "workforce_format_sample"), "*.csv"))
	for _, p := range samples {
		if l := mustRead(t, p); len(l.Rejections) > 0 || l.Figures() == 0 {
			t.Errorf("%s: %d figures, rejected %v", filepath.Base(p), l.Figures(), l.Rejections)
		}
	}
}

func TestInvestmentAndImpactFund(t *testing.T) {
	// Given numerators and denominators on rows of their own, when they are read, then they come together, for practices and for networks.
	l := mustRead(t, statistics("IIF_2023_24.csv"))
	got := figuresOf(t, l)
	wantFigure(t, got, figureKey{"iif-acc-08", "M82010", "2023/24"}, measure.Reported, 38448, 54541, none)
	wantFigure(t, got, figureKey{"iif-ehch-04", "A81001", "2023/24"}, measure.Reported, 0, none, none)
	wantFigure(t, got, figureKey{"pcn-iif-acc-10-baseline", "U00070", "2023/24"}, measure.Reported, 255, 32115, none)
	wantFigure(t, got, figureKey{"pcn-iif-acc-10-standardised", "U00070", "2023/24"}, measure.Reported, 280, 32148, none)
	wantFigure(t, got, figureKey{"pcn-iif-acc-10b-non-standardised", "U00070", "2023/24"}, measure.Reported, 220, none, none)
	if len(got) != 8 || len(l.Rejections) > 0 {
		t.Errorf("%d figures, rejected %v", len(got), l.Rejections)
	}
}

func TestMeasuresThatOnlyTheFileKnows(t *testing.T) {
	// Given an indicator that no format declares, whose first row is suppressed,
	rows := fingertipsHead +
		"94999,Emergency admissions for everything,M82010,x,GPs,Persons,All ages,,,2024/25,*,,,\n" +
		"94999,Emergency admissions for everything,M82019,x,GPs,Persons,All ages,,,2024/25,50,25,500,\n" +
		"94999,Emergency admissions for everything,M82043,x,GPs,Persons,All ages,,,2024/25,20,,,\n" +
		"94998,A standardised rate,M82010,x,GPs,Persons,All ages,,,2024/25,93.1,25,500,\n"
	// when it is read and declarations are taken,
	var named []measure.Measure
	l, err := readText(t, "x.csv", rows, Options{Declare: func(m measure.Measure) { named = append(named, m) }})
	if err != nil {
		t.Fatal(err)
	}
	// then it is declared with the scale that its rows show, and its figures agree with each other in that scale.
	if len(named) != 2 || named[0].Name != "fingertips-emergency-admissions-for-everything" || named[0].Per != 1000 || named[0].Kind != measure.Rate || named[1].Kind != measure.Measurement {
		t.Fatalf("%+v", named)
	}
	got := figuresOf(t, l)
	key := func(code string) figureKey { return figureKey{named[0].Name, code, "2024/25"} }
	wantFigure(t, got, key("M82010"), measure.Suppressed, none, none, none)
	wantFigure(t, got, key("M82019"), measure.Reported, 25, 500, none)
	wantFigure(t, got, key("M82043"), measure.Reported, none, none, 20)
	wantFigure(t, got, figureKey{named[1].Name, "M82010", "2024/25"}, measure.Reported, none, none, 93.1)
	// And where declarations are not taken, each indicator is refused once, in words.
	l, err = readText(t, "x.csv", rows, Options{})
	if err != nil || l.Figures() != 0 || len(l.Rejections) != 2 || !strings.Contains(l.Rejections[0].Reason, "not among the measures known") {
		t.Errorf("%v, %v", err, l)
	}
}

func TestEveryMeasureIsDescribed(t *testing.T) {
	// Given what the formats declare, when it is listed, then each measure has its words, and one name has one meaning.
	first := map[string]measure.Measure{}
	for _, f := range Formats() {
		if f.Name == "" || f.Title == "" || f.Publisher == "" || f.Recognise == nil || f.Read == nil {
			t.Errorf("format %q is incomplete", f.Name)
		}
		for _, m := range f.Measures {
			switch {
			case m.Name == "" || m.Name != slug(m.Name) || m.Title == "" || m.Counts == "" || m.Source == "" || m.Per == 0 || m.Unit != "practice" && m.Unit != "pcn" || m.Cadence == 0:
				t.Errorf("%s: %+v is not described", f.Name, m)
			case (m.Kind == measure.Proportion || m.Kind == measure.Rate) && m.Of == "":
				t.Errorf("%s: of what is %s a part?", f.Name, m.Name)
			}
			if old, twice := first[m.Name]; twice && old != m {
				t.Errorf("%s is declared in two ways: %+v and, by %s, %+v", m.Name, old, f.Name, m)
			}
			first[m.Name] = m
		}
	}
	if len(first) < 200 {
		t.Errorf("only %d measures", len(first))
	}
}

func TestColumnsInAnyOrder(t *testing.T) {
	// Given each extract with its columns shuffled, lines above it, and its header in capitals, when it is read, then it gives the same figures.
	for _, pattern := range []string{"statistics/*.csv", "cqc/cqc*.csv"} {
		paths, _ := filepath.Glob(filepath.Join("testdata", pattern))
		for _, path := range paths {
			if filepath.Base(path) == "QHL.csv" {
				continue // its name states no year; its newer layout is among the extracts
			}
			want := mustRead(t, path)
			f, err := tabular.Open(t.Context(), path)
			if err != nil {
				t.Fatal(err)
			}
			rows := f.Sheets[0].Head(60)
			f.Close()
			random := rand.New(rand.NewPCG(1, uint64(len(path))))
			order := random.Perm(len(rows[0]))
			shuffled := [][]string{{"Corrected version, see the publisher's page"}, {"", "", "second line"}}
			if strings.Contains(path, "directory") {
				shuffled = nil // it has its own lines above, which fill the first columns
				order = random.Perm(len(rows[2]))
			}
			for n, r := range rows {
				moved := make([]string, len(order))
				for to, from := range order {
					if from < len(r) {
						moved[to] = r[from]
					}
				}
				if n == 0 {
					for i := range moved {
						moved[i] = strings.ToUpper(moved[i])
					}
				}
				shuffled = append(shuffled, moved)
			}
			got, err := readText(t, filepath.Base(path), asCSV(shuffled), Options{Period: want.File.PeriodFrom})
			if err != nil && !strings.Contains(err.Error(), "is none") {
				t.Errorf("%s: %v", path, err)
				continue
			}
			if err != nil || got.File.Format != want.File.Format || len(got.Units()) != len(want.Units()) || len(got.Memberships()) != len(want.Memberships()) {
				t.Errorf("%s: %v %s", path, err, got.File.Format)
				continue
			}
			a, b := figuresOf(t, want), figuresOf(t, got)
			if len(a) != len(b) || len(want.Rejections) != len(got.Rejections) {
				t.Errorf("%s: %d figures and %d rejected, want %d and %d", path, len(b), len(got.Rejections), len(a), len(want.Rejections))
			}
			for k, w := range a {
				if g, there := b[k]; !there || fmt.Sprint(g.Status, g.Numerator, g.Denominator, g.Value) != fmt.Sprint(w.Status, w.Numerator, w.Denominator, w.Value) {
					t.Fatalf("%s: %v is %+v, want %+v", path, k, g, w)
				}
			}
		}
	}
}
