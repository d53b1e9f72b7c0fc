package hooks_test

import (
	"bytes"
	"flag"
	"os"
	"testing"

	"example.com/webhookvcr/webhooktest"

	hooks "example.org/own-tenant"
)

// The package has had a flag of this name for years.
var update = flag.Bool("update", false, "write the golden files of this package")

func TestReport(t *testing.T) {
	const golden = "testdata/report.golden"
	client := webhooktest.Replay(t, webhooktest.DevRev, "webhooks.list/200")

	var got bytes.Buffer
	c := hooks.Client{HTTP: client, BaseURL: webhooktest.DevRev.BaseURL(), Token: webhooktest.Token}
	if err := c.Report(t.Context(), &got); err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(golden, got.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got.Bytes(), want) {
		t.Errorf("got:\n%s\nwant:\n%s", got.Bytes(), want)
	}
}
