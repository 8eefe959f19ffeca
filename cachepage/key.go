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

// appendSite and appendPath append what tells one URL from another: prefix,
// scheme, host, path and query, each with its length. Methods, and whatever else
// a page varies on, tell variants of one URL apart, so that Purge finds them all.
func appendSite(dst []byte, prefix string, https bool, host string) ([]byte, bool) {
	dst = readthrough.AppendPart(dst, prefix)
	scheme := byte(0)
	if https {
		scheme = 1
	}
	return appendHost(append(dst, scheme), host, https)
}

func appendPath(dst []byte, path, query string) []byte {
	return readthrough.AppendPart(readthrough.AppendPart(dst, path), query)
}

// site is the part of a key that the pages of one host share. The last one is
// remembered, since most servers have one host.
type site struct {
	host  string
	https bool
	key   []byte
}

func (b *binding) site(r *http.Request) *site {
	https := r.TLS != nil
	if s := b.lastSite.Load(); s != nil && s.host == r.Host && s.https == https {
		return s
	}
	key, ok := appendSite(nil, b.route.prefix, https, r.Host)
	if !ok || len(r.Host) > maxHost {
		return nil
	}
	s := &site{r.Host, https, key}
	b.lastSite.Store(s)
	return s
}

// maxHost is the longest name in the domain name system, and room for a port.
const maxHost = 255 + 6

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
	if r.RequestURI == "" {
		return seen, ""
	}
	sent := sentPath(r.RequestURI)
	if strings.HasSuffix(sent, seen) {
		return sent, ""
	}
	return sent, seen
}

// sentPath is the path in a request line, which may name the whole URL
// (RFC 9112 §3.2.2).
func sentPath(target string) string {
	sent, _, _ := strings.Cut(target, "?")
	if strings.HasPrefix(sent, "/") {
		return sent
	}
	if _, rest, absolute := strings.Cut(sent, "://"); absolute {
		_, path, rooted := strings.Cut(rest, "/")
		if !rooted {
			return ""
		}
		return sent[len(sent)-len(path)-1:]
	}
	return sent
}

// lookup is what one request needs to find its page. It is pooled.
type lookup struct {
	rt        *route
	r         *http.Request
	rewritten string
	scratch   []byte

	languages, ordered []byte // the last Accept-Language, and its form
}

var lookups = sync.Pool{New: func() any { return &lookup{scratch: make([]byte, 0, 256)} }}

func newLookup(rt *route, r *http.Request, rewritten string) *lookup {
	l := lookups.Get().(*lookup)
	l.rt, l.r, l.rewritten = rt, r, rewritten
	return l
}

func (l *lookup) free() {
	l.rt, l.r, l.rewritten = nil, nil, ""
	lookups.Put(l)
}

// Values implements readthrough.Varied: what tells the variants of a URL
// apart, by the route's options and by the headers that its responses name.
// Each kind of part has a mark of its own, so that routes with other options
// for the same URL share nothing by chance.
func (l *lookup) Values(names []string) []byte {
	b := l.scratch[:0]
	if l.rewritten != "" {
		b = readthrough.AppendPart(append(b, 'r'), l.rewritten)
	}
	for i := range l.rt.varyBy {
		v := &l.rt.varyBy[i]
		b = readthrough.AppendPart(append(b, 'v'), v.name)
		b = readthrough.AppendPart(b, v.value(l.r))
	}
	for _, c := range l.rt.cookies {
		b = readthrough.AppendPart(append(b, 'c'), c)
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
	b, present := l.appendForm(b, name, values)
	if present {
		b[at] = 1
	}
	binary.LittleEndian.PutUint32(b[at+1:], uint32(len(b)-at-5))
	return b
}

// appendForm appends the form in which values are compared. That of the last
// Accept-Language is remembered: visitors of a site speak few languages, and
// to put them in order takes longer than anything else about a varied page.
func (l *lookup) appendForm(b []byte, name string, values []string) (form []byte, present bool) {
	switch {
	case l.rt.policy.Follow:
		return field.AppendUnordered(b, name, values)
	case name != "Accept-Language" || len(values) != 1 || len(values[0]) > maxRemembered:
		return field.AppendSelecting(b, name, values)
	}
	if string(l.languages) != values[0] {
		l.languages = append(l.languages[:0], values[0]...)
		l.ordered, _ = field.AppendSelecting(l.ordered[:0], name, values)
	}
	return append(b, l.ordered...), true
}

// maxRemembered is the longest value that is remembered, in bytes.
const maxRemembered = 256

// appendCookie appends every value of the cookie, as handlers could read it
// with Request.Cookie: with white space around the name, without a "=", twice.
func appendCookie(b []byte, lines []string, name string) []byte {
	for _, line := range lines {
		for line != "" {
			var pair string
			pair, line, _ = strings.Cut(line, ";")
			if n, v, _ := strings.Cut(pair, "="); strings.TrimSpace(n) == name {
				b = readthrough.AppendPart(append(b, 1), strings.TrimSpace(v))
			}
		}
	}
	return append(b, 0)
}
