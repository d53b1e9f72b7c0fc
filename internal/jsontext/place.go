package jsontext

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// PlaceError says why a value has no such place.
type PlaceError struct {
	// Pointer is the value in which the search ended, and Token what it lacks.
	Pointer, Token string
	// Names are the members that it has, sorted; nil when it is no object.
	Names []string
	// Length is how many entries it has; -1 when it is no list.
	Length int
}

// Error implements error.
func (e *PlaceError) Error() string {
	at := e.Pointer
	if at == "" {
		at = "the body"
	}
	switch {
	case e.Names == nil && e.Length < 0:
		return at + " holds no members"
	case e.Names == nil:
		return fmt.Sprintf("%s is a list of length %d, and %q is no index of it", at, e.Length, e.Token)
	case len(e.Names) == 0:
		return fmt.Sprintf("%s has no member %q, and no other", at, e.Token)
	}
	return fmt.Sprintf("%s has no member %q", at, e.Token)
}

// Place puts a value in the place that a pointer names and returns the root, which
// it may change. What holds the place must exist; "-" is the place after a list's
// last entry. Values are those that encoding/json decodes into.
func Place(root any, pointer string, v any) (any, error) {
	if pointer == "" {
		return v, nil
	}
	return within(root, "", pointer, func(at any, path, token string) (any, error) {
		switch at := at.(type) {
		case map[string]any:
			at[token] = v
			return at, nil
		case []any:
			if token == "-" {
				return append(at, v), nil
			}
			i, err := entry(at, path, token)
			if err == nil {
				at[i] = v
			}
			return at, err
		}
		return at, &PlaceError{Pointer: path, Token: token, Length: -1}
	})
}

// Remove takes out the member or the entry that a pointer names and returns the
// root, which it may change.
func Remove(root any, pointer string) (any, error) {
	if pointer == "" {
		return root, errors.New("the whole cannot be removed")
	}
	return within(root, "", pointer, func(at any, path, token string) (any, error) {
		switch at := at.(type) {
		case map[string]any:
			if _, ok := at[token]; !ok {
				return at, member(at, path, token)
			}
			delete(at, token)
			return at, nil
		case []any:
			i, err := entry(at, path, token)
			if err != nil {
				return at, err
			}
			return slices.Delete(at, i, i+1), nil
		}
		return at, &PlaceError{Pointer: path, Token: token, Length: -1}
	})
}

// within walks to what holds the last token, and lets f change it.
func within(root any, path, pointer string, f func(at any, path, token string) (any, error)) (any, error) {
	if !strings.HasPrefix(pointer, "/") {
		return root, fmt.Errorf("that is no JSON pointer; one begins with a slash, such as %q", "/"+pointer)
	}
	return step(root, path, slices.Collect(Tokens(pointer)), f)
}

func step(at any, path string, tokens []string, f func(any, string, string) (any, error)) (any, error) {
	token := tokens[0]
	if len(tokens) == 1 {
		return f(at, path, token)
	}
	switch at := at.(type) {
	case map[string]any:
		inner, ok := at[token]
		if !ok {
			return at, member(at, path, token)
		}
		inner, err := step(inner, Child(path, token), tokens[1:], f)
		at[token] = inner
		return at, err
	case []any:
		i, err := entry(at, path, token)
		if err != nil {
			return at, err
		}
		at[i], err = step(at[i], Child(path, token), tokens[1:], f)
		return at, err
	}
	return at, &PlaceError{Pointer: path, Token: token, Length: -1}
}

func member(at map[string]any, path, token string) error {
	names := slices.Sorted(maps.Keys(at))
	if names == nil {
		names = []string{}
	}
	return &PlaceError{Pointer: path, Token: token, Names: names, Length: -1}
}

func entry(at []any, path, token string) (int, error) {
	i, err := strconv.Atoi(token)
	if err != nil || i < 0 || i >= len(at) || strconv.Itoa(i) != token {
		return 0, &PlaceError{Pointer: path, Token: token, Length: len(at)}
	}
	return i, nil
}
