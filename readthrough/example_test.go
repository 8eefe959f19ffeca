package readthrough_test

import (
	"context"
	"fmt"
	"time"

	"github.com/larder-go/larder/readthrough"
	"github.com/larder-go/larder/store/memstore"
)

// A face of one's own: reports that take long to make.
func Example() {
	s := memstore.New(memstore.Options{})
	defer s.Close()
	engine := readthrough.New(s, readthrough.Options{Prefix: "reports"})
	defer engine.Shutdown(context.Background())

	reports := &readthrough.Face{Name: "report"}
	ctx := context.Background()
	report := func(month string) string {
		key := engine.Key(reports, readthrough.AppendPart(nil, month))
		entry, render := engine.Start(ctx, key, readthrough.Access{Name: month})
		if entry != nil {
			return string(entry.Payload) + " (kept)"
		}
		render.Tag("orders")
		text := "report of " + month
		render.Commit(readthrough.Product{Parts: [][]byte{[]byte(text)}, Life: readthrough.Life{Fresh: time.Hour}})
		return text
	}
	fmt.Println(report("May"))
	fmt.Println(report("May"))
	if err := engine.Invalidate(ctx, readthrough.Target{Tags: []string{"orders"}}); err != nil {
		fmt.Println(err)
	}
	fmt.Println(report("May"))
	// Output:
	// report of May
	// report of May (kept)
	// report of May
}
