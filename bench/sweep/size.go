package sweep

import (
	"fmt"
	"net/http"

	"github.com/larder-go/larder/bench/chart"
	"github.com/larder-go/larder/bench/kit"
	"github.com/larder-go/larder/bench/measure"
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
	for _, w := range c.there(sizeLines) {
		c.say("size: %s", w.name())
		line := chart.Line{Name: w.name()}
		for _, size := range Sizes {
			nanos, err := c.hit(w, size)
			if err != nil {
				return plot, err
			}
			line.Points = append(line.Points, chart.Point{X: float64(size >> 10), Y: nanos})
		}
		plot.Lines = append(plot.Lines, line)
	}
	return plot, nil
}

func (c Config) hit(w who, size int) (nanos float64, err error) {
	h, stop, err := c.open(w, kit.NewOrigin(size), 1)
	if err != nil {
		return 0, err
	}
	defer stop()
	r := kit.Request(0)
	for range 3 {
		h.ServeHTTP(kit.NewDiscard(), r)
	}
	series, err := c.plan().Run([]measure.Job{{Name: w.name(), Run: func(n int) error { return repeat(h, r, n, size) }}})
	if err != nil {
		return 0, err
	}
	return series[0].Median().Nanos, nil
}

func (c Config) plan() measure.Plan { return measure.Plan{Rounds: c.Rounds, Slice: c.Slice} }

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
