package servers

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strconv"
	"syscall"
	"time"
)

// ErrMissing says that a program is not installed.
var ErrMissing = errors.New("servers: not installed")

// Process is a running program.
type Process struct {
	cmd    *exec.Cmd
	exited chan struct{}
	output bytes.Buffer // read after it has exited
}

// Command says what to run.
type Command struct {
	Args []string
	Env  []string // beyond our own, "NAME=value"
	Dir  string
	Core int // the processor to run on, counted from 1; 0 leaves it to the system
}

// Start starts a program. The error wraps ErrMissing if it is not installed.
func Start(c Command) (*Process, error) {
	args := c.Args
	if c.Core > 0 {
		args = append([]string{"taskset", "-c", strconv.Itoa(c.Core - 1)}, args...)
	}
	for _, program := range []string{args[0], c.Args[0]} {
		if _, err := exec.LookPath(program); err != nil {
			return nil, fmt.Errorf("%w: %s", ErrMissing, program)
		}
	}
	p := &Process{cmd: exec.Command(args[0], args[1:]...), exited: make(chan struct{})}
	p.cmd.Env, p.cmd.Dir = append(os.Environ(), c.Env...), c.Dir
	p.cmd.Stdout, p.cmd.Stderr = &p.output, &p.output
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := p.cmd.Start(); err != nil {
		return nil, fmt.Errorf("servers: %s: %w", c.Args[0], err)
	}
	go func() {
		p.cmd.Wait()
		close(p.exited)
	}()
	return p, nil
}

// Stop ends the program and what it started, within five seconds.
func (p *Process) Stop() {
	syscall.Kill(-p.cmd.Process.Pid, syscall.SIGTERM)
	select {
	case <-p.exited:
	case <-time.After(5 * time.Second):
		syscall.Kill(-p.cmd.Process.Pid, syscall.SIGKILL)
		<-p.exited
	}
}

// Ready waits until the program accepts connections on addr.
func (p *Process) Ready(addr string) error {
	for range 200 {
		select {
		case <-p.exited:
			return fmt.Errorf("servers: %s ended: %s", p.cmd.Path, bytes.TrimSpace(p.output.Bytes()))
		case <-time.After(50 * time.Millisecond):
		}
		if conn, err := net.Dial("tcp", addr); err == nil {
			return conn.Close()
		}
	}
	return fmt.Errorf("servers: %s does not accept connections on %s within 10 s", p.cmd.Path, addr)
}

// FreeAddr returns an address of this machine on which nobody listens.
func FreeAddr() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", fmt.Errorf("servers: %w", err)
	}
	defer l.Close()
	return l.Addr().String(), nil
}
