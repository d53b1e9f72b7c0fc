package change

import (
	"bytes"
	"encoding"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"unicode/utf8"

	"example.com/webhookvcr/internal/jsontext"
)

// maxDepth is as deep as a value may nest: no body is checked further.
const maxDepth = 500

// encoded is the JSON text of a value, or why it has none. Bytes are a JSON text
// already; encoding/json would make a text of base64 of them.
func encoded(value any) (text, failure string) {
	raw, given := jsonText(value)
	if !given {
		var b bytes.Buffer
		e := json.NewEncoder(&b)
		e.SetEscapeHTML(false) // a message shows the text
		if err := e.Encode(value); err != nil {
			return "", err.Error()
		}
		if failure := lost(reflect.ValueOf(value)); failure != "" {
			return "", failure
		}
		raw = bytes.TrimSuffix(b.Bytes(), []byte("\n"))
	}
	if failure := malformed(raw); failure != "" {
		return "", failure
	}
	var compact bytes.Buffer
	if err := json.Compact(&compact, raw); err != nil {
		return "", err.Error()
	}
	return compact.String(), ""
}

// jsonText returns the bytes of a value that is nothing else.
func jsonText(value any) (raw []byte, ok bool) {
	v := reflect.ValueOf(value)
	for v.Kind() == reflect.Pointer && !v.IsNil() {
		v = v.Elem()
	}
	if v.Kind() != reflect.Slice || v.Type().Elem().Kind() != reflect.Uint8 {
		return nil, false
	}
	switch v.Interface().(type) {
	case json.RawMessage:
	case json.Marshaler, encoding.TextMarshaler:
		return nil, false
	}
	return v.Bytes(), true
}

// malformed says where a text stops to be JSON, empty for one that is.
func malformed(text []byte) string {
	at := func(offset int) string {
		line, column := jsontext.Position(text, offset)
		return fmt.Sprintf("line %d, column %d", line, column)
	}
	if len(bytes.TrimSpace(text)) == 0 {
		return "the JSON text is empty; give nil alone for null"
	}
	if offset := jsontext.InvalidUTF8(text); offset >= 0 {
		return "the JSON text is not valid UTF-8 at " + at(offset)
	}
	_, err := jsontext.Parse(text, jsontext.Bounds{Depth: maxDepth})
	var syntax *json.SyntaxError
	switch {
	case errors.As(err, new(*jsontext.BoundError)), err != nil && strings.Contains(err.Error(), "max depth"):
		return fmt.Sprintf("the value nests deeper than the %d levels that are checked", maxDepth)
	case errors.As(err, &syntax) && strings.Contains(err.Error(), "unexpected end"):
		return "the JSON text ends in the middle of a value, at " + at(len(text))
	case errors.As(err, &syntax):
		return fmt.Sprintf("the text is no JSON at %s: %v", at(int(syntax.Offset)-1), err)
	}
	return ""
}

const notUTF8 = "a text in it is not valid UTF-8, and encoding/json would write other characters"

// lost says what encoding/json leaves out of a value, or writes otherwise, without
// an error.
func lost(v reflect.Value) string {
	switch v.Kind() {
	case reflect.Invalid:
		return ""
	case reflect.Pointer, reflect.Interface, reflect.Map, reflect.Slice:
		if v.IsNil() {
			return ""
		}
	}
	for _, v := range []reflect.Value{v, address(v)} {
		if !v.IsValid() || !v.CanInterface() {
			continue
		}
		switch m := v.Interface().(type) {
		case json.Marshaler:
			return ""
		case encoding.TextMarshaler:
			if text, err := m.MarshalText(); err == nil && !utf8.Valid(text) {
				return notUTF8
			}
			return ""
		}
	}
	return inside(v)
}

func address(v reflect.Value) reflect.Value {
	if v.CanAddr() {
		return v.Addr()
	}
	return reflect.Value{}
}

// inside is lost for a value that does not write itself.
func inside(v reflect.Value) (failure string) {
	look := func(part reflect.Value) {
		if failure == "" {
			failure = lost(part)
		}
	}
	switch v.Kind() {
	case reflect.String:
		if !utf8.ValidString(v.String()) {
			return notUTF8
		}
	case reflect.Pointer, reflect.Interface:
		return lost(v.Elem())
	case reflect.Slice, reflect.Array:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			return ""
		}
		for i := range v.Len() {
			look(v.Index(i))
		}
	case reflect.Map:
		for entries := v.MapRange(); entries.Next(); {
			look(entries.Key())
			look(entries.Value())
		}
	case reflect.Struct:
		if v.NumField() > 0 && !visible(v.Type()) {
			return fmt.Sprintf("encoding/json sees no field of a %s, and would write {}; export what is meant, or give the JSON text", v.Type())
		}
		for i := range v.NumField() {
			if f := v.Type().Field(i); f.Anonymous && within(f.Type) != nil {
				if part := reflect.Indirect(v.Field(i)); part.IsValid() && visible(part.Type()) {
					look(part)
				}
			} else if written(f) {
				look(v.Field(i))
			}
		}
	}
	return failure
}

// written reports whether encoding/json writes a field under a name.
func written(f reflect.StructField) bool { return f.IsExported() && f.Tag.Get("json") != "-" }

// visible reports whether encoding/json writes any field of a struct, which those
// around it embed.
func visible(t reflect.Type, around ...reflect.Type) bool {
	around = append(around, t)
	for f := range t.Fields() {
		if written(f) {
			return true
		}
		if inner := within(f.Type); f.Anonymous && inner != nil && !slices.Contains(around, inner) && visible(inner, around...) {
			return true
		}
	}
	return false
}

// within is the struct whose fields an embedded field lends to the one around it,
// nil for none.
func within(t reflect.Type) reflect.Type {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct {
		return nil
	}
	return t
}
