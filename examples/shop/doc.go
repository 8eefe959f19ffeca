// Shop is an example of larder: a grocer's shop with real data, a slow report
// on its front page, and three kinds of cache in front of it.
//
// From the root of the repository:
//
//	go run ./examples/shop
//
// and open the address it prints. The first start makes the data, a SQLite
// file of some 20 MB, which takes a few seconds.
//
// Flags:
//
//	-cache URL     where pages are kept: memory:// (default), redis://host:6379/0,
//	               memcached://host:11211; default from the environment, CACHE_URL
//	-addr ADDRESS  where to listen, default 127.0.0.1:8080; port 0 takes a free one
//	-data DIR      where the data file lives, default larder-shop in the user's
//	               cache folder
//
// Each page tells in its footer how it came about. Buy something, and look at
// the front page: the figure is new at once, although the page is kept for 15
// minutes.
//
// Package catalog makes and reads the data and knows no cache; package web
// serves the pages and says what may be kept.
package main
