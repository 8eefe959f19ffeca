package sweep

import (
	"math"
	"strconv"

	"github.com/larder-go/larder/bench/chart"
	"github.com/larder-go/larder/bench/kit"
	"github.com/larder-go/larder/bench/measure"
	"github.com/larder-go/larder/bench/probe"
)

var percentiles = []float64{50, 75, 90, 95, 99, 99.5, 99.9, 99.95, 99.99}

var latencyLines = []who{
	{"larder", kit.Memory}, {"limit-floor", kit.Memory}, {"gin-cache", kit.Memory},
	{"larder", kit.Redis}, {"larder-near", kit.Redis}, {"limit-floor-remote", kit.Redis}, {"larder", kit.Memcached},
}

// Percentiles measures how the times of single hits are spread.
func (c Config) Percentiles() (chart.Lines, error) {
	plot := chart.Lines{
		Title: "The time of a hit on a page of 16 KiB, by percentile, one goroutine",
		X:     chart.Axis{Label: "per cent of the hits are done within …"},
		Y:     chart.Axis{Label: "microseconds", Log: true},
	}
	for _, p := range []float64{50, 90, 99, 99.9, 99.99} {
		plot.X.Ticks = append(plot.X.Ticks, chart.Tick{At: rarity(p), Text: strconv.FormatFloat(p, 'g', -1, 64)})
	}
	there := c.there(latencyLines)
	plot.Lines = named(there)
	for i, w := range there {
		c.say("percentiles: %s", w.name())
		points, err := c.spread(w)
		if err != nil {
			return plot, err
		}
		plot.Lines[i].Points = points
	}
	return plot, nil
}

// rarity lays percentiles out so that each further nine takes as much room.
func rarity(percentile float64) float64 { return -math.Log10(1 - percentile/100) }

func (c Config) spread(w who) (points []chart.Point, err error) {
	if err := c.empty(); err != nil {
		return nil, err
	}
	h, stop, err := c.open(w, kit.NewOrigin(16<<10), 1)
	if err != nil {
		return nil, err
	}
	defer stop()
	n := 300_000
	if w.store != kit.Memory {
		n = 30_000
	}
	nanos := probe.Latencies(h, n)
	for _, p := range percentiles {
		points = append(points, chart.Point{X: rarity(p), Y: measure.Percentile(nanos, p) / 1000})
	}
	return points, nil
}
