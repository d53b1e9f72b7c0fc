package receivertest

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"example.com/webhookvcr/internal/probe"
	"example.com/webhookvcr/internal/provider"
	"example.com/webhookvcr/internal/simulator"
	"example.com/webhookvcr/webhooktest"
)

// Wrap returns a handler that passes deliveries to a receiver and holds them and
// its answers to the vendor's contract: for tests that a team has already. It
// fails tb when the receiver accepts what the vendor never sends (a payload that
// the contract forbids, no signature header or, for d.velop, no key), answers later than
// the vendor waits, with a redirect, or without a challenge that it was asked for. Another
// status that is not documented is logged, as [Run] notes it. A delivery that the receiver
// refuses may be as wrong as it likes. A webhook of d.velop's that has no key is not for
// Wrap: everybody could send what it does. Of the provider's options [webhooktest.SentBy]
// counts.
//
// What is wrong is reported at the line of the test that calls the handler; when a
// server does, or the simulator, at the end of the test and at the line that calls Wrap,
// with the number of the delivery.
//
// How long an answer takes is judged exactly within a synctest bubble; elsewhere up
// to 10 seconds pass, for a busy machine is slow.
//
// Whether a signature is right is the receiver's to say: Wrap knows no secret.
func Wrap(tb testing.TB, p webhooktest.Provider, receiver http.Handler) http.Handler {
	needs(tb != nil, "Wrap")
	tb.Helper()
	sender, err := p.Sender()
	if err != nil {
		tb.Fatalf("receivertest: %v", err)
	}
	if receiver == nil {
		tb.Fatalf("receivertest: no receiver given to Wrap")
	}
	w := &wrapped{tb: tb, d: definition(p), settings: simulator.Settings(sender), receiver: receiver}
	tb.Cleanup(func() { // reports at the line that has called Wrap
		tb.Helper()
		w.mu.Lock()
		defer w.mu.Unlock()
		for _, problem := range w.elsewhere {
			tb.Error(problem)
		}
	})
	return w
}

// wrapped is the handler that Wrap returns.
type wrapped struct {
	tb       testing.TB
	d        *provider.Definition
	settings simulator.Settings
	receiver http.Handler

	mu    sync.Mutex
	count int
	// elsewhere are problems of deliveries that no line of a test has made: a server's.
	elsewhere []string
}

// ServeHTTP implements http.Handler.
func (wr *wrapped) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	wr.tb.Helper()
	wr.mu.Lock()
	wr.count++
	n := wr.count
	wr.mu.Unlock()
	begun := time.Now()
	sent := &tee{ReadCloser: r.Body}
	r.Body = sent
	answer := &heard{ResponseWriter: w}
	wr.receiver.ServeHTTP(answer, r)
	x := probe.Exchange{
		Method: r.Method, Header: r.Header, Body: sent.rest(),
		Status: answer.status, Answer: w.Header(), Reply: answer.body.Bytes(), Took: time.Since(begun),
	}
	if own() == "" && x.Took < probe.Unhurried {
		x.Took = 0
	}
	if x.Status == 0 {
		x.Status = http.StatusOK
	}
	problems, notes := probe.Check(wr.d, wr.settings, x)
	for _, note := range notes {
		wr.tb.Logf("receivertest: %s %s: the receiver %s", r.Method, r.URL.Path, note)
	}
	direct := calledByTest()
	for _, problem := range problems {
		if direct {
			wr.tb.Errorf("receivertest: %s %s: the receiver %s", r.Method, r.URL.Path, problem)
			continue
		}
		wr.tb.Fail()
		wr.mu.Lock()
		wr.elsewhere = append(wr.elsewhere, fmt.Sprintf("receivertest: delivery %d, %s %s: the receiver %s", n, r.Method, r.URL.Path, problem))
		wr.mu.Unlock()
	}
}

// calledByTest reports whether a file of tests has called ServeHTTP.
func calledByTest() bool {
	_, file, _, _ := runtime.Caller(2)
	return strings.HasSuffix(file, "_test.go")
}

// maxHeard is how much of a body is kept, in bytes.
const maxHeard = 1 << 20

// tee is a body that keeps what is read of it.
type tee struct {
	io.ReadCloser
	kept bytes.Buffer
	long bool
}

func (t *tee) Read(p []byte) (int, error) {
	n, err := t.ReadCloser.Read(p)
	t.keep(p[:n])
	return n, err
}

// Close leaves the body open: rest reads on, and a server closes it.
func (t *tee) Close() error { return nil }

func (t *tee) keep(p []byte) {
	if t.kept.Len()+len(p) > maxHeard {
		t.long = true
		return
	}
	t.kept.Write(p)
}

// rest returns the whole body, with what the receiver has not read; nil for one
// that is too long or broken.
func (t *tee) rest() []byte {
	left, err := io.ReadAll(io.LimitReader(t.ReadCloser, maxHeard+1))
	if t.keep(left); t.long || err != nil {
		return nil
	}
	return append([]byte{}, t.kept.Bytes()...)
}

// heard is an answer that is kept. It can be flushed and takes deadlines whatever is
// below it: a recorder of httptest has none, and a server's handler may set some.
type heard struct {
	http.ResponseWriter
	status int
	body   bytes.Buffer
}

func (h *heard) Unwrap() http.ResponseWriter { return h.ResponseWriter }

func (h *heard) WriteHeader(status int) {
	if h.status == 0 && status >= 200 {
		h.status = status
	}
	h.ResponseWriter.WriteHeader(status)
}

func (h *heard) Write(p []byte) (int, error) {
	if h.status == 0 {
		h.status = http.StatusOK
	}
	if h.body.Len() < simulator.MaxReply {
		h.body.Write(p)
	}
	return h.ResponseWriter.Write(p)
}

func (h *heard) Flush() { _ = h.FlushError() }

func (h *heard) FlushError() error {
	if h.status == 0 {
		h.status = http.StatusOK
	}
	return possible(h.below().Flush())
}

func (h *heard) SetReadDeadline(at time.Time) error  { return possible(h.below().SetReadDeadline(at)) }
func (h *heard) SetWriteDeadline(at time.Time) error { return possible(h.below().SetWriteDeadline(at)) }
func (h *heard) EnableFullDuplex() error             { return possible(h.below().EnableFullDuplex()) }

func (h *heard) below() *http.ResponseController { return http.NewResponseController(h.ResponseWriter) }

// possible leaves out that something is not supported.
func possible(err error) error {
	if errors.Is(err, http.ErrNotSupported) {
		return nil
	}
	return err
}
