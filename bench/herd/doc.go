// Package herd lets many clients ask for one page at the same moment.
//
// The connections are open before the first request is sent, so that what is
// measured is how long a client waits for its page, and not how fast a machine
// accepts connections.
package herd
