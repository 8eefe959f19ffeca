package limits

import (
	"context"
	"net/http"
	"time"

	"github.com/larder-go/larder/bench/kit"
	"github.com/redis/rueidis"
)

func init() {
	kit.Register(kit.Impl{Name: "limit-floor-rueidis", Stores: []string{kit.Redis}, New: newRueidis(false)})
	kit.Register(kit.Impl{Name: "limit-floor-rueidis-near", Stores: []string{kit.Redis}, New: newRueidis(true)})
}

func newRueidis(near bool) func(kit.Options, *kit.Origin) (http.Handler, func(), error) {
	return func(o kit.Options, origin *kit.Origin) (http.Handler, func(), error) {
		option := rueidis.ClientOption{InitAddress: []string{o.Addr}}
		if o.Network == "unix" {
			option = rueidis.MustParseURL("unix://" + o.Addr)
		}
		c, err := rueidis.NewClient(option)
		if err != nil {
			return nil, nil, err
		}
		return &remoteFloor{rueidisStore{c, near}, o.TTL, origin}, c.Close, nil
	}
}

// rueidisStore sends what many goroutines ask for over few connections. near
// keeps what was read in the process, until Redis says that it has changed.
type rueidisStore struct {
	c    rueidis.Client
	near bool
}

func (s rueidisStore) get(ctx context.Context, key string) []byte {
	var result rueidis.RedisResult
	if s.near {
		result = s.c.DoCache(ctx, s.c.B().Get().Key(key).Cache(), time.Hour)
	} else {
		result = s.c.Do(ctx, s.c.B().Get().Key(key).Build())
	}
	b, err := result.AsBytes()
	if err != nil {
		return nil
	}
	return b
}

func (s rueidisStore) set(ctx context.Context, key string, value []byte, ttl time.Duration) {
	s.c.Do(ctx, s.c.B().Set().Key(key).Value(rueidis.BinaryString(value)).Px(ttl).Build())
}
