// Package conditional answers conditional requests (RFC 9110 §13) and range
// requests (RFC 9110 §14) from a stored representation, and decides when
// parts of one may be put together (RFC 9111 §3.4).
//
// Evaluate is all that a hit needs: it looks at the preconditions in the order
// of RFC 9110 §13.2.2 and says what to send.
//
//	switch result := conditional.Evaluate(r.Method, r.Header, true, stored); result.Outcome {
//	case conditional.NotModified:
//		// 304 with the fields that Keeps304 names
//	case conditional.Partial:
//		// 206 with Content-Range: result.Range.ContentRange(stored.Size)
//	…
//
// A precondition that does not parse is ignored, as if it had not been sent:
// the full answer is always a right one.
//
// A request for several ranges gets them if they add up to a single one and
// the full representation otherwise, which RFC 9110 §14.2 leaves to the
// server. The multipart answer is a format that hardly any client asks for or
// reads, and one that small requests can blow up to many times the size of
// the page.
package conditional
