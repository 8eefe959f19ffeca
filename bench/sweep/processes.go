package sweep

import (
	"sync"
	"time"

	"github.com/larder-go/larder/bench/chart"
	"github.com/larder-go/larder/bench/kit"
	"github.com/larder-go/larder/bench/probe"
)

// Processes are the numbers of processes that ByProcesses measures.
var Processes = []int{1, 2, 4, 8}

var processLines = []who{{"larder", kit.Redis}, {"larder-near", kit.Redis}, {"larder", kit.Memcached}, {"limit-floor-remote", kit.Redis}}

// ByProcesses measures how many hits several processes on one store answer
// together. The program must call probe.Main first thing.
func (c Config) ByProcesses() (chart.Lines, error) {
	plot := chart.Lines{
		Title: "Hits on one page of 16 KiB by processes that share a store, 50 goroutines each",
		X:     chart.Axis{Label: "processes on this machine", Log: true, Ticks: []chart.Tick{{At: 1, Text: "1"}, {At: 2, Text: "2"}, {At: 4, Text: "4"}, {At: 8, Text: "8"}}},
		Y:     chart.Axis{Label: "hits in a second, all together", Log: true},
	}
	there := c.there(processLines)
	plot.Lines = named(there)
	for i, w := range there {
		for _, n := range Processes {
			c.say("processes: %s by %d", w.name(), n)
			rate, err := c.together(w, n)
			if err != nil {
				return plot, err
			}
			plot.Lines[i].Points = append(plot.Lines[i].Points, chart.Point{X: float64(n), Y: rate})
		}
	}
	return plot, nil
}

func (c Config) together(w who, processes int) (rate float64, err error) {
	if err := c.Stores.Empty(w.store); err != nil {
		return 0, err
	}
	o, _ := c.Stores.Options(w.store)
	rates, failures := make([]float64, processes), make([]error, processes)
	start := time.Now().Add(2 * time.Second) // by then all of them are ready
	var wg sync.WaitGroup
	for i := range processes {
		wg.Go(func() {
			r, err := probe.Run(probe.Task{Kind: "rate", Impl: w.impl, Size: 16 << 10, Options: o, Start: start, For: 10 * c.Slice})
			rates[i], failures[i] = r["rate"], err
		})
	}
	wg.Wait()
	for i := range processes {
		if failures[i] != nil {
			return 0, failures[i]
		}
		rate += rates[i]
	}
	return rate, nil
}
