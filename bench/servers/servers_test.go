package servers_test

import (
	"bufio"
	"errors"
	"fmt"
	"net"
	"os/exec"
	"testing"

	"github.com/larder-go/larder/bench/kit"
	"github.com/larder-go/larder/bench/servers"
)

func TestAProgramThatIsNotInstalledIsNamed(t *testing.T) {
	_, err := servers.Start(servers.Command{Args: []string{"no-such-program-anywhere"}})
	if !errors.Is(err, servers.ErrMissing) || err.Error() != "servers: not installed: no-such-program-anywhere" {
		t.Errorf("got %v", err)
	}
}

func TestAPythonWithoutAModuleIsNone(t *testing.T) {
	_, err := servers.Python("sys", "no_such_module_anywhere")
	if !errors.Is(err, servers.ErrMissing) || err.Error() != "servers: not installed: Python with sys, no_such_module_anywhere" {
		t.Errorf("got %v", err)
	}
	if _, err := exec.LookPath("python3"); err != nil {
		t.Skip("python3 is not installed")
	}
	if path, err := servers.Python("sys"); err != nil || path != "python3" {
		t.Errorf("got %q, %v; want the shell's", path, err)
	}
}

func TestAProgramThatEndsAtOnceIsAnError(t *testing.T) {
	p, err := servers.Start(servers.Command{Args: []string{"sh", "-c", "echo no licence; exit 3"}})
	if err != nil {
		t.Fatal(err)
	}
	defer p.Stop()
	addr, err := servers.FreeAddr()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Ready(addr); err == nil {
		t.Error("it is said to be ready")
	}
}

// say sends a line to a store and returns the first line of its answer.
func say(t *testing.T, addr, line string) string {
	t.Helper()
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	fmt.Fprintf(conn, "%s\r\n", line)
	answer, _, err := bufio.NewReader(conn).ReadLine()
	if err != nil {
		t.Fatal(err)
	}
	return string(answer)
}

func TestStoresAreStartedEmptiedAndEnded(t *testing.T) {
	s, err := servers.StartStores(0)
	if err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct{ store, set, get, there, gone string }{
		{kit.Redis, "SET a 1", "GET a", "$1", "$-1"},
		{kit.Memcached, "set a 0 0 1\r\n1", "get a", "VALUE a 0 1", "END"},
	} {
		o, ok := s.Options(tc.store)
		if !ok {
			t.Logf("%s is not installed", tc.store)
			continue
		}
		say(t, o.Addr, tc.set)
		if got := say(t, o.Addr, tc.get); got != tc.there {
			t.Errorf("%s: %q, want %q", tc.store, got, tc.there)
		}
		if err := s.Empty(tc.store); err != nil {
			t.Error(err)
		}
		if got := say(t, o.Addr, tc.get); got != tc.gone {
			t.Errorf("%s, emptied: %q, want %q", tc.store, got, tc.gone)
		}
		defer func() {
			if c, err := net.Dial("tcp", o.Addr); err == nil {
				c.Close()
				t.Errorf("%s still listens after Stop", tc.store)
			}
		}()
	}
	s.Stop()
}
