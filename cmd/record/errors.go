package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"example.com/webhookvcr/internal/cassette"
	"example.com/webhookvcr/internal/contract"
	"example.com/webhookvcr/internal/provider"
	"example.com/webhookvcr/internal/record"
)

// The exit statuses. Scripts may rely on them.
const (
	exitDone        = 0
	exitFailed      = 1
	exitUsage       = 2
	exitDrift       = 3
	exitMissing     = 4
	exitRefused     = 5
	exitUnreachable = 6
	exitLogin       = 7
	exitThrottled   = 8
	exitOutage      = 9
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
  9  the tenant has an outage: it answered 5xx, 408, a redirect elsewhere, or what
     is not JSON in place of JSON, for longer than --max-wait
When several apply, the highest.`

// remarks are the statuses in the words of the summary; that of exitFailed is the
// cause.
var remarks = map[int]string{
	exitDrift:       "breaks the contract",
	exitMissing:     "credentials missing",
	exitRefused:     "credential refused",
	exitUnreachable: "tenant unreachable",
	exitLogin:       "sent to a login page",
	exitThrottled:   "throttled",
	exitOutage:      "the tenant has an outage",
}

// exitError is an error with the status that it ends the command with.
type exitError struct {
	code int
	text string
}

func (e *exitError) Error() string { return e.text }

func exit(code int, format string, args ...any) error {
	return &exitError{code, fmt.Sprintf(format, args...)}
}

// exitCode is the status of an error. What carries none of its own comes from
// cobra: a wrong argument.
func exitCode(err error) int {
	var e *exitError
	switch {
	case err == nil:
		return exitDone
	case errors.As(err, &e):
		return e.code
	default:
		return exitUsage
	}
}

// message is an error about one scenario without the scenario's name.
func (r *recorder) message(t target, err error) string {
	return strings.TrimPrefix(err.Error(), t.name()+" "+r.undone+": ")
}

// remark is an error in the words of the summary: without the advice, which its
// message gives after the cause.
func (r *recorder) remark(t target, err error) string {
	if words, ok := remarks[exitCode(err)]; ok {
		return words
	}
	cause, _, _ := strings.Cut(r.message(t, err), "\n")
	cause, _, _ = strings.Cut(cause, "; ")
	return cause
}

// fail is an error about one scenario.
func (r *recorder) fail(code int, t target, format string, args ...any) error {
	return exit(code, "%s %s: %s", t.name(), r.undone, fmt.Sprintf(format, args...))
}

// expected compares the answer with the one that the scenario is about.
func (r *recorder) expected(t target, got answer) error {
	s := t.scenario
	if err := r.barred(t, got); err != nil {
		return err
	}
	switch {
	case got.status != s.Status:
		return r.otherwise(t, got, r.otherAnswer(t, "a %d, and the scenario is about a %d", got.status, s.Status))
	case got.errorType != s.Type && s.Type != "":
		return r.otherwise(t, got, r.otherAnswer(t, "a %d of %s, and the scenario is about the type %q", got.status, typeName(t.def, got.errorType), s.Type))
	case got.mediaType != s.MediaType && s.MediaType != "":
		return r.otherAnswer(t, "a %d of %s, and the scenario is about %q", got.status, mediaTypeName(t.def, got.mediaType), s.MediaType)
	}
	return nil
}

// otherwiseError is about a tenant that answers a request which asks for an error
// with something else. Which request provokes which error is this project's guess, so
// that is news of the vendor, and no failure of the tenant.
type otherwiseError struct {
	error // what is said when the command line names the scenario
	got   answer
}

// Unwrap gives the error its exit status.
func (e *otherwiseError) Unwrap() error { return e.error }

// otherwise turns the error for another answer into one of that kind. What a tenant
// answers that is out of order says nothing, and neither does an error in the place
// of what the user has named.
func (r *recorder) otherwise(t target, got answer, err error) error {
	if t.scenario.Status < 300 || got.status >= 500 {
		return err
	}
	return &otherwiseError{err, got}
}

// answered is the answer in the words of the summary.
func (e *otherwiseError) answered(def *provider.Definition) string {
	switch errorType := e.got.errorType; {
	case errorType == "":
		return strconv.Itoa(e.got.status)
	case contract.IsWord(def, errorType):
		return fmt.Sprintf("%d %s", e.got.status, errorType)
	default:
		return fmt.Sprintf("%d of %s", e.got.status, typeName(def, errorType))
	}
}

// variant is a scenario about the answer that came: it has the request of the one
// that was asked for, and its name in its own.
func (e *otherwiseError) variant(s provider.Scenario) *provider.Scenario {
	operation, name, _ := strings.Cut(s.Name, "/")
	s.Name = fmt.Sprintf("%s/%d-for-%s", operation, e.got.status, name)
	s.Status, s.Type, s.MediaType = e.got.status, e.got.errorType, e.got.mediaType
	return &s
}

// barred is about an answer that says nothing of the scenario, because the
// tenant did not let the request through.
func (r *recorder) barred(t target, got answer) error {
	s := t.scenario
	valid := s.Request.Credential == provider.Valid && !s.Request.NoOrigin
	login := t.def.LoginPath != "" && strings.HasPrefix(strings.TrimPrefix(got.location, t.def.BaseURL), t.def.LoginPath)
	switch outage := r.outage(t, got); {
	case outage != "" && !(valid && login):
		return &busyError{got.retry, outage}
	case got.status == s.Status:
		return nil
	case got.status == http.StatusTooManyRequests:
		return &busyError{got.retry, ""}
	case valid && login:
		return r.sentToLogin(t)
	case valid && (got.status == http.StatusUnauthorized || got.status == http.StatusForbidden):
		return r.credentialRefused(t, got.status)
	case valid && got.status == http.StatusNotFound: // in the place of another error as well: what is checked first is not documented
		if names := r.idsFromEnvironment(t); len(names) > 0 {
			return r.fail(exitFailed, t, "the tenant answered 404, and knows no such id; check the value of %s, and the path of %s", enumerate(names), t.def.BaseVar)
		}
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

// heard notes an answer that is one of the vendor's, or of what stands in its place.
func (r *recorder) heard(t target, got answer) {
	bindings := t.bindings()
	t.session.heard(got.status, t.scenario.Status, len(bindings) > 0 || t.scenario.Status < 300)
	if len(bindings) > len(r.idsFromEnvironment(t)) {
		t.session.heard(http.StatusOK, http.StatusOK, true) // to the look-up
	}
}

// everywhere is the error about a tenant that answers all requests with one status
// which cannot be the vendor's word on all of them: one that the contract does not
// list, or 404. Nil when the answer counts.
func (r *recorder) everywhere(t target) error {
	status := t.session.only()
	if status == 0 || t.documented(status) != nil && status != http.StatusNotFound {
		return nil
	}
	return r.fail(exitFailed, t, "the tenant answered %d to every request; check %s and what stands before the tenant: that says nothing of the contract", status, t.def.BaseVar)
}

// outage says what an answer is that comes from a tenant in trouble, or from a
// gateway before it: it says nothing of the contract. Empty for any other.
func (r *recorder) outage(t target, got answer) string {
	s := t.scenario
	documented := t.documented(got.status)
	switch {
	case got.status >= 500 && got.status != s.Status, got.status == http.StatusRequestTimeout && documented == nil:
		return fmt.Sprintf("answers %d", got.status)
	case got.status >= 300 && got.status < 400 && got.status != http.StatusNotModified && got.status != s.Status:
		return fmt.Sprintf("redirects elsewhere, with %d", got.status)
	case got.mediaType == "text/html" && s.MediaType != "" && s.MediaType != "text/html":
		return fmt.Sprintf("answers a page of HTML, with %d", got.status)
	case got.json || !t.wantsJSON(got, documented):
		return ""
	case got.empty:
		return fmt.Sprintf("answers nothing in place of JSON, with %d", got.status)
	default:
		return fmt.Sprintf("answers something that is not JSON, with %d", got.status)
	}
}

// documented is what the contract says of an answer of that status, nil when it has
// none.
func (t target) documented(status int) *provider.Response {
	operation, _, _ := strings.Cut(t.scenario.Name, "/")
	for i := range t.def.Operations {
		if t.def.Operations[i].Name == operation {
			return t.def.Operations[i].Response(status)
		}
	}
	return nil
}

// wantsJSON reports whether an answer can only be JSON: by the scenario when it may
// be the one that it is about, else by the contract.
func (t target) wantsJSON(got answer, documented *provider.Response) bool {
	var types []string
	switch {
	case got.status == t.scenario.Status && t.scenario.MediaType != "", got.status < 300 && documented == nil && t.scenario.MediaType != "":
		types = []string{t.scenario.MediaType}
	case documented != nil:
		types = documented.MediaTypes
	}
	return len(types) > 0 && !slices.ContainsFunc(types, func(mediaType string) bool { return !strings.HasSuffix(mediaType, "json") })
}

// typeName quotes the type of an error only when it is public knowledge.
func typeName(def *provider.Definition, errorType string) string {
	switch {
	case errorType == "":
		return "no type"
	case contract.IsWord(def, errorType):
		return fmt.Sprintf("type %q", errorType)
	default:
		return "a type that the contract does not list"
	}
}

// mediaTypeName quotes the media type of an answer only when it is public knowledge.
func mediaTypeName(def *provider.Definition, mediaType string) string {
	switch {
	case mediaType == "":
		return "no media type"
	case contract.IsWord(def, mediaType):
		return fmt.Sprintf("media type %q", mediaType)
	default:
		return "a media type that the contract does not list"
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
		return r.lookupAnswered(t, status, err)
	case errors.Is(err, context.DeadlineExceeded):
		return r.cannotReach(t, fmt.Sprintf("no answer within %s (--timeout)", r.timeout))
	case errors.As(err, &unreachable):
		return r.cannotReach(t, networkReason(unreachable, err))
	default:
		return r.fail(exitFailed, t, "%v", withoutURL(err))
	}
}

// lookupAnswered is about the unrecorded request that finds an id.
func (r *recorder) lookupAnswered(t target, status *record.StatusError, err error) error {
	switch code := status.Status; {
	case code == http.StatusTooManyRequests:
		return &busyError{status.RetryAfter, ""}
	case code >= 500 || code == http.StatusRequestTimeout:
		return &busyError{status.RetryAfter, fmt.Sprintf("answers %d to the look-up of an id", code)}
	case code == http.StatusUnauthorized || code == http.StatusForbidden:
		return r.credentialRefused(t, code)
	case code >= 300 && code < 400 && t.def.LoginPath != "" && strings.Contains(status.Location, t.def.LoginPath):
		return r.sentToLogin(t)
	case code >= 300 && code < 400:
		return &busyError{status.RetryAfter, fmt.Sprintf("redirects the look-up of an id elsewhere, with %d", code)}
	case status.NotJSON:
		return &busyError{"", fmt.Sprintf("answers something that is not JSON to the look-up of an id, with %d", code)}
	case code == http.StatusOK:
		return r.fail(exitFailed, t, "the answer to the look-up of an id holds none; make a webhook on the tenant, or check the path of %s", t.def.BaseVar)
	default:
		t.session.heard(code, http.StatusOK, true)
		return r.fail(exitFailed, t, "the tenant answered %d to the look-up of an id; check the path of %s", code, t.def.BaseVar)
	}
}

func (r *recorder) otherAnswer(t target, format string, args ...any) error {
	return r.fail(exitFailed, t, "the tenant answered %s; its cassette stays as it was", fmt.Sprintf(format, args...))
}

func (r *recorder) credentialRefused(t target, status int) error {
	return r.fail(exitRefused, t, "the tenant answered %d; check that %s is valid and may read webhooks", status, t.def.TokenVar)
}

func (r *recorder) sentToLogin(t target) error {
	return r.fail(exitLogin, t, "the tenant sent us to its login page; %s is no valid credential, or has expired", t.def.TokenVar)
}

func (r *recorder) cannotReach(t target, why string) error {
	return r.fail(exitUnreachable, t, "the tenant cannot be reached: %s; check %s and the network", why, t.def.BaseVar)
}

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
		return untrusted
	case errors.Is(cause.err, syscall.ECONNREFUSED):
		return "connection refused"
	case errors.Is(cause.err, io.EOF), errors.Is(cause.err, io.ErrUnexpectedEOF), errors.Is(cause.err, syscall.ECONNRESET):
		return "the connection was closed before the end of the answer"
	case errors.As(cause.err, &record), errors.Is(cause.err, http.ErrSchemeMismatch):
		return "it does not answer https"
	case errors.As(cause.err, &timeout) && timeout.Timeout():
		return "the connection timed out"
	default:
		return withoutURL(err).Error()
	}
}

const untrusted = "its certificate is not trusted (SSL_CERT_FILE names a file with an authority of your own)"

// withoutURL takes off what http.Client puts before an error: the message names
// the scenario already.
func withoutURL(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}

// reason is an error of the file system or of a socket without the path or the
// address: the message names what the user named.
func reason(err error) error {
	var path *fs.PathError
	var call *os.SyscallError
	var op *net.OpError
	switch {
	case errors.As(err, &path):
		return path.Err
	case errors.As(err, &call):
		return call.Err
	case errors.As(err, &op) && op.Err != nil:
		return op.Err
	default:
		return err
	}
}
