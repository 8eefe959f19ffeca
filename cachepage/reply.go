package cachepage

import (
	"net/http"
	"strconv"

	"github.com/larder-go/larder/internal/conditional"
)

// reply sends a page whose header is in h, as far as the request's
// preconditions and range ask for it (RFC 9110 §13.2.2, §14.2). own tells the
// page's fields from those of outer handlers. Of a 304 h holds what it carries.
func (x *exchange) reply(h http.Header, rep *representation, res conditional.Result, own func(name string) bool) {
	status, body := rep.Status, rep.body
	switch res.Outcome {
	case conditional.NotModified:
		x.w.WriteHeader(http.StatusNotModified)
		return
	case conditional.PreconditionFailed:
		empty(h, own)
		x.w.WriteHeader(http.StatusPreconditionFailed)
		return
	case conditional.RangeNotSatisfiable:
		empty(h, own)
		h["Content-Range"] = []string{conditional.Unsatisfied(rep.Size)}
		x.w.WriteHeader(http.StatusRequestedRangeNotSatisfiable)
		return
	case conditional.Partial:
		status, body = http.StatusPartialContent, body[res.Range.Start-rep.first:][:res.Range.Length]
		h["Content-Range"] = []string{res.Range.ContentRange(rep.Size)}
		h["Content-Length"] = []string{strconv.Itoa(len(body))}
	}
	x.w.WriteHeader(status)
	if x.r.Method != http.MethodHead {
		x.w.Write(body)
	}
}

// strip304 takes from h what a 304 does not carry.
func strip304(h http.Header, own func(name string) bool) {
	for name := range h {
		if !conditional.Keeps304(name) && (own(name) || name == "Content-Encoding") {
			delete(h, name)
		}
	}
}

// empty takes from h what describes a body that is not sent.
func empty(h http.Header, own func(name string) bool) {
	delete(h, "Content-Encoding")
	for _, name := range [...]string{"Content-Type", "Etag", "Last-Modified", "Cache-Control", "Expires"} {
		if own(name) {
			delete(h, name)
		}
	}
	h["Content-Length"] = []string{"0"}
}
