package serve_test

import (
	"bufio"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/webhookvcr/internal/provider"
	"example.com/webhookvcr/internal/replay"
	"example.com/webhookvcr/internal/serve"
)

// A reader gets what was asked before it came, and what comes while it reads.
func TestStream(t *testing.T) {
	all := steps(t, &provider.DevRev, "always:webhooks.get/200")
	server, requests := serving(t, &provider.DevRev, all...)
	ask(t, "POST", server.URL+"/webhooks.get", webhook)
	resp, err := http.Get(server.URL + serve.StreamPath)
	require.NoError(t, err)
	defer resp.Body.Close()
	assert.Equal(t, "text/event-stream", resp.Header.Get("Content-Type"))
	lines := bufio.NewScanner(resp.Body)
	next := func() (name string, e serve.Entry) {
		for lines.Scan() {
			if rest, ok := strings.CutPrefix(lines.Text(), "event: "); ok {
				name = rest
			}
			if rest, ok := strings.CutPrefix(lines.Text(), "data: "); ok {
				require.NoError(t, json.Unmarshal([]byte(rest), &e))
			}
			if lines.Text() == "" {
				break
			}
		}
		return name, e
	}
	name, _ := next()
	assert.Equal(t, "reset", name)
	name, e := next()
	assert.Equal(t, "request", name)
	assert.Equal(t, 200, e.Status)
	ask(t, "GET", server.URL+"/webhooks.gt?access_token=Vb5Rt2LmXw9", "")
	_, e = next()
	assert.Equal(t, serve.Missed, e.Result)
	assert.Contains(t, e.Explanation, "nearest is")
	assert.NotContains(t, e.URL+e.Explanation, "Vb5Rt2LmXw9")
	sequence, err := replay.NewSequence(all...)
	require.NoError(t, err)
	assert.Equal(t, 2, requests.Reset(sequence).Asked)
	name, _ = next()
	assert.Equal(t, "reset", name)
	assert.Zero(t, requests.Report().Asked)
}

// A reader that does not read stops no request.
func TestStream_slowReader(t *testing.T) {
	server, requests := serving(t, &provider.DevRev, steps(t, &provider.DevRev, "always:webhooks.list/200")...)
	resp, err := http.Get(server.URL + serve.StreamPath)
	require.NoError(t, err)
	defer resp.Body.Close()
	const many = 600
	for range many {
		ask(t, "POST", server.URL+"/webhooks.list", "{}")
	}
	assert.Equal(t, many, requests.Report().Asked)
}
