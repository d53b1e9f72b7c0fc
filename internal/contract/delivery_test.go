package contract_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/webhookvcr/internal/contract"
	"example.com/webhookvcr/internal/provider"
)

func TestCheckDelivery(t *testing.T) {
	const head = `{"id":"e","webhook_id":"w","timestamp":"2026-03-31T12:00:00Z",`
	const webhook = `{"webhook":{"id":"w","secret":"s","status":"active","url":"u","headers":[{"name":"n","value":"v"}]}}`
	const user = `{"type":"dev_user","id":"u","id_v1":"x"}`
	for _, tt := range []struct {
		name, body string
		want       []string
	}{
		{"verify", head + `"type":"verify","verify":{"challenge":"c"}}`, nil},
		{"verify with the challenge elsewhere", head + `"type":"verify","challenge":"c"}`, []string{"undocumented /challenge", "rule payload /verify"}},
		{"verify without challenge", head + `"type":"verify","verify":{}}`, []string{"violation required /verify/challenge"}},
		{"webhook", head + `"type":"webhook_updated","webhook_updated":` + webhook + `}`, nil},
		{"webhook under another name", head + `"type":"webhook_updated","webhook_created":` + webhook + `}`, []string{"rule other-payload /webhook_created", "rule payload /webhook_updated"}},
		{"two payloads", head + `"type":"webhook_updated","webhook_updated":` + webhook + `,"webhook_deleted":{"id":"w"}}`, []string{"rule other-payload /webhook_deleted"}},
		{"deleted with the webhook", head + `"type":"webhook_deleted","webhook_deleted":` + webhook + `}`, []string{"violation required /webhook_deleted/id", "undocumented /webhook_deleted/webhook"}},
		{"without type", `{"id":"e","webhook_id":"w"}`, nil},
		{"without id", `{"webhook_id":"w"}`, []string{"violation required /id"}},
		{"event without a documented payload", head + `"type":"job_created"}`, nil},
		{"artifact", head + `"type":"artifact_created","artifact_created":{}}`, []string{"undocumented /artifact_created"}},
		{"payload whose event is not listed", head + `"type":"workflow_deleted","workflow_deleted":{"id":"x"}}`, []string{"unlisted enum /type"}},
		{"invented event", head + `"type":"webhook_verify"}`, []string{"unlisted enum /type"}},
		{"member beside the id", head + `"type":"verify","verify":{"challenge":"c"},"unique_key":"k"}`, []string{"undocumented /unique_key"}},
		{"work", head + `"type":"work_created","work_created":{"work":{"type":"issue","id":"i","title":"t","owned_by":[` + user + `],"applies_to_part":{"type":"product","id":"p","name":"n","owned_by":[]},"stage":{"name":"s"}}}}`,
			[]string{"undocumented /work_created/work/owned_by/0/id_v1"}},
		{"work of another kind", head + `"type":"work_created","work_created":{"work":{"type":"issue","id":"i","title":"t","owned_by":[],"severity":"high"}}}`,
			[]string{"undocumented /work_created/work/severity"}},
		{"fetched", head + `"type":"work_fetched","work_fetched":{"id":"ISS-1","result":"forbidden"}}`, nil},
		{"list", `[]`, []string{"violation type"}},
		{"no JSON", `{`, []string{"violation json"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := contract.CheckDelivery(&provider.DevRev, []byte(tt.body))
			require.NoError(t, err)
			if tt.want == nil {
				assert.Empty(t, got)
			} else {
				assert.Equal(t, tt.want, summary(got))
			}
		})
	}
	_, err := contract.CheckDelivery(&provider.DVelop, []byte("{}"))
	assert.EqualError(t, err, "dvelop documents no schema of its deliveries")
}
