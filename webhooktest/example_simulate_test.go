package webhooktest_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"

	"example.com/webhookvcr/internal/tbtest"
	"example.com/webhookvcr/webhooktest"
)

// In these examples no clock is faked, so that nothing waits long: a receiver
// answers at once, and SentBy shortens the rest. In a test, use testing/synctest.

// create makes a webhook for the given events.
func create(client *http.Client, url string, events ...string) error {
	body, err := json.Marshal(map[string]any{"url": url, "event_types": events})
	if err != nil {
		return err
	}
	resp, err := client.Post("https://api.devrev.ai/webhooks.create", "application/json", strings.NewReader(string(body)))
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusCreated {
		return fmt.Errorf("webhooks.create answered %s", resp.Status)
	}
	return nil
}

// receiver is the code under test: it echoes the challenge of a verify request, and
// prints the titles of new work.
var receiver = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
	var delivery struct {
		Type   string
		Verify struct {
			Challenge string `json:"challenge"`
		}
		Created struct{ Work struct{ Title string } } `json:"work_created"`
	}
	if err := json.NewDecoder(r.Body).Decode(&delivery); err != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	switch delivery.Type {
	case "verify":
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(delivery.Verify)
	case "work_created":
		fmt.Println("new:", delivery.Created.Work.Title)
	}
})

func ExampleSimulate() {
	t := tbtest.Example()
	defer t.End()

	tenant := webhooktest.Simulate(t, webhooktest.DevRev)
	tenant.Receive("https://hooks.example.com/devrev", receiver)
	if err := create(tenant.Client(), "https://hooks.example.com/devrev", "work_created"); err != nil {
		fmt.Println(err)
		return
	}
	if err := tenant.Settle(context.Background()); err != nil { // the webhook has been verified, and is active
		fmt.Println(err)
		return
	}

	deliveries := tenant.Emit(context.Background(), "work_created", webhooktest.Set("/work/title", "A title"))

	fmt.Println(len(deliveries), deliveries[0].Acknowledged)
	// Output:
	// new: A title
	// 1 true
}

func ExampleTenant_Client() {
	t := tbtest.Example()
	defer t.End()

	tenant := webhooktest.Simulate(t, webhooktest.DevRev.With(webhooktest.Webhooks(1)))

	fmt.Println(ask(tenant.Client(), webhooktest.DevRevWebhookID))
	fmt.Println(ask(tenant.Client(), "don:integration:dvrv-us-1:devo/example:webhook/no-such-webhook"))
	// Output:
	// 200 OK <nil>
	// 404 Not Found <nil>
}

func ExampleTenant_Server() {
	t := tbtest.Example()
	defer t.End()

	server := webhooktest.Simulate(t, webhooktest.DevRev).Server()
	resp, err := http.Post(server.URL+"/webhooks.list", "application/json", strings.NewReader("{}"))
	if err != nil {
		fmt.Println(err)
		return
	}
	resp.Body.Close()

	fmt.Println(resp.Status)
	// Output:
	// 200 OK
}

// Deliveries to loopback addresses need no Receive: a server gets them.
func ExampleTenant_Receive() {
	t := tbtest.Example()
	defer t.End()

	tenant := webhooktest.Simulate(t, webhooktest.DVelop.With(webhooktest.Webhooks(1)))
	tenant.Receive("https://example.com/webhooks", http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		fmt.Println(r.Method, r.Host, r.URL.Path)
	}))

	tenant.Emit(context.Background(), "postimport")
	// Output:
	// POST example.com /webhooks/1
}

func ExampleTenant_Emit() {
	t := tbtest.Example()
	defer t.End()

	server := httptest.NewServer(http.NotFoundHandler())
	defer server.Close()
	tenant := webhooktest.Simulate(t, webhooktest.DevRev.With(webhooktest.SentBy(webhooktest.Sender{
		VerifyWithin: 200 * time.Millisecond,
	})))
	if err := create(tenant.Client(), server.URL, "work_created"); err != nil {
		fmt.Println(err)
		return
	}
	if err := tenant.Settle(context.Background()); err != nil {
		fmt.Println(err)
		return
	}

	got := tenant.Emit(context.Background(), "work_created")

	reason, when, _ := strings.Cut(got[0].Reason, " of ")
	fmt.Println(reason, "of …", when[strings.Index(when, "was"):])
	// Output:
	// unverified after 200ms: the verify request of … was answered with 404
}

func ExampleTenant_Deliveries() {
	t := tbtest.Example()
	defer t.End()

	tenant := webhooktest.Simulate(t, webhooktest.DevRev)
	tenant.Receive("https://hooks.example.com/devrev", receiver)
	if err := create(tenant.Client(), "https://hooks.example.com/devrev", "work_created"); err != nil {
		fmt.Println(err)
		return
	}
	if err := tenant.Settle(context.Background()); err != nil {
		fmt.Println(err)
		return
	}

	for _, d := range tenant.Deliveries() {
		fmt.Println(d.Event, d.URL, d.Attempts[0].Status)
	}
	// Output:
	// verify https://hooks.example.com/devrev 200
}

func ExampleTenant_Settle() {
	t := tbtest.Example()
	defer t.End()

	tenant := webhooktest.Simulate(t, webhooktest.DevRev)
	tenant.Receive("https://hooks.example.com/devrev", receiver)
	if err := create(tenant.Client(), "https://hooks.example.com/devrev", "work_created"); err != nil {
		fmt.Println(err)
		return
	}

	fmt.Println(tenant.Emit(context.Background(), "work_created")[0].Reason)
	fmt.Println(tenant.Settle(context.Background()))
	fmt.Println(tenant.Emit(context.Background(), "work_created")[0].Acknowledged)
	// Output:
	// unverified: the verify request has not been answered yet
	// <nil>
	// new: title
	// true
}

// A receiver that fails is tried again; here it is not, since Waits has no entry.
func ExampleSentBy() {
	t := tbtest.Example()
	defer t.End()

	tenant := webhooktest.Simulate(t, webhooktest.DevRev.With(
		webhooktest.Webhooks(1),
		webhooktest.SentBy(webhooktest.Sender{Waits: []time.Duration{}, Hex: true}),
	))
	tenant.Receive("https://example.com", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Println(len(r.Header.Get("X-DevRev-Signature")), "hexadecimal digits")
		w.WriteHeader(http.StatusServiceUnavailable)
	}))

	fmt.Println(tenant.Emit(context.Background(), "work_created")[0].Reason)
	// Output:
	// 64 hexadecimal digits
	// given up after 1 attempt; the last: answered 503
}

func ExampleWebhooks() {
	t := tbtest.Example()
	defer t.End()

	tenant := webhooktest.Simulate(t, webhooktest.DevRev.With(webhooktest.Webhooks(3)))

	for _, d := range tenant.Emit(context.Background(), "account_created") {
		fmt.Println(d.URL, d.Reason)
	}
	// Output:
	// https://example.com/webhooks/1 not subscribed to account_created, only to work_created
	// https://example.com/webhooks/2 not subscribed to account_created, only to work_created
	// https://example.com/webhooks/3 not subscribed to account_created, only to work_created
}

// show prints the payload that a receiver gets.
func show(t *tbtest.TB, changes ...webhooktest.Change) {
	tenant := webhooktest.Simulate(t, webhooktest.DVelop.With(webhooktest.Webhooks(1)))
	tenant.Receive("https://example.com", http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		var body struct{ Doc any }
		if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
			fmt.Println(err)
			return
		}
		text, err := json.Marshal(body.Doc)
		fmt.Println(string(text), err)
	}))
	tenant.Emit(context.Background(), "postimport", changes...)
}

func ExampleSet() {
	t := tbtest.Example()
	defer t.End()

	show(t, webhooktest.Set("/doc/size", 7), webhooktest.Set("/doc/tags", []string{"new"}))
	// Output:
	// {"dateCreated":"2025-01-01T12:00:00+01:00","fileExtension":"pdf","id":"XY00000001","size":7,"tags":["new"]} <nil>
}

func ExampleRemove() {
	t := tbtest.Example()
	defer t.End()

	show(t, webhooktest.Remove("/doc/dateCreated"))
	// Output:
	// {"fileExtension":"pdf","id":"XY00000001","size":1024} <nil>
}

func ExampleBody() {
	t := tbtest.Example()
	defer t.End()

	show(t, webhooktest.Body(json.RawMessage(`{"doc":{"id":"XY00000042"}}`)))
	// Output:
	// {"id":"XY00000042"} <nil>
}

func ExampleDuplicates() {
	t := tbtest.Example()
	defer t.End()

	show(t, webhooktest.Body(map[string]any{"doc": "twice"}), webhooktest.Duplicates(1))
	// Output:
	// "twice" <nil>
	// "twice" <nil>
}
