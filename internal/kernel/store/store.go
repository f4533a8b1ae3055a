// Package store is the whole data layer: plain SQL, one text of it, on two engines.
//
// SQLite is embedded and is the default; PostgreSQL serves a partnership that has outgrown one machine. Statements are written
// once, with $1 placeholders, in the part of SQL that both engines understand alike (ADR-0002 lists what to write and what not).
// Reads go through a DB, writes through Transact, on either engine in the same way: transactions are serialisable, a failed
// statement ends its transaction, times are text. Where the engines would differ, the stricter one's behaviour holds on both.
package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"ohp/internal/kernel/date"
)

// Engine is the database program behind a DB. Only migrations, search and the job queue look at it.
type Engine string

// The engines. Their values are also the middle part of an engine's own migration files (0002_search.sqlite.sql).
const (
	SQLite     Engine = "sqlite"
	PostgreSQL Engine = "postgres"
)

// Queryer runs statements. A *DB does so outside any transaction and only reads; a *Tx reads and writes.
type Queryer interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
}

// DB is an open database, safe for use by many goroutines. Its own statements read; Transact writes.
type DB struct {
	engine  Engine
	readers *sql.DB // cannot write, on either engine
	writers *sql.DB // one connection on SQLite: its pool queues fairly, where two would sleep in the busy handler
	clock   func() date.Instant
}

// Option changes how Open opens a database.
type Option func(*DB)

// WithClock makes transactions take their instant from clock instead of from the machine.
func WithClock(clock func() date.Instant) Option { return func(d *DB) { d.clock = clock } }

// Open opens the database that dsn names and makes sure that it answers.
//
// "postgres://…", "postgresql://…" and key=value text such as "host=/run/postgresql dbname=ohp" mean a PostgreSQL server;
// anything else is the path of an SQLite file, which is made, with its folder and readable by its owner only, when absent.
// An in-memory database is refused, because readers and the writer are different connections. Errors are errs.Error with words.
func Open(ctx context.Context, dsn string, options ...Option) (*DB, error) {
	open := openSQLite
	if isPostgreSQL(dsn) {
		open = openPostgreSQL
	}
	d, err := open(ctx, dsn)
	if err != nil {
		return nil, err
	}
	d.clock = date.Now
	for _, o := range options {
		o(d)
	}
	return d, nil
}

// Close closes all connections. Transactions under way fail.
func (d *DB) Close() error { return errors.Join(d.readers.Close(), d.writers.Close()) }

// Engine returns which database program answers.
func (d *DB) Engine() Engine { return d.engine }

// Now returns the present instant by the database's clock. Inside a transaction use Tx.Now.
func (d *DB) Now() date.Instant { return d.clock() }

// QueryContext runs a reading statement. It sees what was committed when it began, never a transaction under way.
func (d *DB) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	rows, err := d.readers.QueryContext(ctx, query, args...)
	return rows, fault(err)
}

// ExecContext always refuses: writes belong in Transact.
func (d *DB) ExecContext(context.Context, string, ...any) (sql.Result, error) {
	return nil, fmt.Errorf("store: this statement writes outside a transaction; write inside DB.Transact, through its Tx")
}
