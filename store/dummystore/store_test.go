package dummystore_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/larder-go/larder/store"
	"github.com/larder-go/larder/store/dummystore"
)

// outcomes calls every method and says what came out.
func outcomes(ctx context.Context, s store.Store) map[string]string {
	all := make(map[string]string)
	note := func(name string, results ...any) { all[name] = strings.TrimSpace(fmt.Sprintln(results...)) }
	value, found, err := s.Get(ctx, "k")
	note("Get", value, found, err)
	note("Set", s.Set(ctx, "k", []byte("v"), time.Hour))
	_, found, err = s.Get(ctx, "k")
	note("Get after Set", found, err)
	existed, err := s.Delete(ctx, "k")
	note("Delete", existed, err)
	added, err := store.Add(ctx, s, "k", nil, time.Hour)
	note("Add", added, err)
	n, err := store.Incr(ctx, s, "k", 1)
	note("Incr", n, err)
	swapped, err := store.Swap(ctx, s, "k", nil, []byte("v"), time.Hour)
	note("Swap of absent", swapped, err)
	swapped, err = store.Swap(ctx, s, "k", []byte("v"), nil, time.Hour)
	note("Swap of present", swapped, err)
	touched, err := store.Touch(ctx, s, "k", time.Hour)
	note("Touch", touched, err)
	note("Keys")
	for key, err := range store.Keys(ctx, s, "") {
		note("Keys", key, err)
	}
	note("Clear", store.Clear(ctx, s, ""))
	note("Ping", store.Ping(ctx, s))
	return all
}

func TestKeepsNothing(t *testing.T) {
	want := map[string]string{
		"Get": "[] false <nil>", "Set": "<nil>", "Get after Set": "false <nil>", "Delete": "false <nil>",
		"Add": "true <nil>", "Incr": "0 store: key not found", "Swap of absent": "true <nil>", "Swap of present": "false <nil>",
		"Touch": "false <nil>", "Keys": "", "Clear": "<nil>", "Ping": "<nil>",
	}
	for name, got := range outcomes(t.Context(), dummystore.New()) {
		if got != want[name] {
			t.Errorf("%s: %s; want %s", name, got, want[name])
		}
	}
}

func TestLooksAtTheContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for name, got := range outcomes(ctx, dummystore.New()) {
		if !strings.HasSuffix(got, "context canceled") || strings.Contains(got, "true") {
			t.Errorf("%s: %s; want a cancelled context", name, got)
		}
	}
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
