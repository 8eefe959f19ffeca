package cachepage

import (
	"net/http"
	"slices"
	"strconv"

	"github.com/larder-go/larder/internal/conditional"
	"github.com/larder-go/larder/internal/field"
)

// serve answers from a stored page. status is for what is no plain hit; nil is
// one.
func (x *exchange) serve(p *page, now int64, status *field.Status) {
	h := x.w.Header()
	for i := range p.fields {
		h[p.fields[i].name] = p.fields[i].values
	}
	t := p.hitTexts(x.rt.name, now)
	h["Age"] = t.ageIs
	switch before := h["Cache-Status"]; {
	case status != nil:
		status.Cache, status.HasTTL, status.TTL = x.rt.name, true, t.ttl
		field.AddCacheStatus(h, *status)
	case before == nil:
		h["Cache-Status"] = t.status
	default:
		h["Cache-Status"] = append(slices.Clip(before), t.status[0])
	}
	if x.rt.serverTiming {
		x.timing(h, outcome(status), t.age)
	}
	body := x.content(p, h)
	if x.q.Selective {
		x.answer(h, p.representation(body), p.has)
		return
	}
	x.w.WriteHeader(p.status)
	if x.r.Method != http.MethodHead {
		x.w.Write(body)
	}
}

func outcome(s *field.Status) string {
	switch {
	case s == nil:
		return "hit"
	case s.Collapsed:
		return "wait"
	case s.FwdStatus == http.StatusNotModified:
		return "revalidated"
	}
	return "stale"
}

// representation is what there is to answer from: all of a response, or a part
// that holds what is asked for.
type representation struct {
	status int // of a response with all of it
	body   []byte
	first  int64 // where in the whole body begins
	size   int64 // of the whole
}

// answer sends a page whose header is in h to a request with preconditions or
// a range (RFC 9110 §13.2.2, §14.2). own tells the page's fields from those of
// outer handlers.
func (x *exchange) answer(h http.Header, rep representation, own func(name string) bool) {
	status, body := rep.status, rep.body
	res := conditional.Evaluate(x.r.Method, x.r.Header, conditional.Representation{Status: status, Header: h, Size: rep.size})
	switch res.Outcome {
	case conditional.NotModified:
		for name := range h {
			if !conditional.Keeps304(name) && (own(name) || name == "Content-Encoding") {
				delete(h, name)
			}
		}
		status, body = http.StatusNotModified, nil
	case conditional.PreconditionFailed:
		status, body = http.StatusPreconditionFailed, nil
		empty(h, own)
	case conditional.RangeNotSatisfiable:
		status, body = http.StatusRequestedRangeNotSatisfiable, nil
		empty(h, own)
		h["Content-Range"] = []string{conditional.Unsatisfied(rep.size)}
	case conditional.Partial:
		status, body = http.StatusPartialContent, body[res.Range.Start-rep.first:][:res.Range.Length]
		h["Content-Range"] = []string{res.Range.ContentRange(rep.size)}
		h["Content-Length"] = []string{strconv.Itoa(len(body))}
	}
	x.w.WriteHeader(status)
	if x.r.Method != http.MethodHead && len(body) > 0 {
		x.w.Write(body)
	}
}

func (p *page) has(name string) bool {
	return slices.ContainsFunc(p.fields, func(f headerField) bool { return f.name == name })
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
