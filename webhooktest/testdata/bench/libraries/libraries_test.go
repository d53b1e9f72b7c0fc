// Package libraries is the twin of package replays beside it: go-vcr and
// jsonschema without this module.
package libraries

import (
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v5"
	"gopkg.in/dnaeon/go-vcr.v3/recorder"
)

func TestReplay(t *testing.T) {
	if _, err := jsonschema.CompileString("schema.json", `{"type":"object"}`); err != nil {
		t.Fatal(err)
	}
	r, err := recorder.NewWithOptions(&recorder.Options{
		CassetteName: "../../../../cassettes/devrev/webhooks.get/200",
		Mode:         recorder.ModeReplayOnly,
	})
	if err != nil {
		t.Fatal(err)
	}
	r.Stop()
}
