package webhooktest_test

import (
	"fmt"
	"net/http"
	"os"
	"strings"

	"gopkg.in/dnaeon/go-vcr.v3/recorder"

	"example.com/webhookvcr/webhooktest"
)

func ExampleCheckMatching() {
	defer inTempDir().End()
	_ = os.WriteFile("testdata/lookup.yaml", []byte(exampleCassette), 0o644)

	// The client of Open tells every request apart that means something else.
	fmt.Println(webhooktest.CheckMatching(webhooktest.DevRev, "testdata/lookup.yaml", nil))

	// go-vcr, as it comes, compares the method and the text of the URL.
	err := webhooktest.CheckMatching(webhooktest.DevRev, "testdata/lookup.yaml", func() http.RoundTripper {
		r, err := recorder.NewWithOptions(&recorder.Options{CassetteName: "testdata/lookup", Mode: recorder.ModeReplayOnly, SkipRequestLatency: true})
		if err != nil {
			panic(err)
		}
		return r
	})
	for _, line := range strings.Split(err.Error(), "\n\t") {
		if strings.Contains(line, "another value") {
			fmt.Println(line)
		}
	}
	// Output:
	// <nil>
	// #0 POST https://api.devrev.ai/webhooks.get is answered, but should not be: with another value at /id of the body; a value that differs asks for something else
}

const exampleCassette = `---
version: 2
interactions:
  - request:
      method: POST
      url: https://api.devrev.ai/webhooks.get
      body: '{"id":"don:integration:dvrv-us-1:devo/example:webhook/webhook-id"}'
    response:
      code: 200
      body: '{"webhook":{"id":"don:integration:dvrv-us-1:devo/example:webhook/webhook-id","secret":"c2VjcmV0LW9uZQ==","status":"active","url":"https://example.com/hook"}}'
`
