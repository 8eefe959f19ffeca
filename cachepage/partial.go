package cachepage

import (
	"net/http"
	"slices"
	"strconv"

	"github.com/larder-go/larder/internal/conditional"
	"github.com/larder-go/larder/internal/policy"
	"github.com/larder-go/larder/readthrough"
	"github.com/larder-go/larder/store"
)

// partial reports whether p is only a part of a page (RFC 9111 §3.3).
func (p *page) partial() bool { return p.whole > 0 }

// part says which part of what p is.
func (p *page) part() conditional.Part {
	return conditional.Part{
		Range: conditional.Range{Start: p.first, Length: int64(len(p.body))},
		Size:  p.whole, Header: p.header(),
	}
}

// partOf is the part that an entry holds, nil if it holds something else.
func partOf(n *readthrough.Entry) *page {
	if n == nil || n.Uncacheable() {
		return nil
	}
	if p, ok := n.Live.(*page); ok && p.partial() {
		return p
	}
	return nil
}

// judgePart decides about a part, which answers a GET for what lies within it
// while it is fresh, and nothing else. use is what would be done with it if it
// were whole.
func (x *exchange) judgePart(p *page, use policy.Use) (*page, policy.Use) {
	if use.Action == policy.Fresh && x.q.Ranged && x.r.Method != http.MethodHead && p.part().Answers(x.r.Header) {
		return p, use
	}
	absent := x.rt.policy.Absent(&x.q)
	switch {
	case absent.Action == policy.GatewayTimeout:
	case use.Action == policy.Fresh:
		absent.Reason = policy.FwdPartial
	default:
		absent.Reason = use.Reason
	}
	return nil, absent
}

// mayKeepPart reports whether the answer to a range request may be kept. n is
// what is there: a whole page, fresh or not, stays.
func (x *exchange) mayKeepPart(n *readthrough.Entry) bool {
	return x.rt.policy.Follow && len(x.rt.codings) == 0 && (n == nil || partOf(n) != nil) && conditional.AsksOne(x.r.Header)
}

// heldPart is the part that a render may add to, nil if there is none. n is
// what the lookup found; it is looked up again now that the render has begun,
// since what was invalidated before must not come back with its outcome. Near
// copies cannot tell that, they learn of it a moment later: nothing is added to
// them.
func (x *exchange) heldPart(n *readthrough.Entry) *readthrough.Entry {
	if near, _ := store.Near(x.pages.engine.Store()); near > 0 || partOf(n) == nil {
		return nil
	}
	n = x.present()
	if p := partOf(n); p == nil || x.q.Authorized && !p.life.Authorized {
		return nil
	}
	return n
}

// present is what is kept now under the unit of the render.
func (x *exchange) present() *readthrough.Entry {
	n, _ := x.pages.engine.Find(x.r.Context(), x.unit, x.varied)
	return n
}

// completes reports whether to ask the handler for the rest of a part only: the
// whole is wanted, its beginning is there, and it may be kept.
func (x *exchange) completes() bool {
	p := partOf(x.part)
	return p != nil && !x.q.Selective && p.first == 0 && p.whole <= x.rt.maxBody
}

// askForRest is the request header for the rest of the part.
func (x *exchange) askForRest() http.Header {
	p := partOf(x.part)
	return policy.Rest(x.r.Header, p.header(), int64(len(p.body)))
}

// decideRest takes the answer to a request for the rest. What is no such rest
// is treated like any answer, except that the client must not see one that only
// our Range has brought about: then the handler is asked for the whole.
func (rec *recorder) decideRest(status int) {
	held, ok := rec.missing(status)
	switch {
	case ok:
		rec.complement(held)
	case status == http.StatusPartialContent || status == http.StatusRequestedRangeNotSatisfiable:
		rec.mistaken, rec.state = true, swallowing
	default:
		rec.decide(status)
	}
}

// missing is what of the part goes before the answer, if the two make a whole.
func (rec *recorder) missing(status int) (held []byte, ok bool) {
	fresh, ok := conditional.PartOf(rec.header)
	if !ok || status != http.StatusPartialContent {
		return nil, false
	}
	p := partOf(rec.x.part)
	covered, ok := conditional.Combine(p.part(), fresh)
	if !ok || covered.Length != p.whole {
		return nil, false
	}
	return p.body[:fresh.Start], true
}

// complement goes on as if the handler had answered with the whole and had
// written held already. Of the part's fields those stay that the answer does
// not name (RFC 9111 §3.4).
func (rec *recorder) complement(held []byte) {
	p, h := partOf(rec.x.part), rec.header
	for name, values := range policy.Update304(p.header(), h) {
		if h[name] == nil {
			h[name] = values
		}
	}
	delete(h, "Content-Range")
	undigest(h)
	h["Content-Length"] = []string{strconv.FormatInt(p.whole, 10)}
	rec.render.Tag(rec.x.part.Tags()...)
	rec.joined, rec.status = true, http.StatusOK
	rec.decide(http.StatusOK)
	switch rec.state {
	case recording:
		rec.buf = append(rec.buf, held...)
	case passing:
		rec.x.w.Write(held)
	}
}

// keepPart keeps the answer to a range request, joined with the part that is
// there if they fit. What goes to the client is the handler's answer all the
// same.
func (rec *recorder) keepPart() (*readthrough.Entry, string) {
	fresh, ok := conditional.PartOf(rec.frozen)
	if !ok || fresh.Length != int64(len(rec.buf)) {
		rec.render.Abort("short-body")
		return nil, "short-body"
	}
	part, body, joined := rec.join(fresh)
	if joined {
		undigest(part.Header)
	}
	if rec.x.r.Header["If-Range"] != nil && !joined { // its header may lack what the client has (RFC 9110 §15.3.7)
		rec.render.Abort(policy.NotPartial)
		return nil, policy.NotPartial
	}
	delete(part.Header, "Content-Range")
	part.Header["Content-Length"] = []string{strconv.Itoa(len(body))}
	if part.Whole() {
		return rec.commitWhole(part.Header, body)
	}
	if n := rec.x.present(); n != nil && partOf(n) == nil {
		rec.render.Abort("whole-page")
		return nil, "whole-page"
	}
	return rec.commit(part.Header, content{plain: body, size: len(body), first: part.Start, whole: part.Size})
}

// join is the fresh part, together with the one that is there if the two fit
// and are not too large. Its header is the caller's.
func (rec *recorder) join(fresh conditional.Part) (all conditional.Part, body []byte, joined bool) {
	if p := partOf(rec.x.part); p != nil {
		stored := p.part()
		covered, ok := conditional.Combine(stored, fresh)
		if ok && covered.Length <= rec.x.rt.maxBody {
			rec.render.Tag(rec.x.part.Tags()...)
			body = make([]byte, covered.Length)
			copy(body[stored.Start-covered.Start:], p.body)
			copy(body[fresh.Start-covered.Start:], rec.buf)
			return conditional.Part{Range: covered, Size: fresh.Size, Header: policy.Update304(stored.Header, fresh.Header)}, body, true
		}
	}
	fresh.Header = fresh.Header.Clone()
	return fresh, slices.Clip(rec.buf), false
}

// commitWhole keeps a page that has become whole.
func (rec *recorder) commitWhole(h http.Header, body []byte) (*readthrough.Entry, string) {
	sniff(h, body)
	rec.response.Status, rec.response.Header = http.StatusOK, h
	rec.verdict = rec.x.rt.policy.Store(rec.x.r, rec.response)
	return rec.commit(h, content{plain: body, size: len(body)})
}
