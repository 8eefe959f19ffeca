package exact_test

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strconv"
	"strings"
	"sync/atomic"
)

// floors are the lowest numbers that a request may show.
type floors struct{ hard, soft [len(rows{})]int64 }

// floors is what has settled by now: for everybody, and for this process, which
// must obey its own invalidations even if the store could not be told of them.
func (w *worker) floors() (f floors) {
	for i := range w.own {
		f.hard[i] = max(w.db.rows[i].settled.Load(), w.own[i].settled.Load())
		f.soft[i] = max(w.db.rows[i].soft.Load(), w.own[i].soft.Load(), f.hard[i])
	}
	return f
}

// An answer is what a reader got.
type answer struct {
	from  string
	body  string
	stale bool  // and may be
	err   error // it is of no use
}

// read asks for one thing and judges the answer.
func (w *worker) read() {
	least := w.floors()
	var asked atomic.Bool
	a := w.ask(context.WithValue(context.Background(), askedKey{}, &asked))
	w.reads.Add(1)
	if !asked.Load() {
		w.hits.Add(1)
	}
	w.judge(&a, &least)
}

// ask asks for something at random: a page in one of two languages, a value, or
// a fragment without a page.
func (w *worker) ask(ctx context.Context) answer {
	tag, url := firstTag+rand.IntN(tagged), firstURL+rand.IntN(addressed)
	switch rand.IntN(10) {
	case 0:
		v, err := w.site.value(ctx, tag)
		return answer{from: "value", body: v, err: err}
	case 1:
		var b bytes.Buffer
		err := w.site.execute(ctx, &b, tag)
		return answer{from: "fragment", body: b.String(), stale: true, err: err} // one visitor renders it anew, others get the old one
	case 2, 3:
		return w.get(ctx, fmt.Sprintf("http://%s/nested/%d", host, tag))
	case 4:
		return w.get(ctx, fmt.Sprintf("http://%s/known/%d", host, tag))
	case 5:
		return w.get(ctx, fmt.Sprintf("http://%s/late/%d", host, tag))
	case 6:
		return w.get(ctx, fmt.Sprintf("http://%s/stale/%d", host, tag))
	}
	all := urls(url)
	return w.get(ctx, all[rand.IntN(len(all))])
}

func (w *worker) get(ctx context.Context, url string) answer {
	r := httptest.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	r.Header.Set("Accept-Language", [...]string{"de", "en"}[rand.IntN(2)])
	rec := httptest.NewRecorder()
	w.site.handler.ServeHTTP(rec, r)
	a := answer{from: url + " " + rec.Header().Get("Cache-Status"), body: rec.Body.String()}
	a.stale = strings.Contains(a.from, "stale-while-revalidate")
	if rec.Code != http.StatusOK {
		a.err = fmt.Errorf("status %d", rec.Code)
	}
	return a
}

var pair = regexp.MustCompile(`(\d+):(\d+) `)

// judge compares every number in an answer with what had settled.
func (w *worker) judge(a *answer, least *floors) {
	shown := pair.FindAllStringSubmatch(a.body, -1)
	if a.err != nil || len(shown) == 0 {
		w.broken.Add(1)
		w.example("broken: %s: %q, %v", a.from, a.body, a.err)
		return
	}
	floor := &least.soft
	if a.stale {
		floor = &least.hard
	}
	for _, m := range shown {
		i, _ := strconv.Atoi(m[1])
		v, _ := strconv.ParseInt(m[2], 10, 64)
		if v < floor[i] {
			w.wrong[kindOf(i)].Add(1)
			w.example("wrong: %s: row %d is %d, %d had settled", a.from, i, v, floor[i])
			return
		}
	}
}
