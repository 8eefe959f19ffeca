package main

import (
	"testing"

	"github.com/larder-go/larder/bench/reach"
	"github.com/larder-go/larder/bench/servers"
)

// A report whose last step fails has measured for nothing.
func TestEveryProfileHasItsRow(t *testing.T) {
	stores, err := servers.StartStores(0)
	if err != nil {
		t.Fatal(err)
	}
	defer stores.Stop()
	paths := always
	for _, a := range append(reach.Aims(), reach.WireAims()...) {
		paths = append(paths, a.Shown)
	}
	for _, p := range paths {
		if _, ok := row(p, stores); !ok && p.Of != reach.Heap && p.Of != "" {
			t.Errorf("there is no row %s, %s", p.Section, p.Row)
		}
	}
}
