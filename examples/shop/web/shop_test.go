package web

import (
	"context"
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
