package main

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"example.com/webhookvcr/internal/provider"
	"example.com/webhookvcr/internal/record"
)

// listening is the command listen.
type listening struct {
	to, out, addr string
	acceptDrift   bool
	getenv        func(string) string
	clock         clock
	stdout        io.Writer
	stderr        io.Writer

	def    *provider.Definition
	target *url.URL
	secret string
	// next counts the files of each event; mu guards it, and the output.
	mu       sync.Mutex
	next     map[string]int
	recorded int
	lost     int
}

func listenCommand(getenv func(string) string, clock clock) *cobra.Command {
	l := &listening{getenv: getenv, clock: clock, next: map[string]int{}}
	c := &cobra.Command{
		Use:   "listen [flags] PROVIDER --to URL --out DIR",
		Short: "Stand before a receiver of webhooks, and record what the vendor delivers",
		Long: `listen takes the deliveries of a vendor, passes each on to the receiver as it came,
answers with what that answers, and records it: every value of the tenant is
replaced, the body is signed anew with the placeholder secret of package
receivertest, and of the receiver's answer the status and an echoed challenge are
kept. receivertest.Replay delivers the files to a handler in a test.

The secret of the webhook comes from the variable ` + secretVar + `. A delivery
that is not signed with it is passed on and not recorded, and listen says what is
wrong: which of the four forms of a signature fits, or which of the usual mistakes
explains it. Let the webhook point to where listen can be reached, through a tunnel
if need be; listen itself hears this machine only, unless --addr says otherwise.

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
	f.StringVar(&l.to, "to", "", "pass the deliveries on to `URL`")
	f.StringVar(&l.out, "out", "", "write `DIR`/EVENT-N.yaml")
	f.StringVar(&l.addr, "addr", "127.0.0.1:0", "listen on `HOST:PORT`; port 0 takes a free one")
	f.BoolVar(&l.acceptDrift, "accept-drift", false, "record deliveries that break the published contract, and list the breaches in the cassette")
	c.MarkFlagDirname("out")
	return c
}

// find reads the arguments.
func (l *listening) find(args []string) error {
	if len(args) != 1 {
		return exit(exitUsage, "listen needs one provider, such as: record listen devrev --to http://127.0.0.1:8080/hook --out testdata/deliveries")
	}
	if l.def = provider.ByName(args[0]); l.def == nil {
		return exit(exitUsage, "%s", unknownProvider(args[0], args[0]))
	}
	if l.def.Delivery == nil {
		return exit(exitUsage, "%s documents no schema of its deliveries, so that nothing tells what of them may be recorded", l.def.Title)
	}
	var err error
	if l.target, err = url.Parse(l.to); err != nil || l.target.Host == "" || l.target.Scheme != "http" && l.target.Scheme != "https" {
		return exit(exitUsage, "--to %q is no URL of http or https; name the receiver's", l.to)
	}
	if l.out == "" {
		return exit(exitUsage, "--out names no directory; name the one for the recordings")
	}
	if _, _, err := net.SplitHostPort(l.addr); err != nil {
		return exit(exitUsage, "--addr %q is no address; expected HOST:PORT, such as 127.0.0.1:8080", l.addr)
	}
	if l.secret = l.getenv(secretVar); l.secret == "" {
		return exit(exitMissing, "%s is not set: the secret of the webhook comes from the environment", secretVar)
	}
	if err := os.MkdirAll(l.out, 0o755); err != nil {
		return exit(exitFailed, "--out %q: %v", l.out, reason(err))
	}
	return nil
}

func (l *listening) run(ctx context.Context) error {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", l.addr)
	if err != nil {
		return exit(exitFailed, "--addr %q: %v", l.addr, reason(err))
	}
	server := &http.Server{Handler: l, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: time.Minute, ErrorLog: log.New(io.Discard, "", 0)}
	stopped := make(chan struct{})
	defer context.AfterFunc(ctx, func() {
		defer close(stopped)
		limited, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
		defer cancel()
		if server.Shutdown(limited) != nil {
			server.Close()
		}
	})()
	fmt.Fprintf(l.stdout, "serving http://%s\n", listener.Addr())
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return exit(exitFailed, "the server stopped: %v", err)
	}
	<-stopped
	l.mu.Lock()
	defer l.mu.Unlock()
	fmt.Fprintf(l.stderr, "%s recorded, %d not\n", count(l.recorded, "delivery"), l.lost)
	switch {
	case l.lost > 0:
		return exit(exitFailed, "%s not recorded; the lines above say why", count(l.lost, "delivery"))
	case l.recorded == 0:
		return exit(exitFailed, "no delivery came; does the webhook point to where listen can be reached, and is it active?")
	}
	return nil
}

// maxDelivery bounds the deliveries that are passed on.
const maxDelivery = 10 << 20

// ServeHTTP implements http.Handler.
func (l *listening) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxDelivery))
	if err != nil {
		http.Error(w, "the delivery is larger than 10 MiB, or broke off", http.StatusRequestEntityTooLarge)
		l.say(false, "a delivery is larger than 10 MiB, or broke off")
		return
	}
	status, answer, mediaType, err := l.pass(r, body)
	if err != nil {
		http.Error(w, "the receiver gave no answer", http.StatusBadGateway)
		l.say(false, "the receiver gave no answer: %v", withoutURL(err))
		return
	}
	if mediaType != "" {
		w.Header().Set("Content-Type", mediaType)
	}
	w.WriteHeader(status)
	w.Write(answer) // a vendor that has gone is nobody's concern
	l.record(r, body, status, answer)
}

// pass sends a delivery to the receiver, as it came.
func (l *listening) pass(r *http.Request, body []byte) (status int, answer []byte, mediaType string, err error) {
	req, err := http.NewRequestWithContext(r.Context(), r.Method, l.target.String(), bytes.NewReader(body))
	if err != nil {
		return 0, nil, "", err
	}
	req.Header = r.Header.Clone()
	for _, name := range []string{"Connection", "Keep-Alive", "Te", "Trailer", "Transfer-Encoding", "Upgrade"} {
		req.Header.Del(name)
	}
	resp, err := (&http.Transport{DisableKeepAlives: true, DisableCompression: true}).RoundTrip(req)
	if err != nil {
		return 0, nil, "", err
	}
	defer resp.Body.Close()
	answer, err = io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	return resp.StatusCode, answer, resp.Header.Get("Content-Type"), err
}

// record writes a delivery, or says why not.
func (l *listening) record(r *http.Request, body []byte, status int, answer []byte) {
	header := http.CanonicalHeaderKey(l.def.Delivery.Signature)
	form, advice := diagnose(l.secret, l.def.Delivery.Signature, r.Header.Values(header), body)
	if form == nil {
		l.say(false, "a delivery is not signed with the secret: %s", advice)
		return
	}
	name := l.name(body)
	d := record.Delivery{
		Definition: l.def, BaseURL: l.def.BaseDefault, Secret: l.secret, Day: l.clock.now().UTC().Format(time.DateOnly),
		Path: filepath.Join(l.out, name), Name: filepath.ToSlash(filepath.Join(l.out, name)), AcceptDrift: l.acceptDrift,
		Body: body, Status: status, Answer: answer,
		Sign: func(body []byte) http.Header {
			return http.Header{header: {provider.Signature(provider.ReceiverSecret, body, form.rawKey, form.hex)}}
		},
	}
	_, dropped, err := d.Commit()
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

// name is the file of the next delivery of its event: one that is there is never
// overwritten.
func (l *listening) name(body []byte) string {
	var delivery struct{ Type string }
	event := "delivery"
	if json.Unmarshal(body, &delivery) == nil && isWord(delivery.Type) {
		event = delivery.Type
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	for {
		l.next[event]++
		name := event + "-" + strconv.Itoa(l.next[event]) + ".yaml"
		if _, err := os.Lstat(filepath.Join(l.out, name)); errors.Is(err, os.ErrNotExist) {
			return name
		}
	}
}

// isWord reports whether a type has the form of the vendor's events.
func isWord(s string) bool {
	return s != "" && len(s) <= 40 && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz_") == ""
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
	trimmed := strings.TrimSpace(secret)
	switch {
	case trimmed != secret && matches(digest, keys(trimmed), body):
		return nil, secretVar + " has white space or a line break at an end; take it off"
	case matches(digest, keys(secret+"\n"), body):
		return nil, "the sender's secret ends with a line break, which " + secretVar + " lacks"
	case matches(digest, [][]byte{nil}, body):
		return nil, "it is signed with an empty key"
	}
	for _, again := range rewritten(body) {
		if matches(digest, keys(secret), again) {
			return nil, "it is signed over other bytes than came: something between has written the JSON anew"
		}
	}
	return nil, "it is signed with another secret than " + secretVar + ", or over another body"
}

// keys are the forms of a secret as a key.
func keys(secret string) [][]byte {
	all := [][]byte{[]byte(secret)}
	if decoded, err := base64.StdEncoding.DecodeString(secret); err == nil {
		all = append(all, decoded)
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

// digestOf reads a signature in any spelling; encoding says what is unusual about
// it, and is empty when nothing is.
func digestOf(signature string) (digest []byte, encoding string) {
	text := strings.TrimSpace(signature)
	if rest, ok := strings.CutPrefix(text, "sha256="); ok {
		text, encoding = rest, "it begins with sha256="
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
