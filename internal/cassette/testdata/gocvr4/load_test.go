// Package gocvr4 reads the cassettes below the directory CASSETTES with go-vcr
// v4 and plays each of them.
package gocvr4

import (
	"encoding/json"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gopkg.in/dnaeon/go-vcr.v4/pkg/cassette"
	"gopkg.in/dnaeon/go-vcr.v4/pkg/recorder"
)

func TestCassettes(t *testing.T) {
	count := 0
	err := filepath.WalkDir(os.Getenv("CASSETTES"), func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) != ".yaml" {
			return err
		}
		count++
		t.Run(filepath.Base(path), func(t *testing.T) { play(t, path) })
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d cassettes", count)
	if count == 0 {
		t.Error("no cassette found")
	}
}

// play sends what was recorded, in order, and compares the answers with the list
// of bodies beside the cassette.
func play(t *testing.T, path string) {
	name := strings.TrimSuffix(path, ".yaml")
	loaded, err := cassette.Load(name)
	if err != nil {
		t.Fatal(err)
	}
	var want []string
	if data, err := os.ReadFile(name + ".json"); err != nil || json.Unmarshal(data, &want) != nil {
		t.Fatal("no list of bodies", err)
	}
	if len(loaded.Interactions) != len(want) {
		t.Fatalf("%d interactions, want %d", len(loaded.Interactions), len(want))
	}
	r, err := recorder.New(name, recorder.WithMode(recorder.ModeReplayOnly), recorder.WithSkipRequestLatency(true),
		recorder.WithMatcher(func(r *http.Request, i cassette.Request) bool {
			body, _ := io.ReadAll(r.Body)
			r.Body = io.NopCloser(strings.NewReader(string(body)))
			return r.Method == i.Method && r.URL.String() == i.URL && string(body) == i.Body
		}))
	if err != nil {
		t.Fatal(err)
	}
	defer r.Stop()
	client := r.GetDefaultClient()
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	for i, ia := range loaded.Interactions {
		req, err := http.NewRequest(ia.Request.Method, ia.Request.URL, strings.NewReader(ia.Request.Body))
		if err != nil {
			t.Fatal(err)
		}
		resp, err := client.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if err != nil || string(body) != want[i] || resp.StatusCode != ia.Response.Code {
			t.Errorf("answer %d differs: %v %d %q, want %q", i, err, resp.StatusCode, body, want[i])
		}
	}
}
