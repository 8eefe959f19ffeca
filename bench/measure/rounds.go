package measure

import (
	"fmt"
	"runtime"
	"time"
)

// Job is something to time. Run does it n times over.
type Job struct {
	Name string
	Run  func(n int) error
}

// Sample is what one operation took in one round.
type Sample struct {
	Nanos  float64 // by the clock
	CPU    float64 // nanoseconds of processor time, of all goroutines
	Allocs float64
	Bytes  float64 // allocated
}

// Plan says how long to measure.
type Plan struct {
	Rounds int
	Slice  time.Duration // for each job in each round
	// Turns is how many slices each job has in a round, in turn with the
	// others; 0 means one. A difference of a few per cent takes several.
	Turns int
	// Progress is called before each slice; nil is allowed.
	Progress func(round int, job string)
}

// Run measures jobs in turn and returns the samples of each, by the round.
func (p Plan) Run(jobs []Job) ([]Series, error) {
	counts := make([]int, len(jobs))
	out := make([]Series, len(jobs))
	for i, j := range jobs {
		n, err := p.calibrate(j)
		if err != nil {
			return nil, err
		}
		counts[i] = n
	}
	for round := range p.Rounds {
		samples, err := p.round(round, jobs, counts)
		if err != nil {
			return nil, err
		}
		for i, s := range samples {
			out[i] = append(out[i], s)
		}
	}
	return out, nil
}

// round gives each job its turns and returns the mean of each.
func (p Plan) round(round int, jobs []Job, counts []int) ([]Sample, error) {
	samples := make([]Sample, len(jobs))
	turns := max(p.Turns, 1)
	for t := range turns {
		for k := range jobs {
			i := turn(round*turns+t, k, len(jobs))
			if p.Progress != nil {
				p.Progress(round, jobs[i].Name)
			}
			s, err := once(jobs[i], counts[i])
			if err != nil {
				return nil, err
			}
			samples[i].add(s, 1/float64(turns))
		}
	}
	return samples, nil
}

// add adds a part of another sample.
func (s *Sample) add(other Sample, part float64) {
	s.Nanos += part * other.Nanos
	s.CPU += part * other.CPU
	s.Allocs += part * other.Allocs
	s.Bytes += part * other.Bytes
}

// turn is the job that is the k-th of its round: every second round is the one
// before it backwards, and each pair of them begins with another job.
func turn(round, k, jobs int) int {
	if round%2 == 1 {
		k = jobs - 1 - k
	}
	return (round/2 + k) % jobs
}

// calibrate finds how often a job runs in a slice.
func (p Plan) calibrate(j Job) (int, error) {
	for n := 1; ; n *= 4 {
		s, err := once(j, n)
		if err != nil {
			return 0, err
		}
		if took := s.Nanos * float64(n); took >= float64(p.Slice)/8 || n > 1<<28 {
			return max(1, int(float64(p.Slice)/s.Nanos)), nil
		}
	}
}

func once(j Job, n int) (Sample, error) {
	runtime.GC()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	used, start := processor(), time.Now()
	err := j.Run(n)
	took := time.Since(start)
	used = processor() - used
	runtime.ReadMemStats(&after)
	if err != nil {
		return Sample{}, fmt.Errorf("%s: %w", j.Name, err)
	}
	each := func(total uint64) float64 { return float64(total) / float64(n) }
	return Sample{
		Nanos:  float64(max(took, 1)) / float64(n),
		CPU:    float64(max(used, 1)) / float64(n),
		Allocs: each(after.Mallocs - before.Mallocs),
		Bytes:  each(after.TotalAlloc - before.TotalAlloc),
	}, nil
}
