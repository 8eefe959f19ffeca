package memcachestore

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"
	"time"
)

// asked is a command for the keys a, b, b and c.
func asked() *getCommand {
	var c getCommand
	c.ask("p", []string{"a", "b", "b", "c"})
	return &c
}

func answerOf(text string) *bufio.Reader { return bufio.NewReader(strings.NewReader(text)) }

func TestReadAnswer(t *testing.T) {
	const none = "<nil>"
	for _, c := range []struct {
		name, answer string
		want         [4]string
	}{
		{"nothing found", "END\r\n", [4]string{none, none, none, none}},
		{"everything found", "VALUE p:a 0 1\r\n1\r\nVALUE p:b 0 1\r\n2\r\nVALUE p:b 0 1\r\n3\r\nVALUE p:c 0 1\r\n4\r\nEND\r\n", [4]string{"1", "2", "3", "4"}},
		{"the last found", "VALUE p:c 0 1\r\n4\r\nEND\r\n", [4]string{none, none, none, "4"}},
		{"another order", "VALUE p:c 0 1\r\n4\r\nVALUE p:a 0 1\r\n1\r\nEND\r\n", [4]string{"1", none, none, "4"}},
		{"an empty value", "VALUE p:a 0 0\r\n\r\nEND\r\n", [4]string{"", none, none, none}},
		{"a value that looks like an end", "VALUE p:a 0 5\r\nEND\r\n\r\nEND\r\n", [4]string{"END\r\n", none, none, none}},
		{"a version", "VALUE p:a 0 1 17\r\n1\r\nEND\r\n", [4]string{"1", none, none, none}},
		{"flags of a whole number of seconds", "VALUE p:a 2 1\r\n1\r\nEND\r\n", [4]string{"1", none, none, none}},
		{"an expired value", fmt.Sprintf("VALUE p:a %d 1\r\n1\r\nVALUE p:c 0 1\r\n4\r\nEND\r\n", flagsAt(-time.Second)), [4]string{none, none, none, "4"}},
		{"a value that expires later", fmt.Sprintf("VALUE p:a %d 1\r\n1\r\nEND\r\n", flagsAt(time.Minute)), [4]string{"1", none, none, none}},
	} {
		t.Run(c.name, func(t *testing.T) {
			in := bufio.NewReader(iotest.OneByteReader(strings.NewReader(c.answer + "END\r\n")))
			values := make([][]byte, 4)
			if err := readAnswer(in, asked(), values); err != nil {
				t.Fatal(err)
			}
			for i, value := range values {
				got := string(value)
				if value == nil {
					got = none
				}
				if got != c.want[i] {
					t.Errorf("value %d is %q; want %q", i, got, c.want[i])
				}
			}
			if rest, _ := io.ReadAll(in); string(rest) != "END\r\n" {
				t.Errorf("of what follows, %q is left", rest)
			}
		})
	}
}

// flagsAt returns the flags of an item that expires in ttl from now, looked at by
// the reader.
func flagsAt(ttl time.Duration) uint32 {
	return uint32(ceil(time.Duration(time.Now().Add(ttl).UnixNano()), flagUnit)&flagMask)<<1 | 1
}

func TestReadAnswerErrors(t *testing.T) {
	for answer, want := range map[string]string{
		"":                                         "EOF",
		"VALUE p:a 0 1":                            "EOF",
		"VALUE p:a 0 9\r\n1\r\n":                   "unexpected EOF",
		"VALUE p:a 0 1\r\n1":                       "EOF",
		"VALUE p:a 0 1\r\n12\r\nEND\r\n":           "longer than its server says",
		"VALUE p:d 0 1\r\n1\r\nEND\r\n":            `unexpected answer "VALUE p:d 0 1\r\n"`,
		"VALUE a 0 1\r\n1\r\nEND\r\n":              "unexpected answer",
		"VALUE p:a 0\r\n1\r\nEND\r\n":              "unexpected answer",
		"VALUE p:a -1 1\r\n1\r\nEND\r\n":           "unexpected answer",
		"VALUE p:a 0 -1\r\n1\r\nEND\r\n":           "unexpected answer",
		"VALUE p:a 4294967296 1\r\n1\r\n":          "unexpected answer",
		"VALUE p:a 0 1073741825\r\n1\r\n":          "unexpected answer",
		"VALUE p:a 0 1\n1\r\nEND\r\n":              "unexpected answer",
		"END\n":                                    "unexpected answer",
		"ERROR\r\n":                                `unexpected answer "ERROR\r\n"`,
		"SERVER_ERROR out of memory\r\n":           `SERVER_ERROR out of memory`,
		strings.Repeat("x", 5000) + "\r\n":         "buffer full",
		strings.Repeat("x", 1000) + "\r\n":         strings.Repeat("x", 300) + `"`,
		strings.Repeat("VALUE p:a 0 0\r\n\r\n", 5): "unexpected answer",
	} {
		if err := readAnswer(answerOf(answer), asked(), make([][]byte, 4)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.60q: %v; want %q", answer, err, want)
		}
	}
}

// TestLengthIsNotBelieved has a server that names the largest length, and ends.
func TestLengthIsNotBelieved(t *testing.T) {
	const sent = believed + 1
	in := io.MultiReader(strings.NewReader("VALUE p:a 0 1073741824\r\n"), bytes.NewReader(make([]byte, sent)))
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	err := readAnswer(bufio.NewReader(in), asked(), make([][]byte, 4))
	runtime.ReadMemStats(&after)
	if allocated := after.TotalAlloc - before.TotalAlloc; err != io.ErrUnexpectedEOF || allocated > 8*sent {
		t.Errorf("%v after %d bytes were allocated for %d", err, allocated, sent)
	}
}

func TestLargeValue(t *testing.T) {
	want := bytes.Repeat([]byte("0123456789"), 7*believed/20)
	values := make([][]byte, 4)
	if err := readAnswer(answerOf(fmt.Sprintf("VALUE p:c 0 %d\r\n%s\r\nEND\r\n", len(want), want)), asked(), values); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(values[3], want) || cap(values[3]) != len(want) {
		t.Errorf("%d bytes became %d with a capacity of %d", len(want), len(values[3]), cap(values[3]))
	}
}

// FuzzReadAnswer checks that whatever is taken for an answer says the values
// again when it is written anew.
func FuzzReadAnswer(f *testing.F) {
	f.Add("VALUE p:a 0 1\r\n1\r\nVALUE p:c 2 3\r\n\r\n.\r\nEND\r\n")
	f.Add("VALUE p:b 0 0\r\n\r\nEND\r\n")
	f.Add("VALUE p:a 0 1073741824\r\n")
	f.Add("SERVER_ERROR\r\n")
	f.Fuzz(func(t *testing.T, answer string) {
		var c getCommand
		c.ask("p", []string{"a", "b", "c"})
		values, again := make([][]byte, 3), make([][]byte, 3)
		if readAnswer(answerOf(answer), &c, values) != nil {
			return
		}
		if err := readAnswer(answerOf(answerWith(&c, values)), &c, again); err != nil {
			t.Fatal(err)
		}
		for i, value := range values {
			if !bytes.Equal(again[i], value) || (again[i] == nil) != (value == nil) {
				t.Fatalf("value %d is %q, then %q", i, value, again[i])
			}
		}
	})
}

// answerWith is the answer of a server that has values.
func answerWith(c *getCommand, values [][]byte) string {
	var text strings.Builder
	for i, value := range values {
		if value != nil {
			fmt.Fprintf(&text, "VALUE %s 0 %d\r\n%s\r\n", c.key(i), len(value), value)
		}
	}
	return text.String() + endOfAnswer
}
