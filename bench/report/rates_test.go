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
		{Name: "In the server's memory", Bars: []chart.Bar{{Name: "bare", Value: 1}, {Name: "larder", Value: 1, Ours: true}, {Name: "django", Value: 1}}},
		{Name: "On Redis", Bars: []chart.Bar{{Name: "larder", Value: 1, Ours: true}}},
		{Name: "On Memcached", Bars: []chart.Bar{{Name: "gin-contrib", Value: 1}}},
		{Name: "In front of a Go program, and Django without a cache", Bars: []chart.Bar{{Name: "nginx proxy_cache", Value: 1}, {Name: "django, no cache", Value: 1}}},
	}
	if diff := cmp.Diff(want, report.Rates(s).Groups); diff != "" {
		t.Error(diff)
	}
}
