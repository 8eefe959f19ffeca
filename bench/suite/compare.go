package suite

import (
	"context"
	"fmt"
	"runtime"

	"github.com/larder-go/larder/bench/cases"
	"github.com/larder-go/larder/bench/kit"
	"github.com/larder-go/larder/bench/measure"
	"github.com/larder-go/larder/bench/table"
	"github.com/redis/go-redis/v9"
)

// secondCore compares sections that differ only in the number of goroutines.
func (c Config) secondCore(b *table.Book) func(cases.Stores) (table.Section, error) {
	return func(cases.Stores) (table.Section, error) {
		one, ok := b.Section("hit/16KiB")
		if !ok {
			return table.Section{}, errSkipped
		}
		s := table.Section{ID: "second core", Columns: []string{"speed-up"},
			What: fmt.Sprintf("What %d goroutines get out of one page of 16KiB in memory, ÷ what one does", runtime.GOMAXPROCS(0))}
		for _, r := range one.Rows {
			alone, _ := b.Cell("hit/16KiB", r.Name, "ns")
			if both, ok := b.Cell("parallel/16KiB", r.Name, "ns"); ok {
				s.Rows = append(s.Rows, table.Row{Name: r.Name, Cells: []float64{alone / both}})
			}
		}
		return s, nil
	}
}

// client counts what go-redis itself allocates for one GET, so that the share
// of a cache can be told from it.
func (c Config) client(stores cases.Stores) (table.Section, error) {
	o, ok := stores.Options(kit.Redis)
	if !ok || !c.Only("client") {
		return table.Section{}, errSkipped
	}
	client := redis.NewClient(&redis.Options{Network: o.Network, Addr: o.Addr})
	defer client.Close()
	ctx := context.Background()
	if err := client.Set(ctx, "client", kit.Body(1<<10), 0).Err(); err != nil {
		return table.Section{}, err
	}
	series, err := c.plan("client").Run([]measure.Job{{Name: "go-redis", Run: func(n int) error {
		for range n {
			if _, err := client.Get(ctx, "client").Bytes(); err != nil {
				return err
			}
		}
		return nil
	}}})
	if err != nil {
		return table.Section{}, err
	}
	m := series[0].Median()
	return table.Section{ID: "client", What: "One GET of 1KiB by the Redis client alone, over TCP", Columns: []string{"µs", "B", "allocs"},
		Rows: []table.Row{{Name: "go-redis", Cells: []float64{m.Nanos / 1000, m.Bytes, m.Allocs}}}}, nil
}
