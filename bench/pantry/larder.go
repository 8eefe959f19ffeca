package pantry

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/larder-go/larder"
	"github.com/larder-go/larder/bench/kit"
	"github.com/larder-go/larder/cachepage"
	_ "github.com/larder-go/larder/store/all" // the schemes of URL
)

func init() {
	tags := cachepage.Tags("catalogue", "category:7", "product:1", "product:2", "product:3")
	register("larder", variant{}, kit.Memory, kit.Redis, kit.Memcached)
	register("larder-near", variant{near: true}, kit.Redis)
	register("larder-vary", variant{vary: true}, kit.Memory)
	register("larder-tags", variant{options: []cachepage.Option{tags}}, kit.Memory)
	register("larder-304", variant{conditional: true}, kit.Memory)
	register("larder-all", variant{vary: true, conditional: true, options: []cachepage.Option{tags}}, kit.Memory)
}

// variant is what differs between the registered implementations.
type variant struct {
	near, vary, conditional bool
	options                 []cachepage.Option
}

func register(name string, v variant, stores ...string) {
	im := kit.Impl{Name: name, Kind: kit.Ours, Stores: stores, New: v.open}
	if v.conditional {
		im.Ask, im.Empty = askAgain, true
	}
	kit.Register(im)
}

func askAgain(r *http.Request) { r.Header.Set("If-None-Match", `"6f1d2c0b5a"`) }

func (v variant) open(o kit.Options, origin *kit.Origin) (http.Handler, func(), error) {
	c, err := larder.Open(context.Background(), URL(o, v.near), larder.WithTimeout(10*time.Second))
	if err != nil {
		return nil, nil, err
	}
	var page http.Handler = origin
	if v.vary {
		page = varying(origin)
	}
	return c.CachePage(o.TTL, v.options...)(page), func() { c.Close() }, nil
}

// varying is a handler that says on which headers its answer depends.
func varying(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Vary", "Accept-Language, User-Agent")
		next.ServeHTTP(w, r)
	})
}

// URL returns the URL of the store that o describes, with room for 64 MiB of
// copies in the process if near is set.
func URL(o kit.Options, near bool) string {
	copies := ""
	if near {
		copies = "?near=64MiB"
	}
	switch {
	case o.Store == kit.Memory:
		return "memory://?max=4GiB"
	case o.Network == "unix":
		return fmt.Sprintf("%s+unix://%s%s", o.Store, o.Addr, copies)
	}
	return fmt.Sprintf("%s://%s%s", o.Store, o.Addr, copies)
}
