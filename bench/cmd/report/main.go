package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"time"

	_ "github.com/larder-go/larder/bench/limits"
	_ "github.com/larder-go/larder/bench/pantry"
	"github.com/larder-go/larder/bench/probe"
	"github.com/larder-go/larder/bench/report"
	_ "github.com/larder-go/larder/bench/rivals"
	"github.com/larder-go/larder/bench/servers"
	"github.com/larder-go/larder/bench/suite"
	"github.com/larder-go/larder/bench/sweep"
	"github.com/larder-go/larder/bench/table"
	"github.com/larder-go/larder/bench/web"
)

func main() {
	probe.Main()
	web.Main()
	bench := flag.String("bench", "", "take the figures in the process from this `file`")
	wire := flag.String("wire", "", "take the figures over the wire from this `file`")
	out := flag.String("out", "../docs", "write into this `folder`")
	quick := flag.Bool("quick", false, "measure for a fraction of the time")
	flag.Parse()
	if err := write(*bench, *wire, *out, *quick); err != nil {
		fmt.Fprintln(os.Stderr, "report:", err)
		os.Exit(1)
	}
}

func write(bench, wire, out string, quick bool) (err error) {
	d := report.Document{Versions: report.Versions(), Taken: time.Now()}
	if d.Process, err = process(bench, quick); err != nil {
		return err
	}
	if d.Wire, err = overTheWire(wire, quick); err != nil {
		return err
	}
	stores, err := servers.StartStores(0)
	if err != nil {
		return err
	}
	defer stores.Stop()
	if d.Plots, err = plots(stores, d.Wire, quick); err != nil {
		return err
	}
	if d.Profiles, err = profiles(stores, d.Short()); err != nil {
		return err
	}
	return d.Write(out)
}

func process(file string, quick bool) (*table.Book, error) {
	if file != "" {
		return table.ReadFile(file)
	}
	c := suite.Full()
	c.Log = os.Stderr
	if quick {
		c.Rounds, c.Slice, c.Pages, c.Entries = 3, 10*time.Millisecond, 20_000, 100_000
	}
	return suite.Run(c)
}

// overTheWire gives nil where wrk is not installed.
func overTheWire(file string, quick bool) (*table.Book, error) {
	if file != "" {
		return table.ReadFile(file)
	}
	c := web.Config{Rounds: 5, Seconds: 2, Only: func(string) bool { return true }, Log: os.Stderr}
	if quick {
		c.Rounds, c.Seconds = 1, 1
	}
	book, err := web.Run(c)
	if errors.Is(err, servers.ErrMissing) {
		fmt.Fprintln(os.Stderr, "left out:", err)
		return nil, nil
	}
	return book, err
}

func plots(stores *servers.Stores, wire *table.Book, quick bool) (out []report.Plot, err error) {
	c := sweep.Config{Rounds: 5, Slice: 100 * time.Millisecond, Entries: []int{1e3, 1e4, 1e5, 1e6}, Stores: stores, Log: os.Stderr}
	if quick {
		c.Rounds, c.Slice, c.Entries = 3, 10*time.Millisecond, []int{1e3, 1e4}
	}
	if wire != nil {
		if s, ok := wire.Section("wire/16KiB"); ok {
			out = append(out, report.Plot{File: "throughput.svg", Draw: report.Rates(s),
				Says: "What one processor serves, by store and beside others. What a page cache on net/http can reach is *bare*, a handler that only writes ready bytes."})
		}
	}
	swept, err := curves(c)
	return append(out, swept...), err
}

func curves(c sweep.Config) ([]report.Plot, error) {
	percentiles, err := c.Percentiles()
	if err != nil {
		return nil, err
	}
	size, err := c.Size()
	if err != nil {
		return nil, err
	}
	entries, err := c.ByEntries()
	if err != nil {
		return nil, err
	}
	processes, err := c.ByProcesses()
	if err != nil {
		return nil, err
	}
	return []report.Plot{
		{File: "latency.svg", Draw: percentiles, Says: "How long single hits take, up to the slowest of ten thousand. Remote hits are two wake-ups of the scheduler, whose spread is the machine's."},
		{File: "size.svg", Draw: size, Says: "A hit in memory costs the same for every size, since nothing copies the body. A remote one pays for carrying it."},
		{File: "entries.svg", Draw: entries, Says: "A hit in memory by the number of pages kept. It rises as pages fall out of the processor's caches, for everybody."},
		{File: "processes.svg", Draw: processes, Says: "Several processes on one store. They share this machine's processors with the store and with each other, so the sum stays or falls; with near copies the store is hardly asked."},
	}, nil
}
