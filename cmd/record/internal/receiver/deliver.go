package receiver

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"time"

	"example.com/webhookvcr/cmd/record/internal/exit"
	"example.com/webhookvcr/internal/change"
	"example.com/webhookvcr/internal/jsontext"
	"example.com/webhookvcr/internal/say"
	"example.com/webhookvcr/internal/simulator"
)

// Delivery is the command deliver.
type Delivery struct {
	Receiver
	Repeat, Duplicate int
	Stale             time.Duration
	Forge, Retry      bool
	Set               []string
	Body              string
	Stdout            io.Writer
	// Webhook is the id of the webhook that the deliveries are for.
	Webhook string

	refused bool // one was
}

// Run sends the events, and prints a line for each attempt.
func (d *Delivery) Run(ctx context.Context, events []string) error {
	switch {
	case len(events) == 0:
		return exit.Errorf(exit.Usage, "deliver needs the events to send, such as: record deliver %s %s %s", d.def.Name, d.At, d.example())
	case d.Repeat < 1 || d.Repeat > MaxRepeat:
		return exit.Errorf(exit.Usage, "--repeat %d; expected 1 to %d", d.Repeat, MaxRepeat)
	case d.Duplicate < 0 || d.Duplicate > MaxRepeat:
		return exit.Errorf(exit.Usage, "--duplicate %d; expected 0 to %d", d.Duplicate, MaxRepeat)
	case d.Stale < 0:
		return exit.Errorf(exit.Usage, "--stale %v; give 0 or more", d.Stale)
	case d.Stale > 0 && d.def.Delivery == nil:
		return exit.Errorf(exit.Usage, "--stale has no effect for %s, whose deliveries hold no time", d.def.Title)
	case d.Retry && (d.Forge || d.Stale > 0):
		return exit.Errorf(exit.Usage, "--retry is for deliveries that may be acknowledged; leave out --forge and --stale")
	}
	wire, err := simulator.WireOf(d.def)
	if err != nil {
		return exit.Errorf(exit.Usage, "%v", err)
	}
	for _, event := range events { // a mistake in the last one sends nothing
		payload, err := d.payload(event)
		if err != nil {
			return exit.Errorf(exit.Usage, "%s: %v", event, err)
		}
		if _, err := wire.Body(simulator.Message{Event: event, Payload: payload}); err != nil {
			return exit.Errorf(exit.Usage, "%s: %v; give the payload with --body", event, err)
		}
	}
	wrong := 0
	for _, event := range events {
		for range d.Repeat {
			ok, err := d.deliver(ctx, wire, event)
			if err != nil {
				return err
			}
			if !ok {
				wrong++
			}
		}
	}
	switch {
	case wrong == 0:
		return nil
	case d.Forge || d.Stale > 0:
		return exit.Errorf(exit.Failed, "not refused: %s", say.Count(wrong, "event"))
	}
	why := ""
	if d.refused {
		why = d.doubt()
	}
	return exit.Errorf(exit.Failed, "not acknowledged: %s%s", say.Count(wrong, "event"), why)
}

func (d *Delivery) live() (simulator.Live, error) {
	return simulator.NewLive(d.def, d.settings, d.to, 0)
}

// example is an event that can be sent.
func (d *Delivery) example() string {
	live, err := d.live()
	if err != nil {
		return "EVENT"
	}
	for _, event := range live.EventTypes() {
		if payload, err := live.Payload(event); err == nil && payload != nil {
			return event
		}
	}
	return "EVENT"
}

// deliver makes the attempts of one event. ok says that it went as it should.
func (d *Delivery) deliver(ctx context.Context, wire simulator.Wire, event string) (ok bool, err error) {
	payload, err := d.payload(event)
	if err != nil {
		return false, exit.Errorf(exit.Usage, "%s: %v", event, err)
	}
	secret := d.secret
	if d.Forge {
		secret = base64.StdEncoding.EncodeToString([]byte(rand.Text()))
	}
	message := simulator.Message{Event: event, Payload: payload, Webhook: d.Webhook, ID: d.Webhook + ":webhook_event/" + rand.Text()}
	waits := d.settings.Waits
	if !d.Retry {
		waits = nil
	}
	for i := 0; ; i++ {
		message.At = time.Now().Add(-d.Stale)
		body, err := wire.Body(message)
		if err != nil {
			return false, exit.Errorf(exit.Usage, "%s: %v", event, err)
		}
		a := simulator.Attempt{}
		for range 1 + d.Duplicate {
			a = simulator.Try(ctx, d.to, d.settings.Timeout, func(ctx context.Context) (*http.Request, error) {
				return wire.Request(ctx, strings.ReplaceAll(d.At, eventVariable, event), secret, body, d.settings)
			})
			if a.Err == nil && len(a.Body) >= simulator.MaxReply {
				a.Err = fmt.Errorf("the receiver's answer has %d KiB or more", simulator.MaxReply>>10)
				a.Reason = fmt.Sprintf("%d %s, but %v", a.Status, http.StatusText(a.Status), a.Err)
			}
			if err := d.print(event, a); err != nil {
				return false, err
			}
		}
		done := a.Err == nil && d.settings.Acknowledged(a.Status)
		d.refused = d.refused || a.Err == nil && a.Status/100 == 4
		if d.Forge || d.Stale > 0 {
			return a.Err == nil && a.Status/100 == 4, nil
		}
		if done || i >= len(waits) {
			return done, nil
		}
		select {
		case <-time.After(waits[i]):
		case <-ctx.Done():
			return false, exit.Errorf(exit.Failed, "interrupted")
		}
	}
}

// payload is what the event is about, with the changes that were asked for.
func (d *Delivery) payload(event string) (any, error) {
	live, err := d.live()
	if err != nil {
		return nil, err
	}
	payload, err := live.Payload(event)
	if err != nil {
		return nil, err
	}
	var changes []*change.Change
	if d.Body != "" {
		text, err := readBody(d.Body)
		if err != nil {
			return nil, fmt.Errorf("--body: %w", err)
		}
		if problem := noJSON(text); problem != "" {
			return nil, fmt.Errorf("--body holds no JSON: %s", problem)
		}
		changes = append(changes, change.Body(json.RawMessage(text)))
	}
	for _, s := range d.Set {
		pointer, text, ok := strings.Cut(s, "=")
		if !ok {
			return nil, fmt.Errorf("--set %q: expected POINTER=VALUE, such as /work/title=Renew", s)
		}
		var value any = text
		if json.Valid([]byte(text)) {
			value = json.RawMessage(text)
		}
		changes = append(changes, change.Set(pointer, value))
	}
	edit, err := change.Payload(payload, changes)
	return edit.Value, err
}

func (d *Delivery) print(event string, a simulator.Attempt) error {
	result := fmt.Sprintf("%d %s", a.Status, http.StatusText(a.Status))
	if a.Err != nil {
		result = a.Reason
	}
	_, err := fmt.Fprintln(d.Stdout, d.hidden(event+": "+result))
	return err
}

// MaxRepeat bounds what one call sends: more is no test of a receiver but of its machine.
const MaxRepeat = 10_000

// readBody reads a payload from a file, which need not have an end.
func readBody(name string) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, say.Reason(err)
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxDelivery+1))
	switch {
	case err != nil:
		return nil, say.Reason(err)
	case len(text) > maxDelivery:
		return nil, fmt.Errorf("it has more than %d MiB; give a smaller payload", maxDelivery>>20)
	}
	return text, nil
}

// noJSON says why a text is not the payload of a delivery, and where; empty when it is
// one. Numbers may be of any size: they are sent as they are written.
func noJSON(text []byte) string {
	at, why := jsontext.InvalidUTF8(text), "a byte that is no UTF-8"
	if at < 0 {
		err := json.Unmarshal(text, new(json.RawMessage))
		if err == nil {
			return ""
		}
		at, why = len(text), "its end comes too soon"
		if syntax := (*json.SyntaxError)(nil); errors.As(err, &syntax) && int(syntax.Offset) < len(text) {
			at, why = int(syntax.Offset)-1, err.Error()
		}
	}
	line, column := jsontext.Position(text, at)
	return fmt.Sprintf("%s at line %d, column %d", why, line, column)
}
