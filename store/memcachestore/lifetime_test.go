package memcachestore

import (
	"testing"
	"time"

	"github.com/bradfitz/gomemcache/memcache"
)

const day = 24 * time.Hour

func TestSetLifetime(t *testing.T) {
	now := time.Unix(1_800_000_000, 30_000_000)
	for _, c := range []struct {
		ttl     time.Duration
		seconds int32
		exact   bool
	}{
		{1, 2, true},
		{time.Millisecond, 2, true},
		{time.Second, 2, false},
		{time.Second + 1, 3, true},
		{time.Minute, 61, false},
		{30*day - time.Second, 30 * 24 * 60 * 60, false},
		{30 * day, 1_800_000_000 + 30*24*60*60 + 1, false},
		{365 * day, 1_800_000_000 + 365*24*60*60 + 1, false},
		{longest, 1_800_000_000 + 6*365*24*60*60 + 1, false},
	} {
		var it memcache.Item
		setLifetime(&it, c.ttl, now)
		if it.Expiration != c.seconds || (it.Flags&1 == 1) != c.exact {
			t.Errorf("ttl %v: %d seconds, flags %x; want %d, exact %t", c.ttl, it.Expiration, it.Flags, c.seconds, c.exact)
		}
		at, forever := deadline(it.Flags, now)
		if late := at.Sub(now.Add(c.ttl)); forever || late < 0 || late >= flagUnit {
			t.Errorf("ttl %v: deadline %v too late, forever %t", c.ttl, late, forever)
		}
	}
}

func TestForeverHasNoDeadline(t *testing.T) {
	now := time.Now()
	var it, next memcache.Item
	setLifetime(&it, longest+1, now)
	keepLifetime(&next, &it, now)
	for _, it := range []memcache.Item{it, next} {
		if it.Expiration != 0 || it.Flags != 0 || expired(it.Flags, now.Add(50*365*day)) {
			t.Errorf("an item without end has %d seconds, flags %x", it.Expiration, it.Flags)
		}
	}
}

func TestKeepLifetime(t *testing.T) {
	now := time.Now()
	var it, next memcache.Item
	setLifetime(&it, time.Minute, now)
	later := now.Add(20 * time.Second)
	keepLifetime(&next, &it, later)
	if next.Expiration < 41 || next.Expiration > 42 {
		t.Errorf("20 of 60 seconds later an item is kept for %d more; want 40 and one", next.Expiration)
	}
	if expired(next.Flags, now.Add(time.Minute-1)) || !expired(next.Flags, now.Add(time.Minute+flagUnit)) {
		t.Error("the deadline moved")
	}
}

// FuzzDeadline checks that the 31 bits are enough: for any time of writing and
// any lifetime, a reader at any moment agrees with the writer about the end.
func FuzzDeadline(f *testing.F) {
	f.Add(int64(1_800_000_000_000_000_000), int64(1500*time.Millisecond), int64(time.Second))
	f.Add(int64(0), int64(longest-1), int64(0))
	f.Add(int64(214_748_364_800_000_000), int64(1), int64(1))
	f.Fuzz(func(t *testing.T, written, ttl, after int64) {
		if written < 0 || written > 1<<62 || ttl <= 0 || ttl >= int64(longest) || ttl%int64(time.Second) == 0 || after < 0 || after > ttl+int64(day) {
			t.Skip()
		}
		now := time.Unix(0, written)
		var it memcache.Item
		setLifetime(&it, time.Duration(ttl), now)
		reader := now.Add(time.Duration(after))
		if expired(it.Flags, reader) && after < ttl {
			t.Fatalf("expired after %v of %v", time.Duration(after), time.Duration(ttl))
		}
		if !expired(it.Flags, reader) && after >= ttl+2*int64(flagUnit) {
			t.Fatalf("alive after %v of %v", time.Duration(after), time.Duration(ttl))
		}
	})
}
