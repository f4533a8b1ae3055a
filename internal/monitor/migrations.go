package monitor

import (
	"embed"
	"io/fs"

	"ohp/internal/kernel/store"
)

//go:embed migrations/*.sql
var migrationFiles embed.FS

// Migrations are the tables of studies, runs and concerns.
func Migrations() store.Migrations {
	sub, err := fs.Sub(migrationFiles, "migrations")
	if err != nil {
		panic(err) // the folder is embedded above
	}
	return store.Migrations{Module: "monitor", Files: sub}
}
