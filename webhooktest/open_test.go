package webhooktest_test

import (
	"context"
	"errors"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/webhookvcr/internal/simulator"
	"example.com/webhookvcr/internal/tbtest"
	"example.com/webhookvcr/webhooktest"
)

// shippedFile is a copy of a shipped cassette.
func shippedFile(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "cassettes", filepath.FromSlash(name)))
	require.NoError(t, err)
	file := cassettePath(t)
	require.NoError(t, os.WriteFile(file, data, 0o644))
	return file
}

// A cassette of another tool's opens: its further keys are logged once, and its
// name may end in .yml. A key that is misspelt is none of these.
func TestOpen_cassettesOfOtherTools(t *testing.T) {
	data, err := os.ReadFile(shippedFile(t, "devrev/webhooks.get/200.yaml"))
	require.NoError(t, err)
	_, plain, _ := strings.Cut(string(data), "version: 2\n")
	plain = "version: 2\n" + plain
	file := filepath.Join(t.TempDir(), "theirs.yml")
	open := func(text string) *tbtest.TB {
		require.NoError(t, os.WriteFile(file, []byte(text), 0o644))
		return tbtest.New(t.Name()).Run(func(tb testing.TB) {
			_, body := send(t, webhooktest.Open(tb, webhooktest.DevRev, file), getWebhook(t, webhooktest.DevRevWebhookID))
			assert.Contains(t, body, webhooktest.DevRevWebhookID)
		})
	}
	w := open("recorder: theirs\n" + strings.Replace(plain, "    request:\n", "    request:\n      id: r-1\n", 1))
	assert.Empty(t, w.Failures())
	assert.Equal(t, 1, strings.Count(w.Said(), "has keys that go-vcr passes over, and drops when it saves: id, recorder"), w.Said())

	for wrong, says := range map[string]string{
		strings.Replace(plain, "      body:", "      bdoy:", 1):                        `theirs.yml: line 14: go-vcr does not know the key "bdoy"; did you mean "body"?`,
		strings.Replace(string(data), "version: 2", "recorder: theirs\nversion: 2", 1): "unknown key recorder; a cassette with the header webhooktest has none, so remove it",
	} {
		assert.Contains(t, open(wrong).Failures(), says)
	}
	named := file
	file = strings.TrimSuffix(file, ".yml") // as go-vcr names a cassette, and there is no .yaml
	require.NoError(t, os.WriteFile(named, []byte(plain), 0o644))
	w = tbtest.New(t.Name()).Run(func(tb testing.TB) {
		send(t, webhooktest.Open(tb, webhooktest.DevRev, file), getWebhook(t, webhooktest.DevRevWebhookID))
	})
	assert.Empty(t, w.Failures())
	file = named
	t.Setenv(webhooktest.RecordVar, ".*")
	assert.Contains(t, open(plain).Failures(), "theirs.yml is not recorded: name a file that ends in .yaml")
	t.Setenv(webhooktest.RecordVar, "")
	w = tbtest.New(t.Name()).Run(func(tb testing.TB) {
		webhooktest.Open(tb, webhooktest.DevRev, strings.TrimSuffix(file, "s.yml")+".yaml")
	})
	assert.Contains(t, w.Failures(), "their.yaml does not exist; there is theirs.yml\n")
}

// silentTransport answers with neither an answer nor an error.
type silentTransport struct{}

func (silentTransport) RoundTrip(*http.Request) (*http.Response, error) { return nil, nil }

// bodiless answers without a body, which net/http's transport never does.
type bodiless struct{}

func (bodiless) RoundTrip(*http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: 200}, nil
}

// Wherever a transport of the caller's is asked, one that gives neither an answer
// nor an error is named.
func TestTransport_neitherAnswerNorError(t *testing.T) {
	w := tbtest.New(t.Name()).Run(func(tb testing.TB) {
		client := &http.Client{Transport: webhooktest.Checked(tb, webhooktest.DevRev.With(webhooktest.AllowUnused()), silentTransport{})}
		_, err := client.Do(getWebhook(t, webhooktest.DevRevWebhookID))
		assert.ErrorContains(t, err, "the webhooktest_test.silentTransport gave neither an answer nor an error")
	})
	assert.Empty(t, w.Failures(), "the code under test has the error")

	_, text := recordOnce(t, webhooktest.DevRev.With(webhooktest.Transport(silentTransport{})), &vendor{webhook: soundOne + "}"}, webhooktest.DevRevWebhookID)
	assert.Empty(t, text)
	w, _ = recordOnce(t, webhooktest.DevRev.With(webhooktest.Transport(silentTransport{})), &vendor{webhook: soundOne + "}"}, webhooktest.DevRevWebhookID)
	assert.Contains(t, w.Failures(), "the webhooktest_test.silentTransport gave neither an answer nor an error")
	w, _ = recordOnce(t, webhooktest.DevRev.With(webhooktest.Transport(bodiless{})), &vendor{webhook: soundOne + "}"}, webhooktest.DevRevWebhookID)
	assert.True(t, w.Failed())
}

func TestOpen_recordingMistakes(t *testing.T) {
	for _, def := range []struct {
		p           webhooktest.Provider
		token, base string
	}{
		{p: webhooktest.DevRev, token: "DEVREV_TOKEN", base: "DEVREV_BASE_URL"},
		{p: webhooktest.DVelop, token: "DVELOP_TOKEN", base: "DVELOP_BASE_URL"},
	} {
		server := httptest.NewServer(http.NotFoundHandler())
		closed := server.URL
		server.Close()
		t.Setenv(webhooktest.RecordVar, ".*")
		t.Setenv(def.token, webhooktest.Token)
		t.Setenv(def.base, closed)
		file := filepath.Join(t.TempDir(), "a.yaml")
		w := tbtest.New(t.Name()).Run(func(tb testing.TB) { webhooktest.Open(tb, def.p, file) })
		assert.Equal(t, "webhooktest: "+def.token+` is "webhooktest-token", which stands for a tenant's credential and is none; set it to your tenant's, or replay`, w.Failures())
	}
}

// A connection that fails names the variable to check, and never its value.
func TestOpen_unreachable(t *testing.T) {
	plain := httptest.NewServer(http.NotFoundHandler())
	defer plain.Close()
	secure := httptest.NewUnstartedServer(http.NotFoundHandler())
	secure.Config.ErrorLog = log.New(io.Discard, "", 0)
	secure.StartTLS()
	defer secure.Close()
	gone := httptest.NewServer(http.NotFoundHandler())
	gone.Close()
	for name, base := range map[string]string{
		"nobody listens": gone.URL, "no such host": "http://tenant-7hqz.invalid", "an unknown certificate": secure.URL,
		"no TLS": "https" + plain.URL[len("http"):],
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv(webhooktest.RecordVar, ".*")
			t.Setenv("DEVREV_TOKEN", "real-token-0123456789")
			t.Setenv("DEVREV_WEBHOOK_ID", realID)
			t.Setenv("DEVREV_BASE_URL", base)
			file := filepath.Join(t.TempDir(), "a.yaml")
			w := tbtest.New(t.Name()).Run(func(tb testing.TB) {
				_, err := webhooktest.Open(tb, webhooktest.DevRev, file).Do(getWebhook(t, webhooktest.DevRevWebhookID))
				assert.ErrorContains(t, err, "; check DEVREV_BASE_URL")
				assert.NotContains(t, err.Error(), "7hqz")
			})
			assert.Contains(t, w.Failures(), "; check DEVREV_BASE_URL")
			assert.NotContains(t, w.Failures(), base[len("http://"):])
		})
	}
	t.Run("another error", func(t *testing.T) {
		w, _ := recordOnce(t, webhooktest.DevRev.With(webhooktest.Transport(failing{})), &vendor{webhook: soundOne + "}"}, webhooktest.DevRevWebhookID)
		assert.NotContains(t, w.Failures(), "real-")
	})
}

type failing struct{}

func (failing) RoundTrip(*http.Request) (*http.Response, error) {
	return nil, errors.New("real-token-0123456789")
}

func TestOpen_skippedRecording(t *testing.T) {
	env := answering(t, webhookWith(""))
	env.set(t)
	t.Setenv(webhooktest.RecordVar, ".*")
	file := cassettePath(t)
	w := tbtest.New(t.Name())
	w.Run(func(tb testing.TB) {
		swallow(webhooktest.Open(tb, webhooktest.DevRev, file), getWebhook(t, webhooktest.DevRevWebhookID))
		tb.SkipNow()
	})
	assert.Contains(t, w.Logs(), file+" not written: the test was skipped, and what it had recorded was dropped (1 exchange)")
	assert.NoFileExists(t, file)
}

// endingVar tells the test below, in a process of its own, how to end.
const endingVar = "WEBHOOKVCR_TEST_ENDING"

// TestEnding is the test that TestRecord_unwinding runs in other processes. It
// records two exchanges, or ends between them.
func TestEnding(t *testing.T) {
	ending := os.Getenv(endingVar)
	if ending == "" {
		return // it is a part of TestRecord_unwinding, which asserts what it does
	}
	client := webhooktest.Open(t, webhooktest.DevRev, os.Getenv("WEBHOOKVCR_TEST_FILE"))
	for i := range 2 {
		resp, err := client.Do(newGet(t, strings.NewReader(getBody)))
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, resp.Body)
		resp.Body.Close()
		switch {
		case i == 1:
		case ending == "panic":
			panic("the test panics")
		case ending == "goexit":
			runtime.Goexit()
		}
	}
}

// testing runs the cleanups of a test that panics, or that ends by
// runtime.Goexit, before it marks the test as failed. Half a recording must not
// take the place of a whole one then.
func TestRecord_unwinding(t *testing.T) {
	devrevTenant(t, &simulator.DevRev{}).set(t)
	file := cassettePath(t)
	run := func(ending string) string {
		cmd := exec.Command(os.Args[0], "-test.run=^TestEnding$", "-test.v")
		cmd.Env = append(os.Environ(), endingVar+"="+ending, "WEBHOOKVCR_TEST_FILE="+file, webhooktest.RecordVar+"=.*")
		out, _ := cmd.CombinedOutput()
		return string(out)
	}
	require.Contains(t, run("normal"), "recorded: 2 interactions")
	whole := stored(t, file)
	for _, ending := range []string{"panic", "goexit"} {
		out := run(ending)
		assert.NotContains(t, out, "recorded: ", ending)
		assert.Equal(t, whole, stored(t, file), ending)
	}
}

// Keep lets no credential into a cassette, however wide its pointer, and what
// the contract marks as sensitive only by its own pointer.
func TestKeep_neverACredential(t *testing.T) {
	const secret, hook = "UExBTlRFRHNlY3JldA==", "https://hooks.acme-corp.example/in"
	tenant := devrevTenant(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"webhook":{"id":"don:integration:dvrv-us-1:devo/11FVC3ScK:webhook/1jGzMh1N","secret":"`+secret+`","status":"active","url":"`+hook+`","note":"kept"}}`)
	}))
	for _, test := range []struct {
		pointer string
		url     bool
	}{{"/webhook", false}, {"/webhook/url", true}, {"/*/*", false}, {"/webhook/note", false}} {
		file := cassettePath(t)
		p := webhooktest.DevRev.With(webhooktest.Keep(test.pointer))
		w := tenant.record(t, p, file, func(tb testing.TB, client *http.Client) {
			resp, err := client.Do(newGet(tb, strings.NewReader(getBody)))
			require.NoError(tb, err)
			resp.Body.Close()
		})
		require.False(t, w.Failed(), "%s: %v", test.pointer, w.Errors())
		text := stored(t, file)
		assert.NotContains(t, text, secret, test.pointer)
		assert.NotContains(t, text, "11FVC3ScK", test.pointer)
		assert.Equal(t, test.url, strings.Contains(text, hook), test.pointer)
		assert.Equal(t, test.pointer == "/webhook/note", strings.Contains(text, `"note": "kept"`), test.pointer)
	}
}

// A message never shows what the code under test has put into a URL: it may be
// the tenant's own id, or its credential.
func TestRecord_messagesHoldNoValueOfTheURL(t *testing.T) {
	tenant := devrevTenant(t, &simulator.DevRev{})
	for _, target := range []string{
		"/webhooks.get?id=" + tenant["DEVREV_WEBHOOK_ID"],
		"/webhooks.get?id=no-such&access_token=" + tenant["DEVREV_TOKEN"],
		"/other/" + tenant["DEVREV_WEBHOOK_ID"],
	} {
		w := tenant.record(t, webhooktest.DevRev, cassettePath(t), func(tb testing.TB, client *http.Client) {
			req, err := http.NewRequest("GET", webhooktest.DevRev.BaseURL()+target, nil)
			require.NoError(tb, err)
			req.Header.Set("Upgrade", "websocket") // refused, whatever the rest
			_, _ = client.Do(req)
			req.Header.Del("Upgrade")
			if resp, err := client.Do(req); err == nil {
				resp.Body.Close()
			}
		})
		require.True(t, w.Failed(), target)
		for _, message := range w.Errors() {
			assert.NotContains(t, message, "1jGzMh1N")
			assert.NotContains(t, message, tenant["DEVREV_TOKEN"])
		}
	}
}

// A hint is a command that a shell takes, and an expression that matches.
func TestOpen_hintIsQuoted(t *testing.T) {
	w := tbtest.New("TestLookup").Run(func(tb testing.TB) {
		webhooktest.Open(tb, webhooktest.DevRev, "testdata/my dir/a+b (1).yaml")
	})
	require.True(t, w.Failed())
	assert.Contains(t, w.Failures(), `to record it: WEBHOOKTEST_RECORD='testdata/my dir/a\+b \(1\)\.yaml' go test -count=1 -v -run TestLookup .`)
}

// An optional id of d.velop's is looked up before an answer shows it: the
// exported placeholder stands for it in every order of requests.
func TestRecord_looksUpBeforeAnAnswerShowsTheID(t *testing.T) {
	tenant := dvelopTenant(t, &simulator.DVelop{})
	delete(tenant, "DVELOP_WEBHOOK_ID")
	event := webhooktest.DVelop.BaseURL() + "/dmsconfig/r/" + webhooktest.DVelopRepositoryID + "/events/" + webhooktest.DVelopEventID
	w := tenant.record(t, webhooktest.DVelop, cassettePath(t), func(tb testing.TB, client *http.Client) {
		for _, target := range []string{event, event + "/" + webhooktest.DVelopWebhookID} {
			req, err := http.NewRequest("GET", target, nil)
			require.NoError(tb, err)
			req.Header.Set("Accept", "application/json")
			resp, err := client.Do(req)
			require.NoError(tb, err)
			body, err := io.ReadAll(resp.Body)
			require.NoError(tb, err)
			resp.Body.Close()
			assert.Contains(tb, string(body), webhooktest.DVelopWebhookID, target)
		}
	})
	assert.False(t, w.Failed(), "%v", w.Errors())
}

// A tenant's people may be called whatever the file format and HTTP are made of:
// their recordings are sound, and hold a placeholder for the name.
func TestOpen_namesThatAreWordsOfTheFormat(t *testing.T) {
	names := []string{
		"application", "recorded", "duration", "host", "interactions", "version", "request", "response", "headers", "method", "status",
		"content_length", "transfer_encoding", "trailer", "remote_addr", "request_uri", "proto", "proto_major", "form", "body", "code", "uncompressed",
		"webhooktest", "provider", "scenario", "source", "simulated", "live", "accepted", "devrev", "Content-Type", "Accept", "Retry-After",
		"application/json", "charset", "utf-8", "HTTP/1.1", "POST", "https", "api.devrev.ai", "webhooks.get", "true", "false", "null", "example",
	}
	for _, name := range names {
		t.Run(name, func(t *testing.T) {
			file := cassettePath(t)
			env := answering(t, webhookWith(`,"created_by":{"type":"dev_user","id":"don:identity:dvrv-us-1:devo/2kQx9:devu/7","display_name":"`+name+`","full_name":"`+name+` Lindqvist","display_id":"DEVU-7","state":"active"}`))
			requireClean(t, env.record(t, webhooktest.DevRev, file, getTimes(1)))
			assert.NotContains(t, stored(t, file), "Lindqvist")
		})
	}
}

// A cassette of one's own answers under a fault, slowly, changed or any number of
// times as a scenario does.
func TestOpen_steps(t *testing.T) {
	t.Setenv(webhooktest.RecordVar, "")
	file := cassettePath(t)
	require.NoError(t, os.WriteFile(file, []byte(minimal), 0o644))
	mine := webhooktest.Step(file)
	ask := func(t *testing.T, step webhooktest.Step) (*http.Response, string, error) {
		req := getWebhook(t, "webhook-2")
		resp, err := webhooktest.Open(t, webhooktest.DevRev, step).Do(req)
		if err != nil {
			return nil, "", err
		}
		defer resp.Body.Close()
		body, err := io.ReadAll(resp.Body)
		return resp, string(body), err
	}
	_, _, err := ask(t, webhooktest.Timeout(mine))
	assert.ErrorIs(t, err, context.DeadlineExceeded)
	_, _, err = ask(t, webhooktest.Truncated(mine))
	assert.ErrorIs(t, err, io.ErrUnexpectedEOF)
	_, body, err := ask(t, webhooktest.Changed(mine, webhooktest.Set("/webhook/status", "active")))
	assert.NoError(t, err)
	assert.Contains(t, body, `"status": "active"`)
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		_, _, err := ask(t, webhooktest.Delay(mine, time.Hour))
		assert.NoError(t, err)
		assert.Equal(t, time.Hour, time.Since(began))
	})
	client := webhooktest.Open(t, webhooktest.DevRev, webhooktest.Always(mine))
	for range 3 {
		send(t, client, getWebhook(t, "webhook-2"))
	}
	webhooktest.Open(t, webhooktest.DevRev, webhooktest.Always(mine)) // none is enough
	_, _, err = ask(t, webhooktest.Step(strings.TrimSuffix(file, ".yaml")))
	assert.NoError(t, err, "go-vcr takes the name without .yaml")
	w := tbtest.New(t.Name()).Run(func(tb testing.TB) {
		webhooktest.Open(tb, webhooktest.DevRev, webhooktest.Changed(mine, webhooktest.Set("/webhook/status", 1)))
	})
	assert.Contains(t, w.Failures(), "breaks the contract of DevRev:\n\tanswer /webhook/status")
	w = tbtest.New(t.Name()).Run(func(tb testing.TB) {
		webhooktest.Open(tb, webhooktest.DevRev, webhooktest.Timeout(webhooktest.Reset(mine)))
	})
	assert.Contains(t, w.Failures(), "has two faults; a step fails in one way")
}

// What a tenant cannot be told to do is replayed, whoever records.
func TestOpen_stepsAreNotRecorded(t *testing.T) {
	t.Setenv(webhooktest.RecordVar, ".*")
	file := cassettePath(t)
	require.NoError(t, os.WriteFile(file, []byte(minimal), 0o644))
	w := tbtest.New(t.Name()).Run(func(tb testing.TB) {
		_, err := webhooktest.Open(tb, webhooktest.DevRev, webhooktest.Reset(webhooktest.Step(file))).Do(getWebhook(t, "webhook-2"))
		assert.ErrorIs(t, err, syscall.ECONNRESET)
	})
	assert.Empty(t, w.Errors())
	assert.Contains(t, w.Said(), "is replayed, not recorded: a tenant answers as it does; the call that names the file alone records it")
}

// What goes wrong with a tenant is told of the tenant: by its variables.
func TestOpen_namesTheVariables(t *testing.T) {
	notFound := answering(t, `404 {"type":"not_found","message":"no","debug_message":"no"}`)
	w := notFound.record(t, webhooktest.DevRev, cassettePath(t), getTimes(1))
	assert.Contains(t, w.Failures(), "exchange #0: the answer is 404 Not Found, and the request names what DEVREV_WEBHOOK_ID gives; is that still there?\nhint: correct DEVREV_WEBHOOK_ID, or the path of DEVREV_BASE_URL; a test of a missing one sends another id than")

	gone := answering(t, "200 {}")
	gone["DEVREV_BASE_URL"] = "http://127.0.0.1:1"
	w = gone.record(t, webhooktest.DevRev, cassettePath(t), func(tb testing.TB, client *http.Client) {
		swallow(client, getWebhook(t, webhooktest.DevRevWebhookID))
	})
	assert.Contains(t, w.Said(), "POST $DEVREV_BASE_URL/webhooks.get failed: ")
	assert.NotContains(t, w.Said(), "127.0.0.1")
}

// A cassette of plain go-vcr may hold a secret, since nothing has kept it out.
func TestOpen_warnsOfSecrets(t *testing.T) {
	t.Setenv(webhooktest.RecordVar, "")
	file := cassettePath(t)
	const token = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U"
	text := strings.Replace(minimal, "body: '{\"id\"", "headers: {Authorization: ["+token+"]}, body: '{\"id\"", 1)
	for _, header := range []string{"", "webhooktest: {provider: devrev, source: live}\n"} { // by hand, it keeps nothing out
		require.NoError(t, os.WriteFile(file, []byte(header+text), 0o644))
		w := tbtest.New(t.Name()).Run(func(tb testing.TB) {
			swallow(webhooktest.Open(tb, webhooktest.DevRev, file), getWebhook(t, "webhook-2"))
		})
		assert.Contains(t, w.Said(), file+" holds what may be a secret, as record lint tells (")
		assert.Contains(t, w.Said(), "); revoke it, and record again or scrub the file:\n\t"+file+":")
		assert.NotContains(t, w.Said(), token)
	}
	w := tbtest.New(t.Name()).Run(func(tb testing.TB) {
		webhooktest.Open(tb, webhooktest.DevRev, shippedFile(t, "devrev/webhooks.get/200.yaml"), webhooktest.AllowUnused())
	})
	assert.NotContains(t, w.Said(), "secret")
}
