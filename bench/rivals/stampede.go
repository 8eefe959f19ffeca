package rivals

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/go-chi/stampede"
	cachestore "github.com/goware/cachestore2"
	"github.com/larder-go/larder/bench/kit"
)

func init() {
	kit.Register(kit.Impl{Name: "stampede", Kind: kit.Rival, Stores: []string{kit.Memory}, New: newStampede})
}

func newStampede(o kit.Options, origin *kit.Origin) (http.Handler, func(), error) {
	quiet := slog.New(slog.NewTextHandler(io.Discard, nil))
	return stampede.Handler(quiet, &syncMap{}, o.TTL)(origin), func() {}, nil
}

// syncMap is a store for stampede, of which it calls these two methods.
type syncMap struct {
	cachestore.Store[any]
	values sync.Map
}

func (s *syncMap) Options() cachestore.StoreOptions { return cachestore.StoreOptions{} }

func (s *syncMap) Get(_ context.Context, key string) (any, bool, error) {
	v, ok := s.values.Load(key)
	return v, ok, nil
}

func (s *syncMap) SetEx(_ context.Context, key string, value any, _ time.Duration) error {
	s.values.Store(key, value)
	return nil
}
