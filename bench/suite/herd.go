package suite

import (
	"fmt"
	"net/http"
	"time"

	"github.com/larder-go/larder/bench/cases"
	"github.com/larder-go/larder/bench/herd"
	"github.com/larder-go/larder/bench/kit"
	"github.com/larder-go/larder/bench/measure"
	"github.com/larder-go/larder/bench/table"
)

const (
	clients = 500
	trials  = 3
	render  = 200 * time.Millisecond
)

// herd has many clients ask for one cold page at once.
func (c Config) herd(stores cases.Stores) (table.Section, error) {
	if !c.Only("herd") {
		return table.Section{}, errSkipped
	}
	s := table.Section{ID: "herd", Columns: []string{"runs", "p50 ÷ handler", "slowest ÷ handler"},
		What: fmt.Sprintf("%d clients ask for one cold page at once, its handler takes %v: runs of the handler, and how long they wait", clients, render)}
	memory, _ := stores.Options(kit.Memory)
	for _, im := range append(kit.Named("limit-set", "larder"), rivals()...) {
		if err := c.addHerd(&s, im.Name, im, memory, 1); err != nil {
			return s, err
		}
	}
	for _, store := range []string{kit.Redis, kit.Memcached} {
		o, ok := stores.Options(store)
		if !ok {
			continue
		}
		larder := kit.Named("larder")[0]
		if err := c.addHerd(&s, "larder, "+store, larder, o, 1); err != nil {
			return s, err
		}
		if err := c.addHerd(&s, "larder, two servers on one "+store, larder, o, 2); err != nil {
			return s, err
		}
		if err := c.addHerd(&s, "larder, five servers on one "+store, larder, o, 5); err != nil {
			return s, err
		}
	}
	return s, nil
}

func rivals() (out []kit.Impl) {
	for _, im := range kit.All(kit.Memory) {
		if im.Kind == kit.Rival {
			out = append(out, im)
		}
	}
	return out
}

// addHerd adds a row: servers caches on one store share the clients.
func (c Config) addHerd(s *table.Section, name string, im kit.Impl, o kit.Options, servers int) error {
	fmt.Fprintf(c.Log, "%s herd: %s\n", clock(), name)
	origin := kit.NewOrigin(16 << 10)
	origin.Delay = render
	o.TTL, o.Pages = time.Hour, 100
	handlers := make([]http.Handler, servers)
	for i := range handlers {
		h, stop, err := im.New(o, origin)
		if err != nil {
			return err
		}
		defer stop()
		handlers[i] = h
	}
	var runs, p50, slowest []float64
	for range trials {
		before := origin.Runs.Load()
		waits, err := herd.Stampede(handlers, clients)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		runs = append(runs, float64(origin.Runs.Load()-before))
		p50 = append(p50, measure.Median(waits)/render.Seconds())
		slowest = append(slowest, measure.Percentile(waits, 100)/render.Seconds())
	}
	s.Rows = append(s.Rows, table.Row{Name: name, Cells: []float64{measure.Median(runs), measure.Median(p50), measure.Median(slowest)}})
	return nil
}
