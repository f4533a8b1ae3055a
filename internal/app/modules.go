package app

import (
	"context"

	"ohp/internal/demo"
	"ohp/internal/kernel/jobs"
	"ohp/internal/kernel/measure"
	"ohp/internal/kernel/store"
	"ohp/internal/monitor"
	"ohp/internal/published"
)

// migrations of all modules, the kernel's first.
func migrations() []store.Migrations {
	return []store.Migrations{measure.Migrations(), jobs.Migrations(), monitor.Migrations()}
}

// measures that the modules declare.
func measures() []measure.Measure {
	return append(published.Measures(), demo.Measures()...)
}

// openDatabase opens the database, brings its tables up to date and records what is measured.
func openDatabase(ctx context.Context, dsn string) (*store.DB, error) {
	db, err := store.Open(ctx, dsn)
	if err != nil {
		return nil, err
	}
	if _, err := store.Migrate(ctx, db, migrations()...); err != nil {
		db.Close()
		return nil, err
	}
	if err := measure.Declare(ctx, db, measures()); err != nil {
		db.Close()
		return nil, err
	}
	return db, nil
}
