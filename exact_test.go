package larder_test

import (
	"context"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/larder-go/larder"
	"github.com/larder-go/larder/cachepage"
)

var exactFor = flag.Duration("exact.for", time.Second, "how long readers and writers run on each store")

// shop is a row that pages and values are made of, in two caches on one store
// as two processes would have them.
type shop struct {
	caches   [2]*larder.Cache
	pages    [2]http.Handler
	version  atomic.Int64
	returned atomic.Int64 // newest version whose invalidation has returned

	reads, renders, wrong atomic.Int64
}

func newShop(t *testing.T, url string) *shop {
	s := &shop{}
	for i := range s.caches {
		c := open(t, url)
		page := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			s.renders.Add(1)
			w.Header().Set("Vary", "Accept-Language")
			v := s.version.Load()
			larder.Tag(r.Context(), "late")
			fmt.Fprint(w, v)
		})
		s.caches[i], s.pages[i] = c, c.CachePage(minute, cachepage.Tags("early"))(page)
	}
	return s
}

// read asks for the page or the value, and counts what was out of date.
func (s *shop) read(r *rand.Rand) {
	i, before := r.IntN(2), s.returned.Load()
	var text string
	if r.IntN(2) == 0 {
		b, _ := io.ReadAll(visit(s.pages[i], "http://shop.example/", "Accept-Language", []string{"de", "en"}[r.IntN(2)]).Body)
		text = string(b)
	} else {
		text, _ = larder.GetOrSet(bg, s.caches[i], "row", minute, func(ctx context.Context) (string, error) {
			s.renders.Add(1)
			v := s.version.Load()
			larder.Tag(ctx, "late")
			return fmt.Sprint(v), nil
		}, larder.Tags("early"))
	}
	s.reads.Add(1)
	if v, err := strconv.ParseInt(text, 10, 64); err != nil || v < before {
		s.wrong.Add(1)
	}
}

// write changes the row and invalidates what was made of it.
func (s *shop) write(r *rand.Rand) error {
	c, v := s.caches[r.IntN(2)], s.version.Add(1)
	var err error
	switch r.IntN(3) {
	case 0:
		err = c.Invalidate(bg, "early")
	case 1:
		err = c.Invalidate(bg, "late")
	default:
		err = c.Clear(bg)
	}
	for old := s.returned.Load(); err == nil && old < v && !s.returned.CompareAndSwap(old, v); old = s.returned.Load() {
	}
	return err
}

// TestInvalidationIsExact has readers and writers at work on every store; what
// a reader gets must not be older than what was invalidated before it asked.
func TestInvalidationIsExact(t *testing.T) {
	onEveryStore(t, func(t *testing.T, url string) {
		s := newShop(t, url)
		end := time.Now().Add(*exactFor)
		var wg sync.WaitGroup
		for i := range 4 {
			wg.Go(func() {
				for r := rand.New(rand.NewPCG(1, uint64(i))); time.Now().Before(end); {
					s.read(r)
				}
			})
		}
		for i := range 2 {
			wg.Go(func() {
				for r := rand.New(rand.NewPCG(2, uint64(i))); time.Now().Before(end); time.Sleep(time.Millisecond) {
					if err := s.write(r); err != nil {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
		t.Logf("reads %d, hits %d, versions %d, wrong %d", s.reads.Load(), s.reads.Load()-s.renders.Load(), s.version.Load(), s.wrong.Load())
		if s.wrong.Load() != 0 || s.reads.Load() <= s.renders.Load() {
			t.Errorf("%d of %d reads were wrong", s.wrong.Load(), s.reads.Load())
		}
	})
}
