package replay_test

import (
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	govcr "gopkg.in/dnaeon/go-vcr.v3/cassette"

	"example.com/webhookvcr/internal/cassette"
	"example.com/webhookvcr/internal/exchange"
	"example.com/webhookvcr/internal/provider"
	"example.com/webhookvcr/internal/replay"
	"example.com/webhookvcr/internal/scenario"
	"example.com/webhookvcr/internal/tbtest"
	"example.com/webhookvcr/internal/vcrtest"
	"example.com/webhookvcr/webhooktest"
)

func index(t *testing.T, name string) *replay.Index {
	t.Helper()
	s := provider.DevRev.Scenario(name)
	require.NotNil(t, s, name)
	file, err := scenario.Library{Definition: &provider.DevRev}.File(s)
	require.NoError(t, err)
	return replay.NewIndex(file, &provider.DevRev, s)
}

func asking(t *testing.T, body string) *http.Request {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, provider.DevRev.BaseURL+"/webhooks.get", strings.NewReader(body))
	require.NoError(t, err)
	req.Header.Set("Content-Type", "application/json")
	return req
}

const webhook = `{"id":"` + provider.DevRevWebhookID + `"}`

// A sequence answers equal requests in its order, and says with what.
func TestTransport_Exchange(t *testing.T) {
	sequence, err := replay.NewSequence(
		replay.Step{Name: "first", Index: index(t, "webhooks.get/429")},
		replay.Step{Name: "second", Index: index(t, "webhooks.get/200"), Fault: replay.Truncated},
		replay.Step{Name: "third", Index: index(t, "webhooks.list/200")},
	)
	require.NoError(t, err)
	report := tbtest.New(t.Name())
	transport := replay.NewTransport(exchange.Config{Definition: &provider.DevRev, Report: report}, sequence)

	req := asking(t, webhook)
	resp, by, err := transport.Exchange(req)
	require.NoError(t, err)
	assert.Equal(t, http.StatusTooManyRequests, resp.StatusCode)
	assert.Same(t, req, resp.Request)
	assert.Equal(t, 1, by.Step)
	assert.Equal(t, "first", by.Name)
	assert.Equal(t, replay.None, by.Fault)
	assert.Equal(t, webhook, string(by.Request.Body))

	resp, by, err = transport.Exchange(asking(t, webhook))
	require.NoError(t, err)
	_, err = io.ReadAll(resp.Body)
	assert.ErrorIs(t, err, io.ErrUnexpectedEOF)
	assert.Equal(t, 2, by.Step)
	assert.Equal(t, replay.Truncated, by.Fault)
	assert.Empty(t, report.Errors())

	_, by, err = transport.Exchange(asking(t, webhook))
	assert.ErrorIs(t, err, govcr.ErrInteractionNotFound)
	assert.Nil(t, by.Index)
	assert.NotNil(t, by.Request)
	assert.Len(t, report.Errors(), 1)
	assert.Len(t, sequence.Unused(), 1)

	transport.Close()
	_, by, err = transport.Exchange(asking(t, webhook))
	assert.ErrorIs(t, err, exchange.ErrClosed)
	assert.Nil(t, by.Request)
}

// Requests that a cassette was made of get their own answers, or the first that
// does not is named.
func TestMisled(t *testing.T) {
	at := func(body string) *cassette.Interaction {
		return &cassette.Interaction{
			Request:  govcr.Request{Method: "POST", URL: provider.DevRev.BaseURL + "/webhooks.get", Body: body},
			Response: govcr.Response{Code: 200},
		}
	}
	var keys []*replay.Key
	for _, body := range []string{`{"id":"a"}`, `{"id":"b"}`, `{"id":"a"}`} {
		keys = append(keys, replay.NewKey(&provider.DevRev, exchange.Asked(asking(t, body), []byte(body))))
	}
	for name, tc := range map[string]struct {
		bodies       []string
		asked, found int
	}{
		"its own answers":      {[]string{`{"id":"a"}`, `{ "id": "b" }`, `{"id":"a"}`}, -1, -1},
		"another one's answer": {[]string{`{"id":"b"}`, `{"id":"a"}`, `{"id":"a"}`}, 0, 1},
		"no answer":            {[]string{`{"id":"a"}`, `{"id":"b"}`, `{"id":"c"}`}, 2, -1},
	} {
		file := &cassette.File{}
		for _, body := range tc.bodies {
			file.Interactions = append(file.Interactions, at(body))
		}
		asked, found := replay.Misled(file, &provider.DevRev, nil, keys)
		assert.Equal(t, [2]int{tc.asked, tc.found}, [2]int{asked, found}, name)
	}
}

// A request takes the first step that answers it and is not used, however the
// steps of its cassette and of others are mixed.
func TestTransport_Exchange_order(t *testing.T) {
	names := []string{"webhooks.get/200", "webhooks.get/429", "webhooks.list/200"}
	random := rand.New(rand.NewPCG(1, 2))
	for range 50 {
		var steps []replay.Step
		for i := range 30 {
			name := names[random.IntN(len(names))]
			steps = append(steps, replay.Step{Name: name, Index: index(t, name), Always: i > 10 && random.IntN(20) == 0})
		}
		sequence, err := replay.NewSequence(steps...)
		require.NoError(t, err)
		transport := replay.NewTransport(exchange.Config{Definition: &provider.DevRev, Report: tbtest.New(t.Name())}, sequence)
		used := map[int]bool{}
		for range 35 {
			operation, body := "webhooks.get", webhook
			if random.IntN(3) == 0 {
				operation, body = "webhooks.list", "{}"
			}
			want := 0
			for i, s := range steps {
				if strings.HasPrefix(s.Name, operation+"/") && (s.Always || !used[i]) {
					used[i], want = true, i+1
					break
				}
			}
			req := asking(t, body)
			req.URL.Path = "/" + operation
			_, by, err := transport.Exchange(req)
			assert.Equal(t, want, by.Step)
			assert.Equal(t, want == 0, err != nil)
		}
	}
}

// With an order, a request is answered if every step before its own is used.
func TestTransport_Exchange_inOrder(t *testing.T) {
	names := []string{"webhooks.get/200", "webhooks.list/200", "webhooks.get/429"}
	for range 20 {
		names = append(names, names[:3]...)
	}
	var steps []replay.Step
	for _, name := range names {
		steps = append(steps, replay.Step{Name: name, Index: index(t, name)})
	}
	sequence, err := replay.NewSequence(steps...)
	require.NoError(t, err)
	sequence.InOrder = true
	transport := replay.NewTransport(exchange.Config{Definition: &provider.DevRev, Report: tbtest.New(t.Name())}, sequence)
	list := func() *http.Request {
		req := asking(t, "{}")
		req.URL.Path = "/webhooks.list"
		return req
	}
	for i, name := range names {
		right, wrong := asking(t, webhook), list()
		if name == "webhooks.list/200" {
			right, wrong = wrong, right
		}
		_, by, err := transport.Exchange(wrong)
		assert.ErrorIs(t, err, govcr.ErrInteractionNotFound)
		assert.Nil(t, by.Index)
		_, by, err = transport.Exchange(right)
		require.NoError(t, err)
		assert.Equal(t, i+1, by.Step)
	}
}

// What varies too deep for a pointer lets nothing else vary.
func TestMisled_deep(t *testing.T) {
	body := func(varies, fixed string) string {
		return strings.Repeat(`{"a":`, 20) + `["` + varies + `","` + fixed + `"]` + strings.Repeat("}", 20)
	}
	file := &cassette.File{Header: cassette.Header{Provider: "devrev"}, Interactions: []*cassette.Interaction{{
		Request:  govcr.Request{Method: "POST", URL: provider.DevRev.BaseURL + "/webhooks.get", Body: body("sent-text-1", "fixed")},
		Response: govcr.Response{Code: 200},
	}}}
	for sent, found := range map[string]int{body("another", "fixed"): -1, body("another", "other"): 0} {
		key := replay.NewKey(&provider.DevRev, exchange.Asked(asking(t, sent), []byte(sent)))
		asked, _ := replay.Misled(file, &provider.DevRev, nil, []*replay.Key{key})
		assert.Equal(t, found, asked, sent)
	}
}

func TestTransport_answersAreTheCallersOwn(t *testing.T) {
	client := webhooktest.Replay(t, webhooktest.DevRev, webhooktest.Always("webhooks.get/429"))
	first, body := vcrtest.Send(t, client, vcrtest.GetWebhook(t, webhooktest.DevRevWebhookID))
	require.Equal(t, "1", first.Header.Get("Retry-After"))
	require.EqualValues(t, len(body), first.ContentLength)
	first.Header.Set("Retry-After", "3600")
	first.Header["Content-Type"][0] = "text/plain"
	first.Header.Del("X-Ratelimit-Limit")
	second, _ := vcrtest.Send(t, client, vcrtest.GetWebhook(t, webhooktest.DevRevWebhookID))
	assert.Equal(t, "1", second.Header.Get("Retry-After"))
	assert.Equal(t, "application/json", second.Header.Get("Content-Type"))
	assert.Equal(t, "1000", second.Header.Get("X-Ratelimit-Limit"))
	assert.Equal(t, "429 Too Many Requests", second.Status)
	assert.Equal(t, "HTTP/1.1", second.Proto)
}

func TestTransport_honoursContexts(t *testing.T) {
	cause := errors.New("the user has left")
	cancelled, cancel := context.WithCancelCause(t.Context())
	cancel(cause)
	late, stop := context.WithDeadline(t.Context(), time.Now().Add(-time.Second))
	defer stop()
	w := tbtest.New(t.Name()).Run(func(tb testing.TB) {
		client := webhooktest.Replay(tb, webhooktest.DevRev.With(webhooktest.AllowUnused()), "webhooks.get/200")
		_, err := client.Do(vcrtest.GetWebhook(t, webhooktest.DevRevWebhookID).WithContext(cancelled))
		assert.ErrorIs(t, err, cause)
		_, err = client.Do(vcrtest.GetWebhook(t, webhooktest.DevRevWebhookID).WithContext(late))
		assert.ErrorIs(t, err, context.DeadlineExceeded)
		// Neither has used the step up.
		resp, _ := vcrtest.Send(t, client, vcrtest.GetWebhook(t, webhooktest.DevRevWebhookID))
		assert.Equal(t, 200, resp.StatusCode)
	})
	assert.Empty(t, w.Failures(), "a cancelled request is no miss")
}

func TestTransport_afterTheTestsEnd(t *testing.T) {
	var client *http.Client
	w := tbtest.New(t.Name()).Run(func(tb testing.TB) {
		client = webhooktest.Replay(tb, webhooktest.DevRev, webhooktest.Always("webhooks.get/200"))
	})
	for range 2 {
		client.CloseIdleConnections()
		_, err := client.Do(vcrtest.GetWebhook(t, "anything"))
		require.EqualError(t, err, `Post "https://api.devrev.ai/webhooks.get": POST https://api.devrev.ai/webhooks.get: the client was closed when its test ended`)
	}
	assert.Empty(t, w.Said(), "a test that is over is left alone")
}
