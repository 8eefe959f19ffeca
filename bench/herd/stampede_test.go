package herd_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/larder-go/larder/bench/herd"
)

func TestEveryClientAsksForTheSameNewPageAndAllServersAreAsked(t *testing.T) {
	var runs [2]atomic.Int64
	var paths [2]atomic.Value
	handlers := make([]http.Handler, 2)
	for i := range handlers {
		handlers[i] = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			runs[i].Add(1)
			paths[i].Store(r.URL.Path)
		})
	}
	var before string
	for range 2 {
		waits, err := herd.Stampede(handlers, 10)
		if err != nil || len(waits) != 10 {
			t.Fatalf("%d waits, %v", len(waits), err)
		}
		if a, b := runs[0].Swap(0), runs[1].Swap(0); a != 5 || b != 5 {
			t.Errorf("the servers were asked %d and %d times, want 5 each", a, b)
		}
		a, b := paths[0].Load().(string), paths[1].Load().(string)
		if a != b || a == before {
			t.Errorf("paths %q and %q after %q; want one that is new", a, b, before)
		}
		before = a
	}
}

func TestAFailureIsNoFigure(t *testing.T) {
	teapot := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) })
	if _, err := herd.Stampede([]http.Handler{teapot}, 3); err == nil || !strings.Contains(err.Error(), "418") {
		t.Errorf("got %v, want an error that names the status", err)
	}
}

func ExampleStampede() {
	waits, err := herd.Stampede([]http.Handler{http.NotFoundHandler()}, 1)
	fmt.Println(waits, err)
	// Output: [] herd: status 404 Not Found
}
