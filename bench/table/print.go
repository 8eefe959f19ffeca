package table

import (
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"text/tabwriter"
)

// Text prints s for a terminal.
func (s Section) Text(w io.Writer) error {
	fmt.Fprintf(w, "\n%s\n%s\n", s.ID, s.What)
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintf(t, "\t%s\t\n", strings.Join(s.Columns, "\t"))
	for _, r := range s.Rows {
		fmt.Fprintln(t, strings.TrimRight(r.Name+"\t"+strings.Join(r.texts(), "\t")+"\t  "+r.Note, " "))
	}
	return t.Flush()
}

// Markdown prints s as a table, without its ID.
func (s Section) Markdown(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s.\n\n| | %s |\n|---|%s\n", s.What, strings.Join(s.Columns, " | "), strings.Repeat("--:|", len(s.Columns)))
	for _, r := range s.Rows {
		name := r.Name
		if r.Note != "" {
			name += " (" + r.Note + ")"
		}
		fmt.Fprintf(&b, "| %s | %s |\n", name, strings.Join(r.texts(), " | "))
	}
	_, err := io.WriteString(w, b.String()+"\n")
	return err
}

func (r Row) texts() []string {
	out := make([]string, len(r.Cells))
	for i, x := range r.Cells {
		out[i] = Number(x)
	}
	return out
}

// Number writes x with three digits, or all of those before the point, with a
// comma between thousands.
func Number(x float64) string {
	switch abs := math.Abs(x); {
	case math.IsNaN(x):
		return ""
	case abs >= 99.95:
		return thousands(strconv.FormatFloat(x, 'f', 0, 64))
	case abs >= 9.995:
		return strconv.FormatFloat(x, 'f', 1, 64)
	}
	text := strconv.FormatFloat(x, 'f', 2, 64)
	return strings.TrimSuffix(text, ".00")
}

func thousands(digits string) string {
	for i := len(digits) - 3; i > 0 && digits[i-1] != '-'; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}
