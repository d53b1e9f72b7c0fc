package main

import (
	"context"
	"crypto/tls"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"example.com/webhookvcr/internal/probe"
	"example.com/webhookvcr/internal/provider"
	"example.com/webhookvcr/internal/simulator"
)

// secretVar is the environment variable with the secret of the receiver's webhook.
const secretVar = "RECEIVER_SECRET"

// receiver is where probe and deliver send to.
type receiver struct {
	allow       string
	rawKey, hex bool
	def         *provider.Definition
	url, secret string
	settings    simulator.Settings
	spelt       spellings
	to          http.RoundTripper
}

func (r *receiver) flags(f *pflag.FlagSet) {
	f.StringVar(&r.allow, "allow-host", "", "send to `HOST`, the URL's, which is not this machine")
	f.BoolVar(&r.rawKey, "raw-key", false, "DevRev: sign with the text of the secret, not with the bytes that it encodes")
	f.BoolVar(&r.hex, "hex", false, "DevRev: write the signature in hexadecimal digits, not in base64")
}

// find reads the provider, the URL and the secret.
func (r *receiver) find(command string, args []string, getenv func(string) string) error {
	if len(args) < 2 {
		return exit(exitUsage, "%s needs a provider and the URL of a receiver, such as: %s %s devrev http://127.0.0.1:8080/hook", command, invocation(), command)
	}
	if r.def = provider.ByName(args[0]); r.def == nil {
		return exit(exitUsage, "%s", unknownProvider(args[0], args[0]))
	}
	u, err := url.Parse(args[1])
	if err == nil && u.Port() != "" {
		if port, err := strconv.Atoi(u.Port()); err != nil || port < 1 || port > 65535 {
			return exit(exitUsage, "the URL names no port; expected one from 1 to 65535, or none")
		}
	}
	if err != nil || u.Hostname() == "" || u.Scheme != "http" && u.Scheme != "https" || u.User != nil || strings.Contains(args[1], "#") {
		return exit(exitUsage, "%q is no URL of http or https without a user and a fragment", args[1])
	}
	allowed := strings.EqualFold(r.allow, u.Hostname())
	if r.allow != "" && !allowed {
		return exit(exitUsage, "--allow-host %q is not the host of the URL; give %s, or leave it out", r.allow, u.Hostname())
	}
	if ip := net.ParseIP(u.Hostname()); !allowed && !strings.EqualFold(u.Hostname(), "localhost") && (ip == nil || !ip.IsLoopback()) {
		return exit(exitUsage, "%s is not this machine; --allow-host %s sends there all the same", u.Hostname(), u.Hostname())
	}
	if r.url, r.secret = args[1], getenv(secretVar); r.secret == "" {
		return exit(exitMissing, "%s is not set: the secret of the webhook, or its key, comes from the environment", secretVar)
	}
	if strings.ContainsAny(r.secret, "\r\n") {
		return exit(exitUsage, "%s holds a line break; take it off", secretVar)
	}
	if strings.TrimSpace(r.secret) != r.secret {
		return exit(exitUsage, "%s has white space at an end; take it off", secretVar)
	}
	if len(r.secret) < shortestSecret {
		return exit(exitUsage, "%s has fewer than %d letters; it is no secret that a vendor gives, and cannot be told from other text", secretVar, shortestSecret)
	}
	r.spelt = newSpellings(r.secret)
	if r.def.Delivery == nil && (r.rawKey || r.hex) {
		return exit(exitUsage, "--raw-key and --hex have no effect for %s, which signs nothing with the secret", r.def.Title)
	}
	wire, err := simulator.WireOf(r.def)
	if err != nil {
		return exit(exitUsage, "%v", err)
	}
	r.settings = wire.Complete(simulator.Settings{RawKey: r.rawKey, Hex: r.hex})
	dialer := &net.Dialer{Control: func(_, address string, _ syscall.RawConn) error {
		host, _, err := net.SplitHostPort(address)
		if ip := net.ParseIP(host); !allowed && (err != nil || ip == nil || !ip.IsLoopback()) {
			return fmt.Errorf("%s is not this machine", address)
		}
		return nil
	}}
	// No proxy: what a receiver gets comes from here.
	r.to = trusting{&http.Transport{DialContext: dialer.DialContext, DisableKeepAlives: true, DisableCompression: true}}
	return nil
}

// trusting is a transport that says what to do about a certificate.
type trusting struct{ next http.RoundTripper }

func (t trusting) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := t.next.RoundTrip(req)
	if failure := (*tls.CertificateVerificationError)(nil); errors.As(err, &failure) {
		err = errors.New(distrust(failure))
	}
	return resp, err
}

// hidden is a text without the secret, and without the half of it that a probe
// sends. A line that holds them in any other spelling, as a receiver may have written
// it, is left out.
func (r *receiver) hidden(s string) string {
	if !isPlain(r.url) { // a receiver's URL may be known to those only who hold it
		before, _, _ := strings.Cut(r.url, "{event}")
		s = strings.ReplaceAll(s, before, "URL")
	}
	half := r.secret[:len(r.secret)/2]
	if len(half) < 4 { // no secret has so few letters, and any text has them
		half = ""
	}
	for _, part := range []struct{ text, name string }{{r.secret, "$" + secretVar}, {half, "(half of " + secretVar + ")"}} {
		for _, form := range []string{part.text, strings.Trim(strconv.Quote(part.text), `"`), url.QueryEscape(part.text)} {
			if form != "" {
				s = strings.ReplaceAll(s, form, part.name)
			}
		}
	}
	lines := strings.Split(s, "\n")
	for i, line := range lines {
		if r.spelt.in(line) {
			indent := line[:len(line)-len(strings.TrimLeft(line, " \t"))]
			lines[i] = indent + "(what the receiver says here holds " + secretVar + " or a part of it, in some spelling, and is not shown)"
		}
	}
	return strings.Join(lines, "\n")
}

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
				return exit(exitUsage, "probe takes one URL, not %q", args[2])
			}
			if err := p.find("probe", args, getenv); err != nil {
				return err
			}
			if err := p.check(c.Flags()); err != nil {
				return err
			}
			return p.run(c.Context())
		},
	}
	p.flags(c.Flags())
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

// check refuses what has no effect.
func (p *probing) check(f *pflag.FlagSet) error {
	signs := p.def.Delivery != nil
	switch {
	case !signs && p.unsignedVerify:
		return exit(exitUsage, "--unsigned-verify has no effect for %s, which asks no receiver to verify itself", p.def.Title)
	case signs && p.legacyKey:
		return exit(exitUsage, "--legacy-key has no effect for %s, which sends no key", p.def.Title)
	case signs && f.Changed("handle-response"):
		return exit(exitUsage, "--handle-response has no effect for %s, whose webhooks have no such setting", p.def.Title)
	case f.Changed("timeout") && p.timeout <= 0:
		return exit(exitUsage, "--timeout %v; give a time above 0, such as 1s", p.timeout)
	case !slices.Contains([]string{"NONE", "STATUS", "STATUS_AND_BODY"}, p.handleResponse):
		return exit(exitUsage, "--handle-response %q; expected NONE, STATUS or STATUS_AND_BODY", p.handleResponse)
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
			return exit(exitUsage, "--only %q matches no probe for %s; a pattern is such as 'S*' or S01, and 'record probe %s URL' lists them all", pattern, p.def.Title, p.def.Name)
		case !asked:
			return exit(exitUsage, "--only %q matches probes that look into a receiver or wait for minutes; package receivertest asks them", pattern)
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
		Definition: p.def, Settings: p.settings, URL: p.url, Secret: p.secret, Fresh: 3 * time.Second, Stale: 10 * time.Minute,
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
			return exit(exitFailed, "interrupted")
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
			return exit(exitFailed, "%d of %d probes failed; the others were not asked, for %s", failed, asked, probe.Hanging)
		}
		if q.Gate && len(v.Failures) > 0 {
			why := ""
			if _, err := base64.StdEncoding.DecodeString(p.secret); err != nil && p.def.Delivery != nil && !p.rawKey {
				why = "; " + secretVar + " is no base64, so that its letters were the key: look whether it is whole"
			}
			return exit(exitFailed, "%s is what every other probe builds upon; the others were not asked%s", q.ID, why)
		}
	}
	if failed > 0 {
		return exit(exitFailed, "%d of %d probes failed", failed, asked)
	}
	return nil
}
