package monitor

import (
	"embed"

	"ohp/internal/kernel/store"
)

//go:embed migrations/*.sql
var migrationFiles embed.FS

// Migrations are the tables of studies, runs and concerns.
func Migrations() store.Migrations { return store.Embedded("monitor", migrationFiles) }
