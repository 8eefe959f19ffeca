package readthrough

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
)

// The faces of the plays: without and with an index.
var (
	plainFace   = &Face{Name: "plain"}
	indexedFace = &Face{Name: "indexed", Indexed: true}
	rootedFace  = &Face{Name: "rooted", Rooted: true}
)

// process is an engine with the keys that it knows in this run.
type process struct {
	*Engine
	key *Key
}

// stage makes the processes of a play, with the engines of the run before.
type stage struct {
	engines []*Engine
}

func (s *stage) process(w *world, i int, f *Face) *process {
	for len(s.engines) <= i {
		s.engines = append(s.engines, New(w, Options{}))
	}
	e := s.engines[i]
	for g := range e.marks.(*sharedMarks).guess {
		e.marks.(*sharedMarks).guess[g].Store(0)
	}
	return &process{e, e.newKey(f, []byte("unit"), 0)}
}

// invalidator changes the row, invalidates, and notes that this has returned.
func (p *process) invalidator(t Target) actor {
	return func(w *world, ctx context.Context) {
		var version int
		w.step(ctx, "commit", "row", func() { w.version++; version = w.version })
		if err := p.Invalidate(ctx, t); err != nil {
			w.fail("invalidate: %v", err)
		}
		w.step(ctx, "return", "returned", func() {
			if t.Soft {
				w.returned.soft = max(w.returned.soft, version)
			} else {
				w.returned.hard = max(w.returned.hard, version)
			}
		})
	}
}

func (w *world) fail(format string, args ...any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.wrong == "" {
		w.wrong = fmt.Sprintf(format, args...)
	}
}

// got judges what a request got that began when returned was newest.
func (w *world) got(n *Entry, before returned) {
	version, _ := strconv.Atoi(string(n.Payload))
	switch {
	case version < before.hard:
		w.fail("version %d served after the invalidation of %d had returned", version, before.hard)
	case version < before.soft && !n.Soft():
		w.fail("version %d served as fresh after the soft invalidation of %d had returned", version, before.soft)
	}
}

// renderer uses or renders the row; what it renders is the version that was
// there when its render began.
func (p *process) renderer(a Access, late []string, names ...string) actor {
	return func(w *world, ctx context.Context) {
		before := w.begin(ctx)
		n, r := p.Start(ctx, p.key, a)
		if n != nil {
			w.got(n, before)
			return
		}
		var version int
		w.step(ctx, "get", "row", func() { version = w.version })
		r.Tag(late...)
		r.Commit(Product{Parts: [][]byte{strconv.AppendInt(nil, int64(version), 10)}, Life: Life{Fresh: 1 << 40}, Names: names})
	}
}

func (w *world) begin(ctx context.Context) (before returned) {
	w.step(ctx, "get", "returned", func() { before = w.returned })
	return before
}

// reader looks up and renders nothing.
func (p *process) reader(v Varied) actor {
	return func(w *world, ctx context.Context) {
		before := w.begin(ctx)
		if n, _ := p.Find(ctx, p.key, v); n != nil {
			w.got(n, before)
		}
	}
}

// loser is a server that forgets records.
func loser(keys ...string) actor {
	return func(w *world, ctx context.Context) {
		for _, key := range keys {
			w.Delete(ctx, key)
		}
	}
}

func (p *process) shared() *sharedMarks { return p.marks.(*sharedMarks) }

// warm makes root and pulse, as any earlier render of another unit would have.
func (p *process) warm(ctx context.Context) {
	_, r := p.Start(ctx, p.newKey(plainFace, []byte("other"), 0), Access{})
	r.Abort("only to make the records")
}

var nobody = context.WithValue(context.Background(), actorKey{}, -1)

// scene is a play and what it is about.
type scene struct {
	name   string
	play   func(s *stage) play
	copies int // of root and pulse
}

var (
	tagged = Access{Tags: []string{"t"}}
	hard   = Target{Tags: []string{"t"}}
	soft   = Target{Tags: []string{"t"}, Soft: true}
	wipe   = Target{All: true}
)

// cast is a play by processes of one face, each with one actor.
func cast(f *Face, acts ...func(p *process) actor) func(s *stage) play {
	return func(s *stage) play {
		return func(w *world) (actors []actor) {
			for i, act := range acts {
				p := s.process(w, i, f)
				if i == 0 {
					p.warm(nobody)
				}
				actors = append(actors, act(p))
			}
			return actors
		}
	}
}

// kept is a play that begins with an entry in the store.
func kept(a Access, then func(s *stage) play) func(s *stage) play {
	return func(s *stage) play {
		next := then(s)
		return func(w *world) []actor {
			s.process(w, 0, plainFace).renderer(a, nil)(w, nobody)
			return next(w)
		}
	}
}

func invalidates(t Target) func(p *process) actor {
	return func(p *process) actor { return p.invalidator(t) }
}

func purges(p *process) actor { return p.invalidator(Target{Keys: []*Key{p.key}}) }

func renders(a Access, late []string, names ...string) func(p *process) actor {
	return func(p *process) actor { return p.renderer(a, late, names...) }
}

func looks(p *process) actor { return p.reader(nil) }

func restarts(*process) actor { return restart }

func losesMark(p *process) actor  { return loser(p.shared().mark("t")) }
func losesPulse(p *process) actor { return loser(p.shared().pulses[0]) }
func losesRoot(p *process) actor  { return loser(p.shared().roots[0]) }
func losesIndex(p *process) actor { return loser(p.shared().index(p.key)) }

// one is the Varied of a request whose varied header has one value.
type one struct{}

func (one) Values(names []string) []byte { return []byte("v"[:min(len(names), 1)]) }

var (
	tags   = []string{"t"}
	varied = Access{Varied: one{}}
)

func looksVaried(p *process) actor { return p.reader(one{}) }

// sameProcess plays all actors in one process, so that they meet in a flight.
func sameProcess(f *Face, acts ...func(p *process) actor) func(s *stage) play {
	return func(s *stage) play {
		return func(w *world) (actors []actor) {
			p := s.process(w, 0, f)
			p.warm(nobody)
			for _, act := range acts {
				actors = append(actors, act(p))
			}
			return actors
		}
	}
}

// elsewhere plays the first actor in a process of its own, and the others
// together in another one.
func elsewhere(f *Face, first func(p *process) actor, acts ...func(p *process) actor) func(s *stage) play {
	return func(s *stage) play {
		return func(w *world) []actor {
			p, q := s.process(w, 0, f), s.process(w, 1, f)
			p.warm(nobody)
			actors := []actor{first(p)}
			for _, act := range acts {
				actors = append(actors, act(q))
			}
			return actors
		}
	}
}

// underway is a play that begins while the first actor's render, of the row as
// it is at the beginning, is about to end in a process of its own.
func underway(f *Face, a Access, acts ...func(p *process) actor) func(s *stage) play {
	return func(s *stage) play {
		ends := func(p *process) actor {
			_, r := p.Start(context.WithValue(context.Background(), actorKey{}, 0), p.key, a)
			return func(*world, context.Context) {
				r.Commit(Product{Parts: [][]byte{[]byte("0")}, Life: Life{Fresh: 1 << 40}})
			}
		}
		return elsewhere(f, ends, acts...)(s)
	}
}

// ticks lets time pass twice.
func ticks(*process) actor {
	return func(w *world, ctx context.Context) {
		for range 2 {
			w.step(ctx, tick, everything, func() {})
		}
	}
}

func losesLease(p *process) actor {
	return loser(p.shared().leaseKey(p.key, p.variant(p.key, p.key.seen.Load(), nil)))
}

var scenes = []scene{
	{name: "a tag known before the render", play: cast(plainFace, invalidates(hard), renders(tagged, nil), looks)},
	{name: "a tag named while rendering", play: cast(plainFace, invalidates(hard), renders(Access{}, tags), looks)},
	{name: "the mark is lost", play: cast(plainFace, invalidates(hard), renders(tagged, nil), losesMark, looks)},
	{name: "the pulse is lost", play: cast(plainFace, invalidates(hard), renders(Access{}, tags), losesPulse, looks)},
	{name: "the root is lost", play: cast(plainFace, invalidates(hard), renders(tagged, nil), losesRoot, looks)},
	{name: "two invalidations at once", play: cast(plainFace, invalidates(hard), invalidates(hard), renders(tagged, nil), looks)},
	{name: "two renders, the tag known to one", play: cast(plainFace, invalidates(hard), renders(tagged, nil), renders(Access{}, tags), looks)},
	{name: "soft and hard at once", play: cast(plainFace, invalidates(hard), invalidates(soft), renders(tagged, nil), looks)},
	{name: "soft and hard at once, on what is kept", play: kept(tagged, cast(plainFace, invalidates(hard), invalidates(soft), looks))},
	{name: "two hard ones at once, on what is kept", play: kept(tagged, cast(plainFace, invalidates(hard), invalidates(hard), renders(tagged, nil)))},
	{name: "soft and a late tag", play: cast(plainFace, invalidates(soft), renders(Access{}, tags), looks)},
	{name: "two soft ones at once", play: cast(plainFace, invalidates(soft), invalidates(soft), renders(tagged, nil), looks)},
	{name: "clear", play: cast(plainFace, invalidates(wipe), renders(tagged, nil), looks)},
	{name: "clear, readable keys", play: cast(rootedFace, invalidates(wipe), renders(Access{}, nil), looks)},
	{name: "clear and a lost root", play: cast(plainFace, invalidates(wipe), renders(Access{}, nil), losesRoot, looks)},
	{name: "purge", play: cast(indexedFace, purges, renders(Access{}, nil), looks)},
	{name: "purge while the list of names grows", play: cast(indexedFace, purges, renders(varied, nil, "Accept"), looksVaried)},
	{name: "purge, two renders that learn names", play: cast(indexedFace, purges, renders(varied, nil, "Accept"), renders(varied, nil, "Cookie"), looksVaried)},
	{name: "purge and a lost index", play: cast(indexedFace, purges, renders(Access{}, nil), losesIndex, looks)},
	{name: "a follower in the process of the leader", play: sameProcess(plainFace, renders(tagged, nil), invalidates(hard), renders(tagged, nil))},
	{name: "a follower of a render with a late tag", play: sameProcess(plainFace, renders(Access{}, tags), invalidates(hard), renders(Access{}, tags))},
	{name: "a follower of a render that is purged", play: sameProcess(indexedFace, renders(varied, nil, "Accept"), purges, renders(varied, nil, "Accept"))},
	{name: "a follower, and the process elsewhere clears", play: sameProcess(rootedFace, renders(Access{}, nil), invalidates(wipe), renders(Access{}, nil))},
	{name: "a restart from an older snapshot", play: cast(plainFace, invalidates(hard), renders(tagged, nil), looks, restarts)},
	{name: "a restart, on what is kept", play: kept(tagged, cast(plainFace, invalidates(hard), looks, restarts))},
	{name: "a restart, on what is kept under a readable key", play: kept(tagged, cast(rootedFace, invalidates(wipe), looks, restarts))},
	{name: "a render in another process is waited for", play: elsewhere(plainFace, renders(tagged, nil), invalidates(hard), renders(tagged, nil), ticks)},
	{name: "a render in another process names a tag late", play: elsewhere(plainFace, renders(Access{}, tags), invalidates(hard), renders(Access{}, tags), ticks)},
	{name: "a render in another process, purged", play: elsewhere(indexedFace, renders(varied, nil, "Accept"), purges, renders(varied, nil, "Accept"), ticks)},
	{name: "a render in another process, cleared", play: elsewhere(rootedFace, renders(Access{}, nil), invalidates(wipe), renders(Access{}, nil), ticks)},
	{name: "a render in another process, followers here", play: elsewhere(plainFace, renders(tagged, nil), invalidates(hard), renders(tagged, nil), renders(tagged, nil), ticks)},
	{name: "a render in another process ends", play: underway(plainFace, tagged, invalidates(hard), renders(tagged, nil), renders(tagged, nil), ticks)},
	{name: "a lease is lost", play: elsewhere(plainFace, renders(tagged, nil), losesLease, invalidates(hard), renders(tagged, nil), ticks)},
	{name: "a late tag, several copies", play: cast(plainFace, invalidates(hard), renders(Access{}, tags), looks), copies: 3},
	{name: "clear, several copies", play: cast(rootedFace, invalidates(wipe), renders(Access{}, nil), looks), copies: 3},
	{name: "purge, several copies", play: cast(indexedFace, purges, renders(varied, tags, "Accept"), looksVaried), copies: 3},
}

const (
	fullRuns   = 2500 // of each scene in order
	randomRuns = 500  // and then at random, where that was not all
)

// TestNoOrderOfStepsServesWhatWasInvalidated replays the interleavings of
// requests, invalidations and losses on the real engine.
func TestNoOrderOfStepsServesWhatWasInvalidated(t *testing.T) {
	for _, sc := range scenes {
		t.Run(sc.name, func(t *testing.T) {
			wrong, complete, runs := search(t, sc, bend{})
			if wrong != "" {
				t.Fatal(wrong)
			}
			t.Logf("%d orders, all: %t", runs, complete)
		})
	}
}

func search(t *testing.T, sc scene, b bend) (wrong string, complete bool, runs int) {
	synctest.Test(t, func(t *testing.T) {
		s := &stage{}
		x := &explorer{w: &world{bend: b, copies: sc.copies}, play: sc.play(s)}
		if wrong, complete = x.all(fullRuns); wrong == "" && !complete {
			wrong = x.some(1, randomRuns)
		}
		runs = x.runs
	})
	return wrong, complete, runs
}

// TestTheSearchFindsWhatARuleIsFor leaves out one rule of the protocol at a
// time: a search that finds nothing then would prove nothing.
func TestTheSearchFindsWhatARuleIsFor(t *testing.T) {
	named := func(name string) scene {
		for _, sc := range scenes {
			if sc.name == name {
				return sc
			}
		}
		t.Fatalf("no scene %q", name)
		return scene{}
	}
	invalidator := func(actor int) bool { return actor == 0 }
	for _, tt := range []struct {
		rule  string
		scene string
		bend  func() bend
	}{
		{"an invalidation deletes the mark", "a tag known before the render", func() bend {
			return bend{drop: func(actor int, kind, key string) bool { return kind == "delete" }}
		}},
		{"the pulse beats before the mark is deleted", "a tag named while rendering", func() bend {
			beats := 0
			return bend{drop: func(actor int, kind, key string) bool {
				if invalidator(actor) && kind == "set" {
					beats++
				}
				return invalidator(actor) && kind == "set" && beats%2 == 1
			}}
		}},
		{"a pulse is read anew at the end of a render", "a tag named while rendering", func() bend {
			pulse := []byte("as ever.")
			return bend{get: func(actor int, key string, value, _ []byte) []byte {
				if actor == 1 && strings.HasSuffix(key, ":G0") {
					return pulse
				}
				return value
			}}
		}},
		{"marks are read with every hit", "a tag known before the render", func() bend {
			return bend{get: func(actor int, key string, value, last []byte) []byte {
				if actor == 2 && strings.Contains(key, ":M") {
					return last
				}
				return value
			}}
		}},
		{"a list of names is exchanged, not set", "purge while the list of names grows", func() bend {
			return bend{adopt: func(key string, old, there, value []byte) bool { return true }}
		}},
		{"a mark is softened by an exchange", "soft and hard at once, on what is kept", func() bend {
			return bend{adopt: func(key string, old, there, value []byte) bool { return strings.Contains(key, ":M") }}
		}},
		{"a Clear changes the root", "clear", func() bend {
			return bend{drop: func(actor int, kind, key string) bool {
				return invalidator(actor) && strings.HasSuffix(key, ":P0")
			}}
		}},
		{"a restart voids the root", "a restart, on what is kept", func() bend {
			return bend{get: func(_ int, key string, value, _ []byte) []byte {
				if root, ok := decodeRoot(value); ok && strings.HasSuffix(key, ":P0") {
					value = rootRecord{root.token, incarnationOf("second")}.encode()
				}
				return value
			}}
		}},
		{"what followers get is checked before", "a follower in the process of the leader", func() bend {
			return bend{get: func(actor int, key string, value, last []byte) []byte {
				if actor == 0 && strings.Contains(key, ":M") {
					return last
				}
				return value
			}}
		}},
	} {
		t.Run(tt.rule, func(t *testing.T) {
			if wrong, _, runs := search(t, named(tt.scene), tt.bend()); wrong == "" {
				t.Errorf("without this rule nothing goes wrong in %d orders", runs)
			} else {
				t.Log(wrong)
			}
		})
	}
}
