package web

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/larder-go/larder"
	"github.com/larder-go/larder/examples/shop/catalog"
)

// A counted catalogue knows how often the slow report ran.
type counted struct {
	*catalog.DB
	reports atomic.Int64
}

func (c *counted) TopSellers(ctx context.Context) ([]catalog.Seller, error) {
	c.reports.Add(1)
	return c.DB.TopSellers(ctx)
}

type testShop struct {
	*httptest.Server
	t       *testing.T
	catalog *counted
}

// smallCatalog is a data file with few orders, made once for all tests.
var smallCatalog = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "shop")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, "shop.db")
	if err := catalog.Generate(context.Background(), file, catalog.Size{Products: 500, OrderLines: 2000}, nil); err != nil {
		return nil, err
	}
	return os.ReadFile(file)
})

func openCatalog(t *testing.T) *counted {
	t.Helper()
	content, err := smallCatalog()
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "shop.db")
	if err := os.WriteFile(file, content, 0o600); err != nil {
		t.Fatal(err)
	}
	db, err := catalog.Open(t.Context(), file, catalog.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return &counted{DB: db}
}

func openShop(t *testing.T) *testShop {
	t.Helper()
	cache, err := larder.Open(t.Context(), "memory://")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cache.Close() })
	s := &testShop{t: t, catalog: openCatalog(t)}
	handler, err := New(t.Context(), cache, s.catalog, slog.New(slog.NewTextHandler(t.Output(), nil)))
	if err != nil {
		t.Fatal(err)
	}
	s.Server = httptest.NewServer(handler)
	t.Cleanup(s.Close)
	return s
}

// A browser keeps cookies and speaks a language.
type browser struct {
	shop     *testShop
	client   *http.Client
	language string
}

func (s *testShop) browser(language string) *browser {
	jar, err := cookiejar.New(nil)
	if err != nil {
		s.t.Fatal(err)
	}
	return &browser{s, &http.Client{Jar: jar}, language}
}

type answer struct {
	*http.Response
	body string
}

func (b *browser) do(r *http.Request) answer {
	t := b.shop.t
	t.Helper()
	r.Header.Set("Accept-Language", b.language)
	resp, err := b.client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer{resp, string(body)}
}

func (b *browser) get(path string) answer {
	b.shop.t.Helper()
	r, err := http.NewRequest("GET", b.shop.URL+path, nil)
	if err != nil {
		b.shop.t.Fatal(err)
	}
	return b.do(r)
}

func (b *browser) post(path string, form url.Values) answer {
	b.shop.t.Helper()
	r, err := http.NewRequest("POST", b.shop.URL+path, strings.NewReader(form.Encode()))
	if err != nil {
		b.shop.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return b.do(r)
}

func (a answer) isHit() bool { return strings.Contains(a.Header.Get("Cache-Status"), "hit") }

var (
	unitsOnPage  = regexp.MustCompile(`<b class="units">([0-9.,]+)</b>`)
	firstProduct = regexp.MustCompile(`data-product="(\d+)"`)
)

// units is the first figure of sales on the page.
func (a answer) units(t *testing.T) int {
	t.Helper()
	match := unitsOnPage.FindStringSubmatch(a.body)
	if match == nil {
		t.Fatalf("%s shows no figure:\n%s", a.Request.URL, a.body)
	}
	n, err := strconv.Atoi(strings.NewReplacer(",", "", ".", "").Replace(match[1]))
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestPagesAreKept(t *testing.T) {
	shop := openShop(t)
	for _, path := range []string{"/", "/category/teas", "/category/teas?page=2", "/product/7"} {
		guest := shop.browser("en")
		first, second := guest.get(path), guest.get(path)
		if first.StatusCode != 200 || first.isHit() || !strings.Contains(first.Header.Get("Server-Timing"), `cache;desc="miss"`) {
			t.Errorf("%s first: status %d, Cache-Status %q, Server-Timing %q, want a miss",
				path, first.StatusCode, first.Header.Get("Cache-Status"), first.Header.Get("Server-Timing"))
		}
		if !second.isHit() || !strings.Contains(second.Header.Get("Server-Timing"), `cache;desc="hit"`) {
			t.Errorf("%s again: Cache-Status %q, Server-Timing %q, want a hit",
				path, second.Header.Get("Cache-Status"), second.Header.Get("Server-Timing"))
		}
		if first.body != second.body {
			t.Errorf("%s: the hit has other bytes than the miss", path)
		}
	}
	if n := shop.catalog.reports.Load(); n != 1 {
		t.Errorf("the report ran %d times, want once", n)
	}
}

func TestQueryThatMeansNothingIsNoOtherPage(t *testing.T) {
	guest := openShop(t).browser("en")
	guest.get("/")
	if again := guest.get("/?utm_source=letter"); !again.isHit() {
		t.Errorf("Cache-Status %q, want a hit", again.Header.Get("Cache-Status"))
	}
}

func TestLanguageFollowsAcceptLanguage(t *testing.T) {
	shop := openShop(t)
	tests := []struct {
		accept, lang, slogan, price string
	}{
		{"en-GB,en;q=0.8", "en", "Good things, kept well.", "€"},
		{"de-AT,de;q=0.9,en;q=0.5", "de", "Gutes, gut aufgehoben.", "\u00a0€"},
		{"fr,de;q=0.4", "de", "Gutes, gut aufgehoben.", "\u00a0€"},
		{"ja", "en", "Good things, kept well.", "€"},
		{"", "en", "Good things, kept well.", "€"},
	}
	for _, state := range []string{"miss", "hit"} {
		for _, test := range tests {
			page := shop.browser(test.accept).get("/")
			if !strings.Contains(page.body, `<html lang="`+test.lang+`">`) || !strings.Contains(page.body, test.slogan) || !strings.Contains(page.body, test.price) {
				t.Errorf("%q on a %s: not the page in %q", test.accept, state, test.lang)
			}
			if got := page.Header.Get("Content-Language"); got != test.lang {
				t.Errorf("%q on a %s: Content-Language %q, want %q", test.accept, state, got, test.lang)
			}
			if !strings.Contains(strings.Join(page.Header.Values("Vary"), ","), "Accept-Language") {
				t.Errorf("%q on a %s: Vary %q lacks Accept-Language", test.accept, state, page.Header.Values("Vary"))
			}
		}
	}
	if n := shop.catalog.reports.Load(); n != 2 {
		t.Errorf("the report ran %d times, want once per language", n)
	}
}

func TestPurchaseShowsAtOnce(t *testing.T) {
	shop := openShop(t)
	english, german := shop.browser("en"), shop.browser("de")
	front := english.get("/")
	id := firstProduct.FindStringSubmatch(front.body)[1]
	before := front.units(t)
	german.get("/")
	english.get("/product/" + id)
	german.get("/product/" + id)

	thanks := english.post("/product/"+id+"/buy", nil)
	if thanks.StatusCode != 200 || thanks.Request.URL.Path != "/product/"+id || thanks.Request.URL.Fragment != "thanks" {
		t.Errorf("after buying: status %d at %s, want the product's page at #thanks", thanks.StatusCode, thanks.Request.URL)
	}
	for _, b := range []*browser{english, german} {
		for _, path := range []string{"/", "/product/" + id} {
			if after := b.get(path).units(t); after != before+1 {
				t.Errorf("%s in %s: %d sold, want %d", path, b.language, after, before+1)
			}
		}
	}
	if again := german.get("/"); !again.isHit() {
		t.Errorf("front page after that: Cache-Status %q, want a hit", again.Header.Get("Cache-Status"))
	}
}

func TestPurchaseLeavesOtherProductsKept(t *testing.T) {
	guest := openShop(t).browser("en")
	guest.get("/product/8")
	guest.post("/product/7/buy", nil)
	if other := guest.get("/product/8"); !other.isHit() {
		t.Errorf("Cache-Status %q, want a hit", other.Header.Get("Cache-Status"))
	}
}

func TestSignedInVisitorIsNeverShared(t *testing.T) {
	shop := openShop(t)
	paths := []string{"/", "/category/teas", "/product/7"}
	ada, bob, guest := shop.browser("en"), shop.browser("en"), shop.browser("en")
	ada.post("/sign-in", url.Values{"name": {"Ada"}})
	bob.post("/sign-in", url.Values{"name": {"Bob"}})
	ada.post("/product/7/buy", nil)
	shop.catalog.reports.Store(0)
	for _, round := range []string{"cold", "warm"} {
		for _, path := range paths {
			forAda, forBob, forAll := ada.get(path), bob.get(path), guest.get(path)
			if !strings.Contains(forAda.body, "Hello, Ada") || !strings.Contains(forAda.body, `<span class="count">1</span>`) {
				t.Errorf("%s %s: Ada does not see her name and basket", round, path)
			}
			if !strings.Contains(forBob.body, "Hello, Bob") || strings.Contains(forBob.body, "Ada") {
				t.Errorf("%s %s: Bob sees another page than his own", round, path)
			}
			if strings.Contains(forAll.body, "Hello") || strings.Contains(forAll.body, `class="count"`) {
				t.Errorf("%s %s: a guest sees somebody's page", round, path)
			}
			if got := forAda.Header.Get("Cache-Control"); !strings.Contains(got, "private") {
				t.Errorf("%s %s: Ada's page has Cache-Control %q, want private", round, path, got)
			}
			if got := forAda.Header.Get("Server-Timing"); !strings.Contains(got, `cache;desc="bypass"`) {
				t.Errorf("%s %s: Ada's page has Server-Timing %q, want a bypass", round, path, got)
			}
		}
	}
	if n := shop.catalog.reports.Load(); n != 1 {
		t.Errorf("the report ran %d times, want once for guests and visitors together", n)
	}
}

func TestBasketHoldsWhatWasBought(t *testing.T) {
	ada := openShop(t).browser("de")
	ada.post("/sign-in", url.Values{"name": {"Ada"}})
	if empty := ada.get("/basket"); !strings.Contains(empty.body, "Noch nichts drin") {
		t.Error("a new basket is not empty")
	}
	ada.post("/product/7/buy", nil)
	basket := ada.get("/basket")
	if !strings.Contains(basket.body, `href="/product/7"`) || basket.Header.Get("Cache-Control") == "" {
		t.Errorf("basket lacks the product or forbids no caching: %v", basket.Header)
	}
	ada.post("/sign-out", nil)
	if after := ada.get("/basket"); after.Request.URL.Path != "/sign-in" {
		t.Errorf("after signing out the basket leads to %s, want /sign-in", after.Request.URL)
	}
	if front := ada.get("/"); strings.Contains(front.body, "Ada") {
		t.Error("after signing out the page still knows the name")
	}
}

func TestCookieOfAnEndedSessionIsTakenBack(t *testing.T) {
	shop := openShop(t)
	r := httptest.NewRequest("GET", "/", nil)
	r.AddCookie(&http.Cookie{Name: sessionCookie, Value: "long gone"})
	w := httptest.NewRecorder()
	shop.Config.Handler.ServeHTTP(w, r)
	cookies := w.Result().Cookies()
	if len(cookies) != 1 || cookies[0].Name != sessionCookie || cookies[0].MaxAge >= 0 {
		t.Errorf("cookies %v, want %s taken back", cookies, sessionCookie)
	}
}

func TestColdFrontPageRunsTheReportOnce(t *testing.T) {
	const visitors = 500
	shop := openShop(t)
	var start, done sync.WaitGroup
	start.Add(1)
	var wrong atomic.Int64
	for range visitors {
		done.Go(func() {
			r := httptest.NewRequest("GET", "/", nil)
			w := httptest.NewRecorder()
			start.Wait()
			shop.Config.Handler.ServeHTTP(w, r)
			if w.Code != 200 || !strings.Contains(w.Body.String(), `class="units"`) {
				wrong.Add(1)
			}
		})
	}
	start.Done()
	done.Wait()
	if n := wrong.Load(); n != 0 {
		t.Errorf("%d of %d visitors got no front page", n, visitors)
	}
	if n := shop.catalog.reports.Load(); n != 1 {
		t.Errorf("the report ran %d times for %d visitors, want once", n, visitors)
	}
}

func TestUnknownPagesAreNotFound(t *testing.T) {
	guest := openShop(t).browser("de")
	for _, path := range []string{
		"/socks", "/product/0", "/product/007", "/product/-1", "/product/501", "/product/99999999999999999999",
		"/category/socks", "/category/teas?page=0", "/category/teas?page=x", "/category/teas?page=99", "/category/teas?page=99999999999",
	} {
		page := guest.get(path)
		if page.StatusCode != 404 || !strings.Contains(page.body, "Das haben wir nicht.") {
			t.Errorf("%s: status %d, want a page with 404", path, page.StatusCode)
		}
		if again := guest.get(path); again.isHit() {
			t.Errorf("%s: 404 was kept", path)
		}
	}
}

func TestNames(t *testing.T) {
	tests := map[string]struct {
		name   string
		status int
		shown  string
	}{
		"plain":      {"Ada", 200, "Hello, Ada"},
		"spaces":     {"  Ada \n King ", 200, "Hello, Ada King"},
		"markup":     {"<script>alert(1)</script>", 200, "Hello, &lt;script&gt;alert(1)&lt;/script&gt;"},
		"longest":    {strings.Repeat("ä", 40), 200, strings.Repeat("ä", 40)},
		"too long":   {strings.Repeat("ä", 41), 400, "1 to 40"},
		"none":       {" ", 400, "1 to 40"},
		"not UTF-8":  {"\xff", 400, "1 to 40"},
		"enormous":   {strings.Repeat("a", 1<<20), 400, "1 to 40"},
		"percentage": {"100%d", 200, "Hello, 100%d"},
	}
	shop := openShop(t)
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			page := shop.browser("en").post("/sign-in", url.Values{"name": {test.name}})
			if page.StatusCode != test.status || !strings.Contains(page.body, test.shown) {
				t.Errorf("status %d, want %d and %q", page.StatusCode, test.status, test.shown)
			}
		})
	}
}

func TestFormsOfOtherSitesAreRefused(t *testing.T) {
	shop := openShop(t)
	r, err := http.NewRequest("POST", shop.URL+"/product/7/buy", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	if got := shop.browser("en").do(r); got.StatusCode != 403 {
		t.Errorf("status %d, want 403", got.StatusCode)
	}
}

func TestAssetsAreRevalidated(t *testing.T) {
	shop := openShop(t)
	guest := shop.browser("en")
	for _, file := range []string{"shop.css", "timing.js", "icon.svg"} {
		first := guest.get("/static/" + file)
		r, err := http.NewRequest("GET", shop.URL+"/static/"+file, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("If-None-Match", first.Header.Get("ETag"))
		if second := guest.do(r); first.StatusCode != 200 || second.StatusCode != 304 {
			t.Errorf("%s: status %d and then %d, want 200 and 304", file, first.StatusCode, second.StatusCode)
		}
	}
	if missing := guest.get("/static/socks.css"); missing.StatusCode != 404 {
		t.Errorf("status %d, want 404", missing.StatusCode)
	}
}

func TestHeadIsAnswered(t *testing.T) {
	shop := openShop(t)
	resp, err := http.Head(shop.URL + "/")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != 200 {
		t.Errorf("status %d, want 200", resp.StatusCode)
	}
}

func TestEveryProductHasAPage(t *testing.T) {
	shop := openShop(t)
	for id := 1; id <= 20; id++ {
		for _, language := range []string{"en", "de"} {
			page := shop.browser(language).get(fmt.Sprintf("/product/%d", id))
			if page.StatusCode != 200 || !strings.Contains(page.body, `class="picture"`) {
				t.Errorf("product %d in %s: status %d", id, language, page.StatusCode)
			}
		}
	}
}
