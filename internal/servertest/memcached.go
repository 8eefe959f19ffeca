package servertest

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

var memcachedKind = kind{program: "memcached", args: memcachedArgs, pid: memcachedPID}

// Memcached starts a Memcached that listens on Addr. args are further options,
// such as "-I", "2m" for larger values.
func Memcached(t testing.TB, args ...string) *Server {
	t.Helper()
	return start(t, memcachedKind, args)
}

// MemcachedSocket starts a Memcached that listens on Socket only.
func MemcachedSocket(t testing.TB, args ...string) *Server {
	t.Helper()
	return start(t, kind{
		program: "memcached",
		args:    func(s *Server) []string { return append(asRoot(), "-s", s.Socket()) },
		pid: func(s *Server) (int, error) {
			_, err := os.Stat(s.Socket())
			return s.cmd.Process.Pid, err
		},
	}, args)
}

func memcachedArgs(s *Server) []string {
	return append(asRoot(), "-l", "127.0.0.1", "-p", s.Port(), "-U", "0")
}

// asRoot lets Memcached run in containers, where everybody is root.
func asRoot() []string {
	if os.Getuid() == 0 {
		return []string{"-u", "root"}
	}
	return nil
}

func memcachedPID(s *Server) (pid int, err error) {
	answer, err := ask(s.Addr(), "stats")
	if err != nil {
		return 0, err
	}
	_, line, ok := strings.Cut(answer, "STAT pid ")
	if !ok {
		return 0, fmt.Errorf("answer %q", answer)
	}
	_, err = fmt.Sscan(line, &pid)
	return pid, err
}
