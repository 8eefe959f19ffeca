package readthrough_test

import (
	"context"
	"fmt"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/larder-go/larder/internal/servertest"
	"github.com/larder-go/larder/readthrough"
	"github.com/larder-go/larder/store"
	_ "github.com/larder-go/larder/store/redisstore"
)

var nearFace = &readthrough.Face{Name: "near"}

// rows is a database of one number per tag, and what is known of it for sure:
// the number whose invalidation has returned.
type rows struct {
	now, settled [64]atomic.Int64
}

// write changes a row and invalidates its tag. Each row has one writer.
func (r *rows) write(e *readthrough.Engine, i int) error {
	v := r.now[i].Add(1)
	if err := e.Invalidate(context.Background(), readthrough.Target{Tags: []string{tagOf(i)}}); err != nil {
		return err
	}
	r.settled[i].Store(v)
	return nil
}

func tagOf(i int) string { return fmt.Sprint("row:", i) }

// read is one request for a row through a cache. old says that it got less than
// what had settled before it began; hit, that it rendered nothing.
func (r *rows) read(e *readthrough.Engine, i int) (old, hit bool) {
	settled := r.settled[i].Load()
	k := e.Key(nearFace, []byte(tagOf(i)))
	n, render := e.Start(context.Background(), k, readthrough.Access{Name: "row"})
	if n != nil {
		v, _ := strconv.ParseInt(string(n.Payload), 10, 64)
		return v < settled, true
	}
	v := r.now[i].Load()
	render.Tag(tagOf(i))
	render.Commit(readthrough.Product{Parts: [][]byte{strconv.AppendInt(nil, v, 10)}, Life: readthrough.Life{Fresh: time.Minute}})
	return v < settled, false
}

func TestNearCopiesAreExactAmongThreeProcesses(t *testing.T) {
	srv := servertest.Redis(t)
	engines := make([]*readthrough.Engine, 3)
	for i := range engines {
		s, err := store.Open(context.Background(), "redis://"+srv.Addr()+"?near=8MiB&pool=64")
		if err != nil {
			t.Fatal(err)
		}
		engines[i] = readthrough.New(s, readthrough.Options{})
		t.Cleanup(func() { engines[i].Shutdown(context.Background()); store.Close(s) })
	}
	var r rows
	var reads, hits, wrong, writes, failed atomic.Int64
	stop := make(chan struct{})
	var readers, writers sync.WaitGroup
	for g := range 6 {
		readers.Go(func() {
			for n := g; ; n++ {
				select {
				case <-stop:
					return
				default:
				}
				old, hit := r.read(engines[g%3], n%len(r.now))
				reads.Add(1)
				if old {
					wrong.Add(1)
				}
				if hit {
					hits.Add(1)
				}
			}
		})
	}
	const want = 10_000
	for i := range r.now {
		writers.Go(func() {
			for writes.Load() < want {
				if err := r.write(engines[i%3], i); err != nil {
					failed.Add(1)
					continue
				}
				writes.Add(1)
				time.Sleep(5 * time.Millisecond) // leaves time for copies to be believed, were there no lag
			}
		})
	}
	writers.Wait()
	close(stop)
	readers.Wait()
	t.Logf("reads %d, hits %d, invalidations %d (failed %d), wrong %d", reads.Load(), hits.Load(), writes.Load(), failed.Load(), wrong.Load())
	if wrong.Load() != 0 {
		t.Errorf("%d reads got what had been invalidated before they began", wrong.Load())
	}
	if hits.Load() == 0 || writes.Load() < want {
		t.Errorf("hits %d, invalidations %d: the test did not put the near copies to work", hits.Load(), writes.Load())
	}
}
