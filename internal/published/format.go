package published

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"ohp/internal/kernel/date"
	"ohp/internal/kernel/measure"
	"ohp/internal/kernel/tabular"
)

// Format is one publication in one or several layouts.
type Format struct {
	Name      string // stable, lower case, hyphens: "online-consultations"
	Title     string // the publisher's title
	Publisher string // "NHS England"
	// Recognise says whether the file is of this format, by its content only.
	Recognise func(f *tabular.File) bool
	// Read fills l. An error is a sentence that refuses the whole file; what is
	// wrong with single rows goes to l.Reject.
	Read func(ctx context.Context, f *tabular.File, o Options, l *measure.Load) error
	// Measures are what the format can give.
	Measures []measure.Measure
}

// Options guide the reading of one file.
type Options struct {
	// Period is used when the file does not say its period. Zero: not given.
	Period date.Period
	// Declare, when given, takes the measures that only the file knows of: an
	// indicator, a payment or a role that no format declares. Without it their
	// figures are refused.
	Declare func(m measure.Measure)
	// Progress, when given, is told now and then how far reading has come, in
	// units of the file's own; total is 0 when it is not known.
	Progress func(done, total int64)
}

// Formats lists the formats that are known, in the order in which they are tried.
func Formats() []Format { return formats }

// Measures lists what the formats can give, each once, in the order of the formats.
func Measures() []measure.Measure {
	var all []measure.Measure
	seen := map[string]bool{}
	for _, f := range formats {
		for _, m := range f.Measures {
			if !seen[m.Name] {
				seen[m.Name] = true
				all = append(all, m)
			}
		}
	}
	return all
}

// ErrNotRecognised marks the error of a file that is readable but of no known format.
var ErrNotRecognised = errors.New("not recognised")

// Recognise finds the format of a file by its content. The error says what was
// seen, and wraps ErrNotRecognised.
func Recognise(f *tabular.File) (Format, error) {
	var found []Format
	for _, format := range formats {
		if format.Recognise(f) {
			found = append(found, format)
		}
	}
	switch len(found) {
	case 1:
		return found[0], nil
	case 0:
		return Format{}, unrecognised(f)
	}
	return Format{}, fmt.Errorf("the file fits %d formats (%s), so which one it is cannot be told: %w",
		len(found), strings.Join(formatNames(found), ", "), ErrNotRecognised)
}

func formatNames(list []Format) []string {
	names := make([]string, len(list))
	for i, f := range list {
		names[i] = f.Name
	}
	return names
}

// unrecognised says what was seen and what is known; a table that could not be
// read comes first, because it may be damaged.
func unrecognised(f *tabular.File) error {
	for _, s := range f.Sheets {
		if err := s.Err(); err != nil {
			return err
		}
	}
	if known := knownOther(f); known != "" {
		return fmt.Errorf("%s: %w", known, ErrNotRecognised)
	}
	return fmt.Errorf("the file is none of the known publications (%s); it holds %s; if it should be one of them, "+
		"a column that is needed is missing or has a new name: compare the headings with the publisher's file: %w",
		strings.Join(formatNames(formats), ", "), seen(f), ErrNotRecognised)
}

// seen describes a file in a few words: the widest row of the first few of each sheet.
func seen(f *tabular.File) string {
	if f.JSON != nil {
		return "JSON that begins " + quoted(string(f.JSON), 60)
	}
	var parts []string
	for _, s := range f.Sheets {
		if len(parts) == 3 {
			parts = append(parts, fmt.Sprintf("and %d more %s", len(f.Sheets)-3, plural(len(f.Sheets)-3, "table", "tables")))
			break
		}
		var widest []string
		for _, row := range s.Head(20) {
			if len(row) > len(widest) {
				widest = row
			}
		}
		part := "a table headed " + quoted(strings.Join(widest, ", "), 120)
		if s.Place != "" {
			part += " in " + s.Place
		}
		parts = append(parts, part)
	}
	return strings.Join(parts, "; ")
}

// quoted puts text on one line between quotation marks, cut to n bytes.
func quoted(s string, n int) string {
	s = strings.Join(strings.Fields(s), " ")
	if len(s) > n {
		s = strings.ToValidUTF8(s[:n], "") + "…"
	}
	return "“" + s + "”"
}

// Read opens, recognises and reads the file at path. The error is a sentence
// that says why the whole file is refused.
func Read(ctx context.Context, path string, o Options) (*measure.Load, error) {
	f, err := tabular.Open(ctx, path)
	if err != nil {
		return nil, notOpened{err}
	}
	defer f.Close()
	return ReadFile(ctx, f, o)
}

// notOpened is the error of a file that is no table, or too damaged to be opened as one.
type notOpened struct{ error }

// Unwrap gives the reason.
func (e notOpened) Unwrap() error { return e.error }

// ReadFile recognises and reads a file that was opened.
func ReadFile(ctx context.Context, f *tabular.File, o Options) (*measure.Load, error) {
	format, err := Recognise(f)
	if err != nil {
		return nil, err
	}
	l := &measure.Load{File: measure.SourceFile{
		Name: f.Name, SHA256: f.SHA256, Bytes: f.Bytes, Format: format.Name,
		Publication: format.Title, Publisher: format.Publisher, Licence: Licence,
	}}
	if err := format.Read(ctx, f, o, l); err != nil {
		return nil, fmt.Errorf("%s: %w", format.Name, err)
	}
	if err := yetToCome(l.File.PeriodTo); err != nil {
		return nil, fmt.Errorf("%s: %w", format.Name, err)
	}
	if l.Figures() == 0 && len(l.Units())+len(l.Memberships())+len(l.Attributes()) == 0 {
		return nil, fmt.Errorf("%s: no row of the file could be used%s", format.Name, firstRejection(l))
	}
	return l, nil
}

func firstRejection(l *measure.Load) string {
	if len(l.Rejections) == 0 {
		return ""
	}
	r := l.Rejections[0]
	return fmt.Sprintf("; the first of %d rejected, line %d: %s", len(l.Rejections), r.Line, r.Reason)
}

// period notes that the file speaks of p, widening what l knows of its periods.
func period(l *measure.Load, p date.Period) {
	if l.File.PeriodFrom.IsZero() || p.Start().Before(l.File.PeriodFrom.Start()) {
		l.File.PeriodFrom = p
	}
	if l.File.PeriodTo.IsZero() || p.Start().After(l.File.PeriodTo.Start()) {
		l.File.PeriodTo = p
	}
}

// asAt notes the latest date as at which the file states its content.
func asAt(l *measure.Load, d date.Date) {
	if d.After(l.File.AsAt) {
		l.File.AsAt = d
	}
}

// note adds a sentence to what a reader must know of how the file was read.
func note(l *measure.Load, sentence string) {
	if l.File.Note != "" {
		l.File.Note += " "
	}
	l.File.Note += sentence
}

// fileYearText is the text in which a period is looked for as a last resort:
// the file's name and the name of its folder.
func fileYearText(f *tabular.File) string {
	if f.Path == "" {
		return f.Name
	}
	return filepath.Base(filepath.Dir(f.Path)) + "/" + f.Name
}
