package webhooktest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"example.com/webhookvcr/internal/jsontext"
	"example.com/webhookvcr/internal/provider"
)

// Change changes a JSON body: the payload of an event.
type Change func(*edit) error

// edit is a body while it is changed.
type edit struct {
	value      any // as encoding/json decodes it, numbers as json.Number
	duplicates int
}

// Set puts a value in the place that a JSON pointer names, in the place of what is
// there; the object or list that holds it must exist. "-" stands for the place
// after a list's last entry. The value is anything that encoding/json encodes.
func Set(pointer string, value any) Change {
	return func(c *edit) error {
		v, err := decoded(value)
		if err != nil {
			return fmt.Errorf("Set(%q): %w", pointer, err)
		}
		if c.value, err = placed(c.value, pointer, v); err != nil {
			return fmt.Errorf("Set(%q): %w", pointer, err)
		}
		return nil
	}
}

// Remove takes out the member or the entry that a JSON pointer names, which must
// be there.
func Remove(pointer string) Change {
	return func(c *edit) error {
		var err error
		if c.value, err = placed(c.value, pointer, removed); err != nil {
			return fmt.Errorf("Remove(%q): %w", pointer, err)
		}
		return nil
	}
}

// Body puts a whole value in the place of the body: anything that encoding/json
// encodes, or its JSON text as json.RawMessage.
func Body(value any) Change {
	return func(c *edit) error {
		v, err := decoded(value)
		if err != nil {
			return fmt.Errorf("Body: %w", err)
		}
		c.value = v
		return nil
	}
}

// Duplicates lets the tenant deliver the event that many times more to each
// receiver that has acknowledged it, byte for byte, as a vendor may.
func Duplicates(n int) Change {
	return func(c *edit) error {
		if n < 1 {
			return fmt.Errorf("Duplicates(%d): give 1 or more, or leave it out", n)
		}
		c.duplicates = n
		return nil
	}
}

// changed applies changes to a value of its own.
func changed(value any, changes []Change) (edit, error) {
	c := edit{}
	if value != nil {
		var err error
		if c.value, err = decoded(value); err != nil {
			return c, err
		}
	}
	for _, f := range changes {
		if f == nil {
			return c, errors.New("a change is nil; use Set, Remove, Body or Duplicates")
		}
		if err := f(&c); err != nil {
			return c, err
		}
	}
	return c, nil
}

// decoded is a Go value as JSON decodes it.
func decoded(value any) (any, error) {
	text, err := json.Marshal(value)
	if err != nil {
		return nil, err
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	var v any
	return v, d.Decode(&v)
}

// removed is what takes a member's place when it is removed.
var removed any = &struct{ _ byte }{}

// placed returns the value with another in the place that the pointer names.
func placed(root any, pointer string, v any) (any, error) {
	if pointer == "" {
		if v == removed {
			return nil, errors.New("the whole cannot be removed; give another with Body")
		}
		return v, nil
	}
	if !strings.HasPrefix(pointer, "/") {
		return nil, fmt.Errorf("that is no JSON pointer; one begins with a slash, such as %q", "/"+pointer)
	}
	tokens := slices.Collect(jsontext.Tokens(pointer))
	return within(root, "", tokens, v)
}

func within(at any, path string, tokens []string, v any) (any, error) {
	token, last := tokens[0], len(tokens) == 1
	switch at := at.(type) {
	case map[string]any:
		member, there := at[token]
		switch {
		case last && v == removed && !there, !last && !there:
			return nil, missing(at, path, token)
		case last && v == removed:
			delete(at, token)
			return at, nil
		case last:
			at[token] = v
			return at, nil
		}
		inner, err := within(member, jsontext.Child(path, token), tokens[1:], v)
		at[token] = inner
		return at, err
	case []any:
		if last && token == "-" && v != removed {
			return append(at, v), nil
		}
		i, err := strconv.Atoi(token)
		if err != nil || i < 0 || i >= len(at) || strconv.Itoa(i) != token {
			return nil, fmt.Errorf("%s is a list of length %d, and %q is no index of it", named(path), len(at), token)
		}
		switch {
		case last && v == removed:
			return slices.Delete(at, i, i+1), nil
		case last:
			at[i] = v
			return at, nil
		}
		inner, err := within(at[i], jsontext.Child(path, token), tokens[1:], v)
		at[i] = inner
		return at, err
	}
	return nil, fmt.Errorf("%s holds no members", named(path))
}

// missing is the error for a member that is not there.
func missing(at map[string]any, path, token string) error {
	names := slices.Sorted(maps.Keys(at))
	if near := provider.Nearest(token, names); len(near) > 0 {
		return fmt.Errorf("%s has no member %q; did you mean %s?", named(path), token, listed(near, "or"))
	}
	if len(names) == 0 {
		return fmt.Errorf("%s has no member %q, and no other; set the object as a whole", named(path), token)
	}
	return fmt.Errorf("%s has no member %q; it has %s", named(path), token, listed(names, "and"))
}

// named is a place in words.
func named(path string) string {
	if path == "" {
		return "the body"
	}
	return path
}
