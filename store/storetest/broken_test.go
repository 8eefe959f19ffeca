package storetest_test

import (
	"errors"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/larder-go/larder/store"
	"github.com/larder-go/larder/store/storetest"
)

// broken are stores that break one promise each, as real ones did.
var broken = map[string]struct {
	rule string // that must find out
	open func() store.Store
}{
	"keeps the caller's slice": {"aliasing", func() store.Store { return &keepsSlice{newFull()} }},
	"keeps no lifetime": {"expiry", func() store.Store {
		return &changedTTL{newFull(), func(time.Duration) time.Duration { return store.Forever }}
	}},
	"expires a little early": {"expiry", func() store.Store {
		return &changedTTL{newFull(), func(d time.Duration) time.Duration { return d - d/5 }}
	}},
	"expires late": {"expiry", func() store.Store {
		return &changedTTL{newFull(), func(d time.Duration) time.Duration { return d + 5*time.Second/2 }}
	}},
	"rounds lifetimes down to seconds": {"expiry", func() store.Store {
		return &changedTTL{newFull(), func(d time.Duration) time.Duration { return d.Truncate(time.Second) }}
	}},
	"lets Forever overflow": {"expiry", func() store.Store {
		return &changedTTL{newFull(), func(d time.Duration) time.Duration { return d + time.Second }}
	}},
	"stores what has no lifetime":        {"overwrite", func() store.Store { return &keepsExpired{newFull()} }},
	"adds with Get and Set":              {"add", func() store.Store { return &racyAdd{newFull()} }},
	"swaps with Get and Set":             {"swap", func() store.Store { return &racySwap{newFull()} }},
	"swaps without looking at old":       {"swap", func() store.Store { return &blindSwap{newFull()} }},
	"swaps absent for empty":             {"swap", func() store.Store { return &emptySwap{newFull()} }},
	"counts from nothing":                {"incr", func() store.Store { return &creatingIncr{newFull()} }},
	"counts with Get and Set":            {"incr", func() store.Store { return &racyIncr{newFull()} }},
	"forgets the lifetime when counting": {"expiry", func() store.Store { return &foreverIncr{newFull()} }},
	"takes empty values for misses":      {"values", func() store.Store { return &losesEmpty{newFull()} }},
	"returns nil for empty values":       {"getmany", func() store.Store { return &nilForEmpty{newFull()} }},
	"leaves misses out of GetMany":       {"getmany", func() store.Store { return &misaligned{newFull()} }},
	"ignores the context":                {"context", func() store.Store { return &ignoresContext{newFull()} }},
	"says that all was deleted":          {"overwrite", func() store.Store { return &deletesAll{newFull()} }},
	"folds the case of keys":             {"keys", func() store.Store { return &foldsKeys{newFull()} }},
	"truncates long keys":                {"keys", func() store.Store { return &cutsKeys{newFull()} }},
	"truncates values":                   {"large", func() store.Store { return &cutsValues{newFull()} }},
	"leaves the old value of a refused":  {"large", func() store.Store { return &keepsOld{newFull()} }},
	"clears other prefixes":              {"list", func() store.Store { return &clearsAll{newFull()} }},
	"lists by pattern":                   {"list", func() store.Store { return &listsPattern{newFull()} }},
	"touches what is absent":             {"touch", func() store.Store { return &creatingTouch{newFull()} }},
	"batches in the wrong order":         {"batch", func() store.Store { return &backwards{newFull()} }},
	"keeps what it says to forget":       {"forgets", func() store.Store { return &claimsToForget{newFull()} }},
	"refuses what it would forget":       {"forgets", func() store.Store { return &refusesAll{} }},
	"fails when closed twice":            {"close", func() store.Store { return &closesOnce{full: newFull()} }},
}

// brokenStore names the store for TestBrokenStore.
const brokenStore = "LARDER_BROKEN_STORE"

// TestBrokenStore runs the suite on a broken store. It is run by TestRunCatches
// in a process of its own, where it must fail.
func TestBrokenStore(t *testing.T) {
	b, ok := broken[os.Getenv(brokenStore)]
	if !ok {
		t.Skip("run by TestRunCatches")
	}
	s := b.open()
	storetest.Run(t, func(*testing.T) store.Store { return s })
}

func TestRunCatches(t *testing.T) {
	t.Parallel()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	slots := make(chan struct{}, 8*runtime.GOMAXPROCS(0))
	for name, b := range broken {
		wg.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			cmd := exec.Command(self, "-test.run=^TestBrokenStore$", "-test.v")
			cmd.Env = append(os.Environ(), brokenStore+"="+name)
			output, err := cmd.CombinedOutput()
			var failed *exec.ExitError
			switch {
			case !errors.As(err, &failed):
				t.Errorf("a store that %s passes the suite (%v)", name, err)
			case !strings.Contains(string(output), "--- FAIL: TestBrokenStore/"+b.rule):
				t.Errorf("a store that %s passes the rule %q:\n%s", name, b.rule, output)
			case !strings.Contains(string(output), "the rule: "):
				t.Errorf("for a store that %s, the suite does not explain the rule:\n%s", name, output)
			}
		})
	}
	wg.Wait()
}
