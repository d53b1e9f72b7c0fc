package scenario

import (
	"fmt"
	"strings"
	"time"

	"example.com/webhookvcr/internal/change"
	"example.com/webhookvcr/internal/replay"
)

// Words are how the steps of a sequence are written where the caller's user
// writes them, for messages.
type Words struct {
	// Modifiers lists the modifiers, with "or" before the last.
	Modifiers string
	// List says what shows the scenarios.
	List string
}

// Step is a step that has been read.
type Step struct {
	// Spelt is the step as its writer wrote it, for messages.
	Spelt string
	// Name is that of a scenario or a cassette.
	Name   string
	Always bool
	Fault  replay.Fault
	Delay  time.Duration
	// Changes are made of the body of the answer.
	Changes []*change.Change
	// Mistake says what is wrong with the step beside its name.
	Mistake string
}

// Fail gives the step a fault.
func (s *Step) Fail(f replay.Fault) {
	if s.Fault != replay.None {
		s.Mistake = "has two faults; a step fails in one way"
	}
	s.Fault = f
}

// read takes the modifiers from a step. What begins like one and is none stays in the name.
func read(text string) Step {
	s := Step{Spelt: fmt.Sprintf("%q", text), Name: text}
	for {
		prefix, rest, ok := strings.Cut(s.Name, ":")
		switch fault := replay.FaultOf(prefix); {
		case ok && prefix == "always":
			s.Always = true
		case ok && fault != replay.None:
			s.Fail(fault)
		default:
			return s
		}
		s.Name = rest
	}
}

// Replayed is the step with its index, as package replay takes it.
func (s Step) Replayed(name string, index *replay.Index) (replay.Step, error) {
	if s.Mistake != "" {
		return replay.Step{}, fmt.Errorf("step %s %s", s.Spelt, s.Mistake)
	}
	if len(s.Changes) > 0 {
		changed, err := index.Changed(func(body []byte) ([]byte, error) {
			e := change.Edit{Text: body}
			err := e.Apply(s.Changes)
			return e.Text, err
		})
		if err != nil {
			return replay.Step{}, fmt.Errorf("step %s: %w", s.Spelt, err)
		}
		index = changed
	}
	if s.Always {
		if earlier, later, hidden := index.Hides(); hidden {
			return replay.Step{}, fmt.Errorf("step %s: interaction #%d never gets a request: #%d before it answers every one; take one of them out of the cassette, or let the step answer each once", s.Spelt, later, earlier)
		}
	}
	return replay.Step{Name: name, Index: index, Always: s.Always, Fault: s.Fault, Delay: s.Delay}, nil
}
