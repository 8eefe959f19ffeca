package sweep

import (
	"fmt"
	"net/http"
	"strconv"

	"github.com/larder-go/larder/bench/chart"
	"github.com/larder-go/larder/bench/kit"
)

// Sizes are those of the pages that Size measures.
var Sizes = []int{1 << 10, 4 << 10, 16 << 10, 64 << 10, 256 << 10, 768 << 10}

var sizeLines = []who{
	{"larder", kit.Memory}, {"limit-floor", kit.Memory}, {"gin-cache", kit.Memory}, {"stampede", kit.Memory},
	{"larder", kit.Redis}, {"larder", kit.Memcached}, {"gin-cache", kit.Redis},
}

// Size measures a hit against the size of its page.
func (c Config) Size() (chart.Lines, error) {
	plot := chart.Lines{
		Title: "A hit by the size of its page, one goroutine, without a network to the client",
		X:     chart.Axis{Label: "body, KiB", Log: true},
		Y:     chart.Axis{Label: "nanoseconds", Log: true},
	}
	there := c.there(sizeLines)
	plot.Lines = named(there)
	for _, size := range Sizes {
		c.say("size: %d KiB", size>>10)
		plot.X.Ticks = append(plot.X.Ticks, chart.Tick{At: float64(size >> 10), Text: strconv.Itoa(size >> 10)})
		err := c.point(plot.Lines, there, float64(size>>10), func(w who) (func(n int) error, func(), error) { return c.hit(w, size) })
		if err != nil {
			return plot, err
		}
	}
	return plot, nil
}

func (c Config) hit(w who, size int) (run func(n int) error, stop func(), err error) {
	h, stop, err := c.open(w, kit.NewOrigin(size), 1)
	if err != nil {
		return nil, nil, err
	}
	r := kit.Request(0)
	for range 3 {
		h.ServeHTTP(kit.NewDiscard(), r)
	}
	return func(n int) error { return repeat(h, r, n, size) }, stop, nil
}

func repeat(h http.Handler, r *http.Request, n, size int) error {
	d := kit.NewDiscard()
	for range n {
		d.Reset()
		h.ServeHTTP(d, r)
		if d.Bytes != size {
			return fmt.Errorf("answer %d with %d bytes, want %d", d.Status, d.Bytes, size)
		}
	}
	return nil
}
