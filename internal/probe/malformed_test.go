package probe_test

import (
	"io"
	"net/http"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"

	"example.com/webhookvcr/internal/probe"
	"example.com/webhookvcr/internal/provider"
)

// What is on its way to a receiver that has read all that it takes is not read.
func TestProbe_flood(t *testing.T) {
	all := probe.All(&provider.DevRev)
	flood := all[slices.IndexFunc(all, func(p probe.Probe) bool { return p.ID == "devrev/B01" })]
	for limit, failures := range map[int64]int{4 << 20: 0, 4<<20 + 64<<10: 1} {
		receiver := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, io.LimitReader(r.Body, limit))
			w.WriteHeader(http.StatusRequestEntityTooLarge)
		})
		v := flood.Ask(probe.Subject{Handler: receiver}, probe.Config{
			Definition: &provider.DevRev, URL: "https://hooks.example.com", Secret: provider.ReceiverSecret, Refuse: 32 << 20, Answer: probe.Unhurried,
		})
		assert.Empty(t, v.Skipped)
		assert.Len(t, v.Failures, failures, "a limit of %d", limit)
	}
}
