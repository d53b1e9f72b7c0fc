package webhooktest_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/webhookvcr/internal/tbtest"
	"example.com/webhookvcr/internal/vcrtest"
	"example.com/webhookvcr/webhooktest"
)

// A switch that can match no cassette fails the test; one that matches another
// cassette does not.
func TestOpen_switchOfNoFile(t *testing.T) {
	t.Chdir(t.TempDir())
	vcrtest.Environment{}.Set(t)
	data := vcrtest.Edited(t, "devrev/webhooks.get/200.yaml")["devrev/webhooks.get/200.yaml"].Data
	require.NoError(t, os.WriteFile("a.yaml", data, 0o600))
	for _, test := range []struct{ pattern, path string }{ // a path that the pattern matches; none: an error
		{pattern: `1`},
		{pattern: `1$`},
		{pattern: `true`},
		{pattern: `^testdata$`},
		{pattern: `testdata/`},
		{pattern: `foo\.json$`},
		{pattern: `.*\.yml`},
		{pattern: `.*\.yaml.`},
		{pattern: `.*\.YAML`},
		{pattern: `.*\.(json|yam)`},
		{pattern: `testdata/[^.]*`},
		{pattern: `[^y]*`},
		{pattern: `[b-z./]+`},
		{pattern: `.{0,4}`},
		{pattern: `.*\byaml\B`},
		{pattern: `.*\.\Byaml`},
		{pattern: `b^.*`},
		{pattern: `.*.yaml$.`},
		{pattern: `.*[^\w\W]yaml|x`},
		{pattern: "[\u0080-\U0010ffff]*"},
		{pattern: `(?i:.*\.ſaml)`},
		{`.*`, "b.yaml"},
		{`testdata/.*`, "testdata/b.yaml"},
		{`testdata/b.yaml`, "testdata/b.yaml"},
		{`b\.yaml|1`, "b.yaml"},
		{`(?i)B\.YAML`, "b.yaml"},
		{`(?s).{5}`, ".yaml"},
		{`[^b]{3}.{4}`, "d/.yaml"},
		{`.yaml.yaml`, ".yaml.yaml"},
		{`.*\.\byaml\b`, "b.yaml"},
		{`(?m)b$\n^c.*`, "b\nc.yaml"},
		{`[a-z]+.[amly]+`, "b.yaml"},
		{`\pL+\PL\pL+`, "ä.yaml"},
		{`(?i:[k]\.YAML)`, "\u212a.yaml"},
		{`(((.)*)+)?`, "b.yaml"},
		{`\Q.yaml\E.?yaml`, ".yaml.yaml"},
		{"[\u0080-\U0010ffff]*.[a-y]*", "ä.yaml"},
	} {
		t.Run(test.pattern, func(t *testing.T) {
			t.Setenv(webhooktest.RecordVar, test.pattern)
			w := tbtest.New("TestLookup").Run(func(tb testing.TB) {
				webhooktest.Open(tb, webhooktest.DevRev.With(webhooktest.AllowUnused()), "./a.yaml")
			})
			if test.path != "" {
				require.Regexp(t, regexp.MustCompile("^(?:"+test.pattern+")$"), test.path)
				require.Equal(t, ".yaml", filepath.Ext(test.path))
				assert.NotContains(t, w.Failures(), "no cassette")
				return
			}
			assert.Contains(t, w.Failures(), "webhooktest: WEBHOOKTEST_RECORD is ")
			assert.Contains(t, w.Failures(), ", which matches the path of no cassette: it must match the whole path, and every path ends in .yaml; use .* for every cassette, or unset it to replay\n"+
				"to record it: WEBHOOKTEST_RECORD=./a.yaml go test -count=1 -v -run TestLookup .")
			assert.Empty(t, strings.Join(w.Logs(), "\n"))
		})
	}
}

// The switch that asks for a recording of another file says that it does not ask
// for this one.
func TestOpen_switchOfAnotherFile(t *testing.T) {
	t.Setenv(webhooktest.RecordVar, ".*/flow.yaml")
	file := vcrtest.CassettePath(t)
	data, err := os.ReadFile(filepath.Join("..", "cassettes", "devrev", "webhooks.get", "200.yaml"))
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(file, data, 0o644))
	w := tbtest.New(t.Name()).Run(func(tb testing.TB) { webhooktest.Open(tb, webhooktest.DevRev.With(webhooktest.AllowUnused()), file) })
	assert.Contains(t, strings.Join(w.Logs(), "\n"), "WEBHOOKTEST_RECORD is set, but does not match "+filepath.ToSlash(file)+" as a whole")
}
