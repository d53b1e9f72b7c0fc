package cassette

import (
	"bytes"
	"encoding/json"
	"strconv"

	"example.com/webhookvcr/internal/jsontext"
	"example.com/webhookvcr/internal/secret"
)

// Walk goes through the values of a body token by token: one that is no JSON is
// read as far as it is, which package jsontext does not do. It returns how far that
// was, and the name of the member that it was in.
func Walk(body []byte, visit func(pointer, name string, token json.Token, from, to int)) (end int, inside string) {
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	var stack []frame
	for {
		before := int(decoder.InputOffset())
		token, err := decoder.Token()
		if err != nil {
			if len(stack) > 0 {
				f := &stack[len(stack)-1]
				if inside = f.name; f.open {
					_, inside = f.at(len(stack))
				}
			}
			return before, inside
		}
		if d, ok := token.(json.Delim); ok && (d == '}' || d == ']') {
			stack = stack[:len(stack)-1]
			continue
		}
		pointer, name := "", ""
		if len(stack) > 0 {
			f := &stack[len(stack)-1]
			if key, ok := token.(string); ok && !f.array && !f.open {
				f.key, f.open = key, true
				continue
			}
			pointer, name = f.at(len(stack))
		}
		if d, ok := token.(json.Delim); ok {
			stack = append(stack, frame{pointer: pointer, name: name, array: d == '['})
			continue
		}
		to := int(decoder.InputOffset())
		visit(pointer, name, token, to-len(bytes.TrimLeft(body[before:to], " \t\r\n:,")), to)
	}
}

// at moves to the next value and returns its pointer and name.
func (f *frame) at(depth int) (pointer, name string) {
	step := f.key
	if f.array {
		step = strconv.Itoa(f.next)
		f.next++
	}
	f.open = false
	name = f.name
	if !f.array {
		name = Within(name, f.key)
	}
	if depth <= maxPointer {
		pointer = jsontext.Child(f.pointer, step)
	}
	return pointer, name
}

// Within is the name by which a member counts inside another: what stands in a
// secret member is secret, whatever it is called itself.
func Within(name, key string) string {
	if secret.Tells(name) {
		return name
	}
	return key
}

type frame struct {
	pointer string
	// name is that of the nearest member around.
	name  string
	array bool
	// next counts the elements of an array; key is the member of an object that awaits its value.
	next int
	key  string
	open bool // a key has been read
}

// maxPointer bounds the depth to which members have a pointer; no contract goes deeper.
const maxPointer = 16
