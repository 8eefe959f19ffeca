package cachepage

import (
	"net/http"
	"reflect"
	"sync/atomic"
)

// A field that net/http's server writes by itself, with the very same bytes, is
// best left to it: a header map of more than eight fields is a larger one, is
// made twice for each response, and costs a hit a twelfth of its speed.
//
// Content-Type is such a field where it is what the body looks like (WHATWG
// MIME Sniffing). Only HTML is looked for, whose signs come first, so that
// the server finds it at once. Content-Length is none, though the server
// finds it for short bodies: it does not if an outer handler flushes.

const htmlType = "text/html; charset=utf-8"

// none is the index of no field.
const none = -1

// findImplied finds the field that the server writes in the same way if it is
// left out.
func (p *page) findImplied() int {
	if p.status == http.StatusNoContent || p.coded != nil {
		return none
	}
	at := none
	for i := range p.fields {
		switch f := &p.fields[i]; f.name {
		case "Content-Encoding", "Transfer-Encoding": // then the server does not look
			return none
		case "Content-Type":
			if len(f.values) == 1 && f.values[0] == htmlType && http.DetectContentType(p.body) == htmlType {
				at = i
			}
		}
	}
	return at
}

// ownWriter is the type of the writer of net/http's server for HTTP/1, once it
// has been met.
var ownWriter atomic.Value // of reflect.Type

// isOwnWriter reports whether w is the writer of net/http's server for HTTP/1
// itself. Any other one, such as a middleware's around it, may do something
// with the fields that it sees.
func isOwnWriter(w http.ResponseWriter) bool {
	t := reflect.TypeOf(w)
	if known := ownWriter.Load(); known != nil {
		return known == any(t)
	}
	if t.String() != "*http.response" || t.Elem().PkgPath() != "net/http" {
		return false
	}
	ownWriter.Store(t)
	return true
}
