package sweep

import (
	"fmt"
	"math/rand/v2"
	"net/http"

	"github.com/larder-go/larder/bench/chart"
	"github.com/larder-go/larder/bench/kit"
)

// entryBytes is the size of a page's body where there are many.
const entryBytes = 200

var entryLines = []who{{"larder", kit.Memory}, {"limit-floor", kit.Memory}, {"gin-cache", kit.Memory}}

// ByEntries measures a hit against the number of pages kept, each asked as
// often as any other.
func (c Config) ByEntries() (chart.Lines, error) {
	plot := chart.Lines{
		Title: "A hit in memory by the number of pages kept, each asked equally often",
		X:     chart.Axis{Label: "pages of 200 bytes", Log: true},
		Y:     chart.Axis{Label: "nanoseconds"},
	}
	plot.Lines = named(entryLines)
	for _, n := range c.Entries {
		c.say("entries: %d", n)
		err := c.point(plot.Lines, entryLines, float64(n), func(w who) (func(n int) error, func(), error) { return c.among(w, n) })
		if err != nil {
			return plot, err
		}
	}
	return plot, nil
}

func (c Config) among(w who, pages int) (run func(n int) error, stop func(), err error) {
	h, stop, err := c.open(w, kit.NewOrigin(entryBytes), pages)
	if err != nil {
		return nil, nil, err
	}
	for i := range pages {
		h.ServeHTTP(kit.NewDiscard(), kit.Request(i))
	}
	asked := sample(pages)
	return func(n int) error { return wander(h, asked, n) }, stop, nil
}

// sample is requests for pages chosen at random: few enough that they
// themselves take no more of the processor's caches each time.
func sample(pages int) []*http.Request {
	const most = 1 << 14
	random := rand.New(rand.NewPCG(1, uint64(pages)))
	out := make([]*http.Request, min(pages, most))
	for i := range out {
		out[i] = kit.Request(random.IntN(pages))
	}
	return out
}

func wander(h http.Handler, asked []*http.Request, n int) error {
	d := kit.NewDiscard()
	for i := range n {
		d.Reset()
		h.ServeHTTP(d, asked[i%len(asked)])
		if d.Bytes != entryBytes {
			return fmt.Errorf("answer %d with %d bytes, want %d", d.Status, d.Bytes, entryBytes)
		}
	}
	return nil
}
