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
	// Skipped says why a file in a folder was passed over without reading it; "" when it was read.
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
	queue := make(chan string)
	read := make(chan loaded)
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	var busy sync.WaitGroup
	for range readers {
		busy.Go(func() {
			for path := range queue {
				read <- im.read(ctx, path)
			}
		})
	}
	go func() {
		defer close(read)
		defer busy.Wait()
		defer close(queue)
		for _, path := range files {
			select {
			case queue <- path:
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

// find lists the files of the paths. Files that are no data by their name are
// reported and left out, but only in folders: a file that is named is tried.
func (im *importing) find(paths []string) ([]string, error) {
	var files []string
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
				return nil
			}
			if why := notData(e); why != "" && path != root {
				im.done(Result{Path: path, Skipped: why})
				return nil
			}
			files = append(files, path)
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return files, nil
}

// notData says why a file of a folder is no data, by its name; "" when it may be.
func notData(e fs.DirEntry) string {
	name := strings.ToLower(e.Name())
	switch {
	case !e.Type().IsRegular() && e.Type()&fs.ModeSymlink == 0:
		return "not an ordinary file"
	case strings.HasPrefix(name, "readme"), strings.HasPrefix(name, "licen"), strings.HasPrefix(name, "copying"), name == "manifest.csv":
		return "documentation, not data"
	}
	switch filepath.Ext(name) {
	case ".md", ".html", ".htm", ".pdf", ".doc", ".docx", ".ppt", ".pptx", ".png", ".jpg", ".svg", ".db", ".sqlite", ".py", ".r", ".sql":
		return "a " + filepath.Ext(name) + " file, which holds no table that is read"
	}
	return ""
}

func (im *importing) read(ctx context.Context, path string) loaded {
	began := time.Now()
	o := im.options
	o.Progress = func(done, total int64) {
		im.mu.Lock()
		defer im.mu.Unlock()
		if im.report.Progress != nil {
			im.report.Progress(path, done, total)
		}
	}
	var named []measure.Measure
	o.Declare = func(m measure.Measure) { named = append(named, m) }
	load, err := readSafely(ctx, path, o)
	return loaded{load, named, Result{Path: path, Err: err, Took: time.Since(began)}}
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
		if l.Err != nil {
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
