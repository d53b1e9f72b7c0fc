package session

import (
	"cmp"
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

	"example.com/webhookvcr/cmd/record/internal/exit"
	"example.com/webhookvcr/internal/record"
	"example.com/webhookvcr/internal/say"
)

// Message is an error about one scenario without the scenario's name.
func (r *Recorder) Message(t Target, err error) string {
	return strings.TrimPrefix(err.Error(), t.Name()+" "+r.Undone+": ")
}

// Remark is an error in the words of the summary: without the advice, which its
// message gives after the cause.
func (r *Recorder) Remark(t Target, err error) string {
	if words, ok := exit.Remarks[exit.Code(err)]; ok {
		return words
	}
	cause, _, _ := strings.Cut(r.Message(t, err), "\n")
	cause, _, _ = strings.Cut(cause, "; ")
	return cause
}

// Failed is an error about one scenario whose cause no exit status tells.
func (r *Recorder) Failed(cause string, t Target, format string, args ...any) error {
	return &exit.Error{Status: exit.Failed, Text: fmt.Sprintf("%s %s: %s", t.Name(), r.Undone, fmt.Sprintf(exit.Pasted(format), args...)), Cause: cause}
}

// Fail is an error about one scenario.
func (r *Recorder) Fail(code int, t Target, format string, args ...any) error {
	return exit.Errorf(code, "%s %s: %s", t.Name(), r.Undone, fmt.Sprintf(exit.Pasted(format), args...))
}

// Trouble is about an answer that says nothing of the scenario, because the tenant did
// not let the request through.
func (r *Recorder) Trouble(t Target, got Answer) error {
	login := t.Def.LoginPath != "" && strings.HasPrefix(strings.TrimPrefix(got.location, t.Def.BaseURL), t.Def.LoginPath)
	switch outage := t.outage(got); {
	case t.authenticated() && login:
		return r.sentToLogin(t)
	case outage != "" && !login:
		return &BusyError{got.retry, outage}
	case got.Status == http.StatusTooManyRequests && got.Status != t.Scenario.Status:
		return &BusyError{got.retry, ""}
	}
	return nil
}

// outage says what an answer is that comes from a tenant in trouble, or from a
// gateway before it: it says nothing of the contract. Empty for any other.
func (t Target) outage(got Answer) string {
	s := t.Scenario
	page := got.MediaType == "text/html" && !got.json && !got.empty && got.Status != http.StatusTooManyRequests
	switch {
	case got.Status >= 500 && got.Status != s.Status, got.Status == http.StatusRequestTimeout && t.documented(got.Status) == nil:
		return fmt.Sprintf("answers %d", got.Status)
	case got.Status >= 300 && got.Status < 400 && got.Status != http.StatusNotModified && !permanent(got.Status) && got.Status != s.Status:
		return fmt.Sprintf("redirects elsewhere, with %d", got.Status)
	case page && !(got.Status == s.Status && (s.MediaType == "" || s.MediaType == "text/html")):
		return fmt.Sprintf("answers a page of HTML, with %d", got.Status)
	default:
		return ""
	}
}

// Classify gives a failed request its exit status.
func (r *Recorder) Classify(ctx context.Context, t Target, err error) error {
	var status *record.StatusError
	var unreachable *UnreachableError
	switch {
	case ctx.Err() != nil:
		return r.interrupted(t)
	case errors.As(err, &status):
		return r.lookupAnswered(t, status)
	case errors.Is(err, context.DeadlineExceeded):
		return r.cannotReach(t, fmt.Sprintf("no answer within %s (--timeout)", r.Timeout))
	case errors.As(err, &unreachable):
		return r.cannotReach(t, networkReason(unreachable, err))
	case errors.Is(err, io.ErrUnexpectedEOF): // within what is compressed
		return r.cannotReach(t, brokenOff)
	default:
		return r.Fail(exit.Failed, t, "%v", withoutURL(err))
	}
}

// lookupAnswered is about the unrecorded request that finds an id. One that finds none
// leaves it open whether the tenant has none, or is none of the vendor's.
func (r *Recorder) lookupAnswered(t Target, status *record.StatusError) error {
	code := status.Status
	found := "the tenant answered " + strconv.Itoa(code) + " to the look-up of an id"
	switch {
	case code == http.StatusTooManyRequests:
		return &BusyError{status.RetryAfter, ""}
	case code >= 500 || code == http.StatusRequestTimeout:
		return &BusyError{status.RetryAfter, fmt.Sprintf("answers %d to the look-up of an id", code)}
	case code >= 300 && code < 400 && t.Def.LoginPath != "" && strings.Contains(status.Location, t.Def.LoginPath):
		return r.sentToLogin(t)
	case status.Page:
		return &BusyError{"", fmt.Sprintf("answers a page of HTML to the look-up of an id, with %d", code)}
	case code == http.StatusUnauthorized || code == http.StatusForbidden:
		return &LookupError{r.Fail(exit.Refused, t, "%s; check that %s is valid and may read webhooks, or set %s", found, t.Def.TokenVar, say.List(lookedUp(t), "and")), code}
	case code >= 300 && code < 400 && code != http.StatusNotModified && !permanent(code):
		return &BusyError{status.RetryAfter, fmt.Sprintf("redirects the look-up of an id elsewhere, with %d", code)}
	case status.NotJSON:
		found = fmt.Sprintf("the answer to the look-up of an id is not JSON, with %d", code)
	case code < 300:
		found = "the answer to the look-up of an id holds none"
	}
	advice := "make a webhook on the tenant, or check the path of " + t.Def.BaseVar
	if code >= 300 || status.NotJSON {
		advice = strings.Join(append([]string{"check the path of " + t.Def.BaseVar}, lookedUp(t)...), ", or set ")
	}
	return &LookupError{r.Failed(exit.CauseLookup, t, "%s; %s", found, advice), code}
}

// lookedUp are the variables in the place of which the request's ids are looked up.
func lookedUp(t Target) (names []string) {
	for _, b := range t.bindings() {
		if b.Lookup != nil {
			names = append(names, b.Var)
		}
	}
	return names
}

// LookupError is about a look-up that has found nothing.
type LookupError struct {
	error
	Status int
}

// Unwrap gives the error its exit status.
func (e *LookupError) Unwrap() error { return e.error }

// credentialRefused is the error about a refused credential; but says what the tenant
// has taken it for.
func (r *Recorder) credentialRefused(t Target, status int, but string) error {
	return r.Fail(exit.Refused, t, "the tenant answered %d%s; check that %s is valid and may read webhooks", status, but, t.Def.TokenVar)
}

func (r *Recorder) sentToLogin(t Target) error {
	return r.Fail(exit.Login, t, "the tenant sent us to its login page; %s is no valid credential, or has expired", t.Def.TokenVar)
}

func (r *Recorder) cannotReach(t Target, why string) error {
	for _, name := range []string{"HTTPS_PROXY", "HTTP_PROXY"} {
		if value := r.Variable(name); value != "" && ProxyURL(name, value) != "" {
			why += " (" + name + " is no URL, so no proxy is used)"
		}
	}
	return r.Fail(exit.Unreachable, t, "the tenant cannot be reached: %s; check %s and the network", why, t.Def.BaseVar)
}

const brokenOff = "the connection was closed before the end of the answer"

// networkReason says in the user's words what the commonest causes are. The
// tenant's host is named by its variable only.
func networkReason(cause *UnreachableError, err error) string {
	var dns *net.DNSError
	var certificate *tls.CertificateVerificationError
	var record tls.RecordHeaderError
	var timeout net.Error
	var proxy *proxyError
	var op *net.OpError
	switch {
	case errors.As(cause.Err, &proxy):
		return proxy.Error()
	case errors.As(cause.Err, &op) && op.Op == "proxyconnect": // as net/http calls it
		return theProxy + " gives no connection"
	case errors.As(cause.Err, &dns):
		return "its host name cannot be looked up"
	case errors.As(cause.Err, &certificate):
		return Distrust(certificate)
	case errors.Is(cause.Err, syscall.ECONNREFUSED):
		return "connection refused"
	case errors.Is(cause.Err, io.EOF), errors.Is(cause.Err, io.ErrUnexpectedEOF), errors.Is(cause.Err, syscall.ECONNRESET):
		return brokenOff
	case errors.As(cause.Err, &record), errors.Is(cause.Err, http.ErrSchemeMismatch):
		return "it does not answer https"
	case errors.As(cause.Err, &timeout) && timeout.Timeout():
		return "the connection timed out"
	default:
		cause, _, _ := strings.Cut(withoutURL(err).Error(), "; check ")
		return cause
	}
}

// Distrust says why a certificate was refused, and how to have an authority trusted.
func Distrust(err *tls.CertificateVerificationError) string {
	why := record.Distrust(err)
	if why == record.Untrusted {
		why += " (SSL_CERT_FILE names a file with an authority of your own)"
	}
	return why
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

// WithoutAddress is an error without the tenant's.
func WithoutAddress(err error) error {
	var unreachable *UnreachableError
	if errors.As(err, &unreachable) {
		return errors.New(networkReason(unreachable, err))
	}
	return withoutURL(err)
}

// Variable is the value of a variable that net/http reads in small letters too.
func (r *Recorder) Variable(name string) string {
	return cmp.Or(r.Getenv(name), r.Getenv(strings.ToLower(name)))
}

// ProxyURL says why net/http takes no notice of a proxy.
func ProxyURL(name, value string) string {
	u, err := url.Parse(value)
	if err != nil || u.Host == "" {
		u, err = url.Parse("http://" + value)
	}
	if name != "NO_PROXY" && (err != nil || u.Host == "") {
		return "it is no URL, so no proxy is used"
	}
	return ""
}
