package main

import (
	"fmt"
	"os"
	"slices"

	"github.com/larder-go/larder/bench/cases"
	"github.com/larder-go/larder/bench/kit"
	"github.com/larder-go/larder/bench/probe"
	"github.com/larder-go/larder/bench/reach"
	"github.com/larder-go/larder/bench/report"
	"github.com/larder-go/larder/bench/servers"
)

// always are the profiles that the document shows whatever was reached.
var always = []reach.Path{
	{Of: reach.Processor, Section: "hit/16KiB", Row: "larder"},
	{Of: reach.Processor, Section: "redis/16KiB/50", Row: "larder"},
}

// profiles takes those profiles, and those of what did not come up to its goal.
func profiles(stores *servers.Stores, missed []reach.Aim) (out []report.Profile, err error) {
	paths := slices.Clone(always)
	for _, a := range missed {
		if a.Shown != (reach.Path{}) && !slices.Contains(paths, a.Shown) {
			paths = append(paths, a.Shown)
		}
	}
	for _, p := range paths {
		fmt.Fprintf(os.Stderr, "profile: %s\n", p)
		taken, err := take(p, stores)
		if err != nil {
			return nil, err
		}
		for _, f := range taken.Unexplained() {
			fmt.Fprintf(os.Stderr, "UNEXPLAINED: %s\n", f)
		}
		out = append(out, taken)
	}
	return out, nil
}

func take(p reach.Path, stores *servers.Stores) (report.Profile, error) {
	if p.Of == reach.Heap {
		return report.HeldBy(p, "The heap that 100,000 pages of 1KiB take in memory", func(file string) error {
			_, err := probe.Run(probe.Task{Kind: "heap", Impl: p.Row, N: 100_000, Size: 1 << 10, Profile: file, Options: kit.Options{Store: kit.Memory}})
			return err
		})
	}
	s, ok := row(p, stores)
	if !ok {
		return report.Profile{}, fmt.Errorf("there is no row %s, %s", p.Section, p.Row)
	}
	benches, stop, err := s.Open(stores)
	if err != nil {
		return report.Profile{}, err
	}
	defer stop()
	return report.Take(p, s.What, benches[0].Run)
}

// row is a path's section with that row only.
func row(p reach.Path, stores *servers.Stores) (s cases.Section, ok bool) {
	for _, s := range cases.All(stores) {
		for _, r := range s.Rows {
			if s.ID == p.Section && r.Name == p.Row {
				s.Rows = []cases.Row{r}
				return s, true
			}
		}
	}
	return s, false
}
