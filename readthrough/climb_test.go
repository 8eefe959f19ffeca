package readthrough

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/larder-go/larder/store"
)

// nest renders outer around what inside does, and says whether it was kept.
func nest(t *testing.T, e *Engine, k *Key, inside func(ctx context.Context)) (n *Entry, why string) {
	t.Helper()
	r := begin(t, e, bg, k, Access{})
	inside(r.Context())
	return r.Commit(text("outer"))
}

func TestTagsClimb(t *testing.T) {
	tagIt := func(ctx context.Context) (Loaded, error) { Tag(ctx, "deep"); return answer, nil }
	for name, inside := range map[string]func(e *Engine) func(ctx context.Context){
		"said in the render": func(*Engine) func(context.Context) {
			return func(ctx context.Context) { Tag(ctx, "deep") }
		},
		"said in a render inside": func(e *Engine) func(context.Context) {
			return func(ctx context.Context) { e.Do(ctx, key(e, "inner"), Access{}, tagIt) }
		},
		"given to a render inside": func(e *Engine) func(context.Context) {
			return func(ctx context.Context) { e.Do(ctx, key(e, "inner"), Access{Tags: []string{"deep"}}, value("x")) }
		},
		"of a hit": func(e *Engine) func(context.Context) {
			e.Do(bg, key(e, "inner"), Access{}, tagIt)
			return func(ctx context.Context) { e.Do(ctx, key(e, "inner"), Access{}, value("not run")) }
		},
		"of a hit that was only looked up": func(e *Engine) func(context.Context) {
			e.Do(bg, key(e, "inner"), Access{}, tagIt)
			return func(ctx context.Context) {
				n, _ := e.Find(ctx, key(e, "inner"), nil)
				e.Use(ctx, n)
			}
		},
		"of a hit inside a render inside": func(e *Engine) func(context.Context) {
			e.Do(bg, key(e, "inner"), Access{}, tagIt)
			return func(ctx context.Context) {
				e.Do(ctx, key(e, "between"), Access{}, func(ctx context.Context) (Loaded, error) {
					e.Do(ctx, key(e, "inner"), Access{}, value("not run"))
					return answer, nil
				})
			}
		},
		"of somebody else's render that was waited for": func(e *Engine) func(context.Context) {
			return func(ctx context.Context) {
				var wg sync.WaitGroup
				leading, lead := make(chan bool), make(chan bool)
				wg.Go(func() {
					e.Do(bg, key(e, "inner"), Access{}, func(ctx context.Context) (Loaded, error) {
						close(leading)
						<-lead
						return tagIt(ctx)
					})
				})
				<-leading
				wg.Go(func() { e.Do(ctx, key(e, "inner"), Access{}, value("not run")) })
				awaitWaiters(e, 1)
				close(lead)
				wg.Wait()
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			onBothForms(t, func(t *testing.T, s store.Store) {
				e := engine(t, s, Options{})
				k := key(e, "outer")
				n, why := nest(t, e, k, inside(e))
				for n == nil && why == "invalidated" { // tags named late ask for a quiet moment
					n, why = nest(t, e, k, inside(e))
				}
				if n == nil || !slices.Equal(n.Tags(), []string{"deep"}) {
					t.Fatalf("tags %v (%s), want [deep]", n.Tags(), why)
				}
				if err := e.Invalidate(bg, hardOn("deep")); err != nil {
					t.Fatal(err)
				}
				want(t, e, k, "")
			})
		})
	}
}

func hardOn(tags ...string) Target { return Target{Tags: tags} }

func TestWhatThePageSaysReachesOpenBlocks(t *testing.T) {
	onBothForms(t, func(t *testing.T, s store.Store) {
		e := engine(t, s, Options{})
		page := begin(t, e, bg, key(e, "page"), Access{})
		closed := begin(t, e, page.Context(), key(e, "closed"), Access{})
		closed.Commit(text("closed"))
		block := begin(t, e, page.Context(), key(e, "block"), Access{})
		inner := begin(t, e, block.Context(), key(e, "inner"), Access{})
		Tag(page.Context(), "said", "", "said")
		for name, r := range map[string]*Render{"page": page, "block": block, "inner": inner} {
			if !slices.Equal(r.Tags(), []string{"said"}) {
				t.Errorf("%s has the tags %v", name, r.Tags())
			}
		}
		if n, _ := e.Find(bg, key(e, "closed"), nil); len(n.Tags()) != 0 {
			t.Errorf("a block that was over has the tags %v", n.Tags())
		}
		NoStore(block.Context())
		for name, r := range map[string]*Render{"inner": inner, "block": block, "page": page} {
			if n, why := r.Commit(text("x")); n != nil || why != "no-store" {
				t.Errorf("%s: kept, or not because of %q", name, why)
			}
		}
	})
}

func TestOutsideOfRendersNothingIsSaid(t *testing.T) {
	Tag(bg, "t")
	MaxTTL(bg, time.Second)
	NoStore(bg)
}

func TestMaxTTLOnlyLowers(t *testing.T) {
	now := time.Unix(1e9, 0)
	for name, tt := range map[string]struct {
		say  []time.Duration
		want time.Duration
		why  string
	}{
		"nothing":             {nil, minute, ""},
		"shorter":             {[]time.Duration{10 * time.Second}, 10 * time.Second, ""},
		"longer":              {[]time.Duration{time.Hour}, minute, ""},
		"forever":             {[]time.Duration{store.Forever}, minute, ""},
		"the shortest counts": {[]time.Duration{30 * time.Second, 20 * time.Second, 40 * time.Second}, 20 * time.Second, ""},
		"zero":                {[]time.Duration{0}, 0, "no-ttl"},
		"negative":            {[]time.Duration{-time.Second}, 0, "no-ttl"},
		"the most negative":   {[]time.Duration{-store.Forever - 1}, 0, "no-ttl"},
	} {
		t.Run(name, func(t *testing.T) {
			e := engine(t, newShelf(), Options{Now: func() time.Time { return now }})
			n, why := nest(t, e, key(e, "outer"), func(ctx context.Context) {
				e.Do(ctx, key(e, "inner"), Access{}, func(ctx context.Context) (Loaded, error) {
					for _, d := range tt.say {
						MaxTTL(ctx, d)
					}
					return answer, nil
				})
			})
			if why != tt.why {
				t.Fatalf("not kept because of %q, want %q", why, tt.why)
			}
			if why == "" && n.FreshUntil != now.Add(tt.want).UnixNano() {
				t.Errorf("fresh for %v, want %v", time.Unix(0, n.FreshUntil).Sub(now), tt.want)
			}
		})
	}
}

func TestMaxTTLClimbsWithHits(t *testing.T) {
	for name, l := range map[string]Loaded{"a value": answer, "an integer": integer} {
		t.Run(name, func(t *testing.T) {
			now := time.Unix(1e9, 0)
			e := engine(t, newShelf(), Options{Now: func() time.Time { return now }})
			inner := e.Key(rootedFace, []byte("inner"))
			e.Do(bg, inner, Access{}, func(ctx context.Context) (Loaded, error) {
				MaxTTL(ctx, 10*time.Second)
				return l, nil
			})
			now = now.Add(4 * time.Second)
			n, _ := nest(t, e, key(e, "outer"), func(ctx context.Context) { e.Do(ctx, inner, Access{}, value("not run")) })
			if left := time.Unix(0, n.FreshUntil).Sub(now); left != 6*time.Second {
				t.Errorf("fresh for %v, want the 6s that are left of what is inside", left)
			}
		})
	}
}

func TestAPageAroundSomethingStaleIsNotKept(t *testing.T) {
	onBothForms(t, func(t *testing.T, s store.Store) {
		e := engine(t, s, Options{})
		keep(t, e, key(e, "inner"), "old", "t")
		if err := e.Invalidate(bg, Target{Tags: []string{"t"}, Soft: true}); err != nil {
			t.Fatal(err)
		}
		_, why := nest(t, e, key(e, "outer"), func(ctx context.Context) {
			n, _ := e.Find(ctx, key(e, "inner"), nil)
			e.Use(ctx, n)
		})
		if why != "stale-inside" {
			t.Errorf("kept, or not because of %q", why)
		}
	})
}

func TestInsideARenderNothingStaleIsGiven(t *testing.T) {
	onBothForms(t, func(t *testing.T, s store.Store) {
		e := engine(t, s, Options{})
		a := Access{AllowStale: true}
		inner := key(e, "inner")
		n, _ := begin(t, e, bg, inner, a).Commit(Product{Parts: [][]byte{[]byte("old")}, Life: Life{Fresh: time.Nanosecond, StaleWhileRevalidate: minute}})
		if n == nil {
			t.Fatal("not kept")
		}
		time.Sleep(time.Millisecond)
		if b, _, _ := e.Do(bg, inner, Access{AllowStale: true, Alone: true}, value("refreshed")); string(b) != "old" {
			t.Errorf("outside: %q, want the stale copy", b)
		}
		nest(t, e, key(e, "outer"), func(ctx context.Context) {
			if b, _, _ := e.Do(ctx, inner, a, value("new")); string(b) == "old" {
				t.Errorf("inside: %q", b)
			}
		})
	})
}

func TestTooManyTags(t *testing.T) {
	e := engine(t, newShelf(), Options{})
	r := begin(t, e, bg, key(e, "k"), Access{})
	for i := range MaxTags + 1 {
		r.Tag(string(rune('0' + i)))
	}
	if n, why := r.Commit(text("x")); n != nil || why != "too-many-tags" {
		t.Errorf("kept, or not because of %q", why)
	}
	r = begin(t, e, bg, key(e, "k"), Access{})
	r.Tag(string(make([]byte, maxTagLength+1)))
	if why := r.Why(); why != "too-many-tags" {
		t.Errorf("a tag longer than can be kept: %q", why)
	}
	r.Abort("")
}

func TestSaidFromManyGoroutines(t *testing.T) {
	onBothForms(t, func(t *testing.T, s store.Store) {
		e := engine(t, s, Options{})
		k := key(e, "outer")
		r := begin(t, e, bg, k, Access{})
		var wg sync.WaitGroup
		for i := range 16 {
			wg.Go(func() {
				e.Do(r.Context(), key(e, string(rune('a'+i))), Access{}, func(ctx context.Context) (Loaded, error) {
					Tag(ctx, string(rune('a'+i)))
					MaxTTL(ctx, time.Duration(i+1)*time.Second)
					return answer, nil
				})
			})
		}
		wg.Wait()
		if n, why := r.Commit(text("x")); n == nil || len(n.Tags()) != 16 {
			t.Errorf("%s; tags %v, want 16", why, n.Tags())
		}
	})
}
