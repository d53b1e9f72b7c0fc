package jsontext

import (
	"encoding"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"unicode/utf8"
)

// Loss is a part of a Go value of which encoding/json writes nothing, or other
// characters, without an error.
type Loss struct {
	// Path leads to it from the value, as in Go: .Err, [0] or ["e"].
	Path string
	// Type is that of a struct of which JSON shows no field, or of the pointer to it.
	Type reflect.Type
	// Key is a key, of the map at the path, that is not valid UTF-8. Without it and
	// without a type, the loss is a text of which that is true.
	Key string
}

// Lost returns what a value loses as JSON, that many losses at most. encoding/json must
// be able to encode it.
func Lost(value any, most int) []Loss {
	w := loser{most: most}
	w.value(reflect.ValueOf(value), nil, "")
	return w.found
}

var (
	marshalsJSON = reflect.TypeFor[json.Marshaler]()
	marshalsText = reflect.TypeFor[encoding.TextMarshaler]()
	isError      = reflect.TypeFor[error]()
)

// loser walks a value as encoding/json does.
type loser struct {
	most  int
	found []Loss
}

func (w *loser) add(l Loss) {
	if len(w.found) < w.most {
		w.found = append(w.found, l)
	}
}

func (w *loser) text(text, path string) {
	if !utf8.ValidString(text) {
		w.add(Loss{Path: path})
	}
}

// value walks a value. The pointer is the type of the one that led here, or nil.
func (w *loser) value(v reflect.Value, pointer reflect.Type, path string) {
	switch {
	case !v.IsValid():
		return // a nil
	case v.Kind() == reflect.Interface:
		w.value(v.Elem(), nil, path)
		return
	case v.Kind() == reflect.Pointer && v.IsNil(), as(v, marshalsJSON).IsValid():
		return // its JSON is checked with the rest
	}
	if own := as(v, marshalsText); own.IsValid() {
		if own.CanInterface() {
			text, _ := own.Interface().(encoding.TextMarshaler).MarshalText()
			w.text(string(text), path)
		}
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		w.value(v.Elem(), v.Type(), path)
	case reflect.String:
		w.text(v.String(), path)
	case reflect.Slice, reflect.Array:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			return
		}
		for i := range v.Len() {
			w.value(v.Index(i), nil, fmt.Sprintf("%s[%d]", path, i))
		}
	case reflect.Map:
		w.members(v, path)
	case reflect.Struct:
		typ := v.Type()
		if pointer != nil {
			typ = pointer
		}
		if !w.fields(v, path) && (v.NumField() > 0 || typ.Implements(isError)) {
			w.add(Loss{Path: path, Type: typ})
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

func (w *loser) members(v reflect.Value, path string) {
	type member struct {
		name  string
		value reflect.Value
	}
	var all []member
	for _, key := range v.MapKeys() {
		text := fmt.Sprint(key)
		if own := as(key, marshalsText); key.Kind() == reflect.Pointer && key.IsNil() {
			text = ""
		} else if key.Kind() != reflect.String && own.IsValid() && own.CanInterface() {
			b, _ := own.Interface().(encoding.TextMarshaler).MarshalText()
			text = string(b)
		}
		if !utf8.ValidString(text) {
			w.add(Loss{Path: path, Key: text})
		}
		name := fmt.Sprintf("%q", text)
		if key.CanInt() || key.CanUint() {
			name = text
		}
		all = append(all, member{name, v.MapIndex(key)})
	}
	slices.SortFunc(all, func(a, b member) int { return strings.Compare(a.name, b.name) })
	for _, m := range all {
		w.value(m.value, nil, path+"["+m.name+"]")
	}
}

// fields walks the fields of a struct and reports whether JSON shows one. It shows none of
// a type that is embedded in itself again.
func (w *loser) fields(v reflect.Value, path string, around ...reflect.Type) (shown bool) {
	around = append(around, v.Type())
	for i := range v.NumField() {
		f := v.Type().Field(i)
		tag := f.Tag.Get("json")
		name, rest, _ := strings.Cut(tag, ",")
		embedded := f.Type
		if embedded.Kind() == reflect.Pointer {
			embedded = embedded.Elem()
		}
		inlined := f.Anonymous && name == "" && embedded.Kind() == reflect.Struct
		if tag == "-" || inlined && slices.Contains(around, embedded) || !f.IsExported() && (!f.Anonymous || embedded.Kind() != reflect.Struct) {
			continue
		}
		value := v.Field(i)
		if inlined && f.Type.Kind() == reflect.Pointer {
			if value.IsNil() {
				shown = shown || slices.ContainsFunc(reflect.VisibleFields(embedded), func(f reflect.StructField) bool {
					return f.IsExported() && f.Tag.Get("json") != "-"
				})
				continue
			}
			value = value.Elem()
		}
		if inlined && !as(value, marshalsJSON).IsValid() && !as(value, marshalsText).IsValid() {
			shown = w.fields(value, path+"."+f.Name, around...) || shown
			continue
		}
		shown = true
		if !slices.Contains(strings.Split(rest, ","), "omitzero") || !value.IsZero() {
			w.value(value, nil, path+"."+f.Name)
		}
	}
	return shown
}
