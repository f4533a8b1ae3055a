package app

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"ohp/internal/kernel/date"
	"ohp/internal/kernel/errs"
	"ohp/internal/kernel/measure"
	"ohp/internal/kernel/store"
	"ohp/internal/published"
)

// Import says what to load.
type Import struct {
	Database string
	Paths    []string
	Period   string // for files that do not say theirs
	// Rejected is how many rejected rows of each file are printed; all are kept and shown on the Data page.
	Rejected int
	// Quiet prints one line a file and no progress.
	Quiet bool
}

// errStopped is what the command says when it was stopped, by Ctrl+C or by the system.
var errStopped = errors.New("the import was stopped. What the lines above say was loaded is kept; the file under way and those after it are not loaded. Give the same command again to go on: what was loaded is not loaded twice")

// errRefused makes the command end with status 1 after files were refused; their sentences are printed already.
var errRefused = errors.New("some files could not be loaded; see the lines above")

// Run loads the files, tells what became of each, and returns an error when a named file could not be loaded.
func (c Import) Run(ctx context.Context, out, progress io.Writer) error {
	options := published.Options{}
	if c.Period != "" {
		p, err := date.ParsePeriod(c.Period)
		if err != nil {
			return err
		}
		options.Period = p
	}
	db, err := openDatabase(ctx, c.Database)
	if err != nil {
		return err
	}
	defer db.Close()
	if err := refuseDemonstration(ctx, db); err != nil {
		return err
	}
	t := importTeller{out: out, progress: progress, rejected: c.Rejected, named: map[string]bool{}}
	for _, p := range c.Paths {
		if info, err := os.Stat(p); err == nil && !info.IsDir() {
			t.named[p] = true
		}
	}
	if c.Quiet {
		t.progress = io.Discard
	}
	started := time.Now()
	err = published.Import(ctx, db, c.Paths, options, published.Reporter{Progress: t.tellProgress, Done: t.tellDone})
	t.tellTotal(time.Since(started))
	switch {
	case err != nil && ctx.Err() != nil:
		return errStopped
	case err == nil && t.failed:
		return errRefused
	}
	return err
}

// refuseDemonstration keeps real practices out of a database of invented ones, as the demonstration keeps out of theirs.
func refuseDemonstration(ctx context.Context, db *store.DB) error {
	invented, err := holdsDemonstration(ctx, db)
	if invented {
		err = errs.New(errs.Conflict, "Nothing is loaded, because this database holds the demonstration: real practices and invented events must not meet. Name another database by --database; it is made when it is not there.")
	}
	return err
}

func holdsDemonstration(ctx context.Context, db *store.DB) (bool, error) {
	return store.One[bool](ctx, db, "select exists (select 1 from source_file where format = 'demonstration')")
}

// importTeller prints how an import goes.
type importTeller struct {
	out, progress io.Writer
	rejected      int
	named         map[string]bool // files that the user named, not found in a folder
	failed        bool
	last          time.Time
	files         int
	skipped       int
	total         measure.Outcome
}

func (t *importTeller) tellProgress(path string, done, total int64) {
	if time.Since(t.last) < 200*time.Millisecond {
		return
	}
	t.last = time.Now()
	if total > 0 {
		fmt.Fprintf(t.progress, "\r\033[K  %3d%%  %s", 100*done/total, path)
		return
	}
	fmt.Fprintf(t.progress, "\r\033[K  %s", path)
}

func (t *importTeller) tellDone(r published.Result) {
	fmt.Fprint(t.progress, "\r\033[K")
	switch {
	case r.Skipped != "":
		t.skipped++
		fmt.Fprintf(t.out, "passed over  %s: %s\n", r.Path, r.Skipped)
	case errors.Is(r.Err, published.ErrNotRecognised) && !t.named[r.Path]:
		t.skipped++
		fmt.Fprintf(t.out, "passed over  %s: %v\n", r.Path, r.Err)
	case r.Err != nil:
		t.failed = t.failed || t.named[r.Path]
		t.skipped++
		fmt.Fprintf(t.out, "refused      %s: %v\n", r.Path, r.Err)
	default:
		t.tellLoaded(r)
	}
}

func (t *importTeller) tellLoaded(r published.Result) {
	t.files++
	o := r.Outcome
	if o.Already {
		fmt.Fprintf(t.out, "known        %s: the same bytes were loaded before; nothing changed\n", r.Path)
		return
	}
	fmt.Fprintf(t.out, "loaded       %s: %s", r.Path, cmp.Or(r.File.Publication, r.File.Format))
	if o.Figures > 0 {
		fmt.Fprintf(t.out, "; %s", several(o.Figures, "figure"))
		for _, part := range []struct {
			n    int
			what string
		}{{o.New, "new"}, {o.Changed, "superseding others"}, {o.Same, "as known"}, {o.Older, "older than known"}} {
			if part.n > 0 {
				fmt.Fprintf(t.out, ", %d %s", part.n, part.what)
			}
		}
	}
	if o.Units > 0 {
		fmt.Fprintf(t.out, "; %s", several(o.Units, "organisation"))
	}
	if !r.File.PeriodFrom.IsZero() {
		fmt.Fprintf(t.out, "; %s", periodRange(r.File))
	}
	if o.Rejected > 0 {
		fmt.Fprintf(t.out, "; %s rejected", several(o.Rejected, "row"))
	}
	fmt.Fprintf(t.out, " (%.1f s)\n", r.Took.Seconds())
	if r.File.Note != "" {
		fmt.Fprintf(t.out, "             note: %s\n", r.File.Note)
	}
	t.tellRejections(r.Rejections)
	t.total.Figures += o.Figures
	t.total.Rejected += o.Rejected
}

func periodRange(f measure.SourceFile) string {
	if f.PeriodTo == f.PeriodFrom || f.PeriodTo.IsZero() {
		return f.PeriodFrom.Label()
	}
	return f.PeriodFrom.Label() + " to " + f.PeriodTo.Label()
}

func (t *importTeller) tellRejections(rejections []measure.Rejection) {
	for i, r := range rejections {
		if i == t.rejected {
			fmt.Fprintf(t.out, "             … and %d more; all are listed on the Data page\n", len(rejections)-i)
			return
		}
		fmt.Fprintf(t.out, "             line %d", r.Line)
		if r.Place != "" {
			fmt.Fprintf(t.out, " of %s", r.Place)
		}
		if r.Column != "" {
			fmt.Fprintf(t.out, ", column %s", r.Column)
		}
		fmt.Fprintf(t.out, ": %s", r.Reason)
		if r.Text != "" {
			fmt.Fprintf(t.out, " (there stands %q)", r.Text)
		}
		fmt.Fprintln(t.out)
	}
}

func (t *importTeller) tellTotal(took time.Duration) {
	fmt.Fprint(t.progress, "\r\033[K")
	fmt.Fprintf(t.out, "%s, %s, %s rejected, %s passed over or refused, in %.1f s\n", several(t.files, "file"),
		several(t.total.Figures, "figure"), several(t.total.Rejected, "row"), several(t.skipped, "file"), took.Seconds())
}

// several writes a count of things, of which one is called what.
func several(n int, what string) string {
	if n != 1 {
		what += "s"
	}
	return fmt.Sprintf("%d %s", n, what)
}
