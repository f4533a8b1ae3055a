package published

import (
	"strings"
	"testing"

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
