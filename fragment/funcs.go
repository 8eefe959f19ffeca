package fragment

import "html/template"

// Funcs returns the words cache, endcache, tags, using and ctx as functions,
// so that html/template can parse a set that contains them:
//
//	t := template.New("").Funcs(fragment.Funcs())
//
// The names are reserved: a set must not define functions of its own under
// them. Executed without [New], the functions fail with [ErrNotCompiled]. The
// map is the caller's.
func Funcs() template.FuncMap {
	uncompiled := func(...any) (string, error) { return "", ErrNotCompiled }
	return template.FuncMap{
		wordCache:    uncompiled,
		wordEndcache: uncompiled,
		wordTags:     uncompiled,
		wordUsing:    uncompiled,
		wordCtx:      uncompiled,
	}
}
