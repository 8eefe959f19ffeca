package readthrough

import (
	"context"
	"testing"
	"testing/synctest"
	"time"
)

func TestNoNearCopyComesBackOnceThePendingIsWritten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := engine(t, nearShelf{newShelf()}, Options{})
		k := key(e, "k")
		begin(t, e, bg, k, tagged).Commit(text("old"))
		want(t, e, k, "old")
		gone, leave := context.WithCancel(bg)
		leave()
		if err := e.Invalidate(gone, hard); err == nil {
			t.Fatal("no error, though the caller has gone")
		}
		const step = 100 * time.Microsecond
		for at := time.Duration(0); at < time.Second; at += step {
			if n, _ := e.Find(bg, k, nil); n != nil {
				t.Fatalf("%v after the call: %q", at, n.Payload)
			}
			time.Sleep(step)
		}
	})
}
