package dummystore_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/larder-go/larder/store"
	_ "github.com/larder-go/larder/store/dummystore"
	"github.com/larder-go/larder/store/storetest"
)

func TestConformance(t *testing.T) {
	storetest.Run(t, func(t *testing.T) store.Store {
		s, err := store.Open(t.Context(), "dummy://")
		if err != nil {
			t.Fatal(err)
		}
		return s
	})
}

func TestOpen(t *testing.T) {
	for url, want := range map[string]string{
		"dummy://": "", "dummy://?timeout=1s&prefix=x": "",
		"dummy://host": "without host", "dummy:///path": "without host", "dummy://u:p@": "without host",
		"dummy://?max=1": `unknown parameter "max"; known are prefix, timeout`,
	} {
		_, err := store.Open(t.Context(), url)
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("Open(%q): %v; want %q", url, err, want)
		}
	}
}

func Example() {
	ctx := context.Background()
	s, _ := store.Open(ctx, "dummy://")
	_ = s.Set(ctx, "k", []byte("v"), time.Hour)
	_, found, _ := s.Get(ctx, "k")
	_, err := store.Incr(ctx, s, "k", 1)
	fmt.Println(found, errors.Is(err, store.ErrNotFound))
	// Output: false true
}
