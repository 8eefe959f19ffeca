package main

import (
	"flag"
	"fmt"
	"os"
	"strings"

	_ "github.com/larder-go/larder/bench/limits"
	_ "github.com/larder-go/larder/bench/pantry"
	"github.com/larder-go/larder/bench/reach"
	_ "github.com/larder-go/larder/bench/rivals"
	"github.com/larder-go/larder/bench/table"
	"github.com/larder-go/larder/bench/web"
)

func main() {
	web.Main()
	rounds := flag.Int("rounds", 5, "how often each server has its turn")
	seconds := flag.Int("seconds", 2, "of load on each server in each round")
	only := flag.String("only", "", "measure servers whose names begin with one of these, separated by commas")
	file := flag.String("json", "", "write the figures to this `file`")
	flag.Parse()
	book, err := web.Run(web.Config{Rounds: *rounds, Seconds: *seconds, Only: named(*only), Log: os.Stderr})
	if err == nil && *file != "" {
		err = book.WriteFile(*file)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "web:", err)
		os.Exit(2)
	}
	show(book)
}

func named(only string) func(name string) bool {
	return func(name string) bool {
		for prefix := range strings.SplitSeq(only, ",") {
			if strings.HasPrefix(name, prefix) {
				return true
			}
		}
		return false
	}
}

func show(book *table.Book) {
	for _, s := range book.Sections {
		s.Text(os.Stdout)
	}
	reach.Text(os.Stdout, reach.WireAims(), book)
}
