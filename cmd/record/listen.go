package main

import (
	"bytes"
	"cmp"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/tls"
	"encoding/base64"
	"encoding/hex"
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
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"example.com/webhookvcr/internal/exit"
	"example.com/webhookvcr/internal/serve"

	"github.com/spf13/cobra"

	"example.com/webhookvcr/internal/jsontext"
	"example.com/webhookvcr/internal/provider"
	"example.com/webhookvcr/internal/record"
	"example.com/webhookvcr/internal/say"
	"example.com/webhookvcr/internal/simulator"
)

// listening is the command listen.
type listening struct {
	destination
	out, addr   string
	acceptDrift bool
	getenv      func(string) string
	now         func() time.Time
	stdout      io.Writer
	stderr      io.Writer

	def    *provider.Definition
	secret string
	events []string
	// next counts the files of each event; mu guards it, and the output.
	mu       sync.Mutex
	next     map[string]int
	begun    int
	recorded int
	lost     int
	ended    atomic.Bool
}

func listenCommand(getenv func(string) string, clock clock) *cobra.Command {
	l := &listening{getenv: getenv, now: clock.now}
	c := &cobra.Command{
		Use:   "listen [flags] PROVIDER --to URL --out DIR",
		Short: "Stand before a receiver of webhooks, and record what the vendor delivers",
		Long: `listen takes the deliveries of a vendor, passes each on to the receiver as it came,
answers with what that answers, and records it with the moment at which it came:
everything but documented names, words and dates is replaced, the body is signed anew
with the placeholder secret of package receivertest, and of the receiver's answer the
status and an echoed challenge are kept. receivertest.Replay delivers the files to a
handler in a test.

The secret of the webhook comes from the variable ` + secretVar + `. A delivery
that is not signed with it is passed on and not recorded, and listen says what is
wrong: which of the four forms of a signature fits, or which of the usual mistakes
explains it. Let the webhook point to where listen can be reached, through a tunnel
if need be; listen itself hears this machine only, unless --addr says otherwise, and
passes on to this machine only, unless --allow-host names another.

It ends when it is interrupted, with
  0  every delivery was recorded
  1  one was not, or none came
  2  wrong usage
  4  ` + secretVar + ` is not set`,
		Example:               `  record listen devrev --to http://127.0.0.1:8080/hook --out testdata/deliveries`,
		DisableFlagsInUseLine: true,
		RunE: func(c *cobra.Command, args []string) error {
			l.stdout, l.stderr = c.OutOrStdout(), c.ErrOrStderr()
			if err := l.find(args); err != nil {
				return err
			}
			return l.run(c.Context())
		},
	}
	f := c.Flags()
	destinationFlags(f, &l.destination)
	f.StringVar(&l.at, "to", "", "pass the deliveries on to `URL`")
	f.StringVar(&l.out, "out", "", "write `DIR`/EVENT-N.yaml")
	f.StringVar(&l.addr, "addr", "127.0.0.1:0", "listen on `HOST:PORT`; port 0 takes a free one")
	f.BoolVar(&l.acceptDrift, "accept-drift", false, "record deliveries that break the published contract, and list the breaches in the cassette")
	c.MarkFlagDirname("out")
	return c
}

// find reads the arguments.
func (l *listening) find(args []string) error {
	if len(args) != 1 {
		return exit.Errorf(exit.Usage, "listen needs one provider, such as: record listen devrev --to http://127.0.0.1:8080/hook --out testdata/deliveries")
	}
	if l.def = provider.ByName(args[0]); l.def == nil {
		return exit.Errorf(exit.Usage, "%s", unknownProvider(args[0], args[0]))
	}
	if l.def.Delivery == nil {
		return exit.Errorf(exit.Usage, "%s documents no schema of its deliveries, so that nothing tells what of them may be recorded", l.def.Title)
	}
	if l.at == "" {
		return exit.Errorf(exit.Usage, "--to names no receiver; give its URL, such as http://127.0.0.1:8080/hook")
	}
	if err := l.locate("--to", l.at, ""); err != nil {
		return err
	}
	if l.out == "" {
		return exit.Errorf(exit.Usage, "--out names no directory; name the one for the recordings")
	}
	if err := serve.CheckAddr(l.addr); err != nil {
		return err
	}
	host, port, _ := net.SplitHostPort(l.addr)
	if l.itself(host, port) {
		return exit.Errorf(exit.Usage, "--to is where listen itself listens; name the receiver's URL")
	}
	l.next = map[string]int{}
	var err error
	if l.secret, err = readSecret(l.getenv); err != nil {
		return err
	}
	live, err := simulator.NewLive(l.def, simulator.Settings{}, http.DefaultTransport, 0)
	if err != nil {
		return exit.Errorf(exit.Usage, "%v", err)
	}
	l.events = append(live.EventTypes(), l.def.Delivery.Handshake)
	switch err := os.MkdirAll(l.out, 0o755); {
	case errors.Is(err, syscall.ENOTDIR):
		return exit.Errorf(exit.Usage, "--out %q is, or is below, a file that is no directory; name another one", l.out)
	case err != nil:
		return exit.Errorf(exit.Failed, "--out %q: %v", l.out, say.Reason(err))
	}
	return nil
}

func (l *listening) run(ctx context.Context) error {
	listener, err := serve.Listen(ctx, l.addr)
	if err != nil {
		return err
	}
	fmt.Fprintf(l.stdout, "serving http://%s\n", listener.Addr())
	server := &http.Server{Handler: l, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: time.Minute}
	if err := serve.Until(ctx, listener, server, func() { l.ended.Store(true) }, l.stderr); err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if n := l.begun - l.recorded - l.lost; n > 0 {
		fmt.Fprintf(l.stderr, "not recorded: %s not finished when listen ended\n", say.Count(n, "delivery"))
		l.lost += n
	}
	fmt.Fprintf(l.stderr, "%s recorded, %d not\n", say.Count(l.recorded, "delivery"), l.lost)
	switch {
	case l.lost > 0:
		return exit.Errorf(exit.Failed, "%s not recorded; the lines above say why", say.Count(l.lost, "delivery"))
	case l.recorded == 0:
		return exit.Errorf(exit.Failed, "no delivery came; does the webhook point to where listen can be reached, and is it active?")
	}
	return nil
}

// maxDelivery bounds the deliveries that are passed on.
const maxDelivery = 10 << 20

func (l *listening) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	l.mu.Lock()
	l.begun++
	l.mu.Unlock()
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxDelivery))
	if err != nil {
		http.Error(w, "the delivery is larger than 10 MiB, or broke off", http.StatusRequestEntityTooLarge)
		l.say(false, "a delivery is larger than 10 MiB, or broke off")
		return
	}
	came := l.now()
	status, answer, mediaType, err := l.pass(r, body)
	if err != nil {
		http.Error(w, "the receiver gave no answer", http.StatusBadGateway)
		l.say(false, "the receiver gave no answer: %s", l.unanswered(err, l.now().Sub(came)))
		return
	}
	if status < 200 || status > 599 {
		http.Error(w, "the receiver's status is none of HTTP", http.StatusBadGateway)
		l.say(false, "the receiver answered with the status %d; expected one of 200 to 599", status)
		return
	}
	if mediaType != "" {
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
func (l *listening) unanswered(err error, waited time.Duration) string {
	var op *net.OpError
	var timeout net.Error
	var certificate *tls.CertificateVerificationError
	switch {
	case errors.Is(err, context.Canceled) && l.ended.Load():
		return "listen was ended first"
	case errors.Is(err, context.Canceled):
		return fmt.Sprintf("it took longer than the %.1f s after which the vendor hung up", waited.Seconds())
	case errors.As(err, &certificate):
		return distrust(certificate)
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
func (l *listening) itself(host, port string) bool {
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
func (l *listening) pass(r *http.Request, body []byte) (status int, answer []byte, mediaType string, err error) {
	req, err := http.NewRequestWithContext(r.Context(), r.Method, l.at, bytes.NewReader(body))
	if err != nil {
		return 0, nil, "", err
	}
	req.Header = r.Header.Clone()
	for _, name := range []string{"Connection", "Keep-Alive", "Te", "Trailer", "Transfer-Encoding", "Upgrade"} {
		req.Header.Del(name)
	}
	resp, err := l.transport().RoundTrip(req)
	if err != nil {
		return 0, nil, "", err
	}
	defer resp.Body.Close()
	answer, err = io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	return resp.StatusCode, answer, resp.Header.Get("Content-Type"), err
}

// spell writes in a message the only option that listen has.
func (l *listening) spell(option, _ string) string {
	if option == "AcceptDrift" {
		return "--accept-drift"
	}
	return ""
}

// record writes a delivery, or says why not.
func (l *listening) record(r *http.Request, came time.Time, body []byte, status int, answer []byte) {
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
		AcceptDrift: l.acceptDrift, Spell: l.spell,
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
func (l *listening) event(body []byte) string {
	var members map[string]json.RawMessage // unlike a struct, it has the names as they are
	var event string
	if json.Unmarshal(body, &members) == nil && json.Unmarshal(members[l.def.Delivery.Tag], &event) == nil && slices.Contains(l.events, event) {
		return event
	}
	return "delivery"
}

// path is the file of the next delivery of an event: one that is there is never
// overwritten.
func (l *listening) path(event string) string {
	l.mu.Lock()
	defer l.mu.Unlock()
	for {
		l.next[event]++
		path := filepath.Join(l.out, event+"-"+strconv.Itoa(l.next[event])+".yaml")
		if _, err := os.Lstat(path); errors.Is(err, os.ErrNotExist) {
			return path
		}
	}
}

func (l *listening) say(recorded bool, format string, args ...any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if recorded {
		l.recorded++
		fmt.Fprintf(l.stdout, format+"\n", args...)
		return
	}
	l.lost++
	fmt.Fprintf(l.stderr, "not recorded: "+format+"\n", args...)
}

// form is one of the forms that a signature may have: the vendor's pages leave it
// open.
type form struct {
	rawKey, hex bool
}

// String says the form, and what webhooktest.Sender calls it.
func (f form) String() string {
	key, digest := "the bytes that the secret encodes", "base64"
	if f.rawKey {
		key = "the text of the secret (RawKey)"
	}
	if f.hex {
		digest = "hexadecimal (Hex)"
	}
	return "the key is " + key + ", the digest is in " + digest
}

// diagnose says which form the signature of a delivery has; nil when it has none of
// them, with what explains it. It never shows the secret, nor the right signature.
func diagnose(secret, header string, signatures []string, body []byte) (*form, string) {
	switch len(signatures) {
	case 0:
		return nil, "it has no header " + header
	case 1:
	default:
		return nil, fmt.Sprintf("it has %d headers %s", len(signatures), header)
	}
	got := signatures[0]
	for _, f := range []form{{}, {rawKey: true}, {hex: true}, {rawKey: true, hex: true}} {
		if hmac.Equal([]byte(got), []byte(provider.Signature(secret, body, f.rawKey, f.hex))) {
			return &f, ""
		}
	}
	digest, encoding := digestOf(got)
	if digest == nil {
		return nil, "the signature is neither base64 nor hexadecimal digits of 32 bytes"
	}
	if encoding != "" && matches(digest, keys(secret), body) {
		return nil, "the signature is right but for how it is written: " + encoding
	}
	switch {
	case strings.Trim(secret, `"'`) != secret && matches(digest, keys(strings.Trim(secret, `"'`)), body):
		return nil, secretVar + " is in quotes; take them off"
	case matches(digest, append(keys(secret+"\n"), keys(secret+"\r\n")...), body):
		return nil, "the sender's secret ends with a line break, which " + secretVar + " lacks"
	case matches(digest, otherKeys(secret), body):
		return nil, "the key is what " + secretVar + " encodes in another base64 (that of URLs, or without padding); write it in the standard one"
	case matches(digest, [][]byte{nil}, body):
		return nil, "it is signed with an empty key"
	}
	for _, again := range rewritten(body) {
		if matches(digest, keys(secret), again) {
			return nil, "it is signed over other bytes than came: something between has written the JSON anew"
		}
	}
	advice := "it is signed with another secret than " + secretVar + ", or over another body"
	if sorted(body) {
		advice += "; its members are in the order of their names, which something between may have brought them into"
	}
	return nil, advice
}

// sorted reports whether the members of all objects are in the order of their names, as
// programs leave them that write JSON anew from a map: the order that was signed is lost.
func sorted(body []byte) bool {
	n, err := jsontext.Parse(body, jsontext.Bounds{Depth: 1000})
	if err != nil || len(n.Children) < 2 {
		return false
	}
	before := n.Append(nil)
	n.Sort()
	return bytes.Equal(before, n.Append(nil))
}

// keys are the forms of a secret as a key.
func keys(secret string) [][]byte {
	all := [][]byte{[]byte(secret)}
	if decoded, err := base64.StdEncoding.DecodeString(secret); err == nil {
		all = append(all, decoded)
	}
	return all
}

// otherKeys are what a secret encodes that is not in the standard base64.
func otherKeys(secret string) (all [][]byte) {
	for _, e := range []*base64.Encoding{base64.RawStdEncoding, base64.URLEncoding, base64.RawURLEncoding} {
		if decoded, err := e.DecodeString(secret); err == nil {
			all = append(all, decoded)
		}
	}
	return all
}

func matches(digest []byte, keys [][]byte, body []byte) bool {
	for _, key := range keys {
		mac := hmac.New(sha256.New, key)
		mac.Write(body)
		if hmac.Equal(digest, mac.Sum(nil)) {
			return true
		}
	}
	return false
}

// scheme is what senders of other vendors write before a digest.
var scheme = regexp.MustCompile(`^(?i:sha256|sha-256|v[01]|hmac-sha256)=`)

// digestOf reads a signature in any spelling; encoding says what is unusual about
// it, and is empty when nothing is.
func digestOf(signature string) (digest []byte, encoding string) {
	text := strings.TrimSpace(signature)
	if bare := strings.Trim(text, `"'`); bare != text {
		text, encoding = bare, "it is in quotes"
	}
	if prefix := scheme.FindString(text); prefix != "" {
		text, encoding = strings.TrimPrefix(text, prefix), "it begins with "+prefix
	}
	if digest, err := hex.DecodeString(text); err == nil && len(digest) == sha256.Size {
		if strings.ToLower(text) != text {
			encoding = "its hexadecimal digits are in upper case"
		}
		return digest, encoding
	}
	for _, e := range []struct {
		encoding *base64.Encoding
		what     string
	}{{base64.StdEncoding, encoding}, {base64.RawStdEncoding, "its base64 has no padding"}, {base64.URLEncoding, "its base64 is that of URLs"}, {base64.RawURLEncoding, "its base64 is that of URLs, without padding"}} {
		if digest, err := e.encoding.DecodeString(text); err == nil && len(digest) == sha256.Size {
			return digest, e.what
		}
	}
	return nil, ""
}

// rewritten are the body as programs write it that decode and encode it.
func rewritten(body []byte) [][]byte {
	var v any
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	if d.Decode(&v) != nil {
		return nil
	}
	compact := &bytes.Buffer{}
	_ = json.Compact(compact, body) // it is JSON
	escaped, _ := json.Marshal(v)
	plain := &bytes.Buffer{}
	e := json.NewEncoder(plain)
	e.SetEscapeHTML(false)
	_ = e.Encode(v)
	indented, _ := json.MarshalIndent(v, "", "  ")
	return [][]byte{compact.Bytes(), escaped, plain.Bytes(), bytes.TrimSpace(plain.Bytes()), indented, bytes.TrimSpace(body)}
}
