package cases_test

import (
	"strings"
	"testing"

	"github.com/larder-go/larder/bench/cases"
	_ "github.com/larder-go/larder/bench/limits"
	_ "github.com/larder-go/larder/bench/pantry"
	_ "github.com/larder-go/larder/bench/rivals"
	"github.com/larder-go/larder/bench/servers"
)

// A benchmark that measures something else than it says is worse than none:
// every row must give the answer in full, out of what it keeps.
func TestEveryRowAnswersAndHits(t *testing.T) {
	stores, err := servers.StartStores(0)
	if err != nil {
		t.Fatal(err)
	}
	defer stores.Stop()
	for _, s := range cases.All(stores) {
		if strings.Contains(s.ID, "zipf/") {
			continue // the same as those of one page, with pages that take long to fill
		}
		benches, stop, err := s.Open(stores)
		if err != nil {
			t.Errorf("%s: %v", s.ID, err)
			continue
		}
		limit := false
		for i, b := range benches {
			name := s.Rows[i].Name
			limit = limit || name == s.Limit
			if err := b.Run(200); err != nil {
				t.Errorf("%s %s: %v", s.ID, name, err)
			}
			if n := b.Misses(); n > 0 {
				t.Errorf("%s %s: %d of 200 were no hits", s.ID, name, n)
			}
		}
		if !limit {
			t.Errorf("%s has no row %q to refer to", s.ID, s.Limit)
		}
		stop()
	}
}
