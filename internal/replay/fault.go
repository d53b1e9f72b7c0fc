package replay

import (
	"context"
	"io"
	"net"
	"net/http"
	"os"
	"slices"
	"strings"
	"syscall"

	"example.com/webhookvcr/internal/exchange"
)

// Fault is a way in which an exchange fails below HTTP or beside the contract.
// The request is matched first: a fault has a subject.
type Fault int

const (
	None      Fault = iota
	Timeout         // the transport gives up waiting, at once
	Reset           // the peer resets the connection
	Truncated       // the connection ends in the middle of the body
	NotJSON         // a proxy's page in place of the answer, with the same status
)

// notJSON is a page of no vendor: what a gateway in between might answer.
const notJSON = "<!DOCTYPE html>\n<html><head><title>error</title></head><body><h1>error</h1></body></html>\n"

// timeoutError is what net/http's transport returns when it has waited long
// enough for an answer, word for word and method for method.
type timeoutError struct{}

func (timeoutError) Error() string     { return "net/http: timeout awaiting response headers" }
func (timeoutError) Timeout() bool     { return true }
func (timeoutError) Temporary() bool   { return true }
func (timeoutError) Is(err error) bool { return err == context.DeadlineExceeded }

// apply returns what the caller sees of the answer under a fault.
func (f Fault) apply(resp *http.Response, body string) (*http.Response, error) {
	switch f {
	case Timeout:
		return nil, timeoutError{}
	case Reset:
		return nil, &net.OpError{Op: "read", Net: "tcp", Err: os.NewSyscallError("read", syscall.ECONNRESET)}
	case Truncated:
		resp.ContentLength = int64(len(body))
		resp.Body = exchange.NewBody(io.MultiReader(strings.NewReader(body[:len(body)/2]), brokenOff{}))
	case NotJSON:
		resp.Header.Set("Content-Type", "text/html; charset=utf-8")
		exchange.SetBody(resp, notJSON)
	}
	return resp, nil
}

// brokenOff is the end of a body that the connection cut short.
type brokenOff struct{}

func (brokenOff) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

var modifiers = []string{None: "", Timeout: "timeout", Reset: "reset", Truncated: "truncated", NotJSON: "notjson"}

// Modifier is the fault as the name of a step writes it.
func (f Fault) Modifier() string { return modifiers[f] }

// FaultOf is the fault of a modifier; None for any other word.
func FaultOf(modifier string) Fault { return Fault(max(0, slices.Index(modifiers, modifier))) }
