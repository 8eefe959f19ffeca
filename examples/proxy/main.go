package main

import (
	"log"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"

	"github.com/larder-go/larder"
	"github.com/larder-go/larder/cachepage"
)

func main() {
	if len(os.Args) != 2 {
		log.Fatal("usage: proxy ORIGIN, such as proxy http://127.0.0.1:9000")
	}
	origin, err := url.Parse(os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	log.Fatal(http.ListenAndServe("127.0.0.1:8080", cached(origin)))
}

// cached passes requests on to origin and keeps what its answers allow.
func cached(origin *url.URL) http.Handler {
	proxy := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(origin)
		r.SetXForwarded()
		r.Out.Host = r.In.Host
	}}
	return larder.CachePage(0, cachepage.FollowOrigin())(proxy)
}
