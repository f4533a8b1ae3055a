package published

import (
	"strings"

	"ohp/internal/nhs"
)

// practiceIn reads a practice's ODS code. The reason is a sentence when the text
// is none, and empty when it is.
func practiceIn(text string) (code, reason string) {
	code = strings.ToUpper(strings.TrimSpace(text))
	switch {
	case nhs.IsPracticeCode(code):
		return code, ""
	case code == "":
		return "", "the row has no practice code"
	case nhs.IsPCNCode(code):
		return "", code + " is the code of a primary care network, not of a practice"
	case len(code) == 9 && nhs.IsPracticeCode(code[:6]):
		return "", code + " is the code of a branch of " + code[:6] + ", not of the practice itself"
	}
	return "", quoted(text, 20) + " is not the ODS code of a practice, which is a letter and five digits such as M85027"
}

// networkIn reads the ODS code of a primary care network.
func networkIn(text string) (code, reason string) {
	code = strings.ToUpper(strings.TrimSpace(text))
	switch {
	case nhs.IsPCNCode(code):
		return code, ""
	case code == "":
		return "", "the row has no network code"
	}
	return "", quoted(text, 20) + " is not the code of a primary care network, which is U and five digits such as U26345"
}
