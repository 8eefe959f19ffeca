package web

import (
	"embed"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"text/template"

	"github.com/larder-go/larder/bench/kit"
	"github.com/larder-go/larder/bench/servers"
)

//go:embed conf
var conf embed.FS

// The processors, as servers.Command counts them.
const (
	serverCore = 1
	clientCore = 2
)

// hall is where the servers run: a folder, and stores.
type hall struct {
	dir    string
	stores *servers.Stores
}

// ours is a server of this binary.
func ours(name, impl, store string, length bool) contestant {
	return contestant{name, func(h *hall, size int) (*running, error) {
		o, ok := h.stores.Options(store)
		if !ok {
			return nil, fmt.Errorf("%w: a server for %s", servers.ErrMissing, store)
		}
		return h.startOurs(site{Impl: impl, Options: o, Size: size, Length: length})
	}}
}

func (h *hall) startOurs(s site) (*running, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	return h.start(func(addr string) (servers.Command, error) {
		s.Addr = addr
		text, err := json.Marshal(s)
		return servers.Command{Args: []string{self, word, string(text)}, Env: []string{"GOMAXPROCS=1"}}, err
	})
}

// start starts a server on an address that is free, and waits for it.
func (h *hall) start(command func(addr string) (servers.Command, error)) (*running, error) {
	addr, err := servers.FreeAddr()
	if err != nil {
		return nil, err
	}
	c, err := command(addr)
	if err != nil {
		return nil, err
	}
	c.Core = serverCore
	p, err := servers.Start(c)
	if err != nil {
		return nil, err
	}
	r := &running{addr, []*servers.Process{p}}
	if err := p.Ready(addr); err != nil {
		r.stop()
		return nil, err
	}
	return r, nil
}

// inFront starts a server that fetches its pages from a handler of ours.
func (h *hall) inFront(size int, command func(addr, origin string) (servers.Command, error)) (*running, error) {
	origin, err := h.startOurs(site{Impl: "limit-set", Options: kit.Options{Store: kit.Memory}, Size: size, Length: true})
	if err != nil {
		return nil, err
	}
	front, err := h.start(func(addr string) (servers.Command, error) { return command(addr, origin.addr) })
	if err != nil {
		origin.stop()
		return nil, err
	}
	front.processes = append(front.processes, origin.processes...)
	return front, nil
}

func startNginx(h *hall, size int) (*running, error) {
	return h.inFront(size, func(addr, origin string) (servers.Command, error) {
		file, err := h.write("nginx.conf", map[string]string{"Dir": h.dir, "Addr": addr, "Origin": origin})
		return servers.Command{Args: []string{"nginx", "-e", filepath.Join(h.dir, "nginx.log"), "-c", file}}, err
	})
}

func startVarnish(h *hall, size int) (*running, error) {
	return h.inFront(size, func(addr, origin string) (servers.Command, error) {
		host, port, err := net.SplitHostPort(origin)
		if err != nil {
			return servers.Command{}, err
		}
		file, err := h.write("default.vcl", map[string]string{"OriginHost": host, "OriginPort": port})
		return servers.Command{Args: []string{"varnishd", "-F", "-n", filepath.Join(h.dir, "varnish"), "-a", addr, "-f", file,
			"-s", "malloc,256m", "-t", "600", "-p", "thread_pools=1"}}, err
	})
}

// How gunicorn runs Django: in one process. Threads must not share one client
// of Memcached, as Django 3.2 has them do.
var (
	threads = []string{"--worker-class", "gthread", "--threads", "8", "--keep-alive", "75"}
	single  = []string{"--worker-class", "sync"}
)

// clients are the modules with which Django reaches stores.
var clients = map[string][]string{kit.Redis: {"django_redis"}, kit.Memcached: {"pylibmc"}}

func django(name, store string, workers []string) contestant {
	return contestant{name, func(h *hall, size int) (*running, error) {
		python, err := servers.Python(append([]string{"django", "gunicorn"}, clients[store]...)...)
		if err != nil {
			return nil, err
		}
		o, ok := h.stores.Options(store)
		if !ok && clients[store] != nil {
			return nil, fmt.Errorf("%w: a server for %s", servers.ErrMissing, store)
		}
		if _, err := h.write("app.py", nil); err != nil {
			return nil, err
		}
		return h.start(func(addr string) (servers.Command, error) {
			args := append([]string{python, "-m", "gunicorn", "--workers", "1", "--log-level", "error", "--bind", addr}, workers...)
			return servers.Command{Args: append(args, "app:application"), Dir: h.dir,
				Env: []string{"STORE=" + store, "ADDR=" + o.Addr, fmt.Sprintf("SIZE=%d", size)}}, nil
		})
	}}
}

// write puts a file of conf into the folder, filled with values.
func (h *hall) write(name string, values any) (path string, err error) {
	t, err := template.ParseFS(conf, "conf/"+name)
	if err != nil {
		return "", err
	}
	path = filepath.Join(h.dir, name)
	f, err := os.Create(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	return path, t.Execute(f, values)
}
