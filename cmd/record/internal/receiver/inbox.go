package receiver

import (
	"bytes"
	"cmp"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"mime"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"example.com/webhookvcr/cmd/record/internal/exit"
	"example.com/webhookvcr/cmd/record/internal/listener"
	"example.com/webhookvcr/cmd/record/internal/session"
	"example.com/webhookvcr/internal/provider"
	"example.com/webhookvcr/internal/record"
	"example.com/webhookvcr/internal/say"
	"example.com/webhookvcr/internal/simulator"
)

// Inbox is the command listen.
type Inbox struct {
	Destination
	Out, Addr   string
	AcceptDrift bool
	Getenv      func(string) string
	Now         func() time.Time
	Stdout      io.Writer
	Stderr      io.Writer

	def    *provider.Definition
	secret string
	events []string
	mu     sync.Mutex // guards what follows, and the output
	// next counts the files of each event.
	next     map[string]int
	begun    int
	recorded int
	lost     int
	ended    atomic.Bool
}

// Find takes the provider, and makes sure that the deliveries can be received, passed on
// and recorded.
func (l *Inbox) Find(name string) (err error) {
	if l.def, err = session.Provider(name); err != nil {
		return err
	}
	if l.def.Delivery == nil {
		return exit.Errorf(exit.Usage, "%s documents no schema of its deliveries, so that nothing tells what of them may be recorded", l.def.Title)
	}
	if l.At == "" {
		return exit.Errorf(exit.Usage, "--to names no receiver; give its URL, such as http://127.0.0.1:8080/hook")
	}
	if err := l.locate("--to", l.At, ""); err != nil {
		return err
	}
	if l.Out == "" {
		return exit.Errorf(exit.Usage, "--out names no directory; name the one for the recordings")
	}
	if err := listener.CheckAddr(l.Addr); err != nil {
		return err
	}
	host, port, _ := net.SplitHostPort(l.Addr)
	if l.itself(host, port) {
		return exit.Errorf(exit.Usage, "--to is where listen itself listens; name the receiver's URL")
	}
	l.next = map[string]int{}
	if l.secret, err = readSecret(l.Getenv); err != nil {
		return err
	}
	live, err := simulator.NewLive(l.def, simulator.Settings{}, http.DefaultTransport, 0)
	if err != nil {
		return exit.Errorf(exit.Usage, "%v", err)
	}
	l.events = append(live.EventTypes(), l.def.Delivery.Handshake)
	switch err := os.MkdirAll(l.Out, 0o755); {
	case errors.Is(err, syscall.ENOTDIR):
		return exit.Errorf(exit.Usage, "--out %q is, or is below, a file that is no directory; name another one", l.Out)
	case err != nil:
		return exit.Errorf(exit.Failed, "--out %q: %v", l.Out, say.Reason(err))
	}
	return nil
}

// Run receives deliveries until the context ends.
func (l *Inbox) Run(ctx context.Context) error {
	open, err := listener.Listen(ctx, l.Addr)
	if err != nil {
		return err
	}
	fmt.Fprintf(l.Stdout, "serving http://%s\n", open.Addr())
	server := &http.Server{Handler: l, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: time.Minute}
	if err := listener.Until(ctx, open, server, func() { l.ended.Store(true) }, l.Stderr); err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if n := l.begun - l.recorded - l.lost; n > 0 {
		fmt.Fprintf(l.Stderr, "not recorded: %s not finished when listen ended\n", say.Count(n, "delivery"))
		l.lost += n
	}
	fmt.Fprintf(l.Stderr, "%s recorded, %d not\n", say.Count(l.recorded, "delivery"), l.lost)
	switch {
	case l.lost > 0:
		return exit.Errorf(exit.Failed, "%s not recorded; the lines above say why", say.Count(l.lost, "delivery"))
	case l.recorded == 0:
		return exit.Errorf(exit.Failed, "no delivery came; does the webhook point to where listen can be reached, and is it active?")
	}
	return nil
}

func (l *Inbox) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	l.mu.Lock()
	l.begun++
	l.mu.Unlock()
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxDelivery))
	if err != nil {
		http.Error(w, "the delivery is larger than 10 MiB, or broke off", http.StatusRequestEntityTooLarge)
		l.say(false, "a delivery is larger than 10 MiB, or broke off")
		return
	}
	came := l.Now()
	resp, answer, err := l.pass(r, body)
	if err != nil {
		http.Error(w, "the receiver gave no answer", http.StatusBadGateway)
		l.say(false, "the receiver gave no answer: %s", l.unanswered(err, l.Now().Sub(came)))
		return
	}
	status := resp.StatusCode
	if status < 200 || status > 599 {
		http.Error(w, "the receiver's status is none of HTTP", http.StatusBadGateway)
		l.say(false, "the receiver answered with the status %d; expected one of 200 to 599", status)
		return
	}
	if mediaType := resp.Header.Get("Content-Type"); mediaType != "" {
		w.Header().Set("Content-Type", mediaType)
	}
	w.Header().Set("Content-Length", strconv.Itoa(len(answer)))
	w.WriteHeader(status)
	w.Write(answer) // a vendor that has gone is nobody's concern
	// The vendor's clock runs: it gets the answer before the recording is made.
	_ = http.NewResponseController(w).Flush()
	l.record(r, came, body, status, answer)
}

// unanswered says why a receiver gave no answer. Errors of net/http quote what came,
// which may be the delivery or the secret: only texts of known kinds are shown.
func (l *Inbox) unanswered(err error, waited time.Duration) string {
	var op *net.OpError
	var timeout net.Error
	var certificate *tls.CertificateVerificationError
	switch {
	case errors.Is(err, context.Canceled) && l.ended.Load():
		return "listen was ended first"
	case errors.Is(err, context.Canceled):
		return fmt.Sprintf("it took longer than the %.1f s after which the vendor hung up", waited.Seconds())
	case errors.As(err, &certificate):
		return session.Distrust(certificate)
	case errors.As(err, &op) && op.Op == "dial":
		return "it cannot be reached; is it running, and is --to right?"
	case errors.As(err, &timeout) && timeout.Timeout():
		return "it did not answer in time"
	case errors.As(err, &op):
		return "the connection broke off"
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return "the connection ended before the answer did"
	}
	return "what it sent is no HTTP"
}

// itself reports whether the deliveries would be passed on to where they came from.
func (l *Inbox) itself(host, port string) bool {
	to := l.url.Port()
	if to == "" {
		to = map[string]string{"http": "80", "https": "443"}[l.url.Scheme]
	}
	if to != port {
		return false
	}
	own, _ := net.LookupIP(cmp.Or(host, "0.0.0.0")) // unknown hosts are told when they are used
	there, _ := net.LookupIP(l.url.Hostname())
	return slices.ContainsFunc(there, func(ip net.IP) bool {
		return slices.ContainsFunc(own, func(o net.IP) bool {
			return ip.Equal(o) || o.IsUnspecified() && ip.IsLoopback() || ip.IsUnspecified() && o.IsLoopback()
		})
	})
}

// pass sends a delivery to the receiver, as it came.
func (l *Inbox) pass(r *http.Request, body []byte) (resp *http.Response, answer []byte, err error) {
	req, err := http.NewRequestWithContext(r.Context(), r.Method, l.At, bytes.NewReader(body))
	if err != nil {
		return nil, nil, err
	}
	req.Header = r.Header.Clone()
	for _, name := range []string{"Connection", "Keep-Alive", "Te", "Trailer", "Transfer-Encoding", "Upgrade"} {
		req.Header.Del(name)
	}
	resp, err = l.transport().RoundTrip(req)
	if err != nil {
		return nil, nil, err
	}
	defer resp.Body.Close()
	answer, err = io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	return resp, answer, err
}

// spell writes in a message the only option that listen has.
func (l *Inbox) spell(option, _ string) string {
	if option == "AcceptDrift" {
		return "--accept-drift"
	}
	return ""
}

// record writes a delivery, or says why not.
func (l *Inbox) record(r *http.Request, came time.Time, body []byte, status int, answer []byte) {
	// Cassettes of deliveries have one method and one media type; replaying another
	// as such would be another test.
	mediaType, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if r.Method != http.MethodPost || mediaType != "application/json" {
		l.say(false, "a delivery is no POST of application/json, as %s documents it", l.def.Title)
		return
	}
	header := http.CanonicalHeaderKey(l.def.Delivery.Signature)
	form, advice := diagnose(l.secret, l.def.Delivery.Signature, r.Header.Values(header), body)
	if form == nil {
		l.say(false, "a delivery is not signed with the secret: %s", advice)
		return
	}
	d := record.Delivery{
		Definition: l.def, BaseURL: l.def.BaseDefault, Secret: l.secret, Received: came,
		AcceptDrift: l.AcceptDrift, Spell: l.spell,
		Body: body, Status: status, Answer: answer,
		Sign: func(body []byte) http.Header {
			return http.Header{header: {provider.Signature(provider.ReceiverSecret, body, form.rawKey, form.hex)}}
		},
	}
	var dropped bool
	err := error(fs.ErrExist)
	for event := l.event(body); errors.Is(err, fs.ErrExist); {
		d.Path = l.path(event)
		d.Name = filepath.ToSlash(d.Path)
		_, dropped, err = d.Commit()
	}
	if err != nil {
		l.say(false, "%v", err)
		return
	}
	what := ""
	if dropped {
		what = "; the receiver's answer has a body, which is not recorded"
	}
	l.say(true, "%s: answered %d; signature: %s%s", d.Name, status, form, what)
}

// event is the documented event that a delivery names, and "delivery" for any other
// text: that would be the tenant's, and the name of a file.
func (l *Inbox) event(body []byte) string {
	var members map[string]json.RawMessage // unlike a struct, it has the names as they are
	var event string
	if json.Unmarshal(body, &members) == nil && json.Unmarshal(members[l.def.Delivery.Tag], &event) == nil && slices.Contains(l.events, event) {
		return event
	}
	return "delivery"
}

// path is the file of the next delivery of an event: one that is there is never
// overwritten.
func (l *Inbox) path(event string) string {
	l.mu.Lock()
	defer l.mu.Unlock()
	for {
		l.next[event]++
		path := filepath.Join(l.Out, event+"-"+strconv.Itoa(l.next[event])+".yaml")
		if _, err := os.Lstat(path); errors.Is(err, os.ErrNotExist) {
			return path
		}
	}
}

func (l *Inbox) say(recorded bool, format string, args ...any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if recorded {
		l.recorded++
		fmt.Fprintf(l.Stdout, format+"\n", args...)
		return
	}
	l.lost++
	fmt.Fprintf(l.Stderr, "not recorded: "+format+"\n", args...)
}

// maxDelivery bounds the deliveries that are passed on.
const maxDelivery = 10 << 20
