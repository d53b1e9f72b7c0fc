package webhooktest

import (
	"fmt"
	"strings"
	"testing"

	"example.com/webhookvcr/internal/replay"
	"example.com/webhookvcr/internal/scenario"
)

// Step is one entry of a replayed sequence: the name of a scenario, such as
// "webhooks.get/429", or what [Always], [Timeout], [Reset], [Truncated] and
// [NotJSON] make of another step. String literals serve as steps. A step reads as
// it is written in Go, but without quotes, as in Timeout(webhooks.get/200), so
// that string(step) names a subtest.
//
// A step that names no scenario fails the test where the sequence is given. So
// does a step with two faults.
type Step string

// Always lets a step answer any number of requests, also none. A later step that
// it would hide is an error where the sequence is given.
func Always(s Step) Step { return "Always(" + s + ")" }

// Timeout lets the request that the step matches fail as net/http's transport
// fails when no answer comes, without waiting.
func Timeout(s Step) Step { return "Timeout(" + s + ")" }

// Reset lets the request that the step matches fail with a connection reset by
// the peer.
func Reset(s Step) Step { return "Reset(" + s + ")" }

// Truncated lets the body of the step's answer break off in the middle.
func Truncated(s Step) Step { return "Truncated(" + s + ")" }

// NotJSON answers with the step's status and a gateway's HTML page in place of
// the body.
func NotJSON(s Step) Step { return "NotJSON(" + s + ")" }

// modifiers are the functions above as package scenario writes them, which reads
// steps of a command line too.
var modifiers = map[string]scenario.Modifier{
	"Always": scenario.Always, "Timeout": scenario.Timeout, "Reset": scenario.Reset, "Truncated": scenario.Truncated, "NotJSON": scenario.NotJSON,
}

// text is the step as package scenario reads it.
func (s Step) text() string {
	name, inner, called := strings.Cut(string(s), "(")
	modifier, known := modifiers[name]
	inner, closed := strings.CutSuffix(inner, ")")
	if called && known && closed {
		return string(modifier) + Step(inner).text()
	}
	return string(s)
}

// resolve finds the cassettes of the steps; every mistake is reported at once.
func (p Provider) resolve(steps []Step) ([]replay.Step, error) {
	if err := p.ready(forReplay); err != nil {
		return nil, err
	}
	names := make([]string, len(steps))
	for i, s := range steps {
		names[i] = s.text()
	}
	return p.scenarioLibrary().Resolve(names)
}

// scenarioLibrary is where the provider's scenarios are looked up.
func (p Provider) scenarioLibrary() scenario.Library {
	return scenario.Library{
		Definition: p.def, Own: p.options.scenarios,
		Words: scenario.Words{
			Step:      spell,
			Modifiers: "Always, Timeout, Reset, Truncated or NotJSON",
			List:      "go run example.com/webhookvcr/cmd/record list shows those that there are",
		},
	}
}

// spell writes a step as Go code does, for messages.
func spell(step string) string {
	for name, modifier := range modifiers {
		if rest, ok := strings.CutPrefix(step, string(modifier)); ok {
			return name + "(" + spell(rest) + ")"
		}
	}
	return fmt.Sprintf("%q", step)
}

// fatal reports a mistake in how the package was called.
func fatal(tb testing.TB, err error) {
	tb.Helper()
	tb.Fatalf("webhooktest: %v", err)
}
