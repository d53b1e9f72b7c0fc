package probe

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/webhookvcr/internal/contract"
	"example.com/webhookvcr/internal/provider"
)

// What is told of an object is what the vendor's schema allows, and of one that has a title
// another text is another event.
func TestObjects(t *testing.T) {
	trial, err := newTrial(Subject{Handler: http.NotFoundHandler()}, Config{Definition: &provider.DevRev, URL: "https://example.com/", Secret: "c2VjcmV0"})
	require.NoError(t, err)
	o := trial.objects()
	assert.Greater(t, len(o.kinds), len(titles))
	for kind := range titles {
		assert.Contains(t, o.kinds, kind)
	}
	for _, happened := range []string{"created", "updated", "deleted"} {
		kinds := trial.objects(happened).kinds
		t.Logf("%s: %d kinds", happened, len(kinds))
		for _, kind := range kinds {
			body := trial.body(o.event(kind, "1", happened, "a title of its own", time.Now()))
			assert.Contains(t, string(body), o.id(kind, "1"))
			if happened != "deleted" && (kind == "work" || titles[kind] != "") {
				assert.Contains(t, string(body), "a title of its own", kind)
			}
			problems, err := contract.CheckDelivery(&provider.DevRev, body)
			require.NoError(t, err)
			assert.Empty(t, problems, "%s", body)
		}
	}
}
