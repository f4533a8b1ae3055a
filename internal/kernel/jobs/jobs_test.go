package jobs_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"ohp/internal/kernel/date"
	"ohp/internal/kernel/errs"
	"ohp/internal/kernel/jobs"
	"ohp/internal/kernel/store"
	"ohp/internal/kernel/testkit"
)

// clock is a clock that moves only when it is told to.
type clock struct{ micro atomic.Int64 }

func newClock(t time.Time) *clock {
	c := &clock{}
	c.micro.Store(t.UnixMicro())
	return c
}
func (c *clock) now() date.Instant     { return date.At(time.UnixMicro(c.micro.Load())) }
func (c *clock) move(by time.Duration) { c.micro.Add(by.Microseconds()) }

// noon is after the queue's own daily job, which the tests therefore see once.
var noon = time.Date(2026, time.March, 28, 12, 0, 0, 0, time.UTC)

func each(t *testing.T, f func(t *testing.T, db *store.DB, c *clock)) {
	for _, engine := range testkit.Engines {
		t.Run(string(engine), func(t *testing.T) {
			c := newClock(noon)
			db := testkit.OpenDSN(t, testkit.DSN(t, engine), store.WithClock(c.now))
			if _, err := store.Migrate(t.Context(), db, jobs.Migrations()); err != nil {
				t.Fatal(err)
			}
			f(t, db, c)
		})
	}
}

func runner(db *store.DB, handlers map[string]jobs.Handler, schedules ...jobs.Schedule) *jobs.Runner {
	r := jobs.NewRunner(db, handlers, schedules...)
	r.Log = slog.New(slog.NewTextHandler(io.Discard, nil))
	return r
}

func enqueue(t *testing.T, db *store.DB, orders ...jobs.Order) {
	t.Helper()
	err := db.Transact(t.Context(), func(ctx context.Context, tx *store.Tx) error {
		for _, o := range orders {
			if _, err := jobs.Enqueue(ctx, tx, o); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func work(t *testing.T, r *jobs.Runner) int {
	t.Helper()
	n, err := r.Work(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// Three workers, as in three replicas: every job is done, and none twice.
func TestEachJobOnce(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB, _ *clock) {
		const jobCount = 150
		var orders []jobs.Order
		for i := range jobCount {
			orders = append(orders, jobs.Order{Kind: "count", Body: fmt.Sprint(i)})
		}
		enqueue(t, db, orders...)
		var mu sync.Mutex
		done := map[string]int{}
		count := func(_ context.Context, j jobs.Job) error {
			mu.Lock()
			defer mu.Unlock()
			done[j.Body]++
			return nil
		}
		started := time.Now()
		var ran atomic.Int64
		var wg sync.WaitGroup
		for range 3 {
			wg.Go(func() {
				n, err := runner(db, map[string]jobs.Handler{"count": count}).Work(t.Context())
				if err != nil {
					t.Error(err)
				}
				ran.Add(int64(n))
			})
		}
		wg.Wait()
		t.Logf("%d jobs in %v", jobCount, time.Since(started).Round(time.Millisecond))
		for body, n := range done {
			if n != 1 {
				t.Errorf("job %s was done %d times", body, n)
			}
		}
		if len(done) != jobCount || ran.Load() != jobCount+1 { // and the queue's own daily job
			t.Errorf("%d of %d jobs done in %d runs", len(done), jobCount, ran.Load())
		}
	})
}

func TestJobExistsWithItsTransaction(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB, _ *clock) {
		refused := errors.New("refused")
		err := db.Transact(t.Context(), func(ctx context.Context, tx *store.Tx) error {
			if _, err := jobs.Enqueue(ctx, tx, jobs.Order{Kind: "mail"}); err != nil {
				return err
			}
			return refused
		})
		if !errors.Is(err, refused) {
			t.Fatal(err)
		}
		r := runner(db, map[string]jobs.Handler{"mail": func(context.Context, jobs.Job) error {
			t.Error("the job of a transaction that was rolled back ran")
			return nil
		}})
		work(t, r)
	})
}

func TestFailuresAreTriedAgainAndThenSetAside(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB, c *clock) {
		attempts := 0
		broken := true
		r := runner(db, map[string]jobs.Handler{"flaky": func(_ context.Context, j jobs.Job) error {
			if attempts++; int(j.Attempt) != attempts {
				t.Errorf("attempt %d is numbered %d", attempts, j.Attempt)
			}
			switch {
			case !broken:
				return nil
			case attempts == 2:
				panic("at the second attempt")
			}
			return errors.New("the mail server sleeps")
		}})
		work(t, r)
		enqueue(t, db, jobs.Order{Kind: "flaky", Body: "x"})
		for attempt := 1; attempt <= jobs.MaxAttempts; attempt++ {
			if n := work(t, r); n != 1 {
				t.Fatalf("attempt %d: %d jobs ran", attempt, n)
			}
			if n := work(t, r); n != 0 {
				t.Fatalf("after attempt %d there was no pause", attempt)
			}
			c.move(time.Second << attempt)
		}
		failed, err := jobs.Failures(t.Context(), db, 10)
		if err != nil || len(failed) != 1 || failed[0].Error != "the mail server sleeps" || failed[0].Body != "x" || failed[0].Attempt != jobs.MaxAttempts {
			t.Fatalf("%+v, %v", failed, err)
		}
		broken, attempts = false, 0
		retry := func(id string) error {
			return db.Transact(t.Context(), func(ctx context.Context, tx *store.Tx) error { return jobs.Retry(ctx, tx, id) })
		}
		if err := retry(failed[0].ID); err != nil {
			t.Fatal(err)
		}
		if n := work(t, r); n != 1 {
			t.Errorf("retried by hand: %d jobs ran", n)
		}
		if err := retry(failed[0].ID); errs.KindOf(err) != errs.NotFound {
			t.Errorf("a job that is done was retried: %v", err)
		}
	})
}

// A job at which the whole program dies reports nothing; it is set aside all the same.
func TestJobThatKillsItsWorkersIsSetAside(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB, _ *clock) {
		r := runner(db, map[string]jobs.Handler{"deadly": func(context.Context, jobs.Job) error {
			t.Error("it was tried again")
			return nil
		}})
		enqueue(t, db, jobs.Order{Kind: "deadly"})
		err := db.Transact(t.Context(), func(ctx context.Context, tx *store.Tx) error { // as workers leave it that took it and died
			_, err := store.Exec(ctx, tx, "update job set attempt = $1", jobs.MaxAttempts)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		work(t, r)
		if failed, err := jobs.Failures(t.Context(), db, 10); err != nil || len(failed) != 1 || failed[0].Error == "" {
			t.Errorf("%+v, %v", failed, err)
		}
	})
}

func TestInvalidIsFinal(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB, _ *clock) {
		r := runner(db, map[string]jobs.Handler{"import": func(context.Context, jobs.Job) error { return errs.New(errs.Invalid, "The file is empty.") }})
		enqueue(t, db, jobs.Order{Kind: "import"})
		work(t, r)
		if failed, err := jobs.Failures(t.Context(), db, 10); err != nil || len(failed) != 1 || failed[0].Attempt != 1 {
			t.Errorf("%+v, %v", failed, err)
		}
	})
}

// A worker dies with a job in hand: another gets it when the lease has run out, and what the first still reports is ignored.
func TestLease(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB, c *clock) {
		second := runner(db, map[string]jobs.Handler{"slow": func(context.Context, jobs.Job) error { return nil }})
		first := runner(db, map[string]jobs.Handler{"slow": func(_ context.Context, j jobs.Job) error {
			if n := work(t, second); n != 0 {
				t.Error("two workers have the same job")
			}
			c.move(2 * time.Minute) // the heartbeat runs on real time: to the database this worker is dead
			if n := work(t, second); n != 1 {
				t.Error("a dead worker's job stayed with it")
			}
			return errors.New("too late")
		}})
		work(t, second)
		enqueue(t, db, jobs.Order{Kind: "slow"})
		if n := work(t, first); n != 1 {
			t.Errorf("%d jobs ran", n)
		}
		c.move(time.Hour)
		if n := work(t, second); n != 0 {
			t.Error("the job was done and ran again")
		}
	})
}

// A handler that takes longer than the lease keeps its job by its heartbeat.
func TestHeartbeat(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB, c *clock) {
		other := runner(db, map[string]jobs.Handler{"slow": func(context.Context, jobs.Job) error { return nil }})
		work(t, other)
		r := runner(db, map[string]jobs.Handler{"slow": func(ctx context.Context, j jobs.Job) error {
			for range 5 {
				before, err := store.One[date.Instant](ctx, db, "select run_at from job where id = $1", j.ID)
				if err != nil {
					return err
				}
				c.move(60 * time.Millisecond)
				for renewed := before; renewed == before; { // the heartbeat comes by itself
					if renewed, err = store.One[date.Instant](ctx, db, "select run_at from job where id = $1", j.ID); err != nil {
						return err
					}
				}
				if n := work(t, other); n != 0 {
					t.Error("a living worker lost its job")
				}
			}
			return nil
		}})
		r.Lease = 90 * time.Millisecond
		enqueue(t, db, jobs.Order{Kind: "slow"})
		if n := work(t, r); n != 1 {
			t.Errorf("%d jobs ran", n)
		}
	})
}

// Replicas all announce what is due by the clock in London, in summer and winter, and one of them does it.
func TestSchedule(t *testing.T) {
	london, err := time.LoadLocation("Europe/London")
	if err != nil {
		t.Fatal(err)
	}
	each(t, func(t *testing.T, db *store.DB, c *clock) {
		var ran []string
		var mu sync.Mutex
		backup := func(_ context.Context, j jobs.Job) error {
			mu.Lock()
			defer mu.Unlock()
			ran = append(ran, c.now().Time().In(london).Format("02 15:04"))
			return nil
		}
		var replicas []*jobs.Runner
		for range 3 {
			replicas = append(replicas, runner(db, map[string]jobs.Handler{"backup": backup}, jobs.Daily("backup", 20, 0, london)))
		}
		for range 48 { // two days in steps of an hour, over the night in which the clocks go forward
			var wg sync.WaitGroup
			for _, r := range replicas {
				wg.Go(func() {
					if _, err := r.Work(t.Context()); err != nil {
						t.Error(err)
					}
				})
			}
			wg.Wait()
			c.move(time.Hour)
		}
		if got, want := fmt.Sprint(ran), "[28 12:00 28 20:00 29 20:00]"; got != want { // the first catches up with the day before
			t.Errorf("it ran at %s, want %s", got, want)
		}
	})
}

func TestOtherKindsAndLaterJobsWait(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB, c *clock) {
		r := runner(db, map[string]jobs.Handler{"mine": func(context.Context, jobs.Job) error { return nil }})
		work(t, r)
		enqueue(t, db, jobs.Order{Kind: "theirs"}, jobs.Order{Kind: "mine", At: date.At(noon.Add(time.Hour))}, jobs.Order{Kind: "mine", Key: "k"}, jobs.Order{Kind: "mine", Key: "k"})
		if n := work(t, r); n != 1 {
			t.Errorf("%d jobs ran before their time", n)
		}
		c.move(time.Hour)
		if n := work(t, r); n != 1 {
			t.Errorf("%d jobs ran when one was due", n)
		}
		// What was done long ago is forgotten; what nobody has done is not.
		c.move(91 * 24 * time.Hour)
		work(t, r)
		if n, err := store.One[int64](t.Context(), db, "select count(*) from job where kind <> 'jobs.forget'"); n != 1 || err != nil {
			t.Errorf("%d jobs are kept, %v", n, err)
		}
	})
}

// Work that is due less often than jobs are kept is done once, also by a program that starts again after its job was forgotten.
func TestRareScheduleIsDoneOnce(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB, c *clock) {
		ran := 0
		census := jobs.Schedule{Kind: "census", Latest: func(date.Instant) date.Instant { return date.At(noon.Add(-time.Hour)) }}
		for range 3 {
			work(t, runner(db, map[string]jobs.Handler{"census": func(context.Context, jobs.Job) error { ran++; return nil }}, census))
			c.move(91 * 24 * time.Hour)
		}
		if ran != 1 {
			t.Errorf("it ran %d times", ran)
		}
	})
}

// Shutting down gives unfinished work back without counting the attempt.
func TestShutdown(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB, _ *clock) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		r := runner(db, map[string]jobs.Handler{"long": func(ctx context.Context, _ jobs.Job) error {
			cancel()
			<-ctx.Done()
			return ctx.Err()
		}})
		enqueue(t, db, jobs.Order{Kind: "long"})
		r.Run(ctx)
		attempt, err := store.One[int64](t.Context(), db, "select attempt from job where kind = 'long' and done_at is null and failed_at is null")
		if attempt != 0 || err != nil {
			t.Errorf("attempt %d, %v", attempt, err)
		}
	})
}
