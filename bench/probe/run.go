package probe

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"time"

	"github.com/larder-go/larder/bench/kit"
)

// Task says what to find out, in a process of its own.
type Task struct {
	Kind    string // "heap", "collector", "pause" or "rate"
	Impl    string
	N       int // pages or entries
	Size    int // bytes of a page's body
	Options kit.Options
	Profile string        // for "heap": the file that a profile of what stays is written to, if any
	Start   time.Time     // for "rate": the moment when several processes begin
	For     time.Duration // for "rate"
}

// Result is what was found, by the name of the quantity.
type Result map[string]float64

var probes = map[string]func(Task) (Result, error){
	"heap":      heap,
	"collector": collector,
	"pause":     pause,
	"rate":      rate,
}

const word = "larder-bench-probe"

// Main does what a parent's Run asks for and ends the process. In a process
// that was not started by Run it returns at once.
func Main() {
	if len(os.Args) != 3 || os.Args[1] != word {
		return
	}
	if err := serve(os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

func serve(text string) error {
	var t Task
	if err := json.Unmarshal([]byte(text), &t); err != nil {
		return fmt.Errorf("probe: %w", err)
	}
	run, ok := probes[t.Kind]
	if !ok {
		return fmt.Errorf("probe: there is no kind %q", t.Kind)
	}
	result, err := run(t)
	if err != nil {
		return fmt.Errorf("probe: %s of %s: %w", t.Kind, t.Impl, err)
	}
	return json.NewEncoder(os.Stdout).Encode(result)
}

// Run starts this program anew for the task and returns what it found. The
// program must call Main before it reads its arguments.
func Run(t Task) (Result, error) {
	text, err := json.Marshal(t)
	if err != nil {
		return nil, fmt.Errorf("probe: %w", err)
	}
	self, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("probe: %w", err)
	}
	cmd := exec.Command(self, word, string(text))
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("probe: %s of %s: %w", t.Kind, t.Impl, err)
	}
	var r Result
	if err := json.Unmarshal(out, &r); err != nil {
		return nil, fmt.Errorf("probe: %s of %s answered %q: %w", t.Kind, t.Impl, out, err)
	}
	return r, nil
}
