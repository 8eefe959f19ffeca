package rivals

import (
	"net/http"

	cache "github.com/chenyahui/gin-cache"
	"github.com/chenyahui/gin-cache/persist"
	contrib "github.com/gin-contrib/cache"
	"github.com/gin-contrib/cache/persistence"
	"github.com/gin-gonic/gin"
	"github.com/go-redis/redis/v8"
	"github.com/larder-go/larder/bench/kit"
)

func init() {
	gin.SetMode(gin.ReleaseMode)
	kit.Register(kit.Impl{Name: "gin-cache", Kind: kit.Rival, Stores: []string{kit.Memory, kit.Redis}, New: newGinCache})
	kit.Register(kit.Impl{Name: "gin-contrib", Kind: kit.Rival, Stores: []string{kit.Memory, kit.Redis, kit.Memcached}, New: newContrib})
}

func newGinCache(o kit.Options, origin *kit.Origin) (http.Handler, func(), error) {
	e := gin.New()
	if o.Store == kit.Memory {
		e.GET("/*path", cache.CacheByRequestURI(persist.NewMemoryStore(o.TTL), o.TTL), gin.WrapH(origin))
		return e, func() {}, nil
	}
	c := redis.NewClient(&redis.Options{Network: o.Network, Addr: o.Addr, PoolSize: 64})
	e.GET("/*path", cache.CacheByRequestURI(persist.NewRedisStore(c), o.TTL), gin.WrapH(origin))
	return e, func() { c.Close() }, nil
}

func newContrib(o kit.Options, origin *kit.Origin) (http.Handler, func(), error) {
	var s persistence.CacheStore
	switch o.Store {
	case kit.Redis:
		s = persistence.NewRedisCache(o.Addr, "", o.TTL)
	case kit.Memcached:
		s = persistence.NewMemcachedStore([]string{o.Addr}, o.TTL)
	default:
		s = persistence.NewInMemoryStore(o.TTL)
	}
	e := gin.New()
	e.GET("/*path", contrib.CachePage(s, o.TTL, gin.WrapH(origin)))
	return e, func() {}, nil
}
