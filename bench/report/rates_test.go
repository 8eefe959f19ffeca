package report_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/larder-go/larder/bench/chart"
	"github.com/larder-go/larder/bench/report"
	"github.com/larder-go/larder/bench/table"
)

func TestRatesStandWhereThePageIsKept(t *testing.T) {
	var s table.Section
	for _, name := range []string{"nginx proxy_cache", "bare", "larder", "larder, redis", "gin-contrib, memcached", "django, memory", "django, no cache"} {
		s.Rows = append(s.Rows, table.Row{Name: name, Cells: []float64{1}})
	}
	want := []chart.Group{
		{Name: "In the server's memory", Bars: []chart.Bar{{"bare", 1, false}, {"larder", 1, true}, {"django", 1, false}}},
		{Name: "On Redis", Bars: []chart.Bar{{"larder", 1, true}}},
		{Name: "On Memcached", Bars: []chart.Bar{{"gin-contrib", 1, false}}},
		{Name: "In front of a Go program, and Django without a cache", Bars: []chart.Bar{{"nginx proxy_cache", 1, false}, {"django, no cache", 1, false}}},
	}
	if diff := cmp.Diff(want, report.Rates(s).Groups); diff != "" {
		t.Error(diff)
	}
}
