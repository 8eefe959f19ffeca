package web

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
)

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

func TestTooManySessionsEndOthers(t *testing.T) {
	s := newSessions()
	for range maxSessions {
		s.begin("Ada")
	}
	last := s.begin("Bob")
	if len(s.tokens) != maxSessions || s.tokens[last] == nil {
		t.Errorf("%d sessions, want %d with the last one among them", len(s.tokens), maxSessions)
	}
}
