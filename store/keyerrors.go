package store

import (
	"fmt"
	"maps"
	"slices"
)

// KeyErrors says which keys of a [SetMany] or [DeleteMany] failed, and why.
// Keys that are not in it succeeded. errors.Is and errors.As look into each
// failure.
type KeyErrors struct {
	ByKey map[string]error // at least one
}

// Add notes that key failed with err. A nil err is not noted. It is for the
// writers of backends.
func (e *KeyErrors) Add(key string, err error) {
	if err == nil {
		return
	}
	if e.ByKey == nil {
		e.ByKey = make(map[string]error)
	}
	e.ByKey[key] = err
}

// Err returns e if any failure was noted, else nil.
func (e *KeyErrors) Err() error {
	if len(e.ByKey) == 0 {
		return nil
	}
	return e
}

// Error names the number of failed keys, and the first of them in the order of
// the alphabet with its failure.
func (e *KeyErrors) Error() string {
	keys := e.keys()
	if len(keys) == 0 {
		return "store: no keys failed"
	}
	first := keys[0]
	if len(keys) == 1 {
		return fmt.Sprintf("store: key %q: %v", first, e.ByKey[first])
	}
	return fmt.Sprintf("store: %d keys failed, such as %q: %v", len(keys), first, e.ByKey[first])
}

// Unwrap returns the failures in the order of their keys.
func (e *KeyErrors) Unwrap() []error {
	errs := make([]error, 0, len(e.ByKey))
	for _, key := range e.keys() {
		errs = append(errs, e.ByKey[key])
	}
	return errs
}

func (e *KeyErrors) keys() []string {
	return slices.Sorted(maps.Keys(e.ByKey))
}
