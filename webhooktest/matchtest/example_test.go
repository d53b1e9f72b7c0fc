package matchtest_test

import (
	"fmt"
	"net/http"
	"os"
	"strings"

	"gopkg.in/dnaeon/go-vcr.v3/recorder"

	"example.com/webhookvcr/internal/tbtest"
	"example.com/webhookvcr/webhooktest"
	"example.com/webhookvcr/webhooktest/matchtest"
)

func ExampleCheck() {
	t := tbtest.Example() // in a test, t does all of this
	defer t.End()
	t.Chdir(t.TempDir())
	if err := os.WriteFile("lookup.yaml", []byte(exampleCassette), 0o644); err != nil {
		t.Fatal(err)
	}

	// The client of Open tells every request apart that means something else.
	fmt.Println(matchtest.Check(webhooktest.DevRev, "lookup.yaml", nil))

	// go-vcr, as it comes, compares the method and the text of the URL.
	err := matchtest.Check(webhooktest.DevRev, "lookup.yaml", func() http.RoundTripper {
		r, err := recorder.NewWithOptions(&recorder.Options{CassetteName: "lookup", Mode: recorder.ModeReplayOnly, SkipRequestLatency: true})
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
