package measure

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"sync"

	"ohp/internal/kernel/store"
)

// Recollection keeps what was worked out from figures and groups until the next file is loaded: comparisons of all
// practices of England are read by many and change once a month. What is kept must not be changed afterwards. The zero
// value is ready to use, by many goroutines.
type Recollection struct {
	// Most is how many values are kept; 0 is 48. It bounds the memory: a comparison of England takes about half a megabyte.
	Most int

	mu     sync.Mutex
	file   int64 // the last source file when values were worked out
	values map[string]*recalled
}

// recalled is one value, or the work on it that is under way.
type recalled struct {
	done  chan struct{} // closed when value or err is set
	value any
	err   error
}

const mostKept = 48

// Recalled returns what is kept under key, or works it out and keeps it. Several who ask at once wait for one who works.
// With a nil Recollection it is worked out every time. An error of work is returned and not kept.
func Recalled[T any](ctx context.Context, q store.Queryer, r *Recollection, key string, work func() (T, error)) (T, error) {
	if r == nil {
		return work()
	}
	var none T
	for {
		// Read before the work: a file that is loaded meanwhile makes what is kept old at once, never too new.
		file, err := store.One[int64](ctx, q, "select coalesce(max(no), 0) from source_file")
		if err != nil {
			return none, err
		}
		at, mine := r.claim(file, key)
		if mine {
			return workOut(r, key, at, work)
		}
		select {
		case <-ctx.Done():
			return none, ctx.Err()
		case <-at.done:
		}
		if at.err != nil {
			continue // perhaps only because the reader of whoever worked went away: try by ourselves
		}
		v, ok := at.value.(T)
		if !ok {
			return none, fmt.Errorf("what is kept under %q is a %T, not a %T", key, at.value, none)
		}
		return v, nil
	}
}

// workOut works and settles, also when the work panics: those who wait then try by themselves.
func workOut[T any](r *Recollection, key string, at *recalled, work func() (T, error)) (v T, err error) {
	err = errUnfinished
	defer func() { r.settle(key, at, v, err) }()
	v, err = work()
	return v, err
}

var errUnfinished = errors.New("the work did not end")

// claim returns the value under key, and whether the caller must work it out.
func (r *Recollection) claim(file int64, key string) (at *recalled, mine bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.file != file || r.values == nil {
		r.file, r.values = file, map[string]*recalled{}
	}
	if at := r.values[key]; at != nil {
		return at, false
	}
	for k := range r.values { // any of them: which is wanted next, nobody knows
		if len(r.values) < cmp.Or(r.Most, mostKept) {
			break
		}
		delete(r.values, k)
	}
	at = &recalled{done: make(chan struct{})}
	r.values[key] = at
	return at, true
}

// settle gives the value to those who wait, and forgets what failed.
func (r *Recollection) settle(key string, at *recalled, v any, err error) {
	at.value, at.err = v, err
	if err != nil {
		r.mu.Lock()
		if r.values[key] == at {
			delete(r.values, key)
		}
		r.mu.Unlock()
	}
	close(at.done)
}
