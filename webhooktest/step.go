package webhooktest

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"example.com/webhookvcr/internal/change"
	"example.com/webhookvcr/internal/exchange"
	"example.com/webhookvcr/internal/replay"
	"example.com/webhookvcr/internal/scenario"
)

// Step is one entry of a replayed sequence: the name of a scenario, such as
// "webhooks.get/429", or what [Always], [Changed], [Delay], [Timeout], [Reset],
// [Truncated] and [NotJSON] make of another step. String literals serve as steps. A step reads as
// it is written in Go, but without quotes, as in Timeout(webhooks.get/200), so
// that string(step) names a subtest.
//
// A step that names no scenario fails the test where the sequence is given. So
// does a step with two faults.
type Step string

// Always lets a step answer any number of requests, also none. A later step that
// it would hide is an error where the sequence is given, and so is a later exchange
// of the step's own cassette.
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

// Delay lets the step's answer take that time, on the clock of the code under test:
// within a testing/synctest bubble it passes at once. A client whose Timeout, or
// whose request's context, ends before, or at the same instant, gets the error that
// net/http gives, and the context has ended then. A fault comes after the time as well.
func Delay(s Step, d time.Duration) Step { return "Delay(" + s + ", " + Step(d.String()) + ")" }

// Changed changes the body of the step's answer with [Set], [Remove] and [Body]: for
// an answer that no scenario has. Members that no change names keep their order and
// their digits. What then breaks the contract, or has a member that the contract does
// not describe, fails the test where the sequence is given, unless [AllowProblems] says
// that the breach is the point. Of several answers the first is changed. An answer that
// has no body, such as one with status 204, cannot be.
func Changed(s Step, changes ...Change) Step {
	text := "Changed(" + s
	for _, c := range changes {
		if c == nil {
			c = change.None()
		}
		text += ", " + Step(c.String())
	}
	return text + ")"
}

// faults are the functions above that make one.
var faults = map[string]replay.Fault{
	"Timeout": replay.Timeout, "Reset": replay.Reset, "Truncated": replay.Truncated, "NotJSON": replay.NotJSON,
}

// read takes a step apart.
func (s Step) read() scenario.Step {
	name, inner, called := strings.Cut(string(s), "(")
	inner, closed := strings.CutSuffix(inner, ")")
	fault := faults[name]
	if !called || !closed || fault == replay.None && name != "Always" && name != "Delay" && name != "Changed" {
		return scenario.Step{Name: string(s), Spelt: exchange.Quoted(string(s))}
	}
	inner, changes := cutChanges(name, inner)
	inner, wait := cutDelay(name, inner)
	read := Step(inner).read()
	spelt := read.Spelt
	switch name {
	case "Always":
		read.Always = true
	case "Delay":
		spelt += ", " + wait.String()
		if wait <= 0 {
			read.Mistake = fmt.Sprintf("waits for %v; give a time of more than 0", wait)
		}
		read.Delay += wait
	case "Changed":
		if len(changes) == 0 {
			read.Mistake = "names no change; use Set, Remove or Body"
		}
		for _, c := range changes {
			spelt += ", " + exchange.Clip(c.String())
			if !c.OfBody() {
				read.Mistake = "has Duplicates, which has no effect on an answer; leave it out"
			}
		}
		read.Changes = append(read.Changes, changes...)
	default:
		read.Fail(fault)
	}
	read.Spelt = name + "(" + spelt + ")"
	if len(read.Changes) > 0 && (read.Fault == replay.Timeout || read.Fault == replay.Reset || read.Fault == replay.NotJSON) {
		read.Mistake = "changes a body that nobody gets to see; leave the changes out"
	}
	return read
}

// cutChanges takes the changes from the arguments of Changed. Where they begin is
// where all that follows is changes.
func cutChanges(name, arguments string) (step string, changes []Change) {
	if name != "Changed" {
		return arguments, nil
	}
	const separator = ", "
	for at := 0; ; at += len(separator) {
		next := strings.Index(arguments[at:], separator)
		if next < 0 {
			return arguments, nil
		}
		at += next
		changes = nil
		for rest, ok := arguments[at:], true; ok; {
			if rest == "" {
				return arguments[:at], changes
			}
			if rest, ok = strings.CutPrefix(rest, separator); ok {
				var c Change
				c, rest, ok = change.Read(rest)
				changes = append(changes, c)
			}
		}
	}
}

// cutDelay takes the time from the arguments of Delay.
func cutDelay(name, arguments string) (step string, d time.Duration) {
	if i := strings.LastIndex(arguments, ", "); name == "Delay" && i >= 0 {
		if d, err := time.ParseDuration(arguments[i+2:]); err == nil {
			return arguments[:i], d
		}
	}
	return arguments, 0
}

// resolve finds the cassettes of the steps; every mistake is reported at once.
func (p Provider) resolve(tb testing.TB, call string, steps []Step) ([]replay.Step, error) {
	if len(steps) == 0 {
		call += withoutStep
	}
	if err := p.ready(call); err != nil {
		return nil, err
	}
	read := make([]scenario.Step, len(steps))
	for i, s := range steps {
		read[i] = s.read()
	}
	found, err := p.scenarioLibrary().Find(read)
	if err != nil {
		return nil, err
	}
	for i, s := range read {
		err = errors.Join(err, p.breach(tb, s, found[i].Index))
	}
	return found, err
}

// breach is the error for changes that break the contract, or that add a member which
// it does not describe: a vendor may add one, and a test that does must say so.
func (p Provider) breach(tb testing.TB, s scenario.Step, index *replay.Index) error {
	if len(s.Changes) == 0 {
		return nil
	}
	var failing []string
	for _, problem := range p.config(tb).Excuse(index.Scenario, index.File.Header.Accepted, index.ChangeProblems(p.options.strict)) {
		failing = append(failing, problem.String())
	}
	if len(failing) == 0 {
		return nil
	}
	return fmt.Errorf("step %s breaks the contract of %s:\n\t%s\nAllowProblems lets a breach pass that is the point of the test", s.Spelt, p.def.Title, strings.Join(failing, "\n\t"))
}

// scenarioLibrary is where the provider's scenarios are looked up.
func (p Provider) scenarioLibrary() scenario.Library {
	return scenario.Library{
		Definition: p.def, Own: p.options.scenarios,
		Words: scenario.Words{
			Modifiers: "Always, Changed, Delay, Timeout, Reset, Truncated or NotJSON",
			List:      "go run example.com/webhookvcr/cmd/record list shows those that there are",
		},
	}
}

// fatal reports a mistake in how the package was called.
func fatal(tb testing.TB, err error) {
	tb.Helper()
	tb.Fatalf("webhooktest: %v", err)
}
