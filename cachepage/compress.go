package cachepage

import (
	"bytes"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"github.com/larder-go/larder/internal/field"
	"github.com/larder-go/larder/vary"
)

// Compress keeps pages compressed: each coding once, when the page is kept. On
// a hit the request's Accept-Encoding chooses (RFC 9110 §12.5.3), of equal
// weights the coding named first here; a client that takes none gets the page
// decompressed. Each coding has an entity tag of its own, and the response
// varies on Accept-Encoding, which the handler does not see.
//
// Known are "zstd", "br" and "gzip", in this order if none is named; another
// one panics. Left as they are: what the handler has coded itself, what says
// no-transform, what carries a digest of its bytes (RFC 9530), bodies below
// 1 KiB, and types that are compressed already.
func Compress(codings ...string) Option {
	if len(codings) == 0 {
		codings = []string{"zstd", "br", "gzip"}
	}
	for _, c := range codings {
		if coders[c].encode == nil {
			impossible("Compress(%q): known codings are zstd, br and gzip", c)
		}
	}
	return func(rt *route) { rt.codings = codings }
}

type coder struct {
	encode func(w io.Writer) io.WriteCloser
	decode func(r io.Reader) (io.Reader, error)
}

var coders = map[string]coder{
	"gzip": {
		encode: func(w io.Writer) io.WriteCloser { return gzip.NewWriter(w) },
		decode: func(r io.Reader) (io.Reader, error) { return gzip.NewReader(r) },
	},
	"br": {
		encode: func(w io.Writer) io.WriteCloser { return brotli.NewWriterLevel(w, 5) },
		decode: func(r io.Reader) (io.Reader, error) { return brotli.NewReader(r), nil },
	},
	"zstd": {
		encode: func(w io.Writer) io.WriteCloser {
			z, _ := zstd.NewWriter(w, zstd.WithEncoderConcurrency(1)) // these options are valid
			return z
		},
		decode: func(r io.Reader) (io.Reader, error) {
			z, err := zstd.NewReader(r, zstd.WithDecoderConcurrency(1))
			if err != nil {
				return nil, err
			}
			return z.IOReadCloser(), nil
		},
	},
}

// codedBody is a body in one content coding.
type codedBody struct {
	coding string
	body   []byte
}

// minCompressed is the size below which a body is not worth compressing.
const minCompressed = 1 << 10

// compressible reports whether the route compresses a response with this
// header and body.
func (rt *route) compressible(h http.Header, size int) bool {
	if len(rt.codings) == 0 || size < minCompressed || h["Content-Encoding"] != nil {
		return false
	}
	for _, digest := range [...]string{"Content-Digest", "Repr-Digest", "Digest", "Content-Md5"} {
		if h[digest] != nil {
			return false
		}
	}
	for _, line := range h["Cache-Control"] {
		if strings.Contains(strings.ToLower(line), "no-transform") { // RFC 9111 §5.2.2.6
			return false
		}
	}
	return compressibleType(first(h["Content-Type"]))
}

func compressibleType(contentType string) bool {
	t, _, _ := strings.Cut(strings.ToLower(contentType), ";")
	t = strings.TrimSpace(t)
	switch t {
	case "application/json", "application/javascript", "application/xml", "application/wasm", "application/manifest+json":
		return true
	}
	return strings.HasPrefix(t, "text/") || strings.HasSuffix(t, "+json") || strings.HasSuffix(t, "+xml")
}

// compress makes the body in every coding of the route. nil: one of them does
// not make it smaller, and it stays as it is.
func (rt *route) compress(body []byte) (all []codedBody) {
	for _, c := range rt.codings {
		var b bytes.Buffer
		w := coders[c].encode(&b)
		if _, err := w.Write(body); err != nil {
			return nil
		}
		if w.Close() != nil || b.Len() >= len(body) {
			return nil
		}
		all = append(all, codedBody{c, b.Bytes()})
	}
	return all
}

// choose makes rep the coding of a compressed page that suits the request. Its
// entity tag is that of the page until then.
func (x *exchange) choose(p *page, rep *representation) {
	offers := make([]string, len(p.coded))
	for i := range p.coded {
		offers[i] = p.coded[i].coding
	}
	if i := slices.Index(offers, field.Negotiate(x.r.Header["Accept-Encoding"], offers)); i >= 0 {
		rep.body, rep.coding, rep.length = p.coded[i].body, offers[i], len(p.coded[i].body)
		if tag := first(rep.ETag); tag != "" {
			rep.ETag = []string{codedTag(tag, rep.coding)}
		}
	} else {
		rep.body, rep.length = p.decompressed(), p.plain
	}
	rep.Size = int64(len(rep.body))
}

// describe says in h what was chosen.
func (rep *representation) describe(h http.Header) {
	h["Content-Length"] = []string{strconv.Itoa(rep.length)}
	if rep.coding != "" {
		h["Content-Encoding"] = []string{rep.coding}
	}
	if rep.ETag != nil {
		h["Etag"] = rep.ETag
	}
}

// codedTag is the entity tag of a coded form of what tag stands for: strong
// tags must differ where bytes do (RFC 9110 §8.8.3).
func codedTag(tag, coding string) string {
	return strings.TrimSuffix(tag, `"`) + "-" + coding + `"`
}

// decompressed is the body for a client that takes no coding.
func (p *page) decompressed() []byte {
	c := p.coded[len(p.coded)-1]
	r, err := coders[c.coding].decode(bytes.NewReader(c.body))
	if err != nil {
		return nil
	}
	if closer, ok := r.(io.Closer); ok {
		defer closer.Close()
	}
	body := make([]byte, p.plain) // never more than was recorded
	if _, err := io.ReadFull(r, body); err != nil {
		return nil
	}
	return body
}

// codesItself: the route negotiates the coding, so that neither the handler's
// Vary nor the key is about Accept-Encoding.
func (rt *route) codesItself(h http.Header) bool {
	return len(rt.codings) > 0 && h["Content-Encoding"] == nil
}

// patchCoding says that the response varies on what the route negotiates. One
// without a type may turn out to: it gets one when its body is there.
func (rt *route) patchCoding(h http.Header) {
	if t := h["Content-Type"]; rt.codesItself(h) && (t == nil || compressibleType(first(t))) {
		vary.Patch(h, "Accept-Encoding")
	}
}
