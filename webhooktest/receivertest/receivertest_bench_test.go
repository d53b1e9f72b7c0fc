package receivertest_test

import (
	"testing"

	"example.com/webhookvcr/webhooktest/receivertest"
)

// BenchmarkRun asks a receiver in memory every question for its vendor.
func BenchmarkRun(b *testing.B) {
	for _, v := range vendors {
		b.Run(v.p.String(), func(b *testing.B) {
			all := func(string, string) (bool, error) { return true, nil }
			for b.Loop() {
				testing.RunTests(all, []testing.InternalTest{{Name: "Receiver", F: func(t *testing.T) {
					receivertest.Run(t, v.p, v.receiver(""), v.ways[0]...)
				}}})
			}
			b.ReportMetric(float64(len(receivertest.Probes(v.p))), "probes/op")
		})
	}
}
