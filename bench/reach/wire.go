package reach

// WireAims lists what is to be reached over the wire.
func WireAims() []Aim {
	return append(againstBare(), append(againstDjango(), againstRivals()...)...)
}

func againstBare() []Aim {
	const bare = "÷ bare"
	const said = "bare, with Age and Cache-Status"
	const trip = "A request waits for a round trip, whose system calls take the server's processor; the store and wrk share the other one."
	const same = "Two more fields, Age and Cache-Status, cost net/http more than all that larder does: the limit is the bare handler that says them. Per request the kernel and net/http take some twenty times what the cache does; the column of processor time shows the difference more exactly than rates do."
	return []Aim{
		{What: "16 KiB over the wire ÷ bare handler with Content-Length", Bar: 0.95, Goal: 0.98, AtLeast: true, figure: cell("wire/16KiB", "larder", bare), limit: cell("wire/16KiB", said, bare), Why: same, Shown: memoryHit},
		{What: "1 KiB over the wire ÷ bare handler", Bar: 0.96, Goal: 0.98, AtLeast: true, figure: cell("wire/1KiB", "larder", bare), limit: cell("wire/1KiB", said, bare), Why: same, Shown: memoryHit},
		{What: "Redis over the wire ÷ bare", Bar: 0.42, Goal: 0.52, AtLeast: true, figure: cell("wire/16KiB", "larder, redis", bare), Why: trip, Shown: Path{Processor, "redis/16KiB/50", "larder"}},
		{What: "Redis over the wire, 1,000 pages, ÷ limit-floor on Redis", Bar: 0.71, Goal: 0.87, AtLeast: true,
			figure: ratio(cell("wire/zipf/16KiB", "larder, redis", bare), cell("wire/zipf/16KiB", "limit-floor, redis", bare)), Why: trip, Shown: Path{Processor, "redis/zipf/16KiB/50", "larder"}},
		{What: "Memcached over the wire, 1,000 pages, ÷ limit-floor on Memcached", Bar: 0.71, Goal: 0.87, AtLeast: true,
			figure: ratio(cell("wire/zipf/16KiB", "larder, memcached", bare), cell("wire/zipf/16KiB", "limit-floor, memcached", bare)), Why: trip, Shown: Path{Processor, "memcached/zipf/16KiB/50", "larder"}},
		{What: "Redis with near copies ÷ bare", Bar: 0.85, Goal: 0.92, AtLeast: true, figure: cell("wire/16KiB", "larder-near, redis", bare), Why: same, Shown: Path{Processor, "redis/16KiB/50", "larder-near"}},
		{What: "Memcached over the wire ÷ bare", Bar: 0.40, Goal: 0.43, AtLeast: true, figure: cell("wire/16KiB", "larder, memcached", bare), Why: trip, Shown: Path{Processor, "memcached/16KiB/50", "larder"}},
	}
}

func againstDjango() (aims []Aim) {
	rate := func(row string) figure { return cell("wire/16KiB", row, "req/s") }
	for _, a := range []struct {
		what, ours, django string
		bar, goal          float64
	}{
		{"memory ÷ Django's cache_page on memory", "larder", "django, memory", 11, 11.8},
		{"Redis ÷ Django's cache_page on Redis", "larder, redis", "django, redis", 8, 8.9},
		{"Memcached ÷ Django's cache_page on Memcached", "larder, memcached", "django, memcached", 8.5, 9.5},
	} {
		aims = append(aims, Aim{What: a.what, Bar: a.bar, Goal: a.goal, AtLeast: true, figure: ratio(rate(a.ours), rate(a.django)),
			Why: "A cache can come no further than the bare handler or its store's floor, whose rates stand in the same table."})
	}
	return aims
}

// againstRivals has larder ahead of the other caches for net/http, as shipped.
func againstRivals() (aims []Aim) {
	rate := func(row string) figure { return cell("wire/16KiB", row, "÷ bare") }
	for _, rival := range []string{"gin-cache", "gin-contrib", "stampede", "fiber, on net/http"} {
		aims = append(aims, Aim{What: "16 KiB over the wire ÷ " + rival, Bar: 1, Goal: 1, AtLeast: true, figure: ratio(rate("larder"), rate(rival)),
			Why: "That cache was ahead in this run."})
	}
	return aims
}
