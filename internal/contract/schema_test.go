package contract_test

import (
	"encoding/json"
	"io/fs"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"

	"example.com/webhookvcr/internal/contract"
	"example.com/webhookvcr/internal/provider"
	"example.com/webhookvcr/schemas"
	"github.com/santhosh-tekuri/jsonschema/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestCompile(t *testing.T) {
	for _, d := range provider.All() {
		assert.NoError(t, contract.Compile(d), d.Name)
	}
	broken := provider.Definition{Name: "devrev", Schemas: provider.DevRev.Schemas, Operations: []provider.Operation{{
		Name: "x", Forms: []provider.Form{{Method: "GET", Path: "/x", Body: "no-such-file.json"}},
		Responses: []provider.Response{{Status: 200, Schema: "nor-this.json"}},
	}}}
	assert.EqualError(t, contract.Compile(&broken), `schema "devrev/no-such-file.json": `+
		`jsonschema https://example.com/webhookvcr/schemas/devrev/no-such-file.json compilation failed: open no-such-file.json: file does not exist`+"\n"+
		`schema "devrev/nor-this.json": `+
		`jsonschema https://example.com/webhookvcr/schemas/devrev/nor-this.json compilation failed: open nor-this.json: file does not exist`)
	assert.EqualError(t, contract.Compile(&provider.Definition{Name: "nobody"}), `provider "nobody" has no schemas`)

	got := contract.CheckRequest(&broken, contract.Request{Method: "GET", URL: parseURL(t, "https://example.com/x"), Header: header("Content-Type", "application/json"), Body: []byte("{}")})
	assert.True(t, slices.ContainsFunc(got, contract.Problem.Fails), "a schema that is missing is no clean bill")
}

// files calls f for every schema file.
func files(t *testing.T, f func(name string, schema map[string]any)) {
	err := fs.WalkDir(schemas.FS, ".", func(name string, e fs.DirEntry, err error) error {
		require.NoError(t, err)
		if e.IsDir() {
			return nil
		}
		data, err := fs.ReadFile(schemas.FS, name)
		require.NoError(t, err)
		var schema map[string]any
		require.NoError(t, json.Unmarshal(data, &schema), name)
		f(name, schema)
		return nil
	})
	require.NoError(t, err)
}

func TestSchemas_heads(t *testing.T) {
	meta, err := jsonschema.Compile("https://json-schema.org/draft/2020-12/schema")
	require.NoError(t, err)
	files(t, func(name string, schema map[string]any) {
		assert.Equal(t, "https://json-schema.org/draft/2020-12/schema", schema["$schema"], name)
		assert.Equal(t, "https://example.com/webhookvcr/schemas/"+name, schema["$id"], name)
		assert.NotEmpty(t, schema["title"], name)
		assert.Regexp(t, "^Follows ", schema["$comment"], "%s: which source?", name)
		assert.NoError(t, meta.Validate(schema), name)
	})
}

func TestSchemas_used(t *testing.T) {
	used := map[string]bool{}
	for _, d := range provider.All() {
		if d.Delivery != nil {
			used[d.Name+"/"+d.Delivery.Body], used[d.Name+"/"+d.Delivery.Response] = true, true
		}
		use := func(file string) {
			if file != "" {
				used[d.Name+"/"+file] = true
			}
		}
		for _, op := range d.Operations {
			for _, f := range op.Forms {
				use(f.Body)
				use(f.Query)
			}
			for _, r := range op.Responses {
				use(r.Schema)
				use(r.Strict)
			}
		}
	}
	files(t, func(name string, schema map[string]any) {
		eachSchema(schema, "", func(_ string, s map[string]any) {
			if ref, ok := s["$ref"].(string); ok && !strings.HasPrefix(ref, "#") {
				file, _, _ := strings.Cut(ref, "#")
				used[path.Join(path.Dir(name), file)] = true
			}
		})
	})
	files(t, func(name string, _ map[string]any) { assert.True(t, used[name], "%s is used nowhere", name) })
}

// eachSchema calls f for a schema and those in it. It knows where schemas stand,
// since members may have the names of keywords.
func eachSchema(s map[string]any, at string, f func(at string, s map[string]any)) {
	f(at, s)
	for _, keyword := range []string{"properties", "$defs", "patternProperties"} {
		all, _ := s[keyword].(map[string]any)
		for name, v := range all {
			if sub, ok := v.(map[string]any); ok {
				eachSchema(sub, at+"/"+keyword+"/"+name, f)
			}
		}
	}
	for _, keyword := range []string{"items", "if", "then", "else", "not", "additionalProperties", "propertyNames"} {
		if sub, ok := s[keyword].(map[string]any); ok {
			eachSchema(sub, at+"/"+keyword, f)
		}
	}
	for _, keyword := range []string{"allOf", "anyOf", "oneOf", "prefixItems"} {
		all, _ := s[keyword].([]any)
		for i, v := range all {
			if sub, ok := v.(map[string]any); ok {
				eachSchema(sub, at+"/"+keyword+"/"+strconv.Itoa(i), f)
			}
		}
	}
}

// Each string says how a recording must treat it, or is a listed value or a date.
func TestSchemas_placeholders(t *testing.T) {
	kinds := []any{"id", "display_id", "secret", "key", "url", "mail", "name", "text", "opaque", "word", "header", "event"}
	seen := 0
	files(t, func(name string, schema map[string]any) {
		eachSchema(schema, "#", func(at string, s map[string]any) {
			if kind, ok := s["x-placeholder"]; ok {
				assert.Contains(t, kinds, kind, "%s%s", name, at)
			}
			types, _ := s["type"].([]any)
			if s["type"] != "string" && !slices.Contains(types, "string") {
				return
			}
			seen++
			_, enum := s["enum"]
			_, constant := s["const"]
			_, kind := s["x-placeholder"]
			assert.True(t, enum || constant || kind || s["format"] == "date-time", "%s%s has no x-placeholder", name, at)
			assert.NotContains(t, s, "oneOf", "%s%s", name, at)
		})
	})
	assert.Greater(t, seen, 60)
}

// The word-by-word translation of DevRev's document rejects the vendor's own
// examples. It is kept so that nobody takes that road again.
func TestLiteralTranslationRejectsTheVendorsExamples(t *testing.T) {
	data, err := os.ReadFile("testdata/literal.json")
	require.NoError(t, err)
	c := jsonschema.NewCompiler()
	require.NoError(t, c.AddResource("https://example.com/webhookvcr/schemas/literal.json", strings.NewReader(string(data))))
	accepts := func(status int, body string) bool {
		s, err := c.Compile("https://example.com/webhookvcr/schemas/literal.json#/$defs/" + strconv.Itoa(status))
		require.NoError(t, err)
		var v any
		require.NoError(t, json.Unmarshal([]byte(body), &v))
		return s.Validate(v) == nil
	}
	ours := func(status int, body string) bool {
		problems, err := contract.CheckBody(&provider.DevRev, "webhooks.get", status, "", []byte(body), false)
		require.NoError(t, err)
		return len(problems) == 0
	}
	for status, body := range vendorErrors {
		assert.False(t, accepts(status, body), "literal %d", status)
		assert.True(t, ours(status, body), "%d", status)
	}
	assert.False(t, accepts(200, vendor200))
	assert.True(t, ours(200, vendor200))
	withoutUsers := edited(t, vendor200, drop("/webhook/created_by"), drop("/webhook/modified_by"))
	assert.True(t, accepts(200, withoutUsers), "the users are what it stumbles over")

	const nonsense, plain = `{"type":"bad_request","errors":42}`, `{"type":"bad_request"}`
	assert.True(t, accepts(400, nonsense))
	assert.False(t, accepts(400, plain))
	assert.False(t, ours(400, nonsense))
	assert.True(t, ours(400, plain))
}
