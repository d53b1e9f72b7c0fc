package lint_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"gopkg.in/dnaeon/go-vcr.v3/cassette"
	"gopkg.in/yaml.v3"

	"example.com/webhookvcr/internal/lint"
)

// decodes is loads without a file.
func decodes(data []byte) bool {
	c := cassette.New("fuzz")
	return yaml.Unmarshal(data, c) == nil && c.Version == cassette.CassetteFormatV2 && !slices.Contains(c.Interactions, nil)
}

// Any bytes are judged without a panic and in bounded time, and what go-vcr does
// not load is an error.
func FuzzCheck(f *testing.F) {
	err := filepath.WalkDir("testdata/rules", func(path string, d fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".yaml" {
			return err
		}
		data, err := os.ReadFile(path)
		f.Add(data)
		return err
	})
	if err != nil {
		f.Fatal(err)
	}
	f.Add([]byte("version: 2\ninteractions:\n- <<: {request: {url: a}}\n  request: !!binary YQ==\n"))
	f.Add([]byte("{version: 2, interactions: [{request: {headers: {<<: {a: [b]}}}}]}"))
	f.Add([]byte("\"0\"0"))
	f.Add([]byte("a: b\n--- [\npassword: hunter2\n"))
	f.Add([]byte("version: 2\ninteractions:\n- request:\n    body: \"{\\\"password\\\": \\\"x\\\"}\"\n\turl: a\n  x\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		from := time.Now()
		found := lint.Check("fuzz.yaml", data)
		if took := time.Since(from); took > 10*time.Second {
			t.Fatalf("%d bytes took %s", len(data), took)
		}
		for _, finding := range found {
			if finding.Message == "could not be judged: its form is beyond this program" {
				t.Fatal("a panic was caught")
			}
		}
		if len(data) < 1<<16 && !decodes(data) && !has(found, "load", "v1-format") {
			t.Fatalf("go-vcr does not load what no finding is about: %q", data)
		}
		if len(data) < 1<<16 && decodes(data) && has(found, "load") && !slices.ContainsFunc(found, beyondUs) {
			t.Fatalf("go-vcr loads %q, and yet: %v", data, found)
		}
	})
}

// beyondUs are the limits that go-vcr does not have.
func beyondUs(f lint.Finding) bool {
	return strings.Contains(f.Message, "nested more than") || strings.Contains(f.Message, "contains itself") || strings.Contains(f.Message, "not read") ||
		strings.Contains(f.Message, "reads format 2 only")
}
