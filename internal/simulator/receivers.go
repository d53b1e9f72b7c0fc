package simulator

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// Receivers takes deliveries to where their URL points: to a handler in this
// process, or to a loopback address. It may be used by many goroutines at once.
type Receivers struct {
	// Advice says what to do for a URL that leads nowhere.
	Advice string
	// Panicked is told of a handler that panicked; nil tells nobody.
	Panicked func(url string, reason any, stack []byte)
	// Late is told of a handler that writes to its answer after it has returned; nil tells nobody.
	Late func(url string)

	mu       sync.Mutex
	handlers []receiver
	network  http.RoundTripper
	running  tally // handlers that have not returned
}

// Wait waits until every handler has returned, also those that were given up.
func (r *Receivers) Wait(ctx context.Context) error { return r.running.wait(ctx) }

type receiver struct {
	at      *url.URL
	handler http.Handler
}

// Handle lets a handler answer the deliveries to a URL and to those below it. The
// longest URL counts. A URL that is taken is an error.
func (r *Receivers) Handle(at string, h http.Handler) error {
	u, err := url.Parse(at)
	switch {
	case err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https":
		return fmt.Errorf("%q is no absolute URL of http or https", at)
	case u.RawQuery != "" || u.ForceQuery || u.Fragment != "" || u.User != nil:
		return fmt.Errorf("%q: expected a URL without query, fragment and user", at)
	case h == nil:
		return fmt.Errorf("%q: no handler given", at)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, old := range r.handlers {
		if origin(old.at) == origin(u) && strings.Trim(old.at.Path, "/") == strings.Trim(u.Path, "/") {
			return fmt.Errorf("%q has a handler already", at)
		}
	}
	r.handlers = append(r.handlers, receiver{u, h})
	slices.SortStableFunc(r.handlers, func(a, b receiver) int { return len(b.at.Path) - len(a.at.Path) })
	return nil
}

func origin(u *url.URL) string { return u.Scheme + "://" + hostPort(u) }

func (r *Receivers) find(u *url.URL) http.Handler {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, known := range r.handlers {
		below := strings.TrimSuffix(known.at.Path, "/")
		if origin(known.at) == origin(u) && (u.Path == below || strings.HasPrefix(u.Path, below+"/") || below == "") {
			return known.handler
		}
	}
	return nil
}

// RoundTrip implements http.RoundTripper.
func (r *Receivers) RoundTrip(req *http.Request) (*http.Response, error) {
	if h := r.find(req.URL); h != nil {
		return r.call(h, req)
	}
	if !loopback(req.URL.Hostname()) {
		return nil, ErrNowhere{req.URL.Redacted(), r.Advice}
	}
	return r.transport().RoundTrip(req)
}

// ErrNowhere is returned for a delivery to a URL that is neither a handler's nor
// on a loopback address.
type ErrNowhere struct{ URL, Advice string }

func (e ErrNowhere) Error() string {
	s := e.URL + " leads to no receiver: deliveries go to handlers and to loopback addresses only"
	if e.Advice != "" {
		s += "; " + e.Advice
	}
	return s
}

func loopback(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}

// transport uses a connection per delivery and no proxy: an idle connection would
// keep a synctest bubble's clock still, and a proxy is no loopback address.
func (r *Receivers) transport() http.RoundTripper {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.network == nil {
		r.network = &http.Transport{DisableKeepAlives: true}
	}
	return r.network
}

// call runs a handler as a server does: in a goroutine of its own, with a context
// that ends when the client gives up and when the handler has returned.
func (r *Receivers) call(h http.Handler, req *http.Request) (*http.Response, error) {
	ctx, cancel := context.WithCancel(req.Context())
	in, err := received(req.WithContext(ctx))
	if err != nil {
		cancel()
		return nil, err
	}
	pipe, sent := net.Pipe() // whose reads can have a deadline
	body := &incoming{Conn: pipe}
	w := &reply{recorder: recorder{header: http.Header{}}, ctx: ctx, read: body, late: func() {
		if r.Late != nil {
			r.Late(req.URL.Redacted())
		}
	}}
	source := in.Body
	body.begin = sync.OnceFunc(func() {
		go func() {
			// As much at a time as net/http reads of a connection; io.Copy would make a buffer of eight times that.
			if _, err := io.CopyBuffer(sent, source, make([]byte, 4<<10)); err != nil {
				body.broke.Store(&err) // or nobody reads on
			}
			_ = sent.Close()
		}()
	})
	in.Body = body
	done := make(chan error, 1)
	release := hold(ctx)
	r.running.run(func() {
		err := errors.New("the handler ended its goroutine")
		defer func() {
			if reason := recover(); reason != nil {
				err = errors.New("the handler panicked")
				if reason != http.ErrAbortHandler && r.Panicked != nil {
					r.Panicked(req.URL.Redacted(), reason, debug.Stack())
				}
			}
			w.returned.Store(true)
			cancel()
			_ = body.Close()
			_ = source.Close()
			done <- err
			release()
		}()
		h.ServeHTTP(w, in)
		err = nil
	})
	select {
	case err := <-done:
		if err == nil {
			err = w.passed()
		}
		if err != nil {
			return nil, err
		}
	case <-req.Context().Done():
		return nil, context.Cause(req.Context())
	}
	return w.response(req), nil
}

// incoming is a body that a handler reads. Of one that it does not read nothing is taken.
type incoming struct {
	net.Conn
	begin func()
	broke atomic.Pointer[error] // why there is no more of it, when that is not its end
}

func (b *incoming) Read(p []byte) (int, error) {
	b.begin()
	n, err := b.Conn.Read(p)
	if broke := b.broke.Load(); err == io.EOF && broke != nil {
		err = *broke
	}
	return n, err
}

// SetReadDeadline does nothing of what has been sent whole: a pipe refuses that, and a
// connection does not.
func (b *incoming) SetReadDeadline(at time.Time) error {
	if err := b.Conn.SetReadDeadline(at); !errors.Is(err, io.ErrClosedPipe) {
		return err
	}
	return nil
}

// reply is a handler's answer. It keeps what will be read of the body, and fails
// writes of a handler whose client has gone, as a connection does. It can do what
// http.ResponseController asks of a server's, but for Hijack: there is no connection.
type reply struct {
	recorder
	ctx      context.Context
	read     *incoming
	write    atomic.Pointer[time.Time] // the deadline
	returned atomic.Bool               // the handler
	late     func()
}

func (r *reply) WriteHeader(status int) {
	if r.returned.Load() {
		r.late()
		return
	}
	r.recorder.WriteHeader(status)
}

func (r *reply) Write(p []byte) (int, error) {
	if r.returned.Load() {
		r.late()
	}
	if err := r.broken(); err != nil {
		return 0, err
	}
	if _, err := r.recorder.Write(p[:min(len(p), max(0, MaxReply-r.body.Len()))]); err != nil {
		return 0, err
	}
	return len(p), nil
}

func (r *reply) Flush() { _ = r.FlushError() }

// FlushError serves http.ResponseController.
func (r *reply) FlushError() error {
	if err := r.broken(); err != nil {
		return err
	}
	r.recorder.Flush()
	return nil
}

// SetReadDeadline serves http.ResponseController: the body cannot be read later.
func (r *reply) SetReadDeadline(at time.Time) error { return r.read.SetReadDeadline(at) }

// SetWriteDeadline serves http.ResponseController: an answer that is written later gets to nobody.
func (r *reply) SetWriteDeadline(at time.Time) error { r.write.Store(&at); return nil }

// EnableFullDuplex serves http.ResponseController: the body can always be read.
func (r *reply) EnableFullDuplex() error { return nil }

// broken says why nothing more can be written.
func (r *reply) broken() error {
	if err := r.ctx.Err(); err != nil {
		return err
	}
	return r.passed()
}

// passed is os.ErrDeadlineExceeded when there is a deadline of writes and it has passed.
func (r *reply) passed() error {
	if at := r.write.Load(); at == nil || at.IsZero() || time.Now().Before(*at) {
		return nil
	}
	return os.ErrDeadlineExceeded
}
