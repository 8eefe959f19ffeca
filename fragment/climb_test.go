package fragment

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/larder-go/larder"
)

func TestTagsOfABlock(t *testing.T) {
	const text = `{{cache 60 "n" (tags "catalog" (printf "product:%d" .id) .more) .id}}{{count}}{{endcache}}`
	data := map[string]any{"id": 7, "more": []string{"x", "y"}}
	for _, tag := range []string{"catalog", "product:7", "x", "y", Key("n", 7)} {
		t.Run(tag, func(t *testing.T) {
			a := newApp(t, text)
			a.want(t, data, "1")
			a.invalidate(t, "product:8", Key("n", 8), Key("m", 7))
			a.want(t, data, "1")
			a.invalidate(t, tag)
			a.want(t, data, "2")
		})
	}
}

// TestTagsClimb: what a block says reaches the blocks around it, also when it
// was a hit.
func TestTagsClimb(t *testing.T) {
	for _, tag := range []string{"in-tag", "said", Key("i")} {
		t.Run(tag, func(t *testing.T) {
			a := newApp(t, `{{cache 60 "o" .o}}{{count}}{{cache 60 "i" (tags "in-tag")}}{{tag ctx "said"}}({{count}}){{endcache}}{{endcache}}`)
			a.want(t, map[string]int{"o": 1}, "1(2)")
			a.want(t, map[string]int{"o": 2}, "3(2)") // the inner one is a hit
			a.want(t, map[string]int{"o": 1}, "1(2)")
			a.invalidate(t, tag)
			a.want(t, map[string]int{"o": 1}, "4(5)")
			a.want(t, map[string]int{"o": 2}, "6(5)")
		})
	}
}

func TestTagsOfABlockThatIsNotKeptClimb(t *testing.T) {
	a := newApp(t, `{{cache 60 "o"}}{{count}}{{cache 0 "i" (tags "in-tag")}}{{tag ctx "said"}}{{endcache}}{{endcache}}`)
	for i, tag := range []string{"in-tag", "said", Key("i"), Key("o")} {
		a.want(t, nil, fmt.Sprint(i+1))
		a.invalidate(t, tag)
	}
	a.want(t, nil, "5")
}

// TestTagsOfThePageReachOpenBlocks: a tag said through the page's own context
// goes to every block that is open, and to the page.
func TestTagsOfThePageReachOpenBlocks(t *testing.T) {
	c := newCache(t)
	a := &app{}
	a.compile(t, c, `{{cache 60 "o"}}{{call .}}{{count}}{{endcache}}`)
	page := func(ctx context.Context) (string, error) {
		var b strings.Builder
		err := a.Execute(ctx, &b, func() string { larder.Tag(ctx, "of-page"); return "" })
		return b.String(), err
	}
	get := func() string {
		t.Helper()
		s, err := larder.GetOrSet(t.Context(), c, "page", time.Minute, page)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	get()
	if got := get(); got != "1" {
		t.Errorf("second page %q, want the first one", got)
	}
	if err := c.Invalidate(t.Context(), "of-page"); err != nil {
		t.Fatal(err)
	}
	if got := get(); got != "2" {
		t.Errorf("after the invalidation %q: the block kept what the page had to forget", got)
	}
}

func TestNoStore(t *testing.T) {
	a := newApp(t, `{{cache 60 "o"}}{{count}}{{cache 60 "i"}}{{noStore ctx}}{{endcache}}{{endcache}}`)
	a.want(t, nil, "1")
	a.want(t, nil, "2")
}

func TestMaxTTL(t *testing.T) {
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	a := newApp(t, `{{cache "1h" "o"}}{{count}}{{cache "1h" "i"}}{{maxTTL ctx .}}{{endcache}}{{endcache}}`, larder.WithClock(func() time.Time { return now }))
	a.want(t, time.Minute, "1")
	now = now.Add(59 * time.Second)
	a.want(t, time.Minute, "1")
	now = now.Add(2 * time.Second)
	a.want(t, time.Minute, "2")
}

// TestTagsClimbToThePage: through CachePage, from a miss and from a hit.
func TestTagsClimbToThePage(t *testing.T) {
	a := newApp(t, `{{.}}: {{cache 60 "n" (tags "in-tag")}}{{tag ctx "said"}}{{count}}{{endcache}}`)
	pages := 0
	page := a.cache.CachePage(time.Minute)(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		pages++
		if err := a.Execute(r.Context(), w, pages); err != nil {
			t.Error(err)
		}
	}))
	want := func(path, want string) {
		t.Helper()
		rec := httptest.NewRecorder()
		page.ServeHTTP(rec, httptest.NewRequest("GET", "http://shop.test"+path, nil))
		if got := rec.Body.String(); got != want {
			t.Errorf("%s: got %q, want %q", path, got, want)
		}
	}
	want("/a", "1: 1")
	want("/a", "1: 1")
	want("/b", "2: 1")
	want("/b", "2: 1")
	for i, tag := range []string{"in-tag", "said", Key("n")} {
		a.invalidate(t, tag)
		want("/a", fmt.Sprintf("%d: %d", 3+2*i, 2+i))
		want("/b", fmt.Sprintf("%d: %d", 4+2*i, 2+i))
	}
}
