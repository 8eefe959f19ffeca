package chart

import (
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
)

// Point is a place on a line.
type Point struct{ X, Y float64 }

// Line is a named row of points, from left to right.
type Line struct {
	Name   string
	Points []Point
	Limit  bool // drawn in dashes: nobody can be better
}

// Lines is a plot of several lines.
type Lines struct {
	Title string
	X, Y  Axis
	Lines []Line
}

// ErrEmpty says that there is nothing to draw.
var ErrEmpty = errors.New("chart: no points")

// SVG draws the plot. Values on a logarithmic axis must be positive.
func (c Lines) SVG(w io.Writer) error {
	low, high, err := c.bounds()
	if err != nil {
		return err
	}
	x := newSpan(c.X, low.X, high.X, left, width-right)
	y := newSpan(c.Y, low.Y, high.Y, height-bottom, top)
	var d drawing
	d.grid(x, y)
	for i, l := range c.Lines {
		d.curve(l, x, y, colour(i))
	}
	d.names(c.Lines, y)
	return d.writeTo(w, c.Title, height)
}

func (c Lines) bounds() (low, high Point, err error) {
	low, high = Point{math.Inf(1), math.Inf(1)}, Point{math.Inf(-1), math.Inf(-1)}
	for _, l := range c.Lines {
		for _, p := range l.Points {
			if (c.X.Log && p.X <= 0) || (c.Y.Log && p.Y <= 0) {
				return low, high, fmt.Errorf("chart: %s has the point (%v, %v) on a logarithmic axis", l.Name, p.X, p.Y)
			}
			low, high = Point{min(low.X, p.X), min(low.Y, p.Y)}, Point{max(high.X, p.X), max(high.Y, p.Y)}
		}
	}
	if low.X > high.X {
		return low, high, ErrEmpty
	}
	return low, high, nil
}

func (d *drawing) grid(x, y span) {
	for _, t := range y.Ticks {
		at := y.place(t.At)
		d.line(x.from, at, x.to, at, faint)
		d.text(x.from-8, at+4, `text-anchor="end"`, t.Text)
	}
	for _, t := range x.Ticks {
		at := x.place(t.At)
		d.line(at, y.from, at, y.to, faint)
		d.text(at, y.from+20, `text-anchor="middle"`, t.Text)
	}
	d.line(x.from, y.from, x.to, y.from, ink)
	d.text((x.from+x.to)/2, y.from+44, `text-anchor="middle"`, x.Label)
	d.text(20, 48, `fill="#52606d"`, y.Label)
}

func (d *drawing) curve(l Line, x, y span, stroke string) {
	dashes := ""
	if l.Limit {
		dashes = ` stroke-dasharray="6 4"`
	}
	fmt.Fprintf(d, `<polyline fill="none" stroke="%s" stroke-width="2.2"%s points="`, stroke, dashes)
	for _, p := range l.Points {
		fmt.Fprintf(d, "%.1f,%.1f ", x.place(p.X), y.place(p.Y))
	}
	d.WriteString("\"/>\n")
	for _, p := range l.Points {
		fmt.Fprintf(d, `<circle cx="%.1f" cy="%.1f" r="3.2" fill="%s"/>`+"\n", x.place(p.X), y.place(p.Y), stroke)
	}
}

// names writes the name of each line where it ends, moved apart where two
// would lie over each other.
func (d *drawing) names(lines []Line, y span) {
	const gap = 16
	order := make([]int, 0, len(lines))
	at := make([]float64, len(lines))
	for i, l := range lines {
		if len(l.Points) > 0 {
			order = append(order, i)
			at[i] = y.place(l.Points[len(l.Points)-1].Y) + 4
		}
	}
	slices.SortStableFunc(order, func(a, b int) int { return int(math.Copysign(1, at[a]-at[b])) })
	for k := 1; k < len(order); k++ {
		at[order[k]] = max(at[order[k]], at[order[k-1]]+gap)
	}
	lowest := float64(height - bottom + 4)
	for k := len(order) - 1; k >= 0; k-- {
		at[order[k]] = min(at[order[k]], lowest)
		lowest = at[order[k]] - gap
	}
	for _, i := range order {
		d.text(width-right+12, at[i], fmt.Sprintf(`fill="%s" font-weight="600"`, colour(i)), lines[i].Name)
	}
}
