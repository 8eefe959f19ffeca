package readthrough_test

import (
	"context"
	"testing"
	"time"

	"github.com/larder-go/larder/internal/servertest"
	"github.com/larder-go/larder/observe"
	"github.com/larder-go/larder/readthrough"
	"github.com/larder-go/larder/store"
)

// Callers with less patience than the store is given do not make it look dead to
// all others. The client notices a deadline before the context does.
func TestHastyCallersDoNotOpenTheBreaker(t *testing.T) {
	srv := servertest.Redis(t)
	s, err := store.Open(t.Context(), "redis://"+srv.Addr())
	if err != nil {
		t.Fatal(err)
	}
	e := readthrough.New(s, readthrough.Options{Hooks: &observe.Hooks{Breaker: func(open bool) { t.Errorf("open: %t", open) }}})
	t.Cleanup(func() { _ = e.Shutdown(context.Background()); _ = store.Close(s) })
	k := e.Key(nearFace, []byte("k"))
	if _, err := e.Find(t.Context(), k, nil); err != nil {
		t.Fatal(err)
	}
	srv.Freeze()
	for range 20 {
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Millisecond)
		if _, err := e.Find(ctx, k, nil); err == nil {
			t.Error("a frozen server answered")
		}
		cancel()
	}
}
