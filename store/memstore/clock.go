package memstore

import (
	"math"
	"time"

	"github.com/larder-go/larder/store"
	"github.com/maypok86/otter/v2"
)

// resolution is how far the clock that reads look at may lag behind.
const resolution = 100 * time.Millisecond

// clock counts nanoseconds. It has an exact face, from which deadlines are
// counted, and a coarse one for reads that lags behind but is never ahead.
type clock interface {
	now() int64
	coarse() otter.Clock
	stop()
}

func newClock(tell func() time.Time) clock {
	if tell != nil {
		return toldClock{tell}
	}
	// The start is read first: so the exact face, which adds to it, is never
	// behind the coarse one.
	start := time.Now()
	c := &monotonicClock{start: start, ticking: otter.NewCoarseClock(resolution)}
	c.startNano = c.ticking.NowNano()
	return c
}

// monotonicClock is the system's clock, unmoved by changes of the time of day.
type monotonicClock struct {
	start     time.Time
	startNano int64
	ticking   *otter.CoarseClock
}

func (c *monotonicClock) now() int64          { return c.startNano + int64(time.Since(c.start)) }
func (c *monotonicClock) coarse() otter.Clock { return c.ticking }
func (c *monotonicClock) stop()               { c.ticking.Stop() }

// toldClock is a clock that a test moves; both faces are exact.
type toldClock struct{ tell func() time.Time }

func (c toldClock) now() int64          { return c.tell().UnixNano() }
func (c toldClock) coarse() otter.Clock { return c }
func (c toldClock) stop()               {}

// NowNano and Tick implement otter.Clock. Ticks start clean-ups and are real
// time: a clean-up asks NowNano what has expired.
func (c toldClock) NowNano() int64                            { return c.now() }
func (c toldClock) Tick(every time.Duration) <-chan time.Time { return time.Tick(every) }

// deadline returns when something that is stored now for ttl, which must be
// positive, expires.
func deadline(c clock, ttl time.Duration) int64 {
	if ttl == store.Forever {
		return never
	}
	now := c.now()
	if now > math.MaxInt64-int64(ttl) {
		return never
	}
	return now + int64(ttl)
}
