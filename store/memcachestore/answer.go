package memcachestore

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"time"
)

const (
	// maxValue is the largest value that a Memcached can be told to keep.
	maxValue = 1 << 30

	// A length that a server names is believed up to here, and beyond as the
	// bytes arrive.
	believed = 1 << 20

	endOfLine   = "\r\n"
	endOfAnswer = "END\r\n"
)

// readAnswer reads the answer to c and puts what was found, and has not expired,
// at its place in values, never as nil:
//
//	VALUE key flags length
//	the value
//	…
//	END
//
// After an error the connection is of no more use.
func readAnswer(in *bufio.Reader, c *getCommand, values [][]byte) error {
	next := 0
	for range len(c.ends) {
		line, err := in.ReadSlice('\n')
		if err != nil || string(line) == endOfAnswer {
			return err
		}
		head, ok := parseHead(line)
		if ok {
			next = c.find(head.key, next)
		}
		if !ok || next < 0 {
			return unexpected(line)
		}
		value, err := readValue(in, head.length)
		if err != nil {
			return err
		}
		if head.flags == 0 || !expired(head.flags, time.Now()) {
			values[next] = value
		}
		next++
	}
	line, err := in.ReadSlice('\n')
	if err == nil && string(line) != endOfAnswer {
		err = unexpected(line)
	}
	return err
}

// head is the line before a value. The key lies in the buffer of the reader.
type head struct {
	key    []byte
	flags  uint32
	length int
}

// parseHead reads a head, which may end with the number of a version.
func parseHead(line []byte) (h head, ok bool) {
	rest, ok := bytes.CutPrefix(line, []byte("VALUE "))
	rest, ended := bytes.CutSuffix(rest, []byte(endOfLine))
	h.key, rest, _ = bytes.Cut(rest, []byte(" "))
	flags, rest, _ := bytes.Cut(rest, []byte(" "))
	length, _, _ := bytes.Cut(rest, []byte(" "))
	f, err := strconv.ParseUint(string(flags), 10, 32)
	n, err2 := strconv.ParseUint(string(length), 10, 32)
	h.flags, h.length = uint32(f), int(n)
	return h, ok && ended && err == nil && err2 == nil && n <= maxValue
}

// readValue reads a value of n bytes and the end of its line.
func readValue(in *bufio.Reader, n int) ([]byte, error) {
	value := make([]byte, min(n, believed))
	_, err := io.ReadFull(in, value)
	for err == nil && len(value) < n {
		have := len(value)
		value = slices.Grow(value, min(have, n-have))[:min(2*have, n)]
		_, err = io.ReadFull(in, value[have:])
	}
	if err != nil {
		return nil, err
	}
	end, err := in.Peek(len(endOfLine))
	if err != nil {
		return nil, err
	}
	if string(end) != endOfLine {
		return nil, errors.New("value is longer than its server says")
	}
	_, err = in.Discard(len(endOfLine))
	return value[:n:n], err
}

// unexpected says what a server answered instead.
func unexpected(line []byte) error {
	return fmt.Errorf("unexpected answer %q", line[:min(len(line), 300)])
}
