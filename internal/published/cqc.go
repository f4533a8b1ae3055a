package published

import (
	"ohp/internal/kernel/date"
	"ohp/internal/kernel/measure"
	"ohp/internal/kernel/tabular"
)

const cqcPublisher = "Care Quality Commission"

// cqcMeasures are what every format of the Care Quality Commission gives: the
// overall rating of the location at which a practice is registered, as a
// number, on the day of publication or in the year that the source states. The
// ratings of single population groups ("Older people") and services are not the
// practice's rating and are never taken for it.
var cqcMeasures = []measure.Measure{{
	Name: "cqc-overall-rating", Title: "CQC overall rating", Kind: measure.Measurement, Per: 1, Unit: "practice", Cadence: date.Day,
	Counts: "1 Inadequate, 2 Requires improvement, 3 Good, 4 Outstanding", Source: "Care Quality Commission ratings",
}}

// ratingWords are the ratings of the Health and Social Care Act 2008
// (Regulated Activities) Regulations, as the Commission writes them, by their reduced words.
var ratingWords = map[string]struct {
	value float64
	words string
}{
	"inadequate":          {1, "Inadequate"},
	"requiresimprovement": {2, "Requires improvement"},
	"good":                {3, "Good"},
	"outstanding":         {4, "Outstanding"},
}

// unratedWords are what stands in a rating's place when an inspection, or a
// registration, has brought none.
var unratedWords = map[string]bool{
	"": true, "nopublishedrating": true, "inspectedbutnotrated": true, "notrated": true, "unrated": true, "notyetrated": true,
	"notyetinspected": true, "insufficientevidencetorate": true, "insufficientevidence": true, "notformallyrated": true, "na": true,
	"notapplicable": true, "awaitingrating": true, "norating": true, "null": true, "notassessed": true,
}

// ratingOf reads a rating: its value and words, or NotReported where there is
// none. The reason is empty unless the text is neither.
func ratingOf(text string) (x reading, words, reason string) {
	reduced := tabular.Normal(text)
	if r, ok := ratingWords[reduced]; ok {
		return reading{r.value, measure.Reported}, r.words, ""
	}
	if unratedWords[reduced] {
		return reading{measure.None, measure.NotReported}, "", ""
	}
	return reading{measure.None, measure.Missing}, "", quoted(text, 40) + " is not one of the Commission's ratings (Outstanding, Good, Requires improvement, Inadequate)"
}

// keyQuestions are the five questions that the Commission asks of every service, by their reduced words.
var keyQuestions = map[string]string{
	"safe": "safe", "effective": "effective", "caring": "caring", "responsive": "responsive", "wellled": "well-led",
	"aretheysafe": "safe", "istheservicesafe": "safe", "istheserviceeffective": "effective", "istheservicecaring": "caring",
	"istheserviceresponsive": "responsive", "istheservicewellled": "well-led",
}

// keyQuestionOf gives the key question's name in an attribute, "" for what is none.
func keyQuestionOf(text string) string { return keyQuestions[tabular.Normal(text)] }
