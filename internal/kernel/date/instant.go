package date

import (
	"database/sql/driver"
	"fmt"
	"time"
)

// instantLayout has a fixed width, so that text order is the order in time on every engine, and seven characters are a month.
const instantLayout = "2006-01-02T15:04:05.000000Z"

// Instant is a moment to the microsecond, in UTC. The zero Instant means "never" and is stored as NULL.
// Instants compare with ==. They are stored as text because the engines' own time types disagree with each other, one of
// them silently by an hour in British summer.
type Instant struct{ t time.Time }

// At returns the instant of t, cut (not rounded) to the microsecond.
func At(t time.Time) Instant { return Instant{t.UTC().Truncate(time.Microsecond)} }

// Now returns the present instant. Inside a transaction use the transaction's own instant instead, so that all its rows agree.
func Now() Instant { return At(time.Now()) }

// ParseInstant reads the stored form, "2006-01-02T15:04:05.000000Z".
func ParseInstant(s string) (Instant, error) {
	t, err := time.Parse(instantLayout, s)
	if err != nil || len(s) != len(instantLayout) {
		return Instant{}, fmt.Errorf("%q is not an instant such as %s", s, instantLayout)
	}
	return At(t), nil
}

// Time returns i as a time in UTC.
func (i Instant) Time() time.Time { return i.t }

// IsZero reports whether i is never.
func (i Instant) IsZero() bool { return i.t.IsZero() }

// Add returns the instant d later; parts of d below a microsecond are dropped.
func (i Instant) Add(d time.Duration) Instant { return At(i.t.Add(d)) }

// Sub returns the time from j to i.
func (i Instant) Sub(j Instant) time.Duration { return i.t.Sub(j.t) }

// Before reports whether i is earlier than j.
func (i Instant) Before(j Instant) bool { return i.t.Before(j.t) }

// After reports whether i is later than j.
func (i Instant) After(j Instant) bool { return i.t.After(j.t) }

// Compare returns -1, 0 or +1 as i is earlier than, equal to or later than j.
func (i Instant) Compare(j Instant) int { return i.t.Compare(j.t) }

// In returns the civil date at that moment in a place, such as nhs.London.
func (i Instant) In(place *time.Location) Date {
	if i.IsZero() {
		return Date{}
	}
	y, m, d := i.t.In(place).Date()
	return New(y, m, d)
}

// String returns the stored form, and "" for never.
func (i Instant) String() string {
	if i.IsZero() {
		return ""
	}
	return i.t.Format(instantLayout)
}

// Value implements driver.Valuer: the stored form, or NULL for never. A year outside 0 to 9999 has no fixed-width form and is refused.
func (i Instant) Value() (driver.Value, error) {
	if i.IsZero() {
		return nil, nil
	}
	if y := i.t.Year(); y < 0 || y > 9999 {
		return nil, fmt.Errorf("an instant in the year %d cannot be stored", y)
	}
	return i.String(), nil
}

// Scan implements sql.Scanner for text in the stored form and NULL.
func (i *Instant) Scan(src any) error { return scanText(src, i, ParseInstant) }

// MarshalText returns the stored form.
func (i Instant) MarshalText() ([]byte, error) { return []byte(i.String()), nil }

// UnmarshalText reads the stored form, and never from empty text.
func (i *Instant) UnmarshalText(text []byte) error { return i.Scan(emptyIsNull(text)) }

// scanText fills out from a column's text by parse; NULL gives the zero value.
func scanText[T any](src any, out *T, parse func(string) (T, error)) (err error) {
	var text string
	switch s := src.(type) {
	case nil:
		*out = *new(T)
		return nil
	case string:
		text = s
	case []byte:
		text = string(s)
	default:
		return fmt.Errorf("a column of type %T cannot be read as %T: it must be text", src, *out)
	}
	*out, err = parse(text)
	return err
}

func emptyIsNull(text []byte) any {
	if len(text) == 0 {
		return nil
	}
	return string(text)
}
