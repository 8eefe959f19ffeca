package readthrough

import (
	"context"
	"time"
)

type renderKey struct{}

// rendering is the innermost open render that ctx belongs to, nil if none.
func rendering(ctx context.Context) *Render {
	r, _ := ctx.Value(renderKey{}).(*Render)
	return r
}

// Tag adds tags to every render that is open around ctx: the innermost one,
// all that enclose it, and those open inside it. Outside a render it does
// nothing. An empty tag is ignored.
func Tag(ctx context.Context, tags ...string) {
	if r := rendering(ctx); r != nil {
		r.Tag(tags...)
	}
}

// MaxTTL says that what is being rendered holds good for d at most. It only
// ever lowers; d <= 0 means that nothing around ctx is kept.
func MaxTTL(ctx context.Context, d time.Duration) {
	if r := rendering(ctx); r != nil && d <= 0 {
		r.around(func(x *Render) { x.forbid("no-ttl") })
	} else if r != nil {
		until := after(r.e.Now(), d)
		r.around(func(x *Render) { x.lower(until) })
	}
}

// NoStore says that nothing that is being rendered around ctx may be kept.
func NoStore(ctx context.Context) {
	if r := rendering(ctx); r != nil {
		r.around(func(x *Render) { x.forbid("no-store") })
	}
}

// around calls f for r, for what encloses it and for what is open inside it.
func (r *Render) around(f func(*Render)) {
	for p := r.parent; p != nil; p = p.parent {
		f(p)
	}
	r.inside(f)
}

func (r *Render) inside(f func(*Render)) {
	f(r)
	r.mu.Lock()
	kids := append([]*Render(nil), r.kids...)
	r.mu.Unlock()
	for _, k := range kids {
		k.inside(f)
	}
}

// Tag adds tags to this render and to all around it, as the function Tag does.
func (r *Render) Tag(tags ...string) {
	for _, t := range tags {
		r.around(func(x *Render) { x.hear(t, 0) })
	}
}

// hear notes a tag; token is that of its mark where the tag came with an entry.
func (r *Render) hear(tag string, token uint64) {
	if tag == "" {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for i := range r.tags {
		if r.tags[i].name == tag {
			if token != 0 && r.tags[i].token != 0 && r.tags[i].token != token {
				r.refuse("tag-changed")
			}
			if token != 0 {
				r.tags[i].token = token
			}
			return
		}
	}
	if len(r.tags) >= MaxTags || len(tag) > maxTagLength {
		r.refuse("too-many-tags")
		return
	}
	r.tags = append(r.tags, said{tag, token})
}

const maxTagLength = 1 << 12

func (r *Render) lower(until int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.limit == 0 || until < r.limit {
		r.limit = until
	}
}

func (r *Render) forbid(reason string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.refuse(reason)
}

// refuse is called with r.mu held; the first reason stays.
func (r *Render) refuse(reason string) {
	if r.not == "" {
		r.not = reason
	}
}

// climb hands what an entry carries to every render around ctx that uses it.
func (e *Engine) climb(ctx context.Context, n *Entry) {
	r := rendering(ctx)
	if r == nil || n == nil {
		return
	}
	local := e.marks.local()
	for p := r; p != nil; p = p.parent {
		if p.e == e && e.marks.apart(p, n) {
			p.hear(apartTag, 0)
		}
		for i, t := range n.Tags() {
			if t == apartTag && p.e != e {
				continue
			}
			token := n.stamped.tokens[i]
			if local || p.e != e {
				token = 0
			}
			p.hear(t, token)
		}
		if n.limit != 0 {
			p.lower(n.limit)
		}
		if n.soft.Load() || n.FreshUntil <= e.Now() {
			p.forbid("stale-inside")
		}
	}
}
