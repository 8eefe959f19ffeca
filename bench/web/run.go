package web

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"time"

	"github.com/larder-go/larder/bench/kit"
	"github.com/larder-go/larder/bench/measure"
	"github.com/larder-go/larder/bench/servers"
	"github.com/larder-go/larder/bench/table"
)

// Config says how much to measure.
type Config struct {
	Rounds  int
	Seconds int                    // of wrk for each server in each round, after one to warm up
	Only    func(name string) bool // which servers; the bare one is always measured
	Log     io.Writer
}

// Run measures all servers that can be started. The error wraps
// servers.ErrMissing if wrk or taskset is not installed. The program must call
// Main before it reads its arguments.
func Run(c Config) (*table.Book, error) {
	for _, program := range []string{"wrk", "taskset"} {
		if _, err := exec.LookPath(program); err != nil {
			return nil, fmt.Errorf("%w: %s", servers.ErrMissing, program)
		}
	}
	dir, err := os.MkdirTemp("", "larder-web")
	if err != nil {
		return nil, fmt.Errorf("web: %w", err)
	}
	defer os.RemoveAll(dir)
	if err := os.Chmod(dir, 0o755); err != nil { // servers may give up the rights they were started with
		return nil, fmt.Errorf("web: %w", err)
	}
	stores, err := servers.StartStores(clientCore)
	if err != nil {
		return nil, err
	}
	defer stores.Stop()
	h := &hall{dir, stores}
	script, err := h.write("pages.lua", pageOrder(manyPages))
	if err != nil {
		return nil, err
	}
	book := new(table.Book)
	for _, p := range []part{
		{id: "wire/16KiB", size: 16 << 10, pages: 1, contestants: long},
		{id: "wire/1KiB", size: 1 << 10, pages: 1, contestants: short},
		{id: "wire/zipf/16KiB", size: 16 << 10, pages: manyPages, script: script, contestants: spread},
	} {
		s, err := c.section(h, p)
		if err != nil {
			return nil, err
		}
		book.Add(s)
	}
	return book, nil
}

// part is what a table tells of.
type part struct {
	id          string
	size, pages int
	script      string // of wrk, where there is more than one page
	contestants []contestant
}

// manyPages is how many pages there are where there is more than one.
const manyPages = 1000

// pageOrder is what the script of wrk is filled with.
func pageOrder(pages int) (order struct {
	Pages []string
	Order []int32
}) {
	for i := range pages {
		order.Pages = append(order.Pages, kit.URI(i))
	}
	order.Order = kit.Zipf(1, pages, 1<<14)
	return order
}

// results are the reports of a server, by the round.
type results []report

func (c Config) section(h *hall, p part) (table.Section, error) {
	found := map[string]results{}
	var left []string
	for round := range c.Rounds {
		for _, who := range p.contestants {
			if slices.Contains(left, who.name) || !c.wants(who.name) {
				continue
			}
			r, err := c.once(h, who, p)
			if errors.Is(err, servers.ErrMissing) {
				left = append(left, who.name)
				fmt.Fprintf(c.Log, "left out: %s: %v\n", who.name, err)
				continue
			}
			if err != nil {
				return table.Section{}, fmt.Errorf("%s: %w", who.name, err)
			}
			found[who.name] = append(found[who.name], r)
			fmt.Fprintf(c.Log, "%s round %d of %d, %s, %s: %.0f req/s\n", time.Now().Format(time.TimeOnly), round+1, c.Rounds, p.id, who.name, r.Rate)
		}
	}
	return section(p, found, left), nil
}

func (c Config) wants(name string) bool { return name == bare || c.Only(name) }

func (c Config) once(h *hall, who contestant, p part) (report, error) {
	for _, store := range []string{kit.Redis, kit.Memcached} {
		if err := h.stores.Empty(store); err != nil {
			return report{}, err
		}
	}
	script := p.script
	if who.name == bare { // to which all pages are the same: wrk need not be kept busy by a script
		script = ""
	}
	server, err := who.start(h, p.size)
	if err != nil {
		return report{}, err
	}
	defer server.stop()
	if err := fill(server.addr, p.pages, p.size); err != nil {
		return report{}, err
	}
	if _, err := wrk(server.addr, script, 1); err != nil {
		return report{}, err
	}
	before := server.cpu()
	r, err := wrk(server.addr, script, c.Seconds)
	if r.Rate > 0 {
		r.CPU = time.Duration(float64(server.cpu()-before) / (r.Rate * float64(c.Seconds)))
	}
	return r, err
}

func (p part) title() string {
	if p.pages == 1 {
		return fmt.Sprintf("A page of %d KiB", p.size>>10)
	}
	return fmt.Sprintf("%s pages of %d KiB, some asked often and most seldom (Zipf; only bare is asked for one),", table.Number(float64(p.pages)), p.size>>10)
}

// share is a ÷ b; 0 where processor time is not counted.
func share(a, b time.Duration) float64 {
	if b == 0 {
		return 0
	}
	return float64(a) / float64(b)
}

// section makes a table, the fastest first. Ratios are the medians of the
// rounds' ratios to the bare server.
func section(p part, found map[string]results, left []string) table.Section {
	s := table.Section{ID: p.id, Columns: []string{"req/s", "÷ bare", "CPU µs", "bare's CPU ÷", "p50 µs", "p99 µs"},
		What: fmt.Sprintf("%s with six fields over TCP: wrk with %d connections, the server alone on one processor; its processor time per request, without that of a store; latencies at the highest rate", p.title(), connections)}
	if len(left) > 0 {
		s.What += "; not installed: " + strings.Join(left, ", ")
	}
	for name, rs := range found {
		var rates, ratios, cpu, work, p50, p99 []float64
		for i, r := range rs {
			rates = append(rates, r.Rate)
			ratios = append(ratios, r.Rate/found[bare][i].Rate)
			cpu = append(cpu, r.CPU.Seconds()*1e6)
			work = append(work, share(found[bare][i].CPU, r.CPU))
			p50 = append(p50, float64(r.P50.Microseconds()))
			p99 = append(p99, float64(r.P99.Microseconds()))
		}
		s.Rows = append(s.Rows, table.Row{Name: name, Cells: []float64{
			measure.Median(rates), measure.Median(ratios), measure.Median(cpu), measure.Median(work), measure.Median(p50), measure.Median(p99)}})
	}
	slices.SortFunc(s.Rows, func(a, b table.Row) int { return cmp.Compare(b.Cells[0], a.Cells[0]) })
	return s
}
