package main

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"time"

	_ "github.com/larder-go/larder/bench/limits"
	_ "github.com/larder-go/larder/bench/pantry"
	"github.com/larder-go/larder/bench/probe"
	"github.com/larder-go/larder/bench/reach"
	_ "github.com/larder-go/larder/bench/rivals"
	"github.com/larder-go/larder/bench/suite"
	"github.com/larder-go/larder/bench/table"
)

func main() {
	probe.Main()
	quick := flag.Bool("quick", false, "measure for a fraction of the time")
	only := flag.String("only", "", "measure sections whose names begin with one of these, separated by commas")
	file := flag.String("json", "", "write the figures to this `file`")
	flag.Parse()
	book, err := suite.Run(config(*quick, *only))
	if err == nil && *file != "" {
		err = book.WriteFile(*file)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(2)
	}
	if !show(book) {
		os.Exit(1)
	}
}

func config(quick bool, only string) suite.Config {
	c := suite.Full()
	if quick {
		c.Rounds, c.Slice, c.Pages, c.Entries = 3, 10*time.Millisecond, 20_000, 100_000
	}
	c.Only = func(id string) bool {
		for prefix := range strings.SplitSeq(only, ",") {
			if strings.HasPrefix(id, prefix) {
				return true
			}
		}
		return false
	}
	c.Log = os.Stderr
	return c
}

// show prints the book and reports whether no bar was missed.
func show(book *table.Book) bool {
	for _, s := range book.Sections {
		s.Text(os.Stdout)
	}
	reach.Text(os.Stdout, reach.Aims(), book)
	for _, a := range reach.Aims() {
		if _, v := a.Judge(book); v == reach.Missed {
			return false
		}
	}
	return true
}
