package store

import (
	"database/sql"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"ohp/internal/kernel/errs"
)

// What can go wrong with a statement, the same on both engines. Errors of this package wrap one of these and the engine's
// own message: ask with errors.Is. Each has a kind and words for people, which callers that know more should improve upon.
var (
	ErrNotFound error = errs.New(errs.NotFound, "There is no such record.")
	ErrUnique   error = errs.New(errs.Conflict, "There is already a record like this.")
	ErrForeign  error = errs.New(errs.Conflict, "This depends on another record that does not exist, or other records depend on it.")
	ErrCheck    error = errs.New(errs.Invalid, "A value is missing or not allowed.")
	ErrConflict error = errs.New(errs.Conflict, "Somebody else changed this in the meantime. Look at it again before you change it.")
	ErrBusy     error = errs.New(errs.Unavailable, "The database is busy. Try again in a moment.")
	// ErrNested is the fault of a caller who begins a transaction inside another: pass the Tx on instead.
	ErrNested = errors.New("store: Transact was called inside another Transact; pass the Tx to the function instead")
	// ErrFailed is what every statement after a failed one in the same transaction meets, and its commit too.
	ErrFailed = errors.New("store: an earlier statement of this transaction failed")
)

// errRetry marks what the engine asks to run again; it leaves this package only as ErrBusy.
var errRetry = errors.New("the transaction must be run again")

// fault wraps an engine's error in the sentinel that it stands for, and returns others as they are.
func fault(err error) error {
	if err == nil || errors.As(err, new(classified)) {
		return err
	}
	if kind := classify(err); kind != nil {
		return classified{kind, err}
	}
	return err
}

// classified is an engine's error with the sentinel that it stands for.
type classified struct{ kind, cause error }

func (c classified) Error() string   { return fmt.Sprintf("%v: %v", c.kind, c.cause) }
func (c classified) Unwrap() []error { return []error{c.kind, c.cause} }

func classify(err error) error {
	var lite *sqlite.Error
	var post *pgconn.PgError
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return ErrNotFound
	case errors.As(err, &lite):
		return classifySQLite(lite.Code())
	case errors.As(err, &post):
		return classifyPostgreSQL(post.Code)
	}
	return nil
}

func classifySQLite(code int) error {
	switch code {
	case sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY, sqlite3.SQLITE_CONSTRAINT_ROWID:
		return ErrUnique
	case sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY:
		return ErrForeign
	case sqlite3.SQLITE_CONSTRAINT_CHECK, sqlite3.SQLITE_CONSTRAINT_NOTNULL, sqlite3.SQLITE_CONSTRAINT_DATATYPE:
		return ErrCheck
	}
	if primary := code & 0xff; primary == sqlite3.SQLITE_BUSY || primary == sqlite3.SQLITE_LOCKED {
		return errRetry
	}
	return nil
}

// classifyPostgreSQL reads an SQLSTATE; the codes are in appendix A of PostgreSQL's manual.
func classifyPostgreSQL(state string) error {
	switch state {
	case "23505":
		return ErrUnique
	case "23503":
		return ErrForeign
	case "23514", "23502", "22P02", "22003": // check, not null, text that is no number, number out of range
		return ErrCheck
	case "40001", "40P01", "55P03":
		return errRetry
	}
	return nil
}
