package servers

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"os/user"
	"time"

	"github.com/larder-go/larder/bench/kit"
)

// Stores are a Redis and a Memcached.
type Stores struct {
	addrs     map[string]string
	processes []*Process
}

// StartStores starts both on a processor (as in Command). One that is not
// installed is left out; other failures are errors.
func StartStores(core int) (*Stores, error) {
	s := &Stores{addrs: map[string]string{}}
	for store, args := range map[string]func(port string) []string{kit.Redis: redisArgs, kit.Memcached: memcachedArgs} {
		if err := s.start(store, core, args); err != nil && !errors.Is(err, ErrMissing) {
			s.Stop()
			return nil, err
		}
	}
	return s, nil
}

func (s *Stores) start(store string, core int, args func(port string) []string) error {
	addr, err := FreeAddr()
	if err != nil {
		return err
	}
	_, port, err := net.SplitHostPort(addr)
	if err != nil {
		return fmt.Errorf("servers: %w", err)
	}
	p, err := Start(Command{Args: args(port), Core: core})
	if err != nil {
		return err
	}
	s.processes, s.addrs[store] = append(s.processes, p), addr
	return p.Ready(addr)
}

func redisArgs(port string) []string {
	return []string{"redis-server", "--bind", "127.0.0.1", "--port", port, "--save", "", "--appendonly", "no",
		"--maxmemory", "3gb", "--maxmemory-policy", "allkeys-lru"}
}

func memcachedArgs(port string) []string {
	args := []string{"memcached", "-l", "127.0.0.1", "-p", port, "-m", "2048", "-t", "1", "-I", "2m"}
	if u, err := user.Current(); err == nil && u.Uid == "0" {
		args = append(args, "-u", "root")
	}
	return args
}

// Options returns how to reach a store; ok is false if it is not there.
// Memory always is.
func (s *Stores) Options(store string) (o kit.Options, ok bool) {
	addr, ok := s.addrs[store]
	return kit.Options{Store: store, Network: "tcp", Addr: addr}, ok || store == kit.Memory
}

// Empty throws everything out of a store that was started here. Of memory
// there is nothing to throw out.
func (s *Stores) Empty(store string) error {
	words := map[string][2]string{kit.Redis: {"FLUSHALL\r\n", "+OK\r\n"}, kit.Memcached: {"flush_all\r\n", "OK\r\n"}}[store]
	addr, ok := s.addrs[store]
	if !ok {
		return nil
	}
	conn, err := net.DialTimeout("tcp", addr, 5*time.Second)
	if err != nil {
		return fmt.Errorf("servers: %w", err)
	}
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(5 * time.Second))
	if _, err := io.WriteString(conn, words[0]); err != nil {
		return fmt.Errorf("servers: %w", err)
	}
	answer, err := bufio.NewReader(conn).ReadString('\n')
	if answer != words[1] {
		return fmt.Errorf("servers: %s on %s answered %q: %w", store, addr, answer, err)
	}
	return nil
}

// Stop ends both.
func (s *Stores) Stop() {
	for _, p := range s.processes {
		p.Stop()
	}
}
