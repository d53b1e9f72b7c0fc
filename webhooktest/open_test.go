package webhooktest_test

import (
	"errors"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/webhookvcr/webhooktest"
	"example.com/webhookvcr/webhooktest/internal/tbtest"
)

// shippedFile is a copy of a shipped cassette.
func shippedFile(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "cassettes", filepath.FromSlash(name)))
	require.NoError(t, err)
	file := cassettePath(t)
	require.NoError(t, os.WriteFile(file, data, 0o644))
	return file
}

// silentTransport answers with neither an answer nor an error.
type silentTransport struct{}

func (silentTransport) RoundTrip(*http.Request) (*http.Response, error) { return nil, nil }

// bodiless answers without a body, which net/http's transport never does.
type bodiless struct{}

func (bodiless) RoundTrip(*http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: 200}, nil
}

// Wherever a transport of the caller's is asked, one that gives neither an answer
// nor an error is named.
func TestTransport_neitherAnswerNorError(t *testing.T) {
	w := tbtest.New(t.Name()).Run(func(tb testing.TB) {
		client := &http.Client{Transport: webhooktest.Checked(tb, webhooktest.DevRev.With(webhooktest.AllowUnused()), silentTransport{})}
		_, err := client.Do(getWebhook(t, webhooktest.DevRevWebhookID))
		assert.ErrorContains(t, err, "the webhooktest_test.silentTransport gave neither an answer nor an error")
	})
	assert.Empty(t, w.Failures(), "the code under test has the error")

	_, text := recordOnce(t, webhooktest.DevRev.With(webhooktest.Transport(silentTransport{})), &vendor{webhook: soundOne + "}"}, webhooktest.DevRevWebhookID)
	assert.Empty(t, text)
	w, _ = recordOnce(t, webhooktest.DevRev.With(webhooktest.Transport(silentTransport{})), &vendor{webhook: soundOne + "}"}, webhooktest.DevRevWebhookID)
	assert.Contains(t, w.Failures(), "the webhooktest_test.silentTransport gave neither an answer nor an error")
	w, _ = recordOnce(t, webhooktest.DevRev.With(webhooktest.Transport(bodiless{})), &vendor{webhook: soundOne + "}"}, webhooktest.DevRevWebhookID)
	assert.True(t, w.Failed())
}

func TestOpen_recordingMistakes(t *testing.T) {
	for _, def := range []struct {
		p           webhooktest.Provider
		token, base string
	}{
		{p: webhooktest.DevRev, token: "DEVREV_TOKEN", base: "DEVREV_BASE_URL"},
		{p: webhooktest.DVelop, token: "DVELOP_TOKEN", base: "DVELOP_BASE_URL"},
	} {
		server := httptest.NewServer(http.NotFoundHandler())
		closed := server.URL
		server.Close()
		t.Setenv(webhooktest.RecordVar, ".*")
		t.Setenv(def.token, webhooktest.Token)
		t.Setenv(def.base, closed)
		file := filepath.Join(t.TempDir(), "a.yaml")
		w := tbtest.New(t.Name()).Run(func(tb testing.TB) { webhooktest.Open(tb, def.p, file) })
		assert.Equal(t, "webhooktest: "+def.token+` is "webhooktest-token", which stands for a tenant's credential and is none; set it to your tenant's, or replay`, w.Failures())
	}
}

// A connection that fails names the variable to check, and never its value.
func TestOpen_unreachable(t *testing.T) {
	plain := httptest.NewServer(http.NotFoundHandler())
	defer plain.Close()
	secure := httptest.NewUnstartedServer(http.NotFoundHandler())
	secure.Config.ErrorLog = log.New(io.Discard, "", 0)
	secure.StartTLS()
	defer secure.Close()
	gone := httptest.NewServer(http.NotFoundHandler())
	gone.Close()
	for name, base := range map[string]string{
		"nobody listens": gone.URL, "no such host": "http://tenant-7hqz.invalid", "an unknown certificate": secure.URL,
		"no TLS": "https" + plain.URL[len("http"):],
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv(webhooktest.RecordVar, ".*")
			t.Setenv("DEVREV_TOKEN", "real-token-0123456789")
			t.Setenv("DEVREV_WEBHOOK_ID", realID)
			t.Setenv("DEVREV_BASE_URL", base)
			file := filepath.Join(t.TempDir(), "a.yaml")
			w := tbtest.New(t.Name()).Run(func(tb testing.TB) {
				_, err := webhooktest.Open(tb, webhooktest.DevRev, file).Do(getWebhook(t, webhooktest.DevRevWebhookID))
				assert.ErrorContains(t, err, "; check DEVREV_BASE_URL")
				assert.NotContains(t, err.Error(), "7hqz")
			})
			assert.Contains(t, w.Failures(), "; check DEVREV_BASE_URL")
			assert.NotContains(t, w.Failures(), base[len("http://"):])
		})
	}
	t.Run("another error", func(t *testing.T) {
		w, _ := recordOnce(t, webhooktest.DevRev.With(webhooktest.Transport(failing{})), &vendor{webhook: soundOne + "}"}, webhooktest.DevRevWebhookID)
		assert.NotContains(t, w.Failures(), "real-")
	})
}

type failing struct{}

func (failing) RoundTrip(*http.Request) (*http.Response, error) {
	return nil, errors.New("real-token-0123456789")
}

func TestOpen_skippedRecording(t *testing.T) {
	env := answering(t, webhookWith(""))
	env.set(t)
	t.Setenv(webhooktest.RecordVar, ".*")
	file := cassettePath(t)
	w := tbtest.New(t.Name())
	w.Run(func(tb testing.TB) {
		swallow(webhooktest.Open(tb, webhooktest.DevRev, file), getWebhook(t, webhooktest.DevRevWebhookID))
		tb.SkipNow()
	})
	assert.Contains(t, w.Logs(), file+" not written: the test was skipped")
	assert.NoFileExists(t, file)
}
