package simulator

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
	"sync"

	"example.com/webhookvcr/internal/jsontext"
)

// samples makes the smallest values that a vendor's schemas allow: required
// members only, of each enumeration the first value, of each list no entry. It
// reads the schema files as plain JSON and knows the few keywords that they use;
// TestSample holds each value against the compiled schema.
type samples struct {
	files fs.FS
	read  sync.Map // a map[string]any for each file
	// text makes the string of a member from its x-placeholder and its name.
	text func(kind, member string) string
	// date is what a member of format date-time holds.
	date string
}

// object is the smallest object that the schema at ref allows, a reference such
// as "events.json#/$defs/event_work_created".
func (s *samples) object(ref string) (map[string]any, error) {
	v, err := s.follow("", ref, "")
	if err != nil {
		return nil, err
	}
	object, ok := v.(map[string]any)
	if !ok {
		return nil, fmt.Errorf("%s describes no object", ref)
	}
	return object, nil
}

// follow is the value of a reference that stands in file.
func (s *samples) follow(file, ref, member string) (any, error) {
	target, schema, err := s.resolve(file, ref)
	if err != nil {
		return nil, err
	}
	return s.value(target, schema, member)
}

func (s *samples) resolve(file, ref string) (string, map[string]any, error) {
	name, pointer, _ := strings.Cut(ref, "#")
	if name != "" {
		file = path.Join(path.Dir(file), name)
	}
	document, err := s.document(file)
	if err != nil {
		return "", nil, err
	}
	at, _ := jsontext.Lookup(document, pointer)
	schema, ok := at.(map[string]any)
	if !ok {
		return "", nil, fmt.Errorf("%s: no schema stands at %s", file, pointer)
	}
	return file, schema, nil
}

func (s *samples) document(file string) (map[string]any, error) {
	if document, ok := s.read.Load(file); ok {
		return document.(map[string]any), nil
	}
	data, err := fs.ReadFile(s.files, file)
	if err != nil {
		return nil, err
	}
	var document map[string]any
	if err := json.Unmarshal(data, &document); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	s.read.Store(file, document)
	return document, nil
}

// value is the smallest value of a schema. member is the name of the member
// that will hold it.
func (s *samples) value(file string, schema map[string]any, member string) (any, error) {
	if c, ok := schema["const"]; ok {
		return c, nil
	}
	if all, ok := schema["enum"].([]any); ok && len(all) > 0 {
		return all[0], nil
	}
	kind, _ := schema["type"].(string)
	if kind == "" {
		if ref, ok := schema["$ref"].(string); ok {
			return s.follow(file, ref, member)
		}
		kind = "object"
	}
	switch kind {
	case "string":
		return s.string(schema, member), nil
	case "integer", "number":
		if least, ok := schema["minimum"]; ok {
			return least, nil
		}
		return 0, nil
	case "boolean":
		return false, nil
	case "array":
		return []any{}, nil
	}
	object := map[string]any{}
	if err := s.fill(object, file, schema); err != nil {
		return nil, err
	}
	return object, nil
}

func (s *samples) string(schema map[string]any, member string) string {
	if schema["format"] == "date-time" {
		return s.date
	}
	kind, _ := schema["x-placeholder"].(string)
	text := s.text(kind, member)
	if schema["contentEncoding"] == "base64" {
		return base64.StdEncoding.EncodeToString([]byte(text))
	}
	return text
}

// fill adds the required members of a schema, and of those that it refers to, to
// an object. Members that are there already stay: a tag chosen by the whole is
// what the parts go by.
func (s *samples) fill(object map[string]any, file string, schema map[string]any) error {
	if ref, ok := schema["$ref"].(string); ok {
		target, base, err := s.resolve(file, ref)
		if err != nil {
			return err
		}
		if err := s.fill(object, target, base); err != nil {
			return err
		}
	}
	required, _ := schema["required"].([]any)
	for _, r := range required {
		name, _ := r.(string)
		if _, there := object[name]; there {
			continue
		}
		where, described, err := s.property(file, schema, name)
		if err != nil {
			return err
		}
		v, err := s.value(where, described, name)
		if err != nil {
			return err
		}
		object[name] = v
	}
	parts, _ := schema["allOf"].([]any)
	for _, p := range parts {
		part, _ := p.(map[string]any)
		if condition, ok := part["if"].(map[string]any); ok {
			if !holds(condition, object) {
				continue
			}
			part, _ = part["then"].(map[string]any)
		}
		if err := s.fill(object, file, part); err != nil {
			return err
		}
	}
	return nil
}

// property finds the schema of a member: the schema's own, or one of those that it
// refers to.
func (s *samples) property(file string, schema map[string]any, name string) (string, map[string]any, error) {
	properties, _ := schema["properties"].(map[string]any)
	if described, ok := properties[name].(map[string]any); ok {
		return file, described, nil
	}
	ref, ok := schema["$ref"].(string)
	if !ok {
		return "", nil, fmt.Errorf("%s: the required member %q is not described", file, name)
	}
	target, base, err := s.resolve(file, ref)
	if err != nil {
		return "", nil, err
	}
	return s.property(target, base, name)
}

// holds reports whether an object meets a condition of the form that tagged
// unions have: members with a const.
func holds(condition, object map[string]any) bool {
	properties, _ := condition["properties"].(map[string]any)
	for _, name := range slices.Sorted(maps.Keys(properties)) {
		want, _ := properties[name].(map[string]any)
		if object[name] != want["const"] {
			return false
		}
	}
	return true
}
