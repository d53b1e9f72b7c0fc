package webhooktest_test

import (
	"fmt"

	"example.com/webhookvcr/internal/tbtest"
	"example.com/webhookvcr/webhooktest"
)

func ExampleProviders() {
	for _, p := range webhooktest.Providers() {
		for _, s := range p.Scenarios() {
			if s.Name == "webhooks.get/429" || s.Name == "GetWebHook/406" {
				fmt.Println(p, s.Name)
			}
		}
	}
	// Output:
	// DevRev webhooks.get/429
	// d.velop GetWebHook/406
}

func ExampleProvider_String() {
	fmt.Println(webhooktest.DVelop.String())
	// Output:
	// d.velop
}

func ExampleProvider_Sender() {
	_, err := webhooktest.DevRev.With(webhooktest.InOrder()).Sender()
	fmt.Println(err)
	// Output:
	// option InOrder has no effect on receivertest, only on Replay and Open; leave it out there
}

func ExampleProvider_BaseURL() {
	fmt.Println(webhooktest.DevRev.BaseURL())
	fmt.Println(webhooktest.DVelop.BaseURL())
	// Output:
	// https://api.devrev.ai
	// https://sample-api.d-velop.cloud
}

func ExampleProvider_With() {
	t := tbtest.Example()
	defer t.End()

	// The same options serve Replay, ReplayServer, Open, Validate and Checked.
	devrev := webhooktest.DevRev.With(webhooktest.AllowUnused(), webhooktest.NoDefaults())
	webhooktest.Replay(t, devrev, "webhooks.get/200")

	fmt.Println(devrev)
	// Output:
	// DevRev
}

// Every documented error of an operation, without naming one.
func ExampleProvider_Scenarios() {
	for _, s := range webhooktest.DVelop.Scenarios() {
		if s.Operation == "GetWebHook" && s.Status >= 400 {
			fmt.Printf("%-20s %s\n", s.Name, s.Summary)
		}
	}
	// Output:
	// GetWebHook/404-json  no webhook has this id, as application/json
	// GetWebHook/404-hal   no webhook has this id, as application/hal+json
	// GetWebHook/401       the credential is missing or wrong
	// GetWebHook/403-origin the Origin header is missing
	// GetWebHook/406       the media type asked for is not available
	// GetWebHook/500       an internal error
}

func ExampleScenario() {
	t := tbtest.Example()
	defer t.End()

	for _, s := range webhooktest.DevRev.Scenarios() {
		if s.Operation != "webhooks.get" || s.Status < 500 {
			continue
		}
		client := webhooktest.Replay(t, webhooktest.DevRev, webhooktest.Step(s.Name))
		fmt.Println(ask(client, webhooktest.DevRevWebhookID))
	}
	// Output:
	// 500 Internal Server Error <nil>
	// 503 Service Unavailable <nil>
}

func ExampleScenario_Request() {
	t := tbtest.Example()
	defer t.End()

	for _, s := range webhooktest.DevRev.Scenarios() {
		if s.Name != "webhooks.get/400-unexpected_json_type" {
			continue
		}
		client := webhooktest.Replay(t, webhooktest.DevRev, webhooktest.Step(s.Name))
		resp, err := client.Do(s.Request())
		if err != nil {
			fmt.Println(err)
			return
		}
		resp.Body.Close()
		fmt.Println(s.Request().Method, s.Request().URL.Path, resp.Status)
	}
	// Output:
	// POST /webhooks.get 400 Bad Request
}
