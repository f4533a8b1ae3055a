package jobs

import (
	"time"

	"ohp/internal/kernel/date"
)

// Schedule is work that is due again and again. Latest returns the newest moment, at or before now, at which it was due.
// A program that was off does what it missed once, not once for each time.
type Schedule struct {
	Kind   string
	Latest func(now date.Instant) date.Instant
}

// Every is due at each multiple of d since midnight UTC at the beginning of the year 1: hours and minutes begin on the clock's.
func Every(kind string, d time.Duration) Schedule {
	return Schedule{kind, func(now date.Instant) date.Instant { return date.At(now.Time().Truncate(d)) }}
}

// Daily is due once a day at a time of day in a place, such as 05:30 in nhs.London, summer and winter.
func Daily(kind string, hour, minute int, place *time.Location) Schedule {
	return Schedule{kind, func(now date.Instant) date.Instant {
		t := now.Time().In(place)
		y, m, d := t.Date()
		due := time.Date(y, m, d, hour, minute, 0, 0, place)
		if due.After(t) {
			due = time.Date(y, m, d-1, hour, minute, 0, 0, place)
		}
		return date.At(due)
	}}
}

// order is the job for one moment: all replicas make the same key.
func (s Schedule) order(due date.Instant) Order {
	return Order{Kind: s.Kind, Key: s.Kind + "@" + due.String(), At: due}
}
