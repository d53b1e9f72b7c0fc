package probe

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"time"

	"example.com/webhookvcr/internal/contract"
	"example.com/webhookvcr/internal/provider"
	"example.com/webhookvcr/internal/simulator"
)

// Exchange is a delivery with its answer, as it came by.
type Exchange struct {
	Method string
	Header http.Header
	// Body is the delivery's, and nil when it is too long to be judged.
	Body []byte
	// Status, Answer and Reply are the answer's status, header and body.
	Status int
	Answer http.Header
	Reply  []byte
	// Took is how long the answer took.
	Took time.Duration
}

// Check returns what is wrong with an exchange. A delivery that the receiver
// refused may be as wrong as it likes: that is what tests of refusals send. One
// that it accepted must be one that the vendor sends. Notes are about statuses that no
// page documents: as in the probes, they fail nothing.
func Check(d *provider.Definition, s simulator.Settings, x Exchange) (problems, notes []string) {
	wire, err := simulator.WireOf(d)
	if err != nil {
		return []string{err.Error()}, nil
	}
	s = wire.Complete(s)
	say := func(format string, args ...any) { problems = append(problems, fmt.Sprintf(format, args...)) }
	if x.Took > s.Timeout {
		say("answered after %v; %s gives up after %v", x.Took.Round(time.Millisecond), d.Title, s.Timeout)
	}
	accepted := x.Status/100 == 2
	if accepted {
		for _, p := range unsendable(d, wire, x) {
			say("accepted what %s never sends: %s", d.Title, p)
		}
	}
	switch {
	case accepted && !s.Acknowledged(x.Status):
		notes = append(notes, fmt.Sprintf("answered %d; %s documents 200 alone, and what another 2xx does is for Sender.Acknowledged to say", x.Status, d.Title))
	case x.Status/100 == 3:
		say("answered %d; senders do not follow redirects of a POST", x.Status)
	case !accepted && len(wire.Statuses) > 0 && !slices.Contains(wire.Statuses, x.Status):
		notes = append(notes, fmt.Sprintf("answered %d; %s documents %v for receivers", x.Status, d.Title, wire.Statuses))
	}
	if wire.Verify == "" || !accepted {
		return problems, notes
	}
	var sent struct {
		Type   string
		Verify struct{ Challenge string }
	}
	_ = json.Unmarshal(x.Body, &sent)  // a body of another form is reported above
	echo, _ := simulator.Echo(x.Reply) // what is no object has none
	switch {
	case sent.Type != wire.Verify && echo != "":
		say("answered a %s with a challenge, which is for verify requests alone", sent.Type)
	case sent.Type == wire.Verify && echo != sent.Verify.Challenge:
		say("answered a verify request without its challenge; the webhook stays unverified")
	case sent.Type == wire.Verify && media(simulator.Attempt{Header: x.Answer}) != "application/json":
		say("answered a verify request as %q, expected application/json", x.Answer.Get("Content-Type"))
	}
	return problems, notes
}

func unsendable(d *provider.Definition, wire simulator.Wire, x Exchange) (reasons []string) {
	if x.Method != http.MethodPost {
		reasons = append(reasons, "a "+x.Method)
	}
	if m := media(simulator.Attempt{Header: x.Header}); m != "application/json" {
		reasons = append(reasons, fmt.Sprintf("the Content-Type %q", x.Header.Get("Content-Type")))
	}
	if !wire.Proven(x.Header) {
		reasons = append(reasons, "no "+wire.Proof)
	}
	switch {
	case x.Body == nil:
	case d.Delivery == nil:
		var object map[string]any
		if json.Unmarshal(x.Body, &object) != nil || object == nil {
			reasons = append(reasons, "a body that is no JSON object")
		}
	default:
		found, err := contract.CheckDelivery(d, x.Body)
		if err != nil {
			reasons = append(reasons, err.Error())
		}
		for _, p := range found {
			if p.Fails() {
				reasons = append(reasons, p.String())
			}
		}
	}
	return reasons
}
