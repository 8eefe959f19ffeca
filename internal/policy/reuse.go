package policy

// Action is what to do with a stored response.
type Action uint8

// The actions of Reuse.
const (
	Miss           Action = iota // ask the handler as if nothing were stored
	Fresh                        // serve it
	ServeStale                   // serve it, and have it refreshed
	Revalidate                   // ask the handler with Validators
	GatewayTimeout               // answer 504: the request forbids asking the handler
)

// Use is the answer of Reuse.
type Use struct {
	Action Action
	Reason string // why the response is not served as fresh; "" if it is
}

// Reasons not to serve a stored response as fresh. FwdStale, FwdRequest and
// FwdPartial are fwd reasons of Cache-Status (RFC 9211 §2.2); the last is for
// callers that hold less than what was asked for.
const (
	FwdStale          = "stale"         // RFC 9111 §4.2
	FwdRequest        = "request"       // a directive of the request, §5.2.1
	FwdPartial        = "partial"       // the stored response is incomplete, §3.3
	reasonWithheld    = "authorization" // §3.5
	reasonAbsent      = "uri-miss"
	reasonUnreachable = "only-if-cached" // §5.2.1.7
)

// Reuse decides whether a stored response whose key matches answers the
// request q at the instant now, in Unix nanoseconds (RFC 9111 §4). q must have
// been admitted. It allocates nothing.
func (p *Policy) Reuse(q *Request, s *Stored, now int64) Use {
	if q.Authorized && !s.Authorized {
		return q.ask(Use{Action: Miss, Reason: reasonWithheld})
	}
	if q.directives == nil {
		return s.use(now)
	}
	return q.ask(q.restrict(s, now))
}

// Absent is Reuse for a key under which nothing is stored.
func (p *Policy) Absent(q *Request) Use {
	return q.ask(Use{Action: Miss, Reason: reasonAbsent})
}

// use decides for a request that asks for nothing special.
func (s *Stored) use(now int64) Use {
	switch {
	case now < s.FreshUntil:
		return Use{Action: Fresh}
	case now < s.StaleUntil && !s.NoStale: // RFC 5861 §3
		return Use{Action: ServeStale, Reason: FwdStale}
	}
	return s.refresh(FwdStale)
}

// refresh asks the handler, about this response if that is possible.
func (s *Stored) refresh(reason string) Use {
	if s.Validator {
		return Use{Action: Revalidate, Reason: reason}
	}
	return Use{Action: Miss, Reason: reason}
}

// restrict carries out the directives of a request (RFC 9111 §5.2.1).
func (q *Request) restrict(s *Stored, now int64) Use {
	d := q.directives
	left := s.FreshUntil - now
	tooOld := d.MaxAge.Present && max(now-s.Born, 0) > int64(d.MaxAge.Value) // §5.2.1.1
	tooNear := d.MinFresh.Present && left < int64(d.MinFresh.Value)          // §5.2.1.3
	switch {
	case d.NoCache || tooOld || tooNear:
		return s.refresh(FwdRequest)
	case left > 0:
		return Use{Action: Fresh}
	case q.takesStale(s, -left):
		return Use{Action: ServeStale, Reason: FwdStale}
	case d.MaxAge.Present || d.MinFresh.Present || d.MaxStale.Present:
		return s.refresh(FwdStale) // the client set its own limit on staleness
	}
	return s.use(now)
}

// takesStale carries out max-stale (RFC 9111 §5.2.1.2), which asks for a
// response that is stale by no more than its argument. What a response
// forbids, no request can allow (§4.2.4).
func (q *Request) takesStale(s *Stored, by int64) bool {
	d := q.directives
	return !s.NoStale && (d.MaxStaleAny || d.MaxStale.Present && by <= int64(d.MaxStale.Value))
}

// ask turns any need to ask the handler into a 504 if the request does not
// want that (RFC 9111 §5.2.1.7).
func (q *Request) ask(u Use) Use {
	if q.directives != nil && q.directives.OnlyIfCached && (u.Action == Miss || u.Action == Revalidate) {
		return Use{Action: GatewayTimeout, Reason: reasonUnreachable}
	}
	return u
}
