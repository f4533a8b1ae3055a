// Package errs gives every error that a person may meet a kind and a sentence.
//
// Code that fails because of what somebody asked or typed returns one of the kinds here with words that say what to do.
// Anything else is a fault of ours: it has the kind Internal, people read a general sentence, and the log reads the rest.
// Which HTTP status a kind becomes is decided where pages are rendered, not here.
package errs

import (
	"errors"
	"fmt"
	"strings"
)

// Kind says what sort of trouble an error is; the zero value, Internal, is a fault of the program.
type Kind uint8

// The kinds. Each is named for what the person who asked should conclude.
const (
	Internal    Kind = iota // our fault: nothing that the person can do
	NotFound                // it does not exist, or may not be known to exist
	Invalid                 // what was given cannot be accepted; the fields say why
	Conflict                // somebody else changed it first, or it exists already
	Forbidden               // it exists, and this person may not do that
	Unavailable             // busy or unreachable: trying again later may help
)

var kindNames = [...]string{"internal", "not found", "invalid", "conflict", "forbidden", "unavailable"}

// String returns the kind's name in lower case, for logs and tests.
func (k Kind) String() string {
	if int(k) < len(kindNames) {
		return kindNames[k]
	}
	return fmt.Sprintf("kind %d", k)
}

// Field is one thing wrong with one answer: Name is the question's name in the form, Words a sentence for the person who answers it.
type Field struct {
	Name  string
	Words string
}

// Error is an error with a kind and words. Words is a whole sentence in British English, fit to be shown to the person who
// asked; Fields are the answers to be corrected (Invalid only); Cause is for the log and is never shown.
type Error struct {
	Kind   Kind
	Words  string
	Fields []Field
	Cause  error
}

// Error returns the words, the fields and the cause: what the log should hold.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.Words)
	for _, f := range e.Fields {
		fmt.Fprintf(&b, " [%s: %s]", f.Name, f.Words)
	}
	if e.Cause != nil {
		fmt.Fprintf(&b, " (%v)", e.Cause)
	}
	return b.String()
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Cause }

// New returns an error of a kind; the words are formatted as by fmt.Errorf, and a %w operand becomes the cause.
func New(kind Kind, format string, args ...any) *Error {
	wrapped := fmt.Errorf(format, args...)
	return &Error{Kind: kind, Words: wrapped.Error(), Cause: errors.Unwrap(wrapped)}
}

// Wrap returns an error of a kind with words of its own, keeping cause for the log only.
func Wrap(kind Kind, cause error, format string, args ...any) *Error {
	return &Error{Kind: kind, Words: fmt.Sprintf(format, args...), Cause: cause}
}

// InvalidFields returns an Invalid error for answers that need correction, or nil when there are none, so that a check may end with it.
func InvalidFields(fields ...Field) error {
	if len(fields) == 0 {
		return nil
	}
	words := "There is a problem with one answer."
	if len(fields) > 1 {
		words = fmt.Sprintf("There is a problem with %d answers.", len(fields))
	}
	return &Error{Kind: Invalid, Words: words, Fields: fields}
}

// KindOf returns the kind of the first Error in err's chain, and Internal when there is none.
func KindOf(err error) Kind {
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return Internal
}

// FieldsOf returns the fields of the first Error in err's chain.
func FieldsOf(err error) []Field {
	var e *Error
	if errors.As(err, &e) {
		return e.Fields
	}
	return nil
}

// Words returns what a person should read about err: the words of the first Error in its chain, or a general sentence when
// the fault is ours, because an engine's message helps nobody and may tell what it should not. It returns "" for nil.
func Words(err error) string {
	var e *Error
	switch {
	case err == nil:
		return ""
	case errors.As(err, &e) && e.Kind != Internal:
		return e.Words
	default:
		return "Something went wrong on our side. Nothing was changed. Try again, and report it if it happens again."
	}
}
