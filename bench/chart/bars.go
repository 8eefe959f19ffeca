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

// Bars is a plot of values from top to bottom, each written at its bar.
type Bars struct {
	Title, Label string
	Bars         []Bar
}

// SVG draws the plot. Values must not be negative.
func (c Bars) SVG(w io.Writer) error {
	if len(c.Bars) == 0 {
		return ErrEmpty
	}
	const begin, step, thick = 270, 26, 18
	var high float64
	for _, b := range c.Bars {
		high = max(high, b.Value)
	}
	x := newSpan(Axis{}, 0, high, begin, width-70)
	end := float64(top + 8 + step*len(c.Bars))
	var d drawing
	d.text(20, 48, `fill="#52606d"`, c.Label)
	for _, t := range x.Ticks {
		d.line(x.place(t.At), top, x.place(t.At), end, faint)
		d.text(x.place(t.At), end+18, `text-anchor="middle"`, t.Text)
	}
	for i, b := range c.Bars {
		fill := "#9aa5b1"
		if b.Ours {
			fill = colour(0)
		}
		y := float64(top + 8 + step*i)
		fmt.Fprintf(&d, `<rect x="%d" y="%.1f" width="%.1f" height="%d" fill="%s"/>`+"\n", begin, y, x.place(b.Value)-begin, thick, fill)
		d.text(begin-10, y+14, `text-anchor="end"`, b.Name)
		d.text(x.place(b.Value)+6, y+14, `font-weight="600"`, table.Number(b.Value))
	}
	return d.writeTo(w, c.Title, int(end)+34)
}
