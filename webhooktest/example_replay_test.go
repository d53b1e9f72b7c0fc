package webhooktest_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"syscall"
	"testing/fstest"
	"time"

	"gopkg.in/dnaeon/go-vcr.v3/cassette"

	"example.com/webhookvcr/internal/tbtest"
	"example.com/webhookvcr/webhooktest"
)

// In the examples, t stands for the *testing.T of a test.

// ask is the code under test: it asks DevRev for a webhook.
func ask(client *http.Client, id string) (string, error) {
	resp, err := client.Post("https://api.devrev.ai/webhooks.get", "application/json", strings.NewReader(`{"id":"`+id+`"}`))
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	if _, err := io.Copy(io.Discard, resp.Body); err != nil {
		return "", err
	}
	return resp.Status, nil
}

func ExampleReplay() {
	t := tbtest.Example()
	defer t.End()

	client := webhooktest.Replay(t, webhooktest.DevRev, "webhooks.get/429", "webhooks.get/200")

	for range 2 {
		status, err := ask(client, webhooktest.DevRevWebhookID)
		fmt.Println(status, err)
	}
	// Output:
	// 429 Too Many Requests <nil>
	// 200 OK <nil>
}

// A request that no step answers fails the test, also when the code under test
// drops the error. The failure says what is nearest, and what differs.
func ExampleReplay_miss() {
	t := tbtest.New("TestLookup")
	defer t.End()

	client := webhooktest.Replay(t, webhooktest.DevRev, "webhooks.get/200")
	_, err := ask(client, "webhook-1")

	fmt.Println("the test failed:", t.Failed())
	fmt.Println("the client got an error:", errors.Is(err, cassette.ErrInteractionNotFound))
	// Output:
	// the test failed: true
	// the client got an error: true
}

// Code that must decide without asking gets a client without a step.
func ExampleReplay_noRequest() {
	t := tbtest.New("TestLookup")
	defer t.End()

	client := webhooktest.Replay(t, webhooktest.DevRev)
	_, err := ask(client, webhooktest.DevRevWebhookID)

	fmt.Println("the test failed:", t.Failed())
	fmt.Println("the client got an error:", err != nil)
	// Output:
	// the test failed: true
	// the client got an error: true
}

// Three attempts were made.
func ExampleRequests() {
	t := tbtest.Example()
	defer t.End()

	client := webhooktest.Replay(t, webhooktest.DevRev, "webhooks.get/503", "webhooks.get/503", "webhooks.get/200")
	for status := ""; status != "200 OK"; {
		status, _ = ask(client, webhooktest.DevRevWebhookID)
	}

	for i, req := range webhooktest.Requests(t, client) {
		fmt.Println(i+1, req.Method, req.URL.Path, req.Header.Get("Content-Type"))
	}
	// Output:
	// 1 POST /webhooks.get application/json
	// 2 POST /webhooks.get application/json
	// 3 POST /webhooks.get application/json
}

func ExampleReplayServer() {
	t := tbtest.Example()
	defer t.End()

	server := webhooktest.ReplayServer(t, webhooktest.DevRev, "webhooks.get/404")

	// The server's URL takes the place of https://api.devrev.ai.
	resp, err := http.Post(server.URL+"/webhooks.get", "application/json",
		strings.NewReader(`{"id":"`+webhooktest.DevRevUnknownWebhookID+`"}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer resp.Body.Close()
	fmt.Println(resp.Status)
	// Output:
	// 404 Not Found
}

func ExampleAlways() {
	t := tbtest.Example()
	defer t.End()

	client := webhooktest.Replay(t, webhooktest.DevRev, webhooktest.Always("webhooks.get/503"))

	for range 3 {
		fmt.Println(ask(client, webhooktest.DevRevWebhookID))
	}
	// Output:
	// 503 Service Unavailable <nil>
	// 503 Service Unavailable <nil>
	// 503 Service Unavailable <nil>
}

func ExampleTimeout() {
	t := tbtest.Example()
	defer t.End()

	client := webhooktest.Replay(t, webhooktest.DevRev, webhooktest.Timeout("webhooks.get/200"))

	_, err := ask(client, webhooktest.DevRevWebhookID)
	fmt.Println(errors.Is(err, context.DeadlineExceeded))
	// Output:
	// true
}

func ExampleReset() {
	t := tbtest.Example()
	defer t.End()

	client := webhooktest.Replay(t, webhooktest.DevRev, webhooktest.Reset("webhooks.get/200"))

	_, err := ask(client, webhooktest.DevRevWebhookID)
	fmt.Println(errors.Is(err, syscall.ECONNRESET))
	// Output:
	// true
}

func ExampleTruncated() {
	t := tbtest.Example()
	defer t.End()

	client := webhooktest.Replay(t, webhooktest.DevRev, webhooktest.Truncated("webhooks.get/200"))

	_, err := ask(client, webhooktest.DevRevWebhookID)
	fmt.Println(errors.Is(err, io.ErrUnexpectedEOF))
	// Output:
	// true
}

func ExampleNotJSON() {
	t := tbtest.Example()
	defer t.End()

	client := webhooktest.Replay(t, webhooktest.DevRev, webhooktest.NotJSON("webhooks.get/503"))

	resp, err := client.Post("https://api.devrev.ai/webhooks.get", "application/json",
		strings.NewReader(`{"id":"`+webhooktest.DevRevWebhookID+`"}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer resp.Body.Close()
	fmt.Println(resp.StatusCode, resp.Header.Get("Content-Type"))
	// Output:
	// 503 text/html; charset=utf-8
}

// The webhook is inactive: no scenario shows that, and none has to.
func ExampleChanged() {
	t := tbtest.Example()
	defer t.End()

	inactive := webhooktest.Changed("webhooks.get/200", webhooktest.Set("/webhook/status", "inactive"), webhooktest.Remove("/webhook/headers"))
	client := webhooktest.Replay(t, webhooktest.DevRev, inactive)

	resp, err := client.Post("https://api.devrev.ai/webhooks.get", "application/json",
		strings.NewReader(`{"id":"`+webhooktest.DevRevWebhookID+`"}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer resp.Body.Close()
	var got struct{ Webhook struct{ Status string } }
	err = json.NewDecoder(resp.Body).Decode(&got)
	fmt.Println(got.Webhook.Status, err)
	// Output:
	// inactive <nil>
}

// Within a testing/synctest bubble the minute passes at once.
func ExampleDelay() {
	t := tbtest.Example()
	defer t.End()

	client := webhooktest.Replay(t, webhooktest.DevRev, webhooktest.Delay("webhooks.get/200", time.Minute))
	client.Timeout = 10 * time.Millisecond

	_, err := ask(client, webhooktest.DevRevWebhookID)
	fmt.Println(errors.Is(err, context.DeadlineExceeded))
	// Output:
	// true
}

func ExampleAllowUnused() {
	t := tbtest.Example()
	defer t.End()

	// The code under test may stop after the first refusal.
	devrev := webhooktest.DevRev.With(webhooktest.AllowUnused())
	client := webhooktest.Replay(t, devrev, "webhooks.get/503", "webhooks.get/200")

	fmt.Println(ask(client, webhooktest.DevRevWebhookID))
	// Output:
	// 503 Service Unavailable <nil>
}

// Without InOrder a test cannot tell which of two different requests came first.
func ExampleInOrder() {
	t := tbtest.New("TestLookup")
	defer t.End()

	client := webhooktest.Replay(t, webhooktest.DevRev.With(webhooktest.InOrder()), "webhooks.list/200", "webhooks.get/200")
	_, err := ask(client, webhooktest.DevRevWebhookID)

	fmt.Println("the test failed:", t.Failed())
	fmt.Println("the client got an error:", err != nil)
	// Output:
	// the test failed: true
	// the client got an error: true
}

func ExampleNoDefaults() {
	t := tbtest.New("TestLookup")
	defer t.End()

	// ask sends no Authorization header. Without NoDefaults the client adds one.
	devrev := webhooktest.DevRev.With(webhooktest.NoDefaults())
	client := webhooktest.Replay(t, devrev, "webhooks.get/200")

	fmt.Println(ask(client, webhooktest.DevRevWebhookID))
	fmt.Println("the test failed:", t.Failed())
	// Output:
	// 200 OK <nil>
	// the test failed: true
}

func ExampleOnRequest() {
	t := tbtest.Example()
	defer t.End()

	devrev := webhooktest.DevRev.With(webhooktest.OnRequest(func(req *http.Request) {
		body, _ := io.ReadAll(req.Body)
		fmt.Printf("%s %s %s\n", req.Method, req.URL.Path, body)
	}))
	client := webhooktest.Replay(t, devrev, "webhooks.get/200")

	fmt.Println(ask(client, webhooktest.DevRevWebhookID))
	// Output:
	// POST /webhooks.get {"id":"don:integration:dvrv-us-1:devo/example:webhook/webhook-id"}
	// 200 OK <nil>
}

// A team replays what record refresh --out has written for it. Here the file
// system is one in memory; in a test it is os.DirFS("testdata/cassettes").
func ExampleOwnScenarios() {
	t := tbtest.Example()
	defer t.End()

	files := fstest.MapFS{"devrev/webhooks.get/200.yaml": {Data: []byte(ownRecording)}}
	devrev := webhooktest.DevRev.With(webhooktest.OwnScenarios(files))
	client := webhooktest.Replay(t, devrev, "webhooks.get/200", "webhooks.get/404")

	fmt.Println(ask(client, webhooktest.DevRevWebhookID))        // the team's own
	fmt.Println(ask(client, webhooktest.DevRevUnknownWebhookID)) // the shipped one
	fmt.Println(devrev.Scenarios()[0].Source, webhooktest.DevRev.Scenarios()[0].Source)
	// Output:
	// 200 OK <nil>
	// 404 Not Found <nil>
	// live simulated
}

// A scenario under a name of its own, written by hand.
func ExampleOwnScenarios_added() {
	t := tbtest.Example()
	defer t.End()

	files := fstest.MapFS{"devrev/webhooks.list/200-none.yaml": {Data: []byte(`version: 2
interactions:
  - request: {method: POST, url: https://api.devrev.ai/webhooks.list, body: "{}"}
    response: {code: 200, body: '{"webhooks": []}'}
`)}}
	devrev := webhooktest.DevRev.With(webhooktest.OwnScenarios(files))
	client := webhooktest.Replay(t, devrev, "webhooks.list/200-none")

	resp, err := client.Post("https://api.devrev.ai/webhooks.list", "application/json", strings.NewReader("{}"))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	fmt.Println(string(body), err)
	// Output:
	// {"webhooks": []} <nil>
}

const ownRecording = `---
webhooktest: {provider: devrev, scenario: webhooks.get/200, source: live, recorded: "2026-05-04"}
version: 2
interactions:
  - id: 0
    request:
      method: POST
      url: https://api.devrev.ai/webhooks.get
      body: '{"id":"don:integration:dvrv-us-1:devo/example:webhook/webhook-id"}'
    response:
      code: 200
      headers:
        Content-Type: [application/json]
      body: |
        {"webhook": {"id": "don:integration:dvrv-us-1:devo/example:webhook/webhook-id",
          "secret": "cGxhY2Vob2xkZXItMQ==", "status": "active", "url": "https://example.com/url-1"}}
`
