package reach

import "github.com/larder-go/larder/bench/table"

// Aim is one thing to reach.
type Aim struct {
	What      string
	Bar, Goal float64
	AtLeast   bool // the figure is to be as large as the bar or larger, else as small or smaller
	figure    figure
}

// figure finds a number in a book. ok is false if it was not measured.
type figure func(b *table.Book) (value float64, ok bool)

// cell is a number as it stands in the book.
func cell(section, row, column string) figure {
	return func(b *table.Book) (float64, bool) { return b.Cell(section, row, column) }
}

// ratio is one figure by another.
func ratio(x, y figure) figure {
	return both(x, y, func(x, y float64) float64 { return x / y })
}

// excess is by which part one figure is above another, in per cent.
func excess(x, y figure) figure {
	return both(x, y, func(x, y float64) float64 { return 100 * (x/y - 1) })
}

// above is what one figure is more than another.
func above(x, y figure) figure {
	return both(x, y, func(x, y float64) float64 { return x - y })
}

func both(x, y figure, f func(x, y float64) float64) figure {
	return func(b *table.Book) (float64, bool) {
		xValue, ok := x(b)
		yValue, also := y(b)
		return f(xValue, yValue), ok && also
	}
}

// The ratios. What never waits is compared by processor time, which is the same
// as the clock's on a machine that does nothing else, and hardly moves on one
// that does.
const (
	floor = "× limit-floor"
	cpu   = "CPU ×"
)

// Aims lists what is to be reached in the process: everything that needs no
// server on the wire.
func Aims() []Aim {
	aims := []Aim{
		{What: "memory hit of 16 KiB ÷ limit-floor", Bar: 2.2, Goal: 1.5, figure: cell("hit/16KiB", "larder", cpu)},
		{What: "allocations of a memory hit", Bar: 3, Goal: 1, figure: cell("hit/16KiB", "larder", "allocs")},
		{What: "bytes allocated by a memory hit", Bar: 256, Goal: 64, figure: cell("hit/16KiB", "larder", "B")},
		{What: "memory hit of 256 KiB ÷ of 1 KiB", Bar: 1.1, Goal: 1.02, figure: ratio(cell("hit/256KiB", "larder", "CPU ns"), cell("hit/1KiB", "larder", "CPU ns"))},
		{What: "one page, what a second core brings", Bar: 1.7, Goal: 1.9, AtLeast: true, figure: cell("second core", "larder", "speed-up")},
		{What: "10,000 pages of 1 KiB, Zipf, ÷ limit-floor", Bar: 2.5, Goal: 1.5, figure: cell("zipf/1KiB", "larder", floor)},
		{What: "10,000 pages of 16 KiB, Zipf, ÷ limit-floor", Bar: 2.5, Goal: 1.5, figure: cell("zipf/16KiB", "larder", floor)},
	}
	for _, name := range []string{"vary", "tags", "304", "all"} {
		aims = append(aims, Aim{What: "memory hit with features: larder-" + name + " ÷ larder", Bar: 1.6, Goal: 1.3, figure: cell("features", "larder-"+name, cpu)})
	}
	return append(append(aims, remoteAims()...), otherAims()...)
}

func remoteAims() []Aim {
	const remote = "× limit-floor-remote"
	return []Aim{
		{What: "Redis hit of 1 KiB at 50 goroutines ÷ floor of the same client", Bar: 1.4, Goal: 1.15, figure: cell("redis/1KiB/50", "larder", remote)},
		{What: "Redis hit of 16 KiB at 50 goroutines ÷ floor of the same client", Bar: 1.4, Goal: 1.15, figure: cell("redis/16KiB/50", "larder", remote)},
		{What: "allocations of a Redis hit beyond the client's own", Bar: 5, Goal: 3,
			figure: above(cell("redis/1KiB/1", "larder", "allocs"), cell("client", "go-redis", "allocs"))},
	}
}

func otherAims() []Aim {
	whole := cell("fragment", "whole", "CPU µs")
	return []Aim{
		{What: "500 clients, cold page: runs of the handler", Bar: 1, Goal: 1, figure: cell("herd", "larder", "runs")},
		{What: "500 clients, cold page: median wait ÷ the handler's time", Bar: 1.15, Goal: 1.1, figure: cell("herd", "larder", "p50 ÷ handler")},
		{What: "500 clients, two servers on one Redis: runs of the handler", Bar: 1, Goal: 1, figure: cell("herd", "larder, two servers on one redis", "runs")},
		{What: "500 clients, two servers on one Redis: median wait ÷ the handler's time", Bar: 1.15, Goal: 1.1, figure: cell("herd", "larder, two servers on one redis", "p50 ÷ handler")},
		{What: "500 clients, five servers on one Redis: runs of the handler", Bar: 1, Goal: 1, figure: cell("herd", "larder, five servers on one redis", "runs")},
		{What: "500 clients, two servers on one Memcached: runs of the handler", Bar: 1, Goal: 1, figure: cell("herd", "larder, two servers on one memcached", "runs")},
		{What: "fragment hit in memory, µs", Bar: 5, Goal: 3, figure: cell("fragment", "hit, memory", "CPU µs")},
		{What: "rendering ÷ fragment hit in memory", Bar: 120, Goal: 200, AtLeast: true, figure: ratio(whole, cell("fragment", "hit, memory", "CPU µs"))},
		{What: "fragment miss above rendering, %", Bar: 3, Goal: 1, figure: excess(cell("fragment", "miss, memory", "CPU µs"), whole)},
		{What: "page miss of 16 KiB above the handler, %", Bar: 5, Goal: 2, figure: excess(cell("miss", "larder", "CPU µs"), cell("miss", "handler alone", "CPU µs"))},
		{What: "heap per page of 1 KiB above the body, B", Bar: 450, Goal: 350, figure: cell("heap", "larder", "above the body")},
		{What: "objects per page", Bar: 6, Goal: 3, figure: cell("heap", "larder", "objects")},
		{What: "CPU of a collection at a million entries ÷ otter's", Bar: 1.2, Goal: 0.8, figure: cell("collector", "larder", "CPU × otter")},
		{What: "p99.9 of hits during collections ÷ idle", Bar: 3, Goal: 2, figure: cell("pause", "larder", "÷")},
	}
}

// WireAims lists what is to be reached over the wire.
func WireAims() []Aim {
	const bare = "÷ bare"
	rate := func(row string) figure { return cell("wire/16KiB", row, "req/s") }
	return []Aim{
		{What: "16 KiB over the wire ÷ bare handler with Content-Length", Bar: 0.95, Goal: 0.98, AtLeast: true, figure: cell("wire/16KiB", "larder", bare)},
		{What: "1 KiB over the wire ÷ bare handler", Bar: 0.96, Goal: 0.98, AtLeast: true, figure: cell("wire/1KiB", "larder", bare)},
		{What: "Redis over the wire ÷ bare", Bar: 0.42, Goal: 0.52, AtLeast: true, figure: cell("wire/16KiB", "larder, redis", bare)},
		{What: "Redis with near copies ÷ bare", Bar: 0.85, Goal: 0.92, AtLeast: true, figure: cell("wire/16KiB", "larder-near, redis", bare)},
		{What: "Memcached over the wire ÷ bare", Bar: 0.40, Goal: 0.43, AtLeast: true, figure: cell("wire/16KiB", "larder, memcached", bare)},
		{What: "memory ÷ Django's cache_page on memory", Bar: 11, Goal: 11.8, AtLeast: true, figure: ratio(rate("larder"), rate("django, memory"))},
		{What: "Redis ÷ Django's cache_page on Redis", Bar: 8, Goal: 8.9, AtLeast: true, figure: ratio(rate("larder, redis"), rate("django, redis"))},
		{What: "Memcached ÷ Django's cache_page on Memcached", Bar: 8.5, Goal: 9.5, AtLeast: true, figure: ratio(rate("larder, memcached"), rate("django, memcached"))},
	}
}
