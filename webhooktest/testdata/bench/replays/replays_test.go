// Package replays is a test binary that only replays; its twin, package
// libraries, links the same libraries without this module.
package replays

import (
	"testing"

	"example.com/webhookvcr/webhooktest"
)

func TestReplay(t *testing.T) {
	client := webhooktest.Replay(t, webhooktest.DevRev, "webhooks.get/200")
	resp, err := client.Do(webhooktest.DevRev.Scenarios()[0].Request())
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
}
