package readthrough

import (
	"context"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// What is invalidated while it is made cannot be handed to those who wait. They
// do not make it one after the other for that.
func TestNobodyQueuesForWhatIsAlwaysInvalidated(t *testing.T) {
	for name, spoil := range map[string]func(t *testing.T, s *shelf, e *Engine){
		"an invalidation that cannot be written": func(t *testing.T, s *shelf, e *Engine) {
			elsewhere := e.marks.(*sharedMarks).mark("on a server that is down")
			s.fail = func(_, key string) error {
				if strings.HasPrefix(key, elsewhere) {
					return errDown
				}
				return nil
			}
			if err := e.Invalidate(bg, Target{Tags: []string{"t", "on a server that is down"}}); err == nil {
				t.Error("no error")
			}
		},
		"invalidations faster than a render": func(t *testing.T, _ *shelf, e *Engine) {
			e.Go(func(ctx context.Context) {
				for ctx.Err() == nil {
					time.Sleep(time.Second / 3)
					e.Invalidate(bg, hard)
				}
			})
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newShelf()
				e := engine(t, s, Options{})
				spoil(t, s, e)
				slow := func(context.Context) (Loaded, error) {
					time.Sleep(time.Second)
					return answer, nil
				}
				began := time.Now()
				var crowd sync.WaitGroup
				for range 50 {
					crowd.Go(func() { e.Do(bg, key(e, "k"), tagged, slow) })
				}
				crowd.Wait()
				if took := time.Since(began); took > (maxSpoiled+1)*time.Second {
					t.Errorf("the crowd had its answers after %v, %d renders are enough", took, maxSpoiled+1)
				}
			})
		})
	}
}
