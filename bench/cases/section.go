package cases

import (
	"fmt"
	"runtime"

	"github.com/larder-go/larder/bench/kit"
)

// Section is a set of rows to compare with each other.
type Section struct {
	ID    string // short, without spaces
	What  string // that is measured, for a reader
	Unit  string // of the time of one operation: "ns" or "µs"
	Limit string // the row that ratios refer to
	Store string // that the rows share, emptied by Open
	Fine  bool   // a difference of a few per cent counts
	Rows  []Row
}

// Row is one thing to measure.
type Row struct {
	Name string
	Open func() (*Bench, error)
}

// Bench is a row made ready.
type Bench struct {
	Run    func(n int) error // does the operation n times
	Misses func() int64      // operations since Open that were no hits
	Close  func()
}

// Stores tells how to reach a store, if it is there, and empties it.
type Stores interface {
	Options(store string) (o kit.Options, ok bool)
	Empty(store string) error
}

// Open makes the rows ready. close releases what they hold.
func (s Section) Open(stores Stores) (benches []*Bench, close func(), err error) {
	close = func() {
		for _, b := range benches {
			b.Close()
		}
	}
	if s.Store != "" {
		err = stores.Empty(s.Store)
	}
	for _, r := range s.Rows {
		var b *Bench
		if err == nil {
			b, err = r.Open()
		}
		if err != nil {
			close()
			return nil, nil, err
		}
		benches = append(benches, b)
	}
	return benches, close, nil
}

// All lists all sections that can be measured with the stores that are there.
func All(stores Stores) []Section {
	var out []Section
	for _, size := range []int{1 << 10, 16 << 10, 256 << 10} {
		out = append(out, sequential(size))
	}
	for _, size := range []int{1 << 10, 16 << 10} {
		out = append(out, parallel(size), zipf(size))
	}
	out = append(out, bySize(), features())
	for _, store := range []string{kit.Redis, kit.Memcached} {
		if o, ok := stores.Options(store); ok {
			out = append(append(out, remote(o)...), remoteZipf(o)...)
		}
	}
	return append(out, fragments(stores), fragmentMisses(), misses())
}

// inMemory lists the implementations for the comparison in memory: larder
// without its variants.
func inMemory() []kit.Impl {
	return append(kit.Named("limit-bare", "limit-set", "limit-floor", "limit-floor-coarse", "larder"), rivals(kit.Memory)...)
}

func rivals(store string) (out []kit.Impl) {
	for _, im := range kit.All(store) {
		if im.Kind == kit.Rival {
			out = append(out, im)
		}
	}
	return out
}

func kib(size int) string { return fmt.Sprintf("%dKiB", size>>10) }

func sequential(size int) Section {
	s := Section{ID: "hit/" + kib(size), Unit: "ns", Limit: "limit-floor",
		What: "A hit in memory, one page of " + kib(size) + ", one goroutine, dropping writer"}
	s.add(inMemory(), load{size: size, pages: 1, workers: 1}, kit.Options{Store: kit.Memory})
	return s
}

func parallel(size int) Section {
	procs := runtime.GOMAXPROCS(0)
	s := Section{ID: "parallel/" + kib(size), Unit: "ns", Limit: "limit-floor",
		What: fmt.Sprintf("A hit in memory, one page of %s asked by %d goroutines at once; time by the clock per request", kib(size), procs)}
	s.add(inMemory(), load{size: size, pages: 1, workers: procs}, kit.Options{Store: kit.Memory})
	return s
}

func zipf(size int) Section {
	procs := runtime.GOMAXPROCS(0)
	s := Section{ID: "zipf/" + kib(size), Unit: "ns", Limit: "limit-floor",
		What: fmt.Sprintf("A hit in memory among 10,000 pages of %s, some asked often and most seldom (Zipf), %d goroutines", kib(size), procs)}
	s.add(inMemory(), load{size: size, pages: 10_000, workers: procs}, kit.Options{Store: kit.Memory})
	return s
}

// bySize compares pages of different size in the same rounds.
func bySize() Section {
	s := Section{ID: "size", Unit: "ns", Limit: "1KiB", Fine: true, What: "A hit of larder in memory by the size of its page, one goroutine"}
	larder := kit.Named("larder")[0]
	for _, size := range []int{1 << 10, 16 << 10, 256 << 10} {
		s.Rows = append(s.Rows, Row{Name: kib(size), Open: func() (*Bench, error) {
			return openHit(larder, kit.Options{Store: kit.Memory}, load{size: size, pages: 1, workers: 1})
		}})
	}
	return s
}

// SecondCore has two rows for each implementation in memory: what one goroutine
// does, and then what as many do as there are processors.
func SecondCore() Section {
	procs := runtime.GOMAXPROCS(0)
	s := Section{ID: "second core", Unit: "ns", Fine: true, What: fmt.Sprintf("One page of 16KiB in memory, asked by one goroutine and by %d at once", procs)}
	for _, im := range inMemory() {
		for _, workers := range []int{1, procs} {
			s.add([]kit.Impl{im}, load{size: 16 << 10, pages: 1, workers: workers}, kit.Options{Store: kit.Memory})
		}
	}
	return s
}

func features() Section {
	s := Section{ID: "features", Unit: "ns", Limit: "larder", Fine: true,
		What: "A hit of larder in memory with features at work, 16KiB, one goroutine"}
	s.add(kit.Named("larder", "larder-vary", "larder-tags", "larder-304", "larder-all"), load{size: 16 << 10, pages: 1, workers: 1}, kit.Options{Store: kit.Memory})
	return s
}

func remote(o kit.Options) (out []Section) {
	for _, size := range []int{1 << 10, 16 << 10} {
		for _, workers := range []int{1, 50} {
			s := Section{ID: fmt.Sprintf("%s/%s/%d", o.Store, kib(size), workers), Unit: "µs", Limit: "limit-floor-remote", Store: o.Store,
				What: fmt.Sprintf("A hit on %s over TCP, one page of %s, goroutines that ask at once: %d; time by the clock per request", o.Store, kib(size), workers)}
			s.add(kit.All(o.Store), load{size: size, pages: 1, workers: workers}, o)
			out = append(out, s)
		}
	}
	return out
}

// remoteZipf has many pages, so that hardly two goroutines ask for the same one
// at the same moment: what is shared between those who ask for one page is of
// little use here.
func remoteZipf(o kit.Options) (out []Section) {
	for _, size := range []int{1 << 10, 16 << 10} {
		s := Section{ID: fmt.Sprintf("%s/zipf/%s/50", o.Store, kib(size)), Unit: "µs", Limit: "limit-floor-remote", Store: o.Store,
			What: fmt.Sprintf("A hit on %s over TCP among 10,000 pages of %s, some asked often and most seldom (Zipf), 50 goroutines at once; time by the clock per request", o.Store, kib(size))}
		s.add(kit.All(o.Store), load{size: size, pages: 10_000, workers: 50}, o)
		out = append(out, s)
	}
	return out
}

// add adds a row for each implementation.
func (s *Section) add(impls []kit.Impl, l load, o kit.Options) {
	for _, im := range impls {
		s.Rows = append(s.Rows, Row{Name: im.Name, Open: func() (*Bench, error) { return openHit(im, o, l) }})
	}
}
