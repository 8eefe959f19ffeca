package report

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime/pprof"
	"strconv"
	"strings"
	"time"
)

// Profile says where the processor time of one path goes.
type Profile struct {
	What  string
	Lines []ProfileLine
}

// ProfileLine is a function that takes some of the time itself.
type ProfileLine struct {
	Function string
	Percent  float64
	Why      string // it is there, "" where nobody has said so yet
}

// threshold is the share in per cent from which on a function is listed.
const threshold = 3

// TakeProfile has run do its operation for about two seconds and lists the
// functions that take three per cent of the time and more. It needs the go
// command.
func TakeProfile(what string, run func(n int) error) (Profile, error) {
	dir, err := os.MkdirTemp("", "larder-profile")
	if err != nil {
		return Profile{}, fmt.Errorf("report: %w", err)
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, "cpu")
	if err := record(file, run); err != nil {
		return Profile{}, fmt.Errorf("report: profile of %s: %w", what, err)
	}
	out, err := exec.Command("go", "tool", "pprof", "-top", "-nodecount=60", file).Output()
	if err != nil {
		return Profile{}, fmt.Errorf("report: go tool pprof: %w", err)
	}
	return Profile{what, parseTop(string(out))}, nil
}

func record(file string, run func(n int) error) error {
	f, err := os.Create(file)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := pprof.StartCPUProfile(f); err != nil {
		return err
	}
	defer pprof.StopCPUProfile()
	for end := time.Now().Add(2 * time.Second); time.Now().Before(end); {
		if err := run(1000); err != nil {
			return err
		}
	}
	return nil
}

// parseTop reads the table of pprof -top: flat, flat%, sum%, cum, cum%, name.
func parseTop(text string) (lines []ProfileLine) {
	s := bufio.NewScanner(strings.NewReader(text))
	for s.Scan() {
		fields := strings.Fields(s.Text())
		if len(fields) < 6 || !strings.HasSuffix(fields[1], "%") {
			continue
		}
		percent, err := strconv.ParseFloat(strings.TrimSuffix(fields[1], "%"), 64)
		if err != nil || !(percent >= threshold) {
			continue
		}
		name := strings.TrimSuffix(strings.Join(fields[5:], " "), " (inline)")
		lines = append(lines, ProfileLine{strings.TrimPrefix(name, "github.com/larder-go/larder/"), percent, why(name)})
	}
	return lines
}

// reasons say what functions are there for, by what their names look like.
var reasons = []struct{ name, why string }{
	{`maps\.\(\*Iter\)|policy\.traitsOf`, "one pass over the request's header: which of its fields ask for special care"},
	{`chacha8rand|runtime\.rand|math/rand`, "the pass over a map begins at a random place, as Go has it"},
	{`\.Clear$|\.\(\*table\)\.Clear`, "the benchmark empties its header map for the next answer; a server makes a new one"},
	{`internal/runtime/maps|mapassign|mapaccess|aeshash|strhash`, "the fields of the answer go into its header map: each name is hashed, compared and placed"},
	{`memeq`, "the whole key is compared, not only its hash"},
	{`nanotime|time\.now|vdso`, "the clock is read once, for freshness and Age"},
	{`cachepage\.\(\*handler\)\.ServeHTTP|cachepage\.\(\*exchange\)`, "the path itself: admit, key, look up, judge, answer"},
	{`internal/policy`, "whether this request may be answered from the cache (RFC 9111 §4)"},
	{`readthrough\.\(\*keyTable\)|memhash`, "the key is looked up by its material, so that nothing is digested anew"},
	{`readthrough\.decode|cachepage\.decode`, "the entry from the store is checked and laid out; the body is not copied"},
	{`syscall|epoll|futex|netpoll|findRunnable|schedule|gopark|runtime\.(lock2|unlock2|wakep|ready)|usleep|stealWork`, "the round trip: system calls, and waking who waits for the answer"},
	{`mallocgc|newobject|nextFree|gcDrain|scanobject|greyobject|memmove|memclr|[sS]pan|runtime/gc`, "memory for the value that the store's client reads, and its collection"},
	{`crc32`, "the checksum of the entry, so that a damaged one is a miss"},
	{`go-redis|bufio|proto\.`, "the store's client: it writes the command and reads the answer"},
	{`asyncPreempt|sigprof`, "the profiler's own"},
	{`bench/`, "the benchmark's own loop"},
}

func why(function string) string {
	for _, r := range reasons {
		if regexp.MustCompile(r.name).MatchString(function) {
			return r.why
		}
	}
	return ""
}

func (p Profile) markdown(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s:\n\n| %% of the time | function | why |\n|--:|---|---|\n", p.What)
	for _, l := range p.Lines {
		fmt.Fprintf(&b, "| %.1f | `%s` | %s |\n", l.Percent, l.Function, l.Why)
	}
	_, err := io.WriteString(w, b.String()+"\n")
	return err
}
