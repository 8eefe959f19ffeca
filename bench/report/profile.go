package report

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/larder-go/larder/bench/reach"
)

// Profile says where what one path takes goes.
type Profile struct {
	reach.Path
	What     string // that row measures
	Lines    []ProfileLine
	Purposes []Purpose // of all functions, the largest share first
}

// Purpose is why functions are there, and the share of all of them.
type Purpose struct {
	Why     string
	Percent float64
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
func parseTop(text string, p reach.Path) (lines []ProfileLine) {
	s := bufio.NewScanner(strings.NewReader(text))
	for s.Scan() {
		fields := strings.Fields(s.Text())
		if len(fields) < 6 || !strings.HasSuffix(fields[1], "%") {
			continue
		}
		percent, err := strconv.ParseFloat(strings.TrimSuffix(fields[1], "%"), 64)
		if err != nil || !(percent > 0) {
			continue
		}
		name := strings.TrimSuffix(strings.Join(fields[5:], " "), " (inline)")
		lines = append(lines, ProfileLine{strings.TrimPrefix(name, "github.com/larder-go/larder/"), percent, why(name, p)})
	}
	return lines
}

// newProfile lists the functions above the threshold, and sums up all of them.
func newProfile(p reach.Path, what, top string) Profile {
	out, shares := Profile{Path: p, What: what}, map[string]float64{}
	for _, l := range parseTop(top, p) {
		shares[l.Why] += l.Percent
		if l.Percent >= threshold {
			out.Lines = append(out.Lines, l)
		}
	}
	for why, percent := range shares {
		if why != "" && percent >= 1 {
			out.Purposes = append(out.Purposes, Purpose{why, percent})
		}
	}
	slices.SortFunc(out.Purposes, func(a, b Purpose) int { return cmp.Or(cmp.Compare(b.Percent, a.Percent), cmp.Compare(a.Why, b.Why)) })
	return out
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
	fmt.Fprintf(&b, "### %s\n\n%s.\n\n| %% of the %s | all functions together that are there for |\n|--:|---|\n", headline(p.String()), p.What, p.Of)
	rest := 100.0
	for _, x := range p.Purposes {
		rest -= x.Percent
		fmt.Fprintf(&b, "| %.1f | %s |\n", x.Percent, x.Why)
	}
	fmt.Fprintf(&b, "| %.1f | others |\n\n", max(rest, 0))
	if len(p.Lines) == 0 {
		fmt.Fprintf(&b, "No single function takes %d %%.\n\n", threshold)
	} else {
		p.functions(&b)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func (p Profile) functions(b *strings.Builder) {
	b.WriteString("| % | function | why |\n|--:|---|---|\n")
	for _, l := range p.Lines {
		reason := l.Why
		if reason == "" {
			reason = "**UNEXPLAINED**"
		}
		fmt.Fprintf(b, "| %.1f | `%s` | %s |\n", l.Percent, l.Function, reason)
	}
	b.WriteString("\n")
}

// headline begins with a capital letter.
func headline(s string) string { return strings.ToUpper(s[:1]) + s[1:] }
