package sweep

import (
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/larder-go/larder/bench/cases"
	"github.com/larder-go/larder/bench/kit"
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

func (c Config) open(w who, origin *kit.Origin, pages int) (http.Handler, func(), error) {
	if err := c.Stores.Empty(w.store); err != nil {
		return nil, nil, err
	}
	o, _ := c.Stores.Options(w.store)
	o.TTL, o.Pages = time.Hour, pages
	return kit.Named(w.impl)[0].New(o, origin)
}
