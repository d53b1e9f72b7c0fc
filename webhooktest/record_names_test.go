package webhooktest_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"example.com/webhookvcr/webhooktest"
)

// A tenant's people may be called whatever the file format and HTTP are made of:
// their recordings are sound, and hold a placeholder for the name.
func TestOpen_namesThatAreWordsOfTheFormat(t *testing.T) {
	names := []string{
		"application", "recorded", "duration", "host", "interactions", "version", "request", "response", "headers", "method", "status",
		"content_length", "transfer_encoding", "trailer", "remote_addr", "request_uri", "proto", "proto_major", "form", "body", "code", "uncompressed",
		"webhooktest", "provider", "scenario", "source", "simulated", "live", "accepted", "devrev", "Content-Type", "Accept", "Retry-After",
		"application/json", "charset", "utf-8", "HTTP/1.1", "POST", "https", "api.devrev.ai", "webhooks.get", "true", "false", "null", "example",
	}
	for _, name := range names {
		t.Run(name, func(t *testing.T) {
			file := cassettePath(t)
			env := answering(t, webhookWith(`,"created_by":{"type":"dev_user","id":"don:identity:dvrv-us-1:devo/2kQx9:devu/7","display_name":"`+name+`","full_name":"`+name+` Lindqvist","display_id":"DEVU-7","state":"active"}`))
			requireClean(t, env.record(t, webhooktest.DevRev, file, getTimes(1)))
			assert.NotContains(t, stored(t, file), "Lindqvist")
		})
	}
}
