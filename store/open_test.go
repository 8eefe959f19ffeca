package store_test

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/larder-go/larder/store"
)

// opened is a store that remembers its URL.
type opened struct {
	plain
	url *url.URL
}

func init() {
	store.Register("test", func(_ context.Context, u *url.URL) (store.Store, error) {
		q := store.NewQuery(u)
		q.Duration("timeout", time.Second)
		q.Text("name", "")
		return &opened{url: u}, q.Err()
	})
}

func TestOpenTakesURLsApart(t *testing.T) {
	for _, c := range []struct {
		url                        string
		host, user, password, path string
	}{
		{url: "test://"},
		{url: "TEST://h", host: "h"},
		{url: "test:?name=x"},
		{url: "test://h1:1,h2,[::1]:3/x/y", host: "h1:1,h2,[::1]:3", path: "/x/y"},
		{url: "test:///var/a%20b@c", path: "/var/a b@c"},
		{url: "test://u:p@h", host: "h", user: "u", password: "p"},
		{url: "test://:p@h", host: "h", password: "p"},
		{url: "test://u:p%2F%40%3A:x@h/0", host: "h", user: "u", password: "p/@::x", path: "/0"},
		{url: "test://u:p@q@h", host: "h", user: "u", password: "p@q"},
	} {
		s, err := store.Open(t.Context(), c.url)
		if err != nil {
			t.Errorf("Open(%q): %v", c.url, err)
			continue
		}
		u := s.(*opened).url
		password, _ := u.User.Password()
		if u.Scheme != "test" || u.Host != c.host || u.User.Username() != c.user || password != c.password || u.Path != c.path {
			t.Errorf("Open(%q): host %q, user %q, password %q, path %q", c.url, u.Host, u.User.Username(), password, u.Path)
		}
	}
}

func TestOpenWithPrefix(t *testing.T) {
	s, err := store.Open(t.Context(), "test://h?name=x&prefix=my%3Ashop")
	if err != nil {
		t.Fatal(err)
	}
	inner, prefix := store.Unwrap(s)
	if prefix != "my%3Ashop:" {
		t.Errorf("prefix is %q", prefix)
	}
	if query := inner.(*opened).url.RawQuery; query != "name=x" {
		t.Errorf("the backend sees the query %q; want name=x", query)
	}
}

const password = "p4ssw0rd"

func TestOpenErrors(t *testing.T) {
	for _, c := range []struct {
		url  string
		want []string // parts of the message
	}{
		{"", []string{"must begin with a scheme"}},
		{"localhost:6379", []string{"must begin with a scheme"}},
		{"://" + password, []string{"must begin with a scheme"}},
		{"redis:" + password, []string{"must begin with a scheme"}},
		{"redis://:" + password + "@h", []string{"not imported", `import _ "github.com/larder-go/larder/store/redisstore"`}},
		{"memcached://h", []string{`import _ "github.com/larder-go/larder/store/memcachestore"`}},
		{"mongo://:" + password + "@h", []string{`unknown scheme "mongo"`, "memory, test", `store/all"`}},
		{"test://:" + password + "@h?colour=red", []string{`unknown parameter "colour"`, "name, prefix, timeout"}},
		{"test://:" + password + "@h?timeout=soon", []string{`timeout="soon"`, "250ms"}},
		{"test://:" + password + "@h?timeout=-1s", []string{`timeout="-1s"`, "positive"}},
		{"test://:" + password + "@h?name=a&name=b", []string{"name is given 2 times"}},
		{"test://:" + password + "@h?prefix=a&prefix=b", []string{"prefix is given 2 times"}},
		{"test://:" + password + "%zz@h", []string{"password is not valid percent-encoding"}},
		{"test://:" + password + "@h/%zz", []string{"path is not valid percent-encoding"}},
		{"test://:" + password + "@h?%zz=" + password, []string{"query is not valid"}},
		{"test://u:x/" + password + "@h", []string{"percent-encoded", "%2F"}},
		{"test://u:x?" + password + "=1@h", []string{"percent-encoded", "%3F"}},
		{"test://u:x#" + password + "@h", []string{"%23"}},
		{"test://u:p@x/" + password + "@h", []string{"percent-encoded", "%40"}},
	} {
		_, err := store.Open(t.Context(), c.url)
		if err == nil {
			t.Errorf("Open(%q) succeeded", c.url)
			continue
		}
		for _, part := range c.want {
			if !strings.Contains(err.Error(), part) {
				t.Errorf("Open(%q): %q does not say %q", c.url, err, part)
			}
		}
		if strings.Contains(err.Error(), password) {
			t.Errorf("Open(%q) shows the password: %q", c.url, err)
		}
	}
}

func TestRegisterPanics(t *testing.T) {
	open := func(context.Context, *url.URL) (store.Store, error) { return nil, nil }
	for name, register := range map[string]func(){
		"twice":      func() { store.Register("test", open) },
		"nil":        func() { store.Register("nil", nil) },
		"upper case": func() { store.Register("Test", open) },
		"empty":      func() { store.Register("", open) },
		"no scheme":  func() { store.Register("a:b", open) },
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("Register did not panic")
				}
			}()
			register()
		})
	}
}

func TestQuery(t *testing.T) {
	query := func(text string) *store.Query { return store.NewQuery(&url.URL{RawQuery: text}) }
	for _, c := range []struct {
		query string
		read  func(q *store.Query) any
		want  any
		err   string
	}{
		{"n=", func(q *store.Query) any { return q.Text("n", "d") }, "", ""},
		{"", func(q *store.Query) any { return q.Text("n", "d") }, "d", ""},
		{"n=b", func(q *store.Query) any { return q.Choice("n", "a", "b") }, "b", ""},
		{"", func(q *store.Query) any { return q.Choice("n", "a", "b") }, "a", ""},
		{"n=c", func(q *store.Query) any { return q.Choice("n", "a", "b") }, "a", "one of a, b"},
		{"n=7", func(q *store.Query) any { return q.Int("n", 1, 0, 9) }, 7, ""},
		{"n=10", func(q *store.Query) any { return q.Int("n", 1, 0, 9) }, 1, "an integer from 0 to 9"},
		{"n=x", func(q *store.Query) any { return q.Int("n", 1, 0, 9) }, 1, "an integer from 0 to 9"},
		{"n=1m", func(q *store.Query) any { return q.Duration("n", 1) }, time.Minute, ""},
		{"n=0s", func(q *store.Query) any { return q.Duration("n", 1) }, time.Duration(1), "positive duration"},
		{"n=5", func(q *store.Query) any { return q.Duration("n", 1) }, time.Duration(1), "positive duration"},
		{"n=1&m=2", func(q *store.Query) any { return q.Text("n", "") }, "1", `unknown parameter "m"; known are n, prefix`},
		{"n=x&m=2", func(q *store.Query) any { return q.Int("n", 1, 0, 9) }, 1, "an integer"},
		{"n=1;m=2", func(q *store.Query) any { return q.Text("n", "d") }, "d", "query is not valid"},
	} {
		q := query(c.query)
		if got := c.read(q); got != c.want {
			t.Errorf("%q: %v; want %v", c.query, got, c.want)
		}
		if err := q.Err(); (err == nil) != (c.err == "") || err != nil && !strings.Contains(err.Error(), c.err) {
			t.Errorf("%q: error %v; want %q", c.query, err, c.err)
		}
	}
}

func TestQuerySize(t *testing.T) {
	for text, want := range map[string]int64{
		"1": 1, "10b": 10, "2kB": 2000, "2KiB": 2048, "3MB": 3e6, "256MiB": 256 << 20, "1gib": 1 << 30, "1GB": 1e9, "2TiB": 2 << 40, "1tb": 1e12,
		"": 0, "0": 0, "-1": 0, "+1": 1, "1.5MiB": 0, "MiB": 0, "1 MiB": 0, "1MiBs": 0, "1m": 0, "9999999TiB": 0, "99999999999999999999": 0,
	} {
		q := store.NewQuery(&url.URL{RawQuery: "max=" + url.QueryEscape(text)})
		if got := q.Size("max", 0); got != want {
			t.Errorf("size %q is %d; want %d", text, got, want)
		}
		if err := q.Err(); (err == nil) != (want > 0) {
			t.Errorf("size %q: %v", text, err)
		}
	}
}

func TestHosts(t *testing.T) {
	for list, want := range map[string][]string{
		"h":                 {"h:1"},
		"h:2":               {"h:2"},
		"a,b:3,c":           {"a:1", "b:3", "c:1"},
		"[::1]":             {"[::1]:1"},
		"[::1]:5,[fe80::2]": {"[::1]:5", "[fe80::2]:1"},
		"10.0.0.1:65535":    {"10.0.0.1:65535"},
		"":                  nil, ",": nil, "a,": nil, ":1": nil, "h:": nil, "h:0": nil, "h:65536": nil, "h:x": nil,
		"::1": nil, "[::1": nil, "[h]": nil, "a b": nil, "[]": nil, "h:1:2": nil,
	} {
		got, err := store.Hosts(list, "1")
		if !slices.Equal(got, want) || (err == nil) != (want != nil) {
			t.Errorf("Hosts(%q) = %q, %v; want %q", list, got, err, want)
		}
	}
}

func FuzzOpen(f *testing.F) {
	for _, seed := range []string{"test://", "test://u:p@h1:1,h2/0?prefix=a&timeout=1s", "test:?name=x", "test://u:" + password + "@h/@", "://", "test://#"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		s, err := store.Open(context.Background(), raw)
		if (s == nil) == (err == nil) {
			t.Fatalf("Open(%q) = %v, %v; want a store or an error", raw, s, err)
		}
		// Whatever stands where a password does may not be shown.
		secret := "t0p-" + password
		if _, err := store.Open(context.Background(), "test://u:"+raw+secret+"@h"); err != nil && strings.Contains(err.Error(), secret) {
			t.Fatalf("the error shows the password: %v", err)
		}
	})
}

func FuzzHosts(f *testing.F) {
	f.Add("a,b:3,[::1]:5")
	f.Fuzz(func(t *testing.T, list string) {
		addrs, err := store.Hosts(list, "1")
		if err != nil {
			return
		}
		again, err := store.Hosts(strings.Join(addrs, ","), "1")
		if err != nil || !slices.Equal(again, addrs) {
			t.Fatalf("Hosts(%q) = %q, which reads as %q, %v", list, addrs, again, err)
		}
	})
}

func ExampleOpen() {
	ctx := context.Background()
	s, err := store.Open(ctx, "memory://?max=64MiB&prefix=shop")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = store.Close(s) }()
	_ = s.Set(ctx, "greeting", []byte("hello"), time.Minute)
	value, found, _ := s.Get(ctx, "greeting")
	fmt.Println(string(value), found)

	_, err = store.Open(ctx, "memory://?size=64MiB")
	fmt.Println(err)
	// Output:
	// hello true
	// store: open memory URL: unknown parameter "size"; known are max, prefix, timeout
}

func ExampleAdd() {
	ctx := context.Background()
	s, _ := store.Open(ctx, "memory://")
	defer func() { _ = store.Close(s) }()
	for _, worker := range []string{"first", "second"} {
		mine, err := store.Add(ctx, s, "lease", []byte(worker), time.Minute)
		if errors.Is(err, errors.ErrUnsupported) {
			fmt.Println("this store cannot tell who was first")
		}
		fmt.Println(worker, mine)
	}
	// Output:
	// first true
	// second false
}
