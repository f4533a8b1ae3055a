// Package house holds the program to the rules of its own house: which package may import which, how long a function may be,
// what must not stand in any file. The rules are here with their reasons; the tests apply them to the whole repository.
package house

import (
	"path"
	"slices"
	"strings"
)

// module is the name of the program's Go module.
const module = "ohp"

// rule says what packages at and below a place may import of the program's own packages.
type rule struct {
	of      string   // the place, below the module; "<module>" stands for each folder of internal/ that no other rule names
	may     []string // places that may be imported, with what is below them
	because string
}

// rules are tried from the first; the first whose place holds a package decides. A package may always import what is below its own place.
var rules = []rule{
	{"cmd", []string{"internal/app", "internal/kernel/config", "internal/kernel/errs"}, "a command reads flags and hands over; what it could do beyond that could not be tested without it"},
	{"bench", []string{"internal", "bench"}, "measurements look at everything and nothing imports them"},
	{"e2e", []string{"internal", "cmd"}, "tests in a browser use the whole program"},
	{"tools", []string{"internal/kernel"}, "tools run while the program is built and know no module"},
	{"internal/app", []string{"internal"}, "the one place that knows all modules and connects them"},
	{"internal/house", nil, "the guards read files, not packages"},
	{"internal/facts", nil, "what modules tell each other must not tie them to anything"},
	{"internal/stats", []string{"internal/stats"}, "statistics know nothing of health or of this program, so that they can be checked against other tools"},
	{"internal/nhs", []string{"internal/kernel/date", "internal/kernel/errs"}, "codes and rules of the NHS know no module; dates and errors are words that everybody uses, and know nothing of the NHS in turn"},
	{"internal/kernel/errs", nil, "every package uses errors; they depend on none"},
	{"internal/kernel/date", nil, "every package uses dates; they depend on none"},
	{"internal/kernel", []string{"internal/kernel", "internal/stats", "internal/nhs"}, "what all modules use knows none of them"},
	{"<module>", []string{"internal/kernel", "internal/stats", "internal/nhs", "internal/facts"}, "modules never import each other: each can be understood, changed and removed alone; internal/app connects them"},
}

// outside are packages of others that only some places may import.
var outside = []struct {
	name    string
	may     []string
	tests   bool // tests anywhere may
	because string
}{
	{"modernc.org/sqlite", []string{"internal/kernel/store", "bench"}, false, "there is one data layer; a second would not have its pools, its transactions and its typed errors (measurements compare with the bare driver)"},
	{"github.com/jackc/pgx", []string{"internal/kernel/store", "internal/kernel/testkit", "bench"}, false, "there is one data layer; a second would not have its pools, its transactions and its typed errors (measurements compare with the bare driver)"},
	{"github.com/chromedp", []string{"internal/kernel/testkit"}, true, "the program does not drive browsers; only tests do"},
	{"pgregory.net/rapid", nil, true, "properties are for tests"},
	{"testing", []string{"internal/kernel/testkit", "internal/house"}, true, "tests' code does not belong in the program"},
	{"C", nil, false, "the program is built without a C compiler, for every system"},
}

// permitted returns "" when the package in folder from may import what, and otherwise the reason why not. Paths have
// slashes and are below the module for its own packages.
func permitted(from, what string, test bool) string {
	if own, ok := strings.CutPrefix(what, module+"/"); ok {
		return permittedOwn(from, own, test)
	}
	for _, o := range outside {
		if within(what, o.name) && !(o.tests && test) && !slices.ContainsFunc(o.may, func(p string) bool { return within(from, p) }) {
			return o.because
		}
	}
	return ""
}

func permittedOwn(from, what string, test bool) string {
	const testkit = "internal/kernel/testkit"
	if within(what, testkit) && !within(from, testkit) {
		if !test {
			return "testkit is for tests; the program would carry it along"
		}
		if !within(from, "internal/stats") {
			return ""
		}
	}
	r, place := ruleOf(from)
	if within(what, place) || slices.ContainsFunc(r.may, func(p string) bool { return within(what, p) }) {
		return ""
	}
	return r.because
}

// ruleOf returns the rule for a folder and the place that it is for.
func ruleOf(from string) (rule, string) {
	for _, r := range rules {
		if within(from, r.of) {
			return r, r.of
		}
	}
	parts := strings.SplitN(from, "/", 3)
	return rules[len(rules)-1], path.Join(parts[:min(2, len(parts))]...)
}

// within reports whether a path is a place or below it.
func within(p, place string) bool { return p == place || strings.HasPrefix(p, place+"/") }
