package main

import (
	"fmt"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"example.com/webhookvcr/cmd/record/internal/exit"
	"example.com/webhookvcr/cmd/record/internal/receiver"
	"example.com/webhookvcr/cmd/record/internal/session"
)

func probeCommand(getenv func(string) string) *cobra.Command {
	p := &receiver.Probe{}
	c := &cobra.Command{
		Use:   "probe [flags] PROVIDER URL",
		Short: "Ask a running receiver of webhooks what it does with odd deliveries",
		Long: `probe sends deliveries to a receiver in any language, and judges its answers: forged,
stale and malformed ones among them. An answer that comes when the vendor would have
hung up is a failure at any of them. The receiver must know the secret in the
variable ` + receiver.SecretVar + `; it acts on the valid events, so it should be one
for tests. Docs: docs/receivers.md. Probes that look into a receiver, and those
that wait for minutes, are part of package receivertest only.

It sends to this machine only, unless --allow-host names another. It ends with
  0  nothing that must or should be otherwise
  1  something that must or should be otherwise, or no answer
  2  wrong usage
  4  ` + receiver.SecretVar + ` is not set`,
		Example: `  ` + receiver.SecretVar + `=MDEyMzQ1Njc4OWFiY2RlZg== record probe devrev http://127.0.0.1:8080/hook
  record probe --only 'S*' devrev http://127.0.0.1:8080/hook`,
		RunE: func(c *cobra.Command, args []string) error {
			p.Stdout = c.OutOrStdout()
			if len(args) > 2 {
				return exit.Errorf(exit.Usage, "probe takes one URL, not %q", args[2])
			}
			if err := receiverOf(c, &p.Receiver, args, getenv); err != nil {
				return err
			}
			if err := p.Check(c.Flags().Changed); err != nil {
				return err
			}
			return p.Run(c.Context())
		},
	}
	receiverFlags(c.Flags(), &p.Receiver)
	f := c.Flags()
	f.StringSliceVar(&p.Only, "only", nil, "ask the probes that match `PATTERN`, such as 'S*', and those that all build upon")
	f.BoolVar(&p.UnsignedVerify, "unsigned-verify", false, "DevRev: accept that verify requests are answered whatever their signature")
	f.BoolVar(&p.LegacyKey, "legacy-key", false, "d.velop: expect that the key is accepted in x-dv-api-key")
	f.StringVar(&p.HandleResponse, "handle-response", "STATUS", "d.velop: the webhook's handleResponse, `NONE|STATUS|STATUS_AND_BODY`")
	f.DurationVar(&p.Timeout, "timeout", 0, "how long the vendor waits for an answer, such as 1s, when it is not what is documented")
	return c
}

func deliverCommand(getenv func(string) string) *cobra.Command {
	d := &receiver.Delivery{Webhook: "don:integration:dvrv-us-1:devo/example:webhook/1"}
	c := &cobra.Command{
		Use:   "deliver [flags] PROVIDER URL EVENT...",
		Short: "Send events to a running receiver of webhooks, as the vendor does",
		Long: `deliver sends each EVENT, named as the vendor does, with the smallest payload that
the contract allows, signed with the secret in the variable ` + receiver.SecretVar + `.
It prints a line for each attempt.

It sends to this machine only, unless --allow-host names another. It ends with
  0  each event was acknowledged; with --forge or --stale, each was refused
  1  an event was not acknowledged; with --forge or --stale, one was not refused
  2  wrong usage
  4  ` + receiver.SecretVar + ` is not set`,
		Example: `  record deliver devrev http://127.0.0.1:8080/hook work_created
  record deliver --set '/work/title="Renew"' --duplicate 2 devrev http://127.0.0.1:8080/hook work_created work_updated`,
		RunE: func(c *cobra.Command, args []string) error {
			d.Stdout = c.OutOrStdout()
			if err := receiverOf(c, &d.Receiver, args, getenv); err != nil {
				return err
			}
			return d.Run(c.Context(), args[2:])
		},
	}
	receiverFlags(c.Flags(), &d.Receiver)
	f := c.Flags()
	f.IntVar(&d.Repeat, "repeat", 1, fmt.Sprintf("let each event happen `N` times, up to %d", receiver.MaxRepeat))
	f.IntVar(&d.Duplicate, "duplicate", 0, fmt.Sprintf("send each delivery `N` times more, byte for byte, up to %d", receiver.MaxRepeat))
	f.DurationVar(&d.Stale, "stale", 0, "let the events be `AGE` old, such as 10m")
	f.BoolVar(&d.Forge, "forge", false, "prove the deliveries with another secret")
	f.BoolVar(&d.Retry, "retry", false, "send again what is not acknowledged, when the vendor would")
	f.StringArrayVar(&d.Set, "set", nil, "put a value, as JSON or as bare text, into the payload: `POINTER=VALUE`; may be repeated")
	f.StringVar(&d.Body, "body", "", "take the payload, as JSON, from `FILE`")
	return c
}

func listenCommand(getenv func(string) string, clock session.Clock) *cobra.Command {
	l := &receiver.Inbox{Getenv: getenv, Now: clock.Now}
	c := &cobra.Command{
		Use:   "listen [flags] PROVIDER --to URL --out DIR",
		Short: "Stand before a receiver of webhooks, and record what the vendor delivers",
		Long: `listen takes the deliveries of a vendor, passes each on to the receiver as it came,
answers with what that answers, and records it with the moment at which it came:
everything but documented names, words and dates is replaced, the body is signed anew
with the placeholder secret of package receivertest, and of the receiver's answer the
status and an echoed challenge are kept. receivertest.Replay delivers the files to a
handler in a test.

The secret of the webhook comes from the variable ` + receiver.SecretVar + `. A delivery
that is not signed with it is passed on and not recorded, and listen says what is
wrong: which of the four forms of a signature fits, or which of the usual mistakes
explains it. Let the webhook point to where listen can be reached, through a tunnel
if need be; listen itself hears this machine only, unless --addr says otherwise, and
passes on to this machine only, unless --allow-host names another.

It ends when it is interrupted, with
  0  every delivery was recorded
  1  one was not, or none came
  2  wrong usage
  4  ` + receiver.SecretVar + ` is not set`,
		Example: `  record listen devrev --to http://127.0.0.1:8080/hook --out testdata/deliveries`,
		RunE: func(c *cobra.Command, args []string) error {
			l.Stdout, l.Stderr = c.OutOrStdout(), c.ErrOrStderr()
			if len(args) != 1 {
				return exit.Errorf(exit.Usage, "listen needs one provider, such as: record listen devrev --to http://127.0.0.1:8080/hook --out testdata/deliveries")
			}
			if err := l.Find(args[0]); err != nil {
				return err
			}
			return l.Run(c.Context())
		},
	}
	f := c.Flags()
	destinationFlags(f, &l.Destination)
	f.StringVar(&l.At, "to", "", "pass the deliveries on to `URL`")
	f.StringVar(&l.Out, "out", "", "write `DIR`/EVENT-N.yaml")
	f.StringVar(&l.Addr, "addr", "127.0.0.1:0", "listen on `HOST:PORT`; port 0 takes a free one")
	f.BoolVar(&l.AcceptDrift, "accept-drift", false, "record deliveries that break the published contract, and list the breaches in the cassette")
	c.MarkFlagDirname("out")
	return c
}

// receiverOf takes the arguments of probe and deliver.
func receiverOf(c *cobra.Command, r *receiver.Receiver, args []string, getenv func(string) string) error {
	if len(args) < 2 {
		return exit.Errorf(exit.Usage, "%[1]s needs a provider and the URL of a receiver, such as: %[2]s %[1]s devrev http://127.0.0.1:8080/hook", c.Name(), exit.Invocation())
	}
	return r.Find(args[0], args[1], getenv)
}

func destinationFlags(f *pflag.FlagSet, d *receiver.Destination) {
	f.StringVar(&d.Allow, "allow-host", "", "send to `HOST`, the URL's, which is not this machine")
}

func receiverFlags(f *pflag.FlagSet, r *receiver.Receiver) {
	destinationFlags(f, &r.Destination)
	f.BoolVar(&r.RawKey, "raw-key", false, "DevRev: sign with the text of the secret, not with the bytes that it encodes")
	f.BoolVar(&r.Hex, "hex", false, "DevRev: write the signature in hexadecimal digits, not in base64")
}
