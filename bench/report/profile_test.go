package report

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/larder-go/larder/bench/reach"
)

func TestParseTop(t *testing.T) {
	text := `File: bench
Type: cpu
Dropped 31 nodes (cum <= 0.01s)
Showing nodes accounting for 1.18s, 84.89% of 1.39s total
      flat  flat%   sum%        cum   cum%
     0.14s 10.07% 10.07%      0.14s 10.07%  aeshashbody
     0.13s  9.35% 19.42%      1.25s 89.93%  github.com/larder-go/larder/cachepage.(*handler).ServeHTTP
     0.07s  5.04% 35.97%      0.07s  5.04%  runtime.nanotime (inline)
     0.05s  3.50% 35.97%      0.07s  5.04%  example.com/unheard.of
     0.02s  1.44% 76.26%      0.06s  4.32%  internal/runtime/maps.(*table).Clear
`
	want := []ProfileLine{
		{"aeshashbody", 10.07, "the fields of the answer go into its header map: each name is hashed, compared and placed"},
		{"cachepage.(*handler).ServeHTTP", 9.35, "the path itself: admit, key, look up, judge, answer"},
		{"runtime.nanotime", 5.04, "the clock is read once, for freshness and Age"},
		{"example.com/unheard.of", 3.5, ""},
	}
	if diff := cmp.Diff(want, parseTop(text, reach.Processor)); diff != "" {
		t.Error(diff)
	}
}

func FuzzParseTop(f *testing.F) {
	f.Add("     0.14s 10.07% 10.07%      0.14s 10.07%  aeshashbody")
	f.Fuzz(func(t *testing.T, text string) {
		for _, l := range parseTop(text, reach.Processor) {
			if l.Percent < threshold {
				t.Errorf("%q: %v", text, l)
			}
		}
	})
}
