package simulator_test

import (
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/webhookvcr/internal/provider"
	"example.com/webhookvcr/internal/simulator"
)

// reply is an answer, read to its end.
type reply struct {
	Status int
	Header http.Header
	Body   string
}

// member returns the value at a path of member names and indices.
func (r reply) member(t *testing.T, path ...any) any {
	t.Helper()
	var v any
	require.NoError(t, json.Unmarshal([]byte(r.Body), &v), "body: %s", r.Body)
	for _, step := range path {
		switch step := step.(type) {
		case string:
			m, ok := v.(map[string]any)
			require.True(t, ok, "no object around %q in %s", step, r.Body)
			require.Contains(t, m, step)
			v = m[step]
		case int:
			a, ok := v.([]any)
			require.True(t, ok, "no array around %d in %s", step, r.Body)
			require.Greater(t, len(a), step)
			v = a[step]
		}
	}
	return v
}

func (r reply) mediaType(t *testing.T) string {
	t.Helper()
	if r.Header.Get("Content-Type") == "" {
		return ""
	}
	mediaType, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	require.NoError(t, err)
	return mediaType
}

func do(t *testing.T, h http.Handler, req *http.Request) reply {
	t.Helper()
	resp, err := simulator.Transport(h).RoundTrip(req)
	require.NoError(t, err)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	return reply{resp.StatusCode, resp.Header, string(body)}
}

func newRequest(t *testing.T, method, target, body string) *http.Request {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, target, strings.NewReader(body))
	require.NoError(t, err)
	return req
}

// tenantRequest is a scenario's request as the recording layer sends it: every
// seed exchanged for the tenant's value, the credential and the origin added.
func tenantRequest(t *testing.T, d *provider.Definition, r provider.Request) *http.Request {
	t.Helper()
	base, token, env := simulator.Tenant(d)
	var pairs []string
	for _, s := range d.Bindings {
		pairs = append(pairs, s.Placeholder, env[s.Var], url.QueryEscape(s.Placeholder), url.QueryEscape(env[s.Var]))
	}
	reveal := strings.NewReplacer(pairs...).Replace
	req := newRequest(t, r.Method, base+reveal(r.Target), reveal(r.Body))
	for name, value := range r.Header {
		req.Header.Set(name, value)
	}
	switch r.Credential {
	case provider.Valid:
		req.Header.Set("Authorization", "Bearer "+token)
	case provider.Wrong:
		req.Header.Set("Authorization", "Bearer made-up")
	}
	if d.Origin && !r.NoOrigin {
		req.Header.Set("Origin", base)
	}
	return req
}

func TestNew_everyScenario(t *testing.T) {
	for _, d := range provider.All() {
		for _, sc := range d.Scenarios {
			t.Run(d.Name+"/"+sc.Name, func(t *testing.T) {
				h, err := simulator.New(d, sc.Switch)
				require.NoError(t, err)
				for _, name := range append([]string{""}, sc.Also...) {
					request := sc.Request
					if name != "" && sc.Switch == "" {
						continue // other requests get this answer in the replay only
					}
					if name != "" {
						request = d.Scenario(name).Request
					}
					got := do(t, h, tenantRequest(t, d, request))
					assert.Equal(t, sc.Status, got.Status, "answer to %q: %s", name, got.Body)
					if sc.MediaType != "" {
						// Also names requests that ask for another media type.
						if name == "" {
							assert.Equal(t, sc.MediaType, got.mediaType(t))
						}
					} else {
						assert.Empty(t, got.Header.Get("Content-Type"))
						assert.Empty(t, got.Body)
					}
					if sc.Type != "" {
						assert.Equal(t, sc.Type, got.member(t, "type"))
					}
				}
			})
		}
	}
}

func TestNew_twoHandlersAreAlikeAndApart(t *testing.T) {
	for _, d := range provider.All() {
		for _, sc := range d.Scenarios {
			first, err := simulator.New(d, sc.Switch)
			require.NoError(t, err)
			second, err := simulator.New(d, sc.Switch)
			require.NoError(t, err)
			// A handler without a state of its own may be one and the same.
			if kept := reflect.ValueOf(first); kept.Kind() == reflect.Pointer && kept.Elem().Type().Size() > 0 {
				assert.NotSame(t, first, second)
			}
			assert.Equal(t, do(t, first, tenantRequest(t, d, sc.Request)), do(t, second, tenantRequest(t, d, sc.Request)),
				"%s/%s is not the same twice", d.Name, sc.Name)
		}
	}
}

func TestNew_errors(t *testing.T) {
	for _, tt := range []struct {
		name string
		d    *provider.Definition
		sw   string
		want string
	}{
		{"no provider", nil, "", "no provider given, expected one of package provider"},
		{"unknown provider", &provider.Definition{Name: "acme"}, "", `no simulator for provider "acme"; add one to package simulator`},
		{
			"unknown state of DevRev", &provider.DevRev, "418",
			`the simulator of devrev has no state "418"; expected one of "", "400-bad_request", "400-value_not_permitted", "403", "429", "500", "503", "empty", "inactive", "minimal", "service_account", "undocumented"`,
		},
		{
			"unknown state of d.velop", &provider.DVelop, "minimal",
			`the simulator of dvelop has no state "minimal"; expected one of "", "500", "nulls", "undocumented"`,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			h, err := simulator.New(tt.d, tt.sw)
			assert.Nil(t, h)
			assert.EqualError(t, err, tt.want)
		})
	}
}

func TestTenant(t *testing.T) {
	for _, d := range provider.All() {
		base, token, env := simulator.Tenant(d)
		assert.NotEmpty(t, token)
		assert.NotEqual(t, provider.Token, token)
		u, err := url.Parse(base)
		require.NoError(t, err)
		assert.Equal(t, "https", u.Scheme)
		assert.Empty(t, u.Path)
		for _, s := range d.Bindings {
			assert.NotEmpty(t, env[s.Var], "%s has no value for %s", d.Name, s.Var)
			if s.Kind != provider.Event {
				assert.NotEqual(t, s.Placeholder, env[s.Var])
			}
		}
		assert.Len(t, env, len(d.Bindings))

		env["changed"] = "by the caller"
		_, _, again := simulator.Tenant(d)
		assert.NotContains(t, again, "changed")
	}

	base, token, env := simulator.Tenant(&provider.Definition{Name: "acme"})
	assert.Empty(t, base)
	assert.Empty(t, token)
	assert.Empty(t, env)
	base, token, env = simulator.Tenant(nil)
	assert.Empty(t, base+token)
	assert.Empty(t, env)
}

// TestTenant_lookups makes the requests by which a recording finds a seed that
// the environment does not give.
func TestTenant_lookups(t *testing.T) {
	for _, d := range provider.All() {
		_, _, env := simulator.Tenant(d)
		for _, s := range d.Bindings {
			if s.Lookup == nil {
				continue
			}
			h, err := simulator.New(d, "")
			require.NoError(t, err)
			got := do(t, h, tenantRequest(t, d, provider.Request{Method: s.Lookup.Method, Target: s.Lookup.Path, Body: s.Lookup.Body}))
			require.Equal(t, http.StatusOK, got.Status)
			var found []string
			for _, pointer := range s.Lookup.Pointers {
				var path []any
				for step := range strings.SplitSeq(strings.TrimPrefix(pointer, "/"), "/") {
					if step == "0" {
						path = append(path, 0)
					} else {
						path = append(path, step)
					}
				}
				found = append(found, fmt.Sprint(got.member(t, path...)))
			}
			assert.Contains(t, found, env[s.Var])
		}
	}
}

// TestTenant_holdsNoPlaceholder reads all that a tenant shows: a recording in
// which a value stands unreplaced must be told from one without it.
func TestTenant_holdsNoPlaceholder(t *testing.T) {
	placeholders := []string{
		provider.Token, provider.DVelop.BaseURL, "example.com", "devo/example", "webhook-id", "no-such",
		provider.DVelopRepositoryID, provider.DVelopWebhookID, provider.DVelopUnknownWebhookID, "-0000-4000-8000-",
	}
	shows := func(d *provider.Definition, sw string, requests ...provider.Request) {
		h, err := simulator.New(d, sw)
		require.NoError(t, err)
		for _, r := range requests {
			got := do(t, h, tenantRequest(t, d, r))
			require.Less(t, got.Status, 300, got.Body)
			i := slices.IndexFunc(placeholders, func(p string) bool {
				// What the request says of the webhook is shown again.
				return strings.Contains(strings.ToLower(got.Body), p) && !strings.Contains(r.Body, p)
			})
			assert.Negative(t, i, "%s shows a placeholder: %s", d.Name, got.Body)
		}
	}
	for _, sw := range []string{"", "undocumented"} {
		shows(&provider.DevRev, sw,
			provider.Request{Method: "POST", Target: "/webhooks.list", Body: "{}"},
			provider.Request{Method: "POST", Target: "/webhooks.create", Body: `{"url":"u"}`})
		shows(&provider.DVelop, sw,
			provider.Request{Method: "GET", Target: "/dmsconfig/r/" + provider.DVelopRepositoryID + "/events"})
	}
	for _, d := range provider.All() {
		for _, sc := range d.Scenarios {
			if sc.Status < 300 {
				shows(d, sc.Switch, sc.Request)
			}
		}
	}
}
