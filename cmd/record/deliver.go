package main

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

	"example.com/webhookvcr/internal/exit"

	"github.com/spf13/cobra"

	"example.com/webhookvcr/internal/change"
	"example.com/webhookvcr/internal/jsontext"
	"example.com/webhookvcr/internal/say"
	"example.com/webhookvcr/internal/simulator"
)

// delivering is the command deliver.
type delivering struct {
	receiver
	repeat, duplicate int
	stale             time.Duration
	forge, retry      bool
	set               []string
	body              string
	stdout            io.Writer

	refused bool // one was
}

// maxRepeat bounds what one call sends: more is no test of a receiver but of its machine.
const maxRepeat = 10_000

func deliverCommand(getenv func(string) string) *cobra.Command {
	d := &delivering{}
	c := &cobra.Command{
		Use:   "deliver [flags] PROVIDER URL EVENT...",
		Short: "Send events to a running receiver of webhooks, as the vendor does",
		Long: `deliver sends each EVENT, named as the vendor does, with the smallest payload that
the contract allows, signed with the secret in the variable ` + secretVar + `.
It prints a line for each attempt.

It sends to this machine only, unless --allow-host names another. It ends with
  0  each event was acknowledged; with --forge or --stale, each was refused
  1  an event was not acknowledged; with --forge or --stale, one was not refused
  2  wrong usage
  4  ` + secretVar + ` is not set`,
		Example: `  record deliver devrev http://127.0.0.1:8080/hook work_created
  record deliver --set '/work/title="Renew"' --duplicate 2 devrev http://127.0.0.1:8080/hook work_created work_updated`,
		DisableFlagsInUseLine: true,
		RunE: func(c *cobra.Command, args []string) error {
			d.stdout = c.OutOrStdout()
			if err := d.find("deliver", args, getenv); err != nil {
				return err
			}
			return d.run(c.Context(), args[2:])
		},
	}
	receiverFlags(c.Flags(), &d.receiver)
	f := c.Flags()
	f.IntVar(&d.repeat, "repeat", 1, fmt.Sprintf("let each event happen `N` times, up to %d", maxRepeat))
	f.IntVar(&d.duplicate, "duplicate", 0, fmt.Sprintf("send each delivery `N` times more, byte for byte, up to %d", maxRepeat))
	f.DurationVar(&d.stale, "stale", 0, "let the events be `AGE` old, such as 10m")
	f.BoolVar(&d.forge, "forge", false, "prove the deliveries with another secret")
	f.BoolVar(&d.retry, "retry", false, "send again what is not acknowledged, when the vendor would")
	f.StringArrayVar(&d.set, "set", nil, "put a value, as JSON or as bare text, into the payload: `POINTER=VALUE`; may be repeated")
	f.StringVar(&d.body, "body", "", "take the payload, as JSON, from `FILE`")
	return c
}

func (d *delivering) run(ctx context.Context, events []string) error {
	switch {
	case len(events) == 0:
		return exit.Errorf(exit.Usage, "deliver needs the events to send, such as: record deliver %s %s %s", d.def.Name, d.at, d.example())
	case d.repeat < 1 || d.repeat > maxRepeat:
		return exit.Errorf(exit.Usage, "--repeat %d; expected 1 to %d", d.repeat, maxRepeat)
	case d.duplicate < 0 || d.duplicate > maxRepeat:
		return exit.Errorf(exit.Usage, "--duplicate %d; expected 0 to %d", d.duplicate, maxRepeat)
	case d.stale < 0:
		return exit.Errorf(exit.Usage, "--stale %v; give 0 or more", d.stale)
	case d.stale > 0 && d.def.Delivery == nil:
		return exit.Errorf(exit.Usage, "--stale has no effect for %s, whose deliveries hold no time", d.def.Title)
	case d.retry && (d.forge || d.stale > 0):
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
		for range d.repeat {
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
	case d.forge || d.stale > 0:
		return exit.Errorf(exit.Failed, "not refused: %s", say.Count(wrong, "event"))
	}
	why := ""
	if d.refused {
		why = d.doubt()
	}
	return exit.Errorf(exit.Failed, "not acknowledged: %s%s", say.Count(wrong, "event"), why)
}

func (d *delivering) live() (simulator.Live, error) {
	return simulator.NewLive(d.def, d.settings, d.to, 0)
}

// example is an event that can be sent.
func (d *delivering) example() string {
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
func (d *delivering) deliver(ctx context.Context, wire simulator.Wire, event string) (ok bool, err error) {
	payload, err := d.payload(event)
	if err != nil {
		return false, exit.Errorf(exit.Usage, "%s: %v", event, err)
	}
	secret := d.secret
	if d.forge {
		secret = base64.StdEncoding.EncodeToString([]byte(rand.Text()))
	}
	const webhook = "don:integration:dvrv-us-1:devo/example:webhook/1"
	message := simulator.Message{Event: event, Payload: payload, Webhook: webhook, ID: webhook + ":webhook_event/" + rand.Text()}
	waits := d.settings.Waits
	if !d.retry {
		waits = nil
	}
	for i := 0; ; i++ {
		message.At = time.Now().Add(-d.stale)
		body, err := wire.Body(message)
		if err != nil {
			return false, exit.Errorf(exit.Usage, "%s: %v", event, err)
		}
		a := simulator.Attempt{}
		for range 1 + d.duplicate {
			a = simulator.Try(ctx, d.to, d.settings.Timeout, func(ctx context.Context) (*http.Request, error) {
				return wire.Request(ctx, strings.ReplaceAll(d.at, eventVariable, event), secret, body, d.settings)
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
		if d.forge || d.stale > 0 {
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
func (d *delivering) payload(event string) (any, error) {
	live, err := d.live()
	if err != nil {
		return nil, err
	}
	payload, err := live.Payload(event)
	if err != nil {
		return nil, err
	}
	var changes []*change.Change
	if d.body != "" {
		text, err := readBody(d.body)
		if err != nil {
			return nil, fmt.Errorf("--body: %w", err)
		}
		if problem := noJSON(text); problem != "" {
			return nil, fmt.Errorf("--body holds no JSON: %s", problem)
		}
		changes = append(changes, change.Body(json.RawMessage(text)))
	}
	for _, s := range d.set {
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

func (d *delivering) print(event string, a simulator.Attempt) error {
	result := fmt.Sprintf("%d %s", a.Status, http.StatusText(a.Status))
	if a.Err != nil {
		result = a.Reason
	}
	if _, err := fmt.Fprintln(d.stdout, d.hidden(fmt.Sprintf("%s: %s", event, result))); err != nil {
		return err
	}
	return nil
}
