package record

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/webhookvcr/internal/provider"
	"example.com/webhookvcr/internal/simulator"
)

// deliveryShapes are more forms of values: words in the places of an id that name no
// object, and a number that is no count.
var deliveryShapes = append(slices.Clip(shapes), []shape{
	{"DON of another service", "don:lindqvist:dvrv-us-1:devo/9OtherOrg:webhook/Zr41kWpn"},
	{"DON of another type", "don:core:dvrv-us-1:devo/9OtherOrg:lindqvist/Zr41kWpn"},
	{"DON of another type below", "don:core:dvrv-us-1:devo/9OtherOrg:issue/Zr41kWpn:lindqvist/4711"},
	{"price", "7712.25"},
}...)

// Every shape in every place of a delivery: each member that the schemas document, as
// a text and as a number, and in the smallest payload of each event an undocumented
// member in each object, and its name; with AcceptDrift and without. None stands in the
// file.
func TestDelivery_everyPlaceEveryShape(t *testing.T) {
	d := &provider.DevRev
	live, err := simulator.NewLive(d, simulator.Settings{}, &simulator.Receivers{}, 0)
	require.NoError(t, err)
	matrix := map[string]map[string]int{}
	n, refused, replaced := 0, 0, 0
	try := func(event string, place deliveryPlace, sound string, shape, value string, acceptDrift bool) {
		body, ok := place.plant(sound, value)
		if !ok {
			return
		}
		n++
		data, _, _, _, err := Delivery{
			Definition: d, BaseURL: d.BaseDefault, Secret: "dXowRk5HY05sMjhOek15Zg==", Received: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC), Name: "delivery.yaml",
			Body: []byte(body), Status: 200, AcceptDrift: acceptDrift,
			Sign: func(body []byte) http.Header {
				return http.Header{"X-Devrev-Signature": {provider.Signature(provider.ReceiverSecret, body, false, false)}}
			},
		}.encode()
		cell := place.kind + " × " + shape
		if matrix[cell] == nil {
			matrix[cell] = map[string]int{}
		}
		quoted, jsonErr := json.Marshal(value)
		require.NoError(t, jsonErr)
		told := []string{string(quoted[1 : len(quoted)-1])}
		if strings.HasPrefix(shape, "DON of another") {
			told = append(told, "lindqvist", "9OtherOrg", "Zr41kWpn")
		}
		in := func(text string) bool {
			return slices.ContainsFunc(told, func(s string) bool { return strings.Contains(text, s) })
		}
		switch {
		case err != nil:
			refused++
			matrix[cell]["refused"]++
			assert.False(t, in(err.Error()), "%s: %s: %v", event, place.at, err)
		case !in(string(data)):
			replaced++
			matrix[cell]["replaced"]++
		default:
			t.Errorf("%s: %s: %q stands in the file: %s", event, place.at, value, cell)
		}
	}
	turn := 0
	every := func(event string, places []deliveryPlace, sound string) {
		for _, place := range places {
			for _, shape := range deliveryShapes {
				turn++
				for m, acceptDrift := range []bool{true, false} {
					if *whole || turn%64 == 32*m {
						try(event, place, sound, shape.name, shape.value, acceptDrift)
					}
				}
			}
			turn++ // so that each place gets other shapes
		}
	}
	for _, event := range live.EventTypes() {
		payload, err := live.Payload(event)
		require.NoError(t, err)
		text, err := live.Body(event, payload)
		require.NoError(t, err)
		sound := strings.ReplaceAll(string(text), "devo/example", "devo/11FVC3ScK")
		places := deliveryPlaces(t, sound)
		require.Greater(t, len(places), 3)
		every(event, places, sound)
	}
	documented := documentedPlaces(t, d)
	require.Greater(t, len(documented), 300)
	for _, place := range documented {
		every(place.at, []deliveryPlace{place}, "")
	}
	for _, cell := range slices.Sorted(maps.Keys(matrix)) {
		t.Logf("%-50s %v", cell, matrix[cell])
	}
	t.Logf("%d deliveries, %d documented places: %d replaced, %d refused", n, len(documented), replaced, refused)
	assert.Greater(t, replaced, 100)
}

// deliveryPlace is where a value is planted.
type deliveryPlace struct {
	at, kind string
	plant    func(body, value string) (string, bool)
}

func deliveryPlaces(t *testing.T, body string) (places []deliveryPlace) {
	t.Helper()
	var walk func(v any, path []string)
	edit := func(path []string, change func(parent map[string]any, name string) bool) func(string, string) (string, bool) {
		return func(body, _ string) (string, bool) {
			var root map[string]any
			if json.Unmarshal([]byte(body), &root) != nil {
				return "", false
			}
			parent := root
			for _, name := range path[:len(path)-1] {
				next, ok := parent[name].(map[string]any)
				if !ok {
					return "", false
				}
				parent = next
			}
			if !change(parent, path[len(path)-1]) {
				return "", false
			}
			text, err := json.Marshal(root)
			return string(text), err == nil
		}
	}
	add := func(path []string, kind string, change func(parent map[string]any, name, value string) bool) {
		places = append(places, deliveryPlace{"/" + strings.Join(path, "/"), kind, func(body, value string) (string, bool) {
			return edit(path, func(parent map[string]any, name string) bool { return change(parent, name, value) })(body, value)
		}})
	}
	walk = func(v any, path []string) {
		switch v := v.(type) {
		case map[string]any:
			for _, name := range slices.Sorted(maps.Keys(v)) {
				walk(v[name], append(slices.Clone(path), name))
			}
			add(append(slices.Clone(path), "note_of_theirs"), "undocumented", func(parent map[string]any, name, value string) bool {
				parent[name] = value
				return true
			})
			add(append(slices.Clone(path), "?"), "name", func(parent map[string]any, _, value string) bool {
				parent[value] = "x"
				return true
			})
		case string:
			kind := "documented string"
			if strings.HasSuffix(path[len(path)-1], "date") || path[len(path)-1] == "timestamp" {
				kind = "documented date"
			}
			add(path, kind, func(parent map[string]any, name, value string) bool { parent[name] = value; return true })
		case float64:
			add(path, "documented number", func(parent map[string]any, name, value string) bool {
				parent[name] = json.Number(value)
				return isNumber(value)
			})
		}
	}
	var root any
	require.NoError(t, json.Unmarshal([]byte(body), &root))
	walk(root, nil)
	return places
}

func isNumber(value string) bool { return value != "" && strings.Trim(value, "0123456789.") == "" }

// documentedPlaces are the members of deliveries that the schemas describe, each once:
// with the smallest delivery that has it.
func documentedPlaces(t *testing.T, d *provider.Definition) (places []deliveryPlace) {
	t.Helper()
	w := schemaWalk{t: t, files: d.Schemas, seen: map[string]bool{}}
	file := d.Delivery.Body
	root := w.document(file)
	w.walk(file, root, nil, map[string]any{}, nil, func(path []string, tags map[string]any, leaf map[string]any) {
		kind := "documented text"
		switch typ, _ := leaf["type"].(string); {
		case typ == "integer" || typ == "number":
			kind = "documented number"
		case typ == "boolean":
			kind = "documented boolean"
		case leaf["enum"] != nil || leaf["const"] != nil:
			kind = "documented word"
		case leaf["format"] == "date-time":
			kind = "documented date"
		}
		at := "/" + strings.Join(path, "/")
		for _, asNumber := range []bool{false, true} {
			written := map[bool]string{false: ", as a text", true: ", as a number"}[asNumber]
			places = append(places, deliveryPlace{at, kind + written, func(_, value string) (string, bool) {
				var planted any = value
				if asNumber {
					planted = json.Number(value)
				}
				if asNumber && !isNumber(value) {
					return "", false
				}
				text, err := json.Marshal(w.build(file, root, path, tags, "", planted))
				return string(text), err == nil
			}})
		}
	})
	return places
}

// schemaWalk reads schema files as plain JSON, as far as those of deliveries go.
type schemaWalk struct {
	t     *testing.T
	files fs.FS
	docs  map[string]map[string]any
	seen  map[string]bool // members of definitions that have a place
}

type object = map[string]any

func (w *schemaWalk) document(file string) object {
	if w.docs == nil {
		w.docs = map[string]map[string]any{}
	}
	if w.docs[file] == nil {
		data, err := fs.ReadFile(w.files, file)
		require.NoError(w.t, err)
		var v object
		require.NoError(w.t, json.Unmarshal(data, &v))
		w.docs[file] = v
	}
	return w.docs[file]
}

func (w *schemaWalk) resolve(file, ref string) (string, object) {
	name, pointer, _ := strings.Cut(ref, "#")
	if name != "" {
		file = name
	}
	at := w.document(file)
	for _, token := range strings.Split(pointer, "/")[1:] {
		next, ok := at[token].(object)
		require.True(w.t, ok, "%s#%s", file, pointer)
		at = next
	}
	return file, at
}

// parts calls f with a schema, those that it refers to, and the branches of its
// conditions with what must stand in the object for them.
func (w *schemaWalk) parts(file string, s object, f func(file string, s object, tags object)) {
	f(file, s, nil)
	if ref, ok := s["$ref"].(string); ok {
		target, base := w.resolve(file, ref)
		w.parts(target, base, f)
	}
	all, _ := s["allOf"].([]any)
	for _, p := range all {
		part, _ := p.(object)
		condition, ok := part["if"].(object)
		if !ok {
			w.parts(file, part, f)
			continue
		}
		tags := object{}
		properties, _ := condition["properties"].(object)
		for name, v := range properties {
			want, _ := v.(object)
			tags[name] = want["const"]
		}
		then, _ := part["then"].(object)
		w.parts(file, then, func(file string, s, further object) {
			if further == nil {
				further = tags
			}
			f(file, s, further)
		})
	}
}

// walk finds the leaves. above are the references on the way: none is taken twice.
func (w *schemaWalk) walk(file string, s object, path []string, tags map[string]any, above []string, found func([]string, map[string]any, object)) {
	if len(path) > 12 {
		return
	}
	leaf := true
	w.parts(file, s, func(file string, s, branch object) {
		at := "/" + strings.Join(path, "/")
		with := maps.Clone(tags)
		for name, v := range branch {
			with[strings.TrimSuffix(at, "/")+"/"+name] = v
		}
		properties, _ := s["properties"].(object)
		for _, name := range slices.Sorted(maps.Keys(properties)) {
			leaf = false
			member, _ := properties[name].(object)
			w.below(file, member, append(slices.Clone(path), name), with, above, found)
		}
		if items, ok := s["items"].(object); ok {
			leaf = false
			w.below(file, items, append(slices.Clone(path), "0"), with, above, found)
		}
	})
	if leaf {
		_, end := w.target(file, s)
		found(path, tags, end)
	}
}

func (w *schemaWalk) below(file string, s object, path []string, tags map[string]any, above []string, found func([]string, map[string]any, object)) {
	ref, _ := s["$ref"].(string)
	key := file + " " + fmt.Sprintf("%p", s)
	if ref != "" && slices.Contains(above, ref) || w.seen[key] {
		return
	}
	w.seen[key] = true
	w.walk(file, s, path, tags, append(slices.Clone(above), ref), found)
}

// target follows references.
func (w *schemaWalk) target(file string, s object) (string, object) {
	for {
		ref, ok := s["$ref"].(string)
		if !ok {
			return file, s
		}
		file, s = w.resolve(file, ref)
	}
}

// build is the smallest value of a schema that has the path, with the tags and what is
// planted at its end.
func (w *schemaWalk) build(file string, s object, path []string, tags map[string]any, at string, planted any) any {
	if path != nil && len(path) == 0 {
		return planted
	}
	if tag, ok := tags[at]; ok {
		return tag
	}
	_, end := w.target(file, s)
	switch typ, _ := end["type"].(string); {
	case end["const"] != nil:
		return end["const"]
	case end["enum"] != nil:
		return end["enum"].([]any)[0]
	case end["format"] == "date-time":
		return "2026-03-01T12:00:00Z"
	case typ == "string":
		return "text"
	case typ == "integer" || typ == "number":
		return 1
	case typ == "boolean":
		return true
	case typ == "array":
		list := []any{}
		if path != nil {
			file, _ := w.target(file, s)
			items, _ := end["items"].(object)
			list = append(list, w.build(file, items, path[1:], tags, at+"/0", planted))
		}
		return list
	}
	v := object{}
	for tag, value := range tags {
		if parent, name := tag[:strings.LastIndexByte(tag, '/')], tag[strings.LastIndexByte(tag, '/')+1:]; parent == at {
			v[name] = value
		}
	}
	w.parts(file, s, func(file string, s, branch object) {
		for name, value := range branch {
			if v[name] != value {
				return
			}
		}
		properties, _ := s["properties"].(object)
		for name, described := range properties {
			member, _ := described.(object)
			if path != nil && name == path[0] {
				v[name] = w.build(file, member, path[1:], tags, at+"/"+name, planted)
			}
		}
		required, _ := s["required"].([]any)
		for _, r := range required {
			name, _ := r.(string)
			if _, there := v[name]; there {
				continue
			}
			if member, ok := properties[name].(object); ok {
				v[name] = w.build(file, member, nil, tags, at+"/"+name, planted)
			} else {
				v[name] = "text"
			}
		}
	})
	if at == "" && path != nil {
		if _, there := v["type"]; !there && path[0] != "type" {
			v["type"] = path[0]
		}
	}
	return v
}

// Messages speak of the delivery: its sender was not asked, and the receiver's answer is
// another.
func TestDelivery_messages(t *testing.T) {
	for body, says := range map[string]string{
		"{\"type\":\"\xff\"}": "the delivery cannot be recorded: byte 9 of its body is not UTF-8",
		strings.Repeat("[", 1001) + strings.Repeat("]", 1001): "the delivery cannot be recorded: the text has depth 501, and 500 is the bound",
		"text": "not written: delivery: is not JSON",
		"{}":   "not written:\n\tdelivery",
	} {
		_, _, err := Delivery{
			Definition: &provider.DevRev, BaseURL: provider.DevRev.BaseDefault, Secret: "dXowRk5HY05sMjhOek15Zg==", Received: time.Now(),
			Path: filepath.Join(t.TempDir(), "delivery.yaml"), Name: "delivery.yaml", Body: []byte(body), Status: http.StatusOK,
			Sign: func([]byte) http.Header { return http.Header{} },
		}.Commit()
		require.ErrorContains(t, err, says)
		assert.NotContains(t, err.Error(), "answer")
	}
}
