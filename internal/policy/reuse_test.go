package policy

import (
	"testing"
	"time"
)

func TestReuse(t *testing.T) {
	minute := Life{Fresh: time.Minute}
	open := Life{Fresh: time.Minute, Authorized: true}
	tagged := Life{Fresh: time.Minute, Validator: true}
	swr := Life{Fresh: time.Minute, StaleWhileRevalidate: time.Minute}
	strict := Life{Fresh: time.Minute, StaleWhileRevalidate: time.Minute, NoStale: true}
	old := Life{Fresh: time.Minute, InitialAge: time.Hour}
	for _, c := range []struct {
		clause string
		fields []string
		life   Life
		after  time.Duration
		want   Use
	}{
		{"§4 fresh", nil, minute, 30 * time.Second, Use{Action: Fresh}},
		{"§4.2 fresh to the last moment", nil, minute, time.Minute - 1, Use{Action: Fresh}},
		{"§4.2 stale from then on", nil, minute, time.Minute, Use{Miss, "stale"}},
		{"§4.3 revalidated", nil, tagged, time.Minute, Use{Revalidate, "stale"}},
		{"§4 fresh for ever", nil, Life{Fresh: Forever}, 1000 * 24 * time.Hour, Use{Action: Fresh}},
		{"clock set back", nil, minute, -time.Hour, Use{Action: Fresh}},
		{"RFC 5861 §3 within the window", nil, swr, 119 * time.Second, Use{ServeStale, "stale"}},
		{"RFC 5861 §3 after the window", nil, swr, 2 * time.Minute, Use{Miss, "stale"}},
		{"§4.2.4 forbidden", nil, strict, 90 * time.Second, Use{Miss, "stale"}},

		{"§3.5 Authorization", []string{"Authorization: x"}, minute, 0, Use{Miss, "authorization"}},
		{"§3.5 Authorization, response open", []string{"Authorization: x"}, open, 0, Use{Action: Fresh}},
		{"§3.5 Authorization and only-if-cached", []string{"Authorization: x", "Cache-Control: only-if-cached"}, minute, 0, Use{GatewayTimeout, "only-if-cached"}},

		{"§5.2.1 unknown directive", []string{"Cache-Control: nothing-to-see-here", "Pragma: foo"}, minute, 0, Use{Action: Fresh}},
		{"§5.2.1 unknown directive, stale", []string{"Cache-Control: foo"}, swr, 90 * time.Second, Use{ServeStale, "stale"}},
		{"§5.2.1.4 no-cache", []string{"Cache-Control: no-cache"}, tagged, 0, Use{Revalidate, "request"}},
		{"§5.4 Pragma", []string{"Pragma: no-cache"}, minute, 0, Use{Miss, "request"}},
		{"§5.2.1.1 max-age", []string{"Cache-Control: max-age=10"}, minute, 10 * time.Second, Use{Action: Fresh}},
		{"§5.2.1.1 older than max-age", []string{"Cache-Control: max-age=10"}, minute, 10*time.Second + 1, Use{Miss, "request"}},
		{"§5.2.1.1 the age before it was stored counts", []string{"Cache-Control: max-age=10"}, old, 0, Use{Miss, "request"}},
		{"§5.2.1.1 max-age=0", []string{"Cache-Control: max-age=0"}, tagged, 1, Use{Revalidate, "request"}},
		{"§5.2.1.1 max-age wants nothing stale", []string{"Cache-Control: max-age=3600"}, swr, 90 * time.Second, Use{Miss, "stale"}},
		{"§5.2.1.3 min-fresh", []string{"Cache-Control: min-fresh=30"}, minute, 30 * time.Second, Use{Action: Fresh}},
		{"§5.2.1.3 not fresh for long enough", []string{"Cache-Control: min-fresh=30"}, minute, 30*time.Second + 1, Use{Miss, "request"}},
		{"§5.2.1.2 max-stale", []string{"Cache-Control: max-stale=30"}, minute, 90 * time.Second, Use{ServeStale, "stale"}},
		{"§5.2.1.2 beyond max-stale", []string{"Cache-Control: max-stale=30"}, minute, 90*time.Second + 1, Use{Miss, "stale"}},
		{"§5.2.1.2 max-stale below the window", []string{"Cache-Control: max-stale=1"}, swr, 90 * time.Second, Use{Miss, "stale"}},
		{"§5.2.1.2 max-stale of any length", []string{"Cache-Control: max-stale"}, minute, 1000 * time.Hour, Use{ServeStale, "stale"}},
		{"§5.2.1.2 max-age with max-stale", []string{"Cache-Control: max-age=3600, max-stale=60"}, minute, 90 * time.Second, Use{ServeStale, "stale"}},
		{"§4.2.4 the response forbids max-stale", []string{"Cache-Control: max-stale"}, strict, 90 * time.Second, Use{Miss, "stale"}},
		{"§5.2.1.7 only-if-cached, fresh", []string{"Cache-Control: only-if-cached"}, minute, 0, Use{Action: Fresh}},
		{"§5.2.1.7 only-if-cached, within the window", []string{"Cache-Control: only-if-cached"}, swr, 90 * time.Second, Use{ServeStale, "stale"}},
		{"§5.2.1.7 only-if-cached, stale", []string{"Cache-Control: only-if-cached"}, tagged, time.Hour, Use{GatewayTimeout, "only-if-cached"}},
		{"§5.2.1.7 only-if-cached with no-cache", []string{"Cache-Control: only-if-cached, no-cache"}, minute, 0, Use{GatewayTimeout, "only-if-cached"}},
	} {
		t.Run(c.clause, func(t *testing.T) {
			p := &Policy{Follow: true}
			q := p.Admit(request("GET", c.fields...))
			s := c.life.At(received)
			if got := p.Reuse(&q, &s, received.Add(c.after).UnixNano()); got != c.want {
				t.Errorf("got %+v, want %+v", got, c.want)
			}
		})
	}
}

func TestRequestDirectivesAreIgnoredUnderATTL(t *testing.T) {
	p := &Policy{TTL: time.Minute}
	s := Life{Fresh: time.Minute}.At(received)
	q := p.Admit(request("GET", "Cache-Control: no-cache, max-age=0, only-if-cached", "Pragma: no-cache"))
	if got := p.Reuse(&q, &s, received.Add(time.Second).UnixNano()); got.Action != Fresh {
		t.Errorf("fresh: got %+v", got)
	}
	if got := p.Absent(&q); got != (Use{Miss, "uri-miss"}) {
		t.Errorf("absent: got %+v", got)
	}
}

func TestAbsent(t *testing.T) {
	p := &Policy{Follow: true}
	q := p.Admit(request("GET", "Cache-Control: only-if-cached"))
	if got := p.Absent(&q); got != (Use{GatewayTimeout, "only-if-cached"}) {
		t.Errorf("§5.2.1.7: got %+v", got)
	}
}

func TestAgeAndTTL(t *testing.T) {
	s := Life{Fresh: time.Minute, InitialAge: 1500 * time.Millisecond}.At(received)
	for _, c := range []struct {
		after    time.Duration
		age, ttl int64
	}{
		{0, 1, 60},
		{499 * time.Millisecond, 1, 59},
		{500 * time.Millisecond, 2, 59},
		{time.Minute, 61, 0},
		{time.Minute + 1, 61, -1},
		{2 * time.Minute, 121, -60},
		{-time.Hour, 0, 3660}, // clock set back
	} {
		now := received.Add(c.after).UnixNano()
		if age, ttl := s.Age(now), s.TTL(now); age != c.age || ttl != c.ttl {
			t.Errorf("after %v: Age %d, ttl %d; want %d, %d", c.after, age, ttl, c.age, c.ttl)
		}
	}
}

func TestServesOnError(t *testing.T) {
	implicit := Life{Fresh: time.Minute, StaleIfError: time.Minute}
	explicit := Life{Fresh: time.Minute, StaleIfError: time.Minute, ErrorExplicit: true}
	strict := Life{Fresh: time.Minute, StaleIfError: time.Minute, ErrorExplicit: true, NoStale: true}
	for _, c := range []struct {
		clause string
		life   Life
		status int
		after  time.Duration
		want   bool
	}{
		{"§4.2.4 502", implicit, 502, 90 * time.Second, true},
		{"§4.2.4 503", implicit, 503, 90 * time.Second, true},
		{"§4.2.4 504", implicit, 504, 90 * time.Second, true},
		{"§4.2.4 500 is an answer", implicit, 500, 90 * time.Second, false},
		{"RFC 5861 §4 500", explicit, 500, 90 * time.Second, true},
		{"404 is an answer", explicit, 404, 90 * time.Second, false},
		{"still fresh", implicit, 502, 0, true},
		{"after the window", explicit, 502, 2 * time.Minute, false},
		{"forbidden", strict, 502, 90 * time.Second, false},
	} {
		s := c.life.At(received)
		if got := s.ServesOnError(c.status, received.Add(c.after).UnixNano()); got != c.want {
			t.Errorf("%s: got %v", c.clause, got)
		}
	}
}

func TestInstantsDoNotOverflow(t *testing.T) {
	s := Life{Fresh: Forever, StaleIfError: Forever, StaleWhileRevalidate: time.Hour, Keep: Forever}.At(received)
	for name, instant := range map[string]int64{"FreshUntil": s.FreshUntil, "StaleUntil": s.StaleUntil, "ErrorUntil": s.ErrorUntil, "KeepUntil": s.KeepUntil} {
		if instant != int64(Forever) {
			t.Errorf("%s = %d, want the end of time", name, instant)
		}
	}
}
