package readthrough

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/larder-go/larder/observe"
)

// onceWrong is a hook that panics the first time.
func onceWrong[T any]() func(context.Context, T) {
	calls := 0
	return func(context.Context, T) {
		if calls++; calls == 1 {
			panic("a hook went wrong")
		}
	}
}

func TestAPanicOutsideOfTheRenderFreesTheRest(t *testing.T) {
	for name, c := range map[string]struct {
		failing string // op and beginning of the key
		hooks   func() *observe.Hooks
	}{
		"told of a miss":                {"", func() *observe.Hooks { return &observe.Hooks{Lookup: onceWrong[observe.Lookup]()} }},
		"told of a failure as it began": {"batch", func() *observe.Hooks { return &observe.Hooks{StoreError: onceWrong[observe.StoreError]()} }},
		"told of a failure as it ended": {"set ~larder1:E", func() *observe.Hooks { return &observe.Hooks{StoreError: onceWrong[observe.StoreError]()} }},
		"told of a render":              {"", func() *observe.Hooks { return &observe.Hooks{Render: onceWrong[observe.Render]()} }},
	} {
		for by, ask := range map[string]func(e *Engine){
			"Start": func(e *Engine) {
				if n, r := e.Start(bg, key(e, "k"), Access{}); n == nil {
					r.Commit(text("x"))
				}
			},
			"Do": func(e *Engine) { e.Do(bg, key(e, "k"), Access{}, value("x")) },
		} {
			t.Run(name+"/"+by, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					s := newShelf()
					s.fail = func(op, key string) error {
						if c.failing != "" && strings.HasPrefix(op+" "+key, c.failing) {
							return errDown
						}
						return nil
					}
					e := engine(t, s, Options{Hooks: c.hooks()})
					func() {
						defer func() {
							if recover() == nil {
								t.Error("the panic did not reach its cause")
							}
						}()
						ask(e)
					}()
					began := time.Now()
					ask(e)
					if took := time.Since(began); took > 0 {
						t.Errorf("the next one waited for %v", took)
					}
				})
			})
		}
	}
}
