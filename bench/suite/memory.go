package suite

import (
	"fmt"

	"github.com/larder-go/larder/bench/cases"
	"github.com/larder-go/larder/bench/kit"
	"github.com/larder-go/larder/bench/measure"
	"github.com/larder-go/larder/bench/probe"
	"github.com/larder-go/larder/bench/table"
)

// heap measures what a stored page of 1 KiB takes.
func (c Config) heap(cases.Stores) (table.Section, error) {
	if !c.Only("heap") {
		return table.Section{}, errSkipped
	}
	const size = 1 << 10
	s := table.Section{ID: "heap", Columns: []string{"B per page", "above the body", "objects", "fill µs", "lost"},
		What: fmt.Sprintf("The heap that %s pages of 1KiB with four fields take in memory; what storing one takes; the part that is not there any more", table.Number(float64(c.Pages)))}
	for _, im := range append(kit.Named("limit-floor", "larder"), rivals()...) {
		fmt.Fprintf(c.Log, "%s heap: %s\n", clock(), im.Name)
		r, err := probe.Run(probe.Task{Kind: "heap", Impl: im.Name, N: c.Pages, Size: size, Options: kit.Options{Store: kit.Memory}})
		if err != nil {
			return s, err
		}
		s.Rows = append(s.Rows, table.Row{Name: im.Name, Cells: []float64{r["bytes"], r["bytes"] - size, r["objects"], r["fill"], r["missing"]}})
	}
	return s, nil
}

// collector measures a collection while many entries are kept.
func (c Config) collector(cases.Stores) (table.Section, error) {
	if !c.Only("collector") {
		return table.Section{}, errSkipped
	}
	s := table.Section{ID: "collector", Columns: []string{"B per entry", "objects", "wall ms", "CPU ms", "CPU × otter"},
		What: fmt.Sprintf("One collection with %s entries of 200 bytes under keys of 64", table.Number(float64(c.Entries)))}
	names := []string{"nothing", "otter", "larder"}
	found := make([]results, len(names))
	for range trials {
		for i, name := range names {
			fmt.Fprintf(c.Log, "%s collector: %s\n", clock(), name)
			r, err := probe.Run(probe.Task{Kind: "collector", Impl: name, N: c.Entries})
			if err != nil {
				return s, err
			}
			found[i] = append(found[i], r)
		}
	}
	otter := found[1].median("cpu")
	for i, name := range names {
		r := found[i]
		cpu := r.median("cpu")
		s.Rows = append(s.Rows, table.Row{Name: name, Cells: []float64{r.median("bytes"), r.median("objects"), r.median("wall"), cpu, cpu / otter}})
	}
	return s, nil
}

// results are what a probe found in several processes.
type results []probe.Result

func (r results) median(quantity string) float64 {
	values := make([]float64, len(r))
	for i, x := range r {
		values[i] = x[quantity]
	}
	return measure.Median(values)
}

// pause measures the slowest hits while the collector works. What limit-floor
// does with the same entries in memory tells what of it is the machine's.
func (c Config) pause(cases.Stores) (table.Section, error) {
	if !c.Only("pause") {
		return table.Section{}, errSkipped
	}
	s := table.Section{ID: "pause", Columns: []string{"idle µs", "collecting µs", "÷"},
		What: fmt.Sprintf("The time within which 999 of 1000 hits are done with %s entries kept by larder, without and with collections one after the other", table.Number(float64(c.Entries)))}
	for _, name := range []string{"limit-floor", "larder"} {
		fmt.Fprintf(c.Log, "%s pause: %s\n", clock(), name)
		r, err := probe.Run(probe.Task{Kind: "pause", Impl: name, N: c.Entries, Options: kit.Options{Store: kit.Memory}})
		if err != nil {
			return s, err
		}
		s.Rows = append(s.Rows, table.Row{Name: name, Cells: []float64{r["idle"] / 1000, r["collecting"] / 1000, r["collecting"] / r["idle"]}})
	}
	return s, nil
}
