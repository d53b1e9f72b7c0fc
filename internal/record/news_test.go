package record_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/webhookvcr/internal/provider"
	"example.com/webhookvcr/internal/record"
)

// withStatus puts another value, and a new member, into the answer.
func withStatus(status string) func(string) string {
	return func(body string) string {
		return strings.Replace(body, `"status": "active"`, `"status": "`+status+`", "retries": 3`, 1)
	}
}

// A new value is named when it is written as the vendor writes such values, and
// never when it may be somebody's.
func TestRecording_News(t *testing.T) {
	member := record.News{Pointer: "/webhook/retries"}
	assert.Empty(t, recorded(t).News())
	for status, shown := range map[string]string{
		"paused": "paused", "not_yet_verified": "not_yet_verified",
		"lindqvist": "", "maya.lindqvist@acme.example": "", "tok_r4Vq9sZ2": "", "Paused by Maya": "",
	} {
		private := strings.Contains(status, "lindqvist")
		assert.Equal(t, []record.News{member, {Pointer: "/webhook/status", Unlisted: true, Value: shown, Private: private}}, recordedAs(t, withStatus(status)).News(), status)
	}
	kept := recordedAs(t, withStatus("paused"), "/webhook/status").News()
	assert.Equal(t, []record.News{member, {Pointer: "/webhook/status", Unlisted: true, Value: "paused", Kept: true}}, kept)
}

// What the contract does not list is kept where it is compared, also when a placeholder
// stands for what it was.
func TestKeptWords(t *testing.T) {
	for _, keep := range [][]string{nil, {"/webhook/status"}} {
		exchanges, reasons := recordedAs(t, withStatus("paused"), keep...).Exchanges()
		require.Empty(t, reasons)
		assert.Equal(t, []string{"/webhook/status"}, record.KeptWords(&provider.DevRev, exchanges))
	}
	exchanges, reasons := recorded(t).Exchanges()
	require.Empty(t, reasons)
	assert.Empty(t, record.KeptWords(&provider.DevRev, exchanges))
}
