package simulator

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

// Edit is an event while it is changed.
type Edit struct {
	// Value is the payload as encoding/json decodes it, numbers as json.Number.
	Value any
	// Duplicates is how many times more each acknowledged delivery is made.
	Duplicates int
}

// Changed applies changes to a payload of its own. A change that is nil is an
// error.
func Changed[C ~func(*Edit) error](payload any, changes []C) (Edit, error) {
	e := Edit{}
	if payload != nil {
		if err := e.Put(payload); err != nil {
			return e, err
		}
	}
	for _, change := range changes {
		if change == nil {
			return e, errors.New("a change is nil; use Set, Remove, Body or Duplicates")
		}
		if err := change(&e); err != nil {
			return e, err
		}
	}
	return e, nil
}

// Put replaces the whole payload by anything that encoding/json encodes.
func (e *Edit) Put(value any) (err error) {
	e.Value, err = decoded(value)
	return err
}

// Set puts a value in the place that a JSON pointer names.
func (e *Edit) Set(pointer string, value any) error {
	v, err := decoded(value)
	if err == nil {
		e.Value, err = placed(e.Value, pointer, v)
	}
	if err != nil {
		return fmt.Errorf("Set(%q): %w", pointer, err)
	}
	return nil
}

// Remove takes out what a JSON pointer names.
func (e *Edit) Remove(pointer string) (err error) {
	if e.Value, err = placed(e.Value, pointer, removed); err != nil {
		return fmt.Errorf("Remove(%q): %w", pointer, err)
	}
	return nil
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
		return fmt.Errorf("%s has no member %q; did you mean %s?", named(path), token, provider.Listed(near, "or"))
	}
	if len(names) == 0 {
		return fmt.Errorf("%s has no member %q, and no other; set the object as a whole", named(path), token)
	}
	return fmt.Errorf("%s has no member %q; it has %s", named(path), token, provider.Listed(names, "and"))
}

// named is a place in words.
func named(path string) string {
	if path == "" {
		return "the body"
	}
	return path
}
