package suite

import (
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/larder-go/larder/bench/cases"
	"github.com/larder-go/larder/bench/measure"
	"github.com/larder-go/larder/bench/servers"
	"github.com/larder-go/larder/bench/table"
)

// Config says how much to measure.
type Config struct {
	Rounds  int
	Slice   time.Duration // of each row in each round
	Pages   int           // stored for the heap per page
	Entries int           // stored for the cost of a collection
	Only    func(id string) bool
	Log     io.Writer // told what is going on
}

// Run measures all sections whose IDs Only allows.
func Run(c Config) (*table.Book, error) {
	stores, err := servers.StartStores(0)
	if err != nil {
		return nil, err
	}
	defer stores.Stop()
	book := new(table.Book)
	for _, s := range cases.All(stores) {
		if !c.Only(s.ID) {
			continue
		}
		series, notes, err := c.series(s, stores)
		if err != nil {
			return nil, err
		}
		book.Add(summary(s, series, notes))
	}
	for _, more := range []func(cases.Stores) (table.Section, error){c.secondCore, c.client, c.herd, c.heap, c.collector, c.pause} {
		s, err := more(stores)
		if errors.Is(err, errSkipped) {
			continue
		}
		if err != nil {
			return nil, err
		}
		book.Add(s)
	}
	return book, nil
}

// errSkipped says that a section was not asked for, or lacks its store.
var errSkipped = errors.New("suite: skipped")

// series measures the rows of a section. The notes say which rows are void.
func (c Config) series(s cases.Section, stores cases.Stores) (series []measure.Series, notes []string, err error) {
	fmt.Fprintf(c.Log, "%s %s: making %d rows ready\n", clock(), s.ID, len(s.Rows))
	benches, stop, err := s.Open(stores)
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", s.ID, err)
	}
	defer stop()
	jobs := make([]measure.Job, len(s.Rows))
	for i, r := range s.Rows {
		jobs[i] = measure.Job{Name: r.Name, Run: benches[i].Run}
	}
	series, err = c.plan(s.ID, s.Fine).Run(jobs)
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", s.ID, err)
	}
	notes = make([]string, len(benches))
	for i, b := range benches {
		if n := b.Misses(); n > 0 {
			notes[i] = fmt.Sprintf("void: %d misses", n)
		}
	}
	return series, notes, nil
}

// fineTurns is how many turns a job has in a round where a few per cent count.
const fineTurns = 4

func (c Config) plan(id string, fine bool) measure.Plan {
	last, turns := -1, 1
	if fine {
		turns = fineTurns
	}
	return measure.Plan{Rounds: c.Rounds, Slice: c.Slice, Turns: turns, Progress: func(round int, job string) {
		if round != last {
			fmt.Fprintf(c.Log, "%s %s: round %d of %d\n", clock(), id, round+1, c.Rounds)
			last = round
		}
	}}
}

func clock() string { return time.Now().Format(time.TimeOnly) }

// summary makes a table of what was measured. Ratios are the medians of the
// ratios of each round.
func summary(s cases.Section, series []measure.Series, notes []string) table.Section {
	out := table.Section{ID: s.ID, What: s.What, Columns: []string{s.Unit, "lowest", "highest", "CPU " + s.Unit, "B", "allocs", "× " + s.Limit, "CPU ×"}}
	scale := 1.0
	if s.Unit == "µs" {
		scale = 1e-3
	}
	limit := limitOf(s, series)
	for i, r := range s.Rows {
		m := series[i].Median()
		low, high := series[i].Range()
		byClock, byCPU := series[i].Ratio(limit)
		out.Rows = append(out.Rows, table.Row{Name: r.Name, Note: notes[i], Cells: []float64{
			m.Nanos * scale, low * scale, high * scale, m.CPU * scale, m.Bytes, m.Allocs, byClock, byCPU,
		}})
	}
	return out
}

func limitOf(s cases.Section, series []measure.Series) measure.Series {
	for i, r := range s.Rows {
		if r.Name == s.Limit {
			return series[i]
		}
	}
	panic(fmt.Sprintf("suite: section %s has no row %q", s.ID, s.Limit))
}

// Full is what figures that are to be quoted need. It takes some five minutes
// on two processors.
func Full() Config {
	return Config{Rounds: 5, Slice: 100 * time.Millisecond, Pages: 100_000, Entries: 1_000_000,
		Only: func(string) bool { return true }, Log: io.Discard}
}
