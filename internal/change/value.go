package change

import (
	"bytes"
	"encoding"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"

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
		if failure := lost(value); failure != "" {
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
	if len(bytes.TrimSpace(text)) == 0 {
		return "the JSON text is empty; give nil alone for null"
	}
	if offset := jsontext.InvalidUTF8(text); offset >= 0 {
		return "the JSON text is not valid UTF-8 at " + jsontext.At(text, offset)
	}
	_, err := jsontext.Parse(text, jsontext.Bounds{Depth: maxDepth})
	var syntax *json.SyntaxError
	switch {
	case errors.As(err, new(*jsontext.BoundError)), err != nil && strings.Contains(err.Error(), "max depth"):
		return fmt.Sprintf("the value nests deeper than the %d levels that are checked", maxDepth)
	case errors.As(err, &syntax) && strings.Contains(err.Error(), "unexpected end"):
		return "the JSON text ends in the middle of a value, at " + jsontext.At(text, len(text))
	case errors.As(err, &syntax):
		return fmt.Sprintf("the text is no JSON at %s: %v", jsontext.At(text, int(syntax.Offset)-1), err)
	}
	return ""
}

// lost says what encoding/json leaves out of a value, or writes otherwise, without
// an error; empty when nothing.
func lost(value any) string {
	switch all := jsontext.Lost(value, 1); {
	case len(all) == 0:
		return ""
	case all[0].Type == nil:
		return "a text in it is not valid UTF-8, and encoding/json would write other characters"
	default:
		t := all[0].Type
		if t.Kind() == reflect.Pointer {
			t = t.Elem()
		}
		return fmt.Sprintf("encoding/json sees no field of a %s, and would write {}; export what is meant, or give the JSON text", t)
	}
}
