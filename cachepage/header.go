package cachepage

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/larder-go/larder/internal/field"
)

// first is the first line of a field, "" if there is none.
func first(v []string) string {
	if len(v) == 0 {
		return ""
	}
	return v[0]
}

// passOn sends the header as it is, with what there is to say about it.
func (rec *recorder) passOn(status int) {
	rec.state = passing
	rec.comment(status, false)
	rec.x.w.WriteHeader(status)
}

// comment adds Cache-Status and Server-Timing to the header about to be sent.
func (rec *recorder) comment(status int, stored bool) {
	s := rec.says
	s.Cache, s.FwdStatus, s.Stored = rec.x.rt.name, status, stored
	if rec.joined {
		s.FwdStatus = http.StatusPartialContent
	}
	field.AddCacheStatus(rec.Header(), s)
	if rec.x.rt.serverTiming {
		how := "miss"
		if rec.bypassed() {
			how = "bypass"
		}
		rec.x.timingOfRender(rec.Header(), how, time.Since(rec.began))
	}
}

// canonicalize gives fields that the handler has set past the methods of
// http.Header, such as h["set-cookie"], the name by which all rules look for
// them. What outer handlers had set is not ours, and what is passed by stays
// as it is.
func (rec *recorder) canonicalize() {
	h := rec.header
	if rec.render == nil {
		return
	}
	for name, values := range h {
		if canonical := http.CanonicalHeaderKey(name); canonical != name && !slices.Equal(values, rec.preset[name]) {
			delete(h, name)
			h[canonical] = append(slices.Clip(h[canonical]), values...)
		}
	}
}

// sniff sets a missing Content-Type as net/http would, so that it is kept. It
// needs the whole body: the first write of a template is often a line break,
// which looks like plain text. What goes out sooner is left to the server.
func sniff(h http.Header, body []byte) {
	if _, has := h["Content-Type"]; !has && h["Content-Encoding"] == nil && len(body) > 0 {
		h["Content-Type"] = []string{http.DetectContentType(body)}
	}
}

// sendHeader puts the frozen header in place, whatever the handler did to the
// map since, and sends it.
func (rec *recorder) sendHeader() {
	rec.announce(rec.frozen)
	rec.restoreHeader()
	rec.comment(rec.status, false)
	rec.x.w.WriteHeader(rec.status)
}

// restoreHeader leaves only trailers of what the handler set since.
func (rec *recorder) restoreHeader() {
	for name := range rec.header {
		if _, kept := rec.frozen[name]; !kept && !strings.HasPrefix(name, http.TrailerPrefix) {
			delete(rec.header, name)
		}
	}
	maps.Copy(rec.header, rec.frozen)
}

// resetHeader takes back all that the handler has set.
func (rec *recorder) resetHeader() {
	clear(rec.header)
	maps.Copy(rec.header, rec.preset)
}

// trailed reports whether the handler set trailers without declaring them.
func (rec *recorder) trailed() bool {
	for name := range rec.header {
		if strings.HasPrefix(name, http.TrailerPrefix) {
			return true
		}
	}
	return false
}

// own is the header to keep: without what outer handlers had set before this
// one ran, since they will set it again.
func (rec *recorder) own(h http.Header) http.Header {
	for name, v := range rec.preset {
		if slices.Equal(h[name], v) {
			delete(h, name)
		}
	}
	return h
}
