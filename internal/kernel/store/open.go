package store

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	_ "modernc.org/sqlite" // the "sqlite" driver

	"ohp/internal/kernel/errs"
)

var keyValue = regexp.MustCompile(`(^|\s)(host|hostaddr|port|dbname|user|password|service|sslmode)\s*=`)

func isPostgreSQL(dsn string) bool {
	return strings.HasPrefix(dsn, "postgres://") || strings.HasPrefix(dsn, "postgresql://") || keyValue.MatchString(dsn)
}

func openPostgreSQL(ctx context.Context, dsn string) (*DB, error) {
	config, err := pgx.ParseConfig(dsn)
	if err != nil {
		return nil, errs.Wrap(errs.Invalid, err, "The PostgreSQL connection text cannot be read. Write it as postgres://user@host/database or host=… user=… dbname=….")
	}
	d := &DB{engine: PostgreSQL, writers: postgresPool(config, "off"), readers: postgresPool(config, "on")}
	if err := d.readers.PingContext(ctx); err != nil {
		d.Close()
		return nil, errs.Wrap(errs.Unavailable, err, "The PostgreSQL database %q at %s does not answer. Check that the server runs and that the connection text is right.", config.Database, config.Host)
	}
	if err := d.checkOrder(ctx); err != nil {
		d.Close()
		return nil, err
	}
	return d, nil
}

// checkOrder refuses a PostgreSQL database that sorts text by a language's rules: pages that continue after the last row
// would skip and repeat rows, and the engines would differ.
func (d *DB) checkOrder(ctx context.Context) error {
	type database struct {
		Name     string `db:"name"`
		Encoding string `db:"encoding"`
		Sorted   string `db:"sorted"`
	}
	// The order is tried, not read from the catalogue: its columns name one provider of locales in each version of the server.
	is, err := One[database](ctx, d, `select current_database() as name, current_setting('server_encoding') as encoding,
(select string_agg(x, ' ' order by x) from (values ('b'), ('B'), ('a'), ('A'), ('z'), ('_a'), ('-b')) as tried (x)) as sorted`)
	if err != nil {
		return err
	}
	if is.Encoding == "UTF8" && is.Sorted == "-b A B _a a b z" {
		return nil
	}
	return errs.New(errs.Invalid, "The PostgreSQL database %q keeps text in %s and sorts it as “%s”, where the order of bytes in UTF8 is needed. Make it with: create database %s encoding 'UTF8' locale 'C.UTF-8' template template0.", is.Name, is.Encoding, is.Sorted, is.Name)
}

// postgresPool opens connections whose transactions are read-only or not. Half of a small server's 100 connections would
// be taken by three replicas at 16 each.
func postgresPool(config *pgx.ConnConfig, readOnly string) *sql.DB {
	c := config.Copy()
	c.RuntimeParams["default_transaction_read_only"] = readOnly
	c.RuntimeParams["timezone"] = "UTC"
	pool := stdlib.OpenDB(*c)
	pool.SetMaxOpenConns(8)
	pool.SetMaxIdleConns(8)
	pool.SetConnMaxIdleTime(5 * time.Minute)
	return pool
}

func openSQLite(ctx context.Context, path string) (*DB, error) {
	if err := prepareFile(path); err != nil {
		return nil, err
	}
	writers, err := sql.Open("sqlite", sqliteName(path, "_txlock", "immediate", "_pragma", "cache_size(-65536)"))
	if err != nil {
		return nil, err
	}
	writers.SetMaxOpenConns(1)
	readers, err := sql.Open("sqlite", sqliteName(path, "_query_only", "1", "_pragma", "cache_size(-16384)"))
	if err != nil {
		writers.Close()
		return nil, err
	}
	readers.SetMaxOpenConns(max(8, runtime.GOMAXPROCS(0)))
	readers.SetMaxIdleConns(8)
	d := &DB{engine: SQLite, writers: writers, readers: readers}
	if err := d.ping(ctx); err != nil {
		d.Close()
		return nil, errs.Wrap(errs.Unavailable, err, "The database file %s cannot be opened. Check that it is a database of this program, that its folder may be written to, and that the disk is not full.", path)
	}
	return d, nil
}

// ping also reads the file's header, so that a file which is no database is noticed now. Programs that open a new file at the
// same moment race to switch it to its write-ahead log, which SQLite answers with "busy" without waiting.
func (d *DB) ping(ctx context.Context) error {
	return retry(ctx, func() error {
		for _, pool := range []*sql.DB{d.writers, d.readers} {
			var n int
			if err := pool.QueryRowContext(ctx, "select count(*) from sqlite_schema").Scan(&n); err != nil {
				return fault(err)
			}
		}
		return nil
	})
}

// prepareFile refuses what cannot be a database file and makes an absent one, so that it is never readable by others:
// SQLite gives the same permissions to its log.
func prepareFile(path string) error {
	switch {
	case path == "":
		return errs.New(errs.Invalid, "No database is named. Give the path of a file, such as var/ohp.db, or a PostgreSQL connection text.")
	case strings.Contains(path, ":memory:") || strings.Contains(path, "mode=memory"):
		return errs.New(errs.Invalid, "A database in memory is not supported. Give the path of a file, in a temporary folder if nothing is to be kept.")
	case strings.HasPrefix(path, "file:"):
		return errs.New(errs.Invalid, "Give the database as a plain path, without %q in front.", "file:")
	case strings.Contains(path, "://"):
		return errs.New(errs.Invalid, "%q is not a database that is supported. Give the path of a file, or text that begins with postgres://.", path)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
		return errs.Wrap(errs.Invalid, err, "The folder of the database, %s, cannot be made. Choose another or make it by hand.", filepath.Dir(path))
	}
	info, err := os.Stat(path)
	if err == nil && info.IsDir() {
		return errs.New(errs.Invalid, "%s is a folder. Give the path of a file in it, such as %s.", path, filepath.Join(path, "ohp.db"))
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return errs.Wrap(errs.Invalid, err, "The database file %s cannot be written. Check the permissions of the file and of its folder.", path)
	}
	return f.Close()
}

// sqliteName returns the driver's name for a file: the settings that every connection shares, and pairs of further ones.
//   - synchronous FULL: NORMAL may lose the last commits when the power fails, which a record of care may not
//   - _dqs=0: a misspelt column is an error, not text
//   - _defensive=1: no statement can damage the file deliberately
//   - journal_size_limit: the log shrinks again after a large import
func sqliteName(path string, pairs ...string) string {
	settings := url.Values{
		"_pragma":    {"busy_timeout(10000)", "journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(1)", "journal_size_limit(67108864)"},
		"_dqs":       {"0"},
		"_defensive": {"1"},
	}
	for i := 0; i < len(pairs); i += 2 {
		settings.Add(pairs[i], pairs[i+1])
	}
	if absolute, err := filepath.Abs(path); err == nil {
		path = filepath.ToSlash(absolute)
	}
	if !strings.HasPrefix(path, "/") { // a Windows drive
		path = "/" + path
	}
	return fmt.Sprintf("file://%s?%s", (&url.URL{Path: path}).EscapedPath(), settings.Encode())
}
