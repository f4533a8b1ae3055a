package published

import (
	"encoding/json"

	"ohp/internal/kernel/tabular"
)

// others are files that are known and deliberately not imported: each function
// gives the sentence that says what the file is, or "".
var others = []func(f *tabular.File) string{
	errorAnswer,
	syndicationRecord,
	tableOf("the file is a list of files with their checksums, not data",
		tabular.Col("file", "file"), tabular.Col("bytes", "bytes"), tabular.Col("sha256", "sha256")),
	tableOf(compiledSentence,
		tabular.Col("code", "ods_code"), tabular.Col("date", "extract_date"), tabular.Col("patients", "patients")),
	tableOf(compiledSentence,
		tabular.Col("code", "ods_code"), tabular.Col("month", "month"), tabular.Col("rate", "rate_per_1000")),
	tableOf(compiledSentence,
		tabular.Col("code", "ods_code"), tabular.Col("month", "month"), tabular.Col("ended", "ivr_ended")),
	tableOf("the file counts registered patients by small area (LSOA), which is not imported; import the totals or the age bands of the same publication",
		tabular.Col("practice", "PRACTICE_CODE", "ORG_CODE"), tabular.Col("area", "LSOA_CODE"), tabular.Col("patients", "NUMBER_OF_PATIENTS")),
	tableOf("the file counts the practices' workforce, which is not imported",
		tabular.Col("practice", "PRAC_CODE", "Practice.Code", "PRACTICE_CODE"), tabular.Col("patients", "TOTAL_PATIENTS"),
		tabular.Col("staff", "TOTAL_GP_EXTGL_FTE", "TOTAL_GP_FTE", "TOTAL_NURSES_FTE", "TOTAL_ADMIN_FTE")),
	tableOf("the file counts appointments by commissioner, not by practice; import the practice-level crosstab of Appointments in General Practice",
		tabular.Col("commissioner", "CCG_CODE", "SUB_ICB_LOCATION_CODE", "ICB_CODE"), tabular.Col("status", "APPT_STATUS"), tabular.Col("count", "COUNT_OF_APPOINTMENTS")),
}

const compiledSentence = "the file holds expected values that were compiled from publications for checking; import the publications themselves"

// knownOther names a file that is known and deliberately not imported; "" for any other.
func knownOther(f *tabular.File) string {
	for _, of := range others {
		if sentence := of(f); sentence != "" {
			return sentence
		}
	}
	return ""
}

func tableOf(sentence string, want ...tabular.Column) func(f *tabular.File) string {
	return func(f *tabular.File) string {
		if hasTable(want)(f) {
			return sentence
		}
		return ""
	}
}

// syndicationRecord tells a record of NHS Choices' syndication feed (closed) or
// of the Directory of Services from the register's.
func syndicationRecord(f *tabular.File) string {
	var doc struct {
		SyndicationID, Feed, Content json.RawMessage
		OldODS                       string `json:"identifier_ODS_ODSCode"`
	}
	switch {
	case f.JSON == nil || json.Unmarshal(f.JSON, &doc) != nil:
		return ""
	case doc.OldODS != "":
		return "the file is a record of the Directory of Services (endpoints for messages), which is not imported; fetch the organisation from the Organisation Data Service"
	case doc.SyndicationID != nil || doc.Feed != nil || doc.Content != nil:
		return "the file is of the NHS Choices syndication feed, which has closed, and is not imported; fetch the organisation from the Organisation Data Service"
	}
	return ""
}
