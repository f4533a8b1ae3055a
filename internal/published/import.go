package published

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"ohp/internal/kernel/measure"
	"ohp/internal/kernel/store"
)

// Result is what became of one file.
type Result struct {
	Path string
	// Skipped says why a file in a folder was passed over, where its name explains
	// that it holds no data that is known; "" for any other.
	Skipped string
	// Err is the sentence that refuses the file, or the fault that kept it from being stored; nil when it was stored.
	Err error
	// File, Rejections and Outcome are set when Err is nil.
	File       measure.SourceFile
	Rejections []measure.Rejection
	Outcome    measure.Outcome
	// Took is the time for reading, recognising and storing.
	Took time.Duration
}

// Reporter is told how an import goes. Either function may be nil; they are
// never called at the same time.
type Reporter struct {
	// Progress tells how far the reading of a file has come; total is 0 when not known.
	Progress func(path string, done, total int64)
	// Done tells what became of a file.
	Done func(Result)
}

// heldFigures is how many figures wait in memory, at most about, to be stored in the order of their dates.
const heldFigures = 400_000

// Import reads the files, and those in the folders, and stores what they say.
// Files are stored in the order of their as-at dates, so that a snapshot of
// older date never follows a newer one, but for very large imports, which are
// stored in batches. A file that is refused or not recognised is reported and
// does not stop the rest. The error is of the whole import only: a path that
// does not exist, or a cancelled context; what was stored until then stays.
func Import(ctx context.Context, db *store.DB, paths []string, o Options, report Reporter) error {
	im := importing{db: db, options: o, report: report}
	files, err := im.find(paths)
	if err != nil {
		return err
	}
	readers := min(runtime.GOMAXPROCS(0), 4)
	queue := make(chan found)
	read := make(chan loaded)
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	var busy sync.WaitGroup
	for range readers {
		busy.Go(func() {
			for file := range queue {
				read <- im.read(ctx, file)
			}
		})
	}
	go func() {
		defer close(read)
		defer busy.Wait()
		defer close(queue)
		for _, file := range files {
			select {
			case queue <- file:
			case <-ctx.Done():
				return
			}
		}
	}()
	return im.store(ctx, read, stop)
}

// importing is one run of Import.
type importing struct {
	db      *store.DB
	options Options
	report  Reporter
	mu      sync.Mutex // over the reporter
}

// loaded is a file that was read, or refused.
type loaded struct {
	load  *measure.Load
	named []measure.Measure // measures that only the file knows of
	Result
}

func (im *importing) done(r Result) {
	im.mu.Lock()
	defer im.mu.Unlock()
	if im.report.Done != nil {
		im.report.Done(r)
	}
}

// found is a file to be read.
type found struct {
	path string
	// nature is what a file in a folder is by its name, when it turns out to hold no data that is known; "" says nothing.
	nature string
}

// find lists the files of the paths; in folders, hidden ones are left out, and
// what is no file is reported.
func (im *importing) find(paths []string) ([]found, error) {
	var files []found
	for _, root := range paths {
		err := filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
			switch {
			case errors.Is(err, fs.ErrNotExist) && path == root:
				return fmt.Errorf("%s: there is no such file or folder: check the path", path)
			case err != nil:
				return fmt.Errorf("%s cannot be read: %w", path, err)
			case path != root && strings.HasPrefix(e.Name(), "."):
				if e.IsDir() {
					return fs.SkipDir
				}
				return nil
			case e.IsDir():
			case path == root:
				files = append(files, found{path: path})
			case !e.Type().IsRegular() && e.Type()&fs.ModeSymlink == 0:
				im.done(Result{Path: path, Skipped: "not an ordinary file"})
			default:
				files = append(files, found{path, nature(e.Name())})
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return files, nil
}

// nature says in a few words what a file without known data is, by its name; "" when the name does not tell.
func nature(name string) string {
	name = strings.ToLower(name)
	for _, begin := range []string{"readme", "licen", "copying", "manifest.csv"} {
		if strings.HasPrefix(name, begin) {
			return "documentation, not data"
		}
	}
	switch filepath.Ext(name) {
	case ".md", ".html", ".htm", ".pdf", ".doc", ".docx", ".ppt", ".pptx", ".png", ".jpg", ".svg", ".db", ".sqlite", ".py", ".r", ".sql":
		return "a " + filepath.Ext(name) + " file, which holds no table that is read"
	}
	return ""
}

func (im *importing) read(ctx context.Context, file found) loaded {
	began := time.Now()
	o := im.options
	o.Progress = func(done, total int64) {
		im.mu.Lock()
		defer im.mu.Unlock()
		if im.report.Progress != nil {
			im.report.Progress(file.path, done, total)
		}
	}
	var named []measure.Measure
	o.Declare = func(m measure.Measure) { named = append(named, m) }
	load, err := readSafely(ctx, file.path, o)
	r := Result{Path: file.path, Err: err, Took: time.Since(began)}
	var unopened notOpened
	if file.nature != "" && (errors.Is(err, ErrNotRecognised) || errors.As(err, &unopened)) {
		r.Skipped, r.Err = file.nature, nil
	}
	return loaded{load, named, r}
}

// readSafely reads a file; a panic while reading, which would be a fault of the
// program, refuses that file and not the others.
func readSafely(ctx context.Context, path string, o Options) (load *measure.Load, err error) {
	defer func() {
		if p := recover(); p != nil {
			load, err = nil, fmt.Errorf("the program failed on this file, which is a fault to report: %v", p)
		}
	}()
	return Read(ctx, path, o)
}

// store collects what was read and stores it in batches; stop ends the reading.
func (im *importing) store(ctx context.Context, read <-chan loaded, stop func()) error {
	var held []loaded
	figures := 0
	var failed error
	for l := range read {
		if failed != nil {
			continue // drains the readers
		}
		if l.load == nil {
			if ctx.Err() == nil {
				im.done(l.Result)
			}
			continue
		}
		held = append(held, l)
		if figures += l.load.Figures(); figures >= heldFigures {
			if failed = im.storeBatch(ctx, held); failed != nil {
				stop()
			}
			held, figures = nil, 0
		}
	}
	if failed != nil {
		return failed
	}
	return im.storeBatch(ctx, held)
}

func (im *importing) storeBatch(ctx context.Context, batch []loaded) error {
	slices.SortStableFunc(batch, func(a, b loaded) int {
		return cmp.Or(a.load.File.AsAt.Compare(b.load.File.AsAt), cmp.Compare(a.Path, b.Path))
	})
	for i, l := range batch {
		if err := ctx.Err(); err != nil {
			return err
		}
		began := time.Now()
		r := l.Result
		if r.Err = measure.Declare(ctx, im.db, l.named); r.Err == nil {
			r.Outcome, r.Err = measure.Store(ctx, im.db, l.load)
		}
		r.Took += time.Since(began)
		if r.Err == nil {
			r.File, r.Rejections = l.load.File, l.load.Rejections
		} else if ctx.Err() != nil {
			return ctx.Err()
		}
		batch[i].load = nil
		im.done(r)
	}
	return ctx.Err()
}
