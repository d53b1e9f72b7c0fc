package main

import (
	"context"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"
	"time"

	"example.com/webhookvcr/internal/exit"

	"github.com/spf13/cobra"

	"example.com/webhookvcr/internal/probe"
)

// probing is the command probe.
type probing struct {
	receiver
	only           []string
	unsignedVerify bool
	legacyKey      bool
	handleResponse string
	timeout        time.Duration
	stdout         io.Writer
}

func probeCommand(getenv func(string) string) *cobra.Command {
	p := &probing{}
	c := &cobra.Command{
		Use:   "probe [flags] PROVIDER URL",
		Short: "Ask a running receiver of webhooks what it does with odd deliveries",
		Long: `probe sends deliveries to a receiver in any language, and judges its answers: forged,
stale and malformed ones among them. An answer that comes when the vendor would have
hung up is a failure at any of them. The receiver must know the secret in the
variable ` + secretVar + `; it acts on the valid events, so it should be one
for tests. Docs: docs/receivers.md. Probes that look into a receiver, and those
that wait for minutes, are part of package receivertest only.

It sends to this machine only, unless --allow-host names another. It ends with
  0  nothing that must or should be otherwise
  1  something that must or should be otherwise, or no answer
  2  wrong usage
  4  ` + secretVar + ` is not set`,
		Example: `  ` + secretVar + `=MDEyMzQ1Njc4OWFiY2RlZg== record probe devrev http://127.0.0.1:8080/hook
  record probe --only 'S*' devrev http://127.0.0.1:8080/hook`,
		DisableFlagsInUseLine: true,
		RunE: func(c *cobra.Command, args []string) error {
			p.stdout = c.OutOrStdout()
			if len(args) > 2 {
				return exit.Errorf(exit.Usage, "probe takes one URL, not %q", args[2])
			}
			if err := p.find("probe", args, getenv); err != nil {
				return err
			}
			if err := p.check(c.Flags().Changed); err != nil {
				return err
			}
			return p.run(c.Context())
		},
	}
	receiverFlags(c.Flags(), &p.receiver)
	f := c.Flags()
	f.StringSliceVar(&p.only, "only", nil, "ask the probes that match `PATTERN`, such as 'S*', and those that all build upon")
	f.BoolVar(&p.unsignedVerify, "unsigned-verify", false, "DevRev: accept that verify requests are answered whatever their signature")
	f.BoolVar(&p.legacyKey, "legacy-key", false, "d.velop: expect that the key is accepted in x-dv-api-key")
	f.StringVar(&p.handleResponse, "handle-response", "STATUS", "d.velop: the webhook's handleResponse, `NONE|STATUS|STATUS_AND_BODY`")
	f.DurationVar(&p.timeout, "timeout", 0, "how long the vendor waits for an answer, such as 1s, when it is not what is documented")
	return c
}

// blackBox reports whether a probe can be asked over HTTP.
func blackBox(p probe.Probe) bool {
	return !p.Clock && !p.Rebuilt && len(p.Missing(probe.Subject{})) == 0
}

// check refuses what has no effect; changed reports whether a flag was given.
func (p *probing) check(changed func(flag string) bool) error {
	signs := p.def.Delivery != nil
	switch {
	case !signs && p.unsignedVerify:
		return exit.Errorf(exit.Usage, "--unsigned-verify has no effect for %s, which asks no receiver to verify itself", p.def.Title)
	case signs && p.legacyKey:
		return exit.Errorf(exit.Usage, "--legacy-key has no effect for %s, which sends no key", p.def.Title)
	case signs && changed("handle-response"):
		return exit.Errorf(exit.Usage, "--handle-response has no effect for %s, whose webhooks have no such setting", p.def.Title)
	case changed("timeout") && p.timeout <= 0:
		return exit.Errorf(exit.Usage, "--timeout %v; give a time above 0, such as 1s", p.timeout)
	case !slices.Contains([]string{"NONE", "STATUS", "STATUS_AND_BODY"}, p.handleResponse):
		return exit.Errorf(exit.Usage, "--handle-response %q; expected NONE, STATUS or STATUS_AND_BODY", p.handleResponse)
	}
	for _, pattern := range p.only {
		known, asked := false, false
		for _, q := range probe.All(p.def) {
			if asksFor(q, pattern) {
				known, asked = true, asked || blackBox(q)
			}
		}
		switch {
		case !known:
			return exit.Errorf(exit.Usage, "--only %q matches no probe for %s; a pattern is such as 'S*' or S01, and 'record probe %s URL' lists them all", pattern, p.def.Title, p.def.Name)
		case !asked:
			return exit.Errorf(exit.Usage, "--only %q matches probes that look into a receiver or wait for minutes; package receivertest asks them", pattern)
		}
	}
	return nil
}

func asksFor(q probe.Probe, pattern string) bool {
	ok, _ := path.Match(pattern, path.Base(q.ID))
	return ok || pattern == q.ID
}

func (p *probing) selected(q probe.Probe) bool {
	return q.Gate || len(p.only) == 0 || slices.ContainsFunc(p.only, func(pattern string) bool { return asksFor(q, pattern) })
}

func (p *probing) run(ctx context.Context) error {
	config := probe.Config{
		Definition: p.def, Settings: p.settings, URL: p.at, Secret: p.secret, Fresh: 3 * time.Second, Stale: 10 * time.Minute,
		Accept: 300 << 10, Refuse: 32 << 20, UnsignedVerify: p.unsignedVerify, LegacyKey: p.legacyKey, HandleResponse: p.handleResponse,
	}
	if p.timeout > 0 {
		config.Settings.Timeout = p.timeout
	}
	config.Context = ctx
	config.Answer = 2 * config.Settings.Timeout // what comes in between tells how late it is
	asked, failed, hung := 0, 0, 0
	for _, q := range probe.All(p.def) {
		if !blackBox(q) || !p.selected(q) {
			continue
		}
		v := q.Ask(probe.Subject{Network: p.to}, config)
		if ctx.Err() != nil { // what it found is that nobody asked on
			return exit.Errorf(exit.Failed, "interrupted")
		}
		asked++
		word := "ok"
		switch {
		case len(v.Failures) > 0:
			word = "FAIL"
			failed++
		case v.Skipped != "":
			word = "skip"
		case v.Level == probe.Info:
			word = "info"
		}
		text := fmt.Sprintf("%-4s %s (%s): %s", word, q.ID, v.Level, q.Sent)
		if v.Skipped != "" {
			text += ": " + v.Skipped
		}
		for _, n := range v.Notes {
			text += "\n     " + n
		}
		if len(v.Failures) > 0 {
			_, details, _ := strings.Cut(q.Message(v.Failures[0]), "\n")
			text += "\n" + details
		}
		if _, err := fmt.Fprintln(p.stdout, p.hidden(text)); err != nil {
			return err
		}
		if v.Hung {
			hung++
		}
		if hung == probe.MaxHung {
			return exit.Errorf(exit.Failed, "%d of %d probes failed; the others were not asked, for %s", failed, asked, probe.Hanging)
		}
		if q.Gate && len(v.Failures) > 0 {
			return exit.Errorf(exit.Failed, "%s is what every other probe builds upon; the others were not asked%s", q.ID, p.doubt())
		}
	}
	if failed > 0 {
		return exit.Errorf(exit.Failed, "%d of %d probes failed", failed, asked)
	}
	return nil
}
