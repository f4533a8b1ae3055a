package measure

import (
	"cmp"
	"context"
	"embed"
	"slices"

	"ohp/internal/kernel/store"
)

//go:embed migrations/*.sql
var files embed.FS

// Migrations are the tables of figures, units and sources.
func Migrations() store.Migrations { return store.Embedded("measure", files) }

// Declare records the measures that modules offer, so that SQL users and
// Store know their kind, scale and words. It writes nothing when nothing changed, so that a program may start while another one holds
// the connection that writes.
func Declare(ctx context.Context, db *store.DB, measures []Measure) error {
	known, err := store.Collect[declaration](ctx, db, "select name, title, kind, per, unit, cadence, counts, counted_of, source from measure")
	if err != nil {
		return err
	}
	var changed []declaration
	for _, m := range measures {
		if d := declarationOf(m); !slices.Contains(known, d) {
			changed = append(changed, d)
		}
	}
	if len(changed) == 0 {
		return nil
	}
	return db.Transact(ctx, func(ctx context.Context, tx *store.Tx) error {
		for _, d := range changed {
			_, err := store.Exec(ctx, tx, `insert into measure (name, title, kind, per, unit, cadence, counts, counted_of, source)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
on conflict (name) do update set title = excluded.title, kind = excluded.kind, per = excluded.per, unit = excluded.unit,
    cadence = excluded.cadence, counts = excluded.counts, counted_of = excluded.counted_of, source = excluded.source`,
				d.Name, d.Title, d.Kind, d.Per, d.Unit, d.Cadence, d.Counts, d.Of, d.Source)
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// declaration is a row of the table measure.
type declaration struct {
	Name    string  `db:"name"`
	Title   string  `db:"title"`
	Kind    string  `db:"kind"`
	Per     float64 `db:"per"`
	Unit    string  `db:"unit"`
	Cadence string  `db:"cadence"`
	Counts  string  `db:"counts"`
	Of      string  `db:"counted_of"`
	Source  string  `db:"source"`
}

func declarationOf(m Measure) declaration {
	return declaration{m.Name, m.Title, m.Kind.String(), cmp.Or(m.Per, 1), m.Unit, m.Cadence.String(), m.Counts, m.Of, m.Source}
}
