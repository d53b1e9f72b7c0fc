// Package ours has test suites of 1,000 tests each, written with this module; its twin
// beside it uses the same libraries the usual way. A benchmark of package
// webhooktest builds both and times their processes.
package ours

import (
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"example.com/webhookvcr/webhooktest"
	"example.com/webhookvcr/webhooktest/goldentest"
)

// TestSeen replays one scenario in every test: only the first pays for what the
// process remembers.
func TestSeen(t *testing.T) {
	for i := range 1000 {
		t.Run(strconv.Itoa(i), func(t *testing.T) {
			client := webhooktest.Replay(t, webhooktest.DevRev, "webhooks.get/200")
			goldentest.AssertJSON(t, "webhook", lookup(t, client, webhooktest.DevRevWebhookID))
		})
	}
}

// TestNew has a cassette, and so a request and an answer, of its own in each test.
// The benchmark writes them.
func TestNew(t *testing.T) {
	dir := os.Getenv("BENCH_DIR")
	if dir == "" {
		t.Skip("BENCH_DIR is not set")
	}
	for i := range 1000 {
		name := strconv.Itoa(i)
		t.Run(name, func(t *testing.T) {
			client := webhooktest.Open(t, webhooktest.DevRev, filepath.Join(dir, name+".yaml"))
			body := lookup(t, client, "don:integration:dvrv-us-1:devo/example:webhook/webhook-"+name)
			goldentest.AssertJSON(t, name, body, goldentest.Dir(filepath.ToSlash(dir)+"/ours"))
		})
	}
}

func lookup(t *testing.T, client *http.Client, id string) []byte {
	req, err := http.NewRequest("POST", webhooktest.DevRev.BaseURL()+"/webhooks.get", strings.NewReader(`{"id":"`+id+`"}`))
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
	return body
}
