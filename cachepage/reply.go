package cachepage

import (
	"net/http"
	"strconv"
	"time"

	"github.com/larder-go/larder/internal/conditional"
)

// representation is what there is to answer from: all of a response, or a part
// that holds what is asked for.
type representation struct {
	conditional.Representation
	body   []byte
	first  int64  // where in the whole body begins
	coding string // that was chosen, "" if there is none
	length int    // of what was chosen among codings
}

// represent makes rep what p has for the request. h holds what outer handlers
// set.
func (x *exchange) represent(p *page, h http.Header, rep *representation) {
	rep.body, rep.Status, rep.Size = p.body, p.status, int64(p.plain)
	if p.partial() {
		rep.Status, rep.first, rep.Size = http.StatusOK, p.first, p.whole
	}
	rep.Validators = p.validatorsUnder(h)
	if p.coded != nil {
		x.choose(p, rep)
	}
}

// validatorsUnder are those of the page. It has not kept what an outer handler
// had set in the same way, and sets again in h.
func (p *page) validatorsUnder(h http.Header) conditional.Validators {
	v := p.validators
	if len(h) == 0 {
		return v
	}
	preset := conditional.ValidatorsOf(h)
	if v.ETag == nil {
		v.ETag = preset.ETag
	}
	if v.LastModified == nil {
		v.LastModified = preset.LastModified
	}
	if v.Date == nil {
		v.Date = preset.Date
	}
	return v
}

// findValidators notes the validators when a page is decoded, so that no hit
// has to look for them.
func (p *page) findValidators() {
	for i := range p.fields {
		switch f := &p.fields[i]; f.name {
		case "Etag":
			p.validators.ETag = f.values
		case "Last-Modified":
			p.validators.LastModified = f.values
		case "Date":
			p.validators.Date = f.values
		}
	}
	p.validators.Made = time.Unix(p.life.Born/int64(time.Second), 0)
}

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
		undigest(h)
		h["Content-Range"] = []string{res.Range.ContentRange(rep.Size)}
		h["Content-Length"] = []string{strconv.Itoa(len(body))}
	}
	x.w.WriteHeader(status)
	if x.r.Method != http.MethodHead {
		x.w.Write(body)
	}
}

// undigest takes from h the digest of other bytes than are going to be sent
// (RFC 9530 §2).
func undigest(h http.Header) {
	delete(h, "Content-Digest")
	delete(h, "Content-Md5") // its predecessor
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
	undigest(h)
	for _, name := range [...]string{"Content-Type", "Etag", "Last-Modified", "Cache-Control", "Expires"} {
		if own(name) {
			delete(h, name)
		}
	}
	h["Content-Length"] = []string{"0"}
}
