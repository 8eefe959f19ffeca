package servertest

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"time"
)

// patience is how long a server may take to start or to end.
const patience = 10 * time.Second

// Server is a server process. Its methods end the test when they fail and are
// for one goroutine at a time.
type Server struct {
	t    testing.TB
	kind kind
	args []string
	dir  string
	port int

	cmd    *exec.Cmd
	exited chan struct{} // closed when cmd has ended
	output lockedBuffer
}

// kind is what differs between the programs.
type kind struct {
	program string
	args    func(s *Server) []string
	pid     func(s *Server) (int, error) // asks the server who it is
}

// start starts a server on a free port. Another process may take the port
// before the server does; then it tries the next one.
func start(t testing.TB, k kind, args []string) *Server {
	t.Helper()
	requireProgram(t, k.program)
	s := &Server{t: t, kind: k, args: args, dir: shortTempDir(t)}
	t.Cleanup(s.Kill)
	for range 5 {
		s.port = freePort(t)
		if err := s.run(); err == nil {
			return s
		}
	}
	t.Fatalf("servertest: %s does not start: %s", k.program, s.output.String())
	return nil
}

// Addr returns the address "127.0.0.1:port".
func (s *Server) Addr() string { return net.JoinHostPort("127.0.0.1", s.Port()) }

// Port returns the port of Addr.
func (s *Server) Port() string { return strconv.Itoa(s.port) }

// Dir returns the folder in which the server keeps its files.
func (s *Server) Dir() string { return s.dir }

// Socket returns the path of the server's unix socket.
func (s *Server) Socket() string { return filepath.Join(s.dir, "socket") }

// Start starts a server again that has ended, on the same address and with the
// same folder. A Redis reads back the snapshot that is there.
func (s *Server) Start() {
	s.t.Helper()
	deadline := time.Now().Add(patience)
	err := s.run()
	for err != nil && time.Now().Before(deadline) {
		time.Sleep(20 * time.Millisecond)
		err = s.run()
	}
	if err != nil {
		s.t.Fatalf("servertest: %s does not start again: %v\n%s", s.kind.program, err, s.output.String())
	}
}

// Stop asks the server to end and waits until it has.
func (s *Server) Stop() { s.end(syscall.SIGTERM) }

// Kill ends the server without giving it a moment to save anything.
func (s *Server) Kill() { s.end(syscall.SIGKILL) }

// Freeze lets the server hang: it keeps its connections and answers nothing.
func (s *Server) Freeze() {
	s.t.Helper()
	s.signal(syscall.SIGSTOP)
	// A signal takes effect a moment after it was sent.
	await(s.t, "the server hangs", func() bool {
		conn, err := net.DialTimeout("tcp", s.Addr(), time.Second)
		if err != nil {
			return false
		}
		defer func() { _ = conn.Close() }()
		_, _ = conn.Write([]byte("version\r\n")) // both programs answer it, if only with an error
		_ = conn.SetReadDeadline(time.Now().Add(50 * time.Millisecond))
		_, err = conn.Read(make([]byte, 1))
		return errors.Is(err, os.ErrDeadlineExceeded)
	})
}

// Thaw ends a Freeze.
func (s *Server) Thaw() { s.signal(syscall.SIGCONT) }

// run starts the process and waits until it answers.
func (s *Server) run() error {
	s.cmd = exec.Command(s.kind.program, append(s.kind.args(s), s.args...)...)
	s.cmd.Dir = s.dir
	s.cmd.Stdout, s.cmd.Stderr = &s.output, &s.output
	if err := s.cmd.Start(); err != nil {
		return err
	}
	s.exited = make(chan struct{})
	go func() {
		defer close(s.exited)
		_ = s.cmd.Wait() // how it ended is of no interest
	}()
	err := s.awaitAnswer()
	if err != nil {
		s.Kill()
	}
	return err
}

// awaitAnswer waits until the process that was started answers, not another one
// that happens to have the port.
func (s *Server) awaitAnswer() error {
	deadline := time.After(patience)
	for {
		if pid, err := s.kind.pid(s); err == nil && pid == s.cmd.Process.Pid {
			return nil
		}
		select {
		case <-s.exited:
			return errors.New("the process ended")
		case <-deadline:
			return fmt.Errorf("no answer within %v", patience)
		case <-time.After(5 * time.Millisecond):
		}
	}
}

func (s *Server) end(how syscall.Signal) {
	if s.cmd == nil || s.cmd.Process == nil {
		return
	}
	s.signal(how)
	s.signal(syscall.SIGCONT)
	select {
	case <-s.exited:
	case <-time.After(patience):
		_ = s.cmd.Process.Kill()
		<-s.exited
	}
}

func (s *Server) signal(sig syscall.Signal) {
	_ = s.cmd.Process.Signal(sig) // fails if the process has ended
}

// requireProgram skips or fails the test if there is no such program.
func requireProgram(t testing.TB, program string) {
	t.Helper()
	if _, err := exec.LookPath(program); err == nil {
		return
	}
	message := fmt.Sprintf("NOT TESTED: %s is not installed (on Debian: apt-get install redis-server memcached)", program)
	if os.Getenv("CI") != "" || os.Getenv("LARDER_REQUIRE_SERVERS") != "" {
		t.Fatal(message)
	}
	t.Skip(message)
}

// shortTempDir makes a folder whose name leaves room for that of a unix socket,
// which must not be longer than about a hundred bytes.
func shortTempDir(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "larder")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

// freePort returns a port that nobody used a moment ago.
func freePort(t testing.TB) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().(*net.TCPAddr).Port
}

// ask sends one line and returns what comes back in the first piece.
func ask(addr, line string) (string, error) {
	conn, err := net.DialTimeout("tcp", addr, time.Second)
	if err != nil {
		return "", err
	}
	defer func() { _ = conn.Close() }()
	if err := conn.SetDeadline(time.Now().Add(time.Second)); err != nil {
		return "", err
	}
	if _, err := fmt.Fprintf(conn, "%s\r\n", line); err != nil {
		return "", err
	}
	answer := make([]byte, 16<<10)
	n, err := conn.Read(answer)
	return string(answer[:n]), err
}

// lockedBuffer collects what a process prints while tests read it.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}
