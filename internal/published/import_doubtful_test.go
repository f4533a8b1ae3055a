package published

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"ohp/internal/kernel/date"
	"ohp/internal/kernel/measure"
)

const onlineHead = "Month [1],GP Code,Supplier [4],Submissions [7],Clinical Submissions,Administrative Submissions,Other/Unknown Type Submissions,Registered Patient Count [8],Participation\n"

const telephonyHead = "Month,GP Practice (ODS_CODE),Count of Inbound calls,Answered,Ended during the IVR Stage,Call back requested,Missed,Call back made\n"

func TestPeriodsYetToComeAreRejected(t *testing.T) {
	// Given rows of a month that nobody can have counted, when they are read, then they are rejected and the rest is kept
	for name, content := range map[string]string{
		"list.csv": "EXTRACT_DATE,CODE,SEX,AGE,NUMBER_OF_PATIENTS\n2025-10-01,M85027,ALL,ALL,90\n2099-10-01,M85028,ALL,ALL,91\n",
		"online May 2025.csv": "Table 2: Submissions, May 2025\n" + onlineHead +
			"45778,M85027,ACCURX LIMITED,69,55,14,0,3891,1\n73000,M85028,ACCURX LIMITED,69,55,14,0,3891,1\n",
	} {
		l, err := readText(t, name, content, Options{})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if len(l.Rejections) != 1 || !strings.Contains(l.Rejections[0].Reason, "yet to come") {
			t.Errorf("%s: rejected %v", name, l.Rejections)
		}
		l.EachFigure(func(_ string, f measure.Figure) {
			if f.Unit != "M85027" {
				t.Errorf("%s: %+v", name, f)
			}
		})
	}
	// Given a file that states or is given a year yet to come, then it is refused
	_, err := readText(t, "PREVALENCE_9899.csv", "PRACTICE_CODE,GROUP_CODE,REGISTER,PATIENT_LIST_TYPE,PRACTICE_LIST_SIZE\nA81001,AF,113.0,TOTAL,3904\n", Options{})
	if err == nil || !strings.Contains(err.Error(), "yet to come") {
		t.Errorf("a year yet to come: %v", err)
	}
	// Given the month that the present day is in, or begins tomorrow, then it has come
	if err := yetToCome(date.Month.Of(today().AddDays(1))); err != nil {
		t.Error(err)
	}
}

func TestCountsAreWholeNumbers(t *testing.T) {
	// Given a percentage or a fraction where a count stands, when it is read, then it is rejected and never taken for the count
	for name, content := range map[string]string{
		"list":      "EXTRACT_DATE,CODE,SEX,AGE,NUMBER_OF_PATIENTS\n2025-10-01,M85027,ALL,ALL,12%\n2025-10-01,M85028,ALL,ALL,\"1,234.0\"\n",
		"online":    onlineHead + "45778,M85027,ACCURX LIMITED,12%,55,14,0,3891,1\n45778,M85028,ACCURX LIMITED,\"1,234.0\",55,14,0,3891,1\n",
		"fraction":  onlineHead + "45778,M85027,ACCURX LIMITED,12.5,55,14,0,3891,1\n45778,M85028,ACCURX LIMITED,\"1,234.0\",55,14,0,3891,1\n",
		"telephony": telephonyHead + "45992,M85027,12%,3,1,1,1,1\n45992,M85028,\"1,234.0\",3,1,1,1,1\n",
	} {
		l, err := readText(t, name+".csv", content, Options{})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if len(l.Rejections) != 1 {
			t.Errorf("%s: rejected %v", name, l.Rejections)
		}
		l.EachFigure(func(_ string, f measure.Figure) {
			if f.Unit == "M85027" && f.Numerator == 12 || f.Unit == "M85027" && f.Measure == "list-size" {
				t.Errorf("%s: %+v", name, f)
			}
		})
	}
}

func TestTelephonyPartsWithinTheWhole(t *testing.T) {
	// Given more answered calls than calls, when they are read, then the cell is rejected and the others stay
	l, err := readText(t, "telephony.csv", telephonyHead+"45992,M85027,100,999,1,1,1,1\n", Options{})
	if err != nil {
		t.Fatal(err)
	}
	got := figuresOf(t, l)
	if _, kept := got[figureKey{"telephony-answered", "M85027", "2025-12"}]; kept || len(l.Rejections) != 1 {
		t.Errorf("kept %v, rejected %v", kept, l.Rejections)
	}
	if f := got[figureKey{"telephony-missed", "M85027", "2025-12"}]; f.Numerator != 1 || f.Denominator != 100 {
		t.Errorf("missed %+v", f)
	}
}

func TestSpoiltMonthsAreNotedBriefly(t *testing.T) {
	// Given a table whose month column is spoilt in every row, when it is read, then the note stays short
	var b strings.Builder
	b.WriteString("Table 2: Submissions, May 2025\n" + onlineHead)
	for i := range 50 {
		b.WriteString("spoilt,M850" + string(rune('0'+i/10)) + string(rune('0'+i%10)) + ",ACCURX LIMITED,69,55,14,0,3891,1\n")
	}
	l, err := readText(t, "online.csv", b.String(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	if len(l.File.Note) > 800 || !strings.Contains(l.File.Note, "47 more rows") {
		t.Errorf("a note of %d bytes: %.300s", len(l.File.Note), l.File.Note)
	}
}

func TestUnrecognisedSaysWhatToDo(t *testing.T) {
	_, err := readText(t, "x.csv", "PUBLICATION,EXTRACT_DATE,CODE,SEX,AGE,PATIENTS_TOTAL\nx,2025-10-01,M85027,ALL,ALL,4\n", Options{})
	if err == nil || !strings.Contains(err.Error(), "column") || !strings.Contains(err.Error(), "publisher") {
		t.Errorf("error %v", err)
	}
}

func TestOneRowYetToComeDoesNotRefuseTheFile(t *testing.T) {
	// Given one row of a day or year that nobody can have counted, when the file is read, then that row is rejected and the rest is kept
	for name, content := range map[string]string{
		"qof":               "PRACTICE_CODE,GROUP_CODE,REGISTER,PATIENT_LIST_TYPE,PRACTICE_LIST_SIZE,YEAR\nM85027,AF,113,TOTAL,3904,2024-25\nM85028,AF,113,TOTAL,3904,2098-99\n",
		"fingertips":        fingertipsHead + "91547,x,M85027,x,GPs,Persons,15+ yrs,,,2022/23,12.5,,,\n91547,x,M85028,x,GPs,Persons,15+ yrs,,,2098/99,12.5,,,\n",
		"fingertips values": "IndicatorID,Year,AreaCode,IsAreaCurrent,Value\n93553,2019,M85027,TRUE,20.5\n93553,2098,M85028,TRUE,20.5\n",
		"ratings":           "ods_code,overall_rating,publication_date\nM85027,Good,2024-05-01\nM85028,Good,2098-05-01\n",
		"workforce":         "CENSUS_YEAR,CENSUS_MONTH,PCN_CODE,PCN_NAME,STAFF_GROUP,STAFF_ROLE,FTE\n2026,6,U24883,X,Other GPs,Salaried GPs,0.5\n2098,6,U24883,X,Other GPs,Salaried GPs,0.5\n",
		"fund":              "ORGANISATION_TYPE,ORGANISATION_CODE,ACH_DATE,MEASURE,VALUE\nGP Practice,M85027,31/03/2024,EHCH-04 Numerator,5\nGP Practice,M85028,31/03/2098,EHCH-04 Numerator,5\n",
		"map":               "PRACTICE_CODE,PRACTICE_NAME,EXTRACT_DATE,SUB_ICB_LOCATION_CODE\nM85027,X,2026-07-01,15E\nM85028,Y,2098-07-01,15E\n",
		"records": `[{"locationId":"1-1","odsCode":"M85027","currentRatings":{"overall":{"rating":"Good","reportDate":"2024-05-01"}}},` +
			`{"locationId":"1-2","odsCode":"M85028","currentRatings":{"overall":{"rating":"Good","reportDate":"2098-05-01"}}}]`,
	} {
		l, err := readText(t, name, content, Options{})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if len(l.Rejections) != 1 || !strings.Contains(l.Rejections[0].Reason, "yet to come") {
			t.Errorf("%s: rejected %v", name, l.Rejections)
		}
		if l.Figures()+len(l.Units()) == 0 || l.File.AsAt.Year() > 2050 || l.File.PeriodTo.Start().Year() > 2050 {
			t.Errorf("%s: %d figures, as at %v, to %v", name, l.Figures(), l.File.AsAt, l.File.PeriodTo)
		}
	}
}

func TestPlannedDaysDoNotDateARegister(t *testing.T) {
	// Given a register in which a practice is to close on a day yet to come, when it is read, then that day does not date the file
	l, err := readText(t, "x.csv", strings.Repeat(epraccurRowText+"\n", 6)+strings.Replace(epraccurRowText, `"19740401",""`, `"19740401","20980331"`, 1)+"\n", Options{})
	if err != nil || l.File.AsAt.String() != "2020-04-01" || len(l.Rejections) > 0 {
		t.Errorf("as at %v, rejected %v, %v", l.File.AsAt, l.Rejections, err)
	}
}

func TestRegistersOfDiseaseAreCounts(t *testing.T) {
	// Given a percentage where the register's size stands, when it is read, then it is rejected and never taken for the count
	l, err := readText(t, "PREVALENCE_2425.csv", "PRACTICE_CODE,GROUP_CODE,REGISTER,PATIENT_LIST_TYPE,PRACTICE_LIST_SIZE\nM85027,AF,12%,TOTAL,3904\nM85028,AF,113.0,TOTAL,3904\n", Options{})
	if err != nil || l.Figures() != 1 || len(l.Rejections) != 1 || l.Rejections[0].Line != 2 {
		t.Errorf("%d figures, rejected %v, %v", l.Figures(), l.Rejections, err)
	}
}

func TestDaysAreNoYearsAndWordsNoMonths(t *testing.T) {
	// Given running text with a day in figures, or a word that begins as a month does, when a period is looked for, then it is not found in them
	for text, want := range map[string]string{
		"Published 01/02/2024": "", "Extracted on 5.6.2025 for 2024-25": "2024/25", "01-02-2024": "", "PREVALENCE_2021": "2020/21", "31/03/2025": "",
	} {
		if got := financialYearIn(text); got.String() != want {
			t.Errorf("financial year in %q: %s, want %q", text, got, want)
		}
	}
	for text, want := range map[string]string{
		"by deprivation decile 10": "", "Marston 21": "", "Sept. 2025": "2025-09", "MAR2019": "2019-03", "01JAN2021": "2021-01", "July_24": "2024-07", "Decile 4, December-24": "2024-12",
	} {
		if got := monthIn(text); got.String() != want {
			t.Errorf("month in %q: %s, want %q", text, got, want)
		}
	}
	// And the year of a copyright line above the table is not the table's
	_, err := readText(t, "x.csv", "\"Copyright 2021, NHS England\",,,,\nPRACTICE_CODE,GROUP_CODE,REGISTER,PATIENT_LIST_TYPE,PRACTICE_LIST_SIZE\nM85027,AF,113,TOTAL,3904\n", Options{})
	if err == nil || !strings.Contains(err.Error(), "--period") {
		t.Errorf("copyright of 2021: %v", err)
	}
}

func TestPartnershipEndBeforeBeginning(t *testing.T) {
	// Given a member who left before it joined, when the list is read, then the row is rejected
	l, err := readText(t, "x.csv", "Practice ODS code,Partnership,Joined,Left\nM85027,NWP,2020-04-01,2019-03-31\nM85028,NWP,2020-04-01,2021-03-31\n", Options{})
	if err != nil || len(l.Memberships()) != 1 || len(l.Rejections) != 1 || !strings.Contains(l.Rejections[0].Reason, "before the beginning") {
		t.Errorf("%v: %v, rejected %v", err, l.Memberships(), l.Rejections)
	}
}

func TestRowWithTwoFaultyDaysIsRejectedForTheFirst(t *testing.T) {
	// Given rows in which several days are none, when they are read again and again, then each time the leftmost is named
	head := "OrganisationCode,Name,StatusCode,PrescribingSetting,OpenDate,CloseDate,JoinProviderPurchaserDate,LeftProviderPurchaserDate\n"
	for range 30 {
		for content, column := range map[string]string{
			head + "M85027,X,A,4,1974-04-01,,,\nM85028,X,A,4,a,b,c,d\n":                                                                                "OpenDate",
			strings.Repeat(epraccurRowText+"\n", 6) + strings.NewReplacer("19740401", "sometime", "20200401", "later").Replace(epraccurRowText) + "\n": "K",
			"Partner Organisation Code,PCN Code,Start Date,End Date\nM85027,U24883,2019-07-01,\nM85028,U24883,sometime,later\n":                        "Start Date",
		} {
			l, err := readText(t, "x.csv", content, Options{})
			if err != nil || len(l.Rejections) != 1 || l.Rejections[0].Column != column {
				t.Fatalf("%v: rejected %v, want column %s", err, l.Rejections, column)
			}
		}
	}
}

func TestLocationWithAFaultyEndIsRejected(t *testing.T) {
	// Given a day of deregistration that is none, when the table is read, then the location is not taken for one still registered
	head := "locationid,locationodscode,registrationdate,deregistrationdate,providerid\n"
	l, err := readText(t, "x.csv", head+"1-1,M85027,2017-07-06,soon,1-9\n1-2,M85028,2017-07-06,,1-9\n1-3,M85029,,,1-9\n1-4,M85030,2017-07-06,NA,1-9\n", Options{})
	if err != nil || len(l.Attributes()) != 4 || len(l.Rejections) != 2 {
		t.Errorf("%v: %v, rejected %v", err, l.Attributes(), l.Rejections)
	}
}

func TestOrganisationOpenedAndClosedOnOneDay(t *testing.T) {
	l, err := readText(t, "x.json", `{"Organisation":{"Name":"X","Date":[{"Type":"Operational","Start":"2019-07-01","End":"2019-07-01"}],"OrgId":{"extension":"M85027"},"Status":"Inactive","LastChangeDate":"2025-11-03","Roles":{"Role":[{"id":"RO76"}]}}}`, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if u := unitsOf(l)["M85027"]; u.Opened.String() != "2019-07-01" || u.Closed.String() != "2019-07-01" {
		t.Errorf("%+v", u)
	}
}

func TestDeepRecordsAreReadInTheirOwnSize(t *testing.T) {
	// Given a record with objects within objects, when its keys are reduced, then each object is kept once
	depth := 18
	record := `{"locationId":"1-1","odsCode":"M85027","currentRatings":{"overall":{"rating":"Good","reportDate":"2024-05-01"}},"x":` + strings.Repeat(`{"innerPart":`, depth) + "1" + strings.Repeat("}", depth) + "}"
	var top any
	if err := json.Unmarshal([]byte(record), &top); err != nil {
		t.Fatal(err)
	}
	if out, err := json.Marshal(reduceKeys(top)); err != nil || len(out) > len(record) {
		t.Errorf("%d bytes of %d, %v", len(out), len(record), err)
	}
}

func TestWaitsWithinTheAnswered(t *testing.T) {
	// Given more answered callers who waited long than answered callers, when they are read, then the cell is rejected
	waits := xlsx(t, map[string][][]any{
		"Table 3": {{"Month", "GP Practice (ODS_CODE)", "Count of Inbound calls", "Answered", "Call back requested", "Missed"}, {45992, "M85027", 100, 50, 1, 1}, {45992, "M85028", 100, 50, 1, 1}},
		"Table 4": {{"Month", "GP Practice (ODS_CODE)", "Answered", "Wait time Longer than 5 minutes"}, {45992, "M85027", 50, 60}, {45992, "M85028", 50, 20}},
	})
	l, err := readText(t, "x.xlsx", waits, Options{})
	if err != nil {
		t.Fatal(err)
	}
	got := figuresOf(t, l)
	if _, kept := got[figureKey{"telephony-waited-over-5-minutes", "M85027", "2025-12"}]; kept || len(l.Rejections) != 1 {
		t.Errorf("kept %v, rejected %v", kept, l.Rejections)
	}
	wantFigure(t, got, figureKey{"telephony-waited-over-5-minutes", "M85028", "2025-12"}, measure.Reported, 20, 50, none)
}

// xlsx is a workbook with the rows of each sheet.
func xlsx(t *testing.T, sheets map[string][][]any) string {
	t.Helper()
	book := excelize.NewFile()
	for name, rows := range sheets {
		if _, err := book.NewSheet(name); err != nil {
			t.Fatal(err)
		}
		for i, row := range rows {
			if err := book.SetSheetRow(name, fmt.Sprintf("A%d", i+1), &row); err != nil {
				t.Fatal(err)
			}
		}
	}
	var b bytes.Buffer
	if err := book.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestNetworkOfAFalseCodeIsRejected(t *testing.T) {
	// Given a board's code where a network's should stand, when the memberships are read, then the row is rejected
	l, err := readText(t, "x.csv", "Partner Organisation Code,PCN Code,Start Date,End Date\nM85027,u24883,2019-07-01,\nM85028,QHL,2019-07-01,\nM85029,,2019-07-01,\n", Options{})
	if err != nil || len(l.Memberships()) != 1 || l.Memberships()[0].Group != "U24883" || len(l.Rejections) != 2 || l.Rejections[0].Line != 3 {
		t.Errorf("%v: %v, rejected %v", err, l.Memberships(), l.Rejections)
	}
}

func TestSpoiltMonthsOfTheWaitsAreCounted(t *testing.T) {
	// Given a table of waits whose months are spoilt, when it is read, then the note counts those that it does not name
	rows := [][]any{{"Table 4: waits, December 2025"}, {"Month", "GP Practice (ODS_CODE)", "Answered", "Wait time Longer than 5 minutes"}}
	for i := range 9 {
		rows = append(rows, []any{"spoilt", fmt.Sprintf("M8502%d", i), 50, 20})
	}
	l, err := readText(t, "x.xlsx", xlsx(t, map[string][][]any{
		"Table 3": {{"Month", "GP Practice (ODS_CODE)", "Count of Inbound calls", "Answered", "Call back requested", "Missed"}, {45992, "M85027", 100, 50, 1, 1}},
		"Table 4": rows,
	}), Options{})
	if err != nil || !strings.Contains(l.File.Note, "So are 6 more rows") {
		t.Errorf("%v, note %q", err, l.File.Note)
	}
}

func TestNetworkThatIsYetToClose(t *testing.T) {
	// Given a network that is to close on a day yet to come, when it is read, then it is active until then
	l, err := readText(t, "x.csv", "PCN Code,PCN Name,Sub ICB Loc Code,Open Date,Close Date\nU24883,A,M2L0M,2019-07-01,2098-03-31\nU12345,B,M2L0M,2019-07-01,2022-03-31\n", Options{})
	if err != nil {
		t.Fatal(err)
	}
	if units := unitsOf(l); units["U24883"].Status != "active" || units["U12345"].Status != "closed" || len(memberOf(l, "U24883", "sub-icb")) != 1 {
		t.Errorf("%+v, %v", units, l.Memberships())
	}
}
