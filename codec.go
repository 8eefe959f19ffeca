package larder

import (
	"encoding"
	"encoding/json"
	"fmt"
	"reflect"
	"strconv"
)

// A Codec writes values to bytes and reads them back. It must be safe for
// concurrent use, and must not be able to build types that the caller did not
// ask for: what is in a store is not trusted. The data that Decode gets belongs to
// the store and is shared: Decode must not change it, nor may anything in into
// refer to it afterwards.
type Codec interface {
	Encode(v any) ([]byte, error)
	Decode(data []byte, into any) error // into is a pointer
}

// JSON is the default codec: encoding/json.
var JSON Codec = jsonCodec{}

type jsonCodec struct{}

func (jsonCodec) Encode(v any) ([]byte, error)    { return json.Marshal(v) }
func (jsonCodec) Decode(b []byte, into any) error { return json.Unmarshal(b, into) }

// form is how values of a type are kept.
type form uint8

const (
	coded   form = iota // by the codec
	text                // string: as it is
	raw                 // []byte: as it is
	integer             // in decimal, so that a server can count
)

var (
	textMarshaler = reflect.TypeFor[encoding.TextMarshaler]()
	jsonMarshaler = reflect.TypeFor[json.Marshaler]()
)

func formOf[T any]() form {
	t := reflect.TypeFor[T]()
	if t.Implements(textMarshaler) || t.Implements(jsonMarshaler) {
		return coded
	}
	switch k := t.Kind(); {
	case k == reflect.String:
		return text
	case k == reflect.Slice && t.Elem().Kind() == reflect.Uint8:
		return raw
	case k >= reflect.Int && k <= reflect.Int64, k >= reflect.Uint && k <= reflect.Uint64:
		return integer
	}
	return coded
}

func encode[T any](c Codec, v T) (b []byte, bare bool, err error) {
	switch rv := reflect.ValueOf(&v).Elem(); formOf[T]() {
	case text:
		return []byte(rv.String()), false, nil
	case raw:
		return rv.Bytes(), false, nil
	case integer:
		if rv.CanInt() {
			return strconv.AppendInt(nil, rv.Int(), 10), true, nil
		}
		return strconv.AppendUint(nil, rv.Uint(), 10), true, nil
	}
	if b, err = c.Encode(v); err != nil {
		return nil, false, fmt.Errorf("larder: encode %T: %w", v, err)
	}
	return b, false, nil
}

func decode[T any](c Codec, b []byte) (v T, err error) {
	rv := reflect.ValueOf(&v).Elem()
	switch formOf[T]() {
	case text:
		rv.SetString(string(b))
	case raw:
		rv.SetBytes(append([]byte{}, b...)) // a copy: what is kept must not change
	case integer:
		err = setInteger(rv, string(b))
	default:
		err = c.Decode(b, &v)
	}
	if err != nil {
		return v, fmt.Errorf("larder: decode into %T: %w", v, err)
	}
	return v, nil
}

func setInteger(rv reflect.Value, s string) error {
	if rv.CanInt() {
		n, err := strconv.ParseInt(s, 10, rv.Type().Bits())
		rv.SetInt(n)
		return err
	}
	n, err := strconv.ParseUint(s, 10, rv.Type().Bits())
	rv.SetUint(n)
	return err
}
