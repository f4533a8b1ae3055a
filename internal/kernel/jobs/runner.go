package jobs

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"runtime/debug"
	"slices"
	"sync"
	"time"

	"ohp/internal/kernel/date"
	"ohp/internal/kernel/errs"
	"ohp/internal/kernel/store"
)

const (
	// MaxAttempts is how often a job is tried. The pauses between them double from two seconds and come to 17 minutes.
	MaxAttempts = 10
	// keepDone is how long jobs that were done are kept, and so for how long a key stays taken; a schedule's latest stays longer.
	keepDone = 90 * 24 * time.Hour
	// forget is the kind of the job that removes what was done long ago.
	forget = "jobs.forget"
)

// Job is a piece of work that a handler has been given. Attempt counts from 1.
type Job struct {
	ID      string `db:"id"`
	Kind    string `db:"kind"`
	Body    string `db:"body"`
	Attempt int64  `db:"attempt"`
}

// Handler does a job. It may run more than once for one job, and at once with others. Its context ends when the program
// shuts down or the job was given to another worker. An error of the kind errs.Invalid is final; others are tried again.
type Handler func(ctx context.Context, j Job) error

// Runner takes due jobs and runs their handlers. Jobs of other kinds are left to others.
type Runner struct {
	db        *store.DB
	handlers  map[string]Handler
	schedules []Schedule
	Workers   int           // how many jobs run at once; 2 unless set
	Poll      time.Duration // how often an idle worker looks for jobs; a second unless set
	Lease     time.Duration // how long after its last sign of life a worker is taken for dead; a minute unless set
	Log       *slog.Logger

	mu        sync.Mutex
	announced []date.Instant // by schedule: the moment whose job this runner has added, or found there
}

// NewRunner returns a Runner for handlers by the kind of their jobs, and for work that is due by schedule.
func NewRunner(db *store.DB, handlers map[string]Handler, schedules ...Schedule) *Runner {
	r := &Runner{db: db, handlers: maps.Clone(handlers), Workers: 2, Poll: time.Second, Lease: time.Minute, Log: slog.Default()}
	if r.handlers == nil {
		r.handlers = map[string]Handler{}
	}
	r.handlers[forget] = r.forget
	r.schedules = append(slices.Clone(schedules), Daily(forget, 3, 0, time.UTC))
	r.announced = make([]date.Instant, len(r.schedules))
	return r
}

// Run works until ctx ends, and then waits for its handlers to return.
func (r *Runner) Run(ctx context.Context) {
	var workers sync.WaitGroup
	for range r.Workers {
		workers.Go(func() {
			for ctx.Err() == nil {
				if _, err := r.Work(ctx); err != nil && ctx.Err() == nil {
					r.Log.ErrorContext(ctx, "jobs: cannot take jobs", "error", err)
				}
				select {
				case <-ctx.Done():
				case <-time.After(r.Poll):
				}
			}
		})
	}
	workers.Wait()
}

// Work announces what is due by schedule, runs due jobs one after the other until there are none, and returns how many it ran.
// A handler's error is the job's matter and not returned.
func (r *Runner) Work(ctx context.Context) (ran int, err error) {
	if err := r.announce(ctx); err != nil {
		return 0, err
	}
	for ctx.Err() == nil {
		j, err := r.take(ctx)
		if errors.Is(err, store.ErrNotFound) {
			return ran, nil
		}
		if err != nil {
			return ran, err
		}
		ran++
		if err := r.finish(ctx, j, r.handle(ctx, j)); err != nil {
			return ran, err
		}
	}
	return ran, nil
}

// announce adds the job of each schedule's latest moment, unless this runner has done so.
func (r *Runner) announce(ctx context.Context) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	due := make([]date.Instant, len(r.schedules))
	for i, s := range r.schedules {
		due[i] = s.Latest(r.db.Now())
	}
	if slices.Equal(due, r.announced) {
		return nil
	}
	err := r.db.Transact(ctx, func(ctx context.Context, tx *store.Tx) error {
		for i, s := range r.schedules {
			if _, err := Enqueue(ctx, tx, s.order(due[i])); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil {
		r.announced = due
	}
	return err
}

// take leases the job that is due longest. On PostgreSQL workers step over the rows that others are taking; on SQLite there
// is one writer at a time anyway.
func (r *Runner) take(ctx context.Context) (j Job, err error) {
	lock := ""
	if r.db.Engine() == store.PostgreSQL {
		lock = " for update skip locked"
	}
	err = r.db.Transact(ctx, func(ctx context.Context, tx *store.Tx) error {
		f := store.NewFilter(tx.Now(), tx.Now().Add(r.Lease)).In("kind", store.Args(slices.Collect(maps.Keys(r.handlers)))...)
		j, err = store.One[Job](ctx, tx, `
			update job set attempt = attempt + 1, run_at = $2
			where id = (
				select id from job
				where done_at is null and failed_at is null and run_at <= $1`+f.SQL()+`
				order by run_at, id limit 1`+lock+`)
			returning id, kind, body, attempt`, f.Args()...)
		return err
	})
	return j, err
}

// handle runs the job's handler, keeps its lease, and makes an error of a panic.
func (r *Runner) handle(ctx context.Context, j Job) (err error) {
	if j.Attempt > MaxAttempts {
		return fmt.Errorf("its worker died at the last of %d attempts", MaxAttempts)
	}
	ctx, stop := context.WithCancel(ctx)
	var keeper sync.WaitGroup
	keeper.Go(func() { r.keep(ctx, j, stop) })
	defer keeper.Wait()
	defer stop()
	defer func() {
		if p := recover(); p != nil {
			r.Log.ErrorContext(ctx, "jobs: a handler panicked", "kind", j.Kind, "id", j.ID, "panic", p, "stack", string(debug.Stack()))
			err = fmt.Errorf("the handler panicked: %v", p)
		}
	}()
	return r.handlers[j.Kind](ctx, j)
}

// keep renews the lease until ctx ends, and ends it when the job has been given to another.
func (r *Runner) keep(ctx context.Context, j Job, lost context.CancelFunc) {
	tick := time.NewTicker(r.Lease / 3)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		err := r.db.Transact(ctx, func(ctx context.Context, tx *store.Tx) error {
			return r.set(ctx, tx, j, "run_at = $3", tx.Now().Add(r.Lease))
		})
		if errors.Is(err, store.ErrConflict) {
			r.Log.WarnContext(ctx, "jobs: a job was given to another worker", "kind", j.Kind, "id", j.ID)
			lost()
			return
		}
	}
}

// set changes a job that is still in the hands of this attempt; otherwise the answer is ErrConflict.
func (r *Runner) set(ctx context.Context, tx *store.Tx, j Job, assignments string, args ...any) error {
	n, err := store.Exec(ctx, tx, "update job set "+assignments+" where id = $1 and attempt = $2 and done_at is null and failed_at is null", append([]any{j.ID, j.Attempt}, args...)...)
	if err == nil && n == 0 {
		return store.ErrConflict
	}
	return err
}

// finish records how a job ended, even when the program is shutting down: then an unfinished job goes back as if never taken.
func (r *Runner) finish(ctx context.Context, j Job, failure error) error {
	interrupted := failure != nil && ctx.Err() != nil
	final := j.Attempt >= MaxAttempts || errs.KindOf(failure) == errs.Invalid
	err := r.db.Transact(context.WithoutCancel(ctx), func(ctx context.Context, tx *store.Tx) error {
		switch {
		case failure == nil:
			return r.set(ctx, tx, j, "done_at = $3, error = ''", tx.Now())
		case interrupted:
			return r.set(ctx, tx, j, "run_at = $3, attempt = attempt - 1", tx.Now())
		case final:
			return r.set(ctx, tx, j, "failed_at = $3, error = $4", tx.Now(), failure.Error())
		}
		return r.set(ctx, tx, j, "run_at = $3, error = $4", tx.Now().Add(pause(j.Attempt)), failure.Error())
	})
	if failure != nil && !interrupted {
		r.Log.WarnContext(ctx, "jobs: a job failed", "kind", j.Kind, "id", j.ID, "attempt", j.Attempt, "final", final, "error", failure)
	}
	if errors.Is(err, store.ErrConflict) {
		return nil // another worker has the job; what it reports counts
	}
	return err
}

// pause is how long a job waits after a failed attempt.
func pause(attempt int64) time.Duration { return time.Second << attempt }

func (r *Runner) forget(ctx context.Context, _ Job) error {
	return r.db.Transact(ctx, func(ctx context.Context, tx *store.Tx) error {
		args := []any{tx.Now().Add(-keepDone)}
		for _, s := range r.schedules { // without its latest key, work due once a year would be announced again
			args = append(args, s.order(s.Latest(tx.Now())).Key)
		}
		_, err := store.Exec(ctx, tx, "delete from job where done_at < $1 and key not in ("+store.Marks(2, len(r.schedules))+")", args...)
		return err
	})
}
