package errs

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
)

func TestKindAndWords(t *testing.T) {
	gone := New(NotFound, "There is no practice %s.", "M85999")
	wrapped := fmt.Errorf("page: %w", gone)
	if KindOf(wrapped) != NotFound || Words(wrapped) != "There is no practice M85999." || !errors.Is(wrapped, gone) {
		t.Errorf("%v: %q", KindOf(wrapped), Words(wrapped))
	}
	caused := Wrap(Unavailable, io.ErrUnexpectedEOF, "The file ends too early.")
	if Words(caused) != "The file ends too early." || !errors.Is(caused, io.ErrUnexpectedEOF) || !strings.Contains(caused.Error(), "unexpected EOF") {
		t.Errorf("%q, %v", Words(caused), caused)
	}
	if quoting := New(Invalid, "The file cannot be read: %w", io.EOF); !errors.Is(quoting, io.EOF) || quoting.Words != "The file cannot be read: EOF" {
		t.Errorf("%v", quoting)
	}
}

// What an engine or a bug says is for the log; people get a sentence that gives nothing away.
func TestFaultsOfOursAreNotShown(t *testing.T) {
	for _, err := range []error{errors.New("password=secret"), New(Internal, "password=secret"), fmt.Errorf("a: %w", io.EOF)} {
		if KindOf(err) != Internal || strings.Contains(Words(err), "secret") || Words(err) == "" {
			t.Errorf("%v is shown as %q", err, Words(err))
		}
	}
	if Words(nil) != "" {
		t.Error("no error has words")
	}
}

func TestInvalidFields(t *testing.T) {
	if err := InvalidFields(); err != nil {
		t.Errorf("no fields: %v", err)
	}
	one, two := Field{"name", "Enter a name."}, Field{"date", "Enter a date."}
	err := fmt.Errorf("form: %w", InvalidFields(one, two))
	if fields := FieldsOf(err); len(fields) != 2 || fields[1] != two || KindOf(err) != Invalid || !strings.Contains(Words(err), "2 answers") || !strings.Contains(err.Error(), "name: Enter a name.") {
		t.Errorf("%v", err)
	}
	if !strings.Contains(Words(InvalidFields(one)), "one answer") || FieldsOf(io.EOF) != nil {
		t.Error("one field, or none")
	}
}

func TestKindNames(t *testing.T) {
	for k, want := range map[Kind]string{Internal: "internal", Unavailable: "unavailable", 99: "kind 99"} {
		if k.String() != want {
			t.Errorf("%d is %q", k, k)
		}
	}
}
