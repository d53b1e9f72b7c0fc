package goldentest

import (
	"encoding"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"unicode/utf8"
)

var (
	marshalsJSON = reflect.TypeFor[json.Marshaler]()
	marshalsText = reflect.TypeFor[encoding.TextMarshaler]()
	isError      = reflect.TypeFor[error]()
)

// maxHidden bounds the places that an error names.
const maxHidden = 10

// hidden returns an error for what a value holds and its JSON, which there is,
// does not show: different values would get the same golden.
func hidden(got any) error {
	s := shower{}
	s.value(reflect.ValueOf(got), nil, "got")
	return errors.Join(s.hidden...)
}

// shower walks a value as encoding/json does.
type shower struct{ hidden []error }

func (s *shower) add(path, format string, args ...any) {
	if len(s.hidden) < maxHidden {
		s.hidden = append(s.hidden, fmt.Errorf("%s %s", path, fmt.Sprintf(format, args...)))
	}
}

func (s *shower) text(text, path string) {
	if !utf8.ValidString(text) {
		s.add(path, "is a text that is not valid UTF-8, in which JSON does not tell bytes apart; expected one that is, or use AssertBytes")
	}
}

// value walks a value. The pointer is the type of the one that led here, or nil.
func (s *shower) value(v reflect.Value, pointer reflect.Type, path string) {
	switch {
	case !v.IsValid():
		return // a nil
	case v.Kind() == reflect.Interface:
		s.value(v.Elem(), nil, path)
		return
	case v.Kind() == reflect.Pointer && v.IsNil(), as(v, marshalsJSON).IsValid():
		return // its JSON is checked with the rest
	}
	if own := as(v, marshalsText); own.IsValid() {
		if own.CanInterface() {
			text, _ := own.Interface().(encoding.TextMarshaler).MarshalText()
			s.text(string(text), path)
		}
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		s.value(v.Elem(), v.Type(), path)
	case reflect.String:
		s.text(v.String(), path)
	case reflect.Slice, reflect.Array:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			return
		}
		for i := range v.Len() {
			s.value(v.Index(i), nil, fmt.Sprintf("%s[%d]", path, i))
		}
	case reflect.Map:
		s.members(v, path)
	case reflect.Struct:
		typ := v.Type()
		if pointer != nil {
			typ = pointer
		}
		shown, fields := s.fields(v, path)
		switch {
		case shown:
		case typ.Implements(isError):
			s.add(path, "is an error, a %s, which encodes as {} whatever it says; expected a value: use its text", typ)
		case fields:
			s.add(path, "is a %s, which encodes as {} whatever it holds: JSON shows none of its fields; expected a value that it shows", typ)
		}
	}
}

// as is the value, or its address, where that has the methods of an interface.
func as(v reflect.Value, methods reflect.Type) reflect.Value {
	switch {
	case v.Type().Implements(methods):
		return v
	case v.Kind() != reflect.Pointer && v.CanAddr() && reflect.PointerTo(v.Type()).Implements(methods):
		return v.Addr()
	}
	return reflect.Value{}
}

func (s *shower) members(v reflect.Value, path string) {
	type member struct {
		name  string
		value reflect.Value
	}
	var all []member
	for _, key := range v.MapKeys() {
		text := fmt.Sprint(key)
		if own := as(key, marshalsText); key.Kind() != reflect.String && own.IsValid() && own.CanInterface() {
			b, _ := own.Interface().(encoding.TextMarshaler).MarshalText()
			text = string(b)
		}
		if !utf8.ValidString(text) {
			s.add(path, "has a key, %q, that is not valid UTF-8, in which JSON does not tell bytes apart; expected one that is", text)
		}
		name := fmt.Sprintf("%q", text)
		if key.CanInt() || key.CanUint() {
			name = text
		}
		all = append(all, member{name, v.MapIndex(key)})
	}
	slices.SortFunc(all, func(a, b member) int { return strings.Compare(a.name, b.name) })
	for _, m := range all {
		s.value(m.value, nil, path+"["+m.name+"]")
	}
}

// fields walks the fields of a struct and reports whether JSON shows one, and
// whether there is one at all.
func (s *shower) fields(v reflect.Value, path string) (shown, some bool) {
	for i := range v.NumField() {
		f := v.Type().Field(i)
		some = true
		tag := f.Tag.Get("json")
		name, rest, _ := strings.Cut(tag, ",")
		embedded := f.Type
		if embedded.Kind() == reflect.Pointer {
			embedded = embedded.Elem()
		}
		inlined := f.Anonymous && name == "" && embedded.Kind() == reflect.Struct
		if tag == "-" || !f.IsExported() && (!f.Anonymous || embedded.Kind() != reflect.Struct) {
			continue
		}
		value := v.Field(i)
		if inlined && f.Type.Kind() == reflect.Pointer {
			if value.IsNil() {
				shown = shown || slices.ContainsFunc(reflect.VisibleFields(embedded), reflect.StructField.IsExported)
				continue
			}
			value = value.Elem()
		}
		if inlined && !as(value, marshalsJSON).IsValid() && !as(value, marshalsText).IsValid() {
			inside, _ := s.fields(value, path+"."+f.Name)
			shown = shown || inside
			continue
		}
		shown = true
		if !slices.Contains(strings.Split(rest, ","), "omitzero") || !value.IsZero() {
			s.value(value, nil, path+"."+f.Name)
		}
	}
	return shown, some
}
