package web

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

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
