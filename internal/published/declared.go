package published

import (
	"strings"

	"ohp/internal/kernel/measure"
)

// declared knows which measures may be stored: those that a format declares,
// and those that a file names itself where Options.Declare takes them.
type declared struct {
	take func(m measure.Measure)
	by   map[string]bool
	told map[string]bool
}

// newDeclared starts with the measures that a format declares.
func newDeclared(o Options, measures []measure.Measure) *declared {
	d := &declared{take: o.Declare, by: make(map[string]bool, len(measures)), told: map[string]bool{}}
	for _, m := range measures {
		d.by[m.Name] = true
	}
	return d
}

// has says whether figures of the measure can be stored; a measure that nobody
// declares is declared as the file describes it.
func (d *declared) has(name string, describe func() measure.Measure) bool {
	if known, asked := d.by[name]; asked {
		return known
	}
	d.by[name] = d.take != nil
	if d.take != nil {
		m := describe()
		m.Name = name
		d.take(m)
	}
	return d.by[name]
}

// refuse gives the reason why a measure cannot be stored, the first time it is asked for, and "" after that.
func (d *declared) refuse(name string) string {
	if d.told[name] {
		return ""
	}
	d.told[name] = true
	return "this is not among the measures known, so none of its figures in this file are stored: ask for it to be added"
}

// slug makes the name of a measure of words: lower case, digits, single hyphens.
func slug(words string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(words) {
		switch {
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
			b.WriteRune(r)
		case r == '&':
			b.WriteString("and")
		case r == '+':
			b.WriteString("-plus-")
		default:
			b.WriteByte('-')
		}
	}
	return strings.Join(strings.FieldsFunc(b.String(), func(r rune) bool { return r == '-' }), "-")
}
