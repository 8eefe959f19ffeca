package exact_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/larder-go/larder"
	"github.com/larder-go/larder/store"
	"github.com/larder-go/larder/store/memcachestore"
	"github.com/redis/go-redis/v9"
)

// partner is the variable that makes a process of this test binary the partner
// of one that runs a test. It holds a job.
const partner = "LARDER_EXACT_PARTNER"

// A job is what one process of a run does.
type job struct {
	URL      string
	Database string // file
	Sabotage bool
}

// silent is a log that nobody reads.
type silent struct{}

func (silent) Printf(context.Context, string, ...any) {}

func TestMain(m *testing.M) {
	redis.SetLogger(silent{}) // servers die here on purpose
	if text := os.Getenv(partner); text != "" {
		if err := bePartner(text); err != nil {
			fmt.Fprintln(os.Stderr, "partner:", err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// bePartner works until standard input ends, which it does at the latest when
// the test is no more, and writes the figures to standard output. An empty
// object before says that the work has begun.
func bePartner(text string) error {
	var j job
	if err := json.Unmarshal([]byte(text), &j); err != nil {
		return err
	}
	db, err := openRows(j.Database)
	if err != nil {
		return err
	}
	st, err := j.open()
	if err != nil {
		return err
	}
	w := newWorker(newSite(db, larder.New(st, quiet)))
	ctx, stop := context.WithCancel(context.Background())
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		stop()
	}()
	fmt.Println("{}")
	w.work(ctx, j.Sabotage)
	return json.NewEncoder(os.Stdout).Encode(w.figures())
}

// open opens the store of a job.
func (j job) open() (store.Store, error) {
	s, err := store.Open(context.Background(), j.URL)
	if m, ok := s.(*memcachestore.Store); ok && j.Sabotage {
		s = &noting{Store: m}
	}
	return s, err
}

// A process is a partner as the test sees it.
type process struct {
	cmd    *exec.Cmd
	stdin  io.Closer
	answer *json.Decoder
}

func startPartner(t testing.TB, j job) *process {
	t.Helper()
	text, err := json.Marshal(j)
	if err != nil {
		t.Fatal(err)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), self)
	cmd.Env = append(os.Environ(), partner+"="+string(text))
	cmd.Stderr = os.Stderr
	cmd.WaitDelay = time.Second
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	p := &process{cmd, stdin, json.NewDecoder(stdout)}
	if err := p.answer.Decode(&struct{}{}); err != nil {
		t.Fatalf("the partner does not begin: %v", err)
	}
	return p
}

// stop ends a partner and returns its figures.
func (p *process) stop(t testing.TB) (f Figures) {
	t.Helper()
	_ = p.stdin.Close()
	if err := p.answer.Decode(&f); err != nil {
		t.Errorf("the partner gives no figures: %v", err)
	}
	if err := p.cmd.Wait(); err != nil {
		t.Errorf("the partner: %v", err)
	}
	return f
}
