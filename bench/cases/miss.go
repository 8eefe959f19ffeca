package cases

import (
	"context"
	"html/template"
	"net/http"
	"strconv"
	"time"

	"github.com/larder-go/larder"
	"github.com/larder-go/larder/bench/kit"
)

// rowsOf16KiB is the number of rows that make a page of 16 KiB.
const rowsOf16KiB = 114

func misses() Section {
	s := Section{ID: "miss", Unit: "µs", Limit: "handler alone", Fine: true,
		What: "A page of 16KiB by html/template that was never asked before: what recording and keeping it costs"}
	s.Rows = []Row{
		{"handler alone", func() (*Bench, error) {
			return openMiss(func(h http.Handler) http.Handler { return h }, func() {}), nil
		}},
		{"larder", openLarderMiss},
	}
	return s
}

// openFull is a cache in memory that is full, so that it makes room, as one does
// that has been in use for a while, instead of asking the system for memory all
// the time.
func openFull() (*larder.Cache, error) {
	c, err := larder.Open(context.Background(), "memory://?max=64MiB")
	if err != nil {
		return nil, err
	}
	const size = 16 << 10
	fill := missing(c.CachePage(time.Hour)(kit.NewOrigin(size)), "/fill/")
	return c, fill(80 << 20 / size)
}

func openLarderMiss() (*Bench, error) {
	c, err := openFull()
	if err != nil {
		return nil, err
	}
	return openMiss(c.CachePage(time.Hour), func() { c.Close() }), nil
}

func openMiss(wrap func(http.Handler) http.Handler, stop func()) *Bench {
	page := template.Must(template.New("").Parse(head + items))
	data := newList(rowsOf16KiB)
	h := wrap(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		page.Execute(w, data)
	}))
	return &Bench{Misses: never, Close: stop, Run: missing(h, "/page/")}
}

// missing asks h for pages that it was never asked for before.
func missing(h http.Handler, path string) func(n int) error {
	r, w, next := kit.Request(0), kit.NewDiscard(), 0
	return func(n int) error {
		for range n {
			next++
			kit.Aim(r, path+strconv.Itoa(next))
			w.Reset()
			h.ServeHTTP(w, r)
		}
		return nil
	}
}
