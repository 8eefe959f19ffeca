package larder_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"time"

	"github.com/larder-go/larder"
	"github.com/larder-go/larder/cachepage"
)

func ExampleOpen() {
	ctx := context.Background()
	cache, err := larder.Open(ctx, "memory://", larder.WithPrefix("shop")) // or redis://…, from the settings
	if err != nil {
		fmt.Println(err)
		return
	}
	defer cache.Close()
	if err := larder.Set(ctx, cache, "greeting", "hello", time.Minute); err != nil {
		fmt.Println(err)
	}
	fmt.Println(larder.Get[string](ctx, cache, "greeting"))
	// Output: hello true <nil>
}

func ExampleGetOrSet() {
	ctx := context.Background()
	cache, err := larder.Open(ctx, "")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer cache.Close()
	top := func() ([]string, error) {
		return larder.GetOrSet(ctx, cache, "top", 15*time.Minute, func(context.Context) ([]string, error) {
			fmt.Println("asking the database")
			return []string{"tea", "bread"}, nil
		}, larder.Tags("catalog"))
	}
	fmt.Println(top())
	fmt.Println(top())
	// Output:
	// asking the database
	// [tea bread] <nil>
	// [tea bread] <nil>
}

func ExampleCache_CachePage() {
	cache, err := larder.Open(context.Background(), "")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer cache.Close()
	product := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Println("rendering product", r.PathValue("id"))
	})
	mux := http.NewServeMux()
	mux.Handle("GET /product/{id}", cache.CachePage(time.Hour, cachepage.Tags("product:{id}"))(product))
	visit := func() { mux.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "/product/42", nil)) }

	visit()
	visit() // from the cache
	if err := cache.Invalidate(context.Background(), "product:42"); err != nil {
		fmt.Println(err)
	}
	visit()
	// Output:
	// rendering product 42
	// rendering product 42
}

func ExampleTag() {
	ctx := context.Background()
	cache, err := larder.Open(ctx, "")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer cache.Close()
	load := func(ctx context.Context) (string, error) {
		larder.Tag(ctx, "author:7") // found out while loading
		return "an article by author 7", nil
	}
	if _, err := larder.GetOrSet(ctx, cache, "article:1", time.Hour, load); err != nil {
		fmt.Println(err)
	}
	if err := cache.Invalidate(ctx, "author:7"); err != nil {
		fmt.Println(err)
	}
	fmt.Println(cache.Has(ctx, "article:1"))
	// Output: false <nil>
}

func ExampleCache_Incr() {
	ctx := context.Background()
	cache, err := larder.Open(ctx, "")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer cache.Close()
	if _, err := larder.Add(ctx, cache, "visits", 0, larder.Forever); err != nil {
		fmt.Println(err)
	}
	fmt.Println(cache.Incr(ctx, "visits", 1))
	// Output: 1 <nil>
}
