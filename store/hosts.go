package store

import (
	"fmt"
	"net"
	"strconv"
	"strings"
)

// Hosts takes apart the host part of a store URL, such as "h1:6379,h2,[::1]:7",
// for the writers of backends. Each result is an address for [net.Dial], with
// defaultPort where none is given. An empty list, name or port is an error.
func Hosts(list, defaultPort string) ([]string, error) {
	var addrs []string
	for host := range strings.SplitSeq(list, ",") {
		addr, err := hostAddr(host, defaultPort)
		if err != nil {
			return nil, err
		}
		addrs = append(addrs, addr)
	}
	return addrs, nil
}

func hostAddr(host, defaultPort string) (string, error) {
	name, port := host, defaultPort
	if i := strings.LastIndexByte(host, ':'); i > strings.LastIndexByte(host, ']') {
		name, port = host[:i], host[i+1:]
	}
	bare := strings.TrimSuffix(strings.TrimPrefix(name, "["), "]")
	bracketed := len(name) == len(bare)+2
	if bare == "" || strings.ContainsAny(bare, "[] /") || strings.Contains(bare, ":") != bracketed {
		return "", fmt.Errorf("host %q: want name, name:port or [IPv6]:port, several separated by commas", host)
	}
	if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 {
		return "", fmt.Errorf("host %q: want a port from 1 to 65535", host)
	}
	return net.JoinHostPort(bare, port), nil
}
