package scenario

import (
	"fmt"
	"strings"

	"example.com/webhookvcr/internal/replay"
)

// Modifier is what may stand before the name of a step.
type Modifier string

// The modifiers.
const (
	Always    Modifier = "always:"    // the step answers any number of requests, also none
	Timeout   Modifier = "timeout:"   // no answer comes
	Reset     Modifier = "reset:"     // the peer resets the connection
	Truncated Modifier = "truncated:" // the body breaks off in the middle
	NotJSON   Modifier = "notjson:"   // a gateway's HTML page in place of the body
)

var faults = map[Modifier]replay.Fault{Timeout: replay.Timeout, Reset: replay.Reset, Truncated: replay.Truncated, NotJSON: replay.NotJSON}

// Words are how the steps of a sequence are written where the caller's user
// writes them, for messages.
type Words struct {
	// Step spells a step.
	Step func(step string) string
	// Modifiers lists the modifiers, with "or" before the last.
	Modifiers string
	// List says what shows the scenarios.
	List string
}

// step is a step that has been read.
type step struct {
	spelt  string
	name   string
	always bool
	fault  replay.Fault
}

// read takes the modifiers from a step. What begins like one and is none stays
// in the name when the name is a path.
func (l Library) read(text string) (step, error) {
	s := step{spelt: l.Words.Step(text), name: text}
	for {
		prefix, rest, ok := strings.Cut(s.name, ":")
		if !ok {
			return s, nil
		}
		switch m := Modifier(prefix + ":"); {
		case m == Always:
			s.always = true
		case faults[m] != replay.None && s.fault == replay.None:
			s.fault = faults[m]
		case faults[m] != replay.None:
			return s, fmt.Errorf("step %s has two faults; a step fails in one way", s.spelt)
		case l.isPath(s.name):
			return s, nil
		default:
			return s, fmt.Errorf("step %s begins with %q, which is no modifier; use %s", s.spelt, m, l.Words.Modifiers)
		}
		s.name = rest
	}
}

// replayed is the step with its index, as package replay takes it.
func (s step) replayed(name string, index *replay.Index) replay.Step {
	return replay.Step{Name: name, Index: index, Always: s.always, Fault: s.fault}
}
