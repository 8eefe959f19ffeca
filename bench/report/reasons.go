package report

import (
	"regexp"

	"github.com/larder-go/larder/bench/reach"
)

// reason says what functions are there for whose names look so.
type reason struct {
	name *regexp.Regexp
	why  string
}

func because(name, why string) reason { return reason{regexp.MustCompile(name), why} }

// reasons are in the order in which they are tried.
var reasons = map[reach.Resource][]reason{
	reach.Processor:   timeReasons,
	reach.Allocations: memoryReasons,
	reach.Heap:        memoryReasons,
}

var timeReasons = []reason{
	because(`maps\.\(\*Iter\)|policy\.traitsOf`, "one pass over the request's header: which of its fields ask for special care"),
	because(`chacha8rand|runtime\.rand|math/rand`, "the pass over a map begins at a random place, as Go has it"),
	because(`\.Clear$|\.\(\*table\)\.Clear`, "the benchmark empties its header map for the next answer; a server makes a new one"),
	because(`internal/runtime/maps|mapassign|mapaccess|aeshash|strhash`, "the fields of the answer go into its header map: each name is hashed, compared and placed"),
	because(`memeq`, "the whole key is compared, not only its hash"),
	because(`nanotime|time\.now|vdso`, "the clock is read once, for freshness and Age"),
	because(`cachepage\.\(\*handler\)\.ServeHTTP|cachepage\.\(\*exchange\)`, "the path itself: admit, key, look up, judge, answer"),
	because(`internal/policy`, "whether this request may be answered from the cache (RFC 9111 §4)"),
	because(`readthrough\.\(\*keyTable\)|memhash`, "the key is looked up by its material, so that nothing is digested anew"),
	because(`readthrough\.decode|cachepage\.decode`, "the entry from the store is checked and laid out; the body is not copied"),
	because(`syscall|epoll|futex|netpoll|findRunnable|schedule|gopark|runtime\.(lock2|unlock2|wakep|ready)|usleep|stealWork`, "the round trip: system calls, and waking who waits for the answer"),
	because(`mallocgc|newobject|nextFree|gcDrain|scanobject|greyobject|memmove|memclr|[sS]pan|runtime/gc`, "memory for the value that the store's client reads, and its collection"),
	because(`crc32`, "the checksum of the entry, so that a damaged one is a miss"),
	because(`go-redis|bufio|proto\.`, "the store's client: it writes the command and reads the answer"),
	because(`asyncPreempt|sigprof`, "the profiler's own"),
	because(`bench/`, "the benchmark's own loop"),
}

var memoryReasons = []reason{
	because(`bench/`, "the benchmark's own"),
}

// why says what a function is there for, "" if nobody has said so yet.
func why(function string, of reach.Resource) string {
	for _, r := range reasons[of] {
		if r.name.MatchString(function) {
			return r.why
		}
	}
	return ""
}
