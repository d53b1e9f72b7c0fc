package webhooktest

import (
	"fmt"
	"strings"
	"testing"

	"example.com/webhookvcr/internal/provider"
	"example.com/webhookvcr/internal/vcr"
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
	always    Step = "always:"
	timeout   Step = "timeout:"
	reset     Step = "reset:"
	truncated Step = "truncated:"
	notJSON   Step = "notjson:"
)

var faults = map[Step]vcr.Fault{timeout: vcr.Timeout, reset: vcr.Reset, truncated: vcr.Truncated, notJSON: vcr.NotJSON}

// resolve finds the cassettes of the steps; every mistake is reported at once.
func (p Provider) resolve(steps []Step) ([]vcr.Step, error) {
	if p.def == nil {
		return nil, fmt.Errorf("the zero Provider names no vendor; use webhooktest.DevRev or webhooktest.DVelop")
	}
	if len(steps) == 0 {
		return nil, fmt.Errorf("no step to replay; name a scenario, such as %q", p.def.Scenarios[0].Name)
	}
	var resolved []vcr.Step
	var mistakes []string
	for _, s := range steps {
		step, err := p.resolveStep(s)
		if err != nil {
			mistakes = append(mistakes, err.Error())
			continue
		}
		resolved = append(resolved, step)
	}
	if len(mistakes) > 0 {
		return nil, fmt.Errorf("%s", strings.Join(mistakes, "\n"))
	}
	if earlier, later, hidden := vcr.Hidden(resolved); hidden {
		return nil, fmt.Errorf("step %q never gets a request: %q stands before it and answers every one; put it last", later, earlier)
	}
	return resolved, nil
}

func (p Provider) resolveStep(s Step) (vcr.Step, error) {
	out := vcr.Step{Name: string(s)}
	rest := s
	for {
		modifier, name, ok := strings.Cut(string(rest), ":")
		if !ok {
			break
		}
		switch m := Step(modifier + ":"); {
		case m == always:
			out.Always = true
		case faults[m] != vcr.None && out.Fault == vcr.None:
			out.Fault = faults[m]
		case faults[m] != vcr.None:
			return out, fmt.Errorf("step %q has two faults; a step fails in one way", s)
		default:
			return out, fmt.Errorf("step %q begins with the unknown modifier %q", s, modifier)
		}
		rest = Step(name)
	}
	scenario := p.def.Scenario(string(rest))
	if scenario == nil {
		return out, p.unknownScenario(string(rest))
	}
	file, err := p.scenarioFile(scenario)
	if err != nil {
		return out, err
	}
	out.Tape = vcr.NewTape(file, p.def, scenario)
	return out, nil
}

func (p Provider) unknownScenario(name string) error {
	for _, other := range provider.All() {
		if other != p.def && other.Scenario(name) != nil {
			return fmt.Errorf("%s has no scenario %q; %s has it", p.def.Name, name, other.Name)
		}
	}
	if near := provider.Nearest(name, scenarioNames(p.def)); len(near) > 0 {
		return fmt.Errorf("%s has no scenario %q; did you mean %s?", p.def.Name, name, quoteAll(near))
	}
	return fmt.Errorf("%s has no scenario %q; record list shows those that there are", p.def.Name, name)
}

// fatal reports a mistake in how the package was called.
func fatal(tb testing.TB, err error) {
	tb.Helper()
	tb.Fatalf("webhooktest: %v", err)
}
