package webhooktest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"

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
		if c.value, err = jsontext.Place(c.value, pointer, v); err != nil {
			return fmt.Errorf("Set(%q): %w", pointer, hinted(err))
		}
		return nil
	}
}

// Remove takes out the member or the entry that a JSON pointer names, which must
// be there.
func Remove(pointer string) Change {
	return func(c *edit) error {
		var err error
		if c.value, err = jsontext.Remove(c.value, pointer); err != nil {
			return fmt.Errorf("Remove(%q): %w", pointer, hinted(err))
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

// hinted adds the near names of what a pointer names to an error.
func hinted(err error) error {
	var lacks *jsontext.PlaceError
	if !errors.As(err, &lacks) || len(lacks.Names) == 0 {
		return err
	}
	if near := provider.Nearest(lacks.Token, lacks.Names); len(near) > 0 {
		return fmt.Errorf("%w; did you mean %s?", err, listed(near, "or"))
	}
	return fmt.Errorf("%w; it has %s", err, listed(lacks.Names, "and"))
}
