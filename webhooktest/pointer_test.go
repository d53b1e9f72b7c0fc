package webhooktest_test

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/webhookvcr/webhooktest"
)

// naming are the options that take JSON pointers.
var naming = map[string]func(...string) webhooktest.Option{
	"AllowProblems": webhooktest.AllowProblems, "Keep": webhooktest.Keep, "Redact": webhooktest.Redact,
}

// pointed returns what Open says of an option with a pointer.
func pointed(t *testing.T, p webhooktest.Provider, option, pointer string, opts ...webhooktest.Option) string {
	t.Helper()
	w := newWitness(t, t.Name()).run(func(tb testing.TB) {
		webhooktest.Open(tb, p.With(append(opts, naming[option](pointer))...), filepath.Join("testdata", "missing.yaml"))
	})
	if said := w.failures(); !strings.Contains(said, "missing.yaml does not exist") {
		return said
	}
	return ""
}

// A pointer is followed through the schemas of the documented bodies, whatever
// its names are elsewhere, and one that leads nowhere is an error with the nearest
// one that leads somewhere.
func TestOption_pointers(t *testing.T) {
	environment{}.set(t)
	devrev, dvelop := webhooktest.DevRev, webhooktest.DVelop
	for _, test := range []struct {
		p       webhooktest.Provider
		pointer string
		allow   string // what AllowProblems is told was meant; "ok" when it can match
		keep    string // the same of Keep and Redact; the same when empty
	}{
		// Through properties, references, conditions and items.
		{devrev, "/webhook/created_by/rev_org/display_name", "ok", ""},
		{devrev, "/webhooks/12/created_by/display_picture/file/size", "ok", ""},
		{devrev, "/webhooks/*/url", "ok", ""},
		{devrev, "/errors/0/stage_not_found_for_subtype/subtype", "ok", ""},
		{devrev, "/errors/0/workflow_step/id", "ok", ""},
		{devrev, "/event_types/add/0", "ok", ""}, // of a request
		{devrev, "/webhook/event_types/add", `"/webhook/event_types/*"`, ""},
		{devrev, "/webhook/status/active", `"/webhook/status"`, ""},
		{devrev, "/webhook/url/0", `"/webhook/url"`, ""},
		{devrev, "/webhooks/url", `"/webhooks/*/url"`, ""},
		{devrev, "/webhooks/00/url", `"/webhooks/*/url"`, ""},
		{devrev, "/webhooks/active", `"/webhooks/*"`, ""},
		{devrev, "/webhook/webhooks/url", `"/webhook/webhooks"`, `"/webhook/*/url"`},
		{devrev, "/errors/0/feild/parent_id", `"/errors/0/field/parent_id"`, ""},
		{devrev, "/webhook/created-by/email", `"/webhook/created_by/email"`, ""},
		{devrev, "/created_by/email", `"/webhook/created_by/email"`, ""},
		// additionalProperties, and what says nothing of its members.
		{dvelop, "/_embedded/postimport/order/0", "ok", ""},
		{dvelop, "/_embedded/webhooks/3/restrictions/0/key", "ok", ""},
		{dvelop, "/_links/self/href", "ok", ""},
		{dvelop, "/_links/self/0/href", "ok", ""},
		{dvelop, "/_embedded/a/b/c/d", `"/_embedded/a/b"`, "ok"},
		{dvelop, "/apiKey/value", `"/apiKey"`, ""},
		{dvelop, "/restrictions/key", `"/restrictions/*/key"`, ""},
		{dvelop, "/Restrictions/0/key", `"/restrictions/0/key"`, ""},
		{dvelop, "/order/first", `"/order/*"`, ""},
		// Members that the vendor may add: anywhere but in an object that is closed.
		{devrev, "/team", "ok", ""},
		{devrev, "/webhook/team", "ok", ""},
		{devrev, "/webhook/created_by/*", "ok", ""},
		{dvelop, "/restrictions/0/label", "ok", `"/restrictions/0/key"`},
		{devrev, "/webhook/team/lead", `"/webhook/team"`, `"/webhook/*/lead"`},
		{devrev, "/webhook/*/lead", "ok", ""},
		{devrev, "/*/team/lead", `"/*/team"`, "ok"},
		{devrev, "/work/title", `"/work"`, `"/*/title"`},
		{devrev, "/active/title", `"/active"`, `"/*/title"`}, // a word of the contract, and no member
	} {
		for option := range naming {
			meant := test.allow
			if option != "AllowProblems" && test.keep != "" {
				meant = test.keep
			}
			said := pointed(t, test.p, option, test.pointer)
			if meant == "ok" {
				assert.Empty(t, said, "%s(%q)", option, test.pointer)
				continue
			}
			assert.Contains(t, said, fmt.Sprintf("webhooktest: %s(%q): no body that %s documents has a member ", option, test.pointer, test.p))
			assert.Contains(t, said, ", so the pointer can match nothing; did you mean "+meant+"?")
			near := strings.Trim(meant, `"`)
			assert.Empty(t, pointed(t, test.p, option, near), "what is suggested for %s(%q) can match", option, test.pointer)
		}
	}
	assert.Empty(t, pointed(t, dvelop, "Keep", "/restrictions/0/label", webhooktest.AcceptDrift()), "a breach may be recorded then")
}

// Each place of each body that the shipped scenarios show can be named, and a text
// or a number has none inside.
func TestOption_pointersOfTheShippedBodies(t *testing.T) {
	environment{}.set(t)
	for name, p := range map[string]webhooktest.Provider{"devrev": webhooktest.DevRev, "dvelop": webhooktest.DVelop} {
		places := map[string]bool{} // whether something may stand inside
		require.NoError(t, filepath.WalkDir(filepath.Join("..", "golden", name), func(path string, d fs.DirEntry, err error) error {
			if err != nil || filepath.Ext(path) != ".json" {
				return err
			}
			data, err := os.ReadFile(path)
			require.NoError(t, err)
			var body any
			require.NoError(t, json.Unmarshal(data, &body), path)
			placesOf(body, "", places)
			return nil
		}))
		require.Greater(t, len(places), 10)
		for pointer, inside := range places {
			for option := range naming {
				assert.Empty(t, pointed(t, p, option, pointer))
				if !inside {
					assert.Contains(t, pointed(t, p, option, pointer+"/inside"), "the pointer can match nothing; did you mean")
				}
			}
		}
	}
}

func placesOf(v any, at string, places map[string]bool) {
	_, inside := places[at]
	switch v := v.(type) {
	case map[string]any:
		inside = true
		for name, member := range v {
			placesOf(member, at+"/"+strings.NewReplacer("~", "~0", "/", "~1").Replace(name), places)
		}
	case []any:
		inside = true
		for i, item := range v {
			placesOf(item, fmt.Sprintf("%s/%d", at, i), places)
		}
	default:
		inside = inside && places[at]
	}
	if at != "" {
		places[at] = inside
	}
}
