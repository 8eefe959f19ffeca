package exact_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"
)

// A kind says what invalidates a row.
type kind int

const (
	byClear kind = iota
	byTag
	byURL
	kinds
)

func kindOf(i int) kind {
	switch {
	case i >= firstURL:
		return byURL
	case i >= firstTag:
		return byTag
	}
	return byClear
}

// A worker reads from and writes to one site.
type worker struct {
	*site
	own rows // settled in this process, by calls that failed as well

	reads, hits, broken atomic.Int64
	wrong               [kinds]atomic.Int64
	told, failed        atomic.Int64 // invalidations
	removed             removed

	mu       sync.Mutex
	examples []string
}

const (
	readers  = 8 // so that lookups of one server share round trips
	writers  = 2 // so that two invalidations are under way at once, also of one row
	examples = 5 // of what went wrong, at most
)

func newWorker(s *site) *worker { return &worker{site: s} }

// work reads and writes until ctx ends.
func (w *worker) work(ctx context.Context, sabotage bool) {
	var all sync.WaitGroup
	until := func(f func()) {
		all.Go(func() {
			for ctx.Err() == nil {
				f()
			}
		})
	}
	for range readers {
		until(w.read)
	}
	for range writers {
		until(func() {
			w.write()
			time.Sleep(time.Duration(rand.IntN(8000)) * time.Microsecond)
		})
	}
	if sabotage {
		until(func() {
			w.sabotage()
			time.Sleep(4 * time.Millisecond)
		})
	}
	all.Wait()
}

// write changes something at random and tells the cache, unless all is calm.
func (w *worker) write() {
	w.db.writing.Add(1)
	defer w.db.writing.Add(-1)
	if !w.db.calm.Load() {
		w.changeSomething()
	}
}

func (w *worker) changeSomething() {
	tag, url := firstTag+rand.IntN(tagged), firstURL+rand.IntN(addressed)
	switch n := rand.IntN(100); {
	case n < 2:
		w.change(w.cache.Clear, false, everything)
	case n < 25:
		w.change(func(ctx context.Context) error { return w.cache.Purge(ctx, urls(url)...) }, false, url)
	case n < 40:
		w.change(func(ctx context.Context) error { return w.cache.InvalidateSoft(ctx, tagsOf(tag)...) }, true, tag)
	case n < 55:
		w.change(func(ctx context.Context) error { return w.cache.Invalidate(ctx, tagsOf(tag, next(tag))...) }, false, tag, next(tag))
	default:
		w.change(func(ctx context.Context) error { return w.cache.Invalidate(ctx, tagsOf(tag)...) }, false, tag)
	}
}

// change raises the number of rows, tells the cache, and notes what holds for
// everybody from then on: for other processes only if the store was told.
func (w *worker) change(tell func(context.Context) error, soft bool, changed ...int) {
	versions := make([]int64, len(changed))
	for n, i := range changed {
		versions[n] = w.db.rows[i].now.Add(1)
	}
	err := tell(context.Background())
	w.told.Add(1)
	known := []*rows{&w.own, &w.db.rows}
	if err != nil {
		w.failed.Add(1)
		known = known[:1]
	}
	for _, db := range known {
		for n, i := range changed {
			if soft {
				raise(&db[i].soft, versions[n])
			} else {
				raise(&db[i].settled, versions[n])
			}
		}
	}
}

func (w *worker) example(format string, a ...any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.examples) < examples {
		w.examples = append(w.examples, fmt.Sprintf(format, a...))
	}
}

// Figures are what came of the work of one process, or of several together.
type Figures struct {
	Reads, Hits, Broken int64
	Wrong               [kinds]int64
	Told, Failed        int64
	Removed             map[string]int64
	Examples            []string
}

func (w *worker) figures() Figures {
	w.mu.Lock()
	defer w.mu.Unlock()
	f := Figures{Reads: w.reads.Load(), Hits: w.hits.Load(), Broken: w.broken.Load(), Told: w.told.Load(), Failed: w.failed.Load(),
		Removed: w.removed.counts(), Examples: w.examples}
	for k := range f.Wrong {
		f.Wrong[k] = w.wrong[k].Load()
	}
	return f
}

// add adds the figures of another process.
func (f *Figures) add(g Figures) {
	f.Reads, f.Hits, f.Broken = f.Reads+g.Reads, f.Hits+g.Hits, f.Broken+g.Broken
	f.Told, f.Failed = f.Told+g.Told, f.Failed+g.Failed
	for k := range f.Wrong {
		f.Wrong[k] += g.Wrong[k]
	}
	if f.Removed == nil {
		f.Removed = map[string]int64{}
	}
	for what, n := range g.Removed {
		f.Removed[what] += n
	}
	f.Examples = append(f.Examples, g.Examples...)
}

func (f *Figures) allWrong() (n int64) {
	for _, w := range f.Wrong {
		n += w
	}
	return n
}
