package readthrough

import (
	"sync/atomic"
	"time"
)

// wallClock tells the time of day from the monotonic clock, which is read at
// half the price, and looks at the real time of day once a second: a clock that
// was set, or a machine that slept, is noticed then.
type wallClock struct {
	base atomic.Pointer[time.Time]
}

const resync = time.Second

// tick is another pointer in each second in which somebody asks for the time,
// and nil where nobody does.
func (c *wallClock) tick() *time.Time { return c.base.Load() }

func (c *wallClock) now() int64 {
	if base := c.base.Load(); base != nil {
		if d := time.Since(*base); d < resync {
			return base.UnixNano() + int64(d)
		}
	}
	now := time.Now()
	c.base.Store(&now)
	return now.UnixNano()
}
