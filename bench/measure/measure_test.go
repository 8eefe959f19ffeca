package measure_test

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/larder-go/larder/bench/measure"
)

func TestPercentile(t *testing.T) {
	for _, tc := range []struct {
		values []float64
		p      float64
		want   float64
	}{
		{[]float64{7}, 50, 7},
		{[]float64{3, 1, 2}, 50, 2},
		{[]float64{4, 1, 3, 2}, 50, 2.5},
		{[]float64{1, 2, 3, 4, 5}, 100, 5},
		{[]float64{1, 2, 3, 4, 5}, 0, 1},
		{[]float64{0, 10}, 25, 2.5},
	} {
		if got := measure.Percentile(tc.values, tc.p); got != tc.want {
			t.Errorf("Percentile(%v, %v) = %v, want %v", tc.values, tc.p, got, tc.want)
		}
	}
	if got := measure.Median(nil); !math.IsNaN(got) {
		t.Errorf("Median of nothing = %v, want NaN", got)
	}
}

func TestEveryJobRunsInEveryRoundAndRoundsBeginDifferently(t *testing.T) {
	var order []string
	plan := measure.Plan{Rounds: 3, Slice: time.Microsecond, Progress: func(round int, job string) {
		order = append(order, fmt.Sprint(round, job))
	}}
	idle := func(n int) error { time.Sleep(time.Duration(n) * time.Microsecond); return nil }
	got, err := plan.Run([]measure.Job{{"a", idle}, {"b", idle}, {"c", idle}})
	if err != nil {
		t.Fatal(err)
	}
	if s := strings.Join(order, " "); s != "0a 0b 0c 1c 1b 1a 2b 2c 2a" {
		t.Errorf("order %s", s)
	}
	for i, s := range got {
		if len(s) != 3 || s.Median().Nanos < 1000 {
			t.Errorf("job %d: %v; want three samples of at least a microsecond", i, s)
		}
	}
}

func TestTurnsOfARoundAreOneSample(t *testing.T) {
	var order []string
	plan := measure.Plan{Rounds: 1, Turns: 3, Slice: time.Microsecond, Progress: func(round int, job string) {
		order = append(order, fmt.Sprint(round, job))
	}}
	took := time.Duration(0)
	slower := func(n int) error { // takes 1 ms, 2 ms, 3 ms for each of n; the first time is the calibration's
		time.Sleep(time.Duration(n) * took)
		took += time.Millisecond
		return nil
	}
	got, err := plan.Run([]measure.Job{{"a", slower}, {"b", func(int) error { return nil }}})
	if err != nil {
		t.Fatal(err)
	}
	if s := strings.Join(order, " "); s != "0a 0b 0b 0a 0b 0a" {
		t.Errorf("order %s", s)
	}
	if len(got[0]) != 1 || got[0][0].Nanos < 2e6 {
		t.Errorf("%v; want one sample, the mean of 1, 2 and 3 ms or more", got[0])
	}
}

func TestAnAllocationIsCounted(t *testing.T) {
	var sink []byte
	series, err := measure.Plan{Rounds: 3, Slice: time.Millisecond}.Run([]measure.Job{{"a", func(n int) error {
		for range n {
			sink = make([]byte, 1000)
		}
		return nil
	}}})
	if err != nil {
		t.Fatal(err)
	}
	if m := series[0].Median(); len(sink) != 1000 || m.Allocs < 0.99 || m.Allocs > 1.1 || m.Bytes < 1000 {
		t.Errorf("one allocation of 1000 bytes was measured as %.2f of %.0f bytes", m.Allocs, m.Bytes)
	}
}

func TestAFailureNamesTheJob(t *testing.T) {
	bad := errors.New("short answer")
	_, err := measure.Plan{Rounds: 1, Slice: time.Millisecond}.Run([]measure.Job{{"gin", func(int) error { return bad }}})
	if !errors.Is(err, bad) || !strings.HasPrefix(err.Error(), "gin: ") {
		t.Errorf("got %v", err)
	}
}

func ExamplePlan_Run() {
	nap := func(n int) error { time.Sleep(time.Duration(n) * time.Millisecond); return nil }
	long := func(n int) error { return nap(5 * n) }
	series, err := measure.Plan{Rounds: 3, Slice: 10 * time.Millisecond}.Run([]measure.Job{{"nap", nap}, {"sleep", long}})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("sleep takes more than four times as long: %v\n", series[1].Median().Nanos > 4*series[0].Median().Nanos)
	// Output: sleep takes more than four times as long: true
}
