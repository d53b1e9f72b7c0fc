package refresh

import (
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/webhookvcr/cmd/record/internal/session"
	"example.com/webhookvcr/internal/provider"
	"example.com/webhookvcr/internal/record"
	"example.com/webhookvcr/internal/simulator"
)

type answering func(*http.Request) (*http.Response, error)

func (f answering) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

// What a creation has made is found and removed, whatever came in the place of its
// answer; only one that nothing has answered and that no list shows may yet be carried
// out.
func TestOwn_creations(t *testing.T) {
	answers := map[string]func(made *http.Response) (*http.Response, error){
		"the answer": func(made *http.Response) (*http.Response, error) { return made, nil },
		"HTML": func(*http.Response) (*http.Response, error) {
			return &http.Response{StatusCode: 201, Header: http.Header{"Content-Type": {"text/html"}}, Body: io.NopCloser(strings.NewReader("<html>"))}, nil
		},
		"no id": func(*http.Response) (*http.Response, error) {
			return &http.Response{StatusCode: 201, Header: http.Header{}, Body: io.NopCloser(strings.NewReader("{}"))}, nil
		},
		"500": func(*http.Response) (*http.Response, error) {
			return &http.Response{StatusCode: 500, Header: http.Header{}, Body: http.NoBody}, nil
		},
		"a reset": func(*http.Response) (*http.Response, error) {
			return nil, &session.UnreachableError{Err: errors.New("reset")}
		},
	}
	for _, def := range []*provider.Definition{&provider.DevRev, &provider.DVelop} {
		for name, answer := range answers {
			for _, carriedOut := range []bool{true, false} {
				if name == "the answer" && !carriedOut {
					continue
				}
				handler, err := simulator.New(def, "")
				require.NoError(t, err)
				base, token, env := simulator.Tenant(def)
				tenant := simulator.Transport(handler)
				o := &own{def: def, at: def.Own.At + "/7", made: map[string]bool{}, left: map[string]error{}}
				o.tenant = record.Tenant{
					BaseURL: base, Token: token, Getenv: func(name string) string { return env[name] },
					Transport: answering(func(req *http.Request) (*http.Response, error) {
						if req.Method != def.Own.Create.Method || !strings.HasSuffix(req.URL.EscapedPath(), o.translate(def.Own.Create.Target, "", url.PathEscape)) {
							return tenant.RoundTrip(req)
						}
						var made *http.Response
						if carriedOut {
							made, err = tenant.RoundTrip(req)
							require.NoError(t, err)
							require.Less(t, made.StatusCode, 300)
						}
						return answer(made)
					}),
				}
				before, err := o.list(t.Context(), time.Minute)
				require.NoError(t, err)
				o.before = before
				o.create(t.Context(), time.Minute) // its error is the scenario's
				o.remove(t.Context(), session.SystemClock, time.Minute, 0)
				said := ""
				if err := o.report(); err != nil {
					said = err.Error()
				}
				t.Logf("%-7s %-10s carried out: %-5v %q", def.Name, name, carriedOut, said)
				if name == "a reset" && !carriedOut {
					assert.Contains(t, said, "a creation got no answer, and may be carried out yet; look for a webhook that delivers to "+o.at+" later, and remove it")
				} else {
					assert.Empty(t, said)
				}
				after, err := o.list(t.Context(), time.Minute)
				require.NoError(t, err)
				assert.Equal(t, before, after, "what was there is there, and no more")
			}
		}
	}
}
