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
// TestPayload holds what is made of them against the contract.
type samples struct {
	files fs.FS
	read  sync.Map // a map[string]any for each file
	// text makes the string of a member from its x-placeholder and its name.
	text func(kind, member string) string
	// date is what a member of format date-time holds.
	date string
}

// described is a schema with the file that it stands in.
type described struct {
	file   string
	schema map[string]any
}

// object is the smallest object that the schema at ref allows, a reference such
// as "events.json#/$defs/event_work_created".
func (s *samples) object(ref string) (map[string]any, error) {
	at, err := s.follow("", ref)
	if err != nil {
		return nil, err
	}
	v, err := s.value(at, "")
	if err != nil {
		return nil, err
	}
	object, ok := v.(map[string]any)
	if !ok {
		return nil, fmt.Errorf("%s describes no object", ref)
	}
	return object, nil
}

// follow is what a reference leads to that stands in a file.
func (s *samples) follow(file, ref string) (described, error) {
	name, pointer, _ := strings.Cut(ref, "#")
	if name != "" {
		file = path.Join(path.Dir(file), name)
	}
	document, err := s.document(file)
	if err != nil {
		return described{}, err
	}
	at, _ := jsontext.Lookup(document, pointer)
	schema, ok := at.(map[string]any)
	if !ok {
		return described{}, fmt.Errorf("%s: no schema stands at %s", file, pointer)
	}
	return described{file, schema}, nil
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

// value is the smallest value of a schema. member is the name of the member that will hold it.
func (s *samples) value(at described, member string) (any, error) {
	if c, ok := at.schema["const"]; ok {
		return c, nil
	}
	if all, ok := at.schema["enum"].([]any); ok && len(all) > 0 {
		return all[0], nil
	}
	kind, _ := at.schema["type"].(string)
	if ref, ok := at.schema["$ref"].(string); ok && kind == "" {
		target, err := s.follow(at.file, ref)
		if err != nil {
			return nil, err
		}
		return s.value(target, member)
	}
	switch kind {
	case "string":
		return s.string(at.schema, member), nil
	case "integer", "number":
		if least, ok := at.schema["minimum"]; ok {
			return least, nil
		}
		return 0, nil
	case "boolean":
		return false, nil
	case "array":
		return []any{}, nil
	}
	object := map[string]any{}
	return object, s.fill(object, at)
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
func (s *samples) fill(object map[string]any, at described) error {
	if ref, ok := at.schema["$ref"].(string); ok {
		base, err := s.follow(at.file, ref)
		if err != nil {
			return err
		}
		if err := s.fill(object, base); err != nil {
			return err
		}
	}
	required, _ := at.schema["required"].([]any)
	for _, r := range required {
		name, _ := r.(string)
		if _, there := object[name]; there {
			continue
		}
		member, err := s.property(at, name)
		if err != nil {
			return err
		}
		if object[name], err = s.value(member, name); err != nil {
			return err
		}
	}
	parts, _ := at.schema["allOf"].([]any)
	for _, p := range parts {
		part, _ := p.(map[string]any)
		if condition, ok := part["if"].(map[string]any); ok {
			if !holds(condition, object) {
				continue
			}
			part, _ = part["then"].(map[string]any)
		}
		if err := s.fill(object, described{at.file, part}); err != nil {
			return err
		}
	}
	return nil
}

// property finds the schema of a member: the schema's own, or one of those that it refers to.
func (s *samples) property(at described, name string) (described, error) {
	properties, _ := at.schema["properties"].(map[string]any)
	if schema, ok := properties[name].(map[string]any); ok {
		return described{at.file, schema}, nil
	}
	ref, ok := at.schema["$ref"].(string)
	if !ok {
		return described{}, fmt.Errorf("%s: the required member %q is not described", at.file, name)
	}
	base, err := s.follow(at.file, ref)
	if err != nil {
		return described{}, err
	}
	return s.property(base, name)
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
