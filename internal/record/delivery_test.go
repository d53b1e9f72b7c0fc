package record

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/webhookvcr/internal/provider"
	"example.com/webhookvcr/internal/simulator"
)

// openInDeliveries are the cells in which a value may stand in a recorded delivery,
// with the reason.
var openInDeliveries = map[string]string{
	"name × word":       "the name of an undocumented member in the vendor's style",
	"name × snake_case": "the name of an undocumented member in the vendor's style",
}

// Every shape in every place of a delivery: of each event the smallest payload, its
// strings and numbers, an undocumented member in each object, and its name. What
// stands in the file is in a cell of openInDeliveries.
func TestDelivery_everyPlaceEveryShape(t *testing.T) {
	d := &provider.DevRev
	live, err := simulator.NewLive(d, simulator.Settings{}, &simulator.Receivers{}, 0)
	require.NoError(t, err)
	matrix := map[string]map[string]int{}
	n, refused, replaced := 0, 0, 0
	for e, event := range live.EventTypes() {
		payload, err := live.Payload(event)
		require.NoError(t, err)
		text, err := live.Body(event, payload)
		require.NoError(t, err)
		sound := strings.ReplaceAll(string(text), "devo/example", "devo/11FVC3ScK")
		places := deliveryPlaces(t, sound)
		require.Greater(t, len(places), 3)
		for p, place := range places {
			for s, shape := range shapes {
				if !*whole && (e+p+s)%16 != 0 {
					continue
				}
				body, ok := place.plant(sound, shape.value)
				if !ok {
					continue
				}
				n++
				data, _, _, _, err := Delivery{
					Definition: d, BaseURL: d.BaseDefault, Secret: "dXowRk5HY05sMjhOek15Zg==", Received: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC), Name: "delivery.yaml",
					Body: []byte(body), Status: 200, AcceptDrift: true,
					Sign: func(body []byte) http.Header {
						return http.Header{"X-Devrev-Signature": {provider.Signature(provider.ReceiverSecret, body, false, false)}}
					},
				}.encode()
				cell := place.kind + " × " + shape.name
				if matrix[cell] == nil {
					matrix[cell] = map[string]int{}
				}
				quoted, jsonErr := json.Marshal(shape.value)
				require.NoError(t, jsonErr)
				inner := string(quoted[1 : len(quoted)-1])
				switch {
				case err != nil:
					refused++
					matrix[cell]["refused"]++
					assert.NotContains(t, err.Error(), shape.value, "%s: %s", event, place.at)
				case !strings.Contains(string(data), inner):
					replaced++
					matrix[cell]["replaced"]++
				case openInDeliveries[cell] == "":
					t.Errorf("%s: %s: %q stands in the file, in a cell that must not be open: %s", event, place.at, shape.value, cell)
				default:
					matrix[cell]["open"]++
				}
			}
		}
	}
	for _, cell := range slices.Sorted(maps.Keys(matrix)) {
		t.Logf("%-50s %v", cell, matrix[cell])
	}
	for cell := range openInDeliveries {
		assert.Positive(t, matrix[cell]["open"], "nothing stands in the cell %s any more: close it", cell)
	}
	t.Logf("%d deliveries: %d replaced, %d refused", n, replaced, refused)
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
				if strings.Trim(value, "0123456789") != "" || value == "" {
					return false
				}
				parent[name] = json.Number(value)
				return true
			})
		}
	}
	var root any
	require.NoError(t, json.Unmarshal([]byte(body), &root))
	walk(root, nil)
	return places
}
