package reach

import (
	"fmt"

	"github.com/larder-go/larder/bench/table"
)

// Aim is one thing to reach.
type Aim struct {
	What      string
	Bar, Goal float64
	AtLeast   bool // the figure is to be as large as the bar or larger, else as small or smaller
	// Why says what stands between the limit and a figure that misses the goal.
	Why string
	// Shown is the profile that says where the rest goes, zero if none does.
	Shown  Path
	figure figure
	// limit is what the least that is possible reached in the same run, nil
	// where there is no such row.
	limit figure
}

// Path is a row of a benchmark of which a profile can be taken.
type Path struct {
	Of           Resource
	Section, Row string
}

// String names the path as a profile's heading does.
func (p Path) String() string { return fmt.Sprintf("%s of %s in %s", p.Of, p.Row, p.Section) }

// Resource is what a profile divides among functions.
type Resource string

// What can be profiled.
const (
	Processor   Resource = "processor time"
	Allocations Resource = "allocations"
	Heap        Resource = "heap that stays"
)

// figure finds a number in a book. ok is false if it was not measured.
type figure func(b *table.Book) (value float64, ok bool)

// cell is a number as it stands in the book.
func cell(section, row, column string) figure {
	return func(b *table.Book) (float64, bool) { return b.Cell(section, row, column) }
}

// excess is by which part a ratio is above 1, in per cent.
func excess(x figure) figure { return of(x, func(x float64) float64 { return 100 * (x - 1) }) }

func of(x figure, f func(x float64) float64) figure {
	return func(b *table.Book) (float64, bool) {
		value, ok := x(b)
		return f(value), ok
	}
}

// ratio is one figure by another.
func ratio(x, y figure) figure {
	return both(x, y, func(x, y float64) float64 { return x / y })
}

// above is what one figure is more than another.
func above(x, y figure) figure {
	return both(x, y, func(x, y float64) float64 { return x - y })
}

func both(x, y figure, f func(x, y float64) float64) figure {
	return func(b *table.Book) (float64, bool) {
		xValue, ok := x(b)
		yValue, also := y(b)
		return f(xValue, yValue), ok && also
	}
}
