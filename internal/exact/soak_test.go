package exact_test

import (
	"context"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/larder-go/larder"
	"github.com/larder-go/larder/internal/servertest"
	"github.com/larder-go/larder/store"
)

// soak is how long each run takes.
func soak(t testing.TB) time.Duration {
	t.Helper()
	text := os.Getenv("LARDER_SOAK")
	if text == "" {
		return 2 * time.Second
	}
	d, err := time.ParseDuration(text)
	if err != nil || d <= 0 {
		t.Fatalf("LARDER_SOAK=%q: want a duration such as 10s", text)
	}
	return d
}

// A run is two sites at work on one store and one database: two processes, or
// two caches in this one where the store is its memory.
type run struct {
	t       *testing.T
	db      *database
	workers []*worker
	partner *process
	stop    context.CancelFunc
	done    sync.WaitGroup

	recovery time.Duration // until there were hits after a restart
}

// begin starts a run on the store that url names.
func begin(t *testing.T, url string, sabotage bool) *run {
	t.Helper()
	db, file := createRows(t)
	j := job{URL: url, Database: file, Sabotage: sabotage}
	r := &run{t: t, db: db}
	r.employ(j.open)
	if strings.HasPrefix(url, "memory:") {
		r.employ(j.open)
	} else {
		r.partner = startPartner(t, j)
	}
	r.start(sabotage)
	return r
}

// employ adds a site in this process, on a store that the run closes.
func (r *run) employ(open func() (store.Store, error)) {
	r.t.Helper()
	s, err := open()
	if err != nil {
		r.t.Fatal(err)
	}
	w := newWorker(newSite(r.db, larder.New(s, quiet)))
	r.workers = append(r.workers, w)
	r.t.Cleanup(func() {
		_ = w.cache.Close()
		_ = store.Close(s)
	})
}

func (r *run) start(sabotage bool) {
	ctx, stop := context.WithCancel(context.Background())
	r.stop = stop
	r.t.Cleanup(func() {
		stop()
		r.done.Wait()
	})
	for _, w := range r.workers {
		r.done.Go(func() { w.work(ctx, sabotage) })
	}
}

// end ends a run and prints its figures.
func (r *run) end() (f Figures) {
	r.t.Helper()
	r.stop()
	r.done.Wait()
	if r.partner != nil {
		f.add(r.partner.stop(r.t))
	}
	for _, w := range r.workers {
		f.add(w.figures())
	}
	r.t.Logf("reads %d, hits %d, versions %d, invalidations %d (failed %d), removed %v, wrong %d",
		f.Reads, f.Hits, r.db.versions(), f.Told, f.Failed, f.Removed, f.allWrong())
	return f
}

// mustBeExact fails the test for a single wrong answer, and if too little was
// going on to tell.
func (f *Figures) mustBeExact(t *testing.T) {
	t.Helper()
	for _, e := range f.Examples {
		t.Error(e)
	}
	if f.allWrong() > 0 || f.Broken > 0 {
		t.Errorf("%d answers are older than what had settled before they were asked for, %d are none", f.allWrong(), f.Broken)
	}
	if f.Hits < f.Reads/50 || f.Hits == 0 || f.Told-f.Failed < 20 {
		t.Errorf("%d hits of %d reads, %d invalidations: the run put nothing to the test", f.Hits, f.Reads, f.Told-f.Failed)
	}
}

// onEveryStore runs a test on memory, Redis and Memcached.
func onEveryStore(t *testing.T, test func(t *testing.T, url string)) {
	t.Run("memory", func(t *testing.T) { test(t, "memory://"+strings.ReplaceAll(t.Name(), "/", ".")) })
	t.Run("redis", func(t *testing.T) { test(t, "redis://"+servertest.Redis(t).Addr()) })
	t.Run("memcached", func(t *testing.T) { test(t, "memcached://"+servertest.Memcached(t).Addr()) })
}

func TestNobodyGetsWhatWasInvalidatedBefore(t *testing.T) {
	onEveryStore(t, func(t *testing.T, url string) {
		r := begin(t, url, false)
		time.Sleep(soak(t))
		f := r.end()
		f.mustBeExact(t)
	})
}

// What is lost can only make an answer newer.
func TestRecordsThatVanish(t *testing.T) {
	onEveryStore(t, func(t *testing.T, url string) {
		r := begin(t, url, true)
		time.Sleep(soak(t))
		f := r.end()
		f.mustBeExact(t)
		vanish := []string{"roots", "pulses", "marks", "indexes", "entries", "values"}
		if r.partner == nil {
			vanish = vanish[4:] // marks in memory are not in the store
		}
		for _, what := range vanish {
			if f.Removed[what] == 0 {
				t.Errorf("no %s were removed", what)
			}
		}
	})
}
