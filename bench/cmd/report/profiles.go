package main

import (
	"fmt"
	"os"

	"github.com/larder-go/larder/bench/cases"
	"github.com/larder-go/larder/bench/report"
	"github.com/larder-go/larder/bench/servers"
)

// profiled are the rows whose profiles the document shows.
var profiled = []struct{ section, what string }{
	{"hit/16KiB", "A hit of larder in memory, 16 KiB"},
	{"redis/16KiB/50", "A hit of larder on Redis, 16 KiB, 50 goroutines"},
}

func profiles(stores *servers.Stores) (out []report.Profile, err error) {
	for _, p := range profiled {
		for _, s := range cases.All(stores) {
			if s.ID != p.section {
				continue
			}
			fmt.Fprintln(os.Stderr, "profile:", s.ID)
			s.Rows = rowsNamed(s.Rows, "larder")
			taken, err := profile(s, stores, p.what)
			if err != nil {
				return nil, err
			}
			out = append(out, taken)
		}
	}
	return out, nil
}

func rowsNamed(rows []cases.Row, name string) (out []cases.Row) {
	for _, r := range rows {
		if r.Name == name {
			out = append(out, r)
		}
	}
	return out
}

func profile(s cases.Section, stores *servers.Stores, what string) (report.Profile, error) {
	benches, stop, err := s.Open(stores)
	if err != nil {
		return report.Profile{}, err
	}
	defer stop()
	return report.TakeProfile(what, benches[0].Run)
}
