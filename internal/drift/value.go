package drift

import (
	"bytes"
	"encoding/json"
	"unicode/utf8"
)

// Bounds on bodies that are read as JSON, those of the contract check. Others
// are compared by their bytes.
const (
	maxBody  = 10 << 20
	maxDepth = 500
)

// kind is a JSON type.
type kind int

const (
	null kind = iota
	boolean
	number
	text
	array
	object
	kinds
)

var kindNames = [kinds]string{"null", "a boolean", "a number", "a string", "an array", "an object"}

// value is a JSON value that knows the order of its members.
type value struct {
	kind    kind
	text    string   // a string decoded, a number's digits, true or false
	names   []string // the members' names in their order, each once
	members map[string]*value
	items   []*value
}

// parse reads a body; nil when it is not JSON, or too large or too deep.
func parse(body []byte) *value {
	if len(body) > maxBody || !utf8.Valid(body) || !json.Valid(body) {
		return nil
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	return read(d, 0)
}

func read(d *json.Decoder, depth int) *value {
	token, err := d.Token()
	if err != nil || depth > maxDepth {
		return nil
	}
	switch t := token.(type) {
	case json.Delim:
		if t == '{' {
			return readObject(d, depth)
		}
		return readArray(d, depth)
	case string:
		return &value{kind: text, text: t}
	case json.Number:
		return &value{kind: number, text: t.String()}
	case bool:
		if t {
			return &value{kind: boolean, text: "true"}
		}
		return &value{kind: boolean, text: "false"}
	default:
		return &value{kind: null}
	}
}

func readObject(d *json.Decoder, depth int) *value {
	v := &value{kind: object, members: map[string]*value{}}
	for d.More() {
		token, err := d.Token()
		name, ok := token.(string)
		if err != nil || !ok {
			return nil
		}
		member := read(d, depth+1)
		if member == nil {
			return nil
		}
		// Of members with one name the last counts, as for most readers; the
		// contract check reports them.
		if _, doubled := v.members[name]; !doubled {
			v.names = append(v.names, name)
		}
		v.members[name] = member
	}
	if _, err := d.Token(); err != nil {
		return nil
	}
	return v
}

func readArray(d *json.Decoder, depth int) *value {
	v := &value{kind: array}
	for d.More() {
		item := read(d, depth+1)
		if item == nil {
			return nil
		}
		v.items = append(v.items, item)
	}
	if _, err := d.Token(); err != nil {
		return nil
	}
	return v
}

// appendJSON writes the value without white space.
func (v *value) appendJSON(out []byte) []byte {
	switch v.kind {
	case object:
		out = append(out, '{')
		for i, name := range v.names {
			if i > 0 {
				out = append(out, ',')
			}
			out = append(appendString(out, name), ':')
			out = v.members[name].appendJSON(out)
		}
		return append(out, '}')
	case array:
		out = append(out, '[')
		for i, item := range v.items {
			if i > 0 {
				out = append(out, ',')
			}
			out = item.appendJSON(out)
		}
		return append(out, ']')
	case text:
		return appendString(out, v.text)
	case null:
		return append(out, "null"...)
	default:
		return append(out, v.text...)
	}
}

func appendString(out []byte, s string) []byte {
	quoted, _ := json.Marshal(s) // a string never fails
	return append(out, quoted...)
}
