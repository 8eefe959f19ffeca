package main

import (
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// fronts are caches of other makes, each started before a larder at origin.
var fronts = []struct {
	name   string
	start  func(t *testing.T, origin string) (url string)
	counts bool // the time for which it holds a page, in Age
}{
	{"nginx", startNginx, false},
	{"Varnish", startVarnish, true},
}

func startNginx(t *testing.T, origin string) string {
	nginx := program(t, "nginx", "nginx")
	folder, address := t.TempDir(), freeAddress(t)
	config := configure(t, folder, "nginx.conf", "FOLDER", folder, "LISTEN", address, "ORIGIN", strings.TrimPrefix(origin, "http://"))
	serving(t, address, nginx, "-c", config, "-p", folder)
	return "http://" + address
}

func startVarnish(t *testing.T, origin string) string {
	varnish := program(t, "varnishd", "varnish")
	host, port, err := net.SplitHostPort(strings.TrimPrefix(origin, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	folder, address := t.TempDir(), freeAddress(t)
	config := configure(t, folder, "varnish.vcl", "ORIGIN_HOST", host, "ORIGIN_PORT", port)
	serving(t, address, varnish, "-F", "-j", "none", "-T", "none", "-n", filepath.Join(folder, "work"), "-s", "malloc,16m", "-a", address, "-f", config)
	return "http://" + address
}

// configure fills in a file of testdata.
func configure(t *testing.T, folder, file string, replacements ...string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", file))
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(folder, file)
	text = []byte(strings.NewReplacer(replacements...).Replace(string(text)))
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// library is an application whose pages are as different caches must treat
// them. Those under /aged/ were made a hundred seconds before.
type library struct{ whole, unchanged atomic.Int32 }

func (l *library) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Cache-Control", "max-age=600")
	h.Set("Etag", `"1"`)
	switch kind, _, _ := strings.Cut(r.URL.Path[1:], "/"); kind {
	case "aged":
		h.Set("Age", "100")
		h.Set("Accept-Ranges", "bytes") // nginx cuts out parts of nothing else
	case "brief":
		h.Set("Cache-Control", "max-age=1")
	case "language":
		h.Set("Vary", "Accept-Language")
		h.Del("Etag")
		fmt.Fprint(w, r.Header.Get("Accept-Language"))
		return
	case "unshared":
		h.Set("Cache-Control", "no-store")
		fmt.Fprint(w, r.Method, " ", l.whole.Add(1))
		return
	}
	if r.Header.Get("If-None-Match") == `"1"` {
		l.unchanged.Add(1)
		w.WriteHeader(http.StatusNotModified)
		return
	}
	l.whole.Add(1)
	fmt.Fprint(w, "0123456789")
}

// Whatever stands before larder keeps pages of its own, as old as they are, and
// what larder said of them stays on them.
func TestAnotherCacheInFront(t *testing.T) {
	for _, f := range fronts {
		t.Run(f.name, func(t *testing.T) {
			t.Parallel()
			app := new(library)
			back := start(t, application(t, app.ServeHTTP))
			front := f.start(t, back.url)
			t.Run("both say what they did", func(t *testing.T) { testBothSay(t, back.url, front) })
			t.Run("conditions and ranges", func(t *testing.T) { testFrontSelects(t, front) })
			t.Run("variants", func(t *testing.T) { testFrontVaries(t, front) })
			t.Run("what is not shared", func(t *testing.T) { testFrontPasses(t, front) })
			t.Run("revalidation through both", func(t *testing.T) { testFrontRevalidates(t, app, front) })
			t.Run("ages add up", func(t *testing.T) { testAgesAddUp(t, back.url, front, f.counts) })
		})
	}
}

// said is the whole Cache-Status, without the lifetimes that tests cannot know.
func said(res *http.Response) string {
	return regexp.MustCompile(`; ttl=-?\d+`).ReplaceAllString(strings.Join(res.Header.Values("Cache-Status"), ", "), "")
}

// askBack asks larder itself for the page that it keeps for the front.
func askBack(t *testing.T, back, front, path string) *http.Response {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), "GET", back+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Host = strings.TrimPrefix(front, "http://")
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	return res
}

func testBothSay(t *testing.T, back, front string) {
	for _, c := range []struct {
		path          string
		primed        bool // larder has the page
		first, second string
	}{
		{"/aged/new", false, "larder; fwd=uri-miss; fwd-status=200; stored, front; fwd=miss", "larder; fwd=uri-miss; fwd-status=200; stored, front; hit"},
		{"/aged/known", true, "larder; hit, front; fwd=miss", "larder; hit, front; hit"},
	} {
		if c.primed {
			askBack(t, back, front, c.path)
		}
		for _, want := range []string{c.first, c.second} {
			res, body := ask(t, "GET", front+c.path, nil)
			if got := said(res); got != want || body != "0123456789" {
				t.Errorf("%s: %q, Cache-Status %q, want %q", c.path, body, got, want)
			}
		}
	}
}

func testFrontSelects(t *testing.T, front string) {
	for _, c := range []struct {
		name, method, field, value string
		status                     int
		body, length, contentRange string
	}{
		{"tag that is there", "GET", "If-None-Match", `"1"`, 304, "", "", ""},
		{"tag that is not", "GET", "If-None-Match", `"2"`, 200, "0123456789", "10", ""},
		{"range", "GET", "Range", "bytes=2-4", 206, "234", "3", "bytes 2-4/10"},
		{"last bytes", "GET", "Range", "bytes=-2", 206, "89", "2", "bytes 8-9/10"},
		{"range beyond", "GET", "Range", "bytes=10-", 416, "", "", "bytes */10"},
		{"HEAD", "HEAD", "Accept", "*/*", 200, "", "10", ""},
	} {
		for _, when := range []string{"miss", "hit"} {
			path := "/aged/" + strings.ReplaceAll(c.name, " ", "-")
			res, body := ask(t, c.method, front+path, http.Header{c.field: {c.value}})
			if res.StatusCode != c.status || c.status < 300 && (body != c.body || res.Header.Get("Content-Length") != c.length) || res.Header.Get("Content-Range") != c.contentRange {
				t.Errorf("%s, %s: %d %q, header %v, want %+v", c.name, when, res.StatusCode, body, res.Header, c)
			}
		}
	}
}

func testFrontVaries(t *testing.T, front string) {
	for _, want := range []string{"front; fwd=miss", "front; hit"} {
		for _, language := range []string{"de", "en"} {
			res, body := ask(t, "GET", front+"/language/", http.Header{"Accept-Language": {language}})
			if got := said(res); body != language || !strings.HasSuffix(got, ", "+want) {
				t.Errorf("in %q: %q, Cache-Status %q, want the page in that language and %q", language, body, got, want)
			}
		}
	}
}

func testFrontPasses(t *testing.T, front string) {
	for _, method := range []string{"GET", "POST"} {
		_, first := ask(t, method, front+"/unshared/", nil)
		if _, second := ask(t, method, front+"/unshared/", nil); first == second || !strings.HasPrefix(second, method) {
			t.Errorf("%s twice: %q and %q, want two answers of the application", method, first, second)
		}
	}
}

// A page that got too old in both is asked for with its tag, by the front of
// larder and by larder of the application. It is sent once.
func testFrontRevalidates(t *testing.T, app *library, front string) {
	app.whole.Store(0)
	for until := time.Now().Add(10 * time.Second); app.unchanged.Load() == 0; time.Sleep(20 * time.Millisecond) {
		if res, body := ask(t, "GET", front+"/brief/", nil); res.StatusCode != 200 || body != "0123456789" {
			t.Fatalf("%d %q, want the whole page", res.StatusCode, body)
		}
		if time.Now().After(until) {
			t.Fatal("the application was not asked whether the page has changed")
		}
	}
	if n := app.whole.Load(); n != 1 {
		t.Errorf("the page was sent %d times, want once", n)
	}
}

// A page is as old as the application said, plus the time in larder, plus the
// time in the front where that counts it.
func testAgesAddUp(t *testing.T, back, front string, counts bool) {
	began := time.Now()
	awaitAge(t, 101, func() *http.Response { return askBack(t, back, front, "/aged/long") })
	res, _ := ask(t, "GET", front+"/aged/long", nil)
	if got := age(t, res); got < 101 {
		t.Errorf("Age %d, want the 101 s that larder has said", got)
	}
	if counts {
		res = awaitAge(t, 102, func() *http.Response {
			res, _ := ask(t, "GET", front+"/aged/long", nil)
			return res
		})
		if got := said(res); got != "larder; hit, front; hit" {
			t.Errorf("Cache-Status %q, want two hits", got)
		}
	}
	if got, most := age(t, res), 100+int(time.Since(began).Seconds())+2; got > most { // each of the two may round up
		t.Errorf("Age %d, want %d at most", got, most)
	}
}

func awaitAge(t *testing.T, least int, ask func() *http.Response) *http.Response {
	t.Helper()
	for until := time.Now().Add(10 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		res := ask()
		if age(t, res) >= least {
			return res
		}
		if time.Now().After(until) {
			t.Fatalf("after 10 s the page is %d s old, want %d", age(t, res), least)
		}
	}
}

func age(t *testing.T, res *http.Response) int {
	t.Helper()
	n, err := strconv.Atoi(res.Header.Get("Age"))
	if err != nil && res.Header.Get("Age") != "" {
		t.Fatal(err)
	}
	return n
}
