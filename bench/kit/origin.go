package kit

import (
	"math/rand/v2"
	"net/http"
	"strconv"
	"sync/atomic"
	"time"
)

// Field is a field of the origin's header.
type Field struct{ Name, Value string }

// Origin is the handler behind the caches. It counts its runs.
type Origin struct {
	Body   []byte
	Delay  time.Duration // slept before the answer
	Header []Field
	Runs   atomic.Int64
}

// NewOrigin returns an origin whose page has size bytes and four fields.
func NewOrigin(size int) *Origin {
	return &Origin{Body: Body(size), Header: []Field{
		{"Content-Type", "text/html; charset=utf-8"},
		{"Cache-Control", "public, max-age=600"},
		{"Etag", `"6f1d2c0b5a"`},
		{"Last-Modified", "Sat, 21 Nov 2026 08:00:00 GMT"},
	}}
}

// AddFields makes it six fields, as pages of real sites have.
func (o *Origin) AddFields() {
	o.Header = append(o.Header, Field{"X-Frame-Options", "DENY"}, Field{"Content-Language", "en"})
}

// AddLength makes the origin say Content-Length, which few handlers do.
func (o *Origin) AddLength() {
	o.Header = append(o.Header, Field{"Content-Length", strconv.Itoa(len(o.Body))})
}

// ServeHTTP answers with the page, as a handler written by hand does.
func (o *Origin) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	o.Runs.Add(1)
	if o.Delay > 0 {
		time.Sleep(o.Delay)
	}
	h := w.Header()
	for _, f := range o.Header {
		h.Set(f.Name, f.Value)
	}
	w.WriteHeader(http.StatusOK)
	w.Write(o.Body)
}

// Body returns n bytes that look like HTML and always are the same.
func Body(n int) []byte {
	random := rand.New(rand.NewPCG(uint64(n), 1))
	b := []byte("<!doctype html><title>Catalogue</title><table>\n")
	for len(b) < n {
		b = append(b, `<tr><td class="name">`...)
		b = strconv.AppendUint(b, random.Uint64(), 36)
		b = append(b, "</td></tr>\n"...)
	}
	return b[:n]
}
