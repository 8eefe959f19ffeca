package memcachestore

// getCommand is a get command: the text that is sent, and where its keys are.
// Its memory is used again for the next command of its connection.
type getCommand struct {
	text []byte // "get first second\r\n"
	ends []int  // where each key ends in text
}

const getVerb = "get "

// ask makes c the command that asks for the real keys of keys.
func (c *getCommand) ask(prefix string, keys []string) {
	c.text, c.ends = append(c.text[:0], getVerb...), c.ends[:0]
	for _, key := range keys {
		c.text = appendRealKey(c.text, prefix, key)
		c.ends = append(c.ends, len(c.text))
		c.text = append(c.text, ' ')
	}
	c.text = append(c.text[:len(c.text)-1], "\r\n"...)
}

// key returns the i-th of the real keys.
func (c *getCommand) key(i int) []byte {
	begin := len(getVerb)
	if i > 0 {
		begin = c.ends[i-1] + 1
	}
	return c.text[begin:c.ends[i]]
}

// find returns the place of a real key, -1 if c does not ask for it. It looks at
// the place next first, then at those behind it, then at those before: a server
// answers in the order of the keys, a proxy before several may not.
func (c *getCommand) find(key []byte, next int) int {
	n := len(c.ends)
	for step := range n {
		if i := (next + step) % n; string(c.key(i)) == string(key) {
			return i
		}
	}
	return -1
}
