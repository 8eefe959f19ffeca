package fragment

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/larder-go/larder/observe"
	"github.com/larder-go/larder/readthrough"
)

var face = &readthrough.Face{Name: "fragment"}

// tagged is what (tags …) gives to a block, and using what (using …) gives.
type (
	tagged []any
	using  struct{ alias any }
)

// errTag and errAlias are for values that cannot be a tag, or the alias of a
// cache.
var (
	errTag   = errors.New("allowed are text, slices of text, and fmt.Stringer")
	errAlias = errors.New("allowed is text")
)

// context is what the word ctx stands for.
func (e *env) context() context.Context { return e.scope.context() }

// begin writes a block into the page and answers false, or opens it and
// answers true: then its body is executed, and end after it.
func (e *env) begin(b *block, args ...any) (bool, error) {
	s := e.scope
	w, err := s.want(b, args)
	if err == nil && w.life > 0 {
		return s.start(b, w)
	}
	s.bypass(b, w, err)
	return true, nil
}

// end closes the innermost block. Only its error is looked at.
func (e *env) end() (bool, error) { return true, e.scope.pop() }

// A want is what one execution asks of a block.
type want struct {
	engine *readthrough.Engine
	alias  string
	key    []byte
	lost   bool // a vary value was wrong: there is no key
	tags   []string
	life   time.Duration
}

// want evaluates the arguments of a block. Of those that are right it returns
// what they say even if others are wrong.
func (s *scope) want(b *block, args []any) (want, error) {
	w := want{alias: b.alias, life: b.life, tags: b.plain, key: append(s.key[:0], b.head...)}
	var errs []error
	if len(args) > 0 {
		w.tags = append(s.tags[:0], b.tags...)
		for i, a := range args {
			if err := w.take(a, b.dynamic && i == 0); err != nil {
				errs = append(errs, err)
			}
		}
		s.key = w.key
		if !w.lost {
			w.tags = append(w.tags, shorten(w.key[digestSize:]))
		}
		s.tags = w.tags
	}
	engine, err := s.home.engine(w.alias)
	if w.engine = engine; err != nil {
		errs = append(errs, err)
	}
	return w, errors.Join(errs...)
}

// take takes one argument in.
func (w *want) take(a any, ttl bool) (err error) {
	what := "a vary value"
	switch a := a.(type) {
	case tagged:
		w.tags, err = appendTags(w.tags, a)
		return err
	case using:
		w.alias, err = aliasOf(a)
		return err
	}
	if ttl {
		what = "the TTL"
		w.life, err = lifetime(a)
	} else {
		w.key, err = appendVary(w.key, a)
		w.lost = w.lost || err != nil
	}
	if err != nil {
		return fmt.Errorf("%s is a %T; %w", what, a, err)
	}
	return nil
}

func appendTags(tags []string, more tagged) ([]string, error) {
	for _, t := range more {
		switch t := t.(type) {
		case string:
			tags = append(tags, t)
		case []string:
			tags = append(tags, t...)
		case fmt.Stringer:
			s, err := stringOf(t)
			if err != nil {
				return tags, fmt.Errorf("a tag is a %T; %w", t, err)
			}
			tags = append(tags, s)
		default:
			return tags, fmt.Errorf("a tag is a %T; %w", t, errTag)
		}
	}
	return tags, nil
}

func stringOf(v fmt.Stringer) (s string, err error) {
	defer survive(&err)
	return v.String(), nil
}

func aliasOf(u using) (string, error) {
	if s, ok := u.alias.(string); ok && s != "" {
		return s, nil
	}
	return "", fmt.Errorf("the alias of a cache is a %T; %w", u.alias, errAlias)
}

// start is begin for a block that may be kept.
func (s *scope) start(b *block, w want) (bool, error) {
	ctx, k := s.context(), w.engine.Key(face, w.key)
	a := readthrough.Access{Name: b.name, Tags: w.tags, AllowStale: true}
	if w.engine.Remote() {
		s.ahead().look(ctx, w.engine, k, &a)
	}
	hit, r := w.engine.Start(ctx, k, a)
	if hit != nil {
		return false, s.put(hit.Payload)
	}
	s.push(b, r, readthrough.Life{Fresh: w.life})
	return true, nil
}

// bypass opens a block that is rendered without the cache: because its TTL says
// so, or because of a mistake that only the execution could show. Its tags
// still climb to what is around it.
func (s *scope) bypass(b *block, w want, err error) {
	ctx := s.context()
	readthrough.Tag(ctx, w.tags...)
	reason := "no-ttl"
	if err != nil {
		reason = "bad-argument"
		b.warn(ctx, w.engine.Logger(), err)
	}
	if h := w.engine.Hooks().Lookup; h != nil {
		h(ctx, observe.Lookup{Face: face.Name, Name: b.name, Outcome: observe.Bypass, Reason: reason})
	}
	s.push(b, nil, readthrough.Life{})
}

// quiet is how long a block does not repeat its warning.
const quiet = 60

func (b *block) warn(ctx context.Context, l *slog.Logger, err error) {
	now, last := time.Now().Unix(), b.warned.Load()
	if now-last >= quiet && b.warned.CompareAndSwap(last, now) {
		l.WarnContext(ctx, "larder: block rendered without the cache", "block", b.name, "err", b.mistake(err))
	}
}
