package store

import (
	"fmt"
	"strconv"
	"strings"
)

// Marks returns n placeholders, "$from, $from+1, …".
func Marks(from, n int) string {
	var b strings.Builder
	for i := range n {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteByte('$')
		b.WriteString(strconv.Itoa(from + i))
	}
	return b.String()
}

// Args returns values as arguments, for Filter.In and for statements built with Marks.
func Args[T any](values []T) []any {
	out := make([]any, len(values))
	for i, v := range values {
		out[i] = v
	}
	return out
}

// Filter collects optional conditions and their arguments, so that one query serves every combination of them.
// The zero Filter has none. Its SQL follows a condition: "select … where true" + f.SQL() + " order by …".
type Filter struct {
	sql  strings.Builder
	args []any
}

// NewFilter returns a Filter for a query that has placeholders of its own, $1 and on, with their arguments.
func NewFilter(args ...any) *Filter { return &Filter{args: args} }

// And adds a condition; each ? in it stands for the next argument. A condition whose marks do not match its arguments
// becomes one that both engines refuse.
func (f *Filter) And(condition string, args ...any) *Filter {
	parts := strings.Split(condition, "?")
	if len(parts) != len(args)+1 {
		fmt.Fprintf(&f.sql, " and (%d arguments for %d marks)", len(args), len(parts)-1)
		return f
	}
	f.sql.WriteString(" and (")
	for i, part := range parts {
		f.sql.WriteString(part)
		if i < len(args) {
			f.args = append(f.args, args[i])
			f.sql.WriteString("$" + strconv.Itoa(len(f.args)))
		}
	}
	f.sql.WriteByte(')')
	return f
}

// In adds the condition that column is one of values. No values means no rows, which the engines would not agree on.
func (f *Filter) In(column string, values ...any) *Filter {
	if len(values) == 0 {
		f.sql.WriteString(" and 1 = 0")
		return f
	}
	fmt.Fprintf(&f.sql, " and %s in (%s)", column, Marks(len(f.args)+1, len(values)))
	f.args = append(f.args, values...)
	return f
}

// SQL returns the conditions, each with " and " in front.
func (f *Filter) SQL() string { return f.sql.String() }

// Args returns the arguments of the whole query so far.
func (f *Filter) Args() []any { return f.args }
