package chart

import (
	"fmt"
	"io"

	"github.com/larder-go/larder/bench/table"
)

// Bar is a named value.
type Bar struct {
	Name  string
	Value float64
	Ours  bool // drawn in the first colour, others in grey
}

// Group is bars under a heading of their own.
type Group struct {
	Name string
	Bars []Bar
}

// Bars is a plot of values from top to bottom, each written at its bar.
type Bars struct {
	Title, Label string
	Groups       []Group
}

// Heights of a bar, of the step from one to the next, and of a heading.
const (
	barThick = 18
	barStep  = 26
	heading  = 34
)

// SVG draws the plot. Values must not be negative.
func (c Bars) SVG(w io.Writer) error {
	high, longest, end := c.extent()
	if longest == 0 {
		return ErrEmpty
	}
	begin := 30 + 7*float64(longest) // about the width of the longest name
	x := newSpan(Axis{}, 0, high, begin, width-70)
	var d drawing
	d.text(20, 48, `fill="#52606d"`, c.Label)
	for _, t := range x.Ticks {
		d.line(x.place(t.At), top, x.place(t.At), end, faint)
		d.text(x.place(t.At), end+18, `text-anchor="middle"`, t.Text)
	}
	y := float64(top)
	for _, g := range c.Groups {
		d.text(20, y+22, `font-weight="600"`, g.Name)
		y += heading
		for _, b := range g.Bars {
			d.bar(b, x, y)
			y += barStep
		}
	}
	return d.writeTo(w, c.Title, int(end)+34)
}

// extent finds the largest value, the longest name in letters, and where the
// last bar ends.
func (c Bars) extent() (high float64, longest int, end float64) {
	end = top
	for _, g := range c.Groups {
		end += heading
		for _, b := range g.Bars {
			high, longest = max(high, b.Value), max(longest, len([]rune(b.Name)))
			end += barStep
		}
	}
	return high, longest, end
}

func (d *drawing) bar(b Bar, x span, y float64) {
	fill := "#9aa5b1"
	if b.Ours {
		fill = colour(0)
	}
	fmt.Fprintf(d, `<rect x="%.1f" y="%.1f" width="%.1f" height="%d" fill="%s"/>`+"\n", x.from, y, x.place(b.Value)-x.from, barThick, fill)
	d.text(x.from-10, y+14, `text-anchor="end"`, b.Name)
	d.text(x.place(b.Value)+6, y+14, `font-weight="600"`, table.Number(b.Value))
}
