package bench_test

import (
	"os"
	"testing"
	"time"

	"github.com/larder-go/larder/bench/measure"
)

// guarded is how much more than the least of a page cache a hit in memory may
// cost.
const guarded = 2.2

func TestGuardHitAgainstFloor(t *testing.T) {
	if os.Getenv("LARDER_BENCH_GUARD") != "1" {
		t.Skip("compares times, which a busy machine disturbs: set LARDER_BENCH_GUARD=1")
	}
	if raceEnabled {
		t.Skip("the race detector makes the two slower by different factors")
	}
	var jobs []measure.Job
	for _, name := range []string{"limit-floor", "larder"} {
		r, ok := find("hit/16KiB", name)
		if !ok {
			t.Fatalf("there is no row %q", name)
		}
		bench, err := r.Open()
		if err != nil {
			t.Fatal(err)
		}
		defer bench.Close()
		jobs = append(jobs, measure.Job{Name: name, Run: bench.Run})
	}
	series, err := measure.Plan{Rounds: 15, Slice: 50 * time.Millisecond}.Run(jobs)
	if err != nil {
		t.Fatal(err)
	}
	_, ratio := series[1].Ratio(series[0])
	t.Logf("limit-floor %.0f ns, larder %.0f ns of processor time, median of the rounds' ratios %.2f", series[0].Median().CPU, series[1].Median().CPU, ratio)
	if ratio > guarded {
		t.Errorf("a hit costs %.2f times limit-floor, at most %.1f", ratio, guarded)
	}
}
