package reach

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/larder-go/larder/bench/table"
)

// Verdict says how far an aim was reached.
type Verdict int

// The better ones come later.
const (
	Unmeasured Verdict = iota
	Missed
	Beyond // missed, by the limit as well
	Bar
	Goal
)

func (v Verdict) String() string {
	return [...]string{"not measured", "MISSED", "MISSED, by the limit too", "bar", "goal"}[v]
}

// Judge compares what b holds with the aim. value is NaN-free only if the
// verdict is not Unmeasured.
func (a Aim) Judge(b *table.Book) (value float64, v Verdict) {
	value, ok := a.figure(b)
	switch {
	case !ok:
		return 0, Unmeasured
	case a.reached(value, a.Goal):
		return value, Goal
	case a.reached(value, a.Bar):
		return value, Bar
	case a.beyond(b, value):
		return value, Beyond
	}
	return value, Missed
}

// limitIn is what the limit reached, if there is one.
func (a Aim) limitIn(b *table.Book) (value float64, ok bool) {
	if a.limit == nil {
		return 0, false
	}
	return a.limit(b)
}

// near is how close to a limit that misses the bar itself a figure must come
// not to be larder's fault.
const near = 0.05

// beyond reports whether the bar cannot be reached on this machine: the limit
// misses it too, and the figure is no worse than that, or hardly.
func (a Aim) beyond(b *table.Book, value float64) bool {
	limit, ok := a.limitIn(b)
	if !ok || a.reached(limit, a.Bar) {
		return false
	}
	if a.AtLeast {
		return value >= limit*(1-near)
	}
	return value <= limit*(1+near)
}

// exact is what the noise of counting is worth: a hit that allocates three
// times is measured as 3.0004.
const exact = 0.005

func (a Aim) reached(value, mark float64) bool {
	if a.AtLeast {
		return value >= mark*(1-exact)
	}
	return value <= mark*(1+exact)
}

func (a Aim) texts(b *table.Book) []string {
	sign := "≤ "
	if a.AtLeast {
		sign = "≥ "
	}
	value, v := a.Judge(b)
	text := table.Number(value)
	if v == Unmeasured {
		text = ""
	}
	return []string{a.What, text, sign + digits(a.Bar), sign + digits(a.Goal), v.String()}
}

var columns = []string{"", "reached", "bar", "goal", "verdict"}

// Text prints the verdicts for a terminal.
func Text(w io.Writer, aims []Aim, b *table.Book) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintf(t, "\n%s\n", strings.Join(columns, "\t"))
	for _, a := range aims {
		fmt.Fprintln(t, strings.Join(a.texts(b), "\t"))
	}
	return t.Flush()
}

// Markdown prints the verdicts for a document.
func Markdown(w io.Writer, aims []Aim, b *table.Book) error {
	var text strings.Builder
	fmt.Fprintf(&text, "| %s |\n|---|--:|--:|--:|---|\n", strings.Join(columns, " | "))
	for _, a := range aims {
		fmt.Fprintf(&text, "| %s |\n", strings.Join(a.texts(b), " | "))
	}
	_, err := io.WriteString(w, text.String()+"\n")
	return err
}

// Short lists the aims that were measured and miss their goals, be it that they
// reach the bar.
func Short(aims []Aim, b *table.Book) (short []Aim) {
	for _, a := range aims {
		if _, v := a.Judge(b); v == Missed || v == Beyond || v == Bar {
			short = append(short, a)
		}
	}
	return short
}

// Explain prints why aims are out of reach, and names the profile of each.
func Explain(w io.Writer, short []Aim, b *table.Book) error {
	var text strings.Builder
	for _, a := range short {
		value, _ := a.Judge(b)
		fmt.Fprintf(&text, "* **%s**: %s, goal %s", a.What, table.Number(value), digits(a.Goal))
		if limit, ok := a.limitIn(b); ok {
			fmt.Fprintf(&text, ", the limit %s", table.Number(limit))
		}
		fmt.Fprintf(&text, ". %s", a.Why)
		if a.Shown != (Path{}) {
			fmt.Fprintf(&text, " Profile: *%s*.", a.Shown)
		}
		text.WriteString("\n")
	}
	_, err := io.WriteString(w, text.String()+"\n")
	return err
}

func digits(x float64) string { return strconv.FormatFloat(x, 'g', -1, 64) }
