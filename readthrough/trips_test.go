package readthrough

import (
	"fmt"
	"testing"

	"github.com/larder-go/larder/store/memstore"
)

// TestRoundTrips counts how often a shared store is asked.
func TestRoundTrips(t *testing.T) {
	page := Product{Parts: [][]byte{[]byte("page")}, Life: Life{Fresh: minute}, Names: []string{"Accept", "Cookie"}}
	for name, tt := range map[string]struct {
		face    *Face
		product Product
		tags    []string
	}{
		"nothing more":               {plainFace, text("x"), nil},
		"with an index":              {indexedFace, text("x"), nil},
		"with names":                 {indexedFace, page, nil},
		"with names and tags":        {indexedFace, page, crowd(20)},
		"under a readable key":       {rootedFace, text("x"), nil},
		"under a readable key, tags": {rootedFace, text("x"), crowd(3)},
	} {
		t.Run(name, func(t *testing.T) {
			s := newShelf()
			writer, stranger := engine(t, s, Options{}), engine(t, s, Options{})
			v := language("de")
			lookup := func(e *Engine) {
				if n, err := e.Find(bg, e.Key(tt.face, []byte("k")), v); n == nil {
					t.Errorf("not found: %v", err)
				}
			}
			r := begin(t, writer, bg, writer.Key(tt.face, []byte("k")), Access{Varied: v, Tags: tt.tags})
			if n, why := r.Commit(tt.product); n == nil {
				t.Fatal(why)
			}
			if n := s.counted(func() { lookup(writer) }); n != 1 {
				t.Errorf("a hit where it was rendered: %d trips, want 1", n)
			}
			if n := s.counted(func() { lookup(stranger) }); n > 3 {
				t.Errorf("the first hit in another process: %d trips, want 3 at most", n)
			}
			if n := s.counted(func() { lookup(stranger) }); n != 1 {
				t.Errorf("the second hit there: %d trips, want 1", n)
			}
		})
	}
}

func TestRoundTripsOfAMiss(t *testing.T) {
	s := newShelf()
	e := engine(t, s, Options{})
	keep(t, e, key(e, "warm"), "x")
	warm := s.counted(func() { begin(t, e, bg, key(e, "plain"), Access{}).Commit(text("x")) })
	if warm != 3 { // lookup; lease and stamp; entry and lease
		t.Errorf("where all marks are there %d trips, want 3", warm)
	}
	k := e.Key(indexedFace, []byte("k"))
	var r *Render
	if n := s.counted(func() { r = begin(t, e, bg, k, tagged) }); n > 3 {
		t.Errorf("before the render %d trips, want 3 at most", n)
	}
	r.Tag("late")
	if n := s.counted(func() { r.Commit(text("x")) }); n > 5 {
		t.Errorf("after the render %d trips", n)
	}
}

func TestManyUnitsInOneRoundTrip(t *testing.T) {
	s := newShelf()
	e := engine(t, s, Options{})
	var ks []*Key
	for i := range 50 {
		k := e.Key(rootedFace, []byte(fmt.Sprint(i)))
		if ks = append(ks, k); i%2 == 0 {
			keep(t, e, k, fmt.Sprint(i), "t")
		}
	}
	s.asked = 0
	trips := s.counted(func() {
		ns, err := e.FindMany(bg, append(ks, ks[0]))
		if err != nil {
			t.Fatal(err)
		}
		for i, n := range ns {
			i %= len(ks) // the last one is the first once more
			if (n != nil) != (i%2 == 0) || (n != nil && string(n.Payload) != fmt.Sprint(i)) {
				t.Errorf("%d: %+v", i, n)
			}
		}
	})
	if trips != 1 {
		t.Errorf("%d trips, want 1", trips)
	}
	if want := len(ks) + 2; s.asked != want { // and root, and the mark of the tag
		t.Errorf("asked for %d records, want %d", s.asked, want)
	}
}

// What a process has to find out about many units it finds out about all at once:
// the root under which they lie, then the marks that they carry.
func TestTripsForManyUnknownUnits(t *testing.T) {
	for name, c := range map[string]struct {
		face  *Face
		tags  []string
		trips int
	}{
		"under no root":          {plainFace, nil, 1},
		"with a tag":             {plainFace, []string{"t"}, 2},
		"under a root":           {rootedFace, nil, 2},
		"under a root with tags": {rootedFace, []string{"t", "u"}, 3},
	} {
		t.Run(name, func(t *testing.T) {
			s := newShelf()
			e, other := engine(t, s, Options{}), engine(t, s, Options{})
			var ks []*Key
			for i := range 50 {
				keep(t, e, e.Key(c.face, []byte(fmt.Sprint(i))), fmt.Sprint(i), c.tags...)
				ks = append(ks, other.Key(c.face, []byte(fmt.Sprint(i))))
			}
			for _, want := range []int{c.trips, 1} {
				var ns []*Entry
				if trips := s.counted(func() { ns, _ = other.FindMany(bg, ks) }); trips != want {
					t.Errorf("%d trips, want %d", trips, want)
				}
				for i, n := range ns {
					if n == nil || string(n.Payload) != fmt.Sprint(i) {
						t.Errorf("%d: %+v", i, n)
					}
				}
			}
			if err := e.Invalidate(bg, Target{Tags: []string{"t"}}); err != nil {
				t.Fatal(err)
			}
			ns, err := other.FindMany(bg, ks)
			for i, n := range ns {
				if err != nil || (n == nil) != (c.tags != nil) {
					t.Errorf("%d after an invalidation: %+v, %v", i, n, err)
				}
			}
		})
	}
}

// A server that has come back with old memory is told so once, and not for each
// unit that is found there.
func TestTripsForManyUnitsAfterARestart(t *testing.T) {
	for _, f := range []*Face{plainFace, rootedFace} {
		s := newShelf()
		s.run = "first"
		e := engine(t, s, Options{})
		var ks []*Key
		for i := range 50 {
			keep(t, e, e.Key(f, []byte(fmt.Sprint(i))), fmt.Sprint(i))
			ks = append(ks, e.Key(f, []byte(fmt.Sprint(i))))
		}
		s.run = "second"
		var ns []*Entry
		if trips := s.counted(func() { ns, _ = e.FindMany(bg, ks) }); trips != 2 {
			t.Errorf("%s: %d trips, want 2: to look, and to make the root void", f.Name, trips)
		}
		for i, n := range ns {
			if n != nil {
				t.Errorf("%s: %d is there", f.Name, i)
			}
		}
		if n := keep(t, e, ks[0], "new"); n == nil {
			t.Error("nothing can be kept")
		}
		want(t, e, ks[0], "new")
	}
}

func TestALocalHitAllocatesNothing(t *testing.T) {
	s := memstore.New(memstore.Options{})
	defer s.Close()
	e := engine(t, s, Options{})
	for name, f := range map[string]*Face{"plain": plainFace, "indexed": indexedFace, "rooted": rootedFace} {
		keep(t, e, e.Key(f, []byte("the unit")), "x", "a", "b")
		material := []byte("the unit")
		if n := testing.AllocsPerRun(1000, func() {
			if n, _ := e.Find(bg, e.Key(f, material), nil); n == nil {
				t.Fatal("not found")
			}
		}); n != 0 {
			t.Errorf("%s: %v allocations, want 0", name, n)
		}
	}
}
