package simulator

import (
	"slices"
	"strings"

	"example.com/webhookvcr/internal/pattern"
)

// maxHeaders is how many headers a webhook may have, and how many entries a list of a request.
const maxHeaders = 8

// headerName is what DevRev permits in the name of a header.
var headerName = pattern.New(`^[A-Za-z0-9_-]+$`)

// headers is a list of headers; nil when the member is missing. That there are at
// most eight and what their names are made of is documented; which error refuses
// others is not.
func (in devrevInput) headers(prefix, name string) ([]DevRevHeader, error) {
	items, err := entries[devrevInput](in, prefix, name, "object")
	if err == nil {
		err = fewHeaders(prefix+name, len(items))
	}
	if items == nil || err != nil {
		return nil, err
	}
	list := []DevRevHeader{}
	for _, h := range items {
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

func fewHeaders(field string, n int) error {
	if n > maxHeaders {
		return devrevBadRequest("value_not_permitted", "field_name", field, "reason", "There are eight headers at most.")
	}
	return nil
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
	remove, err := entries[string](change, prefix, "remove", "string")
	if err == nil {
		err = fewHeaders(prefix+"remove", len(remove))
	}
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
	for _, name := range remove {
		changed = slices.DeleteFunc(changed, func(h DevRevHeader) bool { return strings.EqualFold(h.Name, name) })
	}
	return changed, fewHeaders("headers", len(changed))
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
