package cachepage_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/larder-go/larder/cachepage"
	"github.com/larder-go/larder/store/memstore"
	"github.com/larder-go/larder/vary"
)

// echo answers with the request headers named, and varies on them.
func echo(names ...string) *view {
	return &view{serve: func(w http.ResponseWriter, r *http.Request) {
		vary.Patch(w.Header(), names...)
		for _, n := range names {
			v, there := r.Header[n]
			fmt.Fprintf(w, "%s:%v%q ", n, there, v)
		}
	}}
}

func TestVariedRequestsAreToldApart(t *testing.T) {
	for name, c := range map[string]struct {
		a, b []string
		same bool
	}{
		"value":                     {[]string{"X-A: 1"}, []string{"X-A: 2"}, false},
		"absent and empty":          {nil, []string{"X-A: "}, false},
		"two lines and one":         {[]string{"X-A: 1", "X-A: 2"}, []string{"X-A: 1"}, false},
		"order of lines":            {[]string{"X-A: 1", "X-A: 2"}, []string{"X-A: 2", "X-A: 1"}, false},
		"lines combined":            {[]string{"X-A: 1", "X-A: 2"}, []string{"X-A: 1, 2"}, false},
		"white space around commas": {[]string{"X-A: 1 ,2"}, []string{"X-A: 1,2"}, false},
		"an empty member":           {[]string{"X-A: ,1"}, []string{"X-A: 1"}, false},
		"lines of languages":        {[]string{"Accept-Language: fr;q=0.1", "Accept-Language: en"}, []string{"Accept-Language: en, fr;q=0.1"}, false},
		"white space in languages":  {[]string{"Accept-Language: en , fr;q=0.1"}, []string{"Accept-Language: en,fr;q=0.1"}, true},
		"letter case":               {[]string{"X-A: a"}, []string{"X-A: A"}, false},
		"a header not varied on":    {[]string{"X-C: 1"}, []string{"X-C: 2"}, true},
		"value moved to the next":   {[]string{"X-A: 1"}, []string{"X-B: 1"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			h := newSite(t).cached(echo("X-A", "X-B", "Accept-Language"))
			get(h, "/p", c.a...)
			want(t, "hit", get(h, "/p", c.b...).hit(), c.same)
		})
	}
}

func TestVaryIsAUnion(t *testing.T) {
	s, lists := newSite(t), []string{"X-A", "X-B", "X-C", "X-A"}
	n := 0
	h := s.cached(&view{serve: func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Vary", lists[n%len(lists)])
		n++
		fmt.Fprint(w, r.Header.Get("X-A"), r.Header.Get("X-B"), r.Header.Get("X-C"))
	}})
	for range 3 {
		for _, v := range []string{"1", "2"} {
			for _, name := range []string{"X-A", "X-B", "X-C"} {
				want(t, "own page", get(h, "/p", name+": "+v).body, v)
			}
		}
	}
	want(t, "in the end a hit", get(h, "/p", "X-C: 2").hit(), true)
}

func TestVaryFromOutsideTheCacheIsLearnedToo(t *testing.T) {
	s := newSite(t)
	inner := s.cached(echo("X-A"))
	h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Add("Vary", "Origin")
		inner.ServeHTTP(w, r)
	})
	get(h, "/p", "Origin: a")
	want(t, "other origin", get(h, "/p", "Origin: b").hit(), false)
	a := get(h, "/p", "Origin: a")
	want(t, "same origin", a.hit(), true)
	want(t, "Vary", a.get("Vary"), "Origin, X-A")
}

// TestVaryIsLearnedFromAnotherCache: what one cache on a store has learned, the
// next request to another one that did not know it finds as a plain hit.
func TestVaryIsLearnedFromAnotherCache(t *testing.T) {
	store := memstore.New(memstore.Options{})
	t.Cleanup(func() { store.Close() })
	vary := ""
	v := &view{serve: func(w http.ResponseWriter, r *http.Request) {
		if vary != "" {
			w.Header().Set("Vary", vary)
		}
		io.WriteString(w, r.Header.Get("X-A"))
	}}
	one, other := newSiteOn(t, store).cached(v), newSiteOn(t, store).cached(v)
	get(one, "/p", "X-A: 1")
	for range 3 {
		want(t, "before there is a Vary", get(other, "/p", "X-A: 1").hit(), true)
	}
	vary = "X-A"
	do(one, "POST", "/p")
	get(one, "/p", "X-A: 2")
	a := get(other, "/p", "X-A: 2")
	want(t, "once there is", a.hit(), true)
	want(t, "body", a.body, "2")
	want(t, "another header", get(other, "/p", "X-A: 3").body, "3")
}

func TestTooLongVaryIsNotKept(t *testing.T) {
	var names []string
	for i := range 17 {
		names = append(names, fmt.Sprint("X-", i))
	}
	s, v := newSite(t), page("x", "Vary: "+strings.Join(names, ","))
	h := s.cached(v)
	a := get(h, "/p")
	want(t, "served", a.body, "x")
	want(t, "kept", get(h, "/p").hit(), false)
	want(t, "why", a.cache(), "larder; fwd=uri-miss; fwd-status=200; detail=vary-too-long")
}

func TestEverDifferentVaryIsBounded(t *testing.T) {
	s, n := newSite(t), 0
	h := s.cached(&view{serve: func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Vary", fmt.Sprint("X-", n))
		n++
	}})
	for i := range 40 {
		kept := strings.HasSuffix(get(h, "/p", "X-0: 1").cache(), "stored")
		want(t, fmt.Sprint("answer ", i, " kept"), kept, i < 16)
		s.clock.Advance(2 * time.Minute)
	}
}

func TestManyVariants(t *testing.T) {
	s, v := newSite(t), echo("X-A")
	h := s.cached(v)
	const variants = 100
	for range 2 {
		for i := range variants {
			want(t, "own page", get(h, "/p", fmt.Sprint("X-A: ", i)).body, fmt.Sprintf("X-A:true[%q] ", fmt.Sprint(i)))
		}
	}
	want(t, "runs", v.runs.Load(), variants)
}

func TestFollowerWithAnotherHeaderGetsItsOwnPage(t *testing.T) {
	s, begun, goOn := newSite(t), make(chan bool), make(chan bool)
	var once sync.Once
	h := s.cached(&view{serve: func(w http.ResponseWriter, r *http.Request) {
		once.Do(func() { close(begun); <-goOn })
		w.Header().Set("Vary", "Accept-Language")
		fmt.Fprint(w, r.Header.Get("Accept-Language"))
	}})
	languages := []string{"de", "en", "de", "fr", "en"}
	answers := make([]answer, len(languages))
	var wg sync.WaitGroup
	wg.Go(func() { answers[0] = get(h, "/p", "Accept-Language: de") })
	<-begun
	for i := 1; i < len(languages); i++ {
		wg.Go(func() { answers[i] = get(h, "/p", "Accept-Language: "+languages[i]) })
	}
	close(goOn)
	wg.Wait()
	for i, l := range languages {
		want(t, "own language", answers[i].body, l)
	}
}

func TestVaryOn(t *testing.T) {
	s := newSite(t)
	h := s.cached(page("x", "Vary: X-B"), cachepage.VaryOn("x-a", "Accept-Language"))
	a := get(h, "/p", "X-A: 1")
	want(t, "Vary", a.get("Vary"), "X-B, X-A, Accept-Language")
	want(t, "same", get(h, "/p", "X-A: 1").hit(), true)
	want(t, "other", get(h, "/p", "X-A: 2").hit(), false)
}

func TestVaryOnLeavesTheCallersSliceAlone(t *testing.T) {
	names := []string{"x-a"}
	cachepage.VaryOn(names...)
	want(t, "name", names[0], "x-a")
}

func TestVaryOnCookie(t *testing.T) {
	cookie := func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Vary", "Cookie")
		for _, c := range r.CookiesNamed("lang") {
			fmt.Fprintf(w, "[%s]", c.Value)
		}
	}
	for name, c := range map[string]struct {
		a, b string
		same bool
	}{
		"value":                {"lang=de", "lang=en", false},
		"other cookies":        {"lang=de; x=1", "y=2; lang=de", true},
		"absent and empty":     {"x=1", "lang=", false},
		"absent and no value":  {"x=1", "lang", false},
		"blank before the =":   {"x=1", "lang =de", false},
		"tab before the name":  {"x=1", "x=1;\tlang=de", false},
		"twice":                {"lang=de", "lang=de; lang=en", false},
		"order of two":         {"lang=en; lang=de", "lang=de; lang=en", false},
		"name as a part":       {"xlang=de", "xlang=en", true},
		"letter case of names": {"Lang=de", "Lang=en", true},
	} {
		t.Run(name, func(t *testing.T) {
			v := &view{serve: cookie}
			h := newSite(t).cached(v, cachepage.VaryOnCookie("lang"))
			first := get(h, "/p", "Cookie: "+c.a)
			a := get(h, "/p", "Cookie: "+c.b)
			want(t, "hit", a.hit(), c.same)
			if c.same {
				want(t, "body", a.body, first.body)
			}
		})
	}
}

func TestVaryOnSeveralCookies(t *testing.T) {
	h := newSite(t).cached(numbered(), cachepage.VaryOnCookie("a", "b"))
	get(h, "/p", "Cookie: a=1")
	want(t, "value under the other name", get(h, "/p", "Cookie: b=1").hit(), false)
	want(t, "Vary", get(h, "/p", "Cookie: a=1").get("Vary"), "Cookie")
}

func TestVaryByNamesAreApart(t *testing.T) {
	s, v := newSite(t), numbered()
	value := func(*http.Request) string { return "x" }
	get(s.cached(v, cachepage.VaryBy("tenant", value)), "/p")
	want(t, "same value, other name", get(s.cached(v, cachepage.VaryBy("bucket", value)), "/p").hit(), false)
	want(t, "same name", get(s.cached(v, cachepage.VaryBy("tenant", value)), "/p").hit(), true)
}
