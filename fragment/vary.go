package fragment

import (
	"crypto/sha256"
	"encoding"
	"encoding/base64"
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"time"
)

// errVary is for values that cannot tell one copy of a block from another.
var errVary = errors.New("allowed are text, numbers, booleans, nil, times, fmt.Stringer, encoding.TextMarshaler, and slices of those")

// maxDepth is how deep slices of slices may go as a vary value.
const maxDepth = 8

// A vary value is written as its class, its length and its text, so that two
// lists of values are the same bytes only if they are the same values: "a:b"
// is not "a" and "b", nil is not "nil", and 1 is not "1". Integers of all
// sizes share a class, so that the one in a template meets the one in the code
// that deletes.
const (
	classNil   = 'n'
	classBool  = 'b'
	classInt   = 'i'
	classFloat = 'f'
	classText  = 's'
	classTime  = 't'
	classList  = 'l'
)

// appendVary appends v in the form described above.
func appendVary(dst []byte, v any) ([]byte, error) {
	switch v := v.(type) {
	case string:
		return appendPart(dst, classText, v), nil
	case int:
		return appendInt(dst, int64(v)), nil
	}
	return appendValue(dst, reflect.ValueOf(v), maxDepth)
}

func appendValue(dst []byte, v reflect.Value, depth int) ([]byte, error) {
	var scratch [32]byte
	switch {
	case !v.IsValid():
		return appendPart(dst, classNil, ""), nil
	case v.Kind() == reflect.String:
		return appendPart(dst, classText, v.String()), nil
	case v.Kind() == reflect.Bool:
		return appendPart(dst, classBool, strconv.AppendBool(scratch[:0], v.Bool())), nil
	case v.CanInt():
		return appendInt(dst, v.Int()), nil
	case v.CanUint():
		return appendPart(dst, classInt, strconv.AppendUint(scratch[:0], v.Uint(), 10)), nil
	case v.CanFloat():
		return appendPart(dst, classFloat, strconv.AppendFloat(scratch[:0], v.Float(), 'g', -1, v.Type().Bits())), nil
	}
	return appendObject(dst, v, depth)
}

// appendObject writes what has a text of its own, or else consists of values.
func appendObject(dst []byte, v reflect.Value, depth int) ([]byte, error) {
	switch v.Kind() {
	case reflect.Interface:
		return appendValue(dst, v.Elem(), depth)
	case reflect.Pointer, reflect.Map, reflect.Func, reflect.Chan:
		if v.IsNil() {
			return appendPart(dst, classNil, "*"), nil // prints otherwise than nil itself
		}
	}
	if text, ok, err := ownText(v); ok || err != nil {
		return appendPart(dst, text.class, text.text), err
	}
	if depth == 0 {
		return dst, errVary
	}
	switch v.Kind() {
	case reflect.Pointer:
		return appendValue(dst, v.Elem(), depth-1)
	case reflect.Slice, reflect.Array:
		return appendList(dst, v, depth-1)
	}
	return dst, errVary
}

func appendList(dst []byte, v reflect.Value, depth int) (_ []byte, err error) {
	if v.Kind() == reflect.Slice && v.Type().Elem().Kind() == reflect.Uint8 {
		return appendPart(dst, classText, v.Bytes()), nil
	}
	dst = strconv.AppendInt(append(dst, classList), int64(v.Len()), 10)
	dst = append(dst, ':')
	for i := range v.Len() {
		if dst, err = appendValue(dst, v.Index(i), depth); err != nil {
			return dst, err
		}
	}
	return dst, nil
}

type classed struct {
	class byte
	text  string
}

// ownText asks a value for its text. A method that only the pointer has counts
// too, as it does for html/template.
func ownText(v reflect.Value) (_ classed, ok bool, err error) {
	defer survive(&err)
	if v.Kind() != reflect.Pointer {
		p := reflect.New(v.Type())
		p.Elem().Set(v)
		v = p
	}
	switch v := v.Interface().(type) {
	case *time.Time:
		return classed{classTime, v.Format(time.RFC3339Nano)}, true, nil
	case encoding.TextMarshaler:
		b, err := v.MarshalText()
		return classed{classText, string(b)}, err == nil, err
	case fmt.Stringer:
		return classed{classText, v.String()}, true, nil
	}
	return classed{}, false, nil
}

// survive makes an error of a panic in a method that is asked for a text. The
// page may never have called it.
func survive(err *error) {
	if v := recover(); v != nil {
		*err = fmt.Errorf("its method panicked: %v", v)
	}
}

func appendInt(dst []byte, i int64) []byte {
	var scratch [20]byte
	return appendPart(dst, classInt, strconv.AppendInt(scratch[:0], i, 10))
}

func appendPart[T string | []byte](dst []byte, class byte, text T) []byte {
	dst = strconv.AppendInt(append(dst, class), int64(len(text)), 10)
	dst = append(dst, ':')
	return append(dst, text...)
}

// tagPrefix begins the tag of every block.
const tagPrefix = "fragment:"

// maxTag is how long such a tag may be before a digest takes its place.
const maxTag = 200

// appendName begins the tag of the blocks of that name; the vary values follow.
func appendName(dst []byte, name string) []byte {
	return appendPart(append(dst, tagPrefix...), classText, name)
}

// shorten is the tag itself, or its digest when it is too long to be one.
func shorten(tag []byte) string {
	if len(tag) <= maxTag {
		return string(tag)
	}
	sum := sha256.Sum256(tag)
	return tagPrefix + "#" + base64.RawURLEncoding.EncodeToString(sum[:])
}
