package probe

import (
	"net/http"
	"runtime"
	"time"

	"github.com/larder-go/larder/bench/kit"
	"github.com/larder-go/larder/bench/measure"
)

// Latencies returns how many nanoseconds each of n hits on page 0 took. A
// reading of the clock is in each of them.
func Latencies(h http.Handler, n int) []float64 {
	d, r := kit.NewDiscard(), kit.Request(0)
	for range 100 {
		h.ServeHTTP(kit.NewDiscard(), r)
	}
	out := make([]float64, n)
	for i := range out {
		d.Reset()
		start := time.Now()
		h.ServeHTTP(d, r)
		out[i] = float64(time.Since(start))
	}
	return out
}

// slow is the time in nanoseconds within which 999 of 1000 hits are done.
func slow(h http.Handler) float64 { return measure.Percentile(Latencies(h, 300_000), 99.9) }

// collecting collects garbage over and over until stop is called.
func collecting() (stop func()) {
	end, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		for {
			select {
			case <-end:
				return
			default:
				runtime.GC()
			}
		}
	}()
	return func() {
		close(end)
		<-ended
	}
}
