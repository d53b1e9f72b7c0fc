package vcrtest

import (
	"context"
	"io"
	"net"
	"net/http"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/webhookvcr/webhooktest"
)

// Fault is a way to fail, and what a client sees of it. The same checks serve
// each transport and the server.
type Fault struct {
	Name  string
	Step  func(webhooktest.Step) webhooktest.Step
	Check func(t *testing.T, client *http.Client, req *http.Request)
}

// Faults are all of them.
var Faults = []Fault{
	{"Timeout", webhooktest.Timeout, func(t *testing.T, client *http.Client, req *http.Request) {
		_, err := client.Do(req)
		require.Error(t, err)
		var timeout net.Error
		require.ErrorAs(t, err, &timeout)
		assert.True(t, timeout.Timeout())
		assert.ErrorIs(t, err, context.DeadlineExceeded)
	}},
	{"Reset", webhooktest.Reset, func(t *testing.T, client *http.Client, req *http.Request) {
		_, err := client.Do(req)
		require.ErrorIs(t, err, syscall.ECONNRESET)
		var op *net.OpError
		require.ErrorAs(t, err, &op)
		assert.Equal(t, "read", op.Op)
		var timeout net.Error
		require.ErrorAs(t, err, &timeout)
		assert.False(t, timeout.Timeout())
	}},
	{"Truncated", webhooktest.Truncated, func(t *testing.T, client *http.Client, req *http.Request) {
		resp, err := client.Do(req)
		require.NoError(t, err)
		defer resp.Body.Close()
		assert.Equal(t, 200, resp.StatusCode)
		body, err := io.ReadAll(resp.Body)
		require.ErrorIs(t, err, io.ErrUnexpectedEOF)
		assert.NotEmpty(t, body)
		assert.Less(t, int64(len(body)), resp.ContentLength, "the length that was promised is the whole body's")
	}},
	{"NotJSON", webhooktest.NotJSON, func(t *testing.T, client *http.Client, req *http.Request) {
		resp, body := Send(t, client, req)
		assert.Equal(t, 200, resp.StatusCode)
		assert.Equal(t, "text/html; charset=utf-8", resp.Header.Get("Content-Type"))
		assert.Contains(t, body, "<!DOCTYPE html>")
		assert.EqualValues(t, len(body), resp.ContentLength)
	}},
}
