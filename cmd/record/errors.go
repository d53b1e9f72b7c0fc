package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"syscall"

	"example.com/webhookvcr/internal/exit"

	"example.com/webhookvcr/internal/cassette"
	"example.com/webhookvcr/internal/contract"
	"example.com/webhookvcr/internal/provider"
	"example.com/webhookvcr/internal/record"
	"example.com/webhookvcr/internal/say"
)

const exitHelp = `Exit status:
  0  done
  1  failed: something was not written or checked, and the message says why
  2  wrong usage: what the command line names is not there, or is no such thing
  3  an answer breaks the published contract, or check has found drift
  4  credentials missing
  5  credentials refused
  6  tenant unreachable
  7  sent to a login page instead of an answer
  8  throttled for longer than --max-wait
  9  the tenant has an outage: it answered everything with 5xx, 408, a temporary
     redirect or a page of HTML for longer than --max-wait, or some requests now and
     then, or ceased to answer as documented
When several apply: 3 if it is one of them, else the highest.`

const causesHelp = `why, in one word: "credentials-missing", "credentials-refused",
            "unreachable", "login", "throttled", "outage", "not-the-vendor", "moved" (a
            permanent redirect), "unknown-id", "look-up" (of an id), "no-cassette",
            "bad-cassette", "writes" (changes the tenant), "simulated-only",
            "live-only", "one-side" (of a diff), "interrupted" or "other"`

// message is an error about one scenario without the scenario's name.
func (r *recorder) message(t target, err error) string {
	return strings.TrimPrefix(err.Error(), t.name()+" "+r.undone+": ")
}

// remark is an error in the words of the summary: without the advice, which its
// message gives after the cause.
func (r *recorder) remark(t target, err error) string {
	if words, ok := exit.Remarks[exit.Code(err)]; ok {
		return words
	}
	cause, _, _ := strings.Cut(r.message(t, err), "\n")
	cause, _, _ = strings.Cut(cause, "; ")
	return cause
}

// failed is an error about one scenario whose cause no exit status tells.
func (r *recorder) failed(cause string, t target, format string, args ...any) error {
	return &exit.Error{Status: exit.Failed, Text: fmt.Sprintf("%s %s: %s", t.name(), r.undone, fmt.Sprintf(exit.Pasted(format), args...)), Cause: cause}
}

// fail is an error about one scenario.
func (r *recorder) fail(code int, t target, format string, args ...any) error {
	return exit.Errorf(code, "%s %s: %s", t.name(), r.undone, fmt.Sprintf(exit.Pasted(format), args...))
}

// expected compares the answer with the one that the scenario is about.
func (r *refresh) expected(g given) error {
	s := g.scenario
	var what string
	switch {
	case g.fits():
		return nil
	case g.status != s.Status:
		what = fmt.Sprintf("a %d, and the scenario is about a %d", g.status, s.Status)
	case g.errorType != s.Type && s.Type != "":
		what = fmt.Sprintf("a %d of %s, and the scenario is about the type %q", g.status, named(g.def, "type", g.errorType), s.Type)
	default:
		what = fmt.Sprintf("a %d of %s, and the scenario is about %q", g.status, named(g.def, "media type", g.mediaType), s.MediaType)
	}
	return &otherwiseError{r.fail(exit.Failed, g.target, "the tenant answered %s; its cassette stays as it was", what), g.answer}
}

// otherwiseError is about a tenant that answers a request with something else than its
// scenario is about. Which request provokes which error is this project's guess, so
// that is news of the vendor, and no failure of the tenant.
type otherwiseError struct {
	error // what is said when the command line names the scenario
	got   answer
}

// Unwrap gives the error its exit status.
func (e *otherwiseError) Unwrap() error { return e.error }

// answered is the answer in the words of the summary.
func (e *otherwiseError) answered(def *provider.Definition) string {
	switch errorType := e.got.errorType; {
	case errorType == "":
		return strconv.Itoa(e.got.status)
	case contract.IsWord(def, errorType):
		return fmt.Sprintf("%d %s", e.got.status, errorType)
	default:
		return fmt.Sprintf("%d of %s", e.got.status, named(def, "type", errorType))
	}
}

// variant is a scenario about the answer that came: it has the request of the one
// that was asked for, and its name in its own.
func (e *otherwiseError) variant(s provider.Scenario) *provider.Scenario {
	s.Name = variantName(s.Name, e.got.status)
	s.Status, s.Type, s.MediaType = e.got.status, e.got.errorType, e.got.mediaType
	return &s
}

// variantName is what a scenario's recording is called when the answer has another
// status, error type or media type.
func variantName(scenario string, status int) string {
	operation, name, _ := strings.Cut(scenario, "/")
	return fmt.Sprintf("%s/%d-for-%s", operation, status, name)
}

// authenticated reports whether the request is one that the tenant takes for its
// owner's.
func (t target) authenticated() bool {
	return t.scenario.Request.Credential == provider.Valid && !t.scenario.Request.NoOrigin
}

// trouble is about an answer that says nothing of the scenario, because the tenant did
// not let the request through.
func (r *recorder) trouble(t target, got answer) error {
	login := t.def.LoginPath != "" && strings.HasPrefix(strings.TrimPrefix(got.location, t.def.BaseURL), t.def.LoginPath)
	switch outage := t.outage(got); {
	case t.authenticated() && login:
		return r.sentToLogin(t)
	case outage != "" && !login:
		return &busyError{got.retry, outage}
	case got.status == http.StatusTooManyRequests && got.status != t.scenario.Status:
		return &busyError{got.retry, ""}
	}
	return nil
}

// idsFromEnvironment are the variables that give the request its ids. What a look-up
// has found is there.
func (r *recorder) idsFromEnvironment(t target) (names []string) {
	if t.session.tenant.Source == cassette.Simulated {
		return nil
	}
	for _, b := range t.bindings() {
		if r.getenv(b.Var) != "" {
			names = append(names, b.Var)
		}
	}
	return names
}

// bindings are those whose values the request holds.
func (t target) bindings() (all []provider.Binding) {
	said := t.scenario.Request.Target + t.scenario.Request.Body
	for _, b := range t.def.Bindings {
		if strings.Contains(said, b.Placeholder) || strings.Contains(said, url.QueryEscape(b.Placeholder)) {
			all = append(all, b)
		}
	}
	return all
}

// outage says what an answer is that comes from a tenant in trouble, or from a
// gateway before it: it says nothing of the contract. Empty for any other.
func (t target) outage(got answer) string {
	s := t.scenario
	page := got.mediaType == "text/html" && !got.json && !got.empty && got.status != http.StatusTooManyRequests
	switch {
	case got.status >= 500 && got.status != s.Status, got.status == http.StatusRequestTimeout && t.documented(got.status) == nil:
		return fmt.Sprintf("answers %d", got.status)
	case got.status >= 300 && got.status < 400 && got.status != http.StatusNotModified && !permanent(got.status) && got.status != s.Status:
		return fmt.Sprintf("redirects elsewhere, with %d", got.status)
	case page && !(got.status == s.Status && (s.MediaType == "" || s.MediaType == "text/html")):
		return fmt.Sprintf("answers a page of HTML, with %d", got.status)
	default:
		return ""
	}
}

// permanent reports whether a status says that something has moved for good.
func permanent(status int) bool {
	return status == http.StatusMovedPermanently || status == http.StatusPermanentRedirect
}

// operation is the name of the scenario's operation.
func (t target) operation() string {
	operation, _, _ := strings.Cut(t.scenario.Name, "/")
	return operation
}

// documented is what the contract says of an answer of that status, nil when it has
// none.
func (t target) documented(status int) *provider.Response {
	return t.def.Operation(t.operation()).Response(status)
}

// named quotes the type or the media type of an answer only when it is public knowledge.
func named(def *provider.Definition, kind, value string) string {
	switch {
	case value == "":
		return "no " + kind
	case contract.IsWord(def, value):
		return fmt.Sprintf("%s %q", kind, value)
	default:
		return "a " + kind + " that the contract does not list"
	}
}

// classify gives a failed request its exit status.
func (r *recorder) classify(ctx context.Context, t target, err error) error {
	var status *record.StatusError
	var unreachable *unreachableError
	switch {
	case ctx.Err() != nil:
		return r.interrupted(t)
	case errors.As(err, &status):
		return r.lookupAnswered(t, status)
	case errors.Is(err, context.DeadlineExceeded):
		return r.cannotReach(t, fmt.Sprintf("no answer within %s (--timeout)", r.timeout))
	case errors.As(err, &unreachable):
		return r.cannotReach(t, networkReason(unreachable, err))
	case errors.Is(err, io.ErrUnexpectedEOF): // within what is compressed
		return r.cannotReach(t, brokenOff)
	default:
		return r.fail(exit.Failed, t, "%v", withoutURL(err))
	}
}

// lookupAnswered is about the unrecorded request that finds an id. One that finds none
// leaves it open whether the tenant has none, or is none of the vendor's.
func (r *recorder) lookupAnswered(t target, status *record.StatusError) error {
	code := status.Status
	found := "the tenant answered " + strconv.Itoa(code) + " to the look-up of an id"
	switch {
	case code == http.StatusTooManyRequests:
		return &busyError{status.RetryAfter, ""}
	case code >= 500 || code == http.StatusRequestTimeout:
		return &busyError{status.RetryAfter, fmt.Sprintf("answers %d to the look-up of an id", code)}
	case code >= 300 && code < 400 && t.def.LoginPath != "" && strings.Contains(status.Location, t.def.LoginPath):
		return r.sentToLogin(t)
	case status.Page:
		return &busyError{"", fmt.Sprintf("answers a page of HTML to the look-up of an id, with %d", code)}
	case code == http.StatusUnauthorized || code == http.StatusForbidden:
		return &lookupError{r.fail(exit.Refused, t, "%s; check that %s is valid and may read webhooks, or set %s", found, t.def.TokenVar, say.List(lookedUp(t), "and")), code}
	case code >= 300 && code < 400 && code != http.StatusNotModified && !permanent(code):
		return &busyError{status.RetryAfter, fmt.Sprintf("redirects the look-up of an id elsewhere, with %d", code)}
	case status.NotJSON:
		found = fmt.Sprintf("the answer to the look-up of an id is not JSON, with %d", code)
	case code < 300:
		found = "the answer to the look-up of an id holds none"
	}
	advice := "make a webhook on the tenant, or check the path of " + t.def.BaseVar
	if code >= 300 || status.NotJSON {
		advice = strings.Join(append([]string{"check the path of " + t.def.BaseVar}, lookedUp(t)...), ", or set ")
	}
	return &lookupError{r.failed(exit.CauseLookup, t, "%s; %s", found, advice), code}
}

// lookedUp are the variables in the place of which the request's ids are looked up.
func lookedUp(t target) (names []string) {
	for _, b := range t.bindings() {
		if b.Lookup != nil {
			names = append(names, b.Var)
		}
	}
	return names
}

// lookupError is about a look-up that has found nothing.
type lookupError struct {
	error
	status int
}

// Unwrap gives the error its exit status.
func (e *lookupError) Unwrap() error { return e.error }

// credentialRefused is the error about a refused credential; but says what the tenant
// has taken it for.
func (r *recorder) credentialRefused(t target, status int, but string) error {
	return r.fail(exit.Refused, t, "the tenant answered %d%s; check that %s is valid and may read webhooks", status, but, t.def.TokenVar)
}

func (r *recorder) sentToLogin(t target) error {
	return r.fail(exit.Login, t, "the tenant sent us to its login page; %s is no valid credential, or has expired", t.def.TokenVar)
}

func (r *recorder) cannotReach(t target, why string) error {
	for _, name := range []string{"HTTPS_PROXY", "HTTP_PROXY"} {
		if value := r.variable(name); value != "" && proxyURL(name, value) != "" {
			why += " (" + name + " is no URL, so no proxy is used)"
		}
	}
	return r.fail(exit.Unreachable, t, "the tenant cannot be reached: %s; check %s and the network", why, t.def.BaseVar)
}

const brokenOff = "the connection was closed before the end of the answer"

// networkReason says in the user's words what the commonest causes are. The
// tenant's host is named by its variable only.
func networkReason(cause *unreachableError, err error) string {
	var dns *net.DNSError
	var certificate *tls.CertificateVerificationError
	var record tls.RecordHeaderError
	var timeout net.Error
	var proxy *proxyError
	switch {
	case errors.As(cause.err, &proxy):
		return proxy.Error()
	case strings.Contains(cause.err.Error(), "proxyconnect"):
		return theProxy + " gives no connection"
	case errors.As(cause.err, &dns):
		return "its host name cannot be looked up"
	case errors.As(cause.err, &certificate):
		return distrust(certificate)
	case errors.Is(cause.err, syscall.ECONNREFUSED):
		return "connection refused"
	case errors.Is(cause.err, io.EOF), errors.Is(cause.err, io.ErrUnexpectedEOF), errors.Is(cause.err, syscall.ECONNRESET):
		return brokenOff
	case errors.As(cause.err, &record), errors.Is(cause.err, http.ErrSchemeMismatch):
		return "it does not answer https"
	case errors.As(cause.err, &timeout) && timeout.Timeout():
		return "the connection timed out"
	default:
		cause, _, _ := strings.Cut(withoutURL(err).Error(), "; check ")
		return cause
	}
}

// distrust says why a certificate was refused, and how to have an authority trusted.
func distrust(err *tls.CertificateVerificationError) string {
	why := record.Distrust(err)
	if why == record.Untrusted {
		why += " (SSL_CERT_FILE names a file with an authority of your own)"
	}
	return why
}

// withoutAddress is an error without the tenant's.
func withoutAddress(err error) error {
	var unreachable *unreachableError
	if errors.As(err, &unreachable) {
		return errors.New(networkReason(unreachable, err))
	}
	return withoutURL(err)
}

// withoutURL takes off what http.Client puts before an error: the message names
// the scenario already.
func withoutURL(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}
