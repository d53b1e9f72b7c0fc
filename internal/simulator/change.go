package simulator

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"

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
	if err != nil {
		return fmt.Errorf("Set(%q): %w", pointer, err)
	}
	if e.Value, err = jsontext.Place(e.Value, pointer, v); err != nil {
		return fmt.Errorf("Set(%q): %w", pointer, hinted(err))
	}
	return nil
}

// Remove takes out what a JSON pointer names.
func (e *Edit) Remove(pointer string) (err error) {
	if e.Value, err = jsontext.Remove(e.Value, pointer); err != nil {
		return fmt.Errorf("Remove(%q): %w", pointer, hinted(err))
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

// hinted adds the near names of what a pointer names to an error.
func hinted(err error) error {
	var lacks *jsontext.PlaceError
	if !errors.As(err, &lacks) || len(lacks.Names) == 0 {
		return err
	}
	if near := provider.Nearest(lacks.Token, lacks.Names); len(near) > 0 {
		return fmt.Errorf("%w; did you mean %s?", err, provider.Listed(near, "or"))
	}
	return fmt.Errorf("%w; it has %s", err, provider.Listed(lacks.Names, "and"))
}
