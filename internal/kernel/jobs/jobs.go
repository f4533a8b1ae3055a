// Package jobs is a queue of work in the database that the work is about.
//
// A job is added in the caller's transaction: it exists exactly if what it follows from was committed. It is done at least
// once, so a handler must be able to run twice. Workers of several replicas take jobs from the same table, without a leader:
// a lease that runs out gives the job of a worker that died to another, and scheduled work is announced by all and added once.
// Failed jobs are tried again with growing pauses and in the end set aside for a person to look at.
package jobs

import (
	"context"
	"embed"

	"github.com/google/uuid"

	"ohp/internal/kernel/date"
	"ohp/internal/kernel/errs"
	"ohp/internal/kernel/store"
)

//go:embed migrations
var migrations embed.FS

// Migrations make the table job.
func Migrations() store.Migrations { return store.Embedded("jobs", migrations) }

// Order is a job to be added.
type Order struct {
	Kind string       // which handler does it
	Body string       // what the handler needs to know; it is kept as text
	Key  string       // of the jobs with the same key, only the first is added; "" for none
	At   date.Instant // not before; zero for as soon as possible
}

// Enqueue adds a job when the transaction commits, and reports whether its key was new.
func Enqueue(ctx context.Context, tx *store.Tx, o Order) (added bool, err error) {
	id, err := uuid.NewV7()
	if err != nil {
		return false, err
	}
	if o.Key == "" {
		o.Key = id.String()
	}
	if o.At.IsZero() {
		o.At = tx.Now()
	}
	n, err := store.Exec(ctx, tx, "insert into job (id, kind, key, body, run_at) values ($1, $2, $3, $4, $5) on conflict (key) do nothing",
		id.String(), o.Kind, o.Key, o.Body, o.At)
	return n == 1, err
}

// Failure is a job that was set aside after its last attempt.
type Failure struct {
	ID       string       `db:"id"`
	Kind     string       `db:"kind"`
	Body     string       `db:"body"`
	Attempt  int64        `db:"attempt"`
	FailedAt date.Instant `db:"failed_at"`
	Error    string       `db:"error"`
}

// Failures returns the jobs that were set aside, the latest first, limit of them at most.
func Failures(ctx context.Context, q store.Queryer, limit int) ([]Failure, error) {
	return store.Collect[Failure](ctx, q, "select id, kind, body, attempt, failed_at, error from job where failed_at is not null order by failed_at desc, id desc limit $1", limit)
}

// Retry makes a job that was set aside due again, with all its attempts before it.
func Retry(ctx context.Context, tx *store.Tx, id string) error {
	n, err := store.Exec(ctx, tx, "update job set failed_at = null, attempt = 0, run_at = $1 where id = $2 and failed_at is not null", tx.Now(), id)
	if err == nil && n == 0 {
		return errs.Wrap(errs.NotFound, store.ErrNotFound, "There is no failed job %s.", id)
	}
	return err
}
