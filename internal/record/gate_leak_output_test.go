package record_test

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/webhookvcr/internal/vcrtest"
	"example.com/webhookvcr/webhooktest"
)

// hostileTenant is a tenant on loopback whose next answer can be chosen.
type hostileTenant struct {
	plants
	next atomic.Value // hostile
	env  vcrtest.Environment
	dir  string
	// seen is what the code under test saw, and what was reported.
	seen strings.Builder
}

func newHostileTenant(t *testing.T, seed uint64) *hostileTenant {
	h := &hostileTenant{plants: *newPlants(seed), dir: t.TempDir()}
	base := vcrtest.Loopback(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { h.next.Load().(hostile).ServeHTTP(w, r) }))
	h.add("base URL", base, strings.TrimPrefix(base, "http://"))
	h.env = vcrtest.Environment{
		"DEVREV_BASE_URL": base, "DEVREV_TOKEN": h.token(), "DEVREV_WEBHOOK_ID": h.don("webhook"),
		"DVELOP_BASE_URL": base, "DVELOP_TOKEN": h.key(), "DVELOP_REPOSITORY_ID": h.guid(), "DVELOP_EVENT_ID": "postimport", "DVELOP_WEBHOOK_ID": h.guid(),
	}
	h.env["DEVREV_WEBHOOK_ID"] = strings.Replace(h.env["DEVREV_WEBHOOK_ID"], "identity", "integration", 1)
	return h
}

// request is a call of the code under test.
type request struct {
	p           webhooktest.Provider
	method, url string
	body        string
	answers     []hostile
}

func (h *hostileTenant) requests() []request {
	devrev := webhooktest.DevRev.BaseURL()
	id, token := h.env["DEVREV_WEBHOOK_ID"], h.env["DEVREV_TOKEN"]
	list := []hostile{
		{name: "documented", sound: true, status: 200, body: map[string]any{"webhooks": []any{h.devrevWebhook(id, false), h.devrevWebhook(h.don("webhook"), false)}}},
		{name: "undocumented", sound: true, status: 200, body: map[string]any{"webhooks": []any{h.devrevWebhook(id, true), h.devrevWebhook(h.don("webhook"), true)}, "next_cursor": h.token()}, header: h.headers(token)},
	}
	update := []hostile{
		{name: "documented", sound: true, status: 200, body: map[string]any{"webhook": h.devrevWebhook(id, false)}},
		{name: "undocumented", sound: true, status: 200, body: map[string]any{"webhook": h.devrevWebhook(id, true)}},
	}
	webhook, event, events := h.dvelopAnswers(h.env["DVELOP_WEBHOOK_ID"], h.env["DVELOP_TOKEN"])
	return []request{
		{webhooktest.DevRev, http.MethodPost, devrev + "/webhooks.get", getBody, h.devrevAnswers(id, token)},
		{webhooktest.DevRev, http.MethodPost, devrev + "/webhooks.list", `{}`, append(list, h.devrevErrors(token)...)},
		{webhooktest.DevRev, http.MethodPost, devrev + "/webhooks.update", `{"id":"` + webhooktest.DevRevWebhookID + `","url":"https://hooks.example.com/new"}`, append(update, h.devrevErrors(token)...)},
		{webhooktest.DevRev, http.MethodPost, devrev + "/webhooks.no-such", `{}`, []hostile{{name: "unknown operation", status: 404, body: map[string]any{"message": h.text(), "more": h.everything()}}}},
		{webhooktest.DVelop, http.MethodGet, vcrtest.DVelopURL(webhooktest.DVelopEventID, webhooktest.DVelopWebhookID), "", webhook},
		{webhooktest.DVelop, http.MethodGet, vcrtest.DVelopURL(webhooktest.DVelopEventID), "", event},
		{webhooktest.DVelop, http.MethodGet, vcrtest.DVelopURL(), "", events},
	}
}

// play sends the request and notes what comes back.
func (h *hostileTenant) play(tb testing.TB, client *http.Client, r request) {
	req, err := http.NewRequest(r.method, r.url, strings.NewReader(r.body))
	require.NoError(tb, err)
	req.Header.Set("Accept", "application/json")
	if r.body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	resp, err := client.Transport.RoundTrip(req)
	if err != nil {
		h.print(client, err)
		return
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	require.NoError(tb, err)
	fmt.Fprintf(&h.seen, "%s %v %v %s\n", resp.Status, resp.Header, resp.Trailer, body)
}

// printer is a test that prints what its assertions say.
type printer struct{ *strings.Builder }

func (p printer) Errorf(format string, args ...any) { fmt.Fprintf(p, format+"\n", args...) }

// print notes an error and the client in the ways in which failing tests and
// panics print them: assertions show every error of a chain, and what a failed
// comparison holds through every pointer.
func (h *hostileTenant) print(client *http.Client, err error) {
	out := printer{&h.seen}
	out.Errorf("%v\n%+v\n%#v\n%#v", err, err, err, client)
	type service struct {
		Client *http.Client
		Err    error
	}
	assert.Equal(out, service{}, service{client, err})
	assert.ErrorIs(out, err, io.ErrNoProgress)
	assert.NoError(out, err)
	assert.Nil(out, client)
	var op *net.OpError
	var dns *net.DNSError
	var network net.Error
	if errors.As(err, &op) {
		out.Errorf("%v %#v", op, op)
	}
	if errors.As(err, &dns) {
		out.Errorf("%v %#v", dns, dns)
	}
	if errors.As(err, &network) {
		out.Errorf("%v %#v", network, network)
	}
}

// A tenant that puts secrets and personal data everywhere gets none of them into
// a file, a message, or the hands of the code under test, whether the recording
// is written or refused.
func TestGate_hostileAnswers(t *testing.T) {
	h := newHostileTenant(t, 11)
	written, refused := 0, 0
	for i, r := range h.requests() {
		for j, answer := range r.answers {
			h.next.Store(answer)
			file := filepath.Join(h.dir, fmt.Sprintf("%d-%d.yaml", i, j))
			p := r.p
			if !answer.sound && j%2 == 1 {
				p = p.With(webhooktest.AcceptDrift())
			}
			w := h.env.Record(t, p, file, func(tb testing.TB, client *http.Client) { h.play(tb, client, r) })
			h.seen.WriteString(w.Said() + "\n")
			if _, err := os.Stat(file); err == nil {
				written++
				again := vcrtest.Replayed(t, r.p, file, func(tb testing.TB, client *http.Client) { h.play(tb, client, r) })
				h.seen.WriteString(again.Said() + "\n")
				assert.False(t, again.Failed(), "%s: %s", answer.name, again.Said())
			} else {
				refused++
				assert.False(t, answer.sound, "%s %s: %s", r.url, answer.name, w.Said())
			}
		}
	}
	found := h.find(t, "what was reported and seen", h.seen.String())
	files := vcrtest.FilesBelow(t, h.dir)
	for _, name := range files {
		found += h.find(t, name, vcrtest.Stored(t, filepath.Join(h.dir, name)))
	}
	t.Logf("planted %d, found %d, in %d cassettes (%d recordings refused), %d bytes of messages and answers", h.count(), found, written, refused, h.seen.Len())
	assert.Greater(t, h.count(), 2000)
	assert.Greater(t, written, 20)
	assert.Greater(t, refused, 20)
}

// The same for one recording of many calls, in which each answer repeats values
// of those before it in places of another kind.
func TestGate_hostileFlow(t *testing.T) {
	h := newHostileTenant(t, 12)
	id := h.env["DEVREV_WEBHOOK_ID"]
	one := h.devrevWebhook(id, true)
	user := one["created_by"].(map[string]any)
	other := h.devrevWebhook(id, true)
	other["note"] = fmt.Sprintf("%s and %s met at %s about %s", user["full_name"], user["email"], one["url"], user["id"])
	other["modified_by"].(map[string]any)["display_name"] = user["full_name"]
	other["author"], other["ref"], other["secrets"] = user["email"], user["id"], []any{one["secret"], h.env["DEVREV_TOKEN"]}
	bodies := []map[string]any{one, other, one, other}
	turn := 0
	file := filepath.Join(h.dir, "flow.yaml")
	requests := h.requests()
	flow := func(tb testing.TB, client *http.Client) {
		for i := range bodies {
			h.next.Store(hostile{status: 200, body: map[string]any{"webhook": bodies[i]}})
			h.play(tb, client, requests[0])
			turn++
		}
	}
	w := h.env.Record(t, webhooktest.DevRev.With(webhooktest.Verbatim()), file, flow)
	h.seen.WriteString(w.Said())
	vcrtest.RequireClean(t, w)
	again := vcrtest.Replayed(t, webhooktest.DevRev, file, flow)
	vcrtest.RequireClean(t, again)
	found := h.find(t, "what was reported and seen", h.seen.String()) + h.find(t, file, vcrtest.Stored(t, file))
	t.Logf("planted %d, found %d", h.count(), found)
	// One value has one placeholder, wherever it stands.
	var seen []map[string]any
	for line := range strings.SplitSeq(vcrtest.Stored(t, file), "\n") {
		if body, ok := strings.CutPrefix(line, "        {"); ok {
			var doc struct{ Webhook map[string]any }
			require.NoError(t, json.Unmarshal([]byte("{"+body), &doc))
			seen = append(seen, doc.Webhook)
		}
	}
	require.Len(t, seen, len(bodies))
	mail := seen[0]["created_by"].(map[string]any)["email"]
	assert.Equal(t, mail, seen[1]["author"])
	assert.Equal(t, seen[0]["created_by"].(map[string]any)["id"], seen[1]["ref"])
	assert.Equal(t, []any{seen[0]["secret"], webhooktest.Token}, seen[1]["secrets"])
}

// What a failing go test prints, and what the command prints, holds no value
// either.
func TestGate_hostileOutput(t *testing.T) {
	if dir := os.Getenv(childVar); dir != "" {
		for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
			t.Run(lines.Text(), func(t *testing.T) { hostileChild(t, filepath.Join(dir, lines.Text()+".yaml")) })
			fmt.Println(hostileNext)
		}
		return
	}
	h := newHostileTenant(t, 13)
	var out strings.Builder
	requests := h.requests()
	cmd := again(t, "TestGate_hostileOutput", h.env, webhooktest.RecordVar+"=.*", childVar+"="+h.dir)
	cmd.Args = append(cmd.Args, "-test.v")
	orders, err := cmd.StdinPipe()
	require.NoError(t, err)
	output, err := cmd.StdoutPipe()
	require.NoError(t, err)
	cmd.Stderr = cmd.Stdout
	require.NoError(t, cmd.Start())
	said := bufio.NewReader(output)
	tests := 0
	for i, r := range requests {
		if i != 0 && i != 4 {
			continue
		}
		for j, answer := range r.answers {
			if !answer.sound && j%5 != 0 {
				continue
			}
			h.next.Store(answer)
			fmt.Fprintf(orders, "%d-%d\n", i, j)
			for line := ""; line != hostileNext+"\n"; {
				line, err = said.ReadString('\n')
				require.NoError(t, err, "%s", &out)
				out.WriteString(line)
			}
			tests++
		}
	}
	require.NoError(t, orders.Close())
	_, err = io.Copy(&out, said)
	require.NoError(t, err)
	require.Error(t, cmd.Wait(), "most of them fail")
	assert.Equal(t, tests, strings.Count(out.String(), "=== RUN   TestGate_hostileOutput/"))
	command := filepath.Join(t.TempDir(), "record.exe")
	built, err := exec.Command("go", "build", "-ldflags=-s -w", "-o", command, "../../cmd/record").CombinedOutput()
	require.NoError(t, err, "%s", built)
	for i, scenario := range map[int]string{0: "devrev/webhooks.get/200", 4: "dvelop/GetWebHook/200-json"} {
		for j, answer := range requests[i].answers {
			if answer.sound || j%8 == 0 {
				h.next.Store(answer)
				out.Write(h.refresh(t, command, scenario))
			}
		}
	}
	found := h.find(t, "the output", out.String())
	files := vcrtest.FilesBelow(t, h.dir)
	for _, name := range files {
		found += h.find(t, name, vcrtest.Stored(t, filepath.Join(h.dir, name)))
	}
	assert.NotEmpty(t, files)
	t.Logf("planted %d, found %d, in %d bytes of output of %d tests and the command, and %d files", h.count(), found, out.Len(), tests, len(files))
}

// hostileNext is what the process says when it waits for the next test.
const hostileNext = "ready for the next"

// hostileChild is an ordinary test that records the cassette.
func hostileChild(t *testing.T, file string) {
	p, url, method, body := webhooktest.DevRev, devrevGetURL, http.MethodPost, getBody
	if strings.HasPrefix(filepath.Base(file), "4-") {
		p, url, method, body = webhooktest.DVelop, vcrtest.DVelopURL(webhooktest.DVelopEventID, webhooktest.DVelopWebhookID), http.MethodGet, ""
	}
	client := webhooktest.Open(t, p, file)
	req, err := http.NewRequest(method, url, strings.NewReader(body))
	require.NoError(t, err)
	req.Header.Set("Accept", "application/json")
	req.Header.Set("Content-Type", "application/json")
	resp, err := client.Do(req)
	require.NoError(t, err)
	data, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	t.Logf("%v %s", resp.Header, data)
	assert.Equal(t, http.StatusOK, resp.StatusCode)
}

// refresh runs the built command for one scenario.
func (h *hostileTenant) refresh(t *testing.T, command, scenario string) []byte {
	t.Helper()
	cmd := exec.Command(command, "refresh", "--out", filepath.Join(h.dir, "out"), "--pace", "0s", "--max-wait", "0s", scenario)
	cmd.Env = os.Environ()
	for name, value := range h.env {
		cmd.Env = append(cmd.Env, name+"="+value)
	}
	out, err := cmd.CombinedOutput()
	if err != nil {
		var exit *exec.ExitError
		require.ErrorAs(t, err, &exit)
		assert.NotContains(t, string(out), "panic")
	}
	return out
}
