package memcachestore

import (
	"crypto/sha256"
	"encoding/base64"
	"strings"
)

// maxKey is the longest key that Memcached takes.
const maxKey = 250

// keyPrefix is a digest of the sorted list of servers. It contains none of the
// separators of appendRealKey.
func keyPrefix(addrs []string) string {
	return digest(strings.Join(addrs, "\n"))[:8]
}

func digest(text string) string {
	sum := sha256.Sum256([]byte(text))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// realKey returns the key under which a server knows key.
func (s *Store) realKey(key string) string {
	return string(appendRealKey(nil, s.prefix, key))
}

// appendRealKey appends to text the key under which a server knows key. The
// separator tells keys that are kept as they are from hashes, so that no key can
// pose as another one's hash.
func appendRealKey(text []byte, prefix, key string) []byte {
	text = append(text, prefix...)
	if len(prefix)+1+len(key) <= maxKey && printable(key) {
		return append(append(text, ':'), key...)
	}
	return append(append(text, '#'), digest(key)...)
}

// printable tells whether key has only visible ASCII characters, which pass
// through the protocol as they are.
func printable(key string) bool {
	for i := range len(key) {
		if key[i] <= ' ' || key[i] >= 0x7f {
			return false
		}
	}
	return true
}

// pick returns the server that has key.
func (s *Store) pick(key string) *server {
	if len(s.servers) == 1 {
		return s.servers[0]
	}
	return s.servers[hash(hashTag(key))%uint64(len(s.servers))]
}

// hashTag returns what is between the first opening brace and the next closing
// one, if there is something, else the whole key: the rule of Redis Cluster.
func hashTag(key string) string {
	_, rest, opened := strings.Cut(key, "{")
	tag, _, closed := strings.Cut(rest, "}")
	if opened && closed && tag != "" {
		return tag
	}
	return key
}

// hash is FNV-1a with 64 bits, whose last characters hardly reach most of the
// bits, followed by the finalizer of MurmurHash3, which spreads every bit over
// all of them.
func hash(text string) uint64 {
	const offset, prime = 14695981039346656037, 1099511628211
	sum := uint64(offset)
	for i := range len(text) {
		sum = (sum ^ uint64(text[i])) * prime
	}
	sum = (sum ^ sum>>33) * 0xff51afd7ed558ccd
	sum = (sum ^ sum>>33) * 0xc4ceb9fe1a85ec53
	return sum ^ sum>>33
}
