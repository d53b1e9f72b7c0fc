// Package stock is the twin of package ours beside it: go-vcr, jsonschema and
// goldie, used the usual way.
package stock

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v5"
	"github.com/sebdah/goldie/v2"
	"gopkg.in/dnaeon/go-vcr.v3/cassette"
	"gopkg.in/dnaeon/go-vcr.v3/recorder"
)

const root = "../../../../"

func compile(t *testing.T) *jsonschema.Schema {
	compiler := jsonschema.NewCompiler()
	compiler.AssertFormat = true
	files, err := filepath.Glob(root + "schemas/devrev/*.json")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var id struct {
			ID string `json:"$id"`
		}
		if err := json.Unmarshal(data, &id); err != nil {
			t.Fatal(err)
		}
		if err := compiler.AddResource(id.ID, bytes.NewReader(data)); err != nil {
			t.Fatal(err)
		}
	}
	schema, err := compiler.Compile("https://example.com/webhookvcr/schemas/devrev/webhooks.get.200.json")
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

func TestSeen(t *testing.T) {
	schema := compile(t)
	for i := range 1000 {
		t.Run(strconv.Itoa(i), func(t *testing.T) {
			doc := lookup(t, schema, root+"cassettes/devrev/webhooks.get/200", "don:integration:dvrv-us-1:devo/example:webhook/webhook-id")
			goldie.New(t).AssertJson(t, "webhook", doc)
		})
	}
}

func TestNew(t *testing.T) {
	dir := os.Getenv("BENCH_DIR")
	if dir == "" {
		t.Skip("BENCH_DIR is not set")
	}
	schema := compile(t)
	for i := range 1000 {
		name := strconv.Itoa(i)
		t.Run(name, func(t *testing.T) {
			doc := lookup(t, schema, filepath.Join(dir, name), "don:integration:dvrv-us-1:devo/example:webhook/webhook-"+name)
			goldie.New(t, goldie.WithFixtureDir(filepath.Join(dir, "stock"))).AssertJson(t, name, doc)
		})
	}
}

func lookup(t *testing.T, schema *jsonschema.Schema, cassette, id string) (doc any) {
	r, err := recorder.NewWithOptions(&recorder.Options{CassetteName: cassette, Mode: recorder.ModeReplayOnly, SkipRequestLatency: true})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Stop()
	r.SetMatcher(match)
	req, err := http.NewRequest("POST", "https://api.devrev.ai/webhooks.get", strings.NewReader(`{"id":"`+id+`"}`))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := r.GetDefaultClient().Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(body, &doc); err != nil {
		t.Fatal(err)
	}
	if err := schema.Validate(doc); err != nil {
		t.Fatal(err)
	}
	return doc
}

func match(req *http.Request, recorded cassette.Request) bool {
	if req.Method != recorded.Method || req.URL.String() != recorded.URL {
		return false
	}
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return false
	}
	req.Body = io.NopCloser(bytes.NewReader(body))
	var x, y any
	if json.Unmarshal(body, &x) != nil || json.Unmarshal([]byte(recorded.Body), &y) != nil {
		return string(body) == recorded.Body
	}
	return reflect.DeepEqual(x, y)
}
