package probe

import (
	"context"
	"fmt"
	"net/http"
	"runtime"
	"runtime/metrics"
	"time"

	"github.com/larder-go/larder"
	"github.com/larder-go/larder/bench/kit"
	"github.com/larder-go/larder/bench/measure"
	"github.com/maypok86/otter/v2"
)

// entryBytes is the size of an entry's value.
const entryBytes = 200

// fillers keep n entries under keys of 64 bytes, and return what holds them.
var fillers = map[string]func(n int) (any, error){
	"nothing": func(int) (any, error) { return nil, nil },
	"otter":   fillOtter,
	"larder":  fillLarder,
}

func key(i int) string {
	return fmt.Sprintf("GET www.example.com/shop/category-%08d/list?page=2&sort=price", i)[:64]
}

type entry struct {
	status  int
	expires int64
	body    []byte
}

func fillOtter(n int) (any, error) {
	c, err := otter.New(&otter.Options[string, *entry]{MaximumSize: n + n/10})
	if err != nil {
		return nil, err
	}
	for i := range n {
		c.Set(key(i), &entry{200, 1, make([]byte, entryBytes)})
	}
	return c, nil
}

func fillLarder(n int) (any, error) {
	ctx := context.Background()
	c, err := larder.Open(ctx, "memory://?max=4GiB")
	if err != nil {
		return nil, err
	}
	for i := range n {
		if err := larder.Set(ctx, c, key(i), make([]byte, entryBytes), time.Hour); err != nil {
			return nil, err
		}
	}
	return c, nil
}

// collector measures collections while n entries are kept.
func collector(t Task) (Result, error) {
	fill, ok := fillers[t.Impl]
	if !ok {
		return nil, fmt.Errorf("there is no filler %q", t.Impl)
	}
	bytes, objects := live()
	held, err := fill(t.N)
	if err != nil {
		return nil, err
	}
	time.Sleep(300 * time.Millisecond) // what a store does in the background
	bytesAfter, objectsAfter := live()
	const collections = 11
	walls := make([]float64, collections)
	cpu := collectorCPU()
	for i := range walls {
		start := time.Now()
		runtime.GC()
		walls[i] = float64(time.Since(start).Microseconds()) / 1000
	}
	cpu = (collectorCPU() - cpu) / collections * 1000
	runtime.KeepAlive(held)
	return Result{
		"bytes":   (bytesAfter - bytes) / float64(t.N),
		"objects": (objectsAfter - objects) / float64(t.N),
		"wall":    measure.Median(walls),
		"cpu":     cpu,
	}, nil
}

// collectorCPU is the seconds of processor time that collections have taken.
func collectorCPU() float64 {
	s := []metrics.Sample{{Name: "/cpu/classes/gc/total:cpu-seconds"}}
	metrics.Read(s)
	return s[0].Value.Float64()
}

// pause compares the slowest hits on a page while nothing is collected with
// those while collections follow each other, with n entries kept.
func pause(t Task) (Result, error) {
	held, err := fillers["larder"](t.N)
	if err != nil {
		return nil, err
	}
	h, stop, err := asked(t, held.(*larder.Cache))
	if err != nil {
		return nil, err
	}
	defer stop()
	var idle, busy []float64
	for range 5 {
		idle = append(idle, slow(h))
		end := collecting()
		busy = append(busy, slow(h))
		end()
	}
	runtime.KeepAlive(held)
	return Result{"idle": measure.Median(idle), "collecting": measure.Median(busy)}, nil
}

// asked answers with a page: larder out of the cache that holds the entries,
// others out of one of their own.
func asked(t Task, held *larder.Cache) (h http.Handler, stop func(), err error) {
	origin := kit.NewOrigin(16 << 10)
	if t.Impl == "larder" {
		return held.CachePage(time.Hour)(origin), func() {}, nil
	}
	return open(t, origin)
}
