package rivals

import (
	"net/http"
	"time"

	"github.com/gofiber/fiber/v3"
	"github.com/gofiber/fiber/v3/middleware/adaptor"
	"github.com/gofiber/fiber/v3/middleware/cache"
	"github.com/larder-go/larder/bench/kit"
)

func init() {
	kit.Register(kit.Impl{Name: "fiber", Kind: kit.Rival, Stores: []string{kit.Memory}, New: newFiber})
}

func newFiber(o kit.Options, origin *kit.Origin) (http.Handler, func(), error) {
	app := Fiber(o.TTL, origin)
	return adaptor.FiberApp(app), func() { app.Shutdown() }, nil
}

// Fiber returns a fiber app that answers with the origin's page out of fiber's
// cache, for its own server.
func Fiber(ttl time.Duration, origin *kit.Origin) *fiber.App {
	app := fiber.New()
	app.Use(cache.New(cache.Config{
		Expiration: ttl, MaxBytes: 1 << 32, StoreResponseHeaders: true, Methods: []string{fiber.MethodGet},
		KeyGenerator: func(c fiber.Ctx) string { return string([]byte(c.OriginalURL())) },
	}))
	app.Get("/*", func(c fiber.Ctx) error {
		origin.Runs.Add(1)
		time.Sleep(origin.Delay)
		for _, f := range origin.Header {
			c.Set(f.Name, f.Value)
		}
		return c.Send(origin.Body)
	})
	return app
}
