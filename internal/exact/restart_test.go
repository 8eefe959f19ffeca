package exact_test

import (
	"testing"
	"time"

	"github.com/larder-go/larder/internal/servertest"
)

// A server that starts again has forgotten everything, or remembers what has
// been invalidated since. Where it dies while nobody writes, no invalidation
// has failed, and none is made up for that could hide what came back.
func TestServersThatStartAgain(t *testing.T) {
	tests := []struct {
		name      string
		scheme    string
		start     func(t testing.TB, args ...string) *servertest.Server
		snapshot  bool
		inTheCalm bool
	}{
		{"redis, with an older memory, in a calm", "redis", servertest.Redis, true, true},
		{"redis, with an older memory", "redis", servertest.Redis, true, false},
		{"redis, empty", "redis", servertest.Redis, false, false},
		{"memcached", "memcached", servertest.Memcached, false, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			srv := test.start(t)
			r := begin(t, test.scheme+"://"+srv.Addr(), false)
			r.warmUp()
			if test.snapshot {
				servertest.Do(t, srv, "SAVE")
			}
			time.Sleep(soak(t) / 4)
			if test.inTheCalm {
				r.restartInACalm(srv)
			} else {
				r.restart(srv)
			}
			time.Sleep(soak(t) / 4)
			f := r.end()
			f.mustBeExact(t)
			t.Logf("hits again after %v", r.recovery.Round(time.Millisecond))
		})
	}
}

// warmUp waits until the cache is in use.
func (r *run) warmUp() {
	r.t.Helper()
	hits := r.hits()
	r.await("there are hits", func() bool { return r.hits() > hits+200 })
}

// restart kills a server, under writers who notice, and starts it again.
func (r *run) restart(srv *servertest.Server) {
	r.t.Helper()
	srv.Kill()
	failed := r.workers[0].failed.Load()
	r.await("invalidations fail", func() bool { return r.workers[0].failed.Load() > failed+10 })
	r.revive(srv)
}

// restartInACalm does so while nobody writes.
func (r *run) restartInACalm(srv *servertest.Server) {
	r.t.Helper()
	r.db.settle()
	srv.Kill()
	reads := r.workers[0].reads.Load()
	r.await("readers have noticed", func() bool { return r.workers[0].reads.Load() > reads+20 })
	r.revive(srv)
	r.db.calm.Store(false)
}

// revive starts a server, and notes how long it takes until it gives hits.
func (r *run) revive(srv *servertest.Server) {
	r.t.Helper()
	srv.Start()
	back, hits := time.Now(), r.hits()
	r.await("there are hits again", func() bool { return r.hits() > hits+100 })
	r.recovery = time.Since(back)
}

func (r *run) hits() int64 { return r.workers[0].hits.Load() }

func (r *run) await(what string, done func() bool) {
	r.t.Helper()
	deadline := time.Now().Add(20 * time.Second)
	for !done() {
		if time.Now().After(deadline) {
			r.t.Fatalf("after 20 s it is still not true that %s", what)
		}
		time.Sleep(10 * time.Millisecond)
	}
}
