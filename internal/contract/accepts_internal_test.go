package contract

import (
	"flag"
	"io/fs"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"

	"example.com/webhookvcr/internal/provider"
)

// compiledFiles are all schemas of all vendors.
func compiledFiles(t testing.TB) map[string]*schema {
	t.Helper()
	all := map[string]*schema{}
	for _, d := range provider.All() {
		files, err := fs.Glob(d.Schemas, "*.json")
		require.NoError(t, err)
		for _, file := range files {
			s, err := load(d, file)
			require.NoError(t, err)
			all[d.Name+"/"+file] = s
		}
	}
	return all
}

// FuzzAccepts holds the quick answer against the validator and the walker: never
// yes where one of them finds something.
func FuzzAccepts(f *testing.F) {
	for _, d := range provider.All() {
		for _, body := range bodies(f, d) {
			f.Add(body, "", 0)
			f.Add(body, `"x"`, 3)
		}
	}
	for _, odd := range []string{`{}`, `[]`, `null`, `7`, `1.0`, `1e2`, `-0`, `99999999999999999999`, `{"type":"bad_request"}`, `{"size":2147483648}`, `"a"`, `true`, `{"id":"a","id":"b"}`, `{"webhook":{"id":"a","id":"a"}}`, `{"webhooks":[[{"a":1}]]}`} {
		f.Add(odd, "", 0)
	}
	all := compiledFiles(f)
	f.Fuzz(func(t *testing.T, body, put string, at int) {
		body = replaced(body, put, at)
		d, problem := readAll(body)
		if problem != nil {
			return
		}
		for name, s := range all {
			if accepts(s, d.tree) {
				assert.NoError(t, s.root.Validate(d.root()), "%s of %s", name, body)
				assert.Empty(t, undocumented(s, d.tree, false), "%s of %s", name, body)
				assert.Empty(t, d.doubled, "%s of %s", name, body)
			}
		}
	})
}

func readAll(body string) (*Reading, *Problem) {
	r := Read([]byte(body))
	return r, r.problem
}

// replaced puts a value in the place of the at-th one after a colon.
func replaced(body, put string, at int) string {
	if put == "" || at <= 0 {
		return body
	}
	from := 0
	for range at % 40 {
		i := strings.IndexByte(body[from:], ':')
		if i < 0 {
			return body
		}
		from += i + 1
	}
	end := strings.IndexAny(body[from:], ",}\n")
	if end < 0 {
		return body
	}
	return body[:from] + put + body[from+end:]
}

// bodies are those of a vendor's shipped cassettes, each once.
func bodies(t testing.TB, d *provider.Definition) []string {
	t.Helper()
	var all []string
	require.NoError(t, fs.WalkDir(d.Cassettes, ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := fs.ReadFile(d.Cassettes, path)
		if err != nil {
			return err
		}
		var file struct {
			Interactions []struct{ Response struct{ Body string } }
		}
		if err := yaml.Unmarshal(data, &file); err != nil {
			return err
		}
		for _, ia := range file.Interactions {
			if ia.Response.Body != "" {
				all = append(all, ia.Response.Body)
			}
		}
		return nil
	}))
	require.NotEmpty(t, all)
	slices.Sort(all)
	return slices.Compact(all)
}

var whole = flag.Bool("whole", false, "try every value in every place of a body, and not each place with every fourth one")

// Every value in every place of every shipped body: what the quick walk takes,
// the validator and the walker take as well, and it takes nearly all that is sound.
func TestAccepts(t *testing.T) {
	values := []string{`null`, `true`, `7`, `-1`, `1.5`, `1e3`, `2147483648`, `"x"`, `""`, `"2025-01-01T00:00:00Z"`, `"2025-13-01T00:00:00Z"`, `"active"`, `"dev_user"`, `"rev_user"`, `[]`, `[7]`, `["x"]`, `{}`, `{"type":"rev_user"}`, `{"id":7}`}
	all := compiledFiles(t)
	sound, quick, tried := 0, 0, 0
	try := func(of *provider.Definition, body, value string, at int) {
		changed := replaced(body, value, at)
		if changed == body && (at > 0 || value != values[0]) {
			return
		}
		d, problem := readAll(changed)
		if problem != nil {
			return
		}
		for name, s := range all {
			if strings.HasSuffix(name, "events.json") && at > 2 {
				continue // shapes to refer to, which accept anything
			}
			yes := accepts(s, d.tree)
			if !yes && !strings.HasPrefix(name, of.Name+"/") {
				continue // of another vendor, and no loss if it is sound
			}
			tried++
			clean := s.root.Validate(d.root()) == nil && len(undocumented(s, d.tree, false)) == 0 && len(d.doubled) == 0
			if clean {
				sound++
			}
			if yes {
				quick++
				require.True(t, clean, "%s of %s", name, changed)
			}
		}
	}
	for _, of := range provider.All() {
		for i, body := range bodies(t, of) {
			for at := range 30 {
				for j, value := range values {
					if *whole || (i+at+j)%4 == 0 {
						try(of, body, value, at)
					}
				}
			}
		}
	}
	t.Logf("%d values against schemas: %d sound, %d of them seen at once", tried, sound, quick)
	assert.Greater(t, float64(quick), 0.98*float64(sound), "all but numbers with an exponent")
}
