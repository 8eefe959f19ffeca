package larder_test

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/larder-go/larder"
	"github.com/larder-go/larder/cachepage"
	"github.com/larder-go/larder/observe"
	"github.com/larder-go/larder/store"
	"github.com/larder-go/larder/store/memstore"
)

func openStore(t *testing.T) store.Store {
	s := memstore.New(memstore.Options{})
	t.Cleanup(func() { _ = s.Close() })
	return struct{ store.Store }{s} // its capabilities are hidden: like a shared one
}

func TestOpenSaysWhatIsWrong(t *testing.T) {
	for url, want := range map[string]string{
		"nosuch://host":                               "memory",
		"memory://?nosuch=1":                          "max",
		"memory://?max=-1":                            "max",
		"no url":                                      "scheme",
		"redis://user:s3cret@":                        "",
		"redis://user:s3cret@host:port/0":             "",
		"redis://:s3cret@127.0.0.1:6379/0?nosuch=1":   "nosuch",
		"redis://user:s3cret%zz@127.0.0.1:6379/0":     "percent",
		"rediss://user:s3cret@127.0.0.1:6379/x":       "",
		"nosuch://user:s3cret@127.0.0.1:1/?p=s3cret2": "nosuch",
	} {
		c, err := larder.Open(bg, url)
		if err == nil {
			c.Close()
			t.Errorf("%s: no error", url)
			continue
		}
		if strings.Contains(err.Error(), "s3cret") {
			t.Errorf("%s: the error tells the password: %v", url, err)
		}
		if !strings.HasPrefix(err.Error(), "larder: ") || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v; want it to begin with larder: and to name %q", url, err, want)
		}
	}
}

func TestOpenDoesNotDial(t *testing.T) {
	c := open(t, "redis://127.0.0.1:1/0")
	v, err := larder.GetOrSet(bg, c, "k", minute, give("made"))
	if v != "made" || err == nil {
		t.Errorf("%q, %v; want the value, and the error of the store", v, err)
	}
}

func TestImpossibleOptions(t *testing.T) {
	for name, opt := range map[string]larder.Option{
		"WithTTL(0s)":       larder.WithTTL(0),
		"WithTTL(-1ns)":     larder.WithTTL(-1),
		"WithCodec(nil)":    larder.WithCodec(nil),
		"WithTimeout(-1ns)": larder.WithTimeout(-1),
	} {
		if _, err := larder.Open(bg, "", opt); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v, want an error that names it", name, err)
		}
		mustPanic(t, name, func() { larder.New(openStore(t), opt) })
	}
	mustPanic(t, "New(nil)", func() { larder.New(nil) })
	mustPanic(t, "SetDefault(nil)", func() { larder.SetDefault(nil) })
	mustPanic(t, "CacheControl", func() { larder.CacheControl("max-age=, =") })
	mustPanic(t, "MaxBody(-1)", func() { larder.CachePage(minute, cachepage.MaxBody(-1)) })
}

func mustPanic(t *testing.T, what string, f func()) {
	t.Helper()
	defer func() {
		if recover() == nil {
			t.Errorf("%s: no panic", what)
		}
	}()
	f()
}

func TestCloseLeavesAStoreThatIsTheCallers(t *testing.T) {
	s := memstore.New(memstore.Options{})
	defer s.Close()
	c := larder.New(s, quiet, larder.WithTimeout(time.Second))
	set(t, c, "k", "x", minute)
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	again := larder.New(s, quiet)
	defer again.Close()
	want(t, again, "k", "x")
}

func TestWithHooks(t *testing.T) {
	var outcomes []string
	hooks := &observe.Hooks{Lookup: func(_ context.Context, l observe.Lookup) { outcomes = append(outcomes, l.Face+" "+l.Outcome.String()) }}
	c := open(t, "", larder.WithHooks(hooks))
	for range 2 {
		check(t, "GetOrSet", "x")(larder.GetOrSet(bg, c, "k", minute, give("x")))
	}
	if got := strings.Join(outcomes, ", "); got != "value miss, value hit" {
		t.Errorf("told of %s", got)
	}
}

// visit asks h for url and returns status, header and body.
func visit(h http.Handler, url string, header ...string) *http.Response {
	r := httptest.NewRequest(http.MethodGet, url, nil)
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Result()
}

func body(r *http.Response) string {
	b, _ := io.ReadAll(r.Body)
	return string(b)
}

// numbered is a page that says which run of its handler made it.
func numbered() http.Handler {
	var runs int
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		runs++
		larder.Tag(r.Context(), "news")
		io.WriteString(w, "run "+string(rune('0'+runs)))
	})
}

func TestPagesInvalidatePurgeClear(t *testing.T) {
	onEveryStore(t, func(t *testing.T, url string) {
		c := open(t, url)
		h := c.CachePage(minute)(numbered())
		page := func(want string) {
			t.Helper()
			if got := body(visit(h, "http://shop.example/news?page=1")); got != want {
				t.Errorf("got %q, want %q", got, want)
			}
		}
		page("run 1")
		page("run 1")
		if err := c.Invalidate(bg, "news"); err != nil {
			t.Fatal(err)
		}
		page("run 2")
		page("run 2")
		if err := c.Purge(bg, "https://shop.example/news?page=1"); err != nil {
			t.Fatal(err)
		}
		page("run 3")
		page("run 3")
		if err := c.Clear(bg); err != nil {
			t.Fatal(err)
		}
		page("run 4")
		if err := c.Purge(bg, "/news", "http://shop.example/news?page=1"); err == nil {
			t.Error("a relative URL was purged")
		}
		page("run 4")
		if err := c.Close(); err != nil {
			t.Fatal(err)
		}
		page("run 5") // pages pass
	})
}

func TestSessionCookies(t *testing.T) {
	for name, tt := range map[string]struct {
		opts   []larder.Option
		cookie string
		kept   bool
	}{
		"a session":           {nil, "sessionid=1", false},
		"another one":         {nil, "theme=dark", true},
		"a list of one's own": {[]larder.Option{larder.WithSessionCookies("Login")}, "my_login=1", false},
		"no list":             {[]larder.Option{larder.WithSessionCookies()}, "sessionid=1", true},
	} {
		c := open(t, "", tt.opts...)
		h := c.CachePage(minute)(numbered())
		visit(h, "/", "Cookie", tt.cookie)
		if kept := body(visit(h, "/", "Cookie", tt.cookie)) == "run 1"; kept != tt.kept {
			t.Errorf("%s: kept %t, want %t", name, kept, tt.kept)
		}
	}
}

func TestDefault(t *testing.T) {
	first := larder.Default()
	if first == nil || larder.Default() != first {
		t.Fatal("the default cache is not one")
	}
	h := larder.CachePage(minute)(numbered())
	if visit(h, "/"); body(visit(h, "/")) != "run 1" {
		t.Error("not kept in the default cache")
	}
	c := open(t, "")
	larder.SetDefault(c)
	defer larder.SetDefault(first)
	if larder.Default() != c {
		t.Error("SetDefault did not")
	}
	if visit(h, "/"); body(visit(h, "/")) != "run 2" {
		t.Error("the middleware did not go with the default cache")
	}
	set(t, c, "k", "x", minute)
	if c.Engine().Logger() == nil {
		t.Error("no engine")
	}
}

func TestNeverCache(t *testing.T) {
	for name, handler := range map[string]http.HandlerFunc{
		"a header":  func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNotFound) },
		"a body":    func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "x") },
		"nothing":   func(http.ResponseWriter, *http.Request) {},
		"a flush":   func(w http.ResponseWriter, _ *http.Request) { http.NewResponseController(w).Flush() },
		"a flusher": func(w http.ResponseWriter, _ *http.Request) { w.(http.Flusher).Flush() },
	} {
		cc := visit(larder.NeverCache(handler), "/").Header.Get("Cache-Control")
		for _, want := range []string{"max-age=0", "no-cache", "no-store", "must-revalidate", "private"} {
			if !strings.Contains(cc, want) {
				t.Errorf("%s: Cache-Control %q lacks %s", name, cc, want)
			}
		}
	}
}

func TestInterimResponsesPassAsTheyAre(t *testing.T) {
	server := httptest.NewServer(larder.NeverCache(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusEarlyHints)
		w.Header().Set("Cache-Control", "max-age=60")
		w.WriteHeader(http.StatusOK)
	})))
	defer server.Close()
	r, err := http.Get(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	if cc := r.Header.Get("Cache-Control"); !strings.Contains(cc, "max-age=0") {
		t.Errorf("Cache-Control %q of the final response", cc)
	}
}

// TestNeverCacheLetsAConnectionGo to a package that asks the writer itself for
// it, as golang.org/x/net/websocket does.
func TestNeverCacheLetsAConnectionGo(t *testing.T) {
	server := httptest.NewServer(larder.NeverCache(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		conn, _, err := w.(http.Hijacker).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		defer conn.Close()
		io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\ntaken")
	})))
	defer server.Close()
	res, err := http.Get(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if body, _ := io.ReadAll(res.Body); string(body) != "taken" {
		t.Errorf("the client gets %q", body)
	}
}

func TestCacheControl(t *testing.T) {
	for _, tt := range []struct{ says, directives, want string }{
		{"", "private, max-age=60", "private, max-age=60"},
		{"max-age=30", "max-age=60", "max-age=30"},
		{"max-age=90", "max-age=60", "max-age=60"},
		{"public", "private", "private"},
	} {
		h := larder.CacheControl(tt.directives)(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			if tt.says != "" {
				w.Header().Set("Cache-Control", tt.says)
			}
			io.WriteString(w, "x")
		}))
		got := strings.Split(visit(h, "/").Header.Get("Cache-Control"), ", ")
		if !sameSet(got, strings.Split(tt.want, ", ")) {
			t.Errorf("%q with %q: %q, want %q", tt.says, tt.directives, got, tt.want)
		}
	}
}

func sameSet(a, b []string) bool {
	count := map[string]int{}
	for _, s := range a {
		count[s]++
	}
	for _, s := range b {
		count[s]--
	}
	for _, n := range count {
		if n != 0 {
			return false
		}
	}
	return true
}

func TestLogsTellOperatorsAndNoValues(t *testing.T) {
	var log strings.Builder
	c := larder.New(broken{errDown}, larder.WithLogger(slog.New(slog.NewTextHandler(&log, nil))))
	for range 10 {
		larder.GetOrSet(bg, c, "secret-key", minute, give("secret-value"))
	}
	c.Close()
	if !strings.Contains(log.String(), "store does not answer") || strings.Contains(log.String(), "secret") {
		t.Errorf("the log is %q", log.String())
	}
}
