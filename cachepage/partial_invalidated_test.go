package cachepage_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/larder-go/larder"
	"github.com/larder-go/larder/cachepage"
	"github.com/larder-go/larder/store"
	"github.com/larder-go/larder/store/memstore"
)

// Whatever ends a page ends a part.
func TestPartsAreInvalidated(t *testing.T) {
	for name, end := range map[string]func(s *site, h http.Handler){
		"by its tag":            func(s *site, h http.Handler) { s.Invalidate(context.Background(), "doc") },
		"by its URL":            func(s *site, h http.Handler) { s.Purge(context.Background(), "http://shop.example/p") },
		"with all else":         func(s *site, h http.Handler) { s.Clear(context.Background()) },
		"by an unsafe method":   func(s *site, h http.Handler) { do(h, http.MethodDelete, "/p") },
		"by a tag said in code": func(s *site, h http.Handler) { s.Invalidate(context.Background(), "said") },
	} {
		t.Run(name, func(t *testing.T) {
			s, d := newSite(t), newDocument()
			fine := d.serve
			d.serve = func(w http.ResponseWriter, r *http.Request) {
				if d.runs.Load() == 1 { // the second part does not say it again
					larder.Tag(r.Context(), "said")
				}
				fine(w, r)
			}
			h := s.follow(d, cachepage.Tags("doc"))
			get(h, "/p", "Range: bytes=0-4")
			get(h, "/p", "Range: bytes=5-6")
			want(t, "before", get(h, "/p", "Range: bytes=0-6").cache(), isHit)
			end(s, h)
			want(t, "after", get(h, "/p", "Range: bytes=0-6").hit(), false)
		})
		t.Run(name+", while the rest is made", func(t *testing.T) {
			s, d := newSite(t), newDocument()
			h := s.follow(d, cachepage.Tags("doc"))
			fine := d.serve
			d.serve = func(w http.ResponseWriter, r *http.Request) {
				larder.Tag(r.Context(), "said")
				if r.Header.Get("Range") == "bytes=5-" {
					end(s, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
						s.follow(status(204)).ServeHTTP(w, r)
					}))
				}
				fine(w, r)
			}
			for _, ask := range [][]string{nil, {"Range: bytes=5-"}} {
				get(h, "/p", "Range: bytes=0-4")
				a := get(h, "/p", ask...)
				want(t, "Cache-Status", a.cache(), "larder; fwd=partial; fwd-status=206; detail=invalidated")
				d.asked = ""
				want(t, "kept", get(h, "/p", "Range: bytes=0-0").hit(), false)
				s.Clear(context.Background())
			}
		})
	}
}

// interrupted is a store in which something happens right before one of its
// reads.
type interrupted struct {
	store.Store
	reads  int // until then
	happen func()
}

func (s *interrupted) Get(ctx context.Context, key string) ([]byte, bool, error) {
	if s.reads--; s.reads == 0 {
		s.happen()
	}
	return s.Store.Get(ctx, key)
}

// An invalidation at any moment while a part is being completed: bytes from
// before it are in no answer afterwards, even if the origin's tag lies.
func TestPartsInvalidatedAtAnyMoment(t *testing.T) {
	moments := 0
	for over := false; !over; moments++ {
		for _, ask := range [][]string{nil, {"Range: bytes=5-"}} {
			m := memstore.New(memstore.Options{MaxBytes: 1 << 20})
			defer m.Close()
			stepped := &interrupted{Store: m}
			s, d := newSiteOn(t, stepped), newDocument()
			h := s.follow(d, cachepage.Tags("doc"))
			get(h, "/p", "Range: bytes=0-4")
			stepped.happen = func() {
				d.text = "abcdefghij"
				if err := s.Invalidate(t.Context(), "doc"); err != nil {
					t.Fatal(err)
				}
			}
			stepped.reads = moments + 1
			get(h, "/p", ask...)
			if over = stepped.reads > 0; over {
				continue
			}
			if a := get(h, "/p"); a.outcome() != "200 abcdefghij" {
				t.Errorf("invalidated before read %d of %q: %s", moments+1, ask, a.outcome())
			}
		}
	}
	if moments < 10 {
		t.Errorf("only %d moments", moments)
	}
}

// nearby is a store that wants near copies.
type nearby struct{ store.Store }

func (nearby) Near() (int64, time.Duration) { return 1 << 20, time.Millisecond }

// A near copy learns of an invalidation a moment late, which is no ground to
// build on.
func TestPartsAreNotJoinedToNearCopies(t *testing.T) {
	m := memstore.New(memstore.Options{MaxBytes: 1 << 20})
	defer m.Close()
	d := newDocument()
	h := newSiteOn(t, nearby{m}).follow(d)
	get(h, "/p", "Range: bytes=0-4")
	want(t, "within", get(h, "/p", "Range: bytes=0-3").hit(), true)
	a := get(h, "/p")
	want(t, "answer", a.outcome(), whole)
	want(t, "asked for the whole", d.asked, "")
	want(t, "Cache-Status", a.cache(), asWhole)
}

// Readers of parts and of the whole that change it now and then: each version of the
// document repeats one letter, and no answer ever holds two, or one that was
// invalidated before it was asked for.
func TestPartsAmongManyReaders(t *testing.T) {
	s := newSite(t)
	var mu sync.Mutex
	version := 0
	now := func() int { mu.Lock(); defer mu.Unlock(); return version }
	origin := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		d := newDocument()
		n := now()
		d.tag = fmt.Sprintf("%q", fmt.Sprint(n))
		d.text = letters(n)
		d.ServeHTTP(w, r)
	})
	h := s.follow(origin, cachepage.Tags("doc"))
	change := func() {
		mu.Lock()
		defer mu.Unlock() // whoever sees the version begins after the invalidation
		version++
		if err := s.Invalidate(context.Background(), "doc"); err != nil {
			t.Error(err)
		}
	}
	var joined atomic.Int32
	var readers sync.WaitGroup
	for range 4 {
		readers.Go(func() {
			for k := range 300 {
				if k%8 == 0 {
					change()
				}
				since := now()
				ask := [][]string{{"Range: bytes=0-4"}, nil, {"Range: bytes=3-7"}, {"Range: bytes=5-"}}[k%4]
				a := get(h, "/p", ask...)
				if len(ask) == 0 && strings.Contains(a.cache(), "fwd-status=206; stored") {
					joined.Add(1)
				}
				if len(a.body) == 0 || !oneOf(a.body, since, now()) {
					t.Errorf("%q between versions %d and %d: %s", ask, since, now(), a.outcome())
				}
			}
		})
	}
	readers.Wait()
	if joined.Load() == 0 {
		t.Error("nothing was ever joined")
	}
}

func letters(version int) string {
	return strings.Repeat(string(rune('A'+version%26)), 10)
}

// oneOf reports whether body is of a single version from first to last.
func oneOf(body string, first, last int) bool {
	for v := first; v <= last; v++ {
		if strings.HasPrefix(letters(v), body) {
			return true
		}
	}
	return false
}
