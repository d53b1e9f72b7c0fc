package webhooktest

import (
	"fmt"
	"strings"
	"testing"

	"example.com/webhookvcr/internal/replay"
	"example.com/webhookvcr/internal/scenario"
)

// Step is one entry of a replayed sequence: a scenario's name, such as
// "webhooks.get/429". String literals serve as steps.
type Step string

// Always lets a step answer any number of requests, also none. A later step that
// it would hide is an error where the sequence is given.
func Always(s Step) Step { return always + s }

// Timeout lets the request that the step matches fail as net/http's transport
// fails when no answer comes, without waiting.
func Timeout(s Step) Step { return timeout + s }

// Reset lets the request that the step matches fail with a connection reset by
// the peer.
func Reset(s Step) Step { return reset + s }

// Truncated lets the body of the step's answer break off in the middle.
func Truncated(s Step) Step { return truncated + s }

// NotJSON answers with the step's status and a gateway's HTML page in place of
// the body.
func NotJSON(s Step) Step { return notJSON + s }

const (
	always    = Step(scenario.Always)
	timeout   = Step(scenario.Timeout)
	reset     = Step(scenario.Reset)
	truncated = Step(scenario.Truncated)
	notJSON   = Step(scenario.NotJSON)
)

var modifiers = map[Step]string{always: "Always", timeout: "Timeout", reset: "Reset", truncated: "Truncated", notJSON: "NotJSON"}

// resolve finds the cassettes of the steps; every mistake is reported at once.
func (p Provider) resolve(steps []Step) ([]replay.Step, error) {
	if err := p.ready(forReplay); err != nil {
		return nil, err
	}
	names := make([]string, len(steps))
	for i, s := range steps {
		names[i] = string(s)
	}
	return p.scenarioLibrary().Resolve(names)
}

// library is where the provider's scenarios are looked up.
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
	for modifier, name := range modifiers {
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
