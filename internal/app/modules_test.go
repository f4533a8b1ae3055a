package app

import (
	"context"
	"testing"
	"time"

	"ohp/internal/kernel/store"
	"ohp/internal/kernel/testkit"
)

// Given a long import that holds the connection that writes, When another command opens the same database, Then it does not wait for it.
func TestCommandsStartDuringALongWrite(t *testing.T) {
	for _, engine := range testkit.Engines {
		t.Run(string(engine), func(t *testing.T) {
			dsn := testkit.DSN(t, engine)
			first, err := openDatabase(t.Context(), dsn)
			if err != nil {
				t.Fatal(err)
			}
			defer first.Close()
			err = first.Transact(t.Context(), func(ctx context.Context, tx *store.Tx) error {
				if _, err := store.Exec(ctx, tx, "update measure set source = source"); err != nil {
					return err
				}
				soon, cancel := context.WithTimeout(t.Context(), 5*time.Second)
				defer cancel()
				second, err := openDatabase(soon, dsn)
				if err != nil {
					return err
				}
				return second.Close()
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
}
