package store

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strings"

	"ohp/internal/kernel/date"
)

// Migrations are a module's numbered SQL files, at the top of Files: NNNN_name.sql for both engines, or the pair
// NNNN_name.sqlite.sql and NNNN_name.postgres.sql where they must differ. They only ever go forward: a file that has been
// applied is never changed, and what it did is corrected by a later one.
type Migrations struct {
	Module string
	Files  fs.FS
}

// Embedded returns the migrations that a module embeds from its folder migrations.
func Embedded(module string, files embed.FS) Migrations {
	folder, err := fs.Sub(files, "migrations")
	if err != nil {
		panic(err) // only a name that is no path has an error
	}
	return Migrations{module, folder}
}

var migrationName = regexp.MustCompile(`^(\d{4})_([a-z0-9_]+)(\.sqlite|\.postgres)?\.sql$`)

// migrationLock is the advisory lock that replicas which start together wait for; the number only has to be ours.
const migrationLock = 7236001

const migrationTable = `create table if not exists migration (
	module text not null,
	name text not null,
	checksum text not null,
	applied_at text not null,
	primary key (module, name)
)`

// migration is a row of the table migration: what was applied.
type migration struct {
	Module    string       `db:"module"`
	Name      string       `db:"name"`
	Checksum  string       `db:"checksum"`
	AppliedAt date.Instant `db:"applied_at"`
}

// step is a file to be applied.
type step struct {
	name, file, text, checksum string
}

// Migrate applies, in one transaction and in the order given, every module's files that this database has not seen, and
// returns how many these were. Programs that start at the same moment wait for each other. It refuses, naming the file and
// changing nothing: a file that was changed, removed or slipped in between after others were applied; half of a pair; and
// a name that does not follow the rule.
func Migrate(ctx context.Context, d *DB, modules ...Migrations) (applied int, err error) {
	plans := make([][]step, len(modules))
	for i, m := range modules {
		if plans[i], err = m.plan(d.engine); err != nil {
			return 0, err
		}
	}
	if upToDate, err := upToDate(ctx, d, modules, plans); upToDate || err != nil {
		return 0, err
	}
	// Not serialisable: the snapshot would be taken before the wait for the lock and miss what the other program did.
	err = d.transact(ctx, sql.LevelReadCommitted, func(ctx context.Context, tx *Tx) error {
		applied = 0
		if d.engine == PostgreSQL {
			if _, err := Exec(ctx, tx, "select pg_advisory_xact_lock($1)", migrationLock); err != nil {
				return err
			}
		}
		if _, err := Exec(ctx, tx, migrationTable); err != nil {
			return err
		}
		for i, m := range modules {
			n, err := m.apply(ctx, tx, plans[i])
			if err != nil {
				return err
			}
			applied += n
		}
		return nil
	})
	if err != nil {
		return 0, err
	}
	return applied, nil
}

// upToDate compares without writing, so that a program may start while another one holds the connection that writes. What cannot be
// read (there is no table yet) is not up to date.
func upToDate(ctx context.Context, d *DB, modules []Migrations, plans [][]step) (bool, error) {
	for i, m := range modules {
		done, err := m.done(ctx, d)
		if err != nil {
			return false, ctx.Err()
		}
		if err := m.compare(done, plans[i]); err != nil {
			return false, err
		}
		if len(done) < len(plans[i]) {
			return false, nil
		}
	}
	return true, nil
}

// done reads what was applied of one module, in order.
func (m Migrations) done(ctx context.Context, q Queryer) ([]migration, error) {
	return Collect[migration](ctx, q, "select module, name, checksum, applied_at from migration where module = $1 order by name", m.Module)
}

// apply brings one module up to date.
func (m Migrations) apply(ctx context.Context, tx *Tx, plan []step) (applied int, err error) {
	done, err := m.done(ctx, tx)
	if err != nil {
		return 0, err
	}
	if err := m.compare(done, plan); err != nil {
		return 0, err
	}
	for _, s := range plan[len(done):] {
		for _, statement := range Split(s.text) {
			if _, err := Exec(ctx, tx, statement); err != nil {
				return 0, fmt.Errorf("store: %s/%s: %w\n%s", m.Module, s.file, err, statement)
			}
		}
		if err := Insert(ctx, tx, "migration", migration{m.Module, s.name, s.checksum, tx.Now()}); err != nil {
			return 0, err
		}
		applied++
	}
	return applied, nil
}

// compare refuses a plan that does not begin with what was done.
func (m Migrations) compare(done []migration, plan []step) error {
	for i, was := range done {
		known := slices.IndexFunc(plan, func(s step) bool { return s.name == was.Name })
		switch {
		case known < 0:
			return fmt.Errorf("store: this database has the migration %s/%s, which this program does not have: it belongs to a newer version of the program, or the file was removed", m.Module, was.Name)
		case known > i:
			return fmt.Errorf("store: the migration %s/%s comes before %s, which this database has applied already; give it the next free number", m.Module, plan[i].file, was.Name)
		case plan[i].checksum != was.Checksum:
			return fmt.Errorf("store: the migration %s/%s was changed after this database applied it (%s); put it back and write a further one", m.Module, plan[i].file, was.AppliedAt)
		}
	}
	return nil
}

// plan reads the module's files for one engine, in order of their names.
func (m Migrations) plan(engine Engine) ([]step, error) {
	files, err := fs.Glob(m.Files, "*.sql")
	if err != nil {
		return nil, err
	}
	var steps []step
	numbers, variants := map[string]string{}, map[string]int{}
	for _, file := range files {
		part := migrationName.FindStringSubmatch(file)
		if part == nil {
			return nil, fmt.Errorf("store: %s/%s is not named like a migration, 0001_name.sql", m.Module, file)
		}
		name := part[1] + "_" + part[2]
		if was, taken := numbers[part[1]]; taken && was != name {
			return nil, fmt.Errorf("store: %s/%s and %s have the same number", m.Module, file, was)
		}
		numbers[part[1]] = name
		variants[name] += map[string]int{"": 3, ".sqlite": 1, ".postgres": 2}[part[3]]
		if part[3] != "" && part[3] != "."+string(engine) {
			continue
		}
		text, err := fs.ReadFile(m.Files, file)
		if err != nil {
			return nil, err
		}
		steps = append(steps, newStep(name, file, string(text)))
	}
	for name, sum := range variants {
		if sum != 3 {
			return nil, fmt.Errorf("store: the migration %s/%s needs either one file for both engines or one for each (.sqlite.sql and .postgres.sql)", m.Module, name)
		}
	}
	return steps, nil
}

func newStep(name, file, text string) step {
	text = strings.ReplaceAll(text, "\r\n", "\n") // a checkout on Windows may have changed the line ends
	sum := sha256.Sum256([]byte(text))
	return step{name, file, text, hex.EncodeToString(sum[:16])}
}
