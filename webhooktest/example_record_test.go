package webhooktest_test

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"

	"example.com/webhookvcr/internal/tbtest"
	"example.com/webhookvcr/webhooktest"
)

// exampleTenant stands for a live organisation at DevRev, so that the examples record
// without a network. Its member "team" is one that DevRev does not document.
type exampleTenant struct{ status string }

func (tn exampleTenant) RoundTrip(req *http.Request) (*http.Response, error) {
	body := `{"webhook": {"id": "don:integration:dvrv-us-1:devo/8hQ2vTzR:webhook/5kLm9PqS",
		"secret": "bXktdmVyeS1vd24tc2VjcmV0", "status": "` + tn.status + `", "team": "billing",
		"event_types": ["work_created"], "url": "https://hooks.initech.example/devrev"}}`
	return &http.Response{
		Status: "200 OK", StatusCode: http.StatusOK, Request: req, ProtoMajor: 1, ProtoMinor: 1,
		Header: http.Header{"Content-Type": {"application/json"}},
		Body:   io.NopCloser(strings.NewReader(body)),
	}, nil
}

// exampleRecording sets what a shell would set, and goes to a directory of its own.
func exampleRecording() *tbtest.TB {
	t := inTempDir()
	t.Setenv("WEBHOOKTEST_RECORD", "testdata/.*")
	t.Setenv("DEVREV_TOKEN", "the-tenants-token")
	t.Setenv("DEVREV_BASE_URL", "")
	t.Setenv("DEVREV_WEBHOOK_ID", "don:integration:dvrv-us-1:devo/8hQ2vTzR:webhook/5kLm9PqS")
	return t
}

// inTempDir lets an example write below testdata without leaving anything there.
func inTempDir() *tbtest.TB {
	t := tbtest.Example()
	t.Chdir(t.TempDir())
	if err := os.Mkdir("testdata", 0o755); err != nil {
		t.Fatal(err)
	}
	return t
}

// lookUp is the code under test: it returns the body of a webhook.
func lookUp(client *http.Client, id string) string {
	resp, err := client.Post("https://api.devrev.ai/webhooks.get", "application/json", strings.NewReader(`{"id":"`+id+`"}`))
	if err != nil {
		return err.Error()
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return err.Error()
	}
	return strings.ReplaceAll(string(body), "\t", "")
}

// The same test records and replays. What it sees are placeholders both times.
func ExampleOpen() {
	defer exampleRecording().End()
	devrev := webhooktest.DevRev.With(webhooktest.Transport(exampleTenant{"active"}))
	test := func() {
		t := tbtest.Example()
		defer t.End()
		client := webhooktest.Open(t, devrev, "testdata/lookup.yaml")
		fmt.Println(lookUp(client, webhooktest.DevRevWebhookID))
	}

	test() // WEBHOOKTEST_RECORD=testdata/.* go test
	os.Unsetenv("WEBHOOKTEST_RECORD")
	test() // go test
	// Output:
	// {"webhook": {"id": "don:integration:dvrv-us-1:devo/example:webhook/webhook-id",
	// "secret": "cGxhY2Vob2xkZXItMQ==", "status": "active", "team": "undocumented-1",
	// "event_types": ["work_created"], "url": "https://example.com/url-1"}}
	// {"webhook": {"id": "don:integration:dvrv-us-1:devo/example:webhook/webhook-id",
	// "secret": "cGxhY2Vob2xkZXItMQ==", "status": "active", "team": "undocumented-1",
	// "event_types": ["work_created"], "url": "https://example.com/url-1"}}
}

// Without a transport of its own a recording uses http.DefaultTransport.
func ExampleTransport() {
	t := exampleRecording()
	defer t.End()

	proxied := webhooktest.Transport(exampleTenant{"active"}) // or an *http.Transport with a Proxy
	client := webhooktest.Open(t, webhooktest.DevRev.With(proxied), "testdata/lookup.yaml")

	fmt.Println(ask(client, webhooktest.DevRevWebhookID))
	// Output:
	// 200 OK <nil>
}

// A member that the contract does not describe is replaced, unless it is kept.
func ExampleKeep() {
	t := exampleRecording()
	defer t.End()

	devrev := webhooktest.DevRev.With(webhooktest.Transport(exampleTenant{"active"}), webhooktest.Keep("/webhook/team"))
	client := webhooktest.Open(t, devrev, "testdata/lookup.yaml")

	fmt.Println(strings.Contains(lookUp(client, webhooktest.DevRevWebhookID), `"team": "billing"`))
	// Output:
	// true
}

// rotate is the code under test: it gives a webhook a new secret.
func rotate(client *http.Client, secret string) (string, error) {
	resp, err := client.Post("https://api.devrev.ai/webhooks.update", "application/json",
		strings.NewReader(`{"id":"`+webhooktest.DevRevWebhookID+`","secret":"`+secret+`"}`))
	if err != nil {
		return "", err
	}
	return resp.Status, resp.Body.Close()
}

// What a test sends is compared when it is replayed, unless it varies: then any
// value of the same form will do.
func ExampleVaries() {
	defer exampleRecording().End()
	t := tbtest.Example()
	devrev := webhooktest.DevRev.With(webhooktest.Transport(exampleTenant{"active"}), webhooktest.Varies("/secret"))

	fmt.Println(rotate(webhooktest.Open(t, devrev, "testdata/rotate.yaml"), "MDEyMzQ1Njc4OWFiY2RlZg=="))
	t.End()

	os.Unsetenv("WEBHOOKTEST_RECORD")
	fmt.Println(rotate(webhooktest.Open(t, devrev, "testdata/rotate.yaml"), "YW5vdGhlciBzZWNyZXQgYXMgbG9uZw=="))
	t.End()
	// Output:
	// 200 OK <nil>
	// 200 OK <nil>
}

// Which events a webhook is for is no secret, and stays in a recording unless
// the team says otherwise.
func ExampleRedact() {
	t := exampleRecording()
	defer t.End()

	devrev := webhooktest.DevRev.With(webhooktest.Transport(exampleTenant{"active"}), webhooktest.Redact("/webhook/event_types/*"))
	client := webhooktest.Open(t, devrev, "testdata/lookup.yaml")

	fmt.Println(strings.Contains(lookUp(client, webhooktest.DevRevWebhookID), "work_created"))
	// Output:
	// false
}

// The test sends an id that no answer has shown, so that its real value has to
// come from the environment.
func ExampleSeed() {
	t := exampleRecording()
	defer t.End()
	t.Setenv("SECOND_WEBHOOK_ID", "don:integration:dvrv-us-1:devo/8hQ2vTzR:webhook/5kLm9PqS")
	os.Unsetenv("DEVREV_WEBHOOK_ID")

	const second = "don:integration:dvrv-us-1:devo/example:webhook/second"
	devrev := webhooktest.DevRev.With(webhooktest.Transport(exampleTenant{"active"}), webhooktest.Seed(second, "SECOND_WEBHOOK_ID"))
	client := webhooktest.Open(t, devrev, "testdata/lookup.yaml")

	fmt.Println(strings.Contains(lookUp(client, second), second))
	// Output:
	// true
}

// The vendor's answer is one line. Without Verbatim it is stored with a line for each
// value.
func ExampleVerbatim() {
	defer exampleRecording().End()
	for _, option := range [][]webhooktest.Option{nil, {webhooktest.Verbatim()}} {
		t := tbtest.Example()
		options := append(option, webhooktest.Transport(exampleFake{withoutSecret}), webhooktest.AcceptDrift())
		client := webhooktest.Open(t, webhooktest.DevRev, "testdata/lookup.yaml", options...)
		_, err := ask(client, webhooktest.DevRevWebhookID)
		t.End()

		cassette, _ := os.ReadFile("testdata/lookup.yaml")
		fmt.Println("one line:", strings.Contains(string(cassette), `{"webhook": {"id": `), err)
		_ = os.Remove("testdata/lookup.yaml")
	}
	// Output:
	// one line: false <nil>
	// one line: true <nil>
}

// The date changes each time, and the recording does not.
func ExamplePinned() {
	defer exampleRecording().End()
	devrev := webhooktest.DevRev.With(webhooktest.Pinned("/webhook/modified_date"))
	for _, date := range []string{"2025-03-04T11:12:13Z", "2025-03-05T09:00:00Z"} {
		t := tbtest.Example()
		sent := `{"webhook": {"id": "don:integration:dvrv-us-1:devo/example:webhook/webhook-id", "modified_date": "` + date +
			`", "secret": "c2FtcGxlLXNlY3JldA==", "status": "active", "url": "https://example.com/hook"}}`
		client := webhooktest.Open(t, devrev, "testdata/lookup.yaml", webhooktest.Transport(exampleFake{sent}))
		_, err := ask(client, webhooktest.DevRevWebhookID)
		t.End()

		cassette, _ := os.ReadFile("testdata/lookup.yaml")
		fmt.Println(strings.Contains(string(cassette), `"modified_date": "2025-01-01T00:00:00Z"`), err)
	}
	// Output:
	// true <nil>
	// true <nil>
}

// The vendor answers without a documented member: the recording is refused,
// unless the test accepts what has changed.
func ExampleAcceptDrift() {
	defer exampleRecording().End()
	t := tbtest.Example()
	defer t.End()

	devrev := webhooktest.DevRev.With(webhooktest.Transport(exampleFake{withoutSecret}), webhooktest.AcceptDrift())
	client := webhooktest.Open(t, devrev, "testdata/lookup.yaml")
	fmt.Println(ask(client, webhooktest.DevRevWebhookID))
	t.End()

	cassette, _ := os.ReadFile("testdata/lookup.yaml")
	fmt.Println(strings.Contains(string(cassette), "accepted: [answer /webhook/secret (required)]"))
	// Output:
	// 200 OK <nil>
	// true
}
