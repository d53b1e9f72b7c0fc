package webhooktest_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gopkg.in/dnaeon/go-vcr.v3/cassette"

	"example.com/webhookvcr/cassettes"
	"example.com/webhookvcr/internal/tbtest"
	"example.com/webhookvcr/webhooktest"
)

// scenario finds a shipped scenario by its name.
func scenario(t testing.TB, p webhooktest.Provider, name string) webhooktest.Scenario {
	t.Helper()
	for _, s := range p.Scenarios() {
		if s.Name == name {
			return s
		}
	}
	require.Fail(t, "no scenario "+name)
	return webhooktest.Scenario{}
}

// send sends a request and reads the whole answer.
func send(t testing.TB, client *http.Client, req *http.Request) (*http.Response, string) {
	t.Helper()
	resp, err := client.Do(req)
	require.NoError(t, err)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	return resp, string(body)
}

// What a client can see of an answer's body is what net/http's own shows.
func TestReplay_bodiesBehaveAsNetHTTPs(t *testing.T) {
	seen := func(resp *http.Response, body string) (all []any) {
		first := make([]byte, 5)
		_, err := io.ReadFull(resp.Body, first)
		all = append(all, string(first), err, resp.ContentLength, resp.Uncompressed, resp.TransferEncoding, resp.Request != nil && resp.Request.Method == http.MethodPost)
		rest, err := io.ReadAll(resp.Body)
		n, again := resp.Body.Read(first)
		all = append(all, len(first)+len(rest) == len(body), err, n, again)
		all = append(all, resp.Body.Close(), resp.Body.Close())
		n, late := resp.Body.Read(first)
		return append(all, n, fmt.Sprint(late), resp.Close, resp.Proto, len(resp.Trailer))
	}
	_, body := send(t, webhooktest.Replay(t, webhooktest.DevRev, "webhooks.get/200"), getWebhook(t, webhooktest.DevRevWebhookID))
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, body) }))
	defer server.Close()
	theirs, err := http.Post(server.URL, "application/json", nil)
	require.NoError(t, err)
	ours, err := webhooktest.Replay(t, webhooktest.DevRev, "webhooks.get/200").Do(getWebhook(t, webhooktest.DevRevWebhookID))
	require.NoError(t, err)

	assert.Equal(t, seen(theirs, body), seen(ours, body))
}

// getWebhook is the well-formed request of webhooks.get, for any id.
func getWebhook(t testing.TB, id string) *http.Request {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, webhooktest.DevRev.BaseURL()+"/webhooks.get", strings.NewReader(`{"id":"`+id+`"}`))
	require.NoError(t, err)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer "+webhooktest.Token)
	return req
}

// edited is a file system with a shipped scenario in which one text, which must
// be there, is replaced by another.
func edited(t testing.TB, file string, oldNew ...string) fstest.MapFS {
	t.Helper()
	data, err := cassettes.FS.ReadFile(file)
	require.NoError(t, err)
	text := string(data)
	for i := 0; i < len(oldNew); i += 2 {
		require.Contains(t, text, oldNew[i])
		text = strings.ReplaceAll(text, oldNew[i], oldNew[i+1])
	}
	return fstest.MapFS{file: {Data: []byte(text)}}
}

func TestReplay_answersInTheOrderOfTheSteps(t *testing.T) {
	client := webhooktest.Replay(t, webhooktest.DevRev, "webhooks.get/429", "webhooks.get/200-minimal", "webhooks.get/429", "webhooks.get/200")
	var statuses []int
	var bodies []string
	for range 4 {
		resp, body := send(t, client, getWebhook(t, webhooktest.DevRevWebhookID))
		statuses, bodies = append(statuses, resp.StatusCode), append(bodies, body)
	}
	assert.Equal(t, []int{429, 200, 429, 200}, statuses)
	assert.Less(t, len(bodies[1]), len(bodies[3]), "the minimal webhook comes before the full one")
}

func TestReplay_stepsOfDifferentRequestsMayBeAskedInAnyOrder(t *testing.T) {
	client := webhooktest.Replay(t, webhooktest.DevRev, "webhooks.list/200", "webhooks.get/404", "webhooks.get/200")
	resp, _ := send(t, client, getWebhook(t, webhooktest.DevRevUnknownWebhookID))
	assert.Equal(t, 404, resp.StatusCode)
	resp, _ = send(t, client, getWebhook(t, webhooktest.DevRevWebhookID))
	assert.Equal(t, 200, resp.StatusCode)
	resp, _ = send(t, client, scenario(t, webhooktest.DevRev, "webhooks.list/200").Request())
	assert.Equal(t, 200, resp.StatusCode)
}

func TestReplay_anErrorAnswersTheWellFormedRequestToo(t *testing.T) {
	client := webhooktest.Replay(t, webhooktest.DevRev, "webhooks.get/400-parse_error")
	resp, body := send(t, client, getWebhook(t, webhooktest.DevRevWebhookID))
	assert.Equal(t, 400, resp.StatusCode)
	assert.Contains(t, body, `"parse_error"`)
}

func TestReplay_followsToTheLoginPageWithAnyMediaType(t *testing.T) {
	for _, accept := range []string{"application/json", "application/hal+json", "text/html"} {
		w := tbtest.New(accept).Run(func(tb testing.TB) {
			client := webhooktest.Replay(tb, webhooktest.DVelop, "GetWebHook/302-login")
			req := scenario(t, webhooktest.DVelop, "GetWebHook/200-json").Request()
			req.Header.Set("Accept", accept)
			resp, body := send(t, client, req)
			assert.Equal(t, 200, resp.StatusCode)
			assert.Equal(t, "/identityprovider/login", resp.Request.URL.Path)
			assert.Contains(t, body, "<html>")
		})
		assert.Empty(t, w.Failures())
	}
}

func TestReplay_unusedStepsFailTheTest(t *testing.T) {
	play := func(p webhooktest.Provider, spoil func(w *tbtest.TB), steps ...webhooktest.Step) *tbtest.TB {
		w := tbtest.New(t.Name())
		return w.Run(func(tb testing.TB) {
			client := webhooktest.Replay(tb, p, steps...)
			send(t, client, getWebhook(t, webhooktest.DevRevWebhookID))
			if spoil != nil {
				spoil(w)
			}
		})
	}
	t.Run("one", func(t *testing.T) {
		w := tbtest.New(t.Name()).Run(func(tb testing.TB) { webhooktest.Replay(tb, webhooktest.DevRev, "webhooks.list/200") })
		assert.Equal(t, `the test has ended, and no request asked for
	"webhooks.list/200": POST https://api.devrev.ai/webhooks.list {}
leave the step out, or use AllowUnused when the code may do without`, w.Failures())
	})
	t.Run("several, told apart by their step", func(t *testing.T) {
		w := play(webhooktest.DevRev, nil, "webhooks.get/429", "webhooks.get/429", webhooktest.Timeout("webhooks.get/429"))
		assert.Equal(t, `the test has ended, and no request asked for
	step 2, "webhooks.get/429": POST https://api.devrev.ai/webhooks.get {"id":"don:integration:dvrv-us-1:devo/example:webhook/webhook-id"}
	step 3, Timeout("webhooks.get/429"): POST https://api.devrev.ai/webhooks.get {"id":"don:integration:dvrv-us-1:devo/example:webhook/webhook-id"}
leave the step out, or use AllowUnused when the code may do without`, w.Failures())
	})
	t.Run("not when the test has failed", func(t *testing.T) {
		w := play(webhooktest.DevRev, (*tbtest.TB).Fail, "webhooks.get/429", "webhooks.get/200")
		assert.Empty(t, w.Failures())
	})
	t.Run("not when the test was skipped", func(t *testing.T) {
		w := play(webhooktest.DevRev, (*tbtest.TB).SkipNow, "webhooks.get/429", "webhooks.get/200")
		assert.Empty(t, w.Failures())
	})
	t.Run("not with AllowUnused", func(t *testing.T) {
		w := play(webhooktest.DevRev.With(webhooktest.AllowUnused()), nil, "webhooks.get/429", "webhooks.get/200")
		assert.Empty(t, w.Failures())
	})
}

// sentence is what a message says of a place in a request or an answer. Package
// contract pins these.
var sentence = regexp.MustCompile(`((?:request|answer)(?: \S+)?(?: \(line \d+, column \d+\))?): .*`)

// Breaches fail the test, and news are logged. How a message names them stands in
// testdata/golden/messages/contract.golden.
func TestReplay_breachesOfTheContractFailTheTest(t *testing.T) {
	noSecret := edited(t, "devrev/webhooks.get/200.yaml", `"secret": `, `"secrets": `)
	tests := []struct {
		name       string
		provider   webhooktest.Provider
		step       webhooktest.Step
		change     func(*http.Request)
		fails, log bool
	}{
		{name: "none", step: "webhooks.get/200"},
		{
			name: "the request", step: "webhooks.get/200",
			change: func(req *http.Request) { req.Header.Set("Content-Type", "text/plain") },
			fails:  true,
		},
		{
			name: "the answer", step: "webhooks.get/200",
			provider: webhooktest.DevRev.With(webhooktest.OwnScenarios(noSecret)),
			fails:    true,
			log:      true,
		},
		{
			name: "an undocumented member is logged", step: "webhooks.get/200",
			provider: webhooktest.DevRev.With(webhooktest.OwnScenarios(edited(t, "devrev/webhooks.get/200.yaml", `"secret": `, `"color": "red", "secret": `))),
			log:      true,
		},
		{
			name: "an unlisted value is logged", step: "webhooks.get/200",
			provider: webhooktest.DevRev.With(webhooktest.OwnScenarios(edited(t, "devrev/webhooks.get/200.yaml", `"status": "active"`, `"status": "paused"`))),
			log:      true,
		},
		{name: "a departure that the scenario demonstrates", step: "webhooks.get/400-invalid_field"},
		{
			name: "another departure in such a scenario", step: "webhooks.get/400-invalid_field",
			provider: webhooktest.DevRev.With(webhooktest.OwnScenarios(edited(t, "devrev/webhooks.get/400-invalid_field.yaml", `"field_name": `, `"field": `))),
			fails:    true,
			log:      true,
		},
	}
	var said []string
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			p := tc.provider
			if p.String() == "no provider" {
				p = webhooktest.DevRev
			}
			w := tbtest.New(t.Name()).Run(func(tb testing.TB) {
				client := webhooktest.Replay(tb, p, webhooktest.Always(tc.step))
				for range 2 {
					req := scenario(t, webhooktest.DevRev, string(tc.step)).Request()
					if tc.change != nil {
						tc.change(req)
					}
					send(t, client, req)
				}
			})
			assert.Len(t, w.Errors(), map[bool]int{true: 2}[tc.fails], "every exchange counts")
			assert.Len(t, w.Logs(), map[bool]int{true: 1}[tc.log], "news are told once")
			said = append(said, "# "+tc.name+"\n"+sentence.ReplaceAllString(anyLine(w.Said()), "$1: …"))
		})
	}
	assertMessages(t, "contract", len(tests), said)
}

func TestReplay_answersAreTheCallersOwn(t *testing.T) {
	client := webhooktest.Replay(t, webhooktest.DevRev, webhooktest.Always("webhooks.get/429"))
	first, body := send(t, client, getWebhook(t, webhooktest.DevRevWebhookID))
	require.Equal(t, "1", first.Header.Get("Retry-After"))
	require.EqualValues(t, len(body), first.ContentLength)
	first.Header.Set("Retry-After", "3600")
	first.Header["Content-Type"][0] = "text/plain"
	first.Header.Del("X-Ratelimit-Limit")
	second, _ := send(t, client, getWebhook(t, webhooktest.DevRevWebhookID))
	assert.Equal(t, "1", second.Header.Get("Retry-After"))
	assert.Equal(t, "application/json", second.Header.Get("Content-Type"))
	assert.Equal(t, "1000", second.Header.Get("X-Ratelimit-Limit"))
	assert.Equal(t, "429 Too Many Requests", second.Status)
	assert.Equal(t, "HTTP/1.1", second.Proto)
}

// watched is a body that tells what was done to it.
type watched struct {
	io.Reader
	closed int
}

func (b *watched) Close() error { b.closed++; return nil }

func TestReplay_leavesTheRequestAsItWas(t *testing.T) {
	type key struct{}
	transport := webhooktest.Replay(t, webhooktest.DevRev, "webhooks.get/200").Transport
	body := &watched{Reader: strings.NewReader(`{"id":"` + webhooktest.DevRevWebhookID + `"}`)}
	ctx := context.WithValue(t.Context(), key{}, "kept")
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "https://api.devrev.ai/webhooks.get", body)
	require.NoError(t, err)
	req.Header.Set("Content-Type", "application/json")
	before := req.Clone(ctx)

	resp, err := transport.RoundTrip(req)

	require.NoError(t, err)
	assert.Same(t, req, resp.Request)
	assert.Equal(t, "kept", resp.Request.Context().Value(key{}))
	assert.Equal(t, before.Header, req.Header, "what the client adds is not added to the caller's request")
	assert.Equal(t, before.URL.String(), req.URL.String())
	assert.Same(t, body, req.Body)
	assert.Equal(t, 1, body.closed)
}

func TestReplay_closesTheBodyOfRequestsThatGoNowhere(t *testing.T) {
	for name, spoil := range map[string]func(*http.Request) *http.Request{
		"a miss":       func(req *http.Request) *http.Request { req.URL.Path = "/elsewhere"; return req },
		"an upgrade":   func(req *http.Request) *http.Request { req.Header.Set("Upgrade", "websocket"); return req },
		"no URL":       func(req *http.Request) *http.Request { req.URL = nil; return req },
		"short body":   func(req *http.Request) *http.Request { req.ContentLength = 999; return req },
		"long body":    func(req *http.Request) *http.Request { req.ContentLength = 3; return req },
		"enormous":     func(req *http.Request) *http.Request { req.Body.(*watched).Reader = endless{}; return req },
		"a broken one": func(req *http.Request) *http.Request { req.Body.(*watched).Reader = broken{}; return req },
		"a cancelled one": func(req *http.Request) *http.Request {
			ctx, cancel := context.WithCancel(req.Context())
			cancel()
			return req.WithContext(ctx)
		},
	} {
		t.Run(name, func(t *testing.T) {
			body := &watched{Reader: strings.NewReader(`{}`)}
			tbtest.New(t.Name()).Run(func(tb testing.TB) {
				transport := webhooktest.Replay(tb, webhooktest.DevRev, "webhooks.get/200").Transport
				req, err := http.NewRequest(http.MethodPost, "https://api.devrev.ai/webhooks.list", body)
				require.NoError(t, err)
				_, err = transport.RoundTrip(spoil(req))
				require.Error(t, err)
			})
			assert.Equal(t, 1, body.closed)
		})
	}
}

type endless struct{}

func (endless) Read(p []byte) (int, error) { return len(p), nil }

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, errors.New("the disk is gone") }

func TestReplay_honoursContexts(t *testing.T) {
	cause := errors.New("the user has left")
	cancelled, cancel := context.WithCancelCause(t.Context())
	cancel(cause)
	late, stop := context.WithDeadline(t.Context(), time.Now().Add(-time.Second))
	defer stop()
	w := tbtest.New(t.Name()).Run(func(tb testing.TB) {
		client := webhooktest.Replay(tb, webhooktest.DevRev.With(webhooktest.AllowUnused()), "webhooks.get/200")
		_, err := client.Do(getWebhook(t, webhooktest.DevRevWebhookID).WithContext(cancelled))
		assert.ErrorIs(t, err, cause)
		_, err = client.Do(getWebhook(t, webhooktest.DevRevWebhookID).WithContext(late))
		assert.ErrorIs(t, err, context.DeadlineExceeded)
		// Neither has used the step up.
		resp, _ := send(t, client, getWebhook(t, webhooktest.DevRevWebhookID))
		assert.Equal(t, 200, resp.StatusCode)
	})
	assert.Empty(t, w.Failures(), "a cancelled request is no miss")
}

func TestReplay_afterTheTestsEnd(t *testing.T) {
	var client *http.Client
	w := tbtest.New(t.Name()).Run(func(tb testing.TB) {
		client = webhooktest.Replay(tb, webhooktest.DevRev, webhooktest.Always("webhooks.get/200"))
	})
	for range 2 {
		client.CloseIdleConnections()
		_, err := client.Do(getWebhook(t, "anything"))
		require.EqualError(t, err, `Post "https://api.devrev.ai/webhooks.get": POST https://api.devrev.ai/webhooks.get: the client was closed when its test ended`)
	}
	assert.Empty(t, w.Said(), "a test that is over is left alone")
}

func TestReplay_refusesAnUpgrade(t *testing.T) {
	w := tbtest.New(t.Name()).Run(func(tb testing.TB) {
		client := webhooktest.Replay(tb, webhooktest.DevRev, "webhooks.get/200")
		req := getWebhook(t, webhooktest.DevRevWebhookID)
		req.Header.Set("Upgrade", "websocket")
		_, err := client.Do(req)
		assert.Error(t, err)
	})
	assert.Equal(t, `POST https://api.devrev.ai/webhooks.get asks for an upgrade to "websocket"; a cassette holds plain HTTP exchanges only, so send this request through a client of its own`, w.Failures())
}

func TestReplay_requestsWithoutMethodOrHeader(t *testing.T) {
	seen := 0
	p := webhooktest.DevRev.With(webhooktest.OnRequest(func(req *http.Request) {
		seen++
		assert.Equal(t, "Bearer "+webhooktest.Token, req.Header.Get("Authorization"))
	}))
	transport := webhooktest.Replay(t, p, "webhooks.get/200-get").Transport
	shipped := scenario(t, webhooktest.DevRev, "webhooks.get/200-get").Request()
	resp, err := transport.RoundTrip(&http.Request{URL: shipped.URL})
	require.NoError(t, err)
	assert.Equal(t, 200, resp.StatusCode)
	assert.Equal(t, 1, seen)
}

// An answer to HEAD has no body, and the length that the body would have.
func TestReplay_head(t *testing.T) {
	t.Setenv(webhooktest.RecordVar, "")
	for name, tc := range map[string]struct {
		header, body string
		length       int64
	}{
		"a length is recorded":  {"99", "", 99},
		"none is":               {"", "", 0},
		"a body is, by mistake": {"", "{}", 2},
	} {
		t.Run(name, func(t *testing.T) {
			c := cassette.New(filepath.Join(t.TempDir(), "head"))
			ia := &cassette.Interaction{
				Request:  cassette.Request{Method: http.MethodHead, URL: "https://api.devrev.ai/webhooks.test"},
				Response: cassette.Response{Code: 200, Body: tc.body, Headers: http.Header{"Content-Type": {"application/json"}}},
			}
			if tc.header != "" {
				ia.Response.Headers.Set("Content-Length", tc.header)
			}
			c.AddInteraction(ia)
			require.NoError(t, c.Save())
			client := webhooktest.Open(t, webhooktest.DevRev, c.File)
			req, err := http.NewRequest(http.MethodHead, "https://api.devrev.ai/webhooks.test", nil)
			require.NoError(t, err)
			resp, body := send(t, client, req)
			assert.Empty(t, body)
			assert.Equal(t, tc.length, resp.ContentLength)
			assert.Equal(t, tc.header, resp.Header.Get("Content-Length"))
		})
	}
}

// retrying gets the webhook and waits as Retry-After says.
func retrying(ctx context.Context, client *http.Client, body []byte) (*http.Response, error) {
	for {
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, webhooktest.DevRev.BaseURL()+"/webhooks.get", bytes.NewReader(body))
		if err != nil {
			return nil, err
		}
		req.Header.Set("Content-Type", "application/json")
		resp, err := client.Do(req)
		if err != nil || resp.StatusCode != http.StatusTooManyRequests {
			return resp, err
		}
		resp.Body.Close()
		wait, err := time.ParseDuration(resp.Header.Get("Retry-After") + "s")
		if err != nil {
			return nil, err
		}
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

func TestReplay_retriesTakeNoTimeInABubble(t *testing.T) {
	body := []byte(`{"id":"` + webhooktest.DevRevWebhookID + `"}`)
	steps := []webhooktest.Step{"webhooks.get/429", "webhooks.get/429", "webhooks.get/200"}
	began := time.Now()
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		client := webhooktest.Replay(t, webhooktest.DevRev, steps...)
		client.Timeout = time.Minute
		resp, err := retrying(t.Context(), client, body)
		require.NoError(t, err)
		resp.Body.Close()
		assert.Equal(t, 200, resp.StatusCode)
		assert.Equal(t, 2*time.Second, time.Since(start), "the bubble's clock has waited twice")
	})
	assert.Less(t, time.Since(began), time.Second, "nobody else has")
}

// A client made outside a bubble may be used inside one, and afterwards.
func TestReplay_clientCrossesABubblesBorder(t *testing.T) {
	client := webhooktest.Replay(t, webhooktest.DevRev, webhooktest.Always("webhooks.get/200"))
	send(t, client, getWebhook(t, webhooktest.DevRevWebhookID))
	synctest.Test(t, func(t *testing.T) { send(t, client, getWebhook(t, webhooktest.DevRevWebhookID)) })
	send(t, client, getWebhook(t, webhooktest.DevRevWebhookID))
}

// A replay does not wait as long as the recorded exchange took.
func TestReplay_doesNotSleep(t *testing.T) {
	slow := edited(t, "devrev/webhooks.get/200.yaml", "duration: 0s", "duration: 1h0m0s")
	began := time.Now()
	client := webhooktest.Replay(t, webhooktest.DevRev.With(webhooktest.OwnScenarios(slow)), "webhooks.get/200")
	send(t, client, getWebhook(t, webhooktest.DevRevWebhookID))
	assert.Less(t, time.Since(began), 5*time.Second)
}
