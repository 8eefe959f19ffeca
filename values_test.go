package larder_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/larder-go/larder"
)

type product struct {
	Name  string
	Price int
}

func TestValuesComeBackAsTheyWere(t *testing.T) {
	onEveryStore(t, func(t *testing.T, url string) {
		c := open(t, url)
		roundTrip(t, c, "")
		roundTrip(t, c, "text")
		roundTrip(t, c, "größe, 大小, \x00\xff\r\n")
		roundTrip(t, c, strings.Repeat("large ", 50_000))
		roundTrip(t, c, 0)
		roundTrip(t, c, -42)
		roundTrip(t, c, int64(-1<<63))
		roundTrip(t, c, uint64(1<<64-1))
		roundTrip(t, c, uint8(255))
		roundTrip(t, c, 1.5)
		roundTrip(t, c, false)
		roundTrip(t, c, product{"tea", 350})
		roundTrip(t, c, time.Unix(1e9, 5).UTC())
		roundTrip(t, c, minute)
		roundTrip[any](t, c, nil)
		roundTrip[*product](t, c, nil) // told apart from a miss
		for _, b := range [][]byte{{}, []byte("bytes\x00\xff"), []byte("42"), bytes.Repeat([]byte{0xC5}, 1000)} {
			set(t, c, "bytes", b, minute)
			if got, ok, err := larder.Get[[]byte](bg, c, "bytes"); !bytes.Equal(got, b) || !ok || err != nil {
				t.Errorf("%q, %t, %v; want %q", got, ok, err, b)
			}
		}
		if _, ok, err := larder.Get[string](bg, c, "never set"); ok || err != nil {
			t.Errorf("an absent key: %t, %v", ok, err)
		}
	})
}

func roundTrip[T comparable](t *testing.T, c *larder.Cache, v T) {
	t.Helper()
	set(t, c, "k", v, minute)
	want(t, c, "k", v)
}

func TestKeysAreAnyText(t *testing.T) {
	onEveryStore(t, func(t *testing.T, url string) {
		c := open(t, url, larder.WithPrefix("präfix {a}"))
		keys := []string{"", " ", "a b", "a\nset x 0 0 1", "\x00", "ключ", "{a}", strings.Repeat("k", 250), strings.Repeat("k", 251), "1:a", "#", "#a"}
		for i, key := range keys {
			set(t, c, key, i, minute)
		}
		for i, key := range keys {
			want(t, c, key, i)
		}
	})
}

func TestStoredValuesAreCopies(t *testing.T) {
	onEveryStore(t, func(t *testing.T, url string) {
		c := open(t, url)
		b := []byte("before")
		set(t, c, "k", b, minute)
		copy(b, "after!")
		got, _, _ := larder.Get[[]byte](bg, c, "k")
		copy(got, "broken")
		if again, _, _ := larder.Get[[]byte](bg, c, "k"); string(again) != "before" {
			t.Errorf("got %q", again)
		}
	})
}

func TestTTLs(t *testing.T) {
	onEveryStore(t, func(t *testing.T, url string) {
		now := time.Now()
		c := open(t, url, larder.WithTTL(10*minute), larder.WithClock(func() time.Time { return now }))
		set(t, c, "default", "x", larder.DefaultTTL)
		set(t, c, "forever", "x", larder.Forever)
		set(t, c, "hour", "x", time.Hour)
		for _, ttl := range []time.Duration{0, -1, -time.Hour} {
			set(t, c, "gone", "x", minute)
			set(t, c, "gone", "y", ttl) // not kept, and what was there goes
			wantNone(t, c, "gone")
			set(t, c, "gone", 1, minute)
			set(t, c, "gone", 2, ttl)
			wantNone(t, c, "gone")
		}
		now = now.Add(10*minute - 1)
		want(t, c, "default", "x")
		now = now.Add(1)
		wantNone(t, c, "default")
		want(t, c, "hour", "x")
		now = now.Add(50 * 365 * 24 * time.Hour)
		want(t, c, "forever", "x")
		wantNone(t, c, "hour")
	})
}

func TestSetOverwritesValueAndTTL(t *testing.T) {
	onEveryStore(t, func(t *testing.T, url string) {
		now := time.Now()
		c := open(t, url, larder.WithClock(func() time.Time { return now }))
		set(t, c, "k", "long", time.Hour)
		set(t, c, "k", "short", minute)
		want(t, c, "k", "short")
		now = now.Add(minute)
		wantNone(t, c, "k")
	})
}

func TestAdd(t *testing.T) {
	onEveryStore(t, func(t *testing.T, url string) {
		c := open(t, url)
		check(t, "Add to nothing", true)(larder.Add(bg, c, "k", "first", minute))
		check(t, "Add to something", false)(larder.Add(bg, c, "k", "second", minute))
		want(t, c, "k", "first")
		check(t, "Add of an integer", true)(larder.Add(bg, c, "n", 1, minute))
		check(t, "Add of another", false)(larder.Add(bg, c, "n", 2, minute))
		check(t, "Add without a TTL", true)(larder.Add(bg, c, "none", "x", 0))
		check(t, "Add of an integer without a TTL", true)(larder.Add(bg, c, "none", 1, 0))
		wantNone(t, c, "none")
		var winners atomic.Int32
		var wg sync.WaitGroup
		for range 20 {
			wg.Go(func() {
				if added, err := larder.Add(bg, c, "race", "x", minute, larder.Tags("t")); err != nil {
					t.Error(err)
				} else if added {
					winners.Add(1)
				}
			})
		}
		wg.Wait()
		if winners.Load() != 1 {
			t.Errorf("%d of 20 added it, want one", winners.Load())
		}
		if err := c.Invalidate(bg, "t"); err != nil {
			t.Fatal(err)
		}
		check(t, "Add to what is invalidated", true)(larder.Add(bg, c, "race", "y", minute))
	})
}

func TestManyAtOnce(t *testing.T) {
	onEveryStore(t, func(t *testing.T, url string) {
		c := open(t, url)
		items := map[string]string{}
		for i := range 50 {
			items[fmt.Sprint(i)] = strings.Repeat("x", i)
		}
		if err := larder.SetMany(bg, c, items, minute, larder.Tags("all")); err != nil {
			t.Fatal(err)
		}
		got, err := larder.GetMany[string](bg, c, []string{"7", "none", "0", "7"})
		if err != nil || len(got) != 2 || got["7"] != items["7"] || got["0"] != "" {
			t.Errorf("%q, %v; want those that there are", got, err)
		}
		if err := c.DeleteMany(bg, "7", "none"); err != nil {
			t.Error(err)
		}
		wantNone(t, c, "7")
		want(t, c, "8", items["8"])
		if err := c.Invalidate(bg, "all"); err != nil {
			t.Fatal(err)
		}
		wantNone(t, c, "8")
		if got, err := larder.GetMany[string](bg, c, nil); len(got) != 0 || err != nil {
			t.Errorf("nothing asked for: %v, %v", got, err)
		}
		if err := errors.Join(larder.SetMany(bg, c, map[string]int{}, minute), c.DeleteMany(bg)); err != nil {
			t.Errorf("nothing to do: %v", err)
		}
	})
}

func TestSetManySaysWhichKeysFailed(t *testing.T) {
	c := open(t, "memory://?max=64KiB")
	err := larder.SetMany(bg, c, map[string]string{"small": "x", "large": strings.Repeat("x", 1<<17)}, minute)
	var failed *larder.KeyErrors
	if !errors.As(err, &failed) || len(failed.ByKey) != 1 || failed.ByKey["large"] == nil || !errors.Is(err, larder.ErrStore) {
		t.Fatalf("error %v", err)
	}
	want(t, c, "small", "x")
}

func TestDeleteHasTouch(t *testing.T) {
	onEveryStore(t, func(t *testing.T, url string) {
		now := time.Now()
		c := open(t, url, larder.WithClock(func() time.Time { return now }))
		check(t, "Delete of nothing", false)(c.Delete(bg, "k"))
		check(t, "Has of nothing", false)(c.Has(bg, "k"))
		check(t, "Touch of nothing", false)(c.Touch(bg, "k", minute))
		set(t, c, "k", "x", minute, larder.Tags("t"))
		check(t, "Has", true)(c.Has(bg, "k"))
		check(t, "Touch", true)(c.Touch(bg, "k", larder.Forever))
		now = now.Add(time.Hour)
		want(t, c, "k", "x")
		check(t, "Touch to the default", true)(c.Touch(bg, "k", larder.DefaultTTL))
		now = now.Add(5 * minute)
		wantNone(t, c, "k")
		set(t, c, "k", "x", minute)
		check(t, "Touch with 0", true)(c.Touch(bg, "k", 0))
		wantNone(t, c, "k")
		set(t, c, "k", "x", minute, larder.Tags("t"))
		if err := c.Invalidate(bg, "t"); err != nil {
			t.Fatal(err)
		}
		check(t, "Has of what is invalidated", false)(c.Has(bg, "k"))
		check(t, "Touch of what is invalidated", false)(c.Touch(bg, "k", minute))
		check(t, "Delete of what is invalidated", false)(c.Delete(bg, "k"))
		set(t, c, "k", 7, minute)
		check(t, "Touch of an integer", true)(c.Touch(bg, "k", minute))
		check(t, "Delete", true)(c.Delete(bg, "k"))
	})
}

func TestCounting(t *testing.T) {
	onEveryStore(t, func(t *testing.T, url string) {
		c := open(t, url)
		if _, err := c.Incr(bg, "n", 1); !errors.Is(err, larder.ErrNotFound) {
			t.Errorf("Incr of nothing: %v", err)
		}
		set(t, c, "n", 5, minute)
		check(t, "Incr", int64(8))(c.Incr(bg, "n", 3))
		check(t, "Incr by a negative", int64(7))(c.Incr(bg, "n", -1))
		if n, err := c.Decr(bg, "n", math.MinInt64); err == nil {
			t.Errorf("Decr by a number without a negative: %d", n)
		}
		check(t, "Decr", int64(-3))(c.Decr(bg, "n", 10))
		want(t, c, "n", -3)
		var wg sync.WaitGroup
		for range 50 {
			wg.Go(func() {
				if _, err := c.Incr(bg, "n", 1); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		want(t, c, "n", 47)
		set(t, c, "text", "5", minute)
		set(t, c, "tagged", 5, minute, larder.Tags("t"))
		for _, key := range []string{"text", "tagged"} {
			if _, err := c.Incr(bg, key, 1); !errors.Is(err, errors.ErrUnsupported) {
				t.Errorf("Incr of %s: %v, want ErrUnsupported", key, err)
			}
		}
		want(t, c, "tagged", 5)
		if err := c.Clear(bg); err != nil {
			t.Fatal(err)
		}
		wantNone(t, c, "n")
	})
}

func TestIncrKeepsTheTTL(t *testing.T) {
	onEveryStore(t, func(t *testing.T, url string) {
		c := open(t, url)
		set(t, c, "n", 1, time.Second)
		check(t, "Incr", int64(2))(c.Incr(bg, "n", 1))
		deadline := time.Now().Add(4 * time.Second)
		for {
			if has, _ := c.Has(bg, "n"); !has {
				return
			}
			if time.Now().After(deadline) {
				t.Fatal("it outlived its TTL")
			}
			time.Sleep(50 * time.Millisecond)
		}
	})
}

func TestVersions(t *testing.T) {
	onEveryStore(t, func(t *testing.T, url string) {
		now := time.Now()
		c := open(t, url, larder.WithVersion(2), larder.WithClock(func() time.Time { return now }))
		set(t, c, "k", "two", minute, larder.Tags("t"))
		set(t, c.AtVersion(1), "k", "one", minute)
		want(t, c, "k", "two")
		want(t, open(t, url), "k", "one") // the default is 1
		check(t, "IncrVersion", 3)(c.IncrVersion(bg, "k"))
		wantNone(t, c, "k")
		want(t, c.AtVersion(3), "k", "two")
		check(t, "DecrVersion", 2)(c.AtVersion(3).DecrVersion(bg, "k"))
		want(t, c, "k", "two")
		now = now.Add(minute - 1) // it has kept its TTL
		want(t, c, "k", "two")
		if err := c.Invalidate(bg, "t"); err != nil { // and its tags
			t.Fatal(err)
		}
		wantNone(t, c, "k")
		if _, err := c.IncrVersion(bg, "k"); !errors.Is(err, larder.ErrNotFound) {
			t.Errorf("IncrVersion of nothing: %v", err)
		}
		set(t, c, "n", 5, minute)
		check(t, "IncrVersion of an integer", 3)(c.IncrVersion(bg, "n"))
		check(t, "Incr of it", int64(6))(c.AtVersion(3).Incr(bg, "n", 1))
	})
}

func TestPrefixesIsolate(t *testing.T) {
	onEveryStore(t, func(t *testing.T, url string) {
		none, a, b := open(t, url), open(t, url, larder.WithPrefix("larder")), open(t, url, larder.WithPrefix("b"))
		for i, c := range []*larder.Cache{none, a, b} {
			set(t, c, "n", i, minute)
			set(t, c, "k", fmt.Sprint(i), minute, larder.Tags("t"))
		}
		if err := a.Clear(bg); err != nil {
			t.Fatal(err)
		}
		if err := b.Invalidate(bg, "t"); err != nil {
			t.Fatal(err)
		}
		wantNone(t, a, "k")
		wantNone(t, a, "n")
		wantNone(t, b, "k")
		want(t, b, "n", 2)
		want(t, none, "k", "0")
		want(t, none, "n", 0)
	})
}

// A prefix can be said in two places. Where they join it must not be the text of
// another one.
func TestAPrefixInTheURLAndAnotherOne(t *testing.T) {
	onEveryStore(t, func(t *testing.T, url string) {
		sep := "?"
		if strings.Contains(url, sep) {
			sep = "&"
		}
		one, other := open(t, url+sep+"prefix=shop", larder.WithPrefix("eu")), open(t, url, larder.WithPrefix("shop:eu"))
		set(t, one, "k", "of the shop", minute)
		wantNone(t, other, "k")
		if err := other.Clear(bg); err != nil {
			t.Fatal(err)
		}
		want(t, one, "k", "of the shop")
	})
}

func TestWhatDoesNotDecodeIsAnError(t *testing.T) {
	onEveryStore(t, func(t *testing.T, url string) {
		c := open(t, url)
		set(t, c, "k", "no number", minute)
		if _, ok, err := larder.Get[int](bg, c, "k"); ok || err == nil {
			t.Errorf("text as a number: %t, %v", ok, err)
		}
		if _, ok, err := larder.Get[product](bg, c, "k"); ok || err == nil {
			t.Errorf("text as a struct: %t, %v", ok, err)
		}
		set(t, c, "n", 300, minute)
		if _, ok, err := larder.Get[uint8](bg, c, "n"); ok || err == nil {
			t.Errorf("300 as a uint8: %t, %v", ok, err)
		}
		if _, err := larder.GetMany[int](bg, c, []string{"n", "k"}); err == nil || !strings.Contains(err.Error(), `"k"`) {
			t.Errorf("many: %v, want an error that names the key", err)
		}
		if err := larder.Set(bg, c, "f", func() {}, minute); err == nil {
			t.Error("a function was kept")
		}
		if _, err := larder.Add(bg, c, "f", func() {}, minute); err == nil {
			t.Error("a function was added")
		}
		if _, err := larder.GetOrSet(bg, c, "k", minute, func(context.Context) (int, error) { return 1, nil }); err == nil {
			t.Error("GetOrSet took text for a number")
		}
	})
}

func TestAnInvalidatedValueIsGoneForEverybody(t *testing.T) {
	onEveryStore(t, func(t *testing.T, url string) {
		c, other := open(t, url), open(t, url)
		for i := range 10 {
			v, err := larder.GetOrSet(bg, c, "k", minute, func(ctx context.Context) (string, error) {
				larder.Tag(ctx, "late")
				return fmt.Sprint(i), nil
			}, larder.Tags("early"))
			if v != fmt.Sprint(i) || err != nil {
				t.Fatalf("%q, %v", v, err)
			}
			want(t, other, "k", v)
			if err := other.Invalidate(bg, []string{"early", "late"}[i%2]); err != nil {
				t.Fatal(err)
			}
			wantNone(t, c, "k")
		}
	})
}

// faulty is a value that cannot be written.
type faulty struct{}

func (faulty) MarshalJSON() ([]byte, error) { panic("a codec went wrong") }

// As with Set, whoever called gets the panic, and can recover from it.
func TestAPanicInSetManyReachesItsCaller(t *testing.T) {
	c := open(t, "")
	defer func() {
		if v := recover(); v == nil || !strings.Contains(fmt.Sprint(v), "a codec went wrong") {
			t.Errorf("recovered %v", v)
		}
	}()
	larder.SetMany(bg, c, map[string]faulty{"a": {}, "b": {}}, minute)
	t.Error("no panic")
}

func TestWhatTheCallerCancelledIsNoFailureOfTheStore(t *testing.T) {
	onEveryStore(t, func(t *testing.T, url string) {
		c := open(t, url)
		set(t, c, "text", "v", minute)
		set(t, c, "number", 1, minute)
		plain, cancel := context.WithCancel(bg)
		cancel()
		caused, cancelBy := context.WithCancelCause(bg)
		cancelBy(errors.New("another goroutine of an errgroup failed"))
		for with, ctx := range map[string]context.Context{"without a cause": plain, "with a cause": caused} {
			for what, ask := range map[string]func() error{
				"Set":         func() error { return larder.Set(ctx, c, "text", "w", minute) },
				"Set, number": func() error { return larder.Set(ctx, c, "number", 2, minute) },
				"Add":         func() error { _, err := larder.Add(ctx, c, "new", "w", minute); return err },
				"Delete":      func() error { _, err := c.Delete(ctx, "text"); return err },
				"Touch":       func() error { _, err := c.Touch(ctx, "text", minute); return err },
				"Incr":        func() error { _, err := c.Incr(ctx, "number", 1); return err },
				"IncrVersion": func() error { _, err := c.IncrVersion(ctx, "text"); return err },
			} {
				if err := ask(); !errors.Is(err, context.Canceled) || errors.Is(err, larder.ErrStore) {
					t.Errorf("%s %s: %v", what, with, err)
				}
			}
		}
	})
}
