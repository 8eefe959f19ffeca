package readthrough

import (
	"fmt"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/larder-go/larder/store"
	"github.com/larder-go/larder/store/memstore"
)

// met makes a key's entry and finds it until it is remembered.
func met(t *testing.T, e *Engine, name string) *Key {
	t.Helper()
	begin(t, e, bg, e.Key(plainFace, []byte(name)), Access{}).Commit(text(name))
	for range 3 {
		want(t, e, e.Key(plainFace, []byte(name)), name)
	}
	return e.Key(plainFace, []byte(name))
}

func (k *Key) remembered() *Entry {
	if s := k.seen.Load(); len(s.variants) > 0 {
		return s.variants[0].last.Load()
	}
	return nil
}

// TestOnlyWhatIsMetAgainIsKeptDecoded: bytes are what a store in memory has of
// an entry, until somebody asks for it twice.
func TestOnlyWhatIsMetAgainIsKeptDecoded(t *testing.T) {
	e := engine(t, memstore.New(memstore.Options{}), Options{})
	find := func() *Key { return e.Key(plainFace, []byte("k")) }
	begin(t, e, bg, find(), Access{}).Commit(text("k"))
	if first, again := find(), find(); first == again || first.remembered() != nil {
		t.Error("a key is in the table before there was a hit")
	}
	want(t, e, find(), "k")
	if first, again := find(), find(); first != again || first.remembered() != nil {
		t.Error("after the first hit the key is to be in the table, and no entry with it")
	}
	want(t, e, find(), "k")
	if find().remembered() == nil {
		t.Error("after the second hit the entry is not remembered")
	}
}

// TestWhatIsRememberedGoesWithTheBytes: whatever takes the bytes away takes the
// decoded entry away before it returns.
func TestWhatIsRememberedGoesWithTheBytes(t *testing.T) {
	for name, change := range map[string]func(e *Engine, at string){
		"deleted":  func(e *Engine, at string) { e.store.Delete(bg, at) },
		"replaced": func(e *Engine, at string) { e.store.Set(bg, at, []byte("other"), time.Hour) },
	} {
		e := engine(t, memstore.New(memstore.Options{}), Options{})
		k := met(t, e, "k")
		if k.remembered() == nil {
			t.Fatal("nothing is remembered")
		}
		change(e, k.seen.Load().variants[0].entry)
		if k.remembered() != nil {
			t.Errorf("%s: the entry is remembered", name)
		}
		want(t, e, k, "")
	}
}

// visited counts how often a store in memory is asked.
type visited struct {
	*memstore.Store
	times int
}

func (v *visited) GetLive(key string) ([]byte, store.Dropper, bool) {
	v.times++
	return v.Store.GetLive(key)
}

// TestStoreSeesWhatIsInUse: once in each second, however many hits there are,
// and with every one where nobody tells the time.
func TestStoreSeesWhatIsInUse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := &visited{Store: memstore.New(memstore.Options{})}
		defer v.Close()
		e := engine(t, v, Options{})
		k := met(t, e, "k")
		for second := range 3 {
			time.Sleep(resync)
			e.Now()
			v.times = 0
			for range 100 {
				want(t, e, k, "k")
			}
			if v.times != 1 {
				t.Errorf("second %d: %d of 100 hits went to the store, want 1", second, v.times)
			}
		}
	})
	v := &visited{Store: memstore.New(memstore.Options{})}
	defer v.Close()
	e := engine(t, v, Options{Now: time.Now})
	k := met(t, e, "k")
	v.times = 0
	for range 10 {
		want(t, e, k, "k")
	}
	if v.times != 10 {
		t.Errorf("%d of 10 hits went to the store, want all", v.times)
	}
}

// TestWhatFallsOutOfTheTableIsFreed: the store does not hold what was decoded.
func TestWhatFallsOutOfTheTableIsFreed(t *testing.T) {
	e := engine(t, memstore.New(memstore.Options{}), Options{})
	freed := make(chan bool)
	runtime.AddCleanup(met(t, e, "k").remembered(), func(int) { close(freed) }, 0)
	for i := range e.keys.sets {
		for way := range e.keys.sets[i] {
			e.keys.sets[i][way].Store(nil)
		}
	}
	for range 500 {
		runtime.GC()
		select {
		case <-freed:
			want(t, e, e.Key(plainFace, []byte("k")), "k") // from the bytes
			return
		case <-time.After(10 * time.Millisecond):
		}
	}
	t.Error("the decoded entry is still in memory")
}

// TestEntriesAreSmall: what an entry takes beside its payload, on each kind of
// store. There may be millions of them.
func TestEntriesAreSmall(t *testing.T) {
	now := time.Date(2026, 1, 2, 3, 4, 5, 6, time.UTC).UnixNano()
	until := now + int64(time.Hour)
	for _, tt := range []struct {
		tags      int
		sum       bool
		root, max uint64
	}{
		{0, false, 5, 32}, {0, true, 1 << 63, 45}, {5, false, 5, 32 + 5*9}, {5, true, 1 << 63, 45 + 5*18},
	} {
		m := &Entry{Born: now, FreshUntil: until, StaleUntil: until, ErrorUntil: until, root: tt.root, stamped: &stamped{}}
		for i := range tt.tags {
			m.stamped.tags = append(m.stamped.tags, fmt.Sprint("product", i)[:7])
			m.stamped.tokens = append(m.stamped.tokens, tt.root>>5)
		}
		if blob, _ := m.encode(tt.sum); uint64(len(blob)) > tt.max || len(blob) != cap(blob) {
			t.Errorf("with %d tags, checksum %t: %d bytes in %d; want %d at most", tt.tags, tt.sum, len(blob), cap(blob), tt.max)
		}
	}
}
