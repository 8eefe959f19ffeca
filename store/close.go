package store

import "io"

// Close releases what s holds, such as connections and goroutines, if it is an
// [io.Closer]; else there is nothing to release. The store must not be used
// afterwards. Closing twice is no error.
func Close(s Store) error {
	if c, ok := s.(io.Closer); ok {
		return c.Close()
	}
	return nil
}
