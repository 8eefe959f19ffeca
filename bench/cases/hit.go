package cases

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/larder-go/larder/bench/kit"
)

// load is what is asked for, and by how many goroutines.
type load struct{ size, pages, workers int }

// turns is the number of requests after which a goroutine's order of pages
// begins anew.
const turns = 1 << 16

// asker is one goroutine's share of the requests.
type asker struct {
	requests []*http.Request
	order    []int32
	writer   *kit.Discard
	at       int
	_        [128]byte // keeps what the next one writes out of these cache lines
}

func openHit(im kit.Impl, o kit.Options, l load) (*Bench, error) {
	origin := kit.NewOrigin(l.size)
	o.TTL, o.Pages = time.Hour, 4*l.pages
	h, stop, err := im.New(o, origin)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", im.Name, err)
	}
	askers := newAskers(im, l)
	fill(askers, h)
	filled := origin.Runs.Load()
	want := l.size
	if im.Empty {
		want = 0
	}
	return &Bench{
		Run: func(n int) error { return share(askers, h, n, want) },
		Misses: func() int64 {
			if im.NoKey {
				return 0
			}
			return origin.Runs.Load() - filled
		},
		Close: stop,
	}, nil
}

func newAskers(im kit.Impl, l load) []*asker {
	askers := make([]*asker, l.workers)
	for i := range askers {
		a := &asker{order: []int32{0}, writer: kit.NewDiscard()}
		if a.requests = askers[0].shared(l); a.requests == nil {
			a.requests = requests(im, l.pages)
		}
		if l.pages > 1 {
			a.order = kit.Zipf(uint64(i), l.pages, turns)
		}
		askers[i] = a
	}
	return askers
}

// shared is the first asker's requests, if there are so many pages and
// goroutines that requests of their own would take most of the memory, and of
// the collector's time. A hit does not change its request.
func (a *asker) shared(l load) []*http.Request {
	if a == nil || l.pages*l.workers <= turns {
		return nil
	}
	return a.requests
}

func requests(im kit.Impl, pages int) []*http.Request {
	out := kit.Requests(pages)
	if im.Ask != nil {
		for _, r := range out {
			im.Ask(r)
		}
	}
	return out
}

// fill has the askers ask for each page a few times: what a cache must first
// see before it answers at its best, it has seen then. Each time there is a new
// writer, since some caches keep the header map that they are given.
func fill(askers []*asker, h http.Handler) {
	for range 3 {
		var wg sync.WaitGroup
		for first, a := range askers {
			wg.Go(func() {
				for i := first; i < len(a.requests); i += len(askers) {
					h.ServeHTTP(kit.NewDiscard(), a.requests[i])
				}
			})
		}
		wg.Wait()
	}
}

// share divides n requests among the askers and waits for all of them.
func share(askers []*asker, h http.Handler, n, size int) error {
	if len(askers) == 1 {
		return askers[0].ask(h, n, size)
	}
	failures := make([]error, len(askers))
	var wg sync.WaitGroup
	for i, a := range askers {
		part := n / len(askers)
		if i < n%len(askers) {
			part++
		}
		wg.Go(func() { failures[i] = a.ask(h, part, size) })
	}
	wg.Wait()
	for _, err := range failures {
		if err != nil {
			return err
		}
	}
	return nil
}

func (a *asker) ask(h http.Handler, n, size int) error {
	d := a.writer
	for range n {
		d.Reset()
		h.ServeHTTP(d, a.requests[a.order[a.at&(len(a.order)-1)]])
		if d.Bytes != size {
			return fmt.Errorf("answer %d with %d bytes, want %d; %s", d.Status, d.Bytes, size, strings.Join(d.Header()["Cache-Status"], ", "))
		}
		a.at++
	}
	return nil
}
