package cachepage

import (
	"net/http"
	"slices"
	"time"

	"github.com/larder-go/larder/internal/conditional"
	"github.com/larder-go/larder/internal/field"
)

// serve answers from a stored page. status is for what is no plain hit; nil is
// one.
func (x *exchange) serve(p *page, now int64, status *field.Status) {
	h := x.w.Header()
	preset := len(h) > 0
	rep := x.represent(p, h)
	var res conditional.Result
	if x.q.Selective {
		res = conditional.Evaluate(x.r.Method, x.r.Header, rep.Representation)
	}
	t := p.hitTexts(x.rt.name, now)
	if res.Outcome == conditional.NotModified {
		p.put304(h, &rep, preset)
	} else {
		p.put(h, &rep, x.leftOut(t, res, preset))
	}
	x.say(h, t, status, preset)
	x.reply(h, &rep, res, p.has)
}

// put puts the fields of the page into h, but for the one at except.
func (p *page) put(h http.Header, rep *representation, except int) {
	for i := range p.fields {
		if i != except {
			h[p.fields[i].name] = p.fields[i].values
		}
	}
	if p.coded != nil {
		rep.describe(h)
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

// leftOut is the index of the stored field that the server writes by itself.
func (x *exchange) leftOut(t *hitTexts, res conditional.Result, preset bool) int {
	if t.implied == none || preset || res.Outcome != conditional.Full || x.r.Method != http.MethodGet || !isOwnWriter(x.w) {
		return none
	}
	return t.implied
}

// say adds what there is to say of the hit itself.
func (x *exchange) say(h http.Header, t *hitTexts, status *field.Status, preset bool) {
	h["Age"] = t.ageIs
	switch {
	case status != nil:
		status.Cache, status.HasTTL, status.TTL = x.rt.name, true, t.ttl
		field.AddCacheStatus(h, *status)
	case h["Cache-Status"] == nil:
		h["Cache-Status"] = t.status
	default:
		h["Cache-Status"] = append(slices.Clip(h["Cache-Status"]), t.status[0])
	}
	if x.rt.serverTiming {
		x.timing(h, outcome(status), t.age)
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
	conditional.Representation
	body   []byte
	first  int64  // where in the whole body begins
	coding string // that was chosen, "" if there is none
	length int    // of what was chosen among codings
}

// represent is what p has for the request. h holds what outer handlers set.
func (x *exchange) represent(p *page, h http.Header) (rep representation) {
	rep.body, rep.Status, rep.Size = p.body, p.status, int64(p.plain)
	if p.partial() {
		rep.Status, rep.first, rep.Size = http.StatusOK, p.first, p.whole
	}
	if x.q.Selective || p.coded != nil {
		rep.Validators = p.validators(h)
	}
	if p.coded != nil {
		x.choose(p, &rep)
	}
	return rep
}

// validators are those of the page. A page has not kept what an outer handler
// had set in the same way, and sets again.
func (p *page) validators(h http.Header) conditional.Validators {
	v := conditional.ValidatorsOf(h)
	for i := range p.fields {
		switch f := &p.fields[i]; f.name {
		case "Etag":
			v.ETag = f.values
		case "Last-Modified":
			v.LastModified = f.values
		case "Date":
			v.Date = f.values
		}
	}
	v.Made = time.Unix(p.life.Born/int64(time.Second), 0)
	return v
}

func (p *page) has(name string) bool {
	return slices.ContainsFunc(p.fields, func(f headerField) bool { return f.name == name })
}
