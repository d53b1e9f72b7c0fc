package simulator

import (
	"encoding/base64"
	"encoding/json"
	"maps"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"example.com/webhookvcr/internal/pattern"
	"example.com/webhookvcr/internal/provider"
)

// devrevInput is what a request brings: the members of its JSON body, or its
// query parameters as JSON strings.
type devrevInput map[string]json.RawMessage

// read reads the query of a GET and the body of a POST. lists are the
// query parameters that are lists.
func (s *DevRev) read(r *http.Request, body []byte, lists ...string) (devrevInput, error) {
	if r.Method == http.MethodGet {
		return devrevQuery(r.URL.RawQuery, lists)
	}
	if sent := r.Header.Get("Content-Type"); sent != "" || s.ContentTypeRequired {
		if t, _, err := mime.ParseMediaType(sent); err != nil || t != mediaJSON {
			return nil, devrevBadRequest("invalid_content_type", "value", sent)
		}
	}
	var whole json.RawMessage
	if err := json.Unmarshal(body, &whole); err != nil {
		return nil, devrevBadRequest("parse_error")
	}
	if kind := jsonKind(whole); kind != "object" {
		// The name of the whole body is not documented; it has none here.
		return nil, unexpectedKind("", kind, "object")
	}
	in := devrevInput{}
	if err := json.Unmarshal(whole, &in); err != nil {
		return nil, devrevBadRequest("parse_error")
	}
	return in, nil
}

func devrevQuery(raw string, lists []string) (devrevInput, error) {
	query, err := url.ParseQuery(raw)
	if err != nil {
		return nil, devrevBadRequest("bad_request")
	}
	in := devrevInput{}
	for name, values := range query {
		var value any = values[0]
		switch {
		case slices.Contains(lists, name):
			value = provider.QueryList(values)
		case len(values) > 1:
			return nil, devrevBadRequest("bad_request")
		}
		text, err := json.Marshal(value)
		if err != nil {
			return nil, devrevBadRequest("bad_request")
		}
		in[name] = text
	}
	return in, nil
}

// devrevField is a documented member of a request.
type devrevField struct {
	name, kind string
	required   bool
}

// check compares the input with the documented members: first the ones that are
// unknown, which the service refuses, then the documented ones in their order.
// prefix is the path of the object within the input, with a trailing dot.
func (in devrevInput) check(prefix string, fields ...devrevField) error {
	for _, name := range slices.Sorted(maps.Keys(in)) {
		if !slices.ContainsFunc(fields, func(f devrevField) bool { return f.name == name }) {
			return devrevBadRequest("invalid_field", "field_name", prefix+name)
		}
	}
	for _, f := range fields {
		raw, ok := in[f.name]
		if !ok {
			if f.required {
				return devrevBadRequest("missing_required_field", "field_name", prefix+f.name)
			}
			continue
		}
		if kind := jsonKind(raw); kind != f.kind {
			return unexpectedKind(prefix+f.name, kind, f.kind)
		}
	}
	return nil
}

func unexpectedKind(field, actual, expected string) error {
	return devrevBadRequest("unexpected_json_type", "field_name", field, "actual", actual, "expected", expected)
}

// text is a member that check found to be a string, or empty.
func (in devrevInput) text(name string) (value string, ok bool) {
	raw, ok := in[name]
	if !ok || json.Unmarshal(raw, &value) != nil {
		return "", false
	}
	return value, true
}

// don is DevRev's form of an id: the service, the partition, then pairs of an
// object type and an id, from the organisation down to the object.
var don = pattern.New(`^don:[A-Za-z0-9_-]+:[A-Za-z0-9_-]+(?::[A-Za-z0-9_]+/[A-Za-z0-9._~-]+)+$`)

// webhookID is the member id, which must name a webhook.
func (in devrevInput) webhookID() (string, error) {
	id, _ := in.text("id")
	if !don.MatchString(id) {
		return "", devrevBadRequest("invalid_id", "field_name", "id")
	}
	object := id[strings.LastIndexByte(id, ':')+1:]
	if !strings.HasPrefix(object, "webhook/") {
		return "", devrevBadRequest("unexpected_id_type", "field_name", "id", "value", id, "allowed_types", []string{"webhook"})
	}
	return id, nil
}

// secret is the member secret. Its length is documented, 8 to 32 bytes; which
// error refuses another one is not.
func (in devrevInput) secret() (value string, ok bool, err error) {
	value, ok = in.text("secret")
	if !ok || value == "" {
		return value, ok, nil
	}
	key, decodeErr := base64.StdEncoding.DecodeString(value)
	if decodeErr != nil || len(key) < 8 || len(key) > 32 {
		return "", false, devrevBadRequest("value_not_permitted", "field_name", "secret",
			"reason", "A secret is the base64 text of 8 to 32 bytes.")
	}
	return value, true, nil
}

// words is a list of listed words; nil when the member is missing.
func (in devrevInput) words(prefix, name string, known []string) ([]string, error) {
	list, err := entries[string](in, prefix, name, "string")
	for _, word := range list {
		if err == nil && !slices.Contains(known, word) {
			return nil, invalidValue(prefix+name, word, known)
		}
	}
	return list, err
}

// entries are those of a list, each of that kind; nil when the member is missing.
func entries[T any](in devrevInput, prefix, name, kind string) ([]T, error) {
	raw, ok := in[name]
	if !ok {
		return nil, nil
	}
	var items []json.RawMessage
	var list []T
	if json.Unmarshal(raw, &items) != nil {
		return nil, devrevBadRequest("parse_error")
	}
	for _, item := range items {
		if got := jsonKind(item); got != kind {
			return nil, unexpectedKind(prefix+name, got, kind)
		}
	}
	if json.Unmarshal(raw, &list) != nil {
		return nil, devrevBadRequest("parse_error")
	}
	return list, nil
}

func invalidValue(field, value string, allowed []string) error {
	return devrevBadRequest("invalid_enum_value", "field_name", field, "value", value, "allowed_values", allowed)
}
