package published

import (
	"strings"
	"testing"

	"ohp/internal/kernel/measure"
)

const (
	listHead     = "PUBLICATION,EXTRACT_DATE,TYPE,SUB_ICB_LOCATION_CODE,CODE,POSTCODE,SEX,AGE,NUMBER_OF_PATIENTS\n"
	qofHead      = "PRACTICE_CODE,GROUP_CODE,REGISTER,PATIENT_LIST_TYPE,PRACTICE_LIST_SIZE\n"
	paymentsHead = "NHS England (Region) code,NHS England (Region) Name,Practice Code,Practice Name,Number of Registered Patients,Total NHS Payments,Deductions\n"
	efitHead     = "ICB name,GP code,GP name,Weighted population,Bowel cancer screening (%),Breast cancer screening (%),Asthma: QOF prevalence (%),Flu uptake (%),Cancer: QOF prevalence (%)\n"
	wideHead     = "GP_PRACTICE_CODE,TOTAL_ALL,TOTAL_MALE,TOTAL_FEMALE,MALE_0-4,FEMALE_95+\n"
	referHead    = "locationid,locationodscode,registrationdate,providerid,deregistrationdate\n"
)

// shortFiles are a good table of each kind and a row of it, which is cut after each of its cells.
var shortFiles = map[string]struct{ name, good, row string }{
	"list size":  {"x.csv", listHead + "GP_PRAC_PAT_LIST,2025-10-01,GP,16C,A81001,TS18 1HU,ALL,ALL,3827\n", "GP_PRAC_PAT_LIST,2025-10-01,GP,16C,D81011,PE13 3AN,ALL,ALL,11025"},
	"wide list":  {"April 2014.csv", wideHead + "A81001,100,50,50,9,3\n", "D81011,110,60,50,9,3"},
	"prevalence": {"PREVALENCE_2425.csv", qofHead + "A81001,AF,113.0,TOTAL,3904\n", "B82619,AF,20.0,TOTAL,3000"},
	"payments":   {"22-23.csv", paymentsHead + "Y56,London,E83028,X,6610.5,528158.48,-100\n", "Y56,London,E83622,TEMPLE FORTUNE MEDICAL GROUP,7492.75,567240.12,-186"},
	"indicators": {"QHL_2025-26.csv", efitHead + "NHS Birmingham and Solihull ICB,M85027,X,9000,60,61,6,50,3\n", "NHS Birmingham and Solihull ICB,M85028,Y,8000,60,61,6,50,3"},
	"locations":  {"x.csv", referHead + "1-1,M85027,2017-07-06,1-9,\n", "1-2,M85028,2017-07-06,1-9,2020-01-31"},
	"epcmem":     {"x.csv", strings.Repeat("\"A81001\",\"5E1\",\"W\",\"20010401\",\"20130331\",\"0\"\n", 30), `"A81010","5D9","W","20010401","20120930","0"`},
	"online":     {"x.csv", onlineHead + "45778,M85027,ACCURX LIMITED,69,55,14,0,3891,1\n", "45778,M85028,ACCURX LIMITED,69,55,14,0,3891,1"},
}

func TestShortRowsAreRejected(t *testing.T) {
	for kind, x := range shortFiles {
		whole, err := readText(t, x.name, x.good, Options{})
		if err != nil {
			t.Errorf("%s: %v", kind, err)
			continue
		}
		if l, err := readText(t, x.name, x.good+x.row+"\n", Options{}); err != nil || len(l.Rejections) > len(whole.Rejections) {
			t.Errorf("%s: the whole row: %v, %v", kind, err, l.Rejections)
		}
		// Given a row that is cut anywhere before its last cell, when the file is read, then it is rejected with line and reason and states nothing
		for n := 1; n <= strings.LastIndexByte(x.row, ','); n++ {
			l, err := readText(t, x.name, x.good+x.row[:n], Options{})
			if err != nil {
				t.Errorf("%s, %q: %v", kind, x.row[:n], err)
				continue
			}
			if l.Figures() != whole.Figures() || len(l.Units()) != len(whole.Units()) || len(l.Memberships()) != len(whole.Memberships()) || len(l.Attributes()) != len(whole.Attributes()) {
				t.Errorf("%s: %q states something: %s", kind, x.row[:n], describe(l))
			}
			line := strings.Count(x.good, "\n") + 1
			if len(l.Rejections) != 1 || l.Rejections[0].Line != line || l.Rejections[0].Reason == "" || l.Rejections[0].Text == "" {
				t.Errorf("%s, %q: rejected %+v", kind, x.row[:n], l.Rejections)
			}
		}
	}
}

func TestShortRowsThatStateNothingPass(t *testing.T) {
	// Given a blank row, a total or a note under the table, shorter than the table, when the file is read, then it is passed over
	for kind, x := range shortFiles {
		if kind == "epcmem" || kind == "locations" {
			continue // registers have neither totals nor notes
		}
		for _, row := range []string{
			"  ", " , ", ",,", "Total", "Total,,3827", "England", ",Total,1", "Grand total,9", "Notes", "Notes:", "Notes:,1  Data for previous months is available", "Source: NHS England",
			"Copyright © 2025 NHS England", "© Crown copyright", "1  Practices open and active on the day of the extract", "* means suppressed", "Note: data for April, May and June",
			"https://www.nationalarchives.gov.uk/doc/open-government-licence", ",  2   Geographical information is correct at the time of publication",
		} {
			l, err := readText(t, x.name, x.good+row+"\n", Options{})
			if err != nil || len(l.Rejections) > 0 {
				t.Errorf("%s, %q: %v, rejected %v", kind, row, err, l.Rejections)
			}
		}
	}
}

func TestShortRowsOfWorkbooksAreWhole(t *testing.T) {
	// Given a workbook, which leaves out the empty cells at a row's end, when it is read, then what is left out is not reported, and nothing is rejected
	book := xlsx(t, map[string][][]any{"Sheet1": {
		{"Practice Code", "Practice Name", "Number of Registered Patients", "Total NHS Payments", "Deductions"},
		{"M85027", "X", 1000, 90000, -100}, {"M85028", "Y", 1000, 90000},
	}})
	l, err := readText(t, "22-23.xlsx", book, Options{})
	if err != nil || len(l.Rejections) > 0 {
		t.Fatalf("%v, rejected %v", err, l.Rejections)
	}
	if f := figuresOf(t, l)[figureKey{"payments-deductions", "M85028", "2022/23"}]; f.Status != measure.NotReported {
		t.Errorf("%+v", f)
	}
}

func TestFiguresWithoutACodeAreRejected(t *testing.T) {
	// Given a row of figures whose code is blank, when the file is read, then it is rejected, and totals and notes are not
	for kind, x := range map[string]struct{ name, good, blank, total, note string }{
		"list size":  {"x.csv", shortFiles["list size"].good, "GP_PRAC_PAT_LIST,2025-10-01,GP,16C,,PE13 3AN,ALL,ALL,11025", "Total,,,,,,ALL,ALL,11025", "Source: NHS England,,,,,,,,"},
		"code first": {"x.csv", "CODE,SEX,AGE,NUMBER_OF_PATIENTS,EXTRACT_DATE\nA81001,ALL,ALL,90,2025-10-01\n", ",ALL,ALL,91,2025-10-01", "England,ALL,ALL,91,2025-10-01", "Notes:,1 Data for 2025 and before,,,"},
		"wide list":  {"April 2014.csv", shortFiles["wide list"].good, ",110,60,50,9,3", "TOTAL,110,60,50,9,3", "2 practices did not answer,,,,,"},
		"prevalence": {"PREVALENCE_2425.csv", shortFiles["prevalence"].good, ",AF,20.0,TOTAL,3000", "England,AF,20.0,TOTAL,3000", "Copyright © 2025 NHS England,,,,"},
		"payments":   {"22-23.csv", shortFiles["payments"].good, "Y56,London,,X,7492.75,567240.12,-186", "Total,,,,7492.75,567240.12,-186", "Note: paid from 1 April, 2022,,,,,"},
		"indicators": {"QHL_2025-26.csv", shortFiles["indicators"].good, "NHS Birmingham and Solihull ICB,,Y,8000,60,61,6,50,3", "England total,,,8000,60,61,6,50,3", ",,,,,,,,* means withheld"},
		"online":     {"x.csv", shortFiles["online"].good, "45778,,ACCURX LIMITED,69,55,14,0,3891,1", "Total,,,69,55,14,0,3891,1", ",1  System suppliers can submit 2 updates,,,,,,,"},
		"spoilt":     {"May 2025.csv", "Table 2: Submissions in May 2025\n" + onlineHead + "45778,M85027,ACCURX LIMITED,69,55,14,0,3891,1\n", "#REF!,,ACCURX LIMITED,69,55,14,0,3891,1", "Total,,,69,55,14,0,3891,1", "Notes,,,,,,,,"},
		"workforce":  {"x.csv", "CENSUS_YEAR,CENSUS_MONTH,PCN_CODE,STAFF_GROUP,STAFF_ROLE,FTE\n2026,6,U24883,Other GPs,Salaried GPs,0.5\n", "2026,6,,Other GPs,Salaried GPs,0.5", "Total,,,,,0.5", "Source: NHS England,,,,,"},
	} {
		l, err := readText(t, x.name, x.good+x.total+"\n"+x.note+"\n"+x.blank+"\n", Options{})
		if err != nil || len(l.Rejections) != 1 || l.Rejections[0].Line != strings.Count(x.good, "\n")+3 || !strings.Contains(l.Rejections[0].Reason, "code") {
			t.Errorf("%s: %v, rejected %+v", kind, err, l.Rejections)
		}
	}
}

func TestPartnershipListWithAnyODSCodeColumn(t *testing.T) {
	// Given a list whose code column is headed in any of the usual ways, when it is read, then the practices are members
	for _, head := range []string{"ods_code", "ODS code", "code", "Practice code", "practice_code", "GP code", "Organisation code", "org_code", "Org Code", "Practice ODS code"} {
		l, err := readText(t, "x.csv", head+",partnership\nM85027,NWP\n", Options{})
		if err != nil || l.File.Format != "partnership-list" || len(l.Memberships()) != 1 {
			t.Errorf("%s: %v", head, err)
		}
	}
	// And a practice without a code is rejected, and a row of no partnership is not
	l, err := readText(t, "x.csv", "ods_code,practice,partnership\nM85027,A,NWP\n,The Harvey Practice,NWP\nM85029,C,\nNotes: as at July,,\n", Options{})
	if err != nil || len(l.Memberships()) != 1 || len(l.Rejections) != 1 || l.Rejections[0].Line != 3 {
		t.Errorf("%v: %v, rejected %v", err, l.Memberships(), l.Rejections)
	}
}
