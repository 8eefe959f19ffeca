package probe

import (
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/larder-go/larder/bench/kit"
)

// askers is how many goroutines ask at once, as many clients of a server do.
const askers = 50

// rate counts the hits on one page that a process answers in a second. On a
// machine with more to do than it can, a store's answer may come too late to
// count; more than one such in a hundred is an error.
func rate(t Task) (Result, error) {
	origin := kit.NewOrigin(t.Size)
	h, stop, err := open(t, origin)
	if err != nil {
		return nil, err
	}
	defer stop()
	for range 10 {
		h.ServeHTTP(kit.NewDiscard(), kit.Request(0))
	}
	filled := origin.Runs.Load()
	var hits atomic.Int64
	var wg sync.WaitGroup
	if time.Sleep(time.Until(t.Start)); time.Since(t.Start) > t.For/2 {
		return nil, fmt.Errorf("ready %v after the others", time.Since(t.Start))
	}
	deadline := time.Now().Add(t.For)
	for range askers {
		wg.Go(func() {
			d, r := kit.NewDiscard(), kit.Request(0)
			for time.Now().Before(deadline) {
				for range 10 {
					d.Reset()
					h.ServeHTTP(d, r)
				}
				hits.Add(10)
			}
		})
	}
	wg.Wait()
	missed := origin.Runs.Load() - filled
	if missed > hits.Load()/100 {
		return nil, fmt.Errorf("%d of %d were no hits", missed, hits.Load())
	}
	return Result{"rate": float64(hits.Load()-missed) / t.For.Seconds()}, nil
}
