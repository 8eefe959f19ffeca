package chart

import (
	"math"
	"strings"

	"github.com/larder-go/larder/bench/table"
)

// Axis is one axis of a plot.
type Axis struct {
	Label string
	Log   bool
	Ticks []Tick // where nothing is given, they are found
}

// Tick is a marked place on an axis.
type Tick struct {
	At   float64
	Text string
}

// span is an axis with its values laid out between two ends.
type span struct {
	Axis
	low, high float64 // values at the ends
	from, to  float64 // places of the ends
}

func newSpan(a Axis, low, high, from, to float64) span {
	if high <= low { // a single value lies at the lower end
		high = low + 1
		if a.Log {
			high = 10 * low
		}
	}
	s := span{a, low, high, from, to}
	if len(s.Ticks) == 0 {
		s.findTicks()
	}
	return s
}

func (s *span) findTicks() {
	if s.Log {
		s.logTicks()
		return
	}
	s.low = min(0, s.low)
	step := niceStep(s.high-s.low, 5)
	s.high = math.Ceil(s.high/step) * step
	for x := s.low; x <= s.high+step/2; x += step {
		s.Ticks = append(s.Ticks, Tick{x, round(x)})
	}
}

// round writes a round number.
func round(x float64) string { return strings.TrimSuffix(table.Number(x), ".0") }

// logTicks marks powers of ten, and 2 and 5 between them where there are few.
func (s *span) logTicks() {
	steps := []float64{1}
	if s.high/s.low < 300 {
		steps = []float64{1, 2, 5}
	}
	s.low, s.high = floorTo(s.low, steps), ceilTo(s.high, steps)
	for decade := math.Pow(10, math.Floor(math.Log10(s.low))); decade <= s.high*1.001; decade *= 10 {
		for _, step := range steps {
			if x := decade * step; x >= s.low*0.999 && x <= s.high*1.001 {
				s.Ticks = append(s.Ticks, Tick{x, round(x)})
			}
		}
	}
}

// floorTo is the largest step times a power of ten that is not above x.
func floorTo(x float64, steps []float64) float64 {
	decade := math.Pow(10, math.Floor(math.Log10(x)+1e-9))
	best := decade
	for _, step := range steps {
		if decade*step <= x*(1+1e-9) {
			best = decade * step
		}
	}
	return best
}

// ceilTo is the smallest step times a power of ten that is not below x.
func ceilTo(x float64, steps []float64) float64 {
	decade := math.Pow(10, math.Floor(math.Log10(x)+1e-9))
	for _, step := range append(steps, 10) {
		if decade*step >= x*(1-1e-9) {
			return decade * step
		}
	}
	return decade * 10
}

// niceStep divides width into about n steps of 1, 2 or 5 times a power of ten.
func niceStep(width float64, n int) float64 {
	if width <= 0 {
		return 1
	}
	return ceilTo(width/float64(n), []float64{1, 2, 5})
}

// place is where a value lies.
func (s *span) place(x float64) float64 {
	part := (x - s.low) / (s.high - s.low)
	if s.Log {
		part = math.Log(x/s.low) / math.Log(s.high/s.low)
	}
	return s.from + part*(s.to-s.from)
}
