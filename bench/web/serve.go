package web

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"time"

	"github.com/gofiber/fiber/v3"
	"github.com/larder-go/larder/bench/kit"
	"github.com/larder-go/larder/bench/rivals"
)

// site is what a server process of ours serves.
type site struct {
	Impl    string
	Options kit.Options
	Addr    string
	Size    int
	Length  bool // the handler says Content-Length
}

const word = "larder-bench-serve"

// ownFiber is fiber on its own HTTP server.
const ownFiber = "fiber, own server"

// Main serves what a parent's Run asks for, and does not return then. In a
// process that was not started by Run it returns at once.
func Main() {
	if len(os.Args) != 3 || os.Args[1] != word {
		return
	}
	fmt.Fprintln(os.Stderr, "web:", serve(os.Args[2]))
	os.Exit(1)
}

func serve(text string) error {
	var s site
	if err := json.Unmarshal([]byte(text), &s); err != nil {
		return err
	}
	s.Options.TTL, s.Options.Pages = time.Hour, 1000
	origin := kit.NewOrigin(s.Size)
	origin.AddFields()
	if s.Length {
		origin.AddLength()
	}
	if s.Impl == ownFiber {
		return rivals.Fiber(s.Options.TTL, origin).Listen(s.Addr, fiber.ListenConfig{DisableStartupMessage: true})
	}
	im, ok := kit.Lookup(s.Impl)
	if !ok {
		return fmt.Errorf("there is no %q", s.Impl)
	}
	h, stop, err := im.New(s.Options, origin)
	if err != nil {
		return err
	}
	defer stop()
	return http.ListenAndServe(s.Addr, h)
}
