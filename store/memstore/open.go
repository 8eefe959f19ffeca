package memstore

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"sync"

	"github.com/larder-go/larder/store"
)

func init() { store.Register("memory", open) }

// open opens memory://name?max=256MiB.
func open(ctx context.Context, u *url.URL) (store.Store, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if u.User != nil || (u.Path != "" && u.Path != "/") {
		return nil, errors.New("want memory:// or memory://name, without user and path")
	}
	q := store.NewQuery(u)
	maxBytes := q.Size("max", 0)
	q.Duration("timeout", 0)
	if err := q.Err(); err != nil {
		return nil, err
	}
	if u.Host == "" {
		return New(Options{MaxBytes: maxBytes}), nil
	}
	return names.open(u.Host, maxBytes)
}

// names holds the stores that are shared by name in this process.
var names = sharedStores{byName: make(map[string]*sharedStore)}

type sharedStores struct {
	mu     sync.Mutex
	byName map[string]*sharedStore
}

type sharedStore struct {
	*memory
	users int
}

// open returns a store on the memory called name. A maxBytes of 0 takes it as
// large as it is.
func (n *sharedStores) open(name string, maxBytes int64) (*Store, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	shared, ok := n.byName[name]
	if !ok {
		shared = &sharedStore{memory: newMemory(Options{MaxBytes: maxBytes})}
		n.byName[name] = shared
	}
	if maxBytes != 0 && maxBytes != shared.maxBytes {
		return nil, fmt.Errorf("memory://%s is already open with max=%d, not %d; give all the same, or only the first", name, shared.maxBytes, maxBytes)
	}
	shared.users++
	return &Store{memory: shared.memory}, nil
}

// release notes that a user of m is done, and reports whether it was the last.
func (n *sharedStores) release(m *memory) (last bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for name, shared := range n.byName {
		if shared.memory != m {
			continue
		}
		shared.users--
		if shared.users > 0 {
			return false
		}
		delete(n.byName, name)
	}
	return true
}
