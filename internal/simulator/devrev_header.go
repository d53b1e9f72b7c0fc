package simulator

import (
	"encoding/json"
	"slices"
	"strings"

	"example.com/webhookvcr/internal/pattern"
)

// maxHeaders is how many headers a webhook may have, and how many entries a list
// of a request.
const maxHeaders = 8

// headerName is what DevRev permits in the name of a header.
var headerName = pattern.New(`^[A-Za-z0-9_-]+$`)

// headers is a list of headers; nil when the member is missing. That there are at
// most eight and what their names are made of is documented; which error refuses
// others is not.
func (in devrevInput) headers(prefix, name string) ([]DevRevHeader, error) {
	items, err := in.entries(prefix, name, "object")
	if items == nil || err != nil {
		return nil, err
	}
	list := []DevRevHeader{}
	for _, item := range items {
		h := devrevInput{}
		if err := json.Unmarshal(item, &h); err != nil {
			return nil, devrevBadRequest("parse_error")
		}
		if err := h.check(prefix+name+".", devrevField{"name", "string", true}, devrevField{"value", "string", true}); err != nil {
			return nil, err
		}
		called, _ := h.text("name")
		value, _ := h.text("value")
		if !headerName.MatchString(called) {
			return nil, devrevBadRequest("value_not_permitted", "field_name", prefix+name+".name",
				"reason", "A name consists of letters, digits, hyphens and underscores.")
		}
		list = set(list, DevRevHeader{called, value})
	}
	return list, nil
}

// entries are the entries of a list, each of that kind; nil when the member is
// missing.
func (in devrevInput) entries(prefix, name, kind string) ([]json.RawMessage, error) {
	raw, ok := in[name]
	if !ok {
		return nil, nil
	}
	items := []json.RawMessage{}
	if err := json.Unmarshal(raw, &items); err != nil {
		return nil, devrevBadRequest("parse_error")
	}
	for _, item := range items {
		if got := jsonKind(item); got != kind {
			return nil, unexpectedKind(prefix+name, got, kind)
		}
	}
	if len(items) > maxHeaders {
		return nil, devrevBadRequest("value_not_permitted", "field_name", prefix+name, "reason", "There are eight headers at most.")
	}
	return items, nil
}

// changedHeaders applies the member headers to a list without changing it: what
// is set replaces the list, then headers are added, then removed. The types do
// not say that set excludes the others, as they do for event types.
func (in devrevInput) changedHeaders(list []DevRevHeader) ([]DevRevHeader, error) {
	const prefix = "headers."
	change, err := in.change("headers")
	if change == nil || err != nil {
		return list, err
	}
	add, err := change.headers(prefix, "add")
	if err != nil {
		return nil, err
	}
	remove, err := change.entries(prefix, "remove", "string")
	if err != nil {
		return nil, err
	}
	whole, err := change.headers(prefix, "set")
	if err != nil {
		return nil, err
	}
	changed := slices.Clone(list)
	if whole != nil {
		changed = whole
	}
	for _, h := range add {
		changed = set(changed, h)
	}
	for _, item := range remove {
		var name string
		if err := json.Unmarshal(item, &name); err != nil {
			return nil, devrevBadRequest("parse_error")
		}
		changed = slices.DeleteFunc(changed, func(h DevRevHeader) bool { return strings.EqualFold(h.Name, name) })
	}
	if len(changed) > maxHeaders {
		return nil, devrevBadRequest("value_not_permitted", "field_name", "headers", "reason", "There are eight headers at most.")
	}
	return changed, nil
}

// set puts a header into a list, in the place of one of the same name. The names
// of headers are compared as HTTP compares them.
func set(list []DevRevHeader, h DevRevHeader) []DevRevHeader {
	if i := slices.IndexFunc(list, func(old DevRevHeader) bool { return strings.EqualFold(old.Name, h.Name) }); i >= 0 {
		list[i] = h
		return list
	}
	return append(list, h)
}
