// Package nhs holds the codes and rules of the NHS in England that no single module owns: organisation codes, working days
// and bank holidays, and the time that the country's clocks show.
package nhs

import "regexp"

// The forms of codes of the Organisation Data Service (ODS), as counted in its files of 2018, 2025 and 2026.
// A code of the right form need not have been issued.
var (
	// A letter and five digits: England A to H, J to N and P; Wales W; Y for what came after the letters' ranges, which covers
	// walk-in centres and services too. Alderney, Guernsey and Jersey have three letters; K0E995 is of a newer form.
	practiceForm = regexp.MustCompile(`^(?:[A-HJ-NPWY][0-9]{5}|(?:ALD|GUE|JER)[0-9]{3}|[A-Z][0-9][A-Z][0-9]{3})$`)
	pcnForm      = regexp.MustCompile(`^U[0-9]{5}$`)
	// Q and two characters until March 2026, and since then for merged boards also five, as sub-locations have had since 2020.
	icbForm    = regexp.MustCompile(`^(?:Q[A-Z0-9]{2}|[A-Z][0-9][A-Z][0-9][A-Z])$`)
	subICBForm = regexp.MustCompile(`^(?:[0-9]{2}[A-Z]|[A-Z][0-9][A-Z][0-9][A-Z])$`)
)

// IsPracticeCode reports whether code has the form of a general practice's ODS code, in capitals and without spaces: M85029, Y02653, ALD200.
// Source: counted in the ODS file epraccur of April 2018, November 2025 and February 2026; no code in them has another form.
func IsPracticeCode(code string) bool { return practiceForm.MatchString(code) }

// IsPCNCode reports whether code has the form of a primary care network's ODS code: U and five digits. The bare "U" of the
// published mapping means that a practice is in no network.
func IsPCNCode(code string) bool { return pcnForm.MatchString(code) }

// IsICBCode reports whether code has the form of an integrated care board's ODS code: QHL, or since April 2026 also five
// characters, letters and digits in turn. The five-character form is that of a sub-location too: the column decides.
func IsICBCode(code string) bool { return icbForm.MatchString(code) }

// IsSubICBCode reports whether code has the form of a sub-ICB location's ODS code (until 2022 a clinical commissioning
// group's): 15E, D2P2L.
func IsSubICBCode(code string) bool { return subICBForm.MatchString(code) }
