package receiver

import (
	"context"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"
	"time"

	"example.com/webhookvcr/cmd/record/internal/exit"
	"example.com/webhookvcr/internal/probe"
)

// Probe is the command probe.
type Probe struct {
	Receiver
	Only           []string
	UnsignedVerify bool
	LegacyKey      bool
	HandleResponse string
	Timeout        time.Duration
	Stdout         io.Writer
}

// Check refuses what has no effect; changed reports whether a flag was given.
func (p *Probe) Check(changed func(flag string) bool) error {
	signs := p.def.Delivery != nil
	switch {
	case !signs && p.UnsignedVerify:
		return exit.Errorf(exit.Usage, "--unsigned-verify has no effect for %s, which asks no receiver to verify itself", p.def.Title)
	case signs && p.LegacyKey:
		return exit.Errorf(exit.Usage, "--legacy-key has no effect for %s, which sends no key", p.def.Title)
	case signs && changed("handle-response"):
		return exit.Errorf(exit.Usage, "--handle-response has no effect for %s, whose webhooks have no such setting", p.def.Title)
	case changed("timeout") && p.Timeout <= 0:
		return exit.Errorf(exit.Usage, "--timeout %v; give a time above 0, such as 1s", p.Timeout)
	case !slices.Contains([]string{"NONE", "STATUS", "STATUS_AND_BODY"}, p.HandleResponse):
		return exit.Errorf(exit.Usage, "--handle-response %q; expected NONE, STATUS or STATUS_AND_BODY", p.HandleResponse)
	}
	for _, pattern := range p.Only {
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

func (p *Probe) selected(q probe.Probe) bool {
	return q.Gate || len(p.Only) == 0 || slices.ContainsFunc(p.Only, func(pattern string) bool { return asksFor(q, pattern) })
}

// Run asks the probes that were chosen, and prints what each has found.
func (p *Probe) Run(ctx context.Context) error {
	config := probe.Config{
		Definition: p.def, Settings: p.settings, URL: p.At, Secret: p.secret, Fresh: 3 * time.Second, Stale: 10 * time.Minute,
		Accept: 300 << 10, Refuse: 32 << 20, UnsignedVerify: p.UnsignedVerify, LegacyKey: p.LegacyKey, HandleResponse: p.HandleResponse,
	}
	if p.Timeout > 0 {
		config.Settings.Timeout = p.Timeout
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
		if _, err := fmt.Fprintln(p.Stdout, p.hidden(text)); err != nil {
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

// blackBox reports whether a probe can be asked over HTTP.
func blackBox(p probe.Probe) bool {
	return !p.Clock && !p.Rebuilt && len(p.Missing(probe.Subject{})) == 0
}

func asksFor(q probe.Probe, pattern string) bool {
	ok, _ := path.Match(pattern, path.Base(q.ID))
	return ok || pattern == q.ID
}
