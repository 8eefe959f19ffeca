package sweep

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/larder-go/larder/bench/cases"
	"github.com/larder-go/larder/bench/chart"
	"github.com/larder-go/larder/bench/kit"
	"github.com/larder-go/larder/bench/measure"
)

// Config says how much to measure.
type Config struct {
	Rounds  int
	Slice   time.Duration // of each point in each round
	Entries []int         // numbers of pages
	Stores  cases.Stores
	Log     io.Writer // told what is going on
}

func (c Config) say(format string, a ...any) {
	fmt.Fprintf(c.Log, "%s %s\n", time.Now().Format(time.TimeOnly), fmt.Sprintf(format, a...))
}

// who is a line of a plot: an implementation on a store.
type who struct{ impl, store string }

func (w who) name() string {
	if w.store == kit.Memory {
		return w.impl
	}
	return w.impl + ", " + w.store
}

// there lists those whose stores are there.
func (c Config) there(all []who) (out []who) {
	for _, w := range all {
		if _, ok := c.Stores.Options(w.store); ok {
			out = append(out, w)
		}
	}
	return out
}

// named is a line for each, without points. Limits are marked as such.
func named(all []who) []chart.Line {
	lines := make([]chart.Line, len(all))
	for i, w := range all {
		lines[i] = chart.Line{Name: w.name(), Limit: strings.HasPrefix(w.impl, "limit-")}
	}
	return lines
}

// point measures all of them in the same rounds, and adds a point to each line.
func (c Config) point(lines []chart.Line, all []who, x float64, ready func(who) (run func(n int) error, stop func(), err error)) error {
	if err := c.empty(); err != nil {
		return err
	}
	jobs := make([]measure.Job, len(all))
	for i, w := range all {
		run, stop, err := ready(w)
		if err != nil {
			return err
		}
		defer stop()
		jobs[i] = measure.Job{Name: w.name(), Run: run}
	}
	series, err := measure.Plan{Rounds: c.Rounds, Slice: c.Slice}.Run(jobs)
	if err != nil {
		return err
	}
	for i, s := range series {
		lines[i].Points = append(lines[i].Points, chart.Point{X: x, Y: s.Median().Nanos})
	}
	return nil
}

// empty throws everything out of the stores: the same page had another size.
func (c Config) empty() error {
	return errors.Join(c.Stores.Empty(kit.Redis), c.Stores.Empty(kit.Memcached))
}

func (c Config) open(w who, origin *kit.Origin, pages int) (http.Handler, func(), error) {
	o, _ := c.Stores.Options(w.store)
	o.TTL, o.Pages = time.Hour, pages
	return kit.Named(w.impl)[0].New(o, origin)
}
