package measure

import (
	"context"
	"embed"

	"ohp/internal/kernel/store"
)

//go:embed migrations/*.sql
var files embed.FS

// Migrations are the tables of figures, units and sources.
func Migrations() store.Migrations { return store.Embedded("measure", files) }

// Declare records the measures that modules offer, so that SQL users and
// Store know their kind, scale and words. It changes nothing when nothing changed.
func Declare(ctx context.Context, db *store.DB, measures []Measure) error {
	return db.Transact(ctx, func(ctx context.Context, tx *store.Tx) error {
		for _, m := range measures {
			if m.Per == 0 {
				m.Per = 1
			}
			_, err := store.Exec(ctx, tx, `insert into measure (name, title, kind, per, unit, cadence, counts, counted_of, source)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
on conflict (name) do update set title = excluded.title, kind = excluded.kind, per = excluded.per, unit = excluded.unit,
    cadence = excluded.cadence, counts = excluded.counts, counted_of = excluded.counted_of, source = excluded.source`,
				m.Name, m.Title, m.Kind.String(), m.Per, m.Unit, m.Cadence.String(), m.Counts, m.Of, m.Source)
			if err != nil {
				return err
			}
		}
		return nil
	})
}
