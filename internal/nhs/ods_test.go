package nhs

import (
	"archive/zip"
	"encoding/csv"
	"io"
	"os"
	"path/filepath"
	"testing"

	"ohp/internal/kernel/testkit"
)

func TestCodes(t *testing.T) {
	for _, c := range []struct {
		form    func(string) bool
		name    string
		is, not []string
	}{
		{IsPracticeCode, "practice", []string{"M85029", "A81001", "W91042", "Y02653", "ALD200", "K0E995"}, []string{"", "m85029", "M8502", "M850299", " M85029", "085029", "U89141", "O85029", "ABC123", "M85029\n"}},
		{IsPCNCode, "PCN", []string{"U89141", "U07032"}, []string{"U", "U8914", "M85029", "u89141", "U891411"}},
		{IsICBCode, "ICB", []string{"QHL", "QOC", "QWO", "Q71"}, []string{"", "15E", "Q", "QHLX", "qhl"}},
		{IsSubICBCode, "sub-ICB", []string{"15E", "16C", "D2P2L", "M2L0M"}, []string{"", "E15", "QHL", "D2P2", "155"}},
	} {
		for _, code := range c.is {
			if !c.form(code) {
				t.Errorf("%q has the form of a %s code", code, c.name)
			}
		}
		for _, code := range c.not {
			if c.form(code) {
				t.Errorf("%q has not the form of a %s code", code, c.name)
			}
		}
	}
}

// Every code that has been published has its form.
func TestPublishedCodesHaveTheirForm(t *testing.T) {
	folder := testkit.Published(t)
	for _, edition := range []string{"epraccur_2018", "epraccur_2025-11", "epraccur_2026-02"} {
		f, err := os.Open(filepath.Join(folder, "ods", edition, "epraccur.csv"))
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		n := 0
		for _, row := range rows(t, f) {
			if code := row[0]; IsPracticeCode(code) {
				n++
			} else if code != "OrganisationCode" { // the header of 2018
				t.Errorf("%s: %q", edition, code)
			}
		}
		if n < 10000 {
			t.Errorf("%s: only %d practices", edition, n)
		}
	}
	z, err := zip.OpenReader(filepath.Join(folder, "list_size", "2026-07", "gp-reg-pat-prac-map.zip"))
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	f, err := z.File[0].Open()
	if err != nil {
		t.Fatal(err)
	}
	all := rows(t, f)
	column := map[string]int{}
	for i, name := range all[0] {
		column[name] = i
	}
	five := 0
	for _, row := range all[1:] {
		pcn, icb, sub := row[column["PCN_CODE"]], row[column["ICB_CODE"]], row[column["SUB_ICB_LOCATION_CODE"]]
		if !IsPracticeCode(row[column["PRACTICE_CODE"]]) || !IsPCNCode(pcn) && pcn != "U" || !IsICBCode(icb) || !IsSubICBCode(sub) {
			t.Errorf("%q", row)
		}
		if len(icb) == 5 {
			five++
		}
	}
	if len(all) < 6000 || five == 0 {
		t.Errorf("%d rows, %d with an ICB code of five characters", len(all), five)
	}
}

func rows(t *testing.T, r io.Reader) [][]string {
	t.Helper()
	reader := csv.NewReader(r)
	reader.FieldsPerRecord = -1
	out, err := reader.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return out
}
