package published

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"ohp/internal/kernel/measure"
	"ohp/internal/kernel/testkit"
)

func unitsOf(l *measure.Load) map[string]measure.Unit {
	all := map[string]measure.Unit{}
	for _, u := range l.Units() {
		if _, twice := all[u.Code]; !twice {
			all[u.Code] = u
		}
	}
	return all
}

// memberOf lists the memberships of a unit in groups of a kind, as "group from to".
func memberOf(l *measure.Load, unit, kind string) []string {
	var all []string
	for _, m := range l.Memberships() {
		if m.Unit == unit && m.GroupKind == kind {
			all = append(all, strings.TrimSpace(m.Group+" "+m.From.String()+" "+m.To.String()))
		}
	}
	return all
}

func TestEpraccurOldAndNewCodes(t *testing.T) {
	// Given the register with codes A/C/D/P and setting 4, and with words and role RO76,
	// when both are read, then a practice's status is the same word, and no other cost centre is taken
	for folder, practices := range map[string]int{"epraccur_2025-11": 8655, "epraccur_2026-02": 8183} {
		l := mustRead(t, testkit.Published(t, "ods", folder, "epraccur.csv"))
		units, n := unitsOf(l), 0
		for _, u := range units {
			if u.Kind == "practice" {
				n++
			}
		}
		if n != practices || len(l.Rejections) > 0 {
			t.Errorf("%s: %d practices, want %d; rejected %d", folder, n, practices, len(l.Rejections))
		}
		a81003 := units["A81003"]
		if a81003.Status != "closed" || a81003.Closed.String() != "2017-10-31" || a81003.Opened.String() != "1974-04-01" {
			t.Errorf("%s: A81003 %+v", folder, a81003)
		}
		if u := units["M85027"]; u.Status != "active" || !u.Closed.IsZero() || u.Kind != "practice" || u.Postcode == "" || u.Row == 0 {
			t.Errorf("%s: M85027 %+v", folder, u)
		}
		if u := units["A81634"]; u.Status != "dormant" {
			t.Errorf("%s: A81634 %+v", folder, u)
		}
		if got := memberOf(l, "A81001", "sub-icb"); len(got) != 1 || got[0] != "16C 2020-04-01" {
			t.Errorf("%s: sub-ICB of A81001 %v", folder, got)
		}
		if got := memberOf(l, "A81003", "icb"); got != nil {
			t.Errorf("%s: a closed practice belongs to a board: %v", folder, got)
		}
	}
}

func TestEpraccurVanishedRowIsNoClosure(t *testing.T) {
	// Given a practice of the older register that is not in the newer, when the newer is read, then it says nothing of it
	older := unitsOf(mustRead(t, testkit.Published(t, "ods", "epraccur_2025-11", "epraccur.csv")))
	newer := unitsOf(mustRead(t, testkit.Published(t, "ods", "epraccur_2026-02", "epraccur.csv")))
	vanished := 0
	for code, u := range older {
		if _, there := newer[code]; !there && u.Kind == "practice" {
			vanished++
		}
	}
	if vanished < 300 {
		t.Errorf("%d vanished, expected several hundred", vanished)
	}
}

func TestEpraccurWithHeader(t *testing.T) {
	l := mustRead(t, testkit.Published(t, "ods", "epraccur_2018", "epraccur.csv"))
	units := unitsOf(l)
	if u := units["A81003"]; u.Status != "dormant" || u.Name != "VICTORIA MEDICAL PRACTICE" {
		t.Errorf("A81003 %+v", u)
	}
	if l.File.AsAt.String() != "2018-01-01" || !strings.Contains(l.File.Note, "taken from the name") {
		t.Errorf("as at %v, note %q", l.File.AsAt, l.File.Note)
	}
}

const epraccurRowText = `"A81001","THE DENSHAM SURGERY","Y63","QHM","HEALTH CENTRE","LAWSON STREET","","STOCKTON","","TS18 1HU","19740401","","ACTIVE","B","16C","20200401","","01642","","","","1","","16C","","RO76",""`

func TestEpraccurVariants(t *testing.T) {
	for name, c := range map[string]struct {
		content string
		status  string
		rejects int
	}{
		"proposed":           {strings.Replace(epraccurRowText, `"ACTIVE"`, `"PROPOSED"`, 1), "proposed", 0},
		"with a header":      {strings.Repeat("Organisation Code,Name,National Grouping,x,,,,,,Postcode,Open Date,,Status Code,,,,,,,,,,,,,Prescribing Setting,\n", 1) + strings.Repeat(epraccurRowText+"\n", 6), "active", 0},
		"other date words":   {strings.Replace(epraccurRowText, "19740401", "01/04/1974", 1), "active", 0},
		"bad date, next row": {epraccurRowText + "\n" + strings.Repeat(strings.Replace(epraccurRowText, "A81001", "A81002", 1)+"\n", 8) + strings.Replace(epraccurRowText, "20200401", "2020x", 1) + "\n", "active", 1},
		"a short row":        {strings.Repeat(epraccurRowText+"\n", 6) + "\"A81009\",\"X\"\n", "active", 1},
		"unknown status":     {strings.Repeat(epraccurRowText+"\n", 6) + strings.Replace(epraccurRowText, "ACTIVE", "ASLEEP", 1) + "\n", "active", 1},
	} {
		t.Run(name, func(t *testing.T) {
			l, err := readText(t, "x.csv", c.content, Options{})
			if err != nil {
				t.Fatal(err)
			}
			if u := unitsOf(l)["A81001"]; u.Status != c.status || len(l.Rejections) != c.rejects {
				t.Errorf("status %q, rejected %v", u.Status, l.Rejections)
			}
		})
	}
}

// Given the workbook under the headings of CCGs and of sub-ICB locations, line breaks and all: the extracts, and the whole files.
func TestNetworksAndDatedMemberships(t *testing.T) {
	for _, edition := range []string{"2022-05", "2026-02"} {
		networksOf(t, filepath.Join("testdata", "registers", "epcn-"+edition+".xlsx"))
	}
}

func TestNetworksOfWholeFiles(t *testing.T) {
	for _, edition := range []string{"2022-05", "2026-02"} {
		networksOf(t, testkit.Published(t, "ods", "ePCN_"+edition, "ePCN.xlsx"))
	}
}

func networksOf(t *testing.T, path string) {
	t.Helper()
	l := mustRead(t, path)
	units := unitsOf(l)
	if u := units["U24883"]; u.Kind != "pcn" || u.Name != "NORTH SHROPSHIRE PCN" || u.Opened.IsZero() {
		t.Errorf("%s: U24883 %+v", path, u)
	}
	got := memberOf(l, "M82010", "pcn")
	if len(got) == 0 || !strings.HasPrefix(got[len(got)-1], "U24883 20") {
		t.Errorf("%s: networks of M82010 %v", path, got)
	}
	if got := memberOf(l, "U24883", "sub-icb"); len(got) != 1 || got[0] != "M2L0M" {
		t.Errorf("%s: sub-ICB of U24883 %v", path, got)
	}
	if len(l.Rejections) > 0 {
		t.Errorf("%s: rejected %v", path, l.Rejections[0])
	}
}

func TestArchivedMemberships(t *testing.T) {
	l := mustRead(t, testkit.Published(t, "ods", "epcmem.csv"))
	if got := memberOf(l, "A81001", "pct"); len(got) != 1 || got[0] != "5E1 2001-04-01 2013-03-31" {
		t.Errorf("trust of A81001 %v", got)
	}
	if got := memberOf(l, "A81049", "sub-icb"); len(got) == 0 || !strings.HasPrefix(got[0], "00M 2013-04-01") {
		t.Errorf("group of A81049 %v", got)
	}
}

func TestPracticeMap(t *testing.T) {
	l := mustRead(t, testkit.Published(t, "list_size", "2026-07", "gp-reg-pat-prac-map.zip"))
	for kind, want := range map[string]string{"pcn": "U24883", "sub-icb": "M2L0M", "icb": "QOC"} {
		if got := memberOf(l, "M82010", kind); len(got) != 1 || got[0] != want {
			t.Errorf("%s of M82010: %v", kind, got)
		}
	}
	if got := memberOf(l, "QOC", "region"); len(got) != 1 || got[0] != "Y60" {
		t.Errorf("region of QOC: %v", got)
	}
	unallocated, suppliers := 0, map[string]int{}
	for _, u := range l.Units() {
		if u.Kind == "practice" && len(memberOf(l, u.Code, "pcn")) == 0 && unallocated < 100 {
			unallocated++
		}
		if unallocated > 60 {
			break
		}
	}
	for _, a := range l.Attributes() {
		suppliers[a.Value]++
	}
	if unallocated != 52 {
		t.Errorf("%d practices without a network, want 52", unallocated)
	}
	if suppliers["EMIS"] != 3586 || suppliers["TPP"] != 2545 || suppliers["Unknown"] != 0 {
		t.Errorf("suppliers %v", suppliers)
	}
	// and the expected values of the partnership
	for _, row := range readTable(t, testkit.Published(t, "ohp", "ohp_practices.csv")) {
		if row["pcn_code_2026_07"] == "" {
			continue
		}
		if got := memberOf(l, row["ods_code"], "pcn"); len(got) != 1 || got[0] != row["pcn_code_2026_07"] {
			t.Errorf("%s: networks %v, want %s", row["ods_code"], got, row["pcn_code_2026_07"])
		}
	}
}

func TestPartnershipList(t *testing.T) {
	l := mustRead(t, testkit.Published(t, "ohp", "ohp_practices.csv"))
	current, former := 0, 0
	for _, m := range l.Memberships() {
		if m.Group != "OHP" || m.GroupKind != "partnership" {
			t.Errorf("membership %+v", m)
		}
		if m.To.IsZero() {
			current++
		} else {
			former++
		}
	}
	if current != 28 || former != 3 {
		t.Errorf("%d current, %d former members; want 28 and 3", current, former)
	}
	if got := memberOf(l, "M82008", "partnership"); len(got) != 1 || !strings.HasSuffix(got[0], "2024-06-27") {
		t.Errorf("M82008 %v", got)
	}
	if got := memberOf(l, "M85117", "partnership"); got != nil || !strings.Contains(l.File.Note, "M85117") {
		t.Errorf("an uncertain member: %v, note %q", got, l.File.Note)
	}
	// any other partnership
	l, err := readText(t, "x.csv", "Practice ODS code,Partnership,Joined\nM85027,nwp,1 April 2020\nTotal,,\nnone,nwp,\n", Options{})
	if err != nil || len(memberOf(l, "M85027", "partnership")) != 1 || memberOf(l, "M85027", "partnership")[0] != "NWP 2020-04-01" || len(l.Rejections) != 1 {
		t.Errorf("%v: %v, rejected %v", err, l.Memberships(), l.Rejections)
	}
}

func TestODSRecords(t *testing.T) {
	dir := func(parts ...string) string {
		return testkit.Published(t, append([]string{"ods", "api_json"}, parts...)...)
	}
	l := mustRead(t, dir("openprescribing-v2", "ods_ingest_multiple_pcn.json"))
	if got := memberOf(l, "M85171", "pcn"); len(got) != 1 || got[0] != "U93165 2021-04-01 2026-03-31" {
		t.Errorf("networks of M85171 %v", got)
	}
	if len(l.Rejections) != 1 || !strings.Contains(l.Rejections[0].Reason, "does not say since when") {
		t.Errorf("a retired relationship without its end: %v", l.Rejections)
	}
	_, err := Read(t.Context(), dir("ftrs-directory-of-services", "OperationOutcome-InvalidOdsCode-Example.json"), Options{})
	if !errors.Is(err, ErrNotRecognised) || !strings.Contains(err.Error(), "error answer") || !strings.Contains(err.Error(), "does not match the required format") {
		t.Errorf("error answer: %v", err)
	}
	_, err = Read(t.Context(), dir("ftrs-directory-of-services", "organisation-payload.json"), Options{})
	if err == nil || !strings.Contains(err.Error(), "M00081046") {
		t.Errorf("a code that is none: %v", err)
	}
}

func TestODSRecordShapes(t *testing.T) {
	fhir := `{"resourceType":"Organization","identifier":[{"system":"https://fhir.nhs.uk/Id/ods-organization-code","value":"M85027"}],"active":true,"name":"LEACH HEATH",
"address":[{"postalCode":"B45 9BU"}],"meta":{"lastUpdated":"2025-11-03T00:00:00Z"},"extension":[{"url":"role","extension":[
{"url":"roleCode","valueCodeableConcept":{"coding":[{"code":"RO76"}]}},{"url":"p","extension":[{"url":"period","valuePeriod":{"start":"1974-04-01"}}]}]}]}`
	ord := `{"Organisation":{"Name":"LEACH HEATH","Date":[{"Type":"Legal","Start":"1970-01-01"},{"Type":"Operational","Start":"1974-04-01"}],"OrgId":{"root":"2.16","extension":"M85027"},
"Status":"Active","LastChangeDate":"2025-11-03","GeoLoc":{"Location":{"PostCode":"B45 9BU"}},"Roles":{"Role":[{"id":"RO177"},{"id":"RO76"}]},
"Rels":{"Rel":[{"Date":[{"Type":"Operational","Start":"2019-07-01"}],"Status":"Active","Target":{"OrgId":{"extension":"U19075"},"PrimaryRoleId":{"id":"RO272"}},"id":"RE8"}]}}}`
	for name, content := range map[string]string{"FHIR": fhir, "FHIR bundle": `{"resourceType":"Bundle","entry":[{"resource":` + fhir + `}]}`, "array": "[" + fhir + "]", "older interface": ord} {
		t.Run(name, func(t *testing.T) {
			l, err := readText(t, "x.json", content, Options{})
			if err != nil {
				t.Fatal(err)
			}
			u := unitsOf(l)["M85027"]
			if u.Kind != "practice" || u.Status != "active" || u.Postcode != "B45 9BU" || u.Opened.String() != "1974-04-01" || l.File.AsAt.String() != "2025-11-03" {
				t.Errorf("unit %+v as at %v", u, l.File.AsAt)
			}
			if got := memberOf(l, "M85027", "pcn"); name == "older interface" && (len(got) != 1 || got[0] != "U19075 2019-07-01") {
				t.Errorf("networks %v", got)
			}
		})
	}
	for _, content := range []string{`{"errorCode":404,"errorText":"Not found"}`, `{"resourceType":"OperationOutcome","issue":[{"diagnostics":"x"}]}`} {
		if _, err := readText(t, "x.json", content, Options{}); err == nil || !strings.Contains(err.Error(), "error answer") {
			t.Errorf("%s: %v", content, err)
		}
	}
}

func TestKnownButNotImported(t *testing.T) {
	for path, words := range map[string]string{
		"ohp/ohp_list_sizes.csv":                                 "expected values",
		"ohp/ohp_online_consultations.csv":                       "expected values",
		"ohp/ohp_telephony_table3.csv":                           "expected values",
		"workforce/workforce-sample.csv":                         "workforce, which is not imported",
		"workforce/derived/workforce_year.csv":                   "workforce, which is not imported",
		"MANIFEST.csv":                                           "list of files",
		"gpad/regional_2021/Regional_CSV_BirminghamSolihull.csv": "by commissioner",
		"ods/api_json/nhsuk-gp-data-etl/gp-all.json":             "has closed",
		"nasty/csv-spectrum/csvs/simple.csv":                     "headed “a, b, c”",
		"nasty/excelize/encryptAES.xlsx":                         "encrypted",
		"fingertips/eFIT_indicators/2024-05-15_e69de2/QHL.csv":   "0 bytes",
	} {
		t.Run(path, func(t *testing.T) {
			_, err := Read(t.Context(), testkit.Published(t, strings.Split(path, "/")...), Options{})
			if err == nil || !strings.Contains(err.Error(), words) {
				t.Errorf("error %v, want words %q", err, words)
			}
		})
	}
}

func TestAppointments(t *testing.T) {
	l := mustRead(t, testkit.Published(t, "gpad", "practice_level_sample", "Practice_Level_Crosstab_Aug_25_NewBankOnly.HEAD.csv"))
	want := map[string]float64{}
	for _, row := range readTable(t, testkit.Published(t, "gpad", "practice_level_sample", "Practice_Level_Crosstab_Aug_25_NewBankOnly.HEAD.csv")) {
		n, _, err := amount(row["COUNT_OF_APPOINTMENTS"])
		if err != nil {
			t.Fatal(err)
		}
		want["gpad-appointments"] += n
		if row["APPT_STATUS"] == "DNA" {
			want["gpad-dna"] += n
		}
		if row["APPT_MODE"] == "Face-to-Face" {
			want["gpad-face-to-face"] += n
		}
		if row["HCP_TYPE"] == "GP" {
			want["gpad-with-gp"] += n
		}
		if row["TIME_BETWEEN_BOOK_AND_APPT"] == "Same Day" {
			want["gpad-same-day"] += n
		}
	}
	got := figuresOf(t, l)
	for _, m := range appointments.Measures {
		f := got[figureKey{m.Name, "Y02960", "2025-08"}]
		if f.Numerator != want[m.Name] || (m.Name != "gpad-appointments" && f.Denominator != want["gpad-appointments"]) {
			t.Errorf("%s: %+v, want %v", m.Name, f, want[m.Name])
		}
	}
}
