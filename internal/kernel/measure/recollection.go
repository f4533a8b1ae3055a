package measure

import (
	"cmp"
	"context"
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
	values map[string]any
}

const mostKept = 48

// Recalled returns what is kept under key, or works it out and keeps it. With a nil Recollection it is worked out every time.
// An error of work is returned and not kept.
func Recalled[T any](ctx context.Context, q store.Queryer, r *Recollection, key string, work func() (T, error)) (T, error) {
	if r == nil {
		return work()
	}
	// Read before the work: a file that is loaded meanwhile makes what is kept old at once, never too new.
	file, err := store.One[int64](ctx, q, "select coalesce(max(no), 0) from source_file")
	if err != nil {
		var none T
		return none, err
	}
	if v, ok := r.get(file, key).(T); ok {
		return v, nil
	}
	v, err := work()
	if err == nil {
		r.put(file, key, v)
	}
	return v, err
}

func (r *Recollection) get(file int64, key string) any {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.file != file {
		return nil
	}
	return r.values[key]
}

func (r *Recollection) put(file int64, key string, v any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.file != file || r.values == nil {
		r.file, r.values = file, map[string]any{}
	}
	for k := range r.values { // any of them: which is wanted next, nobody knows
		if len(r.values) < cmp.Or(r.Most, mostKept) {
			break
		}
		delete(r.values, k)
	}
	r.values[key] = v
}
