package reach

// The ratios. What never waits is compared by processor time, which is the same
// as the clock's on a machine that does nothing else, and hardly moves on one
// that does.
const (
	floor = "× limit-floor"
	cpu   = "CPU ×"
)

// Aims lists what is to be reached in the process: everything that needs no
// server on the wire.
func Aims() (aims []Aim) {
	for _, some := range [][]Aim{memoryAims(), featureAims(), remoteAims(), herdAims(), renderAims(), heapAims()} {
		aims = append(aims, some...)
	}
	return aims
}

var memoryHit = Path{Processor, "hit/16KiB", "larder"}

const leftOut = "The floor leaves out what HTTP asks of a cache: reading the request's fields and judging them, Age, Cache-Status, Vary, conditions, and the marks of what was invalidated."

func memoryAims() []Aim {
	zipf := Path{Processor, "zipf/16KiB", "larder"}
	return []Aim{
		{What: "memory hit of 16 KiB ÷ limit-floor", Bar: 2.2, Goal: 1.5, figure: cell("hit/16KiB", "larder", cpu), Why: leftOut, Shown: memoryHit},
		{What: "allocations of a memory hit", Bar: 3, Goal: 1, figure: cell("hit/16KiB", "larder", "allocs"), Shown: Path{Allocations, "hit/16KiB", "larder"}},
		{What: "bytes allocated by a memory hit", Bar: 256, Goal: 64, figure: cell("hit/16KiB", "larder", "B"), Shown: Path{Allocations, "hit/16KiB", "larder"}},
		{What: "memory hit of 256 KiB ÷ of 1 KiB", Bar: 1.1, Goal: 1.02, figure: cell("size", "256KiB", cpu), Why: "Nothing on the path depends on the size of the body; the rest is noise."},
		{What: "one page, what a second core brings", Bar: 1.7, Goal: 1.9, AtLeast: true, figure: cell("second core", "larder", "speed-up"), limit: cell("second core", "limit-floor", "speed-up"),
			Why: "limit-bare, which shares nothing, shows in the same table what this machine's second processor is worth at that moment."},
		{What: "the same ÷ what it brings to limit-floor", Bar: 0.95, Goal: 1, AtLeast: true,
			figure: ratio(cell("second core", "larder", "speed-up"), cell("second core", "limit-floor", "speed-up")), Why: "Noise: a hit writes nothing that another one reads."},
		{What: "10,000 pages of 1 KiB, Zipf, ÷ limit-floor", Bar: 2.5, Goal: 1.5, figure: cell("zipf/1KiB", "larder", floor), Why: leftOut, Shown: zipf},
		{What: "10,000 pages of 16 KiB, Zipf, ÷ limit-floor", Bar: 2.5, Goal: 1.5, figure: cell("zipf/16KiB", "larder", floor), Why: leftOut, Shown: zipf},
	}
}

func featureAims() (aims []Aim) {
	for _, f := range []struct{ name, why string }{
		{"vary", "The values of the varied header fields are part of the key, and are read, hashed and compared on each hit."},
		{"tags", "Whether a tag was invalidated since is one load more."},
		{"304", "The entity tags of the request are parsed and compared, and the answer has another header."},
		{"all", "All three at once."},
	} {
		aims = append(aims, Aim{What: "memory hit with features: larder-" + f.name + " ÷ larder", Bar: 1.6, Goal: 1.3,
			figure: cell("features", "larder-"+f.name, cpu), Why: f.why, Shown: Path{Processor, "features", "larder-" + f.name}})
	}
	return aims
}

func remoteAims() []Aim {
	const remote = "× limit-floor-remote"
	const why = "A hit reads the page and what it depends on, where the floor reads one record and checks nothing."
	aim := func(what, section string) Aim {
		return Aim{What: what, Bar: 1.4, Goal: 1.15, figure: cell(section, "larder", remote), Why: why, Shown: Path{Processor, section, "larder"}}
	}
	return []Aim{
		aim("Redis hit of 1 KiB at 50 goroutines ÷ floor of the same client, one page", "redis/1KiB/50"),
		aim("Redis hit of 16 KiB at 50 goroutines ÷ floor of the same client, one page", "redis/16KiB/50"),
		aim("Redis hit of 1 KiB at 50 goroutines ÷ floor of the same client, 10,000 pages", "redis/zipf/1KiB/50"),
		aim("Redis hit of 16 KiB at 50 goroutines ÷ floor of the same client, 10,000 pages", "redis/zipf/16KiB/50"),
		beyond("for the three records that it reads", "redis/1KiB/1", "MGET of three"),
		beyond("for a single GET, at 50 goroutines", "redis/1KiB/50", "GET"),
	}
}

// beyond is an aim of what larder allocates itself.
func beyond(what, section, client string) Aim {
	return Aim{What: "allocations of a Redis hit beyond the client's own " + what, Bar: 5, Goal: 3,
		figure: above(cell(section, "larder", "allocs"), cell("client", client, "allocs")),
		Why:    "The entry, the page, its fields and their values, and the list of what is asked for.", Shown: Path{Allocations, section, "larder"}}
}

func herdAims() []Aim {
	const wake = "The page is ready after the handler's time; the rest is 500 answers written by the processors that also run the clients."
	return []Aim{
		{What: "500 clients, cold page: runs of the handler", Bar: 1, Goal: 1, figure: cell("herd", "larder", "runs"), Why: "A page must be rendered once."},
		{What: "500 clients, cold page: median wait ÷ the handler's time", Bar: 1.15, Goal: 1.1, figure: cell("herd", "larder", "p50 ÷ handler"), Why: wake},
		fleet("two servers on one Redis: runs of the handler", 1, "larder, two servers on one redis", "runs"),
		fleet("five servers on one Redis: runs of the handler", 1, "larder, five servers on one redis", "runs"),
		fleet("two servers on one Memcached: runs of the handler", 1, "larder, two servers on one memcached", "runs"),
		fleet("two servers on one Redis: median wait ÷ the handler's time", 1.15, "larder, two servers on one redis", "p50 ÷ handler"),
	}
}

// fleet is an aim of several servers that are asked for one cold page.
func fleet(what string, bar float64, row, column string) Aim {
	return Aim{What: "500 clients, " + what, Bar: bar, Goal: min(bar, 1.1), figure: cell("herd", row, column),
		Why: "A server that waits for another one asks the store for news, a tenth of a second apart at most; the rest is the answers, as on one server."}
}

func renderAims() []Aim {
	hit := Path{Processor, "fragment", "hit, memory"}
	const miss = "The output is recorded, copied once and kept; the copy stays, so the collector has more to do. Of a page's share a third is SHA-256, for an entity tag that no visitor can forge."
	return []Aim{
		{What: "fragment hit in memory, µs", Bar: 5, Goal: 3, figure: cell("fragment", "hit, memory", "CPU µs"), Why: "Most of it is html/template's own executing of what is left of the page.", Shown: hit},
		{What: "rendering ÷ fragment hit in memory", Bar: 120, Goal: 200, AtLeast: true, figure: ratio(cell("fragment", "whole", cpu), cell("fragment", "hit, memory", cpu)),
			Why: "As above.", Shown: hit},
		{What: "fragment miss above rendering, %", Bar: 3, Goal: 1, figure: excess(cell("fragment-miss", "miss, memory", cpu)), Why: miss, Shown: Path{Processor, "fragment-miss", "miss, memory"}},
		{What: "page miss of 16 KiB above the handler, %", Bar: 5, Goal: 2, figure: excess(cell("miss", "larder", cpu)), Why: miss, Shown: Path{Processor, "miss", "larder"}},
	}
}

func heapAims() []Aim {
	const kept = "Beside the body there are the key, the header, the entry's dependencies, and what the store keeps for eviction and expiry."
	pages := Path{Heap, "heap", "larder"}
	return []Aim{
		{What: "heap per page of 1 KiB above the body, B", Bar: 450, Goal: 350, figure: cell("heap", "larder", "above the body"), Why: kept, Shown: pages},
		{What: "objects per page", Bar: 6, Goal: 3, figure: cell("heap", "larder", "objects"), Why: kept, Shown: pages},
		{What: "CPU of a collection at a million entries ÷ otter's", Bar: 1.2, Goal: 0.8, figure: cell("collector", "larder", "CPU × otter"),
			Why: "A collection costs by the objects and pointers it has to follow; the store under larder is that otter, so less than otter alone needs entries that lie in few objects.", Shown: pages},
		{What: "p99.9 of hits during collections ÷ idle", Bar: 3, Goal: 2, figure: cell("pause", "larder", "÷"), limit: cell("pause", "limit-floor", "÷"),
			Why: "While a collection runs, each pointer that is written is noted for it; one hit in a hundred fills the list and empties it, which takes more than a microsecond, of limit-floor too. And the collector takes the processor from whoever runs, for some 30 µs each time: it meets a hit that takes twice as long twice as often."},
	}
}
