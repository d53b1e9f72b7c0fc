package hooks_test

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"example.com/webhookvcr/webhooktest"

	hooks "example.org/own-tenant"
)

// TestRotate records its cassette and replays it: the same body both times. In
// everyday use the first part is a command line,
//
//	WEBHOOKTEST_RECORD=testdata/rotate.yaml go test -v -run TestRotate .
func TestRotate(t *testing.T) {
	file := filepath.Join(t.TempDir(), "rotate.yaml")

	tn := startTenant(t)
	t.Setenv(webhooktest.RecordVar, ".*/rotate[.]yaml")
	t.Run("record", func(t *testing.T) { rotate(t, file) })
	if tn.requests.Load() == 0 {
		t.Fatal("the tenant was not asked for anything")
	}
	tn.Close()
	holdsNothingOf(t, tn, filepath.Dir(file))

	t.Setenv(webhooktest.RecordVar, "")
	t.Run("replay", func(t *testing.T) { rotate(t, file) })
}

func rotate(t *testing.T, file string) {
	c := client(t, webhooktest.Open(t, webhooktest.DevRev.With(webhooktest.Varies("/secret")), file))
	raw := make([]byte, 24)
	rand.Read(raw)
	secret := base64.StdEncoding.EncodeToString(raw)

	got, err := c.Rotate(t.Context(), secret)
	if err != nil {
		t.Fatal(err)
	}
	if got.Secret != secret {
		t.Error("the webhook has another secret than the one just sent")
	}
	if got.ID != webhooktest.DevRevWebhookID {
		t.Errorf("got the id %q, want the placeholder %q", got.ID, webhooktest.DevRevWebhookID)
	}
}

// TestScenarios records scenarios of the tenant's own with the command, and
// replays them in place of the shipped ones. In everyday use the first part is
//
//	go run example.com/webhookvcr/cmd/record refresh --out testdata/cassettes devrev
func TestScenarios(t *testing.T) {
	dir := t.TempDir()
	tn := startTenant(t)
	out, err := exec.CommandContext(t.Context(), "go", "run", "example.com/webhookvcr/cmd/record", "refresh", "--out", dir,
		"devrev/webhooks.get/200", "devrev/webhooks.get/404").CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	t.Logf("\n%s", out)
	tn.Close()
	holdsNothingOf(t, tn, dir)

	replayScenarios(t, dir)
}

func replayScenarios(t *testing.T, dir string) {
	devrev := webhooktest.DevRev.With(webhooktest.OwnScenarios(os.DirFS(dir)))
	c := client(t, webhooktest.Replay(t, devrev, "webhooks.get/200", "webhooks.get/404"))

	got, err := c.Get(t.Context(), webhooktest.DevRevWebhookID)
	if err != nil || got.Status != "active" {
		t.Errorf("got %+v, %v, want an active webhook", got, err)
	}
	_, err = c.Get(t.Context(), webhooktest.DevRevUnknownWebhookID)
	if err == nil || !strings.Contains(err.Error(), "404") {
		t.Errorf("got the error %v, want one that says 404", err)
	}
	for _, s := range devrev.Scenarios() {
		recorded := s.Name == "webhooks.get/200" || s.Name == "webhooks.get/404"
		if (s.Source == "live") != recorded {
			t.Errorf("%s is %s", s.Name, s.Source)
		}
	}
}

func client(t *testing.T, h *http.Client) hooks.Client {
	t.Helper()
	return hooks.Client{HTTP: h, BaseURL: webhooktest.DevRev.BaseURL(), Token: webhooktest.Token}
}

// holdsNothingOf reads every recorded file and looks for the tenant's values.
func holdsNothingOf(t *testing.T, tn *tenant, dir string) {
	t.Helper()
	u, err := url.Parse(tn.URL)
	if err != nil {
		t.Fatal(err)
	}
	files := 0
	err = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		files++
		data, err := os.ReadFile(path)
		for _, value := range []string{tenantToken, "8hQ2vTzR", "5kLm9PqS", "initech", "s3cr3tPath", tenantSecret, u.Host} {
			if bytes.Contains(data, []byte(value)) {
				t.Errorf("%s holds %q", filepath.Base(path), value)
			}
		}
		return err
	})
	if err != nil || files == 0 {
		t.Fatalf("read %d files, %v", files, err)
	}
}
