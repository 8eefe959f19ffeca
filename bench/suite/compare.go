package suite

import (
	"context"

	"github.com/larder-go/larder/bench/cases"
	"github.com/larder-go/larder/bench/kit"
	"github.com/larder-go/larder/bench/measure"
	"github.com/larder-go/larder/bench/table"
	"github.com/redis/go-redis/v9"
)

// secondCore compares what one goroutine does and what several do, in the same
// rounds.
func (c Config) secondCore(stores cases.Stores) (table.Section, error) {
	pairs := cases.SecondCore()
	if !c.Only(pairs.ID) {
		return table.Section{}, errSkipped
	}
	series, _, err := c.series(pairs, stores)
	if err != nil {
		return table.Section{}, err
	}
	s := table.Section{ID: pairs.ID, What: pairs.What, Columns: []string{"one ns", "together ns", "speed-up"}}
	for i := 0; i < len(series); i += 2 {
		one, together := series[i], series[i+1]
		speedUp, _ := one.Ratio(together)
		s.Rows = append(s.Rows, table.Row{Name: pairs.Rows[i].Name, Cells: []float64{one.Median().Nanos, together.Median().Nanos, speedUp}})
	}
	return s, nil
}

// client counts what go-redis itself allocates for one GET, and for reading
// three records at once as a hit does, so that the share of a cache can be told
// from it.
func (c Config) client(stores cases.Stores) (table.Section, error) {
	o, ok := stores.Options(kit.Redis)
	if !ok || !c.Only("client") {
		return table.Section{}, errSkipped
	}
	client := redis.NewClient(&redis.Options{Network: o.Network, Addr: o.Addr})
	defer client.Close()
	ctx := context.Background()
	if err := client.MSet(ctx, "page", kit.Body(1<<10), "root", "token", "index", "token").Err(); err != nil {
		return table.Section{}, err
	}
	series, err := c.plan("client", false).Run([]measure.Job{
		{Name: "GET", Run: times(func() error { return client.Get(ctx, "page").Err() })},
		{Name: "MGET of three", Run: times(func() error { return client.MGet(ctx, "page", "root", "index").Err() })},
	})
	if err != nil {
		return table.Section{}, err
	}
	s := table.Section{ID: "client", What: "A record of 1KiB, and that and two small ones, read by the Redis client alone over TCP", Columns: []string{"µs", "B", "allocs"}}
	for i, name := range []string{"GET", "MGET of three"} {
		m := series[i].Median()
		s.Rows = append(s.Rows, table.Row{Name: name, Cells: []float64{m.Nanos / 1000, m.Bytes, m.Allocs}})
	}
	return s, nil
}

// times makes a job's run of what is done once.
func times(do func() error) func(n int) error {
	return func(n int) error {
		for range n {
			if err := do(); err != nil {
				return err
			}
		}
		return nil
	}
}
