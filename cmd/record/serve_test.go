package main

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/webhookvcr/cmd/record/internal/exit"
	"example.com/webhookvcr/cmd/record/internal/receiver"
	"example.com/webhookvcr/cmd/record/internal/session"
	"example.com/webhookvcr/internal/provider"
)

var loopbackURL = regexp.MustCompile(`^https?://(127\.0\.0\.1|\[::1\]):\d+\n?$`)

// address waits until a server that writes its output to a file has said where
// it listens, and puts that into a variable.
func address(ts *testscript.TestScript, neg bool, args []string) {
	need(ts, neg, args, 2, "address FILE VARIABLE")
	var text string
	for range 1000 {
		data, err := os.ReadFile(ts.MkAbs(args[0]))
		if text = string(data); err == nil && strings.HasSuffix(text, "\n") {
			url, ok := strings.CutPrefix(strings.TrimSuffix(text, "\n"), "serving ")
			if !ok || !loopbackURL.MatchString(url) {
				ts.Fatalf("the first line is %q", text)
			}
			ts.Setenv(args[1], url)
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	ts.Fatalf("no address within 10 seconds, but %q", text)
}

// fetch is a small HTTP client, a command of the scripts:
//
//	fetch [-h 'NAME: VALUE']... METHOD URL [BODY]
//
// It prints the status and the body, or what became of the exchange. It waits
// for ten seconds at most, or as long as FETCH_TIMEOUT says, and follows no
// redirect.
func fetch(args []string, getenv func(string) string, stdout io.Writer) int {
	header := http.Header{"Authorization": {"Bearer webhooktest-token"}}
	for len(args) > 1 && args[0] == "-h" {
		name, value, _ := strings.Cut(args[1], ": ")
		header.Set(name, value)
		args = args[2:]
	}
	if len(args) < 2 {
		fmt.Fprintln(stdout, "usage: fetch [-h HEADER]... METHOD URL [BODY]")
		return 2
	}
	var body io.Reader = http.NoBody
	if len(args) > 2 {
		body = strings.NewReader(args[2])
		if header.Get("Content-Type") == "" {
			header.Set("Content-Type", "application/json")
		}
	}
	req, err := http.NewRequest(args[0], args[1], body)
	if err != nil {
		fmt.Fprintln(stdout, err)
		return 2
	}
	req.Header, req.GetBody = header, nil
	timeout, err := time.ParseDuration(cmp.Or(getenv("FETCH_TIMEOUT"), "10s"))
	if err != nil {
		fmt.Fprintln(stdout, err)
		return 2
	}
	client := http.Client{Timeout: timeout, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := client.Do(req)
	if err != nil {
		fmt.Fprintln(stdout, became(err))
		return 0
	}
	defer resp.Body.Close()
	fmt.Fprintln(stdout, resp.StatusCode)
	if location := resp.Header.Get("Location"); location != "" {
		fmt.Fprintln(stdout, "Location:", location)
	}
	if _, err := io.Copy(stdout, resp.Body); err != nil {
		fmt.Fprintln(stdout, "\n"+became(err))
	}
	return 0
}

func became(err error) string {
	var slow interface{ Timeout() bool }
	switch {
	case errors.Is(err, syscall.ECONNRESET):
		return "connection reset"
	case errors.Is(err, syscall.ECONNREFUSED):
		return "connection refused"
	case errors.As(err, &slow) && slow.Timeout():
		return "timeout"
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return "ended too early"
	}
	return err.Error()
}

// startReceiver is the command receiver.
func startReceiver(ts *testscript.TestScript, neg bool, args []string) {
	need(ts, neg, args, 2, "receiver NAME VARIABLE")
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var delivery struct {
			Type   string           `json:"type"`
			Verify *json.RawMessage `json:"verify"`
		}
		body, _ := io.ReadAll(r.Body)
		_ = json.Unmarshal(body, &delivery) // no event then
		if delivery.Type == "tag_deleted" { // an answer that is no HTTP, and quotes the tenant
			conn, _, err := http.NewResponseController(w).Hijack()
			if err == nil {
				fmt.Fprintf(conn, "janedoe %s\r\n\r\n", os.Getenv(receiver.SecretVar))
				conn.Close()
			}
			return
		}
		if delivery.Verify != nil && json.Valid(body) {
			w.Header().Set("Content-Type", "application/json")
			if bytes.Contains(body, []byte("more")) { // more than the echo
				w.Write([]byte(`{"ok": true, "verify": `))
				defer w.Write([]byte("}"))
			}
			w.Write(*delivery.Verify)
		}
	}))
	ts.Defer(server.Close)
	ts.Setenv(args[1], server.URL+"/"+args[0])
}

// until is the command until.
func until(ts *testscript.TestScript, neg bool, args []string) {
	need(ts, neg, args, 2, "until URL TEXT")
	for range 200 {
		resp, err := http.Get(args[0])
		ts.Check(err)
		body, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		ts.Check(err)
		if strings.Contains(string(body), args[1]) {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	ts.Fatalf("%s does not show %q", args[0], args[1])
}

// recordedFile is the command recorded: it waits for a file of listen, which answers the
// vendor first.
func recordedFile(ts *testscript.TestScript, neg bool, args []string) {
	need(ts, neg, args, 1, "recorded FILE")
	for range 1000 {
		if _, err := os.Stat(ts.MkAbs(args[0])); err == nil {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	ts.Fatalf("no %s within 10 seconds", args[0])
}

// vendor is the command vendor: it sends a file as a vendor does.
func vendor(ts *testscript.TestScript, neg bool, args []string) {
	rawKey, hexadecimal := false, false
	for ; len(args) > 0 && strings.HasPrefix(args[0], "--"); args = args[1:] {
		rawKey, hexadecimal = rawKey || args[0] == "--raw-key", hexadecimal || args[0] == "--hex"
	}
	need(ts, neg, args, 2, "vendor [--raw-key] [--hex] URL FILE")
	body := []byte(ts.ReadFile(args[1]))
	req, err := http.NewRequest(http.MethodPost, args[0], bytes.NewReader(body))
	ts.Check(err)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("X-DevRev-Signature", provider.Signature(ts.Getenv(receiver.SecretVar), body, rawKey, hexadecimal))
	resp, err := http.DefaultClient.Do(req)
	ts.Check(err)
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		ts.Fatalf("answered %d", resp.StatusCode)
	}
}

// Whoever interrupts while a request hangs is told what is waited for, and a second
// interruption cuts it off; the summary comes all the same.
func TestServe_interruptedTwice(t *testing.T) {
	ctx, again := exit.WithSecond(t.Context())
	ctx, interrupt := context.WithCancel(ctx)
	out, stdout := io.Pipe()
	errs, stderr := io.Pipe()
	done := make(chan int, 1)
	go func() {
		done <- run(ctx, []string{"serve", "--quiet", "devrev", "webhooks.get/200"}, func(string) string { return "" }, session.SystemClock, stdout, stderr)
		stderr.Close()
	}()
	line, err := bufio.NewReader(out).ReadString('\n')
	require.NoError(t, err)
	conn, err := net.Dial("tcp", strings.TrimPrefix(strings.TrimSpace(line), "serving http://"))
	require.NoError(t, err)
	defer conn.Close()
	_, err = io.WriteString(conn, "POST /webhooks.get HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: 9\r\n\r\n")
	require.NoError(t, err)
	_, err = bufio.NewReader(conn).ReadString('\n') // the body is being read
	require.NoError(t, err)
	interrupt()
	said := bufio.NewReader(errs)
	line, err = said.ReadString('\n')
	require.NoError(t, err)
	assert.Equal(t, "waiting up to 5s for the requests on their way; interrupt again to cut them off\n", line)
	assert.True(t, again())
	rest, err := io.ReadAll(said)
	require.NoError(t, err)
	assert.Contains(t, string(rest), "requests still on their way were cut off\n")
	assert.Contains(t, string(rest), " without a step, ")
	<-done
}
