package report

import (
	"strings"

	"github.com/larder-go/larder/bench/chart"
	"github.com/larder-go/larder/bench/table"
)

// Rates draws the rates of a section over the wire, by where the page is kept.
// Rows named larder are drawn as ours.
func Rates(s table.Section) chart.Bars {
	out := chart.Bars{Title: "What one processor serves: a page of 16 KiB over TCP", Label: "requests in a second, wrk with 50 connections"}
	for _, place := range []string{inMemory, "redis", "memcached", elsewhere} {
		g := chart.Group{Name: titles[place]}
		for _, r := range s.Rows {
			if name, kept := keptIn(r.Name); kept == place {
				g.Bars = append(g.Bars, chart.Bar{Name: name, Value: r.Cells[0], Ours: strings.HasPrefix(name, "larder")})
			}
		}
		if len(g.Bars) > 0 {
			out.Groups = append(out.Groups, g)
		}
	}
	return out
}

const (
	inMemory  = "memory"
	elsewhere = ""
)

var titles = map[string]string{inMemory: "In the server's memory", "redis": "On Redis", "memcached": "On Memcached", elsewhere: "In front of a Go program, and Django without a cache"}

// keptIn tells from a row's name whose it is and where its page is kept.
func keptIn(row string) (name, place string) {
	for _, place := range []string{inMemory, "redis", "memcached"} {
		if name, ok := strings.CutSuffix(row, ", "+place); ok {
			return name, place
		}
	}
	if strings.HasPrefix(row, "nginx") || strings.HasPrefix(row, "Varnish") || strings.HasSuffix(row, "no cache") {
		return row, elsewhere
	}
	return row, inMemory
}
