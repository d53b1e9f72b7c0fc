package vcr

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"strings"
	"syscall"
)

// transportError keeps what kind of error it is and hides the tenant in its text.
type transportError struct {
	text string
	err  error
}

func (e *transportError) Error() string { return e.text }
func (e *transportError) Unwrap() error { return e.err }

// Timeout lets http.Client and callers see a timeout as such.
func (e *transportError) Timeout() bool { return timedOut(e.err) }

func timedOut(err error) bool {
	var t interface{ Timeout() bool }
	return errors.As(err, &t) && t.Timeout()
}

// answerError is a fault of an answer in this package's own words.
type answerError struct {
	text string
	err  error
}

func (e *answerError) Error() string { return e.text }
func (e *answerError) Unwrap() error { return e.err }

// failed hides the tenant in the text of a failed exchange. Errors of net/http
// quote malformed answers, those of crypto/x509 list host names, and those of a
// network name addresses, so only texts of known kinds are shown at all.
func (r *Recording) failed(err error) error {
	return &transportError{r.reason(err), err}
}

func (r *Recording) reason(err error) string {
	var (
		answer *answerError
		dns    *net.DNSError
		op     *net.OpError
		errno  syscall.Errno
		cert   *tls.CertificateVerificationError
	)
	switch {
	case errors.As(err, &answer):
		return answer.text
	case errors.Is(err, context.Canceled):
		return context.Canceled.Error()
	case errors.Is(err, context.DeadlineExceeded):
		return context.DeadlineExceeded.Error()
	case errors.As(err, &dns) && dns.IsNotFound:
		return "its host name is not known"
	case errors.As(err, &dns):
		return "its host name could not be looked up"
	case errors.As(err, &cert):
		return "its certificate is not trusted"
	case errors.As(err, &op) && errors.As(err, &errno):
		return r.opReason(op)
	case timedOut(err):
		return "it did not answer in time"
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return "the connection ended before the answer did"
	}
	return "the transport failed, or the answer is no HTTP; the reason may quote the tenant, so it is not shown"
}

// opReason shows the placeholder host in the place of the tenant's addresses.
func (r *Recording) opReason(op *net.OpError) string {
	_, host, _ := strings.Cut(r.Definition.BaseURL, "://")
	text := op.Error()
	for _, addr := range []net.Addr{op.Source, op.Addr} {
		if addr != nil {
			text = strings.ReplaceAll(text, addr.String(), host)
		}
	}
	return r.table.HideText(text)
}
