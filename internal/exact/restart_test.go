package exact_test

import (
	"testing"
	"time"

	"github.com/larder-go/larder/internal/servertest"
)

// A server that starts again has forgotten everything, or remembers what has
// been invalidated since.
func TestServersThatStartAgain(t *testing.T) {
	save := func(srv *servertest.Server) { servertest.Do(t, srv, "SAVE") }
	tests := []struct {
		name   string
		scheme string
		start  func(t testing.TB, args ...string) *servertest.Server
		before func(srv *servertest.Server) // some time before it is killed
	}{
		{"redis, with an older memory", "redis", servertest.Redis, save},
		{"redis, empty", "redis", servertest.Redis, nil},
		{"memcached", "memcached", servertest.Memcached, nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			srv := test.start(t)
			r := begin(t, test.scheme+"://"+srv.Addr(), false)
			time.Sleep(soak(t) / 4)
			if test.before != nil {
				test.before(srv)
			}
			time.Sleep(soak(t) / 4)
			r.restart(srv)
			time.Sleep(soak(t) / 4)
			f := r.end()
			f.mustBeExact(t)
		})
	}
}

// restart kills a server and starts it again, and waits until it gives hits.
func (r *run) restart(srv *servertest.Server) {
	r.t.Helper()
	srv.Kill()
	failed := r.failed()
	r.await("invalidations fail", func() bool { return r.failed() > failed })
	srv.Start()
	r.await("all have been made up for", func() bool {
		failed := r.failed()
		time.Sleep(100 * time.Millisecond)
		return r.failed() == failed
	})
	hits := r.workers[0].hits.Load()
	r.await("there are hits again", func() bool { return r.workers[0].hits.Load() > hits+100 })
}

func (r *run) failed() int64 { return r.workers[0].failed.Load() }

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
