// Package change changes JSON texts in place: the payload of an event, or the answer
// of a step.
//
// A [Change] is a value with a text, as it is written in Go: [Read] makes a change of
// its text again, so that a step that is a text can carry it.
package change

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"example.com/webhookvcr/internal/jsontext"
	"example.com/webhookvcr/internal/say"
)

// Change is one change. The pointer is nil where a caller gives none.
type Change struct {
	name    string
	pointer string // of Set and Remove
	value   string // JSON text, of Set and Body
	times   int    // of Duplicates
	err     string // why the value has no JSON text
}

func (c *Change) label() string {
	if c.name == "Body" {
		return c.name
	}
	return fmt.Sprintf("%s(%q)", c.name, c.pointer)
}

// Edit is a body while it is changed.
type Edit struct {
	Text []byte
	// Value is the text decoded once it is changed; its numbers are json.Number.
	Value any
	// Duplicates is how many times more a delivery is made.
	Duplicates int
}

// Set puts a value in the place that a JSON pointer names.
func Set(pointer string, value any) *Change {
	c := &Change{name: "Set", pointer: pointer}
	c.value, c.err = encoded(value)
	return c
}

// Remove takes out what a JSON pointer names.
func Remove(pointer string) *Change { return &Change{name: "Remove", pointer: pointer} }

// Body puts a whole value in the place of the body.
func Body(value any) *Change {
	c := &Change{name: "Body"}
	c.value, c.err = encoded(value)
	return c
}

// Duplicates is about the deliveries of an event, and no change of its body.
func Duplicates(n int) *Change { return &Change{name: duplicates, times: n} }

const duplicates = "Duplicates"

// None stands for a change that is nil, where a text must say so.
func None() *Change { return &Change{name: "Body", err: "the change is nil; use Set, Remove or Body"} }

// OfBody reports whether the change is one of the body.
func (c *Change) OfBody() bool { return c.name != duplicates }

// String is the change as it is written in Go.
func (c *Change) String() string {
	value := c.value
	if c.err != "" {
		value = unencoded + jsontext.Quote(c.err)
	}
	switch c.name {
	case "Set":
		return fmt.Sprintf("Set(%q, %s)", c.pointer, value)
	case "Remove":
		return fmt.Sprintf("Remove(%q)", c.pointer)
	case "Body":
		return fmt.Sprintf("Body(%s)", value)
	}
	return fmt.Sprintf("%s(%d)", c.name, c.times)
}

// unencoded stands before the reason why a value has no JSON text.
const unencoded = "!"

// Read reads a change from its text, and returns what follows it.
func Read(text string) (c *Change, rest string, ok bool) {
	c = &Change{}
	c.name, rest, ok = strings.Cut(text, "(")
	value := func() (raw json.RawMessage) {
		failed := strings.HasPrefix(rest, unencoded)
		rest = strings.TrimPrefix(rest, unencoded)
		d := json.NewDecoder(strings.NewReader(rest))
		ok = ok && d.Decode(&raw) == nil
		rest = rest[d.InputOffset():]
		if failed {
			ok = ok && json.Unmarshal(raw, &c.err) == nil
			raw = nil
		}
		return raw
	}
	skip := func(what string) {
		var found bool
		rest, found = strings.CutPrefix(rest, what)
		ok = ok && found
	}
	if c.name == "Set" || c.name == "Remove" {
		var quoted string
		var err error
		if quoted, err = strconv.QuotedPrefix(rest); err == nil {
			c.pointer, err = strconv.Unquote(quoted)
			rest = rest[len(quoted):]
		}
		ok = ok && err == nil
	}
	switch c.name {
	case "Set":
		skip(", ")
		c.value = string(value())
	case "Body":
		c.value = string(value())
	case duplicates:
		ok = json.Unmarshal(value(), &c.times) == nil && ok
	case "Remove":
	default:
		return c, text, false
	}
	skip(")")
	return c, rest, ok
}

// applied is a text with the changes of it made in place: what no change names stays as it is.
func applied(text []byte, changes []*Change) ([]byte, error) {
	for _, c := range changes {
		var err error
		switch c.name {
		case "Set":
			text, err = jsontext.Place(text, c.pointer, []byte(c.value))
		case "Remove":
			text, err = jsontext.Remove(text, c.pointer)
		case "Body":
			text = []byte(c.value)
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", c.label(), c.hinted(err))
		}
	}
	return text, nil
}

// Apply changes the text. Changes that cannot be made, and those without an effect, are errors.
func (e *Edit) Apply(changes []*Change) error {
	for _, c := range changes {
		if c == nil {
			return errors.New("a change is nil; use Set, Remove, Body or Duplicates")
		}
		if err := c.check(); err != nil {
			return err
		}
		if c.name == duplicates && e.Duplicates > 0 {
			return errors.New("Duplicates is given twice, and only one can hold; leave one out")
		}
		e.Duplicates = max(e.Duplicates, c.times)
	}
	text, err := applied(e.Text, changes)
	if err == nil {
		err = idle(e.Text, text, changes)
	}
	if err != nil {
		return err
	}
	e.Text = text
	return nil
}

// Payload applies changes to a payload, which is nil where there is none to begin with.
func Payload(value any, changes []*Change) (Edit, error) {
	var e Edit
	if value != nil {
		text, failure := encoded(value)
		if failure != "" {
			return e, errors.New(failure)
		}
		e.Text = []byte(text)
	}
	if err := e.Apply(changes); err != nil || len(e.Text) == 0 {
		return e, err
	}
	d := json.NewDecoder(bytes.NewReader(e.Text))
	d.UseNumber()
	return e, d.Decode(&e.Value)
}

// hinted adds the near names of what a pointer names to an error.
func (c *Change) hinted(err error) error {
	var lacks *jsontext.PlaceError
	switch {
	case !errors.As(err, &lacks):
		return err
	case lacks.Length >= 0 && c.name == "Set" && strings.HasSuffix(c.pointer, lacks.Pointer+"/"+lacks.Token):
		return fmt.Errorf("%w; \"-\" is the place after its last entry", err)
	case len(lacks.Names) == 0:
		return err
	}
	if near := say.Nearest(lacks.Token, lacks.Names); len(near) > 0 {
		return fmt.Errorf("%w; did you mean %s?", err, say.Quoted(near, "or"))
	}
	return fmt.Errorf("%w; it has %s", err, say.Quoted(lacks.Names, "and"))
}
