package report

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/larder-go/larder/bench/reach"
	"github.com/larder-go/larder/bench/table"
)

// Plot is a picture of the document.
type Plot struct {
	File string // name of the file, without a folder
	Says string // a sentence that tells a reader what to see
	Draw interface{ SVG(w io.Writer) error }
}

// Document is all that is written.
type Document struct {
	Process  *table.Book // what command bench found
	Wire     *table.Book // what command web found, nil if it was not run
	Plots    []Plot
	Profiles []Profile
	Versions []string
	Taken    time.Time
}

// Write writes performance.md into folder docs, and the plots into its folder
// performance.
func (d Document) Write(docs string) error {
	plots := filepath.Join(docs, "performance")
	if err := os.MkdirAll(plots, 0o755); err != nil {
		return fmt.Errorf("report: %w", err)
	}
	for _, p := range d.Plots {
		if err := p.write(plots); err != nil {
			return fmt.Errorf("report: %s: %w", p.File, err)
		}
	}
	f, err := os.Create(filepath.Join(docs, "performance.md"))
	if err != nil {
		return fmt.Errorf("report: %w", err)
	}
	return errors.Join(d.markdown(f), f.Close())
}

func (p Plot) write(folder string) error {
	f, err := os.Create(filepath.Join(folder, p.File))
	if err != nil {
		return err
	}
	return errors.Join(p.Draw.SVG(f), f.Close())
}

const introduction = `# Performance

Written by ` + "`make bench-report`" + ` on %s; do not edit it by hand. Figures move by a third between hours, ratios within one run by a few per cent: quote the ratios.

A table in the process has medians over interleaved rounds: what is compared takes turns, a tenth of a second each, in another order each round. *lowest* and *highest* are the rounds' own figures, *B* and *allocs* what one
operation allocates, *×* is the median of the rounds' ratios to the row named there, and *CPU* is processor time, of all goroutines, which what else the machine does hardly changes. The rows called *limit* do the least that is possible: ` + "`limit-bare`" + ` writes a ready answer, ` + "`limit-set`" + ` is a handler written by hand,
` + "`limit-floor`" + ` is the least of a page cache (key, look-up, comparison of the whole key, expiry, header, write; no Vary, no Age, no conditions, no tags), ` + "`limit-floor-remote`" + ` is the same over one GET of a remote store.
Hits in the process go to a writer that counts and drops; over a socket the kernel adds some twenty microseconds to each.

Taken on: %s.

## What was to be reached

The bar is ahead of every cache that was compared when it was set, the goal is close to the limit.

`

func (d Document) markdown(w io.Writer) error {
	fmt.Fprintf(w, introduction, d.Taken.Format("2 January 2006"), strings.Join(d.Versions, " · "))
	aims, book := d.aims()
	if err := reach.Markdown(w, aims, book); err != nil {
		return err
	}
	if short := reach.Short(aims, book); len(short) > 0 {
		io.WriteString(w, "## What falls short of its goal, and why\n\n")
		if err := reach.Explain(w, short, book); err != nil {
			return err
		}
	}
	io.WriteString(w, "## Plots\n\n")
	for _, p := range d.Plots {
		fmt.Fprintf(w, "%s\n\n![%s](performance/%s)\n\n", p.Says, strings.TrimSuffix(p.File, ".svg"), p.File)
	}
	if err := d.profiles(w); err != nil {
		return err
	}
	if d.Wire != nil {
		io.WriteString(w, "## Over the wire\n\n")
		if err := tables(w, d.Wire); err != nil {
			return err
		}
	}
	io.WriteString(w, "## In the process\n\n")
	return tables(w, d.Process)
}

// aims is what was to be reached, and all that was found.
func (d Document) aims() ([]reach.Aim, *table.Book) {
	aims, book := reach.Aims(), &table.Book{Sections: slices.Clone(d.Process.Sections)}
	if d.Wire != nil {
		book.Add(d.Wire.Sections...)
		aims = append(aims, reach.WireAims()...)
	}
	return aims, book
}

// Short lists the aims whose goals were missed.
func (d Document) Short() []reach.Aim { return reach.Short(d.aims()) }

func (d Document) profiles(w io.Writer) error {
	if len(d.Profiles) == 0 {
		return nil
	}
	fmt.Fprintf(w, "## Where the time goes\n\nThe hit in memory, the hit on Redis, and what falls short of a goal: functions that take %d %% and more themselves, without what they call.\n\n", threshold)
	for _, p := range d.Profiles {
		if err := p.markdown(w); err != nil {
			return err
		}
	}
	return nil
}

func tables(w io.Writer, b *table.Book) error {
	for _, s := range b.Sections {
		fmt.Fprintf(w, "### %s\n\n", s.ID)
		if err := s.Markdown(w); err != nil {
			return err
		}
	}
	return nil
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
