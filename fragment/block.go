package fragment

import (
	"sync/atomic"
	"text/template/parse"
	"time"
)

// A block is what New finds out about one {{cache}} … {{endcache}}.
type block struct {
	pos     parse.Pos // of its tag, to put blocks in order
	at      Error     // where its tag is written, without a reason
	name    string
	alias   string        // of the cache it asks for, "" for the usual one
	life    time.Duration // unless dynamic
	dynamic bool          // the first argument is the TTL
	tags    []string      // that are literal
	head    []byte        // digest and name: what its keys begin with
	plain   []string      // tags of a block without arguments, its own first
	inside  memory        // the blocks in it
	warned  atomic.Int64  // Unix seconds of the last warning

	arguments int // that only the execution can evaluate
}

func newBlock(tree *parse.Tree, t tag, digest []byte) *block {
	b := &block{
		pos:     t.node.Pos,
		at:      placed(tree, t.node),
		name:    t.name,
		alias:   t.literalAlias(),
		life:    t.life,
		dynamic: t.ttl != nil,
		tags:    t.literalTags(),
		head:    appendName(digest, t.name),

		arguments: len(t.arguments()),
	}
	b.plain = append([]string{shorten(b.head[digestSize:])}, b.tags...)
	return b
}

// mistake is an Error at the block's tag.
func (b *block) mistake(err error) error {
	e := b.at
	e.Reason = err.Error()
	return &e
}
