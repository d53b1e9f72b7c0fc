package lint_test

import (
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gopkg.in/dnaeon/go-vcr.v3/cassette"

	"example.com/webhookvcr/internal/lint"
)

// loads reports whether go-vcr itself takes the file. Entries that it loads as
// nil make it panic later.
func loads(t testing.TB, dir string, data []byte) bool {
	t.Helper()
	name := filepath.Join(dir, "cassette")
	require.NoError(t, os.WriteFile(name+".yaml", data, 0o644))
	c, err := cassette.Load(name)
	return err == nil && !slices.Contains(c.Interactions, nil)
}

func has(found []lint.Finding, rules ...string) bool {
	return slices.ContainsFunc(found, func(f lint.Finding) bool { return slices.Contains(rules, f.Rule) })
}

// The rule load and go-vcr itself agree on every fixture.
func TestLoad_isWhatGoVCRDoes(t *testing.T) {
	dir, n := t.TempDir(), 0
	err := filepath.WalkDir("testdata/rules", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) != ".yaml" || strings.Contains(path, "deployment") {
			return err
		}
		data, err := os.ReadFile(path)
		require.NoError(t, err)

		assert.Equal(t, !loads(t, dir, data), has(lint.Check(path, data), "load", "v1-format"), path)
		n++
		return nil
	})
	require.NoError(t, err)
	assert.Greater(t, n, 40)
}

func TestLoad_typesOfEveryKey(t *testing.T) {
	wrong := map[string][]string{
		"text":   {"[]", "{}", "!!binary '*'"},
		"number": {"many", "1.5", "[1]", "{}", `"1"`, "99999999999999999999"},
		"list":   {"a", "{a: b}", "[[a]]", "[{a: b}]"},
		"fields": {"a", "[a]", "{a: b}", "{a: {b: c}}", "{a: [b], a: [c]}"},
		"bool":   {"maybe", "1", "[]"},
		"time":   {"10", "soon", `""`, "[]"},
	}
	right := map[string][]string{
		"text":   {"a", "1", "true", "null", "~", `""`, "2020-01-01", "!!binary aGFsbG8="},
		"number": {"0", "1", "-1", "0x10", "0o7", "1_000", "null", ""},
		"list":   {"[]", "[a]", "[1, true]", "null"},
		"fields": {"{}", "{a: []}", "{a: [b, 1]}", "{1: [b]}", "{a: null}", "null"},
		"bool":   {"true", "false", "null"},
		"time":   {"0s", "1.5s", "100ms", "null"},
	}
	keys := map[string]map[string]string{
		"request": {"proto": "text", "proto_major": "number", "proto_minor": "number", "content_length": "number", "transfer_encoding": "list", "trailer": "fields",
			"host": "text", "remote_addr": "text", "request_uri": "text", "body": "text", "form": "fields", "headers": "fields", "url": "text", "method": "text"},
		"response": {"proto": "text", "proto_major": "number", "proto_minor": "number", "content_length": "number", "transfer_encoding": "list", "trailer": "fields",
			"uncompressed": "bool", "body": "text", "headers": "fields", "status": "text", "code": "number", "duration": "time"},
	}
	dir := t.TempDir()
	for message, all := range keys {
		for key, kind := range all {
			for _, value := range slices.Concat(wrong[kind], right[kind]) {
				data := fmt.Appendf(nil, "version: 2\ninteractions:\n- id: 0\n  %s: {%s: %s}\n", message, key, value)
				found := lint.Check("a.yaml", data)

				assert.Equal(t, !loads(t, dir, data), has(found, "load"), "%s", data)
				assert.False(t, has(found, "unknown-keys"), "%s", data)
			}
		}
	}
}

func TestBodySave_isWhatGoVCRDoes(t *testing.T) {
	parts := []string{"a", "\n", "\t", " ", "\r", "\u0085", "\u2028", "\u2029", "\ufeff", "{", "- b", ": ", "#", "'", `"`, "\x00", "\x1b", "|", "é", "\U0001f600", "%", "null", "1"}
	random := rand.New(rand.NewPCG(1, 2))
	dir, lost := t.TempDir(), 0
	for range 1000 {
		var body string
		for range 1 + random.IntN(5) {
			body += parts[random.IntN(len(parts))]
		}
		data := fmt.Appendf(nil, "version: 2\ninteractions:\n- id: 0\n  request: {method: GET, url: 'https://api.test/'}\n  response: {code: 200, body: %s}\n", strconv.QuoteToASCII(body))

		before := load(t, dir, data)
		require.Equal(t, body, before.Interactions[0].Response.Body)
		require.NoError(t, before.Save())
		after, err := cassette.Load(before.Name)
		changed := err != nil || after.Interactions[0].Response.Body != body
		if changed {
			lost++
		}
		assert.Equal(t, changed, has(lint.Check("a.yaml", data), "body-save"), "%q", body)
	}
	assert.Greater(t, lost, 20)
}

func load(t testing.TB, dir string, data []byte) *cassette.Cassette {
	t.Helper()
	name := filepath.Join(dir, "cassette")
	require.NoError(t, os.WriteFile(name+".yaml", data, 0o644))
	c, err := cassette.Load(name)
	require.NoError(t, err)
	return c
}

// The matcher of this module compares bodies, so a cassette with its header is
// not ambiguous.
func TestAmbiguous_notWithTheHeader(t *testing.T) {
	data, err := os.ReadFile("testdata/rules/ambiguous/fires/bodies.yaml")
	require.NoError(t, err)

	assert.True(t, has(lint.Check("a.yaml", data), "ambiguous"))
	assert.False(t, has(lint.Check("a.yaml", append([]byte("webhooktest: {provider: devrev, source: live}\n"), data[len("---\n"):]...)), "ambiguous"))
}

// What is no cassette for a reason that everybody knows is called by its name.
func TestLoad_saysWhatItIs(t *testing.T) {
	conflict := "version: 2\ninteractions:\n<<<<<<< ours\n- id: 0\n=======\n- id: 1\n>>>>>>> theirs\n"
	dir := t.TempDir()
	for data, want := range map[string]string{
		"version https://git-lfs.github.com/spec/v1\noid sha256:" + digits(64) + "\nsize 12\n": "a.yaml:1: error: load: is a Git LFS pointer and not the cassette; fetch the file with git lfs pull",
		conflict: "a.yaml:3: error: load: holds a merge conflict; resolve it, or take one side and record again",
	} {
		found := lint.Check("a.yaml", []byte(data))

		require.NotEmpty(t, found)
		assert.Equal(t, want, found[0].String())
		assert.False(t, loads(t, dir, []byte(data)))
	}
}

// The line of a finding in a body of many lines is the member's own.
func TestLines_ofMembers(t *testing.T) {
	const head = "version: 2\ninteractions:\n- id: 0\n  request: {method: GET, url: 'https://api.test/'}\n  response:\n    code: 200\n    body: |\n"
	for body, want := range map[string]int{
		"{\n  \"a\": 1,\n  \"password\": \"hunter2\"\n}\n":             10,
		"\n\n{\"password\": \"hunter2\"}\n":                            10,
		"{\n  \"a\": [\n    {\n      \"password\":\n  7712}]}\n":       12,
		"{\"n\": 1}\n{\"n\": 2}\n{\"password\": \"hunter2\"}\n":        10,
		"{\n  \"a\": \"{\\n\\n\\\"password\\\": \\\"hunter2\\\"}\"}\n": 9,
	} {
		data := head + "      " + strings.ReplaceAll(strings.TrimSuffix(body, "\n"), "\n", "\n      ") + "\n"
		for _, f := range lint.Check("a.yaml", []byte(data)) {
			if f.Rule == "secret-name" {
				assert.Equal(t, want, f.Line, "%s", data)
			}
		}
		assert.True(t, has(lint.Check("a.yaml", []byte(data)), "secret-name"), "%s", data)
	}
}
