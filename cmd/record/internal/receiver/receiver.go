// Package receiver sends deliveries to a running receiver of webhooks, and records those
// that a vendor sends to one. No secret, and no URL that only its owner knows, is in what
// it prints; nothing leaves this machine unless that is allowed.
package receiver

import (
	"cmp"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"example.com/webhookvcr/cmd/record/internal/exit"
	"example.com/webhookvcr/cmd/record/internal/session"
	"example.com/webhookvcr/internal/pattern"
	"example.com/webhookvcr/internal/provider"
	"example.com/webhookvcr/internal/secret"
	"example.com/webhookvcr/internal/simulator"
)

// SecretVar is the environment variable with the secret of the receiver's webhook.
const SecretVar = "RECEIVER_SECRET"

// shortestSecret is the length below which record refuses a credential.
const shortestSecret = 4

// eventVariable stands for the event's name in the URL of a receiver.
const eventVariable = "{event}"

// Destination is where a receiver is.
type Destination struct {
	Allow   string
	At      string
	url     *url.URL
	allowed bool // it need not be this machine
}

// locate reads the URL that an argument or a flag of that name gives, in which that
// variable may stand. What is wrong with it is said without it: a URL may hold a password,
// or what only a receiver knows.
func (d *Destination) locate(name, at, variable string) error {
	u, err := url.Parse(at)
	if err != nil || u.Hostname() == "" || u.Scheme != "http" && u.Scheme != "https" || u.User != nil || strings.Contains(at, "#") {
		return exit.Errorf(exit.Usage, "%s: expected a URL of http or https without user and fragment, such as http://127.0.0.1:8080/hook", name)
	}
	if port, err := strconv.ParseUint(cmp.Or(u.Port(), "80"), 10, 16); err != nil || port == 0 {
		return exit.Errorf(exit.Usage, "%s names no port; expected one from 1 to 65535, or none", name)
	}
	if strings.ContainsAny(strings.ReplaceAll(at, variable, ""), "{}") {
		known := "there is none"
		if variable != "" {
			known = variable + " alone is"
		}
		return exit.Errorf(exit.Usage, "%s holds a variable that is not known; %s", name, known)
	}
	d.At, d.url = at, u
	d.allowed = strings.EqualFold(strings.Trim(d.Allow, "[]"), u.Hostname())
	if d.Allow != "" && !d.allowed {
		return exit.Errorf(exit.Usage, "--allow-host is not the host of %s; give that one, without scheme and port, or leave it out", name)
	}
	if ip := net.ParseIP(u.Hostname()); !d.allowed && !strings.EqualFold(u.Hostname(), "localhost") && (ip == nil || !ip.IsLoopback()) {
		return exit.Errorf(exit.Usage, "the host of %s is not this machine; --allow-host with that host sends there all the same", name)
	}
	return nil
}

// transport leads to the receiver, and to no other machine unless that is allowed.
func (d *Destination) transport() *http.Transport {
	dialer := &net.Dialer{Control: func(_, address string, _ syscall.RawConn) error {
		host, _, err := net.SplitHostPort(address)
		if ip := net.ParseIP(host); !d.allowed && (err != nil || ip == nil || !ip.IsLoopback()) {
			return fmt.Errorf("%s is not this machine", address)
		}
		return nil
	}}
	// No proxy: what a receiver gets comes from here.
	return &http.Transport{DialContext: dialer.DialContext, DisableKeepAlives: true, DisableCompression: true}
}

// hidden is a text without the URL, when that may be known to those only who hold it,
// and without what is private of it.
func (d *Destination) hidden(s string) string {
	if secret.IsPlain(d.At) && !strings.Contains(d.At, "?") {
		return s
	}
	at := pattern.New(strings.ReplaceAll(regexp.QuoteMeta(d.At), regexp.QuoteMeta(eventVariable), `[\w.]*`))
	s = at.ReplaceAllStringFunc(s, func(string) string { return "URL" })
	obscure := slices.DeleteFunc(strings.Split(d.url.Path, "/"), secret.IsPlain)
	for _, part := range append(secret.PrivateParts(d.At), obscure...) {
		if len(part) >= secret.ShortestPart {
			s = strings.ReplaceAll(s, part, "(not shown)")
		}
	}
	return s
}

// readSecret is the secret of the environment.
func readSecret(getenv func(string) string) (string, error) {
	secret := getenv(SecretVar)
	if secret == "" {
		return "", exit.Errorf(exit.Missing, "%s is not set: the secret of the webhook, or its key, comes from the environment", SecretVar)
	}
	if fault := provider.SecretFault(secret); fault != "" {
		return "", exit.Errorf(exit.Usage, "%s %s", SecretVar, fault)
	}
	if len(secret) < shortestSecret {
		return "", exit.Errorf(exit.Usage, "%s has fewer than %d letters; it is no secret that a vendor gives, and cannot be told from other text", SecretVar, shortestSecret)
	}
	return secret, nil
}

// Receiver is where probe and deliver send to.
type Receiver struct {
	Destination
	RawKey, Hex bool
	def         *provider.Definition
	secret      string
	settings    simulator.Settings
	spelt       secret.Spellings
	to          http.RoundTripper
}

// Find takes the provider and the URL, and reads the secret.
func (r *Receiver) Find(name, at string, getenv func(string) string) (err error) {
	if r.def, err = session.Provider(name); err != nil {
		return err
	}
	if err := r.locate("the URL", at, eventVariable); err != nil {
		return err
	}
	if r.secret, err = readSecret(getenv); err != nil {
		return err
	}
	r.spelt = secret.NewSpellings(SecretVar, r.secret)
	if r.def.Delivery == nil && (r.RawKey || r.Hex) {
		return exit.Errorf(exit.Usage, "--raw-key and --hex have no effect for %s, which signs nothing with the secret", r.def.Title)
	}
	wire, err := simulator.WireOf(r.def)
	if err != nil {
		return exit.Errorf(exit.Usage, "%v", err)
	}
	r.settings = wire.Complete(simulator.Settings{RawKey: r.RawKey, Hex: r.Hex})
	r.to = trusting{r.transport()}
	return nil
}

// doubt says at the end of a message why a signature may be another than the receiver
// expects.
func (r *Receiver) doubt() string {
	if r.def.Delivery == nil || r.RawKey || provider.IsBase64(r.secret) {
		return ""
	}
	return "; " + SecretVar + " is no base64, so that its letters were the key: look whether it is whole"
}

// hidden is a text without the secret, and without the half of it that a probe
// sends. A line that holds them in any other spelling, as a receiver may have written
// it, is left out.
func (r *Receiver) hidden(s string) string {
	s = r.Destination.hidden(s)
	half := r.secret[:len(r.secret)/2]
	if len(half) < 4 { // no secret has so few letters, and any text has them
		half = ""
	}
	for _, part := range []struct{ text, name string }{{r.secret, "$" + SecretVar}, {half, "(half of " + SecretVar + ")"}} {
		for _, form := range []string{part.text, strings.Trim(strconv.Quote(part.text), `"`), url.QueryEscape(part.text)} {
			if form != "" {
				s = strings.ReplaceAll(s, form, part.name)
			}
		}
	}
	lines := strings.Split(s, "\n")
	for i, line := range lines {
		if r.spelt.In(line) {
			indent := line[:len(line)-len(strings.TrimLeft(line, " \t"))]
			lines[i] = indent + "(what the receiver says here holds " + SecretVar + " or a part of it, in some spelling, and is not shown)"
		}
	}
	return strings.Join(lines, "\n")
}

// trusting is a transport that says what to do about a certificate.
type trusting struct{ next http.RoundTripper }

func (t trusting) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := t.next.RoundTrip(req)
	if failure := (*tls.CertificateVerificationError)(nil); errors.As(err, &failure) {
		err = errors.New(session.Distrust(failure))
	}
	return resp, err
}
