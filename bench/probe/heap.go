package probe

import (
	"errors"
	"fmt"
	"net/http"
	"os"
	"runtime"
	"runtime/pprof"
	"time"

	"github.com/larder-go/larder/bench/kit"
)

// live is what is left after two collections.
func live() (bytes, objects float64) {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return float64(m.HeapAlloc), float64(m.HeapObjects)
}

func open(t Task, origin *kit.Origin) (http.Handler, func(), error) {
	im, ok := kit.Lookup(t.Impl)
	if !ok {
		return nil, nil, fmt.Errorf("there is no %q", t.Impl)
	}
	t.Options.TTL, t.Options.Pages = time.Hour, t.N
	return im.New(t.Options, origin)
}

// heap fills a store in memory through the middleware.
func heap(t Task) (Result, error) {
	origin := kit.NewOrigin(t.Size)
	if t.Profile != "" {
		runtime.MemProfileRate = 1 << 10
	}
	bytes, objects := live()
	h, stop, err := open(t, origin)
	if err != nil {
		return nil, err
	}
	defer stop()
	start := time.Now()
	for i := range t.N {
		h.ServeHTTP(kit.NewDiscard(), kit.Request(i))
	}
	took := time.Since(start)
	time.Sleep(200 * time.Millisecond) // what a store does in the background
	bytesAfter, objectsAfter := live()
	if err := writeProfile(t.Profile); err != nil {
		return nil, err
	}
	each := func(x float64) float64 { return x / float64(t.N) }
	return Result{
		"bytes":   each(bytesAfter - bytes),
		"objects": each(objectsAfter - objects),
		"fill":    each(float64(took.Microseconds())),
		"missing": missing(h, origin, t.N),
	}, nil
}

// writeProfile writes what is in use, by where it was allocated.
func writeProfile(file string) error {
	if file == "" {
		return nil
	}
	f, err := os.Create(file)
	if err != nil {
		return err
	}
	return errors.Join(pprof.WriteHeapProfile(f), f.Close())
}

// missing is the part of the pages that are not there any more.
func missing(h http.Handler, origin *kit.Origin, n int) float64 {
	before, asked := origin.Runs.Load(), 0
	for i := 0; i < n; i += 97 {
		h.ServeHTTP(kit.NewDiscard(), kit.Request(i))
		asked++
	}
	return float64(origin.Runs.Load()-before) / float64(asked)
}
