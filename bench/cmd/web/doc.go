// Command web compares servers over the wire: larder, the limits and other
// caches for Go beside nginx's proxy_cache, Varnish and Django's cache_page.
//
//	go run ./cmd/web                          everything, in some eleven minutes
//	go run ./cmd/web -only larder,nginx       servers whose names begin so
//	go run ./cmd/web -rounds 1 -seconds 1     a look at it: figures mean little
//	go run ./cmd/web -json wire.json          also for command report
//
// It needs two processors, wrk and taskset. The rest is left out where it is
// not installed; on Debian all of it comes with
//
//	apt-get install --no-install-recommends wrk redis-server memcached nginx-light varnish \
//		gunicorn python3-django python3-django-redis python3-pylibmc
//
// It prints requests in a second, ratios to the bare handler in the same round
// and latencies, and last what was to be reached and what was.
package main
