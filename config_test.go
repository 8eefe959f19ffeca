package larder_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/larder-go/larder"
)

func TestConfigFromJSON(t *testing.T) {
	for text, want := range map[string]larder.Config{
		`{}`:                           {},
		`{"url": "memory://pages"}`:    {URL: "memory://pages"},
		`{"URL": "memory://pages"}`:    {URL: "memory://pages"},
		`{"prefix": "shop"}`:           {Prefix: "shop"},
		`{"version": 3}`:               {Version: 3},
		`{"ttl": "15m"}`:               {TTL: 15 * minute},
		`{"ttl": 900}`:                 {TTL: 15 * minute},
		`{"ttl": "900"}`:               {TTL: 15 * minute},
		`{"ttl": null}`:                {TTL: larder.Forever},
		`{"ttl": 9223372036854775807}`: {TTL: larder.Forever / time.Second * time.Second},
	} {
		var got larder.Config
		if err := json.Unmarshal([]byte(text), &got); err != nil || got != want {
			t.Errorf("%s: %+v, %v; want %+v", text, got, err, want)
		}
	}
	for text, want := range map[string]string{
		`[]`:                 "config",
		`{"host": "x"}`:      `"host"`,
		`{"url": 1}`:         `"url"`,
		`{"version": "one"}`: `"version"`,
		`{"ttl": "soon"}`:    `"soon"`,
		`{"ttl": 0}`:         `"0"`,
		`{"ttl": -5}`:        `"-5"`,
		`{"ttl": ""}`:        `"ttl"`,
		`{"ttl": true}`:      `"true"`,
	} {
		var got larder.Config
		if err := json.Unmarshal([]byte(text), &got); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want an error that names %s", text, err, want)
		}
	}
}

func TestConfigFromEnvironment(t *testing.T) {
	for name, tt := range map[string]struct {
		env  map[string]string
		want map[string]larder.Config
		err  string
	}{
		"nothing": {nil, map[string]larder.Config{"default": {}}, ""},
		"one cache": {map[string]string{"CACHE_URL": "memory://a", "CACHE_PREFIX": "p", "CACHE_VERSION": "2", "CACHE_TTL": "forever"},
			map[string]larder.Config{"default": {URL: "memory://a", Prefix: "p", Version: 2, TTL: larder.Forever}}, ""},
		"several": {map[string]string{"CACHES": `{"default": {}, "pages": {"ttl": "1h"}}`, "CACHE_URL": "not looked at"},
			map[string]larder.Config{"default": {}, "pages": {TTL: time.Hour}}, ""},
		"no JSON":       {map[string]string{"CACHES": "{"}, nil, "CACHES"},
		"a bad version": {map[string]string{"CACHE_VERSION": "x"}, nil, `CACHE_VERSION "x"`},
		"a bad TTL":     {map[string]string{"CACHE_TTL": "-1m"}, nil, `"-1m"`},
		"a TTL below zero that no duration holds": {map[string]string{"CACHE_TTL": "-10000000000"}, nil, `"-10000000000"`},
	} {
		got, err := larder.ConfigFromEnv(func(key string) string { return tt.env[key] })
		if tt.err != "" {
			if err == nil || !strings.Contains(err.Error(), tt.err) {
				t.Errorf("%s: %v, want an error that names %s", name, err, tt.err)
			}
			continue
		}
		if err != nil || len(got) != len(tt.want) {
			t.Errorf("%s: %+v, %v; want %+v", name, got, err, tt.want)
		}
		for alias, c := range tt.want {
			if got[alias] != c {
				t.Errorf("%s: %s is %+v, want %+v", name, alias, got[alias], c)
			}
		}
	}
}

func TestOpenCaches(t *testing.T) {
	caches, err := larder.OpenCaches(bg, map[string]larder.Config{
		"default": {URL: "memory://shared-by-name", Prefix: "d", Version: 2, TTL: time.Hour},
		"pages":   {URL: "memory://shared-by-name", Prefix: "p"},
	}, quiet)
	if err != nil {
		t.Fatal(err)
	}
	main, err := caches.Get("default")
	if err != nil {
		t.Fatal(err)
	}
	pages, err := main.Named("pages")
	if again, _ := caches.Get("pages"); err != nil || pages != again {
		t.Fatalf("Named: %v", err)
	}
	if self, err := pages.Named("default"); self != main || err != nil {
		t.Errorf("Named: %v", err)
	}
	set(t, main, "k", "main", minute, larder.Tags("t"))
	set(t, pages, "k", "pages", minute, larder.Tags("t"))
	want(t, main, "k", "main")
	want(t, pages, "k", "pages")
	if err := caches.Invalidate(bg, "t"); err != nil {
		t.Fatal(err)
	}
	wantNone(t, main, "k")
	wantNone(t, pages, "k")
	for _, get := range []func(string) (*larder.Cache, error){caches.Get, main.Named} {
		if _, err := get("sessions"); err == nil || !strings.Contains(err.Error(), "default, pages") {
			t.Errorf("an unknown alias: %v, want an error that lists those that there are", err)
		}
	}
	if err := caches.Close(); err != nil {
		t.Fatal(err)
	}
	if err := larder.Set(bg, pages, "k", "x", minute); err == nil {
		t.Error("not closed")
	}
	_, err = larder.OpenCaches(bg, map[string]larder.Config{"a": {}, "b": {URL: "nosuch://"}})
	if err == nil || !strings.Contains(err.Error(), `"b"`) {
		t.Errorf("error %v, want it to name the cache", err)
	}
}

func TestALoneCacheKnowsItself(t *testing.T) {
	c := open(t, "")
	if self, err := c.Named("default"); self != c || err != nil {
		t.Errorf("Named: %v", err)
	}
	if _, err := c.Named("pages"); err == nil || !strings.Contains(err.Error(), `"pages"`) {
		t.Errorf("Named: %v", err)
	}
}
