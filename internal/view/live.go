package view

import (
	"bytes"
	"net/http"
	"slices"

	"example.com/webhookvcr/internal/cassette"
	"example.com/webhookvcr/internal/replay"
	"example.com/webhookvcr/internal/serve"
)

// Live is the page of record report about the steps, with the requests as
// they come. What another recorder has written may hold a credential, and is left
// out.
func Live(steps []replay.Step, version string) http.Handler {
	var files []*cassette.File
	var shown []pageStep
	for _, step := range steps {
		file, id := step.Index.File, ""
		if file.Header.Source != "" {
			n := slices.Index(files, file)
			if n < 0 {
				n, files = len(files), append(files, file)
			}
			id = cassetteID(n)
		}
		shown = append(shown, pageStep{serve.StepName(step.Name), id, step.Always})
	}
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		page := NewPage(files, version)
		page.Requests, page.Steps = serve.StreamPath, shown
		var b bytes.Buffer
		if err := page.Write(&b); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		h := w.Header()
		h.Set("Content-Type", "text/html; charset=utf-8")
		h.Set("Content-Security-Policy", page.Policy+"; frame-ancestors 'none'")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Cache-Control", "no-store")
		_, _ = w.Write(b.Bytes()) // it fails only when the client has gone
	})
}
