package report

import (
	"bufio"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/larder-go/larder/bench/reach"
)

// Profile says where what one path takes goes.
type Profile struct {
	reach.Path
	What  string // that row measures
	Lines []ProfileLine
}

// ProfileLine is a function that takes a part of it itself.
type ProfileLine struct {
	Function string
	Percent  float64
	Why      string // it is there, "" where nobody has said so yet
}

// threshold is the share in per cent from which on a function is listed.
const threshold = 3

// parseTop reads the table of pprof -top: flat, flat%, sum%, cum, cum%, name.
func parseTop(text string, of reach.Resource) (lines []ProfileLine) {
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
		lines = append(lines, ProfileLine{strings.TrimPrefix(name, "github.com/larder-go/larder/"), percent, why(name, of)})
	}
	return lines
}

// Unexplained lists the functions for which nobody has said why they are there.
func (p Profile) Unexplained() (functions []string) {
	for _, l := range p.Lines {
		if l.Why == "" {
			functions = append(functions, l.Function)
		}
	}
	return functions
}

func (p Profile) markdown(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "### %s\n\n%s.\n\n| %% of the %s | function | why |\n|--:|---|---|\n", headline(p.String()), p.What, p.Of)
	rest := 100.0
	for _, l := range p.Lines {
		reason := l.Why
		if reason == "" {
			reason = "**UNEXPLAINED**"
		}
		rest -= l.Percent
		fmt.Fprintf(&b, "| %.1f | `%s` | %s |\n", l.Percent, l.Function, reason)
	}
	fmt.Fprintf(&b, "| %.1f | others | each below %d %% |\n\n", max(rest, 0), threshold)
	_, err := io.WriteString(w, b.String())
	return err
}

// headline begins with a capital letter.
func headline(s string) string { return strings.ToUpper(s[:1]) + s[1:] }
