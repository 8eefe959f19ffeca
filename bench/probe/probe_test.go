package probe_test

import (
	"fmt"
	"net/http"
	"os"
	"strings"
	"testing"

	_ "github.com/larder-go/larder/bench/limits"
	"github.com/larder-go/larder/bench/probe"
)

func TestMain(m *testing.M) {
	probe.Main() // this test is also the process of its own
	os.Exit(m.Run())
}

func TestTheHeapPerPageIsThatOfAKnownMap(t *testing.T) {
	r, err := probe.Run(probe.Task{Kind: "heap", Impl: "limit-floor", N: 2000, Size: 1024})
	if err != nil {
		t.Fatal(err)
	}
	if r["bytes"] < 1024 || r["bytes"] > 4096 || r["objects"] < 5 || r["missing"] != 0 {
		t.Errorf("got %v; want somewhat more than the body, and no page missing", r)
	}
}

func TestACollectionOverNothingKeepsNothing(t *testing.T) {
	r, err := probe.Run(probe.Task{Kind: "collector", Impl: "nothing", N: 1000})
	if err != nil {
		t.Fatal(err)
	}
	if r["bytes"] > 1000 || r["wall"] <= 0 {
		t.Errorf("got %v", r)
	}
}

func TestWhatFailsInTheProcessIsAnErrorHere(t *testing.T) {
	for _, task := range []probe.Task{{Kind: "none"}, {Kind: "heap", Impl: "none"}, {Kind: "collector", Impl: "none"}} {
		if r, err := probe.Run(task); err == nil || !strings.HasPrefix(err.Error(), "probe: ") {
			t.Errorf("%+v: %v, %v", task, r, err)
		}
	}
}

func ExampleLatencies() {
	nanos := probe.Latencies(http.NotFoundHandler(), 3)
	fmt.Println(len(nanos), nanos[0] > 0)
	// Output: 3 true
}
