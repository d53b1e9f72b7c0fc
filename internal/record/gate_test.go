package record

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/webhookvcr/internal/cassette"
	"example.com/webhookvcr/internal/exchange"
	"example.com/webhookvcr/internal/jsontext"
	"example.com/webhookvcr/internal/placeholder"
	"example.com/webhookvcr/internal/provider"
	"example.com/webhookvcr/internal/simulator"
)

// scrubbed records one scenario of a live tenant, for which the simulator stands
// in, and returns what the tenant really answered too.
func scrubbed(t *testing.T, def *provider.Definition, name, path string) (r *Recording, real string) {
	t.Helper()
	s := def.Scenario(name)
	require.NotNil(t, s, name)
	handler, err := simulator.New(def, s.Switch)
	require.NoError(t, err)
	base, token, env := simulator.Tenant(def)
	answers := roundTripper(func(req *http.Request) (*http.Response, error) {
		resp, err := simulator.Transport(handler).RoundTrip(req)
		if err == nil {
			body, _ := io.ReadAll(resp.Body)
			real, resp.Body = string(body), io.NopCloser(strings.NewReader(string(body)))
		}
		return resp, err
	})
	r, err = New(Config{
		Config: exchange.Config{Definition: def, Report: exchange.Silent{}, Bare: true}, Scenario: s, Path: path, Name: "lookup.yaml",
		Tenant: Tenant{BaseURL: base, Token: token, Source: cassette.Live, Transport: answers, Getenv: func(name string) string { return env[name] }},
	})
	require.NoError(t, err)
	front := r.Transport()
	defer front.Close()
	req, err := http.NewRequestWithContext(t.Context(), s.Request.Method, def.BaseURL+s.Request.Target, strings.NewReader(s.Request.Body))
	require.NoError(t, err)
	for name, value := range s.Request.Header {
		req.Header.Set(name, value)
	}
	switch s.Request.Credential {
	case provider.Valid:
		req.Header.Set("Authorization", "Bearer "+provider.Token)
	case provider.Wrong:
		req.Header.Set("Authorization", "Bearer "+provider.WrongToken)
	}
	if def.Origin && !s.Request.NoOrigin {
		req.Header.Set("Origin", def.BaseURL)
	}
	resp, err := front.RoundTrip(req)
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	r.problems = nil // this is about leaks; the contract has tests of its own
	return r, real
}

// revert puts a value into the one exchange that was recorded, where the
// scrubbing should have replaced it.
type revert func(ia *cassette.Interaction, value string)

func inBody(pointer string) revert {
	return func(ia *cassette.Interaction, value string) {
		ia.Response.Body = with(ia.Response.Body, pointer, value)
	}
}

func inRequest(pointer string) revert {
	return func(ia *cassette.Interaction, value string) { ia.Request.Body = with(ia.Request.Body, pointer, value) }
}

func inHeader(name string) revert {
	return func(ia *cassette.Interaction, value string) { ia.Response.Headers[name] = []string{value} }
}

// with sets one member of a JSON text, new or not.
func with(body, pointer string, value any) string {
	var doc any
	decoder := json.NewDecoder(strings.NewReader(body))
	decoder.UseNumber()
	if err := decoder.Decode(&doc); err != nil {
		panic(err)
	}
	dir, name := pointer[:strings.LastIndex(pointer, "/")], pointer[strings.LastIndex(pointer, "/")+1:]
	into, _ := jsontext.Lookup(doc, dir)
	switch v := into.(type) {
	case map[string]any:
		v[jsontext.Unescape(name)] = value
	case []any:
		var i int
		fmt.Sscan(name, &i)
		v[i] = value
	default:
		panic("no such place: " + pointer)
	}
	out, err := json.Marshal(doc)
	if err != nil {
		panic(err)
	}
	return string(out)
}

// Scrubbing is switched off for one kind of place at a time, for a value that
// nothing has registered: so only the demand that a placeholder stands there can
// notice. Each time the recording is refused, with the place and without the
// value, and the old file stays.
func TestGate_onePieceNotScrubbed(t *testing.T) {
	for _, test := range []struct {
		name, scenario string
		revert         revert
		value          string
		want           string // after the place
	}{
		{"id", "webhooks.get/200", inBody("/webhook/id"), "don:integration:dvrv-us-1:devo/2kQx9Zr4:webhook/Zr41kWpn", "/webhook/id of the answer has no account: it is documented as id and holds no placeholder"},
		{"display id", "webhooks.get/200", inBody("/webhook/display_id"), "WEBHOOK-4711", "/webhook/display_id of the answer has no account: it is documented as display_id and holds no placeholder"},
		{"secret", "webhooks.get/200", inBody("/webhook/secret"), "dyI0qD9CHcEn5r0gXhjp5O2E2qDWeZxq", "/webhook/secret of the answer has no account: it is documented as secret and holds no placeholder"},
		{"url", "webhooks.get/200", inBody("/webhook/url"), "https://hooks.globex.example/in/Zk7Qm", "/webhook/url of the answer has no account: it is documented as url and holds no placeholder"},
		{"mail", "webhooks.get/200", inBody("/webhook/created_by/email"), "jonas.weber@globex.example", "/webhook/created_by/email of the answer has no account: it is documented as mail and holds no placeholder"},
		{"name", "webhooks.get/200", inBody("/webhook/created_by/full_name"), "Jonas Weber", "/webhook/created_by/full_name of the answer has no account: it is documented as name and holds no placeholder"},
		{"short name", "webhooks.get/200", inBody("/webhook/created_by/full_name"), "Jo", "/webhook/created_by/full_name of the answer has no account: it is documented as name and holds no placeholder"},
		{"name that is a word of the contract", "webhooks.get/200", inBody("/webhook/created_by/display_name"), "active", "/webhook/created_by/display_name of the answer has no account: it is documented as name and holds no placeholder"},
		{"opaque", "webhooks.get/200", inBody("/webhook/modified_by/external_ref"), "CRM-4471", "/webhook/modified_by/external_ref of the answer has no account: it is documented as opaque and holds no placeholder"},
		{"word", "webhooks.get/200", inBody("/webhook/status"), "Jonas", "/webhook/status of the answer has no account: it is documented as word and holds no placeholder"},
		{"text", "webhooks.get/404", inBody("/message"), "ask Jonas", "/message of the answer has no account: it is documented as text and holds no placeholder"},
		{"value of a header", "webhooks.get/200", inBody("/webhook/headers/0/value"), "k-93hf73", "/webhook/headers/0/value of the answer has no account: it is documented as key and holds no placeholder"},
		{"name of a header that looks like none", "webhooks.get/200", inBody("/webhook/headers/0/name"), "k-93hf7311", "/webhook/headers/0/name of the answer has no account: it is documented as opaque and holds no placeholder"},
		{"name of a header that holds a part of a name", "webhooks.get/200", inBody("/webhook/headers/0/name"), "X-Lindqvist", "/webhook/headers/0/name of the answer has no account: it is documented as header and holds no placeholder"},
		{"key", "GetWebHook/200-json", inBody("/apiKey"), "k-93hf73", "/apiKey of the answer has no account: it is documented as key and holds no placeholder"},
		{"GUID", "GetWebHook/200-json", inBody("/id"), "8f14e45f-ceea-467f-9f2a-1d2c3b4a5e6f", "/id of the answer has no account: it is documented as id and holds no placeholder"},
		{"undocumented text", "webhooks.get/200", inBody("/webhook/note"), "ask Jonas", "/webhook/note of the answer has no account: it is not documented and holds no placeholder"},
		{"undocumented word", "webhooks.get/200", inBody("/webhook/note"), "jonas", "/webhook/note of the answer has no account: it is not documented and holds no placeholder"},
		{"undocumented date", "webhooks.get/200", inBody("/webhook/born"), "1979-04-12T00:00:00Z", "/webhook/born of the answer has no account: it is not documented and holds no placeholder"},
		{"undocumented URL", "webhooks.get/200", inBody("/webhook/thumbnail"), "https://api.devrev.ai/u/jonas.png", "/webhook/thumbnail of the answer has no account: it is not documented and holds no placeholder"},
		{"undocumented number", "webhooks.get/200", func(ia *cassette.Interaction, value string) {
			ia.Response.Body = with(ia.Response.Body, "/webhook/n", json.Number(value))
		}, "4915112345678", "/webhook/n of the answer has no account: it is not documented and holds no placeholder"},
		{"member name", "webhooks.get/200", func(ia *cassette.Interaction, value string) {
			ia.Response.Body = with(ia.Response.Body, "/webhook/"+value, 1)
		}, "Jonas Weber", "the name of a member in /webhook of the answer has no account: it is neither documented there nor a plain program word nor a placeholder"},
		{"link", "GetWebHook/200-hal", func(ia *cassette.Interaction, value string) {
			ia.Response.Body = with(ia.Response.Body, "/_links", map[string]any{"self": map[string]any{"href": value}})
		}, "/dmsconfig/r/8f14e45f-ceea-467f-9f2a-1d2c3b4a5e6f/events/postimport", "/_links/self/href of the answer has no account: it is documented as url and holds no placeholder"},
		{"link to elsewhere", "GetWebHook/200-hal", func(ia *cassette.Interaction, value string) {
			ia.Response.Body = with(ia.Response.Body, "/_links", map[string]any{"self": map[string]any{"href": value}})
		}, "https://globex.d-velop.cloud/", "/_links/self/href of the answer has no account: it is documented as url and holds no placeholder"},
		{"answer that is not JSON", "webhooks.get/200", func(ia *cassette.Interaction, value string) { ia.Response.Body = "<p>" + value }, "Jonas", "the body of the answer has no account: it is neither the API's own nor a placeholder"},
		{"header", "webhooks.get/200", inHeader("X-Request-Id"), "8f14e45f-ceea-467f-9f2a-1d2c3b4a5e6f", "the name of a header of the answer has no account: it is not on the list of headers that are recorded"},
		{"header that identifies an answer", "webhooks.get/200", inHeader("Etag"), `"9af3c2"`, "the name of a header of the answer has no account: it is not on the list of headers that are recorded"},
		{"cookie", "webhooks.get/200", inHeader("Set-Cookie"), "sid=93hf73", "the name of a header of the answer has no account: it is not on the list of headers that are recorded"},
		{"listed header of another form", "webhooks.get/200", inHeader("Retry-After"), "k-93hf73", "the header Retry-After of the answer has no account: it does not have the form that this header must have"},
		{"media type with a parameter", "webhooks.get/200", inHeader("Content-Type"), "application/x-jonas", "the header Content-Type of the answer has no account: it does not have the form that this header must have"},
		{"challenge", "GetWebHook/401", inHeader("Www-Authenticate"), "realm-jonas", "the header Www-Authenticate of the answer has no account: it does not have the form that this header must have"},
		{"location", "GetWebHook/302-login", inHeader("Location"), "https://globex.d-velop.cloud/in", "the header Location of the answer has no account: it does not have the form that this header must have"},
		{"query in a location", "GetWebHook/302-login", inHeader("Location"), "/identityprovider/login?redirect=%2FJonas+Weber", "the header Location of the answer has no account: it does not have the form that this header must have"},
		{"reason phrase", "webhooks.get/200", func(ia *cassette.Interaction, value string) { ia.Response.Status = "200 " + value }, "Jonas", "the status line of the answer has no account: it is neither the API's own nor a placeholder"},
		{"trailer", "webhooks.get/200", func(ia *cassette.Interaction, value string) {
			ia.Response.Trailer = http.Header{"X-Checked-By": {value}}
		}, "Jonas", "what stands around the answer (trailer or transfer encoding) has no account: it is neither the API's own nor a placeholder"},
		{"transfer encoding", "webhooks.get/200", func(ia *cassette.Interaction, value string) { ia.Response.TransferEncoding = []string{value} }, "jonas", "what stands around the answer (trailer or transfer encoding) has no account: it is neither the API's own nor a placeholder"},
		{"request header", "webhooks.get/200", func(ia *cassette.Interaction, value string) {
			ia.Request.Headers["Authorization"] = []string{"Bearer " + value}
		}, "pat-93hf73", "the name of a header of the request has no account: it is not on the list of headers that are recorded"},
		{"request cookie", "webhooks.get/200", func(ia *cassette.Interaction, value string) {
			ia.Request.Headers["Cookie"] = []string{"AuthSessionId=" + value}
		}, "93hf73", "the name of a header of the request has no account: it is not on the list of headers that are recorded"},
		{"request trailer", "webhooks.get/200", func(ia *cassette.Interaction, value string) { ia.Request.Trailer = http.Header{"X-Sum": {value}} }, "jonas", "what stands around the request (trailer) has no account: it is neither the API's own nor a placeholder"},
		{"form", "webhooks.get/200", func(ia *cassette.Interaction, value string) {
			ia.Request.Form = map[string][]string{"client_secret": {value}}
		}, "93hf73", "what stands around the request (form) has no account: it is neither the API's own nor a placeholder"},
		{"request body", "webhooks.get/200", inRequest("/id"), "don:integration:dvrv-us-1:devo/2kQx9Zr4:webhook/Zr41kWpn", "/id of the request has no account: it is documented as id and holds no placeholder"},
		{"undocumented member of the request", "webhooks.get/200", inRequest("/note"), "ask Jonas", "/note of the request has no account: it is not documented and holds no placeholder"},
		{"request body that is not JSON", "webhooks.get/200", func(ia *cassette.Interaction, value string) { ia.Request.Body = "user=" + value }, "Jonas", "the body of the request has no account: it is neither the API's own nor a placeholder"},
		{"host of the request's URL", "webhooks.get/200", func(ia *cassette.Interaction, value string) {
			ia.Request.URL = "https://" + value + "/webhooks.get"
		}, "globex.d-velop.cloud", "what stands around the request (base URL) has no account: it is neither the API's own nor a placeholder"},
		{"password in the request's URL", "webhooks.get/200", func(ia *cassette.Interaction, value string) {
			ia.Request.URL = "https://jonas:" + value + "@api.devrev.ai/webhooks.get"
		}, "93hf73", "what stands around the request (base URL) has no account: it is neither the API's own nor a placeholder"},
		{"request's host", "webhooks.get/200", func(ia *cassette.Interaction, value string) { ia.Request.Host = value }, "globex.d-velop.cloud", "what stands around the request (host) has no account: it is neither the API's own nor a placeholder"},
		{"request's address", "webhooks.get/200", func(ia *cassette.Interaction, value string) { ia.Request.RemoteAddr = value }, "203.0.113.7:443", "what stands around the request (remote address) has no account: it is neither the API's own nor a placeholder"},
		{"request line", "webhooks.get/200", func(ia *cassette.Interaction, value string) { ia.Request.RequestURI = value }, "/in?jonas", "what stands around the request (request line) has no account: it is neither the API's own nor a placeholder"},
		{"id in the path", "GetWebHook/200-json", func(ia *cassette.Interaction, value string) {
			ia.Request.URL = strings.Replace(ia.Request.URL, provider.DVelopWebhookID, value, 1)
		}, "8f14e45f-ceea-467f-9f2a-1d2c3b4a5e6f", "the path variable webHookId of the request has no account: it is neither the API's own nor a placeholder"},
		{"id in a path of nobody's", "webhooks.get/200", func(ia *cassette.Interaction, value string) {
			ia.Request.URL += "/of/" + value
		}, "8f14e45f-ceea-467f-9f2a-1d2c3b4a5e6f", "/webhook/created_by/display_picture/file/size of the answer has no account: it is not documented and holds no placeholder"},
		{"query", "webhooks.get/200-get", func(ia *cassette.Interaction, value string) { ia.Request.URL += "&owner=" + value }, "Jonas+Weber", "the value of field 2 of the request's query has no account: it is not documented and holds no placeholder"},
		{"id in the query", "webhooks.get/200-get", func(ia *cassette.Interaction, value string) {
			ia.Request.URL = "https://api.devrev.ai/webhooks.get?id=" + value
		}, "don:integration:dvrv-us-1:devo%2F2kQx9Zr4:webhook%2FZr41kWpn", "the query parameter \"id\" of the request has no account: it is documented as id and holds no placeholder"},
		{"name in the query", "webhooks.get/200-get", func(ia *cassette.Interaction, value string) { ia.Request.URL += "&" + value + "=1" }, "Jonas+Weber", "the name of field 2 of the request's query has no account: it is neither documented there nor a plain program word nor a placeholder"},
		{"fragment", "webhooks.get/200", func(ia *cassette.Interaction, value string) { ia.Request.URL += "#" + value }, "jonas", "what stands around the request (fragment) has no account: it is neither the API's own nor a placeholder"},
	} {
		t.Run(test.name, func(t *testing.T) {
			def := &provider.DevRev
			if !strings.HasPrefix(test.scenario, "webhooks.") {
				def = &provider.DVelop
			}
			dir := t.TempDir()
			file := filepath.Join(dir, "lookup.yaml")
			require.NoError(t, os.WriteFile(file, []byte("precious"), 0o644))

			r, _ := scrubbed(t, def, test.scenario, file)
			_, _, err := r.gate()
			require.NoError(t, err, "the recording is sound before the piece is put back")

			place := fmt.Sprintf("exchange #0 (%s %s)", r.captured[0].Request.Method, r.captured[0].Request.URL)
			before := r.captured[0].Request.URL
			test.revert(r.captured[0], test.value)
			if r.captured[0].Request.URL != before {
				place = "exchange #0"
			}
			_, err = r.Commit(Passed)
			var refused *CommitError
			require.ErrorAs(t, err, &refused)
			assert.Contains(t, refused.Reasons, place+": "+test.want)
			hint := "change what the test sends"
			if strings.Contains(test.want, " the answer") {
				hint = "name the member in Redact, or report it as a new field of the vendor"
			}
			assert.Equal(t, hint, refused.Hint)
			assert.NotContains(t, refused.Error(), test.value)
			content, err := os.ReadFile(file)
			require.NoError(t, err)
			assert.Equal(t, "precious", string(content))
			entries, err := os.ReadDir(dir)
			require.NoError(t, err)
			assert.Len(t, entries, 1)
		})
	}
}

// The same for every value that the scrubbing replaces in any shipped scenario:
// once with the tenant's own value, which the recording knows, and once with
// another of its form, which nothing knows.
func TestGate_everyValueNotScrubbed(t *testing.T) {
	off, refused := 0, 0
	for _, def := range provider.All() {
		for _, s := range def.Scenarios {
			r, real := scrubbed(t, def, s.Name, "")
			_, _, err := r.gate()
			require.NoError(t, err, s.Name)
			scrubbed := r.captured[0].Response.Body
			values := leavesOf(t, real)
			for pointer, replaced := range leavesOf(t, scrubbed) {
				value, ok := values[pointer]
				if !ok || value == replaced {
					continue
				}
				for _, value := range []any{value, another(value)} {
					if text, ok := value.(string); ok && strings.Contains(s.Request.Body, text) {
						continue // the scenario's own
					}
					off++
					r.captured[0].Response.Body = with(scrubbed, pointer, value)
					_, _, err := r.gate()
					var e *CommitError
					if assert.ErrorAs(t, err, &e, "%s: %s with %v", s.Name, pointer, value) {
						refused++
						assert.NotContains(t, e.Error(), fmt.Sprint(value))
					}
				}
			}
			r.captured[0].Response.Body = scrubbed
			_, _, err = r.gate()
			require.NoError(t, err, s.Name)
		}
	}
	t.Logf("scrubbing switched off for %d values, refused %d times", off, refused)
	assert.Equal(t, off, refused)
	assert.Greater(t, off, 200)
}

// leavesOf are the strings and numbers of a JSON text; one that is not JSON has
// none.
func leavesOf(t *testing.T, body string) map[string]any {
	t.Helper()
	leaves := map[string]any{}
	look := placeholder.Rewriter{
		String: func(pointer, value string) (string, bool) { leaves[pointer] = value; return "", false },
		Number: func(pointer, digits string) (string, bool) { leaves[pointer] = json.Number(digits); return "", false },
	}
	_, _ = look.Rewrite([]byte(body))
	return leaves
}

// another returns a value of the same form that the tenant does not have.
func another(value any) any {
	turn := func(s string) string {
		return strings.Map(func(c rune) rune {
			switch {
			case c >= 'a' && c <= 'z':
				return 'a' + (c-'a'+11)%26
			case c >= 'A' && c <= 'Z':
				return 'A' + (c-'A'+11)%26
			case c >= '0' && c <= '8':
				return c + 1
			}
			return c
		}, s)
	}
	if n, ok := value.(json.Number); ok {
		return json.Number(turn(n.String()))
	}
	s := value.(string)
	keep := 0
	switch {
	case strings.HasPrefix(s, "don:"):
		keep = strings.LastIndexAny(s, "/:") + 1
	case strings.Contains(s, "://"):
		keep = strings.Index(s, "://") + 3
	}
	return s[:keep] + turn(s[keep:])
}

// A recording whose table does not know the credential is refused: the search
// for it would find nothing and prove nothing.
func TestGate_noSecretRegistered(t *testing.T) {
	const want = "lookup.yaml not written: no credential was registered, so nothing could be searched for\n" +
		"hint: name a credential of the tenant's"
	for _, source := range []string{cassette.Live, cassette.Simulated} {
		r, _ := scrubbed(t, &provider.DevRev, "webhooks.get/200", "")
		r.Tenant.Source = source
		token := r.Tenant.Token
		r.Tenant.Token = ""
		_, _, err := r.gate()
		require.EqualError(t, err, want)
		r.Tenant.Token = token

		table, err := placeholder.New(placeholder.Options{Definition: r.Definition, BaseURL: r.Tenant.BaseURL})
		require.NoError(t, err)
		r.table = table
		_, _, err = r.gate()
		require.EqualError(t, err, want)
	}
	_, err := New(Config{Config: exchange.Config{Definition: &provider.DevRev}, Tenant: Tenant{BaseURL: provider.DevRev.BaseURL, Getenv: func(string) string { return "" }}})
	require.EqualError(t, err, "DEVREV_TOKEN: the credential is empty; set it to the tenant's")
}

// A value that the recording knows is found wherever it stands, in the places
// too that are the caller's own.
func TestGate_knownValueAnywhere(t *testing.T) {
	_, token, env := simulator.Tenant(&provider.DevRev)
	for _, value := range []string{token, env["DEVREV_WEBHOOK_ID"]} {
		for name, put := range map[string]revert{
			"a header's name":            func(ia *cassette.Interaction, v string) { ia.Request.Headers[v] = []string{"1"} },
			"the name of a header field": func(ia *cassette.Interaction, v string) { ia.Response.Headers[v] = []string{"1"} },
			"a header that is recorded":  func(ia *cassette.Interaction, v string) { ia.Request.Headers["X-Devrev-Scope"] = []string{v} },
			"the path":                   func(ia *cassette.Interaction, v string) { ia.Request.URL += "/" + v },
			"a member of the request": func(ia *cassette.Interaction, v string) {
				ia.Request.Body = with(ia.Request.Body, "/"+strings.ReplaceAll(v, "/", "~1"), 1)
			},
			"a word of the request": inRequest("/kind"),
			"the method":            func(ia *cassette.Interaction, v string) { ia.Request.Method = v },
			"the protocol":          func(ia *cassette.Interaction, v string) { ia.Response.Proto = v },
		} {
			r, _ := scrubbed(t, &provider.DevRev, "webhooks.get/200", "")
			put(r.captured[0], value)
			_, _, err := r.gate()
			if assert.Error(t, err, name) {
				assert.NotContains(t, err.Error(), value, name)
			}
		}
	}
}

// Exchanges are examined side by side: what is found in each, and where it stands in
// the list, is what is found when one is examined after the other.
func TestGate_manyExchanges(t *testing.T) {
	r, real := scrubbed(t, &provider.DevRev, "webhooks.get/200", filepath.Join(t.TempDir(), "x.yaml"))
	one := r.captured[0]
	var id struct{ Webhook struct{ ID string } }
	require.NoError(t, json.Unmarshal([]byte(real), &id))
	const many, sender = 60, 20
	r.captured, r.answers = nil, nil
	for i := range many {
		ia := *one
		ia.Response.Body = with(ia.Response.Body, "/lindQvist", true) // a name that stands open from when the test sent it
		switch {
		case i == sender:
			ia.Request.Body = with(ia.Request.Body, "/lindQvist", true)
		case i%3 == 1:
			ia.Response.Body = with(ia.Response.Body, "/erika", "Erika Beispiel")
		case i%3 == 2:
			inBody("/webhook/id")(&ia, id.Webhook.ID)
		}
		r.captured = append(r.captured, &ia)
	}
	found := r.unaccounted(r.knowledge())
	require.Len(t, found, many)
	for i := range found {
		assert.Equal(t, r.unaccountedIn(i, r.knowledge()), found[i], "exchange #%d", i)
		name := "the name of a member in the root of the answer has no account"
		assert.Equal(t, i < sender, strings.Contains(strings.Join(found[i].reasons, "\n"), name), "exchange #%d: %v", i, found[i].reasons)
		assert.Equal(t, i < sender || i%3 != 0 && i != sender, found[i].answered, "exchange #%d: %v", i, found[i].reasons)
	}
}
