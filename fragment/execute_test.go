package fragment

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/larder-go/larder"
)

func TestHitSparesTheBody(t *testing.T) {
	a := newApp(t, `{{.}} {{cache 60 "n"}}{{count}}{{endcache}}`)
	a.want(t, "a", "a 1")
	a.want(t, "b", "b 1")
	if got, want := a.outcomes(), []string{"miss n absent", "hit n"}; !slices.Equal(got, want) {
		t.Errorf("outcomes %q, want %q", got, want)
	}
}

// TestEmptyBlockIsAHit: nothing is something that can be kept.
func TestEmptyBlockIsAHit(t *testing.T) {
	a := newApp(t, `{{cache 60 "n"}}{{if count}}{{end}}{{endcache}}.`)
	a.want(t, nil, ".")
	a.want(t, nil, ".")
	if a.calls != 1 {
		t.Errorf("the body ran %d times, want once", a.calls)
	}
}

func TestVaryValues(t *testing.T) {
	a := newApp(t, `{{cache 60 "n" .}}{{count}}{{endcache}}`)
	for i, v := range []any{1, "1", 2, nil, "nil", "", []string{"a", "b"}, []string{"ab"}, []string{"a:b"}, true, 1.0, color(0)} {
		want := fmt.Sprint(i + 1)
		if v == color(0) {
			want = "13" // an integer like any other
			a.want(t, 0, "12")
			a.want(t, v, "12")
			continue
		}
		a.want(t, v, want)
		a.want(t, v, want)
	}
	a.want(t, int64(1), "1")
	a.want(t, uint8(1), "1")
}

func TestOrderOfVaryValuesCounts(t *testing.T) {
	a := newApp(t, `{{cache 60 "n" .a .b}}{{count}}{{endcache}}`)
	a.want(t, map[string]string{"a": "x", "b": "y"}, "1")
	a.want(t, map[string]string{"a": "y", "b": "x"}, "2")
	a.want(t, map[string]string{"a": "x", "b": "y"}, "1")
}

func TestTimeToLive(t *testing.T) {
	for ttl, lives := range map[string]time.Duration{`60`: time.Minute, `"90s"`: 90 * time.Second, `1.5`: 1500 * time.Millisecond, `nil`: 1000 * time.Hour} {
		t.Run(ttl, func(t *testing.T) {
			var mu sync.Mutex
			now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
			clock := func() time.Time { mu.Lock(); defer mu.Unlock(); return now }
			a := newApp(t, `{{cache `+ttl+` "n"}}{{count}}{{endcache}}`, larder.WithClock(clock))
			a.want(t, nil, "1")
			now = now.Add(lives - time.Millisecond)
			a.want(t, nil, "1")
			if ttl == "nil" {
				return
			}
			now = now.Add(time.Millisecond)
			a.want(t, nil, "2")
		})
	}
}

func TestTimeToLiveZeroKeepsNothing(t *testing.T) {
	a := newApp(t, `{{cache .ttl "n"}}{{count}}{{endcache}}`)
	for i, ttl := range []any{0, "0s", -5, time.Duration(-1)} {
		a.want(t, map[string]any{"ttl": ttl}, fmt.Sprint(i+1))
	}
	if got := a.outcomes(); got[0] != "bypass n no-ttl" {
		t.Errorf("outcomes %q", got)
	}
}

// TestWrongAtRunTime: the block is rendered without the cache, logged once and
// counted each time.
func TestWrongAtRunTime(t *testing.T) {
	for _, c := range []struct {
		name, text string
		data       any
		log        string
	}{
		{"TTL", `{{cache .x "n"}}{{count}}{{endcache}}`, map[string]any{"x": "soon"}, "root:1:2: the TTL is a string; allowed are seconds (900)"},
		{"TTL of a type", `{{cache .x "n"}}{{count}}{{endcache}}`, map[string]any{"x": []int{1}}, "the TTL is a []int"},
		{"vary value", `{{cache 60 "n" 1 .x}}{{count}}{{endcache}}`, map[string]any{"x": map[string]int{}}, "a vary value is a map[string]int; allowed are text, numbers"},
		{"tag", `{{cache 60 "n" (tags "a" .x)}}{{count}}{{endcache}}`, map[string]any{"x": 5}, "a tag is a int; allowed are text"},
		{"vary value that panics", `{{cache 60 "n" .x}}{{count}}{{endcache}}`, map[string]any{"x": hollow{}}, "a vary value is a fragment.hollow; its method panicked: runtime error: invalid memory address"},
		{"tag that panics", `{{cache 60 "n" (tags .x)}}{{count}}{{endcache}}`, map[string]any{"x": (*pointed)(nil)}, "a tag is a *fragment.pointed; its method panicked: runtime error: invalid memory address"},
		{"alias", `{{cache 60 "n" (using .x)}}{{count}}{{endcache}}`, map[string]any{"x": "nope"}, `no cache \"nope\"`},
		{"alias of a type", `{{cache 60 "n" (using .x)}}{{count}}{{endcache}}`, map[string]any{"x": 5}, "the alias of a cache is a int; allowed is text"},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := newApp(t, c.text)
			a.want(t, c.data, "1")
			a.want(t, c.data, "2")
			if got, want := a.outcomes(), []string{"bypass n bad-argument", "bypass n bad-argument"}; !slices.Equal(got, want) {
				t.Errorf("outcomes %q, want %q", got, want)
			}
			if log := a.log.String(); strings.Count(log, "\n") != 1 || !strings.Contains(log, c.log) {
				t.Errorf("logged %q, want %q once", log, c.log)
			}
		})
	}
}

func (broken) Get(context.Context, string) ([]byte, bool, error) { return nil, false, errOops }

func (broken) Set(context.Context, string, []byte, time.Duration) error { return errOops }

func (broken) Delete(context.Context, string) (bool, error) { return false, errOops }
