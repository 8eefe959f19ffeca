package memcachestore

import (
	"time"

	"github.com/bradfitz/gomemcache/memcache"
)

// A lifetime is kept twice. The server gets a number of seconds that is never
// too small: its clock ticks once a second, so of N seconds between N-1 and N
// pass. The flags of the item hold the deadline itself, in 31 bits, for two
// purposes: a writer who must keep it can, since the server does not tell what
// is left; and if the lowest bit is set the reader treats the item as expired
// once the deadline has passed. That is done for lifetimes with a fraction of a
// second only, which the server alone would exceed by too much.
//
// Flags of 0 mean that the item does not expire.
const (
	flagUnit = 100 * time.Millisecond
	flagMask = 1<<31 - 1
	// A deadline that seems to lie further ahead is one in the past: the counter
	// of units begins anew after some seven years.
	flagPast = 1 << 27

	longest = 6 * 365 * 24 * time.Hour

	// From so many seconds on, the server takes the number for a date.
	maxRelative = 30 * 24 * 60 * 60

	// gone is the number of seconds with which an item is expired at once.
	gone = -1
)

// setLifetime makes it live for ttl, which must be positive.
func setLifetime(it *memcache.Item, ttl time.Duration, now time.Time) {
	if ttl > longest {
		it.Expiration, it.Flags = 0, 0
		return
	}
	exact := ttl%time.Second != 0
	setDeadline(it, now.Add(ttl), exact, now)
}

// setDeadline makes it live until deadline.
func setDeadline(it *memcache.Item, deadline time.Time, exact bool, now time.Time) {
	seconds := ceil(deadline.Sub(now), time.Second) + 1
	if seconds > maxRelative {
		seconds += now.Unix()
	}
	it.Expiration = int32(seconds)
	units := ceil(time.Duration(deadline.UnixNano()), flagUnit) & flagMask
	it.Flags = uint32(units) << 1
	if exact {
		it.Flags |= 1
	}
	if it.Flags == 0 {
		it.Flags = 2 // one unit late, rather than never
	}
}

// deadline returns when an item with these flags expires; forever if it does not.
func deadline(flags uint32, now time.Time) (at time.Time, forever bool) {
	if flags == 0 {
		return time.Time{}, true
	}
	nowUnits := now.UnixNano() / int64(flagUnit)
	ahead := (int64(flags>>1)-nowUnits+flagPast)&flagMask - flagPast
	return time.Unix(0, (nowUnits+ahead)*int64(flagUnit)), false
}

// expired tells whether an item with these flags has expired though the server
// still has it.
func expired(flags uint32, now time.Time) bool {
	if flags&1 == 0 {
		return false
	}
	at, _ := deadline(flags, now)
	return !now.Before(at)
}

// keepLifetime gives next the lifetime that it has.
func keepLifetime(next, it *memcache.Item, now time.Time) {
	at, forever := deadline(it.Flags, now)
	if forever {
		next.Expiration, next.Flags = 0, 0
		return
	}
	setDeadline(next, at, true, now)
}

// ceil returns how many units cover d.
func ceil(d, unit time.Duration) int64 {
	n := int64(d / unit)
	if d%unit > 0 {
		n++
	}
	return n
}
