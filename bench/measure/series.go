package measure

import (
	"math"
	"slices"
)

// Series is what one job took, a sample for each round.
type Series []Sample

// Median returns the median of each quantity by itself.
func (s Series) Median() Sample {
	return Sample{
		Nanos:  s.median(func(x Sample) float64 { return x.Nanos }),
		CPU:    s.median(func(x Sample) float64 { return x.CPU }),
		Allocs: s.median(func(x Sample) float64 { return x.Allocs }),
		Bytes:  s.median(func(x Sample) float64 { return x.Bytes }),
	}
}

func (s Series) median(of func(Sample) float64) float64 {
	values := make([]float64, len(s))
	for i, x := range s {
		values[i] = of(x)
	}
	return Median(values)
}

// Range returns the shortest and the longest time of an operation.
func (s Series) Range() (low, high float64) {
	low = math.Inf(1)
	for _, x := range s {
		low, high = min(low, x.Nanos), max(high, x.Nanos)
	}
	return low, high
}

// Median returns the middle one of values, or the mean of the middle two. It
// is NaN if there are none. values stays as it is.
func Median(values []float64) float64 { return Percentile(values, 50) }

// Percentile returns the value below which p per cent of values lie,
// interpolated between its neighbours. It is NaN if there are none. values
// stays as it is.
func Percentile(values []float64, p float64) float64 {
	if len(values) == 0 {
		return math.NaN()
	}
	sorted := slices.Sorted(slices.Values(values))
	at := p / 100 * float64(len(sorted)-1)
	low, part := math.Modf(at)
	high := min(int(low)+1, len(sorted)-1)
	return sorted[int(low)] + part*(sorted[high]-sorted[int(low)])
}

// Ratio returns the medians of the rounds' ratios of s to base, by the clock
// and by processor time. Both must be from one run: what disturbs a round falls
// on both.
func (s Series) Ratio(base Series) (byClock, byCPU float64) {
	clock, cpu := make([]float64, len(s)), make([]float64, len(s))
	for i := range s {
		clock[i], cpu[i] = s[i].Nanos/base[i].Nanos, s[i].CPU/base[i].CPU
	}
	return Median(clock), Median(cpu)
}
