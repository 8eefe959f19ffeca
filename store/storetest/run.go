package storetest

import (
	"context"
	"crypto/rand"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/larder-go/larder/store"
)

// Run tests the stores that open returns against the contract of package store,
// each rule in a subtest of its own. open is called a few times; each call
// returns a store on the same engine or a new one, ready to use. Run closes what
// it opened.
func Run(t *testing.T, open func(t *testing.T) store.Store) {
	t.Helper()
	h := &harness{Store: open(t), open: open, prefix: "storetest-" + rand.Text()[:12] + "/"}
	for _, r := range rulesFor(h.Store) {
		t.Run(r.name, func(t *testing.T) {
			t.Cleanup(func() {
				if t.Failed() {
					t.Logf("the rule: %s", r.why)
				}
			})
			r.test(t, h)
		})
	}
	h.removeKeys(t)
	if err := store.Close(h.Store); err != nil {
		t.Errorf("Close: %v", err)
	}
}

// rule is one part of the contract.
type rule struct {
	name string
	why  string
	test func(t *testing.T, h *harness)
}

var rules = []rule{
	{"expiry", "a value lives for its ttl: never less, at most one second more; Forever does not expire; a ttl of zero or less leaves the key absent", testExpiry},
	{"values", "what was set is what is got, byte for byte; empty and nil are a value, and not a miss", testValues},
	{"keys", "a key is any string, and different strings are different keys", testKeys},
	{"overwrite", "Set replaces the value and Delete removes it; Delete says whether there was one", testOverwrite},
	{"aliasing", "the caller may reuse its slice as soon as a call returns", testAliasing},
	{"context", "a call whose context is done returns the context's error and has no effect", testContext},
	{"large", "a value is stored whole, or the error wraps ErrTooLarge and the earlier value is gone", testLarge},
	{"getmany", "GetMany is aligned with its keys; a miss is nil, an empty value is not", testGetMany},
	{"setmany", "SetMany stores each item as Set does", testSetMany},
	{"deletemany", "DeleteMany removes its keys and no others", testDeleteMany},
	{"add", "Add stores only what is absent, and tells exactly one caller that it did", testAdd},
	{"incr", "Incr is atomic, creates nothing, and leaves alone what is no integer", testIncr},
	{"swap", "Swap changes exactly what the caller knows, and lets exactly one of many succeed", testSwap},
	{"touch", "Touch changes the lifetime, keeps the value, and creates nothing", testTouch},
	{"batch", "the steps of a Batch take effect in order", testBatch},
	{"list", "Keys lists the keys with the prefix, Clear removes them, and neither sees others", testList},
	{"prefix", "two prefixes never share a key, also where one begins with the other", testPrefix},
	{"concurrency", "all methods are safe for concurrent use, and no reader sees parts of two values", testConcurrency},
	{"service", "a store that works answers a Ping and knows its own properties", testService},
	{"local", "a local store keeps objects beside the bytes, and state by name", testLocal},
	{"close", "closing twice is no error", testClose},
}

// rulesOfForgetters are for stores that say that they keep nothing.
var rulesOfForgetters = []rule{
	{"forgets", "a store that says that it forgets keeps nothing, and answers as one that has just evicted what it accepted", testForgets},
	{"context", "a call whose context is done returns the context's error", testContext},
	{"service", "a store that works answers a Ping and knows its own properties", testService},
	{"close", "closing twice is no error", testClose},
}

func rulesFor(s store.Store) []rule {
	if store.Forgets(s) {
		return rulesOfForgetters
	}
	return rules
}

// A lifetime that no test outlives, short enough not to litter a server when a
// test process is killed.
const long = time.Minute

// harness is the store under test and what the rules share.
type harness struct {
	store.Store
	open   func(t *testing.T) store.Store
	prefix string

	mu   sync.Mutex
	keys []string
}

// key returns the key that belongs to name in this run.
func (h *harness) key(name string) string {
	h.mu.Lock()
	defer h.mu.Unlock()
	key := h.prefix + name
	h.keys = append(h.keys, key)
	return key
}

func (h *harness) removeKeys(t *testing.T) {
	if err := store.DeleteMany(context.Background(), h.Store, h.keys); err != nil {
		t.Errorf("cannot clean up: %v", err)
	}
}

// set stores value for the length of a test.
func (h *harness) set(t *testing.T, key, value string) {
	t.Helper()
	if err := h.Set(t.Context(), key, []byte(value), long); err != nil {
		t.Fatalf("Set(%q): %v", key, err)
	}
}

// wantValue checks what Get finds under key.
func (h *harness) wantValue(t *testing.T, key, want string) {
	t.Helper()
	value, found, err := h.Get(t.Context(), key)
	if err != nil || !found || string(value) != want {
		t.Errorf("Get(%q) = %s, %t, %v; want %s", key, brief(value), found, err, brief([]byte(want)))
	}
}

// wantMiss checks that Get finds nothing under key.
func (h *harness) wantMiss(t *testing.T, key string) {
	t.Helper()
	if value, found, err := h.Get(t.Context(), key); err != nil || found {
		t.Errorf("Get(%q) = %s, %t, %v; want a miss", key, brief(value), found, err)
	}
}

// unsupported says that a rule does not concern the store.
func unsupported(t *testing.T, err error) {
	t.Helper()
	if errors.Is(err, errors.ErrUnsupported) {
		t.Skip("the store cannot do this")
	}
}

// wantDone checks the outcome of a call that says whether it did something.
func wantDone(t *testing.T, call string, done bool, err error, want bool) {
	t.Helper()
	if err != nil || done != want {
		t.Errorf("%s = %t, %v; want %t", call, done, err, want)
	}
}
