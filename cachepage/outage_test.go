package cachepage_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/larder-go/larder"
	"github.com/larder-go/larder/cachepage"
)

func TestAStoreThatFails(t *testing.T) {
	down := errors.New("connection refused")
	far := &counting{}
	s, v := newSiteOn(t, far), numbered("Vary: X-A")
	h := s.cached(v, cachepage.Tags("x"))
	get(h, "/p")
	want(t, "a hit before", get(h, "/p").hit(), true)

	far.broken.Store(&down)
	for i := range 30 {
		a := get(h, fmt.Sprint("/q", i%3))
		want(t, "status", a.status, 200)
		want(t, "made", a.body != "", true)
		want(t, "not stored", strings.Contains(a.cache(), "stored"), false)
	}
	a := get(h, "/p")
	want(t, "even the page that is there", a.hit(), false)
	want(t, "why", strings.Contains(a.cache(), "detail="), true)
	want(t, "browsers are told as ever", a.get("Cache-Control"), "max-age=60")

	before := far.calls.Load()
	get(h, "/p")
	want(t, "after some failures it is not asked any more", far.calls.Load(), before)
}

func TestAStoreThatHangs(t *testing.T) {
	far := &counting{}
	s, v := newSiteOn(t, far, larder.WithTimeout(10*time.Millisecond)), numbered()
	h := s.cached(v)
	far.hangs.Store(true)
	begun := time.Now()
	var wg sync.WaitGroup
	for i := range 20 {
		wg.Go(func() {
			a := get(h, fmt.Sprint("/p", i))
			want(t, "status", a.status, 200)
		})
	}
	wg.Wait()
	want(t, "within a second", time.Since(begun) < time.Second, true)
	want(t, "runs", v.runs.Load(), 20)
}

func TestFollowersOfARenderThatCannotBeKept(t *testing.T) {
	down := errors.New("connection refused")
	far := &counting{}
	far.broken.Store(&down)
	h := newSiteOn(t, far).cached(page("x"))
	var wg sync.WaitGroup
	for range 50 {
		wg.Go(func() { want(t, "status", get(h, "/p").status, 200) })
	}
	wg.Wait()
}

func TestUnsafeMethodWhileTheStoreIsDown(t *testing.T) {
	down := errors.New("connection refused")
	far := &counting{}
	s := newSiteOn(t, far)
	h := s.cached(numbered())
	get(h, "/p")
	far.broken.Store(&down)
	want(t, "the POST itself", do(h, "POST", "/p").status, 200)
	want(t, "log", strings.Contains(s.log.String(), "could not be purged yet"), true)
	far.broken.Store(nil)
	want(t, "the old page is dead here all the same", get(h, "/p").hit(), false)
}
