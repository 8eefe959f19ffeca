package cachepage

import (
	"encoding/binary"
	"net/http"
	"strings"
	"sync"

	"github.com/larder-go/larder/internal/field"
	"github.com/larder-go/larder/readthrough"
)

var face = &readthrough.Face{Name: "page", Decode: decodePage, Indexed: true}

// appendUnit appends what tells one URL from another: prefix, scheme, host,
// path and query, each with its length. Methods, and whatever else a page
// varies on, tell variants of one URL apart, so that Purge finds them all.
func appendUnit(dst []byte, prefix string, https bool, host, path, query string) ([]byte, bool) {
	dst = readthrough.AppendPart(dst, prefix)
	scheme := byte(0)
	if https {
		scheme = 1
	}
	dst = append(dst, scheme)
	dst, ok := appendHost(dst, host, https)
	dst = readthrough.AppendPart(dst, path)
	return readthrough.AppendPart(dst, query), ok
}

// appendHost appends the host in lower case, without a final dot and without
// the port that its scheme implies. ok is false for what is no host.
func appendHost(dst []byte, host string, https bool) (_ []byte, ok bool) {
	host = canonicalHost(host, https)
	dst = binary.AppendUvarint(dst, uint64(len(host)))
	at := len(dst)
	dst = append(dst, host...)
	for i, c := range dst[at:] {
		if hostBytes[c] == 0 {
			return dst, false
		}
		dst[at+i] = hostBytes[c]
	}
	return dst, host != ""
}

// canonicalHost cuts off a final dot and a default port.
func canonicalHost(host string, https bool) string {
	if n := len(host); n == 0 || 'a' <= host[n-1] && host[n-1] <= 'z' {
		return host
	}
	port := ""
	if at := strings.LastIndexByte(host, ':'); at >= 0 && !strings.HasSuffix(host, "]") {
		host, port = host[:at], host[at:]
	}
	host = strings.TrimSuffix(host, ".")
	if https && port == ":443" || !https && port == ":80" || port == ":" {
		return host
	}
	return host + port
}

// hostBytes maps what may stand in a host to lower case, the rest to zero.
var hostBytes = func() (t [256]byte) {
	for c := byte('!'); c <= '~'; c++ {
		t[c] = c
	}
	for c := byte('A'); c <= 'Z'; c++ {
		t[c] = c + 'a' - 'A'
	}
	for _, c := range []byte(`@/\?#`) {
		t[c] = 0
	}
	return t
}()

// receivedPath is the path as the client sent it. Behind a middleware that
// strips a prefix that is more than the handler sees; behind one that rewrites
// the URL otherwise, both tell pages apart.
func receivedPath(r *http.Request) (path, rewritten string) {
	if p := r.URL.Path; strings.HasPrefix(r.RequestURI, p) && len(p) > 0 && (len(p) == len(r.RequestURI) || r.RequestURI[len(p)] == '?') {
		return p, "" // sent and seen are the same, and hold no escapes
	}
	seen := r.URL.EscapedPath()
	if r.RequestURI == "" || r.URL.Host != "" {
		return seen, ""
	}
	sent, _, _ := strings.Cut(r.RequestURI, "?")
	if strings.HasSuffix(sent, seen) {
		return sent, ""
	}
	return sent, seen
}

// lookup is what one request needs to find its page. It is pooled.
type lookup struct {
	rt      *route
	r       *http.Request
	scratch []byte
}

var lookups = sync.Pool{New: func() any { return &lookup{scratch: make([]byte, 0, 256)} }}

func newLookup(rt *route, r *http.Request) *lookup {
	l := lookups.Get().(*lookup)
	l.rt, l.r = rt, r
	return l
}

func (l *lookup) free() {
	l.rt, l.r = nil, nil
	lookups.Put(l)
}

// Values implements readthrough.Varied: what tells the variants of a URL
// apart, by the route's options and by the headers that its responses name.
func (l *lookup) Values(names []string) []byte {
	b := l.scratch[:0]
	for i := range l.rt.varyBy {
		b = readthrough.AppendPart(b, l.rt.varyBy[i].value(l.r))
	}
	for _, c := range l.rt.cookies {
		b = appendCookie(b, l.r.Header["Cookie"], c)
	}
	for _, n := range names {
		b = l.appendHeader(b, n)
	}
	l.scratch = b
	return b
}

// appendHeader appends one varied header: a mark for absent or present, then
// its normalised value with its length in front. Absent is not empty.
func (l *lookup) appendHeader(b []byte, name string) []byte {
	values := l.r.Header[name]
	if name == "Host" {
		values = []string{l.r.Host}
	}
	at := len(b)
	b = append(b, 0, 0, 0, 0, 0)
	var present bool
	if l.rt.policy.Follow {
		b, present = field.AppendUnordered(b, name, values)
	} else {
		b, present = field.AppendSelecting(b, name, values)
	}
	if present {
		b[at] = 1
	}
	binary.LittleEndian.PutUint32(b[at+1:], uint32(len(b)-at-5))
	return b
}

func appendCookie(b []byte, lines []string, name string) []byte {
	for _, line := range lines {
		for part := range strings.SplitSeq(line, ";") {
			n, v, ok := strings.Cut(strings.TrimLeft(part, " "), "=")
			if ok && n == name {
				return readthrough.AppendPart(append(b, 1), v)
			}
		}
	}
	return append(b, 0)
}
