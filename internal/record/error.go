package record

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"reflect"
	"strconv"
	"strings"
	"syscall"
)

// transportError keeps what kind of error it is and hides the tenant. It does not
// unwrap: assertion libraries print every error of a chain, and what they print of
// a failed comparison goes through pointers, but not into functions.
type transportError struct {
	text  string
	cause func() error
}

func (e *transportError) Error() string    { return e.text }
func (e *transportError) GoString() string { return strconv.Quote(e.text) }

// Timeout lets http.Client and callers see a timeout as such. With Temporary it
// makes the error a [net.Error] itself.
func (e *transportError) Timeout() bool   { return timedOut(e.cause()) }
func (e *transportError) Temporary() bool { return e.Timeout() }

// Is lets callers ask for context.DeadlineExceeded, syscall.ECONNREFUSED, io.EOF and the like.
func (e *transportError) Is(target error) bool { return errors.Is(e.cause(), target) }

// As gives callers the errors of a network without its names and addresses, and
// those that a transport of their own made. Other errors of the standard library
// quote hosts and answers.
func (e *transportError) As(target any) bool {
	switch to := target.(type) {
	case **net.OpError:
		var op *net.OpError
		if !errors.As(e.cause(), &op) {
			return false
		}
		clean := &net.OpError{Op: op.Op, Net: op.Net, Err: errors.New(e.text)}
		var errno syscall.Errno
		if errors.As(op.Err, &errno) {
			clean.Err = errno
		}
		*to = clean
		return true
	case **net.DNSError:
		var dns *net.DNSError
		if !errors.As(e.cause(), &dns) {
			return false
		}
		*to = &net.DNSError{Err: e.text, IsTimeout: dns.IsTimeout, IsTemporary: dns.IsTemporary, IsNotFound: dns.IsNotFound}
		return true
	case *syscall.Errno:
		return errors.As(e.cause(), to)
	}
	kind := reflect.TypeOf(target).Elem()
	named := kind
	if kind.Kind() == reflect.Pointer {
		named = kind.Elem()
	}
	if kind.Kind() == reflect.Interface || !strings.Contains(named.PkgPath(), ".") && named.PkgPath() != "main" {
		return false
	}
	return errors.As(e.cause(), target)
}

func timedOut(err error) bool {
	var t interface{ Timeout() bool }
	return errors.As(err, &t) && t.Timeout()
}

// worded is an error in this package's own words.
type worded struct {
	text string
	err  error
}

func (e *worded) Error() string { return e.text }
func (e *worded) Unwrap() error { return e.err }

// answerError is a fault of an answer, and unfitError why an answer cannot be recorded.
type (
	answerError struct{ worded }
	unfitError  struct{ worded }
)

// failed hides the tenant in the text of a failed exchange. Errors of net/http
// quote malformed answers, those of crypto/x509 list host names, and those of a
// network name addresses, so only texts of known kinds are shown at all.
func (r *Recording) failed(err error) error {
	return &transportError{r.reason(err), func() error { return err }}
}

func (r *Recording) reason(err error) string {
	var (
		answer *answerError
		dns    *net.DNSError
		op     *net.OpError
		errno  syscall.Errno
		cert   *tls.CertificateVerificationError
	)
	check := "; check " + r.Definition.BaseVar + " and the network"
	switch {
	case errors.As(err, &answer):
		return answer.text
	case errors.Is(err, context.Canceled):
		return context.Canceled.Error()
	case errors.Is(err, context.DeadlineExceeded):
		return context.DeadlineExceeded.Error()
	case errors.As(err, &dns) && dns.IsNotFound:
		return "its host name is not known" + check
	case errors.As(err, &dns):
		return "its host name could not be looked up" + check
	case errors.As(err, &cert):
		return Distrust(cert) + check
	case errors.As(err, &op) && errors.As(err, &errno):
		if op.Op == "dial" {
			return r.opReason(op) + check
		}
		return r.opReason(op)
	case timedOut(err):
		if op != nil && op.Op == "dial" {
			return "it did not answer in time" + check
		}
		return "it did not answer in time"
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return "the connection ended before the answer did"
	}
	return "the transport failed, or the answer is no HTTP; the reason may quote the tenant, so it is not shown" + check
}

// Untrusted is what Distrust says of an authority that nobody here knows.
const Untrusted = "its certificate is not trusted"

// Distrust says why a certificate was refused. The errors of crypto/x509 list host names.
func Distrust(err *tls.CertificateVerificationError) string {
	var host x509.HostnameError
	var invalid x509.CertificateInvalidError
	switch {
	case errors.As(err, &host):
		return "its certificate is for another host name than the URL's"
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return "its certificate has expired, or is not valid yet by the clock of this machine"
	}
	return Untrusted
}

// opReason shows the variable's name, or the host that stands for it, in the place of
// the tenant's addresses.
func (r *Recording) opReason(op *net.OpError) string {
	host := r.shownBase()
	if _, after, ok := strings.Cut(host, "://"); ok {
		host = after
	}
	text := op.Error()
	for _, addr := range []net.Addr{op.Source, op.Addr} {
		if addr != nil {
			text = strings.ReplaceAll(text, addr.String(), host)
		}
	}
	return r.table.FromTenantText(text)
}

// Answering is a transport whose answer can be relied on: one that gives neither
// an answer nor an error is named.
func Answering(next http.RoundTripper) http.RoundTripper {
	return roundTripper(func(req *http.Request) (*http.Response, error) {
		resp, err := next.RoundTrip(req)
		if err == nil && resp == nil {
			return nil, &answerError{worded{text: fmt.Sprintf("the %T gave neither an answer nor an error; expected one of the two", next)}}
		}
		if err == nil && resp.Body == nil {
			resp.Body = http.NoBody
		}
		return resp, err
	})
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }
