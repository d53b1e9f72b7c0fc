package contract_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/webhookvcr/internal/contract"
	"example.com/webhookvcr/internal/provider"
)

// A misspelt member of a request is told with the name that was probably meant;
// one that resembles none, and one of an answer, is told alone.
func TestCheckRequest_misspelt(t *testing.T) {
	for name, meant := range map[string]string{
		"ulr":         "url",
		"Url":         "url",
		"event_tpyes": "event_types",
		"eventTypes":  "event_types",
		"secrets":     "secret",
		"header":      "headers",
		"description": "",
		"at":          "",
		"é":           "",
		"":            "",
		"irl":         "url", // one letter, and not the first one of the name
		"rul":         "url",
		"curl":        "", // another first letter and another length
	} {
		problems := contract.CheckRequest(&provider.DevRev, devrevRequest(t, "webhooks.create", `{"url":"https://example.com/","`+name+`":"x"}`))
		require.Len(t, problems, 1, name)
		hint := ""
		if meant != "" {
			hint = `; did you mean "` + meant + `"?`
		}
		text := problems[0].String()
		assert.True(t, strings.HasSuffix(text, "a member that it does not know"+hint), text)
	}
}
