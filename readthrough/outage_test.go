package readthrough_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"github.com/larder-go/larder/readthrough"
	"github.com/larder-go/larder/store"
	"github.com/larder-go/larder/store/dummystore"
)

// dead is a store that answers nothing but errors.
type dead struct{}

var errDead = errors.New("dead")

func (dead) Get(context.Context, string) ([]byte, bool, error)        { return nil, false, errDead }
func (dead) Set(context.Context, string, []byte, time.Duration) error { return errDead }
func (dead) Delete(context.Context, string) (existed bool, err error) { return false, errDead }

// TestNobodyWaitsForWhatCannotBeKept: while the store is dead no stamp can be
// taken, and one that keeps nothing keeps no marks, so that what a render makes is
// for nobody else. Who comes meanwhile must not stand behind it first.
func TestNobodyWaitsForWhatCannotBeKept(t *testing.T) {
	for name, s := range map[string]store.Store{"dead": dead{}, "keeps nothing": dummystore.New()} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				e := readthrough.New(s, readthrough.Options{Logger: slog.New(slog.NewTextHandler(io.Discard, nil))})
				defer e.Shutdown(context.Background())
				k := e.Key(&readthrough.Face{Name: "x"}, []byte("k"))
				_, leader := e.Start(t.Context(), k, readthrough.Access{})
				began := time.Now()
				_, other := e.Start(t.Context(), k, readthrough.Access{})
				if waited := time.Since(began); waited != 0 {
					t.Errorf("waited %v for a render that is kept for nobody", waited)
				}
				other.Abort("test")
				leader.Abort("test")
			})
		})
	}
}
