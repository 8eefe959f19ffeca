package report

import (
	"regexp"
	"slices"
	"strings"

	"github.com/larder-go/larder/bench/reach"
)

// reason says what functions are there for whose names look so.
type reason struct {
	name *regexp.Regexp
	why  string
}

func because(name, why string) reason { return reason{regexp.MustCompile(name), why} }

// why says what a function is there for on a path, "" if nobody has said so yet.
func why(function string, p reach.Path) string {
	for _, r := range reasonsOn(p) {
		if r.name.MatchString(function) {
			return r.why
		}
	}
	return ""
}

// reasonsOn are the reasons for functions on a path, in the order in which they
// are to be tried. The same function of the runtime serves different ends on
// different paths.
func reasonsOn(p reach.Path) []reason {
	switch section, _, _ := strings.Cut(p.Section, "/"); {
	case p.Of != reach.Processor:
		return heldReasons
	case p.Row != "larder-near" && (section == "redis" || section == "memcached"):
		return slices.Concat(remoteReasons, pathReasons, runtimeReasons)
	case section == "miss" || strings.HasPrefix(section, "fragment"):
		return slices.Concat(renderReasons, pathReasons, runtimeReasons)
	}
	return slices.Concat(hitReasons, pathReasons, runtimeReasons)
}

const (
	collector = "the garbage collector and the allocator"
	emptying  = "the benchmark empties its header map for the next answer; a server makes a new one"
	laidOut   = "the entry from the store is checked and laid out; its body is not copied"
	clients   = "the store's client: it writes the command and reads the answer"
	handing   = "goroutines wait for each other and for the network, and are woken"
	perHit    = "the texts of Age and Cache-Status"
)

var hitReasons = []reason{
	because(`memclr|\.Clear$|mapclear`, emptying),
	because(`otter`, "one hit in each second goes to the store, whose eviction learns from it"),
}

var remoteReasons = []reason{
	because(`memmove`, "the value is copied out of the client's buffer"),
	because(`memclr|mallocgc|newobject|nextFree`, "memory for the value that the client reads"),
	because(`store\.\(\*([gG]ather|gathered)|store\.GetMany|^github.com/larder-go/larder/store/`, "what several goroutines ask for is gathered into one round trip"),
	because(`readthrough\.(\(\*sharedMarks\)|readingOf|incarnationOf|decode|parse)|cachepage\.(decode|cutText|\(\*page\)\.decode)|field\.Valid|crc32|binary\.Uvarint`, laidOut),
	because(`[sS]yscall|epoll|net(poll|\.\(\*)|poll\.|runtime\.madvise|os\.`, "the round trip's system calls"),
	because(`go-redis|gomemcache|bufio|proto\.|strconv|io\.`, clients),
	because(`otter`, "the copies that this process keeps close"),
	because(`chan(recv|send)|closechan|sync\.|Mutex|sema|CompareAndSwap|cas(gstatus|2|64)|\.Cas|context\.|time\.(Now|runtimeNow|Until|\(\*Timer)|timer`, handing),
}

var renderReasons = []reason{
	because(`reflect|/template\.|^fmt\.|strconv|unicode|internal/abi|HashTrieMap|bytes\.\(\*Buffer|internal/fmtsort|bool2int|kit\.`, "html/template renders what comes from no cache"),
	because(`sha256`, "a key that was never seen is digested"),
	because(`crc32`, "the entry's checksum is computed"),
	because(`memmove`, "output is copied: into the page, and once into the entry"),
	because(`otter`, "the store takes the entry in and makes room"),
	because(`memclr`, "memory for the output"),
}

// pathReasons are about larder's own functions and what they call.
var pathReasons = []reason{
	because(`maps\.\(\*Iter\)|mapIter|policy\.traitsOf`, "one pass over the request's header: which of its fields ask for special care"),
	because(`chacha8rand|runtime\.rand|math/rand`, "chance: where a pass over a map begins"),
	because(`\.Clear$|\.\(\*table\)\.Clear`, emptying),
	because(`internal/runtime/maps|mapassign|mapaccess|aeshash|strhash|bench/kit\.\(\*Discard\)`, "the fields of the answer go into its header map: each name is hashed, compared and placed"),
	because(`memeq`, "keys and field values are compared in full, not only their hashes"),
	because(`nanotime|time\.(now|Now|Since|runtimeNow|Time|Unix)|time\.\(?\*?Time|vdso|[cC]lock\)`, "the clock is read, for freshness and Age"),
	because(`hitTexts|internal/policy\.\(.*(Age|TTL)`, perHit),
	because(`internal/conditional|internal/field|strings\.|asciiSet|[iI]ndex[bB]yte|stringslite|countbody|appendHeader|lookup\)\.Values|slices\.IndexFunc|textproto|unicode/utf8`, "values of header fields are cut into their members and compared"),
	because(`internal/policy`, "whether this request may be answered from the cache (RFC 9111 §4)"),
	because(`readthrough\.\(\*keyTable\)|memhash|maphash|Engine\)\.(Key|newKey)|receivedPath`, "the key is looked up by its material, so that nothing is digested anew"),
	because(`[uU]varint`, "the parts of a key, each with its length before it"),
	because(`Engine\)\.(variant|newVariant)|localMarks|\(\*Entry\)`, "which variant is asked for, and whether it still counts"),
	because(`readthrough\.\(?\*?(decode|readingOf)|cachepage\.(decode|cutText|\(\*page\)\.decode)`, laidOut),
	because(`sync\.\(\*Pool\)|sync\.runtime_proc|poolLocal`, "the memory of an exchange comes from a pool and goes back"),
	because(`cachepage\.|readthrough\.|fragment\.|larder/larder\.|larder\.\(`, "the path itself: admit, key, look up, judge, answer"),
	because(`memstore|^github.com/larder-go/larder/store`, "the store in memory: its table, and the object beside the bytes"),
	because(`sync/atomic|internal/runtime/atomic|StorePointer|internal/sync`, "what others may change is read without a lock"),
	because(`net/http\.|context\.`, "net/http's part: requests, headers, contexts"),
}

// runtimeReasons come last: what the runtime does for everybody.
var runtimeReasons = []reason{
	because(`asyncPreempt|sigprof|sigtramp|pprof|traceback|unwinder|pcvalue|runtime\.step|readvarint|funcdata|funcInfo|findfunc|moduledata`, "the profiler's own, and looking through stacks"),
	because(`futex|findRunnable|schedule|gopark|goready|runtime\.(lock2|unlock2|wakep|ready|execute|runqget|mcall|gogo|park|goexit|newproc|gfget|procyield)|usleep|stealWork|runq|pidle|casgstatus|netpoll|epoll|[sS]yscall`, handing),
	because(`malloc|newobject|nextFree|^runtime\.gc|gc(Drain|Write|Mark)|[sS]can|greyobject|memclr|[sS]pan|runtime/gc|wbBuf|bulkBarrier|typePointers|findObject|markBits|heapBits|sweep|mcache|MCache|mcentral|mheap|arena|pageAlloc|madvise|sysMap|wbMove|growslice|makeslice|deductAssist|acquirem|releasem|publicationBarrier|divRoundUp|limiter|profilealloc|stack(alloc|free|cache|pool)|copystack|morestack|lfstack|markroot|adjust(frame|pointers)|stk(frame|bucket)|roundupsize|newstack|stackObject|runtime\.\(\*(m|gc|work|stw|special|fixalloc|consistent|page|notInHeap)`, collector),
	because(`memmove`, "bytes are copied"),
	because(`bench/|kit\.|duffcopy|duffzero`, "the benchmark's own loop"),
	because(`convT|concatstring|slicebyte|stringtoslice|rawstring|typedmem|ifaceeq|efaceeq|assertE|typeAssert|getitab|cgo|defer|panicwrap`, "small services of the runtime: conversions, interfaces, deferred calls"),
}

// heldReasons are about memory: who allocates, and what stays.
var heldReasons = []reason{
	because(`pprof|elfBuildID|os\.newFile|bufio\.NewReader|compress/`, "the profiler's own"),
	because(`checkSyscallConn|newRawConn|connCheck`, "the client looks whether an idle connection is still open"),
	because(`go-redis|gomemcache`, "the client's own: the command, and each value of the answer"),
	because(`store/(redis|memcache)store.*bound`, "the time by which a round trip must end"),
	because(`store/(redis|memcache)store|store\.\(`, "the lists of keys and values of a look-up that asks for several records"),
	because(`hitTexts`, perHit),
	because(`readthrough\.\(\*Entry\)\.encode`, "the entry in one block, body included"),
	because(`cachepage\.(decode|\(\*page\)\.decode)|readthrough\.decode`, "the entry laid out: header fields that answers share"),
	because(`Render\)\.commit`, "the entry's times and what it depends on"),
	because(`otter`, "what the store keeps of an entry for its eviction and expiry"),
	because(`Engine\)\.new(Key|Variant)|keyTable`, "the key, and its variants, remembered for the next request"),
	because(`memstore`, "the store's item: bytes, and the object beside them"),
	because(`cachepage\.|readthrough\.`, "larder's own, for this request"),
	because(`bench/`, "the benchmark's own"),
}
