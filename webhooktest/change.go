package webhooktest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"example.com/webhookvcr/internal/jsontext"
	"example.com/webhookvcr/internal/provider"
)

// Change changes a JSON body: the payload of an event, or the answer of a step. It
// reads as it is written in Go.
type Change interface {
	fmt.Stringer
	apply(*edit) error
}

// edit is a body while it is changed.
type edit struct {
	text       []byte
	value      any // of the text, once it is changed: numbers are json.Number
	duplicates int
}

// change is each kind of Change.
type change struct {
	name    string
	pointer string // of Set and Remove
	value   string // JSON text, of Set and Body
	times   int    // of Duplicates
	err     string // why the value has no JSON text
}

// Set puts a value in the place that a JSON pointer names, in the place of what is
// there; the object or list that holds it must exist. "-" stands for the place
// after a list's last entry. The value is anything that encoding/json encodes.
func Set(pointer string, value any) Change {
	c := change{name: "Set", pointer: pointer}
	c.value, c.err = encoded(value)
	return c
}

// Remove takes out the member or the entry that a JSON pointer names, which must
// be there.
func Remove(pointer string) Change { return change{name: "Remove", pointer: pointer} }

// Body puts a whole value in the place of the body: anything that encoding/json
// encodes, or its JSON text as json.RawMessage, such as that of a file.
func Body(value any) Change {
	c := change{name: "Body"}
	c.value, c.err = encoded(value)
	return c
}

// Duplicates lets the tenant deliver the event that many times more to each
// receiver that has acknowledged it, byte for byte, as a vendor may. It has no
// effect on a step, and is an error there.
func Duplicates(n int) Change { return change{name: "Duplicates", times: n} }

func encoded(value any) (text, failure string) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false) // a message shows the text
	if err := e.Encode(value); err != nil {
		return "", err.Error()
	}
	return strings.TrimSuffix(b.String(), "\n"), ""
}

func (c change) String() string {
	value := c.value
	if c.err != "" {
		value = unencoded + jsontext.Quote(c.err)
	}
	switch c.name {
	case "Set":
		return fmt.Sprintf("Set(%s, %s)", jsontext.Quote(c.pointer), value)
	case "Remove":
		return fmt.Sprintf("Remove(%s)", jsontext.Quote(c.pointer))
	case "Body":
		return fmt.Sprintf("Body(%s)", value)
	}
	return fmt.Sprintf("%s(%d)", c.name, c.times)
}

// unencoded stands before the reason why a value has no JSON text.
const unencoded = "!"

// readChange reads a change from its text, and returns what follows it.
func readChange(text string) (c change, rest string, ok bool) {
	c.name, rest, ok = strings.Cut(text, "(")
	value := func() (raw json.RawMessage) {
		failed := strings.HasPrefix(rest, unencoded)
		rest = strings.TrimPrefix(rest, unencoded)
		d := json.NewDecoder(strings.NewReader(rest))
		ok = ok && d.Decode(&raw) == nil
		rest = rest[d.InputOffset():]
		if failed {
			ok = ok && json.Unmarshal(raw, &c.err) == nil
		}
		return raw
	}
	skip := func(what string) {
		var found bool
		rest, found = strings.CutPrefix(rest, what)
		ok = ok && found
	}
	if c.name == "Set" || c.name == "Remove" {
		ok = json.Unmarshal(value(), &c.pointer) == nil && ok
	}
	switch c.name {
	case "Set":
		skip(", ")
		c.value = string(value())
	case "Body":
		c.value = string(value())
	case "Duplicates":
		ok = json.Unmarshal(value(), &c.times) == nil && ok
	case "Remove":
	default:
		return c, text, false
	}
	skip(")")
	return c, rest, ok
}

func (c change) apply(e *edit) (err error) {
	switch {
	case c.err != "":
		err = errors.New(c.err)
	case c.name == "Set":
		e.text, err = jsontext.Place(e.text, c.pointer, []byte(c.value))
	case c.name == "Remove":
		e.text, err = jsontext.Remove(e.text, c.pointer)
	case c.name == "Body":
		e.text = []byte(c.value)
	case c.times < 1:
		return fmt.Errorf("Duplicates(%d): give 1 or more, or leave it out", c.times)
	default:
		e.duplicates = c.times
	}
	if err != nil && c.name == "Body" {
		return fmt.Errorf("Body: %w", err)
	}
	if err != nil {
		return fmt.Errorf("%s(%q): %w", c.name, c.pointer, hinted(err))
	}
	return nil
}

// apply changes a body's text in place: what no change names stays as it is.
func apply(e *edit, changes []Change) error {
	for _, c := range changes {
		if c == nil {
			return errors.New("a change is nil; use Set, Remove, Body or Duplicates")
		}
		if err := c.apply(e); err != nil {
			return err
		}
	}
	return nil
}

// changed applies changes to a value of its own.
func changed(value any, changes []Change) (edit, error) {
	var e edit
	if value != nil {
		text, failure := encoded(value)
		if failure != "" {
			return e, errors.New(failure)
		}
		e.text = []byte(text)
	}
	if err := apply(&e, changes); err != nil || len(e.text) == 0 {
		return e, err
	}
	d := json.NewDecoder(bytes.NewReader(e.text))
	d.UseNumber()
	return e, d.Decode(&e.value)
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
