// Package ours is a test suite of 1,000 tests written with this module; its twin
// beside it uses the same libraries the usual way. A benchmark of package
// webhooktest builds both and times their processes.
package ours

import (
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"example.com/webhookvcr/webhooktest"
	"example.com/webhookvcr/webhooktest/goldentest"
)

func TestThousand(t *testing.T) {
	for i := range 1000 {
		t.Run(strconv.Itoa(i), func(t *testing.T) {
			client := webhooktest.Replay(t, webhooktest.DevRev, "webhooks.get/200")
			req, err := http.NewRequest("POST", webhooktest.DevRev.BaseURL()+"/webhooks.get", strings.NewReader(`{"id":"`+webhooktest.DevRevWebhookID+`"}`))
			if err != nil {
				t.Fatal(err)
			}
			req.Header.Set("Authorization", "Bearer "+webhooktest.Token)
			req.Header.Set("Content-Type", "application/json")
			resp, err := client.Do(req)
			if err != nil {
				t.Fatal(err)
			}
			defer resp.Body.Close()
			body, err := io.ReadAll(resp.Body)
			if err != nil {
				t.Fatal(err)
			}
			goldentest.AssertJSON(t, "webhook", body)
		})
	}
}
