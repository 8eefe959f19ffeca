package kit_test

import (
	"bytes"
	"fmt"
	"net/http"
	"slices"
	"testing"

	"github.com/larder-go/larder/bench/kit"
)

func TestZipfAsksForFewPagesOften(t *testing.T) {
	const pages, n = 10_000, 1 << 16
	asked := make([]int, pages)
	for _, i := range kit.Zipf(1, pages, n) {
		asked[i]++
	}
	if asked[0] < n/20 || asked[0] <= asked[100] {
		t.Errorf("page 0 was asked %d times of %d, page 100 %d times", asked[0], n, asked[100])
	}
	if !slices.Equal(kit.Zipf(1, pages, 100), kit.Zipf(1, pages, 100)) {
		t.Error("the same seed gives another order")
	}
}

func TestBodiesAreTheSameEachTime(t *testing.T) {
	for _, n := range []int{0, 1, 1 << 10, 16 << 10} {
		if b := kit.Body(n); len(b) != n || !bytes.Equal(b, kit.Body(n)) {
			t.Errorf("Body(%d) has %d bytes, or differs", n, len(b))
		}
	}
}

func TestTheOriginCountsAndSaysWhatItIsTold(t *testing.T) {
	o := kit.NewOrigin(100)
	o.AddFields()
	o.AddLength()
	d := kit.NewDiscard()
	o.ServeHTTP(d, kit.Request(0))
	if d.Status != http.StatusOK || d.Bytes != 100 || o.Runs.Load() != 1 || len(d.Header()) != 7 || d.Header().Get("Content-Length") != "100" {
		t.Errorf("status %d, %d bytes, %d runs, header %v", d.Status, d.Bytes, o.Runs.Load(), d.Header())
	}
}

func ExampleAim() {
	r := kit.Request(0)
	kit.Aim(r, kit.Path(7))
	fmt.Println(r.Host, r.RequestURI, r.URL.Path)
	// Output: www.example.com /shop/category-7/list?page=2&sort=price /shop/category-7/list
}
