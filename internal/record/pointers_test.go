package record_test

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/webhookvcr/internal/tbtest"
	"example.com/webhookvcr/internal/vcrtest"
	"example.com/webhookvcr/webhooktest"
)

// Options that name what they have no effect on.
func TestPointers_whatHasNoEffect(t *testing.T) {
	vcrtest.Environment{}.Set(t)
	for want, p := range map[string]webhooktest.Provider{
		`Varies("/event_types/*"): that is a member with documented values, which are compared`: webhooktest.DevRev.With(webhooktest.Varies("/event_types/*")),
		`Varies("/action"): that is a member with documented values, which are compared`:        webhooktest.DevRev.With(webhooktest.Varies("/action")),
		`Redact("/event_types/set/*"): no body that DevRev documents has a member`:              webhooktest.DevRev.With(webhooktest.Redact("/event_types/set/*")),
		`Seed("active", "MY_SEED"): the placeholder is a word of DevRev's contract`:             webhooktest.DevRev.With(webhooktest.Seed("active", "MY_SEED")),
	} {
		w := tbtest.New(t.Name()).Run(func(tb testing.TB) {
			webhooktest.Open(tb, p, filepath.Join("testdata", "missing.yaml"))
		})
		assert.Contains(t, w.Failures(), want)
	}
}

// naming are the options that take JSON pointers.
var naming = map[string]func(...string) webhooktest.Option{
	"AllowProblems": webhooktest.AllowProblems, "Keep": webhooktest.Keep, "Redact": webhooktest.Redact,
}

// pointed returns what Open says of an option with a pointer.
func pointed(t *testing.T, p webhooktest.Provider, option, pointer string, opts ...webhooktest.Option) string {
	t.Helper()
	w := tbtest.New(t.Name()).Run(func(tb testing.TB) {
		webhooktest.Open(tb, p.With(append(opts, naming[option](pointer))...), filepath.Join("testdata", "missing.yaml"))
	})
	if said := w.Failures(); !strings.Contains(said, "missing.yaml does not exist") {
		return said
	}
	return ""
}

// credential says whether Keep was refused because a credential stands there.
func credential(option, said string) bool {
	return option == "Keep" && strings.HasSuffix(said, ": that is a credential, and none ever stays in a cassette")
}

// Of two options that name one member neither may lose in silence.
func TestPointers_clashes(t *testing.T) {
	vcrtest.Environment{}.Set(t)
	for _, test := range []struct {
		option      func(...string) webhooktest.Option
		name        string
		other, keep string
		clash       bool
	}{
		{webhooktest.Redact, "Redact", "/webhook/url", "/webhook/url", true},
		{webhooktest.Redact, "Redact", "/webhook/*", "/*/url", true},
		{webhooktest.Redact, "Redact", "/webhook/url", "/webhook/*", false},
		{webhooktest.Redact, "Redact", "/webhook/url", "/webhook", false},
		{webhooktest.Redact, "Redact", "/webhook", "/webhook/url", false},
		{webhooktest.Redact, "Redact", "/webhook/url", "/webhook/status", false},
		{webhooktest.Varies, "Varies", "/url", "/url", true},
		{webhooktest.Varies, "Varies", "/url", "/*", false},
	} {
		w := tbtest.New(t.Name()).Run(func(tb testing.TB) {
			webhooktest.Open(tb, webhooktest.DevRev.With(test.option(test.other), webhooktest.Keep(test.keep)), filepath.Join("testdata", "missing.yaml"))
		})
		want := fmt.Sprintf("webhooktest: %s(%q) and Keep(%q) name the same member, and only one of them can hold; leave the other out", test.name, test.other, test.keep)
		if !test.clash {
			want = "missing.yaml does not exist"
		}
		assert.Contains(t, w.Failures(), want)
	}
	for pointer, want := range map[string]string{
		"/id":                   ": that is an id, and ids do not vary: a test sends placeholders, which are compared",
		"/restrictions/*/value": ": that is an id, and ids do not vary: a test sends placeholders, which are compared",
	} {
		w := tbtest.New(t.Name()).Run(func(tb testing.TB) {
			webhooktest.Open(tb, webhooktest.DVelop.With(webhooktest.Varies(pointer)), filepath.Join("testdata", "missing.yaml"))
		})
		assert.Contains(t, w.Failures(), want)
	}
	w := tbtest.New(t.Name()).Run(func(tb testing.TB) {
		webhooktest.Open(tb, webhooktest.DevRev.With(webhooktest.Varies("/webhook/secret")), filepath.Join("testdata", "missing.yaml"))
	})
	assert.Contains(t, w.Failures(), `Varies("/webhook/secret"): no body that DevRev documents has a member "webhook", so the pointer can match nothing; did you mean "/secret"?`)
}

// A pointer is followed through the schemas of the documented bodies, whatever
// its names are elsewhere, and one that leads nowhere is an error with the nearest
// one that leads somewhere.
func TestPointers(t *testing.T) {
	vcrtest.Environment{}.Set(t)
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
		{devrev, "/event_types/add/0", "ok", ""}, // of a request, which Redact is not about
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
		{devrev, "/part/title", `"/part"`, `"/*/title"`},
		{devrev, "/active/title", `"/active"`, `"/*/title"`}, // a word of the contract, and no member
	} {
		for option := range naming {
			meant := test.allow
			if option != "AllowProblems" && test.keep != "" {
				meant = test.keep
			}
			said := pointed(t, test.p, option, test.pointer)
			if option == "Redact" && test.pointer == "/event_types/add/0" {
				assert.Contains(t, said, "the pointer can match nothing")
				continue
			}
			if meant == "ok" {
				assert.Empty(t, said, "%s(%q)", option, test.pointer)
				continue
			}
			assert.Contains(t, said, fmt.Sprintf("webhooktest: %s(%q): no body that %s documents has a member ", option, test.pointer, test.p))
			assert.Contains(t, said, ", so the pointer can match nothing; did you mean "+meant+"?")
			near := strings.Trim(meant, `"`)
			if said := pointed(t, test.p, option, near); !credential(option, said) {
				assert.Empty(t, said, "what is suggested for %s(%q) can match", option, test.pointer)
			}
		}
	}
	assert.Empty(t, pointed(t, dvelop, "Keep", "/restrictions/0/label", webhooktest.AcceptDrift()), "a breach may be recorded then")
}

// Each place of each body that the shipped scenarios show can be named, and a text
// or a number has none inside; there the options take turns.
func TestPointers_ofTheShippedBodies(t *testing.T) {
	vcrtest.Environment{}.Set(t)
	for name, p := range map[string]webhooktest.Provider{"devrev": webhooktest.DevRev, "dvelop": webhooktest.DVelop} {
		places := map[string]bool{} // whether something may stand inside
		require.NoError(t, filepath.WalkDir(filepath.Join("..", "..", "golden", name), func(path string, d fs.DirEntry, err error) error {
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
		for i, pointer := range slices.Sorted(maps.Keys(places)) {
			for j, option := range slices.Sorted(maps.Keys(naming)) {
				switch said := pointed(t, p, option, pointer); {
				case option == "Redact" && strings.HasSuffix(pointer, "_date"):
					assert.Contains(t, said, "that is a date, and a text in its place breaks the contract; a fixed date can be pinned there")
				case !credential(option, said):
					assert.Empty(t, said)
				}
				// d.velop describes _embedded of a webhook as an object that may hold anything.
				if i%len(naming) == j && !places[pointer] && !strings.HasPrefix(pointer, "/_embedded/") {
					assert.Contains(t, pointed(t, p, option, pointer+"/inside"), "the pointer can match nothing; did you mean", pointer)
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
