package placeholder_test

import (
	"bytes"
	"encoding/json"
	"hash/fnv"
	"io"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/webhookvcr/internal/jsontext"
	"example.com/webhookvcr/internal/placeholder"
	"example.com/webhookvcr/internal/provider"
)

var fuzzKinds = []provider.Kind{"keep", "enum", provider.ID, provider.DisplayID, provider.Secret, provider.Key, provider.URL, provider.Mail, provider.Name,
	provider.Text, provider.Opaque, provider.Word, provider.Header, provider.Event, provider.Undocumented}

// anyClass gives each pointer some class, always the same one for a given salt.
func anyClass(salt byte) placeholder.Classifier {
	return func(pointer string) provider.Class {
		h := fnv.New32a()
		_, _ = h.Write(append([]byte(pointer), salt))
		kind := fuzzKinds[h.Sum32()%uint32(len(fuzzKinds))]
		if kind == provider.Undocumented {
			return provider.Class{}
		}
		return classes{pointer: kind}.of(pointer)
	}
}

var bodies = []string{
	`{"id":"` + realDON + `","a":["` + realHook + `","` + strings.ToUpper(realRepo) + `"],"n":123456.50}`,
	`{"url":"https://acme.d-velop.cloud/dmsconfig/r/` + realRepo + `/events/postimport/wh-77","x":"https://acme.d-velop.cloud/a/b?c=d#e","y":"/dmsconfig/r/a%2fb/events"}`,
	`{"_embedded":{"postimport":{"_links":{"self":{"href":"/dmsconfig/r/` + realRepo + `/events/postimport"}}},"preimport":{}}}`,
	`["name-1","Jane","Jane Doe Smith","by Jane Doe Smith","text 1","id-1","user-1@example.com","/url-1","https://example.com/url-1","undocumented-1","cccccccc-0000-4000-8000-000000000001"]`,
	`{"a":"don:integration:dvrv-us-1:devo/example:webhook/webhook-2","b":"don:integration:dvrv-us-1:devo/x:webhook/y","c":"don%3Acore%3Advrv-us-1%3Adevo%2Fx%3Aissue%2Fno-such-1."}`,
	`{"jane@acme.example":"x","\ud800":"\udfff","":null,"a/b~c":"` + realToken + `"}`,
	`"sent-name-1"`, `"c2VudC1zZWNyZXQtMQ=="`, ` [ 1e3000000 , -0.0 ] `, `{"a":1,"a":"2"}`, `{`, ``, `"2024-05-06T07:08:09Z"`,
	strings.Repeat(`{"a":[`, 300) + strings.Repeat(`]}`, 300),
}

func leaves(t *testing.T, body []byte) (values, names []string) {
	t.Helper()
	keep := func(to *[]string) func(string, string) (string, bool) {
		return func(_, s string) (string, bool) { *to = append(*to, s); return "", false }
	}
	// Member names decide the canonical order, so they are compared in the order
	// of the text.
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	for {
		token, err := d.Token()
		if err == io.EOF {
			break
		}
		require.NoError(t, err)
		if s, ok := token.(string); ok {
			values = append(values, s)
		}
	}
	_, err := placeholder.Rewriter{Key: keep(&names)}.Rewrite(body)
	require.NoError(t, err)
	return values, names
}

func FuzzFromTenantJSON(f *testing.F) {
	for i, b := range bodies {
		f.Add([]byte(b), byte(i))
		f.Add([]byte(b), byte(40+i))
	}
	f.Add([]byte(`{"":"don:00000000000:dvrv-us-1:webhook/webhook-1","0":"don:0:0:0/0"}`), byte('!'))
	f.Fuzz(func(t *testing.T, body []byte, salt byte) {
		table := dvelop(t, realTenant)
		require.NoError(t, table.Secret(realToken, provider.Token))
		class := anyClass(salt)
		hidden, err := table.FromTenantJSON(body, class)
		if err != nil || len(body) == 0 {
			return
		}
		require.True(t, json.Valid(hidden), "%q", hidden)
		assert.Equal(t, skeleton(body), skeleton(hidden), "order, white space and shape stay")

		revealed, err := table.ToTenantJSON(hidden)
		require.NoError(t, err)
		want, _ := leaves(t, body)
		got, _ := leaves(t, revealed)
		masked, _ := leaves(t, hidden)
		require.Len(t, got, len(want))
		for i := range want {
			// A tenant whose organisation or partition is called as the placeholder cannot
			// be told from the placeholder; nor can a text that holds one.
			if strings.Contains(string(body), "example") && strings.Contains(string(body), "don") || strings.Contains(string(body), "webhook-id") ||
				twoPartitions(body) {
				continue
			}
			if masked[i] != want[i] && !table.Known(masked[i]) || placeholderInText.MatchString(want[i]) && !table.Known(want[i]) {
				continue
			}
			if !isDate(want[i]) && !strings.EqualFold(want[i], got[i]) {
				t.Errorf("%q came back as %q; hidden %s", want[i], got[i], hidden)
			}
		}
		again, err := table.FromTenantJSON(hidden, sameClasses(t, body, hidden, class))
		require.NoError(t, err)
		assert.Equal(t, string(hidden), string(again), "what is hidden stays")

		tree, err := jsontext.Parse(body, jsontext.Bounds{})
		require.NoError(t, err)
		other := dvelop(t, realTenant)
		require.NoError(t, other.Secret(realToken, provider.Token))
		same, kept := other.FromTenantTree(body, tree, class)
		require.Equal(t, string(hidden), string(same))
		if kept {
			root, err := jsontext.Parse(hidden, jsontext.Bounds{})
			require.NoError(t, err)
			root.Sort()
			assert.Equal(t, string(root.Append(nil)), string(tree.Append(nil)), "the tree is that of what is returned")
		}

		table.Leaks(hidden)
		_ = placeholder.Credentials(hidden)
	})
}

// twoPartitions says whether a body has an id of the first partition's placeholder
// and one of another partition.
func twoPartitions(body []byte) bool {
	same, other := false, false
	for _, m := range partition.FindAllSubmatch(body, -1) {
		same, other = same || string(m[1]) == "dvrv-us-1", other || string(m[1]) != "dvrv-us-1"
	}
	return same && other
}

var partition = regexp.MustCompile(`don:\w+:([\w-]+)`)

var placeholderInText = regexp.MustCompile(`(?i)(id|display|key|name|user|url|opaque|word|undocumented|member)-[0-9]+|c{8}-?0{4}|sample-api|c2VudC1|cGxhY2Vob2xk|webhooktest`)

// sameClasses gives the members of the hidden document the classes that they had
// under their real names.
func sameClasses(t *testing.T, body, hidden []byte, class placeholder.Classifier) placeholder.Classifier {
	var before, after []string
	collect := func(to *[]string) placeholder.Rewriter {
		f := func(p, _ string) (string, bool) { *to = append(*to, p); return "", false }
		return placeholder.Rewriter{String: f, Key: f, Number: f}
	}
	_, err := collect(&before).Rewrite(body)
	require.NoError(t, err)
	_, err = collect(&after).Rewrite(hidden)
	require.NoError(t, err)
	if len(before) != len(after) || strings.Join(before, "\n") != strings.Join(after, "\n") {
		t.Skip("member names changed, and with them the classes")
	}
	return class
}

// skeleton is a document without its strings and numbers.
func skeleton(body []byte) string {
	var b strings.Builder
	for i := 0; i < len(body); i++ {
		switch c := body[i]; {
		case c == '"':
			for i++; body[i] != '"'; i++ {
				if body[i] == '\\' {
					i++
				}
			}
			b.WriteByte('"')
		case strings.IndexByte("0123456789+-.eE", c) >= 0:
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}

func isDate(s string) bool {
	_, err := time.Parse(time.RFC3339Nano, s)
	_, err2 := time.Parse(time.DateOnly, s)
	return err == nil || err2 == nil
}

func FuzzToTape(f *testing.F) {
	for i, b := range bodies {
		f.Add([]byte(b), byte(i), "https://sample-api.d-velop.cloud/dmsconfig/r/"+provider.DVelopRepositoryID+"/events/postimport?a=%7e&b")
		f.Add([]byte(b), byte(i), "https://sample-api.d-velop.cloud/%2f/"+realHook+"?x="+realDON)
	}
	f.Fuzz(func(t *testing.T, body []byte, salt byte, raw string) {
		table := dvelop(t, realTenant)
		class := anyClass(salt)
		if tape, err := table.ToTapeJSON(body, class); err == nil {
			if json.Valid(body) {
				want, _ := leaves(t, body)
				got, _ := leaves(t, []byte(table.Sent().ToCallerJSON(string(tape))))
				assert.Equal(t, want, got, "the caller gets back what it sent")
			} else {
				assert.Equal(t, body, tape)
			}
		}
		u, err := url.Parse(raw)
		if err != nil {
			return
		}
		if sent, err := table.ToTapeURL(u, class); err == nil {
			if real, err := table.ToTenantURL(sent); err == nil {
				assert.Equal(t, "https", real.Scheme)
				assert.Equal(t, "acme.d-velop.cloud", real.Host)
				assert.Nil(t, real.User)
			}
		}
		table.Unresolved(raw)
	})
}

func FuzzText(f *testing.F) {
	for _, s := range append(bodies, realTenant, strings.ToUpper(realHook), "jane@acme.example", "%", "%2", `\u12`, "&#x;", "don:", "tok%2b9fK2/xQ7%3D=") {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		table := seeded(t, realTenant)
		require.NoError(t, table.Secret(realToken, provider.Token))
		hidden := table.FromTenantText(s)
		assert.Equal(t, hidden, table.FromTenantText(hidden))
		assert.NotContains(t, hidden, realToken)
		table.ToTenantText(hidden)
		url := table.FromTenantURL(s)
		assert.Equal(t, url, table.FromTenantURL(url))
		table.Leaks([]byte(s))
		_ = placeholder.Credentials([]byte(s))
		placeholder.MadeUp(s)
		if kind, ok := placeholder.IsSent(s); ok {
			assert.True(t, new(placeholder.Sent).Bind(s, s), "%s fits itself", kind)
		}
	})
}
