package web_test

import (
	"context"
	"fmt"
	"log"
	"log/slog"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"

	"github.com/larder-go/larder"
	"github.com/larder-go/larder/examples/shop/catalog"
	"github.com/larder-go/larder/examples/shop/web"
)

// The first visitor of a page pays for it, the second one gets a hit.
func ExampleNew() {
	dir, err := os.MkdirTemp("", "shop")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	ctx := context.Background()
	products, err := catalog.Open(ctx, filepath.Join(dir, "shop.db"), catalog.Options{
		Size: catalog.Size{Products: 20, OrderLines: 100},
	})
	if err != nil {
		log.Fatal(err)
	}
	defer products.Close()
	cache, err := larder.Open(ctx, "memory://")
	if err != nil {
		log.Fatal(err)
	}
	defer cache.Close()
	shop, err := web.New(ctx, cache, products, slog.Default())
	if err != nil {
		log.Fatal(err)
	}

	for range 2 {
		w := httptest.NewRecorder()
		shop.ServeHTTP(w, httptest.NewRequest("GET", "/product/1", nil))
		fmt.Println(w.Code, strings.Contains(w.Header().Get("Cache-Status"), "hit"))
	}
	// Output:
	// 200 false
	// 200 true
}
