package cassette_test

import (
	"errors"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/webhookvcr/internal/cassette"
)

func asking(t *testing.T, body string) *http.Request {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "https://api.devrev.ai/webhooks.get", strings.NewReader(body))
	require.NoError(t, err)
	return req
}

func answering(req *http.Request, text string) *http.Response {
	return &http.Response{Status: "200 OK", StatusCode: 200, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(text)), Request: req}
}

// Each request reaches the transport that it was sent with, also when several are
// on their way through one recorder.
func TestRecorder_Pass(t *testing.T) {
	recorder, err := cassette.NewRecorder(nil)
	require.NoError(t, err)
	var all sync.WaitGroup
	for i := range 50 {
		all.Go(func() {
			text := strconv.Itoa(i)
			resp, err := recorder.Pass(asking(t, ""), func(req *http.Request) (*http.Response, error) { return answering(req, text), nil })
			if !assert.NoError(t, err) {
				return
			}
			body, err := io.ReadAll(resp.Body)
			assert.NoError(t, err)
			assert.Equal(t, text, string(body))
		})
	}
	all.Wait()
}

// An error of the transport comes back as it is.
func TestRecorder_Pass_error(t *testing.T) {
	want := errors.New("no network")
	for name, capture := range map[string]func(*cassette.Interaction) error{
		"passing": nil, "capturing": func(*cassette.Interaction) error { return nil },
	} {
		recorder, err := cassette.NewRecorder(capture)
		require.NoError(t, err)
		_, err = recorder.Pass(asking(t, ""), func(*http.Request) (*http.Response, error) { return nil, want })
		assert.ErrorIs(t, err, want, name)
	}
}

// A recorder that captures hands over each exchange once, and leaves no file.
func TestNewRecorder_captures(t *testing.T) {
	t.Chdir(t.TempDir())
	var captured []*cassette.Interaction
	recorder, err := cassette.NewRecorder(func(ia *cassette.Interaction) error {
		captured = append(captured, ia)
		return nil
	})
	require.NoError(t, err)
	for _, body := range []string{"one", "one", "two"} {
		resp, err := recorder.Pass(asking(t, body), func(req *http.Request) (*http.Response, error) {
			sent, err := io.ReadAll(req.Body)
			return answering(req, "answer to "+string(sent)), err
		})
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
	}
	require.Len(t, captured, 3)
	assert.Equal(t, "two", captured[2].Request.Body)
	assert.Equal(t, "answer to two", captured[2].Response.Body)
	files, err := os.ReadDir(".")
	require.NoError(t, err)
	assert.Empty(t, files)
}
