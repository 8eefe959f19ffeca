// Package all registers the URL schemes of every store in this module, for
// programs whose settings decide which one they use:
//
//	import _ "github.com/larder-go/larder/store/all"
//
// A program that needs one of them only imports that package instead, and links
// no client of the others.
package all

import (
	_ "github.com/larder-go/larder/store/dummystore"    // dummy
	_ "github.com/larder-go/larder/store/memcachestore" // memcached, memcached+unix
	_ "github.com/larder-go/larder/store/memstore"      // memory
	_ "github.com/larder-go/larder/store/redisstore"    // redis, rediss, redis+unix, redis+cluster, rediss+cluster, redis+sentinel, rediss+sentinel
)
