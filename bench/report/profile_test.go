package report

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/larder-go/larder/bench/reach"
)

const top = `File: bench
Type: cpu
Dropped 31 nodes (cum <= 0.01s)
Showing nodes accounting for 1.18s, 84.89% of 1.39s total
      flat  flat%   sum%        cum   cum%
     0.14s 10.07% 10.07%      0.14s 10.07%  aeshashbody
     0.13s  9.35% 19.42%      1.25s 89.93%  github.com/larder-go/larder/cachepage.(*handler).ServeHTTP
     0.07s  5.04% 35.97%      0.07s  5.04%  runtime.mapassign_faststr (inline)
     0.05s  3.50% 35.97%      0.07s  5.04%  example.com/unheard.of
     0.02s  1.44% 76.26%      0.06s  4.32%  internal/runtime/maps.(*table).Clear
     0.01s  0.72% 76.98%      0.01s  0.72%  cachepage.admit
         0     0% 76.98%      0.06s  4.32%  main.main
`

const (
	fields = "the fields of the answer go into its header map: each name is hashed, compared and placed"
	path   = "the path itself: admit, key, look up, judge, answer"
)

var hit = reach.Path{Of: reach.Processor, Section: "hit/16KiB", Row: "larder"}

func TestAProfileListsLargeFunctionsAndSumsUpAll(t *testing.T) {
	got := newProfile(hit, "A hit", top)
	want := Profile{Path: hit, What: "A hit",
		Lines: []ProfileLine{
			{"aeshashbody", 10.07, fields},
			{"cachepage.(*handler).ServeHTTP", 9.35, path},
			{"runtime.mapassign_faststr", 5.04, fields},
			{"example.com/unheard.of", 3.5, ""},
		},
		Purposes: []Purpose{{fields, 10.07 + 5.04}, {path, 9.35 + 0.72}, {emptying, 1.44}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"example.com/unheard.of"}, got.Unexplained()); diff != "" {
		t.Error(diff)
	}
}

func TestAFunctionWithoutAReasonCannotBeOverlooked(t *testing.T) {
	var b strings.Builder
	if err := newProfile(hit, "A hit", top).markdown(&b); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"### Processor time of larder in hit/16KiB\n\nA hit.\n\n| % of the processor time |",
		"| 15.1 | " + fields + " |\n", "| 73.4 | others |\n",
		"| 3.5 | `example.com/unheard.of` | **UNEXPLAINED** |\n",
	} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("lacks %q:\n%s", want, &b)
		}
	}
}

func TestTheReasonDependsOnThePath(t *testing.T) {
	const function = "runtime.memclrNoHeapPointers"
	for p, want := range map[reach.Path]string{
		hit: emptying,
		{Of: reach.Processor, Section: "redis/16KiB/50", Row: "larder"}:      "memory for the value that the client reads",
		{Of: reach.Processor, Section: "redis/16KiB/50", Row: "larder-near"}: emptying,
		{Of: reach.Processor, Section: "miss", Row: "larder"}:                "memory for the output",
		{Of: reach.Heap, Section: "heap", Row: "larder"}:                     "",
	} {
		if got := why(function, p); got != want {
			t.Errorf("%s: %q, want %q", p, got, want)
		}
	}
}

func FuzzParseTop(f *testing.F) {
	f.Add(top)
	f.Fuzz(func(t *testing.T, text string) {
		for _, l := range parseTop(text, hit) {
			if !(l.Percent > 0) || l.Function == "" {
				t.Errorf("%q: %v", text, l)
			}
		}
	})
}
