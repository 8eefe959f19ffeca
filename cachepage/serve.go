package cachepage

import (
	"net/http"
	"slices"

	"github.com/larder-go/larder/internal/conditional"
	"github.com/larder-go/larder/internal/field"
)

// serve answers from a stored page. status is for what is no plain hit; nil is
// one.
func (x *exchange) serve(p *page, now int64, status *field.Status) {
	h := x.w.Header()
	preset := len(h) > 0
	t := p.hitTexts(x.rt.name, now)
	if x.q.Selective || p.coded != nil {
		x.serveSelected(h, p, t, status, preset)
		return
	}
	p.put(h, x.leftOut(p, preset))
	if p.untyped {
		leaveUntyped(h)
	}
	x.say(h, p, t, status, preset)
	x.w.WriteHeader(p.status)
	if x.r.Method != http.MethodHead {
		x.w.Write(p.body)
	}
}

// serveSelected answers with what a precondition, a range or a coding leaves of
// a page. What that is, is decided before the fields are put together: of a 304
// there are few.
func (x *exchange) serveSelected(h http.Header, p *page, t *hitTexts, status *field.Status, preset bool) {
	var rep representation
	x.represent(p, h, &rep)
	var res conditional.Result
	if x.q.Selective {
		res = conditional.Evaluate(x.r.Method, x.r.Header, x.q.Demanding, &rep.Representation)
	}
	if res.Outcome == conditional.NotModified {
		p.put304(h, &rep, preset)
	} else {
		p.put(h, none)
		if p.coded != nil {
			rep.describe(h)
		}
		if p.untyped {
			leaveUntyped(h)
		}
	}
	x.say(h, p, t, status, preset)
	x.reply(h, &rep, res, p.has)
}

// put puts the fields of the page into h, but for the one at except.
func (p *page) put(h http.Header, except int) {
	for i := range p.fields {
		if i != except {
			h[p.fields[i].name] = p.fields[i].values
		}
	}
}

// leaveUntyped keeps the server from guessing a Content-Type: what it would have
// guessed has been recorded, unless the handler did the same.
func leaveUntyped(h http.Header) {
	if h["Content-Type"] == nil {
		h["Content-Type"] = nil
	}
}

// put304 puts those fields of the page into h that a 304 carries. What outer
// handlers have preset gives way to all of the page's, sent or not.
func (p *page) put304(h http.Header, rep *representation, preset bool) {
	for i := range p.fields {
		if f := &p.fields[i]; conditional.Keeps304(f.name) {
			h[f.name] = f.values
		}
	}
	if rep.coding != "" && rep.ETag != nil {
		h["Etag"] = rep.ETag
	}
	if preset {
		strip304(h, p.has)
	}
}

// leftOut is the index of the stored field that the server writes by itself,
// or none.
func (x *exchange) leftOut(p *page, preset bool) int {
	if p.implied == none || preset || x.r.Method != http.MethodGet || !isOwnWriter(x.w) {
		return none
	}
	return p.implied
}

// say adds what there is to say of the hit itself.
func (x *exchange) say(h http.Header, p *page, t *hitTexts, status *field.Status, preset bool) {
	h["Age"] = t.ageIs
	switch {
	case status != nil:
		status.Cache, status.HasTTL, status.TTL = x.rt.name, true, t.ttl
		field.AddCacheStatus(h, *status)
	case preset || p.chained:
		h["Cache-Status"] = t.statusAfter(h["Cache-Status"])
	default:
		h["Cache-Status"] = t.status
	}
	if x.rt.talks {
		x.sayMore(h, p, t, status)
	}
}

// sayMore adds what only some routes say.
func (x *exchange) sayMore(h http.Header, p *page, t *hitTexts, status *field.Status) {
	x.rt.policy.Later(h, &p.life, t.age)
	if x.rt.serverTiming {
		x.timing(h, outcome(status), t.age)
	}
}

func outcome(s *field.Status) string {
	switch {
	case s == nil, s.Hit && s.Detail == "": // the latter only says the key
		return "hit"
	case s.Collapsed:
		return "wait"
	case s.FwdStatus == http.StatusNotModified:
		return "revalidated"
	}
	return "stale"
}

func (p *page) has(name string) bool {
	return slices.ContainsFunc(p.fields, func(f headerField) bool { return f.name == name })
}
