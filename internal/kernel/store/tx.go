package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"ohp/internal/kernel/date"
)

const (
	// attempts is how often a transaction is tried; with the waits between them that is about three seconds.
	attempts = 10
	// longestWait is how long Transact waits for a connection that may write. An import may hold SQLite's only one for a
	// while; waiting for ever would turn a nested transaction that slipped through into a silent standstill.
	longestWait = time.Minute
)

// Tx is a transaction under way. It carries one instant, so that everything it writes agrees about when it happened.
// It is used by one goroutine, until the function given to Transact returns.
type Tx struct {
	tx     *sql.Tx
	now    date.Instant
	failed error
}

// Now returns the transaction's instant. It differs from try to try when a transaction is run again.
func (t *Tx) Now() date.Instant { return t.now }

// QueryContext runs a statement that returns rows.
func (t *Tx) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	if t.failed != nil {
		return nil, t.again()
	}
	rows, err := t.tx.QueryContext(ctx, query, args...)
	return rows, t.note(err)
}

// ExecContext runs a statement that returns no rows.
func (t *Tx) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	if t.failed != nil {
		return nil, t.again()
	}
	result, err := t.tx.ExecContext(ctx, query, args...)
	return result, t.note(err)
}

// PrepareContext prepares a statement to be run many times: the quick way to insert many rows, on SQLite quicker than
// rows in one long VALUES list. It lasts until the transaction ends.
func (t *Tx) PrepareContext(ctx context.Context, query string) (*Stmt, error) {
	if t.failed != nil {
		return nil, t.again()
	}
	stmt, err := t.tx.PrepareContext(ctx, query)
	if err != nil {
		return nil, t.note(err)
	}
	return &Stmt{t, stmt}, nil
}

// note remembers a failure. PostgreSQL refuses every statement after a failed one and SQLite carries on: a caller who
// swallows an error would lose data on one engine only. Here both refuse.
func (t *Tx) note(err error) error {
	err = fault(err)
	if err != nil && t.failed == nil {
		t.failed = err
	}
	return err
}

func (t *Tx) again() error { return fmt.Errorf("%w: %w", ErrFailed, t.failed) }

// Stmt is a prepared statement of one transaction.
type Stmt struct {
	tx   *Tx
	stmt *sql.Stmt
}

// ExecContext runs the statement with these arguments.
func (s *Stmt) ExecContext(ctx context.Context, args ...any) (sql.Result, error) {
	if s.tx.failed != nil {
		return nil, s.tx.again()
	}
	result, err := s.stmt.ExecContext(ctx, args...)
	return result, s.tx.note(err)
}

// QueryContext runs the statement with these arguments and returns its rows.
func (s *Stmt) QueryContext(ctx context.Context, args ...any) (*sql.Rows, error) {
	if s.tx.failed != nil {
		return nil, s.tx.again()
	}
	rows, err := s.stmt.QueryContext(ctx, args...)
	return rows, s.tx.note(err)
}

// Close releases the statement before its transaction ends.
func (s *Stmt) Close() error { return s.stmt.Close() }

type inside struct{ *DB }

// Transact runs f in one serialisable transaction and commits when f returns nil. An error or a panic of f rolls everything
// back. When the engine reports that transactions collided (or the file was busy), f runs again from the start, after a
// pause, several times at most and then ErrBusy: so f must do nothing outside the transaction that may not happen twice.
//
// f must use the context and the Tx that it is given. Transact within f returns ErrNested. Reading the DB within f does not
// see f's own writes.
func (d *DB) Transact(ctx context.Context, f func(ctx context.Context, tx *Tx) error) error {
	return d.transact(ctx, sql.LevelSerializable, f)
}

func (d *DB) transact(ctx context.Context, level sql.IsolationLevel, f func(ctx context.Context, tx *Tx) error) error {
	if ctx.Value(inside{d}) != nil {
		return ErrNested
	}
	return retry(ctx, func() error { return d.once(ctx, level, f) })
}

func (d *DB) once(ctx context.Context, level sql.IsolationLevel, f func(ctx context.Context, tx *Tx) error) error {
	conn, err := d.writer(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	if d.engine == SQLite {
		level = sql.LevelDefault // always serialisable; the driver knows no other name for it
	}
	tx, err := conn.BeginTx(ctx, &sql.TxOptions{Isolation: level})
	if err != nil {
		return fault(err)
	}
	defer tx.Rollback() // also on a panic; after a commit it does nothing
	t := &Tx{tx: tx, now: d.clock()}
	if err := f(context.WithValue(ctx, inside{d}, true), t); err != nil {
		return fault(err)
	}
	if t.failed != nil {
		return t.again()
	}
	return fault(tx.Commit())
}

// writer waits for a connection that may write. The wait has an end of its own, apart from the transaction's context.
func (d *DB) writer(ctx context.Context) (*sql.Conn, error) {
	waiting, cancel := context.WithTimeout(ctx, longestWait)
	defer cancel()
	conn, err := d.writers.Conn(waiting)
	if err != nil && ctx.Err() == nil && waiting.Err() != nil {
		return nil, fmt.Errorf("%w (no connection for writing became free within %v)", ErrBusy, longestWait)
	}
	return conn, fault(err)
}

// retry runs f until it is not asked to do so again. The waits double from 2 ms to 512 ms and are spread, so that those who
// collided once do not collide for ever.
func retry(ctx context.Context, f func() error) error {
	for try := range attempts {
		err := f()
		if !errors.Is(err, errRetry) {
			return err
		}
		if try == attempts-1 {
			return fmt.Errorf("%w (%d attempts): %w", ErrBusy, attempts, err)
		}
		wait := time.Duration(1<<try) * 2 * time.Millisecond
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(wait/2 + rand.N(wait)):
		}
	}
	panic("unreachable: the last attempt returns")
}
