package main

import (
	"crypto/sha256"
	"encoding/base64"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/chromedp"
)

// A wire stands between browser and shop, speaks HTTP/2 to the browser, and
// notes how pages were asked for and answered.
type wire struct {
	url string
	pin string // by which a browser knows its key, with a certificate that nobody has signed

	mu    sync.Mutex
	pages []fetched
}

// fetched is one page on its way.
type fetched struct {
	request   string
	condition bool // the browser has a copy and asks whether it is still good
	status    int
	cache     string // what Cache-Status says: hit, or fwd and why
}

func newWire(t *testing.T, shop string) *wire {
	t.Helper()
	target, err := url.Parse(shop)
	if err != nil {
		t.Fatal(err)
	}
	w := new(wire)
	server := httptest.NewUnstartedServer(&httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(target)
			r.Out.Host = r.In.Host
		},
		ModifyResponse: w.note,
	})
	server.EnableHTTP2 = true
	server.Config.ErrorLog = log.New(io.Discard, "", 0) // connections that a browser opens and does not use
	server.StartTLS()
	t.Cleanup(server.Close)
	key := sha256.Sum256(server.Certificate().RawSubjectPublicKeyInfo)
	w.url, w.pin = server.URL, base64.StdEncoding.EncodeToString(key[:])
	return w
}

func (w *wire) note(res *http.Response) error {
	r := res.Request
	if !strings.Contains(r.Header.Get("Accept"), "text/html") {
		return nil
	}
	_, said, _ := strings.Cut(res.Header.Get("Cache-Status"), "; ")
	said, _, _ = strings.Cut(said, ";")
	w.mu.Lock()
	defer w.mu.Unlock()
	w.pages = append(w.pages, fetched{r.Method + " " + r.URL.Path, r.Header.Get("If-None-Match") != "", res.StatusCode, said})
	return nil
}

// since returns what was fetched since the last call.
func (w *wire) since() []fetched {
	w.mu.Lock()
	defer w.mu.Unlock()
	defer func() { w.pages = nil }()
	return w.pages
}

// A browser asks for each page whether its copy is still good, gets 304 from the
// cache as long as it is, and the new page at once when something was bought.
// Back and forward show the page that was there.
func TestBrowserReloadsAndGoesBack(t *testing.T) {
	findBrowser(t)
	shop, _, _ := startShop(t)
	w := newWire(t, shop)
	b := openTab(t, w.url, "en",
		chromedp.Flag("ignore-certificate-errors-spki-list", w.pin),
		chromedp.Flag("disable-features", "BackForwardCache")) // which keeps living pages, whatever they say of caching
	want := func(when string, pages ...fetched) {
		t.Helper()
		if got := w.since(); !slices.Equal(got, pages) {
			t.Errorf("%s: fetched %+v, want %+v", when, got, pages)
		}
	}

	b.open("/")
	want("first visit", fetched{"GET /", false, 200, "fwd=uri-miss"})
	if !b.evaluate(`performance.getEntriesByType("navigation")[0].nextHopProtocol == "h2"`) {
		t.Error("the browser does not speak HTTP/2")
	}
	before := b.units()
	b.do(chromedp.Reload())
	want("reload", fetched{"GET /", true, 304, "hit"})
	b.open("/")
	want("second visit", fetched{"GET /", true, 304, "hit"})

	b.click(".top-ten li a")
	product := b.path()
	want("a product", fetched{"GET " + product, false, 200, "fwd=uri-miss"})
	b.do(chromedp.NavigateBack())
	if path, got := b.path(), b.units(); path != "/" || got != before {
		t.Errorf("back: %s with %d sold, want / with %d", path, got, before)
	}
	b.do(chromedp.NavigateForward())
	if path := b.path(); path != product {
		t.Errorf("forward: %s, want %s", path, product)
	}
	for _, page := range w.since() { // a browser may show what it has without a question
		if page.status != 304 || page.cache != "hit" {
			t.Errorf("back and forward: fetched %+v, want a 304 from the cache or nothing", page)
		}
	}

	b.click(".buy button")
	want("buy", fetched{"POST " + product + "/buy", false, 303, ""}, fetched{"GET " + product, true, 200, "fwd=miss"})
	b.click("header a[href='/']")
	want("the front page after that", fetched{"GET /", true, 200, "fwd=miss"})
	if got := b.units(); got != before+1 {
		t.Errorf("front page: %d sold, want %d", got, before+1)
	}
	b.do(chromedp.NavigateBack())
	if path, got := b.path(), b.units(); path != product || got != before+1 {
		t.Errorf("back: %s with %d sold, want %s with %d", path, got, product, before+1)
	}
}
